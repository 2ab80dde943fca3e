/*
 * spanwatch bench: how long a packet takes.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/pcap.h>

#include "capture/capture_file.h"
#include "capture/capture_load.h"
#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/configuration.h"
#include "pipeline/sensor_pipeline.h"

static int run(int argc, char **argv);

enum { OPTION_STAGE, OPTION_LOOPS, OPTION_JSON };

enum { LOOPS_DEFAULT = 3, LOOPS_MAX = 1000 };

const struct command command_bench = {
	.name = "bench",
	.line = "measure packets per second and nanoseconds per packet",
	.operands = "PCAP...",
	.text =
	    "Loads the recordings into memory and runs the line over them, each "
	    "time from an\n"
	    "empty memory; then runs a plain loop of libpcap over the same "
	    "files, which does\n"
	    "nothing but read, to compare with. The measure is CPU time; of "
	    "several loops the\n"
	    "fastest counts. Reading the files is no part of the line's time, "
	    "but is all that\n"
	    "there is to libpcap's. Keys of tables are fixed, the policy is the "
	    "built-in one.\n",
	.options = {
		[OPTION_STAGE] = { "--stage", "STAGE", "stop after decode, "
		    "flow, dpi or detect (the default)" },
		[OPTION_LOOPS] = { "--loops", "N", "how often to measure; 3 "
		    "where nothing is said" },
		[OPTION_JSON] = { "--json", NULL, "print the figures as one "
		    "JSON object" },
	},
	.run = run,
};

static const char *const stage_names[] = {
	[SENSOR_STAGE_DECODE] = "decode",
	[SENSOR_STAGE_FLOW] = "flow",
	[SENSOR_STAGE_DPI] = "dpi",
	[SENSOR_STAGE_DETECT] = "detect",
};

struct bench {
	bool is_json;
	enum sensor_stage stage;
	uint32_t loops;
	struct capture_load recording;
	uint64_t wire_bytes;
	struct policy policy;
	struct counters counters;
	struct sensor_pipeline line;
	struct finding finding;
	uint64_t line_ns; /* The fastest loop of each. */
	uint64_t libpcap_ns;
	uint64_t findings; /* Of one loop. */
};

static bool take_option(
    struct bench *bench, const struct options *options, int which);
static int measure(
    struct bench *bench, const char *const *paths, uint32_t path_count);
static int load(
    struct bench *bench, const char *const *paths, uint32_t path_count);
static int measure_line(struct bench *bench);
static uint64_t run_line(struct bench *bench);
static int measure_libpcap(
    struct bench *bench, const char *const *paths, uint32_t path_count);
static void print_figures(const struct bench *bench);

static int
run(int argc, char **argv)
{
	/* Too large for the stack. */
	static struct bench bench = { .stage = SENSOR_STAGE_DETECT,
		.loops = LOOPS_DEFAULT };
	struct options options;
	int status;
	int which;

	options_init(&options, &command_bench, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		if (!take_option(&bench, &options, which)) {
			return EXIT_USAGE;
		}
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	if (options.operand_count == 0) {
		return command_misused(
		    &command_bench, "name at least one recording");
	}
	for (uint32_t i = 0; i < options.operand_count; i++) {
		if (strcmp(options.operands[i], "-") == 0) {
			return command_misused(&command_bench,
			    "standard input cannot be read twice: name a file");
		}
	}
	status = measure(&bench, (const char *const *)options.operands,
	    options.operand_count);
	if (status == EXIT_DONE) {
		print_figures(&bench);
	}
	capture_load_free(&bench.recording);
	return status;
}

static bool
take_option(struct bench *bench, const struct options *options, int which)
{
	char *end;
	unsigned long loops;

	switch (which) {
	case OPTION_STAGE:
		for (uint32_t i = 0; i < ARRAY_SIZE(stage_names); i++) {
			if (strcmp(options->value, stage_names[i]) == 0) {
				bench->stage = i;
				return true;
			}
		}
		(void)command_misused(&command_bench,
		    "\"%s\" is no stage: decode, flow, dpi and detect are",
		    options->value);
		return false;
	case OPTION_LOOPS:
		loops = strtoul(options->value, &end, 10);
		if (options->value[0] < '0' || options->value[0] > '9' ||
		    *end != '\0' || loops < 1 || loops > LOOPS_MAX) {
			(void)command_misused(&command_bench,
			    "--loops %s: a number from 1 to %d is right",
			    options->value, LOOPS_MAX);
			return false;
		}
		bench->loops = (uint32_t)loops;
		return true;
	default:
		bench->is_json = true;
		return true;
	}
}

static int
measure(struct bench *bench, const char *const *paths, uint32_t path_count)
{
	int status = load(bench, paths, path_count);

	if (status == EXIT_DONE) {
		status = measure_line(bench);
	}
	if (status == EXIT_DONE) {
		status = measure_libpcap(bench, paths, path_count);
	}
	return status;
}

static int
load(struct bench *bench, const char *const *paths, uint32_t path_count)
{
	static uint8_t arena[CAPTURE_FILE_ARENA_SIZE];
	static struct capture_file file;
	int error;

	capture_file_init(&file, &bench->counters, arena, paths, path_count);
	error = capture_load_all(&bench->recording, &file.capture);
	capture_file_finish(&file);
	bench->wire_bytes = bench->counters.value[COUNTER_CAPTURE_BYTES];
	if (error != 0) {
		return command_failed(&command_bench, exit_status_of(error),
		    "%s", file.capture.sentence);
	}
	if (bench->recording.frame_count == 0) {
		return command_failed(&command_bench, EXIT_INPUT,
		    "there are no frames to measure with");
	}
	return EXIT_DONE;
}

static int
measure_line(struct bench *bench)
{
	static const struct sensor_keys keys = {
		.decode = { { 1, 2 } },
		.flow = { { 3, 4 } },
		.classify = { { 5, 6 } },
		.detect = { { 7, 8 } },
	};

	policy_default(&bench->policy);
	bench->line_ns = UINT64_MAX;
	for (uint32_t i = 0; i < bench->loops; i++) {
		struct region region;
		int error = region_init(&region, sensor_pipeline_bytes());
		uint64_t taken_ns;

		if (error != 0) {
			return command_failed(&command_bench, EXIT_REFUSED,
			    "there is no memory for the line: %s",
			    strerror(-error));
		}
		memset(&bench->counters, 0, sizeof(bench->counters));
		sensor_pipeline_init(&bench->line, &region, &keys,
		    &bench->counters, &bench->policy);
		sensor_pipeline_stop_after(&bench->line, bench->stage);
		region_seal(&region);
		taken_ns = run_line(bench);
		if (taken_ns < bench->line_ns) {
			bench->line_ns = taken_ns;
		}
		sensor_pipeline_close(&bench->line);
		region_finish(&region);
	}
	return EXIT_DONE;
}

/* The CPU time of the line over the whole recording, in nanoseconds. */
static uint64_t
run_line(struct bench *bench)
{
	const struct capture_load *recording = &bench->recording;
	uint64_t begun_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);

	bench->findings = 0;
	for (uint64_t i = 0; i < recording->frame_count;) {
		uint64_t left = recording->frame_count - i;

		i += sensor_pipeline_frames(&bench->line, recording->frames + i,
		    left < CAPTURE_BURST ? (uint32_t)left : CAPTURE_BURST);
		while (sensor_pipeline_next_finding(
		    &bench->line, &bench->finding)) {
			bench->findings++;
		}
	}
	return clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) - begun_ns;
}

