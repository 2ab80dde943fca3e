#include "classify/question.h"

#ifdef CONFIG_CLASSIFY_NDPI

#	include <string.h>

#	include "base/bytes.h"
#	include "classify/dissect.h"
#	include "mem/table.h"

enum {
	PACKET_LIMIT = CONFIG_CLASSIFY_PACKETS_PER_FLOW,
	/* TCP is asked about when both ends have spoken; after so many packets
	 * it seems that one of them cannot be heard. */
	ONE_SIDED_LIMIT = 4,
	FROM_LOW = 1,
	FROM_HIGH = 2,
};

/* The opening of one conversation: the record of the table. */
struct opening {
	struct five_tuple key;
	uint8_t packet_count;
	uint8_t next_question;     /* Asked when there are so many packets. */
	uint8_t spoken;            /* FROM_* bits. */
	uint16_t from_low;         /* A bit for each packet. */
	uint16_t used;             /* Bytes kept. */
	uint32_t next_sequence[2]; /* TCP, of the high and the low end. */
	uint16_t sizes[PACKET_LIMIT];
};
_Static_assert(PACKET_LIMIT <= 16, "a bit for each packet");
_Static_assert(CONFIG_CLASSIFY_FLOW_BYTES <= UINT16_MAX, "sizes fit");

struct question {
	struct table openings;
	uint8_t *bytes; /* CONFIG_CLASSIFY_FLOW_BYTES for each opening. */
	struct dissect *dissect;
	struct counters *counters;
};

static struct opening *take_in(
    struct question *question, const struct question_packet *heard);
static struct opening *open_for(
    struct question *question, const struct question_packet *heard);
static bool is_repeat(
    struct opening *opening, const struct question_packet *heard);
static void append(struct question *question, struct opening *opening,
    const struct question_packet *heard);
static bool is_time(const struct opening *opening);
static enum application ask(struct question *question,
    const struct opening *opening, const struct question_packet *heard);

/* Where the payload of an opening is kept. */
static uint8_t *
bytes_of(const struct question *question, const struct opening *opening)
{
	return question->bytes +
	    (size_t)table_index(&question->openings, opening) *
	    CONFIG_CLASSIFY_FLOW_BYTES;
}

size_t
question_bytes(void)
{
	return region_bytes(1, sizeof(struct question)) +
	    TABLE_BYTES(CONFIG_CLASSIFY_FLOW_COUNT, sizeof(struct opening)) +
	    region_bytes(
	        CONFIG_CLASSIFY_FLOW_COUNT, CONFIG_CLASSIFY_FLOW_BYTES) +
	    dissect_bytes();
}

uint32_t
question_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		plan_table("conversations in question",
		    CONFIG_CLASSIFY_FLOW_COUNT, sizeof(struct opening)),
		plan_array("openings of theirs", CONFIG_CLASSIFY_FLOW_COUNT,
		    CONFIG_CLASSIFY_FLOW_BYTES),
		plan_array("questions themselves", 1, sizeof(struct question)),
		{ "memory lent to nDPI", dissect_bytes(), 1, dissect_bytes() },
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

struct question *
question_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters)
{
	struct question *question = region_carve(region, 1, sizeof(*question));

	table_init(&question->openings, region, CONFIG_CLASSIFY_FLOW_COUNT,
	    sizeof(struct opening), sizeof(struct five_tuple), hash_key);
	question->bytes = region_carve(
	    region, CONFIG_CLASSIFY_FLOW_COUNT, CONFIG_CLASSIFY_FLOW_BYTES);
	question->dissect = dissect_init(region, counters);
	question->counters = counters;
	return question;
}

void
question_finish(struct question *question)
{
	dissect_finish(question->dissect);
}

void
question_keep(struct question *question, const struct question_packet *heard)
{
	(void)take_in(question, heard);
}

bool
question_ask(struct question *question, const struct question_packet *heard,
    enum application *application)
{
	struct opening *opening = take_in(question, heard);
	bool is_last;

	*application = APPLICATION_NONE;
	if (!is_time(opening)) {
		return false;
	}
	*application = ask(question, opening, heard);
	opening->next_question = (uint8_t)(2 * opening->packet_count);
	is_last = *application != APPLICATION_NONE ||
	    opening->packet_count >= PACKET_LIMIT ||
	    opening->used >= CONFIG_CLASSIFY_FLOW_BYTES;
	if (is_last) {
		table_drop(&question->openings, opening);
	}
	return is_last;
}

