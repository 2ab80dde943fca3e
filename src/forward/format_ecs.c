#include "forward/format_json.h"

#include <string.h>

/* Elastic Common Schema 8.11.  What it has no field for stands below
 * "spanwatch". */

static json_t *common(const struct format_work *work);
static json_t *event_of(const struct format_work *work);
static json_t *event_class(const struct format_work *work);
static json_t *observer_of(const struct format_work *work);
static json_t *alert_of(const struct format_work *work);
static json_t *threat_of(const json_t *copy);
static json_t *process_of(const json_t *copy);
static json_t *related_of(const json_t *copy);
static json_t *list_of(json_t *value);
static json_t *hashes_of(const json_t *copy);
static json_t *own_of(const struct format_work *work);
static json_t *own_alert(const struct format_work *work);
static json_t *scan_of(const json_t *copy);
static json_t *attribution_of(const json_t *copy);

size_t
format_ecs(const struct format_work *work, struct format_writer *writer)
{
	json_t *tree = common(work);
	json_t *more =
	    work->record->kind == FORWARD_ALERT ? alert_of(work) : NULL;

	if (tree != NULL && more != NULL) {
		(void)json_object_update_missing(tree, more);
	} else if (work->record->kind == FORWARD_ALERT) {
		json_decref(tree);
		tree = NULL;
	}
	json_decref(more);
	format_json_write(writer, tree);
	return writer->length;
}

static json_t *
common(const struct format_work *work)
{
	const json_t *copy = work->copy;

	return json_pack("{s:o*, s:{s:s}, s:O*, s:o*, s:o*, s:{s:O*, s:O*}, "
	                 "s:{s:O*}, s:{s:O*, s:O*}, s:o*, s:o*, s:o*}",
	    "@timestamp", format_time_text(copy, "derived.time"), "ecs",
	    "version", "8.11.0", "message", format_at(copy, "derived.message"),
	    "event", event_of(work), "observer", observer_of(work), "source",
	    "ip", format_at(copy, "source.ip"), "mac",
	    format_at(copy, "derived.mac"), "host", "name",
	    format_at(copy, "derived.host"), "user", "name",
	    format_at(copy, "derived.user"), "domain",
	    format_at(copy, "derived.domain"), "process", process_of(copy),
	    "related", work->core ? NULL : related_of(copy), "spanwatch",
	    own_of(work));
}

static json_t *
event_of(const struct format_work *work)
{
	const json_t *copy = work->copy;
	json_t *event = event_class(work);
	json_t *more;
	bool alert = work->record->kind == FORWARD_ALERT;

	more = json_pack("{s:s, s:o*, s:O*, s:s*, s:O*, s:O*, s:O*, s:O*, "
	                 "s:o*, s:o*, s:o*, s:O*, s:O*, s:O*}",
	    "module", "spanwatch", "dataset",
	    json_sprintf("spanwatch.%s", forward_kind_noun(work->record->kind)),
	    "id", format_at(copy, "id"), "code",
	    forward_kind_msgid(work->record->kind), "sequence",
	    format_at(copy, "derived.seq"), "severity",
	    format_at(copy, "derived.ten"), "risk_score",
	    format_at(copy, "score"), "action", format_at(copy, "derived.type"),
	    "start",
	    format_time_text(copy, alert ? "first_seen" : "window.from"), "end",
	    format_time_text(copy, alert ? "last_seen" : "window.to"),
	    "created", format_time_text(copy, "raised_at"), "url",
	    format_at(copy, "derived.url"), "reason",
	    format_at(copy, alert ? "derived.reasons" : "reason"), "outcome",
	    format_at(copy, "outcome"));
	if (event == NULL || more == NULL ||
	    json_object_update(event, more) != 0) {
		json_decref(event);
		event = NULL;
	}
	json_decref(more);
	return event;
}

/* event.kind, event.category and event.type, of the values that ECS allows. */
static json_t *
event_class(const struct format_work *work)
{
	static const char *const begins[] = { "login", "sign-in", "signin",
		"begin", NULL };
	static const char *const ends[] = { "logout", "sign-out", "signout",
		"end", NULL };
	const char *action = format_text_at(work->copy, "action");

	switch ((enum forward_kind)work->record->kind) {
	case FORWARD_ALERT:
		return json_pack("{s:s, s:[s, s], s:[s]}", "kind", "alert",
		    "category", "network", "intrusion_detection", "type",
		    "info");
	case FORWARD_SUMMARY:
		return json_pack("{s:s, s:[s], s:[s]}", "kind", "metric",
		    "category", "network", "type", "info");
	case FORWARD_HEARTBEAT:
		return json_pack("{s:s, s:[s], s:[s]}", "kind", "state",
		    "category", "host", "type", "info");
	case FORWARD_AUDIT:
		if (format_action_is(work->copy, begins) ||
		    format_action_is(work->copy, ends)) {
			return json_pack("{s:s, s:[s], s:[s]}", "kind", "event",
			    "category", "authentication", "type",
			    format_action_is(work->copy, ends) ? "end"
			                                       : "start");
		}
		if (action != NULL &&
		    (strncmp(action, "user.", 5) == 0 ||
		        strncmp(action, "token.", 6) == 0)) {
			return json_pack("{s:s, s:[s], s:[s, s]}", "kind",
			    "event", "category", "iam", "type", "user",
			    "change");
		}
		return json_pack("{s:s, s:[s], s:[s]}", "kind", "event",
		    "category", "configuration", "type", "change");
	case FORWARD_HEALTH:
	case FORWARD_LOST:
	case FORWARD_KIND_COUNT:
		break;
	}
	return json_pack("{s:s, s:[s], s:[s]}", "kind", "event", "category",
	    "host", "type",
	    work->record->severity >= FORWARD_MEDIUM ? "error" : "info");
}

