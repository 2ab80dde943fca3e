#include "talk.h"

#include <criterion/criterion.h>
#include <stdio.h>

static struct stage stage;

static void
set_up(void)
{
	stage_set_up(&stage);
}

static void
tear_down(void)
{
	stage_tear_down(&stage);
}

TestSuite(classify, .init = set_up, .fini = tear_down);

static const uint8_t client_hello[] = { 22, 3, 1, 0, 40, 1, 0, 0, 36, 3, 3 };
static const uint8_t server_hello[] = { 22, 3, 3, 0, 40, 2, 0, 0, 36, 3, 3 };

/* A whole conversation of SSH with 'server'. */
static void
speak_ssh(struct talk *talk, const char *server, uint16_t port)
{
	talk_begin(talk, &stage, IP_PROTOCOL_TCP, server, port);
	talk_say(talk, SERVER, "SSH-2.0-OpenSSH_9.2\r\n");
	talk_say(talk, CLIENT, "SSH-2.0-PuTTY\r\n");
}

static void
speak_tls(struct talk *talk, const char *server, uint16_t port)
{
	talk_begin(talk, &stage, IP_PROTOCOL_TCP, server, port);
	talk_send(talk, CLIENT, client_hello, sizeof(client_hello));
	talk_send(talk, SERVER, server_hello, sizeof(server_hello));
}

/* One that shows nothing, as long as one listens. */
static void
speak_noise(struct talk *talk, const char *server, uint16_t port)
{
	talk_begin(talk, &stage, IP_PROTOCOL_TCP, server, port);
	for (int i = 0; i < 20; i++) {
		talk_say(talk, CLIENT, "\xf1\x8e\x91\xa7\xb3\xd5");
		talk_say(talk, SERVER, "\xe3\x8c\x9d\xb1\xc7\xa5");
	}
}

Test(classify, hears_what_a_conversation_speaks)
{
	struct talk talk;

	speak_ssh(&talk, "10.0.0.1", 2222);
	cr_expect_str_eq(talk_name(&talk), "SSH");
	cr_expect_eq(talk.conversation.classify_slot, CLASSIFY_DONE);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_HELLOS], 1);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_SERVICES], 1);
}

Test(classify, remembers_the_service)
{
	struct talk talk;

	cr_expect_null(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_TCP, 2222));
	speak_ssh(&talk, "10.0.0.1", 2222);
	cr_expect_str_eq(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_TCP, 2222),
	    "SSH");
	cr_expect_null(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_TCP, 22),
	    "another port");
	cr_expect_null(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_UDP, 2222),
	    "another protocol");
	cr_expect_null(
	    stage_service_name(&stage, "10.0.0.2", IP_PROTOCOL_TCP, 2222),
	    "another server");
	cr_expect_null(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_ICMP, 0));
}

Test(classify, takes_the_opinion_of_a_known_service_without_listening)
{
	struct talk talk;

	speak_ssh(&talk, "10.0.0.1", 2222);
	talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 2222);
	talk_say(&talk, CLIENT, "what this is");
	talk_say(&talk, SERVER, "nobody asks");
	cr_expect_str_eq(talk_name(&talk), "SSH");
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_KNOWN], 1);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_QUESTIONS], 0);
}

Test(classify, listens_again_after_a_day)
{
	struct talk talk;

	speak_ssh(&talk, "10.0.0.1", 443);
	stage.now_ns += 86000 * NS_PER_S;
	speak_tls(&talk, "10.0.0.1", 443);
	cr_expect_str_eq(talk_name(&talk), "SSH", "less than a day");
	stage.now_ns += 86500 * NS_PER_S;
	speak_tls(&talk, "10.0.0.1", 443);
	cr_expect_str_eq(talk_name(&talk), "TLS");
	cr_expect_str_eq(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_TCP, 443),
	    "TLS");
}

Test(classify, keeps_an_old_opinion_while_nothing_new_is_heard)
{
	struct talk talk;

	speak_ssh(&talk, "10.0.0.1", 22);
	stage.now_ns += 90000 * NS_PER_S;
	speak_noise(&talk, "10.0.0.1", 22);
	cr_expect_str_eq(talk_name(&talk), "SSH");
	cr_expect_str_eq(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_TCP, 22), "SSH");
}

Test(classify, leaves_a_service_alone_that_tells_nothing)
{
	struct talk talk;
	uint64_t questions;

	for (int i = 0; i < 3; i++) {
		speak_noise(&talk, "10.0.0.1", 4444);
		cr_expect_null(talk_name(&talk));
		cr_expect_eq(talk.conversation.classify_slot, CLASSIFY_DONE);
	}
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_FRUITLESS], 3);
	questions = stage.counters.value[COUNTER_CLASSIFY_QUESTIONS];
	speak_noise(&talk, "10.0.0.1", 4444);
	cr_expect_eq(
	    stage.counters.value[COUNTER_CLASSIFY_QUESTIONS], questions);
	cr_expect_eq(stage.counters.value[COUNTER_CLASSIFY_FRUITLESS], 3);
	stage.now_ns += 90000 * NS_PER_S;
	speak_ssh(&talk, "10.0.0.1", 4444);
	cr_expect_str_eq(talk_name(&talk), "SSH", "but not for ever");
}

