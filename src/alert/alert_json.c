#include "alert/alert_json.h"

#include <math.h>
#include <string.h>

#include "alert/authorised.h"
#include "alert/community_id.h"
#include "alert/json_help.h"
#include "alert/process.h"
#include "alert/service.h"
#include "alert/steps.h"
#include "alert/summary.h"
#include "alert/words.h"
#include "base/rfc3339.h"

/* Bytes of a text of ranges: 256 of services, or 128 of IPv6 targets. */
enum { RANGES_SIZE = 12288 };

static bool add_head(json_t *object, const struct alert *alert);
static bool add_times(json_t *object, const struct finding *finding);
static bool add_evidence(json_t *object, const struct alert *alert);
static bool add_additions(json_t *object, const struct alert *alert);
static json_t *kinds_of(const struct finding *finding);
static json_t *techniques_of(const struct finding *finding);
static json_t *source_of(const struct alert *alert);
static json_t *names_of(const struct attribution *attribution);
static json_t *changes_of(const struct alert *alert);
static json_t *apparent_of(const struct finding *finding);
static json_t *targets_of(const struct alert *alert);
static json_t *services_of(const struct finding *finding);
static json_t *reasons_of(const struct finding *finding);
static json_t *attack_of(const struct alert *alert);
static json_t *community_ids_of(const struct finding *finding);
static json_t *samples_of(const struct finding *finding);
static json_t *marks_of(const struct severity *severity);
static json_t *target_sample_of(const struct finding *finding);
static json_t *service_names_of(const struct finding *finding);
static bool has_member(const json_t *list, const char *text);

json_t *
alert_json(const struct alert *alert)
{
	json_t *object = json_object();

	if (object == NULL || !add_head(object, alert) ||
	    !add_times(object, &alert->finding) ||
	    !add_evidence(object, alert) || !add_additions(object, alert)) {
		json_decref(object);
		return NULL;
	}
	return object;
}

size_t
alert_json_line(const struct alert *alert, char *line, size_t size)
{
	json_t *object = alert_json(alert);
	size_t length;

	if (object == NULL) {
		return 0;
	}
	length = json_dumpb(
	    object, line, size, JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(object);
	if (length == 0 || length >= size) {
		return 0;
	}
	line[length] = '\n';
	return length + 1;
}

static bool
add_head(json_t *object, const struct alert *alert)
{
	const struct finding *finding = &alert->finding;

	return put(object, "schema", json_string("spanwatch.alert/1")) &&
	    put(object, "id", json_string(alert->id)) &&
	    put(object, "revision", json_integer(alert->revision)) &&
	    put(object, "status",
	        json_string(alert_status_name(alert->status))) &&
	    put(object, "active", json_boolean(finding->active)) &&
	    put(object, "kinds", kinds_of(finding)) &&
	    put(object, "techniques", techniques_of(finding)) &&
	    put(object, "order",
	        text_or_null(finding_order_name(finding->order))) &&
	    put(object, "severity",
	        json_string(severity_level_name(alert->severity.level))) &&
	    put(object, "score", json_integer(alert->severity.score));
}

static bool
add_times(json_t *object, const struct finding *finding)
{
	return put(object, "first_seen", time_of(finding->first_seen_ns)) &&
	    put(object, "last_seen", time_of(finding->last_seen_ns)) &&
	    put(object, "raised_at", time_of(finding->raised_at_ns)) &&
	    put(object, "probes_at_raise", count_of(finding->probes_at_raise));
}

static bool
add_evidence(json_t *object, const struct alert *alert)
{
	const struct finding *finding = &alert->finding;

	return put(object, "source", source_of(alert)) &&
	    put(object, "apparent_sources", apparent_of(finding)) &&
	    put(object, "targets", targets_of(alert)) &&
	    put(object, "services", services_of(finding)) &&
	    put(object, "probes",
	        json_pack("{s:o, s:o, s:o, s:o, s:o}", "count",
	            count_of(finding->probe_count), "answered",
	            count_of(finding->answered), "refused",
	            count_of(finding->refused), "filtered",
	            count_of(finding->filtered), "silent",
	            count_of(finding->silent))) &&
	    put(object, "reasons", reasons_of(finding)) &&
	    put(object, "process", process_json(&alert->attribution)) &&
	    put(object, "other_processes",
	        process_others_json(&alert->attribution)) &&
	    put(object, "authorised", authorised_json(&alert->authorisation)) &&
	    put(object, "attack", attack_of(alert)) &&
	    put(object, "visibility",
	        json_pack("{s:o, s:b, s:b}", "dropped_packets",
	            count_of(finding->dropped_packets), "one_way",
	            finding->one_way, "truncated_evidence",
	            finding->truncated_evidence)) &&
	    put(object, "community_ids", community_ids_of(finding)) &&
	    put(object, "sensor", text_of(alert->sensor_name));
}

/* What the schema has not asked for, but readers will. */
static bool
add_additions(json_t *object, const struct alert *alert)
{
	char summary[SUMMARY_SIZE];
	struct strbuf buffer;

	strbuf_init(&buffer, summary, sizeof(summary));
	summary_add(alert, &buffer);
	return put(object, "summary", json_string(summary)) &&
	    put(object, "revised_at", time_of(alert->finding.revised_at_ns)) &&
	    put(object, "changes", changes_of(alert)) &&
	    put(object, "process_notes",
	        process_notes_json(&alert->attribution)) &&
	    put(object, "containment",
	        people_containment_json(&alert->people)) &&
	    put(object, "acts", people_acts_json(&alert->people)) &&
	    put(object, "next_steps", steps_json(alert)) &&
	    put(object, "scope", scope_json(alert)) &&
	    put(object, "nearest_entry",
	        authorised_nearest_json(&alert->authorisation)) &&
	    put(object, "score_reasons", marks_of(&alert->severity)) &&
	    put(object, "samples", samples_of(&alert->finding));
}

static json_t *
kinds_of(const struct finding *finding)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < finding->kind_count; i++) {
		const char *name = finding_kind_name(finding->kinds[i]);

		whole = push(list, json_string(name)) && whole;
	}
	return finished(list, whole);
}

