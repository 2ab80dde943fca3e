#include "detect/contacts.h"

#include <criterion/criterion.h>

#include "support/finding_builder.h"

enum {
	COUNT = 64, /* Four sets. */
	HOUR_S = 60 * 60,
	DAY_S = 24 * HOUR_S,
	/* In the middle of an epoch of three hours. */
	START_S = 1000 * DAY_S + HOUR_S,
};

static const struct hash_key hash_key = { { 0x0706050403020100,
    0x0f0e0d0c0b0a0908 } };
static struct region region;
static struct contacts contacts;

static void
set_up(void)
{
	cr_assert_eq(region_init(&region, CONTACTS_BYTES(COUNT)), 0);
	contacts_init(&contacts, &region, COUNT, &hash_key);
	cr_assert_eq(region.used, region.size, "CONTACTS_BYTES is exact");
}

static void
tear_down(void)
{
	region_finish(&region);
}

TestSuite(contacts, .init = set_up, .fini = tear_down);

/* A hash whose set is the first, and whose print tells 'number'. */
static uint64_t
in_first_set(uint32_t number)
{
	return (uint64_t)(number + 1) << 42;
}

static bool
is_new(uint64_t hash, uint32_t now_s)
{
	return contacts_note(&contacts, hash, now_s);
}

static bool
knows(uint64_t hash, uint32_t now_s)
{
	return contacts_knows(&contacts, hash, now_s);
}

Test(contacts, a_contact_is_new_once)
{
	cr_expect_not(knows(in_first_set(1), START_S));
	cr_expect(is_new(in_first_set(1), START_S));
	cr_expect_not(is_new(in_first_set(1), START_S + 1));
	cr_expect(knows(in_first_set(1), START_S + 1));
	cr_expect(is_new(in_first_set(2), START_S + 1));
}

Test(contacts, to_ask_notes_nothing)
{
	cr_expect_not(knows(in_first_set(1), START_S));
	cr_expect(is_new(in_first_set(1), START_S));
}

Test(contacts, each_part_of_the_key_tells)
{
	struct contact_key key = { .source = address_of("10.20.1.9"),
		.target = address_of("10.20.2.1"),
		.port = 445,
		.protocol = 6,
		.class = CONTACT_PAIR };
	struct contact_key others[5] = { key, key, key, key, key };

	others[0].source = address_of("10.20.1.10");
	others[1].target = address_of("10.20.2.2");
	others[2].port = 446;
	others[3].protocol = 17;
	others[4].class = CONTACT_MET;
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		cr_expect_neq(contacts_hash(&contacts, &key),
		    contacts_hash(&contacts, &others[i]), "part %zu", i);
	}
}

Test(contacts, another_hash_key_gives_another_hash)
{
	static const struct hash_key other_key = { { 1, 2 } };
	struct contacts other = contacts;
	struct contact_key key = { .port = 1 };

	hash_secret_init(&other.secret, &other_key);
	cr_expect_neq(
	    contacts_hash(&contacts, &key), contacts_hash(&other, &key));
}

Test(contacts, a_contact_is_remembered_for_a_day)
{
	cr_expect(is_new(in_first_set(1), START_S));
	cr_expect(knows(in_first_set(1), START_S + DAY_S));
	cr_expect_not(is_new(in_first_set(1), START_S + DAY_S));
}

Test(contacts, a_contact_that_repeats_is_remembered_from_its_last_time)
{
	cr_expect(is_new(in_first_set(1), START_S));
	for (uint32_t day = 1; day < 30; day++) {
		cr_expect_not(is_new(in_first_set(1), START_S + day * DAY_S));
	}
}

Test(contacts, a_contact_of_a_day_and_a_half_ago_is_new_again)
{
	cr_expect(is_new(in_first_set(1), START_S));
	cr_expect_not(knows(in_first_set(1), START_S + 36 * HOUR_S));
	cr_expect(is_new(in_first_set(1), START_S + 36 * HOUR_S));
	cr_expect_not(is_new(in_first_set(1), START_S + 37 * HOUR_S));
}

Test(contacts, a_contact_of_days_ago_stays_forgotten)
{
	cr_expect(is_new(in_first_set(1), START_S));
	for (uint32_t hour = 28; hour < 8 * 24; hour++) {
		cr_expect_not(knows(in_first_set(1), START_S + hour * HOUR_S),
		    "known again after %u hours", hour);
	}
}

Test(contacts, all_of_a_print_counts)
{
	const uint64_t hash = 0x55555555ull << 32;

	(void)is_new(hash, START_S);
	for (uint32_t bit = 42; bit < 64; bit++) {
		cr_expect_not(
		    knows(hash ^ 1ull << bit, START_S), "bit %u", bit);
	}
}

