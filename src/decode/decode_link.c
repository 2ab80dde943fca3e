#include "decode/walk.h"

/* Link types by the numbers that libpcap gives (pcap/dlt.h; as LINKTYPE_ in the
 * files: https://www.tcpdump.org/linktypes.html). */
enum {
	LINK_NULL = 0,
	LINK_ETHERNET = 1,
	LINK_PPP = 9,
	LINK_RAW = 12,
	LINK_RAW_OPENBSD = 14,
	LINK_PPP_SERIAL = 50,
	LINK_RAW_FILE = 101,
	LINK_LOOP = 108,
	LINK_LINUX_COOKED = 113,
	LINK_IP4 = 228,
	LINK_IP6 = 229,
	LINK_LINUX_COOKED_2 = 276,
};

/* IEEE 802 numbers, ethertypes (IANA). */
enum {
	ETHERTYPE_IP4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_BRIDGED = 0x6558,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IP6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_UPSTREAM = 0x8848,
	ETHERTYPE_PPPOE = 0x8864,
	ETHERTYPE_QINQ = 0x88a8,
	ETHERTYPE_BACKBONE = 0x88e7,
	ETHERTYPE_QINQ_OLD = 0x9100,

	/* Up to here the field is the length of an 802.3 frame; between the
	 * two it is nothing (IEEE 802.3, clause 3.2.6). */
	LENGTH_LIMIT = 1500,
	ETHERTYPE_FIRST = 0x0600,
};

enum {
	ETHERNET_HEADER_SIZE = 14,
	MAC_SIZE = 6,
	ETHERTYPE_AT = 12,
	COOKED_HEADER_SIZE = 16,
	COOKED_2_HEADER_SIZE = 20,
	BACKBONE_TAG_SIZE = 4,
	PPPOE_HEADER_SIZE = 6,
	SNAP_HEADER_SIZE = 8,
	LABEL_SIZE = 4,
};

/* Linux ARPHRD_ numbers whose protocol field is no ethertype. */
enum { HARDWARE_NETLINK = 824 };

/* Protocols of PPP (IANA). */
enum {
	PPP_IP4 = 0x0021,
	PPP_IP6 = 0x0057,
	PPP_MPLS = 0x0281,
	PPP_MPLS_MULTICAST = 0x0283,
};

static enum verdict walk_loopback(struct walk *walk);
static enum verdict walk_cooked(struct walk *walk);
static enum verdict walk_cooked_2(struct walk *walk);
static enum verdict end_cooked(struct walk *walk, uint16_t hardware,
    uint16_t address_size, const uint8_t *address);
static enum verdict walk_serial(struct walk *walk);
static enum verdict walk_vlan(struct walk *walk);
static enum verdict walk_llc(struct walk *walk);
static enum verdict walk_backbone(struct walk *walk);
static enum verdict walk_pppoe(struct walk *walk);
static enum verdict walk_label_bottom(struct walk *walk);
static bool is_known_sap(uint8_t sap);

/* What carries a frame of somebody else has VLANs of its own. */
static void
forget_tags(struct walk *walk)
{
	walk->mirror_vlan = VLAN_NONE;
	walk->packet->vlan = VLAN_NONE;
	walk->packet->inner_vlan = VLAN_NONE;
}

static enum verdict
go_on(struct walk *walk, enum step next)
{
	walk->next = next;
	return VERDICT_OK;
}

enum verdict
walk_link(struct walk *walk)
{
	if (SW_LIKELY(walk->frame->link_type == LINK_ETHERNET)) {
		return step_ethernet(walk);
	}
	switch (walk->frame->link_type) {
	case LINK_LINUX_COOKED:
		return walk_cooked(walk);
	case LINK_LINUX_COOKED_2:
		return walk_cooked_2(walk);
	case LINK_RAW:
	case LINK_RAW_OPENBSD:
	case LINK_RAW_FILE:
		return go_on(walk, STEP_IP);
	case LINK_IP4:
		return go_on(walk, STEP_IP4);
	case LINK_IP6:
		return go_on(walk, STEP_IP6);
	case LINK_NULL:
	case LINK_LOOP:
		return walk_loopback(walk);
	case LINK_PPP:
		return go_on(walk, STEP_PPP);
	case LINK_PPP_SERIAL:
		return walk_serial(walk);
	default:
		return VERDICT_UNKNOWN_LINK_TYPE;
	}
}

