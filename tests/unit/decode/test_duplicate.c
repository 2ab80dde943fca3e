#include <criterion/criterion.h>
#include <string.h>

#include "base/bytes.h"
#include "decode/duplicate.h"
#include "unit/decode/fixture.h"

static struct fixture fixture;
static struct packet_builder builder;

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

TestSuite(duplicate, .init = begin, .fini = end);

/* How a packet looks on one of the ports that it passes. */
struct sight {
	uint64_t after_ns;
	const char *source_mac;
	uint16_t vlan;
	uint8_t ttl;
};

static enum verdict
see(const struct sight *sight, bool is_ip4, uint16_t ip_id)
{
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS + sight->after_ns);
	builder.ttl = sight->ttl;
	builder.ip_id = ip_id;
	build_ethernet(&builder, sight->source_mac, "02:00:00:00:00:ff");
	if (sight->vlan != VLAN_NONE) {
		build_vlan(&builder, sight->vlan);
	}
	if (is_ip4) {
		build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	} else {
		build_ip6(&builder, "fd00::1", "fd00:9::2");
	}
	build_tcp(&builder, 40000, 22, TCP_SYN);
	build_end(&builder);
	return fixture_decode(&fixture, &builder);
}

static const struct sight before_router = { 0, "02:00:00:00:00:01", 10, 64 };
static const struct sight after_router = { 200000, "02:00:00:00:00:02", 20,
	63 };

Test(duplicate, is_what_passed_a_router)
{
	for (int i = 0; i < 2; i++) {
		cr_assert_eq(see(&before_router, i == 0, 1), VERDICT_OK);
		cr_assert_eq(see(&after_router, i == 0, 1), VERDICT_DUPLICATE);
	}
	cr_expect_eq(fixture.counters.value[COUNTER_DECODE_OK], 2);
	cr_expect_eq(fixture.counters.value[COUNTER_DECODE_DUPLICATE], 2);
}

Test(duplicate, may_come_before_what_it_duplicates)
{
	cr_assert_eq(see(&after_router, true, 1), VERDICT_OK);
	cr_assert_eq(see(&before_router, true, 1), VERDICT_DUPLICATE);
}

Test(duplicate, is_the_same_inside_a_tunnel)
{
	cr_assert_eq(see(&before_router, true, 1), VERDICT_OK);
	build_begin(&builder, BUILD_LINK_ETHERNET, START_NS + NS_PER_MS);
	builder.ip_id = 99;
	build_ethernet(&builder, "02:00:00:00:00:03", "02:00:00:00:00:04");
	build_ip4(&builder, "192.0.2.1", "192.0.2.2");
	build_erspan_2(&builder, 1, 10);
	builder.ip_id = 1;
	build_ethernet(&builder, "02:00:00:00:00:01", "02:00:00:00:00:ff");
	build_ip4(&builder, "10.0.0.1", "10.0.9.2");
	build_tcp(&builder, 40000, 22, TCP_SYN);
	build_end(&builder);
	cr_expect_eq(fixture_decode(&fixture, &builder), VERDICT_DUPLICATE);
}

Test(duplicate, is_not_what_comes_later_than_the_window)
{
	struct sight late = before_router;

	cr_assert_eq(see(&before_router, true, 1), VERDICT_OK);
	late.after_ns = DUPLICATE_WINDOW_NS - NS_PER_MS;
	cr_expect_eq(see(&late, true, 1), VERDICT_DUPLICATE);
	/* The chain does not stretch it. */
	late.after_ns = DUPLICATE_WINDOW_NS + NS_PER_MS;
	cr_expect_eq(see(&late, true, 1), VERDICT_OK);
}

Test(duplicate, is_not_what_has_another_identifier)
{
	cr_assert_eq(see(&before_router, true, 1), VERDICT_OK);
	cr_expect_eq(see(&before_router, true, 2), VERDICT_OK);
}

Test(duplicate, is_not_what_has_quite_another_ttl)
{
	struct sight probe = before_router;

	cr_assert_eq(see(&before_router, true, 1), VERDICT_OK);
	probe.ttl = 64 - DUPLICATE_TTL_DISTANCE - 1;
	cr_expect_eq(see(&probe, true, 1), VERDICT_OK);
	probe.ttl = 64 + DUPLICATE_TTL_DISTANCE + 1;
	cr_expect_eq(see(&probe, true, 1), VERDICT_OK);
}

Test(duplicate, time_may_step_back_a_little)
{
	struct sight earlier = before_router;
	struct sight later = before_router;

	later.after_ns = 20 * NS_PER_MS;
	cr_assert_eq(see(&later, true, 1), VERDICT_OK);
	cr_expect_eq(see(&earlier, true, 1), VERDICT_DUPLICATE);
	later.after_ns = NS_PER_S;
	cr_assert_eq(see(&later, true, 2), VERDICT_OK);
	cr_expect_eq(see(&earlier, true, 2), VERDICT_OK);
}

