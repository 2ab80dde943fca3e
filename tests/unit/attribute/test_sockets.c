/* Who opened the connections that were probes. */

#include <criterion/criterion.h>
#include <stdio.h>

#include "unit/attribute/story.h"

static struct story story;

static const char host[] = "WS-7.corp.example";
static const char tool[] = "C:\\Users\\anna\\x7.exe";

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

TestSuite(sockets, .init = set_up, .fini = tear_down);

/* The first 'count' probes of the sweep, as 'image' logs them. */
static void
connect_some(uint32_t pid, const char *image, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		story_connects(&story, host, pid, image, &contact);
	}
}

static void
expect_named(const struct attribution *attribution, uint32_t pid,
    const char *image, enum attribution_confidence confidence)
{
	cr_assert_geq(attribution->process_count, 1);
	cr_expect_eq(attribution->processes[0].pid, pid);
	cr_expect_str_eq(attribution->processes[0].image, image);
	cr_expect_eq(attribution->processes[0].confidence, confidence);
	cr_expect_str_eq(attribution->processes[0].host, "ws-7.corp.example");
}

Test(sockets, exact_events_of_one_process_confirm_it)
{
	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, STORY_PROBES);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_CONFIRMED);
	cr_expect_eq(story.attribution.processes[0].matched, STORY_PROBES);
	cr_expect_eq(story.attribution.processes[0].matched_of, STORY_PROBES);
	cr_expect_str_eq(story.attribution.processes[0].user, "CORP\\anna");
	cr_expect_eq(
	    story.attribution.processes[0].started_ns, story_ns(59000));
	cr_expect_str_eq(story.attribution.host, "ws-7.corp.example");
}

Test(sockets, it_is_the_same_if_the_logs_come_before_the_probes)
{
	struct attribution first;

	connect_some(300, tool, 0, STORY_PROBES);
	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	story_sweep(&story, 1, 5985);
	first = *story_judge(&story, 1);
	expect_named(&first, 300, tool, ATTRIBUTION_CONFIRMED);
	story_close(&story);
	story_open(&story);
	story_sweep(&story, 1, 5985);
	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	connect_some(300, tool, 0, STORY_PROBES);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_CONFIRMED);
	cr_expect_eq(
	    first.processes[0].matched, story.attribution.processes[0].matched);
	cr_expect_eq(first.processes[0].started_ns,
	    story.attribution.processes[0].started_ns);
}

Test(sockets, two_of_ten_are_possible_only)
{
	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, 2);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_POSSIBLE);
}

Test(sockets, three_of_ten_are_not_sure)
{
	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, 3);
	story_judge(&story, 1);
	cr_assert_eq(story.attribution.process_count, 1);
	cr_expect_lt(
	    story.attribution.processes[0].confidence, ATTRIBUTION_CONFIRMED);
}

Test(sockets, only_completed_ones_in_a_log_of_all_are_possible)
{
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		contact.completed = i < 3;
		story_probe(&story, &contact);
	}
	story_finding(&story, 1, "10.20.1.7", 60000, 69000);
	connect_some(300, tool, 0, 3);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_POSSIBLE);
}

Test(sockets, the_device_path_is_the_path_on_its_drive)
{
	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	story_sweep(&story, 1, 5985);
	connect_some(300, "\\device\\harddiskvolume3\\users\\anna\\x7.exe", 0,
	    STORY_PROBES);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_CONFIRMED);
}

Test(sockets, without_a_start_the_image_of_the_socket_event_is_named)
{
	static const char device[] =
	    "\\device\\harddiskvolume3\\users\\anna\\x7.exe";

	story_sweep(&story, 1, 5985);
	connect_some(300, device, 0, STORY_PROBES);
	expect_named(
	    story_judge(&story, 1), 300, device, ATTRIBUTION_CONFIRMED);
	cr_expect_eq(story.attribution.processes[0].started_ns, 0);
}

Test(sockets, who_had_the_pid_before_and_after_is_not_blamed)
{
	static const char before[] = "C:\\Windows\\before.exe";
	static const char after[] = "C:\\Windows\\after.exe";

	story_starts(&story, host, 300, before, "before", 20000);
	story_ends(&story, host, 300, before, 40000);
	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	story_ends(&story, host, 300, tool, 70000);
	story_starts(&story, host, 300, after, "after", 72000);
	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, STORY_PROBES);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_CONFIRMED);
	cr_expect_eq(story.attribution.process_count, 1);
}

Test(sockets, a_start_that_comes_late_corrects_the_instance)
{
	story_starts(&story, host, 300, tool, "x7.exe old", 1000);
	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, STORY_PROBES);
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.processes[0].started_ns, story_ns(1000));
	story.delay_ms = 137000;
	story_starts(&story, host, 300, tool, "x7.exe new", 59000);
	story_judge(&story, 1);
	cr_expect_str_eq(
	    story.attribution.processes[0].command_line, "x7.exe new");
}

