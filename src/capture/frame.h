/*
 * Frame: captured bytes, as an observation point gave them.
 *
 * Made by room capture, read by room decode only.  The bytes belong to whoever
 * captured them and are good until the next burst is asked for.
 */
#ifndef CAPTURE_FRAME_H
#define CAPTURE_FRAME_H

#include "base/base.h"

struct frame {
	const uint8_t *bytes;
	uint64_t time_ns;          /* Since 1970, UTC. */
	uint32_t captured_size;    /* Bytes at 'bytes'. */
	uint32_t wire_size;        /* Bytes it had on the wire; not fewer. */
	uint16_t link_type;        /* libpcap's DLT_ number. */
	uint8_t observation_point; /* Index of the interface. */
};
_Static_assert(sizeof(struct frame) == 32, "half a cache line");

#endif
