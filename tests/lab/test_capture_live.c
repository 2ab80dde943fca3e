/*
 * Live capture on one end of a veth pair, in a network namespace of its own;
 * what the other end is sent arrives as from a mirror port.
 *
 * Needs root or user namespaces; without either, each test says so and is
 * skipped.
 */
#include <criterion/criterion.h>
#include <errno.h>
#include <malloc.h>
#include <net/if.h>
#include <netpacket/packet.h>
#include <poll.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "capture/capture_live.h"

static struct capture_live live;
static struct counters counters;
static uint8_t arena[CAPTURE_LIVE_BYTES(CAPTURE_SNAP_LENGTH_MOST)];
static struct frame frames[CAPTURE_BURST];
static int sender = -1;

static void
run(const char *command)
{
	cr_assert_eq(system(command), 0, "%s", command);
}

/* A namespace with "mirror" and "peer", both up. */
static void
make_link(void)
{
	struct sockaddr_ll to = { .sll_family = AF_PACKET };

	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		cr_skip_test("a network namespace needs root");
	}
	run("ip link add mirror type veth peer name peer");
	run("sysctl -qw net.ipv6.conf.all.disable_ipv6=1");
	run("ip link set mirror up");
	run("ip link set peer up");
	sender = socket(AF_PACKET, SOCK_RAW, 0);
	cr_assert_geq(sender, 0);
	to.sll_ifindex = (int)if_nametoindex("peer");
	cr_assert_eq(bind(sender, (struct sockaddr *)&to, sizeof(to)), 0);
}

static struct capture_live_settings
settings(void)
{
	return (struct capture_live_settings){ .interface = "mirror",
		.filter = "",
		.buffer_bytes = 1 << 20,
		.snap_length = 1024,
		.is_promiscuous = true,
		.observation_point = 3 };
}

static void
open_with(struct capture_live_settings with)
{
	cr_assert_eq(capture_live_open(&live, &counters, arena, &with), 0, "%s",
	    live.capture.sentence);
}

/* Sends an Ethernet frame of 'size' bytes of 'fill', of an experimental type
 * (RFC 5342) or the one given. */
static bool
send_frame(size_t size, uint8_t fill, uint16_t ether_type)
{
	uint8_t bytes[2048];

	memset(bytes, fill, sizeof(bytes));
	memset(bytes, 2, 12);
	bytes[12] = (uint8_t)(ether_type >> 8);
	bytes[13] = (uint8_t)ether_type;
	return send(sender, bytes, size, 0) == (ssize_t)size;
}

/* The next burst, waited for up to two seconds. */
static uint32_t
next_burst(void)
{
	struct pollfd wait = { .fd = capture_live_descriptor(&live),
		.events = POLLIN };

	for (int i = 0; i < 20; i++) {
		uint32_t count;

		(void)poll(&wait, 1, 100);
		count = capture_next(&live.capture, frames);
		if (count > 0 || live.capture.state != CAPTURE_RUNNING) {
			return count;
		}
	}
	return 0;
}

/* Calls until 'is_down' is as wanted; two seconds at most. */
static bool
wait_for_state(bool is_down)
{
	for (int i = 0; i < 200; i++) {
		struct timespec pause = { .tv_nsec = 10000000 };

		(void)capture_next(&live.capture, frames);
		if (live.is_down == is_down) {
			return true;
		}
		nanosleep(&pause, NULL);
	}
	return false;
}

static void
expect_one_frame(uint8_t fill)
{
	cr_assert(send_frame(100, fill, 0x88b5));
	cr_assert_eq(next_burst(), 1);
	cr_expect_eq(frames[0].captured_size, 100);
	cr_expect_eq(frames[0].bytes[50], fill);
}

