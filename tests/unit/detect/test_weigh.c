/* What each outcome is worth, by where its target is. */

#include "detect/weigh.h"

#include <criterion/criterion.h>
#include <string.h>

#include "support/finding_builder.h"

static struct suspect suspect;
static struct weigh_context context;

static void
clear(void)
{
	memset(&suspect, 0, sizeof(suspect));
	context = (struct weigh_context){ .now_ns = 1795503060 * NS_PER_S,
		.silence_worth = 1 };
}

TestSuite(weigh, .init = clear);

/* One contact with 'target', its outcome weighed.  Returns its entry. */
static struct contact *
weigh(enum probe_technique technique, uint8_t protocol, const char *target,
    uint16_t port, enum probe_outcome outcome)
{
	struct contact made = { .time_ns = context.now_ns,
		.target = address_of(target),
		.target_port = port,
		.source_port = port,
		.protocol = protocol,
		.technique = (uint8_t)technique,
		.traits = context.traits };
	struct contact *entry;

	if (strncmp(target, "10.", 3) == 0) {
		made.flags = CONTACT_INSIDE;
	}
	entry = suspect_contact(&suspect, &made);
	weigh_attempt(&suspect, entry, &context);
	if (outcome == PROBE_OVERDUE) {
		weigh_overdue(&suspect, entry, &context);
	} else if (outcome != PROBE_PENDING) {
		weigh_outcome(&suspect, entry, outcome, &context);
	}
	return entry;
}

static float
tcp(const char *target, enum probe_outcome outcome)
{
	clear();
	(void)weigh(PROBE_TCP_CONNECT, 6, target, 80, outcome);
	return strncmp(target, "10.", 3) == 0 ? suspect.outcome
	                                      : suspect.outside;
}

static float
tcp_with(uint16_t traits, enum probe_outcome outcome)
{
	clear();
	context.traits = traits;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, outcome);
	return suspect.outcome;
}

/* ln(.85 / .15). */
static const float failure_nats = 1.735f;

Test(weigh, inside_a_failure_counts_for_as_much_as_a_success_against)
{
	cr_expect_float_eq(tcp("10.20.2.1", PROBE_REFUSED), failure_nats, .001);
	cr_expect_float_eq(tcp("10.20.2.1", PROBE_SILENT), failure_nats, .001);
	cr_expect_float_eq(
	    tcp("10.20.2.1", PROBE_PRODUCTIVE), -failure_nats, .001);
	cr_expect(tcp("10.20.2.1", PROBE_FILTERED) > 1);
}

Test(weigh, what_says_nothing_is_worth_nothing)
{
	cr_expect_eq(tcp("10.20.2.1", PROBE_DISPLACED), 0);
	cr_expect_eq(tcp("10.20.2.1", PROBE_EXPIRED), 0);
	cr_expect_eq(tcp("10.20.2.1", PROBE_SESSION), 0);
	cr_expect_eq(tcp("10.20.2.1", PROBE_PENDING), 0);
}

Test(weigh, outside_a_failure_counts_for_less_and_a_success_for_more)
{
	cr_expect_float_eq(tcp("192.0.2.1", PROBE_REFUSED), .64, .01);
	cr_expect_float_eq(tcp("192.0.2.1", PROBE_PRODUCTIVE), -2.3, .01);
	cr_expect_eq(suspect.outcome, 0, "inside it counts for nothing");
}

Test(weigh, a_datagram_into_the_world_that_nobody_answers_is_nothing)
{
	(void)weigh(PROBE_UDP, 17, "192.0.2.1", 6881, PROBE_SILENT);
	cr_expect_eq(suspect.outside, 0);
	(void)weigh(PROBE_UDP, 17, "192.0.2.2", 6881, PROBE_PRODUCTIVE);
	cr_expect_lt(suspect.outside, 0);
}

