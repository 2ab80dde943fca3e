#include "decode/decode.h"

#include <string.h>

#include "decode/walk.h"

/* A verdict and its counter differ by a constant. */
_Static_assert(COUNTER_DECODE_TOO_DEEP - COUNTER_DECODE_OK ==
        (int)VERDICT_TOO_DEEP - (int)VERDICT_OK,
    "counters.def must list the verdicts in their order");

/* No frame is longer (a jumbogram of IPv6 over loopback may come near); it
 * keeps sums of offsets within 32 bits. */
enum { FRAME_SIZE_LIMIT = 1 << 30 };

enum { CLEAR_SIZE = 32 };

static const char *const verdict_names[VERDICT_COUNT] = {
	[VERDICT_OK] = "ok",
	[VERDICT_DUPLICATE] = "duplicate",
	[VERDICT_FRAGMENT_HELD] = "fragment_held",
	[VERDICT_FRAGMENT_LATER] = "fragment_later",
	[VERDICT_FRAGMENT_ORPHAN] = "fragment_orphan",
	[VERDICT_NOT_IP] = "not_ip",
	[VERDICT_UNKNOWN_LINK_TYPE] = "unknown_link_type",
	[VERDICT_TRUNCATED_LINK] = "truncated_link",
	[VERDICT_TRUNCATED_IP] = "truncated_ip",
	[VERDICT_TRUNCATED_TRANSPORT] = "truncated_transport",
	[VERDICT_MALFORMED_LINK] = "malformed_link",
	[VERDICT_MALFORMED_IP] = "malformed_ip",
	[VERDICT_MALFORMED_TRANSPORT] = "malformed_transport",
	[VERDICT_MALFORMED_ARP] = "malformed_arp",
	[VERDICT_TOO_DEEP] = "too_deep",
};

static enum verdict judge_frame(struct walk *walk);
static enum verdict run_steps(struct walk *walk);
static bool carrier_stands(enum verdict verdict);
static bool is_duplicate(struct walk *walk);

size_t
decode_bytes(void)
{
	return region_bytes(1, sizeof(struct decode)) +
	    FRAGMENT_MEMORY_BYTES(CONFIG_DECODE_FRAGMENT_COUNT) +
	    DUPLICATE_MEMORY_BYTES(CONFIG_DECODE_DUPLICATE_COUNT);
}

struct decode *
decode_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters)
{
	struct decode *decode = region_carve(region, 1, sizeof(*decode));

	decode->counters = counters;
	fragment_memory_init(
	    &decode->fragments, region, CONFIG_DECODE_FRAGMENT_COUNT, hash_key);
	duplicate_memory_init(&decode->duplicates, region,
	    CONFIG_DECODE_DUPLICATE_COUNT, hash_key);
	return decode;
}

enum verdict
decode_frame(
    struct decode *decode, const struct frame *frame, struct packet *packet)
{
	struct walk walk; /* Its large members are filled only if needed. */
	enum verdict verdict;

	walk.decode = decode;
	walk.frame = frame;
	walk.packet = packet;
	walk.end = frame->wire_size;
	walk.tag_count = 0;
	walk.has_carrier = false;
	walk.open_ended = false;
	walk.mirror_vlan = VLAN_NONE;
	walk.checked = NULL;
	walk.fragment = WALK_WHOLE;
	reader_init(&walk.reader, frame->bytes, frame->captured_size);
	if (SW_UNLIKELY(walk.end < walk.reader.size)) {
		walk.end = walk.reader.size;
	}
	if (SW_UNLIKELY(walk.end > FRAME_SIZE_LIMIT)) {
		walk_bound(&walk, 0, FRAME_SIZE_LIMIT);
	}
	walk_reset_packet(&walk);

	verdict = judge_frame(&walk);
	counter_increment(
	    decode->counters, (enum counter)(COUNTER_DECODE_OK + (int)verdict));
	return verdict;
}

const char *
verdict_name(enum verdict verdict)
{
	SW_ASSERT(verdict < VERDICT_COUNT);
	return verdict_names[verdict];
}

