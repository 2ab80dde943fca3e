/*
 * Classify: what a service speaks, as far as one can hear it.
 *
 * An opinion for people ("tcp/445 SMB"), never a condition of detection: a
 * probe seldom carries payload, and who scans may say anything.
 *
 * A service is an address, a protocol and a port.  What it speaks is found out
 * once, from the first payload of a conversation with it, and kept; later
 * conversations with it take the opinion from there, with one lookup.  A day
 * later it is found out anew.  For services that have not been heard there is
 * the port's opinion: what most services behind the same port were heard to
 * speak on this network.  (What is usually found behind a port, on any network,
 * is not this room's to say: alert/ports.def.)
 *
 * Usage, for every packet, after flow_packet():
 *
 *	classify_packet(classify, &packet, conversation);
 *
 * and, where an alert wants words:
 *
 *	name = classify_service_name(classify, &target, protocol, port);
 *
 * Memory: classify_bytes() of the caller's region; nothing later, nDPI's own
 *         needs included.
 * Time:   the packets'.  A conversation with a known service costs one lookup
 *         in all; one with a new service some microseconds.
 */
#ifndef CLASSIFY_CLASSIFY_H
#define CLASSIFY_CLASSIFY_H

#include "base/addr.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "classify/application.h"
#include "decode/packet.h"
#include "flow/flow.h"
#include "mem/plan.h"
#include "mem/region.h"

/* What 'classify_slot' of a conversation says. */
enum classify_state {
	CLASSIFY_NEW,     /* Not looked at yet. */
	CLASSIFY_LISTENS, /* Its service is in question. */
	CLASSIFY_DONE,    /* Its 'application' is all there will be. */
};

struct names; /* classify/names.h */

/* All the memory of the room.  Private to classify.c. */
struct classify;

/* Bytes of region that classify_init() carves. */
size_t classify_bytes(void);

/* Writes what the memory is for, at most 'capacity' lines, and returns how many
 * there are. */
uint32_t classify_plan(struct plan_line *lines, uint32_t capacity);

/* The names of hosts, which room classify listens for as well. */
struct names *classify_names(const struct classify *classify);

/* There can be one at a time: nDPI's hooks have no place for a second. */
struct classify *classify_init(struct region *region,
    const struct hash_key *hash_key, struct counters *counters);

/* Ends the use of the region.  Only for the end of a role and for tests. */
void classify_finish(struct classify *classify);

/* The work behind classify_packet(). */
void classify_listen(struct classify *classify, const struct packet *packet,
    struct flow_conversation *conversation);

/* Listens to 'packet'.  'conversation' is the one it belongs to, null while it
 * belongs to none; its 'application' is set when an opinion is had. */
static inline void
classify_packet(struct classify *classify, const struct packet *packet,
    struct flow_conversation *conversation)
{
	if (packet->payload_captured > 0 &&
	    (packet->kind == PACKET_TCP || packet->kind == PACKET_UDP) &&
	    (conversation == NULL ||
	        conversation->classify_slot != CLASSIFY_DONE)) {
		classify_listen(classify, packet, conversation);
	}
}

/* The name of what 'target' was heard to speak there; if it was not heard, or
 * 'target' is null, of what most speak behind that port; null if none was
 * heard. */
const char *classify_service_name(const struct classify *classify,
    const struct ip_address *target, uint8_t protocol, uint16_t port);

/* "nDPI 4.2.0", say; "none" where it is not built in. */
const char *classify_library(void);

#endif
