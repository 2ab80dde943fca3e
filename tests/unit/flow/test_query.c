#include <criterion/criterion.h>

#include "stage.h"

/* UDP, ICMP, ARP, neighbour discovery, SCTP and other protocols. */

static struct stage stage;

static const char *const a = "10.0.0.1";
static const char *const b = "10.0.0.2";

TestSuite(flow_query);

static void
open_stage(void)
{
	stage_open(&stage);
}

#define FLOW_TEST(name) Test(flow_query, name, .init = open_stage)

/* UDP */

FLOW_TEST(a_datagram_that_is_answered_is_productive)
{
	udp(&stage, "10.0.0.9/5353", "10.0.0.2/53", 40);
	expect_attempt(&stage, PROBE_UDP);
	cr_expect_eq(last_told(&stage)->traits, PROBE_PAYLOAD);
	cr_expect_null(stage.conversation);
	udp(&stage, "10.0.0.9/5353", "10.0.0.2/53", 40);
	expect_nothing(&stage);
	udp(&stage, "10.0.0.2/53", "10.0.0.9/5353", 100);
	expect_outcome(&stage, PROBE_UDP, PROBE_PRODUCTIVE);
	cr_expect_eq(last_told(&stage)->traits,
	    PROBE_PAYLOAD | PROBE_SOURCE_SPOKE | PROBE_TARGET_SPOKE);
	cr_expect_eq(last_told(&stage)->answer_delay_us, 2000);
	cr_assert_not_null(stage.conversation);
	cr_expect_eq(stage.conversation->initiator_is_low, 0);
	cr_expect_eq(stage.conversation->payload_packets, 2);
	udp(&stage, "10.0.0.9/5353", "10.0.0.2/53", 40);
	expect_nothing(&stage);
}

FLOW_TEST(an_empty_reply_to_a_datagram_is_a_reply)
{
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/7", 0);
	expect_attempt(&stage, PROBE_UDP);
	cr_expect_eq(last_told(&stage)->traits, 0);
	udp(&stage, "10.0.0.2/7", "10.0.0.1/4000", 0);
	expect_outcome(&stage, PROBE_UDP, PROBE_PRODUCTIVE);
	cr_expect_eq(last_told(&stage)->traits, 0);
}

FLOW_TEST(a_datagram_that_nothing_answers_is_silent)
{
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/161", 40);
	expect_attempt(&stage, PROBE_UDP);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_UDP, PROBE_SILENT);
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/161", 40);
	expect_attempt(&stage, PROBE_UDP);
}

FLOW_TEST(a_reply_from_another_port_is_another_attempt)
{
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/69", 20);
	expect_attempt(&stage, PROBE_UDP);
	udp(&stage, "10.0.0.2/3333", "10.0.0.1/4000", 500);
	expect_attempt(&stage, PROBE_UDP);
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/3333", 4);
	expect_outcome(&stage, PROBE_UDP, PROBE_PRODUCTIVE);
}

FLOW_TEST(a_datagram_from_a_servers_port_is_likely_an_answer)
{
	udp(&stage, "10.0.0.2/53", "10.0.0.1/40000", 100);
	expect_attempt(&stage, PROBE_UDP);
	cr_expect(last_told(&stage)->traits & PROBE_LIKELY_ANSWER);
	udp(&stage, "10.0.0.2/123", "10.0.0.1/123", 48);
	expect_attempt(&stage, PROBE_UDP);
	cr_expect_not(last_told(&stage)->traits & PROBE_LIKELY_ANSWER);
}

FLOW_TEST(broadcast_and_multicast_datagrams_make_no_attempt)
{
	udp(&stage, "10.0.0.1/5353", "224.0.0.251/5353", 100);
	udp(&stage, "0.0.0.0/68", "255.255.255.255/67", 300);
	udp(&stage, "fd00::1/5353", "ff02::fb/5353", 100);
	stage_wait(&stage, 10 * NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_GROUP_PACKETS), 3);
}

FLOW_TEST(a_conversation_long_quiet_is_begun_anew_by_who_began_it)
{
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/161", 40);
	expect_attempt(&stage, PROBE_UDP);
	udp(&stage, "10.0.0.2/161", "10.0.0.1/4000", 40);
	expect_outcome(&stage, PROBE_UDP, PROBE_PRODUCTIVE);
	stage_wait(&stage, FLOW_IDLE_TIMEOUT_NS - NS_PER_S);
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/161", 40);
	expect_nothing(&stage);
	stage_wait(&stage, FLOW_IDLE_TIMEOUT_NS + NS_PER_S);
	udp(&stage, "10.0.0.2/161", "10.0.0.1/4000", 40);
	expect_nothing(&stage); /* The other end never begins. */
	stage_wait(&stage, FLOW_IDLE_TIMEOUT_NS + NS_PER_S);
	udp(&stage, "10.0.0.1/4000", "10.0.0.2/161", 40);
	expect_attempt(&stage, PROBE_UDP);
}

