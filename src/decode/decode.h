/*
 * Decode: frames become packets.  The door of the room.
 *
 * What arrives is hostile and often damaged.  A frame is walked header by
 * header, from its link type inwards through tags and tunnels, to the innermost
 * packet, which is what later rooms reason about (decode/packet.h).  However it
 * ends, it ends with exactly one verdict, and each verdict is a counter
 * (base/verdicts.def, COUNTER_DECODE_...).
 *
 *	switch (decode_frame(decode, &frame, &packet)) {
 *	case VERDICT_OK: use the packet, until the next frame is asked for
 *	default: nothing to do, it is counted
 *	}
 *
 * A frame's verdict depends on that frame alone but for two bounded memories:
 * of fragments (decode/fragment.h), so that a TCP header spread over several is
 * still a probe, and of what was just seen (decode/duplicate.h), so that what a
 * mirror delivers twice is counted once.
 *
 * How far is enough: a packet is OK once its addresses, ports and flags are
 * known.  A frame cut by the snap length behind that is whole for us.
 *
 * A tunnel (ERSPAN, GRE, VXLAN, GENEVE, IP in IP) is opened only where its
 * inside can be decoded.  Where not, the carrying packet is the packet: someone
 * may well be scanning for port 4789 or for hosts that speak GRE.
 *
 * Memory: decode_bytes() of the caller's region; nothing later.
 * Time:   the frame's own.
 */
#ifndef DECODE_DECODE_H
#define DECODE_DECODE_H

#include "base/base.h"
#include "base/counter.h"
#include "base/siphash.h"
#include "capture/frame.h"
#include "decode/packet.h"
#include "mem/plan.h"
#include "mem/region.h"

/* How decoding a frame ended. */
enum verdict {
#define VERDICT(name, sentence) VERDICT_##name,
#include "base/verdicts.def"
#undef VERDICT
	VERDICT_COUNT
};

/* All the memory of the room.  Private to the room (decode/walk.h). */
struct decode;

/* Bytes of region that decode_init() carves. */
size_t decode_bytes(void);

/* Writes what the memory is for, at most 'capacity' lines, and returns how many
 * there are. */
uint32_t decode_plan(struct plan_line *lines, uint32_t capacity);

struct decode *decode_init(struct region *region,
    const struct hash_key *hash_key, struct counters *counters);

/* Asks the memory for the head of a frame that is to be decoded soon, a few
 * frames ahead: fetching it costs more than reading it. */
static inline void
decode_prefetch(const struct frame *frame)
{
	__builtin_prefetch(frame->bytes);
	__builtin_prefetch(frame->bytes + 64);
}

/* Decodes 'frame' and counts the verdict.  '*packet' is filled if the verdict
 * is VERDICT_OK and means nothing otherwise; its pointers go into the frame. */
enum verdict decode_frame(
    struct decode *decode, const struct frame *frame, struct packet *packet);

/* Stable, lower-case name of a verdict: "truncated_ip". */
const char *verdict_name(enum verdict verdict);

#endif
