/* The room as a whole: what is told when, and what stays quiet. */

#include <criterion/criterion.h>
#include <stdlib.h>
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

TestSuite(detect, .init = set_up, .fini = tear_down);

#define HOURS (3600 * NS_PER_S)

static const char scanner[] = "10.20.1.9";

/* A sweep of tcp/445 in order from the 'first' host of "servers" on. */
static void
sweep(int first, int count, enum fate fate)
{
	struct probe model = like(PROBE_TCP_CONNECT, scanner, "10.20.2.0", 445);

	model.target = ip_address_add(&model.target, first);
	watch_sweep(&watch, &model, count, 1, fate);
}

Test(detect, a_repeated_contact_moves_nothing)
{
	for (int round = 0; round < 500; round++) {
		watch_try(&watch, PROBE_TCP_CONNECT, scanner, "10.20.2.1", 445,
		    FATE_REFUSED);
		watch_try(&watch, PROBE_TCP_CONNECT, scanner, "10.20.2.2", 445,
		    FATE_SILENT);
		watch_try(
		    &watch, PROBE_UDP, scanner, "10.20.2.3", 161, FATE_SILENT);
	}
	watch_play(&watch);
	cr_expect_eq(watch.told_count, 0);
	cr_expect_eq(watch.counters.value[COUNTER_DETECT_FIRST_CONTACTS], 3);
}

Test(detect, repeats_add_nothing_to_a_campaign)
{
	sweep(1, 20, FATE_REFUSED);
	watch_play(&watch);
	for (int round = 0; round < 10; round++) {
		sweep(1, 20, FATE_REFUSED);
	}
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	cr_expect_eq(watch_finding(&watch, scanner)->probe_count, 20);
	cr_expect_eq(watch_finding(&watch, scanner)->target_count, 20);
}

Test(detect, hosts_that_retry_a_dead_server_are_left_alone)
{
	for (int client = 1; client <= 20; client++) {
		struct probe retry =
		    like(PROBE_TCP_CONNECT, "10.20.1.0", "10.20.2.7", 443);

		retry.source = ip_address_add(&retry.source, client);
		watch_sweep(&watch, &retry, 50, 0, FATE_SILENT);
	}
	watch_play(&watch);
	cr_expect_eq(watch.told_count, 0);
}

Test(detect, a_campaign_is_told_when_it_doubles_and_not_with_each_probe)
{
	sweep(1, 200, FATE_REFUSED);
	watch_play(&watch);
	cr_assert_eq(watch_findings(&watch, scanner), 5,
	    "at 8, 16, 32, 64, 128; there are %u",
	    watch_findings(&watch, scanner));
	for (uint32_t i = 0; i < watch.told_count; i++) {
		const struct finding *finding = &watch.told[i];

		cr_expect_eq(finding->revision, i + 1);
		cr_expect_eq(finding->target_count, 8u << i);
		cr_expect_eq(finding->campaign, watch.told[0].campaign);
		cr_expect(finding->active);
	}
}

Test(detect, what_names_a_campaign_never_changes)
{
	sweep(1, 250, FATE_REFUSED);
	watch_play(&watch);
	watch_wait(&watch, 30 * HOURS);
	cr_assert_gt(watch.told_count, 5);
	cr_expect_eq(watch.told[0].first_seen_ns, watch_start_ns);
	for (uint32_t i = 1; i < watch.told_count; i++) {
		const struct finding *first = &watch.told[0];
		const struct finding *later = &watch.told[i];

		cr_expect_eq(later->first_seen_ns, first->first_seen_ns);
		cr_expect_eq(later->raised_at_ns, first->raised_at_ns);
		cr_expect_eq(later->probes_at_raise, first->probes_at_raise);
		cr_expect(ip_address_equal(&later->source, &first->source));
		cr_expect_geq(later->last_seen_ns, first->last_seen_ns);
	}
}