static json_t *
observer_of(const struct format_work *work)
{
	const json_t *copy = work->copy;
	const json_t *vlan = format_at(copy, "source.vlan");

	return json_pack("{s:s, s:s, s:s, s:O*, s:O*, s:O*, s:O*, "
	                 "s:{s:{s:o*}, s:O*}}",
	    "type", "sensor", "vendor", "Spanwatch", "product", "Sensor",
	    "version", format_at(copy, "derived.version"), "name",
	    format_at(copy, "sensor"), "hostname",
	    format_at(copy, "derived.hostname"), "serial_number",
	    format_at(copy, "derived.serial"), "ingress", "vlan", "id",
	    vlan == NULL ? NULL
	                 : json_sprintf("%" JSON_INTEGER_FORMAT,
	                       json_integer_value(vlan)),
	    "zone", format_at(copy, "source.segment"));
}

static json_t *
alert_of(const struct format_work *work)
{
	const json_t *copy = work->copy;

	return json_pack("{s:{s:O*, s:O*}, s:o*, s:{s:O*, s:O*}}", "rule", "id",
	    format_at(copy, "derived.type"), "name",
	    format_at(copy, "derived.title"), "threat", threat_of(copy),
	    "network", "transport", format_at(copy, "derived.transport"),
	    "community_id", format_at(copy, "derived.community_id"));
}

static json_t *
threat_of(const json_t *copy)
{
	json_t *techniques = json_array();
	json_t *tactics = json_array();
	const char *told = "";
	json_t *id;
	size_t index;

	json_array_foreach(format_at(copy, "attack.techniques"), index, id)
	{
		const struct format_technique *technique =
		    format_technique_of(id);

		(void)json_array_append_new(techniques,
		    json_pack("{s:O, s:s*}", "id", id, "name",
		        technique == NULL ? NULL : technique->name));
		if (technique != NULL && strcmp(told, technique->tactic) != 0) {
			told = technique->tactic;
			(void)json_array_append_new(tactics,
			    json_pack("{s:s, s:s}", "id", technique->tactic,
			        "name", technique->tactic_name));
		}
	}
	if (json_array_size(techniques) == 0) {
		json_decref(techniques);
		json_decref(tactics);
		return NULL;
	}
	return json_pack("{s:s, s:o, s:o}", "framework", "MITRE ATT&CK",
	    "technique", techniques, "tactic", tactics);
}

static json_t *
process_of(const json_t *copy)
{
	if (format_at(copy, "process") == NULL) {
		return NULL;
	}
	return json_pack("{s:O*, s:O*, s:O*, s:O*, s:O*, s:o*, "
	                 "s:{s:o*, s:o*, s:o*}, s:{s:o*}, "
	                 "s:{s:O*, s:O*, s:O*, s:O*}}",
	    "entity_id", format_at(copy, "process.guid"), "pid",
	    format_at(copy, "process.pid"), "executable",
	    format_at(copy, "process.image"), "name",
	    format_at(copy, "derived.image"), "command_line",
	    format_at(copy, "process.command_line"), "start",
	    format_time_text(copy, "process.started"), "hash", "md5",
	    format_hash(copy, "MD5"), "sha1", format_hash(copy, "SHA1"),
	    "sha256", format_hash(copy, "SHA256"), "pe", "imphash",
	    format_hash(copy, "IMPHASH"), "parent", "executable",
	    format_at(copy, "process.parent.image"), "name",
	    format_at(copy, "derived.parent"), "pid",
	    format_at(copy, "process.parent.pid"), "command_line",
	    format_at(copy, "process.parent.command_line"));
}

static json_t *
related_of(const json_t *copy)
{
	json_t *ips = list_of(format_at(copy, "source.ip"));
	json_t *apparent = format_at(copy, "apparent_sources");

	if (ips != NULL && apparent != NULL) {
		(void)json_array_extend(ips, apparent);
	}
	return json_pack("{s:o*, s:o*, s:o*, s:o*}", "ip", ips, "user",
	    list_of(format_at(copy, "derived.user")), "hosts",
	    list_of(format_at(copy, "derived.host")), "hash", hashes_of(copy));
}

