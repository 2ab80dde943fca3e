#include "attribute/room.h"

/* How much later than the packet the two logs may say that it was.  5156 is
 * written as the connection is asked for, Sysmon 3 once it is established,
 * which takes the longer the more often the SYN was repeated; without a time of
 * its own, Sysmon's is that of its writing. */
static const uint64_t pid_late_ns = NS_PER_S / 2;
static const uint64_t process_late_ns = 5 * NS_PER_S;
static const uint64_t written_late_ns = 15 * NS_PER_S;

/* An event without a time came so long after it happened, at most. */
static const uint64_t arrival_late_ns = 600 * NS_PER_S;

/* A host asks for a neighbour as it connects, and for a while again. */
static const uint64_t pair_ns = 3 * NS_PER_S;

/* No pair of addresses is taken for one series for longer. */
static const uint64_t reuse_ns = 60 * NS_PER_S;

/* A port is bound just before it is used. */
static const uint64_t bound_ns = 2 * NS_PER_S;

enum { PERCENT = 100, COVERAGE_LEAST = 3 };

static bool
time_fits(const struct host *host, const struct host_time *time,
    uint64_t attempt_ns, uint64_t early_ns, uint64_t late_ns)
{
	struct clock_reading reading = host_read_clock(host, time);
	uint64_t ours_ns = time->ns - (uint64_t)reading.offset_ns;

	if (time->clock == HOST_CLOCK_ARRIVAL) {
		late_ns = arrival_late_ns;
	}
	if (ours_ns < attempt_ns) {
		return attempt_ns - ours_ns <= reading.error_ns + early_ns;
	}
	return ours_ns - attempt_ns <= reading.error_ns + late_ns;
}

static struct host_time
pid_time(const struct socket *socket)
{
	return (struct host_time){ socket->pid_time_ns, socket->pid_clock,
		(socket->flags & SOCKET_COARSE) != 0 };
}

static struct host_time
process_time(const struct socket *socket)
{
	return (struct host_time){ socket->process_time_ns,
		socket->process_clock,
		(socket->flags & SOCKET_COARSE_PROCESS) != 0 };
}

/* Whether one of the two logs says that it was then. */
static bool
socket_fits(const struct host *host, const struct socket *socket,
    uint64_t attempt_ns, uint64_t early_ns, uint64_t late_ns)
{
	struct host_time time = pid_time(socket);

	if ((socket->flags & SOCKET_HAS_PID) != 0 &&
	    time_fits(
	        host, &time, attempt_ns, early_ns, late_ns + pid_late_ns)) {
		return true;
	}
	if ((socket->flags & SOCKET_HAS_PROCESS) == 0) {
		return false;
	}
	time = process_time(socket);
	late_ns += (socket->flags & SOCKET_LATE) != 0 ? written_late_ns
	                                              : process_late_ns;
	return time_fits(host, &time, attempt_ns, early_ns, late_ns);
}

/* A process of which only sockets tell. */
static struct process *
make_nameless(struct attribute *attribute, const struct host *host,
    const struct socket *socket, const char *image)
{
	struct process *process = process_make(attribute, host);

	process_set_pid(attribute, process, socket->pid);
	process->image = texts_share(&attribute->texts, socket->image);
	process->image_hash = process_image_hash(image, &process->base_hash);
	process->seen = pid_time(socket);
	process->sockets = 1;
	return process;
}

/* The instance that a socket event is of.  By PID it is found anew each time:
 * its start may have come meanwhile. */
static struct process *
process_of(struct attribute *attribute, const struct host *host,
    const struct socket *socket)
{
	char image[ATTRIBUTION_IMAGE_SIZE];
	struct host_time time = pid_time(socket);
	struct process *process = NULL;

	texts_copy(&attribute->texts, socket->image, image, sizeof(image));
	if ((socket->flags & SOCKET_HAS_PROCESS) != 0) {
		process = process_at(
		    attribute, socket->process, socket->process_serial);
	}
	if (process != NULL) {
		if ((socket->flags & SOCKET_HAS_PID) != 0) {
			process_set_pid(attribute, process, socket->pid);
			process_learn_image(attribute, process, image);
		}
		return process;
	}
	if ((socket->flags & SOCKET_HAS_PID) == 0) {
		return NULL;
	}
	process = process_that_had(attribute, host, socket->pid, &time, image);
	return process != NULL ? process
	                       : make_nameless(attribute, host, socket, image);
}

