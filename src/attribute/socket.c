#include "attribute/room.h"

/* The same five-tuple later than this is another connection. */
static const uint64_t reuse_ns = 60 * NS_PER_S;

/* What arrives so soon after a packet is of that packet. */
static const uint64_t prompt_ns = 600 * NS_PER_S;

/* Times that agree so far are of one clock. */
static const uint64_t agree_ns = 2 * NS_PER_S;

/* One connection in so many, where the clocks are known. */
enum { ENOUGH = 8 };

static uint32_t
seconds_of(uint64_t ns)
{
	return (uint32_t)(ns / NS_PER_S);
}

void
socket_key_tuple(struct socket_key *key, const struct ip_address *source,
    uint16_t source_port, const struct ip_address *target, uint16_t target_port,
    uint8_t protocol)
{
	memset(key, 0, sizeof(*key));
	(void)five_tuple_make(
	    &key->tuple, source, source_port, target, target_port, protocol);
	key->view = SOCKET_TUPLE;
}

void
socket_key_remote(struct socket_key *key, uint32_t host_serial,
    const struct ip_address *target, uint16_t target_port, uint8_t protocol)
{
	static const struct ip_address none = { { 0 } };

	memset(key, 0, sizeof(*key));
	(void)five_tuple_make(
	    &key->tuple, &none, 0, target, target_port, protocol);
	key->view = SOCKET_REMOTE;
	key->host = host_serial;
}

void
socket_key_bound(struct socket_key *key, uint32_t host_serial, uint16_t port,
    uint8_t protocol)
{
	static const struct ip_address none = { { 0 } };

	memset(key, 0, sizeof(*key));
	(void)five_tuple_make(&key->tuple, &none, 0, &none, port, protocol);
	key->view = SOCKET_BOUND;
	key->host = host_serial;
}

void
socket_key_pair(struct socket_key *key, const struct ip_address *source,
    const struct ip_address *target)
{
	memset(key, 0, sizeof(*key));
	key->tuple.low.address = *source;
	key->tuple.high.address = *target;
	key->view = SOCKET_PAIR;
}

struct socket *
socket_find(struct attribute *attribute, const struct socket_key *key)
{
	return table_find(&attribute->sockets, key,
	    table_hash(&attribute->sockets, key),
	    seconds_of(attribute->now_ns));
}

static struct socket *
take(struct attribute *attribute, const struct socket_key *key)
{
	struct socket victim;
	bool evicted = false;
	struct socket *socket = table_take(&attribute->sockets, key,
	    table_hash(&attribute->sockets, key), seconds_of(attribute->now_ns),
	    &victim, &evicted);

	if (evicted) {
		texts_release(&attribute->texts, victim.image);
		counter_increment(
		    attribute->counters, COUNTER_ATTRIBUTE_SOCKETS_EVICTED);
	}
	counter_increment(attribute->counters, COUNTER_ATTRIBUTE_SOCKETS);
	return socket;
}

static bool
is_apart(uint64_t a, uint64_t b)
{
	return (a > b ? a - b : b - a) > reuse_ns;
}

static void
clear(struct attribute *attribute, struct socket *socket)
{
	struct socket_key key = socket->key;

	texts_release(&attribute->texts, socket->image);
	memset(socket, 0, sizeof(*socket));
	socket->key = key;
}

/* Whether what 'socket' holds is of another connection than the event: its
 * times are of one clock, so they can be compared as they are. */
static bool
is_another(const struct socket *socket, const struct host *host,
    const struct host_time *time)
{
	if (socket->host_serial != host->serial) {
		return false;
	}
	if ((socket->flags & SOCKET_HAS_PID) != 0 &&
	    socket->pid_clock == time->clock) {
		return is_apart(socket->pid_time_ns, time->ns);
	}
	if ((socket->flags & SOCKET_HAS_PROCESS) != 0 &&
	    socket->process_clock == time->clock) {
		return is_apart(socket->process_time_ns, time->ns);
	}
	return false;
}

/* Whether one log gives one connection to two processes: it errs, or somebody
 * writes into it who wants to be believed. */
static bool
is_contradiction(const struct socket *socket,
    const struct endpoint_event *event, const struct host_time *time)
{
	uint64_t apart_ns = socket->pid_time_ns > time->ns
	    ? socket->pid_time_ns - time->ns
	    : time->ns - socket->pid_time_ns;

	return (socket->flags & SOCKET_HAS_PID) != 0 &&
	    socket->pid != event->pid && socket->pid_clock == time->clock &&
	    (socket->key.view != SOCKET_TUPLE || apart_ns <= agree_ns);
}

