#include "evidence/sketch.h"

#include <math.h>

#include "base/bytes.h"
#include "base/siphash.h"

/* Section 4 of the paper: alpha for 256 registers, and up to where to count
 * registers that are empty instead. */
static const double alpha = 0.7213 / (1 + 1.079 / SKETCH_REGISTERS);
static const double small_enough = 2.5 * SKETCH_REGISTERS;

static void
add_hash(struct sketch *sketch, uint64_t hash)
{
	uint8_t *rank = &sketch->rank[hash % SKETCH_REGISTERS];
	uint64_t rest = hash / SKETCH_REGISTERS;
	/* Of a number of 56 bits. */
	uint8_t zeros = rest == 0 ? SKETCH_RANK_MOST - 1
	                          : (uint8_t)(__builtin_clzll(rest) - 8);

	if (zeros + 1 > *rank) {
		*rank = (uint8_t)(zeros + 1);
	}
}

/* The same everywhere: sketches of different sensors are joined. */
static uint64_t
hash_of(const void *bytes, size_t size)
{
	static const struct hash_key of_everybody;

	return siphash(&of_everybody, bytes, size);
}

void
sketch_add_address(struct sketch *sketch, const struct ip_address *address)
{
	add_hash(sketch, hash_of(address->byte, sizeof(address->byte)));
}

void
sketch_add_service(struct sketch *sketch, uint8_t protocol, uint16_t port)
{
	uint8_t bytes[3] = { protocol };

	store_be16(bytes + 1, port);
	add_hash(sketch, hash_of(bytes, sizeof(bytes)));
}

void
sketch_merge(struct sketch *sketch, const struct sketch *other)
{
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		if (other->rank[i] > sketch->rank[i]) {
			sketch->rank[i] = other->rank[i];
		}
	}
}

uint64_t
sketch_estimate(const struct sketch *sketch)
{
	uint32_t empty = 0;
	double sum = 0;
	double estimate;

	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		empty += sketch->rank[i] == 0;
		sum += ldexp(1, -(int)sketch->rank[i]);
	}
	estimate = alpha * SKETCH_REGISTERS * SKETCH_REGISTERS / sum;
	if (estimate <= small_enough && empty > 0) {
		estimate =
		    SKETCH_REGISTERS * log((double)SKETCH_REGISTERS / empty);
	}
	return (uint64_t)(estimate + 0.5);
}

bool
sketch_is_sound(const struct sketch *sketch)
{
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		if (sketch->rank[i] > SKETCH_RANK_MOST) {
			return false;
		}
	}
	return true;
}