static json_t *
techniques_of(const struct finding *finding)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < PROBE_TECHNIQUE_COUNT; i++) {
		if ((finding->techniques & 1u << i) == 0) {
			continue;
		}
		whole =
		    push(list, json_string(probe_technique_name(i))) && whole;
		/* The contract's list has it next to what it grows from. */
		if (i == PROBE_TCP_ACK && finding->window) {
			whole = push(list, json_string("tcp_window")) && whole;
		}
	}
	if (finding->fragmented) {
		whole = push(list, json_string("fragmented")) && whole;
	}
	return finished(list, whole);
}

static json_t *
source_of(const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	char address[IP_ADDRESS_TEXT_SIZE];
	char mac[MAC_ADDRESS_TEXT_SIZE];

	return json_pack("{s:o, s:o, s:o, s:o, s:o, s:o}", "ip",
	    text_or_null(finding->has_address
	            ? ip_address_format(&finding->source, address)
	            : NULL),
	    "mac",
	    text_or_null(finding->has_mac
	            ? mac_address_format(&finding->source_mac, mac)
	            : NULL),
	    "vlan",
	    finding->vlan == VLAN_NONE ? json_null()
	                               : json_integer(finding->vlan),
	    "segment",
	    text_or_null(
	        alert->source_in_segment ? alert->source_segment : NULL),
	    "host", text_or_none(alert->attribution.host), "names",
	    names_of(&alert->attribution));
}

static json_t *
names_of(const struct attribution *attribution)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < attribution->name_count; i++) {
		whole = push(list, text_of(attribution->names[i])) && whole;
	}
	return finished(list, whole);
}

/* What is new since the revision before. */
static json_t *
changes_of(const struct alert *alert)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < alert->change_count; i++) {
		whole = push(list, text_of(alert->changes[i])) && whole;
	}
	return finished(list, whole);
}

static json_t *
apparent_of(const struct finding *finding)
{
	json_t *list = json_array();
	char text[IP_ADDRESS_TEXT_SIZE];
	bool whole = true;

	for (uint32_t i = 0; i < finding->apparent_count; i++) {
		ip_address_format(&finding->apparent[i], text);
		whole = push(list, json_string(text)) && whole;
	}
	return finished(list, whole);
}

static json_t *
targets_of(const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	static char ranges[RANGES_SIZE]; /* Too large for the stack. */
	json_t *segments = json_array();
	struct strbuf buffer;
	bool whole = true;

	strbuf_init(&buffer, ranges, sizeof(ranges));
	target_add_ranges(finding, FINDING_TARGET_RANGES, ",", &buffer);
	for (uint32_t i = 0; i < alert->target_segment_count; i++) {
		whole =
		    push(segments, text_of(alert->target_segments[i])) && whole;
	}
	return json_pack("{s:o, s:o, s:o, s:o, s:b, s:b}", "count",
	    count_of(finding->target_count), "ranges", json_string(ranges),
	    "segments", finished(segments, whole), "sample",
	    target_sample_of(finding), "exact", !finding->counts_estimated,
	    "ranges_complete", !finding->ranges_cut);
}

static json_t *
services_of(const struct finding *finding)
{
	static char ranges[RANGES_SIZE]; /* As above. */
	struct strbuf buffer;

	strbuf_init(&buffer, ranges, sizeof(ranges));
	service_add_ranges(finding, FINDING_SERVICE_RANGES, ",", &buffer);
	return json_pack("{s:o, s:o, s:o, s:b, s:b}", "count",
	    count_of(finding->service_count), "ranges", json_string(ranges),
	    "names", service_names_of(finding), "exact",
	    !finding->counts_estimated, "ranges_complete",
	    !finding->ranges_cut);
}

