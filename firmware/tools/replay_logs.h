/*
 * The endpoint logs of a replay: several files as one stream of events, in the
 * order of arrival.
 *
 *	replay_logs_init(&logs, paths, count, &counters)
 *	while ((event = replay_logs_next(&logs, until_ns)) != NULL) { ... }
 *
 * A message whose time of arrival is not known arrives at its own event time.
 *
 * Memory: replay_logs_bytes() of the caller's region, and a struct
 *         replay_log_source a file.
 */
#ifndef FIRMWARE_TOOLS_REPLAY_LOGS_H
#define FIRMWARE_TOOLS_REPLAY_LOGS_H

#include "base/counter.h"
#include "endpoint/endpoint.h"
#include "firmware/tools/log_file.h"
#include "mem/region.h"

enum { REPLAY_LOGS = 64 }; /* Files, at most. */

/* A file, and the event that comes next of it. */
struct replay_log_source {
	struct log_file file;
	bool has_event;
	uint64_t latest_ns; /* Arrival of the latest so far. */
	struct endpoint_event event;
};

struct replay_logs {
	struct endpoint *endpoint;
	struct replay_log_source *sources;
	uint32_t count;
	uint32_t taken; /* The source whose event was given last. */
	bool has_taken;
	bool is_begun;
	uint64_t about_ns; /* When the first was asked for: for the year. */
	uint64_t messages; /* Read so far, and of them... */
	uint64_t events;   /* ...those that gave an event... */
	uint64_t failures; /* ...and those that should have. */
};

size_t replay_logs_bytes(uint32_t count);

/* Opens the files.  Returns how many could be: less than 'count' names the one
 * that could not, and '*error' why, a negative errno. */
uint32_t replay_logs_init(struct replay_logs *logs, struct region *region,
    const char *const *paths, uint32_t count, struct counters *counters,
    int *error);

/* The next event that has arrived by 'until_ns', good until the next call;
 * null: none has. */
const struct endpoint_event *replay_logs_next(
    struct replay_logs *logs, uint64_t until_ns);

/* The file that could not be read to its end, after the first 'from'; its
 * index, or the count: there is none. */
uint32_t replay_logs_trouble(const struct replay_logs *logs, uint32_t from);

void replay_logs_finish(struct replay_logs *logs);

#endif
