#include <criterion/criterion.h>

#include "alert/alert.h"
#include "support/finding_builder.h"

static struct policy policy;
static struct finding finding;
static struct alert alert;

static const char *
id_of(const struct finding *of)
{
	static char ids[4][ULID_SIZE];
	static uint32_t next;
	char *id = ids[next++ % 4];

	alert_make(&alert, of, &policy);
	memcpy(id, alert.id, ULID_SIZE);
	return id;
}

static void
set_up(void)
{
	policy_for_tests(&policy);
	finding_for_tests(&finding);
}

TestSuite(ulid, .init = set_up);

Test(ulid, has_the_places_of_the_specification)
{
	/* The smallest, the largest, and one whose bits are easy to follow:
	 * the ten characters of the time and the sixteen of chance. */
	const uint8_t none[ULID_CHANCE_SIZE] = { 0 };
	uint8_t all[ULID_CHANCE_SIZE];
	const uint8_t one[ULID_CHANCE_SIZE] = { [9] = 1 };
	char text[ULID_SIZE];

	memset(all, 0xff, sizeof(all));
	ulid_format(0, none, text);
	cr_expect_str_eq(text, "00000000000000000000000000");
	ulid_format(0xffffffffffff, all, text);
	cr_expect_str_eq(text, "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
	ulid_format(1469918176385, one, text);
	cr_expect_str_eq(text, "01ARYZ6S410000000000000001");
}

Test(ulid, of_a_campaign_is_always_the_same)
{
	const char *first = id_of(&finding);

	finding.revision = 7;
	finding.target_count = 4000;
	finding.last_seen_ns += 3600 * NS_PER_S;
	cr_expect_str_eq(id_of(&finding), first);
	/* Written down: a change would orphan every alert already stored. */
	cr_expect_str_eq(first, "01M8654X4VZEY6NP31ECQY0DFR");
}

Test(ulid, differs_by_sensor_by_source_and_by_nanosecond)
{
	const char *first = id_of(&finding);

	policy.sensor_name[6] = '2';
	cr_expect_str_neq(id_of(&finding), first);
	policy_for_tests(&policy);
	finding.source = address_of("10.20.1.70");
	cr_expect_str_neq(id_of(&finding), first);
	finding_for_tests(&finding);
	finding.first_seen_ns++;
	cr_expect_str_neq(id_of(&finding), first);
}

Test(ulid, of_a_source_without_an_address_is_that_of_its_mac)
{
	const char *first;

	finding.has_address = false;
	finding.has_mac = true;
	finding.source_mac.byte[5] = 1;
	first = id_of(&finding);
	finding.source = address_of("10.9.9.9"); /* Not valid: no matter. */
	cr_expect_str_eq(id_of(&finding), first);
	finding.source_mac.byte[5] = 2;
	cr_expect_str_neq(id_of(&finding), first);
}

Test(ulid, sorts_by_time)
{
	const char *earlier = id_of(&finding);

	for (uint32_t i = 0; i < 50; i++) {
		char before[ULID_SIZE];

		memcpy(before, earlier, ULID_SIZE);
		finding.first_seen_ns += NS_PER_MS << i / 2;
		earlier = id_of(&finding);
		cr_expect(
		    strcmp(before, earlier) < 0, "%s < %s", before, earlier);
	}
}
