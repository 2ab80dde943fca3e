#include "firmware/messages.h"

#include <math.h>
#include <string.h>

static bool role_is_sound(const void *message);
static bool start_sensor_is_sound(const void *message);
static bool start_ledger_is_sound(const void *message);
static bool finding_message_is_sound(const void *message);
static bool contacts_message_is_sound(const void *message);
static bool names_message_is_sound(const void *message);
static bool start_collector_is_sound(const void *message);
static bool relay_is_sound(const void *message);
static bool events_are_sound(const void *message);
static bool failure_is_sound(const void *message);
static bool start_forwarder_is_sound(const void *message);
static bool forward_is_sound(const void *message);
static bool forwarded_is_sound(const void *message);
static bool forward_state_is_sound(const void *message);
static uint32_t record_size(uint32_t event_size);
static bool capture_is_sound(const struct config_capture *capture);
static bool text_is_ended(const char *text, size_t size);
static bool flag_is_sound(const bool *flag);

/* Who, whom, what. */
static const struct row {
	enum role_id from;
	enum role_id to;
	struct channel_kind kind;
} rows[] = {
	/* clang-format off */
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_STOP, false, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_POLICY, true, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_PEER, true, sizeof(struct message_role),
	    role_is_sound, 0 } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_PAGE, true, sizeof(struct message_role),
	    role_is_sound, 0 } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_STATUS_SOCKET, true, sizeof(struct message_plain), NULL,
	    0 } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_CONTROL_SOCKET, true, sizeof(struct message_plain), NULL,
	    0 } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_CONFIGURATION, true, sizeof(struct message_plain), NULL,
	    0 } },
	{ ROLE_SUPERVISOR, ROLE_LEDGER,
	  { MESSAGE_START_LEDGER, false, sizeof(struct message_start_ledger),
	    start_ledger_is_sound, 0 } },

	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_STOP, false, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_POLICY, true, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_PEER, true, sizeof(struct message_role),
	    role_is_sound, 0 } },
	{ ROLE_SUPERVISOR, ROLE_SENSOR,
	  { MESSAGE_START_SENSOR, false, sizeof(struct message_start_sensor),
	    start_sensor_is_sound, 0 } },

	{ ROLE_SUPERVISOR, ROLE_COLLECTOR,
	  { MESSAGE_STOP, false, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_COLLECTOR,
	  { MESSAGE_POLICY, true, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_COLLECTOR,
	  { MESSAGE_PEER, true, sizeof(struct message_role),
	    role_is_sound, 0 } },
	{ ROLE_SUPERVISOR, ROLE_COLLECTOR,
	  { MESSAGE_START_COLLECTOR, false,
	    sizeof(struct message_start_collector), start_collector_is_sound,
	    0 } },
	{ ROLE_SUPERVISOR, ROLE_COLLECTOR,
	  { MESSAGE_DIALED, true, sizeof(struct message_relay), relay_is_sound,
	    0 } },

	{ ROLE_SUPERVISOR, ROLE_FORWARDER,
	  { MESSAGE_STOP, false, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_FORWARDER,
	  { MESSAGE_POLICY, true, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SUPERVISOR, ROLE_FORWARDER,
	  { MESSAGE_PEER, true, sizeof(struct message_role),
	    role_is_sound, 0 } },
	{ ROLE_SUPERVISOR, ROLE_FORWARDER,
	  { MESSAGE_CONFIGURATION, true, sizeof(struct message_plain), NULL,
	    0 } },
	{ ROLE_SUPERVISOR, ROLE_FORWARDER,
	  { MESSAGE_START_FORWARDER, false,
	    sizeof(struct message_start_forwarder), start_forwarder_is_sound,
	    0 } },
	{ ROLE_SUPERVISOR, ROLE_FORWARDER,
	  { MESSAGE_DIALED, true, sizeof(struct message_relay), relay_is_sound,
	    0 } },

#ifdef CONFIG_FORWARD_KAFKA
#define PLAIN sizeof(struct message_plain), NULL, 0
	{ ROLE_SUPERVISOR, ROLE_PRODUCER, { MESSAGE_STOP, false, PLAIN } },
	{ ROLE_SUPERVISOR, ROLE_PRODUCER, { MESSAGE_POLICY, true, PLAIN } },
	{ ROLE_SUPERVISOR, ROLE_PRODUCER,
	  { MESSAGE_CONFIGURATION, true, PLAIN } },
	{ ROLE_SUPERVISOR, ROLE_PRODUCER,
	  { MESSAGE_PEER, true, sizeof(struct message_role),
	    role_is_sound, 0 } },
	{ ROLE_SUPERVISOR, ROLE_PRODUCER,
	  { MESSAGE_START_FORWARDER, false,
	    sizeof(struct message_start_forwarder), start_forwarder_is_sound,
	    0 } },
	{ ROLE_PRODUCER, ROLE_SUPERVISOR, { MESSAGE_READY, false, PLAIN } },
	{ ROLE_LEDGER, ROLE_PRODUCER,
	  { MESSAGE_FORWARD, false, sizeof(struct message_forward),
	    forward_is_sound, offsetof(struct message_forward, text) } },
	{ ROLE_PRODUCER, ROLE_LEDGER,
	  { MESSAGE_FORWARDED, false, sizeof(struct message_forwarded),
	    forwarded_is_sound, 0 } },
	{ ROLE_PRODUCER, ROLE_LEDGER,
	  { MESSAGE_FORWARD_STATE, false, sizeof(struct message_forward_state),
	    forward_state_is_sound, 0 } },
#endif

	{ ROLE_LEDGER, ROLE_SUPERVISOR,
	  { MESSAGE_READY, false, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_SENSOR, ROLE_SUPERVISOR,
	  { MESSAGE_READY, false, sizeof(struct message_plain), NULL, 0 } },

	{ ROLE_COLLECTOR, ROLE_SUPERVISOR,
	  { MESSAGE_READY, false, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_COLLECTOR, ROLE_SUPERVISOR,
	  { MESSAGE_DIAL, false, sizeof(struct message_relay), relay_is_sound,
	    0 } },

	{ ROLE_COLLECTOR, ROLE_LEDGER,
	  { MESSAGE_ENDPOINT_EVENTS, false,
	    sizeof(struct message_endpoint_events), events_are_sound,
	    offsetof(struct message_endpoint_events, records) } },
	{ ROLE_COLLECTOR, ROLE_LEDGER,
	  { MESSAGE_ENDPOINT_FAILURE, false,
	    sizeof(struct message_endpoint_failure), failure_is_sound, 0 } },

	{ ROLE_FORWARDER, ROLE_SUPERVISOR,
	  { MESSAGE_READY, false, sizeof(struct message_plain), NULL, 0 } },
	{ ROLE_FORWARDER, ROLE_SUPERVISOR,
	  { MESSAGE_DIAL, false, sizeof(struct message_relay), relay_is_sound,
	    0 } },

	{ ROLE_LEDGER, ROLE_FORWARDER,
	  { MESSAGE_FORWARD, false, sizeof(struct message_forward),
	    forward_is_sound, offsetof(struct message_forward, text) } },
	{ ROLE_FORWARDER, ROLE_LEDGER,
	  { MESSAGE_FORWARDED, false, sizeof(struct message_forwarded),
	    forwarded_is_sound, 0 } },
	{ ROLE_FORWARDER, ROLE_LEDGER,
	  { MESSAGE_FORWARD_STATE, false, sizeof(struct message_forward_state),
	    forward_state_is_sound, 0 } },

	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_FINDING, false, sizeof(struct message_finding),
	    finding_message_is_sound, 0 } },
	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_CONTACTS, false, sizeof(struct message_contacts),
	    contacts_message_is_sound, 0 } },
	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_NAMES, false, sizeof(struct message_names),
	    names_message_is_sound, 0 } },
	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_EVIDENCE, false, sizeof(struct message_evidence),
	    evidence_message_is_sound, 0 } },
	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_PROBES, false, sizeof(struct message_probes),
	    probes_message_is_sound, 0 } },
	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_SUMMARIES, false, sizeof(struct message_summaries),
	    summaries_message_is_sound, 0 } },
	{ ROLE_SENSOR, ROLE_LEDGER,
	  { MESSAGE_SEGMENT_HOURS, false, sizeof(struct message_segment_hours),
	    segment_hours_message_is_sound, 0 } },
	/* clang-format on */
};

