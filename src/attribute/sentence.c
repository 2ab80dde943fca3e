#include "attribute/room.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* Coverage that shows that a host's logs miss little. */
enum {
	COVERAGE_GOOD = 70,
	COVERAGE_LEAST = 3,
	/* Of the probes, whose events should be there. */
	SHARE_EXPECTED = 50,
	PERCENT = 100,
	ANCESTORS = 4,
};

void
sentence_add(char (*sentences)[ATTRIBUTION_SENTENCE_SIZE], uint32_t *count,
    uint32_t capacity, const char *format, ...)
{
	va_list arguments;

	if (*count == capacity) {
		return;
	}
	va_start(arguments, format);
	(void)vsnprintf(
	    sentences[*count], ATTRIBUTION_SENTENCE_SIZE, format, arguments);
	va_end(arguments);
	++*count;
}

#define EVIDENCE(process, ...)                                        \
	sentence_add((process)->evidence, &(process)->evidence_count, \
	    ATTRIBUTION_EVIDENCE, __VA_ARGS__)

#define NOTE(attribution, ...)                                         \
	sentence_add((attribution)->notes, &(attribution)->note_count, \
	    ATTRIBUTION_NOTES, __VA_ARGS__)

static double
seconds(int64_t ns)
{
	return (double)ns / (double)NS_PER_S;
}

void
sentence_of_matches(struct attribute *attribute, const struct inquiry *inquiry,
    const struct match_group *group, struct attribution_process *process)
{
	const struct match *match = &attribute->match;
	uint32_t loose = group->count - group->exact - group->again;

	(void)inquiry;
	if (group->exact > 0) {
		EVIDENCE(process,
		    "Its logged connections match %u of %u compared probes "
		    "exactly: both addresses, both ports and the time.",
		    group->exact, match->compared + match->along);
	}
	if (group->again > 0) {
		EVIDENCE(process,
		    "It opened connections to %u of the probed services "
		    "after the probe.",
		    group->again);
	}
	if (loose > 0) {
		EVIDENCE(process,
		    "%u probes match but for the local port: its log names "
		    "the target and the time, or the port alone.",
		    loose);
	}
	if (group->exact > 1 && match->group_count > 1) {
		EVIDENCE(process,
		    "Its probes came from source ports %u to %u; others match "
		    "%u probes.",
		    group->first_port, group->last_port,
		    match->matched - group->count);
	}
}

static void
tell_time(
    const struct suspicion *suspicion, struct attribution_process *process)
{
	if (suspicion->is_as_long) {
		EVIDENCE(process,
		    "It lived as long as the probes went on; its host's clock "
		    "is not known well enough to say more.");
	} else if (suspicion->has_lead && suspicion->lead_ns >= 0 &&
	    suspicion->has_trail && suspicion->trail_ns >= 0) {
		EVIDENCE(process,
		    "It began %.1f s before the first probe and ended %.1f s "
		    "after the last.",
		    seconds(suspicion->lead_ns), seconds(suspicion->trail_ns));
	} else if (suspicion->has_lead) {
		EVIDENCE(process, "It began %.1f s %s the first probe.",
		    seconds(suspicion->lead_ns < 0 ? -suspicion->lead_ns
		                                   : suspicion->lead_ns),
		    suspicion->lead_ns < 0
		        ? "after, within the error of its clock,"
		        : "before");
	} else if (suspicion->has_trail) {
		EVIDENCE(process, "It ended %.1f s after the last probe.",
		    seconds(suspicion->trail_ns));
	}
}

/* Whether the host's logs would have told of the probes, had sockets sent them,
 * and tell of none. */
static bool
match_shows_raw(const struct match *match)
{
	return match->matched == 0 && match->carried == 0 &&
	    !match->is_contradicted && match->expected > 0 &&
	    match->expected * PERCENT >= match->ported * SHARE_EXPECTED &&
	    match->coverage >= COVERAGE_GOOD;
}

void
sentence_of_suspicion(const struct suspicion *suspicion,
    const struct match *match, struct attribution_process *process)
{
	if (suspicion->named_targets > 0) {
		EVIDENCE(process,
		    "Its command line names the targets of %u %% of the "
		    "probes%s.",
		    suspicion->named_targets,
		    suspicion->names_ports ? ", and their ports" : "");
	}
	if (suspicion->is_tool) {
		EVIDENCE(process, "It is known as a tool that scans.");
	}
	if (suspicion->has_library) {
		EVIDENCE(process,
		    "It loaded a library for raw packets, which leave no "
		    "socket events.");
	}
	tell_time(suspicion, process);
	if (process->matched == 0 && match_shows_raw(match)) {
		EVIDENCE(process,
		    "No socket event of the host matches, though %u would "
		    "have been logged: the probes were raw packets.",
		    match->expected);
	}
}

void
sentence_of_clock(const struct host *host, struct attribution_process *process)
{
	int64_t offset_ns;
	uint64_t error_ns;
	const struct clock *best = host_best_clock(host, &offset_ns, &error_ns);

	if (best != NULL) {
		EVIDENCE(process,
		    "The clock of its host is %.3f s %s ours, within %.3f s "
		    "over %u matches.",
		    seconds(offset_ns < 0 ? -offset_ns : offset_ns),
		    offset_ns < 0 ? "behind" : "ahead of",
		    seconds((int64_t)error_ns), best->matches);
	}
}

