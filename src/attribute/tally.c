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
	    probe->attempt_ns + on_its_way_ns <= host->last_socket_ns &&
	    probe->attempt_ns >= host->first_socket_ns;
}

static bool
is_raw(const struct probe_sample *probe)
{
	return probe->technique != PROBE_TCP_CONNECT &&
	    probe->technique != PROBE_UDP;
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
	group->count++;
	group->again += probe->is_again;
	group->exact +=
	    (probe->flags & PROBE_MATCH_TUPLE) != 0 && !probe->is_again;
	group->completed += probe->completed;
	group->is_carrier = process_is_carrier(attribute, process);
	if (group->is_carrier) {
		match->carried++;
		match->ported -= probe_has_ports(probe);
	}
	match->matched++;
	if (probe_has_ports(probe) && !probe->is_again) {
		if (probe->source_port < group->first_port) {
			group->first_port = probe->source_port;
		}
		if (probe->source_port > group->last_port) {
			group->last_port = probe->source_port;
		}
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
		struct probe_sample *probe = &inquiry->probes[i];

		match->victims += (probe->flags & PROBE_VICTIM) != 0;
		match->raw += is_raw(probe);
		match->again += probe->again_ns != 0;
		match->compared += probe_has_ports(probe) ||
		    (probe->flags & PROBE_MATCH_ANY) != 0;
		match->ported += probe_has_ports(probe);
		match->completed += probe->completed;
		if (host != NULL) {
			match->expected += is_expected(host, probe);
		}
		if (probe->host == match->host) {
			count_match(attribute, probe);
		}
	}
	sort_few(match->groups, match->group_count, sizeof(match->groups[0]),
	    compare_groups);
}
