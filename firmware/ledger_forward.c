/*
 * What the ledger gives the forwarder, or the producer where the destination is
 * Kafka: for each destination the records that wait, the oldest first, as far
 * as it has credit (firmware/messages.h).
 */
#include <string.h>

#include "alert/json_help.h"
#include "firmware/clock.h"
#include "firmware/ledger.h"
#include "firmware/version.h"

static enum role_id role_of(const struct ledger *ledger, uint32_t index);
static bool send_next(struct ledger *ledger, uint32_t index);
static void send_record(struct ledger *ledger, uint32_t index,
    const struct forward_record *record, uint32_t size);
static json_t *heartbeat_of(struct ledger *ledger, uint32_t index);
static json_t *queue_of(const struct ledger *ledger, uint32_t index);

void
ledger_forward_anew(struct ledger *ledger, enum role_id role)
{
	channel_discard(&ledger->role.links[role].channel);
	for (uint32_t i = 0; i < KEEPING_DESTINATIONS; i++) {
		if (role_of(ledger, i) != role) {
			continue;
		}
		ledger->socs[i] = (struct ledger_soc){
			.sequence =
			    ledger->keeping.destinations[i].acknowledged,
			.beat_interval_ns = ledger->socs[i].beat_interval_ns,
		};
	}
}

void
ledger_take_forwarded(
    struct ledger *ledger, const struct message_forwarded *message)
{
	uint32_t index = message->destination;

	if (message->generation != ledger->generation ||
	    index >= ledger->keeping.destination_count) {
		return;
	}
	keeping_acknowledge(&ledger->keeping, index, message->seq);
	ledger->socs[index].credit = message->credit;
}

void
ledger_take_forward_state(
    struct ledger *ledger, const struct message_forward_state *message)
{
	uint32_t index = message->destination;

	if (message->generation != ledger->generation ||
	    index >= ledger->keeping.destination_count) {
		return;
	}
	ledger->socs[index].is_connected = message->connected == 1;
}

void
ledger_forward(struct ledger *ledger)
{
	bool any = true;

	/* In turns, so that none waits for another's backlog. */
	while (any) {
		any = false;
		for (uint32_t i = 0; i < ledger->keeping.destination_count;
		     i++) {
			any = send_next(ledger, i) || any;
		}
	}
}

void
ledger_heartbeats(struct ledger *ledger, uint64_t now_ns)
{
	for (uint32_t i = 0; i < ledger->keeping.destination_count; i++) {
		struct ledger_soc *soc = &ledger->socs[i];
		struct forward_record record = {
			.seq = ledger->keeping.destinations[i].last,
			.time_ns = now_ns,
			.kind = FORWARD_HEARTBEAT,
			.severity = FORWARD_INFO
		};
		json_t *object;
		size_t size;

		if (soc->beat_interval_ns == 0 || !soc->is_connected ||
		    now_ns < soc->beat_ns + soc->beat_interval_ns) {
			continue;
		}
		soc->beat_ns = now_ns;
		object = heartbeat_of(ledger, i);
		size = json_dumpb(object, ledger->forward.text,
		    sizeof(ledger->forward.text), JSON_COMPACT);
		json_decref(object);
		if (size >= 2 && size <= sizeof(ledger->forward.text)) {
			send_record(ledger, i, &record, (uint32_t)size);
		}
	}
}

/* Who sends to it. */
static enum role_id
role_of(const struct ledger *ledger, uint32_t index)
{
#ifdef CONFIG_FORWARD_KAFKA
	return index < ledger->forwarder_socs ? ROLE_FORWARDER : ROLE_PRODUCER;
#else
	(void)ledger, (void)index;
	return ROLE_FORWARDER;
#endif
}

/* Whether a record went out. */
static bool
send_next(struct ledger *ledger, uint32_t index)
{
	struct channel *channel =
	    &ledger->role.links[role_of(ledger, index)].channel;
	struct ledger_soc *soc = &ledger->socs[index];
	struct keeping_item item;

	if (soc->given >= soc->credit || !channel_is_attached(channel) ||
	    !channel_has_room(channel) ||
	    soc->sequence >= ledger->keeping.destinations[index].last ||
	    !keeping_next(&ledger->keeping, index, soc->sequence, &item) ||
	    item.length > sizeof(ledger->forward.text)) {
		return false;
	}
	memcpy(ledger->forward.text, item.text, item.length);
	send_record(ledger, index, &item.record, (uint32_t)item.length);
	counter_increment(
	    &ledger->role.counters, COUNTER_LEDGER_RECORDS_FORWARDED);
	soc->sequence = item.record.seq;
	soc->given++;
	return true;
}

/* What it is, is in ledger->forward.text already. */
static void
send_record(struct ledger *ledger, uint32_t index,
    const struct forward_record *record, uint32_t size)
{
	struct message_forward *message = &ledger->forward;

	memset(message, 0, offsetof(struct message_forward, text));
	message->generation = ledger->generation;
	message->destination = index;
	message->record = *record;
	message->size = size;
	(void)channel_send(&ledger->role.links[role_of(ledger, index)].channel,
	    MESSAGE_FORWARD, message, message_forward_size(message), -1);
}

/* docs/schema/spanwatch.heartbeat.1.json */
static json_t *
heartbeat_of(struct ledger *ledger, uint32_t index)
{
	uint64_t now_ns = clock_wall_ns();
	json_t *object = json_object();
	uint64_t up_ns = now_ns - ledger->role.started_ns;
	bool whole =
	    put(object, "schema", json_string("spanwatch.heartbeat/1")) &&
	    put(object, "sensor", text_of(ledger->role.policy.sensor_name)) &&
	    put(object, "time", time_of(now_ns)) &&
	    put(object, "version", json_string(spanwatch_version)) &&
	    put(object, "uptime_s", count_of(up_ns / NS_PER_S)) &&
	    put(object, "destination", queue_of(ledger, index)) &&
	    put(object, "alerts",
	        json_pack("{s:o}", "active",
	            count_of(ledger_pipeline_active(&ledger->pipeline)))) &&
	    put(object, "store", ledger_store_report(ledger));

	ledger_add_sensor_state(ledger, object);
	return finished(object, whole);
}

static json_t *
queue_of(const struct ledger *ledger, uint32_t index)
{
	const struct keeping_destination *to =
	    &ledger->keeping.destinations[index];

	return json_pack("{s:o, s:o, s:o, s:o}", "name", text_of(to->name),
	    "queued", count_of(keeping_waiting(&ledger->keeping, index)),
	    "lost", count_of(to->lost_ever), "last_seq", count_of(to->last));
}
