#include "evidence/summaries.h"

#include <criterion/criterion.h>
#include <string.h>

/* A window, and an hour, begin here. */
#define START_NS (1795503600 * NS_PER_S)

enum { SOURCES = 8, PAIRS = 16 };

static const struct summaries_sizes sizes = { SOURCES, PAIRS };
static const struct hash_key key = { { 1, 2 } };
static struct region region;
static struct counters counters;
static struct policy policy;
static struct summaries summaries;
static struct probe probe;
static struct sighting sighting;
static struct source_summary summary;
static struct segment_hour hour;

static void
set_up(void)
{
	memset(&counters, 0, sizeof(counters));
	policy_default(&policy);
	cr_assert_eq(region_init(&region, summaries_bytes(&sizes)), 0);
	summaries_init(&summaries, &region, &sizes, &key, &counters, &policy);
	cr_assert_eq(region.used, summaries_bytes(&sizes));
}

static void
tear_down(void)
{
	region_finish(&region);
}

TestSuite(summaries, .init = set_up, .fini = tear_down);

static struct ip_address
address(uint8_t net, uint32_t host)
{
	const uint8_t v4[4] = { 10, net, (uint8_t)(host >> 8), (uint8_t)host };

	return ip_address_from_v4(v4);
}

/* An event of source 10.1.0.'source' and target 10.2.'target', port 445. */
static void
event(uint64_t time_ns, uint32_t source, uint32_t target,
    enum probe_outcome outcome)
{
	memset(&probe, 0, sizeof(probe));
	memset(&sighting, 0, sizeof(sighting));
	probe.time_ns = time_ns;
	probe.attempt_ns = time_ns;
	probe.event = outcome == PROBE_PENDING ? PROBE_ATTEMPT : PROBE_OUTCOME;
	probe.outcome = (uint8_t)outcome;
	probe.source = address(1, source);
	probe.target = address(2, target);
	probe.vlan = VLAN_NONE;
	sighting.probe = &probe;
	sighting.source = probe.source;
	sighting.contact.target = probe.target;
	sighting.contact.target_port = 445;
	sighting.contact.protocol = 6;
	sighting.now_s = (uint32_t)(time_ns / NS_PER_S);
	sighting.source_hash =
	    table_hash(&summaries.windows[0].sources, &sighting.source);
	sighting.pair_hash =
	    siphash(&key, &sighting.contact.target, sizeof(probe.target));
	sighting.is_first = true;
	sighting.is_new_target = outcome == PROBE_PENDING;
	summaries_event(&summaries, &sighting);
}

static void
sweep(uint64_t time_ns, uint32_t source, uint32_t targets,
    enum probe_outcome outcome)
{
	for (uint32_t i = 1; i <= targets; i++) {
		event(time_ns, source, i, PROBE_PENDING);
		event(time_ns + NS_PER_MS, source, i, outcome);
	}
}

Test(summaries, say_what_a_source_did_in_its_window)
{
	sweep(START_NS + 5 * NS_PER_S, 7, 20, PROBE_SILENT);
	sweep(START_NS + 6 * NS_PER_S, 7, 5, PROBE_REFUSED);
	event(START_NS + 7 * NS_PER_S, 7, 1, PROBE_PRODUCTIVE);
	cr_expect_not(summaries_next_source(&summaries, &summary));
	summaries_close(&summaries, START_NS + 599 * NS_PER_S, false);
	cr_expect_not(summaries_next_source(&summaries, &summary));
	summaries_close(&summaries, START_NS + 600 * NS_PER_S, false);
	cr_assert(summaries_next_source(&summaries, &summary));
	cr_expect(source_summary_is_sound(&summary));
	cr_expect_eq(summary.from_ns, START_NS);
	cr_expect_eq(summary.to_ns, START_NS + 600 * NS_PER_S);
	cr_expect_eq(summary.is_partial, 0);
	cr_expect_eq(summary.attempts, 25);
	cr_expect_eq(summary.silent, 20);
	cr_expect_eq(summary.refused, 5);
	cr_expect_eq(summary.answered, 1);
	cr_expect_eq(source_summary_failures(&summary), 25);
	cr_expect_geq(sketch_estimate(&summary.targets), 18);
	cr_expect_leq(sketch_estimate(&summary.targets), 22);
	cr_expect_eq(sketch_estimate(&summary.services), 1);
	cr_expect_not(summaries_next_source(&summaries, &summary));
}

