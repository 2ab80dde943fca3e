/*
 * Generated pairs: the same description makes a frame and the packet that must
 * come of it, thousands of times, with whatever headers may follow one another.
 */
#include <criterion/criterion.h>
#include <stdio.h>

#include "unit/decode/fixture.h"

enum { PAIR_COUNT = 8000 };

static struct fixture fixture;
static struct packet_builder builder;
static uint64_t chance = 88172645463325252ull;

/* Xorshift (Marsaglia 2003), the same in every run. */
static uint32_t
any(uint32_t below)
{
	chance ^= chance << 13;
	chance ^= chance >> 7;
	chance ^= chance << 17;
	return (uint32_t)(chance >> 33) % below;
}

static const char *
any_mac(void)
{
	static char text[2][MAC_ADDRESS_TEXT_SIZE];
	static int which;

	which = 1 - which;
	snprintf(text[which], sizeof(text[which]), "02:00:5e:%02x:%02x:%02x",
	    any(256), any(256), any(256));
	return text[which];
}

static const char *
any_ip(bool is_ip4)
{
	static char text[2][IP_ADDRESS_TEXT_SIZE];
	static int which;

	which = 1 - which;
	if (is_ip4) {
		snprintf(text[which], sizeof(text[which]), "10.%u.%u.%u",
		    any(256), any(256), any(256));
	} else {
		snprintf(text[which], sizeof(text[which]), "fd00:%x:%x::%x",
		    any(65536), any(65536), any(65536));
	}
	return text[which];
}

static void
any_ethernet(void)
{
	uint32_t tags = any(4) == 0 ? any(3) : 0;

	build_ethernet(&builder, any_mac(), any_mac());
	for (uint32_t i = 0; i < tags; i++) {
		build_tag(&builder, any(2) == 0 ? 0x8100 : 0x88a8,
		    (uint16_t)any(4096));
	}
	switch (any(12)) {
	case 0:
		build_mpls(&builder, any(1 << 20), false);
		build_mpls(&builder, any(1 << 20), true);
		break;
	case 1:
		build_pppoe(&builder);
		break;
	case 2:
		build_backbone(&builder, any(1 << 24));
		build_ethernet(&builder, any_mac(), any_mac());
		break;
	default:
		break;
	}
}

static void
any_link(uint64_t time_ns)
{
	static const uint16_t links[] = { BUILD_LINK_NULL, BUILD_LINK_PPP,
		BUILD_LINK_RAW, BUILD_LINK_PPP_SERIAL, BUILD_LINK_LOOP,
		BUILD_LINK_COOKED, BUILD_LINK_COOKED_2 };
	uint16_t link =
	    any(2) == 0 ? BUILD_LINK_ETHERNET : links[any(ARRAY_SIZE(links))];

	build_begin(&builder, link, time_ns);
	builder.frame.observation_point = (uint8_t)any(4);
	builder.expected.observation_point = builder.frame.observation_point;
	switch (link) {
	case BUILD_LINK_ETHERNET:
		any_ethernet();
		break;
	case BUILD_LINK_NULL:
		build_family(&builder, any(2) == 0);
		break;
	case BUILD_LINK_LOOP:
		build_family(&builder, true);
		break;
	case BUILD_LINK_PPP:
	case BUILD_LINK_PPP_SERIAL:
		build_ppp(&builder);
		break;
	case BUILD_LINK_COOKED:
		build_cooked(&builder, any_mac());
		break;
	case BUILD_LINK_COOKED_2:
		build_cooked_2(&builder, any_mac());
		break;
	default:
		break;
	}
}

/* Returns whether it is version 4. */
static bool
any_ip_header(void)
{
	static const uint8_t extensions[] = { IP_PROTOCOL_HOPOPTS, 43, 60,
		IP_PROTOCOL_AH };
	bool is_ip4 = any(2) == 0;
	uint32_t extension_count = any(4) == 0 ? any(4) : 0;

	builder.ttl = (uint8_t)(1 + any(255));
	builder.ip_id = (uint16_t)any(65536);
	if (is_ip4) {
		build_ip4(&builder, any_ip(true), any_ip(true));
		return true;
	}
	build_ip6(&builder, any_ip(false), any_ip(false));
	for (uint32_t i = 0; i < extension_count; i++) {
		build_extension(
		    &builder, extensions[any(ARRAY_SIZE(extensions))]);
	}
	return false;
}

