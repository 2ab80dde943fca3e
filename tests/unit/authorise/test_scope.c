#include <criterion/criterion.h>

#include "unit/authorise/scanners.h"

#define ALL                                                     \
	"'segments': ['servers'], 'services': ['tcp/1-1024'], " \
	"'expires': '2027-03-31'"

static struct scanners *s;

static const char *
reason(uint32_t index)
{
	return index < s->authorisation.reason_count
	    ? s->authorisation.reasons[index]
	    : "";
}

static void
expect_left(enum authorise_part part, const char *sentence)
{
	cr_expect(s->authorisation.is_covered);
	cr_expect_not(s->authorisation.within_scope);
	cr_expect_eq(s->authorisation.left, 1u << part, "left %#x",
	    s->authorisation.left);
	cr_expect_str_eq(reason(0), sentence);
}

static void
begin(const char *zone, const char *members)
{
	s = scanners_begin(zone, false);
	add_entry(at("2026-11-01T00:00:00Z"), members);
}

Test(scope, a_scan_that_keeps_to_its_entry_is_authorised)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	cr_expect_not(probe("10.20.2.7", 22, now));
	cr_expect_not(probe("10.20.2.8", 1024, now + NS_PER_S));
	find("10.20.2.7", 22, now, now + NS_PER_S);
	judge(now + NS_PER_S);
	cr_expect(s->authorisation.is_covered);
	cr_expect(s->authorisation.within_scope);
	cr_expect_not(s->authorisation.is_provisional);
	cr_expect_str_eq(s->authorisation.entry, "nessus-prod");
	cr_expect_str_eq(s->authorisation.owner, "J. Smith");
	cr_expect_str_eq(s->authorisation.ticket, "CHG-1234");
	cr_expect_eq(s->authorisation.left, 0);
	cr_expect_eq(s->authorisation.reason_count, 0);
}

Test(scope, another_segment_leaves_it)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("Europe/Berlin", ALL);
	cr_expect_not(probe("10.20.2.7", 22, now));
	cr_expect(probe("10.30.1.7", 22, now + 5 * NS_PER_S));
	cr_expect_not(probe("10.30.1.8", 22, now + 6 * NS_PER_S));
	find("10.20.2.7", 22, now, now);
	judge(now);
	expect_left(AUTHORISE_PART_SEGMENT,
	    "outside the segments of nessus-prod (servers): probe of tcp/22 at "
	    "10.30.1.7 in office, Tue 2026-11-24 13:00:05 Europe/Berlin");
}

Test(scope, what_is_in_no_segment_leaves_it)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	cr_expect(probe("192.0.2.1", 22, now));
	find("192.0.2.1", 22, now, now);
	judge(now);
	expect_left(AUTHORISE_PART_SEGMENT,
	    "outside the segments of nessus-prod (servers): probe of tcp/22 at "
	    "192.0.2.1 in no segment, Tue 2026-11-24 12:00:00 UTC");
}

Test(scope, another_port_leaves_it)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	cr_expect_not(probe("10.20.2.7", 1024, now));
	cr_expect(probe("10.20.2.7", 1025, now));
	find("10.20.2.7", 1024, now, now);
	judge(now);
	expect_left(AUTHORISE_PART_SERVICE,
	    "outside the services of nessus-prod (tcp/1-1024): probe of "
	    "tcp/1025 at 10.20.2.7 in servers, Tue 2026-11-24 12:00:00 UTC");
}

Test(scope, hours_begin_and_end_to_the_nanosecond)
{
	uint64_t begin_ns = at("2026-11-28T00:00:00Z"); /* Sat 01:00. */
	uint64_t end_ns = at("2026-11-28T04:00:00Z");

	begin("Europe/Berlin", ALL ", 'hours': ['Sat 01:00-05:00']");
	cr_expect_not(probe("10.20.2.7", 22, begin_ns));
	cr_expect_not(probe("10.20.2.7", 22, end_ns - 1));
	cr_expect(probe("10.20.2.7", 22, end_ns));
	find("10.20.2.7", 22, begin_ns, end_ns - 1);
	judge(end_ns);
	expect_left(AUTHORISE_PART_HOURS,
	    "outside the hours of nessus-prod (Sat 01:00-05:00): probe at Sat "
	    "05:00:00 Europe/Berlin");
	begin("Europe/Berlin", ALL ", 'hours': ['Sat 01:00-05:00']");
	cr_expect(probe("10.20.2.7", 22, begin_ns - 1));
}