Test(contacts, an_outcome_is_the_first_once_for_each_first_contact)
{
	const uint64_t hash = in_first_set(1);

	cr_expect_not(contacts_conclude(&contacts, hash, START_S),
	    "of a contact that was never made");
	cr_expect(is_new(hash, START_S));
	cr_expect(contacts_conclude(&contacts, hash, START_S + 3));
	cr_expect_not(contacts_conclude(&contacts, hash, START_S + 4));
	cr_expect_not(is_new(hash, START_S + HOUR_S));
	cr_expect_not(contacts_conclude(&contacts, hash, START_S + HOUR_S));
	cr_expect(is_new(hash, START_S + 37 * HOUR_S));
	cr_expect(contacts_conclude(&contacts, hash, START_S + 37 * HOUR_S));
}

Test(contacts, notes_go_on_across_the_wrap_of_the_clock)
{
	const uint32_t before_s = UINT32_MAX - HOUR_S;

	/* 2^32 seconds, of 2106, are no whole number of epochs: what was met
	 * before may be forgotten, but nothing else goes wrong. */
	cr_expect(is_new(in_first_set(1), before_s));
	cr_expect_not(is_new(in_first_set(1), before_s + HOUR_S / 2));
	cr_expect(is_new(in_first_set(2), before_s + 2 * HOUR_S));
	cr_expect_not(is_new(in_first_set(2), before_s + 3 * HOUR_S));
}

Test(contacts, a_full_set_gives_up_the_one_met_longest_ago)
{
	for (uint32_t i = 0; i < CONTACTS_WAYS; i++) {
		/* The sixth is the oldest by far. */
		uint32_t at_s = i == 5 ? START_S : START_S + 6 * HOUR_S;

		cr_expect(is_new(in_first_set(i), at_s));
	}
	cr_expect_eq(contacts.displaced, 0);
	cr_expect(is_new(in_first_set(100), START_S + 9 * HOUR_S));
	cr_expect_eq(contacts.displaced, 1);
	cr_expect(knows(in_first_set(100), START_S + 9 * HOUR_S));
	for (uint32_t i = 0; i < CONTACTS_WAYS; i++) {
		cr_expect_eq(knows(in_first_set(i), START_S + 9 * HOUR_S),
		    i != 5, "contact %u", i);
	}
}

Test(contacts, what_is_forgotten_makes_room_uncounted)
{
	for (uint32_t i = 0; i < CONTACTS_WAYS; i++) {
		cr_expect(is_new(in_first_set(i), START_S));
	}
	cr_expect(is_new(in_first_set(100), START_S + 30 * HOUR_S));
	cr_expect_eq(contacts.displaced, 0);
}

/* Hash 'number' of the first set, as good as any. */
static uint64_t
drawn(uint32_t number)
{
	struct contact_key key = { .port = (uint16_t)number };

	return contacts_hash(&contacts, &key) >> 8 << 8;
}

Test(contacts, newcomers_of_one_epoch_do_not_all_push_out_the_latest)
{
	uint32_t known = 0;

	for (uint32_t i = 0; i < 4 * CONTACTS_WAYS; i++) {
		(void)is_new(drawn(i), START_S);
	}
	for (uint32_t i = 3 * CONTACTS_WAYS; i < 4 * CONTACTS_WAYS; i++) {
		known += knows(drawn(i), START_S);
	}
	/* (15/16)^0 + ... + (15/16)^15 = 10.3 of them. */
	cr_expect(known >= 6, "%u of the latest 16", known);
}

Test(contacts, a_full_memory_goes_on_and_counts_what_had_to_go)
{
	for (uint32_t i = 0; i < 1000; i++) {
		struct contact_key key = { .port = (uint16_t)i };
		uint64_t hash = contacts_hash(&contacts, &key);

		cr_expect(is_new(hash, START_S));
		cr_expect(knows(hash, START_S));
	}
	cr_expect_eq(contacts.displaced, 1000 - COUNT);
}

/* Of strange keys that meet a full set, four in a million may be taken for
 * known, and some for chance. */
Test(contacts, a_strange_key_is_hardly_ever_taken_for_a_known_one)
{
#ifdef __SANITIZE_ADDRESS__
	enum { STRANGERS = 1 << 22 };
#else
	enum { STRANGERS = 1 << 25 };
#endif
	uint64_t state = 1;
	uint32_t mistaken = 0;

	for (uint32_t i = 0; i < COUNT; i++) {
		uint64_t hash = (0x9e3779b97f4a7c15 * (i + 1)) >> 32 << 32;

		(void)is_new(hash | i % 4, START_S);
	}
	for (uint32_t i = 0; i < STRANGERS; i++) {
		/* Knuth's MMIX generator, of which the upper bits are good. */
		state = state * 6364136223846793005 + 1442695040888963407;
		mistaken += knows(state >> 32 << 32 | i % 4, START_S);
	}
	cr_expect_lt(
	    mistaken, STRANGERS / 1000000 * 6, "%u of %u", mistaken, STRANGERS);
}
