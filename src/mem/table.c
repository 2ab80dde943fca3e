#include "mem/table.h"

#include <string.h>

#include "base/bytes.h"
#include "mem/ways.h"

_Static_assert(
    (int)TABLE_WAYS == (int)WAYS_COUNT, "ways_of() sees a whole set");

void
table_init(struct table *table, struct region *region, uint32_t count,
    size_t record_size, size_t key_size, const struct hash_key *hash_key)
{
	SW_ASSERT(count >= TABLE_WAYS && (count & (count - 1)) == 0);
	SW_ASSERT(key_size <= record_size);
	memset(table, 0, sizeof(*table));
	table->sets =
	    region_carve(region, count / TABLE_WAYS, sizeof(struct table_set));
	table->records = region_carve(region, count, record_size);
	table->record_size = record_size;
	table->key_size = key_size;
	table->set_mask = count / TABLE_WAYS - 1;
	table->hash_key = *hash_key;
}

/* The tag of a hash: its high half, never zero, since zero marks a free slot.
 */
static inline uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1u;
}

static inline uint8_t *
record_of(const struct table *table, uint32_t set, uint32_t way)
{
	return table->records +
	    ((size_t)set * TABLE_WAYS + way) * table->record_size;
}

/* The way of a free slot if the set has one, else of the one idle longest.
 * The subtraction is right across the wrap of the clock. */
static uint32_t
idlest_way(const struct table_set *set, uint32_t now_s)
{
	uint32_t idlest = 0;

	for (uint32_t way = 0; way < TABLE_WAYS; way++) {
		if (set->tag[way] == 0) {
			return way;
		}
		if (now_s - set->touched_s[way] >
		    now_s - set->touched_s[idlest]) {
			idlest = way;
		}
	}
	return idlest;
}

bool
table_prefetch_record(const struct table *table, uint64_t hash)
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	const struct table_set *set = &table->sets[index];
	uint32_t ways = ways_of(set->tag, tag_of(hash));

	if (ways == 0) {
		return false;
	}
	__builtin_prefetch(record_of(table, index, ways_first(ways)));
	return true;
}

void *
table_find(struct table *table, const void *key, uint64_t hash, uint32_t now_s)
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	struct table_set *set = &table->sets[index];
	uint32_t ways = ways_of(set->tag, tag_of(hash));

	for (; ways != 0; ways &= ways - 1) {
		uint32_t way = ways_first(ways);
		uint8_t *record = record_of(table, index, way);

		if (bytes_equal(record, key, table->key_size)) {
			set->touched_s[way] = now_s;
			return record;
		}
	}
	return NULL;
}

const void *
table_peek(const struct table *table, const void *key, uint64_t hash)
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	const struct table_set *set = &table->sets[index];
	uint32_t tag = tag_of(hash);

	for (uint32_t way = 0; way < TABLE_WAYS; way++) {
		const uint8_t *record = record_of(table, index, way);

		if (set->tag[way] == tag &&
		    memcmp(record, key, table->key_size) == 0) {
			return record;
		}
	}
	return NULL;
}

/* Gives slot 'way' of the set of 'hash' to 'key'. */
static void *
take_way(struct table *table, const void *key, uint64_t hash, uint32_t way,
    uint32_t now_s)
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	struct table_set *set = &table->sets[index];
	uint8_t *record = record_of(table, index, way);
	bool was_live = set->tag[way] != 0;

	table->taken++;
	table->evicted += was_live;
	table->used += !was_live;
	set->tag[way] = tag_of(hash);
	set->touched_s[way] = now_s;
	memset(record, 0, table->record_size);
	memcpy(record, key, table->key_size);
	return record;
}

void *
table_take(struct table *table, const void *key, uint64_t hash, uint32_t now_s,
    void *victim, bool *evicted)
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	struct table_set *set = &table->sets[index];
	uint32_t way = idlest_way(set, now_s);
	bool was_live = set->tag[way] != 0;

	if (was_live && victim != NULL) {
		memcpy(
		    victim, record_of(table, index, way), table->record_size);
	}
	if (evicted != NULL) {
		*evicted = was_live;
	}
	return take_way(table, key, hash, way, now_s);
}

/* The way of a free slot if the set has one, else of the lowest rank. */
static uint32_t
lowest_way(const struct table *table, uint32_t index, uint32_t now_s,
    uint32_t (*rank)(const void *record))
{
	const struct table_set *set = &table->sets[index];
	uint32_t lowest = idlest_way(set, now_s);
	uint32_t lowest_rank;

	if (set->tag[lowest] == 0) {
		return lowest;
	}
	lowest_rank = rank(record_of(table, index, lowest));
	for (uint32_t way = 0; way < TABLE_WAYS; way++) {
		uint32_t way_rank = rank(record_of(table, index, way));

		if (way_rank < lowest_rank ||
		    (way_rank == lowest_rank &&
		        now_s - set->touched_s[way] >
		            now_s - set->touched_s[lowest])) {
			lowest = way;
			lowest_rank = way_rank;
		}
	}
	return lowest;
}

void *
table_in_the_way(const struct table *table, uint64_t hash, uint32_t now_s,
    uint32_t (*rank)(const void *record))
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	uint32_t way = lowest_way(table, index, now_s, rank);

	return table->sets[index].tag[way] == 0 ? NULL
	                                        : record_of(table, index, way);
}

uint32_t
table_lowest(const struct table *table, uint64_t hash, uint32_t now_s,
    const uint32_t *ranks)
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	const struct table_set *set = &table->sets[index];
	const uint32_t *rank = ranks + (size_t)index * TABLE_WAYS;
	uint32_t lowest = 0;

	for (uint32_t way = 1; way < TABLE_WAYS; way++) {
		if (rank[way] < rank[lowest] ||
		    (rank[way] == rank[lowest] &&
		        now_s - set->touched_s[way] >
		            now_s - set->touched_s[lowest])) {
			lowest = way;
		}
	}
	return index * TABLE_WAYS + lowest;
}

void *
table_take_ranked(struct table *table, const void *key, uint64_t hash,
    uint32_t now_s, uint32_t (*rank)(const void *record), bool *evicted)
{
	uint32_t index = (uint32_t)hash & table->set_mask;
	uint32_t way = lowest_way(table, index, now_s, rank);

	if (evicted != NULL) {
		*evicted = table->sets[index].tag[way] != 0;
	}
	return take_way(table, key, hash, way, now_s);
}

void
table_drop(struct table *table, void *record)
{
	uint32_t slot = table_index(table, record);

	SW_ASSERT(table->sets[slot / TABLE_WAYS].tag[slot % TABLE_WAYS] != 0);
	table->sets[slot / TABLE_WAYS].tag[slot % TABLE_WAYS] = 0;
	table->used--;
}

void *
table_at(struct table *table, uint32_t index)
{
	uint32_t set = index / TABLE_WAYS;
	uint32_t way = index % TABLE_WAYS;

	SW_ASSERT(index < table_count(table));
	return table->sets[set].tag[way] == 0 ? NULL
	                                      : record_of(table, set, way);
}

uint32_t
table_index(const struct table *table, const void *record)
{
	size_t offset = (size_t)((const uint8_t *)record - table->records);
	size_t slot = offset / table->record_size;

	SW_ASSERT(
	    slot < table_count(table) && offset % table->record_size == 0);
	return (uint32_t)slot;
}
