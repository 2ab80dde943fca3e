#include "decode/walk.h"

enum {
	TCP_HEADER_SIZE = 20,
	UDP_HEADER_SIZE = 8,
	SCTP_HEADER_SIZE = 12,
};

/* TCP option kinds (RFC 9293 section 3.1, RFC 7323, RFC 2018). */
enum {
	KIND_END = 0,
	KIND_NOP = 1,
	KIND_MSS = 2,
	KIND_WINDOW_SCALE = 3,
	KIND_SACK_PERMITTED = 4,
	KIND_TIMESTAMPS = 8,
};

/* UDP ports of tunnels: RFC 7348; Linux before 2012, still its default; RFC
 * 8926. */
enum {
	PORT_VXLAN = 4789,
	PORT_VXLAN_LINUX = 8472,
	PORT_GENEVE = 6081,
};

static enum verdict walk_tcp(struct walk *walk);
static void read_tcp_options(struct walk *walk, uint32_t at, uint32_t end);
static uint8_t tcp_option_bit(uint8_t kind);
static enum verdict walk_udp(struct walk *walk);
static enum verdict walk_sctp(struct walk *walk);
static enum verdict walk_ip4_ah(struct walk *walk);
static enum verdict walk_ip_other(struct walk *walk);

static inline bool
is_ip4(const struct walk *walk)
{
	return walk->packet->ip[0] >> 4 == 4;
}

static enum verdict
short_transport(const struct walk *walk)
{
	return walk_short(
	    walk, VERDICT_TRUNCATED_TRANSPORT, VERDICT_MALFORMED_TRANSPORT);
}

enum verdict
step_protocol(struct walk *walk)
{
	walk->packet->protocol = walk->protocol;
	walk->next = STEP_DONE;
	if (SW_LIKELY(walk->protocol == IP_PROTOCOL_TCP)) {
		return walk_tcp(walk);
	}
	switch (walk->protocol) {
	case IP_PROTOCOL_UDP:
		return walk_udp(walk);
	case IP_PROTOCOL_ICMP:
		return is_ip4(walk) ? walk_icmp(walk) : walk_ip_other(walk);
	case IP_PROTOCOL_ICMP6:
		return is_ip4(walk) ? walk_ip_other(walk) : walk_icmp6(walk);
	case IP_PROTOCOL_SCTP:
		return walk_sctp(walk);
	case IP_PROTOCOL_AH:
		return walk_ip4_ah(walk);
	case IP_PROTOCOL_GRE:
		(void)walk_ip_other(walk);
		return walk_gre(walk);
	case IP_PROTOCOL_IPIP:
		(void)walk_ip_other(walk);
		return walk_ip_in_ip(walk, STEP_IP4);
	case IP_PROTOCOL_IPV6:
		(void)walk_ip_other(walk);
		return walk_ip_in_ip(walk, STEP_IP6);
	default:
		return walk_ip_other(walk);
	}
}

/* RFC 9293, section 3.1. */
static enum verdict
walk_tcp(struct walk *walk)
{
	struct packet *packet = walk->packet;
	uint32_t start = walk->reader.offset;
	const uint8_t *header = reader_take(&walk->reader, TCP_HEADER_SIZE);
	uint32_t size;

	if (SW_UNLIKELY(header == NULL)) {
		return short_transport(walk);
	}
	size = (uint32_t)(header[12] >> 4) * 4;
	if (SW_UNLIKELY(size < TCP_HEADER_SIZE ||
	        (size > walk->end - start && !walk->open_ended))) {
		return VERDICT_MALFORMED_TRANSPORT;
	}
	packet->kind = PACKET_TCP;
	packet->source_port = load_be16(header);
	packet->target_port = load_be16(header + 2);
	packet->tcp_sequence = load_be32(header + 4);
	packet->tcp_acknowledged = load_be32(header + 8);
	packet->tcp_flags = header[13];
	packet->tcp_window = load_be16(header + 14);
	if ((packet->tcp_flags & TCP_SYN) != 0 && size > TCP_HEADER_SIZE) {
		read_tcp_options(walk, start + TCP_HEADER_SIZE, start + size);
	}
	walk_payload(walk, start + size);
	return VERDICT_OK;
}

/* Which options there are, and in which order: FNV-1a of the kinds (Fowler,
 * Noll and Vo).  What was cut off is not known, and not held against it. */
