/*
 * Texts: what endpoints call things, each kept once.
 *
 * Paths, users and command lines repeat without end.  Each different text is
 * kept once, in a chain of blocks of one size out of a fixed pool, and counted
 * by who refers to it; so memory neither grows nor falls to pieces.  Equal
 * numbers mean equal texts.
 *
 * Memory: 'count' blocks of TEXTS_BLOCK_SIZE bytes of the caller's region, and
 *         four bytes for each to find them by.
 */
#ifndef ATTRIBUTE_TEXTS_H
#define ATTRIBUTE_TEXTS_H

#include "base/siphash.h"
#include "mem/region.h"

enum {
	TEXTS_BLOCK_SIZE = 64,
	TEXTS_MAX = 1023, /* Bytes of a text; what is longer is cut. */
};

/* Private to texts.c. */
struct texts_block;

struct texts {
	struct texts_block *blocks; /* Number 0 is never used. */
	uint32_t *buckets;
	uint32_t count;
	uint32_t bucket_mask;
	uint32_t free_first;
	uint32_t free_count;
	struct hash_key hash_key;
};

#define TEXTS_BYTES(count)                         \
	(region_bytes((count), TEXTS_BLOCK_SIZE) + \
	    region_bytes((count), sizeof(uint32_t)))

/* 'count' is a power of two. */
void texts_init(struct texts *texts, struct region *region, uint32_t count,
    const struct hash_key *hash_key);

/* The number of 'text', which is referred to once more; 0 where it is empty, or
 * there is no room. */
uint32_t texts_hold(struct texts *texts, const char *text);

/* Refers to 'number' once more, and gives it back. */
uint32_t texts_share(struct texts *texts, uint32_t number);

/* Refers to 'number' once less. */
void texts_release(struct texts *texts, uint32_t number);

/* Writes a text, cut to 'size' bytes with its zero; number 0 is "". */
void texts_copy(
    const struct texts *texts, uint32_t number, char *text, size_t size);

/* Blocks that the longest text may need. */
uint32_t texts_longest(void);

#endif
