#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "stage.h"

/* What happens when the room is full, when time does odd things, and that the
 * same input gives the same output. */

static struct stage stage;

TestSuite(flow_bounds);

#define FLOW_TEST(name) Test(flow_bounds, name)

/* The 'number'th SYN of a flood: another source each. */
static struct packet
flood_syn(uint32_t number, uint64_t time_ns)
{
	struct packet packet = {
		.time_ns = time_ns,
		.source = { { [10] = 0xff,
		    0xff,
		    10,
		    (uint8_t)(number >> 16),
		    (uint8_t)(number >> 8),
		    (uint8_t)number } },
		.target = { { [10] = 0xff, 0xff, 192, 168, 0, 1 } },
		.source_port = (uint16_t)(1024 + (number >> 24)),
		.target_port = 80,
		.kind = PACKET_TCP,
		.protocol = IP_PROTOCOL_TCP,
		.tcp_flags = TCP_SYN,
		.tcp_options = STACK_OPTIONS,
		.vlan = VLAN_NONE,
	};

	return packet;
}

/* Sends without keeping what is told; returns how many were told DISPLACED. */
static uint32_t
flood(uint32_t first, uint32_t count, uint64_t step_ns)
{
	struct flow_conversation *conversation;
	struct flow_lookup lookup;
	struct probe probes[FLOW_PROBES_PER_PACKET];
	uint32_t displaced = 0;

	for (uint32_t i = 0; i < count; i++) {
		struct packet packet =
		    flood_syn(first + i, stage.now_ns += step_ns);
		uint32_t told;

		flow_prefetch(stage.flow, &packet, &lookup);
		while (
		    flow_next_timeout(stage.flow, packet.time_ns, &probes[0])) {
		}
		told = flow_packet(
		    stage.flow, &packet, &lookup, probes, &conversation);
		for (uint32_t j = 0; j < told; j++) {
			displaced += probes[j].outcome == PROBE_DISPLACED;
		}
		cr_assert_eq(probes[told - 1].event, PROBE_ATTEMPT);
	}
	return displaced;
}

FLOW_TEST(a_full_memory_displaces_and_tells_it)
{
	uint32_t displaced;

	stage_open_of(&stage, 64, 1024);
	displaced = flood(0, 1024, 1);
	cr_expect_lt(displaced, 103, "sets overflow rarely: %u", displaced);
	displaced += flood(1024, 2048, 1);
	cr_expect_gt(displaced, 1900, "one goes for each that comes");
	cr_expect_eq(counted(&stage, COUNTER_FLOW_DISPLACED), displaced);
	cr_expect_eq(flow_attempts_held(stage.flow), 3072 - displaced);
	cr_expect_leq(counted(&stage, COUNTER_FLOW_ATTEMPTS_PEAK), 1024);
	cr_expect_geq(counted(&stage, COUNTER_FLOW_ATTEMPTS_PEAK), 1000);
}

FLOW_TEST(the_displaced_one_is_told_with_all_of_its_attempt)
{
	stage_open_of(&stage, 64, 8);
	for (uint32_t i = 0; i < 8; i++) {
		struct packet packet = flood_syn(i, stage.now_ns += NS_PER_MS);

		stage_send(&stage, &packet);
		expect_attempt(&stage, PROBE_TCP_CONNECT);
	}
	tcp(&stage, "10.9.9.9/1", "10.0.0.2/80", SYN, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_DISPLACED);
	cr_expect_eq(last_told(&stage)->source.byte[15], 0, "the oldest");
	cr_expect_eq(last_told(&stage)->time_ns, stage.now_ns);
	cr_expect_eq(
	    last_told(&stage)->attempt_ns, stage.now_ns - 8 * NS_PER_MS);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, "192.168.0.1/80", "10.0.0.0/1024", RST, 0);
	expect_nothing(&stage); /* It is forgotten. */
	tcp(&stage, "192.168.0.1/80", "10.0.0.1/1024", RST, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_REFUSED);
}

