#include "base/siphash.h"

#include <string.h>

struct state {
	uint64_t v0, v1, v2, v3;
};

static inline uint64_t
rotate_left(uint64_t value, uint32_t bits)
{
	return value << bits | value >> (64 - bits);
}

/* One SipRound (section 2 of the paper). */
static inline void
round_once(struct state *s)
{
	s->v0 += s->v1;
	s->v2 += s->v3;
	s->v1 = rotate_left(s->v1, 13) ^ s->v0;
	s->v3 = rotate_left(s->v3, 16) ^ s->v2;
	s->v0 = rotate_left(s->v0, 32);
	s->v2 += s->v1;
	s->v0 += s->v3;
	s->v1 = rotate_left(s->v1, 17) ^ s->v2;
	s->v3 = rotate_left(s->v3, 21) ^ s->v0;
	s->v2 = rotate_left(s->v2, 32);
}

/* The last 'left' bytes, fewer than eight, of 'size' that end at 'end'. */
static inline uint64_t
last_word(const uint8_t *end, size_t left, size_t size)
{
	uint64_t word = 0;

	if (left == 0) {
		return 0;
	}
	if (SW_LIKELY(size >= 8)) {
		memcpy(&word, end - 8, 8);
		return word >> (64 - 8 * left);
	}
	for (size_t i = 0; i < left; i++) {
		word |= (uint64_t)end[i - left] << (8 * i);
	}
	return word;
}

uint64_t
siphash(const struct hash_key *key, const void *bytes, size_t size)
{
	const uint8_t *at = bytes;
	struct state s = {
		key->word[0] ^ 0x736f6d6570736575ull,
		key->word[1] ^ 0x646f72616e646f6dull,
		key->word[0] ^ 0x6c7967656e657261ull,
		key->word[1] ^ 0x7465646279746573ull,
	};
	uint64_t word;
	size_t left = size;

	for (; left >= 8; left -= 8, at += 8) {
		memcpy(&word, at, 8); /* Little-endian machines only. */
		s.v3 ^= word;
		round_once(&s);
		s.v0 ^= word;
	}
	word = (uint64_t)size << 56 | last_word(at + left, left, size);
	s.v3 ^= word;
	round_once(&s);
	s.v0 ^= word;
	s.v2 ^= 0xff;
	round_once(&s);
	round_once(&s);
	round_once(&s);
	return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}
