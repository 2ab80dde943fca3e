#include <criterion/criterion.h>
#include <string.h>

#include "base/bytes.h"
#include "unit/decode/fixture.h"

static struct fixture fixture;
static struct packet_builder builder;

static void
outer(uint64_t time_ns)
{
	build_begin(&builder, BUILD_LINK_ETHERNET, time_ns);
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
	build_vlan(&builder, 900);
	build_ip4(&builder, "192.0.2.1", "192.0.2.2");
}

static void
begin(void)
{
	fixture_init(&fixture);
	outer(START_NS);
}

static void
end(void)
{
	fixture_finish(&fixture);
}

TestSuite(tunnel, .init = begin, .fini = end);

static void
inner_ethernet(void)
{
	build_ethernet(&builder, "02:00:00:00:00:0a", "02:00:00:00:00:0b");
}

static void
inner_syn(void)
{
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_tcp(&builder, 40000, 22, TCP_SYN);
	build_end(&builder);
}

static bool
gives_expected(void)
{
	return fixture_gives_expected(&fixture, &builder);
}

Test(tunnel, opens_erspan_1)
{
	build_erspan_1(&builder);
	inner_ethernet();
	build_vlan(&builder, 20);
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.vlan, 20);
	cr_expect_eq(fixture.packet.wrap_depth, 1);
}

Test(tunnel, opens_erspan_2_and_takes_its_vlan_if_the_frame_has_none)
{
	build_erspan_2(&builder, 77, 20);
	inner_ethernet();
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.vlan, 20);
	cr_expect_eq(fixture.packet.wrap_id, 77);

	outer(START_NS + NS_PER_S);
	build_erspan_2(&builder, 77, 20);
	inner_ethernet();
	build_vlan(&builder, 30);
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.vlan, 30);
	cr_expect_eq(fixture.packet.inner_vlan, VLAN_NONE);
}

Test(tunnel, opens_erspan_3_with_and_without_subheader)
{
	build_erspan_3(&builder, 101, 20, false);
	inner_ethernet();
	inner_syn();
	cr_assert(gives_expected());
	outer(START_NS + NS_PER_S);
	build_erspan_3(&builder, 101, 20, true);
	inner_ethernet();
	inner_syn();
	cr_assert(gives_expected());
}

Test(tunnel, opens_erspan_3_whose_subheader_is_not_announced)
{
	build_erspan_3(&builder, 101, 0, true);
	inner_ethernet();
	inner_syn();
	/* Frame type 7, no word of a subheader, which begins with zeros. */
	store_be16(builder.bytes + 18 + 20 + 8 + 10, 0x1e00);
	cr_assert(gives_expected());
}

Test(tunnel, opens_erspan_3_that_carries_ip)
{
	build_erspan_3(&builder, 101, 0, false);
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_tcp(&builder, 1, 2, TCP_ACK);
	build_end(&builder);
	store_be16(builder.bytes + 18 + 20 + 8 + 10, 2 << 10);
	cr_assert(gives_expected());
}

Test(tunnel, opens_gre_of_ip_and_of_ethernet_and_of_labels)
{
	build_gre(&builder, true, 0xabcdef);
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.wrap_id, 0xabcdef);
	cr_expect_not(fixture.packet.has_macs);

	outer(START_NS + NS_PER_S);
	build_gre(&builder, false, 0);
	inner_ethernet();
	inner_syn();
	cr_assert(gives_expected());

	outer(START_NS + 2 * NS_PER_S);
	build_gre(&builder, false, 0);
	build_mpls(&builder, 99, true);
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.wrapping, WRAPPED_GRE | WRAPPED_MPLS);
}

Test(tunnel, steps_over_the_checksum_and_sequence_of_gre)
{
	build_protocol(&builder, IP_PROTOCOL_GRE);
	build_payload(&builder,
	    "\xb0\x00\x08\x00"
	    "ccrrkkkkssss",
	    16);
	builder.next = BUILD_NEXT_NOTHING;
	inner_syn();
	cr_assert_eq(fixture_decode(&fixture, &builder), VERDICT_OK);
	cr_expect_eq(fixture.packet.target_port, 22);
	cr_expect_eq(fixture.packet.wrap_id, 0x6b6b6b6b);
}

Test(tunnel, opens_vxlan_on_both_its_ports)
{
	build_vxlan(&builder, 0x123456);
	inner_ethernet();
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.wrap_id, 0x123456);
	store_be16(builder.bytes + 18 + 20 + 2, 8472);
	builder.frame.time_ns += NS_PER_S;
	builder.expected.time_ns += NS_PER_S;
	cr_assert(gives_expected());
}

Test(tunnel, opens_geneve_and_steps_over_its_options)
{
	build_geneve(&builder, 5, 3);
	inner_ethernet();
	inner_syn();
	cr_assert(gives_expected());
	outer(START_NS + NS_PER_S);
	build_geneve(&builder, 5, 0);
	inner_syn();
	cr_assert(gives_expected());
}

