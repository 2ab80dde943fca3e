/*
 * The sensor's memory under load: nothing is allocated once it runs, and it is
 * as large at the end of a flood as at its beginning.
 *
 * Ten million frames of as many different sources, each a SYN to another host
 * (every table overflows many times over), then conversations whose payload
 * nDPI is asked about, scans that raise campaigns, and ARP.  malloc() and its
 * kin are ours in this program and count, so calls of libraries count too.
 *
 * Prints a line a claim and closes with "N passed, N failed".
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"
#include "pipeline/sensor_pipeline.h"

enum {
	FLOOD_FRAMES = 10 * 1000 * 1000,
	WARM_UP_FRAMES = 100 * 1000,
	TALK_FRAMES = 400 * 1000,
	SCAN_FRAMES = 400 * 1000,
	ARP_FRAMES = 200 * 1000,
	BATCH = 64,
	FRAME_SIZE = 160,
	HEADERS_SIZE = 14 + 20 + 20,
	GAP_NS = 1000,
};

#define EXPORTED __attribute__((visibility("default")))

/* The C library's own. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);

static bool is_counting;
static uint64_t calls;

EXPORTED void *
malloc(size_t size)
{
	calls += is_counting;
	return __libc_malloc(size);
}

EXPORTED void *
calloc(size_t count, size_t size)
{
	calls += is_counting;
	return __libc_calloc(count, size);
}

EXPORTED void *
realloc(void *block, size_t size)
{
	calls += is_counting;
	return __libc_realloc(block, size);
}

struct flood {
	struct sensor_pipeline line;
	struct counters counters;
	struct policy policy;
	struct finding finding;
	struct packet_head head;
	struct probe_tuple tuple;
	struct source_summary summary;
	struct segment_hour hour;
	struct frame frames[BATCH];
	uint8_t bytes[BATCH][FRAME_SIZE];
	uint64_t time_ns;
	uint64_t findings;
	uint64_t told; /* Records of evidence. */
};

static struct flood flood;

/* Every number of 32 bits once (Weyl's sequence). */
static uint32_t
scatter(uint32_t number)
{
	return number * 2654435761u;
}

static void
write_ip(uint8_t *frame, uint32_t source, uint32_t target, uint16_t size)
{
	uint8_t *ip = frame + 14;

	memset(frame, 0, FRAME_SIZE);
	frame[0] = 2;
	frame[6] = 2;
	store_be16(frame + 12, 0x0800);
	ip[0] = 0x45;
	store_be16(ip + 2, size);
	store_be16(ip + 4, (uint16_t)source);
	ip[8] = 64;
	ip[9] = 6;
	store_be32(ip + 12, source);
	store_be32(ip + 16, target);
}

static void
write_tcp(uint8_t *frame, const uint16_t ports[2], uint8_t flags, uint32_t tag)
{
	uint8_t *tcp = frame + 34;

	store_be16(tcp, ports[0]);
	store_be16(tcp + 2, ports[1]);
	store_be32(tcp + 4, tag); /* Tells it from a duplicate. */
	tcp[12] = 5 << 4;
	tcp[13] = flags;
}

/* A SYN from a source never seen before. */
static uint32_t
make_flood(uint8_t *frame, uint32_t number)
{
	write_ip(
	    frame, scatter(number), 0x0a000000 | (scatter(number) >> 9), 40);
	write_tcp(frame, (uint16_t[]){ 1024, 80 }, 0x02, number);
	return HEADERS_SIZE;
}

/* Eight frames of a conversation: a handshake, then payload both ways. */
static uint32_t
make_talk(uint8_t *frame, uint32_t number)
{
	static const char request[] =
	    "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
	static const char answer[] =
	    "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
	static const uint8_t flags[8] = { 0x02, 0x12, 0x10, 0x18, 0x18, 0x18,
		0x18, 0x18 };
	uint32_t step = number % 8;
	uint32_t client = 0x0a010000 | (number / 8 % 50000);
	uint32_t server = 0x0a640000 | (number / 8 % 300);
	uint16_t port = (uint16_t)(1024 + number / 8 % 60000);
	bool is_back = step == 1 || (step > 3 && step % 2 == 0);
	const char *text = is_back ? answer : request;
	uint16_t size = step < 3 ? 0 : (uint16_t)strlen(text);

	write_ip(frame, is_back ? server : client, is_back ? client : server,
	    (uint16_t)(40 + size));
	write_tcp(frame,
	    is_back ? (uint16_t[]){ 80, port } : (uint16_t[]){ port, 80 },
	    flags[step], number);
	memcpy(frame + HEADERS_SIZE, text, size);
	return HEADERS_SIZE + size;
}

/* A thousand scanners, each through a segment of its own. */
static uint32_t
make_scan(uint8_t *frame, uint32_t number)
{
	uint32_t scanner = number % 1000;

	write_ip(frame, 0x0a020000 | scanner,
	    0xac100000 | scanner << 8 | (number / 1000 & 0xff), 40);
	write_tcp(frame, (uint16_t[]){ 40000, 445 }, 0x02, number);
	return HEADERS_SIZE;
}

