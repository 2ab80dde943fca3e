#include "detect/suspect.h"

#include <criterion/criterion.h>
#include <string.h>

#include "support/finding_builder.h"

static struct suspect suspect;

static void
clear(void)
{
	memset(&suspect, 0, sizeof(suspect));
}

TestSuite(suspect, .init = clear);

static struct contact *
contact(const char *target, uint8_t protocol, uint16_t port)
{
	struct contact made = { .target = address_of(target),
		.target_port = port,
		.protocol = protocol,
		.technique = PROBE_TCP_CONNECT,
		.flags = CONTACT_INSIDE };

	return suspect_contact(&suspect, &made);
}

/* So many contacts, each with a target and a port of its own. */
static void
strangers(uint32_t count, uint16_t first_port)
{
	for (uint32_t i = 0; i < count; i++) {
		struct contact made = { .target = address_of("10.30.0.0"),
			.target_port = (uint16_t)(first_port + i),
			.protocol = 6 };

		made.target = ip_address_add(&made.target, 100 * (i + 1));
		(void)suspect_contact(&suspect, &made);
	}
}

static bool
is_listed(const char *target)
{
	struct contact wanted = {
		.target = address_of(target), .target_port = 80, .protocol = 6
	};

	return suspect_find(&suspect, &wanted) != NULL;
}

Test(suspect, a_service_is_told_by_protocol_port_and_side)
{
	struct contact outside = { .target = address_of("192.0.2.1"),
		.target_port = 53,
		.protocol = 17 };

	(void)contact("10.20.2.1", 17, 53);
	(void)contact("10.20.2.2", 17, 53);
	(void)contact("10.20.2.1", 6, 53);
	(void)suspect_contact(&suspect, &outside);
	cr_expect_eq(suspect_service(&suspect, 17, 53, true)->contacts, 2);
	cr_expect_eq(suspect_service(&suspect, 6, 53, true)->contacts, 1);
	cr_expect_eq(suspect_service(&suspect, 17, 53, false)->contacts, 1);
	cr_expect_null(suspect_service(&suspect, 17, 54, true));
}

Test(suspect, a_target_counts_its_services_but_not_who_asks_where_it_is)
{
	struct ip_address target = address_of("10.20.2.1");

	(void)contact("10.20.2.1", 6, 80);
	(void)contact("10.20.2.1", 6, 443);
	(void)contact("10.20.2.1", SUSPECT_LAYER2, 0);
	cr_expect_eq(suspect_target(&suspect, &target)->contacts, 2);
	cr_expect_eq(suspect.made, 3);
}

Test(suspect, a_step_to_the_next_address_is_adjacent)
{
	cr_expect_eq(contact("10.20.2.1", 6, 80)->flags &
	        (CONTACT_ADJACENT | CONTACT_APART),
	    0, "the first is no step");
	cr_expect((contact("10.20.2.2", 6, 80)->flags & CONTACT_ADJACENT) != 0);
	cr_expect((contact("10.20.2.9", 6, 80)->flags & CONTACT_APART) != 0);
	cr_expect_eq(contact("10.20.2.10", 6, 81)->flags &
	        (CONTACT_ADJACENT | CONTACT_APART),
	    0, "another service has steps of its own");
}

Test(suspect, a_busy_service_keeps_its_slot_among_many_strangers)
{
	for (int i = 1; i <= 60; i++) {
		struct contact busy = { .target = address_of("10.20.2.0"),
			.target_port = 445,
			.protocol = 6 };

		busy.target = ip_address_add(&busy.target, i);
		(void)suspect_contact(&suspect, &busy);
		strangers(1, (uint16_t)(1000 + i));
	}
	cr_assert_not_null(suspect_service(&suspect, 6, 445, false));
	cr_expect_eq(suspect_service(&suspect, 6, 445, false)->contacts, 60);
	cr_expect_eq(suspect_main_service(&suspect)->port, 445);
}

Test(suspect, a_newcomer_wears_the_lightest_slot_down_before_it_takes_it)
{
	struct ip_address target = address_of("10.20.2.1");

	for (int i = 0; i < 2 * SUSPECT_SERVICES; i++) {
		struct contact made = { .target = target,
			.target_port = (uint16_t)(1 + i % SUSPECT_SERVICES),
			.protocol = 6 };

		(void)suspect_contact(&suspect, &made);
	}
	(void)contact("10.20.2.1", 6, 80);
	cr_expect_null(suspect_service(&suspect, 6, 80, true));
	(void)contact("10.20.2.2", 6, 80);
	cr_expect_not_null(suspect_service(&suspect, 6, 80, true));
}