Test(tunnel, opens_ip_in_ip_of_all_four_kinds)
{
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.wrapping, WRAPPED_IP_IN_IP);

	outer(START_NS + NS_PER_S);
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
	cr_assert(gives_expected());

	build_begin(&builder, BUILD_LINK_RAW, START_NS + 2 * NS_PER_S);
	build_ip6(&builder, "fd01::1", "fd01::2");
	inner_syn();
	cr_assert(gives_expected());

	build_begin(&builder, BUILD_LINK_RAW, START_NS + 3 * NS_PER_S);
	build_ip6(&builder, "fd01::1", "fd01::2");
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(tunnel, keeps_the_outermost_addresses_through_several)
{
	build_gre(&builder, true, 1);
	build_ip4(&builder, "198.51.100.1", "198.51.100.2");
	build_vxlan(&builder, 2);
	inner_ethernet();
	build_ip4(&builder, "203.0.113.1", "203.0.113.2");
	inner_syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.wrap_depth, 3);
	cr_expect_eq(fixture.packet.wrapping,
	    WRAPPED_GRE | WRAPPED_VXLAN | WRAPPED_IP_IN_IP);
	cr_expect_eq(ip_address_v4(&fixture.packet.outer_source), 0xc0000201);
}

Test(tunnel, is_opened_to_a_depth_and_no_further)
{
	for (int i = 0; i < CONFIG_DECODE_WRAP_DEPTH; i++) {
		build_gre(&builder, false, 0);
		build_ip4(&builder, "198.51.100.1", "198.51.100.2");
	}
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
	cr_assert(gives_expected());

	outer(START_NS + NS_PER_S);
	for (int i = 0; i <= CONFIG_DECODE_WRAP_DEPTH; i++) {
		build_gre(&builder, false, 0);
		build_ip4(&builder, "198.51.100.1", "198.51.100.2");
	}
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
	cr_expect_eq(fixture_decode(&fixture, &builder), VERDICT_TOO_DEEP);
}

/* What carries nothing that can be decoded is a packet of its own. */

Test(tunnel, leaves_an_empty_probe_of_any_tunnel_protocol_as_it_is)
{
	static const uint8_t protocols[] = { IP_PROTOCOL_GRE, IP_PROTOCOL_IPIP,
		IP_PROTOCOL_IPV6 };

	for (size_t i = 0; i < ARRAY_SIZE(protocols); i++) {
		outer(START_NS + i * NS_PER_S);
		build_protocol(&builder, protocols[i]);
		build_end(&builder);
		cr_assert(gives_expected());
		cr_expect_eq(fixture.packet.kind, PACKET_IP_OTHER);
	}
}

Test(tunnel, leaves_probes_of_tunnel_ports_as_udp)
{
	static const uint16_t ports[] = { 4789, 8472, 6081 };
	static const uint32_t sizes[] = { 0, 4, 8, 30, 200 };

	for (size_t i = 0; i < ARRAY_SIZE(ports); i++) {
		for (size_t j = 0; j < ARRAY_SIZE(sizes); j++) {
			outer(START_NS + (i * 10 + j) * NS_PER_S);
			build_udp(&builder, 50000, ports[i]);
			build_filler(&builder, sizes[j]);
			build_end(&builder);
			cr_assert(gives_expected());
			cr_expect_eq(fixture.packet.kind, PACKET_UDP);
		}
	}
}

/* The builder is in the tunnel, and what is in there is junk: the packet
 * expected is the one that carries it, which began at 'kept'. */
static void
junk_inside(const struct packet *kept)
{
	uint32_t ip_at = 18;

	build_filler(&builder, 40);
	builder.expected = *kept;
	builder.ip_at = ip_at;
	build_end(&builder);
}

Test(tunnel, does_not_hide_its_carrier_if_its_inside_is_junk)
{
	struct packet kept;

	build_protocol(&builder, IP_PROTOCOL_GRE);
	kept = builder.expected;
	build_payload(&builder, "\x00\x00\x08\x00", 4);
	junk_inside(&kept);
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.kind, PACKET_IP_OTHER);
	cr_expect_eq(fixture.packet.vlan, 900);

	outer(START_NS + NS_PER_S);
	build_protocol(&builder, IP_PROTOCOL_IPIP);
	kept = builder.expected;
	junk_inside(&kept);
	cr_assert(gives_expected());

	/* All of the way in, but for the TCP header. */
	outer(START_NS + 2 * NS_PER_S);
	build_udp(&builder, 50000, 4789);
	kept = builder.expected;
	build_payload(&builder, "\x08\0\0\0\0\0\1\0", 8);
	builder.next = BUILD_NEXT_NOTHING;
	inner_ethernet();
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_protocol(&builder, IP_PROTOCOL_TCP);
	build_filler(&builder, 12);
	builder.expected = kept;
	builder.ip_at = 18;
	build_end(&builder);
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.kind, PACKET_UDP);
}

