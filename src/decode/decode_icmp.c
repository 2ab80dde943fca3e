#include "decode/walk.h"

enum {
	ICMP_HEADER_SIZE = 8,
	ICMP_SOURCE_QUENCH = 4,
	ICMP_REDIRECT = 5,
	ICMP_PARAMETER_PROBLEM = 12,
	ICMP_INFORMATION_REQUEST = 15,
	ICMP_INFORMATION_REPLY = 16,
	ICMP_EXTENDED_ECHO_REQUEST = 42, /* RFC 8335 */
	ICMP_EXTENDED_ECHO_REPLY = 43,
	ICMP6_TOO_BIG = 2,
	ICMP6_EXTENDED_ECHO_REQUEST = 160,
	ICMP6_EXTENDED_ECHO_REPLY = 161,
	QUOTED_IP4_SIZE = 20,
	QUOTED_IP6_SIZE = 40,
};

static const uint8_t *begin_icmp(struct walk *walk);
static bool has_identifier(uint8_t type);
static bool is_error(uint8_t type);
static bool has_identifier6(uint8_t type);
static bool is_error6(uint8_t type);
static void read_quote(struct walk *walk);
static bool read_quoted_ip4(struct reader *reader, struct packet_quote *quote);
static bool read_quoted_ip6(struct reader *reader, struct packet_quote *quote);
static void read_quoted_ports(
    struct reader *reader, struct packet_quote *quote);

static enum verdict
short_icmp(const struct walk *walk)
{
	return walk_short(
	    walk, VERDICT_TRUNCATED_TRANSPORT, VERDICT_MALFORMED_TRANSPORT);
}

/* RFC 792. */
enum verdict
walk_icmp(struct walk *walk)
{
	struct packet *packet = walk->packet;
	const uint8_t *header = begin_icmp(walk);

	if (header == NULL) {
		return short_icmp(walk);
	}
	if (has_identifier(packet->icmp_type)) {
		packet->source_port = load_be16(header + 4);
		packet->icmp_sequence = load_be16(header + 6);
	} else if (is_error(packet->icmp_type)) {
		read_quote(walk);
	}
	return VERDICT_OK;
}

/* RFC 4443; neighbour discovery: RFC 4861, sections 4.3 and 4.4. */
enum verdict
walk_icmp6(struct walk *walk)
{
	struct packet *packet = walk->packet;
	const uint8_t *header = begin_icmp(walk);

	if (header == NULL) {
		return short_icmp(walk);
	}
	if (packet->icmp_type == ICMP6_NEIGHBOUR_SOLICITATION ||
	    packet->icmp_type == ICMP6_NEIGHBOUR_ADVERTISEMENT) {
		const uint8_t *asked = reader_take(&walk->reader, 16);

		if (asked == NULL) {
			return short_icmp(walk);
		}
		memcpy(packet->asked.byte, asked, 16);
	} else if (has_identifier6(packet->icmp_type)) {
		packet->source_port = load_be16(header + 4);
		packet->icmp_sequence = load_be16(header + 6);
	} else if (is_error6(packet->icmp_type)) {
		read_quote(walk);
	}
	return VERDICT_OK;
}

/* What both versions begin with; null if it does not fit. */
static const uint8_t *
begin_icmp(struct walk *walk)
{
	struct packet *packet = walk->packet;
	const uint8_t *header = reader_take(&walk->reader, ICMP_HEADER_SIZE);

	if (header != NULL) {
		packet->kind = PACKET_ICMP;
		packet->icmp_type = header[0];
		packet->icmp_code = header[1];
		walk_payload(walk, walk->reader.offset);
	}
	return header;
}

static bool
has_identifier(uint8_t type)
{
	switch (type) {
	case ICMP_ECHO_REPLY:
	case ICMP_ECHO_REQUEST:
	case ICMP_TIMESTAMP_REQUEST:
	case ICMP_TIMESTAMP_REPLY:
	case ICMP_INFORMATION_REQUEST:
	case ICMP_INFORMATION_REPLY:
	case ICMP_MASK_REQUEST:
	case ICMP_MASK_REPLY:
	case ICMP_EXTENDED_ECHO_REQUEST:
	case ICMP_EXTENDED_ECHO_REPLY:
		return true;
	default:
		return false;
	}
}

