#include "decode/walk.h"

/* GRE: RFC 2784 and 2890. */
enum {
	GRE_CHECKSUM = 0x8000,
	GRE_ROUTING = 0x4000, /* RFC 1701 only; long gone. */
	GRE_KEY = 0x2000,
	GRE_SEQUENCE = 0x1000,
	GRE_VERSION = 0x0007,

	GRE_IP4 = 0x0800,
	GRE_BRIDGED = 0x6558, /* Transparent Ethernet bridging. */
	GRE_IP6 = 0x86dd,
	GRE_MPLS = 0x8847,
	GRE_MPLS_UPSTREAM = 0x8848,
	GRE_ERSPAN = 0x88be,   /* Types I and II. */
	GRE_ERSPAN_3 = 0x22eb, /* Type III. */
};

/* ERSPAN: draft-foschiano-erspan-03, section 4. */
enum {
	ERSPAN_2_SIZE = 8,
	ERSPAN_3_SIZE = 12,
	ERSPAN_SUBHEADER_SIZE = 8,
	ERSPAN_2_VERSION = 1,
	ERSPAN_3_VERSION = 2,
	ERSPAN_FRAME_IP = 2,
};

/* VXLAN: RFC 7348, section 5; the group policy bit: draft-smith-vxlan-group-
 * policy-05.  GENEVE: RFC 8926, section 3.4. */
enum {
	VXLAN_SIZE = 8,
	VXLAN_HAS_VNI = 0x08,
	VXLAN_GROUP_POLICY = 0x80,
	GENEVE_SIZE = 8,
};

struct gre {
	uint16_t protocol;
	bool has_sequence;
	uint32_t key;
};

/* What a tunnel's header says of its inside. */
struct tunnel {
	enum step inside;
	uint8_t wrapping; /* WRAPPED_ bit. */
	uint16_t vlan;    /* Of a mirrored frame whose tag was taken off. */
	uint32_t id;
};

static bool read_gre(struct reader *reader, struct gre *gre);
static bool read_erspan_2(struct reader *reader, struct tunnel *tunnel);
static bool read_erspan_3(
    const struct walk *walk, struct reader *reader, struct tunnel *tunnel);
static bool step_of_protocol(uint16_t protocol, enum step *inside);
static enum verdict enter(
    struct walk *walk, struct reader reader, const struct tunnel *tunnel);

enum verdict
walk_gre(struct walk *walk)
{
	struct reader reader = walk->reader;
	struct tunnel tunnel = { .wrapping = WRAPPED_GRE, .vlan = VLAN_NONE };
	struct gre gre;

	if (!read_gre(&reader, &gre)) {
		return VERDICT_OK;
	}
	tunnel.id = gre.key;
	switch (gre.protocol) {
	case GRE_ERSPAN:
		tunnel.wrapping = WRAPPED_ERSPAN;
		tunnel.inside = STEP_ETHERNET;
		/* Type I has neither sequence numbers nor a header. */
		if (gre.has_sequence && !read_erspan_2(&reader, &tunnel)) {
			return VERDICT_OK;
		}
		break;
	case GRE_ERSPAN_3:
		tunnel.wrapping = WRAPPED_ERSPAN;
		if (!read_erspan_3(walk, &reader, &tunnel)) {
			return VERDICT_OK;
		}
		break;
	default:
		if (!step_of_protocol(gre.protocol, &tunnel.inside)) {
			return VERDICT_OK;
		}
		break;
	}
	return enter(walk, reader, &tunnel);
}

enum verdict
walk_ip_in_ip(struct walk *walk, enum step inside)
{
	struct tunnel tunnel = { .inside = inside,
		.wrapping = WRAPPED_IP_IN_IP,
		.vlan = VLAN_NONE };

	return enter(walk, walk->reader, &tunnel);
}

enum verdict
walk_vxlan(struct walk *walk)
{
	struct reader reader = walk->reader;
	const uint8_t *header = reader_take(&reader, VXLAN_SIZE);
	struct tunnel tunnel = { .inside = STEP_ETHERNET,
		.wrapping = WRAPPED_VXLAN,
		.vlan = VLAN_NONE };

	if (header == NULL ||
	    (header[0] & ~VXLAN_GROUP_POLICY) != VXLAN_HAS_VNI ||
	    header[7] != 0) {
		return VERDICT_OK;
	}
	tunnel.id = load_be32(header + 4) >> 8;
	return enter(walk, reader, &tunnel);
}

enum verdict
walk_geneve(struct walk *walk)
{
	struct reader reader = walk->reader;
	const uint8_t *header = reader_take(&reader, GENEVE_SIZE);
	struct tunnel tunnel = { .wrapping = WRAPPED_GENEVE,
		.vlan = VLAN_NONE };

	/* Version (2 bits) and size of the options in units of four bytes. */
	if (header == NULL || header[0] >> 6 != 0 || header[7] != 0 ||
	    !step_of_protocol(load_be16(header + 2), &tunnel.inside) ||
	    reader_take(&reader, (header[0] & 0x3fu) * 4) == NULL) {
		return VERDICT_OK;
	}
	tunnel.id = load_be32(header + 4) >> 8;
	return enter(walk, reader, &tunnel);
}

