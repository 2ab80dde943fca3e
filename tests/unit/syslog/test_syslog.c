/*
 * Room syslog over loopback, with a clock that the test moves.
 */
#include "syslog/syslog.h"

#include <arpa/inet.h>
#include <criterion/criterion.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
	TAKEN = 4096,
	MARKED = 'x', /* Messages with it in them are of no use. */
	PEER_CONNECTIONS = 4,
	RATE_BYTES = 4 << 20,
};

static struct region region;
static struct counters counters;
static struct log syslog_log;
static struct syslog room;
static struct syslog_now moment = { 1000 * NS_PER_S, 2000 * NS_PER_S };

static uint32_t taken_count;
static uint64_t taken_bytes;
static struct taken {
	char text[64]; /* The beginning. */
	char sender[IP_ADDRESS_TEXT_SIZE];
	size_t size;
	uint8_t transport;
	bool is_cut;
} taken[TAKEN];
static char lines[1 << 16];

static uint8_t
take(void *context, const struct syslog_message *message)
{
	struct taken *last = &taken[taken_count++ % TAKEN];

	(void)context;
	snprintf(last->text, sizeof(last->text), "%.*s", (int)message->size,
	    message->bytes);
	snprintf(last->sender, sizeof(last->sender), "%s", message->sender);
	last->size = message->size;
	last->transport = message->transport;
	last->is_cut = message->is_cut;
	taken_bytes += message->size;
	cr_expect_eq(message->arrival_ns, moment.wall_ns);
	return memchr(message->bytes, MARKED, message->size) != NULL ? 3 : 0;
}

static void
keep_line(void *context, enum log_level level, const char *line)
{
	size_t used = strlen(lines);

	(void)context;
	(void)level;
	snprintf(lines + used, sizeof(lines) - used, "%s\n", line);
}

static void
setup(void)
{
	const struct syslog_terms terms = { .counters = &counters,
		.log = &syslog_log,
		.key = { { 3, 4 } },
		.limits = { .rate_bytes = RATE_BYTES,
		    .connection_count = PEER_CONNECTIONS },
		.idle_ns = 600 * NS_PER_S,
		.useful_verdicts = 3,
		.take = take };
	const struct rlimit files = { 2 * CONFIG_SYSLOG_CONNECTION_COUNT + 64,
		2 * CONFIG_SYSLOG_CONNECTION_COUNT + 64 };

	(void)setrlimit(RLIMIT_NOFILE, &files);
	syslog_log = (struct log){ .level = LOG_LEVEL_INFO, .sink = keep_line };
	cr_assert_eq(region_init(&region, syslog_bytes()), 0);
	cr_assert_eq(syslog_init(&room, &region, &terms), 0);
	cr_assert_eq(region.used, region.size, "the plan is what is carved");
}

static void
teardown(void)
{
	syslog_finish(&room);
	region_finish(&region);
}

TestSuite(syslog, .init = setup, .fini = teardown);

/* Serves until nothing is left to do. */
static void
serve(void)
{
	struct pollfd waits = { .fd = room.epoll_fd, .events = POLLIN };

	for (int i = 0; i < 10000 && poll(&waits, 1, 5) > 0; i++) {
		syslog_turn(&room, &moment);
	}
}

/* Time passes. */
static void
pass(uint64_t time_ns)
{
	while (time_ns > 0) {
		uint64_t step =
		    time_ns < SYSLOG_TICK_NS ? time_ns : SYSLOG_TICK_NS;

		moment.monotonic_ns += step;
		moment.wall_ns += step;
		time_ns -= step;
		syslog_tick(&room, &moment);
	}
	serve();
}

static void
listen_at(enum syslog_transport transport, const char *text)
{
	struct ip_address address;

	cr_assert(ip_address_parse(text, &address));
	cr_assert_eq(syslog_listen(&room, transport, &address, 0), 0);
}

/* A socket connected to listener 'index', from 127.0.0.0 plus 'from'. */
static int
call(uint32_t index, int type, uint32_t from)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
		.sin_port = htons(syslog_port(&room, index)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	struct sockaddr_in own = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(0x7f000000u | from) };
	int fd = socket(AF_INET, type, 0);

	cr_assert_eq(bind(fd, (struct sockaddr *)&own, sizeof(own)), 0);
	cr_assert_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
	return fd;
}

static void
put(int fd, const char *text)
{
	cr_assert_eq(
	    send(fd, text, strlen(text), MSG_NOSIGNAL), (ssize_t)strlen(text));
}

