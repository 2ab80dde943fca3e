/* What once went wrong, each told as what is right. */

#include <criterion/criterion.h>
#include <string.h>

#include "support/finding_builder.h"
#include "unit/detect/watch.h"

static const uint64_t hour_ns = 3600 * NS_PER_S;

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

TestSuite(mended, .init = set_up, .fini = tear_down);

/* Tries 'model' on 'count' addresses of 250 from its target on, none next to
 * the one before; one in 'one_fails' is refused, the others end in 'fate'. */
static void
scatter(const struct probe *model, int count, int one_fails, enum fate fate)
{
	for (int i = 0; i < count; i++) {
		struct probe one = *model;

		one.target =
		    ip_address_add(&model->target, (i * 97 + 11) % 251);
		watch_sweep(&watch, &one, 1, 0,
		    one_fails > 0 && i % one_fails == 0 ? FATE_REFUSED : fate);
	}
}

static struct probe
smb_of(const char *source)
{
	return like(PROBE_TCP_CONNECT, source, "10.20.2.0", 445);
}

static void
sweep_in_order(const char *source, uint16_t port, enum fate fate)
{
	struct probe scan = like(PROBE_TCP_CONNECT, source, "10.20.2.1", port);

	watch_sweep(&watch, &scan, 60, 1, fate);
	watch_play(&watch);
}

static struct suspect *
suspect_of(const struct ip_address *source)
{
	const struct table *suspects = &watch.detect->suspects;

	return table_find(&watch.detect->suspects, source,
	    table_hash(suspects, source), (uint32_t)(watch.now_ns / NS_PER_S));
}

Test(mended, a_scan_repeated_after_a_week_is_raised_again)
{
	sweep_in_order("10.20.1.9", 445, FATE_SILENT);
	cr_assert_eq(watch.detect->campaign_number, 1);
	watch_wait(&watch, 167 * hour_ns);
	cr_expect_not(watch_finding(&watch, "10.20.1.9")->active);
	sweep_in_order("10.20.1.9", 445, FATE_SILENT);
	cr_expect_eq(watch.detect->campaign_number, 2);
}

Test(
    mended, a_scan_repeated_at_any_hour_after_the_first_is_over_is_raised_again)
{
	for (uint32_t hours = 25; hours < 33; hours++) {
		uint64_t before = watch.detect->campaign_number;

		sweep_in_order("10.20.1.9", 445, FATE_SILENT);
		cr_assert_eq(watch.detect->campaign_number, before + 1);
		watch_wait(&watch, hours * hour_ns);
	}
}

Test(mended, a_second_campaign_begins_with_its_own_first_probe)
{
	uint64_t again_ns;

	sweep_in_order("10.20.1.9", 445, FATE_REFUSED);
	watch_wait(&watch, 30 * hour_ns);
	again_ns = watch.now_ns;
	sweep_in_order("10.20.1.9", 22, FATE_REFUSED);
	cr_assert_eq(watch.detect->campaign_number, 2);
	cr_expect_geq(
	    watch_finding(&watch, "10.20.1.9")->first_seen_ns, again_ns);
}

Test(mended, a_campaign_that_was_quiet_for_long_ends_though_nobody_looked)
{
	sweep_in_order("10.20.1.9", 445, FATE_SILENT);
	watch.now_ns += 40 * hour_ns; /* A gap in a recording. */
	sweep_in_order("10.20.1.9", 22, FATE_SILENT);
	cr_expect_eq(watch.detect->campaign_number, 2);
}

/* A fan-out has done nothing else that would count a contact in: its targets
 * are counted from the latest contacts on. */
static void
expect_fan_out_counted(int one_fails)
{
	const struct finding *finding;
	struct probe scan = smb_of("10.20.1.9");

	for (int network = 0; network < 4; network++) {
		scan.target.byte[14] = (uint8_t)(1 + network);
		scatter(&scan, 100, one_fails, FATE_SERVED);
	}
	watch_play(&watch);
	finding = watch_finding(&watch, "10.20.1.9");
	cr_assert_not_null(finding);
	cr_expect_geq(finding->target_count, SUSPECT_CONTACTS);
	cr_expect_geq(finding->probes_at_raise, SUSPECT_CONTACTS);
	cr_expect_gt(finding->first_seen_ns, 0);
	cr_expect_eq(finding->kinds[0], FINDING_SERVICE_PROBE);
	cr_expect_leq(watch_findings(&watch, "10.20.1.9"), 3);
}

Test(mended, a_fan_out_that_is_always_served_has_its_targets_counted)
{
	expect_fan_out_counted(0);
}