Test(weigh, a_connection_broken_off_at_once_is_a_failure)
{
	cr_expect_float_eq(
	    tcp_with(PROBE_SOURCE_RESET, PROBE_HALF), failure_nats, .001);
}

Test(weigh, a_connection_that_lapses_counts_for_little)
{
	struct contact *entry =
	    weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 443, PROBE_PENDING);

	entry->flags |= CONTACT_LAPSED;
	context.traits = PROBE_COMPLETED;
	weigh_outcome(&suspect, entry, PROBE_HALF, &context);
	cr_expect_float_eq(suspect.outcome, .5, .001);
}

Test(weigh, a_banner_that_was_read_and_left_counts_for_a_scan)
{
	float nats = tcp_with(PROBE_TARGET_SPOKE, PROBE_ONE_WAY);

	cr_expect(nats > 0 && nats < failure_nats, "%f", nats);
	cr_expect_lt(tcp_with(PROBE_SOURCE_SPOKE, PROBE_ONE_WAY), 0);
}

Test(weigh, another_data_connection_of_ftp_is_nothing)
{
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 21, PROBE_PRODUCTIVE);
	context.traits = PROBE_TARGET_SPOKE;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 50123, PROBE_ONE_WAY);
	cr_expect_float_eq(suspect.outcome, -failure_nats, .001);
}

Test(weigh, silence_is_worth_what_the_weather_leaves_of_it)
{
	context.silence_worth = .5;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_SILENT);
	cr_expect_float_eq(suspect.outcome, failure_nats / 2, .001);
	context.silence_worth = 0;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.7", 81, PROBE_SILENT);
	cr_expect_float_eq(suspect.outcome, failure_nats / 2, .001);
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.9", 82, PROBE_REFUSED);
	cr_expect_float_eq(suspect.outcome, failure_nats * 1.5, .001,
	    "a refusal was seen, whatever the weather");
}

Test(weigh, a_dark_address_adds_to_silence)
{
	context.is_dark = true;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_SILENT);
	cr_expect_gt(suspect.outcome, failure_nats + .5f);
	cr_expect_eq(suspect.dark, 1);
}

Test(weigh, where_silence_is_worth_nothing_a_dark_address_adds_nothing)
{
	context.is_dark = true;
	context.silence_worth = 0;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_SILENT);
	cr_expect_eq(suspect.outcome, 0);
	context.silence_worth = 1;
	context.traits = PROBE_LIKELY_ANSWER;
	(void)weigh(PROBE_UDP, 17, "10.20.2.2", 40000, PROBE_SILENT);
	cr_expect_eq(suspect.outcome, 0);
}

Test(weigh, a_likely_answer_that_nobody_answers_is_nothing)
{
	cr_expect_eq(tcp_with(PROBE_LIKELY_ANSWER, PROBE_SILENT), 0);
}

Test(weigh, a_silent_datagram_counts_for_less_and_to_a_client_for_least)
{
	struct contact *entry;
	float silent;

	(void)weigh(PROBE_UDP, 17, "10.20.2.1", 137, PROBE_SILENT);
	silent = suspect.outcome;
	cr_expect(silent > 0 && silent < failure_nats);
	clear();
	entry = weigh(PROBE_UDP, 17, "10.20.2.1", 137, PROBE_PENDING);
	entry->flags |= CONTACT_RETURNED;
	weigh_outcome(&suspect, entry, PROBE_SILENT, &context);
	cr_expect(suspect.outcome > 0 && suspect.outcome < silent);
}

Test(weigh, upkeep_is_nothing_in_any_statistic)
{
	const struct ip_address first = address_of("10.20.2.0");

	for (int i = 1; i < 50; i++) {
		struct contact made = { .technique = PROBE_ICMP_ECHO,
			.protocol = 1,
			.target = ip_address_add(&first, i),
			.flags = CONTACT_INSIDE | CONTACT_UPKEEP };
		struct contact *entry = suspect_contact(&suspect, &made);

		weigh_attempt(&suspect, entry, &context);
		weigh_overdue(&suspect, entry, &context);
		weigh_outcome(&suspect, entry, PROBE_SILENT, &context);
	}
	cr_expect_eq(suspect.outcome, 0);
	cr_expect_eq(suspect.services[0].score, 0);
	cr_expect_eq(suspect.services[0].plain, 0);
}

