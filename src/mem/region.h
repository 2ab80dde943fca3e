/*
 * Region: all the memory of a role, given once.
 *
 * At its start a role maps one region of exactly the size that the memory plan
 * states (pipeline/memory_plan.def), its rooms carve their tables from it, and
 * the region is sealed.  After that nothing can be carved: asking is a bug of
 * ours and ends the process.  What is carved is zero and aligned to a cache
 * line.
 *
 * Memory: the mapping is touched page by page at creation, so that what the
 * role holds is resident from the start and cannot be refused later.
 */
#ifndef MEM_REGION_H
#define MEM_REGION_H

#include "base/base.h"

enum { REGION_ALIGNMENT = 64 };

struct region {
	uint8_t *bytes;
	size_t size; /* Bytes mapped. */
	size_t used; /* Bytes carved, rounding included. */
	bool sealed;
};

/* Bytes that carving 'count' elements of 'size' bytes takes from a region. */
static inline size_t
region_bytes(size_t count, size_t size)
{
	return (count * size + REGION_ALIGNMENT - 1) &
	    ~(size_t)(REGION_ALIGNMENT - 1);
}

/* Maps 'size' bytes.  Returns 0, or a negative errno: the machine has not got
 * them. */
int region_init(struct region *region, size_t size) SW_MUST_CHECK;

/* Gives 'count' zeroed elements of 'size' bytes each.  Carving more than the
 * region has, or after the seal, is a bug and ends the process. */
void *region_carve(struct region *region, size_t count, size_t size);

void region_seal(struct region *region);

/* Gives the mapping back.  Only for the end of a role and for tests. */
void region_finish(struct region *region);

#endif
