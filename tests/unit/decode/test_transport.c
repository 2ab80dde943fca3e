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

TestSuite(transport, .init = begin, .fini = end);

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

Test(transport, tells_options_of_a_syn_and_their_order)
{
	static const uint8_t linux_options[] = { 2, 4, 5, 0xb4, 4, 2, 8, 10, 0,
		0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7 };
	static const uint8_t other_order[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2,
		8, 10, 0, 0, 0, 1, 0, 0, 0, 0 };
	uint32_t hash;

	builder.tcp_options = linux_options;
	builder.tcp_options_size = sizeof(linux_options);
	ethernet();
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.tcp_options,
	    TCP_OPTION_MSS | TCP_OPTION_WINDOW_SCALE |
	        TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS);
	hash = fixture.packet.tcp_options_hash;

	/* Other values, the same kinds: the same hash. */
	builder.bytes[14 + 20 + 20 + 3] = 0xaa;
	builder.frame.time_ns += NS_PER_S;
	cr_expect_eq(verdict(), VERDICT_OK);
	cr_expect_eq(fixture.packet.tcp_options_hash, hash);

	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	builder.tcp_options = other_order;
	builder.tcp_options_size = sizeof(other_order);
	ethernet();
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert(gives_expected());
	cr_expect_neq(fixture.packet.tcp_options_hash, hash);
}

Test(transport, tells_malformed_options_and_keeps_the_packet)
{
	static const uint8_t bad[][4] = {
		{ 2, 1, 0, 0 },  /* Shorter than its own header. */
		{ 2, 40, 0, 0 }, /* Past the end. */
		{ 1, 1, 1, 2 },  /* No length. */
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		build_begin(
		    &builder, BUILD_LINK_ETHERNET, START_NS + i * NS_PER_S);
		ethernet();
		build_ip4(&builder, A4, B4);
		build_tcp(&builder, 40000, 22, TCP_SYN);
		build_payload(&builder, bad[i], 4);
		build_end(&builder);
		builder.bytes[14 + 20 + 12] = 0x60;
		cr_assert_eq(verdict(), VERDICT_OK);
		cr_expect_neq(
		    fixture.packet.tcp_options & TCP_OPTION_MALFORMED, 0);
	}
}

Test(transport, does_not_need_what_the_snap_length_cut_off)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 8, 10, 0, 0, 0, 1, 0,
		0, 0, 0, 1, 1 };

	builder.tcp_options = options;
	builder.tcp_options_size = sizeof(options);
	ethernet();
	build_ip4(&builder, A4, B4);
	build_tcp(&builder, 40000, 22, TCP_SYN);
	build_filler(&builder, 50);
	build_end(&builder);
	build_cut(&builder, 14 + 20 + 20 + 7);
	builder.expected.tcp_options_hash = fixture.packet.tcp_options_hash;
	cr_assert_eq(verdict(), VERDICT_OK);
	cr_expect_eq(
	    fixture.packet.tcp_options, TCP_OPTION_MSS | TCP_OPTION_TIMESTAMPS);
	cr_expect_eq(fixture.packet.tcp_flags, TCP_SYN);
	cr_expect_eq(fixture.packet.payload_size, 50);
	cr_expect_null(fixture.packet.payload);

	builder.frame.time_ns += NS_PER_S;
	builder.frame.captured_size = 14 + 20 + 20;
	cr_assert_eq(verdict(), VERDICT_OK);
	cr_expect_eq(fixture.packet.tcp_options, 0);
	builder.frame.captured_size = 14 + 20 + 19;
	cr_assert_eq(verdict(), VERDICT_TRUNCATED_TRANSPORT);
}

Test(transport, gives_the_payload_as_far_as_it_was_captured)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_udp(&builder, 1, 2);
	build_filler(&builder, 500);
	build_end(&builder);
	build_cut(&builder, 100);
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.payload_captured, 100 - 42);
}

Test(transport, knows_icmp_that_neither_asks_nor_tells_an_error)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_icmp(&builder, 9, 0);
	build_end(&builder);
	cr_assert(gives_expected());
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	ethernet();
	build_ip6(&builder, A6, B6);
	build_icmp6(&builder, 143, 0);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(transport, takes_icmp_of_the_other_version_for_any_protocol)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_protocol(&builder, IP_PROTOCOL_ICMP6);
	build_filler(&builder, 8);
	build_end(&builder);
	cr_assert(gives_expected());
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	ethernet();
	build_ip6(&builder, A6, B6);
	build_protocol(&builder, IP_PROTOCOL_ICMP);
	build_filler(&builder, 8);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(transport, reads_a_datagram_in_a_jumbogram)
{
	ethernet();
	build_ip6(&builder, A6, B6);
	build_extension(&builder, IP_PROTOCOL_HOPOPTS);
	build_udp(&builder, 1, 2);
	build_filler(&builder, 100);
	build_end(&builder);
	store_be16(builder.bytes + 14 + 4, 0);
	store_be16(builder.bytes + 14 + 40 + 8 + 4, 0);
	builder.frame.wire_size = 14 + 40 + 8 + 8 + 70000;
	builder.expected.ip_size = 40 + 8 + 8 + 70000;
	builder.expected.payload_size = 70000;
	cr_assert(gives_expected());
}

Test(transport, ends_a_datagram_where_its_own_length_says)
{
	ethernet();
	build_ip4(&builder, A4, B4);
	build_udp(&builder, 1, 2);
	build_filler(&builder, 50);
	build_end(&builder);
	store_be16(builder.bytes + 14 + 20 + 4, 8 + 10);
	builder.expected.payload_size = 10;
	builder.expected.payload_captured = 10;
	cr_assert(gives_expected());
}

Test(transport, reads_identifiers_of_icmp_queries)
{
	static const uint8_t types[] = { 0, 8, 13, 14, 15, 16, 17, 18, 42, 43 };

	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		build_begin(
		    &builder, BUILD_LINK_ETHERNET, START_NS + i * NS_PER_S);
		builder.icmp_id = 4711;
		builder.icmp_sequence = 3;
		ethernet();
		build_ip4(&builder, A4, B4);
		build_icmp(&builder, types[i], 0);
		build_filler(&builder, 56);
		build_end(&builder);
		cr_assert(gives_expected());
	}
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	builder.icmp_id = 4712;
	ethernet();
	build_ip6(&builder, A6, B6);
	build_icmp6(&builder, ICMP6_ECHO_REQUEST, 0);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(transport, tells_whom_neighbour_discovery_asks_for)
{
	ethernet();
	build_ip6(&builder, A6, "ff02::1:ff00:2");
	build_neighbour(&builder, ICMP6_NEIGHBOUR_SOLICITATION, B6);
	build_end(&builder);
	builder.expected.payload_size = 16;
	cr_assert(gives_expected());

	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	ethernet();
	build_ip6(&builder, B6, A6);
	build_neighbour(&builder, ICMP6_NEIGHBOUR_ADVERTISEMENT, B6);
	build_end(&builder);
	cr_assert(gives_expected());
}

Test(transport, fills_every_member_of_the_packet_each_time)
{
	struct packet first;

	ethernet();
	build_ip4(&builder, A4, B4);
	syn();
	cr_assert_eq(verdict(), VERDICT_OK);
	memcpy(&first, &fixture.packet, sizeof(first));
	memset(&fixture.packet, 0xff, sizeof(fixture.packet));
	builder.frame.time_ns += NS_PER_S;
	cr_assert_eq(verdict(), VERDICT_OK);
	fixture.packet.time_ns = first.time_ns;
	cr_expect_arr_eq(&first, &fixture.packet, sizeof(first));
}
