#include "syslog/backlog.h"

#include <string.h>

static uint32_t chunks_for(size_t size);

size_t
backlog_pool_bytes(void)
{
	return region_bytes(
	    CONFIG_SYSLOG_CHUNK_COUNT, sizeof(struct backlog_chunk));
}

struct plan_line
backlog_pool_plan(void)
{
	return plan_array("parts of messages", CONFIG_SYSLOG_CHUNK_COUNT,
	    sizeof(struct backlog_chunk));
}

void
backlog_pool_init(struct backlog_pool *pool, struct region *region)
{
	pool->chunks = region_carve(
	    region, CONFIG_SYSLOG_CHUNK_COUNT, sizeof(struct backlog_chunk));
	for (uint32_t i = 0; i < CONFIG_SYSLOG_CHUNK_COUNT; i++) {
		pool->chunks[i].next = i;
	}
	pool->first_free = CONFIG_SYSLOG_CHUNK_COUNT;
	pool->free_count = CONFIG_SYSLOG_CHUNK_COUNT;
}

bool
backlog_keep(struct backlog_pool *pool, struct backlog *backlog,
    const char *bytes, size_t size)
{
	uint32_t *link = &backlog->first;

	SW_ASSERT(backlog->size == 0 && backlog->first == 0);
	if (chunks_for(size) > pool->free_count) {
		return false;
	}
	backlog->size = (uint32_t)size;
	while (size > 0) {
		uint32_t place = pool->first_free;
		struct backlog_chunk *chunk = &pool->chunks[place - 1];
		size_t part =
		    size < BACKLOG_CHUNK_SIZE ? size : BACKLOG_CHUNK_SIZE;

		pool->first_free = chunk->next;
		pool->free_count--;
		memcpy(chunk->bytes, bytes, part);
		*link = place;
		link = &chunk->next;
		*link = 0;
		bytes += part;
		size -= part;
	}
	return true;
}

size_t
backlog_fetch(struct backlog_pool *pool, struct backlog *backlog, char *bytes)
{
	size_t left = backlog->size;

	while (left > 0) {
		uint32_t place = backlog->first;
		struct backlog_chunk *chunk = &pool->chunks[place - 1];
		size_t part =
		    left < BACKLOG_CHUNK_SIZE ? left : BACKLOG_CHUNK_SIZE;

		memcpy(bytes, chunk->bytes, part);
		bytes += part;
		left -= part;
		backlog->first = chunk->next;
		chunk->next = pool->first_free;
		pool->first_free = place;
		pool->free_count++;
	}
	left = backlog->size;
	backlog->size = 0;
	return left;
}

static uint32_t
chunks_for(size_t size)
{
	return (uint32_t)((size + BACKLOG_CHUNK_SIZE - 1) / BACKLOG_CHUNK_SIZE);
}
