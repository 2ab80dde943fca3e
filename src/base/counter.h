/*
 * Counters: what happened, how often.
 *
 * The packet path never logs; it counts.  base/counters.def names every counter
 * with its room and a sentence, and from it come this enum, the page that
 * `spanwatch status` reads, `replay --counters` and a table in the documents.
 *
 * Memory: one struct counters a role.
 */
#ifndef BASE_COUNTER_H
#define BASE_COUNTER_H

#include "base/base.h"

enum counter {
#define COUNTER(room, name, sentence) COUNTER_##name,
#include "base/counters.def"
#undef COUNTER
	COUNTER_COUNT
};

struct counters {
	uint64_t value[COUNTER_COUNT];
};

static inline void
counter_add(struct counters *counters, enum counter which, uint64_t count)
{
	counters->value[which] += count;
}

static inline void
counter_increment(struct counters *counters, enum counter which)
{
	counters->value[which]++;
}

/* "decode.truncated_ip4", say: the room, a dot and the name in lower case. */
const char *counter_name(enum counter which);

/* What it counts, as a sentence. */
const char *counter_sentence(enum counter which);

#endif