Test(weigh, a_neighbour_counts_and_more_if_it_fails)
{
	struct service_slot *slot = &suspect.services[0];
	float before;

	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_REFUSED);
	before = slot->score;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.2", 80, PROBE_REFUSED);
	cr_expect_float_eq(slot->score - before, failure_nats + 2.81, .001);
	before = slot->score;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.3", 80, PROBE_PRODUCTIVE);
	cr_expect_float_eq(slot->score - before, -failure_nats + .5, .001);
	before = slot->score;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.99", 80, PROBE_REFUSED);
	cr_expect_float_eq(slot->score - before, failure_nats - .66, .001);
	cr_expect_float_eq(slot->plain, 2 * failure_nats, .001,
	    "the plain score knows no order");
}

Test(weigh, an_address_that_resolves_is_nothing_to_the_outcome)
{
	(void)weigh(PROBE_ARP, SUSPECT_LAYER2, "10.20.2.1", 0, PROBE_SILENT);
	(void)weigh(PROBE_ARP, SUSPECT_LAYER2, "10.20.2.2", 0, PROBE_ANSWERED);
	cr_expect_eq(suspect.outcome, 0);
	cr_expect_gt(suspect.services[0].score, 0);
}

Test(weigh, an_overdue_answer_that_never_comes_counts_once)
{
	struct service_slot *slot = &suspect.services[0];
	struct contact *entry;

	entry = weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_OVERDUE);
	cr_expect(slot->score > 0 && slot->score < failure_nats);
	cr_expect_eq(slot->unproductive, 1);
	weigh_overdue(&suspect, entry, &context);
	cr_expect_eq(slot->unproductive, 1, "it is told once");
	weigh_outcome(&suspect, entry, PROBE_SILENT, &context);
	cr_expect_float_eq(slot->score, failure_nats, .001);
	cr_expect_eq(slot->unproductive, 1);
}

Test(weigh, an_overdue_answer_that_comes_late_is_taken_back)
{
	struct service_slot *slot = &suspect.services[0];
	struct contact *entry;

	entry = weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_OVERDUE);
	weigh_outcome(&suspect, entry, PROBE_PRODUCTIVE, &context);
	cr_expect_float_eq(slot->score, -failure_nats, .001);
	cr_expect_eq(slot->unproductive, 0);
}

Test(weigh, outside_and_by_datagram_nothing_is_overdue)
{
	struct contact *entry;

	entry = weigh(PROBE_TCP_CONNECT, 6, "192.0.2.1", 80, PROBE_OVERDUE);
	cr_expect_eq(entry->flags & CONTACT_OVERDUE, 0);
	entry = weigh(PROBE_UDP, 17, "10.20.2.1", 53, PROBE_OVERDUE);
	cr_expect_eq(entry->flags & CONTACT_OVERDUE, 0);
	cr_expect_eq(suspect.services[0].score, 0);
	cr_expect_eq(suspect.services[1].score, 0);
}

Test(weigh, flags_that_open_nothing_have_a_statistic_of_their_own)
{
	(void)weigh(PROBE_TCP_FIN, 6, "10.20.2.1", 80, PROBE_REFUSED);
	cr_expect_float_eq(suspect.stealth, 2.5, .001);
	(void)weigh(PROBE_TCP_NULL, 6, "10.20.2.2", 80, PROBE_SILENT);
	cr_expect_float_eq(suspect.stealth, 4.5, .001);
	(void)weigh(PROBE_TCP_ACK, 6, "10.20.2.3", 80, PROBE_SILENT);
	cr_expect_float_eq(suspect.stealth, 5.2, .001);
	(void)weigh(PROBE_TCP_ACK, 6, "10.20.2.4", 80, PROBE_SESSION);
	cr_expect_float_eq(suspect.stealth, 3.2, .001);
	cr_expect_eq(suspect.outcome, 0);
	cr_expect_eq(suspect.stealth_contacts, 3);
}