static void
any_tunnel(void)
{
	bool may_be_ip = false;

	switch (any(7)) {
	case 0:
		build_erspan_1(&builder);
		break;
	case 1:
		build_erspan_2(
		    &builder, (uint16_t)any(1024), (uint16_t)any(4096));
		break;
	case 2:
		build_erspan_3(&builder, (uint16_t)any(1024),
		    (uint16_t)any(4096), any(2) == 0);
		break;
	case 3:
		build_vxlan(&builder, any(1 << 24));
		break;
	case 4:
		build_geneve(&builder, any(1 << 24), any(4));
		may_be_ip = true;
		break;
	case 5:
		build_gre(&builder, any(2) == 0, any(1u << 31));
		may_be_ip = true;
		break;
	default:
		return; /* IP in IP. */
	}
	if (!may_be_ip || any(2) == 0) {
		any_ethernet();
	}
}

static void
any_transport(bool is_ip4)
{
	static const uint8_t options[] = { 2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 1,
		1, 8, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 30, 2, 1, 1 };

	builder.tcp_sequence = any(1u << 31);
	builder.tcp_acknowledged = any(1u << 31);
	builder.tcp_window = (uint16_t)any(65536);
	builder.tcp_options = options;
	builder.tcp_options_size = 4 * any(8);
	if (builder.tcp_options_size == 16 || builder.tcp_options_size == 20) {
		builder.tcp_options_size = 24; /* Not within an option. */
	}
	builder.icmp_id = (uint16_t)any(65536);
	builder.icmp_sequence = (uint16_t)any(65536);
	switch (any(6)) {
	case 0:
	case 1:
		build_tcp(&builder, (uint16_t)any(65536), (uint16_t)any(65536),
		    (uint8_t)any(256));
		break;
	case 2:
		build_udp(&builder, (uint16_t)any(65536), (uint16_t)any(4000));
		break;
	case 3:
		build_sctp(&builder, (uint16_t)any(65536), (uint16_t)any(65536),
		    (uint8_t)any(15));
		builder.expected.payload_size = 1;
		break;
	case 4:
		if (is_ip4) {
			build_icmp(&builder, ICMP_ECHO_REQUEST, 0);
		} else {
			build_icmp6(&builder, ICMP6_ECHO_REPLY, 0);
		}
		break;
	default:
		build_protocol(&builder, (uint8_t)(100 + any(30)));
		break;
	}
	build_filler(&builder, any(200));
}

Test(pair, of_frame_and_packet_agree)
{
	uint32_t wrong = 0;

	fixture_init(&fixture);
	for (uint32_t i = 0; i < PAIR_COUNT && wrong < 5; i++) {
		uint32_t tunnels = any(3) == 0 ? any(5) : 0;
		bool is_ip4;

		any_link(START_NS + i * NS_PER_S);
		is_ip4 = any_ip_header();
		for (uint32_t j = 0; j < tunnels; j++) {
			any_tunnel();
			is_ip4 = any_ip_header();
		}
		any_transport(is_ip4);
		build_end(&builder);
		builder.expected.observation_point =
		    builder.frame.observation_point;
		if (!fixture_gives_expected(&fixture, &builder)) {
			fprintf(stderr, "pair %u\n", i);
			wrong++;
		}
	}
	cr_expect_eq(wrong, 0);
	fixture_finish(&fixture);
}

/* Whatever is cut off, what is given lies within what was captured, and the
 * verdict is one of a frame that is cut. */
Test(pair, of_a_cut_frame_is_read_to_its_end_and_no_further)
{
	fixture_init(&fixture);
	for (uint32_t i = 0; i < PAIR_COUNT / 4; i++) {
		enum verdict verdict;

		any_link(START_NS + i * NS_PER_S);
		(void)any_ip_header();
		any_tunnel();
		any_transport(any_ip_header());
		build_end(&builder);
		builder.frame.captured_size = any(builder.size);
		verdict = fixture_decode(&fixture, &builder);
		if (verdict == VERDICT_OK) {
			const struct packet *packet = &fixture.packet;
			const uint8_t *end =
			    builder.bytes + builder.frame.captured_size;

			cr_assert(packet->ip + packet->ip_captured <= end);
			cr_assert(packet->payload == NULL ||
			    packet->payload + packet->payload_captured <= end);
		} else {
			cr_assert(verdict != VERDICT_MALFORMED_LINK);
		}
	}
	fixture_finish(&fixture);
}