FLOW_TEST(what_has_been_judged_goes_before_what_has_not)
{
	stage_open_of(&stage, 64, 8);
	for (uint32_t i = 0; i < 4; i++) {
		struct packet packet = flood_syn(i, stage.now_ns += NS_PER_MS);

		stage_send(&stage, &packet);
		expect_attempt(&stage, PROBE_TCP_CONNECT);
	}
	for (uint32_t i = 0; i < 4; i++) {
		struct packet packet = stage_tcp(
		    &stage, "10.0.1.1/80", "10.0.1.2/5", PSH | ACK, 9);

		packet.source.byte[15] = (uint8_t)i;
		stage_send(&stage, &packet);
	}
	for (uint32_t i = 4; i < 8; i++) {
		struct packet packet = flood_syn(i, stage.now_ns += NS_PER_MS);

		stage_send(&stage, &packet);
		expect_attempt(&stage, PROBE_TCP_CONNECT);
	}
	cr_expect_eq(counted(&stage, COUNTER_FLOW_QUIET_DISPLACED), 4);
	tcp(&stage, "10.9.9.9/1", "10.0.0.2/80", SYN, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_DISPLACED);
}

FLOW_TEST(connections_left_open_do_not_drive_out_new_attempts)
{
	stage_open_of(&stage, 64, 8);
	for (uint32_t i = 0; i < 8; i++) {
		char source[32];

		snprintf(source, sizeof(source), "10.0.0.1/%u", 1000 + i);
		handshake(&stage, source, "10.0.0.2/80");
	}
	stage_wait(&stage, 5 * NS_PER_S);
	for (uint32_t i = 0; i < 8; i++) {
		struct packet packet = flood_syn(i, stage.now_ns += NS_PER_MS);

		stage_send(&stage, &packet);
		expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_DISPLACED);
		cr_expect(last_told(&stage)->traits & PROBE_COMPLETED);
		expect_attempt(&stage, PROBE_TCP_CONNECT);
	}
}

FLOW_TEST(a_full_flow_table_gives_up_the_idlest)
{
	uint32_t held = 0;

	stage_open_of(&stage, 8, 64);
	for (uint32_t i = 0; i < 9; i++) {
		char source[32];

		snprintf(source, sizeof(source), "10.0.0.1/%u", 1000 + i);
		udp(&stage, source, "10.0.0.2/53", 40);
		expect_attempt(&stage, PROBE_UDP);
		udp(&stage, "10.0.0.2/53", source, 40);
		expect_outcome(&stage, PROBE_UDP, PROBE_PRODUCTIVE);
		stage_wait(&stage, NS_PER_S);
	}
	cr_expect_eq(flow_conversations_held(stage.flow), 8);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_CONVERSATIONS_EVICTED), 1);
	for (uint32_t i = 1; i < 9; i++) {
		char source[32];

		snprintf(source, sizeof(source), "10.0.0.1/%u", 1000 + i);
		udp(&stage, source, "10.0.0.2/53", 40);
		held += stage.conversation != NULL;
	}
	cr_expect_eq(held, 8, "all but the first are held: %u", held);
	expect_nothing(&stage);
}

/* The sanitizers make each packet ten times as dear. */
#if defined(__SANITIZE_ADDRESS__)
enum { MANY_SOURCES = 1000000 };
#else
enum { MANY_SOURCES = 10000000 };
#endif

FLOW_TEST(millions_of_sources_pass_through_a_small_memory)
{
	uint64_t told = 0;

	stage_open_of(&stage, 64, 4096);
	(void)flood(0, MANY_SOURCES, 1000);
	cr_expect_leq(flow_attempts_held(stage.flow), 4096);
	stage.now_ns += 3 * NS_PER_S;
	while (flow_next_timeout(stage.flow, stage.now_ns, &stage.told[0])) {
	}
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
	told = counted(&stage, COUNTER_FLOW_DISPLACED) +
	    counted(&stage, COUNTER_FLOW_SILENT);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_ATTEMPTS), MANY_SOURCES);
	cr_expect_eq(told, MANY_SOURCES, "each has one outcome");
}

FLOW_TEST(timeouts_come_in_order_of_time)
{
	uint64_t last_ns = 0;
	uint32_t count = 0;
	struct probe probe;

	stage_open_of(&stage, 64, 1024);
	for (uint32_t i = 0; i < 20; i++) { /* Judged 21 s after. */
		char source[32];

		snprintf(source, sizeof(source), "10.0.0.1/%u", 1000 + i);
		handshake(&stage, source, "10.0.0.2/80");
		stage.now_ns += NS_PER_MS;
	}
	stage.now_ns += 18 * NS_PER_S - 20 * NS_PER_MS;
	for (uint32_t i = 0; i < 20; i++) { /* Judged 3 s after. */
		struct packet packet = flood_syn(i, stage.now_ns += NS_PER_US);

		stage_send(&stage, &packet);
		expect_attempt(&stage, PROBE_TCP_CONNECT);
	}
	while (flow_next_timeout(
	    stage.flow, stage.now_ns + 100 * NS_PER_S, &probe)) {
		cr_expect_geq(probe.time_ns, last_ns);
		last_ns = probe.time_ns;
		count++;
	}
	cr_expect_eq(count, 60, "20 are OVERDUE first");
	cr_expect_lt(last_ns, stage.now_ns + 4 * NS_PER_S,
	    "told as of when it was decided");
}

