#include "firmware/tools/replay_report.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware/hosts.h"
#include "firmware/visible.h"

static void say(const char *format, ...) SW_PRINTF(1, 2);

static void
say(const char *format, ...)
{
	va_list arguments;

	fprintf(stderr, "spanwatch replay: ");
	va_start(arguments, format);
	visible_line_of(stderr, format, arguments);
	va_end(arguments);
}

void
replay_warn_of_frames(const struct counters *counters)
{
	uint64_t count = counters->value[COUNTER_CAPTURE_TIME_WENT_BACK];
	uint64_t unknown = counters->value[COUNTER_DECODE_UNKNOWN_LINK_TYPE];

	if (count > 0) {
		say("warning: time went back by more than a second at %" PRIu64
		    " %s, within a recording or from one to the next; it was "
		    "taken to stand still meanwhile",
		    count, count == 1 ? "frame" : "frames");
	}
	if (unknown > 0) {
		say("warning: %" PRIu64
		    " %s of a link type that is not decoded",
		    unknown, unknown == 1 ? "frame is" : "frames are");
	}
}

bool
replay_warn_of_logs(const struct replay_logs *logs)
{
	bool is_cut = false;
	uint32_t at = replay_logs_trouble(logs, 0);

	for (; at < logs->count; at = replay_logs_trouble(logs, at + 1)) {
		const struct log_file *file = &logs->sources[at].file;

		say("error: %s: cannot be read on from byte %" PRIu64 ": %s",
		    file->path, file->read, strerror(file->error));
		is_cut = true;
	}
	if (logs->count > 0 && logs->events == 0) {
		say("warning: none of %" PRIu64
		    " log messages tells of a process or a connection: are "
		    "these the logs of endpoints?",
		    logs->messages);
	} else if (logs->failures > 0) {
		say("warning: %" PRIu64 " of %" PRIu64
		    " log messages could not be used; --counters says why",
		    logs->failures, logs->messages);
	}
	return is_cut;
}

void
replay_print_hosts(const struct attribute *attribute, uint64_t now_ns)
{
	static struct hosts_choice choice; /* Too large for the stack. */
	uint32_t known = hosts_choose(attribute, now_ns, &choice);
	json_t *list = hosts_report(&choice);

	hosts_print(list, known, stderr);
	json_decref(list);
}

void
replay_print_counters(const struct counters *counters)
{
	for (int which = 0; which < COUNTER_COUNT; which++) {
		if (counters->value[which] > 0) {
			fprintf(stderr, "%-34s %12" PRIu64 "  %s\n",
			    counter_name(which), counters->value[which],
			    counter_sentence(which));
		}
	}
}