Test(sockets, the_system_is_never_the_answer)
{
	story_sweep(&story, 1, 445);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 445);

		story_connects(&story, host, 4, "System", &contact);
	}
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.process_count, 0);
	cr_expect_geq(story.attribution.note_count, 1);
}

Test(sockets, what_the_system_sent_takes_nothing_from_the_others)
{
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact =
		    story_sweep_contact(i, i < 6 ? 445 : 135);

		story_probe(&story, &contact);
		story_connects(&story, host, i < 6 ? 4 : 300,
		    i < 6 ? "System" : tool, &contact);
	}
	story_finding(&story, 1, "10.20.1.7", 60000, 69000);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_CONFIRMED);
	cr_expect_eq(story.attribution.processes[0].matched_of, 4);
}

Test(sockets, two_processes_are_split_with_their_counts)
{
	static const char other[] = "C:\\Users\\ben\\y8.exe";

	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, 6);
	connect_some(400, other, 6, 4);
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_CONFIRMED);
	cr_assert_eq(story.attribution.process_count, 2);
	cr_expect_eq(story.attribution.processes[0].matched, 6);
	cr_expect_eq(story.attribution.processes[1].pid, 400);
	cr_expect_eq(story.attribution.processes[1].matched, 4);
	cr_expect_eq(
	    story.attribution.processes[1].confidence, ATTRIBUTION_CONFIRMED);
}

Test(sockets, a_process_for_each_probe_makes_a_family_that_is_probable)
{
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		(void)story_event(&story, ENDPOINT_PROCESS_START, host, 500 + i,
		    tool, 59900 + 1000 * i);
		story.event.flags |= ENDPOINT_HAS_PARENT_PID;
		story.event.parent_pid = 77;
		story_tell(&story);
		connect_some(500 + i, tool, i, 1);
	}
	story_sweep(&story, 1, 5985);
	story_judge(&story, 1);
	cr_assert_geq(story.attribution.process_count, 1);
	cr_expect_eq(
	    story.attribution.processes[0].confidence, ATTRIBUTION_PROBABLE);
	cr_expect_eq(story.attribution.processes[0].parent_pid, 77);
}

Test(sockets, a_victims_service_is_never_named)
{
	story_sweep(&story, 1, 5985);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		(void)story_event(&story, ENDPOINT_CONNECTION,
		    "srv.corp.example", 900, "C:\\srv.exe", 60000 + 1000 * i);
		story_tuple(&story, ENDPOINT_INBOUND, "10.20.1.7",
		    contact.source_port, "10.20.2.1", 5985);
		story.event.target_address = contact.target;
		story_tell(&story);
	}
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.process_count, 0);
	cr_expect_eq(story.attribution.note_count, 2);
	cr_expect_not_null(
	    strstr(story.attribution.notes[1], "confirm 10 of the probes"));
}

Test(sockets, nor_is_it_where_the_log_says_the_listener_is_the_source)
{
	story_sweep(&story, 1, 5985);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		(void)story_event(&story, ENDPOINT_CONNECTION,
		    "srv.corp.example", 900, "C:\\srv.exe", 60000 + 1000 * i);
		story_tuple(&story, ENDPOINT_INBOUND, "10.20.2.1", 5985,
		    "10.20.1.7", contact.source_port);
		story.event.source_address = contact.target;
		story_tell(&story);
	}
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.process_count, 0);
}

Test(sockets, the_same_ports_an_hour_later_are_another_connection)
{
	story_sweep(&story, 1, 5985);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);
		struct wire_contact other = story_contact(0, 1000 + 100 * i,
		    "10.20.1.7", (uint16_t)(40000 + i), "10.20.9.9", 80);

		story_connects(&story, host, 200, "C:\\b.exe", &other);
		story_probe(&story, &other);
		contact.attempt_ns += 3000 * NS_PER_S;
		story_connects(&story, host, 300, tool, &contact);
	}
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.process_count, 0);
}

Test(sockets, two_hosts_that_claim_one_connection_name_nobody)
{
	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, STORY_PROBES);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		story_connects(
		    &story, "other.corp.example", 300, tool, &contact);
	}
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.process_count, 0);
}

Test(sockets, sysmon_and_5156_of_one_connection_are_merged)
{
	story_sweep(&story, 1, 5985);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		/* Sysmon's PID was lost on the way. */
		(void)story_event(&story, ENDPOINT_CONNECTION, host, 0, tool,
		    60001 + 1000 * i);
		story.event.flags = 0;
		story_guid(&story, 1, 59000);
		story_tuple(&story, ENDPOINT_OUTBOUND, "10.20.1.7",
		    contact.source_port, "10.20.2.1", 5985);
		story.event.target_address = contact.target;
		story_tell(&story);
		story_connects(&story, host, 300, tool, &contact);
	}
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_CONFIRMED);
	cr_expect(story.attribution.processes[0].has_guid);
	cr_expect_eq(story.attribution.process_count, 1);
}