Test(suspect, an_idle_slot_is_worn_down_by_many_newcomers)
{
	(void)contact("10.20.2.1", 6, 80);
	(void)contact("10.20.2.2", 6, 80);
	strangers(50, 1000);
	cr_expect_null(suspect_service(&suspect, 6, 80, true));
}

/* Services that take turns must not push one another out of the one slot that
 * the old ones leave, for ever. */
Test(suspect, two_services_in_turn_get_a_slot_each_beside_old_ones)
{
	struct contact made = { .target = address_of("10.30.0.1"),
		.protocol = 6 };

	for (uint16_t i = 0; i < 100; i++) {
		made.target_port = 1 + i % (SUSPECT_SERVICES - 1);
		(void)suspect_contact(&suspect, &made);
	}
	for (int i = 0; i < 200; i++) {
		made.target = ip_address_add(&made.target, 1);
		made.target_port = i % 2 == 0 ? 445 : 139;
		(void)suspect_contact(&suspect, &made);
	}
	cr_assert_not_null(suspect_service(&suspect, 6, 445, false));
	cr_assert_not_null(suspect_service(&suspect, 6, 139, false));
	cr_expect_geq(suspect_service(&suspect, 6, 445, false)->contacts, 75);
	cr_expect_geq(suspect_service(&suspect, 6, 139, false)->contacts, 75);
}

Test(suspect, a_scanned_target_keeps_its_slot_among_many_strangers)
{
	struct ip_address target = address_of("10.20.2.1");

	for (uint16_t port = 1; port <= 60; port++) {
		(void)contact("10.20.2.1", 6, port);
		strangers(1, (uint16_t)(1000 + port));
	}
	cr_assert_not_null(suspect_target(&suspect, &target));
	cr_expect_eq(suspect_target(&suspect, &target)->contacts, 60);
	cr_expect(
	    ip_address_equal(&suspect_main_target(&suspect)->target, &target));
}

Test(suspect, with_no_slot_at_all_there_is_no_main_one)
{
	cr_expect_null(suspect_main_service(&suspect));
	cr_expect_null(suspect_main_target(&suspect));
}

Test(suspect, a_contact_is_found_until_it_is_concluded)
{
	struct contact *entry = contact("10.20.2.1", 6, 80);

	cr_expect_eq(suspect_find(&suspect, entry), entry);
	cr_expect_not(is_listed("10.20.2.2"));
	entry->flags |= CONTACT_CONCLUDED;
	cr_expect_not(is_listed("10.20.2.1"));
}

Test(suspect, a_full_list_gives_up_an_address_that_resolved_before_all_else)
{
	struct contact *served = contact("10.20.2.1", 6, 80);
	struct contact *resolved;

	served->outcome = PROBE_PRODUCTIVE;
	resolved = contact("10.20.2.2", SUSPECT_LAYER2, 0);
	resolved->outcome = PROBE_ANSWERED;
	strangers(SUSPECT_CONTACTS - 2, 1000);
	cr_expect_eq(contact("10.20.2.3", 6, 80), resolved);
}

Test(suspect, a_full_list_gives_up_what_was_served_before_what_was_not)
{
	struct contact *refused = contact("10.20.2.1", 6, 80);
	struct contact *served = contact("10.20.2.2", 6, 80);

	refused->outcome = PROBE_REFUSED;
	served->outcome = PROBE_PRODUCTIVE;
	strangers(SUSPECT_CONTACTS - 2, 1000);
	cr_expect_eq(contact("10.20.2.3", 6, 80), served);
	cr_expect(is_listed("10.20.2.1"));
}

Test(suspect, a_full_list_of_evidence_gives_up_the_oldest)
{
	(void)contact("10.20.2.1", 6, 80);
	(void)contact("10.20.2.2", 6, 80);
	strangers(SUSPECT_CONTACTS - 2, 1000);
	strangers(1, 2000);
	cr_expect_not(is_listed("10.20.2.1"));
	cr_expect(is_listed("10.20.2.2"));
	cr_expect_eq(suspect.contact_count, SUSPECT_CONTACTS);
}
