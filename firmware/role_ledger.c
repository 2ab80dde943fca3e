/*
 * The ledger: takes findings from the sensor, makes alerts of them, tells them,
 * and answers those who ask for the status.
 *
 * When the sensor has ended, so have the alerts that it left open; they are
 * told as fast as the reader of standard output takes them.
 *
 * Each revision of an alert is a line in the log and, where `run --json` asked
 * for it, one on standard output (firmware/output.h).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "alert/summary.h"
#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/ledger.h"

/* How long the reader of standard output is waited for at the end. */
#define FLUSH_PATIENCE_NS (2 * NS_PER_S)

static void take_order(
    void *context, const struct channel_header *header, int descriptor);
static void take_page(
    struct ledger *ledger, const struct message_role *message, int descriptor);
static void tell_revisions(struct ledger *ledger);
static void take_peer(void *context, enum role_id with);
static void tell_orphans(struct ledger *ledger);
static void apply_policy(void *context);
static void print(void *context, const char *line, size_t size);
static bool recall(
    void *context, const char *id, struct ledger_recollection *recollection);
static char *make_report(
    void *context, const struct local_request *request, size_t *size);
static void every_second(void *context, uint64_t now_ns);
static void seed_json(void);
static int prepare(struct ledger *ledger);
static int serve(struct ledger *ledger);
static void open_servers(struct ledger *ledger);
static void find_sensor(struct ledger *ledger);
static void finish(struct ledger *ledger);
static int ledger_run(int argc, char **argv);

const struct command command_role_ledger = {
	.name = "role-ledger",
	.line = "the ledger of a running sensor",
	.text = "Started by \"spanwatch run\".\n",
	.is_hidden = true,
	.run = ledger_run,
};

static int
ledger_run(int argc, char **argv)
{
	static struct ledger ledger; /* All it will ever have, but for JSON. */
	const struct role_terms terms = { .id = ROLE_LEDGER,
		.take_order = take_order,
		.take_message = ledger_take_message,
		.peer_changed = take_peer,
		.apply_policy = apply_policy,
		.context = &ledger };
	int status;

	(void)argc;
	(void)argv;
	ledger.status_fd = -1;
	ledger.control_fd = -1;
	ledger.config_fd = -1;
	ledger.status_server.listen_fd = -1;
	ledger.control_server.listen_fd = -1;
	ledger.output.fd = -1;
	status = role_open(&ledger.role, &terms);
	if (status == ROLE_EXIT_DONE) {
		/* The sensor may speak at once. */
		status = prepare(&ledger);
	}
	if (status == ROLE_EXIT_DONE) {
		status = role_await(&ledger.role, &ledger.is_started);
	}
	if (status == ROLE_EXIT_DONE) {
		status = serve(&ledger);
	}
	return status;
}

/* Takes the memory of the tables.  Returns an exit status. */
static int
prepare(struct ledger *ledger)
{
	struct hash_key key;
	size_t bytes = ledger_pipeline_bytes();
	int error = region_init(&ledger->region, bytes);

	if (error == 0 && getrandom(&key, sizeof(key), 0) != sizeof(key)) {
		error = -EIO;
	}
	if (error != 0) {
		fprintf(stderr,
		    "spanwatch run: there is no memory for the tables of the "
		    "ledger, %zu bytes: %s\n",
		    bytes, strerror(-error));
		return ROLE_EXIT_REFUSED;
	}
	ledger_pipeline_init(&ledger->pipeline, &ledger->region, &key,
	    &ledger->role.policy, &ledger->role.counters);
	region_seal(&ledger->region);
	explicit_bzero(&key, sizeof(key));
	keeping_init(&ledger->keeping, &ledger->role.counters, print, ledger);
	ledger->pipeline.recall = recall;
	ledger->pipeline.recall_context = ledger;
	return ROLE_EXIT_DONE;
}

static int
serve(struct ledger *ledger)
{
	struct role *role = &ledger->role;
	const char *folder;
	int status;

	seed_json();
	ledger_learn_accounts(ledger);
	if (ledger->prints_json) {
		output_open(
		    &ledger->output, &role->loop, &role->log, &role->counters);
	}
	open_servers(ledger);
	timer_init(&ledger->second, every_second, ledger);
	folder = ledger_prepare_store(ledger);
	status = role_confine(role, folder);
	if (status != ROLE_EXIT_DONE) {
		return status;
	}
	ledger_open_store(ledger);
	every_second(ledger, clock_monotonic_ns());
	while (!role->is_stopping) {
		role_turn(role);
		tell_revisions(ledger);
		tell_orphans(ledger);
		ledger_commit(ledger);
		ledger_forward(ledger);
	}
	finish(ledger);
	return role->exit_status;
}

