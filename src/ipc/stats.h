/*
 * Stats page: what a role tells of itself, for others to read when they like.
 *
 * Each role has one page of shared memory.  The role alone writes it; whoever
 * wants to know maps it read-only and copies it out, so that asking costs the
 * role nothing and a stuck role can still be seen to be stuck: its heartbeat
 * stands still.  What is in the page beside the heartbeat is the role's own
 * struct, free of pointers; the reader checks it, since the writer may have
 * been taken over.
 *
 * A sequence lock keeps a copy whole: the writer makes the sequence odd,
 * writes, and makes it even; a reader who saw it odd, or changed, tries again.
 * (Boehm, "Can Seqlocks Get Along With Programming Language Memory Models?",
 * 2012.)  The writer never waits.
 *
 * The page is a memfd (memfd_create(2)) whose size is sealed, so that no writer
 * can pull it from under its readers.  It outlives the role: the next process
 * of that role clears it.
 *
 * Memory: the mapping; stats_page_bytes() of it, rounded up to pages.
 * Time:   the heartbeat is passed in.
 */
#ifndef IPC_STATS_H
#define IPC_STATS_H

#include <stdatomic.h>

#include "base/base.h"

/* The shared bytes.  Private to stats.c. */
struct stats_shared {
	_Atomic uint64_t sequence; /* Odd while it is written. */
	_Atomic uint64_t heartbeat_ns;
	_Atomic uint64_t words[];
};

struct stats_page {
	struct stats_shared *shared; /* Null: not mapped. */
	size_t size;                 /* Bytes of the role's struct. */
};

/* Makes a page for a struct of 'size' bytes.  Returns its descriptor, or a
 * negative errno. */
int stats_page_make(size_t size) SW_MUST_CHECK;

/* A descriptor of the same page that can only be read, to hand to others.
 * Returns it, or a negative errno. */
int stats_page_share(int fd) SW_MUST_CHECK;

/* Maps the page at 'fd' for writing, and clears it.  The descriptor may be
 * closed afterwards.  Returns 0 or a negative errno. */
int stats_page_open_writer(
    struct stats_page *page, int fd, size_t size) SW_MUST_CHECK;

/* Maps it for reading.  -EINVAL: it is not a page of that size, or its size is
 * not sealed. */
int stats_page_open_reader(
    struct stats_page *page, int fd, size_t size) SW_MUST_CHECK;

void stats_page_close(struct stats_page *page);

/* Writes 'values' (a struct of the page's size) and the heartbeat. */
void stats_page_publish(
    struct stats_page *page, const void *values, uint64_t heartbeat_ns);

/* Copies the page out.  False: the writer was always in the midst of writing
 * (it may have died there), or has not published yet; both outputs are then
 * undefined.  '*heartbeat_ns' is what the writer said last. */
bool stats_page_read(const struct stats_page *page, void *values,
    uint64_t *heartbeat_ns) SW_MUST_CHECK;

/* The heartbeat alone, whatever else the writer is in the midst of. */
uint64_t stats_page_heartbeat_ns(const struct stats_page *page);

#endif
