#include "firmware/tools/replay_logs.h"

static void fill(struct replay_logs *logs, struct replay_log_source *source);

size_t
replay_logs_bytes(uint32_t count)
{
	return endpoint_bytes() +
	    region_bytes(count, sizeof(struct replay_log_source));
}

uint32_t
replay_logs_init(struct replay_logs *logs, struct region *region,
    const char *const *paths, uint32_t count, struct counters *counters,
    int *error)
{
	*logs = (struct replay_logs){ 0 };
	if (count == 0) {
		return 0;
	}
	logs->endpoint = endpoint_init(region, counters);
	logs->sources =
	    region_carve(region, count, sizeof(struct replay_log_source));
	for (; logs->count < count; logs->count++) {
		struct replay_log_source *source = &logs->sources[logs->count];

		*error = log_file_open(&source->file, paths[logs->count]);
		if (*error != 0) {
			return logs->count;
		}
	}
	return count;
}

const struct endpoint_event *
replay_logs_next(struct replay_logs *logs, uint64_t until_ns)
{
	struct replay_log_source *first = NULL;

	if (!logs->is_begun) {
		logs->is_begun = true;
		logs->about_ns = until_ns == UINT64_MAX ? 0 : until_ns;
		for (uint32_t i = 0; i < logs->count; i++) {
			fill(logs, &logs->sources[i]);
		}
	}
	if (logs->has_taken) {
		logs->has_taken = false;
		fill(logs, &logs->sources[logs->taken]);
	}
	for (uint32_t i = 0; i < logs->count; i++) {
		struct replay_log_source *source = &logs->sources[i];

		if (source->has_event &&
		    (first == NULL || source->latest_ns < first->latest_ns)) {
			first = source;
		}
	}
	if (first == NULL || first->latest_ns > until_ns) {
		return NULL;
	}
	logs->taken = (uint32_t)(first - logs->sources);
	logs->has_taken = true;
	return &first->event;
}

uint32_t
replay_logs_trouble(const struct replay_logs *logs, uint32_t from)
{
	while (from < logs->count && logs->sources[from].file.error == 0) {
		from++;
	}
	return from;
}

void
replay_logs_finish(struct replay_logs *logs)
{
	for (uint32_t i = 0; i < logs->count; i++) {
		log_file_close(&logs->sources[i].file);
	}
}

/* Reads on to the next message of the source that gives an event. */
static void
fill(struct replay_logs *logs, struct replay_log_source *source)
{
	struct endpoint_message message;

	source->has_event = false;
	while (log_file_next(&source->file, &message)) {
		enum endpoint_outcome outcome;

		logs->messages++;
		message.about_ns = logs->about_ns;
		outcome =
		    endpoint_parse(logs->endpoint, &message, &source->event);
		if (outcome != ENDPOINT_EVENT) {
			logs->failures += outcome != ENDPOINT_NOT_WANTED &&
			    outcome != ENDPOINT_INCOMPLETE &&
			    outcome != ENDPOINT_EMPTY;
			continue;
		}
		if (source->event.arrival_ns < source->latest_ns) {
			source->event.arrival_ns = source->latest_ns;
		}
		source->latest_ns = source->event.arrival_ns;
		logs->events++;
		source->has_event = true;
		return;
	}
}
