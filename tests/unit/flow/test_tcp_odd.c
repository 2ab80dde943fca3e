#include <criterion/criterion.h>

#include "stage.h"

/* Odd packets, connections begun before we looked, and mirrors that show one
 * direction only. */

static struct stage stage;

static const char *const a = "10.0.0.1/50000";
static const char *const b = "10.0.0.2/80";

TestSuite(flow_tcp_odd);

static void
open_stage(void)
{
	stage_open(&stage);
}

#define FLOW_TEST(name) Test(flow_tcp_odd, name, .init = open_stage)

FLOW_TEST(an_odd_probe_is_refused_by_an_rst)
{
	static const uint8_t flags[] = { 0, FIN, FIN | PSH | URG, FIN | ACK,
		ACK, SYN | FIN };

	for (uint32_t i = 0; i < ARRAY_SIZE(flags); i++) {
		enum probe_technique technique;

		tcp(&stage, a, b, flags[i], 0);
		technique = stage.told[stage.told_count - 1].technique;
		expect_attempt(&stage, technique);
		tcp(&stage, b, a, RST, 0);
		expect_outcome(&stage, technique, PROBE_REFUSED);
	}
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
}

FLOW_TEST(an_odd_probe_that_nothing_answers_is_silent)
{
	tcp(&stage, a, b, FIN, 0);
	expect_attempt(&stage, PROBE_TCP_FIN);
	tcp(&stage, a, b, FIN, 0);
	tcp(&stage, a, b, RST, 0); /* The source's own does not excuse it. */
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_FIN, PROBE_SILENT);
}

FLOW_TEST(a_syn_with_fin_that_is_accepted_is_answered)
{
	tcp(&stage, a, b, SYN | FIN, 0);
	expect_attempt(&stage, PROBE_TCP_OTHER);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_OTHER, PROBE_ANSWERED);
	tcp(&stage, a, b, RST, 0);
	tcp(&stage, b, a, SYN | ACK, 0);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
}

FLOW_TEST(a_keep_alive_of_an_old_connection_is_a_session)
{
	tcp(&stage, a, b, ACK, 0);
	expect_attempt(&stage, PROBE_TCP_ACK);
	tcp(&stage, b, a, ACK, 0);
	expect_outcome(&stage, PROBE_TCP_ACK, PROBE_SESSION);
	cr_assert_not_null(stage.conversation);
	cr_expect_eq(
	    stage.conversation->initiator_is_low, FLOW_INITIATOR_UNKNOWN);
	stage_wait(&stage, 75 * NS_PER_S);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, b, a, ACK, 0);
	expect_nothing(&stage);
}

FLOW_TEST(the_end_of_an_old_connection_is_a_session)
{
	tcp(&stage, a, b, FIN | ACK, 0);
	expect_attempt(&stage, PROBE_TCP_MAIMON);
	tcp(&stage, b, a, FIN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_MAIMON, PROBE_SESSION);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, b, a, FIN | ACK, 0);
	expect_nothing(&stage);
}

FLOW_TEST(an_ack_whose_sender_goes_on_with_payload_is_a_session)
{
	tcp(&stage, a, b, ACK, 0);
	expect_attempt(&stage, PROBE_TCP_ACK);
	tcp(&stage, a, b, PSH | ACK, 300);
	expect_outcome(&stage, PROBE_TCP_ACK, PROBE_SESSION);
	cr_expect_null(stage.conversation, "one end alone costs no flow");
	tcp(&stage, b, a, ACK, 0);
	expect_nothing(&stage);
	cr_expect_not_null(stage.conversation);
}

FLOW_TEST(a_stream_of_acks_is_a_session)
{
	tcp(&stage, a, b, ACK, 0);
	expect_attempt(&stage, PROBE_TCP_ACK);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, a, b, ACK, 0);
	expect_nothing(&stage);
	tcp(&stage, a, b, ACK, 0);
	expect_outcome(&stage, PROBE_TCP_ACK, PROBE_SESSION);
	for (uint32_t i = 0; i < 10; i++) {
		stage_wait(&stage, 15 * NS_PER_S);
		tcp(&stage, a, b, ACK, 0);
	}
	expect_nothing(&stage);
}

FLOW_TEST(a_stream_of_odd_flags_is_no_session)
{
	for (uint32_t i = 0; i < 10; i++) {
		tcp(&stage, a, b, FIN, 0);
	}
	expect_attempt(&stage, PROBE_TCP_FIN);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_FIN, PROBE_SILENT);
}

