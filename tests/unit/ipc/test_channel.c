#include "ipc/channel.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SMALL = 7, LARGE = 8, WITH_FILE = 9, VARIED = 10, QUEUE_COUNT = 4 };

struct small {
	struct channel_header header;
	uint64_t number;
};

struct large {
	struct channel_header header;
	uint8_t bytes[20000];
};

static bool
small_is_sound(const void *message)
{
	const struct small *small = message;

	return small->number < 1000;
}

static const struct channel_kind kinds[] = {
	{ SMALL, false, sizeof(struct small), small_is_sound, 0 },
	{ LARGE, false, sizeof(struct large), NULL, 0 },
	{ WITH_FILE, true, sizeof(struct small), small_is_sound, 0 },
	{ VARIED, false, sizeof(struct large), NULL, sizeof(struct small) },
};

struct end {
	struct channel channel;
	struct counters counters;
	uint32_t received;
	uint32_t ended;
	enum channel_end why;
	uint64_t numbers[64];
	int descriptor;
	bool detach_when_called;
};

static struct loop loop;
static struct region region;

static void
receive(void *context, const void *message, int descriptor)
{
	struct end *end = context;
	const struct channel_header *header = message;

	if (header->type != LARGE) {
		const struct small *small = message;

		end->numbers[end->received % 64] = small->number;
	}
	end->received++;
	end->descriptor = descriptor;
	if (end->detach_when_called) {
		channel_detach(&end->channel);
	}
}

static void
be_ended(void *context, enum channel_end why)
{
	struct end *end = context;

	end->ended++;
	end->why = why;
}

static void
make_end(struct end *end)
{
	const struct channel_terms terms = {
		.loop = &loop,
		.counters = &end->counters,
		.kinds = kinds,
		.kind_count = ARRAY_SIZE(kinds),
		.queue_count = QUEUE_COUNT,
		.send_size = sizeof(struct large),
		.receive = receive,
		.ended = be_ended,
		.context = end,
	};
	size_t before = region.used;

	memset(end, 0, sizeof(*end));
	end->descriptor = -1;
	channel_init(&end->channel, &region, &terms);
	cr_assert_eq(region.used - before, channel_bytes(&terms));
}

/* A channel, and the bare socket of its peer. */
static int
make_half(struct end *end)
{
	int fds[2];

	cr_assert_eq(loop_init(&loop), 0);
	cr_assert_eq(region_init(&region, 1 << 20), 0);
	make_end(end);
	cr_assert_eq(channel_make_pair(fds, sizeof(struct large)), 0);
	cr_assert_eq(channel_attach(&end->channel, fds[0]), 0);
	return fds[1];
}

static void
make_both(struct end *a, struct end *b)
{
	int fd = make_half(a);

	make_end(b);
	cr_assert_eq(channel_attach(&b->channel, fd), 0);
}

static bool
send_small(struct end *end, uint64_t number)
{
	struct small small = { .number = number };

	return channel_send(&end->channel, SMALL, &small, sizeof(small), -1);
}

static void
turn(void)
{
	while (loop_wait(&loop, 0) > 0) {
	}
}

Test(channel, carries_messages_both_ways_in_order)
{
	struct end a, b;

	make_both(&a, &b);
	for (uint64_t i = 0; i < 20; i++) {
		cr_assert(send_small(&a, i));
	}
	cr_assert(send_small(&b, 99));
	turn();
	cr_expect_eq(b.received, 20);
	for (uint64_t i = 0; i < 20; i++) {
		cr_expect_eq(b.numbers[i], i);
	}
	cr_expect_eq(a.received, 1);
	cr_expect_eq(a.numbers[0], 99);
	cr_expect_eq(a.counters.value[COUNTER_IPC_MESSAGES_SENT], 20);
	cr_expect_eq(b.counters.value[COUNTER_IPC_MESSAGES_RECEIVED], 20);
}

/* Sends large messages until one is dropped; returns how many were not. */
static uint32_t
fill(struct end *end, struct large *large)
{
	uint32_t count = 0;

	while (channel_send(&end->channel, LARGE, large, sizeof(*large), -1)) {
		count++;
		cr_assert_lt(count, 10000);
	}
	return count;
}

Test(channel, that_is_full_drops_and_counts_and_never_blocks)
{
	static struct large large;
	struct end a, b;
	uint32_t taken;

	make_both(&a, &b);
	taken = fill(&a, &large);
	cr_expect_gt(taken, QUEUE_COUNT);
	cr_expect_eq(channel_waiting(&a.channel), QUEUE_COUNT);
	cr_expect_not(channel_has_room(&a.channel));
	cr_expect_eq(a.counters.value[COUNTER_IPC_MESSAGES_DROPPED], 1);

	/* Once the peer reads, all that was taken comes. */
	turn();
	cr_expect_eq(b.received, taken);
	cr_expect_eq(channel_waiting(&a.channel), 0);
	cr_expect(send_small(&a, 1));
	turn();
	cr_expect_eq(b.received, taken + 1);
}

