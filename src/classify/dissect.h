/*
 * Dissect: nDPI, asked about the opening of one conversation.
 *
 * The only file that includes nDPI is dissect.c.  What keeps it in bounds:
 *
 *  - It sees no frame of the network but packets that are written here: bare
 *    IPv4, no options, lengths that agree, the payload kept.  So nothing but
 *    payload can surprise it.
 *  - Only dissectors of protocols that are services of a network are switched
 *    on; those of games, media and hosts' names are not, nor those that keep
 *    caches between conversations, nor those that read a clock.
 *  - It has the memory that is lent to it (mem/foreign.h), and it is asked only
 *    if what one conversation can need at most is free.  It begins and ends a
 *    conversation within one call.
 *
 * Memory: dissect_bytes() of the caller's region; nothing later.
 */
#ifndef CLASSIFY_DISSECT_H
#define CLASSIFY_DISSECT_H

#include "base/counter.h"
#include "classify/application.h"
#include "mem/region.h"

/* One packet of the opening. */
struct dissect_packet {
	const uint8_t *payload;
	uint16_t size; /* Bytes. */
	bool from_client;
};

/* The opening of a conversation. */
struct dissect_opening {
	uint8_t protocol; /* TCP or UDP. */
	uint16_t client_port;
	uint16_t server_port;
	uint64_t time_ns;
	uint32_t packet_count;
	const struct dissect_packet *packets;
};

/* Private to dissect.c. */
struct dissect;

size_t dissect_bytes(void);

struct dissect *dissect_init(struct region *region, struct counters *counters);

void dissect_finish(struct dissect *dissect);

/* What is spoken, or APPLICATION_NONE. */
enum application dissect_ask(
    struct dissect *dissect, const struct dissect_opening *opening);

#endif
