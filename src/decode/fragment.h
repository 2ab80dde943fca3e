/*
 * Fragment memory: what the first bytes of fragmented packets were.
 *
 * Only the head of a packet matters to us, and nearly always all of it is in
 * the first fragment.  Then the record only remembers that the packet has been
 * judged, so that its later fragments are known for what they are.  But whoever
 * hides (nmap -f) cuts the TCP header itself: then the record keeps the bytes
 * that came, in any order, until there are enough of them.  Where fragments
 * overlap, the bytes that came first stand.
 *
 * Full: the table gives up the record idlest of eight (mem/table.h).  A packet
 * whose head was being kept there is lost; its later fragments are orphans.
 *
 * Memory: FRAGMENT_MEMORY_BYTES of the caller's region.
 * Time:   passed in.
 */
#ifndef DECODE_FRAGMENT_H
#define DECODE_FRAGMENT_H

#include "base/addr.h"
#include "base/base.h"
#include "mem/table.h"

/* RFC 791 lets a host wait 15 seconds for the rest, RFC 8200 (section 4.5) 60;
 * Linux waits 30 for IPv4 and 60 for IPv6.  What a host has given up cannot
 * become a probe any more, and an identifier may be in use again. */
#define FRAGMENT_TIMEOUT_NS (30 * NS_PER_S)

/* Bytes of a packet's head that are kept: a TCP header of any length. */
enum { FRAGMENT_HEAD_SIZE = 64 };

/* In place of the protocol in the key of an IPv6 packet: there each fragment
 * has its own word on that, and only the first one's counts (RFC 8200). */
enum { FRAGMENT_KEY_IP6 = 44 };

struct fragment_key {
	struct ip_address source;
	struct ip_address target;
	uint32_t id;
	uint32_t protocol; /* Or FRAGMENT_KEY_IP6. */
};
_Static_assert(sizeof(struct fragment_key) == 40,
    "struct fragment_key must have no padding");

/* One fragment, as it came. */
struct fragment_piece {
	struct fragment_key key;
	uint32_t offset;      /* Of its first byte in the packet. */
	uint32_t size;        /* Bytes, by the header. */
	uint32_t captured;    /* Bytes at 'bytes'. */
	const uint8_t *bytes; /* Where they begin. */
	uint8_t protocol;     /* Of what the first byte begins. */
	bool more;            /* It is not the last one. */
};

/* What is remembered of a packet. */
struct fragment_record {
	struct fragment_key key;
	uint64_t started_ns;
	uint64_t have;    /* Bit n: head[n] is there. */
	uint8_t protocol; /* Of head[0], once that is there. */
	bool judged;      /* Its packet was passed on or refused. */
	uint8_t head[FRAGMENT_HEAD_SIZE];
};
_Static_assert(FRAGMENT_HEAD_SIZE == 64, "a bit of 'have' for each byte");

struct fragment_memory {
	struct table table;
};

#define FRAGMENT_MEMORY_BYTES(count) \
	TABLE_BYTES((count), sizeof(struct fragment_record))

void fragment_memory_init(struct fragment_memory *memory, struct region *region,
    uint32_t count, const struct hash_key *hash_key);

/* The record of 'key'; null if there is none that is still good. */
struct fragment_record *fragment_find(struct fragment_memory *memory,
    const struct fragment_key *key, uint64_t now_ns);

/* The record of 'key', a new one if there is none that is still good. */
struct fragment_record *fragment_obtain(struct fragment_memory *memory,
    const struct fragment_key *key, uint64_t now_ns);

/* Begins 'record' anew: its identifier is used for another packet. */
void fragment_restart(struct fragment_record *record, uint64_t now_ns);

/* Keeps of 'piece' what belongs to the head and is not there yet. */
void fragment_fill(
    struct fragment_record *record, const struct fragment_piece *piece);

/* How many bytes of the head are there without a gap. */
uint32_t fragment_head_size(const struct fragment_record *record);

#endif
