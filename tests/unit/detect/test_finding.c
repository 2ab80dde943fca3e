#include "detect/finding.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#include "support/finding_builder.h"

static struct finding finding;

static void
set_up(void)
{
	finding_for_tests(&finding);
}

TestSuite(finding, .init = set_up);

Test(finding, kinds_have_the_names_of_the_contract)
{
	static const char *const names[] = { "port_scan", "host_sweep",
		"service_probe", "block_scan", "sequential_ip",
		"distributed_scan" };

	cr_assert_eq(ARRAY_SIZE(names), FINDING_KIND_COUNT);
	for (int kind = 0; kind < FINDING_KIND_COUNT; kind++) {
		cr_expect_str_eq(finding_kind_name(kind), names[kind]);
	}
}

Test(finding, orders_have_the_names_of_the_contract_and_unknown_has_none)
{
	cr_expect_null(finding_order_name(FINDING_ORDER_UNKNOWN));
	cr_expect_str_eq(
	    finding_order_name(FINDING_ORDER_ASCENDING), "ascending");
	cr_expect_str_eq(
	    finding_order_name(FINDING_ORDER_DESCENDING), "descending");
	cr_expect_str_eq(finding_order_name(FINDING_ORDER_STRIDED), "strided");
	cr_expect_str_eq(finding_order_name(FINDING_ORDER_RANDOM), "random");
	cr_expect_str_eq(finding_order_name(FINDING_ORDER_MIXED), "mixed");
}

Test(finding, a_whole_one_is_sound)
{
	cr_expect(finding_is_sound(&finding));
}

Test(finding, one_full_to_the_brim_is_sound)
{
	finding.kind_count = FINDING_KIND_COUNT;
	finding.target_range_count = FINDING_TARGET_RANGES;
	finding.service_range_count = FINDING_SERVICE_RANGES;
	finding.segment_count = FINDING_SEGMENTS;
	finding.sample_count = FINDING_SAMPLES;
	finding.apparent_count = FINDING_APPARENT;
	finding.reason_count = FINDING_REASONS;
	finding.service_name_count = FINDING_SERVICE_NAMES;
	cr_expect(finding_is_sound(&finding));
}

Test(finding, no_count_may_be_past_its_array)
{
	struct finding whole = finding;

	finding.kind_count = FINDING_KIND_COUNT + 1;
	cr_expect_not(finding_is_sound(&finding), "kinds");
	finding = whole;
	finding.target_range_count = FINDING_TARGET_RANGES + 1;
	cr_expect_not(finding_is_sound(&finding), "target ranges");
	finding = whole;
	finding.service_range_count = FINDING_SERVICE_RANGES + 1;
	cr_expect_not(finding_is_sound(&finding), "service ranges");
	finding = whole;
	finding.segment_count = FINDING_SEGMENTS + 1;
	cr_expect_not(finding_is_sound(&finding), "segments");
	finding = whole;
	finding.sample_count = FINDING_SAMPLES + 1;
	cr_expect_not(finding_is_sound(&finding), "samples");
	finding = whole;
	finding.apparent_count = FINDING_APPARENT + 1;
	cr_expect_not(finding_is_sound(&finding), "apparent sources");
	finding = whole;
	finding.reason_count = FINDING_REASONS + 1;
	cr_expect_not(finding_is_sound(&finding), "reasons");
	finding = whole;
	finding.service_name_count = UINT16_MAX;
	cr_expect_not(finding_is_sound(&finding), "service names");
}

Test(finding, no_enumeration_may_be_unknown)
{
	struct finding whole = finding;

	finding.order = FINDING_ORDER_COUNT;
	cr_expect_not(finding_is_sound(&finding), "order");
	finding = whole;
	finding.kinds[1] = FINDING_KIND_COUNT;
	cr_expect_not(finding_is_sound(&finding), "kind");
	finding = whole;
	finding.techniques |= 1u << PROBE_TECHNIQUE_COUNT;
	cr_expect_not(finding_is_sound(&finding), "techniques");
	finding = whole;
	finding.reasons[0].code = FINDING_REASON_COUNT;
	cr_expect_not(finding_is_sound(&finding), "reason");
	finding = whole;
	finding_add_sample(&finding, PROBE_TECHNIQUE_COUNT, 6, "10.0.0.1", 1);
	cr_expect_not(finding_is_sound(&finding), "technique of a sample");
	finding = whole;
	finding_add_sample(&finding, PROBE_UDP, 17, "10.0.0.1", 1)->outcome =
	    PROBE_OUTCOME_COUNT;
	cr_expect_not(finding_is_sound(&finding), "outcome of a sample");
}