Test(channel, keeps_what_waits_for_the_next_peer)
{
	struct end a, b;
	int fds[2];
	int fd = make_half(&a);

	close(fd);
	turn();
	cr_expect_eq(a.ended, 1);
	cr_expect_eq(a.why, CHANNEL_PEER_GONE);
	cr_expect_not(channel_is_attached(&a.channel));
	for (uint64_t i = 0; i < QUEUE_COUNT; i++) {
		cr_expect(send_small(&a, i));
	}
	cr_expect_not(send_small(&a, 5));

	make_end(&b);
	cr_assert_eq(channel_make_pair(fds, sizeof(struct large)), 0);
	cr_assert_eq(channel_attach(&a.channel, fds[0]), 0);
	cr_assert_eq(channel_attach(&b.channel, fds[1]), 0);
	turn();
	cr_expect_eq(b.received, QUEUE_COUNT);
	cr_expect_eq(b.numbers[0], 0);
	cr_expect_eq(b.numbers[3], 3);
}

Test(channel, forgets_what_waits_when_told_to)
{
	struct end a;
	int fd = make_half(&a);

	close(fd);
	turn();
	cr_expect(send_small(&a, 1));
	channel_discard(&a.channel);
	cr_expect_eq(channel_waiting(&a.channel), 0);
}

Test(channel, gives_what_a_peer_said_before_it_died)
{
	struct end a, b;

	make_both(&a, &b);
	cr_assert(send_small(&a, 1)); /* Which b will not have read. */
	cr_assert(send_small(&b, 2));
	channel_detach(&b.channel);
	turn();
	cr_expect_eq(a.received, 1);
	cr_expect_eq(a.numbers[0], 2);
	cr_expect_eq(a.ended, 1);
}

Test(channel, takes_what_the_old_peer_said_before_it_turns_to_the_new)
{
	struct end a, b;
	int fds[2];

	make_both(&a, &b);
	cr_assert(send_small(&b, 2));
	cr_assert_eq(channel_make_pair(fds, sizeof(struct large)), 0);
	cr_assert_eq(channel_attach(&a.channel, fds[0]), 0);
	cr_expect_eq(a.received, 1);
	turn();
	cr_expect_eq(b.ended, 1);
	cr_expect_eq(a.ended, 0);
}

Test(channel, may_be_let_go_by_whom_it_calls)
{
	struct end a, b;

	make_both(&a, &b);
	b.detach_when_called = true;
	cr_assert(send_small(&a, 1));
	cr_assert(send_small(&a, 2));
	turn();
	cr_expect_eq(b.received, 1);
	cr_expect_eq(b.ended, 0);
	cr_expect_eq(a.ended, 1);
}

/* Sends raw bytes and expects that they end the connection, unread. */
static void
expect_refused(const void *bytes, size_t size)
{
	struct end a;
	int fd = make_half(&a);

	cr_assert_eq(send(fd, bytes, size, 0), (ssize_t)size);
	turn();
	cr_expect_eq(a.received, 0);
	cr_expect_eq(a.ended, 1);
	cr_expect_eq(a.why, CHANNEL_REFUSED);
	cr_expect_eq(a.counters.value[COUNTER_IPC_MESSAGES_REFUSED], 1);
	cr_expect_not(channel_is_attached(&a.channel));
	close(fd);
	loop_finish(&loop);
	region_finish(&region);
}

Test(channel, ends_at_the_first_message_that_is_not_sound)
{
	const struct small good = {
		.header = { SMALL, CHANNEL_VERSION, sizeof(good) },
		.number = 1,
	};
	struct small bad = good;
	static uint8_t huge[sizeof(struct large) + 1];

	bad.header.type = 1234;
	expect_refused(&bad, sizeof(bad));
	bad = good;
	bad.header.version++;
	expect_refused(&bad, sizeof(bad));
	bad = good;
	bad.header.size++;
	expect_refused(&bad, sizeof(bad));
	bad = good;
	bad.number = 1000; /* As its check function has it. */
	expect_refused(&bad, sizeof(bad));
	bad = good;
	expect_refused(&bad, sizeof(bad) - 1);
	expect_refused(&bad, 3);
	memcpy(huge, &good.header, sizeof(good.header));
	expect_refused(huge, sizeof(huge));
	/* A descriptor was due with it. */
	bad = good;
	bad.header.type = WITH_FILE;
	expect_refused(&bad, sizeof(bad));
}