Test(duplicate, arp_is_one_too)
{
	for (int i = 0; i < 3; i++) {
		build_begin(&builder, BUILD_LINK_ETHERNET,
		    START_NS + (uint64_t)i * 30 * NS_PER_MS);
		build_ethernet(
		    &builder, "02:00:00:00:00:01", "ff:ff:ff:ff:ff:ff");
		build_arp(&builder, ARP_REQUEST, "10.0.0.1", "10.0.0.2");
		build_end(&builder);
		cr_expect_eq(fixture_decode(&fixture, &builder),
		    i == 1 ? VERDICT_DUPLICATE : VERDICT_OK);
	}
}

/* Whether a router may change the bit, or it is the version, which says how to
 * read the rest, or the TTL, which is compared apart. */
static bool
is_left_out(bool is_ip4, uint32_t bit)
{
	uint32_t byte = bit / 8;

	if (is_ip4) {
		return byte <= 1 || byte == 8 || byte == 10 || byte == 11;
	}
	return byte == 0 || (byte == 1 && bit % 8 >= 4) || byte == 7;
}

static void
expect_every_bit_counts(
    struct duplicate_memory *memory, bool is_ip4, uint32_t payload)
{
	static uint64_t now = START_NS;
	uint8_t ip[128] = { is_ip4 ? 0x45 : 0x60 };
	uint32_t size = (is_ip4 ? 20 : 40) + payload;

	for (uint32_t bit = 8; bit < size * 8; bit++) {
		now += NS_PER_S;
		cr_assert_not(duplicate_ip(memory, ip, size, now));
		ip[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (is_left_out(is_ip4, bit)) {
			cr_expect(bit / 8 == (is_ip4 ? 8 : 7) ||
			    duplicate_ip(memory, ip, size, now));
		} else {
			cr_expect_not(duplicate_ip(memory, ip, size, now),
			    "bit %u of byte %u of %u", bit % 8, bit / 8, size);
		}
		ip[bit / 8] ^= (uint8_t)(1 << bit % 8);
		cr_assert(duplicate_ip(memory, ip, size, now));
	}
}

Test(duplicate, looks_at_every_bit_that_identifies)
{
	static const struct hash_key key = { { 3, 4 } };
	static const uint32_t sizes[] = { 0, 1, 7, 8, 9, 15, 16, 20, 23, 31, 39,
		40, 41, 56, 63, 64 };
	struct duplicate_memory memory;
	struct region region;

	cr_assert_eq(region_init(&region, DUPLICATE_MEMORY_BYTES(1024)), 0);
	duplicate_memory_init(&memory, &region, 1024, &key);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		if (sizes[i] <= 40) {
			expect_every_bit_counts(&memory, true, sizes[i]);
		}
		expect_every_bit_counts(&memory, false, sizes[i]);
	}
	region_finish(&region);
}

Test(duplicate, errors_about_different_probes_are_not)
{
	static struct packet_builder about;

	/* Their checksums are equal: the checksum in the quote makes up for the
	 * address. */
	for (int i = 0; i < 2; i++) {
		build_begin(&about, BUILD_LINK_RAW, START_NS);
		build_ip6(
		    &about, "fd00::1", i == 0 ? "fd00:9::2" : "fd00:9::3");
		build_icmp6(&about, ICMP6_ECHO_REQUEST, 0);
		build_end(&about);
		build_begin(&builder, BUILD_LINK_RAW, START_NS);
		build_ip6(&builder, "fd00::fe", "fd00::1");
		build_icmp_error(&builder, ICMP6_UNREACHABLE, 3, &about, 48);
		build_end(&builder);
		cr_expect_eq(fixture_decode(&fixture, &builder), VERDICT_OK);
	}
}

Test(duplicate, memory_that_is_full_forgets_the_oldest_and_loses_nothing)
{
	static const struct hash_key key = { { 3, 4 } };
	struct duplicate_memory memory;
	struct region region;
	uint8_t ip[40] = { 0x45, [3] = 40, [8] = 64, [9] = 6 };
	uint32_t duplicates = 0;
	uint32_t remembered = 0;

	cr_assert_eq(region_init(&region, DUPLICATE_MEMORY_BYTES(1024)), 0);
	duplicate_memory_init(&memory, &region, 1024, &key);
	for (uint32_t i = 0; i < 1000000; i++) {
		store_be32(ip + 12, i);
		duplicates +=
		    duplicate_ip(&memory, ip, sizeof(ip), START_NS + i * 10);
	}
	cr_expect_eq(duplicates, 0);
	for (uint32_t i = 1000000 - 256; i < 1000000; i++) {
		store_be32(ip + 12, i);
		remembered +=
		    duplicate_ip(&memory, ip, sizeof(ip), START_NS + i * 10);
	}
	/* The last quarter of what fits is nearly all there. */
	cr_expect_geq(remembered, 240);
	region_finish(&region);
}
