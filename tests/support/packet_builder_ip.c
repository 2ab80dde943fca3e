#include "support/packet_builder.h"

#include <string.h>

#include "base/bytes.h"
#include "support/packet_builder_private.h"

void
build_arp(struct packet_builder *builder, uint16_t operation,
    const char *source, const char *target)
{
	static const uint8_t head[6] = { 0, 1, 8, 0, 6, 4 };
	struct packet *expected = &builder->expected;
	uint8_t *arp;

	builder_tell(builder, 0x0806, 0, 0, 0);
	arp = builder_append(builder, 28);
	memcpy(arp, head, sizeof(head));
	store_be16(arp + 6, operation);
	expected->kind = PACKET_ARP;
	expected->protocol = IP_PROTOCOL_ARP_KEY;
	expected->arp_operation = operation;
	expected->source = builder_address_of(source);
	expected->target = builder_address_of(target);
	memcpy(arp + 8, &expected->source_mac, 6);
	memcpy(arp + 14, expected->source.byte + 12, 4);
	memcpy(arp + 24, expected->target.byte + 12, 4);
}

static void
begin_ip(struct packet_builder *builder, const char *source, const char *target,
    bool is_ip4)
{
	bool is_inside_ip = builder->next == BUILD_NEXT_PROTOCOL;

	if (is_ip4) {
		builder_tell(builder, 0x0800, IP_PROTOCOL_IPIP, 0x0021, 2);
	} else {
		builder_tell(builder, 0x86dd, IP_PROTOCOL_IPV6, 0x0057, 10);
	}
	if (is_inside_ip) {
		builder_enter_tunnel(builder, WRAPPED_IP_IN_IP, 0);
	}
	builder->expected.source = builder_address_of(source);
	builder->expected.target = builder_address_of(target);
	builder->expected.ttl = builder->ttl;
	builder->ip_at = builder->size;
	builder_add_layer(builder, is_ip4 ? BUILD_LAYER_IP4 : BUILD_LAYER_IP6);
}

void
build_ip4(
    struct packet_builder *builder, const char *source, const char *target)
{
	struct packet *expected = &builder->expected;
	uint8_t *header;

	begin_ip(builder, source, target, true);
	header = builder_append(builder, IP4_SIZE);
	header[0] = 0x45;
	store_be16(header + 4, builder->ip_id);
	store_be16(header + 6,
	    (uint16_t)(builder->fragment_offset / 8 |
	        (builder->more_fragments ? 0x2000 : 0)));
	header[8] = builder->ttl;
	memcpy(header + 12, expected->source.byte + 12, 4);
	memcpy(header + 16, expected->target.byte + 12, 4);
	expected->ip_id = builder->ip_id;
	expected->fragment =
	    builder->fragment_offset != 0 || builder->more_fragments;
	builder_expect_next(builder, BUILD_NEXT_PROTOCOL, builder->size - 11);
}

void
build_ip6(
    struct packet_builder *builder, const char *source, const char *target)
{
	struct packet *expected = &builder->expected;
	uint8_t *header;

	begin_ip(builder, source, target, false);
	header = builder_append(builder, IP6_SIZE);
	header[0] = 0x60;
	header[7] = builder->ttl;
	memcpy(header + 8, &expected->source, 16);
	memcpy(header + 24, &expected->target, 16);
	builder_expect_next(builder, BUILD_NEXT_PROTOCOL, builder->size - 34);
}

void
build_extension(struct packet_builder *builder, uint8_t protocol)
{
	uint32_t at = builder->size;
	uint8_t *header;

	builder_tell(builder, 0, protocol, 0, 0);
	header = builder_append(builder, protocol == IP_PROTOCOL_AH ? 24 : 8);
	header[1] = protocol == IP_PROTOCOL_AH ? 4 : 0;
	builder_expect_next(builder, BUILD_NEXT_PROTOCOL, at);
}