/* Whose it is by the log that knows a PID. */
static void
set_pid(struct attribute *attribute, struct socket *socket,
    const struct endpoint_event *event, const struct host_time *time)
{
	const char *image = endpoint_text_of(event, ENDPOINT_IMAGE);

	if (is_contradiction(socket, event, time) &&
	    (socket->flags & SOCKET_MIXED) == 0) {
		socket->flags |= SOCKET_MIXED;
		counter_add(attribute->counters,
		    COUNTER_ATTRIBUTE_CONTRADICTIONS,
		    socket->key.view == SOCKET_TUPLE);
	}
	if ((socket->flags & SOCKET_HAS_PID) != 0 &&
	    socket->pid_clock == time->clock &&
	    socket->pid_time_ns <= time->ns &&
	    socket->key.view != SOCKET_PAIR) {
		return; /* Once more: a retry, or a duplicate. */
	}
	/* Processes come before: they need the room more. */
	if (socket->image == 0 &&
	    attribute->texts.free_count > attribute->texts.count / 4) {
		socket->image = texts_hold(&attribute->texts, image);
	}
	socket->pid = event->pid;
	socket->pid_time_ns = time->ns;
	socket->pid_clock = time->clock & 0xfu;
	socket->flags |= SOCKET_HAS_PID;
	if (time->is_coarse) {
		socket->flags |= SOCKET_COARSE;
	}
}

static void
set_process(struct attribute *attribute, struct socket *socket,
    const struct process *process, const struct host_time *time)
{
	socket->process = process_index(attribute, process);
	socket->process_serial = process->serial;
	socket->process_time_ns = time->ns;
	socket->process_clock = time->clock & 0xfu;
	socket->flags |= SOCKET_HAS_PROCESS;
	if (time->is_coarse) {
		socket->flags |= SOCKET_COARSE_PROCESS;
	}
	if (time->clock != HOST_CLOCK_SYSMON) {
		/* Written up to a quarter of a minute after it happened. */
		socket->flags |= SOCKET_LATE;
	}
}

/* Who connects two addresses, from when on; more than one is none. */
static void
note_pair(struct socket *socket, const struct endpoint_event *event,
    const struct process *process, const struct host_time *time)
{
	if (socket->first_ns == 0 ||
	    (socket->first_clock == time->clock &&
	        time->ns < socket->first_ns)) {
		socket->first_ns = time->ns;
		socket->first_clock = time->clock;
	}
	if ((socket->flags & SOCKET_HAS_PID) != 0 &&
	    (event->flags & ENDPOINT_HAS_PID) != 0 &&
	    socket->pid != event->pid) {
		socket->flags |= SOCKET_MIXED;
	}
	if ((socket->flags & SOCKET_HAS_PROCESS) != 0 && process != NULL &&
	    socket->process_serial != process->serial) {
		socket->flags |= SOCKET_MIXED;
	}
}

static struct socket *
note(struct attribute *attribute, const struct socket_key *key,
    struct host *host, const struct endpoint_event *event,
    struct process *process)
{
	struct host_time time = host_time_of(event);
	struct socket *socket = socket_find(attribute, key);

	if (socket == NULL) {
		socket = take(attribute, key);
	} else if (is_another(socket, host, &time)) {
		clear(attribute, socket);
	}
	if (socket->host_serial == 0) {
		socket->host = host_index(attribute, host);
		socket->host_serial = host->serial;
	} else if (socket->host_serial != host->serial) {
		socket->flags |= SOCKET_CONFLICT;
		return socket;
	}
	if (key->view == SOCKET_PAIR) {
		note_pair(socket, event, process, &time);
	} else if (socket->first_ns == 0) {
		socket->first_ns = event->arrival_ns;
	}
	if (process != NULL && event_has_guid(event)) {
		set_process(attribute, socket, process, &time);
	} else if ((event->flags & ENDPOINT_HAS_PID) != 0) {
		set_pid(attribute, socket, event, &time);
	}
	return socket;
}

/* Whether the packet may be the event's, however the clock is set.  What came
 * long after the packet may be of a later one between the same ports: then only
 * if the times agree as far as they can be trusted. */
static bool
is_plausible(const struct host *host, const struct socket *socket,
    const struct host_time *time, uint64_t attempt_ns)
{
	struct clock_reading reading = host_read_clock(host, time);
	int64_t away_ns = (int64_t)(time->ns - attempt_ns) - reading.offset_ns;
	bool is_local = time->clock == HOST_CLOCK_SYSMON_LOCAL ||
	    time->clock == HOST_CLOCK_OTHER_LOCAL;

	if (socket->first_ns <= attempt_ns + prompt_ns) {
		return true;
	}
	if (is_local && !reading.is_known) {
		away_ns -= clock_zone(away_ns);
	}
	return (uint64_t)(away_ns < 0 ? -away_ns : away_ns) <=
	    reading.error_ns + agree_ns;
}

/* Teaches the clock of one of the connection's logs, once. */
static void
learn(struct host *host, struct socket *socket, uint16_t sampled,
    const struct host_time *time, uint64_t attempt_ns)
{
	struct clock *clock;

	if ((socket->flags & sampled) != 0 ||
	    time->clock == HOST_CLOCK_ARRIVAL ||
	    !is_plausible(host, socket, time, attempt_ns)) {
		return;
	}
	socket->flags |= sampled;
	clock = &host->clocks[time->clock];
	clock->is_coarse = time->is_coarse;
	clock_match(clock, (int64_t)time->ns, (int64_t)attempt_ns);
}

