#include "support/packet_builder.h"

#include <string.h>

#include "base/bytes.h"
#include "support/packet_builder_private.h"

static void
expect_kind(struct packet_builder *builder, uint8_t kind, uint8_t protocol)
{
	builder_tell(builder, 0, protocol, 0, 0);
	builder->expected.kind = kind;
	builder->expected.protocol = protocol;
}

static void
expect_payload(struct packet_builder *builder)
{
	builder->expected.payload = builder->bytes + builder->size;
}

static uint8_t *
append_ports(struct packet_builder *builder, uint32_t size,
    uint16_t source_port, uint16_t target_port)
{
	uint8_t *header = builder_append(builder, size);

	store_be16(header, source_port);
	store_be16(header + 2, target_port);
	builder->expected.source_port = source_port;
	builder->expected.target_port = target_port;
	return header;
}

static void
expect_tcp_options(struct packet_builder *builder)
{
	static const uint8_t bits[256] = { [2] = TCP_OPTION_MSS,
		[3] = TCP_OPTION_WINDOW_SCALE,
		[4] = TCP_OPTION_SACK_PERMITTED,
		[8] = TCP_OPTION_TIMESTAMPS };
	uint32_t hash = 2166136261u;

	for (uint32_t i = 0; i < builder->tcp_options_size;) {
		uint8_t kind = builder->tcp_options[i];

		hash = (hash ^ kind) * 16777619u;
		if (kind == 0) {
			break;
		}
		if (kind == 1) {
			i++;
			continue;
		}
		builder->expected.tcp_options |=
		    bits[kind] != 0 ? bits[kind] : TCP_OPTION_OTHER;
		i += builder->tcp_options[i + 1];
	}
	builder->expected.tcp_options_hash = hash;
}

void
build_tcp(struct packet_builder *builder, uint16_t source_port,
    uint16_t target_port, uint8_t flags)
{
	struct packet *expected = &builder->expected;
	uint32_t size = 20 + builder->tcp_options_size;
	uint8_t *header;

	expect_kind(builder, PACKET_TCP, IP_PROTOCOL_TCP);
	builder_add_layer(builder, BUILD_LAYER_TCP);
	header = append_ports(builder, size, source_port, target_port);
	store_be32(header + 4, builder->tcp_sequence);
	store_be32(header + 8, builder->tcp_acknowledged);
	header[12] = (uint8_t)(size / 4 << 4);
	header[13] = flags;
	store_be16(header + 14, builder->tcp_window);
	if (builder->tcp_options_size != 0) {
		memcpy(header + 20, builder->tcp_options,
		    builder->tcp_options_size);
		if ((flags & TCP_SYN) != 0) {
			expect_tcp_options(builder);
		}
	}
	expected->tcp_flags = flags;
	expected->tcp_window = builder->tcp_window;
	expected->tcp_sequence = builder->tcp_sequence;
	expected->tcp_acknowledged = builder->tcp_acknowledged;
	expect_payload(builder);
}

void
build_udp(
    struct packet_builder *builder, uint16_t source_port, uint16_t target_port)
{
	expect_kind(builder, PACKET_UDP, IP_PROTOCOL_UDP);
	builder_add_layer(builder, BUILD_LAYER_UDP);
	(void)append_ports(builder, 8, source_port, target_port);
	expect_payload(builder);
}

void
build_sctp(struct packet_builder *builder, uint16_t source_port,
    uint16_t target_port, uint8_t chunk)
{
	expect_kind(builder, PACKET_SCTP, IP_PROTOCOL_SCTP);
	(void)append_ports(builder, 12, source_port, target_port);
	builder->expected.sctp_chunk = chunk;
	expect_payload(builder);
	*builder_append(builder, 20) = chunk;
}

static uint8_t *
begin_icmp(
    struct packet_builder *builder, uint8_t type, uint8_t code, bool is_ip4)
{
	uint8_t *header;

	expect_kind(builder, PACKET_ICMP,
	    is_ip4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMP6);
	builder_add_layer(
	    builder, is_ip4 ? BUILD_LAYER_ICMP : BUILD_LAYER_ICMP6);
	header = builder_append(builder, 8);
	header[0] = type;
	header[1] = code;
	builder->expected.icmp_type = type;
	builder->expected.icmp_code = code;
	expect_payload(builder);
	return header;
}

static void
append_identifier(struct packet_builder *builder, uint8_t *header)
{
	store_be16(header + 4, builder->icmp_id);
	store_be16(header + 6, builder->icmp_sequence);
	builder->expected.source_port = builder->icmp_id;
	builder->expected.icmp_sequence = builder->icmp_sequence;
}

void
build_icmp(struct packet_builder *builder, uint8_t type, uint8_t code)
{
	append_identifier(builder, begin_icmp(builder, type, code, true));
}

void
build_icmp6(struct packet_builder *builder, uint8_t type, uint8_t code)
{
	append_identifier(builder, begin_icmp(builder, type, code, false));
}

void
build_neighbour(struct packet_builder *builder, uint8_t type, const char *asked)
{
	(void)begin_icmp(builder, type, 0, false);
	builder->expected.asked = builder_address_of(asked);
	memcpy(builder_append(builder, 16), &builder->expected.asked, 16);
}

void
build_icmp_error(struct packet_builder *builder, uint8_t type, uint8_t code,
    const struct packet_builder *about, uint32_t size)
{
	struct packet_quote *quote = &builder->expected.quote;
	bool is_ip4 = builder->bytes[builder->ip_at] >> 4 == 4;

	(void)begin_icmp(builder, type, code, is_ip4);
	memcpy(
	    builder_append(builder, size), about->bytes + about->ip_at, size);
	quote->present = true;
	quote->source = about->expected.source;
	quote->target = about->expected.target;
	quote->protocol = about->expected.protocol;
	quote->icmp_type = about->expected.icmp_type;
	quote->source_port = about->expected.source_port;
	quote->target_port = about->expected.target_port;
	quote->has_ports = true;
}

void
build_protocol(struct packet_builder *builder, uint8_t protocol)
{
	expect_kind(builder, PACKET_IP_OTHER, protocol);
	expect_payload(builder);
}

void
build_payload(struct packet_builder *builder, const void *bytes, uint32_t size)
{
	memcpy(builder_append(builder, size), bytes, size);
}

void
build_filler(struct packet_builder *builder, uint32_t size)
{
	uint8_t *at = builder_append(builder, size);

	for (uint32_t i = 0; i < size; i++) {
		at[i] = (uint8_t)i;
	}
}
