#include "endpoint/endpoint.h"

#include "endpoint/envelope.h"
#include "endpoint/normalise.h"
#include "endpoint/readers.h"

enum {
	EVENT_ID_MAX = 65535,
	NESTING_MAX = 2, /* A body within a field of a body. */
};

struct endpoint {
	struct counters *counters;
	struct json *json;
	struct event_xml *xml;
	struct audit *audit;
	struct fields fields;
};

size_t
endpoint_bytes(void)
{
	return region_bytes(1, sizeof(struct endpoint)) + json_bytes() +
	    event_xml_bytes() + audit_bytes();
}

uint32_t
endpoint_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		{ "tokens of a JSON message", json_bytes(), 1, json_bytes() },
		{ "memory lent to Expat", event_xml_bytes(), 1,
		    event_xml_bytes() },
		{ "audit events being put together", audit_bytes(), 1,
		    audit_bytes() },
		plan_array("reading logs itself", 1, sizeof(struct endpoint)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

struct endpoint *
endpoint_init(struct region *region, struct counters *counters)
{
	struct endpoint *endpoint = region_carve(region, 1, sizeof(*endpoint));

	endpoint->counters = counters;
	endpoint->json = json_init(region);
	endpoint->xml = event_xml_init(region);
	endpoint->audit = audit_init(region, counters);
	return endpoint;
}

void
endpoint_finish(struct endpoint *endpoint)
{
	event_xml_finish(endpoint->xml);
}

/* NXLog's element has the fields, the message the text or the same as JSON. */
static enum endpoint_outcome
read_nxlog(struct endpoint *endpoint, const struct envelope *envelope)
{
	struct fields *fields = &endpoint->fields;
	enum endpoint_outcome outcome =
	    read_structured_data(envelope->structured_data, fields);

	fields_set(
	    fields, FIELD_PROVIDER, envelope->tag.text, envelope->tag.size);
	if (!slice_begins(envelope->body, SLICE("{"))) {
		fields_set(fields, FIELD_MESSAGE, envelope->body.text,
		    envelope->body.size);
		fields->open_end = envelope->body.text + envelope->body.size;
	} else if (normalise_is_lacking(fields)) {
		(void)read_json(endpoint->json, envelope->body, fields);
	}
	return outcome;
}

static enum endpoint_outcome
read_body(struct endpoint *endpoint, const struct envelope *envelope,
    uint64_t arrival_ns)
{
	struct fields *fields = &endpoint->fields;
	struct slice body = envelope->body;

	switch (envelope->format) {
	case FORMAT_JSON:
		return read_json(endpoint->json, body, fields);
	case FORMAT_XML:
		return read_event_xml(endpoint->xml, body, fields);
	case FORMAT_SNARE:
		return read_snare(body, fields);
	case FORMAT_WINCOLLECT:
		return read_wincollect(body, fields);
	case FORMAT_CEF:
		return read_cef(body, fields);
	case FORMAT_LEEF:
		return read_leef(body, fields);
	case FORMAT_NXLOG_SD:
		return read_nxlog(endpoint, envelope);
	case FORMAT_EVENTREPORTER:
		return read_eventreporter(body, fields);
	case FORMAT_AUOMS:
		return read_auoms(body, fields);
	case FORMAT_AUDITD:
		return read_auditd(endpoint->audit, body, arrival_ns, fields);
	case FORMAT_OSSEC:
		return read_ossec(body, fields);
	case FORMAT_SPLUNK:
		return read_splunk_text(body, fields);
	case FORMAT_SYSLOGNG:
		return read_syslogng_agent(body, fields);
	case FORMAT_EVTSYS:
		return read_evtsys(body, fields);
	case FORMAT_PAIRS:
		return read_pairs(body, fields);
	case FORMAT_TEXT:
		return read_text(body, fields);
	case FORMAT_EMPTY:
	case FORMAT_COUNT:
		break;
	}
	return ENDPOINT_EMPTY;
}

/* Whether the form holds prose only, and so has nothing to show that it was not
 * cut. */
static bool
is_prose(enum format format)
{
	switch (format) {
	case FORMAT_SNARE:
	case FORMAT_WINCOLLECT:
	case FORMAT_EVENTREPORTER:
	case FORMAT_OSSEC:
	case FORMAT_SPLUNK:
	case FORMAT_SYSLOGNG:
	case FORMAT_EVTSYS:
	case FORMAT_TEXT:
		return true;
	case FORMAT_JSON:
	case FORMAT_XML:
	case FORMAT_CEF:
	case FORMAT_LEEF:
	case FORMAT_NXLOG_SD:
	case FORMAT_AUOMS:
	case FORMAT_AUDITD:
	case FORMAT_PAIRS:
	case FORMAT_EMPTY:
	case FORMAT_COUNT:
		break;
	}
	return false;
}

/* Whether the message is as long as senders are limited to (RFC 3164, RFC 5424,
 * powers of two), with or without a zero. */
static bool
is_at_limit(const struct endpoint_message *message)
{
	static const size_t limits[] = { 480, 1024, 2048, 4096, 8192, 16384,
		32768, 65507, 65535 };

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		if (message->size == limits[i] ||
		    message->size + 1 == limits[i]) {
			return true;
		}
	}
	return false;
}

/* What ends where prose or pairs end may have lost its last bytes. */
static void
note_cut(struct fields *fields, const struct endpoint_message *message,
    enum format format)
{
	bool is_likely = message->is_cut || is_at_limit(message);

	if (is_likely || is_prose(format)) {
		fields->open_end = message->bytes + message->size;
	}
	fields->was_cut = is_likely && is_prose(format);
}

