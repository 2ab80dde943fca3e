#include "forward/format_json.h"

#include <string.h>

/* Open Cybersecurity Schema Framework 1.4.0.  An alert is a Detection Finding;
 * of the others each has the class that says no more than the record does:
 * what people did is of identity and access management, what went wrong an
 * application's error, and what only tells how things are the base event. */

struct class
{
	unsigned uid;
	unsigned category;
	unsigned activity;
};

static struct class class_of(const struct format_work *work);
static struct class class_of_audit(const json_t *copy);
static unsigned alert_activity(const json_t *copy);
static json_t *common(const struct format_work *work);
static json_t *metadata_of(const struct format_work *work);
static json_t *observables_of(const json_t *copy);
static json_t *specific(const struct format_work *work, unsigned class_uid);
static json_t *finding_of(const json_t *copy);
static unsigned alert_status(const json_t *copy);
static unsigned confidence_of(const json_t *copy);
static json_t *attacks_of(const json_t *copy);
static json_t *evidence_of(const json_t *copy);
static json_t *process_of(const json_t *copy);
static json_t *file_of(const json_t *path, const json_t *name, json_t *hashes);
static json_t *hashes_of(const json_t *copy);
static json_t *user_of(const json_t *copy);
static json_t *unmapped_of(const struct format_work *work);

size_t
format_ocsf(const struct format_work *work, struct format_writer *writer)
{
	json_t *tree = common(work);
	json_t *more = specific(work, class_of(work).uid);

	if (tree == NULL || more == NULL ||
	    json_object_update(tree, more) != 0) {
		json_decref(tree);
		tree = NULL;
	}
	json_decref(more);
	format_json_write(writer, tree);
	return writer->length;
}

static struct class class_of(const struct format_work *work)
{
	switch ((enum forward_kind)work->record->kind) {
	case FORWARD_ALERT:
		return (struct class){ 2004, 2, alert_activity(work->copy) };
	case FORWARD_AUDIT:
		return class_of_audit(work->copy);
	case FORWARD_HEALTH:
	case FORWARD_LOST:
		if (work->record->severity >= FORWARD_MEDIUM ||
		    work->record->kind == FORWARD_LOST) {
			/* Application Error: General Error. */
			return (struct class){ 6008, 6, 1 };
		}
		break;
	case FORWARD_SUMMARY:
	case FORWARD_HEARTBEAT:
	case FORWARD_KIND_COUNT:
		break;
	}
	return (struct class){ 0, 0, 99 };
}

/* Create, Update, Close. */
static unsigned
alert_activity(const json_t *copy)
{
	const char *status = format_text_at(copy, "status");

	if (json_is_false(format_at(copy, "active")) ||
	    (status != NULL && strcmp(status, "closed") == 0)) {
		return 3;
	}
	return json_integer_value(format_at(copy, "revision")) > 1 ? 2 : 1;
}

/* Authentication, Account Change, else Entity Management. */
static struct class class_of_audit(const json_t *copy)
{
	static const char *const begins[] = { "login", "sign-in", "signin",
		"begin", NULL };
	static const char *const ends[] = { "logout", "sign-out", "signout",
		"end", NULL };
	static const char *const adds[] = { "add", "create", "import", NULL };
	static const char *const removes[] = { "remove", "delete", "revoke",
		NULL };
	static const char *const passwords[] = { "passwd", "password", NULL };
	const char *action = format_text_at(copy, "action");
	bool added = format_action_is(copy, adds);
	bool removed = format_action_is(copy, removes);

	if (format_action_is(copy, begins) || format_action_is(copy, ends)) {
		return (struct class){ 3002, 3,
			format_action_is(copy, ends) ? 2 : 1 };
	}
	if (action != NULL && strncmp(action, "user.", 5) == 0) {
		unsigned activity = added               ? 1
		    : removed                           ? 6
		    : format_action_is(copy, passwords) ? 3
		                                        : 99;

		return (struct class){ 3001, 3, activity };
	}
	return (struct class){ 3004, 3, added ? 1 : removed ? 4 : 3 };
}

