#include "firmware/log_samples.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct log_samples samples;

static bool
take(const char *sender, enum endpoint_outcome outcome, uint64_t now_s)
{
	return log_samples_take(&samples, sender, outcome, now_s * NS_PER_S);
}

Test(log_samples, one_of_each_sender_and_outcome_in_a_while)
{
	cr_expect(take("10.0.0.1", ENDPOINT_MALFORMED, 1000));
	cr_expect_not(take("10.0.0.1", ENDPOINT_MALFORMED, 1001));
	cr_expect(take("10.0.0.1", ENDPOINT_NO_HOST, 1002));
	cr_expect(take("10.0.0.2", ENDPOINT_MALFORMED, 1003));
	cr_expect_not(take("10.0.0.1", ENDPOINT_MALFORMED, 1299));
	cr_expect(take("10.0.0.1", ENDPOINT_MALFORMED, 1301));
}

Test(log_samples, many_senders_are_shown_a_few_at_a_time)
{
	uint32_t taken = 0;
	char sender[32];

	for (uint32_t i = 0; i < 10000; i++) {
		snprintf(
		    sender, sizeof(sender), "10.0.%u.%u", i / 256, i % 256);
		taken += take(sender, ENDPOINT_EMPTY, 1000 + i / 1000);
	}
	cr_expect_eq(taken, 10u * LOG_SAMPLES_A_SECOND);
}
