/*
 * Plan lines: how a room says what memory it takes.
 *
 * Every room that carves from the role's region lists its tables here, one line
 * each, so that the memory statement (`spanwatch memory`) shows entry size and
 * count, and a test can hold the sum against what the room really carves.
 *
 *	uint32_t flow_plan(struct plan_line *lines, uint32_t capacity);
 *
 * Memory: none.
 */
#ifndef MEM_PLAN_H
#define MEM_PLAN_H

#include "base/base.h"

/* One table, pool or struct.  'bytes' is what the region gives for it, rounding
 * and index included, so the lines of a room sum up to what it carves. */
struct plan_line {
	const char *name;   /* "attempts": what one entry is, in the plural. */
	size_t entry_bytes; /* What one entry takes, its share of the index
	                     * included. */
	uint64_t count;     /* Entries. */
	size_t bytes;       /* In all, the rounding of the region included. */
};

/* The line of 'count' elements of 'size' bytes, carved with region_carve(). */
struct plan_line plan_array(const char *name, size_t count, size_t size);

/* The line of a table (mem/table.h) of 'count' records. */
struct plan_line plan_table(const char *name, size_t count, size_t record_size);

/* Copies 'own' lines to the caller's, as many as there is room for, and returns
 * how many there are. */
uint32_t plan_copy(const struct plan_line *own, uint32_t count,
    struct plan_line *lines, uint32_t capacity);

#endif