/* Up to the session's first process: who began it all. */
void
sentence_of_ancestors(struct attribute *attribute,
    const struct process *process, struct attribution_process *out)
{
	char line[ATTRIBUTION_SENTENCE_SIZE];
	size_t length = 0;
	const struct process *at = process;

	line[0] = '\0';
	for (uint32_t i = 0; i < ANCESTORS; i++) {
		const struct process *parent = process_parent(attribute, at);
		uint32_t image =
		    parent != NULL ? parent->image : at->parent_image;
		int added;

		if (image == 0) {
			break;
		}
		texts_copy(&attribute->texts, image, attribute->text,
		    ATTRIBUTION_IMAGE_SIZE);
		added = snprintf(line + length, sizeof(line) - length, "%s%s",
		    i == 0 ? "" : ", started by ",
		    process_base_name(attribute->text));
		if (added < 0 || (size_t)added >= sizeof(line) - length - 24) {
			break;
		}
		length += (size_t)added;
		if (parent == NULL) {
			break;
		}
		at = parent;
	}
	if (length > 0) {
		EVIDENCE(out, "It was started by %.200s.", line);
	}
}

static void
note_unknown_host(struct attribute *attribute, const struct inquiry *inquiry,
    struct attribution *attribution)
{
	char text[IP_ADDRESS_TEXT_SIZE];

	(void)ip_address_format(&inquiry->source, text);
	if (attribute->match.tenancy.is_ambiguous) {
		NOTE(attribution,
		    "Several endpoints had the address %s at about that time: "
		    "none can be named.",
		    text);
		return;
	}
	if (attribute->match.tenancy.is_handed_on) {
		NOTE(attribution,
		    "The endpoint that had the address %s before has it no "
		    "more, by what the wire showed since.",
		    text);
		return;
	}
	if (attribute->hosts.used > 0) {
		NOTE(attribution,
		    "Logs do not cover this host: no endpoint that sends them "
		    "is known to have the address %s.",
		    text);
	}
}

static void
note_coverage(struct attribute *attribute, const struct host *host,
    struct attribution *attribution)
{
	const struct match *match = &attribute->match;
	uint32_t connections;
	uint32_t matched;

	if (!host->has_security_connections && !host->has_sysmon_connections &&
	    !host->has_other_connections) {
		NOTE(attribution,
		    "The host sends no socket events: only what is known of "
		    "its processes can tell.");
		return;
	}
	if (!host->has_security_connections && !host->has_other_connections) {
		NOTE(attribution,
		    "The host sends no event 5156: connections that failed "
		    "cannot be attributed.");
	}
	address_coverage(attribute, host, &connections, &matched);
	if (connections >= COVERAGE_LEAST) {
		NOTE(attribution,
		    "Its logs cover %u of its last %u completed connections "
		    "(%u %%).",
		    matched, connections, matched * PERCENT / connections);
	}
	if (match->is_contradicted) {
		NOTE(attribution,
		    "Its log gives some of the connections to two processes "
		    "each: neither is believed.");
	}
	if (match_shows_raw(match)) {
		NOTE(attribution,
		    "No probe has a socket event, though %u would: they were "
		    "raw packets, or another machine's.",
		    match->expected);
	}
}

static void
note_names(struct attribute *attribute, const struct inquiry *inquiry,
    struct attribution *attribution)
{
	const struct address *address =
	    address_peek(attribute, &inquiry->source);

	for (uint32_t i = 0; address != NULL && i < ADDRESS_NAMES; i++) {
		if (address->names[i][0] != '\0' &&
		    attribution->name_count < ATTRIBUTION_NAMES) {
			memcpy(attribution->names[attribution->name_count++],
			    address->names[i], HOST_LABEL_SIZE);
		}
	}
}

void
sentence_notes(struct attribute *attribute, const struct inquiry *inquiry,
    struct attribution *attribution)
{
	const struct match *match = &attribute->match;
	struct table hosts = attribute->hosts;

	note_names(attribute, inquiry, attribution);
	if (match->host == HOST_NONE) {
		note_unknown_host(attribute, inquiry, attribution);
	} else {
		const struct host *host = table_at(&hosts, match->host);

		memcpy(attribution->host, host->name, sizeof(host->name));
		note_coverage(attribute, host, attribution);
		if (host->is_plain && attribution->process_count > 0) {
			NOTE(attribution,
			    "Its logs come without TLS: who can reach the "
			    "sensor could have forged them.");
		}
	}
	if (match->carried > 0) {
		NOTE(attribution,
		    "%u probes were sent by the system itself, which does so "
		    "for any process (file shares, ping): who asked for them "
		    "is not logged.",
		    match->carried);
	}
	if (match->victims > 0) {
		NOTE(attribution,
		    "Logs of the targets confirm %u of the probes, and where "
		    "they came from.",
		    match->victims);
	}
}