Test(mended, a_fan_out_that_is_refused_now_and_then_has_its_targets_counted)
{
	expect_fan_out_counted(20);
}

Test(mended, new_hosts_over_a_month_are_no_fan_out)
{
	struct probe scan =
	    like(PROBE_TCP_CONNECT, "10.20.1.9", "10.20.2.0", 22);

	watch.gap_ns = 2 * hour_ns;
	for (int network = 0; network < 2; network++) {
		scan.target.byte[14] = (uint8_t)(2 + network);
		scatter(&scan, 180, 0, FATE_SERVED);
	}
	watch_play(&watch);
	cr_expect_null(watch_finding(&watch, "10.20.1.9"));
}

/* A good contact outside every 40 seconds, two failures inside a day. */
Test(mended, a_busy_host_that_fails_twice_a_day_is_left_alone)
{
	enum { DAYS = 8, GOOD = DAYS * 86400 / 40, FAILING = 2 * DAYS };
	const struct ip_address source = address_of("10.20.1.9");
	const struct ip_address world = address_of("93.184.0.0");
	const struct ip_address inside = address_of("10.20.2.0");

	for (int i = 0; i < GOOD; i++) {
		struct ip_address target =
		    ip_address_add(&world, i * 7919 % 100000);
		struct probe probe = probe_of(PROBE_TCP_CONNECT, &source,
		    &target, 443, watch_start_ns + (uint64_t)i * 40 * NS_PER_S);

		watch_put(&watch, &probe, FATE_SERVED);
	}
	for (int i = 0; i < FAILING; i++) {
		struct ip_address target =
		    ip_address_add(&inside, (i * 97 + 11) % 251);
		struct probe probe = probe_of(PROBE_TCP_CONNECT, &source,
		    &target, (uint16_t)(1000 + i * 13),
		    watch_start_ns + (uint64_t)i * 12 * hour_ns + 7);

		watch_put(&watch, &probe, FATE_SILENT);
	}
	watch_play(&watch);
	cr_expect_null(watch_finding(&watch, "10.20.1.9"));
}

Test(mended, an_arp_sweep_of_a_host_with_both_families_is_raised)
{
	struct probe sweep = like(PROBE_ARP, "10.20.1.9", "10.20.1.1", 0);
	const struct probe firsts[] = {
		like(PROBE_ND, "::", "fd20::9", 0),
		like(PROBE_ARP, "0.0.0.0", "10.20.1.9", 0),
		like(PROBE_TCP_CONNECT, "fd20::9", "fd20::1", 443),
	};

	for (size_t i = 0; i < ARRAY_SIZE(firsts); i++) {
		const struct probe *first = &firsts[i];
		struct probe probe = probe_of(
		    (enum probe_technique)first->technique, &first->source,
		    &first->target, first->target_port, watch.now_ns);

		probe.source_mac = mac_of(&sweep.source);
		watch_put(&watch, &probe, FATE_SILENT);
		watch.now_ns += NS_PER_S;
	}
	watch_sweep(&watch, &sweep, 100, 1, FATE_SILENT);
	watch_play(&watch);
	cr_expect_not_null(watch_finding(&watch, "10.20.1.9"));
}

/* The first 'count' of 10.30.0.0/15 whose records fall into one set. */
static void
addresses_of_one_set(
    const struct table *table, struct ip_address *found, uint32_t count)
{
	uint32_t held = 0;
	uint32_t set = 0;

	for (uint32_t i = 0; held < count; i++) {
		uint8_t v4[4] = { 10, (uint8_t)(30 + (i >> 16)),
			(uint8_t)(i >> 8), (uint8_t)i };
		struct ip_address address = ip_address_from_v4(v4);
		uint32_t index =
		    (uint32_t)table_hash(table, &address) & table->set_mask;

		if (held == 0) {
			set = index;
		}
		if (index == set) {
			found[held++] = address;
		}
	}
}

Test(mended, a_raised_source_keeps_its_record_and_its_campaign_ends)
{
	enum { SOURCES = 9 };
	struct ip_address sources[SOURCES];
	char text[IP_ADDRESS_TEXT_SIZE];
	struct probe scan;

	addresses_of_one_set(&watch.detect->suspects, sources, SOURCES);
	scan = smb_of(ip_address_format(&sources[0], text));
	scatter(&scan, 11, 0, FATE_REFUSED);
	watch_play(&watch);
	cr_assert_eq(detect_campaigns_held(watch.detect), 1);
	for (int i = 1; i < SOURCES; i++) {
		struct probe other = like(PROBE_TCP_CONNECT,
		    ip_address_format(&sources[i], text), "93.184.2.7", 1000);

		watch_sweep(&watch, &other, 15, 1, FATE_REFUSED);
	}
	watch_play(&watch);
	cr_expect_not_null(suspect_of(&sources[0]));
	watch_wait(&watch, 30 * hour_ns);
	ip_address_format(&sources[0], text);
	cr_expect_not(watch_finding(&watch, text)->active);
	cr_expect_eq(detect_campaigns_held(watch.detect), 0);
}

