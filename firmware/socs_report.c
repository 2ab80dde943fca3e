#include "firmware/socs_report.h"

#include <stdio.h>

#include "alert/words.h"
#include "base/rfc3339.h"

static json_t *report_soc(const struct status_view *view, uint32_t index);
static json_t *time_or_null(uint64_t time_ns);
static json_t *number(uint64_t value);
static void print_soc(const json_t *soc);
static long long number_of(const json_t *object, const char *key);

json_t *
socs_report(const struct status_view *view)
{
	json_t *socs = json_array();

	for (uint32_t i = 0; i < view->forwarder.soc_count; i++) {
		json_array_append_new(socs, report_soc(view, i));
	}
	return socs;
}

void
socs_print(const json_t *report)
{
	const json_t *soc;
	size_t i;

	if (json_array_size(report) == 0) {
		return;
	}
	printf("\nSOC                   CONNECTED      SENT ACKNOWLEDGED  "
	       "WAITING  WHY NOT\n");
	json_array_foreach(report, i, soc)
	{
		print_soc(soc);
	}
}

static json_t *
report_soc(const struct status_view *view, uint32_t index)
{
	const struct health_soc *soc = &view->forwarder.socs[index];
	/* U+FFFD takes three bytes. */
	char name[POLICY_NAME_SIZE * 3];
	char error[HEALTH_ERROR_SIZE * 3];

	words_clean(soc->name, name, sizeof(name));
	words_clean(soc->error, error, sizeof(error));
	return json_pack("{s:s, s:o, s:o, s:s, s:o, s:o, s:o, s:o, s:o, s:o, "
	                 "s:o, s:o}",
	    "name", name, "connected_since", time_or_null(soc->connected_ns),
	    "last_sent", time_or_null(soc->sent_ns), "error", error, "seq",
	    number(soc->seq), "sent", number(soc->sent), "acknowledged",
	    number(soc->acknowledged), "resent", number(soc->resent),
	    "unsendable", number(soc->unsendable), "connections_lost",
	    number(soc->connections), "unacknowledged", number(soc->held),
	    "waiting", number(view->soc_waiting[index]));
}

static json_t *
time_or_null(uint64_t time_ns)
{
	char text[RFC3339_SIZE];

	if (time_ns == 0) {
		return json_null();
	}
	rfc3339_format(time_ns, text);
	return json_string(text);
}

static json_t *
number(uint64_t value)
{
	return json_integer((json_int_t)value);
}

static void
print_soc(const json_t *soc)
{
	const char *name = json_string_value(json_object_get(soc, "name"));
	const char *error = json_string_value(json_object_get(soc, "error"));
	const json_t *waiting = json_object_get(soc, "waiting");
	char count[24] = "-";

	if (json_is_integer(waiting)) {
		(void)snprintf(count, sizeof(count), "%lld",
		    (long long)json_integer_value(waiting));
	}
	printf("%-21.21s %-9s %9lld %12lld %8s  %s\n", name == NULL ? "" : name,
	    json_is_string(json_object_get(soc, "connected_since")) ? "yes"
	                                                            : "no",
	    number_of(soc, "sent"), number_of(soc, "acknowledged"), count,
	    error == NULL ? "" : error);
}

static long long
number_of(const json_t *object, const char *key)
{
	return json_integer_value(json_object_get(object, key));
}