static uint32_t
make_arp(uint8_t *frame, uint32_t number)
{
	static const uint8_t head[8] = { 0, 1, 8, 0, 6, 4, 0, 1 };

	memset(frame, 0, FRAME_SIZE);
	memset(frame, 0xff, 6);
	frame[6] = 2;
	store_be32(frame + 8, number % 5000);
	store_be16(frame + 12, 0x0806);
	memcpy(frame + 14, head, sizeof(head));
	memcpy(frame + 22, frame + 6, 6);
	store_be32(frame + 28, 0xc0a80000 | (number % 5000));
	store_be32(frame + 38, 0xc0a80000 | (scatter(number) >> 16));
	return 42;
}

/* Nor is it by fetching evidence. */
static void
fetch_evidence(void)
{
	struct sensor_pipeline *line = &flood.line;

	while (sensor_pipeline_next_packet(line, &flood.head) ||
	    sensor_pipeline_next_tuple(line, &flood.tuple) ||
	    sensor_pipeline_next_source(line, &flood.summary) ||
	    sensor_pipeline_next_hour(line, &flood.hour)) {
		flood.told++;
	}
}

static void
fetch_findings(void)
{
	while (sensor_pipeline_next_finding(&flood.line, &flood.finding)) {
		flood.findings++;
	}
}

static void
send_frames(uint32_t count, uint32_t (*make)(uint8_t *frame, uint32_t number))
{
	for (uint32_t sent = 0; sent < count; sent += BATCH) {
		for (uint32_t i = 0; i < BATCH; i++) {
			struct frame *frame = &flood.frames[i];

			flood.time_ns += GAP_NS;
			frame->bytes = flood.bytes[i];
			frame->captured_size = make(flood.bytes[i], sent + i);
			frame->wire_size = frame->captured_size;
			frame->time_ns = flood.time_ns;
			frame->link_type = 1;
		}
		for (uint32_t taken = 0; taken < BATCH;) {
			taken += sensor_pipeline_frames(
			    &flood.line, flood.frames + taken, BATCH - taken);
			fetch_findings();
			fetch_evidence();
		}
	}
}

/* Kibibytes that the process has in memory now.  Of smaps_rollup, which walks
 * the pages; what statm says is a sum of each processor's, and some pages off.
 */
static uint64_t
resident_kib(void)
{
	static char line[128];
	unsigned long long kib = 0;
	FILE *file = fopen("/proc/self/smaps_rollup", "r");

	if (file == NULL) {
		return 0;
	}
	while (kib == 0 && fgets(line, sizeof(line), file) != NULL) {
		(void)sscanf(line, "Rss: %llu kB", &kib);
	}
	(void)fclose(file);
	return kib;
}

static uint32_t failures;

static void
claim(bool holds, const char *sentence, uint64_t figure)
{
	(void)printf("%s: %s (%llu)\n", holds ? "holds" : "FAILS", sentence,
	    (unsigned long long)figure);
	failures += !holds;
}

int
main(void)
{
	const struct sensor_keys keys = { .flow = { { 1, 2 } } };
	struct region region;
	uint64_t before;
	uint64_t after;

	if (region_init(&region, sensor_pipeline_bytes()) != 0) {
		(void)fputs("no memory for the sensor's region\n", stderr);
		return 1;
	}
	policy_default(&flood.policy);
	sensor_pipeline_init(
	    &flood.line, &region, &keys, &flood.counters, &flood.policy);
	region_seal(&region);
	flood.time_ns = 1700000000 * NS_PER_S;
	/* Once through all of the code, so that it is in memory too. */
	send_frames(WARM_UP_FRAMES, make_talk);
	send_frames(WARM_UP_FRAMES, make_scan);
	send_frames(WARM_UP_FRAMES, make_arp);
	sensor_pipeline_finish(&flood.line);
	send_frames(BATCH, make_talk);
	(void)resident_kib(); /* Its own first call maps something too. */
	before = resident_kib();
	is_counting = true;
	send_frames(FLOOD_FRAMES, make_flood);
	send_frames(TALK_FRAMES, make_talk);
	send_frames(SCAN_FRAMES, make_scan);
	send_frames(ARP_FRAMES, make_arp);
	sensor_pipeline_finish(&flood.line);
	is_counting = false;
	after = resident_kib();
	claim(calls == 0, "nothing was allocated on the packet path", calls);
	claim(before > 0 && after <= before,
	    "the sensor holds no more memory than before, in KiB", after);
	claim(flood.counters.value[COUNTER_FLOW_ATTEMPTS] >= FLOOD_FRAMES,
	    "every source of the flood made an attempt",
	    flood.counters.value[COUNTER_FLOW_ATTEMPTS]);
	claim(flood.counters.value[COUNTER_FLOW_DISPLACED] > 0,
	    "attempts had to make room",
	    flood.counters.value[COUNTER_FLOW_DISPLACED]);
	claim(flood.findings >= 500, "scanners were found all the same",
	    flood.findings);
	claim(flood.told > 10000, "evidence was told", flood.told);
	region_finish(&region);
	(void)printf("%u passed, %u failed\n", 6 - failures, failures);
	return failures == 0 ? 0 : 1;
}
