#include "detect/campaign.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#include "support/finding_builder.h"

enum { CONTACTS = 1 << 16, SEGMENT = 2 };

static const struct hash_key hash_key = { { 0x0706050403020100,
    0x0f0e0d0c0b0a0908 } };
static const uint64_t start_ns = 1795503060 * NS_PER_S;
static const uint64_t day_ns = 86400 * NS_PER_S;
static struct region region;
static struct contacts contacts;
static struct campaign *campaign;

static void
set_up(void)
{
	cr_assert_eq(region_init(&region, CONTACTS_BYTES(CONTACTS)), 0);
	contacts_init(&contacts, &region, CONTACTS, &hash_key);
	campaign = calloc(1, sizeof(*campaign));
	cr_assert_not_null(campaign);
	campaign->source = address_of("10.20.1.9");
}

static void
tear_down(void)
{
	free(campaign);
	region_finish(&region);
}

TestSuite(campaign, .init = set_up, .fini = tear_down);

static struct contact
contact_of(enum probe_technique technique, const struct ip_address *target,
    uint16_t port)
{
	struct contact contact = { .time_ns = start_ns,
		.target = *target,
		.target_port = port,
		.technique = (uint8_t)technique };

	contact.protocol = technique == PROBE_UDP ? 17
	    : technique == PROBE_SCTP_INIT        ? 132
	    : technique == PROBE_ICMP_ECHO        ? 1
	                                          : 6;
	return contact;
}

/* A contact with the address 'offset' past 'first'. */
static void
contact(enum probe_technique technique, const char *first, int64_t offset,
    uint16_t port)
{
	struct ip_address target = address_of(first);
	struct contact made;

	target = ip_address_add(&target, offset);
	made = contact_of(technique, &target, port);
	campaign_contact(campaign, &made, SEGMENT, &contacts);
}

/* As if all had been told. */
static void
tell(void)
{
	campaign->revision++;
	campaign->told.targets = campaign->targets;
	campaign->told.services = campaign->services;
	campaign->told.probes = campaign->probes;
	campaign->told.techniques = campaign_techniques(campaign);
}

Test(campaign, targets_services_and_probes_are_counted_exactly)
{
	for (int host = 0; host < 300; host++) {
		contact(PROBE_TCP_CONNECT, "10.20.2.0", host, 80);
		contact(PROBE_TCP_CONNECT, "10.20.2.0", host, 443);
	}
	cr_expect_eq(campaign->targets, 300);
	cr_expect_eq(campaign->services, 2);
	cr_expect_eq(campaign->probes, 600);
	cr_expect_eq(campaign->network_count, 2);
	cr_expect_not(campaign->networks_cut);
}

Test(campaign, who_is_there_is_no_service)
{
	contact(PROBE_ICMP_ECHO, "10.20.2.1", 0, 0);
	cr_expect_eq(campaign->targets, 1);
	cr_expect_eq(campaign->service_targets, 0);
	cr_expect_eq(campaign->services, 0);
	contact(PROBE_TCP_SYN, "10.20.2.1", 0, 80);
	cr_expect_eq(campaign->targets, 1);
	cr_expect_eq(campaign->service_targets, 1);
}

Test(campaign, the_same_port_of_another_protocol_is_another_service)
{
	contact(PROBE_TCP_SYN, "10.20.2.1", 0, 53);
	contact(PROBE_UDP, "10.20.2.1", 0, 53);
	contact(PROBE_SCTP_INIT, "10.20.2.1", 0, 53);
	contact(PROBE_SCTP_INIT, "10.20.2.2", 0, 53);
	contact(PROBE_IP_PROTOCOL, "10.20.2.1", 0, 53);
	cr_expect_eq(campaign->services, 4);
}

Test(campaign, all_ports_fit)
{
	for (uint32_t port = 0; port < CAMPAIGN_PORTS; port++) {
		contact(PROBE_TCP_SYN, "10.20.2.1", 0, (uint16_t)port);
	}
	cr_expect_eq(campaign->services, CAMPAIGN_PORTS);
	cr_expect_eq(campaign->targets, 1);
}

Test(campaign, networks_stay_sorted_in_whatever_order_they_come)
{
	for (int i = 0; i < CAMPAIGN_NETWORKS; i++) {
		contact(PROBE_TCP_SYN, "10.20.0.0",
		    (i * 97 % CAMPAIGN_NETWORKS) * 256, 80);
	}
	cr_assert_eq(campaign->network_count, CAMPAIGN_NETWORKS);
	for (int i = 0; i < CAMPAIGN_NETWORKS; i++) {
		cr_expect_eq(campaign->networks[i].prefix[14], i);
	}
	cr_expect_not(campaign->networks_cut);
}

