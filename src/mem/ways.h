/*
 * Ways: which of a set's eight tags are a given one.
 *
 * A search that ends at the first match ends at a place that nothing can
 * foretell, and a processor that guesses wrong loses more than looking at all
 * eight takes.  SSE2, which every amd64 has, compares four at a time.
 *
 * Memory: none.
 */
#ifndef MEM_WAYS_H
#define MEM_WAYS_H

#include "base/base.h"

#ifdef __SSE2__
#	include <emmintrin.h>
#endif

enum { WAYS_COUNT = 8 };

/* Bit n is set if tag[n] is 'wanted'. */
static inline uint32_t
ways_of(const uint32_t tag[WAYS_COUNT], uint32_t wanted)
{
#ifdef __SSE2__
	const __m128i *four = (const __m128i *)(const void *)tag;
	__m128i all = _mm_set1_epi32((int)wanted);
	__m128i low = _mm_cmpeq_epi32(_mm_loadu_si128(four), all);
	__m128i high = _mm_cmpeq_epi32(_mm_loadu_si128(four + 1), all);

	return (uint32_t)_mm_movemask_epi8(
	    _mm_packs_epi16(_mm_packs_epi32(low, high), _mm_setzero_si128()));
#else
	uint32_t ways = 0;

	for (uint32_t way = 0; way < WAYS_COUNT; way++) {
		ways |= (uint32_t)(tag[way] == wanted) << way;
	}
	return ways;
#endif
}

/* The first of 'ways', which must not be empty. */
static inline uint32_t
ways_first(uint32_t ways)
{
	return (uint32_t)__builtin_ctz(ways);
}

#endif
