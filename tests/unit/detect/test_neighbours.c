#include "detect/neighbours.h"

#include <criterion/criterion.h>

#include "support/finding_builder.h"

enum { NETWORKS = 64, START_S = 1795503060 };

static const struct hash_key hash_key = { { 0x0706050403020100,
    0x0f0e0d0c0b0a0908 } };
static struct region region;
static struct neighbours neighbours;

static void
set_up(void)
{
	cr_assert_eq(region_init(&region, NEIGHBOURS_BYTES(NETWORKS)), 0);
	neighbours_init(&neighbours, &region, NETWORKS, &hash_key);
	cr_assert_eq(region.used, region.size, "NEIGHBOURS_BYTES is exact");
}

static void
tear_down(void)
{
	region_finish(&region);
}

TestSuite(neighbours, .init = set_up, .fini = tear_down);

static void
live(const char *address, uint32_t now_s)
{
	struct ip_address parsed = address_of(address);

	neighbours_live(&neighbours, &parsed, now_s);
}

static bool
is_dark(const char *address, uint32_t now_s)
{
	struct ip_address parsed = address_of(address);

	return neighbours_is_dark(&neighbours, &parsed, now_s);
}

static void
contact(const char *source, const char *target, uint32_t now_s)
{
	struct ip_address from = address_of(source);
	struct ip_address to = address_of(target);

	neighbours_contact(&neighbours, &from, &to, now_s);
}

static bool
explains(const char *asker, const char *target, uint32_t now_s)
{
	struct ip_address from = address_of(asker);
	struct ip_address to = address_of(target);

	return neighbours_explains(&neighbours, &from, &to, now_s);
}

static const struct mac_address mac = { { 2, 0, 0, 0, 0, 1 } };

static void
speaks(const char *address)
{
	struct ip_address parsed = address_of(address);

	neighbours_mac_speaks(&neighbours, &mac, &parsed);
}

Test(neighbours, an_address_is_dark_only_after_an_hour_of_learning)
{
	live("10.20.2.1", START_S);
	cr_expect_not(is_dark("10.20.2.9", START_S));
	cr_expect_not(
	    is_dark("10.20.2.9", START_S + NEIGHBOURS_LEARNING_S - 1));
	cr_expect(is_dark("10.20.2.9", START_S + NEIGHBOURS_LEARNING_S));
	cr_expect_not(is_dark("10.20.2.1", START_S + NEIGHBOURS_LEARNING_S));
}

Test(neighbours, of_a_network_never_heard_of_nothing_is_dark)
{
	live("10.20.2.1", START_S);
	cr_expect_not(
	    is_dark("10.20.3.9", START_S + 10 * NEIGHBOURS_LEARNING_S));
}

Test(neighbours, an_address_that_speaks_is_dark_no_more)
{
	live("10.20.2.1", START_S);
	cr_expect(is_dark("10.20.2.9", START_S + NEIGHBOURS_LEARNING_S));
	live("10.20.2.9", START_S + NEIGHBOURS_LEARNING_S);
	cr_expect_not(is_dark("10.20.2.9", START_S + NEIGHBOURS_LEARNING_S));
}

Test(neighbours, each_of_256_addresses_has_a_place_of_its_own)
{
	for (int host = 0; host < 256; host += 2) {
		struct ip_address even = address_of("10.20.2.0");

		even.byte[15] = (uint8_t)host;
		neighbours_live(&neighbours, &even, START_S);
	}
	for (int host = 0; host < 256; host++) {
		struct ip_address any = address_of("10.20.2.0");

		any.byte[15] = (uint8_t)host;
		cr_expect_eq(neighbours_is_dark(&neighbours, &any,
		                 START_S + NEIGHBOURS_LEARNING_S),
		    host % 2 == 1, "host %d", host);
	}
}

Test(neighbours, more_networks_than_fit_are_learned_anew)
{
	for (int network = 0; network < 4 * NETWORKS; network++) {
		struct ip_address address = address_of("10.20.2.1");

		address.byte[13] = (uint8_t)network;
		neighbours_live(
		    &neighbours, &address, START_S + (uint32_t)network);
	}
	cr_expect_eq(neighbours.networks.used, NETWORKS);
	cr_expect(neighbours.networks.evicted > 0);
	/* One that had to go says nothing, rather than something wrong. */
	cr_expect_not(is_dark("10.0.2.9", START_S + NEIGHBOURS_LEARNING_S));
}

