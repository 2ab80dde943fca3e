/*
 * Wire contact: one attempt as the wire showed it, for those who must find out
 * which process made it.
 *
 * Detection gives one for each probe that it counts into a campaign, the line
 * one for each connection that was completed: the first are what is to be
 * attributed, the second show whose clock is off by how much, and how much of
 * what a host does its logs cover.  Fixed size and free of pointers; who gets
 * it from another process checks it with wire_contact_is_sound().
 */
#ifndef DETECT_WIRE_CONTACT_H
#define DETECT_WIRE_CONTACT_H

#include "base/addr.h"
#include "base/base.h"
#include "flow/probe.h"

struct wire_contact {
	uint64_t attempt_ns; /* When its first packet was seen. */
	uint64_t campaign;   /* Number of its finding; 0: a completed
	                      * connection, part of none that is known. */
	struct ip_address source;
	struct ip_address target;
	uint16_t source_port; /* ICMP: the identifier. */
	uint16_t target_port;
	uint8_t protocol; /* IP protocol; IP_PROTOCOL_ARP_KEY for ARP and ND. */
	uint8_t technique; /* enum probe_technique */
	uint8_t outcome;   /* enum probe_outcome, as far as it is known. */
	uint8_t completed; /* 1: the source finished the handshake. */
	/* Of a completed connection: the network card that sent it, a router's
	 * if the source is not on the link.  Zero: unknown. */
	struct mac_address source_mac;
	uint8_t unused[2];
};
_Static_assert(sizeof(struct wire_contact) == 64, "no padding");

bool wire_contact_is_sound(const struct wire_contact *contact);

#endif
