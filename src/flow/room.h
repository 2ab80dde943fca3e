/*
 * The inside of room flow: what its files share.  Private to the room.
 *
 *	flow.c     entry; conversations; attempts begun, told, displaced, timed
 *	lookup.c   which key and which role a packet has
 *	tcp.c      what a TCP packet means to an attempt, and what begins one
 *	query.c    the same for everything else
 *	error.c    ICMP errors
 *	attempt.c  the memory of attempts
 */
#ifndef FLOW_ROOM_H
#define FLOW_ROOM_H

#include "base/key_hash.h"
#include "flow/attempt.h"
#include "flow/flow.h"

/* What a packet is to an attempt, as far as the packet alone tells. */
enum flow_role {
	FLOW_ROLE_NONE,     /* It can neither begin nor answer anything. */
	FLOW_ROLE_TRAFFIC,  /* Of a five-tuple: either end may be the source. */
	FLOW_ROLE_QUESTION, /* ICMP, ND or ARP: asks. */
	FLOW_ROLE_ANSWER,   /* ICMP, ND or ARP: answers. */
	FLOW_ROLE_ERROR,    /* Quotes the attempt it is about. */
};

/* In the port of the asked end, where the protocol has none: keeps what A asks
 * of B apart from what B asks of A.  ICMP adds the type of the question.  (Only
 * two hosts that ping each other, and that both chose just this number as their
 * identifier, would be taken for one.) */
enum { FLOW_ASKED_PORT = 0xa500 };

struct flow_room {
	struct table conversations;
	struct attempts attempts;
	struct hash_secret secret;
	struct counters *counters;
	uint64_t now_ns; /* The latest time seen. */
};

/* One packet on its way through the room, and the events it made so far. */
struct flow_step {
	struct flow_room *flow;
	const struct packet *packet;
	const struct flow_lookup *lookup;
	struct probe *probes;
	uint32_t probe_count;
	struct flow_conversation *conversation; /* Null: none. */
};

/* lookup.c */

/* Works out all of 'lookup' but the hash. */
void flow_lookup_make(const struct packet *packet, struct flow_lookup *lookup);

/* The ends of an attempt as a probe has them. */
void flow_ends_of(const struct attempt *attempt, struct probe *probe);

/* flow.c */

/* How much the room remembers: Kconfig's counts, or a test's. */
struct flow_sizes {
	uint32_t conversation_count; /* Powers of two, at least eight. */
	uint32_t attempt_count;
};

size_t flow_bytes_of(const struct flow_sizes *sizes);

struct flow_room *flow_init_of(const struct flow_sizes *sizes,
    struct region *region, const struct hash_key *hash_key,
    struct counters *counters);

/* Whether the packet comes from the end that began the attempt. */
static inline bool
flow_from_source(const struct flow_step *step, const struct attempt *attempt)
{
	return ((attempt->marks & ATTEMPT_SOURCE_IS_LOW) != 0) ==
	    step->lookup->source_is_low;
}

static inline struct attempt *
flow_attempt(const struct flow_step *step, uint32_t index)
{
	return &step->flow->attempts.entries[index];
}

/* Begins an attempt with the packet and tells it.  A packet to a group of hosts
 * begins none. */
void flow_begin(
    struct flow_step *step, enum probe_technique technique, uint16_t traits);

/* Holds the packet's five-tuple as one end of a connection already under way;
 * tells nothing. */
void flow_begin_midstream(struct flow_step *step);

/* Tells an outcome that the packet brought.  'is_answer': the packet is what
 * answered. */
void flow_tell(struct flow_step *step, uint32_t index,
    enum probe_outcome outcome, bool is_answer);

/* Nothing more will be told of the attempt; its stragglers are absorbed. */
void flow_settle(struct flow_step *step, uint32_t index);

/* Turns the attempt into a conversation that the packet belongs to. */
void flow_promote(struct flow_step *step, uint32_t index);

/* tcp.c */

/* A TCP packet of a held attempt. */
void flow_tcp_attempt(struct flow_step *step, uint32_t index);

/* A TCP packet of nothing that is held. */
void flow_tcp_stranger(struct flow_step *step);

/* A TCP connection came to its end, or its time was up: its outcome. */
enum probe_outcome flow_tcp_outcome(const struct attempt *attempt);

/* query.c: the same for all other packets. */
void flow_query_attempt(struct flow_step *step, uint32_t index);
void flow_query_stranger(struct flow_step *step);

/* Whether the sender's port is a server's and the target's a client's. */
bool flow_is_likely_answer(const struct packet *packet);

/* A DHCP server's answer, which may go to all (RFC 2131, section 4.1): it tells
 * that its sender tries addresses for a living. */
bool flow_is_dhcp_answer(const struct packet *packet);

/* error.c: an ICMP error; 'index' is what it quotes, or ATTEMPT_NONE. */
void flow_error(struct flow_step *step, uint32_t index);

#endif