static json_t *
common(const struct format_work *work)
{
	const json_t *copy = work->copy;
	struct class class = class_of(work);
	const char *outcome = format_text_at(copy, "outcome");

	return json_pack("{s:i, s:i, s:i, s:i, s:i, s:o*, s:O*, s:O*, s:o*, "
	                 "s:o*, s:o*, s:o*, s:o*, s:O*, s:o*}",
	    "class_uid", (int)class.uid, "category_uid", (int)class.category,
	    "activity_id", (int)class.activity, "type_uid",
	    (int)(class.uid * 100 + class.activity), "severity_id",
	    work->record->severity + 1, "time",
	    format_time_ms(copy, "derived.time"), "message",
	    format_at(copy, "derived.message"), "severity",
	    format_at(copy, "derived.severity"), "metadata", metadata_of(work),
	    "status_id",
	    outcome == NULL
	        ? NULL
	        : json_integer(strcmp(outcome, "failure") == 0 ? 2 : 1),
	    "start_time", format_time_ms(copy, "window.from"), "end_time",
	    format_time_ms(copy, "window.to"), "observables",
	    work->core ? NULL : observables_of(copy), "count",
	    format_at(copy, "count"), "unmapped", unmapped_of(work));
}

static json_t *
metadata_of(const struct format_work *work)
{
	const json_t *copy = work->copy;
	const char *id = format_text_at(copy, "id");

	return json_pack("{s:s, s:{s:s, s:s, s:O*, s:O*}, s:s, s:O*, s:O*, "
	                 "s:o*, s:O*, s:O*}",
	    "version", "1.4.0", "product", "vendor_name", "Spanwatch", "name",
	    "Sensor", "version", format_at(copy, "derived.version"), "uid",
	    format_at(copy, "derived.sensor_id"), "event_code",
	    forward_kind_msgid(work->record->kind), "sequence",
	    format_at(copy, "derived.seq"), "log_name",
	    format_at(copy, "schema"), "uid",
	    id == NULL ? NULL
	               : json_sprintf("%s/%" JSON_INTEGER_FORMAT, id,
	                     json_integer_value(format_at(copy, "revision"))),
	    "correlation_uid", format_at(copy, "id"), "log_provider",
	    format_at(copy, "sensor"));
}

/* What is worth looking up: hostname 1, IP address 2, MAC address 3, user name
 * 4, process name 9. */
static json_t *
observables_of(const json_t *copy)
{
	static const struct {
		const char *path;
		const char *name;
		int type;
	} paths[] = {
		{ "source.host", "evidences.src_endpoint.hostname", 1 },
		{ "source.ip", "evidences.src_endpoint.ip", 2 },
		{ "source.mac", "evidences.src_endpoint.mac", 3 },
		{ "derived.user", "evidences.process.user.name", 4 },
		{ "derived.image", "evidences.process.name", 9 },
	};
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		json_t *value = format_at(copy, paths[i].path);

		if (value != NULL && format_at(copy, "kinds") != NULL) {
			(void)json_array_append_new(list,
			    json_pack("{s:s, s:i, s:O}", "name", paths[i].name,
			        "type_id", paths[i].type, "value", value));
		}
	}
	return list;
}

/* What the class asks for beside the base event. */
static json_t *
specific(const struct format_work *work, unsigned class_uid)
{
	const json_t *copy = work->copy;

	switch (class_uid) {
	case 2004:
		return finding_of(copy);
	case 3001:
		return json_pack("{s:{s:O*}, s:{s:o*}, s:O*}", "user", "name",
		    format_at(copy, "object") != NULL
		        ? format_at(copy, "object")
		        : format_at(copy, "actor"),
		    "actor", "user", user_of(copy), "comment",
		    format_at(copy, "reason"));
	case 3002:
		/* The origin is an address, or "local". */
		return json_pack("{s:o*, s:{s:s}, s:{s:O*}}", "user",
		    user_of(copy), "service", "name", "spanwatch",
		    "src_endpoint", "name", format_at(copy, "origin"));
	case 3004:
		return json_pack("{s:{s:o, s:O*}, s:{s:o*}, s:O*}", "entity",
		    "name",
		    format_at(copy, "object") != NULL
		        ? format_take(copy, "object")
		        : json_string("configuration"),
		    "type", format_at(copy, "action"), "actor", "user",
		    user_of(copy), "comment", format_at(copy, "reason"));
	default:
		return json_object();
	}
}

