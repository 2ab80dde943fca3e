/*
 * Peers: who sends us messages, by address, and how much each may.
 *
 * What a peer does is counted by its name, so that a person can find the one
 * that floods, stalls or sends what nobody can read.  Each may send so many
 * bytes a second (a token bucket, after RFC 2697's idea of a committed rate and
 * a burst): a stream that is over it is not read for a while, a datagram is
 * dropped and counted.
 *
 * Datagrams carry whatever address their sender likes.  So a peer that has a
 * connection is never forgotten, one that has sent something of use is
 * forgotten after those that have not; and when a set of the table has only
 * peers with connections, the others share one record.
 *
 * Memory: peers_bytes() of the caller's region.  Time: passed in, monotonic.
 */
#ifndef SYSLOG_PEER_H
#define SYSLOG_PEER_H

#include "base/addr.h"
#include "base/siphash.h"
#include "mem/plan.h"
#include "mem/region.h"
#include "mem/table.h"

enum {
	/* What becomes of a message, as its taker numbers it; 0: of use. */
	PEER_VERDICTS = 16,
};

/* What happened beside messages. */
enum peer_event {
	PEER_LIMITED,     /* Over its rate: held back, or dropped. */
	PEER_CUT,         /* Messages that did not come whole. */
	PEER_OUT_OF_STEP, /* Errors of framing. */
	PEER_REFUSED,     /* Connections refused. */
	PEER_TLS_FAILED,  /* Handshakes that failed. */
	PEER_STALLED,     /* Stopped in the midst of a message. */
	PEER_REPEATED,    /* Messages that had been received before. */
	PEER_EVENTS
};

struct peer {
	struct ip_address address; /* The key. */
	int64_t tokens;            /* Bytes that it may send now. */
	uint64_t filled_ns;
	uint64_t heard_ns; /* Of its last bytes; monotonic. */
	uint64_t bytes;
	uint64_t messages;
	uint32_t verdicts[PEER_VERDICTS];
	uint32_t events[PEER_EVENTS];
	uint32_t connections; /* Now. */
	char text[IP_ADDRESS_TEXT_SIZE];
};

struct peer_limits {
	uint64_t rate_bytes; /* A second. */
	uint32_t connection_count;
};

struct peers {
	struct table table;
	struct peer others; /* Those for whom there is no room. */
	struct peer_limits limits;
};

size_t peers_bytes(void);
struct plan_line peers_plan(void);
void peers_init(struct peers *peers, struct region *region,
    const struct hash_key *key, const struct peer_limits *limits);

/* The record of 'address', made if there is none.  It stays where it is while
 * it has connections. */
struct peer *peers_of(
    struct peers *peers, const struct ip_address *address, uint64_t now_ns);

/* Whether it may send anything now. */
bool peer_may_send(
    const struct peers *peers, struct peer *peer, uint64_t now_ns);

/* It has sent, or caused work worth, 'bytes'. */
static inline void
peer_charge(struct peer *peer, size_t bytes)
{
	peer->tokens -= (int64_t)bytes;
}

/* Copies the 'capacity' peers with the most bytes to 'top', the first of them
 * first, and returns how many there are. */
uint32_t peers_top(struct peers *peers, struct peer *top, uint32_t capacity);

#endif
