/* Whose an address was, and what is known of who sends logs. */

#include <criterion/criterion.h>

#include "unit/attribute/story.h"

static struct story story;

static const char scanner[] = "C:\\Program Files\\Nmap\\nmap.exe";
static const char sweep[] = "nmap -sS -p5985 10.20.2.0/24";

static void
set_up(void)
{
	story_open(&story);
}

static void
tear_down(void)
{
	story_close(&story);
}

TestSuite(hosts, .init = set_up, .fini = tear_down);

/* 'host' opens a connection from the scanner's address. */
static void
has_address(const char *host, uint64_t ms)
{
	struct wire_contact contact = story_contact(0, ms, "10.20.1.7",
	    (uint16_t)(30000 + ms / 1000 % 10000), "10.20.9.9", 443);

	story_connects(&story, host, 200, "C:\\browser.exe", &contact);
}

/* The host after 'passed' others. */
static bool
show_host(uint32_t passed, uint64_t now_ns, struct attribute_host *shown)
{
	uint32_t place = 0;
	bool is_there =
	    attribute_next_host(story.attribute, &place, now_ns, shown);

	for (; is_there && passed > 0; passed--) {
		is_there =
		    attribute_next_host(story.attribute, &place, now_ns, shown);
	}
	return is_there;
}

static uint32_t
named(void)
{
	story_sweep(&story, 1, 5985);
	return story_judge(&story, 1)->process_count;
}

Test(hosts, an_unknown_address_names_nobody_and_says_so)
{
	story_starts(&story, "ws-7", 300, scanner, sweep, 59500);
	cr_expect_eq(named(), 0);
	cr_assert_eq(story.attribution.note_count, 1);
	cr_expect_not_null(
	    strstr(story.attribution.notes[0], "Logs do not cover this host"));
	cr_expect_str_eq(story.attribution.host, "");
}

Test(hosts, who_had_the_address_before_somebody_else_is_not_blamed)
{
	has_address("old.corp.example", 1000);
	has_address("new.corp.example", 40000);
	has_address("new.corp.example", 62000);
	story_starts(&story, "old.corp.example", 300, scanner, sweep, 59500);
	cr_expect_eq(named(), 0);
}

Test(hosts, nor_is_who_has_it_afterwards)
{
	has_address("old.corp.example", 58000);
	has_address("old.corp.example", 70000);
	has_address("new.corp.example", 400000);
	story_starts(&story, "new.corp.example", 300, scanner, sweep, 59500);
	cr_expect_eq(named(), 0);
	cr_expect_str_eq(story.attribution.host, "old.corp.example");
}

Test(hosts, nobody_is_named_where_two_had_it_at_the_time)
{
	has_address("one.corp.example", 59000);
	has_address("two.corp.example", 66000);
	story_starts(&story, "one.corp.example", 300, scanner, sweep, 59500);
	cr_expect_eq(named(), 0);
	cr_expect_not_null(
	    strstr(story.attribution.notes[0], "Several endpoints"));
}

Test(hosts, who_gave_the_address_up_is_not_blamed_for_what_comes_later)
{
	struct ip_address address;

	cr_assert(ip_address_parse("10.20.1.7", &address));
	has_address("old.corp.example", 50000);
	attribute_name(story.attribute, story_ns(55000), &address, "");
	story_starts(&story, "old.corp.example", 300, scanner, sweep, 59500);
	cr_expect_eq(named(), 0);
}

Test(hosts, addresses_that_an_agent_lists_are_its_hosts)
{
	(void)story_event(&story, ENDPOINT_LOGON, "ws-7.corp.example", 1,
	    "C:\\lsass.exe", 50000);
	story_text(&story, ENDPOINT_HOST_ADDRESSES, "fe80::1 10.20.1.7");
	story_tell(&story);
	story_starts(&story, "ws-7.corp.example", 300, scanner, sweep, 59500);
	cr_expect_eq(named(), 1);
	cr_expect_eq(
	    story.attribution.processes[0].confidence, ATTRIBUTION_PROBABLE);
}

