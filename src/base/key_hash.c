#include "base/key_hash.h"

void
hash_secret_init(struct hash_secret *secret, const struct hash_key *key)
{
	uint64_t word[ARRAY_SIZE(secret->word) + ARRAY_SIZE(secret->low) +
	    ARRAY_SIZE(secret->high)] = { 0 };

	_Static_assert(sizeof(word) == sizeof(*secret), "all of the secret");
	for (uint64_t i = 0; i < ARRAY_SIZE(word); i++) {
		word[i] = siphash(key, &i, sizeof(i));
	}
	memcpy(secret, word, sizeof(word));
}
