#include "firmware/status_report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "alert/summary.h"
#include "alert/words.h"
#include "base/rfc3339.h"
#include "firmware/hosts.h"
#include "firmware/logs_report.h"
#include "firmware/socs_report.h"
#include "firmware/version.h"

/* What of a page could be read. */
struct sight {
	bool is_seen;
	uint64_t heartbeat_ns; /* Monotonic. */
};

static bool see_socs(struct status_view *view, struct sight sights[ROLE_COUNT]);
static bool add_logs(json_t *report, struct status_view *view, bool sees);
static json_t *time_or_null(uint64_t time_ns);
static json_t *report_policy(const struct status_view *view, bool is_seen);
static json_t *report_roles(
    const struct status_view *view, const struct sight sights[ROLE_COUNT]);
static json_t *report_role(const struct status_view *view, enum role_id id,
    const struct sight sights[ROLE_COUNT]);
static json_t *report_end(const struct health_role *role);
static json_t *report_interfaces(const struct sensor_health *sensor);
static json_t *report_tables(const struct sensor_health *sensor);
static json_t *report_memory(const struct sensor_health *sensor);
static json_t *report_alerts(const struct status_view *view);
static json_t *report_last(const struct alert *alert);
static json_t *report_counters(
    const struct status_view *view, const struct sight sights[ROLE_COUNT]);
static uint64_t drops_of(const struct sensor_health *sensor);
static json_t *number(uint64_t value);

static json_t *report_store(const struct status_view *view);
static bool look(struct status_view *view, struct sight sights[ROLE_COUNT]);

char *
status_report(struct status_view *view, size_t *size)
{
	struct sight sights[ROLE_COUNT];
	const struct sensor_health *sensor = &view->sensor;
	char name[POLICY_NAME_SIZE * 3]; /* U+FFFD takes three bytes. */
	uint64_t started_ns;
	json_t *report;
	char *text;
	bool sees_socs;
	bool sees;

	sees_socs = look(view, sights);
	sees = sights[ROLE_SENSOR].is_seen;
	started_ns =
	    sights[ROLE_SUPERVISOR].is_seen ? view->supervisor.started_ns : 0;

	words_clean(view->policy->sensor_name, name, sizeof(name));
	report = json_pack(
	    "{s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}",
	    "schema", "spanwatch.status/1", "version", spanwatch_version,
	    "sensor", name, "now", time_or_null(view->now_ns), "started",
	    time_or_null(started_ns), "uptime_s",
	    started_ns == 0 || started_ns > view->now_ns
	        ? json_null()
	        : number((view->now_ns - started_ns) / NS_PER_S),
	    "policy", report_policy(view, sights[ROLE_SUPERVISOR].is_seen),
	    "roles", report_roles(view, sights), "interfaces",
	    sees ? report_interfaces(sensor) : json_null(), "tables",
	    sees ? report_tables(sensor) : json_null(), "memory",
	    sees ? report_memory(sensor) : json_null(), "dropped_frames",
	    sees ? number(drops_of(sensor)) : json_null(), "alerts",
	    report_alerts(view), "counters", report_counters(view, sights));
	if (report != NULL &&
	    (!add_logs(report, view, sights[ROLE_COLLECTOR].is_seen) ||
	        json_object_set_new(report, "store", report_store(view)) != 0 ||
	        (sees_socs &&
	            json_object_set_new(report, "socs", socs_report(view)) !=
	                0))) {
		json_decref(report);
		report = NULL;
	}
	text = report == NULL ? NULL : json_dumps(report, JSON_COMPACT);
	json_decref(report);
	if (text != NULL) {
		*size = strlen(text) + 1;
		text[*size - 1] = '\n'; /* Where the zero was. */
	}
	return text;
}

/* Whether any are known.  Those of the producer go behind the forwarder's, as
 * in the configuration. */
static bool
see_socs(struct status_view *view, struct sight sights[ROLE_COUNT])
{
	struct forwarder_health *all = &view->forwarder;

#ifdef CONFIG_FORWARD_KAFKA
	const struct forwarder_health *more = &view->producer;

	sights[ROLE_PRODUCER].is_seen =
	    sights[ROLE_PRODUCER].is_seen && forwarder_health_is_sound(more);
	if (!sights[ROLE_FORWARDER].is_seen) {
		all->soc_count = 0;
	}
	for (uint32_t i = 0; sights[ROLE_PRODUCER].is_seen &&
	     i < more->soc_count && all->soc_count < CONFIG_SOC_COUNT;
	     i++) {
		all->socs[all->soc_count++] = more->socs[i];
	}
	return sights[ROLE_FORWARDER].is_seen || sights[ROLE_PRODUCER].is_seen;
#else
	(void)all;
	return sights[ROLE_FORWARDER].is_seen;
#endif
}