/* A moment by its local hour, and whether a window of that zone holds it. */
static void
expect_hours(const char *zone, const char *hours, const char *inside,
    const char *outside)
{
	char members[512];

	(void)snprintf(
	    members, sizeof(members), ALL ", 'hours': ['%s']", hours);
	begin(zone, members);
	cr_expect_not(probe("10.20.2.7", 22, at(inside)),
	    "%s %s: %s is outside", zone, hours, inside);
	begin(zone, members);
	cr_expect(probe("10.20.2.7", 22, at(outside)), "%s %s: %s is inside",
	    zone, hours, outside);
}

Test(scope, hours_are_exact_over_changes_of_the_clock)
{
	/* The hour from two is skipped: the window has no moment left. */
	expect_hours("Europe/Berlin", "Sun 01:00-02:00",
	    "2027-03-28T00:59:59.999999999Z", "2027-03-28T01:00:00Z");
	expect_hours("Europe/Berlin", "Sun 02:30-04:00", "2027-03-28T01:00:00Z",
	    "2027-03-28T00:59:59.999999999Z");
	/* It comes twice: it is inside both times. */
	expect_hours("Europe/Berlin", "Sun 02:00-03:00", "2026-11-29T01:00:00Z",
	    "2026-11-29T02:00:00Z");
	expect_hours("America/New_York", "Sun 03:00-04:00",
	    "2027-03-14T07:00:00Z", "2027-03-14T06:59:59.999999999Z");
	expect_hours("Asia/Kolkata", "Mon 00:00-01:00", "2026-11-29T18:30:00Z",
	    "2026-11-29T18:29:59.999999999Z");
	expect_hours("Pacific/Apia", "Mon 00:00-24:00", "2026-11-29T11:00:00Z",
	    "2026-11-30T11:00:00Z");
	expect_hours("Australia/Lord_Howe", "Sun 02:30-03:00",
	    "2026-11-28T15:30:00Z", "2026-11-28T16:00:00Z");
}

Test(scope, an_hour_that_comes_twice_is_inside_twice)
{
	s = scanners_begin("Europe/Berlin", false);
	add_entry(
	    at("2026-10-01T00:00:00Z"), ALL ", 'hours': ['Sun 02:00-03:00']");
	cr_expect_not(probe("10.20.2.7", 22, at("2026-10-25T00:00:00Z")));
	cr_expect_not(
	    probe("10.20.2.7", 22, at("2026-10-25T01:59:59.999999999Z")));
	cr_expect(probe("10.20.2.7", 22, at("2026-10-25T02:00:00Z")));
}

Test(scope, half_an_hour_that_comes_twice_on_lord_howe_is_inside_twice)
{
	s = scanners_begin("Australia/Lord_Howe", false);
	add_entry(
	    at("2026-04-01T00:00:00Z"), ALL ", 'hours': ['Sun 01:30-02:00']");
	cr_expect_not(probe("10.20.2.7", 22, at("2026-04-04T14:30:00Z")));
	cr_expect_not(
	    probe("10.20.2.7", 22, at("2026-04-04T15:29:59.999999999Z")));
	cr_expect(probe("10.20.2.7", 22, at("2026-04-04T15:30:00Z")));
}

Test(scope, a_window_into_the_next_day_belongs_to_the_day_it_begins)
{
	expect_hours("UTC", "Fri 20:00-06:00", "2026-11-28T05:59:59.999999999Z",
	    "2026-11-28T06:00:00Z");
	expect_hours("UTC", "Fri 20:00-06:00", "2026-11-27T20:00:00Z",
	    "2026-11-27T05:00:00Z");
	expect_hours("UTC", "Sun 20:00-06:00", "2026-11-30T01:00:00Z",
	    "2026-12-01T01:00:00Z");
}

Test(scope, an_entry_ends_at_the_midnight_after_its_last_day)
{
	/* In Berlin, on 31 March, summer time has begun. */
	uint64_t end_ns = at("2027-03-31T22:00:00Z");

	begin("Europe/Berlin", ALL);
	cr_expect_not(probe("10.20.2.7", 22, end_ns - 1));
	cr_expect(probe("10.20.2.7", 22, end_ns));
	find("10.20.2.7", 22, end_ns - 1, end_ns - 1);
	judge(end_ns);
	expect_left(AUTHORISE_PART_EXPIRY,
	    "nessus-prod has expired, its last day was 2027-03-31: probe of "
	    "tcp/22 at 10.20.2.7 in servers, Thu 2027-04-01 00:00:00 "
	    "Europe/Berlin");
}

