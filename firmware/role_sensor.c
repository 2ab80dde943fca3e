/*
 * The sensor: frames in, findings out, and nothing else in its power.
 *
 * It opens the interfaces, takes all the memory it will ever have, and is then
 * confined (firmware/confine.h); only after that it looks at a frame.
 *
 * Time on its line is that of the frames.  Where none come, the wall clock, by
 * which the kernel stamps them, moves it: but only once all rings have been
 * emptied, and a little behind, so that an answer that is still on its way up
 * is not taken for silence.
 *
 * A finding is only asked for while there is room for it on the way to the
 * ledger: until then the campaign is kept, and grows, in detection.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/health.h"
#include "firmware/mirror_port.h"
#include "firmware/role.h"
#include "firmware/sensor_evidence.h"
#include "pipeline/sensor_pipeline.h"

enum { BURSTS_AT_A_TIME = 16 }; /* Of one interface, before all else. */

#define TICK_NS (100 * NS_PER_MS)
/* What the kernel may still hold back: a block that is not full, twice over. */
#define LAG_NS (NS_PER_MS * 2 * CONFIG_CAPTURE_BLOCK_MS + NS_PER_MS * 30)
/* The line stands still while the clock has to catch up; not for longer. */
#define CLOCK_TOLERANCE_NS (60 * NS_PER_S)
/* At the end: for frames, and for the ledger to take what is left. */
#define FRAMES_PATIENCE_NS (1 * NS_PER_S)
#define FLUSH_PATIENCE_NS  (5 * NS_PER_S)

/* A mirror port that knows whose it is. */
struct sensor_port {
	struct sensor *sensor;
	struct mirror_port port;
};

struct sensor {
	struct role role;
	bool is_started;
	struct message_start_sensor start;
	struct region region;
	struct sensor_pipeline line;
	uint64_t latest_ns; /* Of the wall clock, as the line was told. */
	uint32_t clock_steps;
	struct timer tick;
	struct timer second;
	struct sensor_port ports[CONFIG_CAPTURE_COUNT];
	struct frame frames[CAPTURE_BURST];
	struct message_finding message;
	struct message_contacts contacts;
	struct message_names names;
	struct sensor_evidence evidence;
	struct sensor_health health;
};

static int sensor_run(int argc, char **argv);
static void take_order(
    void *context, const struct channel_header *header, int descriptor);
static void apply_policy(void *context);
static int prepare(struct sensor *sensor);
static size_t arena_bytes(const struct sensor *sensor);
static int open_ports(struct sensor *sensor, uint8_t *arena);
static int make_keys(struct sensor_keys *keys);
static void watch(struct sensor *sensor);
static void on_frames(void *context, uint32_t events);
static bool take_burst(struct sensor_port *port);
static bool take_all(struct sensor *sensor);
static void send_contacts(struct sensor *sensor);
static void send_names(struct sensor *sensor);
static void send_findings(struct sensor *sensor);
static void every_tick(void *context, uint64_t now_ns);
static void take_clock(struct sensor *sensor, uint64_t wall_ns);
static void every_second(void *context, uint64_t now_ns);
static void publish(struct sensor *sensor);
static void take_last_frames(struct sensor *sensor);
static void finish(struct sensor *sensor);
static void set_timer(
    struct sensor *sensor, struct timer *timer, uint64_t due_ns);

const struct command command_role_sensor = {
	.name = "role-sensor",
	.line = "the sensor of a running sensor",
	.text = "Started by \"spanwatch run\".\n",
	.is_hidden = true,
	.run = sensor_run,
};

static int
sensor_run(int argc, char **argv)
{
	static struct sensor sensor; /* With its region, all it ever has. */
	const struct role_terms terms = { .id = ROLE_SENSOR,
		.take_order = take_order,
		.apply_policy = apply_policy,
		.context = &sensor };
	int status;

	(void)argc;
	(void)argv;
	status = role_open(&sensor.role, &terms);
	if (status == ROLE_EXIT_DONE) {
		status = role_await(&sensor.role, &sensor.is_started);
	}
	if (status == ROLE_EXIT_DONE) {
		status = prepare(&sensor);
	}
	if (status == ROLE_EXIT_DONE) {
		publish(&sensor); /* There is a status from the first. */
		status = role_confine(&sensor.role, NULL);
	}
	if (status != ROLE_EXIT_DONE) {
		return status;
	}
	watch(&sensor);
	while (!sensor.role.is_stopping) {
		role_turn(&sensor.role);
	}
	finish(&sensor);
	return sensor.role.exit_status;
}