/* ICMP */

FLOW_TEST(an_echo_request_is_answered_by_its_reply_only)
{
	icmp(&stage, a, b, ICMP_ECHO_REQUEST, 77);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	cr_expect_eq(last_told(&stage)->source_port, 77);
	cr_expect_eq(last_told(&stage)->target_port, 0);
	icmp(&stage, b, a, ICMP_ECHO_REPLY, 78);
	icmp(&stage, b, a, ICMP_TIMESTAMP_REPLY, 77);
	icmp(&stage, a, b, ICMP_ECHO_REPLY, 77);
	icmp(&stage, "10.0.0.3", a, ICMP_ECHO_REPLY, 77);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_UNASKED_ANSWERS), 4);
	icmp(&stage, b, a, ICMP_ECHO_REPLY, 77);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_ANSWERED);
	cr_expect_eq(last_told(&stage)->answer_delay_us, 5000);
	cr_expect_eq(last_told(&stage)->answer_mac.byte[5], 2);
}

FLOW_TEST(a_running_ping_is_one_attempt_while_it_is_remembered)
{
	for (uint32_t i = 0; i < 3; i++) {
		icmp(&stage, a, b, ICMP_ECHO_REQUEST, 77);
		icmp(&stage, b, a, ICMP_ECHO_REPLY, 77);
		stage_wait(&stage, 900 * NS_PER_MS);
	}
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_ANSWERED);
	expect_nothing(&stage);
	stage_wait(&stage, NS_PER_S);
	expect_nothing(&stage);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
	icmp(&stage, a, b, ICMP_ECHO_REQUEST, 77);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
}

FLOW_TEST(icmp_questions_are_told_apart_by_type_direction_and_host)
{
	icmp(&stage, a, b, ICMP_ECHO_REQUEST, 8);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	icmp(&stage, b, a, ICMP_ECHO_REQUEST, 8);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	icmp(&stage, a, b, ICMP_TIMESTAMP_REQUEST, 8);
	expect_attempt(&stage, PROBE_ICMP_TIMESTAMP);
	icmp(&stage, a, b, ICMP_MASK_REQUEST, 8);
	expect_attempt(&stage, PROBE_ICMP_ADDRESS_MASK);
	icmp(&stage, "fd00::1", "fd00::2", ICMP6_ECHO_REQUEST, 8);
	expect_attempt(&stage, PROBE_ICMP6_ECHO);
	icmp(&stage, b, a, ICMP_TIMESTAMP_REPLY, 8);
	expect_outcome(&stage, PROBE_ICMP_TIMESTAMP, PROBE_ANSWERED);
	icmp(&stage, b, a, ICMP_MASK_REPLY, 8);
	expect_outcome(&stage, PROBE_ICMP_ADDRESS_MASK, PROBE_ANSWERED);
	icmp(&stage, "fd00::2", "fd00::1", ICMP6_ECHO_REPLY, 8);
	expect_outcome(&stage, PROBE_ICMP6_ECHO, PROBE_ANSWERED);
	icmp(&stage, a, b, ICMP_ECHO_REPLY, 8);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_ANSWERED);
	cr_expect_eq(last_told(&stage)->source.byte[15], 2);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_SILENT);
	cr_expect_eq(last_told(&stage)->source.byte[15], 1);
	expect_nothing(&stage);
}

FLOW_TEST(pinging_oneself_works)
{
	icmp(&stage, "127.0.0.1", "127.0.0.1", ICMP_ECHO_REQUEST, 3);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	cr_expect_eq(last_told(&stage)->source_port, 3);
	icmp(&stage, "127.0.0.1", "127.0.0.1", ICMP_ECHO_REPLY, 3);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_ANSWERED);
}

FLOW_TEST(other_icmp_messages_are_ignored)
{
	icmp(&stage, a, b, 9, 0);
	icmp(&stage, "fe80::1", "fd00::1", 134, 0);
	icmp(&stage, "fe80::1", "fd00::1", ICMP_ECHO_REPLY, 0);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_IGNORED), 3);
}

/* ARP */

FLOW_TEST(an_arp_request_is_answered_by_the_address_asked_for)
{
	arp(&stage, a, b, ARP_REQUEST);
	expect_attempt(&stage, PROBE_ARP);
	cr_expect_eq(last_told(&stage)->traits, PROBE_GROUP_MAC);
	cr_expect_eq(last_told(&stage)->protocol, IP_PROTOCOL_ARP_KEY);
	cr_expect_eq(last_told(&stage)->target_port, 0);
	arp(&stage, a, b, ARP_REQUEST);
	expect_nothing(&stage);
	arp(&stage, b, a, ARP_REPLY);
	expect_outcome(&stage, PROBE_ARP, PROBE_ANSWERED);
	cr_expect_eq(last_told(&stage)->answer_mac.byte[5], 2);
	arp(&stage, b, a, ARP_REPLY);
	arp(&stage, a, b, ARP_REQUEST);
	expect_nothing(&stage);
}

