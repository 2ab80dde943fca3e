#include <criterion/criterion.h>

#include "stage.h"

static struct stage stage;

static const char *const a = "10.0.0.1/50000";
static const char *const b = "10.0.0.2/80";
static const char *const router = "10.0.0.254";

TestSuite(flow_error);

static void
open_stage(void)
{
	stage_open(&stage);
}

#define FLOW_TEST(name) Test(flow_error, name, .init = open_stage)

struct meaning {
	uint8_t type;
	uint8_t code;
	enum probe_outcome outcome; /* PROBE_PENDING: none. */
};

static void
expect_meanings(const struct meaning *meanings, uint32_t count,
    const char *source, const char *target)
{
	for (uint32_t i = 0; i < count; i++) {
		struct packet packet = stage_udp(&stage, source, target, 10);
		struct packet about;

		packet.target_port = (uint16_t)(1000 + i);
		stage_send(&stage, &packet);
		expect_attempt(&stage, PROBE_UDP);
		about = packet;
		error(
		    &stage, target, &about, meanings[i].type, meanings[i].code);
		if (meanings[i].outcome == PROBE_PENDING) {
			expect_nothing(&stage);
			stage_wait(&stage, 3 * NS_PER_S);
			expect_outcome(&stage, PROBE_UDP, PROBE_SILENT);
		} else {
			expect_outcome(&stage, PROBE_UDP, meanings[i].outcome);
			error(&stage, target, &about, meanings[i].type,
			    meanings[i].code);
			expect_nothing(&stage);
		}
	}
}

FLOW_TEST(icmp_errors_have_their_meanings)
{
	static const struct meaning meanings[] = {
		{ 3, 0, PROBE_FILTERED },
		{ 3, 1, PROBE_FILTERED },
		{ 3, 2, PROBE_REFUSED },
		{ 3, 3, PROBE_REFUSED },
		{ 3, 4, PROBE_PENDING }, /* Fragmentation needed. */
		{ 3, 9, PROBE_FILTERED },
		{ 3, 13, PROBE_FILTERED },
		{ 4, 0, PROBE_FILTERED },
		{ 5, 1, PROBE_PENDING }, /* Redirect. */
		{ 11, 0, PROBE_EXPIRED },
		{ 11, 1, PROBE_PENDING }, /* Reassembly. */
		{ 12, 0, PROBE_FILTERED },
	};

	expect_meanings(
	    meanings, ARRAY_SIZE(meanings), "10.0.0.1/4000", "10.0.0.2");
}

FLOW_TEST(icmp6_errors_have_their_meanings)
{
	static const struct meaning meanings[] = {
		{ 1, 0, PROBE_FILTERED },
		{ 1, 1, PROBE_FILTERED },
		{ 1, 3, PROBE_FILTERED },
		{ 1, 4, PROBE_REFUSED },
		{ 2, 0, PROBE_PENDING }, /* Packet too big. */
		{ 3, 0, PROBE_EXPIRED },
		{ 3, 1, PROBE_PENDING },
		{ 4, 0, PROBE_FILTERED },
		{ 4, 1, PROBE_REFUSED },
	};

	expect_meanings(
	    meanings, ARRAY_SIZE(meanings), "fd00::1/4000", "fd00::2");
}

FLOW_TEST(an_error_says_who_sent_it_and_how_soon)
{
	struct packet packet = stage_tcp(&stage, a, b, TCP_SYN, 0);

	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	error(&stage, router, &packet, 3, 13);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_FILTERED);
	cr_expect_eq(last_told(&stage)->answer_mac.byte[5], 254);
	cr_expect_eq(last_told(&stage)->answer_delay_us, 1000);
}

FLOW_TEST(an_error_about_a_ping_finds_it)
{
	struct packet packet =
	    stage_icmp(&stage, "10.0.0.1", "10.0.0.2", ICMP_ECHO_REQUEST, 0);

	packet.source_port = 99;
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	error(&stage, router, &packet, 11, 0);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_EXPIRED);
	packet.time_ns = stage.now_ns; /* Traceroute's next. */
	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_ICMP_ECHO);
	icmp(&stage, "10.0.0.2", "10.0.0.1", ICMP_ECHO_REPLY, 99);
	expect_outcome(&stage, PROBE_ICMP_ECHO, PROBE_ANSWERED);
	error(&stage, router, &packet, 11, 0);
	expect_nothing(&stage);
}