static void
open_servers(struct ledger *ledger)
{
	struct role *role = &ledger->role;

	ledger->status_server.loop = &role->loop;
	ledger->status_server.timers = &role->timers;
	ledger->status_server.answer = make_report;
	ledger->status_server.context = ledger;
	ledger->status_server.client_limit = LOCAL_CLIENT_COUNT;
	ledger->control_server = ledger->status_server;
	ledger->control_server.answer = ledger_answer;
	ledger->control_server.client_limit = LEDGER_CLIENTS;
	ledger->control_server.request_size = LEDGER_REQUEST_SIZE;
	if (ledger->status_fd >= 0 &&
	    local_server_open(&ledger->status_server, ledger->status_fd) != 0) {
		log_error(&role->log, "ledger", "the status cannot be served");
	}
	if (ledger->control_fd >= 0 &&
	    local_server_open(&ledger->control_server, ledger->control_fd) !=
	        0) {
		log_error(&role->log, "ledger", "requests cannot be served");
	}
}

/* Takes what the sensor, which has ended, had still said; and waits a little
 * for the reader of standard output. */
static void
finish(struct ledger *ledger)
{
	struct role *role = &ledger->role;
	uint64_t end_ns = clock_monotonic_ns() + FLUSH_PATIENCE_NS;

	local_server_close(&ledger->status_server);
	local_server_close(&ledger->control_server);
	while (channel_is_attached(&role->links[ROLE_SENSOR].channel) &&
	    clock_monotonic_ns() < end_ns && loop_wait(&role->loop, 100) > 0) {
	}
	tell_revisions(ledger);
	tell_orphans(ledger);
	ledger_commit(ledger);
	while (!output_is_empty(&ledger->output) &&
	    clock_monotonic_ns() < end_ns) {
		if (loop_wait(&role->loop, 100) < 0) {
			break;
		}
		tell_orphans(ledger);
		ledger_commit(ledger);
	}
	output_close(&ledger->output);
	keeping_close(&ledger->keeping, clock_wall_ns());
	role_close(role);
}

static void
take_order(void *context, const struct channel_header *header, int descriptor)
{
	struct ledger *ledger = context;

	switch (header->type) {
	case MESSAGE_PAGE:
		take_page(ledger, (const void *)header, descriptor);
		return;
	case MESSAGE_STATUS_SOCKET:
		if (!ledger->is_started) {
			ledger->status_fd = descriptor;
			return;
		}
		break;
	case MESSAGE_CONTROL_SOCKET:
		if (!ledger->is_started) {
			ledger->control_fd = descriptor;
			return;
		}
		break;
	case MESSAGE_CONFIGURATION:
		ledger_take_configuration(ledger, descriptor);
		return;
	case MESSAGE_START_LEDGER: {
		const struct message_start_ledger *start = (const void *)header;

		ledger->prints_json = start->prints_json == 1;
		ledger->is_started = true;
		break;
	}
	default:
		break;
	}
	if (descriptor >= 0) {
		close(descriptor);
	}
}

static void
take_page(
    struct ledger *ledger, const struct message_role *message, int descriptor)
{
	struct stats_page *page = &ledger->pages[message->role];
	int error;

	if (page->shared == NULL) {
		error = stats_page_open_reader(
		    page, descriptor, health_size(message->role));
		if (error != 0) {
			log_error(&ledger->role.log, "ledger",
			    "the page of the %s cannot be read: %s",
			    role_name(message->role), strerror(-error));
		}
	}
	close(descriptor);
}

/* Tells the alerts of which more is known since logs have come. */
static void
tell_revisions(struct ledger *ledger)
{
	while (output_has_room(&ledger->output, ALERT_JSON_SIZE) &&
	    ledger_pipeline_next_revision(
	        &ledger->pipeline, clock_wall_ns(), &ledger->alert)) {
		ledger_tell(ledger);
	}
}

static void
take_peer(void *context, enum role_id with)
{
	struct ledger *ledger = context;

	if (with == ROLE_SENSOR) {
		ledger_pipeline_sensor_ended(&ledger->pipeline);
	}
	if (role_forwards(with)) {
		ledger_forward_anew(ledger, with);
	}
}

/* Since when the sensor has run: what was told before is another's.  Once it is
 * known, all that was restored has been looked at. */
