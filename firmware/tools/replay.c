/*
 * spanwatch replay: the whole line over recordings, in virtual time.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alert/alert_json.h"
#include "alert/alert_text.h"
#include "capture/capture_file.h"
#include "firmware/command.h"
#include "firmware/configuration.h"
#include "firmware/tools/progress.h"
#include "pipeline/ledger_pipeline.h"
#include "pipeline/sensor_pipeline.h"

static int run(int argc, char **argv);

enum {
	OPTION_CONFIG,
	OPTION_LOGS,
	OPTION_JSON,
	OPTION_STORE,
	OPTION_SERVE,
	OPTION_COUNTERS,
};

const struct command command_replay = {
	.name = "replay",
	.line = "find the scans in recordings",
	.operands = "PCAP...",
	.text =
	    "Runs the same line as the sensor over recordings (pcap or pcapng; "
	    "\"-\" is\n"
	    "standard input), one after the other, in their own time and as fast "
	    "as it can.\n"
	    "Alerts are printed as text, or with --json as one JSON object a "
	    "line; each\n"
	    "revision of an alert is printed, and the last one holds. The same "
	    "input gives\n"
	    "byte for byte the same output.\n"
	    "\n"
	    "Standard output holds alerts and nothing else; counters, progress "
	    "and warnings\n"
	    "go to standard error. A damaged or cut-off recording gives what "
	    "could be read,\n"
	    "a warning with the place in bytes, and exit status 1.\n",
	.options = {
		[OPTION_CONFIG] = { "-c", "FILE", "the configuration; "
		    "without it, the built-in defaults" },
		[OPTION_JSON] = { "--json", NULL, "print alerts as JSON" },
		[OPTION_COUNTERS] = { "--counters", NULL, "print what was "
		    "counted, at the end, on standard error" },
		[OPTION_LOGS] = { "--logs", "FILE", NULL,
		    "this build reads no endpoint logs" },
		[OPTION_STORE] = { "--store", "DIR", NULL,
		    "this build has no store" },
		[OPTION_SERVE] = { "--serve", NULL, NULL,
		    "this build has no web UI" },
	},
	.run = run,
};

/* Fixed, so that every replay of a recording has the same collisions. */
static const struct sensor_keys fixed_keys = {
	.decode = { { 0x243f6a8885a308d3, 0x13198a2e03707344 } },
	.flow = { { 0xa4093822299f31d0, 0x082efa98ec4e6c89 } },
	.classify = { { 0x452821e638d01377, 0xbe5466cf34e90c6c } },
	.detect = { { 0xc0ac29b7c97c50dd, 0x3f84d5b5b5470917 } },
};

struct replay {
	bool is_json;
	bool shows_counters;
	const char *config_path;
	int status; /* The exit status so far. */
	struct progress progress;
	struct region region;
	struct counters counters;
	struct capture_file file;
	struct sensor_pipeline line;
	struct ledger_pipeline ledger;
	struct config config;
	struct finding finding;
	struct alert alert;
	struct frame frames[CAPTURE_BURST];
	char text[ALERT_JSON_SIZE];
	uint8_t arena[CAPTURE_FILE_ARENA_SIZE];
};

static int take_options(
    struct replay *replay, struct options *options, int argc, char **argv);
static bool set_up(struct replay *replay, const struct options *options);
static void run_recordings(struct replay *replay);
static void report_trouble(struct replay *replay);
static bool print_findings(struct replay *replay);
static bool print_alert(struct replay *replay);
static void warn(struct replay *replay, const char *format, ...)
    SW_PRINTF(2, 3);
static void warn_of_frames(struct replay *replay);
static void print_counters(const struct counters *counters);

static int
run(int argc, char **argv)
{
	static struct replay replay; /* Too large for the stack. */
	struct options options;
	int which = take_options(&replay, &options, argc, argv);

	if (which == OPTIONS_WRONG || which == OPTIONS_HELP) {
		return options_exit_status(which);
	}
	if (options.operand_count == 0) {
		return command_misused(&command_replay,
		    "name at least one recording, or \"-\" for standard input");
	}
	replay.status = configuration_read(replay.config_path, &replay.config);
	if (replay.status != EXIT_DONE || !set_up(&replay, &options)) {
		return replay.status;
	}
	run_recordings(&replay);
	progress_erase(&replay.progress);
	warn_of_frames(&replay);
	if (replay.shows_counters) {
		print_counters(&replay.counters);
	}
	capture_file_finish(&replay.file);
	sensor_pipeline_close(&replay.line);
	region_finish(&replay.region);
	return replay.status;
}

/* Returns OPTIONS_END, or what options_exit_status() takes. */
static int
take_options(
    struct replay *replay, struct options *options, int argc, char **argv)
{
	int which;

