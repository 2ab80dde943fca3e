#include "forward/kafka.h"

#ifdef CONFIG_FORWARD_KAFKA

#	include <stdarg.h>
#	include <stdio.h>
#	include <string.h>

enum {
	WAIT_LAST_S = 60,
	/* What librdkafka says in one turn. */
	TURN_EVENTS = 100,
	/* Of a heartbeat, which has no place in the ring. */
	NO_NUMBER = 0,
};

/* While librdkafka has no room. */
#	define FULL_NS (50 * NS_PER_MS)
/* From one complaint in the log to the next. */
#	define TOLD_NS (60 * NS_PER_S)

static void offer(struct kafka_destination *to);
static rd_kafka_resp_err_t produce(struct kafka_destination *to, char *message,
    uint32_t size, uint64_t number);
static bool is_given_up(rd_kafka_resp_err_t error);
static void offer_again(
    struct kafka_destination *to, rd_kafka_resp_err_t error);
static void let_go(struct kafka_destination *to);
static void give_credit(struct kafka_destination *to);
static void fill_tokens(struct kafka_destination *to);
static uint64_t due_ns(const struct kafka_destination *to);

size_t
kafka_bytes(uint32_t count)
{
	return ring_bytes() * count;
}

void
kafka_init(struct kafka *kafka, struct region *region, uint32_t count,
    const struct kafka_terms *terms)
{
	SW_ASSERT(count <= CONFIG_SOC_COUNT);
	memset(kafka, 0, sizeof(*kafka));
	kafka->terms = *terms;
	for (uint32_t i = 0; i < count; i++) {
		ring_init(&kafka->destinations[i].ring, region);
		kafka->destinations[i].kafka = kafka;
		kafka->destinations[i].event_fd = -1;
	}
}

int
kafka_add(struct kafka *kafka, const struct config_soc *soc,
    char why[FORWARD_WHY_SIZE])
{
	struct kafka_destination *to = &kafka->destinations[kafka->count++];
	int error;

	to->soc = soc;
	to->wait_s = 1;
	error = kafka_client_configure(to, why);
	if (error != 0) {
		kafka_complained(to, "%s", why);
		return error;
	}
	give_credit(to);
	return 0;
}

int
kafka_start(struct kafka *kafka)
{
	int error = 0;

	for (uint32_t i = 0; i < kafka->count && error == 0; i++) {
		if (kafka->destinations[i].conf != NULL) {
			error = kafka_client_start(&kafka->destinations[i]);
		}
	}
	return error;
}

char *
kafka_room(struct kafka *kafka, uint32_t index)
{
	struct kafka_destination *to = &kafka->destinations[index];
	char *room =
	    ring_room(&to->ring, KAFKA_HEAD_SIZE + to->soc->size_limit);

	return room == NULL ? NULL : room + KAFKA_HEAD_SIZE;
}

void
kafka_give(struct kafka *kafka, uint32_t index, size_t size,
    const struct forward_record *record, const char *key)
{
	struct kafka_destination *to = &kafka->destinations[index];
	struct kafka_head head = { .kind = record->kind,
		.time_ms = (int64_t)(record->time_ns / NS_PER_MS),
		.key_size = (uint8_t)strnlen(key, KAFKA_KEY_SIZE) };
	char *message =
	    ring_room(&to->ring, KAFKA_HEAD_SIZE + to->soc->size_limit);

	SW_ASSERT(message != NULL && size <= to->soc->size_limit);
	memcpy(head.key, key, head.key_size);
	memcpy(message, &head, sizeof(head));
	if (record->kind == FORWARD_HEARTBEAT) {
		if (size > 0 && to->client != NULL) {
			(void)produce(to, message,
			    KAFKA_HEAD_SIZE + (uint32_t)size, NO_NUMBER);
		}
		return;
	}
	to->given++;
	if (size > 0) {
		(void)ring_add(&to->ring, KAFKA_HEAD_SIZE + (uint32_t)size,
		    record->seq, false);
		return;
	}
	ring_add(&to->ring, 0, record->seq, false)->is_done = true;
	to->unsendable++;
	counter_increment(kafka->terms.counters, COUNTER_FORWARD_UNSENDABLE);
}

