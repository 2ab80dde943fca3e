#include "base/key_hash.h"

#include <criterion/criterion.h>

static const struct hash_key hash_key = { { 1, 2 } };
static struct hash_secret secret;

static void
set_up(void)
{
	hash_secret_init(&secret, &hash_key);
}

TestSuite(key_hash, .init = set_up);

/* Kept out of line, so that the size is not known beforehand. */
static __attribute__((noinline)) uint64_t
hash_of_any_size(const uint8_t *key, size_t size)
{
	return key_hash(&secret, key, size);
}

Test(key_hash, every_bit_of_the_key_counts)
{
	for (size_t size = 1; size <= KEY_HASH_SIZE_LIMIT; size++) {
		uint8_t key[KEY_HASH_SIZE_LIMIT] = { 0 };
		uint64_t hash = hash_of_any_size(key, size);

		for (size_t bit = 0; bit < size * 8; bit++) {
			key[bit / 8] ^= (uint8_t)(1u << bit % 8);
			cr_expect_neq(hash_of_any_size(key, size), hash,
			    "bit %zu of %zu bytes", bit, size);
			key[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

Test(key_hash, nothing_behind_the_key_counts)
{
	for (size_t size = 1; size < KEY_HASH_SIZE_LIMIT; size++) {
		uint8_t key[KEY_HASH_SIZE_LIMIT] = { 0 };
		uint64_t hash = hash_of_any_size(key, size);

		memset(key + size, 0xff, sizeof(key) - size);
		cr_expect_eq(hash_of_any_size(key, size), hash);
	}
}

Test(key_hash, is_the_same_where_the_size_is_a_constant)
{
	uint8_t key[KEY_HASH_SIZE_LIMIT];

	for (size_t i = 0; i < sizeof(key); i++) {
		key[i] = (uint8_t)(i * 7 + 1);
	}
	cr_expect_eq(key_hash(&secret, key, 6), hash_of_any_size(key, 6));
	cr_expect_eq(key_hash(&secret, key, 15), hash_of_any_size(key, 15));
	cr_expect_eq(key_hash(&secret, key, 16), hash_of_any_size(key, 16));
	cr_expect_eq(key_hash(&secret, key, 36), hash_of_any_size(key, 36));
	cr_expect_eq(key_hash(&secret, key, 37), hash_of_any_size(key, 37));
}

Test(key_hash, another_key_gives_another_hash)
{
	static const struct hash_key other_key = { { 1, 3 } };
	struct hash_secret other;
	uint8_t key[37] = { 0 };

	hash_secret_init(&other, &other_key);
	cr_expect_neq(key_hash(&secret, key, sizeof(key)),
	    key_hash(&other, key, sizeof(key)));
}

/* How many of 'count' keys that count up by 'step' in the word at 'at' fall
 * into the fullest of 256 sets. */
static uint32_t
fullest(size_t at, uint64_t step, uint32_t count)
{
	uint32_t sets[256] = { 0 };
	uint32_t most = 0;
	uint8_t key[37] = { 0 };

	for (uint64_t i = 0; i < count; i++) {
		uint64_t word = i * step;
		uint32_t *set;

		memcpy(key + at, &word, sizeof(word));
		set = &sets[key_hash(&secret, key, sizeof(key)) % 256];
		*set += 1;
		most = *set > most ? *set : most;
	}
	return most;
}

/* As one sweeps addresses, or ports; 256 a set is the mean, and a set of the
 * 256 with more than 336, five deviations, is not to be had by chance. */
Test(key_hash, keys_that_count_up_spread_like_random_ones)
{
	for (uint32_t bit = 0; bit < 48; bit++) {
		cr_expect_lt(fullest(8, 1ull << bit, 65536), 336);
		cr_expect_lt(fullest(29, 1ull << bit, 65536), 336);
	}
}
