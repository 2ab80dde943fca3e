#include "evidence/tuples.h"

int32_t
tuples_place(const struct hash_key *key, uint64_t campaign, uint64_t ordinal)
{
	const uint64_t drawn_of[2] = { campaign, ordinal };
	uint64_t drawn;

	if (ordinal <= PROBE_TUPLE_PLACES) {
		return (int32_t)ordinal - 1;
	}
	drawn = siphash(key, drawn_of, sizeof(drawn_of)) %
	    (ordinal - PROBE_TUPLES_FIRST);
	return drawn < PROBE_TUPLES_SAMPLE ? PROBE_TUPLES_FIRST + (int32_t)drawn
	                                   : TUPLES_NO_PLACE;
}

uint32_t
tuples_held(uint64_t ordinal)
{
	return ordinal < PROBE_TUPLE_PLACES ? (uint32_t)ordinal
	                                    : PROBE_TUPLE_PLACES;
}

enum tuple_outcome
tuple_outcome_of(enum probe_outcome outcome)
{
	switch (outcome) {
	case PROBE_ANSWERED:
	case PROBE_PRODUCTIVE:
	case PROBE_ONE_WAY:
	case PROBE_HALF:
	case PROBE_SESSION:
		return TUPLE_ANSWERED;
	case PROBE_REFUSED:
		return TUPLE_REFUSED;
	case PROBE_FILTERED:
	case PROBE_EXPIRED:
		return TUPLE_FILTERED;
	case PROBE_SILENT:
		return TUPLE_SILENT;
	case PROBE_PENDING:
	case PROBE_OVERDUE:
	case PROBE_DISPLACED:
	case PROBE_OUTCOME_COUNT:
		break;
	}
	return TUPLE_PENDING;
}

bool
probe_tuple_is_sound(const struct probe_tuple *tuple)
{
	for (uint32_t i = 0; i < sizeof(tuple->unused); i++) {
		if (tuple->unused[i] != 0) {
			return false;
		}
	}
	if (tuple->campaign == 0 || tuple->ordinal == 0 ||
	    tuple->technique >= PROBE_TECHNIQUE_COUNT ||
	    tuple->outcome >= PROBE_OUTCOME_COUNT) {
		return false;
	}
	if (tuple->ordinal <= PROBE_TUPLE_PLACES) {
		return tuple->place == tuple->ordinal - 1;
	}
	return tuple->place >= PROBE_TUPLES_FIRST &&
	    tuple->place < PROBE_TUPLE_PLACES;
}
