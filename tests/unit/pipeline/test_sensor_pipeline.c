#include <criterion/criterion.h>

#include <stdio.h>

#include "pipeline/sensor_pipeline.h"
#include "support/packet_builder.h"

enum { FRAMES = 256 };

#define START_NS (1795503060 * NS_PER_S)

static struct region region;
static struct counters counters;
static struct policy policy;
static struct sensor_pipeline line;
static struct finding finding;

/* A recording in memory. */
static struct packet_builder builders[FRAMES];
static struct frame frames[FRAMES];
static uint32_t frame_count;

static void
open_line(void)
{
	static const struct sensor_keys keys = {
		.decode = { { 1, 2 } },
		.flow = { { 3, 4 } },
		.classify = { { 5, 6 } },
		.detect = { { 7, 8 } },
	};

	memset(&counters, 0, sizeof(counters));
	cr_assert_eq(region_init(&region, sensor_pipeline_bytes()), 0);
	sensor_pipeline_init(&line, &region, &keys, &counters, &policy);
	region_seal(&region);
}

static void
close_line(void)
{
	sensor_pipeline_close(&line);
	region_finish(&region);
}

static void
set_up(void)
{
	frame_count = 0;
	policy_default(&policy);
	open_line();
}

TestSuite(sensor_pipeline, .init = set_up, .fini = close_line);

/* The next frame's builder. */
static struct packet_builder *
next_frame(void)
{
	cr_assert_lt(frame_count, FRAMES);
	return &builders[frame_count++];
}

static void
collect_frames(void)
{
	for (uint32_t i = 0; i < frame_count; i++) {
		frames[i] = builders[i].frame;
	}
}

/* 'count' addresses asked for TCP port 'port', in order, one in ten
 * milliseconds. */
static void
record_sweep(uint32_t count, uint16_t port)
{
	for (uint32_t i = 0; i < count; i++) {
		char target[32];

		(void)snprintf(target, sizeof(target), "10.20.2.%u", i + 1);
		build_simple_tcp(next_frame(), START_NS + i * 10 * NS_PER_MS,
		    "10.20.1.69", (uint16_t)(40000 + i), target, port, TCP_SYN);
	}
	collect_frames();
}

/* Runs the recording, 'burst' frames at a time, to its end.  Returns how many
 * findings there were; the last is in 'finding', the first in '*first'. */
static uint32_t
run_recording(uint32_t burst, struct finding *first)
{
	uint32_t count = 0;

	for (uint32_t i = 0, left = 1; left > 0;) {
		left = frame_count - i;
		i += sensor_pipeline_frames(
		    &line, frames + i, left < burst ? left : burst);
		if (left == 0) {
			sensor_pipeline_finish(&line);
		}
		while (sensor_pipeline_next_finding(&line, &finding)) {
			if (count++ == 0) {
				*first = finding;
			}
		}
	}
	return count;
}

Test(sensor_pipeline, carves_exactly_what_it_planned)
{
	cr_expect_eq(region.used, sensor_pipeline_bytes());
}

Test(sensor_pipeline, finds_a_sweep_and_counts_it_to_its_end)
{
	struct finding first;

	record_sweep(60, 445);
	cr_expect_gt(run_recording(32, &first), 0);
	cr_expect_eq(first.revision, 1);
	cr_expect_leq(first.raised_at_ns, frames[59].time_ns);
	cr_expect_eq(finding.target_count, 60);
	cr_expect_eq(finding.probe_count, 60);
	/* The last ones, too, have been judged: nobody answered. */
	cr_expect_eq(finding.silent, 60);
}

Test(sensor_pipeline, gives_the_same_findings_again)
{
	static struct finding once;
	struct finding first;
	uint32_t count;

	record_sweep(60, 445);
	count = run_recording(32, &first);
	once = finding;
	close_line();
	open_line();
	cr_expect_eq(run_recording(32, &first), count);
	cr_expect_eq(memcmp(&once, &finding, sizeof(once)), 0);
}

Test(sensor_pipeline, raises_at_the_same_probe_however_frames_are_bundled)
{
	static struct finding by_one;
	struct finding first;

	record_sweep(100, 445);
	cr_assert_gt(run_recording(1, &by_one), 0);
	close_line();
	open_line();
	cr_assert_gt(run_recording(100, &first), 0);
	cr_expect_eq(first.raised_at_ns, by_one.raised_at_ns);
	cr_expect_eq(first.probes_at_raise, by_one.probes_at_raise);
	cr_expect_eq(first.campaign, by_one.campaign);
}