/* What is known of those who send logs: false: there is no memory for it, and
 * half of it would mislead. */
static bool
add_logs(json_t *report, struct status_view *view, bool sees)
{
	uint32_t known =
	    hosts_choose(view->attribute, view->now_ns, &view->hosts);

	return (!sees ||
	           json_object_set_new(report, "endpoint_logs",
	               logs_report(&view->collector)) == 0) &&
	    json_object_set_new(report, "hosts_known", number(known)) == 0 &&
	    json_object_set_new(report, "hosts", hosts_report(&view->hosts)) ==
	    0;
}

static json_t *
time_or_null(uint64_t time_ns)
{
	char text[RFC3339_SIZE];

	return time_ns == 0 ? json_null()
	                    : json_string(rfc3339_format(time_ns, text));
}

/* Reads the pages, and says which can be believed; whether the socs can. */
static bool
look(struct status_view *view, struct sight sights[ROLE_COUNT])
{
	void *const copies[ROLE_COUNT] = { [ROLE_SUPERVISOR] =
		                               &view->supervisor,
		[ROLE_LEDGER] = &view->ledger,
		[ROLE_FORWARDER] = &view->forwarder,
#ifdef CONFIG_FORWARD_KAFKA
		[ROLE_PRODUCER] = &view->producer,
#endif
		[ROLE_COLLECTOR] = &view->collector,
		[ROLE_SENSOR] = &view->sensor };
	bool sees_socs;

	for (size_t i = 0; i < ROLE_COUNT; i++) {
		sights[i].is_seen = view->pages[i].shared != NULL &&
		    stats_page_read(
		        &view->pages[i], copies[i], &sights[i].heartbeat_ns);
	}
	sights[ROLE_COLLECTOR].is_seen = sights[ROLE_COLLECTOR].is_seen &&
	    collector_health_is_sound(&view->collector);
	sights[ROLE_FORWARDER].is_seen = sights[ROLE_FORWARDER].is_seen &&
	    forwarder_health_is_sound(&view->forwarder);
	sees_socs = see_socs(view, sights);
	sights[ROLE_SENSOR].is_seen = sights[ROLE_SENSOR].is_seen &&
	    sensor_health_is_sound(&view->sensor);
	sights[ROLE_SUPERVISOR].is_seen = sights[ROLE_SUPERVISOR].is_seen &&
	    supervisor_health_is_sound(&view->supervisor);
	return sees_socs;
}

static json_t *
report_policy(const struct status_view *view, bool is_seen)
{
	if (!is_seen) {
		return json_null();
	}
	return json_pack("{s:o, s:o, s:o, s:o}", "version",
	    number(view->policy->version), "segments",
	    number(view->policy->segment_count), "reloads",
	    number(view->supervisor.reloads), "reloads_refused",
	    number(view->supervisor.reloads_refused));
}

static json_t *
report_roles(
    const struct status_view *view, const struct sight sights[ROLE_COUNT])
{
	json_t *roles = json_array();

	for (enum role_id id = 0; id < ROLE_COUNT; id++) {
		if (!sights[ROLE_SUPERVISOR].is_seen ||
		    view->supervisor.roles[id].state != HEALTH_ROLE_OFF) {
			json_array_append_new(
			    roles, report_role(view, id, sights));
		}
	}
	return roles;
}

/* Which processes there are is the supervisor's word, also of itself. */
static json_t *
report_role(const struct status_view *view, enum role_id id,
    const struct sight sights[ROLE_COUNT])
{
	const struct supervisor_health *supervisor = &view->supervisor;
	struct health_role role = { .pid = supervisor->pid,
		.started_ns = supervisor->started_ns,
		.state = HEALTH_ROLE_RUNNING };
	const struct sight *sight = &sights[id];
	double age_s = 0;

	if (!sights[ROLE_SUPERVISOR].is_seen) {
		return json_pack("{s:s}", "name", role_name(id));
	}
	if (id != ROLE_SUPERVISOR) {
		role = supervisor->roles[id];
	}
	if (sight->heartbeat_ns < view->monotonic_ns) {
		age_s = (double)(view->monotonic_ns - sight->heartbeat_ns) /
		    (double)NS_PER_S;
	}
	return json_pack("{s:s, s:o, s:s, s:o, s:o, s:o, s:o}", "name",
	    role_name(id), "pid",
	    role.pid > 0 ? json_integer(role.pid) : json_null(), "state",
	    health_role_state_name(role.state), "restarts",
	    number(role.restarts), "started", time_or_null(role.started_ns),
	    "heartbeat_age_s",
	    sight->is_seen && role.pid > 0 ? json_real(age_s) : json_null(),
	    "last_end", report_end(&role));
}