/* The BSDs' loopback: the address family, in the byte order of the host that
 * recorded (LINK_LOOP: big-endian).  All families are below 256, so the order
 * shows.  AF_INET6 is 10 on Linux, 24 on NetBSD and OpenBSD, 28 on FreeBSD and
 * 30 on Darwin. */
static enum verdict
walk_loopback(struct walk *walk)
{
	const uint8_t *header = reader_take(&walk->reader, 4);
	uint32_t family;

	if (header == NULL) {
		return VERDICT_TRUNCATED_LINK;
	}
	family = load_be32(header);
	if (family > UINT16_MAX) {
		family = __builtin_bswap32(family);
	}
	switch (family) {
	case 2:
		return go_on(walk, STEP_IP4);
	case 10:
	case 24:
	case 28:
	case 30:
		return go_on(walk, STEP_IP6);
	default:
		return VERDICT_NOT_IP;
	}
}

/*
 * Linux cooked capture, version 1 (LINKTYPE_LINUX_SLL):
 *
 *	0  packet type   2  hardware type   4  address length
 *	6  address (8)  14  protocol
 */
static enum verdict
walk_cooked(struct walk *walk)
{
	const uint8_t *header = reader_take(&walk->reader, COOKED_HEADER_SIZE);

	if (header == NULL) {
		return VERDICT_TRUNCATED_LINK;
	}
	walk->ethertype = load_be16(header + 14);
	return end_cooked(
	    walk, load_be16(header + 2), load_be16(header + 4), header + 6);
}

/*
 * Version 2 (LINKTYPE_LINUX_SLL2):
 *
 *	0  protocol   2  reserved   4  interface index   8  hardware type
 *	10 packet type (1)  11  address length (1)  12  address (8)
 */
static enum verdict
walk_cooked_2(struct walk *walk)
{
	const uint8_t *header =
	    reader_take(&walk->reader, COOKED_2_HEADER_SIZE);

	if (header == NULL) {
		return VERDICT_TRUNCATED_LINK;
	}
	walk->ethertype = load_be16(header);
	return end_cooked(walk, load_be16(header + 8), header[11], header + 12);
}

/* Of the two MAC addresses a cooked capture keeps the sender's. */
static enum verdict
end_cooked(struct walk *walk, uint16_t hardware, uint16_t address_size,
    const uint8_t *address)
{
	struct packet *packet = walk->packet;

	if (hardware == HARDWARE_NETLINK) {
		return VERDICT_NOT_IP;
	}
	if (address_size == MAC_SIZE) {
		memcpy(packet->source_mac.byte, address, MAC_SIZE);
		packet->has_macs = !mac_address_is_zero(&packet->source_mac);
	}
	if (walk->ethertype < ETHERTYPE_FIRST) {
		return VERDICT_NOT_IP; /* 802.2 and others: no IP there. */
	}
	return go_on(walk, STEP_ETHERTYPE);
}

/* RFC 1662: address ff.  Cisco's HDLC: 0f to one, 8f to all, then zero and an
 * ethertype. */
static enum verdict
walk_serial(struct walk *walk)
{
	const uint8_t *header = walk->reader.bytes;

	if (walk->reader.size < 4) {
		return VERDICT_TRUNCATED_LINK;
	}
	if (header[0] == 0x0f || header[0] == 0x8f) {
		(void)reader_take(&walk->reader, 4);
		walk->ethertype = load_be16(header + 2);
		return go_on(walk, STEP_ETHERTYPE);
	}
	return go_on(walk, STEP_PPP);
}

enum verdict
step_ethernet(struct walk *walk)
{
	struct packet *packet = walk->packet;
	const uint8_t *header =
	    reader_take(&walk->reader, ETHERNET_HEADER_SIZE);

	if (SW_UNLIKELY(header == NULL)) {
		return VERDICT_TRUNCATED_LINK;
	}
	memcpy(packet->target_mac.byte, header, MAC_SIZE);
	memcpy(packet->source_mac.byte, header + MAC_SIZE, MAC_SIZE);
	packet->has_macs = true;
	walk->ethertype = load_be16(header + ETHERTYPE_AT);
	if (SW_LIKELY(walk->ethertype == ETHERTYPE_IP4)) {
		return step_ip4(walk); /* The common way, without a detour. */
	}
	return go_on(walk, STEP_ETHERTYPE);
}

