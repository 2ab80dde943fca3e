#include "base/addr.h"

#include <criterion/criterion.h>

static struct ip_address
ip(const char *text)
{
	struct ip_address address;

	cr_assert(ip_address_parse(text, &address), "%s", text);
	return address;
}

static struct ip_prefix
prefix_of(const char *text)
{
	struct ip_prefix prefix;

	cr_assert(ip_prefix_parse(text, &prefix), "%s", text);
	return prefix;
}

Test(addr, is_written_as_rfc_5952_has_it)
{
	/* What is read, and what is written: section 4 of the RFC. */
	static const char *const cases[][2] = {
		{ "10.20.2.1", "10.20.2.1" },
		{ "0.0.0.0", "0.0.0.0" },
		{ "255.255.255.255", "255.255.255.255" },
		{ "2001:0db8:0:0:0:0:0:0001", "2001:db8::1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:0:0:1:0:0:0:1", "2001:0:0:1::1" },
		{ "2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:DB8::ABCD", "2001:db8::abcd" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "::1", "::1" },
		{ "::ffff:192.0.2.1", "192.0.2.1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ip_address address = ip(cases[i][0]);
		char text[IP_ADDRESS_TEXT_SIZE];

		cr_expect_str_eq(
		    ip_address_format(&address, text), cases[i][1]);
	}
}

Test(addr, what_is_no_address_is_refused_and_changes_nothing)
{
	static const char *const cases[] = { "", "10.0.0", "10.0.0.256",
		"10.0.0.1 ", " 10.0.0.1", "10.0.0.1/8", "1:2:3:4:5:6:7",
		"1::2::3", "::g", "fe80::1%eth0", "12345::", "localhost",
		"010.0.0.1" };
	struct ip_address address = ip("10.0.0.1");
	const struct ip_address before = address;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_expect_not(
		    ip_address_parse(cases[i], &address), "%s", cases[i]);
		cr_expect(ip_address_equal(&address, &before));
	}
}

Test(addr, an_ipv4_address_is_one_mapped_into_ipv6)
{
	static const uint8_t bytes[4] = { 192, 0, 2, 1 };
	struct ip_address address = ip_address_from_v4(bytes);
	struct ip_address parsed = ip("192.0.2.1");
	struct ip_address mapped = ip("::ffff:192.0.2.1");
	struct ip_address six = ip("::192.0.2.1");

	cr_expect(ip_address_equal(&address, &parsed));
	cr_expect(ip_address_equal(&address, &mapped));
	cr_expect(ip_address_is_v4(&address));
	cr_expect_not(ip_address_is_v4(&six));
	cr_expect_eq(ip_address_v4(&address), 0xc0000201);
}

Test(addr, is_ordered_as_a_number)
{
	struct ip_address low = ip("10.0.0.255");
	struct ip_address high = ip("10.0.1.0");
	struct ip_address six = ip("fe80::");

	cr_expect_lt(ip_address_compare(&low, &high), 0);
	cr_expect_gt(ip_address_compare(&high, &low), 0);
	cr_expect_eq(ip_address_compare(&low, &low), 0);
	cr_expect_gt(ip_address_compare(&six, &high), 0);
}

struct nature {
	const char *text;
	bool unspecified, group, loopback, link_local;
};