Test(finding, one_that_tells_nothing_is_not_sound)
{
	struct finding whole = finding;

	finding.kind_count = 0;
	cr_expect_not(finding_is_sound(&finding), "no kind");
	finding = whole;
	finding.revision = 0;
	cr_expect_not(finding_is_sound(&finding), "revision 0");
}

Test(finding, a_weight_must_be_a_number)
{
	finding.reasons[0].weight = NAN;
	cr_expect_not(finding_is_sound(&finding));
	finding.reasons[0].weight = -INFINITY;
	cr_expect_not(finding_is_sound(&finding));
	finding.reasons[0].weight = -1;
	cr_expect(finding_is_sound(&finding));
}

Test(finding, no_range_may_be_reversed)
{
	struct finding whole = finding;

	finding.service_ranges[0].first = 2;
	finding.service_ranges[0].last = 1;
	cr_expect_not(finding_is_sound(&finding), "services");
	finding = whole;
	finding.target_ranges[0].last = address_of("10.20.1.255");
	cr_expect_not(finding_is_sound(&finding), "targets");
	finding.target_ranges[0].last = finding.target_ranges[0].first;
	cr_expect(finding_is_sound(&finding));
}

Test(finding, a_segment_is_one_of_a_policys_or_none)
{
	finding.source_segment = POLICY_SEGMENT_COUNT;
	cr_expect_not(finding_is_sound(&finding), "of the source");
	finding.source_segment = FINDING_NO_SEGMENT;
	cr_expect(finding_is_sound(&finding));
	finding.segments[0] = POLICY_SEGMENT_COUNT;
	cr_expect_not(finding_is_sound(&finding), "of a target");
	finding.segments[0] = POLICY_SEGMENT_COUNT - 1;
	cr_expect(finding_is_sound(&finding));
}

Test(finding, a_flag_is_nothing_but_one_or_zero)
{
	bool *const flags[] = { &finding.active, &finding.fragmented,
		&finding.window, &finding.has_address, &finding.has_mac,
		&finding.counts_estimated, &finding.ranges_cut,
		&finding.one_way, &finding.truncated_evidence };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		memset(flags[i], 2, 1);
		cr_expect_not(finding_is_sound(&finding), "flag %zu", i);
		memset(flags[i], 1, 1);
		cr_expect(finding_is_sound(&finding), "flag %zu", i);
	}
}

Test(finding, no_probe_has_two_outcomes)
{
	cr_assert_eq(finding.answered + finding.silent, finding.probe_count);
	finding.refused = 1;
	cr_expect_not(finding_is_sound(&finding));
	finding.refused = UINT64_MAX - finding.probe_count + 2;
	cr_expect_not(finding_is_sound(&finding), "by an overflow");
	finding.refused = 0;
	finding.silent = 0;
	cr_expect(finding_is_sound(&finding), "some may have none yet");
}

Test(finding, what_is_past_the_counts_does_not_matter)
{
	finding.kinds[finding.kind_count] = 200;
	finding.reasons[finding.reason_count].code = 200;
	finding.samples[finding.sample_count].technique = 200;
	memset(finding.service_names[0].name, 'x', FINDING_NAME_SIZE);
	cr_expect(finding_is_sound(&finding));
}

Test(finding, names_must_be_ended)
{
	finding.service_name_count = 2;
	memcpy(finding.service_names[0].name, "SMB", 4);
	cr_expect(finding_is_sound(&finding));
	memset(finding.service_names[1].name, 'x', FINDING_NAME_SIZE);
	cr_expect_not(finding_is_sound(&finding));
	finding.service_names[1].name[FINDING_NAME_SIZE - 1] = '\0';
	cr_expect(finding_is_sound(&finding));
}
