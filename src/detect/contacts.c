#include "detect/contacts.h"

#include <string.h>

/* An entry: | 22 bits of the hash, never all zero | concluded | epoch |. */
enum {
	EPOCH_BITS = 9, /* They come round after 64 days. */
	EPOCH_MASK = (1 << EPOCH_BITS) - 1,
	CONCLUDED = 1 << EPOCH_BITS,
	PRINT_SHIFT = EPOCH_BITS + 1,
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
	hash_secret_init(&contacts->secret, hash_key);
}

uint64_t
contacts_hash(const struct contacts *contacts, const struct contact_key *key)
{
	return key_hash(&contacts->secret, key, sizeof(*key));
}

/* Of the half of the hash that the set was not chosen by. */
static inline uint32_t
print_of(uint64_t hash)
{
	uint32_t print = (uint32_t)(hash >> 32) >> PRINT_SHIFT;

	return print == 0 ? 1 : print;
}

/* Epochs since the entry was last met. */
static inline uint32_t
age_of(uint32_t entry, uint32_t epoch)
{
	return (epoch - entry) & EPOCH_MASK;
}

static inline uint32_t
epoch_of(uint32_t now_s)
{
	return now_s / CONTACTS_EPOCH_S & EPOCH_MASK;
}

/* The entry of 'hash' if it is known, else null. */
static inline uint32_t *
find(const struct contacts *contacts, uint64_t hash, uint32_t now_s)
{
	struct contacts_set *set =
	    &contacts->sets[(uint32_t)hash & contacts->set_mask];
	uint32_t print = print_of(hash);

	for (uint32_t way = 0; way < CONTACTS_WAYS; way++) {
		uint32_t entry = set->entry[way];

		if (entry >> PRINT_SHIFT == print) {
			return age_of(entry, epoch_of(now_s)) <= EPOCHS_KEPT
			    ? &set->entry[way]
			    : NULL;
		}
	}
	return NULL;
}

/* The entry to give up: a free one, one that is forgotten, or the oldest; of
 * equals, one that the hash chooses. */
static uint32_t *
oldest(struct contacts *contacts, uint64_t hash, uint32_t now_s)
{
	struct contacts_set *set =
	    &contacts->sets[(uint32_t)hash & contacts->set_mask];
	uint32_t *found = NULL;
	uint32_t found_age = 0;

	for (uint32_t i = 0; i < CONTACTS_WAYS; i++) {
		uint32_t way = (uint32_t)(i + (hash >> 28)) % CONTACTS_WAYS;
		uint32_t *entry = &set->entry[way];
		uint32_t age = age_of(*entry, epoch_of(now_s));

		if (*entry == 0 || *entry >> PRINT_SHIFT == print_of(hash)) {
			return entry;
		}
		if (found == NULL || age > found_age) {
			found = entry;
			found_age = age;
		}
	}
	contacts->displaced += found_age <= EPOCHS_KEPT;
	return found;
}

bool
contacts_note(struct contacts *contacts, uint64_t hash, uint32_t now_s)
{
	uint32_t *entry = find(contacts, hash, now_s);

	if (entry != NULL) {
		*entry = (*entry & ~(uint32_t)EPOCH_MASK) | epoch_of(now_s);
		return false;
	}
	*oldest(contacts, hash, now_s) =
	    print_of(hash) << PRINT_SHIFT | epoch_of(now_s);
	return true;
}

void
contacts_forget(
    struct contacts *contacts, uint64_t hash, uint32_t over_s, uint32_t now_s)
{
	uint32_t *entry = find(contacts, hash, now_s);

	if (entry != NULL &&
	    age_of(*entry, epoch_of(now_s)) >=
	        now_s / CONTACTS_EPOCH_S - over_s / CONTACTS_EPOCH_S) {
		*entry = 0;
	}
}

bool
contacts_conclude(struct contacts *contacts, uint64_t hash, uint32_t now_s)
{
	uint32_t *entry = find(contacts, hash, now_s);

	if (entry == NULL || (*entry & CONCLUDED) != 0) {
		return false;
	}
	*entry |= CONCLUDED;
	return true;
}

bool
contacts_is_pending(
    const struct contacts *contacts, uint64_t hash, uint32_t now_s)
{
	const uint32_t *entry = find(contacts, hash, now_s);

	return entry != NULL && (*entry & CONCLUDED) == 0;
}

bool
contacts_knows(const struct contacts *contacts, uint64_t hash, uint32_t now_s)
{
	return find(contacts, hash, now_s) != NULL;
}