/* A list of the value, if it is there. */
static json_t *
list_of(json_t *value)
{
	return value == NULL ? NULL : json_pack("[O]", value);
}

static json_t *
hashes_of(const json_t *copy)
{
	static const char *const algorithms[] = { "SHA256", "SHA1", "MD5" };
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		json_t *hash = format_hash(copy, algorithms[i]);

		if (hash != NULL) {
			(void)json_array_append_new(list, hash);
		}
	}
	return list;
}

static json_t *
own_of(const struct format_work *work)
{
	const json_t *copy = work->copy;
	bool alert = work->record->kind == FORWARD_ALERT;
	json_t *own;
	json_t *more;

	own = json_pack("{s:O*, s:O*, s:O*, s:O*, s:o*, s:o*}", "schema",
	    format_at(copy, "schema"), "seq", format_at(copy, "derived.seq"),
	    "boot_id", format_at(copy, "derived.boot_id"), "destination",
	    format_at(copy, "derived.destination"), "truncated",
	    format_flag(work->truncated), "utf8_fixed",
	    format_flag(work->utf8_fixed));
	more = alert ? own_alert(work)
	             : json_pack("{s:o}", forward_kind_noun(work->record->kind),
	                   format_original(work));
	if (own == NULL || more == NULL || json_object_update(own, more) != 0) {
		json_decref(own);
		own = NULL;
	}
	json_decref(more);
	return own;
}

static json_t *
own_alert(const struct format_work *work)
{
	const json_t *copy = work->copy;

	return json_pack(
	    "{s:O*, s:O*, s:O*, s:O*, s:o*, s:o*, s:o, s:O*, s:O*, "
	    "s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:o*}",
	    "state", format_at(copy, "status"), "update",
	    format_at(copy, "revision"), "active", format_at(copy, "active"),
	    "severity", format_at(copy, "severity"), "scan", scan_of(copy),
	    "attribution", attribution_of(copy), "allowlist",
	    json_pack("{s:b, s:O*, s:O*, s:O*, s:O*, s:O*}", "matched",
	        format_at(copy, "authorised") != NULL, "entry",
	        format_at(copy, "authorised.entry"), "owner",
	        format_at(copy, "authorised.owner"), "ticket",
	        format_at(copy, "authorised.ticket"), "expires",
	        format_at(copy, "authorised.expires"), "within_scope",
	        format_at(copy, "authorised.within_scope")),
	    "reasons", format_at(copy, "reasons"), "score_reasons",
	    format_at(copy, "score_reasons"), "changes",
	    format_at(copy, "changes"), "next_steps",
	    format_at(copy, "next_steps"), "containment",
	    format_at(copy, "containment"), "acts", format_at(copy, "acts"),
	    "visibility", format_at(copy, "visibility"), "community_ids",
	    format_at(copy, "community_ids"), "evidence",
	    format_at(copy, "evidence"), "other_processes",
	    format_at(copy, "other_processes"), "revised",
	    format_time_text(copy, "revised_at"));
}

static json_t *
scan_of(const json_t *copy)
{
	return json_pack(
	    "{s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, s:O*, "
	    "s:O*, s:O*, s:O*, s:O*, s:O*, s:O*}",
	    "shape", format_at(copy, "derived.type"), "kinds",
	    format_at(copy, "kinds"), "techniques",
	    format_at(copy, "techniques"), "order", format_at(copy, "order"),
	    "probed", format_at(copy, "targets.count"), "probes",
	    format_at(copy, "probes.count"), "answered",
	    format_at(copy, "probes.answered"), "refused",
	    format_at(copy, "probes.refused"), "filtered",
	    format_at(copy, "probes.filtered"), "silent",
	    format_at(copy, "probes.silent"), "ports",
	    format_at(copy, "services.ranges"), "ports_total",
	    format_at(copy, "services.count"), "services",
	    format_at(copy, "services.names"), "target_net",
	    format_at(copy, "targets.ranges"), "target_segments",
	    format_at(copy, "targets.segments"), "targets_sample",
	    format_at(copy, "targets.sample"));
}

static json_t *
attribution_of(const json_t *copy)
{
	size_t others = json_array_size(format_at(copy, "other_processes"));
	bool named = format_at(copy, "process") != NULL;

	return json_pack("{s:O*, s:O*, s:O*, s:O*, s:O*, s:I}", "confidence",
	    format_at(copy, "process.confidence"), "matched",
	    format_at(copy, "process.matched.connections"), "matched_of",
	    format_at(copy, "process.matched.of"), "evidence",
	    format_at(copy, "process.evidence"), "notes",
	    format_at(copy, "process_notes"), "candidates",
	    (json_int_t)others + (named ? 1 : 0));
}
