#include <criterion/criterion.h>
#include <stdio.h>

#include "policy/policy.h"

static struct policy policy;

static struct ip_address
address(const char *text)
{
	struct ip_address parsed;

	cr_assert(ip_address_parse(text, &parsed), "%s", text);
	return parsed;
}

static struct policy_segment *
add_segment(const char *name)
{
	struct policy_segment *segment =
	    &policy.segments[policy.segment_count++];

	memset(segment, 0, sizeof(*segment));
	strcpy(segment->name, name);
	return segment;
}

static void
add_prefix(struct policy_segment *segment, const char *text)
{
	cr_assert(
	    ip_prefix_parse(text, &segment->prefixes[segment->prefix_count++]));
}

static const char *
segment_of(const char *text, uint16_t vlan)
{
	struct ip_address asked = address(text);

	return policy_segment_name(
	    &policy, policy_segment_of(&policy, &asked, vlan));
}

/* The rule of the header, read word by word: what the index must agree with. */
static uint16_t
slow_segment_of(const struct ip_address *asked, uint16_t vlan)
{
	uint16_t best = POLICY_NO_SEGMENT;
	int best_length = -1;
	bool best_has_vlan = false;

	for (uint32_t i = 0; i < policy.segment_count; i++) {
		const struct policy_segment *segment = &policy.segments[i];
		bool vlan_fits = false;

		for (uint32_t j = 0; j < segment->vlan_count; j++) {
			vlan_fits |= segment->vlans[j] == vlan;
		}
		for (uint32_t j = 0; j < segment->prefix_count; j++) {
			int length = segment->prefixes[j].length;

			if (!ip_prefix_contains(&segment->prefixes[j], asked) ||
			    length < best_length) {
				continue;
			}
			if (length > best_length ||
			    (vlan_fits && !best_has_vlan)) {
				best = (uint16_t)i;
				best_length = length;
				best_has_vlan = vlan_fits;
			}
		}
	}
	return best;
}

Test(policy, without_a_file_private_space_is_internal)
{
	policy_default(&policy);
	cr_expect_str_eq(
	    segment_of("10.1.2.3", POLICY_VLAN_UNKNOWN), "internal");
	cr_expect_str_eq(segment_of("172.31.255.255", 5), "internal");
	cr_expect_str_eq(segment_of("192.168.0.1", 5), "internal");
	cr_expect_str_eq(segment_of("169.254.7.7", 5), "internal");
	cr_expect_str_eq(segment_of("fe80::1", 5), "internal");
	cr_expect_str_eq(segment_of("fd20:0:0:2::5", 5), "internal");
	cr_expect_null(segment_of("172.32.0.0", 5));
	cr_expect_null(segment_of("8.8.8.8", 5));
	cr_expect_null(segment_of("2001:db8::1", 5));
	cr_expect_str_eq(policy.sensor_name, "spanwatch");
	cr_expect_str_eq(policy.timezone, "UTC");
	cr_expect_eq(policy.detection.campaign_quiet_ns, 86400 * NS_PER_S);
	cr_expect(policy_is_sound(&policy));
}

Test(policy, the_longest_prefix_wins_whatever_the_order)
{
	policy_default(&policy);
	policy.segment_count = 0;
	add_prefix(add_segment("wide"), "10.0.0.0/8");
	add_prefix(add_segment("narrow"), "10.20.2.0/24");
	add_prefix(add_segment("middle"), "10.20.0.0/16");
	add_prefix(add_segment("host"), "10.20.2.9");
	policy_prepare(&policy);
	cr_expect_str_eq(segment_of("10.20.2.8", 1), "narrow");
	cr_expect_str_eq(segment_of("10.20.2.9", 1), "host");
	cr_expect_str_eq(segment_of("10.20.3.9", 1), "middle");
	cr_expect_str_eq(segment_of("10.21.3.9", 1), "wide");
	cr_expect_null(segment_of("11.0.0.0", 1));
}

