#include "forward/format_work.h"

#include <string.h>

#include "base/rfc3339.h"

/* Severities as CEF and LEEF number them, where no score says it closer. */
static const uint8_t of_ten[] = {
	[FORWARD_INFO] = 1,
	[FORWARD_LOW] = 3,
	[FORWARD_MEDIUM] = 5,
	[FORWARD_HIGH] = 7,
	[FORWARD_CRITICAL] = 9,
};

static bool put(json_t *derived, const char *name, json_t *value);
static bool put_text(json_t *derived, const char *name, const char *text);
static bool derive_common(const struct format_work *work, json_t *derived);
static bool derive_alert(const struct format_work *work, json_t *derived);
static bool derive_process(const struct format_work *work, json_t *derived);
static bool derive_source(const struct format_work *work, json_t *derived);
static json_t *time_of_record(uint64_t time_ns);
static const char *category_of(uint8_t kind);
static json_t *title_of(const struct format_work *work);
static json_t *message_of(const struct format_work *work);
static const char *last_part(const char *path);
static const char *transport_of(const json_t *techniques);

bool
format_derive(struct format_work *work)
{
	json_t *derived = json_object();

	if (!derive_common(work, derived) ||
	    (work->record->kind == FORWARD_ALERT &&
	        !derive_alert(work, derived)) ||
	    !derive_process(work, derived) || !derive_source(work, derived)) {
		json_decref(derived);
		return false;
	}
	return json_object_set_new(work->copy, "derived", derived) == 0;
}

static bool
derive_common(const struct format_work *work, json_t *derived)
{
	const struct forward_format_terms *terms = work->terms;
	const struct forward_record *record = work->record;
	const char *sensor = format_text_at(work->copy, "sensor");
	const char *type = json_string_value(
	    json_array_get(format_at(work->copy, "kinds"), 0));
	json_t *score = format_at(work->copy, "score");
	json_int_t ten = of_ten[record->severity];

	if (json_is_integer(score) && json_integer_value(score) >= 0 &&
	    json_integer_value(score) <= 100) {
		ten = json_integer_value(score) / 10;
	}
	if (type == NULL) {
		type = format_text_at(work->copy, "event");
	}
	if (type == NULL) {
		type = format_text_at(work->copy, "action");
	}
	return put_text(derived, "schema", "1") &&
	    put_text(derived, "time_format", "yyyy-MM-dd'T'HH:mm:ss.SSSX") &&
	    put_text(derived, "category", category_of(record->kind)) &&
	    put(derived, "seq", json_integer((json_int_t)record->seq)) &&
	    put(derived, "time", time_of_record(record->time_ns)) &&
	    put(derived, "ten", json_integer(ten)) &&
	    put(derived, "ten_from_one", json_integer(ten < 1 ? 1 : ten)) &&
	    put_text(
	        derived, "severity", forward_severity_name(record->severity)) &&
	    put_text(derived, "msgid", forward_kind_msgid(record->kind)) &&
	    put_text(derived, "type",
	        type != NULL ? type : forward_kind_noun(record->kind)) &&
	    put_text(derived, "destination", terms->destination) &&
	    put_text(derived, "boot_id", terms->boot_id) &&
	    put_text(derived, "version", terms->version) &&
	    put_text(derived, "hostname", terms->hostname) &&
	    put_text(derived, "serial", terms->sensor_id) &&
	    put_text(derived, "sensor_id",
	        terms->sensor_id != NULL && terms->sensor_id[0] != '\0'
	            ? terms->sensor_id
	            : sensor) &&
	    put(derived, "title", title_of(work)) &&
	    put(derived, "message", message_of(work));
}

/* A member that may be missing: no text, no member. */
static bool
put_text(json_t *derived, const char *name, const char *text)
{
	return text == NULL || text[0] == '\0' ||
	    put(derived, name, json_string(text));
}

static bool
put(json_t *derived, const char *name, json_t *value)
{
	return json_object_set_new(derived, name, value) == 0;
}

static json_t *
time_of_record(uint64_t time_ns)
{
	char in_us[RFC3339_SIZE];

	return json_string(rfc3339_format(time_ns, in_us));
}

/* What CEF and LEEF sort events by. */
static const char *
category_of(uint8_t kind)
{
	static const char *const categories[] = {
		[FORWARD_ALERT] = "Reconnaissance",
		[FORWARD_SUMMARY] = "Network",
		[FORWARD_HEARTBEAT] = "Heartbeat",
		[FORWARD_AUDIT] = "Audit",
		[FORWARD_HEALTH] = "Health",
		[FORWARD_LOST] = "Health",
	};

	return categories[kind];
}

static json_t *
title_of(const struct format_work *work)
{
	static const char *const titles[] = {
		[FORWARD_ALERT] = "Scan",
		[FORWARD_SUMMARY] = "Source summary",
		[FORWARD_HEARTBEAT] = "Heartbeat",
		[FORWARD_AUDIT] = "Audit",
		[FORWARD_HEALTH] = "Health",
		[FORWARD_LOST] = "Records lost",
	};
	static const struct {
		const char *kind;
		const char *name;
	} names[] = {
#define KIND_OF_SCAN(kind, name) { kind, name },
#define TECHNIQUE(id, name, tactic, tactic_name)
#include "forward/names.def"
#undef TECHNIQUE
#undef KIND_OF_SCAN
	};
	const char *kind = json_string_value(
	    json_array_get(format_at(work->copy, "kinds"), 0));

	for (size_t i = 0; kind != NULL && i < ARRAY_SIZE(names); i++) {
		if (strcmp(kind, names[i].kind) == 0) {
			return json_string(names[i].name);
		}
	}
	return json_string(titles[work->record->kind]);
}

