/* What happens when the room's memory is full. */

#include <criterion/criterion.h>
#include <string.h>

#include "support/finding_builder.h"
#include "unit/detect/watch.h"

static struct watch watch;

static void
set_up(void)
{
	watch_open(&watch);
}

static void
tear_down(void)
{
	watch_close(&watch);
}

TestSuite(full, .init = set_up, .fini = tear_down);

/* The number-th of many hosts outside all segments. */
static struct ip_address
stranger(uint32_t number)
{
	uint8_t v4[4] = { 100, (uint8_t)(number >> 16), (uint8_t)(number >> 8),
		(uint8_t)number };

	return ip_address_from_v4(v4);
}

/* Lets 'source' contact 'count' servers once each, all served. */
static void
harmless(const struct ip_address *source, int count)
{
	for (int i = 0; i < count; i++) {
		struct ip_address target = address_of("10.20.2.0");
		struct probe probe;

		target = ip_address_add(&target, i * 29 % 250);
		probe = probe_of(
		    PROBE_TCP_CONNECT, source, &target, 443, watch.now_ns);
		watch_put(&watch, &probe, FATE_SERVED);
		watch.now_ns += watch.gap_ns;
	}
}

Test(full, ten_thousand_sources_with_a_probe_each_raise_nothing)
{
	watch.gap_ns = NS_PER_MS;
	for (uint32_t i = 0; i < 10000; i++) {
		struct ip_address source = stranger(i);
		struct ip_address target = address_of("10.20.2.0");
		struct probe probe;

		target = ip_address_add(&target, i % 256);
		probe =
		    probe_of(PROBE_TCP_SYN, &source, &target, 22, watch.now_ns);
		watch_put(&watch, &probe, FATE_REFUSED);
		watch.now_ns += watch.gap_ns;
	}
	watch_play(&watch);
	cr_expect_eq(watch.told_count, 0);
	cr_expect_eq(watch.counters.value[COUNTER_DETECT_SUSPECTS], 0);
}

/* One probe, then many sources that never come again, and so on. */
Test(full, a_flood_of_sources_does_not_push_out_a_slow_scanner)
{
	enum { PROBES = 12, FLOOD = CONFIG_DETECT_SOURCE_COUNT / 6 };
	uint32_t number = 0;

	watch.gap_ns = 10 * NS_PER_US;
	for (int probe = 0; probe < PROBES; probe++) {
		struct probe scan =
		    like(PROBE_TCP_CONNECT, "10.20.1.9", "10.20.2.0", 445);

		scan.target =
		    ip_address_add(&scan.target, (probe * 97 + 11) % 251);
		watch_sweep(&watch, &scan, 1, 0, FATE_REFUSED);
		for (int i = 0; probe >= 2 && i < FLOOD; i++) {
			struct ip_address source = stranger(number++);

			harmless(&source, 1);
		}
		watch_play(&watch);
	}
	cr_expect_gt(watch.detect->sources.evicted, 0, "it was no flood");
	cr_assert_eq(watch.told_count, 1);
	expect_address(&watch.told[0].source, "10.20.1.9");
	cr_expect_leq(watch.told[0].probes_at_raise, 10);
}

Test(full, harmless_suspects_do_not_push_out_one_with_evidence)
{
	enum { SUSPECTS = CONFIG_DETECT_SUSPECT_COUNT * 5 / 4 };
	struct probe scan =
	    like(PROBE_TCP_CONNECT, "10.20.1.9", "10.20.2.0", 445);

	watch.gap_ns = 10 * NS_PER_US;
	scan.target_port = 1000;
	watch_ports(&watch, &scan, 7, 111, FATE_REFUSED);
	watch_play(&watch);
	for (uint32_t i = 0; i < SUSPECTS; i++) {
		struct ip_address source = stranger(i);

		harmless(&source, SOURCE_CONTACTS + 1);
	}
	watch_play(&watch);
	cr_expect_gt(watch.counters.value[COUNTER_DETECT_SUSPECTS_DISPLACED], 0,
	    "the table was not full");
	cr_assert_eq(watch.told_count, 0);
	watch.gap_ns = NS_PER_S;
	scan.target_port = 5000;
	watch_ports(&watch, &scan, 4, 111, FATE_REFUSED);
	watch_play(&watch);
	cr_assert_eq(watch.told_count, 1);
	cr_expect_eq(watch.told[0].probes_at_raise, 10);
}

Test(full, what_is_held_never_exceeds_what_was_planned)
{
	enum { SOURCES = CONFIG_DETECT_SOURCE_COUNT * 5 / 4 };

	watch.gap_ns = 10 * NS_PER_US;
	for (uint32_t i = 0; i < SOURCES; i++) {
		struct ip_address source = stranger(i);

		harmless(&source, 1);
	}
	watch_play(&watch);
	cr_expect_leq(
	    detect_sources_held(watch.detect), CONFIG_DETECT_SOURCE_COUNT);
	cr_expect_geq(detect_sources_held(watch.detect),
	    CONFIG_DETECT_SOURCE_COUNT * 9 / 10);
	cr_expect_eq(detect_campaigns_held(watch.detect), 0);
}

Test(full, the_plan_states_what_is_carved)
{
	struct plan_line lines[16];
	uint32_t count = detect_plan(lines, ARRAY_SIZE(lines));
	size_t sum = 0;

	cr_assert_leq(count, ARRAY_SIZE(lines));
	for (uint32_t i = 0; i < count; i++) {
		sum += lines[i].bytes;
	}
	cr_expect_eq(sum, detect_bytes());
	cr_expect_eq(watch.region.used, detect_bytes());
}

/* A scan of more networks than a campaign can hold. */
Test(full, a_scan_of_more_networks_than_fit_is_counted_on)
{
	enum { NETWORKS = CAMPAIGN_NETWORKS + 60 };
	const struct finding *finding;

	watch.gap_ns = 20 * NS_PER_MS;
	for (int i = 0; i < NETWORKS; i++) {
		struct ip_address source = address_of("10.20.1.9");
		struct ip_address target = address_of("fd20::7");
		struct probe probe;

		source.byte[0] = 0xfd;
		source.byte[1] = 0x20;
		memset(source.byte + 2, 0, 10);
		target = ip_address_add(&target, i * 256);
		probe = probe_of(
		    PROBE_TCP_CONNECT, &source, &target, 445, watch.now_ns);
		watch_put(&watch, &probe, FATE_REFUSED);
		watch.now_ns += watch.gap_ns;
	}
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	cr_assert_neq(watch.told_count, 0);
	finding = &watch.told[watch.told_count - 1];
	cr_expect_eq(finding->target_count, NETWORKS);
	cr_expect_eq(finding->probe_count, NETWORKS);
	cr_expect(finding->ranges_cut);
	cr_expect(finding->truncated_evidence);
}