FLOW_TEST(an_unanswered_attempt_is_told_overdue_and_then_silent)
{
	uint64_t attempt_ns;

	stage_open(&stage);
	stage.keeps_overdue = true;
	tcp(&stage, "10.0.0.1/1", "10.0.0.2/80", SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	attempt_ns = last_told(&stage)->time_ns;
	icmp(&stage, "10.0.0.1", "10.0.0.2", ICMP_ECHO_REQUEST, 1);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	icmp(&stage, "10.0.0.2", "10.0.0.1", ICMP_ECHO_REPLY, 1);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_ANSWERED);
	tcp(&stage, "10.0.0.1/2", "10.0.0.2/80", SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, "10.0.0.2/80", "10.0.0.1/2", SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	stage_wait(&stage, FLOW_OVERDUE_NS);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_OVERDUE);
	cr_expect_eq(last_told(&stage)->time_ns, attempt_ns + FLOW_OVERDUE_NS);
	cr_expect_eq(last_told(&stage)->attempt_ns, attempt_ns);
	expect_nothing(&stage);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_SILENT);
	cr_expect_eq(
	    last_told(&stage)->time_ns, attempt_ns + FLOW_ANSWER_TIMEOUT_NS);
	expect_nothing(&stage);
}

FLOW_TEST(an_overdue_attempt_can_still_be_answered)
{
	stage_open(&stage);
	stage.keeps_overdue = true;
	tcp(&stage, "10.0.0.1/1", "10.0.0.2/80", SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	stage_wait(&stage, NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_OVERDUE);
	tcp(&stage, "10.0.0.2/80", "10.0.0.1/1", RST, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_REFUSED);
}

FLOW_TEST(time_that_steps_back_stands_still)
{
	struct packet packet;

	stage_open(&stage);
	tcp(&stage, "10.0.0.1/1", "10.0.0.2/80", SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	packet = stage_tcp(&stage, "10.0.0.1/2", "10.0.0.2/80", SYN, 0);
	packet.time_ns -= 10 * NS_PER_S;
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	cr_expect_eq(last_told(&stage)->time_ns,
	    packet.time_ns + 10 * NS_PER_S - 1 * NS_PER_MS);
	packet = stage_tcp(&stage, "10.0.0.2/80", "10.0.0.1/2", RST, 0);
	packet.time_ns = 0;
	stage_send(&stage, &packet);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_REFUSED);
	cr_expect_eq(last_told(&stage)->answer_delay_us, 0);
}

FLOW_TEST(time_that_leaps_ends_everything)
{
	stage_open(&stage);
	handshake(&stage, "10.0.0.1/1", "10.0.0.2/80");
	tcp(&stage, "10.0.0.1/2", "10.0.0.2/80", SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, "10.0.0.1/3", "10.0.0.2/80", PSH | ACK, 9);
	stage_wait(&stage, 1000 * 86400 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_SILENT);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
	expect_nothing(&stage);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
}

FLOW_TEST(the_end_of_time_breaks_nothing)
{
	struct packet packet;

	stage_open(&stage);
	tcp(&stage, "10.0.0.1/1", "10.0.0.2/80", SYN, 0);
	packet = stage_tcp(&stage, "10.0.0.1/2", "10.0.0.2/80", SYN, 0);
	packet.time_ns = UINT64_MAX;
	stage_send(&stage, &packet);
	packet = stage_tcp(&stage, "10.0.0.1/3", "10.0.0.2/80", SYN, 0);
	packet.time_ns = UINT64_MAX;
	stage_send(&stage, &packet);
	stage.now_ns = UINT64_MAX;
	stage_wait(&stage, 0);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_SILENT), 3);
}

/* A packet of any kind, by a generator that gives the same each time (xorshift,
 * Marsaglia 2003). */