static void
find_sensor(struct ledger *ledger)
{
	struct sensor_health *sensor = &ledger->view.sensor;
	struct stats_page *page = &ledger->pages[ROLE_SENSOR];
	uint64_t heartbeat_ns;

	if (!ledger->knows_sensor && page->shared != NULL &&
	    stats_page_read(page, sensor, &heartbeat_ns) &&
	    sensor_health_is_sound(sensor) && sensor->started_ns != 0) {
		ledger->knows_sensor = true;
		ledger_pipeline_sensor_since(
		    &ledger->pipeline, sensor->started_ns);
	}
}

/* What an earlier life told of an alert, if the store has it. */
static bool
recall(void *context, const char *id, struct ledger_recollection *recollection)
{
	struct ledger *ledger = context;
	json_t *object;
	bool is_sound;

	if (!keeping_recall(&ledger->keeping, id, &object, &ledger->recalled)) {
		return false;
	}
	recollection->revision = ledger->recalled.row.revision;
	is_sound = people_from_json(object, &recollection->people);
	json_decref(object);
	return is_sound;
}

static void
tell_orphans(struct ledger *ledger)
{
	while (output_has_room(&ledger->output, ALERT_JSON_SIZE) &&
	    ledger_pipeline_next_orphan(
	        &ledger->pipeline, clock_wall_ns(), &ledger->alert)) {
		ledger_tell(ledger);
	}
}

/* The pipeline looks at role.policy itself. */
static void
apply_policy(void *context)
{
	(void)context;
}

void
ledger_tell(struct ledger *ledger)
{
	const struct alert *alert = &ledger->alert;
	struct keeping_state state = { .bytes = &ledger->state,
		.size = sizeof(ledger->state) };
	bool has_state;
	char text[SUMMARY_SIZE];
	struct strbuf summary;

	strbuf_init(&summary, text, sizeof(text));
	summary_add(alert, &summary);
	log_info(&ledger->role.log, "alert", "%s revision %u, %s %u%s: %s",
	    alert->id, alert->revision,
	    severity_level_name(alert->severity.level), alert->severity.score,
	    alert->finding.active ? "" : ", ended", text);
	ledger->last = *alert;
	ledger->has_last = true;
	has_state = ledger->keeping.has_store && alert->finding.active &&
	    ledger_pipeline_save(&ledger->pipeline, alert->id, &ledger->state);
	keeping_alert(&ledger->keeping, alert, has_state ? &state : NULL);
}

/* An alert that is stored, or cannot be. */
static void
print(void *context, const char *line, size_t size)
{
	struct ledger *ledger = context;

	if (ledger->prints_json) {
		output_line(&ledger->output, line, size);
	}
}

static char *
make_report(void *context, const struct local_request *request, size_t *size)
{
	struct ledger *ledger = context;
	struct status_view *view = &ledger->view;

	(void)request;
	counter_increment(&ledger->role.counters, COUNTER_LEDGER_STATUS_ASKED);
	view->now_ns = clock_wall_ns();
	view->monotonic_ns = clock_monotonic_ns();
	view->policy = &ledger->role.policy;
	view->pages = ledger->pages;
	view->counters = &ledger->role.counters;
	view->attribute = ledger->pipeline.attribute;
	view->alerts = ledger->pipeline.alerts;
	view->revisions = ledger->pipeline.revisions;
	view->last = ledger->has_last ? &ledger->last : NULL;
	for (uint32_t i = 0; i < ledger->keeping.destination_count; i++) {
		view->soc_waiting[i] = keeping_waiting(&ledger->keeping, i);
	}
	ledger_view_store(ledger, view);
	return status_report(view, size);
}

static void
every_second(void *context, uint64_t now_ns)
{
	struct ledger *ledger = context;
	bool is_set;

	ledger_look_after_store(ledger, clock_wall_ns());
	ledger_look_after_health(ledger, clock_wall_ns());
	ledger_heartbeats(ledger, clock_wall_ns());
	find_sensor(ledger);
	ledger->health.started_ns = ledger->role.started_ns;
	ledger->health.policy_version = ledger->role.policy.version;
	ledger->health.counters = ledger->role.counters;
	role_publish(&ledger->role, &ledger->health);
	is_set =
	    timer_set(&ledger->role.timers, &ledger->second, now_ns + NS_PER_S);
	SW_ASSERT(is_set);
}

/* jansson would open a file for it later. */
static void
seed_json(void)
{
	size_t seed = 0;

	if (getrandom(&seed, sizeof(seed), 0) != (ssize_t)sizeof(seed) ||
	    seed == 0) {
		seed = 1;
	}
	json_object_seed(seed);
}