Test(addr, knows_the_addresses_that_are_no_hosts)
{
	static const struct nature cases[] = {
		{ "0.0.0.0", true, false, false, false },
		{ "0.0.0.1", false, false, false, false },
		{ "::", true, false, false, false },
		{ "::1", false, false, true, false },
		{ "::2", false, false, false, false },
		{ "127.0.0.1", false, false, true, false },
		{ "127.255.255.254", false, false, true, false },
		{ "128.0.0.1", false, false, false, false },
		{ "223.255.255.255", false, false, false, false },
		{ "224.0.0.0", false, true, false, false },
		{ "239.255.255.255", false, true, false, false },
		{ "240.0.0.0", false, false, false, false },
		{ "255.255.255.255", false, true, false, false },
		{ "10.255.255.255", false, false, false, false },
		{ "ff02::1", false, true, false, false },
		{ "fe80::1", false, false, false, true },
		{ "febf::1", false, false, false, true },
		{ "fec0::1", false, false, false, false },
		{ "169.254.1.1", false, false, false, true },
		{ "169.253.1.1", false, false, false, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct nature *want = &cases[i];
		struct ip_address a = ip(want->text);

		cr_expect_eq(ip_address_is_unspecified(&a), want->unspecified,
		    "%s", want->text);
		cr_expect_eq(
		    ip_address_is_group(&a), want->group, "%s", want->text);
		cr_expect_eq(ip_address_is_loopback(&a), want->loopback, "%s",
		    want->text);
		cr_expect_eq(ip_address_is_link_local(&a), want->link_local,
		    "%s", want->text);
	}
}

Test(addr, distance_is_signed_and_within_a_family)
{
	static const struct {
		const char *from, *to;
		int64_t distance;
	} cases[] = {
		{ "10.0.0.1", "10.0.0.2", 1 },
		{ "10.0.1.0", "10.0.0.255", -1 },
		{ "0.0.0.0", "255.255.255.255", UINT32_MAX },
		{ "255.255.255.255", "0.0.0.0", -(int64_t)UINT32_MAX },
		{ "fd20::1", "fd20::ff", 0xfe },
		{ "fd20::1:0:0", "fd20::", INT64_MAX },
		{ "fd20::ffff:ffff", "fd20::", -(int64_t)UINT32_MAX },
		{ "fd20:0:0:1::", "fd20:0:0:2::", INT64_MAX },
		{ "::ffff:ffff", "0.0.0.1", INT64_MAX },
		{ "fd20::", "fd20::8000:0:0:0", INT64_MAX },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ip_address from = ip(cases[i].from);
		struct ip_address to = ip(cases[i].to);

		cr_expect_eq(ip_address_distance(&from, &to), cases[i].distance,
		    "%s to %s", cases[i].from, cases[i].to);
	}
}

Test(addr, a_step_wraps_within_its_family)
{
	static const struct {
		const char *from;
		int64_t step;
		const char *to;
	} cases[] = {
		{ "10.0.0.255", 1, "10.0.1.0" },
		{ "10.0.0.0", -1, "9.255.255.255" },
		{ "255.255.255.255", 1, "0.0.0.0" },
		{ "0.0.0.0", -1, "255.255.255.255" },
		{ "fd20::ffff", 1, "fd20::1:0" },
		{ "fd20::", -1, "fd20::ffff:ffff:ffff:ffff" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ip_address from = ip(cases[i].from);
		struct ip_address want = ip(cases[i].to);
		struct ip_address moved = ip_address_add(&from, cases[i].step);

		cr_expect(ip_address_equal(&moved, &want), "%s + %lld",
		    cases[i].from, (long long)cases[i].step);
	}
}

Test(addr, a_prefix_is_read_and_written)
{
	static const char *const cases[][2] = {
		{ "10.20.2.0/24", "10.20.2.0/24" },
		{ "0.0.0.0/0", "0.0.0.0/0" },
		{ "10.1.2.3", "10.1.2.3/32" },
		{ "10.1.2.3/32", "10.1.2.3/32" },
		{ "fd20:0:0:2::/64", "fd20:0:0:2::/64" },
		{ "::/0", "::/0" },
		{ "fe80::1", "fe80::1/128" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ip_prefix prefix = prefix_of(cases[i][0]);
		char text[IP_PREFIX_TEXT_SIZE];

		cr_expect_str_eq(ip_prefix_format(&prefix, text), cases[i][1]);
	}
}

Test(addr, what_is_no_prefix_is_refused_and_changes_nothing)
{
	static const char *const cases[] = { "", "/", "/24", "10.0.0.0/",
		"10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8 ",
		"10.0.0.0/0008", "10.0.0.0/8/8", "10.0.0.1/8", "fd20::/129",
		"fd20::1/64", "10.0.0.0/255.0.0.0", "10.0.0.0/99999999999",
		"1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa:bbbb/1" };
	struct ip_prefix prefix = prefix_of("192.0.2.0/24");
	const struct ip_prefix before = prefix;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_expect_not(
		    ip_prefix_parse(cases[i], &prefix), "%s", cases[i]);
		cr_expect(ip_address_equal(&prefix.address, &before.address));
		cr_expect_eq(prefix.length, before.length);
	}
}

Test(addr, a_prefix_contains_its_addresses_to_the_bit)
{
	static const struct {
		const char *prefix, *address;
		bool inside;
	} cases[] = {
		{ "10.20.2.0/24", "10.20.2.0", true },
		{ "10.20.2.0/24", "10.20.2.255", true },
		{ "10.20.2.0/24", "10.20.3.0", false },
		{ "10.20.2.0/23", "10.20.3.255", true },
		{ "10.20.2.8/29", "10.20.2.15", true },
		{ "10.20.2.8/29", "10.20.2.16", false },
		{ "10.1.2.3/32", "10.1.2.3", true },
		{ "10.1.2.3/32", "10.1.2.2", false },
		{ "0.0.0.0/0", "255.1.2.3", true },
		{ "0.0.0.0/0", "fe80::1", false },
		{ "::/0", "fe80::1", true },
		{ "::/0", "10.0.0.1", true },
		{ "fd20:0:0:2::/64", "fd20:0:0:2::1", true },
		{ "fd20:0:0:2::/64", "fd20:0:0:3::1", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct ip_prefix prefix = prefix_of(cases[i].prefix);
		struct ip_address address = ip(cases[i].address);

		cr_expect_eq(ip_prefix_contains(&prefix, &address),
		    cases[i].inside, "%s, %s", cases[i].prefix,
		    cases[i].address);
	}
}

Test(addr, a_mac_address_is_read_and_written)
{
	static const char *const cases[][2] = {
		{ "00:1b:21:0a:ff:09", "00:1b:21:0a:ff:09" },
		{ "00-1B-21-0A-FF-09", "00:1b:21:0a:ff:09" },
		{ "ff:ff:ff:ff:ff:ff", "ff:ff:ff:ff:ff:ff" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct mac_address mac;
		char text[MAC_ADDRESS_TEXT_SIZE];

		cr_assert(mac_address_parse(cases[i][0], &mac));
		cr_expect_str_eq(mac_address_format(&mac, text), cases[i][1]);
	}
}

Test(addr, what_is_no_mac_address_is_refused_and_changes_nothing)
{
	static const char *const cases[] = { "", "00:1b:21:0a:ff",
		"00:1b:21:0a:ff:09:", "00:1b:21:0a:ff:0g", "001b210aff09",
		"00:1b:21:0a:ff 09", "0:1b:21:0a:ff:099" };
	struct mac_address mac = { { 2, 0, 0, 0, 0, 1 } };
	const struct mac_address before = mac;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_expect_not(
		    mac_address_parse(cases[i], &mac), "%s", cases[i]);
		cr_expect(mac_address_equal(&mac, &before));
	}
}

Test(addr, knows_the_mac_addresses_that_are_no_cards)
{
	struct mac_address mac = { { 0 } };

	cr_expect(mac_address_is_zero(&mac));
	cr_expect_not(mac_address_is_group(&mac));
	mac.byte[5] = 1;
	cr_expect_not(mac_address_is_zero(&mac));
	mac.byte[0] = 0x33;
	cr_expect(mac_address_is_group(&mac));
	mac.byte[0] = 0x02;
	cr_expect_not(mac_address_is_group(&mac));
}
