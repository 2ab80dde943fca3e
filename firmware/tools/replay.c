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
#include "firmware/tools/replay_logs.h"
#include "firmware/tools/replay_report.h"
#include "firmware/tools/replay_store.h"
#include "firmware/visible.h"
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
	OPTION_HOSTS,
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
	    "With --logs, what endpoints logged meanwhile is taken in as it "
	    "arrived, and alerts\n"
	    "name the process; a line may begin with its time of arrival "
	    "(RFC 3339) and a\n"
	    "tab.\n"
	    "\n"
	    "Standard output holds alerts and nothing else; counters, progress "
	    "and warnings\n"
	    "go to standard error. A reader that closes it ends the replay, "
	    "without an error.\n"
	    "A damaged or cut-off recording gives what "
	    "could be read,\n"
	    "a warning with the place in bytes, and exit status 1.\n",
	.options = {
		[OPTION_CONFIG] = { "-c", "FILE", "the configuration; "
		    "without it, the built-in defaults" },
		[OPTION_JSON] = { "--json", NULL, "print alerts as JSON" },
		[OPTION_COUNTERS] = { "--counters", NULL, "print what was "
		    "counted, at the end, on standard error" },
		[OPTION_HOSTS] = { "--hosts", NULL, "print the endpoints that "
		    "the logs are of, at the end, on standard error" },
		[OPTION_LOGS] = { "--logs", "FILE", "endpoint messages, one a "
		    "line or octet-counted; may be given several times", NULL,
		    true },
		[OPTION_STORE] = { "--store", "DIR", "keep alerts and their "
		    "evidence there, as a running sensor would" },
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
	.sample = { { 0x2ffd72dbd01adfb7, 0xb8e1afed6a267e96 } },
};

static const struct hash_key fixed_key = { { 0x9216d5d98979fb1b,
    0xd1310ba698dfb5ac } };

struct replay {
	bool is_json;
	bool shows_counters;
	bool shows_hosts;
	const char *config_path;
	const char *store_path; /* Null: nothing is kept. */
	uint32_t log_count;
	const char *log_paths[REPLAY_LOGS];
	int status; /* The exit status so far. */
	struct progress progress;
	struct region region;
	struct counters counters;
	struct capture_file file;
	struct sensor_pipeline line;
	struct ledger_pipeline ledger;
	struct replay_logs logs;
	struct replay_store store;
	bool is_written; /* All that was printed so far. */
	int write_error; /* EPIPE: the reader had enough, and no error. */
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
static bool open_logs(struct replay *replay);
static bool open_store(struct replay *replay);
static void print_line(void *context, const char *line, size_t size);
static bool say_last_words(struct replay *replay);
static bool take_logs(struct replay *replay, uint64_t until_ns);
static bool take_results(struct replay *replay);
static bool show_alert(struct replay *replay);
static bool print_findings(struct replay *replay);
static void write_whole(struct replay *replay, const char *text, size_t size);
static void print_text(struct replay *replay);
static void say(struct replay *replay, const char *format, ...) SW_PRINTF(2, 3);

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
	replay_warn_of_frames(&replay.counters);
	if (replay_warn_of_logs(&replay.logs)) {
		replay.status = EXIT_INPUT;
	}
	if (replay.shows_hosts) {
		replay_print_hosts(replay.ledger.attribute, replay.line.now_ns);
	}
	if (replay.shows_counters) {
		replay_print_counters(&replay.counters);
	}
	replay_store_close(&replay.store);
	replay_logs_finish(&replay.logs);
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
		if (which == OPTION_STORE) {
			replay->store_path = options->value;
		}
		if (which == OPTION_LOGS) {
			if (replay->log_count == REPLAY_LOGS) {
				(void)command_misused(&command_replay,
				    "no more than 64 files of logs");
				return OPTIONS_WRONG;
			}
			replay->log_paths[replay->log_count++] = options->value;
		}
		replay->is_json = replay->is_json || which == OPTION_JSON;
		replay->shows_counters =
		    replay->shows_counters || which == OPTION_COUNTERS;
		replay->shows_hosts =
		    replay->shows_hosts || which == OPTION_HOSTS;
	}
	return which;
}

static bool
set_up(struct replay *replay, const struct options *options)
{
	size_t bytes = sensor_pipeline_bytes() + ledger_pipeline_bytes() +
	    (replay->log_count > 0 ? replay_logs_bytes(replay->log_count) : 0);
	int error = region_init(&replay->region, bytes);

	if (error != 0) {
		replay->status = command_failed(&command_replay, EXIT_REFUSED,
		    "%zu MiB of memory are not to be had: %s", bytes >> 20,
		    strerror(-error));
		return false;
	}
	sensor_pipeline_init(&replay->line, &replay->region, &fixed_keys,
	    &replay->counters, &replay->config.policy);
	sensor_pipeline_want_contacts(&replay->line, true);
	ledger_pipeline_init(&replay->ledger, &replay->region, &fixed_key,
	    &replay->config.policy, &replay->counters);
	attribute_set_horizon(
	    replay->ledger.attribute, replay->config.endpoint_logs.horizon_ns);
	ledger_pipeline_apply_policy(
	    &replay->ledger, &replay->config.zone, replay->config.two_person);
	(void)authorise_use_file(replay->ledger.authorise,
	    replay->config.scanners, replay->config.scanner_count);
	if (!open_logs(replay) || !open_store(replay)) {
		return false;
	}
	region_seal(&replay->region);
	capture_file_init(&replay->file, &replay->counters, replay->arena,
	    (const char *const *)options->operands, options->operand_count);
	progress_begin(&replay->progress);
	return true;
}

