/*
 * The collector: logs of endpoints in, events out.
 *
 * It opens its sockets and reads its certificate, takes all the memory it will
 * ever have, and is then confined (firmware/confine.h); only after that it
 * looks at what anybody sent.  Room syslog makes messages of it, room endpoint
 * events of them, and those go to the ledger, many in one message.
 *
 * While the ledger is slow nothing more is read: streams then wait at their
 * senders and datagrams in the kernel, which counts those that it has to drop.
 *
 * It cannot connect to anybody: the supervisor has relays called for it.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "endpoint/endpoint.h"
#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/dial.h"
#include "firmware/health.h"
#include "firmware/log_samples.h"
#include "firmware/log_sockets.h"
#include "firmware/role.h"
#include "syslog/syslog.h"

enum {
	/* Of the queue to the ledger, what one turn may fill. */
	ROOM_FOR_A_TURN = 6,
};

_Static_assert((int)ENDPOINT_OUTCOME_COUNT <= (int)PEER_VERDICTS,
    "a peer's outcomes are counted one by one");

/* At the end: for the ledger to take what is left. */
#define FLUSH_PATIENCE_NS (5 * NS_PER_S)

/* A call that is being made. */
struct call {
	struct collector *collector;
	uint32_t relay;
	int fd; /* -1: none. */
};

struct collector {
	struct role role;
	bool is_started;
	bool is_watched; /* For what comes. */
	struct message_start_collector start;
	struct region region;
	struct tls tls;
	struct syslog syslog;
	struct endpoint *endpoint;
	struct timer tick;
	struct timer second;
	struct call calls[CONFIG_ADDRESS_COUNT];
	struct hash_key key;
	struct log_samples samples;
	struct log_limit held_back;
	struct endpoint_event event;
	struct message_endpoint_events batch;
	struct collector_health health;
};

static int collector_run(int argc, char **argv);
static void take_order(
    void *context, const struct channel_header *header, int descriptor);
static void apply_policy(void *context);
static int prepare(struct collector *collector);
static int take_memory(struct collector *collector);
static struct syslog_now now(void);
static void on_logs(void *context, uint32_t events);
static void watch(struct collector *collector);
static bool ledger_has_room(const struct collector *collector);
static uint8_t take_log(void *context, const struct syslog_message *message);
static void add_event(struct collector *collector);
static void send_batch(struct collector *collector);
static void send_sample(struct collector *collector,
    const struct syslog_message *message, enum endpoint_outcome outcome);
static void call_relays(struct collector *collector);
static void take_call(
    struct collector *collector, uint32_t relay, int descriptor);
static void on_call(void *context, uint32_t events);
static void every_tick(void *context, uint64_t now_ns);
static void every_second(void *context, uint64_t now_ns);
static void publish(struct collector *collector);
static void show_peer(const struct peer *peer, struct health_peer *shown);
static void finish(struct collector *collector);
static void set_timer(
    struct collector *collector, struct timer *timer, uint64_t due_ns);

const struct command command_role_collector = {
	.name = "role-collector",
	.line = "the collector of a running sensor",
	.text = "Started by \"spanwatch run\".\n",
	.is_hidden = true,
	.run = collector_run,
};

static int
collector_run(int argc, char **argv)
{
	static struct collector collector; /* With its region, all it has. */
	const struct role_terms terms = { .id = ROLE_COLLECTOR,
		.take_order = take_order,
		.apply_policy = apply_policy,
		.context = &collector };
	struct role *role = &collector.role;
	int status;

	(void)argc;
	(void)argv;
	status = role_open(role, &terms);
	if (status == ROLE_EXIT_DONE) {
		status = role_await(role, &collector.is_started);
	}
	if (status == ROLE_EXIT_DONE) {
		status = prepare(&collector);
	}
	if (status == ROLE_EXIT_DONE) {
		publish(&collector);
		status = role_confine(role, NULL);
	}
	if (status != ROLE_EXIT_DONE) {
		return status;
	}
	every_tick(&collector, clock_monotonic_ns());
	every_second(&collector, clock_monotonic_ns());
	while (!role->is_stopping) {
		watch(&collector);
		role_turn(role);
		send_batch(&collector);
	}
	finish(&collector);
	return role->exit_status;
}

