#include <criterion/criterion.h>

#include "base/bytes.h"
#include "unit/decode/fixture.h"

static struct fixture fixture;
static struct packet_builder builder;
static struct packet_builder other;

static void
begin(void)
{
	fixture_init(&fixture);
}

static void
end(void)
{
	fixture_finish(&fixture);
}

TestSuite(verdict, .init = begin, .fini = end);

enum { IP_AT = 14, TCP_AT = 34 };

static void
ethernet(void)
{
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
}

static void
tcp(void)
{
	ethernet();
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_tcp(&builder, 40000, 22, TCP_SYN);
	build_end(&builder);
}

static void
tcp6(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_tcp(&builder, 40000, 22, TCP_SYN);
	build_end(&builder);
}

static void
arp(void)
{
	ethernet();
	build_arp(&builder, ARP_REQUEST, "10.0.0.1", "10.0.0.2");
	build_end(&builder);
}

static void
transport(uint8_t protocol, uint32_t size)
{
	ethernet();
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_protocol(&builder, protocol);
	build_filler(&builder, size);
	build_end(&builder);
}

static void
unknown_link(void)
{
	tcp();
	builder.frame.link_type = 127;
}

static void
empty(void)
{
	build_end(&builder);
}

static void
short_ethernet(void)
{
	tcp();
	build_cut(&builder, 13);
}

static void
short_vlan(void)
{
	ethernet();
	build_vlan(&builder, 1);
	build_end(&builder);
	build_cut(&builder, 16);
}

static void
short_labels(void)
{
	ethernet();
	build_mpls(&builder, 1, false);
	build_end(&builder);
}

static void
short_pppoe(void)
{
	ethernet();
	build_pppoe(&builder);
	build_end(&builder);
	build_cut(&builder, 18);
}

static void
short_backbone(void)
{
	ethernet();
	build_backbone(&builder, 1);
	build_end(&builder);
	build_cut(&builder, 16);
}

static void
cooked_short(void)
{
	builder.frame.link_type = BUILD_LINK_COOKED;
	build_filler(&builder, 15);
	build_end(&builder);
}

static void
cooked_2_short(void)
{
	builder.frame.link_type = BUILD_LINK_COOKED_2;
	build_filler(&builder, 19);
	build_end(&builder);
}

static void
loopback_short(void)
{
	builder.frame.link_type = BUILD_LINK_NULL;
	build_filler(&builder, 3);
	build_end(&builder);
}

static void
ppp_short(void)
{
	builder.frame.link_type = BUILD_LINK_PPP;
	build_payload(&builder, "\xff\x03", 2);
	build_end(&builder);
}

static void
serial_short(void)
{
	builder.frame.link_type = BUILD_LINK_PPP_SERIAL;
	build_payload(&builder, "\xff\x03", 2);
	build_end(&builder);
}

static void
arp_cut(void)
{
	arp();
	build_cut(&builder, 40);
}

static void
spanning_tree(void)
{
	ethernet();
	store_be16(builder.bytes + 12, 7);
	build_payload(&builder, "\x42\x42\x03\0\0\0\0", 7);
	build_end(&builder);
}

static void
lldp(void)
{
	tcp();
	store_be16(builder.bytes + 12, 0x88cc);
}

static void
snap_of_others(void)
{
	ethernet();
	build_snap(&builder);
	build_end(&builder);
	store_be16(builder.bytes + 14 + 6, 0x00bb);
}

static void
netlink(void)
{
	build_begin(&builder, BUILD_LINK_COOKED, START_NS);
	build_cooked(&builder, "02:00:00:00:00:01");
	build_end(&builder);
	store_be16(builder.bytes + 2, 824);
}

static void
cooked_llc(void)
{
	build_begin(&builder, BUILD_LINK_COOKED, START_NS);
	build_cooked(&builder, "02:00:00:00:00:01");
	build_end(&builder);
	store_be16(builder.bytes + 14, 4);
}

static void
other_family(void)
{
	builder.frame.link_type = BUILD_LINK_NULL;
	build_filler(&builder, 30);
	build_end(&builder);
}