FLOW_TEST(an_error_about_the_answer_is_not_about_the_attempt)
{
	struct packet packet = stage_tcp(&stage, a, b, TCP_SYN, 0);
	struct packet answer;

	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	answer = stage_tcp(&stage, b, a, TCP_ACK, 0);
	error(&stage, router, &answer, 3, 1);
	expect_nothing(&stage);
}

FLOW_TEST(an_error_after_the_acceptance_changes_nothing)
{
	struct packet packet = stage_tcp(&stage, a, b, TCP_SYN, 0);

	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_TCP_CONNECT);
	tcp(&stage, b, a, TCP_SYN | TCP_ACK, 0);
	expect_outcome(&stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	error(&stage, router, &packet, 3, 1);
	expect_nothing(&stage);
}

FLOW_TEST(an_error_about_a_conversation_is_ignored)
{
	struct packet packet =
	    stage_other(&stage, "10.0.0.1", "10.0.0.2", IP_PROTOCOL_ESP);
	struct packet reply =
	    stage_other(&stage, "10.0.0.2", "10.0.0.1", IP_PROTOCOL_ESP);

	stage_send(&stage, &packet);
	expect_attempt(&stage, PROBE_IP_PROTOCOL);
	stage_send(&stage, &reply);
	expect_outcome(&stage, PROBE_IP_PROTOCOL, PROBE_PRODUCTIVE);
	error(&stage, "10.0.0.2", &packet, 3, 2);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_INFERRED), 0);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_IGNORED), 1);
}

FLOW_TEST(an_error_about_nothing_we_saw_is_counted)
{
	struct packet packet = stage_tcp(&stage, a, b, TCP_SYN, 0);

	error(&stage, router, &packet, 3, 1);
	packet = stage_udp(&stage, a, b, 10);
	error(&stage, router, &packet, 3, 3);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_UNASKED_ERRORS), 2);
}

FLOW_TEST(a_protocol_scan_shows_by_its_errors_alone)
{
	struct packet packet = stage_other(&stage, "10.0.0.1", "10.0.0.2", 77);

	error(&stage, "10.0.0.2", &packet, 3, 2);
	expect_attempt(&stage, PROBE_IP_PROTOCOL);
	cr_expect_eq(last_told(&stage)->traits, PROBE_INFERRED);
	cr_expect_eq(last_told(&stage)->source.byte[15], 1);
	cr_expect_eq(last_told(&stage)->target.byte[15], 2);
	cr_expect_eq(last_told(&stage)->target_port, 77);
	expect_outcome(&stage, PROBE_IP_PROTOCOL, PROBE_REFUSED);
	cr_expect_eq(last_told(&stage)->answer_delay_us, UINT32_MAX);
	cr_expect_eq(last_told(&stage)->answer_mac.byte[5], 2);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_INFERRED), 1);
	cr_expect_eq(flow_attempts_held(stage.flow), 0);
}

FLOW_TEST(a_refusal_that_quotes_translated_addresses_names_its_sender)
{
	struct packet packet = stage_other(&stage, "10.0.0.1", "10.0.0.2", 77);
	struct packet about = stage_error(&stage, "10.0.0.2", &packet, 3, 2);

	about.quote.source.byte[15] = 8;
	about.quote.target.byte[15] = 9;
	stage_send(&stage, &about);
	expect_attempt(&stage, PROBE_IP_PROTOCOL);
	cr_expect_eq(last_told(&stage)->source.byte[15], 1);
	cr_expect_eq(last_told(&stage)->target.byte[15], 2);
	expect_outcome(&stage, PROBE_IP_PROTOCOL, PROBE_REFUSED);
	about.icmp_code = 13; /* A router's: it names no target. */
	stage_send(&stage, &about);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_UNASKED_ERRORS), 1);
}

FLOW_TEST(an_error_that_names_no_host_infers_nothing)
{
	struct packet packet = stage_other(&stage, "10.0.0.1", "10.0.0.2", 77);
	struct packet about = stage_error(&stage, "10.0.0.2", &packet, 3, 2);

	about.quote.target = ip_address_from_v4((uint8_t[4]){ 224, 0, 0, 1 });
	stage_send(&stage, &about);
	about = stage_error(&stage, "10.0.0.2", &packet, 3, 2);
	about.target = ip_address_from_v4((uint8_t[4]){ 0 });
	stage_send(&stage, &about);
	error(&stage, router, &packet, 11, 0); /* It never got there. */
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_UNASKED_ERRORS), 3);
}

FLOW_TEST(an_error_without_a_quote_is_ignored)
{
	icmp(&stage, router, "10.0.0.1", 3, 0);
	expect_nothing(&stage);
	cr_expect_eq(counted(&stage, COUNTER_FLOW_IGNORED), 1);
}
