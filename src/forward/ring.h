/*
 * Ring: the messages for one destination that it has not acknowledged.
 *
 * In the order in which they are to be sent, each in one piece with room before
 * and after it for what frames it, so that it goes out with one call and can be
 * sent again as it stands.  Messages are numbered from zero as they come; the
 * oldest is let go first.
 *
 *	char *text = ring_room(&ring, limit);
 *
 *	if (text != NULL) {
 *		ring_add(&ring, written, seq, false);
 *	}
 *
 * Memory: ring_bytes() of the caller's region.  Full: ring_room() is null.
 * Time:   none is read.
 */
#ifndef FORWARD_RING_H
#define FORWARD_RING_H

#include "base/base.h"
#include "mem/plan.h"
#include "mem/region.h"

enum {
	RING_SIZE = CONFIG_FORWARD_BUFFER_KIB << 10,
	RING_LEAD = 48, /* Bytes before a message, for its framing. */
	RING_TRAIL = 1, /* And after it. */
};

/* One message.  'at' is where its lead begins. */
struct ring_slot {
	uint64_t seq;        /* Of its record. */
	uint64_t written_ns; /* When its last byte was given to the system. */
	uint64_t ends;       /* Bytes of this connection, to its last. */
	uint32_t at;
	uint32_t span;  /* Bytes of the ring that go with it. */
	uint32_t size;  /* Of the message; 0: there is none to be sent. */
	uint32_t lead;  /* Bytes of framing before it. */
	uint32_t frame; /* Bytes with all its framing; 0: not framed yet. */
	uint32_t txnr;  /* Of RELP; 0: none yet. */
	uint8_t refusals;
	bool is_heartbeat; /* Of the moment: not sent again. */
	bool was_sent;     /* Once, at least. */
	bool is_done;      /* The destination has it, or never will. */
};
_Static_assert(sizeof(struct ring_slot) <= 56, "as Kconfig says");

/* Private to ring.c, but for the numbers. */
struct ring {
	char *bytes;
	struct ring_slot *slots;
	uint32_t head;  /* Where the next message begins. */
	uint32_t used;  /* Bytes. */
	uint64_t first; /* Number of the oldest message. */
	uint64_t end;   /* And of the next that comes. */
};

size_t ring_bytes(void);
struct plan_line ring_plan_bytes(uint64_t count);
struct plan_line ring_plan_slots(uint64_t count);
void ring_init(struct ring *ring, struct region *region);

static inline uint32_t
ring_count(const struct ring *ring)
{
	return (uint32_t)(ring->end - ring->first);
}

static inline struct ring_slot *
ring_slot(const struct ring *ring, uint64_t number)
{
	return &ring->slots[number % CONFIG_FORWARD_MESSAGE_COUNT];
}

/* The message's first byte. */
static inline char *
ring_text(const struct ring *ring, const struct ring_slot *slot)
{
	return ring->bytes + slot->at + RING_LEAD;
}

/* How many messages of 'size' bytes it has room for at least. */
uint32_t ring_room_for(const struct ring *ring, uint32_t size);

/* Where a message of 'size' bytes at most can be put; null: no room. */
char *ring_room(struct ring *ring, uint32_t size);

/* Takes in the message of 'size' bytes that was put where ring_room() said. */
struct ring_slot *ring_add(
    struct ring *ring, uint32_t size, uint64_t seq, bool is_heartbeat);

/* Lets the oldest message go. */
void ring_drop(struct ring *ring);

#endif