static void
ppp_lcp(void)
{
	builder.frame.link_type = BUILD_LINK_PPP;
	build_payload(&builder, "\xff\x03\xc0\x21", 4);
	build_end(&builder);
}

static void
label_of_junk(void)
{
	ethernet();
	build_mpls(&builder, 1, true);
	build_payload(&builder, "\xff\xff\xff\xff", 4);
	build_end(&builder);
}

static void
length_between(void)
{
	tcp();
	store_be16(builder.bytes + 12, 1530);
}

static void
length_past_the_end(void)
{
	tcp();
	store_be16(builder.bytes + 12, 1000);
}

static void
pppoe_of_another_version(void)
{
	ethernet();
	build_pppoe(&builder);
	build_end(&builder);
	builder.bytes[14] = 0x21;
}

static void
pppoe_past_the_end(void)
{
	ethernet();
	build_pppoe(&builder);
	build_end(&builder);
	store_be16(builder.bytes + 18, 9);
}

static void
ip4_cut(void)
{
	tcp();
	build_cut(&builder, IP_AT + 19);
}

static void
ip4_options_cut(void)
{
	tcp();
	builder.bytes[IP_AT] = 0x4a;
	build_cut(&builder, IP_AT + 30);
}

static void
ip6_cut(void)
{
	tcp6();
	build_cut(&builder, IP_AT + 39);
}

static void
extension_cut(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_extension(&builder, 60);
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
	build_cut(&builder, IP_AT + 44);
}

static void
raw_empty(void)
{
	builder.frame.link_type = BUILD_LINK_RAW;
	build_end(&builder);
}

static void
label_of_nothing(void)
{
	ethernet();
	build_mpls(&builder, 1, true);
	build_end(&builder);
}

static void
raw_of_version_5(void)
{
	builder.frame.link_type = BUILD_LINK_RAW;
	build_payload(&builder, "\x55", 1);
	build_end(&builder);
}

static void
ip4_of_version_6(void)
{
	tcp();
	builder.bytes[IP_AT] = 0x65;
}

static void
ip6_of_version_4(void)
{
	tcp6();
	builder.bytes[IP_AT] = 0x45;
}

static void
ip4_header_too_small(void)
{
	tcp();
	builder.bytes[IP_AT] = 0x44;
}

static void
ip4_total_too_small(void)
{
	tcp();
	store_be16(builder.bytes + IP_AT + 2, 19);
}

static void
extension_past_the_end(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_extension(&builder, 60);
	build_end(&builder);
	builder.bytes[IP_AT + 41] = 4;
}

static void
fragment_in_fragment(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	builder.more_fragments = true;
	build_fragment_header(&builder, 1);
	build_fragment_header(&builder, 2);
	build_filler(&builder, 8);
	build_end(&builder);
}

static void
tcp_cut(void)
{
	tcp();
	build_cut(&builder, TCP_AT + 19);
}

static void
udp_cut(void)
{
	transport(IP_PROTOCOL_UDP, 20);
	store_be16(builder.bytes + TCP_AT + 4, 20);
	build_cut(&builder, TCP_AT + 7);
}

static void
icmp_cut(void)
{
	transport(IP_PROTOCOL_ICMP, 20);
	build_cut(&builder, TCP_AT + 7);
}

static void
sctp_cut(void)
{
	transport(IP_PROTOCOL_SCTP, 20);
	build_cut(&builder, TCP_AT + 12);
}

static void
tcp_too_small(void)
{
	transport(IP_PROTOCOL_TCP, 19);
}

static void
tcp_offset_too_small(void)
{
	tcp();
	builder.bytes[TCP_AT + 12] = 0x40;
}

static void
tcp_offset_past_the_end(void)
{
	tcp();
	builder.bytes[TCP_AT + 12] = 0x60;
}

static void
udp_too_small(void)
{
	transport(IP_PROTOCOL_UDP, 7);
}

static void
udp_length_too_small(void)
{
	transport(IP_PROTOCOL_UDP, 8);
	store_be16(builder.bytes + TCP_AT + 4, 7);
}

static void
udp_length_past_the_end(void)
{
	transport(IP_PROTOCOL_UDP, 8);
	store_be16(builder.bytes + TCP_AT + 4, 9);
}