void
kafka_turn(struct kafka *kafka, const struct forward_now *now)
{
	kafka->now = *now;
	for (uint32_t i = 0; i < kafka->count; i++) {
		struct kafka_destination *to = &kafka->destinations[i];

		if (to->client == NULL) {
			continue;
		}
		for (int j = 0;
		     j < TURN_EVENTS && rd_kafka_poll(to->client, 0) > 0; j++) {
		}
		offer(to);
		let_go(to);
		give_credit(to);
	}
}

uint64_t
kafka_next_ns(const struct kafka *kafka)
{
	uint64_t next_ns = UINT64_MAX;

	for (uint32_t i = 0; i < kafka->count; i++) {
		uint64_t its_ns = due_ns(&kafka->destinations[i]);

		next_ns = its_ns < next_ns ? its_ns : next_ns;
	}
	return next_ns;
}

bool
kafka_changed(struct kafka *kafka, uint32_t index)
{
	struct kafka_destination *to = &kafka->destinations[index];
	bool is_changed = to->is_changed;

	to->is_changed = false;
	return is_changed;
}

uint32_t
kafka_failed(const struct kafka *kafka)
{
	for (uint32_t i = 0; i < kafka->count; i++) {
		if (kafka->destinations[i].has_failed) {
			return 1 + i;
		}
	}
	return 0;
}

void
kafka_reset(struct kafka *kafka)
{
	for (uint32_t i = 0; i < kafka->count; i++) {
		struct kafka_destination *to = &kafka->destinations[i];

		while (ring_count(&to->ring) > 0) {
			ring_drop(&to->ring);
		}
		to->next = to->ring.first;
		to->due_ns = 0;
		to->given = 0;
		to->credit = 0;
		to->seq = 0;
		if (to->client != NULL) {
			give_credit(to);
		}
	}
}

bool
kafka_is_flushed(const struct kafka *kafka)
{
	for (uint32_t i = 0; i < kafka->count; i++) {
		const struct kafka_destination *to = &kafka->destinations[i];

		if (to->is_open && !to->has_failed && to->due_ns == 0 &&
		    ring_count(&to->ring) > 0) {
			return false;
		}
	}
	return true;
}

void
kafka_finish(struct kafka *kafka)
{
	kafka->is_stopping = true;
	for (uint32_t i = 0; i < kafka->count; i++) {
		kafka_client_finish(&kafka->destinations[i]);
	}
}

void
kafka_topic(const char *prefix, uint8_t kind, char topic[KAFKA_TOPIC_SIZE])
{
	static const char *const names[FORWARD_KIND_COUNT] = {
		[FORWARD_ALERT] = "alert",
		[FORWARD_SUMMARY] = "summary",
		[FORWARD_HEARTBEAT] = "health",
		[FORWARD_AUDIT] = "audit",
		[FORWARD_HEALTH] = "health",
		[FORWARD_LOST] = "health",
	};

	(void)snprintf(
	    topic, KAFKA_TOPIC_SIZE, "%s.%s.v1", prefix, names[kind]);
}

void
kafka_delivered(
    struct kafka_destination *to, uint64_t number, rd_kafka_resp_err_t error)
{
	struct ring_slot *slot;

	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		counter_increment(
		    to->kafka->terms.counters, COUNTER_FORWARD_SENT);
		to->sent++;
		to->sent_ns = to->kafka->now.wall_ns;
		to->is_changed = to->is_changed || to->error[0] != '\0';
		to->error[0] = '\0';
		kafka_opened(to, true);
	}
	/* A heartbeat, or one of before kafka_reset(). */
	if (number == NO_NUMBER || number - 1 < to->ring.first ||
	    to->kafka->is_stopping) {
		return;
	}
	slot = ring_slot(&to->ring, number - 1);
	slot->frame = 0;
	if (error == RD_KAFKA_RESP_ERR_NO_ERROR) {
		slot->is_done = true;
		to->wait_s = 1;
	} else if (is_given_up(error)) {
		slot->is_done = true;
		to->unsendable++;
		counter_increment(
		    to->kafka->terms.counters, COUNTER_FORWARD_UNSENDABLE);
		log_error(to->kafka->terms.log, "kafka",
		    "soc \"%s\": record %llu is refused for good: %s",
		    to->soc->name, (unsigned long long)slot->seq,
		    rd_kafka_err2str(error));
	} else {
		to->next = number - 1 < to->next ? number - 1 : to->next;
		offer_again(to, error);
	}
}