FLOW_TEST(two_hosts_that_ask_for_each_other_make_two_attempts)
{
	arp(&stage, a, b, ARP_REQUEST);
	expect_attempt(&stage, PROBE_ARP);
	arp(&stage, b, a, ARP_REQUEST);
	expect_attempt(&stage, PROBE_ARP);
	cr_expect_eq(last_told(&stage)->source.byte[15], 2);
	arp(&stage, b, a, ARP_REPLY);
	expect_outcome(&stage, PROBE_ARP, PROBE_ANSWERED);
	cr_expect_eq(last_told(&stage)->source.byte[15], 1);
}

FLOW_TEST(an_unanswered_arp_request_is_silent)
{
	arp(&stage, a, b, ARP_REQUEST);
	expect_attempt(&stage, PROBE_ARP);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_ARP, PROBE_SILENT);
}

FLOW_TEST(a_unicast_arp_request_is_marked_so)
{
	struct packet packet = stage_arp(&stage, a, b, ARP_REQUEST);

	packet.target_mac = (struct mac_address){ { 2 } };
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_ARP);
	cr_expect_eq(last_told(&stage)->traits, 0);
}

FLOW_TEST(an_announcement_is_no_question)
{
	arp(&stage, a, a, ARP_REQUEST);
	arp(&stage, a, a, ARP_REPLY);
	arp(&stage, a, b, 3); /* RARP. */
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_IGNORED), 3);
}

FLOW_TEST(hosts_without_an_address_are_told_apart_by_their_macs)
{
	struct packet first = stage_arp(&stage, "0.0.0.0", b, ARP_REQUEST);
	struct packet second = first;
	struct packet reply;

	first.source_mac = (struct mac_address){ { 2, 0, 0, 0, 0, 0x11 } };
	second.source_mac = (struct mac_address){ { 2, 0, 0, 0, 0, 0x22 } };
	stage_send(&stage, &first);
	expect_attempt(&stage, PROBE_ARP);
	cr_expect(ip_address_is_unspecified(&last_told(&stage)->source));
	cr_expect(ip_address_is_v4(&last_told(&stage)->source));
	cr_expect(ip_address_equal(&last_told(&stage)->target, &first.target));
	stage_send(&stage, &second);
	expect_attempt(&stage, PROBE_ARP);
	cr_expect_eq(last_told(&stage)->source_mac.byte[5], 0x22);
	reply = stage_arp(&stage, b, "0.0.0.0", ARP_REPLY);
	reply.target_mac = first.source_mac;
	stage_send(&stage, &reply);
	expect_outcome(&stage, PROBE_ARP, PROBE_ANSWERED);
	cr_expect_eq(last_told(&stage)->source_mac.byte[5], 0x11);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_ARP, PROBE_SILENT);
	cr_expect_eq(last_told(&stage)->source_mac.byte[5], 0x22);
}

/* Neighbour discovery */

FLOW_TEST(a_solicitation_is_answered_by_the_advertisement)
{
	struct packet packet = stage_neighbour(&stage, "fd00::1",
	    "ff02::1:ff00:2", "fd00::2", ICMP6_NEIGHBOUR_SOLICITATION);

	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_ND);
	cr_expect_eq(last_told(&stage)->traits, PROBE_GROUP_MAC);
	cr_expect(ip_address_equal(&last_told(&stage)->target, &packet.asked));
	cr_expect_eq(last_told(&stage)->target_port, 0);
	packet = stage_neighbour(&stage, "fe80::2", "fd00::1", "fd00::2",
	    ICMP6_NEIGHBOUR_ADVERTISEMENT);
	stage_send(&stage, &packet);
	expect_outcome(&stage, PROBE_ND, PROBE_ANSWERED);
	stage_send(&stage, &packet);
	expect_nothing(&stage);
}

FLOW_TEST(address_detection_is_answered_by_a_word_to_all_nodes)
{
	struct packet packet = stage_neighbour(&stage, "::", "ff02::1:ff00:2",
	    "fd00::2", ICMP6_NEIGHBOUR_SOLICITATION);

	packet.source_mac.byte[5] = 0x33;
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_ND);
	cr_expect(ip_address_is_unspecified(&last_told(&stage)->source));
	cr_expect_not(ip_address_is_v4(&last_told(&stage)->source));
	cr_expect_eq(last_told(&stage)->source_mac.byte[5], 0x33);
	packet = stage_neighbour(&stage, "fd00::2", "ff02::1", "fd00::2",
	    ICMP6_NEIGHBOUR_ADVERTISEMENT);
	stage_send(&stage, &packet);
	expect_outcome(&stage, PROBE_ND, PROBE_ANSWERED);
}

