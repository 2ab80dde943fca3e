/*
 * What the tests of room decode begin with: a decoder with memory of its own.
 */
#ifndef UNIT_DECODE_FIXTURE_H
#define UNIT_DECODE_FIXTURE_H

#include "decode/decode.h"
#include "support/packet_builder.h"

/* Some time. */
#define START_NS (1700000000 * NS_PER_S)

struct fixture {
	struct region region;
	struct counters counters;
	struct decode *decode;
	struct packet packet; /* The last one. */
};

void fixture_init(struct fixture *fixture);
void fixture_finish(struct fixture *fixture);

/* Decodes what 'builder' has built.  The frame is copied to a place of exactly
 * its size first, so that a sanitizer sees any reading past it; the pointers of
 * the packet are then set as if it had not been. */
enum verdict fixture_decode(
    struct fixture *fixture, const struct packet_builder *builder);

/* Whether decoding gives what 'builder' expects; tells on stderr if not. */
bool fixture_gives_expected(
    struct fixture *fixture, const struct packet_builder *builder);

#endif