Test(hosts, a_name_on_the_wire_is_hearsay_and_makes_possible_only)
{
	struct ip_address address;

	cr_assert(ip_address_parse("10.20.1.7", &address));
	attribute_name(story.attribute, story_ns(50000), &address, "WS-7");
	story_starts(&story, "ws-7.corp.example", 300, scanner, sweep, 59500);
	cr_expect_eq(named(), 1);
	cr_expect_eq(
	    story.attribution.processes[0].confidence, ATTRIBUTION_POSSIBLE);
	cr_assert_eq(story.attribution.name_count, 1);
	cr_expect_str_eq(story.attribution.names[0], "WS-7");
}

Test(hosts, short_and_full_names_are_one_host)
{
	struct attribute_host shown;

	has_address("WS-7", 50000);
	has_address("ws-7.corp.example", 51000);
	has_address("WS-7", 52000);
	cr_assert(show_host(0, story_ns(60000), &shown));
	cr_expect_str_eq(shown.name, "ws-7.corp.example");
	cr_expect_eq(shown.events, 3);
	cr_expect_eq(shown.address_count, 1);
	cr_expect(shown.has_security_connections);
	cr_expect_not(shown.has_sysmon_connections);
	cr_expect_not(show_host(1, story_ns(60000), &shown));
}

Test(hosts, hosts_of_one_name_in_two_domains_are_two)
{
	struct attribute_host shown;

	has_address("dc.one.example", 50000);
	has_address("dc.two.example", 51000);
	cr_expect(show_host(1, story_ns(60000), &shown));
}

Test(hosts, the_clock_is_learned_and_shown_with_its_error)
{
	struct attribute_host shown;

	story.skew_ms = -61250;
	for (uint32_t i = 0; i < 8; i++) {
		struct wire_contact contact = story_contact(0, 1000 + 1000 * i,
		    "10.20.1.7", (uint16_t)(40000 + i), "10.20.9.9", 443);

		story_probe(&story, &contact);
		story_connects(&story, "ws-7", 200, "C:\\b.exe", &contact);
	}
	cr_assert(show_host(0, story_ns(60000), &shown));
	cr_assert(shown.has_offset);
	cr_expect_eq(shown.offset_ns, -61250 * (int64_t)NS_PER_MS);
	cr_expect_eq(shown.offset_matches, 8);
	cr_expect_eq(shown.connections, 8);
	cr_expect_eq(shown.connections_matched, 8);
}

Test(hosts, coverage_counts_what_the_logs_should_have_told_by_now)
{
	struct attribute_host shown;

	for (uint32_t i = 0; i < 12; i++) {
		struct wire_contact contact = story_contact(0, 1000 + 1000 * i,
		    "10.20.1.7", (uint16_t)(40000 + i), "10.20.9.9", 443);

		story_probe(&story, &contact);
		if (i % 2 == 0 && i < 10) {
			story_connects(
			    &story, "ws-7", 200, "C:\\b.exe", &contact);
		}
	}
	cr_assert(show_host(0, story_ns(60000), &shown));
	cr_expect_eq(shown.connections, 9);
	cr_expect_eq(shown.connections_matched, 5);
}

Test(hosts, failures_are_shown_with_the_last_reason)
{
	struct attribute_host shown;

	has_address("ws-7", 50000);
	attribute_failure(
	    story.attribute, story_ns(51000), "ws-7", "no event id");
	attribute_failure(
	    story.attribute, story_ns(51000), "10.9.9.9", "no event id");
	cr_assert(show_host(0, story_ns(60000), &shown));
	cr_expect_eq(shown.failures, 1);
	cr_expect_str_eq(shown.last_failure, "no event id");
	cr_expect_eq(
	    story.counters.value[COUNTER_ATTRIBUTE_FAILURES_OF_NOBODY], 1);
}

Test(hosts, events_a_minute_are_those_of_the_last_ten)
{
	struct attribute_host shown;

	for (uint32_t i = 0; i < 20 * 60; i++) {
		(void)story_event(
		    &story, ENDPOINT_LOGON, "ws-7", 1, "C:\\a", 1000 * i);
		story_tell(&story);
	}
	cr_assert(show_host(0, story_ns(20 * 60000), &shown));
	cr_expect_float_eq(shown.events_per_minute, 60, 6);
	cr_assert(show_host(0, story_ns(90 * 60000), &shown));
	cr_expect_float_eq(shown.events_per_minute, 0, 0.01);
}