Test(detect, it_is_raised_no_earlier_than_the_evidence_suffices)
{
	const struct finding *finding;

	sweep(1, 30, FATE_REFUSED);
	watch_play(&watch);
	finding = &watch.told[0];
	cr_expect_eq(finding->probes_at_raise, 8);
	cr_expect_eq(finding->raised_at_ns, watch_start_ns + 7 * NS_PER_S);
	cr_expect_eq(finding->revised_at_ns, finding->raised_at_ns);
}

Test(detect, a_new_technique_is_told)
{
	struct probe fin = like(PROBE_TCP_FIN, scanner, "10.20.2.1", 80);

	sweep(1, 20, FATE_REFUSED);
	watch_play(&watch);
	cr_assert_eq(watch_findings(&watch, scanner), 2);
	watch_sweep(&watch, &fin, 3, 7, FATE_REFUSED);
	watch_play(&watch);
	cr_expect_geq(watch_findings(&watch, scanner), 3);
	cr_expect(finding_has_technique(
	    watch_finding(&watch, scanner), PROBE_TCP_FIN));
}

Test(detect, a_new_kind_is_told)
{
	struct probe ports =
	    like(PROBE_TCP_CONNECT, scanner, "10.20.2.200", 1000);

	sweep(1, 100, FATE_REFUSED);
	watch_play(&watch);
	cr_expect_not(finding_has_kind(
	    watch_finding(&watch, scanner), FINDING_PORT_SCAN));
	watch_ports(&watch, &ports, 100, 3, FATE_REFUSED);
	watch_play(&watch);
	cr_expect(finding_has_kind(
	    watch_finding(&watch, scanner), FINDING_PORT_SCAN));
}

Test(detect, a_campaign_ends_after_a_quiet_day)
{
	sweep(1, 20, FATE_REFUSED);
	watch_play(&watch);
	watch_wait(&watch, 23 * HOURS);
	cr_expect(watch_finding(&watch, scanner)->active);
	cr_expect_eq(detect_campaigns_held(watch.detect), 1);
	watch_wait(&watch, 2 * HOURS);
	cr_expect_not(watch_finding(&watch, scanner)->active);
	cr_expect_eq(watch_finding(&watch, scanner)->probe_count, 20);
	cr_expect_eq(detect_campaigns_held(watch.detect), 0);
	watch_wait(&watch, 48 * HOURS);
	cr_expect_eq(watch_findings(&watch, scanner), 3, "it ends once");
}

Test(detect, what_comes_after_the_end_is_another_campaign)
{
	struct probe other = like(PROBE_TCP_CONNECT, scanner, "10.20.3.1", 22);

	sweep(1, 20, FATE_REFUSED);
	watch_play(&watch);
	watch_wait(&watch, 30 * HOURS);
	watch_sweep(&watch, &other, 20, 1, FATE_REFUSED);
	watch_play(&watch);
	cr_expect(watch_finding(&watch, scanner)->active);
	cr_expect_neq(
	    watch_finding(&watch, scanner)->campaign, watch.told[0].campaign);
}

Test(detect, a_pause_tells_what_has_come_since)
{
	sweep(1, 24, FATE_REFUSED);
	watch_play(&watch);
	cr_expect_eq(watch_finding(&watch, scanner)->probe_count, 16);
	watch_wait(&watch, 600 * NS_PER_S);
	cr_expect_eq(watch_finding(&watch, scanner)->probe_count, 24);
}

Test(detect, a_flush_leaves_nothing_untold)
{
	sweep(1, 17, FATE_REFUSED);
	watch_play(&watch);
	cr_expect_eq(watch_finding(&watch, scanner)->probe_count, 16);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	cr_expect_eq(watch_finding(&watch, scanner)->probe_count, 17);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	cr_expect_eq(watch_findings(&watch, scanner), 3,
	    "what was told is not told again");
}

