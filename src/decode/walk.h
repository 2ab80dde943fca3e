/*
 * Walk: one frame on its way to being a packet.  Private to room decode.
 *
 * Each header is read by a step, a function that takes its bytes from the
 * reader, writes what it learnt into the packet, and names the step that reads
 * what follows.  decode.c calls one step after the other.  So nothing recurses,
 * however deep a frame is wrapped, and three counts bound the walk: tags,
 * extension headers and tunnels.
 *
 * All offsets are from the frame's first byte.  Two ends matter.  The reader's
 * size is where the captured bytes of the innermost layer end.  'end' is where
 * that layer ends by what its header says, which is further where the frame was
 * cut, and nearer than the frame's last byte where there is padding.
 */
#ifndef DECODE_WALK_H
#define DECODE_WALK_H

#include "base/bytes.h"
#include "decode/decode.h"
#include "decode/duplicate.h"
#include "decode/fragment.h"

struct decode {
	struct counters *counters;
	struct fragment_memory fragments;
	struct duplicate_memory duplicates;
};

enum step {
	STEP_ETHERNET,
	STEP_ETHERTYPE, /* What walk->ethertype names. */
	STEP_PPP,
	STEP_MPLS,
	STEP_IP, /* Version 4 or 6, by the first nibble. */
	STEP_IP4,
	STEP_IP6,
	STEP_EXTENSION, /* IPv6 extension headers, if walk->protocol is one. */
	STEP_PROTOCOL,  /* What walk->protocol names. */
	STEP_ARP,
	STEP_DONE,
};

/* Every tag, label or other shim between the link and IP is one; so many are
 * read.  Real stacks have fewer than eight. */
enum { WALK_TAG_LIMIT = 16 };

/* IPv6 extension headers read in one packet.  RFC 8200, section 4.1, knows six
 * kinds, one of which may occur twice. */
enum { WALK_EXTENSION_LIMIT = 8 };

/* What the walk has to do with the fragment memory. */
enum walk_fragment {
	WALK_WHOLE,     /* Nothing: not a fragment. */
	WALK_FIRST,     /* It is in a first fragment, 'piece'. */
	WALK_ASSEMBLED, /* It reads the head put together in 'record'. */
};

struct walk {
	struct decode *decode;
	const struct frame *frame;
	struct packet *packet;
	struct reader reader;
	uint32_t end;
	enum step next;
	uint16_t ethertype;
	uint8_t protocol;
	uint8_t tag_count;
	bool has_carrier; /* 'carrier' is filled. */
	/* The bytes after the end belong to the same packet, in a fragment. */
	bool open_ended;
	const uint8_t
	    *checked;         /* IP header already known to be no duplicate. */
	uint16_t mirror_vlan; /* Told by ERSPAN, whose frame may be bare. */
	const uint8_t *arp;   /* The ARP packet, if it is one. */

	enum walk_fragment fragment;
	struct fragment_piece piece;
	struct fragment_record *record;

	/* The packet that carries the tunnel being walked: what the frame comes
	 * to if the inside cannot be decoded.  Copied only for tunnels. */
	struct packet carrier;
};

/* The layer that begins at 'start' is 'size' bytes long by its header. */
static inline void
walk_bound(struct walk *walk, uint32_t start, uint32_t size)
{
	walk->end = start + size;
	if (walk->reader.size > walk->end) {
		walk->reader.size = walk->end;
	}
}

/* A header did not fit: 'truncated' if its bytes exist but were not captured,
 * 'malformed' if by the lengths that were given there are none. */
static inline enum verdict
walk_short(
    const struct walk *walk, enum verdict truncated, enum verdict malformed)
{
	return walk->open_ended || walk->end > walk->reader.size ? truncated
	                                                         : malformed;
}

/* What begins at 'start' is the packet's payload. */
static inline void
walk_payload(struct walk *walk, uint32_t start)
{
	struct packet *packet = walk->packet;

	if (walk->end > start) {
		packet->payload_size = walk->end - start;
	}
	if (walk->reader.size > start) {
		packet->payload_captured = walk->reader.size - start;
		packet->payload = walk->reader.bytes + start;
	}
}

/* A tag in the frame itself comes first. */
static inline void
walk_settle_vlan(struct walk *walk)
{
	if (walk->packet->vlan == VLAN_NONE) {
		walk->packet->vlan = walk->mirror_vlan;
	}
}

/* Counts one more tag; false if it is one too many. */
static inline bool
walk_tag(struct walk *walk)
{
	return ++walk->tag_count <= WALK_TAG_LIMIT;
}

/* Makes the packet an empty one, of the frame's time and place. */
void walk_reset_packet(struct walk *walk);

/* decode_link.c: names the first step of the frame's link type. */
enum verdict walk_link(struct walk *walk);
enum verdict step_ethernet(struct walk *walk);
enum verdict step_ethertype(struct walk *walk);
enum verdict step_ppp(struct walk *walk);
enum verdict step_mpls(struct walk *walk);

/* Whether what comes next, up to 'end', could be an Ethernet frame that
 * somebody sent: where only a guess tells what a tunnel or a label carries. */
bool walk_sees_ethernet(const struct reader *reader, uint32_t end);

/* decode_arp.c */
enum verdict step_arp(struct walk *walk);

/* decode_ip.c */
enum verdict step_ip(struct walk *walk);
enum verdict step_ip4(struct walk *walk);
enum verdict step_ip6(struct walk *walk);
enum verdict step_extension(struct walk *walk);

/* An IPv6 extension header, as read by extension_read(). */
enum extension {
	EXTENSION_NONE,     /* '*protocol' is none; nothing was read. */
	EXTENSION_SKIPPED,  /* Read. */
	EXTENSION_FRAGMENT, /* Read, and 'fragment' filled. */
	EXTENSION_SHORT,    /* It does not fit. */
};

struct extension_fragment {
	uint32_t id;
	uint32_t offset; /* Bytes. */
	bool more;
};

/* Reads the extension header (or IPv4's AH) that '*protocol' names, if it is
 * one, and sets '*protocol' to what follows it. */
enum extension extension_read(struct reader *reader, uint8_t *protocol,
    struct extension_fragment *fragment);

/* decode_fragment.c: the packet is the fragment walk->piece.  Names the step
 * that goes on if it is a first one; for a later one, tells its verdict or goes
 * on in the head that it completed. */
enum verdict walk_fragment(struct walk *walk);

/* Ends a walk that had to do with fragments: what 'verdict' comes to, given
 * that more fragments may follow.  Sets '*again' if the walk must go on in the
 * head that is now longer. */
enum verdict walk_fragment_end(
    struct walk *walk, enum verdict verdict, bool *again);

/* The first fragment has told enough. */
void walk_fragment_judged(struct walk *walk);

/* decode_transport.c */
enum verdict step_protocol(struct walk *walk);

/* decode_icmp.c */
enum verdict walk_icmp(struct walk *walk);
enum verdict walk_icmp6(struct walk *walk);

/* decode_tunnel.c: the packet, complete as it is, may carry a tunnel.  Names
 * the step that goes on inside, or STEP_DONE if it carries none. */
enum verdict walk_gre(struct walk *walk);
enum verdict walk_ip_in_ip(struct walk *walk, enum step inside);
enum verdict walk_vxlan(struct walk *walk);
enum verdict walk_geneve(struct walk *walk);

#endif