static bool
is_closed(int fd)
{
	char byte;
	ssize_t got = recv(fd, &byte, 1, MSG_DONTWAIT);

	return got == 0 || (got < 0 && errno != EAGAIN);
}

Test(syslog, a_datagram_is_a_message)
{
	int fd;

	listen_at(SYSLOG_UDP, "127.0.0.1");
	fd = call(0, SOCK_DGRAM, 9);
	put(fd, "<14>one\n");
	put(fd, "<14>two");
	put(fd, "\n");
	serve();
	cr_expect_eq(taken_count, 2u);
	cr_expect_str_eq(taken[0].text, "<14>one");
	cr_expect_str_eq(taken[0].sender, "127.0.0.9");
	cr_expect_eq(taken[1].transport, SYSLOG_UDP);
	close(fd);
}

Test(syslog, both_families_are_listened_to_at_one_port)
{
	struct sockaddr_in6 to = { .sin6_family = AF_INET6,
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct ip_address any6 = { { 0 } };
	int fd = socket(AF_INET6, SOCK_DGRAM, 0);

	listen_at(SYSLOG_UDP, "0.0.0.0");
	if (syslog_listen(&room, SYSLOG_UDP, &any6, syslog_port(&room, 0)) !=
	    0) {
		cr_skip_test("this machine has no IPv6");
	}
	to.sin6_port = htons(syslog_port(&room, 1));
	cr_assert_geq(
	    sendto(fd, "<14>six", 7, 0, (struct sockaddr *)&to, sizeof(to)), 0);
	serve();
	cr_expect_str_eq(taken[0].sender, "::1");
	close(fd);
}

Test(syslog, a_stream_gives_messages_as_they_become_whole)
{
	int fd;

	listen_at(SYSLOG_TCP, "127.0.0.1");
	fd = call(0, SOCK_STREAM, 1);
	put(fd, "7 <14>one9 <14>t");
	serve();
	cr_expect_eq(taken_count, 1u);
	put(fd, "hree");
	serve();
	cr_expect_str_eq(taken[1].text, "<14>three");
	put(fd, "<14>line\n");
	serve();
	cr_expect_eq(taken_count, 2u);
	pass(NS_PER_S);
	cr_expect_eq(taken_count, 3u);
	cr_expect_str_eq(taken[2].text, "<14>line");
	put(fd, "50 <14>half");
	close(fd);
	serve();
	cr_expect_str_eq(taken[3].text, "<14>half");
	cr_expect(taken[3].is_cut);
	cr_expect_eq(room.stream_count, 0u);
	cr_expect_eq(room.pool.free_count, (uint32_t)CONFIG_SYSLOG_CHUNK_COUNT);
}

Test(syslog, a_peer_has_its_share_of_connections_and_others_theirs)
{
	int fds[PEER_CONNECTIONS + 2];
	int other;

	listen_at(SYSLOG_TCP, "127.0.0.1");
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		fds[i] = call(0, SOCK_STREAM, 1);
	}
	other = call(0, SOCK_STREAM, 2);
	serve();
	cr_expect_eq(room.stream_count, PEER_CONNECTIONS + 1u);
	cr_expect_eq(counters.value[COUNTER_SYSLOG_CONNECTIONS_REFUSED], 2u);
	cr_expect(is_closed(fds[PEER_CONNECTIONS]));
	cr_expect_not(is_closed(other));
	cr_expect_not_null(strstr(lines, "connection of 127.0.0.1 refused"));
	for (size_t i = 0; i < ARRAY_SIZE(fds); i++) {
		close(fds[i]);
	}
	close(other);
	serve();
	cr_expect_eq(room.stream_count, 0u);
}