bool
message_connects(enum role_id one, enum role_id other)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if ((rows[i].from == one && rows[i].to == other) ||
		    (rows[i].from == other && rows[i].to == one)) {
			return true;
		}
	}
	return false;
}

uint32_t
message_kinds(enum role_id from, enum role_id to,
    struct channel_kind kinds[MESSAGE_KINDS])
{
	uint32_t count = 0;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].from == from && rows[i].to == to) {
			SW_ASSERT(count < MESSAGE_KINDS);
			kinds[count++] = rows[i].kind;
		}
	}
	return count;
}

uint32_t
message_largest(enum role_id from, enum role_id to)
{
	uint32_t largest = sizeof(struct channel_header);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (rows[i].from == from && rows[i].to == to &&
		    rows[i].kind.size > largest) {
			largest = rows[i].kind.size;
		}
	}
	return largest;
}

uint32_t
message_queue_count(enum role_id from, enum role_id to)
{
	/* Records are large, and the outbox keeps them. */
	return from == ROLE_LEDGER && role_forwards(to)
	    ? MESSAGE_FORWARD_QUEUE_COUNT
	    : MESSAGE_QUEUE_COUNT;
}

bool
message_add_event(
    struct message_endpoint_events *message, const struct endpoint_event *event)
{
	struct message_record record = { .size = (uint32_t)endpoint_event_size(
		                             event) };
	uint32_t size = message->size + record_size(record.size);

