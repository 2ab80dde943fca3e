/*
 * pcapng: a reader of that format, packet by packet.
 *
 * libpcap reads pcapng only where all interfaces have one link type and one
 * snap length, and then without saying which interface saw a packet; a mirror's
 * recording often joins several.  (docs/decisions/ has the weighing.)  The
 * format is that of draft-ietf-opsawg-pcapng: sections of blocks, each with its
 * length before and after.  Read are section headers, interface descriptions
 * and the three kinds of packet block; all others are passed over.
 *
 * Everything in a file is taken for hostile: lengths are checked before they
 * are used, and what does not fit ends the reading with the place of the block.
 *
 * Memory: the struct; a packet's bytes go where the caller says.
 */
#ifndef CAPTURE_PCAPNG_H
#define CAPTURE_PCAPNG_H

#include <stdio.h>

#include "capture/capture.h"

/* What is kept of an interface description. */
struct pcapng_interface {
	uint64_t ticks_per_s; /* Of its time stamps. */
	int64_t offset_s;     /* To be added to them. */
	uint32_t snap_length; /* Bytes; zero: no limit. */
	uint16_t link_type;   /* DLT_ */
};

struct pcapng {
	FILE *file;
	uint64_t offset;       /* Bytes read. */
	uint64_t block_offset; /* Where the block at hand begins. */
	/* Of simple packets, which have none; before the first packet that has
	 * one, 1970: nothing says better. */
	uint64_t last_time_ns;
	uint32_t interface_count;
	bool swapped; /* The section's byte order is not ours. */
	/* Why the reading ended; null: it was the end of the file. */
	const char *damage;
	struct pcapng_interface interfaces[CONFIG_CAPTURE_INTERFACE_COUNT];
};

/* 'file' stands at its first byte and stays the caller's. */
void pcapng_init(struct pcapng *pcapng, FILE *file);

/* Reads up to the next packet, whose bytes, CAPTURE_FRAME_SIZE at most, go to
 * 'bytes'.  False at the end of the file and where it is damaged. */
bool pcapng_next(struct pcapng *pcapng, uint8_t *bytes, struct frame *frame);

/* The DLT_ number of a file's link type: the two differ for a few old ones. */
uint16_t pcapng_link_type(uint16_t file_link_type);

#endif
