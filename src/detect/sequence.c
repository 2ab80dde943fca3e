#include "detect/sequence.h"

enum { PER_CENT_SEQUENTIAL = 80, PER_CENT_ONE_WAY = 80 };

enum sequence_step
sequence_note(
    struct sequence *sequence, const struct terms *terms, int64_t distance)
{
	int64_t stride = terms->sequence_stride;
	bool is_near;
	bool is_stride;

	sequence->steps++;
	if (distance == INT64_MAX || distance == 0) {
		sequence->last_step = 0;
		return SEQUENCE_APART;
	}
	/* A scanner skips what it knows, and parallel probes overtake one
	 * another. */
	is_near = distance >= -stride && distance <= stride;
	is_stride = !is_near && distance == sequence->last_step;
	sequence->near_up += is_near && distance > 0;
	sequence->near_down += is_near && distance < 0;
	sequence->up += distance > 0;
	sequence->down += distance < 0;
	sequence->strides += is_stride;
	sequence->last_step = distance;
	return is_near || is_stride ? SEQUENCE_ADJACENT : SEQUENCE_APART;
}

/* Whether 'part' is at least 'per_cent' of 'whole'. */
static bool
is_share(uint32_t part, uint32_t whole, uint32_t per_cent)
{
	return (uint64_t)part * 100 >= (uint64_t)whole * per_cent;
}

bool
sequence_is_sequential(
    const struct sequence *sequence, const struct terms *terms)
{
	uint32_t steps = sequence->steps;

	if (steps < terms->sequence_steps) {
		return false;
	}
	return is_share(sequence->near_up, steps, PER_CENT_SEQUENTIAL) ||
	    is_share(sequence->near_down, steps, PER_CENT_SEQUENTIAL) ||
	    is_share(sequence->strides + 1, steps, PER_CENT_SEQUENTIAL);
}

enum finding_order
sequence_order(const struct sequence *sequence, const struct terms *terms)
{
	uint32_t steps = sequence->steps;

	if (steps < terms->sequence_steps) {
		return FINDING_ORDER_UNKNOWN;
	}
	if (is_share(sequence->strides + 1, steps, PER_CENT_SEQUENTIAL)) {
		return FINDING_ORDER_STRIDED;
	}
	if (is_share(sequence->up, steps, PER_CENT_ONE_WAY)) {
		return FINDING_ORDER_ASCENDING;
	}
	if (is_share(sequence->down, steps, PER_CENT_ONE_WAY)) {
		return FINDING_ORDER_DESCENDING;
	}
	if (is_share(sequence->near_up + sequence->near_down, steps, 40)) {
		return FINDING_ORDER_MIXED;
	}
	return FINDING_ORDER_RANDOM;
}