static bool
is_error(uint8_t type)
{
	switch (type) {
	case ICMP_UNREACHABLE:
	case ICMP_SOURCE_QUENCH:
	case ICMP_REDIRECT:
	case ICMP_TIME_EXCEEDED:
	case ICMP_PARAMETER_PROBLEM:
		return true;
	default:
		return false;
	}
}

static bool
has_identifier6(uint8_t type)
{
	switch (type) {
	case ICMP6_ECHO_REQUEST:
	case ICMP6_ECHO_REPLY:
	case ICMP6_EXTENDED_ECHO_REQUEST:
	case ICMP6_EXTENDED_ECHO_REPLY:
		return true;
	default:
		return false;
	}
}

static bool
is_error6(uint8_t type)
{
	switch (type) {
	case ICMP6_UNREACHABLE:
	case ICMP6_TOO_BIG:
	case ICMP6_TIME_EXCEEDED:
	case ICMP6_PARAMETER_PROBLEM:
		return true;
	default:
		return false;
	}
}

/* The head of the packet that caused the error: its IP header and at least
 * eight bytes of what follows (RFC 1812, section 4.3.2.3: as much as fits).  It
 * may be cut anywhere; what is missing stays zero. */
static void
read_quote(struct walk *walk)
{
	struct packet_quote *quote = &walk->packet->quote;
	struct reader reader = walk->reader;

	if (reader_left(&reader) == 0) {
		return;
	}
	switch (reader.bytes[reader.offset] >> 4) {
	case 4:
		if (read_quoted_ip4(&reader, quote)) {
			read_quoted_ports(&reader, quote);
		}
		break;
	case 6:
		if (read_quoted_ip6(&reader, quote)) {
			read_quoted_ports(&reader, quote);
		}
		break;
	default:
		break;
	}
}

/* Whether the reader is now where the transport header begins. */
static bool
read_quoted_ip4(struct reader *reader, struct packet_quote *quote)
{
	const uint8_t *header = reader_take(reader, QUOTED_IP4_SIZE);
	uint32_t size;

	if (header == NULL) {
		return false;
	}
	size = (uint32_t)(header[0] & 0x0f) * 4;
	if (size < QUOTED_IP4_SIZE) {
		return false;
	}
	quote->present = true;
	quote->source = ip_address_from_v4(header + 12);
	quote->target = ip_address_from_v4(header + 16);
	quote->protocol = header[9];
	return (load_be16(header + 6) & 0x1fff) == 0 &&
	    reader_take(reader, size - QUOTED_IP4_SIZE) != NULL;
}

static bool
read_quoted_ip6(struct reader *reader, struct packet_quote *quote)
{
	const uint8_t *header = reader_take(reader, QUOTED_IP6_SIZE);
	struct extension_fragment fragment;

	if (header == NULL) {
		return false;
	}
	quote->present = true;
	memcpy(quote->source.byte, header + 8, 16);
	memcpy(quote->target.byte, header + 24, 16);
	quote->protocol = header[6];
	for (int count = 0; count <= WALK_EXTENSION_LIMIT; count++) {
		switch (extension_read(reader, &quote->protocol, &fragment)) {
		case EXTENSION_NONE:
			return true;
		case EXTENSION_SKIPPED:
			break;
		case EXTENSION_FRAGMENT:
			if (fragment.offset != 0) {
				return false;
			}
			break;
		case EXTENSION_SHORT:
			return false;
		}
	}
	return false;
}

/* Ports are the first four bytes of TCP, UDP and SCTP; an ICMP identifier is
 * the third pair. */
static void
read_quoted_ports(struct reader *reader, struct packet_quote *quote)
{
	const uint8_t *header;

	switch (quote->protocol) {
	case IP_PROTOCOL_TCP:
	case IP_PROTOCOL_UDP:
	case IP_PROTOCOL_SCTP:
		header = reader_take(reader, 4);
		if (header != NULL) {
			quote->source_port = load_be16(header);
			quote->target_port = load_be16(header + 2);
			quote->has_ports = true;
		}
		break;
	case IP_PROTOCOL_ICMP:
	case IP_PROTOCOL_ICMP6:
		header = reader_take(reader, ICMP_HEADER_SIZE);
		if (header == NULL) {
			break;
		}
		quote->icmp_type = header[0];
		if (quote->protocol == IP_PROTOCOL_ICMP
		        ? has_identifier(header[0])
		        : has_identifier6(header[0])) {
			quote->source_port = load_be16(header + 4);
			quote->has_ports = true;
		}
		break;
	default:
		break;
	}
}
