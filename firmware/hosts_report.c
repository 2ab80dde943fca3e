#include "firmware/hosts.h"

#include <string.h>

#include "alert/words.h"
#include "base/rfc3339.h"
#include "base/sort.h"

static void replace_quietest(
    struct hosts_choice *choice, const struct attribute_host *host);
static int compare_names(const void *left, const void *right);
static json_t *host_of(const struct attribute_host *host);
static json_t *addresses_of(const struct attribute_host *host);
static json_t *clock_of(const struct attribute_host *host);
static json_t *coverage_of(const struct attribute_host *host);
static json_t *sends_of(const struct attribute_host *host);
static json_t *concludes_of(const struct attribute_host *host);
static json_t *text_of(const char *text);
static json_t *time_of(uint64_t time_ns);
static json_t *count_of(uint64_t count);

uint32_t
hosts_choose(const struct attribute *attribute, uint64_t now_ns,
    struct hosts_choice *choice)
{
	struct attribute_host host;
	uint32_t place = 0;
	uint32_t known = 0;

	choice->count = 0;
	while (attribute_next_host(attribute, &place, now_ns, &host)) {
		known++;
		if (choice->count < HOSTS_LISTED) {
			choice->hosts[choice->count++] = host;
		} else {
			replace_quietest(choice, &host);
		}
	}
	for (uint32_t i = 0; i < choice->count; i++) {
		choice->order[i] = &choice->hosts[i];
	}
	sort_few(choice->order, choice->count, sizeof(choice->order[0]),
	    compare_names);
	return known;
}

json_t *
hosts_report(const struct hosts_choice *choice)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < choice->count; i++) {
		if (json_array_append_new(list, host_of(choice->order[i])) !=
		    0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* Puts 'host' in the place of the one that has been silent longest, if it has
 * spoken since. */
static void
replace_quietest(struct hosts_choice *choice, const struct attribute_host *host)
{
	struct attribute_host *quietest = &choice->hosts[0];

	for (uint32_t i = 1; i < choice->count; i++) {
		if (choice->hosts[i].last_event_ns < quietest->last_event_ns) {
			quietest = &choice->hosts[i];
		}
	}
	if (quietest->last_event_ns < host->last_event_ns) {
		*quietest = *host;
	}
}

static int
compare_names(const void *left, const void *right)
{
	const struct attribute_host *const *one = left;
	const struct attribute_host *const *other = right;

	return strcmp((*one)->name, (*other)->name);
}

static json_t *
host_of(const struct attribute_host *host)
{
	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o, s:f, s:o, s:o, s:o, "
	                 "s:o, s:o, s:o, s:o}",
	    "name", text_of(host->name), "sender", text_of(host->sender),
	    "addresses", addresses_of(host), "first_event",
	    time_of(host->first_event_ns), "last_event",
	    time_of(host->last_event_ns), "events", count_of(host->events),
	    "events_per_minute", host->events_per_minute, "clock",
	    clock_of(host), "coverage", coverage_of(host), "sends",
	    sends_of(host), "concludes", concludes_of(host), "record_gaps",
	    count_of(host->record_gaps), "failures", count_of(host->failures),
	    "last_failure", text_of(host->last_failure));
}

static json_t *
addresses_of(const struct attribute_host *host)
{
	json_t *list = json_array();
	char text[IP_ADDRESS_TEXT_SIZE];

	for (uint32_t i = 0; i < host->address_count; i++) {
		json_array_append_new(list,
		    json_string(ip_address_format(&host->addresses[i], text)));
	}
	return list;
}

/* How far its clock is ahead of ours. */
static json_t *
clock_of(const struct attribute_host *host)
{
	if (!host->has_offset) {
		return json_null();
	}
	return json_pack("{s:f, s:f, s:o}", "offset_s",
	    (double)host->offset_ns / (double)NS_PER_S, "error_s",
	    (double)host->offset_error_ns / (double)NS_PER_S, "matches",
	    count_of(host->offset_matches));
}

static json_t *
coverage_of(const struct attribute_host *host)
{
	if (host->connections == 0) {
		return json_null();
	}
	return json_pack("{s:o, s:o, s:f}", "connections",
	    count_of(host->connections), "matched",
	    count_of(host->connections_matched), "share",
	    (double)host->connections_matched / (double)host->connections);
}

static json_t *
sends_of(const struct attribute_host *host)
{
	bool has_attempts =
	    host->has_security_connections || host->has_other_connections;

	return json_pack("{s:b, s:b, s:b, s:b, s:b}", "process_starts",
	    host->has_process_starts, "command_lines", host->has_command_lines,
	    "connection_attempts", has_attempts, "completed_connections",
	    host->has_sysmon_connections, "protected", !host->is_plain);
}

/* How sure a process can be of a scan from there, as docs/endpoints.md has it.
 */
static json_t *
concludes_of(const struct attribute_host *host)
{
	const char *connects = "nothing";
	const char *raw = host->has_process_starts ? "possible" : "nothing";

	if (host->has_security_connections) {
		connects = "confirmed";
	} else if (host->has_other_connections) {
		connects = "probable"; /* auditd knows no local port. */
	} else if (host->has_sysmon_connections) {
		connects = "open ports only";
	} else if (host->has_process_starts) {
		connects = "possible";
	}
	return json_pack(
	    "{s:s, s:s}", "connect_scan", connects, "raw_packet_scan", raw);
}

/* What endpoints say must be made UTF-8; null where it is empty. */
static json_t *
text_of(const char *text)
{
	char clean[3 * ATTRIBUTION_HOST_SIZE];

	if (text[0] == '\0') {
		return json_null();
	}
	words_clean(text, clean, sizeof(clean));
	return json_string(clean);
}

static json_t *
time_of(uint64_t time_ns)
{
	char text[RFC3339_SIZE];

	return time_ns == 0 ? json_null()
	                    : json_string(rfc3339_format(time_ns, text));
}

static json_t *
count_of(uint64_t count)
{
	return json_integer((json_int_t)count);
}