static void
icmp_too_small(void)
{
	transport(IP_PROTOCOL_ICMP, 7);
}

static void
sctp_without_chunk(void)
{
	transport(IP_PROTOCOL_SCTP, 12);
}

static void
neighbour_too_small(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_icmp6(&builder, ICMP6_NEIGHBOUR_SOLICITATION, 0);
	build_filler(&builder, 15);
	build_end(&builder);
}

static void
arp_too_short(void)
{
	ethernet();
	build_arp(&builder, ARP_REQUEST, "10.0.0.1", "10.0.0.2");
	builder.size--;
	build_end(&builder);
}

static void
arp_of_long_addresses(void)
{
	arp();
	builder.bytes[14 + 4] = 132;
}

static void
arp_of_another_operation(void)
{
	arp();
	builder.bytes[14 + 7] = 8;
}

static void
arp_of_another_hardware(void)
{
	arp();
	builder.bytes[14 + 1] = 24;
}

static void
tags_without_end(void)
{
	ethernet();
	for (int i = 0; i < 17; i++) {
		build_vlan(&builder, 1);
	}
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
}

static void
labels_without_end(void)
{
	ethernet();
	for (int i = 0; i < 17; i++) {
		build_mpls(&builder, 1, false);
	}
	build_end(&builder);
}

static void
backbones_without_end(void)
{
	for (int i = 0; i < 17; i++) {
		ethernet();
		build_backbone(&builder, 1);
	}
	ethernet();
	build_end(&builder);
}

static void
pppoe_without_end(void)
{
	ethernet();
	for (int i = 0; i < 16; i++) {
		build_vlan(&builder, 1);
	}
	build_pppoe(&builder);
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_tcp(&builder, 1, 2, TCP_SYN);
	build_end(&builder);
}

static void
later_fragment(void)
{
	ethernet();
	builder.fragment_offset = 800;
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_protocol(&builder, IP_PROTOCOL_TCP);
	build_filler(&builder, 8);
	build_end(&builder);
}

static void
tiny_fragment(void)
{
	ethernet();
	builder.more_fragments = true;
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_protocol(&builder, IP_PROTOCOL_TCP);
	build_filler(&builder, 8);
	build_end(&builder);
}

static void
fragment_after_its_first(void)
{
	tcp();
	build_pad(&builder, 0);
	build_fragment(&other, &builder, 0, 20, START_NS);
	other.bytes[IP_AT + 6] = 0x20;
	(void)fixture_decode(&fixture, &other);
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	later_fragment();
}

static void
tcp_again(void)
{
	tcp();
	(void)fixture_decode(&fixture, &builder);
}