FLOW_TEST(nonsense_in_a_solicitation_begins_nothing)
{
	struct packet packet = stage_neighbour(&stage, "fd00::1", "ff02::1",
	    "ff02::1", ICMP6_NEIGHBOUR_SOLICITATION);

	stage_send(&stage, &packet);
	packet = stage_neighbour(&stage, "ff02::5", "fd00::1", "fd00::1", 135);
	stage_send(&stage, &packet);
	packet = stage_neighbour(&stage, "fd00::1", "ff02::1", "::", 135);
	stage_send(&stage, &packet);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_GROUP_PACKETS), 3);
}

/* SCTP and other protocols */

static void
sctp(const char *from, const char *to, uint32_t chunk)
{
	struct packet packet = stage_other(&stage, from, to, IP_PROTOCOL_SCTP);

	packet.sctp_chunk = chunk;
	packet.payload_size = 16;
	stage_send(&stage, &packet);
}

FLOW_TEST(an_sctp_init_is_answered_or_refused)
{
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 1);
	expect_attempt(&stage, PROBE_SCTP_INIT);
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 1);
	expect_nothing(&stage);
	sctp("10.0.0.2/2905", "10.0.0.1/1000", 2);
	expect_outcome(&stage, PROBE_SCTP_INIT, PROBE_ANSWERED);
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 6);
	stage_wait(&stage, 60 * NS_PER_S);
	expect_nothing(&stage);
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 1);
	expect_attempt(&stage, PROBE_SCTP_INIT);
	sctp("10.0.0.2/2905", "10.0.0.1/1000", 6);
	expect_outcome(&stage, PROBE_SCTP_INIT, PROBE_REFUSED);
}

FLOW_TEST(an_answered_sctp_association_becomes_a_conversation)
{
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 1);
	expect_attempt(&stage, PROBE_SCTP_INIT);
	sctp("10.0.0.2/2905", "10.0.0.1/1000", 2);
	expect_outcome(&stage, PROBE_SCTP_INIT, PROBE_ANSWERED);
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 10);
	sctp("10.0.0.2/2905", "10.0.0.1/1000", 11);
	cr_expect_null(stage.conversation);
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 0);
	cr_expect_not_null(stage.conversation);
	expect_nothing(&stage);
}

FLOW_TEST(a_second_init_after_an_answered_one_is_a_new_attempt)
{
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 1);
	expect_attempt(&stage, PROBE_SCTP_INIT);
	sctp("10.0.0.2/2905", "10.0.0.1/1000", 2);
	expect_outcome(&stage, PROBE_SCTP_INIT, PROBE_ANSWERED);
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 1);
	expect_attempt(&stage, PROBE_SCTP_INIT);
}

FLOW_TEST(sctp_begun_before_we_looked_tells_nothing)
{
	sctp("10.0.0.1/1000", "10.0.0.2/2905", 0);
	sctp("10.0.0.2/2905", "10.0.0.1/1000", 3);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_IGNORED), 2);
}

static void
other(const char *from, const char *to, uint8_t protocol)
{
	struct packet packet = stage_other(&stage, from, to, protocol);

	stage_send(&stage, &packet);
}

FLOW_TEST(another_protocol_is_an_attempt_by_its_number)
{
	other(a, b, 132 + 1);
	expect_attempt(&stage, PROBE_IP_PROTOCOL);
	cr_expect_eq(last_told(&stage)->target_port, 133);
	cr_expect_eq(last_told(&stage)->source_port, 0);
	stage_wait(&stage, 3 * NS_PER_S);
	expect_outcome(&stage, PROBE_IP_PROTOCOL, PROBE_SILENT);
	other(a, b, IP_PROTOCOL_ESP);
	expect_attempt(&stage, PROBE_IP_PROTOCOL);
	other(b, a, IP_PROTOCOL_ESP);
	expect_outcome(&stage, PROBE_IP_PROTOCOL, PROBE_PRODUCTIVE);
	other(a, b, IP_PROTOCOL_ESP);
	cr_expect_not_null(stage.conversation);
	expect_nothing(&stage);
}

FLOW_TEST(protocols_of_routers_make_no_attempt)
{
	static const uint8_t protocols[] = { 2, 88, 89, 103, 112 };

	for (uint32_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		other(a, b, protocols[i]);
	}
	other(a, "224.0.0.18", 51);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_IGNORED), 5);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_GROUP_PACKETS), 1);
}