Test(campaign, more_networks_than_fit_are_said_to_be_and_counted_on)
{
	for (int i = 0; i < 2 * CAMPAIGN_NETWORKS; i++) {
		contact(PROBE_TCP_SYN, "10.20.0.7", i * 256, 80);
		contact(PROBE_TCP_SYN, "10.20.0.7", i * 256, 81);
	}
	cr_expect(campaign->networks_cut);
	cr_expect_eq(campaign->network_count, CAMPAIGN_NETWORKS);
	cr_expect_eq(campaign->targets, 2 * CAMPAIGN_NETWORKS);
	cr_expect_eq(campaign->service_targets, 2 * CAMPAIGN_NETWORKS);
	cr_expect_eq(campaign->probes, 4 * CAMPAIGN_NETWORKS);
}

Test(campaign, each_probe_has_one_outcome)
{
	static const enum probe_outcome outcomes[] = { PROBE_PRODUCTIVE,
		PROBE_HALF, PROBE_ONE_WAY, PROBE_REFUSED, PROBE_FILTERED,
		PROBE_EXPIRED, PROBE_SILENT };
	struct ip_address target = address_of("10.20.2.1");

	for (size_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		struct contact made =
		    contact_of(PROBE_TCP_CONNECT, &target, (uint16_t)i);

		campaign_contact(campaign, &made, SEGMENT, &contacts);
		campaign_outcome(
		    campaign, &made, outcomes[i], PROBE_TCP_CONNECT);
		/* One that was never counted in changes nothing. */
		campaign_outcome(
		    campaign, &made, outcomes[i], PROBE_TCP_CONNECT);
	}
	cr_expect_eq(campaign->answered, 3);
	cr_expect_eq(campaign->refused, 1);
	cr_expect_eq(campaign->filtered, 2);
	cr_expect_eq(campaign->silent, 1);
	cr_expect_eq(campaign->outcomes, 7);
	cr_expect_eq(campaign->samples[3].outcome, PROBE_REFUSED);
}

Test(campaign, a_technique_can_turn_out_to_be_another)
{
	struct ip_address target = address_of("10.20.2.1");
	struct contact made = contact_of(PROBE_TCP_CONNECT, &target, 80);

	campaign_contact(campaign, &made, SEGMENT, &contacts);
	campaign_outcome(campaign, &made, PROBE_HALF, PROBE_TCP_SYN);
	cr_expect_eq(campaign_techniques(campaign), 1u << PROBE_TCP_SYN);
	cr_expect_eq(campaign->samples[0].technique, PROBE_TCP_SYN);
}

Test(campaign, a_stray_packet_among_hundreds_is_no_technique)
{
	contact(PROBE_UDP, "10.20.2.1", 0, 53);
	for (int host = 1; host <= 99; host++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", host, 80);
	}
	cr_expect_eq(campaign_techniques(campaign),
	    1u << PROBE_TCP_SYN | 1u << PROBE_UDP, "one in a hundred");
	contact(PROBE_TCP_SYN, "10.20.2.0", 200, 80);
	cr_expect_eq(campaign_techniques(campaign), 1u << PROBE_TCP_SYN);
}

Test(campaign, a_technique_that_was_told_stays_though_it_is_few_by_now)
{
	contact(PROBE_TCP_FIN, "10.20.2.1", 0, 53);
	for (int host = 1; host <= 9; host++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", host, 80);
	}
	tell();
	for (int host = 10; host <= 250; host++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", host, 80);
	}
	cr_expect_eq(campaign_techniques(campaign),
	    1u << PROBE_TCP_SYN | 1u << PROBE_TCP_FIN);
}

Test(campaign, a_technique_that_was_told_goes_when_all_of_it_was_another)
{
	struct ip_address target = address_of("10.20.2.1");
	struct contact made = contact_of(PROBE_TCP_CONNECT, &target, 80);

	campaign_contact(campaign, &made, SEGMENT, &contacts);
	tell();
	campaign_outcome(campaign, &made, PROBE_HALF, PROBE_TCP_SYN);
	cr_expect_eq(campaign_techniques(campaign), 1u << PROBE_TCP_SYN);
}