static json_t *
reasons_of(const struct finding *finding)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < finding->reason_count; i++) {
		const struct finding_reason *reason = &finding->reasons[i];
		double weight = isfinite(reason->weight) ? reason->weight : 0;
		char text[REASON_SIZE];
		struct strbuf buffer;

		strbuf_init(&buffer, text, sizeof(text));
		reason_add(finding, reason, &buffer);
		whole =
		    push(list,
		        json_pack("{s:o, s:o}", "text", json_string(text),
		            "weight", json_real(round(weight * 100) / 100))) &&
		    whole;
	}
	return finished(list, whole);
}

/* MITRE ATT&CK: T1018 Remote System Discovery is asking who is there, T1046
 * Network Service Discovery asking for what they offer, T1595 Active Scanning
 * either from outside, and T1595.001 Scanning IP Blocks if it goes for many
 * addresses; AN1057 is its analytic for unusual scanning.  Probes show neither
 * a search for holes (T1595.002) nor shares being listed (T1135). */
static json_t *
attack_of(const struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	const uint32_t hosts_only = 1u << PROBE_ICMP_ECHO |
	    1u << PROBE_ICMP_TIMESTAMP | 1u << PROBE_ICMP_ADDRESS_MASK |
	    1u << PROBE_ICMP6_ECHO | 1u << PROBE_ARP | 1u << PROBE_ND;
	bool services = (finding->techniques & ~hosts_only) != 0;
	json_t *list = json_array();
	bool sweep = !services;
	bool probe = false;
	bool whole = true;

	for (uint32_t i = 0; i < finding->kind_count; i++) {
		sweep = sweep || finding->kinds[i] == FINDING_HOST_SWEEP;
		probe = probe || finding->kinds[i] != FINDING_HOST_SWEEP;
	}
	if (services && probe) {
		whole = push(list, json_string("T1046"));
	}
	if (sweep) {
		whole = push(list, json_string("T1018")) && whole;
	}
	if (finding->has_address && !alert->source_in_segment) {
		whole = push(list, json_string("T1595")) && whole;
		if (finding->kind_count > 0 &&
		    finding->kinds[0] != FINDING_PORT_SCAN) {
			whole = push(list, json_string("T1595.001")) && whole;
		}
	}
	return json_pack("{s:s, s:o}", "analytic", "AN1057", "techniques",
	    finished(list, whole));
}

static json_t *
community_ids_of(const struct finding *finding)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < finding->sample_count; i++) {
		struct community_id_flow flow;
		char text[COMMUNITY_ID_SIZE];

		if (!community_id_flow_of(&finding->samples[i], &flow)) {
			continue;
		}
		community_id_format(&flow, text);
		if (!has_member(list, text)) {
			whole = push(list, json_string(text)) && whole;
		}
	}
	return finished(list, whole);
}

/* The probes kept as evidence, one object each. */
static json_t *
samples_of(const struct finding *finding)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < finding->sample_count; i++) {
		const struct finding_sample *sample = &finding->samples[i];
		char source[IP_ADDRESS_TEXT_SIZE];
		char target[IP_ADDRESS_TEXT_SIZE];
		char service[SERVICE_LABEL_SIZE];

		service_label_of_sample(sample, service);
		whole =
		    push(list,
		        json_pack("{s:o, s:s, s:i, s:s, s:s, s:s, s:s}", "time",
		            time_of(sample->time_ns), "source",
		            ip_address_format(&sample->source, source),
		            "source_port", sample->source_port, "target",
		            ip_address_format(&sample->target, target),
		            "service", service, "technique",
		            probe_technique_name(sample->technique), "outcome",
		            probe_outcome_name(sample->outcome))) &&
		    whole;
	}
	return finished(list, whole);
}

static json_t *
marks_of(const struct severity *severity)
{
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < severity->mark_count; i++) {
		enum severity_mark mark = severity->marks[i];

		whole = push(list,
		            json_pack("{s:s, s:i}", "text",
		                severity_mark_sentence(mark), "points",
		                severity_mark_points(mark))) &&
		    whole;
	}
	return finished(list, whole);
}

/* The targets among the samples, each once. */
static json_t *
target_sample_of(const struct finding *finding)
{
	json_t *list = json_array();
	char text[IP_ADDRESS_TEXT_SIZE];
	bool whole = true;

	for (uint32_t i = 0; i < finding->sample_count; i++) {
		ip_address_format(&finding->samples[i].target, text);
		if (!has_member(list, text)) {
			whole = push(list, json_string(text)) && whole;
		}
	}
	return finished(list, whole);
}

static json_t *
service_names_of(const struct finding *finding)
{
	char names[SERVICE_NAMES][SERVICE_LABEL_SIZE];
	uint32_t count = service_names(finding, names);
	json_t *list = json_array();
	bool whole = true;

	for (uint32_t i = 0; i < count; i++) {
		whole = push(list, text_of(names[i])) && whole;
	}
	return finished(list, whole);
}

static bool
has_member(const json_t *list, const char *text)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (strcmp(json_string_value(json_array_get(list, i)), text) ==
		    0) {
			return true;
		}
	}
	return false;
}
