/*
 * Attempts: the bounded memory of what has not been answered yet.
 *
 * A pool of entries, each on exactly one of four queues or free.  Whoever
 * enters a queue goes to its tail and waits as long as everybody in it, so the
 * head is always the next whose time is up, and all is done in constant time:
 *
 *	NEW       for any answer: FLOW_OVERDUE_NS
 *	WAITING   for any answer still: FLOW_ANSWER_TIMEOUT_NS in all
 *	OPEN      accepted TCP connections, for payload both ways or an end:
 *	          FLOW_HALF_TIMEOUT_NS since the answer
 *	QUIET     nothing left to tell; kept since their last packet for
 *	          FLOW_HALF_TIMEOUT_NS, so that stragglers begin nothing new
 *
 * (Queues of linked entries rather than a ring: in a ring an accepted
 * connection, which waits seven times longer than its neighbours, would hold
 * the head or have to be copied, and settled ones would leave holes.)
 *
 * An index of sets of eight ways, as in mem/table.h, finds an entry by its
 * five-tuple.  It has twice as many ways as there are entries: with all of
 * those in use one new attempt in fifty finds its set full.
 *
 * Full is normal.  Before it takes an entry, the caller asks which one must go
 * first, tells its fate and drops it: of the whole pool the head of QUIET, else
 * the one that came first to its queue; of a full set likewise.
 *
 * Entries are split in two arrays: what a lookup compares and what decides on a
 * packet share one cache line; addresses of the link, links and times of the
 * queue are looked at only when something changes.
 *
 * Memory: attempts_bytes() of the caller's region.
 * Time:   passed in; never less than in the call before.
 */
#ifndef FLOW_ATTEMPT_H
#define FLOW_ATTEMPT_H

#include "base/five_tuple.h"
#include "mem/region.h"

/* In place of an index: no entry. */
#define ATTEMPT_NONE UINT32_MAX

enum attempt_state {
	ATTEMPT_WAITING,   /* Nothing came back. */
	ATTEMPT_OPEN,      /* TCP: accepted, or evidently so. */
	ATTEMPT_SETTLED,   /* Its last outcome has been told. */
	ATTEMPT_MIDSTREAM, /* TCP: one end of a connection begun before we
	                    * looked; no event is ever told of it. */
};

enum attempt_queue {
	ATTEMPT_QUEUE_NEW,
	ATTEMPT_QUEUE_WAITING,
	ATTEMPT_QUEUE_OPEN,
	ATTEMPT_QUEUE_QUIET,
	ATTEMPT_QUEUE_COUNT
};

/* Bits of 'marks'. */
enum {
	ATTEMPT_SOURCE_IS_LOW = 0x01, /* Which end of the key asks. */
	ATTEMPT_ANSWER_SEEN = 0x02,   /* TCP: the SYN-ACK was. */
	ATTEMPT_SOURCE_FIN = 0x04,
	ATTEMPT_TARGET_FIN = 0x08,
};

/* The hot half: one cache line. */
struct attempt {
	uint64_t attempt_ns;
	uint32_t tcp_options_hash;
	uint16_t tcp_window;
	uint16_t ip_id;
	uint16_t vlan;
	uint16_t traits;   /* PROBE_* bits. */
	uint8_t technique; /* enum probe_technique */
	uint8_t state;     /* enum attempt_state */
	uint8_t ttl;
	uint8_t tcp_flags;
	uint8_t observation_point;
	uint8_t marks;   /* ATTEMPT_* bits. */
	uint8_t packets; /* From the source; odd TCP packets only. */
	struct five_tuple key;
};
_Static_assert(sizeof(struct attempt) == 64, "one cache line per attempt");

/* The cold half. */
struct attempt_rest {
	uint64_t since_ns; /* What its wait counts from. */
	uint32_t set;      /* Of the index. */
	uint32_t next;     /* In its queue, or of the free ones. */
	uint32_t previous;
	uint8_t queue; /* enum attempt_queue */
	struct mac_address source_mac;
	struct mac_address target_mac;
	struct mac_address answer_mac;
};
_Static_assert(sizeof(struct attempt_rest) == 40, "as Kconfig prices it");

/* One set of the index.  A tag of zero marks a free way. */
struct attempt_set {
	uint32_t tag[8];
	uint32_t entry[8];
};
_Static_assert(sizeof(struct attempt_set) == 64, "one cache line per set");

struct attempt_ends {
	uint32_t head; /* ATTEMPT_NONE: empty. */
	uint32_t tail;
};

/* Private to attempt.c, but for the gauges, which anyone may read. */
struct attempts {
	struct attempt *entries;
	struct attempt_rest *rest;
	struct attempt_set *sets;
	uint32_t set_mask;
	uint32_t first_free;
	struct attempt_ends queues[ATTEMPT_QUEUE_COUNT];
	uint64_t nothing_before_ns; /* No time is up before this. */

	uint32_t held; /* Entries in use now. */
	uint32_t peak; /* The most there ever were. */
};

/* Bytes of region for 'count' entries, a power of two, at least eight. */
size_t attempts_bytes(uint32_t count);

void attempts_init(
    struct attempts *attempts, struct region *region, uint32_t count);

/* Asks the memory for the set of 'hash' ahead of its use. */
static inline void
attempts_prefetch(const struct attempts *attempts, uint64_t hash)
{
	__builtin_prefetch(
	    &attempts->sets[(uint32_t)hash & attempts->set_mask]);
}

/* What attempts_prefetch() asked for should be there by now: asks for both
 * halves of the entry that 'hash' names, if there is one. */
void attempts_prefetch_entry(const struct attempts *attempts, uint64_t hash);

/* The entry of 'key'; ATTEMPT_NONE if there is none. */
uint32_t attempts_find(const struct attempts *attempts,
    const struct five_tuple *key, uint64_t hash);

/* The entry that must be dropped before one for 'hash' can be taken;
 * ATTEMPT_NONE if there is room.  Dropping it may not be enough: ask again. */
uint32_t attempts_in_the_way(const struct attempts *attempts, uint64_t hash);

/* Takes an entry for 'key', which must not be held, at the tail of 'queue'.
 * Both halves are zero but for key, queue and time. */
uint32_t attempts_take(struct attempts *attempts, const struct five_tuple *key,
    uint64_t hash, enum attempt_queue queue, uint64_t now_ns);

/* Moves an entry to the tail of 'queue', where its wait counts from 'since_ns',
 * which must not be less than that of those before it. */
void attempts_move(struct attempts *attempts, uint32_t index,
    enum attempt_queue queue, uint64_t since_ns);

void attempts_drop(struct attempts *attempts, uint32_t index);

/* The entry whose time was up first, by 'now_ns'; ATTEMPT_NONE if none. */
uint32_t attempts_next_due(struct attempts *attempts, uint64_t now_ns);

/* When the time of an entry is up. */
uint64_t attempts_deadline_ns(const struct attempts *attempts, uint32_t index);

#endif
