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

#include "alert/alert_json.h"
#include "alert/summary.h"
#include "alert/words.h"
#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/health.h"
#include "firmware/output.h"
#include "firmware/role.h"
#include "firmware/status_report.h"
#include "firmware/status_server.h"
#include "pipeline/ledger_pipeline.h"

/* How long the reader of standard output is waited for at the end. */
#define FLUSH_PATIENCE_NS (2 * NS_PER_S)

struct ledger {
	struct role role;
	bool is_started;
	bool prints_json;
	int status_fd; /* To listen at; -1: none came. */
	struct region region;
	struct ledger_pipeline pipeline;
	struct status_server server;
	struct stats_page pages[ROLE_COUNT];
	struct timer second; /* Once a second. */
	struct alert alert;
	struct alert last; /* The last that was told. */
	bool has_last;
	struct status_view view;
	struct ledger_health health;
	char line[ALERT_JSON_SIZE];
	struct output output;
};

static void take_order(
    void *context, const struct channel_header *header, int descriptor);
static void take_page(
    struct ledger *ledger, const struct message_role *message, int descriptor);
static void take_message(void *context, const struct channel_header *header);
static void take_finding(
    struct ledger *ledger, const struct message_finding *message);
static void take_contacts(
    struct ledger *ledger, const struct message_contacts *message);
static void take_names(
    struct ledger *ledger, const struct message_names *message);
static void take_events(
    struct ledger *ledger, const struct message_endpoint_events *message);
static void take_event(
    struct ledger *ledger, const struct endpoint_event *event);
static void take_failure(
    struct ledger *ledger, const struct message_endpoint_failure *message);
static void tell_revisions(struct ledger *ledger);
static void take_peer(void *context, enum role_id with);
static void tell_orphans(struct ledger *ledger);
static void apply_policy(void *context);
static void tell(struct ledger *ledger);
static char *make_report(void *context, size_t *size);
static void every_second(void *context, uint64_t now_ns);
static void seed_json(void);
static int prepare(struct ledger *ledger);
static int serve(struct ledger *ledger);
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
		.take_message = take_message,
		.peer_changed = take_peer,
		.apply_policy = apply_policy,
		.context = &ledger };
	int status;

	(void)argc;
	(void)argv;
	ledger.status_fd = -1;
	ledger.server.listen_fd = -1;
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
	return ROLE_EXIT_DONE;
}

static int
serve(struct ledger *ledger)
{
	struct role *role = &ledger->role;
	int status;

	seed_json();
	if (ledger->prints_json) {
		output_open(
		    &ledger->output, &role->loop, &role->log, &role->counters);
	}
	if (ledger->status_fd >= 0) {
		ledger->server.loop = &role->loop;
		ledger->server.timers = &role->timers;
		ledger->server.make = make_report;
		ledger->server.context = ledger;
		if (status_server_open(&ledger->server, ledger->status_fd) !=
		    0) {
			log_error(&role->log, "ledger",
			    "the status cannot be served");
		}
	}
	timer_init(&ledger->second, every_second, ledger);
	status = role_confine(role);
	if (status != ROLE_EXIT_DONE) {
		return status;
	}
	every_second(ledger, clock_monotonic_ns());
	while (!role->is_stopping) {
		role_turn(role);
		tell_revisions(ledger);
		tell_orphans(ledger);
	}
	finish(ledger);
	return role->exit_status;
}

/* Takes what the sensor, which has ended, had still said; and waits a little
 * for the reader of standard output. */