Test(capture_live, frames_arrive_whole_and_stamped_in_both_modes)
{
	make_link();
	for (int is_immediate = 0; is_immediate < 2; is_immediate++) {
		struct capture_live_settings with = settings();
		struct timespec now;
		uint64_t now_ns;

		with.is_immediate = is_immediate != 0;
		open_with(with);
		expect_one_frame(0x5a);
		clock_gettime(CLOCK_REALTIME, &now);
		now_ns =
		    (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
		cr_expect_eq(frames[0].wire_size, 100);
		cr_expect_eq(frames[0].link_type, DLT_EN10MB);
		cr_expect_eq(frames[0].observation_point, 3);
		cr_expect_leq(frames[0].time_ns, now_ns);
		cr_expect_geq(frames[0].time_ns, now_ns - NS_PER_S);
		cr_expect_eq(capture_next(&live.capture, frames), 0);
		cr_expect_eq(live.capture.state, CAPTURE_RUNNING);
		capture_live_close(&live);
	}
	cr_expect_eq(counters.value[COUNTER_CAPTURE_FRAMES], 2);
}

Test(capture_live, a_frame_is_cut_at_the_snap_length)
{
	struct capture_live_settings with = settings();

	make_link();
	with.snap_length = 128;
	open_with(with);
	cr_assert(send_frame(1400, 7, 0x88b5));
	cr_assert_eq(next_burst(), 1);
	cr_expect_eq(frames[0].captured_size, 128);
	cr_expect_eq(frames[0].wire_size, 1400);
}

Test(capture_live, the_filter_keeps_out_what_it_names)
{
	struct capture_live_settings with = settings();

	make_link();
	with.filter = "ether proto 0x88b6";
	open_with(with);
	cr_assert(send_frame(100, 1, 0x88b5));
	cr_assert(send_frame(100, 2, 0x88b6));
	cr_assert_eq(next_burst(), 1);
	cr_expect_eq(frames[0].bytes[50], 2);
}

Test(capture_live, a_vlan_tag_is_in_its_place)
{
	make_link();
	open_with(settings());
	cr_assert(send_frame(100, 0x11, 0x8100));
	cr_assert_eq(next_burst(), 1);
	cr_expect_eq(frames[0].bytes[12], 0x81);
	cr_expect_eq(frames[0].bytes[13], 0x00);
	cr_expect_eq(frames[0].bytes[14], 0x11);
	cr_expect_eq(frames[0].captured_size, 100);
}

/* More than a burst, in order, none twice, none changed. */
Test(capture_live, many_frames_come_in_bursts_in_order)
{
	enum { SENT = 1000 };
	uint32_t taken = 0;

	make_link();
	open_with(settings());
	for (uint32_t i = 0; i < SENT; i++) {
		cr_assert(send_frame(60 + i % 900, (uint8_t)i, 0x88b5));
	}
	while (taken < SENT) {
		uint32_t count = next_burst();

		cr_assert_gt(count, 0);
		for (uint32_t i = 0; i < count; i++, taken++) {
			cr_assert_eq(frames[i].captured_size, 60 + taken % 900);
			cr_assert_eq(frames[i].bytes[14], (uint8_t)taken);
			cr_assert_eq(
			    frames[i].bytes[frames[i].captured_size - 1],
			    (uint8_t)taken);
		}
	}
	cr_expect_eq(capture_live_drops(&live), 0);
}

Test(capture_live, what_the_kernel_drops_is_counted_once)
{
	uint64_t taken = 0;
	uint64_t dropped;
	uint32_t count;

	make_link();
	open_with(settings());
	for (uint32_t i = 0; i < 5000; i++) {
		(void)send_frame(1000, (uint8_t)i, 0x88b5);
	}
	dropped = capture_live_drops(&live);
	cr_expect_gt(dropped, 0);
	cr_expect_eq(capture_live_drops(&live), 0);
	cr_expect_eq(live.drops_count, dropped);
	cr_expect_eq(counters.value[COUNTER_CAPTURE_KERNEL_DROPS], dropped);
	while ((count = next_burst()) > 0) {
		taken += count;
	}
	cr_expect_eq(taken + dropped, 5000);
}

Test(capture_live, an_interface_that_goes_down_and_up_gives_frames_again)
{
	make_link();
	open_with(settings());
	expect_one_frame(1);
	run("ip link set mirror down");
	cr_expect(wait_for_state(true));
	cr_expect_eq(live.downs_count, 1);
	cr_expect_eq(live.capture.state, CAPTURE_RUNNING);
	run("ip link set mirror up");
	cr_expect(wait_for_state(false));
	expect_one_frame(2);
	cr_expect_eq(counters.value[COUNTER_CAPTURE_INTERFACE_DOWNS], 1);
}

Test(capture_live, an_interface_that_is_removed_ends_the_capture)
{
	make_link();
	open_with(settings());
	expect_one_frame(1);
	run("ip link del mirror");
	(void)wait_for_state(true);
	for (int i = 0; i < 200 && live.capture.state == CAPTURE_RUNNING; i++) {
		(void)next_burst();
	}
	cr_expect_eq(live.capture.state, CAPTURE_FAILED);
	cr_expect_eq(live.capture.error, -ENODEV);
	cr_expect_not_null(strstr(live.capture.sentence,
	                       "interface mirror cannot be read any more"),
	    "%s", live.capture.sentence);
	cr_expect_eq(capture_next(&live.capture, frames), 0);
}

Test(capture_live, no_privilege_is_needed_and_nothing_allocated_once_open)
{
	size_t before;

	make_link();
	open_with(settings());
	expect_one_frame(1);
	if (geteuid() == 0) {
		cr_assert_eq(setresuid(65534, 65534, 65534), 0);
	}
	before = mallinfo2().uordblks;
	for (uint32_t i = 0; i < 500; i++) {
		cr_assert(send_frame(500, (uint8_t)i, 0x88b5));
	}
	for (uint32_t taken = 0; taken < 500;) {
		uint32_t count = next_burst();

		cr_assert_gt(count, 0);
		taken += count;
	}
	(void)capture_live_drops(&live);
	cr_expect_eq(mallinfo2().uordblks, before);
}

Test(capture_live, why_an_interface_cannot_be_opened_is_said)
{
	struct capture_live_settings with = settings();

	make_link();
	with.interface = "nosuch";
	cr_expect_eq(
	    capture_live_open(&live, &counters, arena, &with), -ENODEV);
	cr_expect_not_null(
	    strstr(live.capture.sentence, "there is no interface nosuch; "),
	    "%s", live.capture.sentence);
	cr_expect_not_null(strstr(live.capture.sentence, "mirror"));
	cr_expect_eq(live.capture.state, CAPTURE_FAILED);

	run("ip link set mirror down");
	with.interface = "mirror";
	cr_expect_eq(
	    capture_live_open(&live, &counters, arena, &with), -ENETDOWN);
	cr_expect_not_null(
	    strstr(live.capture.sentence, "interface mirror is down"), "%s",
	    live.capture.sentence);
	run("ip link set mirror up");

	with.filter = "tcp prt 80";
	cr_expect_eq(
	    capture_live_open(&live, &counters, arena, &with), -EINVAL);
	cr_expect_not_null(
	    strstr(live.capture.sentence, "the filter cannot be compiled"));

	with.filter = "";
	with.snap_length = 0;
	cr_expect_eq(
	    capture_live_open(&live, &counters, arena, &with), -EINVAL);

	with.snap_length = 1024;
	if (geteuid() == 0) {
		cr_assert_eq(setresuid(65534, 65534, 65534), 0);
		cr_expect_eq(
		    capture_live_open(&live, &counters, arena, &with), -EPERM);
		cr_expect_not_null(
		    strstr(live.capture.sentence, "needs CAP_NET_RAW"), "%s",
		    live.capture.sentence);
	}
}
