#include "attribute/room.h"
#include "base/sort.h"

/* A socket event may still be on its way for so long, as logs go. */
static const uint64_t on_its_way_ns = 2 * NS_PER_S;

/* Probes of which a log of sockets must have told by now. */
static bool
is_expected(const struct host *host, const struct probe_sample *probe)
{
	bool is_logged = probe->completed != 0 ||
	    host->has_security_connections || host->has_other_connections;

	return probe_has_ports(probe) && is_logged &&
	    (probe->flags & PROBE_MATCH_ANY) == 0 &&
	    probe->attempt_ns + on_its_way_ns <= host->last_socket_ns &&
	    probe->attempt_ns >= host->first_socket_ns;
}

static bool
is_neighbourly(const struct probe_sample *probe)
{
	return probe->technique == PROBE_ARP || probe->technique == PROBE_ND;
}

static struct match_group *
group_of(struct match *match, uint32_t process)
{
	for (uint32_t i = 0; i < match->group_count; i++) {
		if (match->groups[i].process == process) {
			return &match->groups[i];
		}
	}
	match->groups[match->group_count] =
	    (struct match_group){ .process = process,
		    .first_port = UINT16_MAX };
	return &match->groups[match->group_count++];
}

/* Adds a probe to what there is to be matched, or takes one out. */
static void
count_probe(struct match *match, const struct probe_sample *probe, uint32_t one)
{
	bool is_matched = (probe->flags & PROBE_MATCH_ANY) != 0;

	if (probe->role == ROLE_ALONG) {
		match->along += one;
		return;
	}
	match->scan += one;
	match->compared +=
	    probe_has_ports(probe) || is_neighbourly(probe) || is_matched ? one
	                                                                  : 0;
	if (probe_has_ports(probe)) {
		match->ported += one;
		match->raw += probe_is_raw(probe) ? one : 0;
	}
}

static void
count_ports(struct match_group *group, const struct probe_sample *probe)
{
	if (!probe_has_ports(probe) || probe->is_again) {
		return;
	}
	if (probe->source_port < group->first_port) {
		group->first_port = probe->source_port;
	}
	if (probe->source_port > group->last_port) {
		group->last_port = probe->source_port;
	}
}

static void
count_in_group(struct match_group *group, const struct probe_sample *probe)
{
	bool is_exact =
	    (probe->flags & PROBE_MATCH_TUPLE) != 0 && !probe->is_again;

	if (probe->role == ROLE_ASIDE) {
		group->aside++;
		return;
	}
	group->count++;
	group->exact += is_exact;
	if (probe->is_again) {
		group->again++;
	} else if (probe->role == ROLE_ALONG) {
		group->along++;
	} else {
		group->scan++;
		group->scan_exact += is_exact && probe_has_ports(probe);
	}
	count_ports(group, probe);
}

static void
count_match(struct attribute *attribute, const struct probe_sample *probe)
{
	struct match *match = &attribute->match;
	struct process *process =
	    process_at(attribute, probe->process, probe->process_serial);
	struct match_group *group;

	if ((probe->flags & PROBE_MATCH_ANY) == 0 || process == NULL) {
		return;
	}
	group = group_of(match, probe->process);
	group->is_carrier = process_is_carrier(attribute, process);
	count_in_group(group, probe);
	if (probe->role == ROLE_ASIDE) {
		return;
	}
	match->matched++;
	if (group->is_carrier) {
		match->carried++;
		count_probe(match, probe, UINT32_MAX); /* Less one. */
	} else if (probe->role == ROLE_SCAN && !probe->is_again) {
		match->scan_matched++;
		match->exact_matched +=
		    (probe->flags & PROBE_MATCH_TUPLE) != 0 &&
		    probe_has_ports(probe);
	}
}

/* Most probes first, carriers last. */
static int
compare_groups(const void *a, const void *b)
{
	const struct match_group *left = a;
	const struct match_group *right = b;

	if (left->is_carrier != right->is_carrier) {
		return left->is_carrier ? 1 : -1;
	}
	if (left->scan != right->scan) {
		return left->scan > right->scan ? -1 : 1;
	}
	if (left->count != right->count) {
		return left->count > right->count ? -1 : 1;
	}
	return (left->process > right->process) -
	    (left->process < right->process);
}

void
match_tally(struct attribute *attribute, struct inquiry *inquiry,
    const struct host *host)
{
	struct match *match = &attribute->match;

	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		const struct probe_sample *probe = &inquiry->probes[i];

		match->victims += (probe->flags & PROBE_VICTIM) != 0;
		match->again += probe->again_ns != 0 && probe->completed == 0;
		if (probe->role != ROLE_ASIDE) {
			count_probe(match, probe, 1);
			match->expected +=
			    host != NULL && is_expected(host, probe);
		}
		if (probe->host == match->host) {
			count_match(attribute, probe);
		}
	}
	sort_few(match->groups, match->group_count, sizeof(match->groups[0]),
	    compare_groups);
}
