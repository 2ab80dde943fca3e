#include "base/siphash.h"

#include <criterion/criterion.h>

static const struct hash_key key = { { 0x0706050403020100,
    0x0f0e0d0c0b0a0908 } };

/* The message of n bytes is 00 01 02 ... and the key 00 01 ... 0f, as in the
 * vectors published with SipHash; these are of SipHash-1-3. */
static const struct {
	size_t size;
	uint64_t hash;
} vectors[] = {
	{ 0, 0xabac0158050fc4dc },
	{ 1, 0xc9f49bf37d57ca93 },
	{ 7, 0xd3927d989bb11140 },
	{ 8, 0x369095118d299a8e },
	{ 9, 0x25a48eb36c063de4 },
	{ 15, 0xd320d86d2a519956 },
	{ 16, 0xcc4fdd1a7d908b66 },
	{ 17, 0x9cf2689063dbd80c },
	{ 63, 0x9d199062b7bbb3a8 },
};

Test(siphash, gives_the_published_values)
{
	uint8_t message[64];

	for (size_t i = 0; i < sizeof(message); i++) {
		message[i] = (uint8_t)i;
	}
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		cr_expect_eq(siphash(&key, message, vectors[i].size),
		    vectors[i].hash, "of %zu bytes", vectors[i].size);
	}
}

Test(siphash, does_not_care_where_the_message_lies)
{
	uint8_t message[64 + 8];
	uint64_t hash = 0;

	for (size_t shift = 0; shift < 8; shift++) {
		uint64_t shifted;

		for (size_t i = 0; i < 61; i++) {
			message[shift + i] = (uint8_t)i;
		}
		shifted = siphash(&key, message + shift, 61);
		cr_expect(shift == 0 || shifted == hash);
		hash = shifted;
	}
}

Test(siphash, changes_with_every_bit_of_key_and_message)
{
	uint8_t message[19] = { 0 };
	struct hash_key other = key;
	uint64_t hash = siphash(&key, message, sizeof(message));

	for (size_t bit = 0; bit < 8 * sizeof(message); bit++) {
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_expect_neq(siphash(&key, message, sizeof(message)), hash);
		message[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (size_t bit = 0; bit < 128; bit++) {
		other.word[bit / 64] ^= 1ull << bit % 64;
		cr_expect_neq(siphash(&other, message, sizeof(message)), hash);
		other.word[bit / 64] ^= 1ull << bit % 64;
	}
	cr_expect_neq(siphash(&key, message, sizeof(message) - 1), hash);
}