Test(policy, among_equal_prefixes_the_vlan_decides_then_the_first)
{
	struct policy_segment *segment;

	policy_default(&policy);
	policy.segment_count = 0;
	segment = add_segment("plant-a");
	add_prefix(segment, "192.168.1.0/24");
	segment->vlans[segment->vlan_count++] = 10;
	segment = add_segment("plant-b");
	add_prefix(segment, "192.168.1.0/24");
	segment->vlans[segment->vlan_count++] = 20;
	segment->vlans[segment->vlan_count++] = 21;
	policy_prepare(&policy);
	cr_expect_str_eq(segment_of("192.168.1.7", 10), "plant-a");
	cr_expect_str_eq(segment_of("192.168.1.7", 20), "plant-b");
	cr_expect_str_eq(segment_of("192.168.1.7", 21), "plant-b");
	cr_expect_str_eq(segment_of("192.168.1.7", 30), "plant-a");
	cr_expect_str_eq(
	    segment_of("192.168.1.7", POLICY_VLAN_UNKNOWN), "plant-a");
}

Test(policy, all_of_ipv6_does_not_hold_ipv4)
{
	policy_default(&policy);
	policy.segment_count = 0;
	add_prefix(add_segment("six"), "::/0");
	policy_prepare(&policy);
	cr_expect_null(segment_of("8.8.8.8", 1));
	cr_expect_str_eq(segment_of("2001:db8::1", 1), "six");
	add_prefix(add_segment("four"), "0.0.0.0/0");
	policy_prepare(&policy);
	cr_expect_str_eq(segment_of("8.8.8.8", 1), "four");
	cr_expect_str_eq(segment_of("255.255.255.255", 1), "four");
	cr_expect_str_eq(segment_of("::1", 1), "six");
}

Test(policy, a_full_policy_answers_as_the_rule_read_word_by_word)
{
	uint32_t random = 1;
	uint32_t inside = 0;

	policy_default(&policy);
	policy.segment_count = 0;
	for (uint32_t i = 0; i < POLICY_SEGMENT_COUNT; i++) {
		struct policy_segment *segment = add_segment("full");

		for (uint32_t j = 0; j < POLICY_PREFIXES_PER_SEGMENT; j++) {
			struct ip_prefix *prefix =
			    &segment->prefixes[segment->prefix_count++];
			uint8_t length;

			/* Few enough bits that prefixes collide and nest. */
			random = random * 1664525 + 1013904223;
			length = (uint8_t)(8 + (random >> 8) % 25);
			prefix->address = ip_address_from_v4(
			    (uint8_t[]){ 10, (uint8_t)(random >> 16 & 7),
			        (uint8_t)(random >> 20 & 7),
			        (uint8_t)(random >> 24) });
			for (uint32_t bit = length; bit < 32; bit++) {
				prefix->address.byte[12 + bit / 8] &=
				    (uint8_t) ~(0x80 >> bit % 8);
			}
			prefix->length = (uint8_t)(96 + length);
		}
		segment->vlans[segment->vlan_count++] = (uint16_t)(1 + i % 7);
	}
	policy_prepare(&policy);
	cr_assert(policy_is_sound(&policy));
	for (uint32_t i = 0; i < 20000; i++) {
		struct ip_address asked;
		uint16_t vlan;

		random = random * 1664525 + 1013904223;
		asked = ip_address_from_v4(
		    (uint8_t[]){ (uint8_t)(10 + (random >> 31)),
		        (uint8_t)(random >> 16 & 15),
		        (uint8_t)(random >> 20 & 7), (uint8_t)(random >> 24) });
		vlan = (uint16_t)((random >> 8) % 9);
		cr_assert_eq(policy_segment_of(&policy, &asked, vlan),
		    slow_segment_of(&asked, vlan));
		inside += policy_segment_of(&policy, &asked, vlan) !=
		    POLICY_NO_SEGMENT;
	}
	cr_expect(inside > 1000 && inside < 19000);
}

