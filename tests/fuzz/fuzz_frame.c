/*
 * Decoding whatever frames there are: what is given lies within the frame, and
 * every frame is counted once.
 *
 * The first byte chooses the link type.  Then come frames, each with two bytes
 * of size, one of what the wire had more, and one of milliseconds since the one
 * before, so that fragments and duplicates can meet.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "decode/decode.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct counters counters;
static struct region region;
static struct decode *decode;
static uint64_t now_ns;

/* One decoder for all inputs, since its memory takes long to clear; so much
 * time passes between two that nothing of the one is remembered in the other.
 */
static void
begin(void)
{
	static const struct hash_key key = { { 1, 2 } };

	if (decode == NULL) {
		SW_ASSERT(region_init(&region, decode_bytes()) == 0);
		decode = decode_init(&region, &key, &counters);
	}
	memset(&counters, 0, sizeof(counters));
	now_ns += 100 * NS_PER_S;
}

static void
check(const struct frame *frame, const struct packet *packet)
{
	const uint8_t *end = frame->bytes + frame->captured_size;

	SW_ASSERT(packet->kind <= PACKET_IP_OTHER);
	SW_ASSERT((packet->ip == NULL) == (packet->kind == PACKET_ARP));
	SW_ASSERT(packet->ip == NULL ||
	    (packet->ip >= frame->bytes &&
	        packet->ip_captured <= (size_t)(end - packet->ip)));
	SW_ASSERT((packet->payload == NULL) == (packet->payload_captured == 0));
	SW_ASSERT(packet->payload == NULL ||
	    (packet->payload >= frame->bytes &&
	        packet->payload_captured <= (size_t)(end - packet->payload)));
	SW_ASSERT(packet->payload_captured <= packet->payload_size);
	SW_ASSERT(packet->wrap_depth <= CONFIG_DECODE_WRAP_DEPTH);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static const uint16_t links[] = { 1, 0, 9, 12, 14, 50, 101, 108, 113,
		228, 229, 276, 127 };
	struct frame frame = { 0 };
	struct reader reader;
	uint64_t frame_count = 0;
	uint64_t counted = 0;

	begin();
	reader_init(&reader, bytes, (uint32_t)size);
	frame.link_type = links[reader_u8(&reader) % ARRAY_SIZE(links)];
	while (reader_left(&reader) > 4) {
		uint32_t wanted = reader_u16(&reader);
		uint32_t more = reader_u8(&reader);
		struct packet packet;
		uint8_t *copy;

		now_ns += reader_u8(&reader) * NS_PER_MS;
		frame.time_ns = now_ns;
		frame.captured_size = wanted < reader_left(&reader)
		    ? wanted
		    : reader_left(&reader);
		frame.wire_size = frame.captured_size + more;
		copy = malloc(frame.captured_size + 1);
		memcpy(copy + 1, reader_take(&reader, frame.captured_size),
		    frame.captured_size);
		frame.bytes = copy + 1;
		if (decode_frame(decode, &frame, &packet) == VERDICT_OK) {
			check(&frame, &packet);
		}
		free(copy);
		frame_count++;
	}
	for (int i = 0; i < VERDICT_COUNT; i++) {
		counted += counters.value[COUNTER_DECODE_OK + i];
	}
	SW_ASSERT(counted == frame_count);
	return 0;
}