void
kafka_opened(struct kafka_destination *to, bool is_open)
{
	if (to->is_open == is_open) {
		return;
	}
	to->is_open = is_open;
	to->is_changed = true;
	to->connected_ns = is_open ? to->kafka->now.wall_ns : 0;
	if (is_open) {
		to->error[0] = '\0';
		to->told_ns = 0;
		log_info(to->kafka->terms.log, "kafka", "soc \"%s\": connected",
		    to->soc->name);
		return;
	}
	to->connections++;
	counter_increment(
	    to->kafka->terms.counters, COUNTER_FORWARD_LOST_LINKS);
	log_warning(to->kafka->terms.log, "kafka",
	    "soc \"%s\": no broker is connected any more", to->soc->name);
}

/* Logged at first, and once a minute while it lasts: librdkafka says two or
 * three things in turn at each attempt. */
void
kafka_complained(struct kafka_destination *to, const char *format, ...)
{
	char why[FORWARD_WHY_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(why, sizeof(why), format, arguments);
	va_end(arguments);
	/* Some of it came over the network. */
	for (char *at = why; *at != '\0'; at++) {
		*at = *at < ' ' || *at > '~' ? '?' : *at;
	}
	if (strcmp(why, to->error) == 0) {
		return;
	}
	memcpy(to->error, why, sizeof(why));
	to->is_changed = true;
	if (to->told_ns != 0 && !to->has_failed &&
	    to->kafka->now.monotonic_ns < to->told_ns + TOLD_NS) {
		return;
	}
	to->told_ns = to->kafka->now.monotonic_ns;
	log_warning(to->kafka->terms.log, "kafka", "soc \"%s\": %s",
	    to->soc->name, why);
}

/* Hands over what waits, in order; librdkafka never makes us wait. */
static void
offer(struct kafka_destination *to)
{
	uint64_t now_ns = to->kafka->now.monotonic_ns;

	fill_tokens(to);
	if (now_ns < to->due_ns || to->has_failed) {
		return;
	}
	to->due_ns = 0;
	for (; to->next < to->ring.end && to->tokens >= NS_PER_S; to->next++) {
		struct ring_slot *slot = ring_slot(&to->ring, to->next);
		rd_kafka_resp_err_t error;

		/* It has 'frame' bytes of it: nothing came of them yet. */
		if (slot->is_done || slot->frame != 0) {
			continue;
		}
		error = produce(
		    to, ring_text(&to->ring, slot), slot->size, 1 + to->next);
		if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
			to->due_ns = now_ns + FULL_NS;
			return;
		}
		if (error != RD_KAFKA_RESP_ERR_NO_ERROR) {
			kafka_delivered(to, 1 + to->next, error);
			if (to->due_ns != 0) {
				return;
			}
			continue;
		}
		slot->frame = slot->size;
		to->tokens -= NS_PER_S;
		if (slot->was_sent) {
			to->resent++;
			counter_increment(
			    to->kafka->terms.counters, COUNTER_FORWARD_RESENT);
		}
		slot->was_sent = true;
	}
}

/* Copies the message, so that the ring is ours. */
static rd_kafka_resp_err_t
produce(
    struct kafka_destination *to, char *message, uint32_t size, uint64_t number)
{
	struct kafka_head head;
	char topic[KAFKA_TOPIC_SIZE];
	uintptr_t token = (uintptr_t)number; /* Comes back with the report. */
	char *value = message + KAFKA_HEAD_SIZE;
	void *opaque;