void
build_fragment_header(struct packet_builder *builder, uint32_t id)
{
	uint32_t at = builder->size;
	uint8_t *header;

	builder_tell(builder, 0, 44, 0, 0);
	header = builder_append(builder, 8);
	store_be16(header + 2,
	    (uint16_t)(builder->fragment_offset | builder->more_fragments));
	store_be32(header + 4, id);
	builder->expected.fragment =
	    builder->fragment_offset != 0 || builder->more_fragments;
	builder_expect_next(builder, BUILD_NEXT_PROTOCOL, at);
}

static uint8_t *
begin_gre(struct packet_builder *builder, uint16_t flags, uint16_t protocol,
    uint32_t size)
{
	uint8_t *header;

	builder_tell(builder, 0, IP_PROTOCOL_GRE, 0, 0);
	header = builder_append(builder, size);
	store_be16(header, flags);
	store_be16(header + 2, protocol);
	return header;
}

void
build_gre(struct packet_builder *builder, bool has_key, uint32_t key)
{
	uint32_t at = builder->size;
	uint8_t *header =
	    begin_gre(builder, has_key ? 0x2000 : 0, 0, has_key ? 8 : 4);

	if (has_key) {
		store_be32(header + 4, key);
	}
	builder_enter_tunnel(builder, WRAPPED_GRE, has_key ? key : 0);
	builder_expect_next(builder, BUILD_NEXT_ETHERTYPE, at + 2);
}

void
build_erspan_1(struct packet_builder *builder)
{
	(void)begin_gre(builder, 0, 0x88be, 4);
	builder_enter_tunnel(builder, WRAPPED_ERSPAN, 0);
}

void
build_erspan_2(struct packet_builder *builder, uint16_t session, uint16_t vlan)
{
	uint8_t *header = begin_gre(builder, 0x1000, 0x88be, 8 + 8);

	store_be16(header + 8, (uint16_t)(0x1000 | vlan));
	store_be16(header + 10, session);
	builder_enter_tunnel(builder, WRAPPED_ERSPAN, session);
	builder->mirror_vlan = vlan == 0 ? VLAN_NONE : vlan;
}

void
build_erspan_3(struct packet_builder *builder, uint16_t session, uint16_t vlan,
    bool has_subheader)
{
	uint8_t *header = begin_gre(
	    builder, 0x1000, 0x22eb, 8 + 12 + (has_subheader ? 8 : 0));

	store_be16(header + 8, (uint16_t)(0x2000 | vlan));
	store_be16(header + 10, session);
	header[19] = has_subheader;
	builder_enter_tunnel(builder, WRAPPED_ERSPAN, session);
	builder->mirror_vlan = vlan == 0 ? VLAN_NONE : vlan;
}

void
build_vxlan(struct packet_builder *builder, uint32_t vni)
{
	uint8_t *header;

	build_udp(builder, 50000, 4789);
	header = builder_append(builder, 8);
	header[0] = 0x08;
	store_be32(header + 4, vni << 8);
	builder_enter_tunnel(builder, WRAPPED_VXLAN, vni);
}

void
build_geneve(
    struct packet_builder *builder, uint32_t vni, uint32_t option_words)
{
	uint8_t *header;
	uint32_t at;

	build_udp(builder, 50000, 6081);
	at = builder->size;
	header = builder_append(builder, 8 + 4 * option_words);
	header[0] = (uint8_t)option_words;
	store_be32(header + 4, vni << 8);
	builder_enter_tunnel(builder, WRAPPED_GENEVE, vni);
	builder_expect_next(builder, BUILD_NEXT_ETHERTYPE, at + 2);
}

void
build_simple_tcp(struct packet_builder *builder, uint64_t time_ns,
    const char *source, uint16_t source_port, const char *target,
    uint16_t target_port, uint8_t flags)
{
	build_begin(builder, BUILD_LINK_ETHERNET, time_ns);
	build_ethernet(builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
	if (strchr(source, ':') != NULL) {
		build_ip6(builder, source, target);
	} else {
		build_ip4(builder, source, target);
	}
	build_tcp(builder, source_port, target_port, flags);
	build_end(builder);
}
