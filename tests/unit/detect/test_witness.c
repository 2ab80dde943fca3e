/* What is passed on for attribution. */

#include <criterion/criterion.h>

#include "unit/detect/watch.h"

static struct watch watch;

static void
set_up(void)
{
	watch_open(&watch);
	detect_want_contacts(watch.detect, true);
}

static void
tear_down(void)
{
	watch_close(&watch);
}

TestSuite(witness, .init = set_up, .fini = tear_down);

static void
sweep(int count, enum fate fate)
{
	struct probe scan =
	    like(PROBE_TCP_CONNECT, "10.20.1.7", "10.20.2.1", 445);

	watch_sweep(&watch, &scan, count, 1, fate);
	watch_play(&watch);
}

Test(witness, every_probe_of_a_campaign_is_noted_those_before_the_alert_too)
{
	struct wire_contact contact;
	const struct finding *finding;
	uint32_t count = 0;

	sweep(40, FATE_REFUSED);
	finding = watch_finding(&watch, "10.20.1.7");
	cr_assert_not_null(finding);
	while (detect_next_contact(watch.detect, &contact)) {
		cr_expect(wire_contact_is_sound(&contact));
		cr_expect_eq(contact.campaign, finding->campaign);
		expect_address(&contact.source, "10.20.1.7");
		cr_expect_eq(contact.target_port, 445);
		cr_expect_eq(contact.completed, 0);
		if (count == 0) {
			cr_expect_eq(
			    contact.attempt_ns, finding->first_seen_ns);
		}
		count++;
	}
	cr_expect_eq(count, 40);
}

Test(witness, nothing_is_noted_where_nobody_wants_it)
{
	struct wire_contact contact;

	detect_want_contacts(watch.detect, false);
	sweep(40, FATE_REFUSED);
	cr_expect_not(detect_next_contact(watch.detect, &contact));
}

Test(witness, a_full_queue_keeps_the_oldest_and_counts_the_rest)
{
	struct wire_contact contact;
	uint32_t count = 0;

	for (uint32_t network = 0; network < 3; network++) {
		struct probe scan =
		    like(PROBE_TCP_CONNECT, "10.20.1.7", "10.20.2.1", 445);

		scan.target_port = (uint16_t)(445 + network);
		watch_sweep(&watch, &scan, 200, 1, FATE_REFUSED);
	}
	watch_play(&watch);
	while (detect_next_contact(watch.detect, &contact)) {
		count++;
	}
	cr_expect_eq(count, WITNESS_COUNT);
	cr_expect_gt(watch.counters.value[COUNTER_DETECT_WITNESSES_DROPPED], 0);
}

Test(witness, of_a_large_campaign_fewer_and_fewer_are_noted)
{
	static struct witness witness;
	struct counters counters = { 0 };
	struct ip_address source = { { 1 } };
	struct contact contact = { .technique = PROBE_TCP_SYN };
	struct wire_contact noted;
	uint32_t count = 0;

	witness.is_wanted = true;
	for (uint64_t ordinal = 1; ordinal <= 65536 + 25600; ordinal++) {
		witness_probe(
		    &witness, &counters, 7, ordinal, &source, &contact);
		count += witness_next(&witness, &noted);
	}
	cr_expect_eq(count, 1024 + (65536 - 1024) / 16 + 100);
}

Test(witness, completed_connections_are_noted_and_no_others)
{
	static struct witness witness;
	struct counters counters = { 0 };
	struct probe probe = { .technique = PROBE_TCP_CONNECT,
		.outcome = PROBE_PRODUCTIVE,
		.event = PROBE_OUTCOME };
	struct wire_contact noted;

	witness.is_wanted = true;
	witness_outcome(&witness, &counters, &probe);
	cr_expect_not(witness_next(&witness, &noted));
	probe.traits = PROBE_COMPLETED;
	for (uint32_t i = 0; i < WITNESS_CONNECTIONS_PER_S + 5; i++) {
		witness_outcome(&witness, &counters, &probe);
		if (witness_next(&witness, &noted)) {
			cr_expect_eq(noted.campaign, 0);
			cr_expect_eq(noted.completed, 1);
		}
	}
	cr_expect_eq(counters.value[COUNTER_DETECT_WITNESSES_DROPPED], 5);
}