Test(sensor_pipeline, judges_silence_when_only_time_passes)
{
	record_sweep(1, 445);
	sensor_pipeline_frames(&line, frames, 1);
	sensor_pipeline_tick(&line, START_NS + FLOW_ANSWER_TIMEOUT_NS / 2);
	cr_expect_eq(counters.value[COUNTER_FLOW_SILENT], 0);
	sensor_pipeline_tick(&line, START_NS + 60 * NS_PER_S);
	cr_expect_eq(counters.value[COUNTER_FLOW_SILENT], 1);
}

Test(sensor_pipeline, does_not_let_time_go_back)
{
	record_sweep(2, 445);
	frames[0].time_ns = START_NS + NS_PER_S;
	cr_expect_eq(sensor_pipeline_frames(&line, frames, 2), 2);
	cr_expect_eq(line.now_ns, START_NS + NS_PER_S);
	sensor_pipeline_tick(&line, START_NS);
	cr_expect_eq(line.now_ns, START_NS + NS_PER_S);
}

Test(sensor_pipeline, goes_no_further_than_a_second_at_once)
{
	record_sweep(120, 445);
	/* The 101st is a second later than the first. */
	cr_expect_eq(sensor_pipeline_frames(&line, frames, 120), 100);
	cr_expect_eq(sensor_pipeline_frames(&line, frames + 100, 20), 20);
	/* Time alone. */
	frames[0].time_ns = START_NS + 60 * NS_PER_S;
	cr_expect_eq(sensor_pipeline_frames(&line, frames, 1), 0);
	cr_expect_eq(counters.value[COUNTER_FLOW_SILENT], 120);
	cr_expect_eq(counters.value[COUNTER_DECODE_OK], 120);
	cr_expect_eq(sensor_pipeline_frames(&line, frames, 1), 1);
}

/* A sweep of 50 that begins 'begins_ns' after the start, two a second. */
static void
record_slow_sweep(uint64_t begins_ns, uint8_t net)
{
	for (uint32_t i = 0; i < 50; i++) {
		char target[32];

		(void)snprintf(
		    target, sizeof(target), "10.20.%u.%u", net, i + 1);
		build_simple_tcp(next_frame(),
		    START_NS + begins_ns + i * NS_PER_S / 2, "10.20.1.69",
		    (uint16_t)(40000 + i), target, 445, TCP_SYN);
	}
	collect_frames();
}

Test(sensor_pipeline, a_scan_after_the_end_begins_with_its_own_first_probe)
{
	static struct finding first;
	const uint32_t bursts[] = { 1, 33, FRAMES };

	record_slow_sweep(0, 2);
	record_slow_sweep(25 * 3600 * NS_PER_S, 3);
	for (uint32_t i = 0; i < ARRAY_SIZE(bursts); i++) {
		cr_expect_gt(run_recording(bursts[i], &first), 2);
		cr_expect_neq(finding.campaign, first.campaign);
		cr_expect_eq(finding.target_count, 50);
		cr_expect_eq(finding.first_seen_ns, frames[50].time_ns);
		close_line();
		open_line();
	}
}

Test(sensor_pipeline, a_slow_scan_is_told_as_it_grows)
{
	static struct finding first;

	for (uint32_t i = 0; i < 30; i++) {
		char target[32];

		(void)snprintf(target, sizeof(target), "10.20.2.%u", i + 1);
		build_simple_tcp(next_frame(), START_NS + i * 3600 * NS_PER_S,
		    "10.20.1.69", (uint16_t)(40000 + i), target, 445, TCP_SYN);
	}
	collect_frames();
	cr_expect_gt(run_recording(FRAMES, &first), 2);
	cr_expect_eq(first.target_count, 8);
	cr_expect_eq(finding.target_count, 30);
}

Test(sensor_pipeline, judges_silence_where_time_is_always_nought)
{
	static struct finding first;

	record_sweep(60, 445);
	for (uint32_t i = 0; i < frame_count; i++) {
		frames[i].time_ns = 0;
	}
	cr_expect_gt(run_recording(32, &first), 0);
	cr_expect_eq(finding.silent, 60);
}

Test(sensor_pipeline, passes_over_frames_that_are_no_packets)
{
	record_sweep(9, 445);
	for (uint32_t i = 0; i < 9; i += 2) {
		frames[i].captured_size = 20; /* Inside the IP header. */
	}
	sensor_pipeline_frames(&line, frames, 9);
	cr_expect_eq(counters.value[COUNTER_DECODE_TRUNCATED_IP], 5);
	cr_expect_eq(counters.value[COUNTER_FLOW_ATTEMPTS], 4);
}

