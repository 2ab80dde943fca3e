/* Evidence of recordings: what is told is what was recorded. */

#include <criterion/criterion.h>
#include <criterion/parameterized.h>
#include <string.h>

#include "capture/capture_file.h"
#include "capture/capture_load.h"
#include "pipeline/sensor_pipeline.h"

enum { TOLD_MAX = 65536 };

static const struct sensor_keys keys = { { { 1, 2 } }, { { 3, 4 } },
	{ { 5, 6 } }, { { 7, 8 } }, { { 9, 10 } } };

struct told {
	uint32_t packets;
	uint32_t probes;
	uint32_t summaries;
	uint64_t probe_counts; /* Of the findings' last revisions. */
	struct packet_head heads[TOLD_MAX];
	struct probe_tuple tuples[TOLD_MAX];
};

static struct capture_load recording;
static struct told told;
static struct told again;

static void
load(const char *path)
{
	static uint8_t arena[CAPTURE_FILE_ARENA_SIZE];
	static struct capture_file file;
	static struct counters counters;

	capture_file_init(&file, &counters, arena, &path, 1);
	cr_assert_eq(capture_load_all(&recording, &file.capture), 0, "%s",
	    file.capture.sentence);
	capture_file_finish(&file);
}

static void
fetch(struct sensor_pipeline *line, struct told *into)
{
	static struct source_summary summary;

	while (sensor_pipeline_next_packet(line, &into->heads[into->packets])) {
		cr_assert_lt(++into->packets, TOLD_MAX);
	}
	while (sensor_pipeline_next_tuple(line, &into->tuples[into->probes])) {
		cr_assert_lt(++into->probes, TOLD_MAX);
	}
	while (sensor_pipeline_next_source(line, &summary)) {
		cr_expect(source_summary_is_sound(&summary));
		into->summaries++;
	}
}

/* Runs the recording, 'burst' frames at a time. */
static void
run(uint32_t burst, struct told *into)
{
	static struct sensor_pipeline line;
	static struct counters counters;
	static struct policy policy;
	static struct finding finding;
	static uint64_t counts[1024];
	struct region region;

	memset(into, 0, sizeof(*into));
	memset(counts, 0, sizeof(counts));
	policy_default(&policy);
	cr_assert_eq(region_init(&region, sensor_pipeline_bytes()), 0);
	sensor_pipeline_init(&line, &region, &keys, &counters, &policy);
	region_seal(&region);
	for (uint64_t i = 0, left = 1; left > 0;) {
		left = recording.frame_count - i;
		i += sensor_pipeline_frames(&line, recording.frames + i,
		    left < burst ? (uint32_t)left : burst);
		if (left == 0) {
			sensor_pipeline_finish(&line);
		}
		while (sensor_pipeline_next_finding(&line, &finding)) {
			counts[finding.campaign % 1024] = finding.probe_count;
		}
		fetch(&line, into);
	}
	for (uint32_t i = 0; i < 1024; i++) {
		into->probe_counts += counts[i];
	}
	sensor_pipeline_close(&line);
	region_finish(&region);
}

/* Whether the head is the beginning of a frame, or of what one wraps. */
static bool
is_recorded(const struct packet_head *head)
{
	for (uint64_t i = 0; i < recording.frame_count; i++) {
		const struct frame *frame = &recording.frames[i];

		if (frame->time_ns == head->time_ns &&
		    frame->captured_size >= head->size &&
		    (head->link_type == PACKET_HEAD_RAW
		            ? memmem(frame->bytes, frame->captured_size,
		                  head->bytes, head->size) != NULL
		            : memcmp(frame->bytes, head->bytes, head->size) ==
		                0)) {
			return true;
		}
	}
	return false;
}

struct capture_case {
	char path[64];
	bool has_scan;
};

ParameterizedTestParameters(evidence, of_a_recording_is_of_it)
{
	static struct capture_case cases[] = {
		{ "tests/replay/captures/vert-set.pcap", true },
		{ "tests/replay/captures/stealth-set.pcap", true },
		{ "tests/replay/captures/ping-sweep.pcap", true },
		{ "tests/replay/captures/nd-sweep.pcap", true },
		{ "tests/replay/captures/tnc-sysmon-xml.pcap", true },
		{ "tests/replay/captures/frag.pcap", true },
		{ "tests/replay/captures/mix-vlan.pcap", true },
		{ "tests/replay/captures/b-web.pcap", false },
		{ "tests/replay/captures/b-lb.pcap", false },
	};

	return cr_make_param_array(
	    struct capture_case, cases, sizeof(cases) / sizeof(cases[0]));
}

ParameterizedTest(struct capture_case *one, evidence, of_a_recording_is_of_it)
{
	load(one->path);
	run(CAPTURE_BURST, &told);
	cr_expect_eq(told.packets > 0, one->has_scan, "%s", one->path);
	for (uint32_t i = 0; i < told.packets; i++) {
		cr_expect(packet_head_is_sound(&told.heads[i]));
		cr_expect(
		    is_recorded(&told.heads[i]), "%s: packet %u", one->path, i);
	}
	for (uint32_t i = 0; i < told.probes; i++) {
		cr_expect(probe_tuple_is_sound(&told.tuples[i]));
	}
	/* Each probe once, with its outcome, whatever came of it. */
	if (told.probe_counts <= PROBE_TUPLE_PLACES) {
		cr_expect_eq(told.probes, told.probe_counts, "%s: %u of %llu",
		    one->path, told.probes,
		    (unsigned long long)told.probe_counts);
	}
	/* The same input, byte for byte the same evidence. */
	run(CAPTURE_BURST, &again);
	cr_expect_eq(memcmp(&told, &again, sizeof(told)), 0, "%s", one->path);
	capture_load_free(&recording);
}