static json_t *
finding_of(const json_t *copy)
{
	static const char *const words[] = { "Unknown", "Low", "Medium",
		"High" };
	unsigned confidence = confidence_of(copy);

	return json_pack(
	    "{s:{s:O*, s:O*, s:O*, s:O*, s:o*, s:o*, s:o*, s:o*, s:O*, s:o*, "
	    "s:{s:s, s:O*, s:i}}, s:i, s:O*, s:i, s:s, s:O*, s:b, s:o*, s:o*, "
	    "s:o*}",
	    "finding_info", "uid", format_at(copy, "id"), "title",
	    format_at(copy, "derived.title"), "desc",
	    format_at(copy, "derived.reasons"), "types",
	    format_at(copy, "kinds"), "first_seen_time",
	    format_time_ms(copy, "first_seen"), "last_seen_time",
	    format_time_ms(copy, "last_seen"), "created_time",
	    format_time_ms(copy, "raised_at"), "modified_time",
	    format_time_ms(copy, "revised_at"), "src_url",
	    format_at(copy, "derived.url"), "attacks", attacks_of(copy),
	    "analytic", "uid", "AN1057", "name",
	    format_at(copy, "derived.type"), "type_id", 3, "status_id",
	    (int)alert_status(copy), "status", format_at(copy, "status"),
	    "confidence_id", (int)confidence, "confidence", words[confidence],
	    "risk_score", format_at(copy, "score"), "is_alert",
	    alert_status(copy) != 3, "evidences", evidence_of(copy),
	    "start_time", format_time_ms(copy, "first_seen"), "end_time",
	    format_time_ms(copy, "last_seen"));
}

/* New, In Progress, Suppressed, Resolved. */
static unsigned
alert_status(const json_t *copy)
{
	static const char *const names[] = { "", "open", "acknowledged",
		"authorised", "closed" };
	const char *status = format_text_at(copy, "status");

	for (unsigned i = 1; status != NULL && i < ARRAY_SIZE(names); i++) {
		if (strcmp(status, names[i]) == 0) {
			return i;
		}
	}
	return 0;
}

/* Low, Medium, High: how sure it is that the process sent the probes. */
static unsigned
confidence_of(const json_t *copy)
{
	static const char *const names[] = { "", "possible", "probable",
		"confirmed" };
	const char *name = format_text_at(copy, "process.confidence");

	for (unsigned i = 1; name != NULL && i < ARRAY_SIZE(names); i++) {
		if (strcmp(name, names[i]) == 0) {
			return i;
		}
	}
	return 0;
}

static json_t *
attacks_of(const json_t *copy)
{
	json_t *list = json_array();
	json_t *id;
	size_t index;

	json_array_foreach(format_at(copy, "attack.techniques"), index, id)
	{
		const struct format_technique *technique =
		    format_technique_of(id);

		(void)json_array_append_new(list,
		    json_pack("{s:{s:O, s:s*}, s:{s:s*, s:s*}}", "technique",
		        "uid", id, "name",
		        technique == NULL ? NULL : technique->name, "tactic",
		        "uid", technique == NULL ? NULL : technique->tactic,
		        "name",
		        technique == NULL ? NULL : technique->tactic_name));
	}
	return list;
}

static json_t *
evidence_of(const json_t *copy)
{
	const json_t *vlan = format_at(copy, "source.vlan");

	return json_pack("[{s:o*, s:{s:O*, s:O*, s:O*, s:o*, s:O*}, "
	                 "s:{s:i, s:O*, s:O*}}]",
	    "process", process_of(copy), "src_endpoint", "ip",
	    format_at(copy, "source.ip"), "mac", format_at(copy, "source.mac"),
	    "hostname", format_at(copy, "derived.host"), "vlan_uid",
	    vlan == NULL ? NULL
	                 : json_sprintf("%" JSON_INTEGER_FORMAT,
	                       json_integer_value(vlan)),
	    "zone", format_at(copy, "source.segment"), "connection_info",
	    "direction_id", 0, "protocol_name",
	    format_at(copy, "derived.transport"), "community_uid",
	    format_at(copy, "derived.community_id"));
}