Test(weigh, credit_is_bounded)
{
	for (uint16_t port = 1; port < 100; port++) {
		(void)weigh(
		    PROBE_TCP_CONNECT, 6, "10.20.2.1", port, PROBE_PRODUCTIVE);
	}
	cr_expect_float_eq(suspect.outcome, -4, .001);
	cr_expect_eq(suspect.productive, 99);
}

Test(weigh, evidence_halves_in_a_day_and_credit_does_not)
{
	suspect.outcome = 8;
	suspect.outside = -5;
	suspect.stealth = 6;
	suspect.faded_ns = context.now_ns;
	context.now_ns += 24 * 3600 * NS_PER_S;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_PENDING);
	cr_expect_float_eq(suspect.outcome, 4, .001);
	cr_expect_float_eq(suspect.outside, -5, .001);
	cr_expect_float_eq(suspect.stealth, 3, .001);
}

Test(weigh, evidence_fades_though_contacts_go_on)
{
	suspect.outcome = 8;
	suspect.faded_ns = context.now_ns;
	for (int i = 0; i < 2 * 24 * 60 * 2; i++) {
		context.now_ns += 30 * NS_PER_S;
		(void)weigh(
		    PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_PENDING);
	}
	cr_expect_float_eq(suspect.outcome, 2, .01, "after two days");
}

Test(weigh, an_overdue_silence_comes_to_as_much_as_any_in_the_dark)
{
	float at_once;

	context.is_dark = true;
	(void)weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_SILENT);
	at_once = suspect.services[0].score;
	clear();
	weigh_outcome(&suspect,
	    weigh(PROBE_TCP_CONNECT, 6, "10.20.2.1", 80, PROBE_OVERDUE),
	    PROBE_SILENT,
	    &(struct weigh_context){ .now_ns = context.now_ns,
	        .silence_worth = 1,
	        .is_dark = true });
	cr_expect_float_eq(suspect.services[0].score, at_once, .001);
}

Test(weigh, traceroute_is_nothing_once_some_of_it_expired)
{
	context.traits = PROBE_LOW_TTL;
	(void)weigh(PROBE_UDP, 17, "10.20.2.1", 33434, PROBE_EXPIRED);
	(void)weigh(PROBE_UDP, 17, "10.20.2.1", 33435, PROBE_SILENT);
	(void)weigh(PROBE_UDP, 17, "10.20.2.1", 33436, PROBE_REFUSED);
	cr_expect_eq(suspect.outcome, 0);
	clear();
	context.traits = PROBE_LOW_TTL;
	(void)weigh(PROBE_UDP, 17, "10.20.2.1", 33435, PROBE_REFUSED);
	cr_expect_gt(suspect.outcome, 0, "a low TTL alone is no disguise");
}

Test(weigh, traceroute_is_nothing_where_one_hop_answers_of_thirty)
{
	context.traits = PROBE_LOW_TTL;
	(void)weigh(PROBE_UDP, 17, "10.20.2.1", 33434, PROBE_EXPIRED);
	suspect.made = 90;
	for (uint16_t port = 33435; port < 33434 + 90; port++) {
		(void)weigh(PROBE_UDP, 17, "10.20.2.1", port, PROBE_SILENT);
	}
	cr_expect_eq(suspect.outcome, 0);
	(void)weigh(PROBE_UDP, 17, "10.20.2.1", 161, PROBE_SILENT);
	cr_expect_gt(suspect.outcome, 0, "nor is one that died on the way");
}