static void
take_order(void *context, const struct channel_header *header, int descriptor)
{
	struct collector *collector = context;

	if (header->type == MESSAGE_START_COLLECTOR && !collector->is_started) {
		memcpy(&collector->start, header, sizeof(collector->start));
		collector->is_started = true;
	}
	if (header->type == MESSAGE_DIALED) {
		const struct message_relay *dialed = (const void *)header;

		take_call(collector, dialed->relay, descriptor);
		return;
	}
	if (descriptor >= 0) {
		close(descriptor);
	}
}

/* Nothing in it is for the collector. */
static void
apply_policy(void *context)
{
	(void)context;
}

/* Takes all memory, then opens the sockets.  Returns an exit status. */
static int
prepare(struct collector *collector)
{
	const struct config_endpoint_logs *logs = &collector->start.logs;
	struct role *role = &collector->role;
	struct syslog_terms terms = { .counters = &role->counters,
		.log = &role->log,
		.limits = { .rate_bytes = logs->peer_rate_bytes,
		    .connection_count = logs->peer_connections },
		.idle_ns = logs->idle_ns,
		.useful_verdicts = ENDPOINT_INCOMPLETE + 1,
		.take = take_log,
		.context = collector };
	int error = take_memory(collector);

	if (error == 0) {
		terms.key = collector->key;
		terms.tls = &collector->tls;
		error =
		    syslog_init(&collector->syslog, &collector->region, &terms);
	}
	if (error != 0) {
		fprintf(stderr,
		    "spanwatch run: there is no memory for the logs of "
		    "endpoints, %zu bytes: %s\n",
		    syslog_bytes() + endpoint_bytes(), strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	region_seal(&collector->region);
	for (uint32_t i = 0; i < ARRAY_SIZE(collector->calls); i++) {
		collector->calls[i] = (struct call){ collector, i, -1 };
	}
	timer_init(&collector->tick, every_tick, collector);
	timer_init(&collector->second, every_second, collector);
	collector->held_back = (struct log_limit)LOG_LIMIT(10 * NS_PER_S);
	return log_sockets_open(&collector->syslog, &collector->tls, &role->log,
	    logs, collector->start.needs_all == 1);
}

static int
take_memory(struct collector *collector)
{
	int error =
	    region_init(&collector->region, syslog_bytes() + endpoint_bytes());

	if (error != 0) {
		return error;
	}
	/* Tables' keys are not to be guessed by who fills them. */
	if (getrandom(&collector->key, sizeof(collector->key), 0) !=
	    (ssize_t)sizeof(collector->key)) {
		return -EIO;
	}
	collector->samples.key = collector->key;
	collector->endpoint =
	    endpoint_init(&collector->region, &collector->role.counters);
	return 0;
}

static struct syslog_now
now(void)
{
	return (struct syslog_now){ .monotonic_ns = clock_monotonic_ns(),
		.wall_ns = clock_wall_ns() };
}

static void
on_logs(void *context, uint32_t events)
{
	struct collector *collector = context;
	const struct syslog_now moment = now();

	(void)events;
	if (ledger_has_room(collector)) {
		syslog_turn(&collector->syslog, &moment);
	}
}

/* Reads only while the ledger takes what comes of it. */
static void
watch(struct collector *collector)
{
	struct loop *loop = &collector->role.loop;
	bool has_room = ledger_has_room(collector);
	int error;

	if (has_room && !collector->is_watched) {
		error = loop_add(loop, collector->syslog.epoll_fd, EPOLLIN,
		    on_logs, collector);
		SW_ASSERT(error == 0); /* There are more places. */
		collector->is_watched = true;
	} else if (!has_room && collector->is_watched) {
		loop_remove(loop, collector->syslog.epoll_fd);
		collector->is_watched = false;
		counter_increment(
		    &collector->role.counters, COUNTER_COLLECTOR_HELD_BACK);
		log_limited(&collector->role.log, &collector->held_back,
		    LOG_LEVEL_WARNING, "collector",
		    "the ledger is slow: logs are not read for a while");
	}
}

static bool
ledger_has_room(const struct collector *collector)
{
	return channel_waiting(&collector->role.links[ROLE_LEDGER].channel) +
	    ROOM_FOR_A_TURN <=
	    MESSAGE_QUEUE_COUNT;
}

static uint8_t
take_log(void *context, const struct syslog_message *message)
{
	struct collector *collector = context;
	const struct endpoint_message in = { .bytes = message->bytes,
		.size = message->size,
		.arrival_ns = message->arrival_ns,
		.sender = message->sender,
		.is_cut = message->is_cut,
		.is_plain = message->transport != SYSLOG_TLS };
	enum endpoint_outcome outcome =
	    endpoint_parse(collector->endpoint, &in, &collector->event);

	if (outcome == ENDPOINT_EVENT) {
		add_event(collector);
	} else if (outcome > ENDPOINT_INCOMPLETE &&
	    log_samples_take(&collector->samples, message->sender, outcome,
	        collector->syslog.now.monotonic_ns)) {
		send_sample(collector, message, outcome);
	}
	return (uint8_t)outcome;
}

static void
add_event(struct collector *collector)
{
	bool is_added;

	counter_increment(&collector->role.counters, COUNTER_COLLECTOR_EVENTS);
	if (message_add_event(&collector->batch, &collector->event)) {
		return;
	}
	send_batch(collector);
	is_added = message_add_event(&collector->batch, &collector->event);
	SW_ASSERT(is_added);
}

static void
send_batch(struct collector *collector)
{
	struct message_endpoint_events *batch = &collector->batch;

	if (batch->count == 0) {
		return;
	}
	if (!channel_send(&collector->role.links[ROLE_LEDGER].channel,
	        MESSAGE_ENDPOINT_EVENTS, batch, message_events_size(batch),
	        -1)) {
		counter_add(&collector->role.counters,
		    COUNTER_COLLECTOR_EVENTS_DROPPED, batch->count);
	}
	batch->count = 0;
	batch->size = 0;
}

static void
send_sample(struct collector *collector, const struct syslog_message *message,
    enum endpoint_outcome outcome)
{
	struct message_endpoint_failure failure = { .outcome = outcome };

	failure.sample_size = message->size < sizeof(failure.sample)
	    ? (uint32_t)message->size
	    : (uint32_t)sizeof(failure.sample);
	memcpy(failure.sample, message->bytes, failure.sample_size);
	(void)snprintf(
	    failure.sender, sizeof(failure.sender), "%s", message->sender);
	channel_send(&collector->role.links[ROLE_LEDGER].channel,
	    MESSAGE_ENDPOINT_FAILURE, &failure, sizeof(failure), -1);
}

static void
call_relays(struct collector *collector)
{
	uint32_t wanted;

	while ((wanted = syslog_wanted_relay(&collector->syslog)) != 0) {
		struct message_relay message = { .relay = wanted - 1 };

		channel_send(&collector->role.links[ROLE_SUPERVISOR].channel,
		    MESSAGE_DIAL, &message, sizeof(message), -1);
	}
}

/* 'descriptor' will tell how it goes. */
static void
take_call(struct collector *collector, uint32_t relay, int descriptor)
{
	struct call *call;

	if (relay >= ARRAY_SIZE(collector->calls)) {
		close(descriptor);
		return;
	}
	call = &collector->calls[relay];
	if (call->fd >= 0) {
		loop_remove(&collector->role.loop, call->fd);
		close(call->fd);
	}
	call->fd = descriptor;
	if (loop_add(&collector->role.loop, descriptor, EPOLLIN, on_call,
	        call) != 0) {
		close(descriptor);
		call->fd = -1;
	}
}

static void
on_call(void *context, uint32_t events)
{
	struct call *call = context;
	struct collector *collector = call->collector;
	const struct syslog_now moment = now();
	char why[DIAL_WHY_SIZE];
	int fd = dial_receive(call->fd, why);

	(void)events;
	collector->syslog.now = moment;
	loop_remove(&collector->role.loop, call->fd);
	close(call->fd);
	call->fd = -1;
	if (call->relay < collector->syslog.relay_count) {
		syslog_attach_relay(&collector->syslog, call->relay, fd, why);
	} else if (fd >= 0) {
		close(fd);
	}
}

static void
every_tick(void *context, uint64_t now_ns)
{
	struct collector *collector = context;
	const struct syslog_now moment = now();

	/* What it gives may find no room: it is little, and counted. */
	syslog_tick(&collector->syslog, &moment);
	call_relays(collector);
	set_timer(collector, &collector->tick, now_ns + SYSLOG_TICK_NS);
}

static void
every_second(void *context, uint64_t now_ns)
{
	struct collector *collector = context;

	publish(collector);
	set_timer(collector, &collector->second, now_ns + NS_PER_S);
}

static void
publish(struct collector *collector)
{
	static struct peer top[HEALTH_PEERS];
	struct collector_health *health = &collector->health;
	struct syslog *syslog = &collector->syslog;

	health->started_ns = collector->role.started_ns;
	health->policy_version = collector->role.policy.version;
	health->listeners = syslog->listener_count;
	health->connections = syslog->stream_count;
	health->tls_connections = syslog->tls_count;
	health->relays = syslog->relay_count;
	health->relays_connected = 0;
	for (uint32_t i = 0; i < syslog->relay_count; i++) {
		health->relays_connected += syslog->relays[i].stream != 0;
	}
	health->peers_known = syslog->peers.table.used;
	health->memory_planned = collector->region.size;
	health->peer_count = peers_top(&syslog->peers, top, HEALTH_PEERS);
	for (uint32_t i = 0; i < health->peer_count; i++) {
		show_peer(&top[i], &health->peers[i]);
	}
	health->counters = collector->role.counters;
	role_publish(&collector->role, health);
}

static void
show_peer(const struct peer *peer, struct health_peer *shown)
{
	memset(shown, 0, sizeof(*shown));
	memcpy(shown->address, peer->text, sizeof(peer->text));
	shown->messages = peer->messages;
	shown->bytes = peer->bytes;
	shown->connections = peer->connections;
	memcpy(shown->outcomes, peer->verdicts, sizeof(shown->outcomes));
	memcpy(shown->events, peer->events, sizeof(shown->events));
}

/* Tells what is not told yet, and gives the ledger time to take it. */
static void
finish(struct collector *collector)
{
	struct role *role = &collector->role;
	struct channel *ledger = &role->links[ROLE_LEDGER].channel;
	uint64_t end_ns = clock_monotonic_ns() + FLUSH_PATIENCE_NS;

	collector->syslog.now = now();
	syslog_close_streams(&collector->syslog);
	send_batch(collector);
	while (channel_is_attached(ledger) && channel_waiting(ledger) > 0 &&
	    clock_monotonic_ns() < end_ns) {
		if (collector->is_watched) {
			loop_remove(&role->loop, collector->syslog.epoll_fd);
			collector->is_watched = false;
		}
		if (loop_wait(&role->loop, 100) < 0) {
			break;
		}
	}
	publish(collector);
	syslog_finish(&collector->syslog);
	tls_close(&collector->tls);
	role_close(role);
}

static void
set_timer(struct collector *collector, struct timer *timer, uint64_t due_ns)
{
	bool is_set = timer_set(&collector->role.timers, timer, due_ns);

	SW_ASSERT(is_set); /* There are fewer timers than places. */
}