Test(syslog, when_all_are_taken_the_longest_silent_of_no_use_gives_way)
{
	static int fds[CONFIG_SYSLOG_CONNECTION_COUNT];
	uint32_t count = 0;
	int late;

	listen_at(SYSLOG_TCP, "127.0.0.1");
	for (; count < ARRAY_SIZE(fds); count++) {
		fds[count] = call(0, SOCK_STREAM, 1 + count / PEER_CONNECTIONS);
		if (count % 32 == 0) {
			serve();
		}
		if (fds[count] < 0) {
			break;
		}
	}
	serve();
	cr_assert_eq(room.stream_count, count);
	/* All of use but one: that one goes. */
	for (uint32_t i = 0; i < count; i++) {
		put(fds[i], i == 17 ? "6 <14>xx" : "6 <14>ok");
	}
	serve();
	pass(5 * NS_PER_S);
	late = call(0, SOCK_STREAM, 60001);
	serve();
	cr_expect(is_closed(fds[17]));
	cr_expect_not(is_closed(late));
	cr_expect_eq(counters.value[COUNTER_SYSLOG_CONNECTIONS_DISPLACED], 1u);
	/* Now none can be had, but for the one that has just come. */
	close(call(0, SOCK_STREAM, 60002));
	serve();
	cr_expect_eq(counters.value[COUNTER_SYSLOG_CONNECTIONS_REFUSED], 1u);
	cr_expect_not_null(strstr(lines, "all are taken"));
	put(fds[0], "6 <14>ok");
	serve();
	cr_expect_eq(taken_count, count + 1);
}

Test(syslog, a_peer_that_stops_within_a_message_is_closed_and_named)
{
	int stalled;
	int fine;

	listen_at(SYSLOG_TCP, "127.0.0.1");
	stalled = call(0, SOCK_STREAM, 1);
	fine = call(0, SOCK_STREAM, 2);
	put(stalled, "100 <14>and then");
	put(fine, "6 <14>ok");
	serve();
	pass(40 * NS_PER_S);
	cr_expect(is_closed(stalled));
	cr_expect_not(is_closed(fine));
	cr_expect_str_eq(taken[1].text, "<14>and then");
	cr_expect(taken[1].is_cut);
	cr_expect_not_null(strstr(lines, "127.0.0.1 closed: it stopped"));
	pass(700 * NS_PER_S);
	cr_expect(is_closed(fine), "silent for too long");
	cr_expect_eq(counters.value[COUNTER_SYSLOG_IDLE], 1u);
	close(stalled);
	close(fine);
}

Test(syslog, garbage_closes_its_connection_and_no_other)
{
	static char garbage[8192];
	int bad;
	int good;

	listen_at(SYSLOG_TCP, "127.0.0.1");
	bad = call(0, SOCK_STREAM, 1);
	good = call(0, SOCK_STREAM, 2);
	put(bad, "5 <14>a");
	for (int i = 0; i < 64; i++) {
		memset(garbage, 'g', sizeof(garbage));
		memcpy(garbage, "999999999999 <", 14);
		(void)send(bad, garbage, sizeof(garbage), MSG_NOSIGNAL);
		(void)send(bad, "12 <14>", 7, MSG_NOSIGNAL);
		pass(100 * NS_PER_MS);
	}
	for (int i = 0; i < 9000 && !is_closed(bad); i++) {
		(void)send(bad, garbage, sizeof(garbage), MSG_NOSIGNAL);
		pass(SYSLOG_TICK_NS);
	}
	cr_expect(is_closed(bad));
	put(good, "6 <14>ok");
	serve();
	cr_expect_str_eq(taken[(taken_count - 1) % TAKEN].text, "<14>ok");
	close(bad);
	close(good);
}

Test(syslog, who_sends_too_much_waits_and_loses_nothing)
{
	enum { SENT = 3 * RATE_BYTES };
	static char text[1 << 16];
	uint64_t sent = 0;
	int flood;
	int calm;

	listen_at(SYSLOG_TCP, "127.0.0.1");
	flood = call(0, SOCK_STREAM, 1);
	calm = call(0, SOCK_STREAM, 2);
	memset(text, 'f', sizeof(text));
	for (size_t i = 0; i + 1024 <= sizeof(text); i += 1024) {
		memcpy(text + i, "1019 <14>", 9);
	}
	for (int i = 0; sent < SENT; i++) {
		ssize_t now = send(flood, text + sent % sizeof(text),
		    sizeof(text) - sent % sizeof(text), MSG_DONTWAIT);

		cr_assert(now > 0 || errno == EAGAIN);
		sent += now > 0 ? (uint64_t)now : 0;
		if (now < 0) {
			/* The other is heard whatever this one does. */
			uint32_t before = taken_count;

			serve();
			put(calm, "6 <14>ok");
			serve();
			cr_expect_gt(taken_count, before);
			pass(SYSLOG_TICK_NS);
		}
	}
	pass(5 * NS_PER_S);
	cr_expect_geq(
	    moment.monotonic_ns, (1000 + SENT / RATE_BYTES) * NS_PER_S);
	cr_expect_gt(counters.value[COUNTER_SYSLOG_LIMITED_READS], 0u);
	cr_expect_eq(counters.value[COUNTER_SYSLOG_LOST_BYTES], 0u);
	cr_expect_eq(counters.value[COUNTER_SYSLOG_CUT], 0u);
	close(flood);
	close(calm);
}