Test(sensor_pipeline, takes_more_frames_than_a_burst_at_once)
{
	record_sweep(2 * SENSOR_BURST + 5, 445);
	sensor_pipeline_frames(&line, frames, frame_count);
	cr_expect_eq(counters.value[COUNTER_DECODE_OK], 2 * SENSOR_BURST + 5);
	cr_expect_eq(
	    counters.value[COUNTER_FLOW_ATTEMPTS], 2 * SENSOR_BURST + 5);
}

Test(sensor_pipeline, stops_after_the_stage_it_is_told)
{
	struct finding first;

	record_sweep(60, 445);
	sensor_pipeline_stop_after(&line, SENSOR_STAGE_DECODE);
	sensor_pipeline_frames(&line, frames, frame_count);
	cr_expect_eq(counters.value[COUNTER_DECODE_OK], 60);
	cr_expect_eq(counters.value[COUNTER_FLOW_ATTEMPTS], 0);
	close_line();
	open_line();
	sensor_pipeline_stop_after(&line, SENSOR_STAGE_DPI);
	cr_expect_eq(run_recording(32, &first), 0);
	cr_expect_eq(counters.value[COUNTER_FLOW_ATTEMPTS], 60);
	cr_expect_eq(counters.value[COUNTER_DETECT_EVENTS], 0);
}

/* One side says 'text' to the other. */
static void
record_payload(uint64_t time_ns, bool from_client, const char *text)
{
	struct packet_builder *b = next_frame();

	build_begin(b, BUILD_LINK_ETHERNET, time_ns);
	build_ethernet(b, "02:00:00:00:00:01", "02:00:00:00:00:02");
	b->ip_id = (uint16_t)frame_count;
	if (from_client) {
		build_ip4(b, "10.20.1.5", "10.20.2.3");
		build_tcp(b, 50000, 8899, TCP_ACK | TCP_PSH);
	} else {
		build_ip4(b, "10.20.2.3", "10.20.1.5");
		build_tcp(b, 8899, 50000, TCP_ACK | TCP_PSH);
	}
	build_payload(b, text, (uint32_t)strlen(text));
	build_end(b);
}

Test(sensor_pipeline, names_services_by_what_was_heard_there)
{
	struct finding first;

	build_simple_tcp(next_frame(), START_NS - 5 * NS_PER_MS, "10.20.1.5",
	    50000, "10.20.2.3", 8899, TCP_SYN);
	build_simple_tcp(next_frame(), START_NS - 4 * NS_PER_MS, "10.20.2.3",
	    8899, "10.20.1.5", 50000, TCP_SYN | TCP_ACK);
	record_payload(START_NS - 3 * NS_PER_MS, true,
	    "GET / HTTP/1.1\r\nHost: intranet\r\n\r\n");
	record_payload(START_NS - 2 * NS_PER_MS, false,
	    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
	record_payload(START_NS - 1 * NS_PER_MS, true,
	    "GET /a HTTP/1.1\r\nHost: intranet\r\n\r\n");
	record_sweep(60, 8899);
	cr_assert_gt(run_recording(16, &first), 0);
	cr_assert_eq(finding.service_name_count, 1);
	cr_expect_eq(finding.service_names[0].port, 8899);
	cr_expect_str_eq(finding.service_names[0].name, "HTTP");
}

/* 10.20.2.7 calls itself "anna-pc" by LLMNR. */
static void
record_name(void)
{
	static const uint8_t answer[] = "\x12\x34\x80\0\0\0\0\1\0\0\0\0"
	                                "\7anna-pc\0\0\1\0\1\0\0\0\x1e\0\4"
	                                "\x0a\x14\2\7";
	struct packet_builder *b = next_frame();

	build_begin(b, BUILD_LINK_ETHERNET, START_NS);
	build_ethernet(b, "02:00:00:00:00:01", "02:00:00:00:00:02");
	build_ip4(b, "10.20.2.7", "10.20.2.8");
	build_udp(b, 5355, 50000);
	build_payload(b, answer, sizeof(answer) - 1);
	build_end(b);
	collect_frames();
}

Test(sensor_pipeline, gives_the_names_of_hosts_to_who_wants_them)
{
	struct wire_name name;

	record_name();
	sensor_pipeline_frames(&line, frames, frame_count);
	cr_expect_not(sensor_pipeline_next_name(&line, &name));
	sensor_pipeline_want_contacts(&line, true);
	frames[0].time_ns += NS_PER_S / 2; /* Else it were a duplicate. */
	sensor_pipeline_frames(&line, frames, frame_count);
	cr_assert(sensor_pipeline_next_name(&line, &name));
	cr_expect_str_eq(name.name, "anna-pc");
	cr_expect_eq(name.mac.byte[5], 1);
	cr_expect_not(sensor_pipeline_next_name(&line, &name));
}
