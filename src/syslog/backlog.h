/*
 * Backlog: what has come of messages that are not whole yet.
 *
 * A connection may stop in the midst of a message of up to 64 KiB.  Giving each
 * a buffer of that size would take far more memory than is ever in use, so they
 * share a pool of small chunks: few hold more than one or two.  When the pool
 * is full, who holds most gives way (syslog.h).
 *
 * Memory: backlog_pool_bytes() of the caller's region.  Time: none.
 */
#ifndef SYSLOG_BACKLOG_H
#define SYSLOG_BACKLOG_H

#include "base/base.h"
#include "mem/plan.h"
#include "mem/region.h"

enum { BACKLOG_CHUNK_SIZE = 1020 };

/* Private to backlog.c. */
struct backlog_chunk {
	uint32_t next; /* 1 + index; zero ends the list. */
	char bytes[BACKLOG_CHUNK_SIZE];
};
_Static_assert(sizeof(struct backlog_chunk) == 1024, "as Kconfig says");

struct backlog_pool {
	struct backlog_chunk *chunks;
	uint32_t first_free; /* 1 + index. */
	uint32_t free_count;
};

/* Of one connection.  Zero: it holds nothing. */
struct backlog {
	uint32_t first; /* 1 + index of its first chunk. */
	uint32_t size;  /* Bytes. */
};

size_t backlog_pool_bytes(void);
struct plan_line backlog_pool_plan(void);
void backlog_pool_init(struct backlog_pool *pool, struct region *region);

/* Keeps 'size' bytes; 'backlog' must hold nothing.  False: there is no room,
 * and nothing is kept. */
bool backlog_keep(struct backlog_pool *pool, struct backlog *backlog,
    const char *bytes, size_t size) SW_MUST_CHECK;

/* Copies what is held to 'bytes', which has room for it, and holds nothing any
 * more.  Returns how much it was. */
size_t backlog_fetch(
    struct backlog_pool *pool, struct backlog *backlog, char *bytes);

#endif