	memcpy(&opaque, &token, sizeof(opaque));
	memcpy(&head, message, sizeof(head));
	kafka_topic(to->soc->kafka.topic, head.kind, topic);
	return rd_kafka_producev(to->client, RD_KAFKA_V_TOPIC(topic),
	    RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
	    RD_KAFKA_V_KEY(head.key, head.key_size),
	    RD_KAFKA_V_VALUE(value, size - KAFKA_HEAD_SIZE),
	    RD_KAFKA_V_TIMESTAMP(head.time_ms), RD_KAFKA_V_OPAQUE(opaque),
	    RD_KAFKA_V_END);
}

/* What is wrong with the record itself, and would be with the next attempt. */
static bool
is_given_up(rd_kafka_resp_err_t error)
{
	return error == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE ||
	    error == RD_KAFKA_RESP_ERR_INVALID_MSG ||
	    error == RD_KAFKA_RESP_ERR_INVALID_MSG_SIZE ||
	    error == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE ||
	    error == RD_KAFKA_RESP_ERR_INVALID_RECORD ||
	    error == RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP;
}

static void
offer_again(struct kafka_destination *to, rd_kafka_resp_err_t error)
{
	char reason[FORWARD_WHY_SIZE];

	if (to->has_failed) {
		return;
	}
	if (error == RD_KAFKA_RESP_ERR__FATAL ||
	    rd_kafka_fatal_error(to->client, reason, sizeof(reason)) !=
	        RD_KAFKA_RESP_ERR_NO_ERROR) {
		to->has_failed = true;
	}
	kafka_complained(to, "it refuses records: %s", rd_kafka_err2str(error));
	if (to->due_ns == 0) {
		to->due_ns =
		    to->kafka->now.monotonic_ns + to->wait_s * NS_PER_S;
		to->wait_s =
		    to->wait_s * 2 < WAIT_LAST_S ? to->wait_s * 2 : WAIT_LAST_S;
	}
}

static void
let_go(struct kafka_destination *to)
{
	struct ring *ring = &to->ring;

	while (
	    ring->first < ring->end && ring_slot(ring, ring->first)->is_done) {
		to->seq = ring_slot(ring, ring->first)->seq;
		to->acknowledged++;
		to->is_changed = true;
		counter_increment(
		    to->kafka->terms.counters, COUNTER_FORWARD_ACKNOWLEDGED);
		ring_drop(ring);
	}
	to->next = to->next < ring->first ? ring->first : to->next;
}

/* Room for a heartbeat is kept, and librdkafka's queue is never full. */
static void
give_credit(struct kafka_destination *to)
{
	uint32_t room =
	    ring_room_for(&to->ring, KAFKA_HEAD_SIZE + to->soc->size_limit);
	uint32_t flight = ring_count(&to->ring) < KAFKA_FLIGHT_COUNT
	    ? KAFKA_FLIGHT_COUNT - ring_count(&to->ring)
	    : 0;
	uint64_t credit;

	room = room > 0 ? room - 1 : 0;
	credit = to->given + (room < flight ? room : flight);
	if (credit > to->credit) {
		to->credit = credit;
		to->is_changed = true;
	}
}

/* A token bucket that holds what may be sent in a second. */
static void
fill_tokens(struct kafka_destination *to)
{
	uint64_t most = to->soc->rate * NS_PER_S;
	uint64_t now_ns = to->kafka->now.monotonic_ns;
	uint64_t passed_ns = now_ns - to->filled_ns;

	to->tokens = passed_ns >= NS_PER_S
	    ? most
	    : to->tokens + passed_ns * to->soc->rate;
	to->tokens = to->tokens < most ? to->tokens : most;
	to->filled_ns = now_ns;
}

static uint64_t
due_ns(const struct kafka_destination *to)
{
	if (to->client == NULL || to->has_failed || to->next == to->ring.end) {
		return UINT64_MAX;
	}
	if (to->due_ns != 0) {
		return to->due_ns;
	}
	return to->tokens >= NS_PER_S
	    ? to->filled_ns
	    : to->filled_ns + (NS_PER_S - to->tokens) / to->soc->rate + 1;
}

#endif
