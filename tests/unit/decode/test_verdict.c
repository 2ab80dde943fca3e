#include <criterion/criterion.h>

#include "base/bytes.h"
#include "unit/decode/fixture.h"

static struct fixture fixture;
static struct packet_builder builder;

enum { IP_AT = 14, TCP_AT = 34 };

static void
ethernet(void)
{
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:02");
}

static void
ip4(void)
{
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
}

static void
tcp(void)
{
	ethernet();
	ip4();
	build_tcp(&builder, 40000, 22, TCP_SYN);
}

static void
tcp6(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_tcp(&builder, 40000, 22, TCP_SYN);
}

static void
extension(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_extension(&builder, 60);
	build_tcp(&builder, 1, 2, TCP_SYN);
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
}

static void
neighbour(void)
{
	ethernet();
	build_ip6(&builder, "fd00::1", "fd00::2");
	build_icmp6(&builder, ICMP6_NEIGHBOUR_SOLICITATION, 0);
	build_filler(&builder, 15);
}

static void
arp(void)
{
	ethernet();
	build_arp(&builder, ARP_REQUEST, "10.0.0.1", "10.0.0.2");
}

static void
arp_too_short(void)
{
	arp();
	builder.size--;
}

static void
snap(void)
{
	ethernet();
	build_snap(&builder);
	build_filler(&builder, 20);
}

static void
vlan(void)
{
	ethernet();
	build_vlan(&builder, 1);
}

static void
label(void)
{
	ethernet();
	build_mpls(&builder, 1, true);
}

static void
label_of_junk(void)
{
	label();
	build_payload(&builder, "\xff\xff\xff\xff", 4);
}

static void
pppoe(void)
{
	ethernet();
	build_pppoe(&builder);
}

static void
backbone(void)
{
	ethernet();
	build_backbone(&builder, 1);
}

static void
cooked(void)
{
	build_begin(&builder, BUILD_LINK_COOKED, START_NS);
	build_cooked(&builder, "02:00:00:00:00:01");
}

static void
cooked_2(void)
{
	build_begin(&builder, BUILD_LINK_COOKED_2, START_NS);
	build_cooked_2(&builder, "02:00:00:00:00:01");
}

static void
family(void)
{
	build_begin(&builder, BUILD_LINK_NULL, START_NS);
	build_family(&builder, true);
	ip4();
}

static void
ppp(void)
{
	build_begin(&builder, BUILD_LINK_PPP, START_NS);
	build_ppp(&builder);
	ip4();
}

static void
serial(void)
{
	ppp();
	builder.frame.link_type = BUILD_LINK_PPP_SERIAL;
}

static void
raw(void)
{
	build_begin(&builder, BUILD_LINK_RAW, START_NS);
	build_filler(&builder, 1);
}

static void
unknown_link(void)
{
	tcp();
	builder.frame.link_type = 127;
}

static void
transport(uint8_t protocol, uint32_t size)
{
	ethernet();
	ip4();
	build_protocol(&builder, protocol);
	build_filler(&builder, size);
}

static void
tcp_19(void)
{
	transport(IP_PROTOCOL_TCP, 19);
}

static void
udp(void)
{
	transport(IP_PROTOCOL_UDP, 8);
}

static void
udp_7(void)
{
	transport(IP_PROTOCOL_UDP, 7);
}

static void
icmp(void)
{
	transport(IP_PROTOCOL_ICMP, 8);
}

static void
icmp_7(void)
{
	transport(IP_PROTOCOL_ICMP, 7);
}

static void
sctp(void)
{
	transport(IP_PROTOCOL_SCTP, 13);
}

static void
sctp_12(void)
{
	transport(IP_PROTOCOL_SCTP, 12);
}

static void
later_fragment(void)
{
	ethernet();
	builder.fragment_offset = 800;
	ip4();
	build_protocol(&builder, IP_PROTOCOL_TCP);
	build_filler(&builder, 8);
}

static void
tiny_fragment(void)
{
	builder.more_fragments = true;
	transport(IP_PROTOCOL_TCP, 8);
}

static void
fragment_after_its_first(void)
{
	builder.more_fragments = true;
	tcp();
	build_end(&builder);
	(void)fixture_decode(&fixture, &builder);
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
	later_fragment();
}

static void
tcp_again(void)
{
	tcp();
	build_end(&builder);
	(void)fixture_decode(&fixture, &builder);
}

static void
many_tags(void)
{
	ethernet();
	for (int i = 0; i < 17; i++) {
		build_vlan(&builder, 1);
	}
	ip4();
	build_tcp(&builder, 1, 2, TCP_SYN);
}

static void
many_labels(void)
{
	ethernet();
	for (int i = 0; i < 17; i++) {
		build_mpls(&builder, 1, false);
	}
}

static void
many_backbones(void)
{
	for (int i = 0; i < 17; i++) {
		backbone();
	}
	ethernet();
}

/* Sixteen tags are as many as are read; one more shim of any kind is too much.
 */
static void
sixteen_tags(void)
{
	ethernet();
	for (int i = 0; i < 16; i++) {
		build_vlan(&builder, 1);
	}
}

