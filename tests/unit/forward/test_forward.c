#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "forward/forward.h"

static struct forward forward;
static struct region region;
static struct counters counters;
static struct loop loop;
static struct config_soc soc;
static struct forward_now now;
static char last_line[LOG_LINE_SIZE];
static int peer; /* The receiver's end. */

static void
keep_line(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	snprintf(last_line, sizeof(last_line), "%s", line);
}

static struct log quiet = { .level = LOG_LEVEL_DEBUG, .sink = keep_line };

static void
begin(enum config_transport transport)
{
	struct forward_terms terms = { &counters, &quiet, &loop, 1 };

	memset(&soc, 0, sizeof(soc));
	strcpy(soc.name, "here");
	strcpy(soc.peer.host, "soc.example");
	soc.transport = transport;
	soc.rate = 100000;
	soc.size_limit = 2048;
	now = (struct forward_now){ 1000 * NS_PER_S, 5000 * NS_PER_S };
	cr_assert_eq(loop_init(&loop), 0);
	cr_assert_eq(region_init(&region, forward_bytes()), 0);
	forward_init(&forward, &region, &terms);
	cr_assert_eq(region.used, forward_bytes());
	cr_assert_eq(forward_add(&forward, &soc, NULL), 0);
	peer = -1;
}

static void
turn(void)
{
	cr_assert_geq(loop_wait(&loop, 0), 0);
	forward_turn(&forward, &now);
}

/* Has it called, and connects it to 'peer'. */
static void
attach(void)
{
	int fds[2];

	turn();
	cr_assert_eq(forward_wanted(&forward), 1);
	cr_assert_eq(forward_wanted(&forward), 0);
	cr_assert_eq(socketpair(AF_UNIX,
	                 soc.transport == CONFIG_TRANSPORT_UDP ? SOCK_DGRAM
	                                                       : SOCK_STREAM,
	                 0, fds),
	    0);
	fcntl(fds[0], F_SETFL, O_NONBLOCK);
	fcntl(fds[1], F_SETFL, O_NONBLOCK);
	if (peer >= 0) {
		close(peer);
	}
	peer = fds[1];
	forward_attach(&forward, 0, fds[0], "", &now);
}

static void
pass_s(uint64_t seconds)
{
	now.monotonic_ns += seconds * NS_PER_S;
	now.wall_ns += seconds * NS_PER_S;
	turn();
}

static void
give(uint64_t seq)
{
	char *text = forward_room(&forward, 0);

	cr_assert_not_null(text);
	forward_give(
	    &forward, 0, (size_t)sprintf(text, "<13>1 %d", (int)seq), seq);
}

static void
expect_heard(const char *wanted)
{
	char heard[4096] = "";
	ssize_t size = recv(peer, heard, sizeof(heard) - 1, 0);

	cr_assert_eq(size, (ssize_t)strlen(wanted), "heard \"%s\"", heard);
	cr_assert_str_eq(heard, wanted);
}

static void
say(const char *text)
{
	cr_assert_eq(send(peer, text, strlen(text), 0), (ssize_t)strlen(text));
	turn();
}

static uint64_t
acknowledged(void)
{
	return forward.destinations[0].seq;
}

Test(forward, octets_are_counted_in_a_stream)
{
	begin(CONFIG_TRANSPORT_TCP);
	attach();
	give(1);
	give(2);
	turn();
	expect_heard("7 <13>1 17 <13>1 2");
}

Test(forward, a_line_feed_may_end_messages_instead)
{
	begin(CONFIG_TRANSPORT_TCP);
	soc.framing = CONFIG_FRAMING_LINES;
	attach();
	give(1);
	give(2);
	turn();
	expect_heard("<13>1 1\n<13>1 2\n");
}

Test(forward, a_datagram_is_gone_once_it_is_sent)
{
	begin(CONFIG_TRANSPORT_UDP);
	attach();
	give(7);
	turn();
	expect_heard("<13>1 7");
	cr_assert_eq(acknowledged(), 7);
}

Test(forward, a_stream_is_believed_after_five_quiet_seconds)
{
	begin(CONFIG_TRANSPORT_TCP);
	attach();
	give(1);
	turn();
	expect_heard("7 <13>1 1");
	pass_s(4);
	cr_assert_eq(acknowledged(), 0);
	pass_s(1);
	cr_assert_eq(acknowledged(), 1);
}