static struct packet
any_packet(uint64_t *state, uint64_t time_ns)
{
	static const uint8_t protocols[] = { IP_PROTOCOL_TCP, IP_PROTOCOL_UDP,
		IP_PROTOCOL_SCTP, IP_PROTOCOL_ICMP, IP_PROTOCOL_ARP_KEY, 77 };
	struct packet packet = { .time_ns = time_ns, .vlan = VLAN_NONE };
	uint64_t bits;

	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	bits = *state;
	packet.kind = (uint8_t)(bits % 6);
	packet.protocol = protocols[packet.kind];
	packet.source = ip_address_from_v4(
	    (uint8_t[4]){ 10, 0, 0, (uint8_t)(bits >> 8 & 3) });
	packet.target = ip_address_from_v4(
	    (uint8_t[4]){ 10, 0, 0, (uint8_t)(bits >> 10 & 3) });
	packet.source_port = (uint16_t)(bits >> 12 & 3);
	packet.target_port = (uint16_t)(bits >> 14 & 3);
	packet.tcp_flags = (uint8_t)(bits >> 16);
	packet.payload_size = bits >> 24 & 1;
	packet.icmp_type = (uint8_t)(bits >> 25 & 15);
	packet.icmp_code = (uint8_t)(bits >> 29 & 3);
	packet.sctp_chunk = (uint32_t)(bits >> 31 & 7);
	packet.arp_operation = (uint16_t)(bits >> 34 & 3);
	packet.quote.present = packet.icmp_type >= 3;
	packet.quote.protocol = protocols[bits >> 36 & 3];
	packet.quote.icmp_type = (uint8_t)(bits >> 38 & 15);
	packet.quote.source = packet.target;
	packet.quote.target = packet.source;
	packet.quote.source_port = packet.target_port;
	packet.quote.target_port = packet.source_port;
	return packet;
}

/* Sends 'count' packets of any kind; returns a digest of all that is told. */
static uint64_t
run_any(uint32_t count)
{
	static const struct hash_key plain;
	uint64_t state = 88172645463325252u;
	uint64_t digest = 0;

	stage_open_of(&stage, 32, 32);
	for (uint32_t i = 0; i < count; i++) {
		struct packet packet = any_packet(
		    &state, stage.now_ns += (i & 15) * 10 * NS_PER_MS);

		stage.told_count = 0;
		stage_send(&stage, &packet);
		for (uint32_t j = 0; j < stage.told_count; j++) {
			digest = digest * 31 +
			    siphash(
			        &plain, &stage.told[j], sizeof(stage.told[j]));
		}
	}
	stage.told_count = 0;
	stage_wait(&stage, 60 * NS_PER_S);
	return digest;
}

FLOW_TEST(the_same_packets_tell_the_same_and_each_attempt_ends_once)
{
	uint64_t digest = run_any(300000);
	const uint64_t *value = stage.counters.value;
	uint64_t ends = 0;

	for (uint32_t i = COUNTER_FLOW_PRODUCTIVE; i <= COUNTER_FLOW_DISPLACED;
	     i++) {
		ends += value[i];
		cr_expect_gt(value[i], 0, "%s never came",
		    counter_name((enum counter)i));
	}
	/* ANSWERED is the end of a question, but not of a handshake. */
	cr_expect_leq(ends, value[COUNTER_FLOW_ATTEMPTS]);
	cr_expect_geq(
	    ends + value[COUNTER_FLOW_ANSWERED], value[COUNTER_FLOW_ATTEMPTS]);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
	stage_close(&stage);
	cr_expect_eq(run_any(300000), digest);
}

FLOW_TEST(the_configured_room_takes_what_it_says)
{
	static const struct hash_key key;
	struct counters counters = { { 0 } };
	struct region region;

	cr_assert_eq(region_init(&region, flow_bytes()), 0);
	cr_expect_not_null(flow_init(&region, &key, &counters));
	cr_expect_eq(region.used, region.size);
	cr_expect_leq(flow_bytes(),
	    CONFIG_FLOW_ATTEMPT_COUNT * 120 + CONFIG_FLOW_COUNT * 72 + 4096,
	    "the prices in Kconfig");
	region_finish(&region);
}

FLOW_TEST(every_technique_and_outcome_has_a_name)
{
	cr_expect_str_eq(
	    probe_technique_name(PROBE_ICMP_ADDRESS_MASK), "icmp_address_mask");
	cr_expect_str_eq(probe_outcome_name(PROBE_ONE_WAY), "one_way");
	for (uint32_t i = 0; i < PROBE_TECHNIQUE_COUNT; i++) {
		cr_expect_not_null(
		    probe_technique_name((enum probe_technique)i));
	}
	for (uint32_t i = 0; i < PROBE_OUTCOME_COUNT; i++) {
		cr_expect_not_null(probe_outcome_name((enum probe_outcome)i));
	}
}