Test(summaries, are_of_sources_with_three_targets_or_more)
{
	sweep(START_NS, 1, 2, PROBE_SILENT);
	sweep(START_NS, 2, 3, PROBE_SILENT);
	summaries_close(&summaries, START_NS + 600 * NS_PER_S, false);
	cr_assert(summaries_next_source(&summaries, &summary));
	cr_expect_eq(summary.source.byte[15], 2);
	cr_expect_not(summaries_next_source(&summaries, &summary));
}

Test(summaries, of_a_window_that_nobody_fetches_are_dropped_and_counted)
{
	sweep(START_NS, 1, 5, PROBE_SILENT);
	sweep(START_NS + 601 * NS_PER_S, 2, 5, PROBE_SILENT);
	sweep(START_NS + 1201 * NS_PER_S, 3, 5, PROBE_SILENT);
	cr_expect_eq(counters.value[COUNTER_EVIDENCE_SUMMARIES_DROPPED], 1);
	cr_assert(summaries_next_source(&summaries, &summary));
	cr_expect_eq(summary.source.byte[15], 2);
	cr_expect_eq(summary.from_ns, START_NS + 600 * NS_PER_S);
}

Test(summaries, a_full_table_keeps_who_fails_most_and_says_who_came_late)
{
	uint32_t found = 0;

	for (uint32_t source = 1; source <= SOURCES; source++) {
		sweep(START_NS, source, 4,
		    source == 1 ? PROBE_PRODUCTIVE : PROBE_SILENT);
	}
	/* Who only talks pushes nobody out, ... */
	sweep(START_NS + NS_PER_S, 100, 50, PROBE_PRODUCTIVE);
	cr_expect_eq(counters.value[COUNTER_EVIDENCE_SOURCES_DISPLACED], 0);
	/* ... who fails does: the one that failed least. */
	sweep(START_NS + NS_PER_S, 101, 50, PROBE_SILENT);
	cr_expect_eq(counters.value[COUNTER_EVIDENCE_SOURCES_DISPLACED], 1);
	summaries_close(&summaries, START_NS + 600 * NS_PER_S, false);
	while (summaries_next_source(&summaries, &summary)) {
		cr_expect_neq(summary.source.byte[15], 1);
		cr_expect_neq(summary.source.byte[15], 100);
		cr_expect_eq(
		    summary.is_partial, summary.source.byte[15] == 101);
		cr_expect(source_summary_is_sound(&summary));
		found++;
	}
	cr_expect_eq(found, SOURCES);
}

Test(summaries, what_others_explain_and_outcomes_of_repeats_do_not_count)
{
	sweep(START_NS, 1, 5, PROBE_SILENT);
	sighting.is_first = false;
	summaries_event(&summaries, &sighting);
	sighting.is_first = true;
	sighting.is_explained = true;
	summaries_event(&summaries, &sighting);
	summaries_close(&summaries, START_NS + 600 * NS_PER_S, false);
	cr_assert(summaries_next_source(&summaries, &summary));
	cr_expect_eq(summary.silent, 5);
}

Test(summaries, the_end_closes_a_window_ahead_of_time)
{
	sweep(START_NS + NS_PER_S, 1, 5, PROBE_SILENT);
	summaries_close(&summaries, START_NS + 2 * NS_PER_S, true);
	cr_assert(summaries_next_source(&summaries, &summary));
	cr_expect_eq(summary.to_ns, START_NS + 2 * NS_PER_S + 1);
	cr_assert(summaries_next_hour(&summaries, &hour));
	cr_expect(segment_hour_is_sound(&hour));
	cr_expect_eq(hour.attempts, 5);
	cr_expect_eq(hour.silent, 5);
	cr_expect_not(summaries_next_hour(&summaries, &hour));
}

