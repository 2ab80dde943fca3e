#include "alert/summary_record.h"

#include <nettle/base64.h>

#include "alert/json_help.h"
#include "alert/process.h"

_Static_assert(
    SUMMARY_SKETCH_LENGTH == BASE64_ENCODE_RAW_LENGTH(SKETCH_REGISTERS),
    "a character for six bits, padded");

static json_t *source_of(const struct source_summary *summary,
    const struct policy *policy, const struct attribution *attribution);
static json_t *window_of(const struct source_summary *summary);
static json_t *sketched(const struct sketch *sketch);
static json_t *process_of(const struct attribution *attribution);

json_t *
summary_record_json(const struct source_summary *summary,
    const struct policy *policy, const struct attribution *attribution)
{
	json_t *object = json_object();
	bool whole;

	whole = put(object, "schema", json_string("spanwatch.summary/1")) &&
	    put(object, "sensor", text_of(policy->sensor_name)) &&
	    put(object, "source", source_of(summary, policy, attribution)) &&
	    put(object, "window", window_of(summary)) &&
	    put(object, "partial", json_boolean(summary->is_partial)) &&
	    put(object, "targets", sketched(&summary->targets)) &&
	    put(object, "ports", sketched(&summary->services)) &&
	    put(object, "attempts", count_of(summary->attempts)) &&
	    put(object, "failures",
	        count_of(source_summary_failures(summary))) &&
	    put(object, "answered", count_of(summary->answered)) &&
	    put(object, "refused", count_of(summary->refused)) &&
	    put(object, "filtered", count_of(summary->filtered)) &&
	    put(object, "silent", count_of(summary->silent)) &&
	    put(object, "new_targets", count_of(summary->new_targets)) &&
	    put(object, "process", process_of(attribution));
	return finished(object, whole);
}

size_t
summary_record_line(const struct source_summary *summary,
    const struct policy *policy, const struct attribution *attribution,
    char *line, size_t size)
{
	json_t *object = summary_record_json(summary, policy, attribution);
	size_t length;

	if (object == NULL) {
		return 0;
	}
	length = json_dumpb(object, line, size, JSON_COMPACT);
	json_decref(object);
	if (length == 0 || length >= size) {
		return 0;
	}
	line[length] = '\n';
	return length + 1;
}

/* The segment's name, if the policy is still the one that it is an index of. */
static json_t *
segment_of(const struct source_summary *summary, const struct policy *policy)
{
	if (summary->policy_version != policy->version ||
	    summary->segment >= policy->segment_count) {
		return json_null();
	}
	return text_of(policy->segments[summary->segment].name);
}

static json_t *
source_of(const struct source_summary *summary, const struct policy *policy,
    const struct attribution *attribution)
{
	json_t *object = json_object();
	char ip[IP_ADDRESS_TEXT_SIZE];
	char mac[MAC_ADDRESS_TEXT_SIZE];
	bool has_mac = !mac_address_is_zero(&summary->source_mac);
	bool whole;

	whole = put(object, "ip",
	            json_string(ip_address_format(&summary->source, ip))) &&
	    put(object, "mac",
	        has_mac
	            ? json_string(mac_address_format(&summary->source_mac, mac))
	            : json_null()) &&
	    put(object, "host",
	        attribution != NULL ? text_or_none(attribution->host)
	                            : json_null()) &&
	    put(object, "segment", segment_of(summary, policy));
	return finished(object, whole);
}

static json_t *
window_of(const struct source_summary *summary)
{
	json_t *object = json_object();
	bool whole = put(object, "from", time_of(summary->from_ns)) &&
	    put(object, "to", time_of(summary->to_ns));

	return finished(object, whole);
}

static json_t *
sketched(const struct sketch *sketch)
{
	json_t *object = json_object();
	char text[SUMMARY_SKETCH_LENGTH + 1];
	bool whole;

	base64_encode_raw(text, sizeof(sketch->rank), sketch->rank);
	text[SUMMARY_SKETCH_LENGTH] = '\0';
	whole = put(object, "count", count_of(sketch_estimate(sketch))) &&
	    put(object, "sketch", json_string(text));
	return finished(object, whole);
}

/* What tells a program apart across hosts, and a process on one. */
static json_t *
process_of(const struct attribution *attribution)
{
	const struct attribution_process *process;
	char guid[PROCESS_GUID_SIZE];
	json_t *object;
	bool whole;

	if (attribution == NULL || attribution->process_count == 0) {
		return json_null();
	}
	process = &attribution->processes[0];
	object = json_object();
	whole = put(object, "confidence",
	            json_string(
	                attribution_confidence_name(process->confidence))) &&
	    put(object, "guid",
	        process->has_guid
	            ? json_string(process_guid_format(process->guid, guid))
	            : json_null()) &&
	    put(object, "image", text_or_none(process->image)) &&
	    put(object, "hashes", text_or_none(process->hashes));
	return finished(object, whole);
}