Test(sockets, auditd_knows_the_remote_end_and_is_probable)
{
	struct wire_contact own =
	    story_contact(0, 1000, "10.20.1.7", 40000, "10.20.9.9", 80);

	story_connects(&story, host, 200, "/usr/bin/x", &own);
	story_sweep(&story, 1, 5985);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);
		struct endpoint_event *event = story_event(&story,
		    ENDPOINT_CONNECTION, host, 300, tool, 60000 + 1000 * i);

		event->source = ENDPOINT_AUDITD;
		event->flags |= ENDPOINT_HAS_REMOTE;
		event->direction = ENDPOINT_OUTBOUND;
		event->target_address = contact.target;
		event->target_port = 5985;
		/* auditd does not say of which protocol the socket is. */
		event->protocol = 0;
		story_tell(&story);
	}
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_PROBABLE);
}

Test(sockets, connections_to_what_was_found_open_name_no_browser_as_probable)
{
	static const char browser[] = "C:\\Program Files\\browser.exe";

	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 80);
		struct wire_contact again = contact;

		contact.technique = PROBE_TCP_SYN;
		story_probe(&story, &contact);
		if (i < 3) {
			again.campaign = 0;
			again.attempt_ns += 100 * NS_PER_MS;
			again.source_port = (uint16_t)(42000 + i);
			again.completed = 1;
			story_probe(&story, &again);
			story_connects(&story, host, 300, browser, &again);
		}
	}
	story_finding(&story, 1, "10.20.1.7", 60000, 69000);
	story_judge(&story, 1);
	cr_assert_eq(story.attribution.process_count, 1);
	cr_expect_eq(
	    story.attribution.processes[0].confidence, ATTRIBUTION_POSSIBLE);
}

Test(sockets, a_scanner_that_came_back_to_what_was_open_is_probable)
{
	static const char netscan[] = "C:\\Tools\\netscan.exe";

	story_starts(&story, host, 300, netscan, "", 20000);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 80);
		struct wire_contact again = contact;

		contact.technique = PROBE_TCP_SYN;
		story_probe(&story, &contact);
		if (i < 3) {
			again.campaign = 0;
			again.attempt_ns += 100 * NS_PER_MS;
			again.source_port = (uint16_t)(42000 + i);
			again.completed = 1;
			story_probe(&story, &again);
			story_connects(&story, host, 300, netscan, &again);
		}
	}
	story_finding(&story, 1, "10.20.1.7", 60000, 69000);
	expect_named(
	    story_judge(&story, 1), 300, netscan, ATTRIBUTION_PROBABLE);
}

/* A visit of the sweep's port that was completed, counted into the campaign. */
static void
visit(uint32_t index, uint64_t ms, const char *target, const char *image)
{
	struct wire_contact contact = story_contact(
	    1, ms, "10.20.1.7", (uint16_t)(45000 + index), target, 5985);

	contact.completed = 1;
	story_probe(&story, &contact);
	if (image != NULL) {
		story_connects(&story, host, 400, image, &contact);
	}
}

Test(sockets, connections_from_before_the_scan_name_nobody)
{
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		char target[IP_ADDRESS_TEXT_SIZE];

		snprintf(target, sizeof(target), "10.20.9.%u", i + 1);
		visit(i, 1000 + 4000 * i, target, "C:\\browser.exe");
	}
	story_sweep(&story, 1, 5985);
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.process_count, 0);
}

Test(sockets, completed_connections_in_the_order_of_the_scan_are_probable)
{
	story_sweep(&story, 1, 5985);
	for (uint32_t i = 0; i < 4; i++) {
		char target[IP_ADDRESS_TEXT_SIZE];
		struct wire_contact contact;

		snprintf(target, sizeof(target), "10.20.2.%u", 11 + i);
		contact = story_contact(1, 70000 + 1000 * i, "10.20.1.7",
		    (uint16_t)(46000 + i), target, 5985);
		contact.completed = 1;
		story_probe(&story, &contact);
		(void)story_event(&story, ENDPOINT_CONNECTION, host, 300, tool,
		    70000 + 1000 * i);
		story_guid(&story, 1, 59000);
		story_tuple(&story, ENDPOINT_OUTBOUND, "10.20.1.7",
		    contact.source_port, target, 5985);
		story_tell(&story);
	}
	expect_named(story_judge(&story, 1), 300, tool, ATTRIBUTION_PROBABLE);
}

Test(sockets, a_log_that_gives_one_connection_to_two_processes_names_neither)
{
	story_sweep(&story, 1, 5985);
	connect_some(300, tool, 0, STORY_PROBES);
	connect_some(301, "C:\\other.exe", 0, STORY_PROBES);
	story_judge(&story, 1);
	cr_expect_eq(story.attribution.process_count, 0);
	cr_expect_not_null(strstr(story.attribution.notes[0], "neither"));
}
