/*
 * The memory of room evidence.  Private to the room.
 */
#ifndef EVIDENCE_ROOM_H
#define EVIDENCE_ROOM_H

#include "evidence/evidence.h"
#include "evidence/packets.h"
#include "evidence/summaries.h"

enum { EVIDENCE_TUPLES = 1024 }; /* Told, and not fetched yet, at most. */

/* The campaign at a place, and how many of its probes were concluded. */
struct evidence_campaign {
	uint64_t number;
	uint64_t concluded;
};

struct evidence {
	struct counters *counters;
	struct hash_key sample_key;
	bool is_finishing;
	uint32_t tuple_first;
	uint32_t tuple_count;
	struct evidence_campaign *campaigns;
	struct probe_tuple *tuples;
	struct packets packets;
	struct summaries summaries;
};

#endif