static json_t *
process_of(const json_t *copy)
{
	if (format_at(copy, "process.pid") == NULL &&
	    format_at(copy, "process.guid") == NULL) {
		/* OCSF has no process without either; what is known of it is
		 * among what is unmapped. */
		return NULL;
	}
	return json_pack("{s:O*, s:O*, s:O*, s:O*, s:o*, s:o*, s:o*, "
	                 "s:o*}",
	    "uid", format_at(copy, "process.guid"), "pid",
	    format_at(copy, "process.pid"), "name",
	    format_at(copy, "derived.image"), "cmd_line",
	    format_at(copy, "process.command_line"), "created_time",
	    format_time_ms(copy, "process.started"), "file",
	    file_of(format_at(copy, "process.image"),
	        format_at(copy, "derived.image"), hashes_of(copy)),
	    "user", user_of(copy), "parent_process",
	    format_at(copy, "process.parent.pid") == NULL
	        ? NULL
	        : json_pack("{s:O*, s:O*, s:O*, s:o*}", "pid",
	              format_at(copy, "process.parent.pid"), "name",
	              format_at(copy, "derived.parent"), "cmd_line",
	              format_at(copy, "process.parent.command_line"), "file",
	              file_of(format_at(copy, "process.parent.image"),
	                  format_at(copy, "derived.parent"), NULL)));
}

/* A regular file; 'hashes' is taken. */
static json_t *
file_of(const json_t *path, const json_t *name, json_t *hashes)
{
	if (path == NULL || name == NULL) {
		json_decref(hashes);
		return NULL;
	}
	return json_pack("{s:O, s:O, s:i, s:o*}", "path", path, "name", name,
	    "type_id", 1, "hashes", hashes);
}

/* MD5 1, SHA-1 2, SHA-256 3. */
static json_t *
hashes_of(const json_t *copy)
{
	static const char *const algorithms[] = { "MD5", "SHA1", "SHA256" };
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(algorithms); i++) {
		json_t *hash = format_hash(copy, algorithms[i]);

		if (hash != NULL) {
			(void)json_array_append_new(list,
			    json_pack("{s:i, s:o}", "algorithm_id", (int)i + 1,
			        "value", hash));
		}
	}
	return list;
}

static json_t *
user_of(const json_t *copy)
{
	if (format_at(copy, "derived.user") == NULL) {
		return NULL;
	}
	return json_pack("{s:O, s:O*}", "name", format_at(copy, "derived.user"),
	    "domain", format_at(copy, "derived.domain"));
}

/* The record itself, but for what was told above at length. */
static json_t *
unmapped_of(const struct format_work *work)
{
	static const char *const told[] = { "summary", "process", "first_seen",
		"last_seen", "raised_at", "revised_at", "attack", "severity",
		"text" };
	json_t *own = format_original(work);
	json_t *more = json_pack("{s:O*, s:O*, s:o*, s:o*}", "boot_id",
	    format_at(work->copy, "derived.boot_id"), "destination_name",
	    format_at(work->copy, "derived.destination"), "truncated",
	    format_flag(work->truncated), "utf8_fixed",
	    format_flag(work->utf8_fixed));

	for (size_t i = 0;
	     work->record->kind == FORWARD_ALERT && i < ARRAY_SIZE(told); i++) {
		(void)json_object_del(own, told[i]);
	}
	if (work->core) {
		static const char *const twice[] = { "source", "sensor", "id",
			"status", "kinds", "score", "probes_at_raise", "order",
			"authorised" };

		for (size_t i = 0; i < ARRAY_SIZE(twice); i++) {
			(void)json_object_del(own, twice[i]);
		}
	}
	/* The rest of the process: what OCSF has no attributes for. */
	if (work->record->kind == FORWARD_ALERT && !work->core) {
		(void)json_object_set_new(own, "attribution",
		    json_pack("{s:O*, s:O*, s:O*, s:O*, s:O*}", "image",
		        format_at(work->copy, "process.image"), "confidence",
		        format_at(work->copy, "process.confidence"), "guid",
		        format_at(work->copy, "process.guid"), "matched",
		        format_at(work->copy, "process.matched"), "evidence",
		        format_at(work->copy, "process.evidence")));
	}
	if (own == NULL || more == NULL || json_object_update(own, more) != 0) {
		json_decref(own);
		own = NULL;
	}
	json_decref(more);
	return json_pack("{s:o*}", "spanwatch", own);
}