Test(classify, a_port_speaks_when_two_of_its_services_agree)
{
	struct talk talk;

	speak_ssh(&talk, "10.0.0.1", 2222);
	speak_ssh(&talk, "10.0.0.1", 2222);
	cr_expect_null(stage_service_name(&stage, NULL, IP_PROTOCOL_TCP, 2222),
	    "one service, however often");
	speak_ssh(&talk, "10.0.0.2", 2222);
	cr_expect_str_eq(
	    stage_service_name(&stage, NULL, IP_PROTOCOL_TCP, 2222), "SSH");
	cr_expect_str_eq(
	    stage_service_name(&stage, "10.9.9.9", IP_PROTOCOL_TCP, 2222),
	    "SSH", "also of a server that was never heard");
	cr_expect_null(stage_service_name(&stage, NULL, IP_PROTOCOL_UDP, 2222));
}

Test(classify, a_port_follows_the_majority)
{
	struct talk talk;

	speak_ssh(&talk, "10.0.0.1", 8000);
	speak_ssh(&talk, "10.0.0.2", 8000);
	speak_tls(&talk, "10.0.0.3", 8000);
	cr_expect_null(stage_service_name(&stage, NULL, IP_PROTOCOL_TCP, 8000),
	    "two against one is too close");
	speak_tls(&talk, "10.0.0.4", 8000);
	speak_tls(&talk, "10.0.0.5", 8000);
	speak_tls(&talk, "10.0.0.6", 8000);
	cr_expect_str_eq(
	    stage_service_name(&stage, NULL, IP_PROTOCOL_TCP, 8000), "TLS");
	cr_expect_str_eq(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_TCP, 8000),
	    "SSH", "its own word goes before its port's");
}

Test(classify, takes_the_lower_port_for_the_server_where_it_saw_no_beginning)
{
	struct talk talk;

	talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 22);
	talk.conversation.initiator_is_low = FLOW_INITIATOR_UNKNOWN;
	talk_say(&talk, SERVER, "SSH-2.0-OpenSSH_9.2\r\n");
	talk_say(&talk, CLIENT, "SSH-2.0-PuTTY\r\n");
	cr_expect_str_eq(
	    stage_service_name(&stage, "10.0.0.1", IP_PROTOCOL_TCP, 22), "SSH");
}

Test(classify, a_packet_without_payload_is_nothing)
{
	struct talk talk;

	talk_begin(&talk, &stage, IP_PROTOCOL_TCP, "10.0.0.1", 22);
	talk_send(&talk, CLIENT, NULL, 0);
	talk_send(&talk, SERVER, NULL, 0);
	cr_expect_eq(talk.conversation.classify_slot, CLASSIFY_NEW);
}

Test(classify, when_full_forgets_the_idlest_services_and_goes_on)
{
	enum { MORE = CONFIG_CLASSIFY_SERVICE_COUNT + 5000 };
	struct talk talk;
	uint64_t *value = stage.counters.value;

	for (uint32_t i = 0; i < MORE; i++) {
		char server[32];

		snprintf(server, sizeof(server), "10.%u.%u.%u", i >> 16,
		    i >> 8 & 255, i & 255);
		speak_ssh(&talk, server, 22);
		cr_assert_str_eq(talk_name(&talk), "SSH");
	}
	cr_expect_eq(value[COUNTER_CLASSIFY_SERVICES], MORE);
	cr_expect_geq(value[COUNTER_CLASSIFY_SERVICES_EVICTED], 5000);
	speak_ssh(&talk, "10.200.0.1", 22);
	cr_expect_str_eq(
	    stage_service_name(&stage, "10.200.0.1", IP_PROTOCOL_TCP, 22),
	    "SSH");
}

Test(classify, states_its_memory_to_the_byte)
{
	struct plan_line lines[16];
	uint32_t count = classify_plan(lines, ARRAY_SIZE(lines));
	size_t sum = 0;

	cr_assert_leq(count, ARRAY_SIZE(lines));
	for (uint32_t i = 0; i < count; i++) {
		cr_expect_gt(lines[i].bytes, 0, "%s", lines[i].name);
		cr_expect_geq(lines[i].bytes,
		    lines[i].entry_bytes * lines[i].count, "%s", lines[i].name);
		sum += lines[i].bytes;
	}
	cr_expect_eq(sum, classify_bytes());
	cr_expect_eq(stage.region.used, classify_bytes());
	cr_expect_eq(classify_plan(lines, 0), count, "counted, not written");
}
