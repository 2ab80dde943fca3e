#include <criterion/criterion.h>
#include <string.h>

#include "stage.h"

static struct stage stage;

static const char *const a = "10.0.0.1/50000";
static const char *const b = "10.0.0.2/80";

TestSuite(flow_tcp);

static void
open_stage(void)
{
	stage_open(&stage);
}

#define FLOW_TEST(name) Test(flow_tcp, name, .init = open_stage)

static void
expect_trait(uint16_t trait)
{
	cr_expect((last_told(&stage)->traits & trait) == trait, "traits: %x",
	    last_told(&stage)->traits);
}

static void
expect_no_trait(uint16_t trait)
{
	cr_expect((last_told(&stage)->traits & trait) == 0, "traits: %x",
	    last_told(&stage)->traits);
}

/* What begins an attempt. */

FLOW_TEST(an_attempt_carries_all_of_its_packet)
{
	struct packet packet = stage_tcp(&stage, a, b, SYN, 0);
	const struct probe *probe;

	packet.vlan = 20;
	packet.ttl = 51;
	packet.tcp_window = 1024;
	packet.ip_id = 54321;
	packet.tcp_options_hash = 0xabcdef01;
	packet.observation_point = 3;
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	probe = last_told(&stage);
	cr_expect_eq(probe->time_ns, packet.time_ns);
	cr_expect(ip_address_equal(&probe->source, &packet.source));
	cr_expect(ip_address_equal(&probe->target, &packet.target));
	cr_expect_eq(probe->source_port, 50000);
	cr_expect_eq(probe->target_port, 80);
	cr_expect_eq(probe->protocol, IP_PROTOCOL_TCP);
	cr_expect_eq(probe->vlan, 20);
	cr_expect_eq(probe->ttl, 51);
	cr_expect_eq(probe->tcp_flags, SYN);
	cr_expect_eq(probe->tcp_window, 1024);
	cr_expect_eq(probe->ip_id, 54321);
	cr_expect_eq(probe->tcp_options_hash, 0xabcdef01);
	cr_expect_eq(probe->observation_point, 3);
	cr_expect(mac_address_equal(&probe->source_mac, &packet.source_mac));
	cr_expect(mac_address_equal(&probe->target_mac, &packet.target_mac));
	cr_expect(mac_address_is_zero(&probe->answer_mac));
	cr_expect_eq(probe->answer_delay_us, UINT32_MAX);
	cr_expect_eq(probe->traits, 0);
}

FLOW_TEST(an_outcome_carries_all_of_its_attempt)
{
	struct probe attempt, outcome;

	tcp(&stage, b, a, SYN, 0); /* From the high end of the key. */
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	attempt = *last_told(&stage);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_SILENT);
	outcome = *last_told(&stage);
	cr_expect_eq(outcome.time_ns, attempt.time_ns + 3 * NS_PER_S);
	outcome.time_ns = attempt.time_ns;
	outcome.event = attempt.event;
	outcome.outcome = attempt.outcome;
	cr_expect_eq(memcmp(&outcome, &attempt, sizeof(attempt)), 0);
}

FLOW_TEST(a_syn_without_a_stacks_options_is_crafted)
{
	static const struct {
		uint8_t options;
		uint8_t flags;
		bool crafted;
	} cases[] = {
		{ 0, SYN, true },
		{ TCP_OPTION_MSS, SYN, true },
		{ TCP_OPTION_SACK_PERMITTED, SYN, true },
		{ TCP_OPTION_MSS | TCP_OPTION_OTHER, SYN, true },
		{ STACK_OPTIONS | TCP_OPTION_MALFORMED, SYN, true },
		{ STACK_OPTIONS, SYN | URG, true },
		{ TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED, SYN, false },
		{ TCP_OPTION_MSS | TCP_OPTION_TIMESTAMPS, SYN, false },
		{ TCP_OPTION_MSS | TCP_OPTION_WINDOW_SCALE, SYN, false },
		{ STACK_OPTIONS, SYN | TCP_ECE | TCP_CWR, false },
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct packet packet =
		    stage_tcp(&stage, a, b, cases[i].flags, 0);

		packet.target_port = (uint16_t)(100 + i);
		packet.tcp_options = cases[i].options;
		stage_send(&stage, &packet);
		expect_attempt(&stage,
		    cases[i].crafted ? PROBE_TCP_SYN : PROBE_TCP_CONNECT);
		cr_expect_eq(last_told(&stage)->traits,
		    cases[i].crafted ? PROBE_CRAFTED : 0, "case %u", i);
	}
}