/* Notes that 'probe' was made by who 'socket' says, if that was at
 * 'attempt_ns'. */
static bool
meet_at(struct attribute *attribute, struct probe_sample *probe,
    const struct socket *socket, uint64_t attempt_ns, uint64_t early_ns,
    uint64_t late_ns)
{
	const struct host *host =
	    host_at(attribute, socket->host, socket->host_serial);
	struct process *process;

	if (host == NULL || (socket->flags & SOCKET_CONFLICT) != 0 ||
	    !socket_fits(host, socket, attempt_ns, early_ns, late_ns)) {
		return false;
	}
	process = process_of(attribute, host, socket);
	if (process == NULL) {
		return false;
	}
	probe->host = socket->host;
	probe->host_serial = socket->host_serial;
	probe->process = process_index(attribute, process);
	probe->process_serial = process->serial;
	return true;
}

static bool
meet(struct attribute *attribute, struct probe_sample *probe,
    const struct socket *socket, uint64_t early_ns, uint64_t late_ns)
{
	return meet_at(
	    attribute, probe, socket, probe->attempt_ns, early_ns, late_ns);
}

static bool
is_echo(const struct probe_sample *probe)
{
	return probe->technique == PROBE_ICMP_ECHO ||
	    probe->technique == PROBE_ICMP6_ECHO;
}

/* Whether the clock of the event's host is known. */
static bool
is_timed(const struct attribute *attribute, const struct socket *socket)
{
	const struct host *host =
	    host_at(attribute, socket->host, socket->host_serial);
	struct host_time time = (socket->flags & SOCKET_HAS_PID) != 0
	    ? pid_time(socket)
	    : process_time(socket);

	return host != NULL && host_read_clock(host, &time).is_known;
}

static bool
match_tuple(struct attribute *attribute, struct probe_sample *probe)
{
	enum { ECHO_TYPE = 8, ECHO6_TYPE = 128 };
	struct socket_key key;
	struct socket *socket;

	if (is_echo(probe)) {
		/* 5156 has type and code of ICMP in place of the ports. */
		socket_key_tuple(&key, &probe->source,
		    probe->technique == PROBE_ICMP_ECHO ? ECHO_TYPE
		                                        : ECHO6_TYPE,
		    &probe->target, 0, probe->protocol);
	} else {
		socket_key_tuple(&key, &probe->source, probe->source_port,
		    &probe->target, probe->target_port, probe->protocol);
	}
	socket = socket_find(attribute, &key);
	if (socket == NULL) {
		return false;
	}
	if ((socket->flags & SOCKET_MIXED) != 0) {
		attribute->match.is_contradicted = true;
		probe->flags &= (uint8_t)~PROBE_MATCH_TUPLE;
		return false;
	}
	if (!is_echo(probe) && (probe->flags & PROBE_SAMPLED) == 0) {
		probe->flags |= PROBE_SAMPLED;
		socket_learn_clock(attribute, socket, probe->attempt_ns);
	}
	if (!meet(attribute, probe, socket, 0, 0)) {
		/* What seemed to fit before the clock was known does not. */
		if ((probe->flags & PROBE_TIMED) == 0) {
			probe->flags &= (uint8_t)~PROBE_MATCH_TUPLE;
		}
		return false;
	}
	probe->flags |= PROBE_MATCH_TUPLE;
	if (is_timed(attribute, socket)) {
		probe->flags |= PROBE_TIMED;
	}
	return true;
}

/* The connection by which the source came back to the same socket. */
static bool
match_again(struct attribute *attribute, struct probe_sample *probe)
{
	struct socket_key key;
	struct socket *socket;

	if (probe->again_ns == 0 || probe->completed != 0) {
		return false;
	}
	socket_key_tuple(&key, &probe->source, probe->again_port,
	    &probe->target, probe->target_port, probe->protocol);
	socket = socket_find(attribute, &key);
	if (socket == NULL) {
		return false;
	}
	socket_learn_clock(attribute, socket, probe->again_ns);
	if (!meet_at(attribute, probe, socket, probe->again_ns, 0, 0)) {
		return false;
	}
	probe->flags |= PROBE_MATCH_TUPLE;
	probe->is_again = true;
	return true;
}