Test(scope, a_scan_after_the_entry_expired_is_covered_but_outside)
{
	uint64_t now = at("2027-05-01T00:00:00Z");

	begin("UTC", ALL);
	find("10.20.2.7", 22, now, now);
	judge(now);
	cr_expect(s->authorisation.is_covered);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_EXPIRY);
}

Test(scope, faster_is_more_than_ten_seconds_worth_in_ten_seconds)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL ", 'rate': 20");
	/* A burst of ten seconds' worth at once is none too many. */
	for (uint32_t i = 0; i < 200; i++) {
		cr_assert_not(probe("10.20.2.7", 22, now + i), "%u", i);
	}
	cr_expect(probe("10.20.2.7", 22, now + 9 * NS_PER_S));
	find("10.20.2.7", 22, now, now + 9 * NS_PER_S);
	judge(now + 9 * NS_PER_S);
	expect_left(AUTHORISE_PART_RATE,
	    "faster than nessus-prod permits (20 probes a second): 21 a second "
	    "over ten seconds or more, at Tue 2026-11-24 12:00:09 UTC");
}

Test(scope, after_ten_seconds_a_burst_is_forgotten)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL ", 'rate': 20");
	for (uint32_t i = 0; i < 200; i++) {
		cr_assert_not(probe("10.20.2.7", 22, now + i), "%u", i);
	}
	for (uint32_t i = 0; i < 200; i++) {
		cr_assert_not(
		    probe("10.20.2.7", 22, now + 10 * NS_PER_S + i), "%u", i);
	}
	cr_expect(probe("10.20.2.7", 22, now + 19 * NS_PER_S));
}

Test(scope, the_counts_of_findings_show_the_rate_where_probes_are_not_told)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL ", 'rate': 20");
	find("10.20.2.7", 22, now, now + 10 * NS_PER_S);
	s->finding.probe_count = 200;
	judge(now);
	cr_expect(s->authorisation.within_scope);
	s->finding.last_seen_ns += 10 * NS_PER_S;
	s->finding.probe_count = 411;
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_RATE);
}

Test(scope, the_finding_as_a_whole_is_held_against_it)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	find("10.30.1.7", 3389, now, now);
	judge(now);
	cr_expect_eq(s->authorisation.left,
	    1u << AUTHORISE_PART_SEGMENT | 1u << AUTHORISE_PART_SERVICE);
	cr_expect_eq(s->authorisation.reason_count, 2);
	cr_expect_str_eq(reason(1),
	    "outside the services of nessus-prod (tcp/1-1024): probe of "
	    "tcp/3389, up to Tue 2026-11-24 12:00:00 UTC");
}

Test(scope, a_range_of_ports_may_be_permitted_by_several_of_an_entry)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC",
	    "'segments': ['servers'], 'services': ['tcp/1-100', "
	    "'tcp/101-200'], 'expires': '2027-03-31'");
	find("10.20.2.7", 50, now, now);
	s->finding.service_ranges[0].last = 200;
	judge(now);
	cr_expect(s->authorisation.within_scope);
	s->finding.service_ranges[0].last = 201;
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_SERVICE);
}

Test(scope, ping_must_be_named)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	find("10.20.2.7", 22, now, now);
	s->finding.techniques |= 1u << PROBE_ICMP_ECHO;
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_SERVICE);
	begin("UTC",
	    "'segments': ['servers'], 'services': ['tcp/22', 'icmp'], "
	    "'expires': '2027-03-31'");
	judge(now);
	cr_expect(s->authorisation.within_scope == false);
	find("10.20.2.7", 22, now, now);
	s->finding.techniques |= 1u << PROBE_ICMP_ECHO;
	judge(now);
	cr_expect(s->authorisation.within_scope);
}