void
walk_reset_packet(struct walk *walk)
{
	struct packet *packet = walk->packet;
	size_t at = 0;

	/* In small pieces: of one memset() of a size it knows gcc makes a `rep
	 * stos`, which takes as long as all the rest of this room. */
	for (; at + CLEAR_SIZE <= sizeof(*packet); at += CLEAR_SIZE) {
		memset((uint8_t *)packet + at, 0, CLEAR_SIZE);
	}
	memset((uint8_t *)packet + at, 0, sizeof(*packet) % CLEAR_SIZE);
	packet->time_ns = walk->frame->time_ns;
	packet->observation_point = walk->frame->observation_point;
	packet->vlan = VLAN_NONE;
	packet->inner_vlan = VLAN_NONE;
}

static enum verdict
judge_frame(struct walk *walk)
{
	enum verdict verdict = walk_link(walk);
	bool again = false;

	if (verdict == VERDICT_OK) {
		verdict = run_steps(walk);
	}
	if (SW_UNLIKELY(walk->fragment != WALK_WHOLE)) {
		verdict = walk_fragment_end(walk, verdict, &again);
		if (again) {
			verdict =
			    walk_fragment_end(walk, run_steps(walk), &again);
		}
	}
	if (SW_UNLIKELY(verdict != VERDICT_OK)) {
		if (!walk->has_carrier || !carrier_stands(verdict)) {
			return verdict;
		}
		*walk->packet = walk->carrier;
	} else {
		walk_settle_vlan(walk);
	}
	return is_duplicate(walk) ? VERDICT_DUPLICATE : VERDICT_OK;
}

/* Every step takes bytes, or counts against one of the limits, or is followed
 * by one that does: the loop ends. */
static enum verdict
run_steps(struct walk *walk)
{
	enum verdict verdict = VERDICT_OK;

	while (verdict == VERDICT_OK && walk->next != STEP_DONE) {
		switch (walk->next) {
		case STEP_ETHERNET:
			verdict = step_ethernet(walk);
			break;
		case STEP_ETHERTYPE:
			verdict = step_ethertype(walk);
			break;
		case STEP_PPP:
			verdict = step_ppp(walk);
			break;
		case STEP_MPLS:
			verdict = step_mpls(walk);
			break;
		case STEP_IP:
			verdict = step_ip(walk);
			break;
		case STEP_IP4:
			verdict = step_ip4(walk);
			break;
		case STEP_IP6:
			verdict = step_ip6(walk);
			break;
		case STEP_EXTENSION:
			verdict = step_extension(walk);
			break;
		case STEP_PROTOCOL:
			verdict = step_protocol(walk);
			break;
		case STEP_ARP:
			verdict = step_arp(walk);
			break;
		case STEP_DONE:
			break;
		}
	}
	return verdict;
}

/* Whether a tunnel whose inside came to 'verdict' counts as not decoded, so
 * that the packet that carries it is the packet.  A fragment, a duplicate or a
 * frame that holds no IP has been decoded; and the carrier of what is wrapped
 * too deep is a carrier, whatever else. */
static bool
carrier_stands(enum verdict verdict)
{
	switch (verdict) {
	case VERDICT_TRUNCATED_LINK:
	case VERDICT_TRUNCATED_IP:
	case VERDICT_TRUNCATED_TRANSPORT:
	case VERDICT_MALFORMED_LINK:
	case VERDICT_MALFORMED_IP:
	case VERDICT_MALFORMED_TRANSPORT:
	case VERDICT_MALFORMED_ARP:
		return true;
	case VERDICT_OK:
	case VERDICT_DUPLICATE:
	case VERDICT_FRAGMENT_HELD:
	case VERDICT_FRAGMENT_LATER:
	case VERDICT_FRAGMENT_ORPHAN:
	case VERDICT_NOT_IP:
	case VERDICT_UNKNOWN_LINK_TYPE:
	case VERDICT_TOO_DEEP:
	case VERDICT_COUNT:
		break;
	}
	return false;
}

static bool
is_duplicate(struct walk *walk)
{
	struct duplicate_memory *memory = &walk->decode->duplicates;
	const struct packet *packet = walk->packet;

	if (SW_UNLIKELY(packet->ip == NULL)) {
		return duplicate_arp(memory, walk->arp, packet->time_ns);
	}
	if (SW_UNLIKELY(packet->ip == walk->checked)) {
		return false;
	}
	return duplicate_ip(
	    memory, packet->ip, packet->ip_captured, packet->time_ns);
}