	if (size > sizeof(message->records)) {
		return false;
	}
	memcpy(message->records + message->size, &record, sizeof(record));
	memcpy(message->records + message->size + sizeof(record), event,
	    record.size);
	memset(message->records + message->size + sizeof(record) + record.size,
	    0, size - message->size - sizeof(record) - record.size);
	message->size = size;
	message->count++;
	return true;
}

uint32_t
message_events_size(const struct message_endpoint_events *message)
{
	return (uint32_t)offsetof(struct message_endpoint_events, records) +
	    message->size;
}

const struct endpoint_event *
message_next_event(const struct message_endpoint_events *message, uint32_t *at)
{
	const uint8_t *bytes = message->records + *at;
	struct message_record record;

	if (*at >= message->size) {
		return NULL;
	}
	memcpy(&record, bytes, sizeof(record));
	*at += record_size(record.size);
	return (const void *)(bytes + sizeof(record));
}

static bool
role_is_sound(const void *message)
{
	const struct message_role *role = message;

	return role->role < ROLE_COUNT;
}

static bool
start_sensor_is_sound(const void *message)
{
	const struct message_start_sensor *start = message;

	if (start->capture_count > CONFIG_CAPTURE_COUNT ||
	    start->needs_all > 1) {
		return false;
	}
	for (uint32_t i = 0; i < start->capture_count; i++) {
		if (!capture_is_sound(&start->captures[i])) {
			return false;
		}
	}
	return true;
}

static bool
start_ledger_is_sound(const void *message)
{
	const struct message_start_ledger *start = message;

	return start->prints_json <= 1;
}

static bool
contacts_message_is_sound(const void *message)
{
	const struct message_contacts *contacts = message;

	if (contacts->count == 0 || contacts->count > MESSAGE_CONTACT_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < contacts->count; i++) {
		if (!wire_contact_is_sound(&contacts->contacts[i])) {
			return false;
		}
	}
	return true;
}

static bool
names_message_is_sound(const void *message)
{
	const struct message_names *names = message;

	if (names->count == 0 || names->count > MESSAGE_NAME_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < names->count; i++) {
		if (!wire_name_is_sound(&names->names[i])) {
			return false;
		}
	}
	return true;
}

/* What room detect does not doubt, since it made it: that a bool is one, that a
 * weight is a number, that there is something to tell. */