static bool
read_gre(struct reader *reader, struct gre *gre)
{
	uint16_t flags = reader_u16(reader);

	gre->protocol = reader_u16(reader);
	if ((flags & (GRE_ROUTING | GRE_VERSION)) != 0) {
		return false;
	}
	if ((flags & GRE_CHECKSUM) != 0) {
		(void)reader_u32(reader);
	}
	gre->key = (flags & GRE_KEY) != 0 ? reader_u32(reader) : 0;
	gre->has_sequence = (flags & GRE_SEQUENCE) != 0;
	if (gre->has_sequence) {
		(void)reader_u32(reader);
	}
	return !reader->failed;
}

/* Version (4 bits), VLAN (12), class and so on (6), session (10), and four more
 * bytes.  VLAN 0: none. */
static void
read_erspan_common(const uint8_t *header, struct tunnel *tunnel)
{
	uint16_t vlan = load_be16(header) & 0x0fff;

	tunnel->vlan = vlan == 0 ? VLAN_NONE : vlan;
	tunnel->id = load_be16(header + 2) & 0x03ff;
}

static bool
read_erspan_2(struct reader *reader, struct tunnel *tunnel)
{
	const uint8_t *header = reader_take(reader, ERSPAN_2_SIZE);

	if (header == NULL || header[0] >> 4 != ERSPAN_2_VERSION) {
		return false;
	}
	read_erspan_common(header, tunnel);
	return true;
}

/* In its last two bytes: frame type (bits 10 to 14), and whether the platform
 * added a subheader (bit 0).  There are switches that write a frame type that
 * nobody knows, and add the subheader without saying so; what they carry is
 * Ethernet all the same.  If it cannot be seen at once, it is behind that. */
static bool
read_erspan_3(
    const struct walk *walk, struct reader *reader, struct tunnel *tunnel)
{
	const uint8_t *header = reader_take(reader, ERSPAN_3_SIZE);
	bool is_ip;
	uint16_t fields;

	if (header == NULL || header[0] >> 4 != ERSPAN_3_VERSION) {
		return false;
	}
	read_erspan_common(header, tunnel);
	fields = load_be16(header + 10);
	is_ip = (fields >> 10 & 0x1f) == ERSPAN_FRAME_IP;
	tunnel->inside = is_ip ? STEP_IP : STEP_ETHERNET;
	if ((fields & 1) == 0 &&
	    (is_ip || walk_sees_ethernet(reader, walk->end))) {
		return true;
	}
	return reader_take(reader, ERSPAN_SUBHEADER_SIZE) != NULL;
}

/* GRE and GENEVE name what they carry by ethertype. */
static bool
step_of_protocol(uint16_t protocol, enum step *inside)
{
	switch (protocol) {
	case GRE_IP4:
		*inside = STEP_IP4;
		return true;
	case GRE_IP6:
		*inside = STEP_IP6;
		return true;
	case GRE_BRIDGED:
		*inside = STEP_ETHERNET;
		return true;
	case GRE_MPLS:
	case GRE_MPLS_UPSTREAM:
		*inside = STEP_MPLS;
		return true;
	default:
		return false;
	}
}

/* The packet becomes the carrier, and the walk goes on inside with an empty
 * one.  MAC addresses and tags of the carrier say nothing of what it carries,
 * so they stay with it. */
static enum verdict
enter(struct walk *walk, struct reader reader, const struct tunnel *tunnel)
{
	struct packet *packet = walk->packet;
	const struct packet *carrier = &walk->carrier;

	/* A head put together of fragments is too short to carry anything. */
	if (walk->fragment == WALK_ASSEMBLED || reader_left(&reader) == 0) {
		return VERDICT_OK;
	}
	/* A probe of the port or the protocol carries nothing, or something
	 * else.  What passes here and cannot be decoded after all falls back to
	 * the carrier. */
	if (tunnel->inside == STEP_ETHERNET &&
	    !walk_sees_ethernet(&reader, walk->end)) {
		return VERDICT_OK;
	}
	if (packet->wrap_depth == CONFIG_DECODE_WRAP_DEPTH) {
		return VERDICT_TOO_DEEP;
	}
	if (walk->fragment == WALK_FIRST) {
		/* Its inside ends where the fragment does, as if cut. */
		walk_fragment_judged(walk);
		walk->fragment = WALK_WHOLE;
		walk->open_ended = false;
	}
	walk_settle_vlan(walk);
	walk->carrier = *packet;
	walk->has_carrier = true;
	walk_reset_packet(walk);
	walk->mirror_vlan = tunnel->vlan;
	packet->wrapping = carrier->wrapping | tunnel->wrapping;
	packet->wrap_depth = (uint8_t)(carrier->wrap_depth + 1);
	packet->wrap_id = tunnel->id;
	if (carrier->wrap_depth == 0) {
		packet->outer_source = carrier->source;
		packet->outer_target = carrier->target;
	} else {
		packet->outer_source = carrier->outer_source;
		packet->outer_target = carrier->outer_target;
	}
	walk->reader = reader;
	walk->next = tunnel->inside;
	return VERDICT_OK;
}
