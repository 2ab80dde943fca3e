/* What the operator's terms do to the bars, and to the probes of a scan. */

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "detect/forecast.h"
#include "detect/terms.h"

static struct policy_terms wanted;
static struct terms terms;
static struct suspect suspect;

static void
set_up(void)
{
	wanted = (struct policy_terms){ .window_ns = POLICY_WINDOW_S * NS_PER_S,
		.false_alarms_ppm = POLICY_FALSE_ALARMS_PPM,
		.sequence_steps = POLICY_SEQUENCE_STEPS,
		.sequence_stride = POLICY_SEQUENCE_STRIDE };
}

TestSuite(terms, .init = set_up);

static uint32_t
probes(enum forecast_scan scan)
{
	terms_make(&terms, &wanted);
	return forecast_probes(&suspect, &terms, scan, 15);
}

Test(terms, of_who_says_nothing_are_the_built_in_ones_to_the_bit)
{
	memset(&terms, 0, sizeof(terms));
	terms_make(&terms, &wanted);
	cr_expect_eq(terms.half_life_ns, terms_built_in.half_life_ns);
	cr_expect_eq(terms.likely_nats, terms_built_in.likely_nats);
	cr_expect_eq(terms.outcome_nats, terms_built_in.outcome_nats);
	cr_expect_eq(terms.order_nats, terms_built_in.order_nats);
	cr_expect_eq(terms.outside_nats, terms_built_in.outside_nats);
	cr_expect_eq(terms.contacts_needed, terms_built_in.contacts_needed);
	cr_expect_eq(terms.ports_needed, terms_built_in.ports_needed);
	cr_expect_eq(terms.adjacent_less_nats, 0);
}

Test(terms, raise_all_bars_by_ln_10_for_a_tenth_of_the_false_alarms)
{
	wanted.false_alarms_ppm = POLICY_FALSE_ALARMS_PPM / 10;
	terms_make(&terms, &wanted);
	cr_expect_lt(fabsf(terms.likely_nats - 13.8f - logf(10)), 1e-4f);
	cr_expect_lt(fabsf(terms.outside_nats - 32.2f - logf(10)), 1e-4f);
	cr_expect_eq(terms.contacts_needed, 8, "no more are asked for");
}

Test(terms, that_suffer_more_false_alarms_tell_a_scan_sooner)
{
	uint32_t before[FORECAST_COUNT];

	for (uint32_t scan = 0; scan < FORECAST_COUNT; scan++) {
		before[scan] = probes(scan);
		cr_expect_gt(before[scan], 0u, "%s", forecast_name(scan));
	}
	cr_expect_eq(before[FORECAST_SILENT_IN_ORDER], 8);
	cr_expect_eq(before[FORECAST_SILENT_AT_RANDOM], 10);
	cr_expect_eq(before[FORECAST_REFUSED_PORTS], 10);
	wanted.false_alarms_ppm = 1000000; /* One a year. */
	for (uint32_t scan = 0; scan < FORECAST_COUNT; scan++) {
		cr_expect_lt(
		    probes(scan), before[scan], "%s", forecast_name(scan));
	}
	cr_expect_eq(probes(FORECAST_SILENT_IN_ORDER), 6);
	wanted.false_alarms_ppm = 1; /* One in a million years. */
	for (uint32_t scan = 0; scan < FORECAST_COUNT; scan++) {
		cr_expect(probes(scan) == 0 || probes(scan) >= before[scan],
		    "%s", forecast_name(scan));
	}
}

Test(terms, with_a_short_window_forget_a_patient_scan)
{
	/* One an hour and a quarter at random, of which four in ten succeed. */
	terms_make(&terms, &wanted);
	cr_expect_gt(
	    forecast_probes(&suspect, &terms, FORECAST_SILENT_AT_RANDOM, 4500),
	    0u);
	wanted.window_ns = POLICY_WINDOW_LEAST_S * NS_PER_S;
	terms_make(&terms, &wanted);
	cr_expect_eq(
	    forecast_probes(&suspect, &terms, FORECAST_SILENT_AT_RANDOM, 4500),
	    0u);
}

Test(terms, say_what_is_a_neighbour_and_when_steps_are_a_sequence)
{
	struct sequence sequence = { 0 };

	wanted.sequence_stride = 8;
	wanted.sequence_steps = 6;
	terms_make(&terms, &wanted);
	cr_expect_lt(fabsf(terms.adjacent_less_nats - logf(2)), 1e-6f);
	for (uint32_t i = 1; i <= 6; i++) {
		cr_expect_eq(sequence_note(&sequence, &terms, 7 + i % 2),
		    SEQUENCE_ADJACENT);
		cr_expect_eq(sequence_is_sequential(&sequence, &terms), i == 6);
	}
	cr_expect_eq(sequence_note(&sequence, &terms, 9), SEQUENCE_APART);
}
