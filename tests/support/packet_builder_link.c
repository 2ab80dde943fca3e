#include "support/packet_builder.h"

#include <string.h>

#include "base/bytes.h"
#include "support/packet_builder_private.h"

void
build_ethernet(
    struct packet_builder *builder, const char *source, const char *target)
{
	uint8_t *header;

	builder_tell(builder, 0x6558, 0, 0, 0);
	header = builder_append(builder, 14);
	builder->expected.source_mac = builder_mac_of(source);
	builder->expected.target_mac = builder_mac_of(target);
	builder->expected.has_macs = true;
	memcpy(header, &builder->expected.target_mac, 6);
	memcpy(header + 6, &builder->expected.source_mac, 6);
	builder_expect_next(builder, BUILD_NEXT_ETHERTYPE, builder->size - 2);
}

void
build_snap(struct packet_builder *builder)
{
	uint8_t *header;

	builder_add_layer(builder, BUILD_LAYER_LENGTH);
	header = builder_append(builder, 8);
	memcpy(header, "\xaa\xaa\x03", 3);
	builder_expect_next(builder, BUILD_NEXT_ETHERTYPE, builder->size - 2);
}

void
build_cooked(struct packet_builder *builder, const char *source)
{
	uint8_t *header = builder_append(builder, 16);

	builder->expected.source_mac = builder_mac_of(source);
	builder->expected.has_macs = true;
	store_be16(header + 2, 1);
	store_be16(header + 4, 6);
	memcpy(header + 6, &builder->expected.source_mac, 6);
	builder_expect_next(builder, BUILD_NEXT_ETHERTYPE, builder->size - 2);
}

void
build_cooked_2(struct packet_builder *builder, const char *source)
{
	uint32_t at = builder->size;
	uint8_t *header = builder_append(builder, 20);

	builder->expected.source_mac = builder_mac_of(source);
	builder->expected.has_macs = true;
	store_be32(header + 4, 7);
	store_be16(header + 8, 1);
	header[11] = 6;
	memcpy(header + 12, &builder->expected.source_mac, 6);
	builder_expect_next(builder, BUILD_NEXT_ETHERTYPE, at);
}

void
build_family(struct packet_builder *builder, bool is_big_endian)
{
	(void)builder_append(builder, 4);
	builder_expect_next(builder,
	    is_big_endian ? BUILD_NEXT_FAMILY_BIG : BUILD_NEXT_FAMILY,
	    builder->size - 4);
}

void
build_ppp(struct packet_builder *builder)
{
	uint8_t *header = builder_append(builder, 4);

	header[0] = 0xff;
	header[1] = 0x03;
	builder_expect_next(builder, BUILD_NEXT_PPP, builder->size - 2);
}

void
build_tag(struct packet_builder *builder, uint16_t ethertype, uint16_t vlan)
{
	uint8_t *header;

	builder_tell(builder, ethertype, 0, 0, 0);
	header = builder_append(builder, 4);
	store_be16(header, vlan);
	if (vlan != 0 && builder->expected.vlan == VLAN_NONE) {
		builder->expected.vlan = vlan;
	} else if (vlan != 0 && builder->expected.inner_vlan == VLAN_NONE) {
		builder->expected.inner_vlan = vlan;
	}
	builder_expect_next(builder, BUILD_NEXT_ETHERTYPE, builder->size - 2);
}

void
build_vlan(struct packet_builder *builder, uint16_t vlan)
{
	build_tag(builder, 0x8100, vlan);
}

void
build_mpls(struct packet_builder *builder, uint32_t label, bool is_last)
{
	builder_tell(builder, 0x8847, 0, 0x0281, 0);
	store_be32(builder_append(builder, 4),
	    label << 12 | (is_last ? 0x100u : 0u) | 64u);
	builder->expected.wrapping |= WRAPPED_MPLS;
}

void
build_control_word(struct packet_builder *builder)
{
	(void)builder_append(builder, 4);
	builder->mirror_vlan = VLAN_NONE;
	builder->expected.vlan = VLAN_NONE;
	builder->expected.inner_vlan = VLAN_NONE;
}

void
build_pppoe(struct packet_builder *builder)
{
	uint8_t *header;

	builder_tell(builder, 0x8864, 0, 0, 0);
	header = builder_append(builder, 6);
	header[0] = 0x11;
	store_be16(header + 2, 99);
	builder_add_layer(builder, BUILD_LAYER_PPPOE);
	(void)builder_append(builder, 2);
	builder->expected.wrapping |= WRAPPED_PPPOE;
	builder_expect_next(builder, BUILD_NEXT_PPP, builder->size - 2);
}

void
build_backbone(struct packet_builder *builder, uint32_t service)
{
	builder_tell(builder, 0x88e7, 0, 0, 0);
	builder->mirror_vlan = VLAN_NONE;
	store_be32(builder_append(builder, 4), service);
	builder->expected.vlan = VLAN_NONE;
	builder->expected.inner_vlan = VLAN_NONE;
}
