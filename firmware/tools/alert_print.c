#include "firmware/tools/alert_print.h"

#include <string.h>

#include "firmware/visible.h"

static const char *text_of(const json_t *object, const char *key);
static void print_field(
    FILE *stream, const char *label, const json_t *object, const char *key);
static void print_source(const json_t *alert, FILE *stream);
static void print_probes(const json_t *alert, FILE *stream);
static void print_process(const json_t *process, FILE *stream);
static void print_authorised(const json_t *alert, FILE *stream);
static void print_acts(const json_t *alert, FILE *stream);
static void print_list(
    FILE *stream, const char *label, const json_t *list, const char *key);
static const char *sentence_of(const json_t *entry, const char *key);
static long long number_of(const json_t *object, const char *key);

void
alert_print_line(const json_t *alert, FILE *stream)
{
	char begun[20] = "-";
	const char *first_seen = text_of(alert, "first_seen");

	/* "2026-11-24 06:51:00" of "2026-11-24T06:51:00.123456Z". */
	if (strlen(first_seen) >= sizeof(begun)) {
		memcpy(begun, first_seen, sizeof(begun) - 1);
		begun[sizeof(begun) - 1] = '\0';
		begun[10] = ' ';
	}
	visible_line(stream, "%s  %-8s  %-12s  %s%s  %s", text_of(alert, "id"),
	    text_of(alert, "severity"), text_of(alert, "status"), begun,
	    json_is_true(json_object_get(alert, "active")) ? " *" : "  ",
	    text_of(alert, "summary"));
}

void
alert_print_whole(const json_t *alert, FILE *stream)
{
	const json_t *process = json_object_get(alert, "process");

	visible_line(stream, "%s", text_of(alert, "summary"));
	visible_line(stream, "  alert       %s, revision %lld",
	    text_of(alert, "id"), number_of(alert, "revision"));
	visible_line(stream, "  severity    %s, score %lld of 100; %s; %s",
	    text_of(alert, "severity"), number_of(alert, "score"),
	    text_of(alert, "status"),
	    json_is_true(json_object_get(alert, "active")) ? "goes on"
	                                                   : "over");
	visible_line(stream, "  time        %s to %s; raised at %s",
	    text_of(alert, "first_seen"), text_of(alert, "last_seen"),
	    text_of(alert, "raised_at"));
	print_source(alert, stream);
	print_probes(alert, stream);
	print_process(process, stream);
	print_list(
	    stream, "not known", json_object_get(alert, "process_notes"), NULL);
	print_authorised(alert, stream);
	print_list(
	    stream, "because", json_object_get(alert, "reasons"), "text");
	print_list(
	    stream, "score", json_object_get(alert, "score_reasons"), "text");
	print_acts(alert, stream);
	print_list(stream, "next", json_object_get(alert, "next_steps"), NULL);
	print_list(stream, "changed", json_object_get(alert, "changes"), NULL);
}

static void
print_source(const json_t *alert, FILE *stream)
{
	const json_t *source = json_object_get(alert, "source");

	visible_line(stream, "  source      %s  %s  segment %s  MAC %s",
	    text_of(source, "ip"), text_of(source, "host"),
	    text_of(source, "segment"), text_of(source, "mac"));
}

static void
print_probes(const json_t *alert, FILE *stream)
{
	const json_t *targets = json_object_get(alert, "targets");
	const json_t *services = json_object_get(alert, "services");
	const json_t *probes = json_object_get(alert, "probes");

	visible_line(stream, "  targets     %lld: %s",
	    number_of(targets, "count"), text_of(targets, "ranges"));
	visible_line(stream, "  services    %lld: %s",
	    number_of(services, "count"), text_of(services, "ranges"));
	visible_line(stream,
	    "  probes      %lld: %lld answered, %lld refused, %lld filtered, "
	    "%lld silent",
	    number_of(probes, "count"), number_of(probes, "answered"),
	    number_of(probes, "refused"), number_of(probes, "filtered"),
	    number_of(probes, "silent"));
}

static void
print_process(const json_t *process, FILE *stream)
{
	const json_t *parent = json_object_get(process, "parent");

	if (!json_is_object(process)) {
		return;
	}
	visible_line(stream, "  process     %s: %s, PID %lld, of %s on %s",
	    text_of(process, "confidence"), text_of(process, "image"),
	    number_of(process, "pid"), text_of(process, "user"),
	    text_of(process, "host"));
	print_field(stream, "command", process, "command_line");
	print_field(stream, "started", process, "started");
	print_field(stream, "parent", parent, "image");
	print_list(
	    stream, "evidence", json_object_get(process, "evidence"), NULL);
}

static void
print_authorised(const json_t *alert, FILE *stream)
{
	const json_t *entry = json_object_get(alert, "authorised");

	if (!json_is_object(entry)) {
		return;
	}
	visible_line(stream, "  authorised  %s by %s, ticket %s, until %s: %s",
	    text_of(entry, "entry"), text_of(entry, "owner"),
	    text_of(entry, "ticket"), text_of(entry, "expires"),
	    json_is_true(json_object_get(entry, "within_scope"))
	        ? "within its scope"
	        : "OUTSIDE ITS SCOPE");
	print_list(stream, "", json_object_get(entry, "reasons"), NULL);
}

static void
print_acts(const json_t *alert, FILE *stream)
{
	const json_t *containment = json_object_get(alert, "containment");
	const json_t *acts = json_object_get(alert, "acts");
	const json_t *done;
	size_t index;

	if (json_is_object(containment)) {
		visible_line(stream, "  decided     %s by %s at %s: %s",
		    text_of(containment, "decision"),
		    text_of(containment, "by"), text_of(containment, "at"),
		    text_of(containment, "why"));
	}
	json_array_foreach(acts, index, done)
	{
		visible_line(stream, "  %-10s  %s by %s at %s: %s",
		    index == 0 ? "acts" : "", text_of(done, "act"),
		    text_of(done, "by"), text_of(done, "at"),
		    text_of(done, "text"));
	}
}

static void
print_field(
    FILE *stream, const char *label, const json_t *object, const char *key)
{
	if (json_is_string(json_object_get(object, key))) {
		visible_line(
		    stream, "  %-10s  %s", label, text_of(object, key));
	}
}

/* Of sentences, or of objects that have one under 'key'. */
static void
print_list(FILE *stream, const char *label, const json_t *list, const char *key)
{
	const json_t *entry;
	size_t index;

	json_array_foreach(list, index, entry)
	{
		visible_line(stream, "  %-10s  %s", index == 0 ? label : "",
		    sentence_of(entry, key));
	}
}

static const char *
sentence_of(const json_t *entry, const char *key)
{
	const char *text = json_string_value(entry);

	if (key != NULL) {
		text = json_string_value(json_object_get(entry, key));
	}
	return text == NULL ? "-" : text;
}

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text == NULL ? "-" : text;
}

static long long
number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