Test(hosts, an_event_without_a_host_is_counted_and_not_used)
{
	(void)story_event(&story, ENDPOINT_LOGON, "", 1, "C:\\a", 1000);
	story_tell(&story);
	cr_expect_eq(story.counters.value[COUNTER_ATTRIBUTE_HOSTLESS], 1);
	cr_expect_eq(story.counters.value[COUNTER_ATTRIBUTE_HOSTS], 0);
}

Test(hosts, a_clock_of_whole_seconds_is_no_surer_than_half_a_second)
{
	struct attribute_host shown;

	for (uint32_t i = 0; i < 8; i++) {
		struct wire_contact contact = story_contact(0, 1000 + 1130 * i,
		    "10.20.1.7", (uint16_t)(40000 + i), "10.20.9.9", 443);

		story_probe(&story, &contact);
		(void)story_event(&story, ENDPOINT_CONNECTION, "ws-7", 200,
		    "C:\\b.exe", 1000 + 1130 * i);
		story.event.time_ns -= story.event.time_ns % NS_PER_S;
		story.event.time_quality = ENDPOINT_TIME_SECONDS;
		story_tuple(&story, ENDPOINT_OUTBOUND, "10.20.1.7",
		    (uint16_t)(40000 + i), "10.20.9.9", 443);
		story_tell(&story);
	}
	cr_assert(show_host(0, story_ns(60000), &shown));
	cr_assert(shown.has_offset);
	cr_expect_geq(shown.offset_error_ns, NS_PER_S / 2);
	cr_expect_lt(shown.offset_ns, (int64_t)(NS_PER_S / 2));
	cr_expect_gt(shown.offset_ns, -(int64_t)(NS_PER_S / 2));
}

Test(hosts, both_logs_of_a_connection_teach_their_clocks)
{
	struct attribute_host shown;

	for (uint32_t i = 0; i < 8; i++) {
		struct wire_contact contact = story_contact(0, 1000 + 1130 * i,
		    "10.20.1.7", (uint16_t)(40000 + i), "10.20.9.9", 443);

		story_probe(&story, &contact);
		for (int fine = 0; fine < 2; fine++) {
			(void)story_event(&story, ENDPOINT_CONNECTION, "ws-7",
			    200, "C:\\b.exe", 1000 + 1130 * i);
			story_tuple(&story, ENDPOINT_OUTBOUND, "10.20.1.7",
			    (uint16_t)(40000 + i), "10.20.9.9", 443);
			if (fine == 1) {
				story_guid(&story, 7, 500);
				story.event.time_ns -= 3 * NS_PER_S;
			} else {
				story.event.time_ns -=
				    story.event.time_ns % NS_PER_S;
				story.event.time_quality =
				    ENDPOINT_TIME_SECONDS;
			}
			story_tell(&story);
		}
	}
	cr_assert(show_host(0, story_ns(60000), &shown));
	cr_assert(shown.has_offset);
	cr_expect_eq(shown.offset_ns, -3 * (int64_t)NS_PER_S);
	cr_expect_leq(shown.offset_error_ns, NS_PER_MS);
}

Test(hosts, logs_without_tls_are_said_to_be_open_to_forgery)
{
	struct attribute_host shown;
	const struct attribution *attribution;
	bool is_said = false;

	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		story_connects(&story, "ws-7", 300, "C:\\scan.exe", &contact);
		story.event.flags |= ENDPOINT_PLAIN_SENDER;
		story_tell(&story);
	}
	story_sweep(&story, 1, 5985);
	attribution = story_judge(&story, 1);
	cr_assert_eq(attribution->process_count, 1);
	for (uint32_t i = 0; i < attribution->note_count; i++) {
		is_said = is_said ||
		    strstr(attribution->notes[i], "without TLS") != NULL;
	}
	cr_expect(is_said);
	cr_assert(show_host(0, story_ns(60000), &shown));
	cr_expect(shown.is_plain);
}

