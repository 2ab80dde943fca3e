#include <criterion/criterion.h>

#include "unit/decode/fixture.h"

static struct fixture fixture;
static struct packet_builder builder;
static struct packet_builder about;

static void
begin(void)
{
	fixture_init(&fixture);
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
	build_begin(&about, BUILD_LINK_RAW, START_NS);
}

static void
end(void)
{
	fixture_finish(&fixture);
}

TestSuite(icmp_error, .init = begin, .fini = end);

static void
build_error(uint8_t type, uint8_t code, uint32_t size)
{
	build_ip4(&builder, "10.0.9.2", "10.0.0.1");
	build_icmp_error(&builder, type, code, &about, size);
	build_end(&builder);
}

static void
build_error6(uint8_t type, uint8_t code, uint32_t size)
{
	build_ip6(&builder, "fd00:9::2", "fd00::1");
	build_icmp_error(&builder, type, code, &about, size);
	build_end(&builder);
}

static bool
gives_expected(void)
{
	return fixture_gives_expected(&fixture, &builder);
}

Test(icmp_error, of_every_type_tells_which_packet_caused_it)
{
	static const uint8_t types[] = { 3, 4, 5, 11, 12 };

	build_ip4(&about, "10.0.0.1", "10.0.9.2");
	build_udp(&about, 40000, 161);
	build_end(&about);
	for (size_t i = 0; i < ARRAY_SIZE(types); i++) {
		build_begin(
		    &builder, BUILD_LINK_ETHERNET, START_NS + i * NS_PER_S);
		build_ethernet(
		    &builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
		build_error(types[i], 3, 28);
		cr_assert(gives_expected());
		cr_expect(fixture.packet.quote.has_ports);
		cr_expect_eq(fixture.packet.quote.target_port, 161);
	}
}

Test(icmp_error, of_ip6_is_read_through_extension_headers)
{
	build_ip6(&about, "fd00::1", "fd00:9::2");
	build_extension(&about, IP_PROTOCOL_HOPOPTS);
	build_fragment_header(&about, 9);
	build_extension(&about, 60);
	build_tcp(&about, 40000, 443, TCP_SYN);
	build_end(&about);
	build_error6(ICMP6_UNREACHABLE, 4, 40 + 24 + 20);
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.quote.protocol, IP_PROTOCOL_TCP);
}

Test(icmp_error, about_a_ping_tells_its_identifier)
{
	about.icmp_id = 77;
	build_ip4(&about, "10.0.0.1", "10.0.9.2");
	build_icmp(&about, ICMP_ECHO_REQUEST, 0);
	build_end(&about);
	build_error(ICMP_UNREACHABLE, 1, 28);
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.quote.source_port, 77);
	cr_expect_eq(fixture.packet.quote.icmp_type, ICMP_ECHO_REQUEST);
}

Test(icmp_error, that_quotes_too_little_tells_what_it_can)
{
	build_ip4(&about, "10.0.0.1", "10.0.9.2");
	build_udp(&about, 40000, 161);
	build_end(&about);
	build_error(ICMP_UNREACHABLE, 3, 22);
	builder.expected.quote.has_ports = false;
	builder.expected.quote.source_port = 0;
	builder.expected.quote.target_port = 0;
	cr_assert(gives_expected());

	build_begin(&builder, BUILD_LINK_RAW, START_NS + NS_PER_S);
	build_error(ICMP_UNREACHABLE, 3, 19);
	memset(&builder.expected.quote, 0, sizeof(builder.expected.quote));
	cr_assert(gives_expected());

	build_begin(&builder, BUILD_LINK_RAW, START_NS + 2 * NS_PER_S);
	build_error(ICMP_UNREACHABLE, 3, 0);
	memset(&builder.expected.quote, 0, sizeof(builder.expected.quote));
	cr_assert(gives_expected());
}

Test(icmp_error, about_a_later_fragment_has_no_ports)
{
	about.fragment_offset = 1480;
	build_ip4(&about, "10.0.0.1", "10.0.9.2");
	build_protocol(&about, IP_PROTOCOL_UDP);
	build_filler(&about, 8);
	build_end(&about);
	build_error(ICMP_TIME_EXCEEDED, 1, 28);
	builder.expected.quote.has_ports = false;
	cr_assert(gives_expected());

	build_begin(&about, BUILD_LINK_RAW, START_NS);
	about.fragment_offset = 1480;
	build_ip6(&about, "fd00::1", "fd00:9::2");
	build_fragment_header(&about, 1);
	build_protocol(&about, IP_PROTOCOL_UDP);
	build_filler(&about, 8);
	build_end(&about);
	build_begin(&builder, BUILD_LINK_RAW, START_NS + NS_PER_S);
	build_error6(ICMP6_TIME_EXCEEDED, 1, 56);
	builder.expected.quote.has_ports = false;
	cr_assert(gives_expected());
}

Test(icmp_error, about_a_probe_of_a_protocol_names_it)
{
	build_ip4(&about, "10.0.0.1", "10.0.9.2");
	build_protocol(&about, 99);
	build_end(&about);
	build_error(ICMP_UNREACHABLE, 2, 20);
	builder.expected.quote.has_ports = false;
	cr_assert(gives_expected());
	cr_expect_eq(fixture.packet.quote.protocol, 99);
}