FLOW_TEST(odd_flags_have_their_techniques)
{
	static const struct {
		uint8_t flags;
		enum probe_technique technique;
	} cases[] = {
		{ 0, PROBE_TCP_NULL },
		{ TCP_ECE, PROBE_TCP_NULL },
		{ FIN, PROBE_TCP_FIN },
		{ FIN | PSH | URG, PROBE_TCP_XMAS },
		{ FIN | ACK, PROBE_TCP_MAIMON },
		{ ACK, PROBE_TCP_ACK },
		{ SYN | FIN, PROBE_TCP_OTHER },
		{ SYN | FIN | ACK, PROBE_TCP_OTHER },
		{ FIN | URG, PROBE_TCP_OTHER },
		{ URG, PROBE_TCP_OTHER },
		{ PSH, PROBE_TCP_OTHER },
		{ URG | PSH | SYN | FIN, PROBE_TCP_OTHER },
		{ FIN | PSH | URG | ACK, PROBE_TCP_OTHER },
	};

	for (uint32_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct packet packet =
		    stage_tcp(&stage, a, b, cases[i].flags, 0);

		packet.target_port = (uint16_t)(100 + i);
		stage_send(&stage, &packet);
		expect_attempt(&stage, cases[i].technique);
		cr_expect_eq(last_told(&stage)->tcp_flags, cases[i].flags);
	}
}

FLOW_TEST(an_rst_or_syn_ack_out_of_nothing_begins_nothing)
{
	tcp(&stage, a, b, RST, 0);
	tcp(&stage, a, b, RST | ACK, 0);
	tcp(&stage, a, b, RST | SYN, 0);
	tcp(&stage, a, b, SYN | ACK, 0);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_STRAY_RESETS), 3);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_UNASKED_ANSWERS), 1);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
}

FLOW_TEST(traits_say_what_was_special_about_the_first_packet)
{
	struct packet packet = stage_tcp(&stage, a, b, SYN, 10);

	packet.fragment = true;
	packet.ttl = 30;
	packet.wrapping = WRAPPED_VXLAN;
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	cr_expect_eq(last_told(&stage)->traits,
	    PROBE_FRAGMENTED | PROBE_LOW_TTL | PROBE_WRAPPED | PROBE_PAYLOAD);
}

FLOW_TEST(an_odd_packet_from_a_servers_port_is_likely_an_answer)
{
	tcp(&stage, "10.0.0.1/443", "10.0.0.2/51000", FIN | ACK, 0);
	expect_attempt(&stage, PROBE_TCP_MAIMON);
	expect_trait(PROBE_LIKELY_ANSWER);
	tcp(&stage, "10.0.0.1/3389", "10.0.0.2/51000", ACK, 0);
	expect_attempt(&stage, PROBE_TCP_ACK);
	expect_trait(PROBE_LIKELY_ANSWER);
	tcp(&stage, "10.0.0.1/443", "10.0.0.2/8080", ACK, 0);
	expect_attempt(&stage, PROBE_TCP_ACK);
	expect_no_trait(PROBE_LIKELY_ANSWER);
	tcp(&stage, "10.0.0.1/51000", "10.0.0.2/443", ACK, 0);
	expect_attempt(&stage, PROBE_TCP_ACK);
	expect_no_trait(PROBE_LIKELY_ANSWER);
	tcp(&stage, "10.0.0.1/20", "10.0.0.2/51000", SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	expect_no_trait(PROBE_LIKELY_ANSWER);
}

FLOW_TEST(a_repeated_syn_is_the_same_attempt)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	stage_wait(&stage, NS_PER_S);
	tcp(&stage, a, b, SYN, 0);
	stage_wait(&stage, NS_PER_S);
	expect_nothing(&stage);
	stage_wait(&stage, NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_SILENT);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
}

/* How a SYN ends. */

FLOW_TEST(a_refused_syn_is_told_at_once)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, RST | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_REFUSED);
	cr_expect_eq(last_told(&stage)->answer_delay_us, 1000);
	cr_expect_eq(last_told(&stage)->answer_mac.byte[5], 2);
	tcp(&stage, b, a, RST | ACK, 0); /* Twice: no second outcome. */
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
}

FLOW_TEST(after_a_refusal_the_same_ports_make_a_new_attempt)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, RST | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_REFUSED);
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
}

