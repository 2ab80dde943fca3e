/*
 * Flow: packets become attempts, and attempts become probes or conversations.
 *
 * Two memories.  An *attempt* is what nobody has answered with payload yet; it
 * waits in a queue in order of arrival and is found by its five-tuple.  Since
 * all attempts wait equally long (FLOW_ANSWER_TIMEOUT_NS), the oldest is always
 * the next to expire: no timers, and a full memory gives up the oldest,
 * counted, with the outcome DISPLACED (flow/attempt.h).  A *flow* is a
 * conversation: an attempt whose payload went both ways, or one already under
 * way when we began to look, once both ends have spoken.  So a scan of a
 * million addresses costs no flow and no protocol state.
 *
 * Usage, for every packet in order of time:
 *
 *	flow_prefetch(&flow, &packet, &lookup);   (some packets ahead)
 *	flow_prefetch_record(&flow, &lookup);     (fewer packets ahead)
 *	flow_prefetch_attempt(&flow, &lookup);    (fewer still)
 *	while (flow_next_timeout(&flow, packet.time_ns, &probe)) { use it }
 *	count = flow_packet(&flow, &packet, &lookup, probes, &conversation);
 *
 * Memory: flow_bytes() of the caller's region; nothing later.
 * Time:   passed in, in nanoseconds since 1970; may step back (several
 *         observation points), which is treated as standing still.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "base/counter.h"
#include "base/five_tuple.h"
#include "decode/packet.h"
#include "flow/probe.h"
#include "mem/plan.h"
#include "mem/region.h"
#include "mem/table.h"

/* An attempt unanswered for so long is SILENT.  Three seconds cover the first
 * retransmission of every common TCP stack (RFC 6298: one second). */
#define FLOW_ANSWER_TIMEOUT_NS (3 * NS_PER_S)

/* One unanswered for so long is told OVERDUE: many round trips of a local
 * segment, so that a fast scan of addresses that are not there need not run on
 * for the whole wait before it is judged.  (Where round trips are longer, who
 * listens knows it from the answers that came.) */
#define FLOW_OVERDUE_NS (10 * NS_PER_MS)

/* An accepted connection that carried no payload is judged after so long; and
 * for so long the remains of one that has been judged are remembered, so that
 * its last packets begin nothing new. */
#define FLOW_HALF_TIMEOUT_NS (21 * NS_PER_S)

/* A conversation without TCP's marks of beginning and end is over when it has
 * been quiet for so long: the next packet of the end that began it is a new
 * attempt.  RFC 4787, REQ-5, has five minutes for NAT. */
#define FLOW_IDLE_TIMEOUT_NS (300 * NS_PER_S)

enum { FLOW_PROBES_PER_PACKET = 4 };

enum { FLOW_INITIATOR_UNKNOWN = 2 };

/* A conversation: the record of the flow table, one cache line.  Room classify
 * keeps its two members in it; the rest belongs to room flow. */
struct flow_conversation {
	_Alignas(64) struct five_tuple key;
	uint8_t initiator_is_low; /* Which end of the key began: 0 or 1;
	                           * FLOW_INITIATOR_UNKNOWN. */
	uint8_t unused[2];
	uint32_t classify_slot; /* Room classify: enum classify_state. */
	uint16_t application;   /* Room classify: its opinion; 0: none. */
	uint16_t
	    payload_packets; /* Seen so far, both ways; stops at its top. */
	uint64_t last_ns;    /* When its last packet came. */
};
_Static_assert(
    sizeof(struct flow_conversation) == 64, "one cache line per conversation");

/* What flow_prefetch() worked out for flow_packet(). */
struct flow_lookup {
	struct five_tuple key;
	bool source_is_low; /* Of what asks, not of the answer, where 'role'
	                     * tells them apart. */
	bool is_stranger;   /* No conversation seems to have the key. */
	uint8_t role;       /* enum flow_role, private to the room. */
	uint64_t hash;
};

/* All the memory of the room.  Private to flow.c. */
struct flow_room;

/* Bytes of region that flow_init() carves. */
size_t flow_bytes(void);

/* Writes what the memory is for, at most 'capacity' lines, and returns how many
 * there are. */
uint32_t flow_plan(struct plan_line *lines, uint32_t capacity);

struct flow_room *flow_init(struct region *region,
    const struct hash_key *hash_key, struct counters *counters);

/* Works out the key of 'packet' and asks the memory for what flow_packet() will
 * touch.  Changes nothing, so it may run many packets ahead. */
void flow_prefetch(const struct flow_room *flow, const struct packet *packet,
    struct flow_lookup *lookup);

/* What flow_prefetch() asked for should be there by now: asks for what comes
 * next, some packets ahead again.  May be left out. */
void flow_prefetch_record(
    const struct flow_room *flow, struct flow_lookup *lookup);

/* The same once more, for packets of no conversation. */
void flow_prefetch_attempt(
    const struct flow_room *flow, const struct flow_lookup *lookup);

/* Gives the next outcome that time alone decided by 'now_ns', oldest first; its
 * time_ns is when the wait was over, not 'now_ns'.  False: none left. */
bool flow_next_timeout(
    struct flow_room *flow, uint64_t now_ns, struct probe *probe);

/* Takes in a packet.  Returns how many events it made, in 'probes'.
 * '*conversation' is the flow it belongs to, null while it has none; it is good
 * until the next call. */
uint32_t flow_packet(struct flow_room *flow, const struct packet *packet,
    const struct flow_lookup *lookup,
    struct probe probes[FLOW_PROBES_PER_PACKET],
    struct flow_conversation **conversation);

/* Attempts and conversations held now: gauges for the health page. */
uint32_t flow_attempts_held(const struct flow_room *flow);
uint32_t flow_conversations_held(const struct flow_room *flow);

#endif