Test(campaign, only_the_first_probes_are_kept_as_samples)
{
	for (int host = 0; host < 2 * FINDING_SAMPLES; host++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", host, 80);
	}
	cr_expect_eq(campaign->sample_count, FINDING_SAMPLES);
	cr_expect_eq(campaign->samples[15].target.byte[15], 15);
}

Test(campaign, segments_are_noted_once_and_no_segment_is_none)
{
	struct ip_address target = address_of("192.0.2.1");
	struct contact made = contact_of(PROBE_TCP_SYN, &target, 80);

	contact(PROBE_TCP_SYN, "10.20.2.1", 0, 80);
	contact(PROBE_TCP_SYN, "10.20.2.2", 0, 80);
	campaign_contact(campaign, &made, FINDING_NO_SEGMENT, &contacts);
	cr_expect_eq(campaign->segment_count, 1);
	for (uint16_t segment = 0; segment < 100; segment++) {
		campaign_contact(campaign, &made, segment, &contacts);
	}
	cr_expect_eq(campaign->segment_count, FINDING_SEGMENTS);
}

Test(campaign, its_first_time_is_settled_when_it_is_first_told)
{
	struct ip_address target = address_of("10.20.2.1");
	struct contact made = contact_of(PROBE_TCP_SYN, &target, 80);

	made.time_ns = start_ns + 5 * NS_PER_S;
	campaign_contact(campaign, &made, SEGMENT, &contacts);
	made.time_ns = start_ns + 3 * NS_PER_S;
	campaign_contact(campaign, &made, SEGMENT, &contacts);
	cr_expect_eq(campaign->first_ns, start_ns + 3 * NS_PER_S);
	cr_expect_eq(campaign->last_ns, start_ns + 5 * NS_PER_S);
	tell();
	made.time_ns = start_ns;
	campaign_contact(campaign, &made, SEGMENT, &contacts);
	cr_expect_eq(campaign->first_ns, start_ns + 3 * NS_PER_S);
}

Test(campaign, it_is_due_when_its_targets_have_doubled)
{
	cr_expect(campaign_is_due(campaign), "it was never told");
	for (int host = 0; host < 10; host++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", host, 80);
	}
	tell();
	for (int host = 10; host < 19; host++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", host, 80);
		cr_expect_not(campaign_is_due(campaign));
	}
	contact(PROBE_TCP_SYN, "10.20.2.0", 19, 80);
	cr_expect(campaign_is_due(campaign));
}

Test(campaign, it_is_due_when_its_services_have_doubled)
{
	for (uint16_t port = 0; port < 10; port++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", 0, port);
	}
	tell();
	for (uint16_t port = 10; port < 19; port++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", 0, port);
		cr_expect_not(campaign_is_due(campaign));
	}
	contact(PROBE_TCP_SYN, "10.20.2.0", 0, 19);
	cr_expect(campaign_is_due(campaign));
}

Test(campaign, it_is_due_when_a_technique_is_new)
{
	for (int host = 0; host < 10; host++) {
		contact(PROBE_TCP_SYN, "10.20.2.0", host, 80);
	}
	tell();
	contact(PROBE_TCP_FIN, "10.20.2.0", 0, 80);
	cr_expect(campaign_is_due(campaign));
	tell();
	cr_expect_not(campaign_is_due(campaign));
}

Test(campaign, it_is_over_after_a_quiet_day)
{
	campaign->probes = 100;
	campaign->first_ns = start_ns;
	campaign->last_ns = start_ns + 100 * NS_PER_S;
	cr_expect_not(
	    campaign_is_over(campaign, campaign->last_ns + day_ns - 1, day_ns));
	cr_expect(
	    campaign_is_over(campaign, campaign->last_ns + day_ns, day_ns));
}

Test(campaign, a_slow_one_is_over_after_eight_of_its_mean_gaps)
{
	/* One probe in six hours. */
	campaign->probes = 11;
	campaign->first_ns = start_ns;
	campaign->last_ns = start_ns + 10 * day_ns / 4;
	cr_expect_not(campaign_is_over(
	    campaign, campaign->last_ns + 2 * day_ns - 1, day_ns));
	cr_expect(
	    campaign_is_over(campaign, campaign->last_ns + 2 * day_ns, day_ns));
}

Test(campaign, a_clock_that_steps_back_ends_nothing)
{
	campaign->probes = 2;
	campaign->first_ns = start_ns;
	campaign->last_ns = start_ns + day_ns;
	cr_expect_not(campaign_is_over(campaign, start_ns, day_ns));
}
