/*
 * Packets: the heads of frames that may become evidence.
 *
 * Whether a probe is part of a campaign shows later than its frame is gone.  So
 * the head of each first contact's frame, and of its answer's, is held back in
 * a ring, of all sources alike: who will be raised cannot be known.  When a
 * campaign counts a contact in, its head and its answer's are told, if the ring
 * still has them, else counted as missed.
 *
 * What follows is told at once: the first PACKETS_FIRST of a campaign, and of
 * those after them PACKETS_PACE a second.  What is faster goes to another ring,
 * so that a flood does not push out what others held back; from it the latest
 * PACKETS_LAST of each campaign are told every two seconds.  So the last
 * packets of a campaign are always told, and its first.
 *
 * Usage: room evidence's own; see evidence/evidence.h.
 *
 * Memory: packets_bytes() of the caller's region.  A full ring gives up the
 *         oldest; a full queue, what is new, counted.
 * Time:   passed in.
 */
#ifndef EVIDENCE_PACKETS_H
#define EVIDENCE_PACKETS_H

#include "base/counter.h"
#include "capture/frame.h"
#include "evidence/packet_head.h"
#include "mem/region.h"

enum {
	PACKETS_FIRST = 200,
	PACKETS_LAST = 200,
	PACKETS_PACE = 16,
	PACKETS_QUEUE = 512, /* Told, and not fetched yet, at most. */
};

/* Between two looks at what came too fast. */
#define PACKETS_REVIEW_NS (2 * NS_PER_S)

/* What a head that is held back is known by. */
struct packets_link {
	uint32_t number; /* Of those held back, from 1; 0: free. */
	uint32_t answer; /* The number of what came back, later than it;
	                  * 0: nothing. */
};

/* What may become evidence.  Most of it never does: it is written once and not
 * looked at again, so that answers are looked for among the links alone. */
struct packets_early {
	struct packet_head *heads;
	struct packets_link *links;
	uint32_t count;
	uint32_t next; /* Where the next goes. */
};

/* A head that waits, and what it belongs to. */
struct packets_waiting {
	struct packet_head head;
	uint32_t place;  /* Of its campaign. */
	bool is_waiting; /* To be told. */
	bool is_chosen;
};

/* What came of campaigns that are too fast. */
struct packets_late {
	struct packets_waiting *heads;
	uint32_t count;
	uint32_t next; /* Where the next goes. */
};

/* How far a campaign has been told. */
struct packets_campaign {
	uint64_t number;
	uint32_t made; /* Its packets so far. */
	uint32_t told;
	uint32_t waiting; /* In the ring of those that came too fast. */
	uint32_t chosen;
	uint32_t second; /* In which 'paced' were told. */
	uint32_t paced;
};

struct packets {
	struct counters *counters;
	struct packets_early early;
	struct packets_late late;
	uint32_t number;  /* The last given to one held back. */
	uint32_t waiting; /* In 'late', of all campaigns. */
	uint64_t reviewed_ns;
	struct packets_campaign *campaigns; /* By their place. */
	uint32_t first;                     /* Of the queue. */
	uint32_t count;
	struct packet_head *queue;
};

size_t packets_bytes(uint32_t packet_count, uint32_t campaign_count);

void packets_init(struct packets *packets, struct region *region,
    uint32_t packet_count, uint32_t campaign_count, struct counters *counters);

/* The number that the next head that is held back will have. */
uint32_t packets_next_number(const struct packets *packets);

/* Holds the head of 'frame' back, which is the answer to the one of number
 * 'asked', or to none that is known: 0. */
void packets_hold(
    struct packets *packets, const struct frame *frame, uint32_t asked);

/* A campaign at 'place' has counted in a contact whose frame has that number:
 * tells it and what came back. */
void packets_tell_held(struct packets *packets, uint64_t campaign,
    uint32_t place, uint32_t number);

/* Tells the head of 'frame', which is a campaign's. */
void packets_tell(struct packets *packets, uint64_t campaign, uint32_t place,
    const struct frame *frame);

/* Chooses from what came too fast, if it is time.  'is_end': it is. */
void packets_review(struct packets *packets, uint64_t now_ns, bool is_end);

/* Gives the next one that is told; false: none. */
bool packets_take(struct packets *packets, struct packet_head *head);

#endif
