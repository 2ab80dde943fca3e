/* When the evidence is enough: each channel's gates. */

#include "detect/weigh.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

static struct suspect suspect;

static void
clear(void)
{
	memset(&suspect, 0, sizeof(suspect));
}

TestSuite(verdict, .init = clear);

static void
expect_channel(enum suspect_channel channel)
{
	cr_expect_eq(weigh_verdict(&suspect), channel, "channel %d, not %d",
	    weigh_verdict(&suspect), channel);
}

static struct service_slot *
service(uint8_t protocol, uint16_t port, bool inside)
{
	struct service_slot *slot = &suspect.services[0];

	slot->used = true;
	slot->protocol = protocol;
	slot->port = port;
	slot->inside = inside;
	return slot;
}

Test(verdict, nothing_is_no_verdict)
{
	expect_channel(CHANNEL_NONE);
}

Test(verdict, failures_of_eight_contacts_suffice_and_of_seven_do_not)
{
	suspect.outcome = 17;
	suspect.made = 7;
	expect_channel(CHANNEL_NONE);
	suspect.made = 8;
	expect_channel(CHANNEL_OUTCOME);
	suspect.outcome = 16;
	expect_channel(CHANNEL_NONE);
}

Test(verdict, ten_refusals_in_a_row_suffice)
{
	suspect.made = 10;
	suspect.outcome = 10 * logf(.85f / .15f);
	expect_channel(CHANNEL_OUTCOME);
	suspect.made = 9;
	suspect.outcome = 9 * logf(.85f / .15f);
	expect_channel(CHANNEL_NONE);
}

Test(verdict, a_service_suffices_with_eight_contacts_of_which_three_failed)
{
	struct service_slot *slot = service(6, 80, true);

	slot->score = 14;
	slot->contacts = 8;
	slot->unproductive = 3;
	expect_channel(CHANNEL_SERVICE);
	slot->contacts = 7;
	expect_channel(CHANNEL_NONE);
	slot->contacts = 8;
	slot->unproductive = 2;
	expect_channel(CHANNEL_NONE);
	slot->unproductive = 3;
	slot->score = 13.7f;
	expect_channel(CHANNEL_NONE);
	slot->plain = 16.2f;
	expect_channel(CHANNEL_SERVICE);
}

Test(verdict, order_alone_suffices_with_24_contacts_and_without_credit)
{
	struct service_slot *slot = service(6, 80, true);

	slot->score = 18.5f;
	slot->contacts = 24;
	expect_channel(CHANNEL_SERVICE);
	slot->contacts = 23;
	expect_channel(CHANNEL_NONE);
	slot->contacts = 24;
	slot->score = 18.3f;
	expect_channel(CHANNEL_NONE);
	slot->score = 18.5f;
	suspect.productive = 5;
	expect_channel(CHANNEL_SERVICE);
	suspect.productive = 6;
	expect_channel(CHANNEL_NONE);
}

Test(verdict, hosts_by_the_hundred_of_an_administrative_service_suffice)
{
	struct service_slot *slot = service(6, 445, true);

	slot->hosts = 256;
	expect_channel(CHANNEL_FAN_OUT);
	slot->hosts = 255;
	expect_channel(CHANNEL_NONE);
	slot->hosts = 256;
	slot->port = 443;
	expect_channel(CHANNEL_NONE);
	slot->port = 445;
	slot->protocol = 17;
	expect_channel(CHANNEL_NONE);
	slot->protocol = 6;
	slot->inside = false;
	expect_channel(CHANNEL_NONE);
}

Test(verdict, outside_much_more_is_needed)
{
	struct service_slot *slot = service(6, 80, false);

	slot->score = 33;
	slot->contacts = 16;
	expect_channel(CHANNEL_SERVICE);
	slot->contacts = 15;
	expect_channel(CHANNEL_NONE);
	slot->contacts = 1000;
	slot->score = 32;
	expect_channel(CHANNEL_NONE);
	suspect.outside = 32;
	expect_channel(CHANNEL_NONE);
	suspect.outside = 33;
	expect_channel(CHANNEL_OUTSIDE);
}

Test(verdict, ten_failing_ports_of_one_target_suffice)
{
	struct target_slot *slot = &suspect.targets[0];

	slot->used = true;
	slot->inside = true;
	slot->score = 17;
	slot->unproductive = 10;
	expect_channel(CHANNEL_TARGET);
	slot->unproductive = 9;
	expect_channel(CHANNEL_NONE);
	slot->unproductive = 10;
	slot->score = 16;
	expect_channel(CHANNEL_NONE);
	slot->inside = false;
	expect_channel(CHANNEL_TARGET);
	slot->score = 13.7f;
	expect_channel(CHANNEL_NONE);
}

Test(verdict, five_packets_of_odd_flags_suffice_if_they_weigh_enough)
{
	suspect.stealth = 14;
	suspect.stealth_contacts = 5;
	expect_channel(CHANNEL_STEALTH);
	suspect.stealth_contacts = 4;
	expect_channel(CHANNEL_NONE);
	suspect.stealth_contacts = 5;
	suspect.stealth = 13.7f;
	expect_channel(CHANNEL_NONE);
}

Test(verdict, crafted_packets_add_to_every_statistic)
{
	suspect.made = 8;
	suspect.outcome = 14;
	expect_channel(CHANNEL_NONE);
	suspect.requests = 8;
	suspect.crafted = 8;
	cr_expect_float_eq(weigh_make(&suspect), 2.8, .001);
	expect_channel(CHANNEL_OUTCOME);
	suspect.crafted = 6;
	cr_expect_eq(weigh_make(&suspect), 0, "fewer than four in five");
}

Test(verdict, one_source_port_for_many_targets_adds_too)
{
	suspect.requests = 10;
	suspect.port_reused = 9;
	cr_expect_float_eq(weigh_make(&suspect), 4.5, .001);
	suspect.port_reused = 5;
	cr_expect_eq(weigh_make(&suspect), 0);
	suspect.requests = 2;
	suspect.port_reused = 2;
	cr_expect_eq(weigh_make(&suspect), 0, "two requests tell nothing");
}

Test(verdict, who_has_more_evidence_against_him_ranks_higher)
{
	cr_expect_eq(weigh_rank(&suspect), 0);
	suspect.outcome = -4;
	cr_expect_eq(weigh_rank(&suspect), 0);
	suspect.outcome = 2;
	cr_expect_gt(weigh_rank(&suspect), 0);
	suspect.targets[3].score = 5;
	cr_expect_geq(weigh_rank(&suspect), 80);
	suspect.stealth = 9;
	cr_expect_geq(weigh_rank(&suspect), 144);
}

Test(verdict, a_contact_of_a_failing_service_is_implicated_for_good)
{
	struct service_slot *slot = service(6, 80, true);
	struct contact contact = {
		.protocol = 6, .target_port = 80, .flags = CONTACT_INSIDE
	};

	slot->contacts = 12;
	slot->unproductive = 2;
	cr_expect_not(weigh_implicates(&suspect, &contact));
	slot->unproductive = 3;
	cr_expect(weigh_implicates(&suspect, &contact));
	slot->contacts = 1000;
	cr_expect(weigh_implicates(&suspect, &contact));
	contact.target_port = 443;
	suspect.services[1] = (struct service_slot){ .used = true,
		.inside = true,
		.protocol = 6,
		.port = 443,
		.contacts = 50 };
	cr_expect_not(weigh_implicates(&suspect, &contact));
}