/* The record in one sentence: its own, where it has one. */
static json_t *
message_of(const struct format_work *work)
{
	static const char *const paths[] = { "summary", "text", "message" };
	const json_t *copy = work->copy;
	const char *sensor = format_text_at(copy, "sensor");

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		if (format_text_at(copy, paths[i]) != NULL) {
			return format_take(copy, paths[i]);
		}
	}
	switch ((enum forward_kind)work->record->kind) {
	case FORWARD_SUMMARY:
		return json_sprintf("%s contacted %lld targets on %lld ports, "
		                    "%lld failed",
		    format_text_at(copy, "source.ip") != NULL
		        ? format_text_at(copy, "source.ip")
		        : "a source",
		    (long long)json_integer_value(
		        format_at(copy, "targets.count")),
		    (long long)json_integer_value(
		        format_at(copy, "ports.count")),
		    (long long)json_integer_value(format_at(copy, "failures")));
	case FORWARD_HEARTBEAT:
		return json_sprintf(
		    "%s is running", sensor != NULL ? sensor : "the sensor");
	case FORWARD_AUDIT:
		return json_sprintf("%s: %s",
		    format_text_at(copy, "actor") != NULL
		        ? format_text_at(copy, "actor")
		        : "somebody",
		    format_text_at(copy, "action") != NULL
		        ? format_text_at(copy, "action")
		        : "a change");
	case FORWARD_LOST:
		return json_sprintf(
		    "%lld records were lost, with numbers from %lld to %lld",
		    (long long)json_integer_value(format_at(copy, "count")),
		    (long long)json_integer_value(format_at(copy, "first_seq")),
		    (long long)json_integer_value(format_at(copy, "last_seq")));
	case FORWARD_ALERT:
	case FORWARD_HEALTH:
	case FORWARD_KIND_COUNT:
		break;
	}
	return json_string(forward_kind_noun(work->record->kind));
}

static bool
derive_alert(const struct format_work *work, json_t *derived)
{
	const char *id = format_text_at(work->copy, "id");
	const char *web = work->terms->web;

	return put_text(derived, "transport",
	           transport_of(format_at(work->copy, "techniques"))) &&
	    put_text(derived, "community_id",
	        json_string_value(json_array_get(
	            format_at(work->copy, "community_ids"), 0))) &&
	    put_text(derived, "reasons",
	        format_text_at(
	            json_array_get(format_at(work->copy, "reasons"), 0),
	            "text")) &&
	    (id == NULL || web == NULL || web[0] == '\0' ||
	        put(derived, "url", json_sprintf("%s/#/alerts/%s", web, id)));
}

/* IANA's name of the protocol above IP, where the techniques agree on it. */
static const char *
transport_of(const json_t *techniques)
{
	static const struct {
		const char *start;
		const char *transport;
	} starts[] = {
		{ "tcp_", "tcp" },
		{ "udp", "udp" },
		{ "icmp6_", "ipv6-icmp" },
		{ "nd", "ipv6-icmp" },
		{ "icmp_", "icmp" },
		{ "sctp_", "sctp" },
	};
	const char *found = NULL;
	json_t *technique;
	size_t index;

	json_array_foreach(techniques, index, technique)
	{
		const char *name = json_string_value(technique);
		const char *is = NULL;

		for (size_t i = 0; name != NULL && i < ARRAY_SIZE(starts);
		     i++) {
			if (strncmp(name, starts[i].start,
			        strlen(starts[i].start)) == 0) {
				is = starts[i].transport;
				break;
			}
		}
		/* Of several the first is the main one. */
		found = found == NULL ? is : found;
	}
	return found;
}

static bool
derive_process(const struct format_work *work, json_t *derived)
{
	const char *user = format_text_at(work->copy, "process.user");
	const char *image = format_text_at(work->copy, "process.image");
	const char *parent = format_text_at(work->copy, "process.parent.image");
	const char *slash;

	if (user == NULL) {
		user = format_text_at(work->copy, "actor");
	}
	slash = user == NULL ? NULL : strchr(user, '\\');
	return put_text(derived, "user", slash == NULL ? user : slash + 1) &&
	    (slash == NULL || slash == user ||
	        put(derived, "domain",
	            json_stringn(user, (size_t)(slash - user)))) &&
	    put_text(derived, "image", last_part(image)) &&
	    put_text(derived, "parent", last_part(parent));
}

/* The last part of a path, of either system. */
static const char *
last_part(const char *path)
{
	const char *part = path;

	for (const char *at = path; at != NULL && *at != '\0'; at++) {
		if ((*at == '\\' || *at == '/') && at[1] != '\0') {
			part = at + 1;
		}
	}
	return part;
}

static bool
derive_source(const struct format_work *work, json_t *derived)
{
	const char *ip = format_text_at(work->copy, "source.ip");
	const char *host = format_text_at(work->copy, "source.host");
	const char *mac = format_text_at(work->copy, "source.mac");
	char dashed[18];

	if (host == NULL) {
		host = format_text_at(work->copy, "process.host");
	}
	if (mac != NULL && strlen(mac) == sizeof(dashed) - 1) {
		/* ECS has it as IEEE 802 does: upper case, with dashes. */
		for (size_t i = 0; i < sizeof(dashed); i++) {
			dashed[i] = mac[i] == ':' ? '-'
			    : mac[i] >= 'a' && mac[i] <= 'f'
			    ? (char)(mac[i] - 'a' + 'A')
			    : mac[i];
		}
		if (!put(derived, "mac", json_string(dashed))) {
			return false;
		}
	}
	return put_text(derived, "host", host) &&
	    (ip == NULL ||
	        put_text(derived, strchr(ip, ':') == NULL ? "ip4" : "ip6", ip));
}