Test(channel, takes_an_empty_message_for_the_end)
{
	struct end a;
	int fd = make_half(&a);

	cr_assert_eq(send(fd, "", 0, 0), 0);
	turn();
	cr_expect_eq(a.ended, 1);
	cr_expect_eq(a.received, 0);
}

static int
count_open_files(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++) {
		count += fcntl(fd, F_GETFD) >= 0;
	}
	return count;
}

Test(channel, carries_a_descriptor_and_gives_it_away)
{
	struct end a, b;
	struct small small = { .number = 1 };
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	struct stat sent, got;

	make_both(&a, &b);
	cr_assert_eq(fstat(fd, &sent), 0);
	cr_assert(
	    channel_send(&a.channel, WITH_FILE, &small, sizeof(small), fd));
	turn();
	cr_assert_geq(b.descriptor, 0);
	cr_assert_eq(fstat(b.descriptor, &got), 0);
	cr_expect_eq(sent.st_ino, got.st_ino);
	cr_expect_eq(fcntl(b.descriptor, F_GETFD), FD_CLOEXEC);
}

Test(channel, leaves_no_descriptor_open_that_nobody_wanted)
{
	struct end a, b;
	struct small small = { .number = 1 };
	int before;

	make_both(&a, &b);
	before = count_open_files();
	/* One where none belongs: refused, and closed at both ends. */
	cr_assert(channel_send(&a.channel, SMALL, &small, sizeof(small),
	    open("/dev/null", O_RDONLY | O_CLOEXEC)));
	turn();
	cr_expect_eq(b.why, CHANNEL_REFUSED);
	cr_expect_eq(a.ended, 1);
	cr_expect_eq(count_open_files(), before - 2); /* The two ends. */

	/* Those that wait are closed when they are discarded or dropped. */
	for (int i = 0; i < QUEUE_COUNT + 3; i++) {
		channel_send(&a.channel, WITH_FILE, &small, sizeof(small),
		    open("/dev/null", O_RDONLY | O_CLOEXEC));
	}
	cr_expect_eq(count_open_files(), before - 2 + QUEUE_COUNT);
	channel_discard(&a.channel);
	cr_expect_eq(count_open_files(), before - 2);
}

Test(channel, closes_every_descriptor_of_a_heap_of_them)
{
	union {
		struct cmsghdr header;
		uint8_t bytes[CMSG_SPACE(3 * sizeof(int))];
	} control = { .bytes = { 0 } };
	struct small small = {
		.header = { WITH_FILE, CHANNEL_VERSION, sizeof(small) },
		.number = 1,
	};
	struct iovec part = { &small, sizeof(small) };
	struct msghdr envelope = { .msg_iov = &part,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control) };
	int three[3];
	int before;
	struct end a;
	int fd = make_half(&a);

	for (int i = 0; i < 3; i++) {
		three[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
	}
	before = count_open_files();
	control.header.cmsg_level = SOL_SOCKET;
	control.header.cmsg_type = SCM_RIGHTS;
	control.header.cmsg_len = CMSG_LEN(sizeof(three));
	memcpy(CMSG_DATA(&control.header), three, sizeof(three));
	cr_assert_eq(sendmsg(fd, &envelope, 0), sizeof(small));
	turn();
	cr_expect_eq(a.why, CHANNEL_REFUSED);
	cr_expect_eq(count_open_files(), before - 1);
}

Test(channel, takes_messages_between_their_least_and_their_greatest_size)
{
	static struct large message;
	struct end a;
	struct end b;

	make_both(&a, &b);
	cr_expect(channel_send(
	    &a.channel, VARIED, &message, sizeof(struct small), -1));
	cr_expect(channel_send(&a.channel, VARIED, &message, 1000, -1));
	cr_expect(
	    channel_send(&a.channel, VARIED, &message, sizeof(message), -1));
	turn();
	cr_expect_eq(b.received, 3u);
	cr_expect_eq(b.ended, 0u);
	cr_expect(channel_send(
	    &a.channel, VARIED, &message, sizeof(struct small) - 1, -1));
	turn();
	cr_expect_eq(b.received, 3u);
	cr_expect_eq(b.ended, 1u);
	cr_expect_eq(b.why, CHANNEL_REFUSED);
}

Test(channel, believes_a_size_only_if_so_many_bytes_came)
{
	static struct large message;
	struct end end;
	int fd = make_half(&end);

	message.header = (struct channel_header){
		.type = VARIED, .version = CHANNEL_VERSION, .size = 2000
	};
	cr_assert_eq(send(fd, &message, 1000, 0), 1000);
	turn();
	cr_expect_eq(end.received, 0u);
	cr_expect_eq(end.why, CHANNEL_REFUSED);
	close(fd);
}