FLOW_TEST(payload_both_ways_makes_a_conversation)
{
	handshake(&stage, a, b);
	cr_expect_null(stage.conversation);
	tcp(&stage, a, b, PSH | ACK, 100);
	expect_nothing(&stage);
	cr_expect_null(stage.conversation);
	tcp(&stage, b, a, PSH | ACK, 1000);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_PRODUCTIVE);
	expect_trait(PROBE_COMPLETED | PROBE_SOURCE_SPOKE | PROBE_TARGET_SPOKE);
	cr_expect_eq(last_told(&stage)->answer_delay_us, 1000,
	    "the delay is the SYN-ACK's");
	cr_assert_not_null(stage.conversation);
	cr_expect_eq(stage.conversation->initiator_is_low, 1);
	cr_expect_eq(stage.conversation->payload_packets, 2);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, a, b, PSH | ACK, 7);
	cr_assert_not_null(stage.conversation);
	cr_expect_eq(stage.conversation->payload_packets, 3);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
	cr_expect_eq(flow_conversations_held(stage.flow), 1);
	expect_nothing(&stage);
}

FLOW_TEST(a_conversation_absorbs_its_end_and_what_comes_after)
{
	handshake(&stage, a, b);
	tcp(&stage, b, a, PSH | ACK, 20);
	tcp(&stage, a, b, PSH | ACK, 20);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_PRODUCTIVE);
	tcp(&stage, a, b, FIN | ACK, 0);
	tcp(&stage, b, a, ACK, 0);
	tcp(&stage, b, a, FIN | ACK, 0);
	tcp(&stage, a, b, ACK, 0);
	stage_wait(&stage, 100 * NS_PER_S);
	tcp(&stage, b, a, FIN | ACK, 0);
	tcp(&stage, a, b, RST, 0);
	tcp(&stage, b, a, ACK, 0);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_nothing(&stage);
	cr_expect_not_null(stage.conversation);
}

FLOW_TEST(a_syn_on_a_conversations_ports_begins_anew)
{
	handshake(&stage, a, b);
	tcp(&stage, b, a, PSH | ACK, 20);
	tcp(&stage, a, b, PSH | ACK, 20);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_PRODUCTIVE);
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	cr_expect_null(stage.conversation);
	cr_expect_eq(flow_conversations_held(stage.flow), 0);
}

FLOW_TEST(a_handshake_broken_off_by_the_sources_rst_is_half_open)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	tcp(&stage, a, b, RST, 0);
	expect_outcome(&stage, PROBE_TCP_SYN, PROBE_HALF);
	expect_trait(PROBE_SOURCE_RESET);
	expect_no_trait(PROBE_COMPLETED | PROBE_CRAFTED);
	tcp(&stage, b, a, SYN | ACK, 0); /* One more on its way. */
	tcp(&stage, a, b, RST, 0);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
}

FLOW_TEST(a_connect_that_says_nothing_and_closes_is_half)
{
	static const uint8_t ends[] = { RST, RST | ACK, FIN | ACK };

	for (uint32_t i = 0; i < ARRAY_SIZE(ends); i++) {
		handshake(&stage, a, b);
		tcp(&stage, a, b, ends[i], 0);
		expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
		expect_trait(PROBE_COMPLETED);
		tcp(&stage, b, a, ACK, 0);
		tcp(&stage, b, a, PSH | ACK, 20); /* A banner, too late. */
		tcp(&stage, b, a, FIN | ACK, 0);
		tcp(&stage, a, b, ACK, 0);
		expect_nothing(&stage);
	}
}

FLOW_TEST(a_target_that_accepts_and_resets_is_half)
{
	handshake(&stage, a, b);
	tcp(&stage, b, a, RST | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
	expect_no_trait(PROBE_SOURCE_RESET);
}

FLOW_TEST(a_completed_handshake_is_a_connect_whatever_its_options)
{
	struct packet packet = stage_tcp(&stage, a, b, SYN, 0);

	packet.tcp_options = TCP_OPTION_MSS;
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_TCP_SYN);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_SYN, PROBE_ANSWERED);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, a, b, FIN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
	expect_trait(PROBE_CRAFTED | PROBE_COMPLETED);
}

FLOW_TEST(a_banner_that_is_read_and_not_answered_is_one_way)
{
	handshake(&stage, a, b);
	tcp(&stage, b, a, PSH | ACK, 40);
	tcp(&stage, a, b, ACK, 0);
	expect_nothing(&stage);
	tcp(&stage, a, b, FIN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ONE_WAY);
	expect_trait(PROBE_TARGET_SPOKE);
	expect_no_trait(PROBE_SOURCE_SPOKE);
}