static void
finish(struct ledger *ledger)
{
	struct role *role = &ledger->role;
	uint64_t end_ns = clock_monotonic_ns() + FLUSH_PATIENCE_NS;

	status_server_close(&ledger->server);
	while (channel_is_attached(&role->links[ROLE_SENSOR].channel) &&
	    clock_monotonic_ns() < end_ns && loop_wait(&role->loop, 100) > 0) {
	}
	tell_revisions(ledger);
	tell_orphans(ledger);
	while (!output_is_empty(&ledger->output) &&
	    clock_monotonic_ns() < end_ns) {
		if (loop_wait(&role->loop, 100) < 0) {
			break;
		}
		tell_orphans(ledger);
	}
	output_close(&ledger->output);
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

static void
take_message(void *context, const struct channel_header *header)
{
	struct ledger *ledger = context;

	switch (header->type) {
	case MESSAGE_FINDING:
		take_finding(ledger, (const void *)header);
		return;
	case MESSAGE_CONTACTS:
		take_contacts(ledger, (const void *)header);
		return;
	case MESSAGE_NAMES:
		take_names(ledger, (const void *)header);
		return;
	case MESSAGE_ENDPOINT_EVENTS:
		take_events(ledger, (const void *)header);
		return;
	case MESSAGE_ENDPOINT_FAILURE:
		take_failure(ledger, (const void *)header);
		return;
	default:
		SW_ASSERT(false);
	}
}

static void
take_events(
    struct ledger *ledger, const struct message_endpoint_events *message)
{
	const struct endpoint_event *event;
	uint32_t at = 0;

	while ((event = message_next_event(message, &at)) != NULL) {
		take_event(ledger, event);
	}
}

/* Of its bytes only endpoint_event_size() are there. */
static void
take_event(struct ledger *ledger, const struct endpoint_event *event)
{
	counter_increment(
	    &ledger->role.counters, COUNTER_LEDGER_ENDPOINT_EVENTS);
	ledger_pipeline_event(&ledger->pipeline, event);
}

/* Such a line is rare: the collector sees to it. */
static void
take_failure(
    struct ledger *ledger, const struct message_endpoint_failure *message)
{
	char sample[MESSAGE_SAMPLE_SIZE * 4];
	struct strbuf buffer;
	char text[MESSAGE_SAMPLE_SIZE + 1];

	memcpy(text, message->sample, message->sample_size);
	text[message->sample_size] = '\0';
	for (char *zero = text; zero < text + message->sample_size; zero++) {
		*zero = *zero == '\0' ? ' ' : *zero;
	}
	strbuf_init(&buffer, sample, sizeof(sample));
	words_add_visible(&buffer, text);
	counter_increment(
	    &ledger->role.counters, COUNTER_LEDGER_ENDPOINT_FAILURES);
	ledger_pipeline_failure(&ledger->pipeline, clock_wall_ns(),
	    message->sender,
	    endpoint_outcome_name((enum endpoint_outcome)message->outcome));
	log_info(&ledger->role.log, "endpoint",
	    "a message of %s gave no event: %s: %s", message->sender,
	    endpoint_outcome_sentence((enum endpoint_outcome)message->outcome),
	    sample);
}

static void
take_finding(struct ledger *ledger, const struct message_finding *message)
{
	counter_increment(&ledger->role.counters, COUNTER_LEDGER_FINDINGS);
	ledger_pipeline_finding(
	    &ledger->pipeline, &message->finding, &ledger->alert);
	tell(ledger);
}

static void
take_contacts(struct ledger *ledger, const struct message_contacts *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		ledger_pipeline_contact(
		    &ledger->pipeline, &message->contacts[i]);
	}
}

static void
take_names(struct ledger *ledger, const struct message_names *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		ledger_pipeline_name(&ledger->pipeline, &message->names[i]);
	}
}

/* Tells the alerts of which more is known since logs have come. */
static void
tell_revisions(struct ledger *ledger)
{
	while (output_has_room(&ledger->output, ALERT_JSON_SIZE) &&
	    ledger_pipeline_next_revision(
	        &ledger->pipeline, clock_wall_ns(), &ledger->alert)) {
		tell(ledger);
	}
}

static void
take_peer(void *context, enum role_id with)
{
	struct ledger *ledger = context;

	if (with == ROLE_SENSOR) {
		ledger_pipeline_sensor_ended(&ledger->pipeline);
	}
}

static void
tell_orphans(struct ledger *ledger)
{
	while (output_has_room(&ledger->output, ALERT_JSON_SIZE) &&
	    ledger_pipeline_next_orphan(
	        &ledger->pipeline, clock_wall_ns(), &ledger->alert)) {
		tell(ledger);
	}
}

/* The pipeline looks at role.policy itself. */
static void
apply_policy(void *context)
{
	(void)context;
}

static void
tell(struct ledger *ledger)
{
	const struct alert *alert = &ledger->alert;
	char text[SUMMARY_SIZE];
	struct strbuf summary;
	size_t size;

	strbuf_init(&summary, text, sizeof(text));
	summary_add(alert, &summary);
	log_info(&ledger->role.log, "alert", "%s revision %u, %s %u%s: %s",
	    alert->id, alert->revision,
	    severity_level_name(alert->severity.level), alert->severity.score,
	    alert->finding.active ? "" : ", ended", text);
	ledger->last = *alert;
	ledger->has_last = true;
	if (!ledger->prints_json) {
		return;
	}
	size = alert_json_line(alert, ledger->line, sizeof(ledger->line));
	if (size == 0) {
		counter_increment(
		    &ledger->role.counters, COUNTER_LEDGER_LINES_DROPPED);
		return;
	}
	output_line(&ledger->output, ledger->line, size);
}

static char *
make_report(void *context, size_t *size)
{
	struct ledger *ledger = context;
	struct status_view *view = &ledger->view;

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
	return status_report(view, size);
}

static void
every_second(void *context, uint64_t now_ns)
{
	struct ledger *ledger = context;
	bool is_set;

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
