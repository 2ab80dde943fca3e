/*
 * Sketch: how many different things were seen, in 256 bytes.
 *
 * HyperLogLog (Flajolet, Fusy, Gandouet, Meunier, 2007) with 256 registers:
 * what two sketches saw together is the larger of each register, so that counts
 * of several windows or sensors can be joined.  For that all must hash alike:
 * SipHash-1-3 with a key of zeros, of an address's 16 bytes (IPv4 mapped), or
 * of a protocol and its port (big-endian).  The low eight bits of the hash name
 * the register; the leading zeros of the rest, plus one, are the rank.
 *
 * The standard error is 6.5 %.  Who knows the hash, and everybody does, can
 * choose addresses that it cannot tell apart, and so make a count too low; no
 * alert hangs on it.
 *
 * Memory: the caller's.
 */
#ifndef EVIDENCE_SKETCH_H
#define EVIDENCE_SKETCH_H

#include "base/addr.h"
#include "base/base.h"

enum {
	SKETCH_REGISTERS = 256,
	SKETCH_RANK_MOST = 57, /* Of 56 bits, all zero. */
};

struct sketch {
	uint8_t rank[SKETCH_REGISTERS];
};

void sketch_add_address(
    struct sketch *sketch, const struct ip_address *address);

void sketch_add_service(struct sketch *sketch, uint8_t protocol, uint16_t port);

/* Adds all that 'other' has seen. */
void sketch_merge(struct sketch *sketch, const struct sketch *other);

/* How many different things it has seen, most likely. */
uint64_t sketch_estimate(const struct sketch *sketch);

bool sketch_is_sound(const struct sketch *sketch);

#endif