/* Takes a field out of its JSON escapes. */
static struct slice
unescape(struct fields *fields, struct slice text)
{
	struct slice plain;
	bool is_open = text.text + text.size == fields->open_end;

	if (!fields->message_is_escaped ||
	    slice_find_byte(text, '\\') == text.size) {
		return text;
	}
	plain = json_unescape(text, fields);
	if (is_open && plain.text != NULL) {
		fields->open_end = plain.text + plain.size;
	}
	return plain;
}

/* What the fields lack may stand in the prose beside them, or in an event's own
 * XML or JSON that was wrapped up. */
static void
read_within(struct endpoint *endpoint)
{
	struct fields *fields = &endpoint->fields;
	struct slice text = slice_trim(fields->value[FIELD_RAW_XML]);

	if (slice_begins(text, SLICE("<Event"))) {
		(void)read_event_xml(endpoint->xml, text, fields);
		return;
	}
	if (!fields_has(fields, FIELD_MESSAGE)) {
		return;
	}
	text = slice_trim(unescape(fields, fields->value[FIELD_MESSAGE]));
	fields->message_is_escaped = false;
	if (slice_begins(text, SLICE("<Event"))) {
		(void)read_event_xml(endpoint->xml, text, fields);
	} else if (text.size > 0) {
		(void)read_text(text, fields);
	}
}

/* What the header says, should the body not. */
static void
take_header(struct fields *fields, const struct envelope *envelope)
{
	fields_set(fields, FIELD_HEADER_HOST, envelope->host.text,
	    envelope->host.size);
	fields_set(fields,
	    envelope->is_rfc5424 ? FIELD_HEADER_TIME : FIELD_HEADER_LOCAL_TIME,
	    envelope->time.text, envelope->time.size);
}

static bool
is_unwanted(const struct envelope *envelope)
{
	uint64_t event_id;
	struct slice body = envelope->format == FORMAT_NXLOG_SD
	    ? envelope->structured_data
	    : envelope->body;

	return event_id_find(envelope->format, body, &event_id) &&
	    event_id <= EVENT_ID_MAX && !event_id_is_wanted(event_id);
}

static enum endpoint_outcome
parse(struct endpoint *endpoint, const struct endpoint_message *message,
    const struct envelope *envelope, struct endpoint_event *event)
{
	struct fields *fields = &endpoint->fields;
	enum endpoint_outcome outcome;

	if (envelope->format == FORMAT_EMPTY &&
	    envelope->structured_data.size == 0) {
		return ENDPOINT_EMPTY;
	}
	if (is_unwanted(envelope)) {
		return ENDPOINT_NOT_WANTED;
	}
	fields_clear(fields);
	take_header(fields, envelope);
	note_cut(fields, message, envelope->format);
	outcome = read_body(endpoint, envelope, message->arrival_ns);
	if (outcome != ENDPOINT_EVENT) {
		return outcome;
	}
	if (!is_prose(envelope->format) && normalise_is_lacking(fields)) {
		read_within(endpoint);
	}
	return normalise(fields, message, is_prose(envelope->format), event);
}

enum endpoint_outcome
endpoint_parse(struct endpoint *endpoint,
    const struct endpoint_message *message, struct endpoint_event *event)
{
	static const enum counter by_outcome[ENDPOINT_OUTCOME_COUNT] = {
		[ENDPOINT_EVENT] = COUNTER_ENDPOINT_EVENTS,
#define OUTCOME(name, sentence) [ENDPOINT_##name] = COUNTER_ENDPOINT_##name,
#include "endpoint/outcomes.def"
#undef OUTCOME
	};
	static const enum counter by_format[FORMAT_COUNT] = {
#define FORMAT(name, sentence) [FORMAT_##name] = COUNTER_ENDPOINT_FORMAT_##name,
#include "endpoint/formats.def"
#undef FORMAT
	};
	struct envelope envelope;
	enum endpoint_outcome outcome;

	envelope_read(
	    (struct slice){ message->bytes, message->size }, &envelope);
	SW_ASSERT(envelope.format < FORMAT_COUNT);
	outcome = parse(endpoint, message, &envelope, event);
	counter_increment(endpoint->counters, COUNTER_ENDPOINT_MESSAGES);
	counter_increment(endpoint->counters, by_outcome[outcome]);
	counter_increment(endpoint->counters, by_format[envelope.format]);
	return outcome;
}

const char *
endpoint_outcome_name(enum endpoint_outcome outcome)
{
	static const char *const names[ENDPOINT_OUTCOME_COUNT] = {
		[ENDPOINT_EVENT] = "event",
		[ENDPOINT_NOT_WANTED] = "not_wanted",
		[ENDPOINT_INCOMPLETE] = "incomplete",
		[ENDPOINT_EMPTY] = "empty",
		[ENDPOINT_UNKNOWN_FORMAT] = "unknown_format",
		[ENDPOINT_MALFORMED] = "malformed",
		[ENDPOINT_CUT_SHORT] = "cut_short",
		[ENDPOINT_NO_HOST] = "no_host",
		[ENDPOINT_NO_PROCESS] = "no_process",
		[ENDPOINT_BAD_FIELD] = "bad_field",
	};

	return names[outcome];
}

const char *
endpoint_outcome_sentence(enum endpoint_outcome outcome)
{
	static const char *const sentences[ENDPOINT_OUTCOME_COUNT] = {
		[ENDPOINT_EVENT] = "an event",
#define OUTCOME(name, sentence) [ENDPOINT_##name] = (sentence),
#include "endpoint/outcomes.def"
#undef OUTCOME
	};

	return sentences[outcome];
}
