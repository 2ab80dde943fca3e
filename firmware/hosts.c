/*
 * `spanwatch hosts`: the endpoints that send logs.
 */
#include "firmware/hosts.h"

#include <string.h>

#include "alert/words.h"
#include "firmware/command.h"
#include "firmware/status_ask.h"

enum { CELL_SIZE = 512 };

static int hosts_run(int argc, char **argv);
static void print_host(const json_t *host, FILE *stream);
static void print_text(FILE *stream, int width, const char *text);
static void print_clock(const json_t *clock, FILE *stream);
static void print_coverage(const json_t *coverage, FILE *stream);
static void print_rest(const json_t *host, FILE *stream);

const struct command command_hosts = {
	.name = "hosts",
	.line = "list the endpoints that send logs",
	.text =
	    "Prints of each endpoint its name and addresses, when it last "
	    "logged, how many\nevents a minute, how far its clock is off, how "
	    "much of what it does its logs\ncover, and how sure a process can "
	    "be named for a scan from there. Exit status 3\nif no sensor "
	    "answers.\n",
	.options = { STATUS_OPTIONS("print them as one JSON list") },

	.run = hosts_run,
};

static int
hosts_run(int argc, char **argv)
{
	bool prints_json;
	int status;
	json_t *report =
	    status_ask(&command_hosts, argc, argv, &prints_json, &status);
	json_t *list;

	if (report == NULL) {
		return status;
	}
	list = json_object_get(report, "hosts");
	if (prints_json) {
		json_dumpf(list, stdout, JSON_COMPACT);
		printf("\n");
	} else {
		hosts_print(list,
		    (uint32_t)json_integer_value(
		        json_object_get(report, "hosts_known")),
		    stdout);
	}
	json_decref(report);
	return EXIT_DONE;
}

void
hosts_print(json_t *list, uint32_t known, FILE *stream)
{
	const json_t *host;
	size_t i;

	if (json_array_size(list) == 0) {
		fprintf(stream, "No endpoint has sent a log.\n");
		return;
	}
	fprintf(stream, "%-28s  %-27s  %10s  %9s  %-17s  %-16s  %-15s  %s\n",
	    "HOST", "LAST EVENT", "EVENTS", "A MINUTE", "CLOCK", "COVERAGE",
	    "CONNECT SCAN", "RAW PACKETS");
	json_array_foreach(list, i, host)
	{
		print_host(host, stream);
	}
	if (known > json_array_size(list)) {
		fprintf(stream, "%zu more, silent for longer.\n",
		    known - json_array_size(list));
	}
}

static const char *
string_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "-" : text;
}

static long long
integer_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}

static double
real_of(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

static void
print_host(const json_t *host, FILE *stream)
{
	const json_t *concludes = json_object_get(host, "concludes");

	print_text(stream, 28, string_of(host, "name"));
	fprintf(stream, "  %-27s  %10lld  %9.1f  ",
	    string_of(host, "last_event"), integer_of(host, "events"),
	    real_of(host, "events_per_minute"));
	print_clock(json_object_get(host, "clock"), stream);
	print_coverage(json_object_get(host, "coverage"), stream);
	fprintf(stream, "%-15s  %s\n", string_of(concludes, "connect_scan"),
	    string_of(concludes, "raw_packet_scan"));
	print_rest(host, stream);
}

/* Made visible: what an endpoint says must not steer the terminal. */
static void
print_text(FILE *stream, int width, const char *text)
{
	char cell[CELL_SIZE];
	struct strbuf buffer;

	strbuf_init(&buffer, cell, sizeof(cell));
	words_add_visible(&buffer, text);
	fprintf(stream, "%-*s", width, cell);
}

static void
print_clock(const json_t *clock, FILE *stream)
{
	char cell[64] = "not known";

	if (json_is_object(clock)) {
		(void)snprintf(cell, sizeof(cell), "%+.3f s \u00b1%.0f ms",
		    real_of(clock, "offset_s"),
		    real_of(clock, "error_s") * 1000);
	}
	fprintf(stream, "%-17s  ", cell);
}

static void
print_coverage(const json_t *coverage, FILE *stream)
{
	char cell[64] = "not known";

	if (json_is_object(coverage)) {
		(void)snprintf(cell, sizeof(cell), "%.0f %% of %lld",
		    real_of(coverage, "share") * 100,
		    integer_of(coverage, "connections"));
	}
	fprintf(stream, "%-16s  ", cell);
}

static void
print_rest(const json_t *host, FILE *stream)
{
	const json_t *addresses = json_object_get(host, "addresses");
	const json_t *address;
	size_t i;

	fprintf(stream, "  from ");
	print_text(stream, 0, string_of(host, "sender"));
	json_array_foreach(addresses, i, address)
	{
		fprintf(stream, "%s%s", i == 0 ? "; addresses " : ", ",
		    json_string_value(address));
	}
	if (integer_of(host, "record_gaps") > 0) {
		fprintf(stream, "; %lld events missing",
		    integer_of(host, "record_gaps"));
	}
	if (integer_of(host, "failures") > 0) {
		fprintf(stream, "; %lld messages not usable, the last: ",
		    integer_of(host, "failures"));
		print_text(stream, 0, string_of(host, "last_failure"));
	}
	fprintf(stream, "\n");
}