/* How the process before this one ended; null: it is the first. */
static json_t *
report_end(const struct health_role *role)
{
	int status = (int)role->last_status;

	if (role->restarts == 0) {
		return json_null();
	}
	if (WIFSIGNALED(status)) {
		return json_sprintf("signal %d", WTERMSIG(status));
	}
	return json_sprintf("status %d: %s", WEXITSTATUS(status),
	    role_exit_meaning(WEXITSTATUS(status)));
}

static json_t *
report_interfaces(const struct sensor_health *sensor)
{
	json_t *interfaces = json_array();
	char name[CONFIG_INTERFACE_SIZE * 3]; /* As above. */

	for (uint32_t i = 0; i < sensor->interface_count; i++) {
		const struct health_interface *interface =
		    &sensor->interfaces[i];

		words_clean(interface->name, name, sizeof(name));
		json_array_append_new(interfaces,
		    json_pack("{s:s, s:s, s:o, s:o}", "name", name, "state",
		        health_interface_state_name(interface->state), "frames",
		        number(interface->frames), "kernel_drops",
		        number(interface->kernel_drops)));
	}
	return interfaces;
}

static json_t *
report_tables(const struct sensor_health *sensor)
{
	json_t *tables = json_object();

	for (enum health_gauge_id id = 0; id < HEALTH_GAUGE_COUNT; id++) {
		json_object_set_new(tables, health_gauge_name(id),
		    json_pack("{s:o, s:o}", "held",
		        number(sensor->gauges[id].held), "places",
		        number(sensor->gauges[id].places)));
	}
	return tables;
}

static json_t *
report_memory(const struct sensor_health *sensor)
{
	return json_pack("{s:o, s:o}", "planned_bytes",
	    number(sensor->memory_planned), "used_bytes",
	    number(sensor->memory_used));
}

static json_t *
report_alerts(const struct status_view *view)
{
	return json_pack("{s:o, s:o, s:o}", "told", number(view->alerts),
	    "revisions", number(view->revisions), "last",
	    view->last == NULL ? json_null() : report_last(view->last));
}

static json_t *
report_last(const struct alert *alert)
{
	char text[SUMMARY_SIZE];
	struct strbuf summary;

	strbuf_init(&summary, text, sizeof(text));
	summary_add(alert, &summary);
	return json_pack("{s:s, s:o, s:o, s:s}", "id", alert->id, "revision",
	    number(alert->revision), "at",
	    time_or_null(alert->finding.revised_at_ns), "summary", text);
}

/* Those of all roles together; those at zero are left out. */
static json_t *
report_counters(
    const struct status_view *view, const struct sight sights[ROLE_COUNT])
{
	json_t *counters = json_object();

	for (enum counter which = 0; which < COUNTER_COUNT; which++) {
		uint64_t value = view->counters->value[which];

		if (sights[ROLE_SENSOR].is_seen) {
			value += view->sensor.counters.value[which];
		}
		if (sights[ROLE_COLLECTOR].is_seen) {
			value += view->collector.counters.value[which];
		}
		if (sights[ROLE_FORWARDER].is_seen) {
			value += view->forwarder.counters.value[which];
		}
#ifdef CONFIG_FORWARD_KAFKA
		if (sights[ROLE_PRODUCER].is_seen) {
			value += view->producer.counters.value[which];
		}
#endif
		if (value > 0) {
			json_object_set_new(
			    counters, counter_name(which), number(value));
		}
	}
	return counters;
}

static uint64_t
drops_of(const struct sensor_health *sensor)
{
	uint64_t drops = 0;

	for (uint32_t i = 0; i < sensor->interface_count; i++) {
		drops += sensor->interfaces[i].kernel_drops;
	}
	return drops;
}

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static json_t *
report_store(const struct status_view *view)
{
	const struct store_size *size = &view->store;

	return json_pack("{s:s, s:s?, s:o, s:o, s:o, s:o}", "state",
	    view->store_state, "error", view->store_error, "bytes",
	    number(size->used_bytes), "max_bytes", number(size->max_bytes),
	    "file_bytes", number(size->file_bytes), "free_bytes",
	    number(size->free_bytes));
}