Test(detect, a_sample_has_all_of_a_probe)
{
	const struct finding_sample *sample;

	sweep(1, 10, FATE_REFUSED);
	watch_play(&watch);
	sample = &watch.told[0].samples[2];
	cr_expect_eq(sample->time_ns, watch_start_ns + 2 * NS_PER_S);
	expect_address(&sample->source, scanner);
	expect_address(&sample->target, "10.20.2.3");
	cr_expect_eq(sample->target_port, 445);
	cr_expect_neq(sample->source_port, 0);
	cr_expect_eq(sample->protocol, IP_PROTOCOL_TCP);
	cr_expect_eq(sample->technique, PROBE_TCP_CONNECT);
	cr_expect_eq(sample->outcome, PROBE_REFUSED);
}

Test(detect, the_source_is_told_with_its_segment_and_mac)
{
	struct mac_address mac;
	const struct finding *finding;

	sweep(1, 10, FATE_REFUSED);
	watch_play(&watch);
	finding = watch_finding(&watch, scanner);
	mac = mac_of(&finding->source);
	cr_expect(finding->has_address);
	cr_expect(finding->has_mac);
	cr_expect(mac_address_equal(&finding->source_mac, &mac));
	cr_expect_eq(finding->source_segment, 1);
	cr_expect_eq(finding->policy_version, 1);
	cr_expect_eq(finding->vlan, VLAN_NONE);
}

Test(detect, a_mac_that_is_a_routers_is_not_the_sources)
{
	for (int i = 1; i <= 40; i++) {
		struct probe probe =
		    like(PROBE_TCP_CONNECT, scanner, "10.20.2.0", 445);

		if (i <= 4) { /* Others behind the same router. */
			probe.source.byte[15] = (uint8_t)(100 + i);
		}
		probe = probe_of(PROBE_TCP_CONNECT, &probe.source,
		    &probe.target, 445, watch.now_ns);
		probe.target = ip_address_add(&probe.target, i);
		probe.source_mac = (struct mac_address){ { 2, 0, 0, 0, 0, 1 } };
		watch_put(&watch, &probe, i <= 4 ? FATE_SERVED : FATE_REFUSED);
		watch.now_ns += watch.gap_ns;
	}
	watch_play(&watch);
	cr_expect_not(watch_finding(&watch, scanner)->has_mac);
}

Test(detect, a_source_without_an_address_is_known_by_its_mac)
{
	for (int i = 1; i <= 40; i++) {
		struct probe probe = like(PROBE_ARP, "0.0.0.0", "10.20.1.0", 0);

		probe = probe_of(
		    PROBE_ARP, &probe.source, &probe.target, 0, watch.now_ns);
		probe.target = ip_address_add(&probe.target, i);
		probe.source_mac = (struct mac_address){ { 2, 0, 0, 0, 0, 7 } };
		watch_put(&watch, &probe, FATE_SILENT);
		watch.now_ns += watch.gap_ns;
	}
	watch_play(&watch);
	cr_assert_neq(watch.told_count, 0);
	cr_expect_not(watch.told[0].has_address);
	cr_expect(watch.told[0].has_mac);
	cr_expect_eq(watch.told[0].source_mac.byte[5], 7);
}

Test(detect, a_router_that_asks_for_the_targets_of_a_sweep_is_not_sweeping)
{
	for (int i = 1; i <= 200; i++) {
		struct probe probe =
		    like(PROBE_ICMP_ECHO, "10.20.1.9", "10.20.2.0", 0);
		struct probe question =
		    like(PROBE_ARP, "10.20.2.254", "10.20.2.0", 0);
		struct ip_address target = ip_address_add(&probe.target, i);

		probe = probe_of(
		    PROBE_ICMP_ECHO, &probe.source, &target, 0, watch.now_ns);
		probe.source_mac = mac_of(&question.source);
		watch_put(&watch, &probe, FATE_SILENT);
		for (uint64_t again = 0; again < 3; again++) {
			question =
			    probe_of(PROBE_ARP, &question.source, &target, 0,
			        watch.now_ns + NS_PER_MS + again * NS_PER_S);
			watch_put(&watch, &question, FATE_SILENT);
		}
		watch.now_ns += 10 * NS_PER_MS;
	}
	watch_play(&watch);
	cr_expect_not_null(watch_finding(&watch, "10.20.1.9"));
	cr_expect_null(watch_finding(&watch, "10.20.2.254"));
	cr_expect_geq(watch.counters.value[COUNTER_DETECT_EXPLAINED], 200);
}

