/*
 * Duplicate memory: what was seen a moment ago.
 *
 * A mirror of many ports delivers a packet once for each port it passed: two or
 * three times, with other MAC addresses and another VLAN where it was routed,
 * its TTL less by one and its header checksum other.  All that a router leaves
 * as it is goes into a keyed hash: addresses, protocol, identifier, length,
 * fragment fields, flow label, and the first 40 bytes after the IP header (64
 * of IPv6), with the transport's ports, sequence numbers and checksum.  Equal
 * within DUPLICATE_WINDOW_NS, and of about the same TTL, is the same packet.
 *
 * What it takes for a duplicate and is none: two datagrams that a program sent
 * within the window with the same bytes and no IP identifier to tell them
 * apart, and likewise repeated bare acknowledgements.  Neither tells us
 * anything new. A retransmission comes later than the window (the shortest
 * timer of a common TCP stack is 200 ms) and usually has a new identifier.
 *
 * What it may overlook: a copy that comes later than the window, or after so
 * many packets that its set has been filled anew.  Then it is counted twice.
 *
 * Two different packets are confused only if 32 bits of tag and the bits of the
 * place are equal within the window: at a million packets a second, with 8192
 * places, less than once in a quarter of an hour.
 *
 * Memory: DUPLICATE_MEMORY_BYTES of the caller's region.
 * Time:   passed in; may step back.
 */
#ifndef DECODE_DUPLICATE_H
#define DECODE_DUPLICATE_H

#include "base/base.h"
#include "base/key_hash.h"
#include "mem/region.h"

/* The copies leave one switch or two neighbouring ones; what lies between them
 * is queues.  A queue of 5 MB on a port of 1 Gbit/s takes 40 ms to drain.  More
 * would begin to catch programs that repeat themselves. */
#define DUPLICATE_WINDOW_NS (50 * NS_PER_MS)

/* A mirror sees a packet before and after a router, perhaps two. */
enum { DUPLICATE_TTL_DISTANCE = 4 };

enum { DUPLICATE_WAYS = 4, DUPLICATE_WORDS = 14 };

/* Newest first.  Private to duplicate.c, like the rest. */
struct duplicate_set {
	/* Tag (32 bits), time (24) and TTL (8). */
	uint64_t entry[DUPLICATE_WAYS];
};
_Static_assert(sizeof(struct duplicate_set) == 32, "two sets a cache line");

struct duplicate_memory {
	struct duplicate_set *sets;
	uint32_t set_mask; /* Set count less one; the count is 2^n. */
	uint64_t secret[DUPLICATE_WORDS + 2];
};

#define DUPLICATE_MEMORY_BYTES(count) \
	region_bytes((count) / DUPLICATE_WAYS, sizeof(struct duplicate_set))

/* 'count' is a power of two. */
void duplicate_memory_init(struct duplicate_memory *memory,
    struct region *region, uint32_t count, const struct hash_key *hash_key);

/* Whether the IP packet at 'ip', of which 'size' bytes belong to it and were
 * captured, was there a moment ago; remembers it if not.  The IP header (20
 * bytes of version 4 with its options, or 40 of version 6) is there. */
bool duplicate_ip(struct duplicate_memory *memory, const uint8_t *ip,
    uint32_t size, uint64_t time_ns);

/* The same of an ARP packet. */
bool duplicate_arp(
    struct duplicate_memory *memory, const uint8_t arp[28], uint64_t time_ns);

#endif