Test(mended, more_scanners_than_fit_are_not_raised_over_and_over)
{
	enum { SOURCES = 10 };
	struct ip_address sources[SOURCES];

	addresses_of_one_set(&watch.detect->campaigns, sources, SOURCES);
	watch.gap_ns = 100 * NS_PER_MS;
	for (int i = 0; i < 200; i++) {
		for (int at = 0; at < SOURCES; at++) {
			struct probe one = smb_of("10.20.1.9");

			one.source = sources[at];
			one.target = ip_address_add(&one.target, i);
			watch_sweep(&watch, &one, 1, 0, FATE_REFUSED);
		}
	}
	watch_play(&watch);
	cr_expect_geq(watch.detect->campaign_number, SOURCES - 2);
	cr_expect_leq(watch.detect->campaign_number, 2 * SOURCES);
}

Test(mended, everyday_work_does_not_hide_the_order_of_a_scan)
{
	const struct finding *finding;

	for (int i = 0; i < 300; i++) {
		struct probe probe =
		    like(PROBE_TCP_CONNECT, "10.20.1.9", "93.184.0.0", 443);

		probe.target = ip_address_add(&probe.target, i * 7919 % 100000);
		watch_sweep(&watch, &probe, 1, 0, FATE_SERVED);
	}
	sweep_in_order("10.20.1.9", 445, FATE_SILENT);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = watch_finding(&watch, "10.20.1.9");
	cr_assert_not_null(finding);
	cr_expect(finding_has_kind(finding, FINDING_SEQUENTIAL_IP));
	cr_expect_eq(finding->order, FINDING_ORDER_ASCENDING);
}

/* That it is one, and no connect scan, shows only when it is broken off; the
 * contacts from before the alert count too. */
Test(mended, a_half_open_scan_by_a_stack_is_not_called_a_connect_scan)
{
	const struct finding *finding;

	sweep_in_order("10.20.1.9", 445, FATE_HALF_OPEN);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = watch_finding(&watch, "10.20.1.9");
	cr_assert_not_null(finding);
	cr_expect_eq(finding->techniques, 1u << PROBE_TCP_SYN, "%x",
	    finding->techniques);
}

Test(mended, a_lapsed_first_connection_weighs_what_a_later_one_does)
{
	static const char *const targets[] = { "10.20.2.1", "10.20.2.99",
		"10.20.2.50" };
	const struct ip_address source = address_of("10.20.1.9");
	const struct suspect *suspect;

	watch.gap_ns = 30 * NS_PER_S;
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		watch_try(&watch, PROBE_TCP_CONNECT, "10.20.1.9", targets[i],
		    443, FATE_LAPSED);
	}
	watch_play(&watch);
	suspect = suspect_of(&source);
	cr_assert_not_null(suspect);
	cr_expect_float_eq(suspect->outcome, 1.5f, .01);
}

/* Puts down what a DHCP server sends to a client: an offer. */
static void
put_offer(const struct ip_address *client, uint64_t time_ns)
{
	const struct ip_address server = address_of("10.20.1.2");
	struct probe offer = probe_of(PROBE_UDP, &server, client, 68, time_ns);

	offer.source_port = 67;
	offer.traits |= PROBE_LIKELY_ANSWER;
	watch_put(&watch, &offer, FATE_SILENT);
}

Test(mended, offers_of_a_dhcp_server_in_the_order_of_its_pool_are_no_sweep)
{
	const struct ip_address pool = address_of("10.20.1.100");

	for (int i = 0; i < 40; i++) {
		struct ip_address client = ip_address_add(&pool, i);

		put_offer(&client, watch.now_ns);
		watch.now_ns += 150 * NS_PER_S;
	}
	watch_play(&watch);
	cr_expect_null(watch_finding(&watch, "10.20.1.2"));
}

Test(mended, a_dhcp_server_may_ping_a_pool_of_a_hundred_in_a_week)
{
	const struct ip_address server = address_of("10.20.1.2");
	const struct ip_address pool = address_of("10.20.1.10");

	for (int i = 0; i < 100; i++) {
		struct ip_address client = ip_address_add(&pool, i * 37 % 240);
		struct probe trial = probe_of(
		    PROBE_ICMP_ECHO, &server, &client, 0, watch.now_ns);

		watch_put(&watch, &trial, FATE_SILENT);
		put_offer(&client, watch.now_ns + NS_PER_S);
		watch.now_ns += hour_ns;
	}
	watch_play(&watch);
	cr_expect_null(watch_finding(&watch, "10.20.1.2"));
}

