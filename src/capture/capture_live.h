/*
 * Capture from an interface: a mirror port.
 *
 * libpcap opens a packet socket with a ring that the kernel fills.  In mode
 * "block" that is TPACKET_V3: frames of any size stand close together and are
 * handed over by the block, full or CAPTURE_BLOCK_MS old.  In mode "immediate"
 * it is TPACKET_V2: each frame at once, in a slot of the snap length.
 *
 * libpcap 1.10 gives a block back to the kernel as soon as the last frame of it
 * has been handed to the callback (pcap-linux.c, pcap_read_linux_mmap_v3), so
 * what a burst points to could be overwritten while it is being decoded, and
 * would be, just when the ring is full.  A burst is therefore copied to the
 * arena, at most the snap length of each frame.  The copy reads memory in order
 * and brings into the cache what decoding reads next.
 *
 * An interface that goes down and comes up again is libpcap's and the kernel's
 * matter: the socket stays, frames come again; 'is_down' says what was seen
 * last.  One that is removed ends the capture, since a confined process could
 * not open it anew: whoever supervises starts that process again.
 *
 * Once open, capture_next() calls poll, and after the interface went down also
 * getsockopt, getsockname and ioctl (SIOCGIFFLAGS); capture_live_drops() calls
 * getsockopt.  None needs a privilege.
 *
 * Memory: the struct, CAPTURE_LIVE_BYTES of arena; the ring is the kernel's,
 *         'buffer_bytes', mapped into this process.  Nothing is allocated after
 *         capture_live_open().
 * Time:   the kernel's stamp of each frame, in nanoseconds.
 */
#ifndef CAPTURE_CAPTURE_LIVE_H
#define CAPTURE_CAPTURE_LIVE_H

#include <pcap/pcap.h>

#include "capture/capture.h"

enum {
	CAPTURE_SNAP_LENGTH_LEAST = 64,
	CAPTURE_SNAP_LENGTH_MOST = 65535,
	CAPTURE_BUFFER_LEAST = 1 << 20, /* Bytes. */
	CAPTURE_BUFFER_MOST = 1 << 30,
};

/* Bytes of arena for bursts of frames cut at 'snap_length'. */
#define CAPTURE_LIVE_BYTES(snap_length) \
	((size_t)CAPTURE_BURST * (size_t)(snap_length))

struct capture_live_settings {
	const char *interface;
	const char *filter; /* As pcap-filter(7) has it; "": all frames. */
	uint32_t buffer_bytes;
	uint32_t snap_length; /* Bytes kept of a frame. */
	bool is_immediate;
	bool is_promiscuous;
	uint8_t observation_point; /* Put on each frame. */
};

struct capture_live {
	struct capture capture;
	bool is_down;         /* It was, when last looked at. */
	uint64_t downs_count; /* Times it was seen to go down. */
	uint64_t drops_count; /* Frames dropped by the kernel so far. */

	/* Private to capture_live.c. */
	pcap_t *pcap;
	char interface[16];
	uint16_t link_type;
	uint8_t observation_point;
	struct frame *frames; /* Where the burst at hand goes. */
	uint32_t burst_count;
	uint32_t snap_length;
	size_t arena_used; /* Bytes. */
};

/* Opens an interface.  'arena' has CAPTURE_LIVE_BYTES of its snap length.
 * Returns 0, or a negative errno with the reason in 'capture.sentence':
 * -ENODEV (no such interface; those there are, are named), -EPERM, -ENETDOWN
 * (it is down: try again later), -EINVAL (settings), -EIO. */
int capture_live_open(struct capture_live *live, struct counters *counters,
    uint8_t *arena, const struct capture_live_settings *settings) SW_MUST_CHECK;

/* To be polled for reading; capture_next() does not wait. */
int capture_live_descriptor(const struct capture_live *live);

/* Frames that the kernel dropped since this was last asked; counted too. */
uint64_t capture_live_drops(struct capture_live *live);

void capture_live_close(struct capture_live *live);

#endif