void
socket_learn_clock(
    struct attribute *attribute, struct socket *socket, uint64_t attempt_ns)
{
	struct host *host =
	    host_at(attribute, socket->host, socket->host_serial);
	struct host_time by_pid = { socket->pid_time_ns, socket->pid_clock,
		(socket->flags & SOCKET_COARSE) != 0 };
	struct host_time by_process = { socket->process_time_ns,
		socket->process_clock,
		(socket->flags & SOCKET_COARSE_PROCESS) != 0 };

	if (host == NULL || (socket->flags & SOCKET_CONFLICT) != 0) {
		return;
	}
	if ((socket->flags & SOCKET_HAS_PID) != 0) {
		learn(host, socket, SOCKET_SAMPLED, &by_pid, attempt_ns);
	}
	if ((socket->flags & (SOCKET_HAS_PROCESS | SOCKET_LATE)) ==
	    SOCKET_HAS_PROCESS) {
		learn(host, socket, SOCKET_SAMPLED_PROCESS, &by_process,
		    attempt_ns);
	}
}

/* Whether the connection is to wait for the host's other log of it, too: its
 * clock is not well known, or one in some is enough to see it set. */
static bool
teaches_more(struct attribute *attribute, const struct socket *socket,
    uint64_t attempt_ns)
{
	const struct host *host =
	    host_at(attribute, socket->host, socket->host_serial);
	enum host_clock other = (socket->flags & SOCKET_HAS_PROCESS) == 0
	    ? HOST_CLOCK_SYSMON
	    : HOST_CLOCK_OTHER;

	if (host == NULL || !host->has_security_connections ||
	    !host->has_sysmon_connections ||
	    (socket->flags & SOCKET_HAS_BOTH) == SOCKET_HAS_BOTH) {
		return false;
	}
	/* The one without a zone stands beside it. */
	return host->clocks[other].count + host->clocks[other + 1].count <
	    CLOCK_SAMPLES ||
	    attempt_ns / NS_PER_MS % ENOUGH == 0;
}

void
socket_wire(struct attribute *attribute, const struct wire_contact *contact)
{
	struct socket_key key;
	struct socket *socket;
	struct wire *wire;
	uint64_t hash;
	bool evicted = false;

	address_connection(attribute, contact);
	socket_key_tuple(&key, &contact->source, contact->source_port,
	    &contact->target, contact->target_port, contact->protocol);
	socket = socket_find(attribute, &key);
	if (socket != NULL) {
		socket_learn_clock(attribute, socket, contact->attempt_ns);
		address_connection_matched(
		    attribute, &contact->source, contact->attempt_ns);
		if (!teaches_more(attribute, socket, contact->attempt_ns)) {
			return;
		}
	}
	hash = table_hash(&attribute->wires, &key.tuple);
	wire = table_find(
	    &attribute->wires, &key.tuple, hash, seconds_of(attribute->now_ns));
	if (wire == NULL) {
		wire = table_take(&attribute->wires, &key.tuple, hash,
		    seconds_of(attribute->now_ns), NULL, &evicted);
		counter_add(attribute->counters,
		    COUNTER_ATTRIBUTE_WIRES_EVICTED, evicted);
	}
	wire->attempt_ns = contact->attempt_ns;
}

/* The connection that the socket event tells of was seen already. */
static void
meet_wire(struct attribute *attribute, struct socket *socket,
    const struct ip_address *source)
{
	const struct five_tuple *tuple = &socket->key.tuple;
	uint64_t hash = table_hash(&attribute->wires, tuple);
	struct wire *wire = table_find(
	    &attribute->wires, tuple, hash, seconds_of(attribute->now_ns));

	if (wire == NULL) {
		return;
	}
	socket_learn_clock(attribute, socket, wire->attempt_ns);
	address_connection_matched(attribute, source, wire->attempt_ns);
	if (!teaches_more(attribute, socket, wire->attempt_ns)) {
		table_drop(&attribute->wires, wire);
	}
}

void
socket_note(struct attribute *attribute, struct host *host,
    const struct endpoint_event *event, struct process *process)
{
	struct socket_key key;
	struct socket *socket;

	if ((event->flags & ENDPOINT_HAS_TUPLE) != 0) {
		socket_key_tuple(&key, &event->source_address,
		    event->source_port, &event->target_address,
		    event->target_port, event->protocol);
		socket = note(attribute, &key, host, event, process);
		meet_wire(attribute, socket, &event->source_address);
		socket_key_pair(
		    &key, &event->source_address, &event->target_address);
		(void)note(attribute, &key, host, event, process);
		return;
	}
	if ((event->flags & ENDPOINT_HAS_REMOTE) != 0) {
		socket_key_remote(&key, host->serial, &event->target_address,
		    event->target_port, event->protocol);
		(void)note(attribute, &key, host, event, process);
	}
	if (event->kind == ENDPOINT_BIND &&
	    (event->flags & ENDPOINT_HAS_LOCAL) != 0) {
		socket_key_bound(
		    &key, host->serial, event->source_port, event->protocol);
		(void)note(attribute, &key, host, event, process);
	}
}