FLOW_TEST(a_passive_ftp_download_is_one_way_and_the_target_spoke)
{
	handshake(&stage, a, b);
	tcp(&stage, b, a, ACK, 1448);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, b, a, FIN | PSH | ACK, 700);
	tcp(&stage, a, b, ACK, 0);
	expect_nothing(&stage); /* The source has not closed. */
	tcp(&stage, a, b, FIN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ONE_WAY);
	expect_trait(PROBE_TARGET_SPOKE);
	tcp(&stage, b, a, ACK, 0);
	expect_nothing(&stage);
}

FLOW_TEST(a_passive_ftp_upload_is_one_way_and_the_source_spoke)
{
	handshake(&stage, a, b);
	tcp(&stage, a, b, ACK, 1448);
	tcp(&stage, b, a, ACK, 0);
	tcp(&stage, a, b, FIN | ACK, 0);
	tcp(&stage, b, a, ACK, 0);
	expect_nothing(&stage); /* The target may yet reply. */
	tcp(&stage, b, a, FIN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ONE_WAY);
	expect_trait(PROBE_SOURCE_SPOKE);
	expect_no_trait(PROBE_TARGET_SPOKE);
}

FLOW_TEST(a_reply_after_the_source_closed_its_half_is_productive)
{
	handshake(&stage, a, b);
	tcp(&stage, a, b, PSH | ACK, 5);
	tcp(&stage, a, b, FIN | ACK, 0);
	tcp(&stage, b, a, PSH | ACK, 500);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_PRODUCTIVE);
}

FLOW_TEST(payload_in_a_syn_counts_once_the_target_speaks)
{
	tcp(&stage, a, b, SYN, 60);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	tcp(&stage, b, a, PSH | ACK, 500);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_PRODUCTIVE);
}

FLOW_TEST(an_accepted_connection_without_an_end_is_judged_after_its_time)
{
	uint64_t answered_ns;

	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	answered_ns = last_told(&stage)->time_ns;
	stage_wait(&stage, FLOW_HALF_TIMEOUT_NS - 1);
	expect_nothing(&stage);
	stage_wait(&stage, 10 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
	cr_expect_eq(
	    last_told(&stage)->time_ns, answered_ns + FLOW_HALF_TIMEOUT_NS);
	expect_no_trait(PROBE_COMPLETED);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_nothing(&stage);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
	cr_expect_eq(flow_conversations_held(stage.flow), 0);
}

FLOW_TEST(a_connection_still_open_after_its_time_is_a_conversation)
{
	handshake(&stage, a, b);
	stage_wait(&stage, 30 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
	tcp(&stage, a, b, ACK, 0); /* Keep-alive. */
	cr_assert_not_null(stage.conversation);
	tcp(&stage, b, a, PSH | ACK, 9);
	tcp(&stage, a, b, PSH | ACK, 9);
	tcp(&stage, a, b, FIN | ACK, 0);
	expect_nothing(&stage);
	cr_expect_eq(stage.conversation->initiator_is_low, 1);
}

FLOW_TEST(a_retransmitted_syn_ack_is_told_once)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	stage_wait(&stage, NS_PER_S);
	tcp(&stage, a, b, SYN, 0);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_nothing(&stage);
}

FLOW_TEST(a_challenge_ack_is_no_acceptance)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, ACK, 0);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_SILENT);
}

FLOW_TEST(odd_packets_beside_a_handshake_change_nothing)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, a, b, 0, 0);
	tcp(&stage, a, b, FIN, 0);
	tcp(&stage, a, b, FIN | PSH | URG, 0);
	tcp(&stage, a, b, SYN | ACK, 0);
	tcp(&stage, b, a, SYN, 0);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_SILENT);
}

FLOW_TEST(a_scan_of_oneself_over_loopback_works)
{
	const char *source = "127.0.0.1/50000";
	const char *target = "127.0.0.1/80";

	tcp(&stage, source, target, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, target, source, RST | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_REFUSED);
	cr_expect_eq(last_told(&stage)->source_port, 50000);
	handshake(&stage, source, "127.0.0.1/60000");
	tcp(&stage, source, "127.0.0.1/60000", RST | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
	cr_expect_eq(last_told(&stage)->target_port, 60000);
}
