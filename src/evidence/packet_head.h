/*
 * Packet head: the beginning of a frame that is evidence of a campaign.
 *
 * The frame of a probe or of its answer, as it came, cut after its headers.
 * What a mirror or a tunnel wrapped is kept from its inner IP header on, as
 * LINKTYPE_RAW: the wrapping would leave no room for what was probed, and says
 * nothing of it (decision 0022).  Fixed size and free of pointers; who gets it
 * from another process checks it with packet_head_is_sound().
 */
#ifndef EVIDENCE_PACKET_HEAD_H
#define EVIDENCE_PACKET_HEAD_H

#include "base/base.h"

enum {
	PACKET_HEAD_SIZE = 96,
	PACKET_HEAD_RAW = 101, /* LINKTYPE_RAW: begins with an IP header. */
};

struct packet_head {
	uint64_t time_ns;
	uint64_t campaign;  /* Number of its finding. */
	uint32_t ordinal;   /* From 1, of all the campaign's; what is missing
	                    * was left out. */
	uint32_t wire_size; /* Bytes it had on the wire, from 'bytes' on. */
	uint16_t link_type; /* As pcap files have it: LINKTYPE_. */
	uint8_t size;       /* Bytes kept. */
	uint8_t observation_point;
	uint8_t unused[4];
	uint8_t bytes[PACKET_HEAD_SIZE]; /* Zero behind 'size'. */
};
_Static_assert(sizeof(struct packet_head) == 128, "two cache lines");

bool packet_head_is_sound(const struct packet_head *head);

#endif