Test(policy, a_policy_of_no_segments_knows_none)
{
	policy_default(&policy);
	policy.segment_count = 0;
	policy_prepare(&policy);
	cr_expect(policy_is_sound(&policy));
	cr_expect_null(segment_of("10.0.0.1", 1));
	cr_expect_null(policy_segment_name(&policy, 0));
}

Test(policy, what_a_broken_sender_could_put_in_is_found_unsound)
{
#define EXPECT_UNSOUND(change)                                    \
	do {                                                      \
		policy_default(&policy);                          \
		cr_assert(policy_is_sound(&policy));              \
		change;                                           \
		cr_expect_not(policy_is_sound(&policy), #change); \
	} while (0)

	EXPECT_UNSOUND(policy.segment_count = POLICY_SEGMENT_COUNT + 1);
	EXPECT_UNSOUND(policy.segment_count = 0);
	EXPECT_UNSOUND(memset(policy.sensor_name, 'a', POLICY_NAME_SIZE));
	EXPECT_UNSOUND(policy.sensor_name[0] = '\0');
	EXPECT_UNSOUND(memset(policy.timezone, 'a', POLICY_NAME_SIZE));
	EXPECT_UNSOUND(memset(policy.segments[0].name, 'a', POLICY_NAME_SIZE));
	EXPECT_UNSOUND(
	    policy.segments[0].prefix_count = POLICY_PREFIXES_PER_SEGMENT + 1);
	EXPECT_UNSOUND(
	    policy.segments[0].vlan_count = POLICY_VLANS_PER_SEGMENT + 1);
	EXPECT_UNSOUND(policy.segments[0].vlan_count = 1);
	EXPECT_UNSOUND(policy.segments[0].prefixes[0].length = 129);
	EXPECT_UNSOUND(
	    policy.segments[0].criticality = POLICY_CRITICALITY_COUNT);
	EXPECT_UNSOUND(policy.index.prefix_count = POLICY_PREFIX_COUNT + 1);
	EXPECT_UNSOUND(policy.index.group_count = POLICY_PREFIX_LENGTHS + 1);
	EXPECT_UNSOUND(policy.index.groups[0].length = 129);
	EXPECT_UNSOUND(policy.index.groups[0].count = 7);
	EXPECT_UNSOUND(policy.index.groups[0].first = 0xffff);
	EXPECT_UNSOUND(policy.index.prefixes[5].segment = 1);
#undef EXPECT_UNSOUND
}

Test(policy, each_criticality_has_its_word)
{
	cr_expect_str_eq(
	    policy_criticality_name(POLICY_CRITICALITY_LOW), "low");
	cr_expect_str_eq(
	    policy_criticality_name(POLICY_CRITICALITY_NORMAL), "normal");
	cr_expect_str_eq(
	    policy_criticality_name(POLICY_CRITICALITY_HIGH), "high");
	cr_expect_str_eq(
	    policy_criticality_name(POLICY_CRITICALITY_CRITICAL), "critical");
}

static void
add_place(
    struct policy *of, const char *prefix, const char *host, uint16_t asset)
{
	struct policy_place *place = &of->places[of->place_count++];

	place->asset = asset;
	if (prefix != NULL) {
		cr_assert(ip_prefix_parse(prefix, &place->prefix));
	} else {
		place->kind = POLICY_PLACE_HOST;
		(void)snprintf(place->host, sizeof(place->host), "%s", host);
	}
}

Test(policy, an_asset_is_found_by_the_longest_prefix_and_by_name_before_that)
{
	static struct policy of;
	struct ip_address address;
	struct policy_host host = { .address = &address,
		.segment = POLICY_NO_SEGMENT };

	policy_default(&of);
	of.asset_count = 3;
	add_place(&of, "10.0.0.0/8", NULL, 0);
	add_place(&of, "10.1.0.0/16", NULL, 1);
	add_place(&of, NULL, "dc1", 2);
	cr_assert(ip_address_parse("10.1.2.3", &address));
	cr_expect_eq(policy_asset_of(&of, &host), 1);
	host.name = "DC1";
	cr_expect_eq(policy_asset_of(&of, &host), 2);
	host.name = NULL;
	cr_assert(ip_address_parse("10.2.0.1", &address));
	cr_expect_eq(policy_asset_of(&of, &host), 0);
	cr_assert(ip_address_parse("11.0.0.1", &address));
	cr_expect_eq(policy_asset_of(&of, &host), POLICY_NO_ASSET);
}

Test(policy, an_asset_goes_before_its_segment_and_else_the_segment_says)
{
	static struct policy of;
	struct ip_address address;
	struct policy_host host = { .address = &address, .segment = 0 };

	policy_default(&of);
	of.segments[0].role = POLICY_ROLE_WORKSTATION;
	of.segments[0].criticality = POLICY_CRITICALITY_HIGH;
	of.asset_count = 1;
	add_place(&of, "10.1.0.0/16", NULL, 0);
	cr_assert(ip_address_parse("10.1.2.3", &address));
	cr_expect_eq(policy_role_of(&of, &host), POLICY_ROLE_WORKSTATION);
	cr_expect_eq(
	    policy_criticality_of(&of, &host), POLICY_CRITICALITY_HIGH);
	of.assets[0].role = POLICY_ROLE_MONITORING;
	of.assets[0].has_criticality = 1;
	of.assets[0].criticality = POLICY_CRITICALITY_LOW;
	cr_expect_eq(policy_role_of(&of, &host), POLICY_ROLE_MONITORING);
	cr_expect_eq(policy_criticality_of(&of, &host), POLICY_CRITICALITY_LOW);
	host.segment = POLICY_NO_SEGMENT;
	of.asset_count = 0;
	of.place_count = 0;
	cr_expect_eq(policy_role_of(&of, &host), POLICY_ROLE_UNKNOWN);
	cr_expect_eq(
	    policy_criticality_of(&of, &host), POLICY_CRITICALITY_NORMAL);
}

Test(policy, knows_a_scanner_by_its_file_name_alone)
{
	static struct policy of;

	policy_default(&of);
	cr_expect(policy_knows_scanner(&of, "C:\\Tools\\NMAP.EXE"));
	cr_expect(policy_knows_scanner(&of, "/usr/bin/nmap"));
	cr_expect(policy_knows_scanner(&of, "zmap.exe"));
	cr_expect_not(policy_knows_scanner(&of, "/opt/nmap/run.sh"));
	cr_expect_not(policy_knows_scanner(&of, "nmapper.exe"));
	cr_expect_not(policy_knows_scanner(&of, "nma"));
	cr_expect_not(policy_knows_scanner(&of, ""));
	cr_expect_not(policy_knows_scanner(&of, ".exe"));
}

Test(policy, with_terms_or_assets_that_cannot_be_is_not_sound)
{
	static struct policy of;
	static struct policy broken;

	policy_default(&of);
	cr_expect(policy_is_sound(&of));
	broken = of;
	broken.segments[0].terms.false_alarms_ppm = 0;
	cr_expect_not(policy_is_sound(&broken));
	broken = of;
	broken.detection.terms.window_ns = 1;
	cr_expect_not(policy_is_sound(&broken));
	broken = of;
	broken.detection.terms.sequence_stride = 17;
	cr_expect_not(policy_is_sound(&broken));
	broken = of;
	broken.detection.known_scanner_count = POLICY_KNOWN_SCANNERS + 1;
	cr_expect_not(policy_is_sound(&broken));
	broken = of;
	broken.place_count = 1;
	cr_expect_not(policy_is_sound(&broken), "of an asset there is not");
	broken = of;
	broken.asset_count = POLICY_ASSET_COUNT + 1;
	cr_expect_not(policy_is_sound(&broken));
	broken = of;
	broken.segments[0].role = POLICY_ROLE_COUNT;
	cr_expect_not(policy_is_sound(&broken));
}