Test(syslog, datagrams_over_the_rate_are_dropped_and_counted)
{
	static char text[1024];
	int flood;
	int calm;

	listen_at(SYSLOG_UDP, "127.0.0.1");
	flood = call(0, SOCK_DGRAM, 1);
	calm = call(0, SOCK_DGRAM, 2);
	memset(text, 'f', sizeof(text) - 1);
	for (int i = 0; i < 2 * RATE_BYTES / 1024; i++) {
		put(flood, text);
		if (i % 64 == 0) {
			serve();
		}
	}
	put(calm, "<14>ok");
	serve();
	cr_expect_str_eq(taken[(taken_count - 1) % TAKEN].text, "<14>ok");
	cr_expect_gt(counters.value[COUNTER_SYSLOG_LIMITED_DATAGRAMS], 0u);
	cr_expect_not_null(strstr(lines, "127.0.0.1 sends more than it may"));
	close(flood);
	close(calm);
}

Test(syslog, when_there_is_no_room_the_longest_message_is_cut)
{
	enum { MOST = CONFIG_SYSLOG_CHUNK_COUNT / 64 + 3 };
	static char text[FRAMING_MESSAGE_SIZE];
	int fds[MOST];
	int small;

	listen_at(SYSLOG_TCP, "127.0.0.1");
	small = call(0, SOCK_STREAM, 250);
	put(small, "4000 <14>sm");
	serve();
	memset(text, 'l', sizeof(text));
	memcpy(text, "65500 <14>", 10);
	for (uint32_t i = 0; i < MOST; i++) {
		fds[i] = call(0, SOCK_STREAM, 1 + i);
		for (size_t at = 0; at < 65000;) {
			ssize_t now =
			    send(fds[i], text + at, 65000 - at, MSG_DONTWAIT);

			at += now > 0 ? (size_t)now : 0;
			serve();
		}
	}
	cr_expect_gt(counters.value[COUNTER_SYSLOG_GAVE_WAY], 0u);
	cr_expect_eq(taken_count, counters.value[COUNTER_SYSLOG_GAVE_WAY]);
	cr_expect(taken[0].is_cut);
	cr_expect_not(is_closed(small));
	cr_expect_not_null(strstr(lines, "there is no room"));
	for (uint32_t i = 0; i < MOST; i++) {
		close(fds[i]);
	}
	close(small);
	serve();
	cr_expect_eq(room.pool.free_count, (uint32_t)CONFIG_SYSLOG_CHUNK_COUNT);
}

Test(syslog, a_relay_is_called_again_and_what_it_repeats_is_known)
{
	int pair[2];
	uint32_t wanted;

	cr_expect_eq(syslog_add_relay(&room, "relay", 6601, false), 0u);
	pass(SYSLOG_TICK_NS);
	wanted = syslog_wanted_relay(&room);
	cr_assert_eq(wanted, 1u);
	cr_expect_eq(syslog_wanted_relay(&room), 0u, "it is being called");
	syslog_attach_relay(&room, 0, -1, "nobody is there");
	cr_expect_not_null(strstr(lines,
	    "relay relay:6601 cannot be reached: "
	    "nobody is there"));
	cr_expect_eq(syslog_wanted_relay(&room), 0u);
	pass(NS_PER_S);
	cr_expect_eq(syslog_wanted_relay(&room), 1u);

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	syslog_attach_relay(&room, 0, pair[0], NULL);
	put(pair[1], "5 <14>a5 <14>b5 <14>b");
	close(pair[1]);
	serve();
	cr_expect_eq(taken_count, 3u, "once connected nothing is held back");
	pass(NS_PER_S);
	cr_expect_eq(syslog_wanted_relay(&room), 1u);

	cr_assert_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	syslog_attach_relay(&room, 0, pair[0], NULL);
	put(pair[1], "5 <14>a5 <14>b5 <14>c");
	serve();
	cr_expect_eq(taken_count, 4u);
	cr_expect_str_eq(taken[3].text, "<14>c");
	cr_expect_eq(counters.value[COUNTER_SYSLOG_REPEATED], 2u);
	close(pair[1]);
}
