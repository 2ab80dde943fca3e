#include "decode/walk.h"

enum {
	IP4_HEADER_SIZE = 20,
	IP6_HEADER_SIZE = 40,
	IP4_MORE_FRAGMENTS = 0x2000,
	IP4_OFFSET_MASK = 0x1fff,
};

/* IPv6 extension headers (RFC 8200, section 4). */
enum {
	EXTENSION_ROUTING = 43,
	EXTENSION_FRAGMENT_HEADER = 44,
	EXTENSION_DESTINATION = 60,
};

static enum verdict begin_ip4_fragment(
    struct walk *walk, const uint8_t *header, uint16_t fields);
static enum verdict begin_ip6_fragment(
    struct walk *walk, const struct extension_fragment *fragment);
static uint32_t ip6_size(const struct walk *walk, const uint8_t *header);

enum verdict
step_ip(struct walk *walk)
{
	if (reader_left(&walk->reader) == 0) {
		return VERDICT_TRUNCATED_IP;
	}
	switch (walk->reader.bytes[walk->reader.offset] >> 4) {
	case 4:
		walk->next = STEP_IP4;
		return VERDICT_OK;
	case 6:
		walk->next = STEP_IP6;
		return VERDICT_OK;
	default:
		return VERDICT_MALFORMED_IP;
	}
}

/* RFC 791, section 3.1. */
enum verdict
step_ip4(struct walk *walk)
{
	struct packet *packet = walk->packet;
	uint32_t start = walk->reader.offset;
	const uint8_t *header = reader_take(&walk->reader, IP4_HEADER_SIZE);
	uint32_t header_size;
	uint32_t size;
	uint16_t fields;

	if (SW_UNLIKELY(header == NULL)) {
		return VERDICT_TRUNCATED_IP;
	}
	header_size = (uint32_t)(header[0] & 0x0f) * 4;
	size = load_be16(header + 2);
	if (SW_UNLIKELY(size == 0)) {
		/* Captured on a host that lets its adapter cut what it sends
		 * into packets: the size is yet to be written. */
		size = walk->end - start;
	}
	if (SW_UNLIKELY(header[0] >> 4 != 4 || header_size < IP4_HEADER_SIZE ||
	        size < header_size)) {
		return VERDICT_MALFORMED_IP;
	}
	walk_bound(walk, start, size);
	if (SW_UNLIKELY(header_size > IP4_HEADER_SIZE) &&
	    reader_take(&walk->reader, header_size - IP4_HEADER_SIZE) == NULL) {
		return VERDICT_TRUNCATED_IP;
	}
	packet->source = ip_address_from_v4(header + 12);
	packet->target = ip_address_from_v4(header + 16);
	packet->ttl = header[8];
	packet->ip_id = load_be16(header + 4);
	packet->ip = header;
	packet->ip_size = size;
	packet->ip_captured = walk->reader.size - start;
	walk->protocol = header[9];
	walk->next = STEP_PROTOCOL;
	fields = load_be16(header + 6);
	if (SW_UNLIKELY(
	        (fields & (IP4_MORE_FRAGMENTS | IP4_OFFSET_MASK)) != 0)) {
		return begin_ip4_fragment(walk, header, fields);
	}
	return step_protocol(walk);
}

static enum verdict
begin_ip4_fragment(struct walk *walk, const uint8_t *header, uint16_t fields)
{
	struct packet *packet = walk->packet;

	walk->piece = (struct fragment_piece){
		.key = { .source = packet->source,
		    .target = packet->target,
		    .id = packet->ip_id,
		    .protocol = header[9] },
		.offset = (uint32_t)(fields & IP4_OFFSET_MASK) * 8,
		.more = (fields & IP4_MORE_FRAGMENTS) != 0,
	};
	return walk_fragment(walk);
}