Test(scope, two_entries_of_a_source_permit_together_what_each_permits)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	must("alice", now,
	    "{'do': 'scanners.add', 'entry': {'name': 'other', 'sources': "
	    "'10.20.9.0/24', 'segments': ['office'], 'services': ['tcp/3389'], "
	    "'owner': 'O', 'reason': 'R', 'expires': '2027-01-01'}}");
	cr_expect_not(probe("10.20.2.7", 22, now));
	cr_expect_not(probe("10.30.1.7", 3389, now));
	/* Not the one's segment with the other's service. */
	cr_expect(probe("10.20.2.7", 3389, now));
}

Test(scope, a_revoked_entry_ends_at_that_moment)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	cr_expect_not(probe("10.20.2.7", 22, now));
	must("bob", now + NS_PER_S,
	    "{'do': 'scanners.revoke', 'name': 'nessus-prod'}");
	cr_expect_not(probe("10.20.2.7", 22, now + NS_PER_S - 1));
	cr_expect(probe("10.20.2.7", 22, now + NS_PER_S));
	find("10.20.2.7", 22, now, now);
	judge(now + NS_PER_S);
	expect_left(AUTHORISE_PART_EXPIRY,
	    "nessus-prod was revoked by bob at Tue 2026-11-24 12:00:01 UTC: "
	    "probe of tcp/22 at 10.20.2.7 in servers, Tue 2026-11-24 12:00:01 "
	    "UTC");
}

Test(scope, extending_an_expired_entry_brings_the_scan_back_into_scope)
{
	uint64_t now = at("2027-04-02T12:00:00Z");

	begin("UTC", ALL);
	cr_expect(probe("10.20.2.7", 22, now));
	find("10.20.2.7", 22, now, now);
	judge(now);
	cr_expect_not(s->authorisation.within_scope);
	must("bob", now,
	    "{'do': 'scanners.extend', 'name': 'nessus-prod', 'expires': "
	    "'2027-06-30'}");
	judge(now);
	cr_expect(s->authorisation.within_scope);
}

Test(scope, an_unrelated_entry_does_not_make_what_was_left_forgotten)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL ", 'hours': ['12:00-13:00']");
	cr_expect(probe("10.20.2.7", 22, now - 1));
	cr_expect_not(probe("10.20.2.7", 22, now));
	must("alice", now,
	    "{'do': 'scanners.add', 'entry': {'name': 'other', 'sources': "
	    "'10.20.9.5', 'segments': ['office'], 'services': ['tcp/3389'], "
	    "'owner': 'O', 'reason': 'R', 'expires': '2027-01-01'}}");
	find("10.20.2.7", 22, now, now);
	judge(now);
	cr_expect_eq(s->authorisation.left, 1u << AUTHORISE_PART_HOURS);
}

Test(scope, a_proposed_entry_covers_nothing_and_is_told_as_nearest)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	s = scanners_begin("UTC", true);
	add_entry(now, ALL);
	find("10.20.2.7", 22, now, now);
	judge(now);
	cr_expect_not(s->authorisation.is_covered);
	cr_expect_str_eq(s->authorisation.nearest,
	    "nearest: nessus-prod - it waits to be approved");
	must("bob", now, "{'do': 'scanners.approve', 'name': 'nessus-prod'}");
	judge(now);
	cr_expect(s->authorisation.within_scope);
}

Test(scope, the_nearest_entry_is_told_where_only_the_source_differs)
{
	uint64_t now = at("2026-11-24T12:00:00Z");

	begin("UTC", ALL);
	find("10.20.2.7", 22, now, now);
	s->finding.source.byte[15] = 6;
	judge(now);
	cr_expect_not(s->authorisation.is_covered);
	cr_expect_str_eq(s->authorisation.nearest,
	    "nearest: nessus-prod - the source differs, its own is 10.20.9.5");
}

Test(scope, hits_are_counted_once_a_campaign)
{
	uint64_t now = at("2026-11-24T12:00:00Z");
	const struct authorise_record *record;

	begin("UTC", ALL);
	find("10.20.2.7", 22, now, now);
	judge(now);
	judge(now);
	cr_assert(authorise_next_hit(s->authorise, &record));
	cr_expect_eq(record->hit_count, 1);
	cr_expect_eq(record->last_hit_ns, now);
	cr_expect_not(authorise_next_hit(s->authorise, &record));
	memset(&s->watch, 0, sizeof(s->watch));
	find("10.20.2.7", 22, now + 1, now + 1);
	judge(now);
	cr_assert(authorise_next_hit(s->authorise, &record));
	cr_expect_eq(record->hit_count, 2);
}
