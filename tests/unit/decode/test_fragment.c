#include <criterion/criterion.h>
#include <string.h>

#include "decode/fragment.h"
#include "unit/decode/fixture.h"

static struct fixture fixture;
static struct packet_builder whole;
static struct packet_builder piece;
static uint64_t now_ns;

static void
begin(void)
{
	fixture_init(&fixture);
	now_ns = START_NS;
	build_begin(&whole, BUILD_LINK_ETHERNET, START_NS);
	whole.ip_id = 0x4242;
	whole.tcp_sequence = 0x11223344;
	build_ethernet(&whole, "02:00:00:00:00:01", "02:00:00:00:00:02");
}

static void
end(void)
{
	fixture_finish(&fixture);
}

TestSuite(fragment, .init = begin, .fini = end);

static void
build_whole(bool is_ip4, uint32_t payload)
{
	if (is_ip4) {
		build_ip4(&whole, "10.0.0.1", "10.0.9.2");
	} else {
		build_ip6(&whole, "fd00::1", "fd00:9::2");
	}
	build_tcp(&whole, 40000, 22, TCP_SYN);
	build_filler(&whole, payload);
	build_end(&whole);
}

/* Sends a part of 'whole', a millisecond after the one before. */
static enum verdict
send(uint32_t offset, uint32_t size)
{
	now_ns += NS_PER_MS;
	build_fragment(&piece, &whole, offset, size, now_ns);
	return fixture_decode(&fixture, &piece);
}

static void
expect_the_syn(void)
{
	const struct packet *packet = &fixture.packet;

	cr_expect_eq(packet->kind, PACKET_TCP);
	cr_expect(packet->fragment);
	cr_expect_eq(packet->source_port, 40000);
	cr_expect_eq(packet->target_port, 22);
	cr_expect_eq(packet->tcp_flags, TCP_SYN);
	cr_expect_eq(packet->tcp_sequence, 0x11223344);
	cr_expect_eq(packet->tcp_window, 1024);
	cr_expect_eq(memcmp(&packet->source, &whole.expected.source, 16), 0);
	cr_expect_eq(packet->time_ns, now_ns);
}

Test(fragment, first_with_its_whole_header_is_the_packet)
{
	build_whole(true, 1000);
	cr_assert_eq(send(0, 512), VERDICT_OK);
	expect_the_syn();
	cr_expect_eq(fixture.packet.payload_size, 492);
	cr_expect_not_null(fixture.packet.payload);
	cr_expect_eq(send(512, 504), VERDICT_FRAGMENT_LATER);
	cr_expect_eq(send(1016, 4), VERDICT_FRAGMENT_LATER);
}

Test(fragment, tiny_ones_are_put_together)
{
	build_whole(true, 4);
	cr_assert_eq(send(0, 8), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(8, 8), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(16, 8), VERDICT_OK);
	expect_the_syn();
	cr_expect_null(fixture.packet.payload);
	cr_expect_eq(fixture.packet.payload_captured, 0);
}

Test(fragment, tiny_ones_of_ip6_are_put_together)
{
	build_whole(false, 4);
	cr_assert_eq(send(0, 8), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(8, 8), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(16, 8), VERDICT_OK);
	expect_the_syn();
}

Test(fragment, of_16_bytes_gives_the_packet_with_the_second)
{
	build_whole(true, 100);
	cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(16, 16), VERDICT_OK);
	expect_the_syn();
	cr_expect_eq(send(32, 16), VERDICT_FRAGMENT_LATER);
}

Test(fragment, tiny_ones_may_come_in_any_order)
{
	static const uint32_t orders[][3] = { { 0, 16, 8 }, { 8, 0, 16 },
		{ 8, 16, 0 }, { 16, 0, 8 }, { 16, 8, 0 } };

	build_whole(true, 4);
	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		whole.bytes[14 + 5]++; /* Another identifier. */
		cr_expect_neq(send(orders[i][0], 8), VERDICT_OK);
		cr_expect_neq(send(orders[i][1], 8), VERDICT_OK);
		cr_assert_eq(send(orders[i][2], 8), VERDICT_OK);
		expect_the_syn();
	}
}

Test(fragment, later_ones_before_the_first_are_orphans)
{
	build_whole(true, 1000);
	cr_expect_eq(send(512, 508), VERDICT_FRAGMENT_ORPHAN);
	cr_expect_eq(send(8, 16), VERDICT_FRAGMENT_ORPHAN);
	cr_expect_eq(send(0, 512), VERDICT_OK);
	expect_the_syn();
}

Test(fragment, overlapping_ones_cannot_change_what_came_first)
{
	build_whole(true, 4);
	cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
	whole.bytes[14 + 20 + 3] = 99;       /* Target port, low byte. */
	whole.bytes[14 + 20 + 13] = TCP_FIN; /* Flags. */
	cr_assert_eq(send(8, 16), VERDICT_OK);
	expect_the_syn();
}

Test(fragment, of_ip6_may_have_extension_headers_in_its_first)
{
	build_ip6(&whole, "fd00::1", "fd00:9::2");
	build_extension(&whole, 60);
	build_tcp(&whole, 40000, 22, TCP_SYN);
	build_filler(&whole, 4);
	build_end(&whole);
	cr_assert_eq(send(0, 8), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(8, 16), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(24, 8), VERDICT_OK);
	expect_the_syn();
}