static bool
open_store(struct replay *replay)
{
	char reason[REPLAY_STORE_REASON_SIZE];
	int error;

	keeping_init(
	    &replay->store.keeping, &replay->counters, print_line, replay);
	error = replay_store_open(
	    &replay->store, replay->store_path, &replay->config, reason);
	if (error != 0) {
		replay->status =
		    command_failed(&command_replay, exit_status_of(error),
		        "the store in %s: %s", replay->store_path, reason);
		return false;
	}
	replay->is_written = true;
	replay_store_join(&replay->store, &replay->ledger);
	return true;
}

/* False: one of them cannot be read. */
static bool
open_logs(struct replay *replay)
{
	int error = 0;
	uint32_t opened = replay_logs_init(&replay->logs, &replay->region,
	    replay->log_paths, replay->log_count, &replay->counters, &error);

	if (opened < replay->log_count) {
		replay->status =
		    command_failed(&command_replay, exit_status_of(error),
		        "%s: %s", replay->log_paths[opened], strerror(-error));
		return false;
	}
	return true;
}

/* Takes in what endpoints logged and what arrived by 'until_ns', and tells what
 * is new because of it.  False as print_findings(). */
static bool
take_logs(struct replay *replay, uint64_t until_ns)
{
	const struct endpoint_event *event;

	while ((event = replay_logs_next(&replay->logs, until_ns)) != NULL) {
		ledger_pipeline_event(&replay->ledger, event);
		while (ledger_pipeline_next_revision(
		    &replay->ledger, event->arrival_ns, &replay->alert)) {
			if (!show_alert(replay)) {
				return false;
			}
		}
	}
	return true;
}

/* Tells what the frames taken so far have brought.  False likewise. */
static bool
take_results(struct replay *replay)
{
	struct wire_contact contact;
	struct wire_name name;

	while (sensor_pipeline_next_name(&replay->line, &name)) {
		ledger_pipeline_name(&replay->ledger, &name);
	}
	while (sensor_pipeline_next_contact(&replay->line, &contact)) {
		ledger_pipeline_contact(&replay->ledger, &contact);
	}
	if (!print_findings(replay)) {
		return false;
	}
	while (ledger_pipeline_next_revision(
	    &replay->ledger, replay->line.now_ns, &replay->alert)) {
		if (!show_alert(replay)) {
			return false;
		}
	}
	replay_store_evidence(&replay->store, &replay->line, &replay->ledger,
	    &replay->config.policy);
	return true;
}

/* A second of the recordings' time at most at once; what it has brought is told
 * before what comes after.  False as print_findings(). */
static bool
take_frames(struct replay *replay, uint32_t count)
{
	uint32_t taken = 0;

	do {
		const struct frame *frames = replay->frames + taken;

		if (taken < count && !take_logs(replay, frames->time_ns)) {
			return false;
		}
		taken += sensor_pipeline_frames(
		    &replay->line, frames, count - taken);
		if (!take_results(replay)) {
			return false;
		}
	} while (taken < count);
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

		if (!take_frames(replay, count)) {
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
	if (take_results(replay) && take_logs(replay, UINT64_MAX)) {
		(void)say_last_words(replay);
	}
}

/* What logs said last, be it only a count. */
static bool
say_last_words(struct replay *replay)
{
	uint32_t place = 0;

	while (ledger_pipeline_last_word(
	    &replay->ledger, replay->line.now_ns, &place, &replay->alert)) {
		if (!show_alert(replay)) {
			return false;
		}
	}
	return true;
}

/* What is wrong with a recording is told, and the next one follows. */
static void
report_trouble(struct replay *replay)
{
	const struct capture *capture = &replay->file.capture;
	int status = exit_status_of(capture->error);
	/* What is only damaged has been read as far as it can be. */
	bool is_damaged = capture->error == -EBADMSG;

	say(replay, "%s: %s", is_damaged ? "warning" : "error",
	    capture->sentence);
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
		if (!show_alert(replay)) {
			return false;
		}
	}
	return true;
}

/* Stored, where there is a store, before it is shown. */
static bool
show_alert(struct replay *replay)
{
	progress_make_way(&replay->progress);
	if (!replay_store_alert(&replay->store, &replay->alert)) {
		replay->status = command_failed(&command_replay, EXIT_REFUSED,
		    "the store in %s cannot take more: %s", replay->store_path,
		    store_error_clause(replay->store.keeping.store.error));
		return false;
	}
	if (!replay->is_json) {
		print_text(replay);
	}
	if (!replay->is_written && replay->write_error != EPIPE) {
		replay->status = command_failed(&command_replay, EXIT_REFUSED,
		    "standard output could not be written: %s",
		    strerror(replay->write_error));
	}
	return replay->is_written;
}

/* Whole alerts only: what a reader has of a broken output can be used. */
static void
write_whole(struct replay *replay, const char *text, size_t size)
{
	if (replay->is_written &&
	    (fwrite(text, 1, size, stdout) != size || fflush(stdout) != 0)) {
		replay->is_written = false;
		replay->write_error = errno;
	}
}

static void
print_line(void *context, const char *line, size_t size)
{
	struct replay *replay = context;

	if (replay->is_json) {
		write_whole(replay, line, size);
	}
}

static void
print_text(struct replay *replay)
{
	struct strbuf buffer;

	strbuf_init(&buffer, replay->text, sizeof(replay->text));
	alert_text_add(&replay->alert, &buffer);
	write_whole(replay, replay->text, buffer.length);
}

static void
say(struct replay *replay, const char *format, ...)
{
	va_list arguments;

	progress_erase(&replay->progress);
	fprintf(stderr, "spanwatch replay: ");
	va_start(arguments, format);
	visible_line_of(stderr, format, arguments);
	va_end(arguments);
}