static bool
finding_message_is_sound(const void *message)
{
	const struct finding *finding =
	    &((const struct message_finding *)message)->finding;
	const bool *const flags[] = { &finding->active, &finding->fragmented,
		&finding->window, &finding->has_address, &finding->has_mac,
		&finding->counts_estimated, &finding->ranges_cut,
		&finding->one_way, &finding->truncated_evidence };

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++) {
		if (!flag_is_sound(flags[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(finding->reasons); i++) {
		if (!isfinite(finding->reasons[i].weight)) {
			return false;
		}
	}
	return finding->revision > 0 && finding->kind_count > 0 &&
	    finding_is_sound(finding);
}

static bool
start_collector_is_sound(const void *message)
{
	const struct message_start_collector *start = message;

	return start->needs_all <= 1 && config_logs_are_sound(&start->logs);
}

static bool
relay_is_sound(const void *message)
{
	const struct message_relay *relay = message;

	return relay->relay < MESSAGE_RELAY_COUNT;
}

/* Walks the records before it looks into any: each is within the message, and
 * the last ends where it does. */
static bool
events_are_sound(const void *message)
{
	const struct message_endpoint_events *events = message;
	uint32_t count = 0;
	uint32_t at = 0;

	if (events->size > sizeof(events->records) ||
	    events->header.size != message_events_size(events)) {
		return false;
	}
	while (at < events->size) {
		const uint8_t *place = events->records + at;
		struct message_record record;
		uint32_t left = events->size - at;

		if (left < sizeof(record)) {
			return false;
		}
		memcpy(&record, place, sizeof(record));
		if (record.unused != 0 || record.size < MESSAGE_EVENT_LEAST ||
		    record.size > sizeof(struct endpoint_event) ||
		    record_size(record.size) > left ||
		    !endpoint_event_is_sound(
		        (const void *)(place + sizeof(record)), record.size)) {
			return false;
		}
		at += record_size(record.size);
		count++;
	}
	return count > 0 && count == events->count;
}

static bool
failure_is_sound(const void *message)
{
	const struct message_endpoint_failure *failure = message;

	return failure->outcome > ENDPOINT_EVENT &&
	    failure->outcome < ENDPOINT_OUTCOME_COUNT &&
	    failure->sample_size <= sizeof(failure->sample) &&
	    text_is_ended(failure->sender, sizeof(failure->sender));
}

static bool
start_forwarder_is_sound(const void *message)
{
	const struct message_start_forwarder *start = message;

	return start->needs_all <= 1;
}

static bool
forward_is_sound(const void *message)
{
	const struct message_forward *forward = message;
	struct forward_record record = forward->record;

	record.sequence_id = 1; /* The forwarder's to give. */
	return forward->destination < CONFIG_SOC_COUNT && forward->size >= 2 &&
	    forward->size <= sizeof(forward->text) &&
	    forward->header.size == message_forward_size(forward) &&
	    forward_record_is_sound(&record);
}

static bool
forwarded_is_sound(const void *message)
{
	const struct message_forwarded *forwarded = message;

	return forwarded->destination < CONFIG_SOC_COUNT;
}

static bool
forward_state_is_sound(const void *message)
{
	const struct message_forward_state *state = message;

	return state->destination < CONFIG_SOC_COUNT && state->connected <= 1 &&
	    text_is_ended(state->error, sizeof(state->error));
}

/* What an event takes in a message. */
static uint32_t
record_size(uint32_t event_size)
{
	return (
	    uint32_t)((sizeof(struct message_record) + event_size + 7) / 8 * 8);
}

/* Of the numbers capture itself says which it can work with. */
static bool
capture_is_sound(const struct config_capture *capture)
{
	return capture->interface[0] != '\0' &&
	    text_is_ended(capture->interface, sizeof(capture->interface)) &&
	    text_is_ended(capture->filter, sizeof(capture->filter)) &&
	    (capture->mode == CONFIG_CAPTURE_IMMEDIATE ||
	        capture->mode == CONFIG_CAPTURE_BLOCK) &&
	    flag_is_sound(&capture->promiscuous);
}

static bool
text_is_ended(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}

/* A bool from outside may hold any byte: not to be read before this. */
static bool
flag_is_sound(const bool *flag)
{
	uint8_t byte;

	memcpy(&byte, flag, 1);
	return byte <= 1;
}