Test(mended, one_datagram_from_port_67_does_not_hide_a_ping_sweep)
{
	const struct ip_address source = address_of("10.20.1.9");
	const struct ip_address target = address_of("10.20.2.1");
	struct probe sweep = like(PROBE_ICMP_ECHO, "10.20.1.9", "10.20.2.1", 0);
	struct probe odd =
	    probe_of(PROBE_UDP, &source, &target, 9, watch.now_ns);
	const struct finding *finding;

	odd.source_port = 67;
	watch_put(&watch, &odd, FATE_SILENT);
	watch.now_ns += NS_PER_S;
	watch_sweep(&watch, &sweep, 200, 1, FATE_SILENT);
	watch_play(&watch);
	finding = watch_finding(&watch, "10.20.1.9");
	cr_assert_not_null(finding);
	cr_expect_leq(finding->probes_at_raise, 30);
}

/* Nor do three that look like a DHCP server's. */
Test(mended, a_fast_ping_sweep_is_no_dhcp_servers)
{
	const struct ip_address pool = address_of("10.20.1.100");
	struct probe sweep = like(PROBE_ICMP_ECHO, "10.20.1.2", "10.20.2.1", 0);

	for (int i = 0; i < 3; i++) {
		struct ip_address client = ip_address_add(&pool, i);

		put_offer(&client, watch.now_ns);
		watch.now_ns += NS_PER_S;
	}
	watch.gap_ns = 100 * NS_PER_MS;
	watch_sweep(&watch, &sweep, 60, 1, FATE_SILENT);
	watch_play(&watch);
	cr_expect_not_null(watch_finding(&watch, "10.20.1.2"));
}

Test(mended, a_reload_keeps_the_segments_of_a_campaign)
{
	sweep_in_order("10.20.1.9", 445, FATE_SILENT);
	detect_apply_policy(watch.detect);
	watch_wait(&watch, 30 * hour_ns);
	cr_expect_eq(watch_finding(&watch, "10.20.1.9")->segment_count, 1);
}

Test(mended, the_ports_of_an_sctp_scan_are_told)
{
	struct probe scan =
	    like(PROBE_SCTP_INIT, "10.20.1.9", "10.20.2.1", 36412);
	const struct finding *finding;

	watch_ports(&watch, &scan, 40, 3, FATE_REFUSED);
	watch_play(&watch);
	finding = watch_finding(&watch, "10.20.1.9");
	cr_assert_not_null(finding);
	cr_expect_gt(finding->service_count, 0);
	cr_assert_gt(finding->service_range_count, 0);
	cr_expect_eq(finding->service_ranges[0].protocol, 132);
}

/* Protocol 58 is ICMP for IPv6, which is a protocol as well as a way to ask who
 * is there. */
Test(mended, ip_protocol_58_is_counted_as_itself)
{
	struct probe scan =
	    like(PROBE_IP_PROTOCOL, "10.20.1.9", "10.20.2.1", 20);
	const struct finding *finding;

	watch_ports(&watch, &scan, 100, 1, FATE_REFUSED);
	watch_play(&watch);
	detect_flush(watch.detect);
	watch_wait(&watch, NS_PER_S);
	finding = watch_finding(&watch, "10.20.1.9");
	cr_assert_not_null(finding);
	cr_assert_eq(finding->service_range_count, 1);
	cr_expect_eq(finding->service_ranges[0].first, 20);
	cr_expect_eq(finding->service_ranges[0].last, 119);
}

Test(mended, an_outage_met_in_order_raises_nobody)
{
	enum { ROUNDS = 20, GOOD_ROUNDS = 8, CLIENTS = 20 };

	watch.gap_ns = 50 * NS_PER_MS;
	for (int round = 0; round < ROUNDS; round++) {
		for (int client = 1; client <= CLIENTS; client++) {
			struct probe probe = smb_of("10.20.1.0");

			probe.source = ip_address_add(&probe.source, client);
			probe.target = ip_address_add(
			    &probe.target, (round * 37 + client * 11) % 250);
			probe.target_port = 443;
			watch_sweep(&watch, &probe, 1, 0,
			    round < GOOD_ROUNDS ? FATE_SERVED : FATE_SILENT);
		}
		watch.now_ns += 5 * NS_PER_S;
	}
	watch_play(&watch);
	cr_expect_eq(watch.told_count, 0);
}
