#include "detect/contacts.h"

#include <string.h>

enum {
	EPOCH_S = 3 * 60 * 60,
	EPOCH_BITS = 4,
	EPOCH_MASK = (1 << EPOCH_BITS) - 1,
	/* Remembered for so many whole epochs after the one it was met in. */
	EPOCHS_KEPT = 8,
};

void
contacts_init(struct contacts *contacts, struct region *region, uint32_t count,
    const struct hash_key *hash_key)
{
	SW_ASSERT(count >= CONTACTS_WAYS && (count & (count - 1)) == 0);
	memset(contacts, 0, sizeof(*contacts));
	contacts->sets = region_carve(
	    region, count / CONTACTS_WAYS, sizeof(struct contacts_set));
	contacts->set_mask = count / CONTACTS_WAYS - 1;
	contacts->hash_key = *hash_key;
}

/* Epochs since the entry was last met.  The epoch wraps after two days: what
 * is older may then seem younger, and is known for longer than promised. */
static inline uint32_t
age_of(uint32_t entry, uint32_t epoch)
{
	return (epoch - entry) & EPOCH_MASK;
}

/* 28 bits of the hash that the set was not chosen by; never zero. */
static inline uint32_t
print_of(uint64_t hash)
{
	return ((uint32_t)(hash >> 32) | 1u << 31) >> EPOCH_BITS;
}

bool
contacts_note(
    struct contacts *contacts, const struct contact_key *key, uint32_t now_s)
{
	uint64_t hash = siphash(&contacts->hash_key, key, sizeof(*key));
	struct contacts_set *set =
	    &contacts->sets[(uint32_t)hash & contacts->set_mask];
	uint32_t print = print_of(hash);
	uint32_t epoch = now_s / EPOCH_S & EPOCH_MASK;
	uint32_t fresh = print << EPOCH_BITS | epoch;
	uint32_t oldest = 0;
	uint32_t oldest_age = 0;

	for (uint32_t way = 0; way < CONTACTS_WAYS; way++) {
		uint32_t entry = set->entry[way];
		uint32_t age =
		    entry == 0 ? EPOCH_MASK + 1 : age_of(entry, epoch);

		if (entry >> EPOCH_BITS == print) {
			set->entry[way] = fresh;
			return age > EPOCHS_KEPT;
		}
		if (age > oldest_age) {
			oldest = way;
			oldest_age = age;
		}
	}
	contacts->displaced += oldest_age <= EPOCHS_KEPT;
	set->entry[oldest] = fresh;
	return true;
}

bool
contacts_knows(const struct contacts *contacts, const struct contact_key *key,
    uint32_t now_s)
{
	uint64_t hash = siphash(&contacts->hash_key, key, sizeof(*key));
	const struct contacts_set *set =
	    &contacts->sets[(uint32_t)hash & contacts->set_mask];
	uint32_t print = print_of(hash);
	uint32_t epoch = now_s / EPOCH_S & EPOCH_MASK;

	for (uint32_t way = 0; way < CONTACTS_WAYS; way++) {
		if (set->entry[way] >> EPOCH_BITS == print) {
			return age_of(set->entry[way], epoch) <= EPOCHS_KEPT;
		}
	}
	return false;
}
