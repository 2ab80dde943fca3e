/*
 * Witness: wire contacts on their way to whoever attributes them to processes.
 *
 * A short queue, emptied after each burst of events.  Nothing is noted until
 * somebody wants it.  Of a campaign the first probes are all noted, then fewer
 * and fewer: a process is not better known by the millionth.
 *
 * Memory: one struct.  Time: the contacts' own.
 */
#ifndef DETECT_WITNESS_H
#define DETECT_WITNESS_H

#include "base/counter.h"
#include "detect/suspect.h"
#include "detect/wire_contact.h"

enum {
	WITNESS_COUNT = 512, /* Contacts that wait, at most. */
	/* Completed connections noted a second. */
	WITNESS_CONNECTIONS_PER_S = 2000,
};

struct witness {
	bool is_wanted;
	uint32_t first; /* The one that has waited longest. */
	uint32_t count;
	uint32_t second; /* Connections are counted in. */
	uint32_t connections;
	struct wire_contact contacts[WITNESS_COUNT];
};

/* A probe was counted into 'campaign', of 'source', as its 'ordinal'-th. */
void witness_probe(struct witness *witness, struct counters *counters,
    uint64_t campaign, uint64_t ordinal, const struct ip_address *source,
    const struct contact *contact);

/* What came of a connection: noted if its source completed it. */
void witness_outcome(struct witness *witness, struct counters *counters,
    const struct probe *probe);

/* Takes the one that has waited longest; false: none waits. */
bool witness_next(struct witness *witness, struct wire_contact *contact);

#endif