enum verdict
step_ethertype(struct walk *walk)
{
	switch (walk->ethertype) {
	case ETHERTYPE_IP4:
		return go_on(walk, STEP_IP4);
	case ETHERTYPE_IP6:
		return go_on(walk, STEP_IP6);
	case ETHERTYPE_ARP:
		return go_on(walk, STEP_ARP);
	case ETHERTYPE_VLAN:
	case ETHERTYPE_QINQ:
	case ETHERTYPE_QINQ_OLD:
		return walk_vlan(walk);
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_UPSTREAM:
		return go_on(walk, STEP_MPLS);
	case ETHERTYPE_PPPOE:
		return walk_pppoe(walk);
	case ETHERTYPE_BACKBONE:
		return walk_backbone(walk);
	case ETHERTYPE_BRIDGED:
		return go_on(walk, STEP_ETHERNET);
	default:
		return walk->ethertype < ETHERTYPE_FIRST ? walk_llc(walk)
		                                         : VERDICT_NOT_IP;
	}
}

/* IEEE 802.1Q, clause 9.  VLAN 0 says priority only, not a VLAN. */
static enum verdict
walk_vlan(struct walk *walk)
{
	struct packet *packet = walk->packet;
	const uint8_t *tag = reader_take(&walk->reader, 4);
	uint16_t vlan;

	if (tag == NULL) {
		return VERDICT_TRUNCATED_LINK;
	}
	if (!walk_tag(walk)) {
		return VERDICT_TOO_DEEP;
	}
	vlan = load_be16(tag) & 0x0fff;
	if (vlan != 0 && packet->vlan == VLAN_NONE) {
		packet->vlan = vlan;
	} else if (vlan != 0 && packet->inner_vlan == VLAN_NONE) {
		packet->inner_vlan = vlan;
	}
	walk->ethertype = load_be16(tag + 2);
	return go_on(walk, STEP_ETHERTYPE);
}

/* IEEE 802.3 length, then 802.2 LLC.  Only SNAP (RFC 1042: aa aa 03, an
 * organisation, a type) carries IP. */
static enum verdict
walk_llc(struct walk *walk)
{
	static const uint8_t rfc1042[6] = { 0xaa, 0xaa, 3, 0, 0, 0 };
	static const uint8_t bridge_tunnel[6] = { 0xaa, 0xaa, 3, 0, 0, 0xf8 };
	uint32_t start = walk->reader.offset;
	const uint8_t *header;

	if (walk->ethertype > LENGTH_LIMIT ||
	    walk->ethertype > walk->end - start) {
		return VERDICT_MALFORMED_LINK;
	}
	walk_bound(walk, start, walk->ethertype);
	header = reader_take(&walk->reader, SNAP_HEADER_SIZE);
	if (header == NULL ||
	    (memcmp(header, rfc1042, sizeof(rfc1042)) != 0 &&
	        memcmp(header, bridge_tunnel, sizeof(bridge_tunnel)) != 0)) {
		return VERDICT_NOT_IP;
	}
	walk->ethertype = load_be16(header + 6);
	if (walk->ethertype < ETHERTYPE_FIRST) {
		return VERDICT_NOT_IP;
	}
	return walk_tag(walk) ? go_on(walk, STEP_ETHERTYPE) : VERDICT_TOO_DEEP;
}

/* IEEE 802.1ah: an instance tag, then the customer's own frame, whose addresses
 * and tags are the ones that mean a host and a segment. */
static enum verdict
walk_backbone(struct walk *walk)
{
	if (reader_take(&walk->reader, BACKBONE_TAG_SIZE) == NULL) {
		return VERDICT_TRUNCATED_LINK;
	}
	if (!walk_tag(walk)) {
		return VERDICT_TOO_DEEP;
	}
	forget_tags(walk);
	return go_on(walk, STEP_ETHERNET);
}

/* RFC 2516, section 4: version and type, code, session, length. */
static enum verdict
walk_pppoe(struct walk *walk)
{
	const uint8_t *header = reader_take(&walk->reader, PPPOE_HEADER_SIZE);
	uint32_t size;

	if (header == NULL) {
		return VERDICT_TRUNCATED_LINK;
	}
	size = load_be16(header + 4);
	if (header[0] != 0x11 || header[1] != 0 ||
	    size > walk->end - walk->reader.offset) {
		return VERDICT_MALFORMED_LINK;
	}
	if (!walk_tag(walk)) {
		return VERDICT_TOO_DEEP;
	}
	walk_bound(walk, walk->reader.offset, size);
	walk->packet->wrapping |= WRAPPED_PPPOE;
	return go_on(walk, STEP_PPP);
}

