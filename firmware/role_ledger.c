/*
 * The ledger: takes findings from the sensor, makes alerts of them, tells them,
 * and answers those who ask for the status.
 *
 * Each revision of an alert is a line in the log and, where `run --json` asked
 * for it, one on standard output (firmware/output.h).
 */
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "alert/alert_json.h"
#include "alert/summary.h"
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
static void apply_policy(void *context);
static void tell(struct ledger *ledger);
static char *make_report(void *context, size_t *size);
static void every_second(void *context, uint64_t now_ns);
static void seed_json(void);
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
		status = role_await(&ledger.role, &ledger.is_started);
	}
	if (status == ROLE_EXIT_DONE) {
		status = serve(&ledger);
	}
	return status;
}

static int
serve(struct ledger *ledger)
{
	struct role *role = &ledger->role;
	int status;

	seed_json();
	ledger_pipeline_init(&ledger->pipeline, &role->policy);
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
	while (!output_is_empty(&ledger->output) &&
	    clock_monotonic_ns() < end_ns) {
		if (loop_wait(&role->loop, 100) < 0) {
			break;
		}
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
	const struct message_finding *message = (const void *)header;

	SW_ASSERT(header->type == MESSAGE_FINDING);
	counter_increment(&ledger->role.counters, COUNTER_LEDGER_FINDINGS);
	ledger_pipeline_finding(
	    &ledger->pipeline, &message->finding, &ledger->alert);
	tell(ledger);
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
	    alert->id, alert->finding.revision,
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
