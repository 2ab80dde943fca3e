/*
 * SipHash: the keyed hash of every table.
 *
 * Whoever can choose the keys of a table (and on a mirror port everybody can)
 * must not be able to choose their places.  SipHash-1-3, as Aumasson and
 * Bernstein have it in "SipHash: a fast short-input PRF" (2012), with one and
 * three rounds, the choice of hash tables that never show their values.
 *
 * Memory: none.  Chance: the key is the caller's, so that tests own it.
 */
#ifndef BASE_SIPHASH_H
#define BASE_SIPHASH_H

#include "base/base.h"

struct hash_key {
	uint64_t word[2];
};

uint64_t siphash(const struct hash_key *key, const void *bytes, size_t size);

#endif