static void
count_packet(
    u_char *context, const struct pcap_pkthdr *header, const u_char *bytes)
{
	uint64_t *count = (uint64_t *)(void *)context;

	(void)header;
	(void)bytes;
	(*count)++;
}

static int
measure_libpcap(
    struct bench *bench, const char *const *paths, uint32_t path_count)
{
	bench->libpcap_ns = UINT64_MAX;
	for (uint32_t i = 0; i < bench->loops; i++) {
		uint64_t begun_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
		uint64_t taken_ns;
		uint64_t count = 0;

		for (uint32_t j = 0; j < path_count; j++) {
			char sentence[PCAP_ERRBUF_SIZE];
			pcap_t *pcap = pcap_open_offline(paths[j], sentence);

			if (pcap == NULL) {
				return command_failed(&command_bench,
				    EXIT_INPUT, "libpcap cannot read %s: %s",
				    paths[j], sentence);
			}
			(void)pcap_loop(
			    pcap, -1, count_packet, (u_char *)(void *)&count);
			pcap_close(pcap);
		}
		taken_ns = clock_read_ns(CLOCK_PROCESS_CPUTIME_ID) - begun_ns;
		if (taken_ns < bench->libpcap_ns) {
			bench->libpcap_ns = taken_ns;
		}
	}
	return EXIT_DONE;
}

static void
print_figures(const struct bench *bench)
{
	uint64_t packets = bench->recording.frame_count;
	double line_ns = (double)bench->line_ns / (double)packets;
	double libpcap_ns = (double)bench->libpcap_ns / (double)packets;
	double per_second = line_ns > 0 ? 1e9 / line_ns : 0;
	double ratio = libpcap_ns > 0 ? line_ns / libpcap_ns : 0;

	if (bench->is_json) {
		printf("{\"stage\":\"%s\",\"packets\":%" PRIu64
		       ",\"bytes\":%" PRIu64
		       ",\"loops\":%u,\"findings\":%" PRIu64
		       ",\"ns_per_packet\":%.1f,\"packets_per_second\":%.0f"
		       ",\"libpcap_ns_per_packet\":%.1f,\"ratio\":%.3f}\n",
		    stage_names[bench->stage], packets, bench->wire_bytes,
		    bench->loops, bench->findings, line_ns, per_second,
		    libpcap_ns, ratio);
		return;
	}
	printf("%" PRIu64 " packets, %.0f bytes each on average; the fastest "
	       "of %u loops; CPU time\n",
	    packets, (double)bench->wire_bytes / (double)packets, bench->loops);
	printf("  up to %-8s %8.1f ns a packet  %12.0f packets a second\n",
	    stage_names[bench->stage], line_ns, per_second);
	printf("  libpcap alone  %8.1f ns a packet  %12.0f packets a second\n",
	    libpcap_ns, libpcap_ns > 0 ? 1e9 / libpcap_ns : 0);
	printf("  ratio          %8.2f\n", ratio);
}
