#include <criterion/criterion.h>
#include <string.h>

#include "base/bytes.h"
#include "unit/decode/fixture.h"

#define MAC_A "02:00:00:00:00:0a"
#define MAC_B "02:00:00:00:00:0b"
#define A4    "10.0.0.1"
#define B4    "10.0.9.2"
#define A6    "fd00::1"
#define B6    "fd00:9::2"

static struct fixture fixture;
static struct packet_builder builder;

static void
begin(void)
{
	fixture_init(&fixture);
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
}

static void
end(void)
{
	fixture_finish(&fixture);
}

TestSuite(decode, .init = begin, .fini = end);

static void
ethernet(void)
{
	build_ethernet(&builder, MAC_A, MAC_B);
}

static void
syn(void)
{
	build_tcp(&builder, 40000, 22, TCP_SYN);
	build_end(&builder);
}

static bool
gives_expected(void)
{
	return fixture_gives_expected(&fixture, &builder);
}

static enum verdict
verdict(void)
{
	return fixture_decode(&fixture, &builder);
}

Test(decode, gives_the_whole_view_of_a_tcp_packet)
{
	builder.ttl = 57;
	builder.ip_id = 0xbeef;
	builder.tcp_sequence = 0x01020304;
	builder.tcp_acknowledged = 0x05060708;
	ethernet();
	build_ip4(&builder, A4, B4);
	build_tcp(&builder, 40000, 443, TCP_ACK | TCP_PSH);
	build_filler(&builder, 100);
	build_end(&builder);
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.tcp_sequence, 0x01020304);
	cr_expect_eq(fixture.packet.payload_size, 100);
	cr_expect_eq(fixture.packet.ip_size, 140);
	cr_expect_eq(fixture.packet.vlan, VLAN_NONE);
}

Test(decode, leaves_padding_out_of_the_payload)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	syn();
	build_pad(&builder, 6);
	cr_assert(gives_expected());
	cr_expect_null(fixture.packet.payload);
	cr_expect_eq(fixture.packet.ip_captured, 40);
}

Test(decode, reads_ip6)
{
	ethernet();
	build_ip6(&builder, A6, B6);
	build_udp(&builder, 5353, 53);
	build_filler(&builder, 30);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(decode, reads_sctp_and_its_first_chunk)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_sctp(&builder, 1000, 36412, 1);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(decode, knows_any_other_protocol_by_its_number)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_protocol(&builder, 89);
	build_filler(&builder, 12);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(decode, takes_an_empty_packet_of_any_protocol)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_protocol(&builder, 200);
	build_end(&builder);
	cr_assert(gives_expected());
	cr_expect_null(fixture.packet.payload);
}

Test(decode, reads_arp_and_takes_macs_from_it_if_the_link_has_none)
{
	ethernet();
	build_arp(&builder, ARP_REQUEST, A4, B4);
	build_end(&builder);
	cr_assert(gives_expected());

	build_begin(&builder, BUILD_LINK_COOKED, START_NS + NS_PER_S);
	build_cooked(&builder, "00:00:00:00:00:00");
	builder.expected.source_mac.byte[5] = 7;
	build_arp(&builder, ARP_REPLY, A4, B4);
	build_end(&builder);
	cr_assert(gives_expected());
}

/* Links. */

Test(decode, reads_vlan_tags_of_every_kind_and_keeps_two)
{
	ethernet();
	build_tag(&builder, 0x88a8, 100);
	build_tag(&builder, 0x9100, 20);
	build_vlan(&builder, 30);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.vlan, 100);
	cr_expect_eq(fixture.packet.inner_vlan, 20);
}

Test(decode, takes_a_tag_of_vlan_0_for_none)
{
	ethernet();
	build_vlan(&builder, 0);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.vlan, VLAN_NONE);
}

