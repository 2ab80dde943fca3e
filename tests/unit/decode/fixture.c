#include "unit/decode/fixture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fixture_init(struct fixture *fixture)
{
	static const struct hash_key key = { { 1, 2 } };

	memset(fixture, 0, sizeof(*fixture));
	if (region_init(&fixture->region, decode_bytes()) != 0) {
		abort();
	}
	fixture->decode =
	    decode_init(&fixture->region, &key, &fixture->counters);
	region_seal(&fixture->region);
}

void
fixture_finish(struct fixture *fixture)
{
	region_finish(&fixture->region);
}

static const uint8_t *
moved(const uint8_t *at, const uint8_t *from, const uint8_t *to)
{
	return at == NULL ? NULL : to + (at - from);
}

enum verdict
fixture_decode(struct fixture *fixture, const struct packet_builder *builder)
{
	struct frame frame = builder->frame;
	uint8_t *copy = malloc(frame.captured_size + 1);
	uint8_t *bytes = copy + 1; /* At an odd place, too. */
	struct packet *packet = &fixture->packet;
	enum verdict verdict;

	memcpy(bytes, frame.bytes, frame.captured_size);
	frame.bytes = bytes;
	memset(packet, 0xa5, sizeof(*packet));
	verdict = decode_frame(fixture->decode, &frame, packet);
	if (verdict == VERDICT_OK) {
		packet->ip = moved(packet->ip, bytes, builder->bytes);
		packet->payload = moved(packet->payload, bytes, builder->bytes);
	}
	free(copy);
	return verdict;
}

bool
fixture_gives_expected(
    struct fixture *fixture, const struct packet_builder *builder)
{
	enum verdict verdict = fixture_decode(fixture, builder);
	const char *difference;

	if (verdict != VERDICT_OK) {
		fprintf(stderr, "verdict %s\n", verdict_name(verdict));
		return false;
	}
	difference = build_difference(&fixture->packet, &builder->expected);
	if (difference != NULL) {
		fprintf(stderr, "%s differs\n", difference);
		return false;
	}
	return true;
}
