#include "attribute/room.h"

static const uint64_t minute_ns = 60 * NS_PER_S;

/* Failures are counted to the endpoint whose messages come from there, by its
 * name or by its address. */
void
attribute_failure(struct attribute *attribute, uint64_t now_ns,
    const char *sender, const char *reason)
{
	struct host *host = host_find_named(attribute, sender, now_ns);

	for (uint32_t i = 0; host == NULL && i < CONFIG_ATTRIBUTE_HOST_COUNT;
	     i++) {
		struct host *other = table_at(&attribute->hosts, i);

		if (other != NULL && sender[0] != '\0' &&
		    strcmp(other->sender, sender) == 0) {
			host = other;
		}
	}
	if (host == NULL) {
		counter_increment(
		    attribute->counters, COUNTER_ATTRIBUTE_FAILURES_OF_NOBODY);
		return;
	}
	host->failures++;
	memset(host->failure, 0, sizeof(host->failure));
	memcpy(
	    host->failure, reason, strnlen(reason, sizeof(host->failure) - 1));
}

/* Of the last ten minutes up to now, or of as many as it has been known. */
static double
events_per_minute(const struct host *host, uint64_t now_ns)
{
	uint32_t now_minute = (uint32_t)(now_ns / minute_ns);
	uint64_t known_ns =
	    now_ns > host->first_event_ns ? now_ns - host->first_event_ns : 0;
	double minutes = (double)known_ns / (double)minute_ns;
	uint64_t events = 0;

	for (uint32_t i = 0; i < HOST_MINUTES && i <= host->minute; i++) {
		if (host->minute - i + HOST_MINUTES > now_minute) {
			events +=
			    host->minutes[(host->minute - i) % HOST_MINUTES];
		}
	}
	if (minutes > HOST_MINUTES) {
		minutes = HOST_MINUTES;
	}
	return minutes < 1 ? (double)events : (double)events / minutes;
}

/* The clock that is known best, without the zone its events do not tell. */
static void
show_clock(const struct host *host, struct attribute_host *shown)
{
	const struct clock *best =
	    host_best_clock(host, &shown->offset_ns, &shown->offset_error_ns);

	if (best != NULL) {
		shown->has_offset = true;
		shown->offset_matches = best->matches;
	}
}

static void
show_addresses(const struct attribute *attribute, const struct host *host,
    struct attribute_host *shown)
{
	uint32_t connections;
	uint32_t matched;

	while (shown->address_count < host->address_count &&
	    shown->address_count < ATTRIBUTE_ADDRESSES) {
		shown->addresses[shown->address_count] =
		    host->addresses[shown->address_count];
		shown->address_count++;
	}
	address_coverage(attribute, host, &connections, &matched);
	shown->connections = connections;
	shown->connections_matched = matched;
}

bool
attribute_next_host(const struct attribute *attribute, uint32_t *place,
    uint64_t now_ns, struct attribute_host *shown)
{
	struct table hosts = attribute->hosts;
	const struct host *host = NULL;

	while (host == NULL && *place < CONFIG_ATTRIBUTE_HOST_COUNT) {
		host = table_at(&hosts, *place);
		(*place)++;
	}
	if (host == NULL) {
		return false;
	}
	memset(shown, 0, sizeof(*shown));
	memcpy(shown->name, host->name, sizeof(shown->name));
	memcpy(shown->sender, host->sender, sizeof(host->sender));
	shown->first_event_ns = host->first_event_ns;
	shown->last_event_ns = host->last_event_ns;
	shown->events = host->events;
	shown->events_per_minute = events_per_minute(host, now_ns);
	show_clock(host, shown);
	show_addresses(attribute, host, shown);
	shown->has_security_connections = host->has_security_connections;
	shown->has_sysmon_connections = host->has_sysmon_connections;
	shown->has_other_connections = host->has_other_connections;
	shown->is_plain = host->is_plain;
	shown->has_process_starts = host->has_process_starts;
	shown->has_command_lines = host->has_command_lines;
	shown->record_gaps = host->gaps;
	shown->failures = host->failures;
	memcpy(shown->last_failure, host->failure, sizeof(shown->last_failure));
	return true;
}