/* RFC 8200, section 3. */
enum verdict
step_ip6(struct walk *walk)
{
	struct packet *packet = walk->packet;
	uint32_t start = walk->reader.offset;
	const uint8_t *header = reader_take(&walk->reader, IP6_HEADER_SIZE);
	uint32_t size;

	if (SW_UNLIKELY(header == NULL)) {
		return VERDICT_TRUNCATED_IP;
	}
	if (SW_UNLIKELY(header[0] >> 4 != 6)) {
		return VERDICT_MALFORMED_IP;
	}
	size = ip6_size(walk, header);
	walk_bound(walk, start, size);
	memcpy(packet->source.byte, header + 8, 16);
	memcpy(packet->target.byte, header + 24, 16);
	packet->ttl = header[7];
	packet->ip = header;
	packet->ip_size = size;
	packet->ip_captured = walk->reader.size - start;
	walk->protocol = header[6];
	walk->next = STEP_EXTENSION;
	return VERDICT_OK;
}

/* Bytes of the packet.  A length of zero means what it says, but for a
 * jumbogram (RFC 2675), which is behind a hop-by-hop header, and for what a
 * host leaves to its adapter to cut, which is TCP: then all that is left. */
static uint32_t
ip6_size(const struct walk *walk, const uint8_t *header)
{
	uint32_t payload = load_be16(header + 4);
	uint32_t start = walk->reader.offset - IP6_HEADER_SIZE;

	if (SW_UNLIKELY(payload == 0) &&
	    (header[6] == IP_PROTOCOL_HOPOPTS ||
	        header[6] == IP_PROTOCOL_TCP)) {
		return walk->end - start;
	}
	return IP6_HEADER_SIZE + payload;
}

enum verdict
step_extension(struct walk *walk)
{
	struct extension_fragment fragment;

	for (int count = 0; count <= WALK_EXTENSION_LIMIT; count++) {
		switch (
		    extension_read(&walk->reader, &walk->protocol, &fragment)) {
		case EXTENSION_NONE:
			walk->next = STEP_PROTOCOL;
			return VERDICT_OK;
		case EXTENSION_SHORT:
			return walk_short(
			    walk, VERDICT_TRUNCATED_IP, VERDICT_MALFORMED_IP);
		case EXTENSION_SKIPPED:
			break;
		case EXTENSION_FRAGMENT:
			/* Alone it is a whole packet (RFC 6946). */
			if (fragment.offset != 0 || fragment.more) {
				return begin_ip6_fragment(walk, &fragment);
			}
			break;
		}
	}
	return VERDICT_MALFORMED_IP;
}

static enum verdict
begin_ip6_fragment(struct walk *walk, const struct extension_fragment *fragment)
{
	struct packet *packet = walk->packet;

	if (walk->fragment != WALK_WHOLE) {
		return VERDICT_MALFORMED_IP; /* A fragment of a fragment. */
	}
	walk->next = STEP_EXTENSION;
	walk->piece = (struct fragment_piece){
		.key = { .source = packet->source,
		    .target = packet->target,
		    .id = fragment->id,
		    .protocol = FRAGMENT_KEY_IP6 },
		.offset = fragment->offset,
		.more = fragment->more,
	};
	return walk_fragment(walk);
}

enum extension
extension_read(struct reader *reader, uint8_t *protocol,
    struct extension_fragment *fragment)
{
	uint32_t size = 8;
	const uint8_t *header;

	switch (*protocol) {
	case IP_PROTOCOL_HOPOPTS:
	case EXTENSION_ROUTING:
	case EXTENSION_DESTINATION:
	case EXTENSION_FRAGMENT_HEADER:
	case IP_PROTOCOL_AH:
		break;
	default:
		return EXTENSION_NONE;
	}
	header = reader_take(reader, 8);
	if (header == NULL) {
		return EXTENSION_SHORT;
	}
	if (*protocol == EXTENSION_FRAGMENT_HEADER) {
		fragment->offset = load_be16(header + 2) & 0xfff8u;
		fragment->more = (header[3] & 1) != 0;
		fragment->id = load_be32(header + 4);
		*protocol = header[0];
		return EXTENSION_FRAGMENT;
	}
	/* AH counts in units of four bytes and two less (RFC 4302, section
	 * 2.2), the others in units of eight and one less. */
	size = *protocol == IP_PROTOCOL_AH ? (header[1] + 2u) * 4
	                                   : (header[1] + 1u) * 8;
	if (size < 8 || reader_take(reader, size - 8) == NULL) {
		return EXTENSION_SHORT;
	}
	*protocol = header[0];
	return EXTENSION_SKIPPED;
}