void
question_forget(struct question *question, const struct five_tuple *key)
{
	uint64_t hash = table_hash(&question->openings, key);
	struct opening *opening = table_find(&question->openings, key, hash, 0);

	if (opening != NULL) {
		table_drop(&question->openings, opening);
	}
}

/* Adds a packet to its opening, unless it repeats an earlier one or there is
 * room for no more. */
static struct opening *
take_in(struct question *question, const struct question_packet *heard)
{
	struct opening *opening = open_for(question, heard);

	if (opening->packet_count < PACKET_LIMIT &&
	    opening->used < CONFIG_CLASSIFY_FLOW_BYTES &&
	    !is_repeat(opening, heard)) {
		append(question, opening, heard);
	}
	return opening;
}

/* The opening of the packet's conversation, a new one if there is none. */
static struct opening *
open_for(struct question *question, const struct question_packet *heard)
{
	uint64_t hash = table_hash(&question->openings, &heard->key);
	uint32_t now_s = (uint32_t)(heard->packet->time_ns / NS_PER_S);
	struct opening *opening =
	    table_find(&question->openings, &heard->key, hash, now_s);
	bool evicted;

	if (opening == NULL) {
		opening = table_take(&question->openings, &heard->key, hash,
		    now_s, NULL, &evicted);
		counter_add(
		    question->counters, COUNTER_CLASSIFY_GIVEN_UP, evicted);
		opening->next_question =
		    heard->packet->kind == PACKET_UDP ? 1 : 2;
	}
	return opening;
}

/* Whether TCP has sent this before.  Notes how far it has come. */
static bool
is_repeat(struct opening *opening, const struct question_packet *heard)
{
	const struct packet *packet = heard->packet;
	uint32_t *next = &opening->next_sequence[heard->from_low];
	uint8_t side = heard->from_low ? FROM_LOW : FROM_HIGH;

	if (packet->kind == PACKET_TCP) {
		if ((opening->spoken & side) != 0 &&
		    (int32_t)(packet->tcp_sequence - *next) < 0) {
			return true;
		}
		*next = packet->tcp_sequence + packet->payload_size;
	}
	opening->spoken |= side;
	return false;
}

static void
append(struct question *question, struct opening *opening,
    const struct question_packet *heard)
{
	uint32_t room = CONFIG_CLASSIFY_FLOW_BYTES - (uint32_t)opening->used;
	uint32_t size = heard->packet->payload_captured;

	if (size > room) {
		size = room;
	}
	memcpy(bytes_of(question, opening) + opening->used,
	    heard->packet->payload, size);
	opening->sizes[opening->packet_count] = (uint16_t)size;
	opening->used = (uint16_t)(opening->used + size);
	opening->from_low = (uint16_t)(opening->from_low |
	    (uint32_t)heard->from_low << opening->packet_count);
	opening->packet_count++;
}

/* Whether the opening has grown enough to ask about it. */
static bool
is_time(const struct opening *opening)
{
	bool is_full = opening->packet_count == PACKET_LIMIT ||
	    opening->used >= CONFIG_CLASSIFY_FLOW_BYTES;
	bool is_whole = opening->key.protocol == IP_PROTOCOL_UDP ||
	    opening->spoken == (FROM_LOW | FROM_HIGH) ||
	    opening->packet_count >= ONE_SIDED_LIMIT;

	return is_full ||
	    (is_whole && opening->packet_count >= opening->next_question);
}

static enum application
ask(struct question *question, const struct opening *opening,
    const struct question_packet *heard)
{
	const uint8_t *payload = bytes_of(question, opening);
	const struct five_tuple *key = &opening->key;
	uint16_t low_port = load_be16(key->low.port);
	uint16_t high_port = load_be16(key->high.port);
	struct dissect_packet packets[PACKET_LIMIT];
	const struct dissect_opening shown = {
		.protocol = key->protocol,
		.client_port = heard->low_is_client ? low_port : high_port,
		.server_port = heard->low_is_client ? high_port : low_port,
		.time_ns = heard->packet->time_ns,
		.packet_count = opening->packet_count,
		.packets = packets,
	};

	for (uint32_t i = 0; i < opening->packet_count; i++) {
		bool from_low = (opening->from_low >> i & 1) != 0;

		packets[i].payload = payload;
		packets[i].size = opening->sizes[i];
		packets[i].from_client = from_low == heard->low_is_client;
		payload += opening->sizes[i];
	}
	return dissect_ask(question->dissect, &shown);
}

#endif