Test(fragment, tiny_ones_are_not_opened_as_a_tunnel)
{
	build_ip6(&whole, "fd00::1", "fd00:9::2");
	build_extension(&whole, 60);
	whole.bytes[whole.size - 7] = 1; /* Its size: sixteen bytes. */
	build_payload(&whole, "\0\0\0\0\0\0\0", 8);
	build_gre(&whole, false, 0);
	build_ip4(&whole, "10.0.0.1", "10.0.9.2");
	build_udp(&whole, 1, 2);
	build_filler(&whole, 100);
	build_end(&whole);
	whole.ip_at = 14;
	cr_assert_eq(send(0, 8), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(8, 80), VERDICT_OK);
	cr_expect_eq(fixture.packet.kind, PACKET_IP_OTHER);
	cr_expect_eq(fixture.packet.protocol, IP_PROTOCOL_GRE);
	cr_expect_eq(fixture.packet.ip, piece.bytes + 14);
	cr_expect_null(fixture.packet.payload);
}

Test(fragment, first_of_udp_gives_the_packet)
{
	build_ip4(&whole, "10.0.0.1", "10.0.9.2");
	build_udp(&whole, 40000, 53);
	build_filler(&whole, 100);
	build_end(&whole);
	cr_assert_eq(send(0, 8), VERDICT_OK);
	cr_expect_eq(fixture.packet.target_port, 53);
	cr_expect(fixture.packet.fragment);
	cr_expect_eq(send(8, 100), VERDICT_FRAGMENT_LATER);
}

Test(fragment, that_waits_too_long_is_forgotten)
{
	build_whole(true, 4);
	cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
	now_ns += FRAGMENT_TIMEOUT_NS;
	cr_assert_eq(send(16, 8), VERDICT_FRAGMENT_ORPHAN);

	whole.bytes[14 + 5]++;
	cr_assert_eq(send(0, 24), VERDICT_OK);
	now_ns += FRAGMENT_TIMEOUT_NS;
	cr_assert_eq(send(64, 8), VERDICT_FRAGMENT_ORPHAN);
}

Test(fragment, identifier_may_be_used_again)
{
	build_whole(true, 4);
	for (int i = 0; i < 3; i++) {
		cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
		cr_assert_eq(send(16, 8), VERDICT_OK);
		expect_the_syn();
		now_ns += NS_PER_S;
	}
}

Test(fragment, of_an_impossible_size_is_malformed)
{
	build_whole(true, 1000);
	build_fragment(&piece, &whole, 512, 508, START_NS);
	piece.bytes[14 + 6] = 0x1f;
	piece.bytes[14 + 7] = 0xff;
	cr_expect_eq(fixture_decode(&fixture, &piece), VERDICT_MALFORMED_IP);
}

Test(fragment, cut_by_the_snap_length_is_not_waited_for)
{
	build_whole(true, 1000);
	build_fragment(&piece, &whole, 0, 512, START_NS);
	build_cut(&piece, 14 + 20 + 10);
	cr_expect_eq(
	    fixture_decode(&fixture, &piece), VERDICT_TRUNCATED_TRANSPORT);
	cr_expect_eq(send(512, 508), VERDICT_FRAGMENT_LATER);
}

Test(fragment, delivered_twice_is_put_together_once)
{
	build_whole(true, 4);
	cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(0, 16), VERDICT_DUPLICATE);
	cr_assert_eq(send(16, 8), VERDICT_OK);
	cr_assert_eq(send(16, 8), VERDICT_DUPLICATE);
}

Test(fragment, alike_of_two_packets_with_one_identification_are_told_apart)
{
	build_whole(true, 4);
	cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(16, 8), VERDICT_OK);
	whole.bytes[14 + 20 + 3]++; /* Another port, the same rest. */
	cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(16, 8), VERDICT_OK);
}

Test(fragment, memory_that_is_full_forgets_and_goes_on)
{
	uint32_t held = 0;
	uint32_t completed = 0;

	/* Twice what fits, of which no more than what fits can be completed. */
	build_whole(true, 4);
	for (uint32_t i = 0; i < 2 * CONFIG_DECODE_FRAGMENT_COUNT; i++) {
		whole.bytes[14 + 14] = (uint8_t)(i >> 8); /* Its source. */
		whole.bytes[14 + 15] = (uint8_t)i;
		held += send(0, 16) == VERDICT_FRAGMENT_HELD;
	}
	cr_expect_eq(held, 2 * CONFIG_DECODE_FRAGMENT_COUNT);
	for (uint32_t i = 0; i < 2 * CONFIG_DECODE_FRAGMENT_COUNT; i++) {
		whole.bytes[14 + 14] = (uint8_t)(i >> 8);
		whole.bytes[14 + 15] = (uint8_t)i;
		completed += send(16, 8) == VERDICT_OK;
	}
	cr_expect_leq(completed, CONFIG_DECODE_FRAGMENT_COUNT);
	cr_expect_gt(completed, 0);

	/* And there is room for the next at once. */
	whole.bytes[14 + 13] = 99;
	cr_assert_eq(send(0, 16), VERDICT_FRAGMENT_HELD);
	cr_assert_eq(send(16, 8), VERDICT_OK);
}