Test(neighbours, a_packet_of_somebody_else_explains_a_question)
{
	contact("10.20.1.9", "10.20.2.5", START_S);
	cr_expect(explains("10.20.2.254", "10.20.2.5", START_S));
	cr_expect_not(explains("10.20.2.254", "10.20.2.6", START_S));
}

Test(neighbours, nobody_explains_himself)
{
	contact("10.20.1.9", "10.20.2.5", START_S);
	cr_expect_not(explains("10.20.1.9", "10.20.2.5", START_S));
}

Test(neighbours, a_question_is_explained_for_six_seconds)
{
	contact("10.20.1.9", "10.20.2.5", START_S);
	cr_expect(explains(
	    "10.20.2.254", "10.20.2.5", START_S + NEIGHBOURS_EXPLAINED_S));
	cr_expect_not(explains(
	    "10.20.2.254", "10.20.2.5", START_S + NEIGHBOURS_EXPLAINED_S + 1));
}

Test(neighbours, a_mac_that_speaks_for_three_addresses_is_a_routers)
{
	speaks("10.20.1.1");
	speaks("10.20.1.2");
	cr_expect_not(neighbours_is_router(&neighbours, &mac));
	speaks("10.20.1.2");
	cr_expect_not(neighbours_is_router(&neighbours, &mac));
	speaks("10.20.1.3");
	cr_expect(neighbours_is_router(&neighbours, &mac));
}

Test(neighbours, the_many_ipv6_addresses_of_one_host_make_no_router_of_it)
{
	speaks("fd20::1");
	speaks("fd20::aaaa:1");
	speaks("fd20::bbbb:2");
	speaks("fd20::cccc:3");
	cr_expect_not(neighbours_is_router(&neighbours, &mac));
	speaks("fd20:0:0:1::1");
	speaks("fd20:0:0:2::1");
	cr_expect_not(neighbours_is_router(&neighbours, &mac));
	speaks("fd20:0:0:3::1");
	cr_expect(neighbours_is_router(&neighbours, &mac));
}

Test(neighbours, a_host_with_addresses_of_both_families_is_no_router)
{
	speaks("0.0.0.0");
	speaks("::");
	speaks("10.20.1.9");
	speaks("10.20.1.10");
	speaks("fd20::9");
	speaks("2001:db8:0:1::9");
	speaks("2001:db8:0:2::9");
	cr_expect_not(neighbours_is_router(&neighbours, &mac));
}

Test(neighbours, link_local_addresses_do_not_count)
{
	speaks("fe80::1");
	speaks("169.254.1.1");
	speaks("10.20.1.1");
	speaks("10.20.1.2");
	cr_expect_not(neighbours_is_router(&neighbours, &mac));
}

Test(neighbours, a_mac_that_is_not_known_is_nobodys)
{
	static const struct mac_address none;
	struct ip_address address = address_of("10.20.1.1");

	for (int i = 0; i < 5; i++) {
		address.byte[15] = (uint8_t)i;
		neighbours_mac_speaks(&neighbours, &none, &address);
	}
	cr_expect_not(neighbours_is_router(&neighbours, &none));
	cr_expect_not(neighbours_is_router(&neighbours, &mac));
}

Test(neighbours, macs_that_share_a_place_are_not_taken_for_one_another)
{
	struct ip_address address = address_of("10.20.1.1");

	/* More than there are places: each then has had many. */
	for (uint32_t i = 0; i < 8 * NEIGHBOURS_MAC_COUNT; i++) {
		struct mac_address other = { { 2, 1, (uint8_t)(i >> 16),
		    (uint8_t)(i >> 8), (uint8_t)i, 0 } };

		address.byte[14] = (uint8_t)(i >> 8);
		address.byte[15] = (uint8_t)i;
		neighbours_mac_speaks(&neighbours, &other, &address);
		cr_assert_not(neighbours_is_router(&neighbours, &other));
	}
}