Test(decode, reads_802_3_frames_with_snap)
{
	ethernet();
	build_snap(&builder);
	build_ip4(&builder, A4, B4);
	syn();
	build_pad(&builder, 3);
	cr_assert(gives_expected());
}

Test(decode, reads_linux_cooked_captures)
{
	build_begin(&builder, BUILD_LINK_COOKED, START_NS);
	build_cooked(&builder, MAC_A);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	build_begin(&builder, BUILD_LINK_COOKED_2, START_NS);
	build_cooked_2(&builder, MAC_A);
	build_ip6(&builder, A6, B6);
	syn();
	cr_assert(gives_expected());
}

Test(decode, reads_raw_ip_of_all_numbers)
{
	static const uint16_t links[] = { 12, 14, 101, BUILD_LINK_IP4 };

	for (size_t i = 0; i < ARRAY_SIZE(links); i++) {
		build_begin(&builder, links[i], START_NS + i * NS_PER_S);
		build_ip4(&builder, A4, B4);
		syn();
		cr_assert(gives_expected());
	}
	build_begin(&builder, BUILD_LINK_IP6, START_NS);
	build_ip6(&builder, A6, B6);
	syn();
	cr_assert(gives_expected());
	build_begin(&builder, 101, START_NS + NS_PER_S);
	build_ip6(&builder, A6, B6);
	syn();
	cr_assert(gives_expected());
}

Test(decode, reads_loopback_in_both_byte_orders)
{
	build_begin(&builder, BUILD_LINK_NULL, START_NS);
	build_family(&builder, false);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	build_begin(&builder, BUILD_LINK_NULL, START_NS + NS_PER_S);
	build_family(&builder, true);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	build_begin(&builder, BUILD_LINK_LOOP, START_NS + 2 * NS_PER_S);
	build_family(&builder, true);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
}

Test(decode, knows_every_number_of_the_ip6_family)
{
	static const uint8_t families[] = { 10, 24, 28, 30 };

	for (size_t i = 0; i < ARRAY_SIZE(families); i++) {
		build_begin(&builder, BUILD_LINK_NULL, START_NS + i * NS_PER_S);
		build_family(&builder, false);
		build_ip6(&builder, A6, B6);
		syn();
		builder.bytes[0] = families[i];
		cr_assert(gives_expected());
	}
}

Test(decode, reads_ppp_with_and_without_its_optional_bytes)
{
	build_begin(&builder, BUILD_LINK_PPP, START_NS);
	build_ppp(&builder);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());

	/* Address and control left out; then half of the protocol, too. */
	builder.frame.time_ns += NS_PER_S;
	builder.expected.time_ns += NS_PER_S;
	builder.frame.bytes += 2;
	builder.frame.captured_size -= 2;
	builder.frame.wire_size -= 2;
	cr_expect_eq(verdict(), VERDICT_OK);
	builder.frame.time_ns += NS_PER_S;
	builder.frame.bytes += 1;
	builder.frame.captured_size -= 1;
	builder.frame.wire_size -= 1;
	cr_expect_eq(verdict(), VERDICT_OK);
	cr_expect_eq(fixture.packet.target_port, 22);
}

Test(decode, reads_ppp_and_cisco_hdlc_over_serial_lines)
{
	build_begin(&builder, BUILD_LINK_PPP_SERIAL, START_NS);
	build_ppp(&builder);
	build_ip6(&builder, A6, B6);
	syn();
	cr_assert(gives_expected());
	build_begin(&builder, BUILD_LINK_PPP_SERIAL, START_NS);
	build_payload(&builder, "\x0f\x00\x08\x00", 4);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
}

Test(decode, reads_pppoe_sessions)
{
	ethernet();
	build_vlan(&builder, 7);
	build_pppoe(&builder);
	build_ip4(&builder, A4, B4);
	syn();
	build_pad(&builder, 4);
	cr_assert(gives_expected());
}