Test(forward, or_after_a_second_and_thirty_two_newer_messages)
{
	begin(CONFIG_TRANSPORT_TCP);
	attach();
	for (uint64_t seq = 1; seq <= 33; seq++) {
		give(seq);
	}
	turn();
	pass_s(1);
	cr_assert_eq(acknowledged(), 0, "the peer's system has not got it");
	cr_assert_gt(recv(peer, last_line, sizeof(last_line), 0), 33 * 9);
	now.monotonic_ns -= NS_PER_S / 2;
	turn();
	cr_assert_eq(acknowledged(), 0, "a second has not passed");
	pass_s(1);
	cr_assert_eq(acknowledged(), 1);
}

Test(forward, what_is_younger_is_sent_again_after_a_loss)
{
	begin(CONFIG_TRANSPORT_TCP);
	attach();
	give(1);
	turn();
	expect_heard("7 <13>1 1");
	close(peer);
	peer = -1;
	turn();
	cr_assert_not(forward_is_open(&forward, 0));
	cr_assert_not_null(strstr(last_line, "it closed the connection"));
	pass_s(1);
	attach();
	give(2);
	turn();
	expect_heard("7 <13>1 17 <13>1 2");
	cr_assert_eq(forward.destinations[0].resent, 1);
}

Test(forward, the_end_of_a_connection_is_seen_before_a_message_is_written)
{
	begin(CONFIG_TRANSPORT_TCP);
	attach();
	close(peer);
	peer = -1;
	give(1);
	forward_turn(&forward, &now); /* The loop has not told. */
	cr_assert_eq(forward.destinations[0].sent, 0);
	cr_assert_eq(forward.destinations[0].connections, 1);
}

Test(forward, relp_is_opened_before_anything_is_sent)
{
	begin(CONFIG_TRANSPORT_RELP);
	give(1);
	attach();
	expect_heard("1 open 60 " RELP_OFFERS "\n");
	cr_assert_not(forward_is_open(&forward, 0));
	say("1 rsp 22 200 OK\ncommands=syslog");
	say("\n");
	cr_assert(forward_is_open(&forward, 0));
	expect_heard("2 syslog 7 <13>1 1\n");
}

Test(forward, relp_acknowledges_each_in_any_order)
{
	begin(CONFIG_TRANSPORT_RELP);
	attach();
	expect_heard("1 open 60 " RELP_OFFERS "\n");
	say("1 rsp 22 200 OK\ncommands=syslog\n");
	give(11);
	give(12);
	turn();
	expect_heard("2 syslog 8 <13>1 11\n3 syslog 8 <13>1 12\n");
	say("3 rsp 6 200 OK\n");
	cr_assert_eq(acknowledged(), 0, "the first is not there yet");
	say("2 rsp 6 200 OK\n");
	cr_assert_eq(acknowledged(), 12);
}

Test(forward, what_relp_did_not_acknowledge_is_sent_again)
{
	begin(CONFIG_TRANSPORT_RELP);
	attach();
	expect_heard("1 open 60 " RELP_OFFERS "\n");
	say("1 rsp 22 200 OK\ncommands=syslog\n");
	give(1);
	give(2);
	turn();
	expect_heard("2 syslog 7 <13>1 1\n3 syslog 7 <13>1 2\n");
	say("2 rsp 6 200 OK\n0 serverclose 0\n");
	cr_assert_eq(acknowledged(), 1);
	pass_s(1);
	attach();
	expect_heard("1 open 60 " RELP_OFFERS "\n");
	say("1 rsp 22 200 OK\ncommands=syslog\n");
	expect_heard("2 syslog 7 <13>1 2\n");
}

Test(forward, what_relp_refuses_three_times_keeps_nothing_back)
{
	begin(CONFIG_TRANSPORT_RELP);
	give(1);
	for (int i = 0; i < FORWARD_REFUSALS; i++) {
		char text[64];

		pass_s(60);
		attach();
		cr_assert_gt(recv(peer, text, sizeof(text), 0), 0);
		while (recv(peer, text, sizeof(text), 0) > 0) {
		}
		snprintf(text, sizeof(text),
		    "%u rsp 22 200 OK\ncommands=syslog\n",
		    forward.destinations[0].open_txnr);
		say(text);
		snprintf(text, sizeof(text), "%u rsp 9 500 never\n",
		    forward.destinations[0].txnr);
		say(text);
	}
	turn();
	cr_assert_eq(acknowledged(), 1);
	cr_assert_eq(forward.destinations[0].unsendable, 1);
}

Test(forward, a_peer_that_never_answers_is_left)
{
	begin(CONFIG_TRANSPORT_RELP);
	attach();
	say("1 rsp 22 200 OK\ncommands=syslog\n");
	give(1);
	turn();
	pass_s(19);
	cr_assert(forward_is_open(&forward, 0));
	pass_s(1);
	cr_assert_not_null(strstr(last_line, "acknowledges nothing"));
}

