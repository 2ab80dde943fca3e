/*
 * Seen: the last messages of relays, by hash, to recognise them when they come
 * again.
 *
 * A relay that lost its connection does not know what arrived, and sends the
 * last of it anew.  Sets of eight hashes (after mem/table.h), the newest first:
 * a full set forgets its oldest.  Two different messages are taken for one with
 * a chance of about one in 2^60.
 *
 * Memory: seen_bytes() of the caller's region.  Time: none.
 */
#ifndef SYSLOG_SEEN_H
#define SYSLOG_SEEN_H

#include "base/siphash.h"
#include "mem/plan.h"
#include "mem/region.h"

enum { SEEN_WAYS = 8 };

struct seen {
	uint64_t (*sets)[SEEN_WAYS]; /* Zero: free. */
	uint32_t mask;
	struct hash_key key;
};

size_t seen_bytes(void);
struct plan_line seen_plan(void);
void seen_init(
    struct seen *seen, struct region *region, const struct hash_key *key);

/* Remembers a message; returns whether it was known. */
bool seen_before(struct seen *seen, const char *bytes, size_t size);

#endif