FLOW_TEST(a_connection_begun_before_we_looked_tells_nothing)
{
	tcp(&stage, a, b, PSH | ACK, 100);
	cr_expect_null(stage.conversation);
	tcp(&stage, a, b, ACK, 1448);
	cr_expect_null(stage.conversation);
	tcp(&stage, b, a, ACK, 0);
	cr_assert_not_null(stage.conversation);
	cr_expect_eq(
	    stage.conversation->initiator_is_low, FLOW_INITIATOR_UNKNOWN);
	tcp(&stage, a, b, FIN | ACK, 0);
	tcp(&stage, b, a, FIN | ACK, 0);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_MIDSTREAM), 1);
}

FLOW_TEST(an_old_connection_that_is_reset_tells_nothing)
{
	tcp(&stage, a, b, PSH | ACK, 100);
	tcp(&stage, b, a, RST, 0);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_MIDSTREAM_RESET), 1);
	cr_expect_eq(flow_conversations_held(stage.flow), 0);
}

FLOW_TEST(forged_payload_costs_no_flow)
{
	for (uint32_t i = 0; i < 1000; i++) {
		struct packet packet = stage_tcp(&stage, a, b, PSH | ACK, 100);

		packet.source.byte[13] = (uint8_t)(i >> 8);
		packet.source.byte[14] = (uint8_t)i;
		stage_send(&stage, &packet);
	}
	cr_expect_eq(flow_conversations_held(stage.flow), 0);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
}

FLOW_TEST(a_syn_on_an_old_connections_ports_begins_anew)
{
	tcp(&stage, a, b, PSH | ACK, 100);
	tcp(&stage, b, a, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	cr_expect_eq(last_told(&stage)->source_port, 80);
	tcp(&stage, "10.0.0.3/99", b, FIN, 0);
	expect_attempt(&stage, PROBE_TCP_FIN);
	tcp(&stage, "10.0.0.3/99", b, SYN, 0);
	expect_outcome(&stage, PROBE_TCP_FIN, PROBE_DISPLACED);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
}

FLOW_TEST(where_only_the_sources_side_is_seen_it_is_one_way)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, a, b, PSH | ACK, 200);
	stage_wait(&stage, 15 * NS_PER_S);
	expect_nothing(&stage); /* Not silent. */
	tcp(&stage, a, b, ACK, 0);
	stage_wait(&stage, 10 * NS_PER_S);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ONE_WAY);
	cr_expect_eq(last_told(&stage)->answer_delay_us, UINT32_MAX);
	for (uint32_t i = 0; i < 10; i++) { /* A long download. */
		stage_wait(&stage, 5 * NS_PER_S);
		tcp(&stage, a, b, ACK, 0);
	}
	expect_nothing(&stage);
	cr_expect_eq(flow_conversations_held(stage.flow), 0);
}

FLOW_TEST(an_unseen_acceptance_that_carries_nothing_is_one_way)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, a, b, RST | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ONE_WAY);
}

FLOW_TEST(an_rst_to_ones_own_syn_shows_an_unseen_acceptance)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, a, b, RST, 0);
	expect_outcome(&stage, PROBE_TCP_SYN, PROBE_HALF);
}

FLOW_TEST(a_syn_ack_seen_late_is_told_as_the_answer)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, a, b, ACK, 0);
	tcp(&stage, b, a, SYN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	tcp(&stage, a, b, FIN | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_HALF);
}

FLOW_TEST(where_only_the_targets_side_is_seen_the_server_is_no_scanner)
{
	tcp(&stage, b, a, SYN | ACK, 0);
	tcp(&stage, b, a, PSH | ACK, 1448);
	tcp(&stage, b, a, ACK, 1448);
	tcp(&stage, b, a, ACK, 0);
	tcp(&stage, b, a, FIN | ACK, 0);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_ATTEMPTS), 0);
}

FLOW_TEST(a_target_heard_only_by_its_payload_is_one_way)
{
	tcp(&stage, a, b, SYN, 0);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, PSH | ACK, 20);
	tcp(&stage, b, a, RST | ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ONE_WAY);
	cr_expect(last_told(&stage)->traits & PROBE_TARGET_SPOKE);
}

FLOW_TEST(packets_to_or_from_a_group_begin_nothing)
{
	struct packet packet;

	tcp(&stage, a, "224.0.0.1/80", SYN, 0);
	tcp(&stage, a, "255.255.255.255/80", SYN, 0);
	tcp(&stage, a, "0.0.0.0/80", ACK, 0);
	tcp(&stage, "0.0.0.0/9", b, SYN, 0);
	tcp(&stage, "224.0.0.1/9", b, PSH | ACK, 100);
	tcp(&stage, "fd00::1/9", "ff02::1/80", SYN, 0);
	packet = stage_tcp(&stage, a, "10.0.0.255/80", SYN, 0);
	packet.target_mac = (struct mac_address){ { 0xff } };
	stage_send(&stage, &packet);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_GROUP_PACKETS), 7);
}