Test(forward, a_peer_that_takes_nothing_is_left)
{
	static const char big[2000];
	bool was_blocked = false;

	begin(CONFIG_TRANSPORT_TCP);
	attach();
	for (int i = 0; i < 3000 && !was_blocked; i++) {
		char *text = forward.destinations[0].given <
		        forward.destinations[0].credit
		    ? forward_room(&forward, 0)
		    : NULL;

		if (text != NULL) {
			memcpy(text, big, sizeof(big));
			forward_give(&forward, 0, sizeof(big), (uint64_t)i + 1);
		}
		turn();
		was_blocked = forward.destinations[0].is_blocked;
	}
	cr_assert(was_blocked);
	pass_s(20);
	cr_assert_not(forward_is_open(&forward, 0));
	cr_assert_not_null(strstr(last_line, "takes nothing"));
}

Test(forward, a_peer_that_reads_a_byte_at_a_time_is_served)
{
	char byte;

	begin(CONFIG_TRANSPORT_TCP);
	attach();
	give(1);
	turn();
	for (const char *at = "7 <13>1 1"; *at != '\0'; at++) {
		cr_assert_eq(recv(peer, &byte, 1, 0), 1);
		cr_assert_eq(byte, *at);
		turn();
	}
}

Test(forward, pauses_grow_to_a_minute_and_differ)
{
	uint64_t pause_ns = 0;

	begin(CONFIG_TRANSPORT_TCP);
	for (int i = 0; i < 10; i++) {
		now.monotonic_ns =
		    forward.destinations[0].due_ns > now.monotonic_ns
		    ? forward.destinations[0].due_ns
		    : now.monotonic_ns;
		turn();
		cr_assert_eq(forward_wanted(&forward), 1);
		forward_attach(&forward, 0, -1, "nobody is there", &now);
		pause_ns = forward.destinations[0].due_ns - now.monotonic_ns;
		cr_assert_leq(pause_ns, 60 * NS_PER_S);
		cr_assert_geq(pause_ns, NS_PER_S / 2);
	}
	cr_assert_geq(pause_ns, 30 * NS_PER_S);
	cr_assert_str_eq(forward.destinations[0].error, "nobody is there");
}

Test(forward, the_rate_holds)
{
	begin(CONFIG_TRANSPORT_UDP);
	soc.rate = 10;
	attach();
	for (uint64_t seq = 1; seq <= 40; seq++) {
		give(seq);
	}
	turn();
	cr_assert_eq(forward.destinations[0].sent, 10);
	pass_s(1);
	cr_assert_eq(forward.destinations[0].sent, 20);
	cr_assert_leq(
	    forward_next_ns(&forward), now.monotonic_ns + NS_PER_S / 10 + 1);
}

Test(forward, within_the_credit_there_is_always_room)
{
	uint64_t seq = 0;

	begin(CONFIG_TRANSPORT_UDP);
	attach();
	for (int round = 0; round < 200; round++) {
		while (forward.destinations[0].given <
		    forward.destinations[0].credit) {
			char *text = forward_room(&forward, 0);

			cr_assert_not_null(text);
			memset(text, 'x', soc.size_limit);
			forward_give(&forward, 0,
			    1 + seq * 7919 % soc.size_limit, seq + 1);
			seq++;
		}
		turn();
		while (recv(peer, last_line, sizeof(last_line), 0) > 0) {
		}
		turn();
	}
	cr_assert_gt(acknowledged(), 1000);
}

Test(forward, a_record_that_no_message_can_hold_keeps_nothing_back)
{
	begin(CONFIG_TRANSPORT_UDP);
	attach();
	forward_room(&forward, 0);
	forward_give(&forward, 0, 0, 5);
	give(6);
	turn();
	expect_heard("<13>1 6");
	cr_assert_eq(acknowledged(), 6);
	cr_assert_eq(forward.destinations[0].unsendable, 1);
}

Test(forward, a_heartbeat_is_not_sent_again)
{
	begin(CONFIG_TRANSPORT_TCP);
	attach();
	memcpy(forward_room(&forward, 0), "beat", 4);
	forward_give_heartbeat(&forward, 0, 4);
	turn();
	expect_heard("4 beat");
	close(peer);
	peer = -1;
	turn();
	pass_s(1);
	attach();
	give(1);
	turn();
	expect_heard("7 <13>1 1");
	cr_assert_eq(acknowledged(), 0);
}

Test(forward, who_begins_anew_finds_it_empty)
{
	begin(CONFIG_TRANSPORT_TCP);
	attach();
	give(41);
	turn();
	forward_reset(&forward);
	cr_assert_eq(forward.destinations[0].given, 0);
	cr_assert_gt(forward.destinations[0].credit, 0);
	attach();
	give(41);
	turn();
	expect_heard("8 <13>1 41");
}