/* From the first of several connections to the last. */
static bool
match_pair(struct attribute *attribute, struct probe_sample *probe)
{
	struct socket_key key;
	struct socket *socket;
	const struct host *host;
	struct host_time first;
	uint64_t first_ns;
	uint64_t early_ns = pair_ns;

	socket_key_pair(&key, &probe->source, &probe->target);
	socket = socket_find(attribute, &key);
	if (socket == NULL || (socket->flags & SOCKET_MIXED) != 0) {
		return false;
	}
	host = host_at(attribute, socket->host, socket->host_serial);
	first =
	    (struct host_time){ socket->first_ns, socket->first_clock, true };
	first_ns = host == NULL ? 0 : host_our_time(host, &first);
	/* Before the last, as long as it is after the first. */
	if (first_ns != 0 && first_ns <= probe->attempt_ns) {
		early_ns = reuse_ns;
	}
	if (!meet(attribute, probe, socket, early_ns, pair_ns)) {
		return false;
	}
	probe->flags |= PROBE_MATCH_PAIR;
	return true;
}

/* auditd does not say of which protocol a socket is. */
static struct socket *
find_remote(struct attribute *attribute, const struct host *host,
    const struct probe_sample *probe)
{
	const uint8_t protocols[] = { probe->protocol, 0 };
	struct socket *socket = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(protocols) && socket == NULL; i++) {
		struct socket_key key;

		socket_key_remote(&key, host->serial, &probe->target,
		    probe->target_port, protocols[i]);
		socket = socket_find(attribute, &key);
	}
	return socket;
}

/* What knows one end only is looked for at the host that has the address.  It
 * fits so easily that only a packet as sockets send it is compared. */
static void
match_one_end(struct attribute *attribute, const struct host *host,
    struct probe_sample *probe)
{
	struct socket_key key;
	struct socket *socket;

	if (probe_is_raw(probe)) {
		return;
	}
	socket = find_remote(attribute, host, probe);
	if (socket != NULL && (socket->flags & SOCKET_MIXED) == 0 &&
	    meet(attribute, probe, socket, 0, 0)) {
		probe->flags |= PROBE_MATCH_REMOTE;
		return;
	}
	socket_key_bound(
	    &key, host->serial, probe->source_port, probe->protocol);
	socket = socket_find(attribute, &key);
	if (socket != NULL && (socket->flags & SOCKET_MIXED) == 0 &&
	    meet(attribute, probe, socket, bound_ns, 0)) {
		probe->flags |= PROBE_MATCH_BOUND;
	}
}

/* Whether somebody else completed the same connection as well, later: then it
 * was that one's probe, perhaps, and this an honest visit. */
static bool
has_twin(struct attribute *attribute, const struct inquiry *inquiry,
    const struct probe_sample *probe)
{
	struct socket_key key;
	const struct socket *own;
	const struct socket *other;

	if (probe->again_ns == 0 || probe->again_ns > inquiry->scan_last_ns) {
		return false;
	}
	socket_key_tuple(&key, &probe->source, probe->source_port,
	    &probe->target, probe->target_port, probe->protocol);
	own = socket_find(attribute, &key);
	socket_key_tuple(&key, &probe->source, probe->again_port,
	    &probe->target, probe->target_port, probe->protocol);
	other = socket_find(attribute, &key);
	return own != NULL &&
	    (other == NULL || own->pid != other->pid ||
	        own->process_serial != other->process_serial);
}

static void
match_probe(struct attribute *attribute, const struct host *holder,
    struct probe_sample *probe)
{
	if (probe_has_ports(probe) || is_echo(probe)) {
		if (match_tuple(attribute, probe)) {
			probe->is_again = false;
			return;
		}
		if ((probe->flags & PROBE_MATCH_ANY) != 0 ||
		    match_again(attribute, probe)) {
			return;
		}
		if (holder != NULL && probe_has_ports(probe)) {
			match_one_end(attribute, holder, probe);
		}
		return;
	}
	if (probe->technique == PROBE_ARP || probe->technique == PROBE_ND) {
		(void)match_pair(attribute, probe);
	}
}