Test(detect, an_outage_that_many_meet_raises_nobody)
{
	watch.gap_ns = 50 * NS_PER_MS;
	for (int round = 0; round < 20; round++) {
		for (int client = 1; client <= 20; client++) {
			/* Each goes on to servers it has not met before. */
			struct probe probe = like(
			    PROBE_TCP_CONNECT, "10.20.1.0", "10.20.2.0", 443);

			probe.source = ip_address_add(&probe.source, client);
			probe.target = ip_address_add(&probe.target,
			    (round * round * 37 + client * 11) % 250);
			watch_sweep(&watch, &probe, 1, 0,
			    round < 8 ? FATE_SERVED : FATE_SILENT);
		}
		watch.now_ns += 5 * NS_PER_S;
	}
	watch_play(&watch);
	cr_expect_eq(watch.told_count, 0);
}

Test(detect, frames_that_were_dropped_are_said_on_the_open_campaign)
{
	sweep(1, 10, FATE_REFUSED);
	watch_play(&watch);
	detect_dropped(watch.detect, watch.now_ns, 123);
	sweep(11, 30, FATE_REFUSED);
	watch_play(&watch);
	cr_expect_eq(watch.told[0].dropped_packets, 0);
	cr_expect_eq(watch_finding(&watch, scanner)->dropped_packets, 123);
}

Test(detect, after_a_reload_segments_are_those_of_the_new_policy)
{
	sweep(1, 10, FATE_REFUSED);
	watch_play(&watch);
	/* "servers" is now the second. */
	watch.policy.segments[4] = watch.policy.segments[0];
	watch.policy.segments[0] = watch.policy.segments[2];
	watch.policy.segments[0].prefixes[0].address = address_of("10.20.99.0");
	watch.policy.version = 2;
	policy_prepare(&watch.policy);
	detect_apply_policy(watch.detect);
	sweep(11, 60, FATE_REFUSED);
	watch_play(&watch);
	cr_expect_eq(watch_finding(&watch, scanner)->policy_version, 2);
	cr_assert_eq(watch_finding(&watch, scanner)->segment_count, 1);
	cr_expect_eq(watch_finding(&watch, scanner)->segments[0], 4);
	cr_expect_eq(
	    watch.told[0].campaign, watch_finding(&watch, scanner)->campaign);
}

/* All that happens in a day of a busy network, put down again and again. */
static void
put_down_a_mixture(void)
{
	struct probe ports = like(PROBE_UDP, "10.20.1.30", "10.20.2.7", 1);

	sweep(1, 100, FATE_HALF_OPEN);
	watch_ports(&watch, &ports, 100, 31, FATE_REFUSED);
	for (int i = 0; i < 300; i++) {
		struct probe work =
		    like(PROBE_TCP_CONNECT, "10.20.1.50", "10.20.2.0", 443);

		work.source = ip_address_add(&work.source, i % 7);
		work.target = ip_address_add(&work.target, i * 31 % 200);
		watch_sweep(&watch, &work, 1, 0,
		    i % 9 == 0 ? FATE_SILENT : FATE_SERVED);
	}
}

Test(detect, the_same_events_give_the_same_findings_byte_for_byte)
{
	static struct watch again;

	watch.gap_ns = 20 * NS_PER_MS;
	put_down_a_mixture();
	watch_play(&watch);
	watch_wait(&watch, 30 * HOURS);
	cr_assert_gt(watch.told_count, 4);
	again = watch;
	tear_down();
	set_up();
	watch.gap_ns = 20 * NS_PER_MS;
	put_down_a_mixture();
	watch_play(&watch);
	watch_wait(&watch, 30 * HOURS);
	cr_assert_eq(watch.told_count, again.told_count);
	cr_expect_arr_eq(
	    watch.told, again.told, watch.told_count * sizeof(watch.told[0]));
}