/* RFC 1661 and 1662: address and control may be left out; so may the first byte
 * of the protocol, since its last bit is then set in the second. */
enum verdict
step_ppp(struct walk *walk)
{
	struct reader *reader = &walk->reader;
	uint32_t protocol;

	if (reader_left(reader) >= 2 &&
	    load_be16(reader->bytes + reader->offset) == 0xff03) {
		(void)reader_take(reader, 2);
	}
	protocol = reader_u8(reader);
	if ((protocol & 1) == 0) {
		protocol = protocol << 8 | reader_u8(reader);
	}
	if (reader->failed) {
		return VERDICT_TRUNCATED_LINK;
	}
	switch (protocol) {
	case PPP_IP4:
		return go_on(walk, STEP_IP4);
	case PPP_IP6:
		return go_on(walk, STEP_IP6);
	case PPP_MPLS:
	case PPP_MPLS_MULTICAST:
		return go_on(walk, STEP_MPLS);
	default:
		return VERDICT_NOT_IP;
	}
}

/* RFC 3032, section 2.1: label (20 bits), class (3), bottom of stack (1), time
 * to live (8). */
enum verdict
step_mpls(struct walk *walk)
{
	const uint8_t *label;

	walk->packet->wrapping |= WRAPPED_MPLS;
	do {
		label = reader_take(&walk->reader, LABEL_SIZE);
		if (label == NULL) {
			return VERDICT_TRUNCATED_LINK;
		}
		if (!walk_tag(walk)) {
			return VERDICT_TOO_DEEP;
		}
	} while ((label[2] & 1) == 0);
	return walk_label_bottom(walk);
}

/* Labels do not say what they carry.  By the first nibble it is IP, or a
 * pseudowire's control word (RFC 4385), which is zero there, or an Ethernet
 * frame of a pseudowire without one (RFC 4448). */
static enum verdict
walk_label_bottom(struct walk *walk)
{
	struct reader *reader = &walk->reader;
	uint8_t nibble;

	if (reader_left(reader) == 0) {
		return VERDICT_TRUNCATED_IP;
	}
	nibble = reader->bytes[reader->offset] >> 4;
	if (nibble == 4) {
		return go_on(walk, STEP_IP4);
	}
	if (nibble == 6) {
		return go_on(walk, STEP_IP6);
	}
	if (nibble == 0 && reader_left(reader) > 4) {
		struct reader without_word = *reader;

		(void)reader_take(reader, 4);
		if (!walk_sees_ethernet(reader, walk->end)) {
			*reader = without_word;
		}
	}
	if (!walk_sees_ethernet(reader, walk->end)) {
		return VERDICT_NOT_IP;
	}
	forget_tags(walk);
	return go_on(walk, STEP_ETHERNET);
}

bool
walk_sees_ethernet(const struct reader *reader, uint32_t end)
{
	const uint8_t *header = reader->bytes + reader->offset;
	struct mac_address target;
	struct mac_address source;
	uint16_t type;

	if (reader_left(reader) < ETHERNET_HEADER_SIZE) {
		return false;
	}
	memcpy(target.byte, header, MAC_SIZE);
	memcpy(source.byte, header + MAC_SIZE, MAC_SIZE);
	if (mac_address_is_zero(&target) || mac_address_is_zero(&source) ||
	    mac_address_is_group(&source)) {
		return false;
	}
	type = load_be16(header + ETHERTYPE_AT);
	return type >= ETHERTYPE_FIRST ||
	    (type <= end - reader->offset - ETHERNET_HEADER_SIZE &&
	        reader_left(reader) > ETHERNET_HEADER_SIZE &&
	        is_known_sap(header[ETHERNET_HEADER_SIZE]));
}

/* The access points of 802.2 that are still spoken. */
static bool
is_known_sap(uint8_t sap)
{
	switch (sap) {
	case 0x42: /* Spanning tree. */
	case 0xaa: /* SNAP. */
	case 0xe0: /* Novell. */
	case 0xf0: /* NetBIOS. */
	case 0xfe: /* OSI: IS-IS. */
	case 0xff: /* Novell without 802.2. */
		return true;
	default:
		return false;
	}
}
