/*
 * Key hash: the keyed hash of what every packet is looked up in.
 *
 * For keys of one fixed size, so that no length need be mixed in.  Three steps:
 *
 * 1. NH (Black, Halevi, Krawczyk, Krovetz, Rogaway, "UMAC: fast and secure
 *    message authentication", CRYPTO 1999, section 4; with words of 64 bits as
 *    Krovetz and Dai, "VHASH Security", 2007): two different keys have the same
 *    128 bits with a chance of 2^-64 at most.
 * 2. Multiply-shift (Dietzfelbinger, "Universal hashing and k-wise independent
 *    random variables via integer arithmetic without primes", STACS 1996): of
 *    those 128 bits, 64 that are uniform and pairwise independent.
 * 3. A mixing that is one to one, and so takes nothing from that, but breaks up
 *    what is linear in the second: keys that count up by one are scattered.
 *
 * The secret is made of a key by SipHash.  docs/decisions/0013 says what this
 * promises against chosen keys and what it does not.
 *
 * Memory: one struct hash_secret.  Chance: the key is the caller's.
 */
#ifndef BASE_KEY_HASH_H
#define BASE_KEY_HASH_H

#include <string.h>

#include "base/base.h"
#include "base/siphash.h"

enum { KEY_HASH_WORDS = 8, KEY_HASH_SIZE_LIMIT = KEY_HASH_WORDS * 8 };

/* What a multiplication of two words gives. */
__extension__ typedef unsigned __int128 uint128;

struct hash_secret {
	uint64_t word[KEY_HASH_WORDS]; /* NH's. */
	uint64_t low[3];               /* Multiply-shift's: two factors and a */
	uint64_t high[3];              /* summand of 128 bits. */
};

void hash_secret_init(struct hash_secret *secret, const struct hash_key *key);

/* Of two words: steps two and three. */
static inline uint64_t
key_hash_pair(const struct hash_secret *secret, uint64_t a, uint64_t b)
{
	uint128 sum = (uint128)a * secret->low[0] +
	    (uint128)b * secret->low[1] +
	    ((uint128)secret->high[2] << 64 | secret->low[2]);
	uint64_t hash =
	    (uint64_t)(sum >> 64) + a * secret->high[0] + b * secret->high[1];

	hash ^= hash >> 32;
	hash *= 0x9e3779b97f4a7c15ull; /* Odd. */
	return hash ^ hash >> 32;
}

/* The word at 'at' of a key of 'size' bytes, filled up with zeros. */
static inline __attribute__((always_inline)) uint64_t
key_hash_word(const uint8_t *key, size_t at, size_t size)
{
	uint64_t word = 0;
	uint32_t four = 0;
	uint16_t two = 0;
	uint32_t shift = 0;

	if (at + 8 <= size) {
		memcpy(&word, key + at, 8);
		return word;
	}
	if (at >= size) {
		return 0;
	}
	if (((size - at) & 4) != 0) {
		memcpy(&four, key + at, 4);
		word = four;
		shift = 32;
		at += 4;
	}
	if (((size - at) & 2) != 0) {
		memcpy(&two, key + at, 2);
		word |= (uint64_t)two << shift;
		shift += 16;
		at += 2;
	}
	if (((size - at) & 1) != 0) {
		word |= (uint64_t)key[at] << shift;
	}
	return word;
}

/* What the two words from number 'index' on add to NH. */
static inline __attribute__((always_inline)) uint128
key_hash_product(const struct hash_secret *secret, const uint8_t *key,
    uint32_t index, size_t size)
{
	uint64_t a = key_hash_word(key, index * 8, size);
	uint64_t b = key_hash_word(key, index * 8 + 8, size);

	return index * 8 < size
	    ? (uint128)(a + secret->word[index]) * (b + secret->word[index + 1])
	    : 0;
}

/* Of 'size' bytes, at most KEY_HASH_SIZE_LIMIT, and of one secret always the
 * same number.  Where the caller's size is a constant all that depends on it is
 * the compiler's work. */
static inline __attribute__((always_inline)) uint64_t
key_hash(const struct hash_secret *secret, const void *key, size_t size)
{
	uint128 sum;

	if (size == 16) {
		return key_hash_pair(secret, key_hash_word(key, 0, size),
		    key_hash_word(key, 8, size));
	}
	sum = key_hash_product(secret, key, 0, size) +
	    key_hash_product(secret, key, 2, size) +
	    key_hash_product(secret, key, 4, size) +
	    key_hash_product(secret, key, 6, size);
	return key_hash_pair(secret, (uint64_t)sum, (uint64_t)(sum >> 64));
}

#endif