static void
take_order(void *context, const struct channel_header *header, int descriptor)
{
	struct sensor *sensor = context;

	if (header->type == MESSAGE_START_SENSOR && !sensor->is_started) {
		memcpy(&sensor->start, header, sizeof(sensor->start));
		sensor->is_started = true;
	}
	if (descriptor >= 0) {
		close(descriptor);
	}
}

static void
apply_policy(void *context)
{
	struct sensor *sensor = context;

	/* The first may be followed by another before all is prepared. */
	if (sensor->region.sealed) {
		sensor_pipeline_apply_policy(&sensor->line);
	}
}

/* Takes all memory, then opens the interfaces.  Returns an exit status. */
static int
prepare(struct sensor *sensor)
{
	struct role *role = &sensor->role;
	struct sensor_keys keys;
	uint8_t *arena;
	int error;
	int status;

	error = make_keys(&keys);
	if (error == 0) {
		error = region_init(&sensor->region,
		    sensor_pipeline_bytes() +
		        region_bytes(1, arena_bytes(sensor)));
	}
	if (error != 0) {
		fprintf(stderr,
		    "spanwatch run: there is no memory for the tables of the "
		    "sensor, %zu bytes: %s\n",
		    sensor_pipeline_bytes(), strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	sensor_pipeline_init(&sensor->line, &sensor->region, &keys,
	    &role->counters, &role->policy);
	sensor_pipeline_want_contacts(&sensor->line, true);
	arena = region_carve(&sensor->region, 1, arena_bytes(sensor));
	region_seal(&sensor->region);
	explicit_bzero(&keys, sizeof(keys));

	status = open_ports(sensor, arena);
	timer_init(&sensor->tick, every_tick, sensor);
	timer_init(&sensor->second, every_second, sensor);
	return status;
}

/* Room for a burst of the interface with the longest frames, which all share.
 */
static size_t
arena_bytes(const struct sensor *sensor)
{
	size_t longest = CAPTURE_SNAP_LENGTH_LEAST;

	for (uint32_t i = 0; i < sensor->start.capture_count; i++) {
		if (sensor->start.captures[i].snap_length > longest) {
			longest = sensor->start.captures[i].snap_length;
		}
	}
	return CAPTURE_LIVE_BYTES(longest);
}

static int
open_ports(struct sensor *sensor, uint8_t *arena)
{
	for (uint32_t i = 0; i < sensor->start.capture_count; i++) {
		struct mirror_port *port = &sensor->ports[i].port;
		int error;

		sensor->ports[i].sensor = sensor;
		port->settings = &sensor->start.captures[i];
		port->log = &sensor->role.log;
		port->loop = &sensor->role.loop;
		error = mirror_port_open(
		    port, &sensor->role.counters, arena, (uint8_t)i);
		if (error == 0) {
			continue;
		}
		if (sensor->start.needs_all == 1) {
			fprintf(stderr, "spanwatch run: %s\n",
			    port->live.capture.sentence);
			return error == -EINVAL ? ROLE_EXIT_INPUT
			                        : ROLE_EXIT_REFUSED;
		}
		log_warning(&sensor->role.log, "sensor",
		    "goes on without %s: %s", port->settings->interface,
		    port->live.capture.sentence);
	}
	return ROLE_EXIT_DONE;
}

/* The tables' keys are not to be guessed by who fills them. */
static int
make_keys(struct sensor_keys *keys)
{
	return getrandom(keys, sizeof(*keys), 0) == (ssize_t)sizeof(*keys)
	    ? 0
	    : -EIO;
}

static void
watch(struct sensor *sensor)
{
	uint64_t now_ns = clock_monotonic_ns();

	for (uint32_t i = 0; i < sensor->start.capture_count; i++) {
		mirror_port_watch(
		    &sensor->ports[i].port, on_frames, &sensor->ports[i]);
	}
	sensor->latest_ns = clock_wall_ns();
	every_tick(sensor, now_ns);
	every_second(sensor, now_ns);
}

static void
on_frames(void *context, uint32_t events)
{
	struct sensor_port *port = context;

	(void)events;
	for (int i = 0; i < BURSTS_AT_A_TIME && take_burst(port); i++) {
	}
	send_findings(port->sensor);
}

/* Takes what frames there are, a burst of them.  False: there are none now. */
static bool
take_burst(struct sensor_port *port)
{
	struct sensor *sensor = port->sensor;
	uint32_t count = mirror_port_next(&port->port, sensor->frames);

	for (uint32_t taken = 0; taken < count;) {
		taken += sensor_pipeline_frames(
		    &sensor->line, sensor->frames + taken, count - taken);
		if (taken < count) {
			send_findings(sensor);
		}
	}
	return count > 0;
}

/* A burst of every port.  True: no frame was left anywhere. */
static bool
take_all(struct sensor *sensor)
{
	bool is_empty = true;

	for (uint32_t i = 0; i < sensor->start.capture_count; i++) {
		if (take_burst(&sensor->ports[i])) {
			is_empty = false;
		}
	}
	return is_empty;
}

/* Contacts before the findings that they belong to: those who attribute want
 * them first.  Where the ledger is slow they wait, then are dropped by the
 * line, which counts them. */
static void
send_contacts(struct sensor *sensor)
{
	struct channel *ledger = &sensor->role.links[ROLE_LEDGER].channel;
	struct message_contacts *message = &sensor->contacts;

	while (channel_has_room(ledger)) {
		memset(message, 0, sizeof(*message));
		while (message->count < MESSAGE_CONTACT_COUNT &&
		    sensor_pipeline_next_contact(
		        &sensor->line, &message->contacts[message->count])) {
			message->count++;
		}
		if (message->count == 0) {
			return;
		}
		channel_send(
		    ledger, MESSAGE_CONTACTS, message, sizeof(*message), -1);
	}
}

/* One message at a time, so that who invents names by the thousand does not
 * keep findings waiting. */
static void
send_names(struct sensor *sensor)
{
	struct channel *ledger = &sensor->role.links[ROLE_LEDGER].channel;
	struct message_names *message = &sensor->names;

	if (!channel_has_room(ledger)) {
		return;
	}
	memset(message, 0, sizeof(*message));
	while (message->count < MESSAGE_NAME_COUNT &&
	    sensor_pipeline_next_name(
	        &sensor->line, &message->names[message->count])) {
		message->count++;
	}
	if (message->count > 0) {
		channel_send(
		    ledger, MESSAGE_NAMES, message, sizeof(*message), -1);
	}
}

static void
send_findings(struct sensor *sensor)
{
	struct channel *ledger = &sensor->role.links[ROLE_LEDGER].channel;

	send_names(sensor);
	send_contacts(sensor);
	while (channel_has_room(ledger) &&
	    sensor_pipeline_next_finding(
	        &sensor->line, &sensor->message.finding)) {
		channel_send(ledger, MESSAGE_FINDING, &sensor->message,
		    sizeof(sensor->message), -1);
		memset(&sensor->message, 0, sizeof(sensor->message));
	}
	(void)sensor_evidence_send(&sensor->evidence, &sensor->line, ledger);
}

/* Also asks the interfaces that show nothing, since that is how one that is
 * gone is noticed. */
static void
every_tick(void *context, uint64_t now_ns)
{
	struct sensor *sensor = context;
	uint64_t wall_ns =
	    clock_wall_ns(); /* Before the rings are looked at. */

	if (take_all(sensor)) {
		take_clock(sensor, wall_ns);
	}
	send_findings(sensor);
	set_timer(sensor, &sensor->tick, now_ns + TICK_NS);
}

/* No frame from before 'wall_ns', less the lag, is still to come. */
static void
take_clock(struct sensor *sensor, uint64_t wall_ns)
{
	if (wall_ns + CLOCK_TOLERANCE_NS < sensor->latest_ns) {
		log_warning(&sensor->role.log, "sensor",
		    "the clock was set back by %llu s: begins anew",
		    (unsigned long long)((sensor->latest_ns - wall_ns) /
		        NS_PER_S));
		role_stop(&sensor->role, ROLE_EXIT_CLOCK);
		return;
	}
	if (wall_ns + NS_PER_S < sensor->latest_ns) {
		sensor->clock_steps++;
	}
	sensor->latest_ns = wall_ns;
	sensor_pipeline_tick(&sensor->line, wall_ns - LAG_NS);
}

static void
every_second(void *context, uint64_t now_ns)
{
	struct sensor *sensor = context;

	for (uint32_t i = 0; i < sensor->start.capture_count; i++) {
		uint64_t drops = mirror_port_drops(&sensor->ports[i].port);

		if (drops > 0) {
			sensor_pipeline_dropped(&sensor->line, drops);
		}
	}
	publish(sensor);
	set_timer(sensor, &sensor->second, now_ns + NS_PER_S);
}

static void
publish(struct sensor *sensor)
{
	struct sensor_health *health = &sensor->health;
	const struct sensor_pipeline *line = &sensor->line;

	health->started_ns = sensor->role.started_ns;
	health->policy_version = sensor->role.policy.version;
	health->interface_count = sensor->start.capture_count;
	health->memory_planned = sensor->region.size;
	health->memory_used = sensor->region.used;
	health->findings_waiting =
	    channel_waiting(&sensor->role.links[ROLE_LEDGER].channel);
	health->clock_steps = sensor->clock_steps;
	for (uint32_t i = 0; i < health->interface_count; i++) {
		mirror_port_show(
		    &sensor->ports[i].port, &health->interfaces[i]);
	}
	health->gauges[HEALTH_ATTEMPTS] =
	    (struct health_gauge){ flow_attempts_held(line->flow),
		    CONFIG_FLOW_ATTEMPT_COUNT };
	health->gauges[HEALTH_CONVERSATIONS] =
	    (struct health_gauge){ flow_conversations_held(line->flow),
		    CONFIG_FLOW_COUNT };
	health->gauges[HEALTH_SOURCES] =
	    (struct health_gauge){ detect_sources_held(line->detect),
		    CONFIG_DETECT_SOURCE_COUNT };
	health->gauges[HEALTH_CAMPAIGNS] =
	    (struct health_gauge){ detect_campaigns_held(line->detect),
		    CONFIG_DETECT_CAMPAIGN_COUNT };
	health->counters = sensor->role.counters;
	role_publish(&sensor->role, health);
}

/* Takes the frames that had arrived, also those in a block that the kernel has
 * still to hand over; but no more than it can in a while, since others keep
 * coming. */
static void
take_last_frames(struct sensor *sensor)
{
	uint64_t now_ns = clock_monotonic_ns();
	uint64_t lag_end_ns = now_ns + LAG_NS;
	uint64_t end_ns = lag_end_ns + FRAMES_PATIENCE_NS;

	while (now_ns < lag_end_ns &&
	    loop_wait(&sensor->role.loop, CONFIG_CAPTURE_BLOCK_MS) >= 0) {
		now_ns = clock_monotonic_ns();
	}
	while (!take_all(sensor) && clock_monotonic_ns() < end_ns) {
		send_findings(sensor);
	}
}

/* Tells what is not told yet, and gives the ledger time to take it. */
static void
finish(struct sensor *sensor)
{
	struct role *role = &sensor->role;
	struct channel *ledger = &role->links[ROLE_LEDGER].channel;
	uint64_t end_ns;

	take_last_frames(sensor);
	sensor_pipeline_finish(&sensor->line);
	send_findings(sensor);
	end_ns = clock_monotonic_ns() + FLUSH_PATIENCE_NS;
	while (channel_is_attached(ledger) && channel_waiting(ledger) > 0 &&
	    clock_monotonic_ns() < end_ns) {
		if (loop_wait(&role->loop, 100) < 0) {
			break;
		}
		send_findings(sensor);
	}
	publish(sensor);
	role_close(role);
}

static void
set_timer(struct sensor *sensor, struct timer *timer, uint64_t due_ns)
{
	bool is_set = timer_set(&sensor->role.timers, timer, due_ns);

	SW_ASSERT(is_set); /* There are fewer timers than places. */
}