static void
read_tcp_options(struct walk *walk, uint32_t at, uint32_t end)
{
	struct packet *packet = walk->packet;
	const uint8_t *bytes = walk->reader.bytes;
	uint32_t captured_end =
	    end < walk->reader.size ? end : walk->reader.size;
	uint32_t hash = 2166136261u;

	while (at < captured_end) {
		uint8_t kind = bytes[at];
		uint8_t size = 1;

		hash = (hash ^ kind) * 16777619u;
		if (kind == KIND_END) {
			break;
		}
		if (kind != KIND_NOP) {
			if (at + 1 == end) {
				packet->tcp_options |= TCP_OPTION_MALFORMED;
				break;
			}
			if (at + 1 == captured_end) {
				break;
			}
			size = bytes[at + 1];
			if (size < 2 || size > end - at) {
				packet->tcp_options |= TCP_OPTION_MALFORMED;
				break;
			}
			packet->tcp_options |= tcp_option_bit(kind);
		}
		at += size;
	}
	packet->tcp_options_hash = hash;
}

static uint8_t
tcp_option_bit(uint8_t kind)
{
	switch (kind) {
	case KIND_MSS:
		return TCP_OPTION_MSS;
	case KIND_WINDOW_SCALE:
		return TCP_OPTION_WINDOW_SCALE;
	case KIND_SACK_PERMITTED:
		return TCP_OPTION_SACK_PERMITTED;
	case KIND_TIMESTAMPS:
		return TCP_OPTION_TIMESTAMPS;
	default:
		return TCP_OPTION_OTHER;
	}
}

/* RFC 768.  A length of zero is a jumbogram's (RFC 2675, section 4). */
static enum verdict
walk_udp(struct walk *walk)
{
	struct packet *packet = walk->packet;
	uint32_t start = walk->reader.offset;
	const uint8_t *header = reader_take(&walk->reader, UDP_HEADER_SIZE);
	uint32_t size;

	if (SW_UNLIKELY(header == NULL)) {
		return short_transport(walk);
	}
	size = load_be16(header + 4);
	if (SW_UNLIKELY(size == 0 && walk->end - start > UINT16_MAX)) {
		size = walk->end - start;
	}
	if (SW_UNLIKELY(size < UDP_HEADER_SIZE ||
	        (size > walk->end - start && !walk->open_ended))) {
		return VERDICT_MALFORMED_TRANSPORT;
	}
	if (size < walk->end - start) {
		walk_bound(walk, start, size);
	}
	packet->kind = PACKET_UDP;
	packet->source_port = load_be16(header);
	packet->target_port = load_be16(header + 2);
	walk_payload(walk, start + UDP_HEADER_SIZE);
	switch (packet->target_port) {
	case PORT_VXLAN:
	case PORT_VXLAN_LINUX:
		return walk_vxlan(walk);
	case PORT_GENEVE:
		return walk_geneve(walk);
	default:
		return VERDICT_OK;
	}
}

/* RFC 9260, section 3: the first chunk begins behind the header, with its
 * type. */
static enum verdict
walk_sctp(struct walk *walk)
{
	struct packet *packet = walk->packet;
	uint32_t start = walk->reader.offset;
	const uint8_t *header =
	    reader_take(&walk->reader, SCTP_HEADER_SIZE + 1);

	if (header == NULL) {
		return short_transport(walk);
	}
	packet->kind = PACKET_SCTP;
	packet->source_port = load_be16(header);
	packet->target_port = load_be16(header + 2);
	packet->sctp_chunk = header[SCTP_HEADER_SIZE];
	walk_payload(walk, start + SCTP_HEADER_SIZE);
	return VERDICT_OK;
}

/* In IPv4 AH is no extension header, but what it signs is as readable.  If it
 * cannot be read, it is a packet of protocol 51 and nothing more. */
static enum verdict
walk_ip4_ah(struct walk *walk)
{
	struct reader reader = walk->reader;
	struct extension_fragment unused;

	if (!walk_tag(walk)) {
		return VERDICT_TOO_DEEP;
	}
	if (extension_read(&reader, &walk->protocol, &unused) !=
	    EXTENSION_SKIPPED) {
		return walk_ip_other(walk);
	}
	walk->reader = reader;
	walk->next = STEP_PROTOCOL;
	return VERDICT_OK;
}

static enum verdict
walk_ip_other(struct walk *walk)
{
	walk->packet->kind = PACKET_IP_OTHER;
	walk_payload(walk, walk->reader.offset);
	return VERDICT_OK;
}
