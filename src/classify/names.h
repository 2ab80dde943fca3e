/*
 * Names: who has which address, as hosts say it themselves.
 *
 * Read are DHCP (what a client calls itself, joined with the address that the
 * server gives it), NetBIOS, mDNS, LLMNR and Kerberos; each packet alone, by
 * names_read.h.  Kept is, for each address, the name it was last heard to have.
 *
 * Names are hints, and two kinds of hosts lie: those that answer to any name to
 * draw traffic, and those that speak for many others (proxies, gateways).  Both
 * are seen by their many names.  So DHCP and NetBIOS registrations are taken as
 * they come, but what is only said in passing never contradicts them, and an
 * address that says now this and now that has its name taken back, until it has
 * kept to one for an hour.  Where the MAC address behind an address changes,
 * all of this begins anew: it is another host.
 *
 * Usage, for every packet, while anybody wants names:
 *
 *	names_packet(names, &packet);
 *	while (names_next(names, &name)) { ... }       after each burst
 *
 * What was told is told again after ten minutes at the earliest.
 *
 * Memory: names_bytes() of the caller's region; nothing later.  When full, the
 *         address heard longest ago is forgotten, and told again when heard; a
 *         name that finds no room to wait is dropped, and told when next heard.
 * Time:   the packets'.
 */
#ifndef CLASSIFY_NAMES_H
#define CLASSIFY_NAMES_H

#include "base/counter.h"
#include "base/siphash.h"
#include "classify/wire_name.h"
#include "decode/packet.h"
#include "mem/plan.h"
#include "mem/region.h"

enum {
	NAMES_WAITING = 64, /* Names that wait to be taken, at most. */
	NAMES_PER_S = 256,  /* Names told a second, at most. */
};

/* Private to names.c. */
struct names;

size_t names_bytes(void);

/* As classify_plan(). */
uint32_t names_plan(struct plan_line *lines, uint32_t capacity);

struct names *names_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters);

/* The work behind names_packet(). */
void names_listen(struct names *names, const struct packet *packet);

/* Listens to 'packet' if it can name anybody. */
static inline void
names_packet(struct names *names, const struct packet *packet)
{
	enum { PORT_KERBEROS = 88 };

	if (packet->payload_captured > 0 &&
	    (packet->kind == PACKET_UDP ||
	        (packet->kind == PACKET_TCP &&
	            packet->target_port == PORT_KERBEROS))) {
		names_listen(names, packet);
	}
}

/* Takes the name that has waited longest; false: none waits. */
bool names_next(struct names *names, struct wire_name *name);

#endif
