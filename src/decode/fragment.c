#include "decode/fragment.h"

#include <string.h>

void
fragment_memory_init(struct fragment_memory *memory, struct region *region,
    uint32_t count, const struct hash_key *hash_key)
{
	table_init(&memory->table, region, count,
	    sizeof(struct fragment_record), sizeof(struct fragment_key),
	    hash_key);
}

/* A record from the future (time stepped back) is as good as a new one. */
static bool
is_expired(const struct fragment_record *record, uint64_t now_ns)
{
	return now_ns > record->started_ns &&
	    now_ns - record->started_ns > FRAGMENT_TIMEOUT_NS;
}

struct fragment_record *
fragment_find(struct fragment_memory *memory, const struct fragment_key *key,
    uint64_t now_ns)
{
	uint64_t hash = table_hash(&memory->table, key);
	struct fragment_record *record = table_find(
	    &memory->table, key, hash, (uint32_t)(now_ns / NS_PER_S));

	if (record != NULL && is_expired(record, now_ns)) {
		table_drop(&memory->table, record);
		return NULL;
	}
	return record;
}

struct fragment_record *
fragment_obtain(struct fragment_memory *memory, const struct fragment_key *key,
    uint64_t now_ns)
{
	uint64_t hash = table_hash(&memory->table, key);
	struct fragment_record *record = fragment_find(memory, key, now_ns);

	if (record == NULL) {
		record = table_take(&memory->table, key, hash,
		    (uint32_t)(now_ns / NS_PER_S), NULL, NULL);
		record->started_ns = now_ns;
	}
	return record;
}

void
fragment_restart(struct fragment_record *record, uint64_t now_ns)
{
	record->started_ns = now_ns;
	record->have = 0;
	record->protocol = 0;
	record->judged = false;
}

void
fragment_fill(
    struct fragment_record *record, const struct fragment_piece *piece)
{
	if (piece->offset == 0 && (record->have & 1) == 0) {
		record->protocol = piece->protocol;
	}
	for (uint32_t i = 0; i < piece->captured; i++) {
		uint32_t at = piece->offset + i;

		if (at >= FRAGMENT_HEAD_SIZE) {
			return;
		}
		if ((record->have >> at & 1) == 0) {
			record->have |= 1ull << at;
			record->head[at] = piece->bytes[i];
		}
	}
}

uint32_t
fragment_head_size(const struct fragment_record *record)
{
	if (~record->have == 0) {
		return FRAGMENT_HEAD_SIZE;
	}
	return (uint32_t)__builtin_ctzll(~record->have);
}