	options_init(options, &command_replay, argc, argv);
	while ((which = options_next(options)) >= 0) {
		if (which == OPTION_CONFIG) {
			replay->config_path = options->value;
		}
		replay->is_json = replay->is_json || which == OPTION_JSON;
		replay->shows_counters =
		    replay->shows_counters || which == OPTION_COUNTERS;
	}
	return which;
}

static bool
set_up(struct replay *replay, const struct options *options)
{
	size_t bytes = sensor_pipeline_bytes();
	int error = region_init(&replay->region, bytes);

	if (error != 0) {
		replay->status = command_failed(&command_replay, EXIT_REFUSED,
		    "%zu MiB of memory are not to be had: %s", bytes >> 20,
		    strerror(-error));
		return false;
	}
	sensor_pipeline_init(&replay->line, &replay->region, &fixed_keys,
	    &replay->counters, &replay->config.policy);
	region_seal(&replay->region);
	ledger_pipeline_init(&replay->ledger, &replay->config.policy);
	capture_file_init(&replay->file, &replay->counters, replay->arena,
	    (const char *const *)options->operands, options->operand_count);
	progress_begin(&replay->progress);
	return true;
}

static void
run_recordings(struct replay *replay)
{
	struct capture *capture = &replay->file.capture;
	uint64_t done;
	uint64_t total;

	do {
		uint32_t count = capture_next(capture, replay->frames);

		sensor_pipeline_frames(&replay->line, replay->frames, count);
		if (!print_findings(replay)) {
			return;
		}
		if (count == 0 && capture->state != CAPTURE_ENDED) {
			report_trouble(replay);
		}
		capture_file_progress(&replay->file, &done, &total);
		progress_update(&replay->progress, done, total,
		    replay->counters.value[COUNTER_CAPTURE_FRAMES],
		    replay->ledger.alerts);
	} while (capture->state == CAPTURE_RUNNING ||
	    capture->state == CAPTURE_TROUBLE);
	sensor_pipeline_finish(&replay->line);
	(void)print_findings(replay);
}

/* What is wrong with a recording is told, and the next one follows. */
static void
report_trouble(struct replay *replay)
{
	const struct capture *capture = &replay->file.capture;
	int status = exit_status_of(capture->error);

	warn(replay, "%s", capture->sentence);
	if (status > replay->status) {
		replay->status = status;
	}
}

/* False: the output could not be written, and there is no use in going on. */
static bool
print_findings(struct replay *replay)
{
	while (sensor_pipeline_next_finding(&replay->line, &replay->finding)) {
		ledger_pipeline_finding(
		    &replay->ledger, &replay->finding, &replay->alert);
		progress_make_way(&replay->progress);
		if (!print_alert(replay)) {
			replay->status =
			    command_failed(&command_replay, EXIT_REFUSED,
			        "standard output could not be written: %s",
			        strerror(errno));
			return false;
		}
	}
	return true;
}

/* Whole alerts only: what a reader has of a broken output can be used. */
static bool
print_alert(struct replay *replay)
{
	struct strbuf buffer;
	size_t length;

	if (replay->is_json) {
		length = alert_json_line(
		    &replay->alert, replay->text, sizeof(replay->text));
		if (length == 0) {
			errno = ENOMEM;
			return false;
		}
	} else {
		strbuf_init(&buffer, replay->text, sizeof(replay->text));
		alert_text_add(&replay->alert, &buffer);
		length = buffer.length;
	}
	return fwrite(replay->text, 1, length, stdout) == length &&
	    fflush(stdout) == 0;
}

static void
warn(struct replay *replay, const char *format, ...)
{
	va_list arguments;

	progress_erase(&replay->progress);
	fprintf(stderr, "spanwatch replay: warning: ");
	va_start(arguments, format);
	vfprintf(stderr, format, arguments);
	va_end(arguments);
	fprintf(stderr, "\n");
}

static void
warn_of_frames(struct replay *replay)
{
	uint64_t count = replay->counters.value[COUNTER_CAPTURE_TIME_WENT_BACK];
	uint64_t unknown =
	    replay->counters.value[COUNTER_DECODE_UNKNOWN_LINK_TYPE];

	if (count > 0) {
		warn(replay,
		    "time went back by more than a second at %" PRIu64
		    " %s, within a recording or from one to the next; it was "
		    "taken to stand still meanwhile",
		    count, count == 1 ? "frame" : "frames");
	}
	if (unknown > 0) {
		warn(replay,
		    "%" PRIu64 " %s of a link type that is not decoded",
		    unknown, unknown == 1 ? "frame is" : "frames are");
	}
}

static void
print_counters(const struct counters *counters)
{
	for (int which = 0; which < COUNTER_COUNT; which++) {
		if (counters->value[which] > 0) {
			fprintf(stderr, "%-34s %12" PRIu64 "  %s\n",
			    counter_name(which), counters->value[which],
			    counter_sentence(which));
		}
	}
}