Test(summaries, an_hour_is_told_for_each_pair_of_segments)
{
	uint64_t hour_ns = START_NS - START_NS % (3600 * NS_PER_S);
	uint64_t attempts = 0;
	uint32_t pairs = 0;

	for (uint16_t source = 0; source < 40; source++) {
		event(START_NS, source, 1, PROBE_PENDING);
		sighting.source_segment = source;
		sighting.target_segment = 3;
		summaries_event(&summaries, &sighting);
	}
	summaries_close(&summaries, hour_ns + 3600 * NS_PER_S, false);
	while (summaries_next_hour(&summaries, &hour)) {
		cr_expect(segment_hour_is_sound(&hour));
		cr_expect_eq(hour.from_ns, hour_ns);
		cr_expect_eq(hour.to_ns, hour_ns + 3600 * NS_PER_S);
		attempts += hour.attempts;
		pairs++;
	}
	cr_expect_eq(attempts, 80, "none is lost for want of room");
	cr_expect_leq(pairs, PAIRS);
	cr_expect_gt(counters.value[COUNTER_EVIDENCE_SEGMENT_PAIRS_JOINED], 0);
}

Test(summaries, a_changed_policy_closes_what_was_counted_by_its_segments)
{
	event(START_NS, 1, 1, PROBE_PENDING);
	policy.version++;
	summaries_apply_policy(&summaries, START_NS + NS_PER_S);
	cr_assert(summaries_next_hour(&summaries, &hour));
	cr_expect_eq(hour.policy_version, policy.version - 1);
	event(START_NS + 2 * NS_PER_S, 1, 1, PROBE_PENDING);
	summaries_close(&summaries, START_NS + 3 * NS_PER_S, true);
	cr_assert(summaries_next_hour(&summaries, &hour));
	cr_expect_eq(hour.policy_version, policy.version);
	cr_expect_eq(hour.from_ns, START_NS + NS_PER_S + 1);
}

Test(summaries, joined_are_as_one_of_both_windows)
{
	static struct source_summary first;

	sweep(START_NS, 1, 5, PROBE_SILENT);
	sweep(START_NS + 600 * NS_PER_S, 1, 9, PROBE_REFUSED);
	cr_assert(summaries_next_source(&summaries, &first));
	summaries_close(&summaries, START_NS + 1200 * NS_PER_S, false);
	cr_assert(summaries_next_source(&summaries, &summary));
	source_summary_merge(&first, &summary);
	cr_expect_eq(first.from_ns, START_NS);
	cr_expect_eq(first.to_ns, START_NS + 1200 * NS_PER_S);
	cr_expect_eq(first.attempts, 14);
	cr_expect_eq(source_summary_failures(&first), 14);
	cr_expect_eq(
	    memcmp(&first.targets, &summary.targets, sizeof(first.targets)), 0,
	    "the second window's targets hold the first's");
}

Test(summaries, that_are_not_sound_are_told)
{
	static struct source_summary sound = { .from_ns = 1,
		.to_ns = 2,
		.vlan = VLAN_NONE,
		.segment = POLICY_NO_SEGMENT };

	cr_expect(source_summary_is_sound(&sound));
#define EXPECT_UNSOUND(change) \
	summary = sound;       \
	change;                \
	cr_expect_not(source_summary_is_sound(&summary), #change)
	EXPECT_UNSOUND(summary.to_ns = 1);
	EXPECT_UNSOUND(summary.segment = POLICY_SEGMENT_COUNT);
	EXPECT_UNSOUND(summary.vlan = 4096);
	EXPECT_UNSOUND(summary.is_partial = 2);
	EXPECT_UNSOUND(summary.targets.rank[0] = SKETCH_RANK_MOST + 1);
	EXPECT_UNSOUND(summary.services.rank[255] = 255);
	hour = (struct segment_hour){ .from_ns = 1, .to_ns = 2 };
	cr_expect(segment_hour_is_sound(&hour));
	hour.target_segment = POLICY_SEGMENT_COUNT;
	cr_expect_not(segment_hour_is_sound(&hour));
	hour = (struct segment_hour){ .from_ns = 2, .to_ns = 2 };
	cr_expect_not(segment_hour_is_sound(&hour));
}