Test(decode, reads_what_is_under_a_stack_of_labels)
{
	ethernet();
	build_mpls(&builder, 16, false);
	build_mpls(&builder, 17, false);
	build_mpls(&builder, 18, true);
	build_ip6(&builder, A6, B6);
	syn();
	cr_assert(gives_expected());
}

Test(decode, reads_an_ethernet_pseudowire_with_and_without_control_word)
{
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
	build_vlan(&builder, 5);
	build_mpls(&builder, 16, true);
	build_control_word(&builder);
	ethernet();
	build_vlan(&builder, 6);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.vlan, 6);

	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS + NS_PER_S);
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
	build_mpls(&builder, 16, true);
	ethernet();
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
}

Test(decode, reads_the_customers_frame_in_a_backbone)
{
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
	build_tag(&builder, 0x88a8, 1000);
	build_backbone(&builder, 0x123456);
	ethernet();
	build_vlan(&builder, 20);
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.vlan, 20);
}

Test(decode, takes_a_frame_for_as_long_as_it_was_captured_at_least)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	syn();
	builder.frame.wire_size = 0;
	cr_assert(gives_expected());
	builder.frame.time_ns += NS_PER_S;
	builder.expected.time_ns += NS_PER_S;
	builder.frame.wire_size = UINT32_MAX;
	cr_assert(gives_expected());
}

/* IP. */

Test(decode, steps_over_ip4_options)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	/* Router alert (RFC 2113) as the header's last four bytes. */
	build_payload(&builder, "\x94\x04\x00\x00", 4);
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
	builder.bytes[14] = 0x46;
	cr_assert(gives_expected());
}

Test(decode, takes_a_total_length_of_zero_for_what_is_there)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_tcp(&builder, 1, 2, TCP_ACK);
	build_filler(&builder, 2000);
	build_end(&builder);
	store_be16(builder.bytes + 14 + 2, 0);
	cr_assert(gives_expected());
}

Test(decode, steps_over_ip6_extension_headers)
{
	ethernet();
	build_ip6(&builder, A6, B6);
	build_extension(&builder, IP_PROTOCOL_HOPOPTS);
	build_extension(&builder, 60);
	build_extension(&builder, 43);
	build_extension(&builder, IP_PROTOCOL_AH);
	build_extension(&builder, 60);
	syn();
	cr_assert(gives_expected());
}

Test(decode, refuses_more_extension_headers_than_there_can_be)
{
	ethernet();
	build_ip6(&builder, A6, B6);
	for (int i = 0; i < 9; i++) {
		build_extension(&builder, 60);
	}
	syn();
	cr_expect_eq(verdict(), VERDICT_MALFORMED_IP);
}

Test(decode, reads_an_atomic_fragment_as_a_whole_packet)
{
	ethernet();
	build_ip6(&builder, A6, B6);
	build_fragment_header(&builder, 77);
	syn();
	cr_assert(gives_expected());
	cr_expect_not(fixture.packet.fragment);
}

Test(decode, reads_behind_ah_in_ip4_but_not_behind_an_empty_one)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_extension(&builder, IP_PROTOCOL_AH);
	syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.protocol, IP_PROTOCOL_TCP);

	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	ethernet();
	build_ip4(&builder, A4, B4);
	build_protocol(&builder, IP_PROTOCOL_AH);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(decode, reads_a_jumbogram_to_its_captured_end)
{
	ethernet();
	build_ip6(&builder, A6, B6);
	build_extension(&builder, IP_PROTOCOL_HOPOPTS);
	build_tcp(&builder, 1, 2, TCP_ACK);
	build_filler(&builder, 1000);
	build_end(&builder);
	store_be16(builder.bytes + 14 + 4, 0);
	builder.frame.wire_size = 14 + 40 + 8 + 20 + 100000;
	builder.expected.ip_size = 40 + 8 + 20 + 100000;
	builder.expected.payload_size = 100000;
	cr_assert(gives_expected());
}