Test(hosts, user_and_parent_behind_a_cut_command_line_are_hearsay)
{
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		story_connects(&story, "ws-7", 300, "C:\\scan.exe", &contact);
	}
	(void)story_event(
	    &story, ENDPOINT_PROCESS_START, "ws-7", 300, "C:\\scan.exe", 59000);
	story_guid(&story, 3, 59000);
	story_text(&story, ENDPOINT_COMMAND_LINE, "scan.exe User: CORP\\boss");
	story_text(&story, ENDPOINT_USER, "CORP\\boss");
	story_text(&story, ENDPOINT_PARENT_IMAGE, "C:\\innocent.exe");
	story.event.flags |= ENDPOINT_CUT | ENDPOINT_TEXT_ONLY;
	story_tell(&story);
	story_sweep(&story, 1, 5985);
	cr_assert_eq(story_judge(&story, 1)->process_count, 1);
	cr_expect_str_eq(story.attribution.processes[0].user, "");
	cr_expect_str_eq(story.attribution.processes[0].parent_image, "");
	cr_expect_str_eq(story.attribution.processes[0].command_line,
	    "scan.exe User: CORP\\boss");
}

/* The host had the address, and did nothing from it for an hour. */
static void
leave_address(void)
{
	struct wire_contact contact;

	for (uint32_t i = 0; i < 8; i++) {
		contact = story_contact(0, 1000 + 1000 * i, "10.20.1.7",
		    (uint16_t)(40000 + i), "10.20.9.9", 443);
		contact.source_mac.byte[5] = 1;
		story_connects(&story, "WS-7.corp.example", 200,
		    "C:\\browser.exe", &contact);
		story_probe(&story, &contact);
	}
}

static uint32_t
processes_of_later_sweep(void)
{
	static const char nmap[] = "C:\\nmap.exe";

	story_starts(&story, "WS-7.corp.example", 300, nmap,
	    "nmap -sS -p5985 10.20.2.0/24", 3599000);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		contact.technique = PROBE_TCP_SYN;
		contact.attempt_ns = story_ns(3600000 + 1000 * i);
		story_probe(&story, &contact);
	}
	story_finding(&story, 1, "10.20.1.7", 3600000, 3609000);
	return story_judge(&story, 1)->process_count;
}

Test(hosts, an_address_nobody_else_was_heard_of_is_still_the_hosts)
{
	leave_address();
	cr_expect_eq(processes_of_later_sweep(), 1);
}

Test(hosts, an_address_with_anothers_name_since_is_not_the_hosts)
{
	struct ip_address address;

	leave_address();
	cr_assert(ip_address_parse("10.20.1.7", &address));
	attribute_name(story.attribute, story_ns(600000), &address, "visitor");
	cr_expect_eq(processes_of_later_sweep(), 0);
	cr_expect_eq(story.attribution.host[0], '\0');
	cr_expect_not_null(strstr(story.attribution.notes[0], "no more"));
}

Test(hosts, an_address_with_its_own_name_since_is_still_the_hosts)
{
	struct ip_address address;

	leave_address();
	cr_assert(ip_address_parse("10.20.1.7", &address));
	attribute_name(story.attribute, story_ns(600000), &address, "ws-7");
	cr_expect_eq(processes_of_later_sweep(), 1);
}

Test(hosts, an_address_whose_host_went_elsewhere_is_hearsay)
{
	struct wire_contact contact;

	leave_address();
	for (uint32_t i = 0; i < 4; i++) {
		contact = story_contact(0, 900000 + 1000 * i, "10.20.1.88",
		    (uint16_t)(41000 + i), "10.20.9.9", 443);
		story_connects(&story, "WS-7.corp.example", 200,
		    "C:\\browser.exe", &contact);
	}
	cr_assert_eq(processes_of_later_sweep(), 1);
	cr_expect_eq(
	    story.attribution.processes[0].confidence, ATTRIBUTION_POSSIBLE);
}
