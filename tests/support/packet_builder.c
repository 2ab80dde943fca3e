#include "support/packet_builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "support/packet_builder_private.h"

enum { NO_IP = UINT32_MAX };

static void
fail(const char *what)
{
	fprintf(stderr, "packet builder: %s\n", what);
	abort();
}

uint8_t *
builder_append(struct packet_builder *builder, uint32_t size)
{
	uint8_t *at = builder->bytes + builder->size;

	if (size > BUILD_SIZE - builder->size) {
		fail("the frame is too long");
	}
	memset(at, 0, size);
	builder->size += size;
	return at;
}

struct ip_address
builder_address_of(const char *text)
{
	struct ip_address address;

	if (!ip_address_parse(text, &address)) {
		fail(text);
	}
	return address;
}

struct mac_address
builder_mac_of(const char *text)
{
	struct mac_address mac;

	if (!mac_address_parse(text, &mac)) {
		fail(text);
	}
	return mac;
}

static void
reset_expected(struct packet_builder *builder)
{
	memset(&builder->expected, 0, sizeof(builder->expected));
	builder->expected.time_ns = builder->frame.time_ns;
	builder->expected.vlan = VLAN_NONE;
	builder->expected.inner_vlan = VLAN_NONE;
	builder->ip_at = NO_IP;
	builder->mirror_vlan = VLAN_NONE;
}

void
builder_enter_tunnel(
    struct packet_builder *builder, uint8_t wrapping, uint32_t id)
{
	struct packet outer = builder->expected;

	reset_expected(builder);
	builder->expected.wrapping = outer.wrapping | wrapping;
	builder->expected.wrap_depth = (uint8_t)(outer.wrap_depth + 1);
	builder->expected.wrap_id = id;
	builder->expected.outer_source =
	    outer.wrap_depth == 0 ? outer.source : outer.outer_source;
	builder->expected.outer_target =
	    outer.wrap_depth == 0 ? outer.target : outer.outer_target;
}

void
builder_expect_next(
    struct packet_builder *builder, enum build_next next, uint32_t at)
{
	builder->next = next;
	builder->next_at = at;
}

void
builder_tell(struct packet_builder *builder, uint16_t ethertype,
    uint8_t protocol, uint16_t ppp, uint8_t family)
{
	uint8_t *at = builder->bytes + builder->next_at;

	switch (builder->next) {
	case BUILD_NEXT_NOTHING:
		break;
	case BUILD_NEXT_ETHERTYPE:
		store_be16(at, ethertype);
		break;
	case BUILD_NEXT_PROTOCOL:
		*at = protocol;
		break;
	case BUILD_NEXT_PPP:
		store_be16(at, ppp);
		break;
	case BUILD_NEXT_FAMILY:
		at[0] = family;
		break;
	case BUILD_NEXT_FAMILY_BIG:
		at[3] = family;
		break;
	}
	builder->next = BUILD_NEXT_NOTHING;
}

void
builder_add_layer(struct packet_builder *builder, enum build_layer_kind kind)
{
	if (builder->layer_count == BUILD_LAYERS) {
		fail("too many layers");
	}
	builder->layers[builder->layer_count].kind = kind;
	builder->layers[builder->layer_count].at = builder->size;
	builder->layers[builder->layer_count].ip_at = builder->ip_at;
	builder->layer_count++;
}

void
build_begin(
    struct packet_builder *builder, uint16_t link_type, uint64_t time_ns)
{
	memset(builder, 0, sizeof(*builder));
	builder->frame.link_type = link_type;
	builder->frame.time_ns = time_ns;
	builder->ttl = 64;
	builder->tcp_window = 1024;
	reset_expected(builder);
}

