/*
 * Foreign heap: memory lent to a library that insists on malloc().
 *
 * Our own objects live in tables of fixed size; a library's do not, and its
 * appetite would break the promise that a role holds what its plan says.  So
 * the library is given these two functions in place of malloc() and free(), and
 * a part of the region in place of the machine's memory.
 *
 * The heap is pages of 4 KiB.  A small request is rounded up to one of a dozen
 * sizes, and a page holds blocks of one size only; a larger one takes whole
 * pages.  A page whose last block is freed can serve any size again.  What is
 * known of a block stands apart from it, so that a library which writes past
 * its blocks does not lead the heap astray; and a free() of what is no block is
 * counted and does nothing.
 *
 * A library seldom stands a null pointer.  So one asks for admission before
 * handing it work: foreign_has() says whether so many bytes are free in one
 * piece.  Work that at no moment needs more pages than that cannot be refused.
 *
 * Under the address sanitizer blocks are exactly as long as was asked for, and
 * what is free is poisoned.
 *
 * Memory: foreign_bytes() of the caller's region; nothing later.
 * Time:   a few words are looked at for a small block; for a large one, pages
 *         in order until enough in a row are free.
 */
#ifndef MEM_FOREIGN_H
#define MEM_FOREIGN_H

#include "base/base.h"
#include "mem/region.h"

enum {
	FOREIGN_PAGE_SIZE = 4096,
	FOREIGN_SIZE_COUNT = 12, /* Block sizes of small requests. */
};

/* What is known of one page.  Private to foreign.c. */
struct foreign_page {
	uint64_t live[4]; /* A bit for each block that is taken. */
	uint16_t used;    /* Blocks taken. */
	uint8_t kind;     /* enum page_kind, or which block size. */
	uint32_t span;    /* First of a large block: its pages. */
	uint32_t next;    /* Pages of this size with a free block: 1 + index; */
	uint32_t previous; /* zero ends the list. */
};

/* Private to foreign.c, but for the counters, which anyone may read. */
struct foreign {
	uint8_t *bytes;
	struct foreign_page *pages;
	uint32_t page_count;
	uint32_t first_free;               /* No page before it is free. */
	uint32_t open[FOREIGN_SIZE_COUNT]; /* Lists; see struct foreign_page. */

	uint32_t used_pages; /* Pages in use now, */
	uint32_t peak_pages; /* and at most so far. */
	uint32_t blocks;     /* Blocks taken now. */
	uint64_t taken;      /* Blocks ever given. */
	uint64_t refused;    /* Requests that found no room. */
	uint64_t strays;     /* Frees of what was no block. */
};

/* Bytes of region that a heap of 'size' bytes takes, its book-keeping included.
 */
size_t foreign_bytes(size_t size);

/* Makes a heap of 'size' bytes, rounded down to pages. */
void foreign_init(struct foreign *heap, struct region *region, size_t size);

/* Ends it: the memory is the region's again. */
void foreign_finish(struct foreign *heap);

/* Gives 'size' bytes (none: as for one), aligned to 16, of unknown content;
 * null, and counted, if there is no room. */
void *foreign_take(struct foreign *heap, size_t size) SW_MUST_CHECK;

/* Takes 'block' back.  Null is nothing. */
void foreign_free(struct foreign *heap, void *block);

/* Whether the last 'size' bytes of the heap are all free. */
bool foreign_has(const struct foreign *heap, size_t size);

#endif
