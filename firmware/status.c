/*
 * `spanwatch status`: asks the running sensor how it is.
 */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "alert/words.h"
#include "base/strbuf.h"
#include "firmware/command.h"
#include "firmware/logs_report.h"
#include "firmware/socs_report.h"
#include "firmware/status_ask.h"
#include "policy/policy.h"

static int status_run(int argc, char **argv);
static void print_report(const json_t *report);
static void print_head(const json_t *report);
static void print_roles(const json_t *roles);
static void print_interfaces(const json_t *interfaces);
static void print_tables(json_t *tables);
static void print_store(const json_t *store);
static void print_alerts(const json_t *alerts);
static void print_counters(json_t *counters);
static const char *text_of(const json_t *object, const char *key);
static long long number_of(const json_t *object, const char *key);

const struct command command_status = {
	.name = "status",
	.line = "ask the running sensor for its health",
	.text =
	    "Prints the roles and whether they live, the interfaces and what "
	    "was lost on them,\nhow full the tables are, and what was told "
	    "and counted. Without --socket it asks\nthe sensor of this user, "
	    "then that of root. Exit status 3 if no sensor answers.\n",
	.options = { STATUS_OPTIONS(
	    "print it as one JSON object, \"spanwatch.status/1\"") },

	.run = status_run,
};

static int
status_run(int argc, char **argv)
{
	bool prints_json;
	int status;
	json_t *report =
	    status_ask(&command_status, argc, argv, &prints_json, &status);

	if (report == NULL) {
		return status;
	}
	if (prints_json) {
		json_dumpf(report, stdout, JSON_COMPACT);
		printf("\n");
	} else {
		print_report(report);
	}
	json_decref(report);
	return EXIT_DONE;
}

static void
print_report(const json_t *report)
{
	print_head(report);
	print_roles(json_object_get(report, "roles"));
	print_interfaces(json_object_get(report, "interfaces"));
	print_tables(json_object_get(report, "tables"));
	logs_print(json_object_get(report, "endpoint_logs"));
	print_store(json_object_get(report, "store"));
	socs_print(json_object_get(report, "socs"));
	print_alerts(json_object_get(report, "alerts"));
	print_counters(json_object_get(report, "counters"));
}

static void
print_head(const json_t *report)
{
	const json_t *policy = json_object_get(report, "policy");
	const json_t *memory = json_object_get(report, "memory");
	long long up_s = number_of(report, "uptime_s");
	char name[POLICY_NAME_SIZE * 4]; /* Made visible, it may be longer. */
	struct strbuf buffer;

	strbuf_init(&buffer, name, sizeof(name));
	words_add_visible(&buffer, text_of(report, "sensor"));
	printf("%s, spanwatch %s, up %lldd %02lld:%02lld:%02lld since %s\n",
	    name, text_of(report, "version"), up_s / 86400, up_s / 3600 % 24,
	    up_s / 60 % 60, up_s % 60, text_of(report, "started"));
	printf("policy %lld with %lld segments; configuration read again "
	       "%lld times, refused %lld times\n",
	    number_of(policy, "version"), number_of(policy, "segments"),
	    number_of(policy, "reloads"), number_of(policy, "reloads_refused"));
	printf("memory of the sensor: %.1f MiB planned, %.1f MiB carved\n",
	    (double)number_of(memory, "planned_bytes") / 1048576,
	    (double)number_of(memory, "used_bytes") / 1048576);
}

static void
print_roles(const json_t *roles)
{
	const json_t *role;
	size_t i;

	printf("\nROLE        PID      STATE     RESTARTS  HEARTBEAT  "
	       "LAST END\n");
	json_array_foreach(roles, i, role)
	{
		const json_t *age = json_object_get(role, "heartbeat_age_s");
		char heartbeat[24] = "-";

		if (json_is_real(age)) {
			(void)snprintf(heartbeat, sizeof(heartbeat), "%.1f s",
			    json_real_value(age));
		}
		printf("%-10s  %-7lld  %-8s  %-8lld  %-9s  %s\n",
		    text_of(role, "name"), number_of(role, "pid"),
		    text_of(role, "state"), number_of(role, "restarts"),
		    heartbeat, text_of(role, "last_end"));
	}
}

static void
print_interfaces(const json_t *interfaces)
{
	const json_t *interface;
	size_t i;

	if (!json_is_array(interfaces)) {
		printf("\nThe sensor does not run: nothing is seen.\n");
		return;
	}
	if (json_array_size(interfaces) == 0) {
		printf("\nNo interface is configured: nothing is seen.\n");
		return;
	}
	printf("\nINTERFACE         STATE           FRAMES  DROPPED BY THE "
	       "KERNEL\n");
	json_array_foreach(interfaces, i, interface)
	{
		printf("%-16s  %-6s  %14lld  %lld\n",
		    text_of(interface, "name"), text_of(interface, "state"),
		    number_of(interface, "frames"),
		    number_of(interface, "kernel_drops"));
	}
}

static void
print_tables(json_t *tables)
{
	const char *name;
	const json_t *table;

	if (!json_is_object(tables)) {
		return;
	}
	printf("\nTABLE                   HELD          OF\n");
	json_object_foreach(tables, name, table)
	{
		printf("%-16s  %10lld  %10lld\n", name,
		    number_of(table, "held"), number_of(table, "places"));
	}
}

static void
print_store(const json_t *store)
{
	const char *error = json_string_value(json_object_get(store, "error"));

	if (json_is_object(store)) {
		printf("\nstore %s%s%s: %lld of %lld MiB used, %lld MiB of the "
		       "disk free\n",
		    json_string_value(json_object_get(store, "state")),
		    error == NULL ? "" : ", ", error == NULL ? "" : error,
		    number_of(store, "bytes") >> 20,
		    number_of(store, "max_bytes") >> 20,
		    number_of(store, "free_bytes") >> 20);
	}
}

static void
print_alerts(const json_t *alerts)
{
	const json_t *last = json_object_get(alerts, "last");

	printf("\n%lld alerts told, %lld revisions in all\n",
	    number_of(alerts, "told"), number_of(alerts, "revisions"));
	if (json_is_object(last)) {
		printf("last: %s revision %lld at %s: %s\n",
		    text_of(last, "id"), number_of(last, "revision"),
		    text_of(last, "at"), text_of(last, "summary"));
	}
}

static void
print_counters(json_t *counters)
{
	const char *name;
	const json_t *value;

	printf("\n");
	json_object_foreach(counters, name, value)
	{
		printf("%-32s  %14lld\n", name,
		    (long long)json_integer_value(value));
	}
}

/* "-" where it is null or missing. */
static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "-" : text;
}

/* Zero where it is null or missing. */
static long long
number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