/* The host that most exact matches are of; else who has the address. */
static uint32_t
host_of_matches(
    const struct inquiry *inquiry, uint32_t holder, uint32_t *holder_votes)
{
	uint32_t best = holder;
	uint32_t best_count = 0;

	*holder_votes = 0;
	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		const struct probe_sample *probe = &inquiry->probes[i];
		uint32_t count = 0;

		if ((probe->flags & PROBE_MATCH_TUPLE) == 0 ||
		    probe->host == best) {
			continue;
		}
		for (uint32_t j = i; j < inquiry->probe_count; j++) {
			count += (inquiry->probes[j].flags &
			             PROBE_MATCH_TUPLE) != 0 &&
			    inquiry->probes[j].host == probe->host;
		}
		if (count > best_count) {
			best = probe->host;
			best_count = count;
		}
	}
	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		*holder_votes +=
		    (inquiry->probes[i].flags & PROBE_MATCH_TUPLE) != 0 &&
		    inquiry->probes[i].host == holder;
	}
	return *holder_votes >= best_count ? holder : best;
}

/* How many in a hundred of a host's connections its logs tell of; all where
 * that is not known. */
static uint32_t
coverage_of(struct attribute *attribute, const struct host *host)
{
	uint32_t connections;
	uint32_t matched;

	address_coverage(attribute, host, &connections, &matched);
	return connections < COVERAGE_LEAST ? PERCENT
	                                    : matched * PERCENT / connections;
}

/* Whether two addresses of one network card are of the two families, or one is
 * not known: two of the same family behind one card are a router's. */
static bool
may_share_card(const struct inquiry *one, const struct inquiry *other)
{
	return !one->has_address || !other->has_address ||
	    ip_address_is_v4(&one->source) != ip_address_is_v4(&other->source);
}

/* Who has the address of another campaign of the same network card: hearsay. */
static uint32_t
holder_by_mac(struct attribute *attribute, const struct inquiry *inquiry)
{
	uint32_t holder = HOST_NONE;

	for (uint32_t i = 0; i < INQUIRIES && inquiry->has_mac; i++) {
		const struct inquiry *other = &attribute->inquiries[i];
		struct tenancy tenancy;
		uint32_t found;

		if (!other->is_in_use || !other->has_mac || other == inquiry ||
		    !mac_address_equal(&other->mac, &inquiry->mac) ||
		    ip_address_equal(&other->source, &inquiry->source)) {
			continue;
		}
		if (!may_share_card(inquiry, other)) {
			return HOST_NONE;
		}
		found = address_holder(
		    attribute, inquiry, &other->source, &tenancy);
		if (found != HOST_NONE && !tenancy.is_weak) {
			holder = found;
		}
	}
	return holder;
}

void
match_probes(struct attribute *attribute, struct inquiry *inquiry)
{
	struct match *match = &attribute->match;
	struct table hosts = attribute->hosts;
	struct host *host;
	uint32_t holder;
	uint32_t votes;

	memset(match, 0, offsetof(struct match, groups));
	scan_place(attribute, inquiry);
	holder = address_holder(
	    attribute, inquiry, &inquiry->source, &match->tenancy);
	if (holder == HOST_NONE && !match->tenancy.is_ambiguous &&
	    !match->tenancy.is_handed_on) {
		holder = holder_by_mac(attribute, inquiry);
		match->tenancy.is_weak = true;
	}
	host = holder == HOST_NONE ? NULL : table_at(&hosts, holder);
	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		struct probe_sample *probe = &inquiry->probes[i];

		match_probe(attribute, host, probe);
		if (probe->role == ROLE_ALONG &&
		    has_twin(attribute, inquiry, probe)) {
			probe->role = ROLE_ASIDE;
		}
	}
	match->host = host_of_matches(inquiry, holder, &votes);
	if (match->host != holder || votes > 0) {
		match->tenancy.is_weak = false;
	}
	host = match->host == HOST_NONE ? NULL : table_at(&hosts, match->host);
	attribute->inquiry_hosts[inquiry - attribute->inquiries] =
	    host == NULL ? 0 : host->serial;
	match->coverage = host == NULL ? PERCENT : coverage_of(attribute, host);
	match->has_failures = host != NULL &&
	    (host->has_security_connections || host->has_other_connections);
	match_tally(attribute, inquiry, host);
}