/* RFC 1071. */
static uint16_t
checksum(const uint8_t *bytes, uint32_t size, uint32_t sum)
{
	for (uint32_t i = 0; i + 1 < size; i += 2) {
		sum += load_be16(bytes + i);
	}
	if (size % 2 != 0) {
		sum += (uint32_t)bytes[size - 1] << 8;
	}
	while (sum >> 16 != 0) {
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return (uint16_t)~sum;
}

static uint16_t
transport_checksum(const struct packet_builder *builder, uint32_t ip_at,
    uint32_t at, uint8_t protocol)
{
	const uint8_t *ip = builder->bytes + ip_at;
	uint32_t size = builder->size - at;
	bool is_ip4 = ip[0] >> 4 == 4;
	uint32_t sum = size + protocol;

	/* The pseudo header's addresses; ~ undoes the complement. */
	sum += (uint16_t)~checksum(ip + (is_ip4 ? 12 : 8), is_ip4 ? 8 : 32, 0);
	return checksum(builder->bytes + at, size, sum);
}

/* Writes the checksum of the transport header at 'at' to 'sum_at'. */
static void
write_checksum(struct packet_builder *builder, uint32_t index, uint8_t *sum_at,
    uint8_t protocol)
{
	uint32_t at = builder->layers[index].at;
	uint32_t ip_at = builder->layers[index].ip_at;

	store_be16(sum_at, 0);
	store_be16(sum_at,
	    protocol == IP_PROTOCOL_ICMP
	        ? checksum(builder->bytes + at, builder->size - at, 0)
	        : transport_checksum(builder, ip_at, at, protocol));
}

static void
finish_layer(struct packet_builder *builder, uint32_t index)
{
	uint8_t *header = builder->bytes + builder->layers[index].at;
	uint16_t size = (uint16_t)(builder->size - builder->layers[index].at);

	switch (builder->layers[index].kind) {
	case BUILD_LAYER_IP4:
		store_be16(header + 2, size);
		store_be16(header + 10, 0);
		store_be16(header + 10, checksum(header, IP4_SIZE, 0));
		break;
	case BUILD_LAYER_IP6:
		store_be16(header + 4, (uint16_t)(size - IP6_SIZE));
		break;
	case BUILD_LAYER_TCP:
		write_checksum(builder, index, header + 16, IP_PROTOCOL_TCP);
		break;
	case BUILD_LAYER_UDP:
		store_be16(header + 4, size);
		write_checksum(builder, index, header + 6, IP_PROTOCOL_UDP);
		break;
	case BUILD_LAYER_ICMP:
		write_checksum(builder, index, header + 2, IP_PROTOCOL_ICMP);
		break;
	case BUILD_LAYER_ICMP6:
		write_checksum(builder, index, header + 2, IP_PROTOCOL_ICMP6);
		break;
	case BUILD_LAYER_PPPOE:
	case BUILD_LAYER_LENGTH:
		store_be16(header - 2, size);
		break;
	}
}

void
build_end(struct packet_builder *builder)
{
	struct packet *expected = &builder->expected;

	for (uint32_t i = builder->layer_count; i > 0; i--) {
		finish_layer(builder, i - 1);
	}
	builder->frame.bytes = builder->bytes;
	builder->frame.captured_size = builder->size;
	builder->frame.wire_size = builder->size;
	if (expected->vlan == VLAN_NONE) {
		expected->vlan = builder->mirror_vlan;
	}
	if (builder->ip_at != NO_IP) {
		expected->ip = builder->bytes + builder->ip_at;
		expected->ip_size = builder->size - builder->ip_at;
		expected->ip_captured = expected->ip_size;
	}
	if (expected->payload != NULL) {
		expected->payload_size = (uint32_t)(builder->bytes +
		    builder->size - expected->payload);
		expected->payload_captured = expected->payload_size;
		if (expected->payload_size == 0) {
			expected->payload = NULL;
		}
	}
}

void
build_cut(struct packet_builder *builder, uint32_t size)
{
	struct packet *expected = &builder->expected;
	uint32_t lost = builder->frame.captured_size - size;

	builder->frame.captured_size = size;
	if (expected->ip != NULL) {
		expected->ip_captured -= lost;
	}
	if (expected->payload_captured > lost) {
		expected->payload_captured -= lost;
	} else {
		expected->payload_captured = 0;
		expected->payload = NULL;
	}
}

void
build_pad(struct packet_builder *builder, uint32_t size)
{
	memset(builder_append(builder, size), 0xee, size);
	builder->frame.captured_size += size;
	builder->frame.wire_size += size;
}

void
build_fragment(struct packet_builder *builder,
    const struct packet_builder *whole, uint32_t offset, uint32_t size,
    uint64_t time_ns)
{
	const uint8_t *ip = whole->bytes + whole->ip_at;
	bool is_ip4 = ip[0] >> 4 == 4;
	uint32_t header_size = is_ip4 ? IP4_SIZE : IP6_SIZE;
	uint32_t rest_at = whole->ip_at + header_size;
	bool more = offset + size < whole->size - rest_at;
	uint8_t *at;

	build_begin(builder, whole->frame.link_type, time_ns);
	memcpy(builder_append(builder, rest_at), whole->bytes, rest_at);
	builder->ip_at = whole->ip_at;
	at = builder->bytes + whole->ip_at;
	if (is_ip4) {
		store_be16(at + 2, (uint16_t)(IP4_SIZE + size));
		store_be16(
		    at + 6, (uint16_t)(offset / 8 | (more ? 0x2000 : 0)));
		store_be16(at + 10, 0);
		store_be16(at + 10, checksum(at, IP4_SIZE, 0));
	} else {
		uint8_t *header = builder_append(builder, 8);

		header[0] = at[6];
		at[6] = 44;
		store_be16(at + 4, (uint16_t)(8 + size));
		store_be16(header + 2, (uint16_t)(offset | more));
		store_be32(header + 4, whole->ip_id);
	}
	memcpy(builder_append(builder, size), whole->bytes + rest_at + offset,
	    size);
	builder->frame.bytes = builder->bytes;
	builder->frame.captured_size = builder->size;
	builder->frame.wire_size = builder->size;
}

#define DIFFERS(member)                                                       \
	do {                                                                  \
		if (memcmp(&a->member, &b->member, sizeof(a->member)) != 0) { \
			return #member;                                       \
		}                                                             \
	} while (0)

static const char *
quote_difference(const struct packet_quote *a, const struct packet_quote *b)
{
	DIFFERS(present);
	DIFFERS(has_ports);
	DIFFERS(protocol);
	DIFFERS(icmp_type);
	DIFFERS(source_port);
	DIFFERS(target_port);
	DIFFERS(source);
	DIFFERS(target);
	return NULL;
}

static const char *
transport_difference(const struct packet *a, const struct packet *b)
{
	DIFFERS(source_port);
	DIFFERS(target_port);
	DIFFERS(tcp_flags);
	DIFFERS(tcp_options);
	DIFFERS(tcp_window);
	DIFFERS(icmp_type);
	DIFFERS(icmp_code);
	DIFFERS(tcp_sequence);
	DIFFERS(tcp_acknowledged);
	DIFFERS(tcp_options_hash);
	DIFFERS(sctp_chunk);
	DIFFERS(icmp_sequence);
	DIFFERS(arp_operation);
	DIFFERS(payload_size);
	DIFFERS(payload_captured);
	DIFFERS(payload);
	DIFFERS(asked);
	return quote_difference(&a->quote, &b->quote);
}

const char *
build_difference(const struct packet *a, const struct packet *b)
{
	DIFFERS(time_ns);
	DIFFERS(kind);
	DIFFERS(protocol);
	DIFFERS(source);
	DIFFERS(target);
	DIFFERS(ttl);
	DIFFERS(fragment);
	DIFFERS(ip_id);
	DIFFERS(vlan);
	DIFFERS(inner_vlan);
	DIFFERS(source_mac);
	DIFFERS(target_mac);
	DIFFERS(has_macs);
	DIFFERS(observation_point);
	DIFFERS(ip_size);
	DIFFERS(ip);
	DIFFERS(ip_captured);
	DIFFERS(wrapping);
	DIFFERS(wrap_depth);
	DIFFERS(wrap_id);
	DIFFERS(outer_source);
	DIFFERS(outer_target);
	return transport_difference(a, b);
}
