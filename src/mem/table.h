/*
 * Bounded hash table.
 *
 * The table is an array of sets, each of TABLE_WAYS slots; a key may live only
 * in the set its hash names.  A full set gives up the slot touched longest
 * ago.  So an operation looks at TABLE_WAYS tags at most -- one cache line --
 * nothing is allocated after table_init(), and no traffic can make the table
 * grow or a chain get long.  (The shape is that of a set-associative cache.)
 *
 * A record is the caller's struct, and begins with its key.  Keys are compared
 * as bytes: they must have no padding, which the header that defines one says
 * with a _Static_assert.
 *
 * The hash is the caller's (table_hash() makes it), so that a caller with many
 * keys in hand can prefetch their sets before it looks at the first.
 *
 * Memory:   TABLE_BYTES(count, record_size), carved from the caller's region.
 * Time:     passed in; the table never reads a clock.
 */
#ifndef MEM_TABLE_H
#define MEM_TABLE_H

#include "base/base.h"
#include "base/siphash.h"
#include "mem/region.h"

enum { TABLE_WAYS = 8 };

/* The heads of one set's slots.  Private to table.c. */
struct table_set {
	uint32_t tag[TABLE_WAYS];       /* Of the key's hash; 0: slot free. */
	uint32_t touched_s[TABLE_WAYS]; /* Last found or taken. */
};
_Static_assert(sizeof(struct table_set) == 64, "one cache line per set");

/* Private to table.c, but for the counters, which anyone may read. */
struct table {
	struct table_set *sets;
	uint8_t *records;
	size_t record_size; /* Bytes. */
	size_t key_size;    /* Bytes. */
	uint32_t set_mask;  /* Set count less one; the count is 2^n. */
	struct hash_key hash_key;

	uint32_t used;    /* Records held now. */
	uint64_t taken;   /* Records ever handed out. */
	uint64_t evicted; /* Of those, how many pushed a live one out. */
};

/* Bytes of region that a table of 'count' records (a power of two, at least
 * TABLE_WAYS) takes. */
#define TABLE_BYTES(count, record_size)                                 \
	(region_bytes((count) / TABLE_WAYS, sizeof(struct table_set)) + \
	    region_bytes((count), (record_size)))

void table_init(struct table *table, struct region *region, uint32_t count,
    size_t record_size, size_t key_size, const struct hash_key *hash_key);

static inline uint64_t
table_hash(const struct table *table, const void *key)
{
	return siphash(&table->hash_key, key, table->key_size);
}

/* Asks the memory for the set of 'hash' ahead of its use. */
static inline void
table_prefetch(const struct table *table, uint64_t hash)
{
	__builtin_prefetch(&table->sets[(uint32_t)hash & table->set_mask]);
}

/* Whether a record of 'hash' would find a free slot. */
static inline bool
table_has_room(const struct table *table, uint64_t hash)
{
	const struct table_set *set =
	    &table->sets[(uint32_t)hash & table->set_mask];

	for (uint32_t way = 0; way < TABLE_WAYS; way++) {
		if (set->tag[way] == 0) {
			return true;
		}
	}
	return false;
}

/* Asks the memory for the record that 'hash' seems to have, its set being there
 * already.  False: there is none. */
bool table_prefetch_record(const struct table *table, uint64_t hash);

/* Returns the record of 'key', marked touched; null if there is none. */
void *table_find(
    struct table *table, const void *key, uint64_t hash, uint32_t now_s);

/* The same without a touch: for those who only look. */
const void *table_peek(
    const struct table *table, const void *key, uint64_t hash);

/* Takes a slot for 'key', which must not be in the table, and returns its
 * record, zeroed but for the key.  If a live record had to go, it is copied
 * to 'victim' first (if not null) and '*evicted' tells. */
void *table_take(struct table *table, const void *key, uint64_t hash,
    uint32_t now_s, void *victim, bool *evicted);

/* The same, but a full set gives up the record that 'rank' gives the lowest
 * number, and among equals the one idle longest. */
void *table_take_ranked(struct table *table, const void *key, uint64_t hash,
    uint32_t now_s, uint32_t (*rank)(const void *record), bool *evicted);

/* The record that table_take_ranked() would give up for 'hash'; null if it
 * would find a free slot. */
void *table_in_the_way(const struct table *table, uint64_t hash, uint32_t now_s,
    uint32_t (*rank)(const void *record));

/* Of the full set of 'hash' the slot, as table_index() has it, that has the
 * lowest rank, and among equals is idle longest.  'ranks' is by slot: a caller
 * that keeps them together has all of a set's in one cache line, where a
 * function would look at eight records. */
uint32_t table_lowest(const struct table *table, uint64_t hash, uint32_t now_s,
    const uint32_t *ranks);

/* Frees the slot of 'record', which must be one that the table gave. */
void table_drop(struct table *table, void *record);

/* The record in slot 'index' (0 to the count less one), null if it is free: to
 * visit all of them, a few at a time. */
void *table_at(struct table *table, uint32_t index);

/* The slot of 'record', which must be one that the table gave: for a caller
 * that keeps more beside it. */
uint32_t table_index(const struct table *table, const void *record);

/* How many slots there are. */
static inline uint32_t
table_count(const struct table *table)
{
	return (table->set_mask + 1) * TABLE_WAYS;
}

#endif