static void
tags_and_pppoe(void)
{
	sixteen_tags();
	build_pppoe(&builder);
	ip4();
}

static void
tags_and_snap(void)
{
	sixteen_tags();
	build_snap(&builder);
	ip4();
}

static void
tags_and_ah(void)
{
	sixteen_tags();
	ip4();
	build_extension(&builder, IP_PROTOCOL_AH);
	build_tcp(&builder, 1, 2, TCP_SYN);
}

enum { NO_PATCH = 4000 };

static const struct {
	const char *what;
	void (*build)(void);
	enum verdict verdict;
	uint32_t patch_at; /* Two bytes of the frame are changed ... */
	uint16_t patch;    /* ... to this ... */
	uint32_t cut;      /* ... and it is cut to this size; 0: not. */
} cases[] = {
	/* clang-format off */
	{ "a plain packet", tcp, VERDICT_OK, NO_PATCH, 0, 0 },
	{ "the same once more", tcp_again, VERDICT_DUPLICATE, NO_PATCH, 0, 0 },
	{ "a part of a TCP header", tiny_fragment, VERDICT_FRAGMENT_HELD, NO_PATCH, 0, 0 },
	{ "a later fragment", fragment_after_its_first, VERDICT_FRAGMENT_LATER, NO_PATCH, 0, 0 },
	{ "one without a first", later_fragment, VERDICT_FRAGMENT_ORPHAN, NO_PATCH, 0, 0 },
	{ "LLDP", tcp, VERDICT_NOT_IP, 12, 0x88cc, 0 },
	{ "spanning tree", snap, VERDICT_NOT_IP, 14, 0x4242, 0 },
	{ "SNAP of AppleTalk", snap, VERDICT_NOT_IP, 17, 0x800, 0 },
	{ "SNAP of no ethertype", snap, VERDICT_NOT_IP, 20, 0xbb, 0 },
	{ "netlink", cooked, VERDICT_NOT_IP, 2, 0x338, 0 },
	{ "802.2, cooked", cooked, VERDICT_NOT_IP, 14, 0x4, 0 },
	{ "another address family", family, VERDICT_NOT_IP, 2, 0x7, 0 },
	{ "PPP's link control", ppp, VERDICT_NOT_IP, 2, 0xc021, 0 },
	{ "labels over junk", label_of_junk, VERDICT_NOT_IP, NO_PATCH, 0, 0 },
	{ "an unknown link type", unknown_link, VERDICT_UNKNOWN_LINK_TYPE, NO_PATCH, 0, 0 },
	{ "half an Ethernet header", tcp, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 13 },
	{ "half a tag", vlan, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 16 },
	{ "half a label", label, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 17 },
	{ "labels without a last", label, VERDICT_TRUNCATED_LINK, 16, 0x40, 0 },
	{ "half a PPPoE header", pppoe, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 18 },
	{ "half an instance tag", backbone, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 16 },
	{ "half a cooked header", cooked, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 15 },
	{ "half of version 2", cooked_2, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 19 },
	{ "half an address family", family, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 3 },
	{ "PPP without protocol", ppp, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 2 },
	{ "half a PPP protocol", ppp, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 3 },
	{ "half a serial header", serial, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 3 },
	{ "ARP cut", arp, VERDICT_TRUNCATED_LINK, NO_PATCH, 0, 41 },
	{ "neither length nor type", tcp, VERDICT_MALFORMED_LINK, 12, 0x5fa, 0 },
	{ "a length past the end", tcp, VERDICT_MALFORMED_LINK, 12, 0x3e8, 0 },
	{ "PPPoE of version 2", pppoe, VERDICT_MALFORMED_LINK, 14, 0x2100, 0 },
	{ "PPPoE with a code", pppoe, VERDICT_MALFORMED_LINK, 14, 0x1109, 0 },
	{ "PPPoE past the end", pppoe, VERDICT_MALFORMED_LINK, 18, 0x9, 0 },
	{ "IPv4 cut", tcp, VERDICT_TRUNCATED_IP, NO_PATCH, 0, IP_AT + 19 },
	{ "IPv4 options cut", tcp, VERDICT_TRUNCATED_IP, IP_AT, 0x4a00, IP_AT + 30 },
	{ "IPv6 cut", tcp6, VERDICT_TRUNCATED_IP, NO_PATCH, 0, IP_AT + 39 },
	{ "an extension cut", extension, VERDICT_TRUNCATED_IP, NO_PATCH, 0, IP_AT + 44 },
	{ "labels over nothing", label, VERDICT_TRUNCATED_IP, NO_PATCH, 0, 0 },
	{ "raw IP of version 0", raw, VERDICT_MALFORMED_IP, NO_PATCH, 0, 0 },
	{ "IPv4 of version 6", tcp, VERDICT_MALFORMED_IP, IP_AT, 0x6500, 0 },
	{ "IPv6 of version 4", tcp6, VERDICT_MALFORMED_IP, IP_AT, 0x4500, 0 },
	{ "a header of 16 bytes", tcp, VERDICT_MALFORMED_IP, IP_AT, 0x4400, 0 },
	{ "a total of 19 bytes", tcp, VERDICT_MALFORMED_IP, IP_AT + 2, 0x13, 0 },
	{ "an extension past the end", extension, VERDICT_MALFORMED_IP, IP_AT + 40, 0x604, 0 },
	{ "a fragment of a fragment", fragment_in_fragment, VERDICT_MALFORMED_IP, NO_PATCH, 0, 0 },
	{ "TCP cut", tcp, VERDICT_TRUNCATED_TRANSPORT, NO_PATCH, 0, TCP_AT + 19 },
	{ "UDP cut", udp, VERDICT_TRUNCATED_TRANSPORT, NO_PATCH, 0, TCP_AT + 7 },
	{ "ICMP cut", icmp, VERDICT_TRUNCATED_TRANSPORT, NO_PATCH, 0, TCP_AT + 7 },
	{ "SCTP cut", sctp, VERDICT_TRUNCATED_TRANSPORT, NO_PATCH, 0, TCP_AT + 12 },
	{ "TCP of 19 bytes", tcp_19, VERDICT_MALFORMED_TRANSPORT, NO_PATCH, 0, 0 },
	{ "a TCP header of 16", tcp, VERDICT_MALFORMED_TRANSPORT, TCP_AT + 12, 0x4002, 0 },
	{ "one past the end", tcp, VERDICT_MALFORMED_TRANSPORT, TCP_AT + 12, 0x6002, 0 },
	{ "UDP of 7 bytes", udp_7, VERDICT_MALFORMED_TRANSPORT, NO_PATCH, 0, 0 },
	{ "a UDP length of 7", udp, VERDICT_MALFORMED_TRANSPORT, TCP_AT + 4, 0x7, 0 },
	{ "one past the end", udp, VERDICT_MALFORMED_TRANSPORT, TCP_AT + 4, 0x9, 0 },
	{ "ICMP of 7 bytes", icmp_7, VERDICT_MALFORMED_TRANSPORT, NO_PATCH, 0, 0 },
	{ "SCTP without a chunk", sctp_12, VERDICT_MALFORMED_TRANSPORT, NO_PATCH, 0, 0 },
	{ "half a question", neighbour, VERDICT_MALFORMED_TRANSPORT, NO_PATCH, 0, 0 },
	{ "ARP too short", arp_too_short, VERDICT_MALFORMED_ARP, NO_PATCH, 0, 0 },
	{ "ARP of long addresses", arp, VERDICT_MALFORMED_ARP, 18, 0x684, 0 },
	{ "ARP of IPv6", arp, VERDICT_MALFORMED_ARP, 16, 0x86dd, 0 },
	{ "inverse ARP", arp, VERDICT_MALFORMED_ARP, 20, 0x8, 0 },
	{ "ARP on another medium", arp, VERDICT_MALFORMED_ARP, 14, 0x18, 0 },
	{ "ARP of IEEE 802", arp, VERDICT_OK, 14, 0x6, 0 },
	{ "many tags", many_tags, VERDICT_TOO_DEEP, NO_PATCH, 0, 0 },
	{ "many labels", many_labels, VERDICT_TOO_DEEP, NO_PATCH, 0, 0 },
	{ "many backbones", many_backbones, VERDICT_TOO_DEEP, NO_PATCH, 0, 0 },
	{ "tags and PPPoE", tags_and_pppoe, VERDICT_TOO_DEEP, NO_PATCH, 0, 0 },
	{ "tags and SNAP", tags_and_snap, VERDICT_TOO_DEEP, NO_PATCH, 0, 0 },
	{ "tags and AH", tags_and_ah, VERDICT_TOO_DEEP, NO_PATCH, 0, 0 },
	/* clang-format on */
};

Test(verdict, is_the_right_one_for_every_case_and_all_have_been_seen)
{
	bool seen[VERDICT_COUNT] = { false };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct counters before;
		enum verdict verdict;

		/* Each with nothing remembered. */
		fixture_init(&fixture);
		build_begin(&builder, BUILD_LINK_ETHERNET, START_NS);
		cases[i].build();
		build_end(&builder);
		if (cases[i].patch_at != NO_PATCH) {
			store_be16(
			    builder.bytes + cases[i].patch_at, cases[i].patch);
		}
		if (cases[i].cut != 0) {
			build_cut(&builder, cases[i].cut);
		}
		before = fixture.counters;
		verdict = fixture_decode(&fixture, &builder);
		cr_expect_eq(verdict, cases[i].verdict, "%s: %s", cases[i].what,
		    verdict_name(verdict));
		seen[verdict] = true;
		/* Exactly one counter counts it. */
		before.value[COUNTER_DECODE_OK + verdict]++;
		cr_expect_arr_eq(&before, &fixture.counters, sizeof(before));
		fixture_finish(&fixture);
	}
	for (int i = 0; i < VERDICT_COUNT; i++) {
		cr_expect(seen[i], "%s", verdict_name((enum verdict)i));
	}
}