/* Each would be a tunnel but for one field, and what follows would be decoded.
 */
Test(tunnel, whose_header_is_not_one_leaves_its_carrier)
{
	static const struct {
		uint16_t port; /* Zero: GRE. */
		uint32_t size;
		const char *header;
		bool has_ip;
	} headers[] = {
		/* Routing; version 1; another protocol. */
		{ 0, 4, "\x40\0\x08\0", true },
		{ 0, 4, "\0\x01\x08\0", true },
		{ 0, 4, "\0\0\x08\x01", true },
		/* ERSPAN of a version that is not the protocol's. */
		{ 0, 16, "\x10\0\x88\xbe\0\0\0\0\x20\0\0\0\0\0\0\0", false },
		{ 0, 20, "\x10\0\x22\xeb\0\0\0\0\x10\0\0\0\0\0\0\0\0\0\0\0",
		    false },
		/* VXLAN and GENEVE: a reserved byte; another bit or version. */
		{ 4789, 8, "\x08\0\0\0\0\0\0\1", false },
		{ 4789, 8, "\x0c\0\0\0\0\0\0\0", false },
		{ 4789, 8, "\0\0\0\0\0\0\0\0", false },
		{ 6081, 8, "\x40\0\x65\x58\0\0\0\0", false },
		{ 6081, 8, "\0\0\x65\x58\0\0\0\1", false },
		{ 6081, 8, "\x3f\0\x65\x58\0\0\0\0", false },
	};
	static struct packet_builder inside;

	build_begin(&inside, BUILD_LINK_ETHERNET, START_NS);
	build_ethernet(&inside, "02:00:00:00:00:01", "02:00:00:00:00:02");
	build_ip4(&inside, "10.0.0.1", "10.0.0.2");
	build_icmp(&inside, ICMP_ECHO_REQUEST, 0);
	build_end(&inside);
	for (size_t i = 0; i < ARRAY_SIZE(headers); i++) {
		uint32_t skipped = headers[i].has_ip ? 14 : 0;

		outer(START_NS + i * NS_PER_S);
		if (headers[i].port == 0) {
			build_protocol(&builder, IP_PROTOCOL_GRE);
		} else {
			build_udp(&builder, 50000, headers[i].port);
		}
		build_payload(&builder, headers[i].header, headers[i].size);
		build_payload(
		    &builder, inside.bytes + skipped, inside.size - skipped);
		build_end(&builder);
		cr_assert(gives_expected(), "header %zu", i);
	}
}

Test(tunnel, cut_by_the_snap_length_within_is_still_its_carrier)
{
	static const uint32_t inside[] = { 13, 14 + 19, 14 + 20 + 19 };

	for (size_t i = 0; i < ARRAY_SIZE(inside); i++) {
		outer(START_NS + i * NS_PER_S);
		build_vxlan(&builder, 1);
		inner_ethernet();
		inner_syn();
		builder.frame.captured_size = 18 + 20 + 8 + 8 + inside[i];
		cr_assert_eq(fixture_decode(&fixture, &builder), VERDICT_OK);
		cr_expect_eq(fixture.packet.kind, PACKET_UDP);
		cr_expect_eq(fixture.packet.target_port, 4789);
		cr_expect_eq(fixture.packet.wrapping, 0);
		cr_expect_eq(fixture.packet.vlan, 900);
	}
}

Test(tunnel, whose_inside_is_whole_but_no_ip_is_no_packet_of_its_carrier)
{
	build_vxlan(&builder, 1);
	inner_ethernet();
	build_filler(&builder, 40);
	build_end(&builder);
	store_be16(builder.bytes + 18 + 20 + 8 + 8 + 12, 0x88cc);
	cr_expect_eq(fixture_decode(&fixture, &builder), VERDICT_NOT_IP);
}

Test(tunnel, is_opened_in_a_first_fragment)
{
	static struct packet_builder first;

	build_gre(&builder, false, 0);
	inner_ethernet();
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_tcp(&builder, 40000, 22, TCP_ACK);
	build_filler(&builder, 1400);
	build_end(&builder);
	builder.ip_at = 18; /* It is the carrier that is fragmented. */
	build_fragment(&first, &builder, 0, 1200, START_NS);
	cr_assert_eq(fixture_decode(&fixture, &first), VERDICT_OK);
	cr_expect_eq(fixture.packet.target_port, 22);
	cr_expect_eq(fixture.packet.payload_size, 1400);
	cr_expect_eq(fixture.packet.payload_captured, 1200 - 4 - 14 - 20 - 20);
	cr_expect_not(fixture.packet.fragment);
	build_fragment(&first, &builder, 1200, 258, START_NS);
	cr_expect_eq(fixture_decode(&fixture, &first), VERDICT_FRAGMENT_LATER);
}
