#include "firmware/producer.h"

#ifdef CONFIG_FORWARD_KAFKA

#	include <jansson.h>
#	include <stdio.h>
#	include <string.h>

#	include "firmware/clock.h"
#	include "firmware/version.h"
#	include "forward/format.h"

/* The counts of a destination are told so often, if nothing else is. */
#	define TELL_NS (10 * NS_PER_S)

static size_t make_body(struct producer *producer, uint32_t index,
    const struct message_forward *message, char *text, char *key);
static void make_key(
    const struct producer *producer, const json_t *object, char *key);
static void tell_state(struct producer *producer, uint32_t index);

void
producer_take_record(void *context, const struct channel_header *header)
{
	struct producer *producer = context;
	const struct message_forward *message = (const void *)header;
	uint32_t index = message->destination - producer->first;
	bool is_heartbeat = message->record.kind == FORWARD_HEARTBEAT;
	char key[KAFKA_KEY_SIZE];
	char *text;

	if (!producer->is_started || message->destination < producer->first ||
	    index >= producer->soc_count ||
	    message->generation != producer->generation) {
		return;
	}
	text = is_heartbeat && !kafka_is_open(&producer->kafka, index)
	    ? NULL
	    : kafka_room(&producer->kafka, index);
	if (text == NULL && is_heartbeat) {
		counter_increment(&producer->role.counters,
		    COUNTER_FORWARD_HEARTBEATS_DROPPED);
		return;
	}
	if (text == NULL) {
		log_error(&producer->role.log, "producer",
		    "the ledger sent a record that was not asked for");
		role_stop(&producer->role, ROLE_EXIT_INPUT);
		return;
	}
	kafka_give(&producer->kafka, index,
	    make_body(producer, index, message, text, key), &message->record,
	    key);
}

void
producer_tell(struct producer *producer, uint32_t index)
{
	const struct kafka_destination *from =
	    &producer->kafka.destinations[index];
	struct producer_told *told = &producer->told[index];
	struct message_forwarded message = { .generation = producer->generation,
		.destination = producer->first + index,
		.seq = from->seq,
		.credit = from->credit };
	struct channel *ledger = &producer->role.links[ROLE_LEDGER].channel;

	if (from->seq != told->seq || from->credit != told->credit) {
		if (!channel_has_room(ledger)) {
			/* Told with the next change, or the next second. */
			return;
		}
		channel_send(
		    ledger, MESSAGE_FORWARDED, &message, sizeof(message), -1);
		told->seq = from->seq;
		told->credit = from->credit;
	}
	if (from->is_open != told->was_open ||
	    strcmp(from->error, told->error) != 0 ||
	    clock_monotonic_ns() - told->state_ns >= TELL_NS) {
		tell_state(producer, index);
	}
}

void
producer_publish(struct producer *producer)
{
	struct forwarder_health *health = &producer->health;

	health->started_ns = producer->role.started_ns;
	health->policy_version = producer->role.policy.version;
	health->soc_count = producer->soc_count;
	health->memory_planned = producer->region.size;
	for (uint32_t i = 0; i < producer->soc_count; i++) {
		const struct kafka_destination *to =
		    &producer->kafka.destinations[i];
		struct health_soc *shown = &health->socs[i];

		memcpy(
		    shown->name, producer->socs[i].name, sizeof(shown->name));
		memcpy(shown->error, to->error, sizeof(shown->error));
		shown->connected_ns = to->connected_ns;
		shown->sent_ns = to->sent_ns;
		shown->seq = to->seq;
		shown->sent = to->sent;
		shown->acknowledged = to->acknowledged;
		shown->resent = to->resent;
		shown->unsendable = to->unsendable;
		shown->held = ring_count(&to->ring);
		shown->connections = to->connections;
	}
	health->counters = producer->role.counters;
	role_publish(&producer->role, health);
}

/* Returns its length; zero: it cannot be made. */
static size_t
make_body(struct producer *producer, uint32_t index,
    const struct message_forward *message, char *text, char *key)
{
	const struct config_soc *soc = &producer->socs[index];
	struct forward_record record = message->record;
	const struct forward_format_terms terms = {
		.form = (enum forward_form)soc->format,
		.enterprise_number = CONFIG_FORWARD_ENTERPRISE_NUMBER,
		.mask_secrets = soc->mask_secrets,
		.limit_bytes = soc->size_limit,
		.destination = soc->name,
		.hostname = producer->host,
		.app = "spanwatch",
		.version = spanwatch_version,
		.sensor_id = producer->role.policy.sensor_name,
		.boot_id = producer->boot_id,
	};
	json_t *object =
	    json_loadb(message->text, message->size, JSON_ALLOW_NUL, NULL);
	size_t size = 0;

	make_key(producer, object, key);
	if (object != NULL) {
		record.sequence_id =
		    forward_sequence_id_after(producer->sequence_ids[index]);
		size = forward_format_body(
		    &terms, &record, object, text, soc->size_limit);
		json_decref(object);
	}
	if (size > 0) {
		producer->sequence_ids[index] = record.sequence_id;
	} else {
		log_error(&producer->role.log, "producer",
		    "%s: record %llu cannot be made a message", soc->name,
		    (unsigned long long)record.seq);
	}
	return size;
}

/* Sensor and source, so that all of one source is in one partition, and so in
 * order; what has no source goes by the sensor. */
static void
make_key(const struct producer *producer, const json_t *object, char *key)
{
	const char *address = json_string_value(
	    json_object_get(json_object_get(object, "source"), "ip"));

	(void)snprintf(key, KAFKA_KEY_SIZE, "%s%s%.45s",
	    producer->role.policy.sensor_name, address == NULL ? "" : "/",
	    address == NULL ? "" : address);
}

static void
tell_state(struct producer *producer, uint32_t index)
{
	const struct kafka_destination *from =
	    &producer->kafka.destinations[index];
	struct producer_told *told = &producer->told[index];
	struct message_forward_state state = { .generation =
		                                   producer->generation,
		.destination = producer->first + index,
		.connected = from->is_open ? 1 : 0,
		.sent = from->sent,
		.acked = from->acknowledged,
		.retried = from->resent,
		.refused = from->unsendable };
	struct channel *ledger = &producer->role.links[ROLE_LEDGER].channel;

	_Static_assert(
	    (int)FORWARD_WHY_SIZE == (int)MESSAGE_ERROR_SIZE, "one text");
	if (!channel_has_room(ledger)) {
		return;
	}
	memcpy(state.error, from->error, sizeof(state.error));
	channel_send(ledger, MESSAGE_FORWARD_STATE, &state, sizeof(state), -1);
	memcpy(told->error, from->error, sizeof(told->error));
	told->was_open = from->is_open;
	told->state_ns = clock_monotonic_ns();
}

#endif