static const struct {
	void (*build)(void);
	enum verdict verdict;
} cases[] = {
	{ tcp, VERDICT_OK },
	{ tcp_again, VERDICT_DUPLICATE },
	{ tiny_fragment, VERDICT_FRAGMENT_HELD },
	{ fragment_after_its_first, VERDICT_FRAGMENT_LATER },
	{ later_fragment, VERDICT_FRAGMENT_ORPHAN },
	{ spanning_tree, VERDICT_NOT_IP },
	{ lldp, VERDICT_NOT_IP },
	{ snap_of_others, VERDICT_NOT_IP },
	{ netlink, VERDICT_NOT_IP },
	{ cooked_llc, VERDICT_NOT_IP },
	{ other_family, VERDICT_NOT_IP },
	{ ppp_lcp, VERDICT_NOT_IP },
	{ label_of_junk, VERDICT_NOT_IP },
	{ unknown_link, VERDICT_UNKNOWN_LINK_TYPE },
	{ empty, VERDICT_TRUNCATED_LINK },
	{ short_ethernet, VERDICT_TRUNCATED_LINK },
	{ short_vlan, VERDICT_TRUNCATED_LINK },
	{ short_labels, VERDICT_TRUNCATED_LINK },
	{ short_pppoe, VERDICT_TRUNCATED_LINK },
	{ short_backbone, VERDICT_TRUNCATED_LINK },
	{ cooked_short, VERDICT_TRUNCATED_LINK },
	{ cooked_2_short, VERDICT_TRUNCATED_LINK },
	{ loopback_short, VERDICT_TRUNCATED_LINK },
	{ ppp_short, VERDICT_TRUNCATED_LINK },
	{ serial_short, VERDICT_TRUNCATED_LINK },
	{ arp_cut, VERDICT_TRUNCATED_LINK },
	{ length_between, VERDICT_MALFORMED_LINK },
	{ length_past_the_end, VERDICT_MALFORMED_LINK },
	{ pppoe_of_another_version, VERDICT_MALFORMED_LINK },
	{ pppoe_past_the_end, VERDICT_MALFORMED_LINK },
	{ ip4_cut, VERDICT_TRUNCATED_IP },
	{ ip4_options_cut, VERDICT_TRUNCATED_IP },
	{ ip6_cut, VERDICT_TRUNCATED_IP },
	{ extension_cut, VERDICT_TRUNCATED_IP },
	{ raw_empty, VERDICT_TRUNCATED_IP },
	{ label_of_nothing, VERDICT_TRUNCATED_IP },
	{ raw_of_version_5, VERDICT_MALFORMED_IP },
	{ ip4_of_version_6, VERDICT_MALFORMED_IP },
	{ ip6_of_version_4, VERDICT_MALFORMED_IP },
	{ ip4_header_too_small, VERDICT_MALFORMED_IP },
	{ ip4_total_too_small, VERDICT_MALFORMED_IP },
	{ extension_past_the_end, VERDICT_MALFORMED_IP },
	{ fragment_in_fragment, VERDICT_MALFORMED_IP },
	{ tcp_cut, VERDICT_TRUNCATED_TRANSPORT },
	{ udp_cut, VERDICT_TRUNCATED_TRANSPORT },
	{ icmp_cut, VERDICT_TRUNCATED_TRANSPORT },
	{ sctp_cut, VERDICT_TRUNCATED_TRANSPORT },
	{ tcp_too_small, VERDICT_MALFORMED_TRANSPORT },
	{ tcp_offset_too_small, VERDICT_MALFORMED_TRANSPORT },
	{ tcp_offset_past_the_end, VERDICT_MALFORMED_TRANSPORT },
	{ udp_too_small, VERDICT_MALFORMED_TRANSPORT },
	{ udp_length_too_small, VERDICT_MALFORMED_TRANSPORT },
	{ udp_length_past_the_end, VERDICT_MALFORMED_TRANSPORT },
	{ icmp_too_small, VERDICT_MALFORMED_TRANSPORT },
	{ sctp_without_chunk, VERDICT_MALFORMED_TRANSPORT },
	{ neighbour_too_small, VERDICT_MALFORMED_TRANSPORT },
	{ arp_too_short, VERDICT_MALFORMED_ARP },
	{ arp_of_long_addresses, VERDICT_MALFORMED_ARP },
	{ arp_of_another_operation, VERDICT_MALFORMED_ARP },
	{ arp_of_another_hardware, VERDICT_MALFORMED_ARP },
	{ tags_without_end, VERDICT_TOO_DEEP },
	{ labels_without_end, VERDICT_TOO_DEEP },
	{ backbones_without_end, VERDICT_TOO_DEEP },
	{ pppoe_without_end, VERDICT_TOO_DEEP },
};

Test(verdict, is_the_right_one_for_every_case_and_all_have_been_seen)
{
	bool seen[VERDICT_COUNT] = { false };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct counters before;
		enum verdict verdict;

		/* Each with nothing remembered. */
		fixture_finish(&fixture);
		fixture_init(&fixture);
		build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
		cases[i].build();
		before = fixture.counters;
		verdict = fixture_decode(&fixture, &builder);
		cr_expect_eq(verdict, cases[i].verdict, "case %zu: %s", i,
		    verdict_name(verdict));
		seen[verdict] = true;
		/* Exactly one counter counts it. */
		before.value[COUNTER_DECODE_OK + verdict]++;
		cr_expect_arr_eq(&before, &fixture.counters, sizeof(before));
	}
	for (int i = 0; i < VERDICT_COUNT; i++) {
		cr_expect(seen[i], "%s", verdict_name((enum verdict)i));
	}
}
