/* The room as others use it: what is due, lateness, and full tables. */

#include <criterion/criterion.h>
#include <stdio.h>

#include "unit/attribute/story.h"

static struct story story;

static const char host[] = "ws-7.corp.example";
static const char tool[] = "C:\\x7.exe";

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

TestSuite(attribute, .init = set_up, .fini = tear_down);

static void
connect_all(uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		story_connects(&story, host, 300, tool, &contact);
	}
}

static bool
is_due(uint64_t ms)
{
	uint64_t number = 0;
	bool is_next = attribute_next(story.attribute, story_ns(ms), &number);

	cr_expect(!is_next || number == 1);
	return is_next;
}

Test(attribute, a_campaign_is_given_when_more_is_known_and_only_then)
{
	story_sweep(&story, 1, 5985);
	story_judge(&story, 1);
	cr_expect_not(is_due(70000));
	story.delay_ms = 600000;
	connect_all(0, STORY_PROBES);
	cr_expect(is_due(700000));
	cr_expect_eq(story_judge(&story, 1)->process_count, 1);
	cr_expect_not(is_due(701000));
	connect_all(0, STORY_PROBES);
	cr_expect_not(is_due(702000));
}

Test(attribute, what_comes_after_the_horizon_changes_nothing)
{
	story_sweep(&story, 1, 5985);
	attribute_set_horizon(story.attribute, 60 * NS_PER_S);
	story_judge(&story, 1);
	story.delay_ms = 200000;
	connect_all(0, STORY_PROBES);
	cr_expect_not(is_due(300000));
}

Test(attribute, what_is_known_of_a_campaign_that_is_not_is_nothing)
{
	cr_expect_eq(story_judge(&story, 99)->process_count, 0);
	cr_expect_eq(story.attribution.note_count, 0);
}

Test(attribute, matches_outlive_the_socket_events)
{
	struct wire_contact contact;

	story_sweep(&story, 1, 5985);
	connect_all(0, STORY_PROBES);
	story_judge(&story, 1);
	for (uint32_t i = 0; i < 3 * CONFIG_ATTRIBUTE_SOCKET_COUNT; i++) {
		char target[IP_ADDRESS_TEXT_SIZE];

		snprintf(target, sizeof(target), "11.%u.%u.%u", i >> 16 & 255,
		    i >> 8 & 255, i & 255);
		contact =
		    story_contact(0, 100000 + i, "10.20.1.7", 1024, target, 80);
		story_connects(&story, host, 200, "C:\\b.exe", &contact);
	}
	cr_expect_gt(
	    story.counters.value[COUNTER_ATTRIBUTE_SOCKETS_EVICTED], 0);
	story_judge(&story, 1);
	cr_assert_eq(story.attribution.process_count, 1);
	cr_expect_eq(story.attribution.processes[0].matched, STORY_PROBES);
}

Test(attribute, processes_that_alerts_name_are_kept_longest)
{
	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	story_sweep(&story, 1, 5985);
	connect_all(0, STORY_PROBES);
	story_judge(&story, 1);
	for (uint32_t i = 0; i < 2 * CONFIG_ATTRIBUTE_PROCESS_COUNT; i++) {
		char line[64];

		snprintf(line, sizeof(line), "churn %u", i);
		story_starts(&story, host, 1000 + i, "C:\\Windows\\churn.exe",
		    line, 100000 + i);
	}
	cr_expect_gt(
	    story.counters.value[COUNTER_ATTRIBUTE_PROCESSES_EVICTED], 0);
	story_judge(&story, 1);
	cr_assert_eq(story.attribution.process_count, 1);
	cr_expect_str_eq(story.attribution.processes[0].command_line, "x7.exe");
}

Test(attribute, one_pid_given_to_thousands_is_bounded)
{
	for (uint32_t i = 0; i < 2000; i++) {
		story_starts(
		    &story, host, 300, "C:\\a.exe", "a", 1000 + 5000 * i);
	}
	cr_expect_gt(
	    story.counters.value[COUNTER_ATTRIBUTE_PROCESSES_EVICTED], 1900);
	cr_expect_lt(story.attribute->process_used, 100);
}

Test(attribute, long_command_lines_push_out_the_oldest_processes)
{
	char line[1024];

	for (uint32_t i = 0; i < CONFIG_ATTRIBUTE_TEXT_COUNT / 8; i++) {
		memset(line, 'x', sizeof(line));
		snprintf(line, 16, "%u", i);
		line[strlen(line)] = ' ';
		line[sizeof(line) - 1] = '\0';
		story_starts(
		    &story, host, 300 + i, "C:\\a.exe", line, 1000 + i);
	}
	cr_expect_gt(
	    story.counters.value[COUNTER_ATTRIBUTE_PROCESSES_EVICTED], 0);
	cr_expect_gt(story.attribute->texts.free_count, 0);
}

Test(attribute, a_host_that_makes_room_takes_its_processes_along)
{
	char name[64];

	for (uint32_t i = 0; i < 3 * CONFIG_ATTRIBUTE_HOST_COUNT; i++) {
		snprintf(name, sizeof(name), "host-%u.corp.example", i);
		story_starts(
		    &story, name, 300, "C:\\a.exe", "a", 1000 + 1000 * i);
	}
	cr_expect_gt(story.counters.value[COUNTER_ATTRIBUTE_HOSTS_EVICTED], 0);
	cr_expect_leq(
	    story.attribute->process_used, CONFIG_ATTRIBUTE_HOST_COUNT);
}

Test(attribute, the_campaign_that_was_quiet_longest_makes_room)
{
	for (uint64_t number = 1; number <= INQUIRIES + 1; number++) {
		struct wire_contact contact = story_contact(
		    number, 1000 * number, "10.20.1.7", 5, "10.20.2.1", 80);

		story_probe(&story, &contact);
	}
	cr_expect_eq(
	    story.counters.value[COUNTER_ATTRIBUTE_CAMPAIGNS_EVICTED], 1);
	cr_expect_null(inquiry_find(story.attribute, 1));
	cr_expect_not_null(inquiry_find(story.attribute, 2));
}

Test(attribute, of_many_probes_the_first_are_kept_and_the_rest_thinned)
{
	struct inquiry *inquiry;

	for (uint32_t i = 0; i < 40 * PROBES; i++) {
		struct wire_contact contact = story_contact(1, 1000 + i,
		    "10.20.1.7", (uint16_t)i, "10.20.2.1", (uint16_t)i);

		story_probe(&story, &contact);
	}
	inquiry = inquiry_find(story.attribute, 1);
	cr_assert_not_null(inquiry);
	cr_expect_leq(inquiry->probe_count, PROBES);
	cr_expect_gt(inquiry->probe_count, PROBES * 3 / 4 - 2);
	cr_expect_eq(
	    inquiry->probes[PROBES / 2 - 1].source_port, PROBES / 2 - 1);
	cr_expect_gt(
	    inquiry->probes[inquiry->probe_count - 1].source_port, 35 * PROBES);
}

Test(attribute, events_in_any_order_give_the_same_in_the_end)
{
	struct attribution first;

	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	connect_all(0, STORY_PROBES);
	story_ends(&story, host, 300, tool, 70000);
	story_sweep(&story, 1, 5985);
	first = *story_judge(&story, 1);
	story_close(&story);
	story_open(&story);
	story_sweep(&story, 1, 5985);
	story_ends(&story, host, 300, tool, 70000);
	connect_all(5, 5);
	story_starts(&story, host, 300, tool, "x7.exe", 59000);
	connect_all(0, 5);
	story_judge(&story, 1);
	cr_assert_eq(story.attribution.process_count, first.process_count);
	cr_expect_eq(
	    memcmp(&first.processes[0], &story.attribution.processes[0],
	        offsetof(struct attribution_process, evidence)),
	    0);
}

Test(attribute, the_plan_is_what_is_carved)
{
	struct plan_line lines[16];
	uint32_t count = attribute_plan(lines, ARRAY_SIZE(lines));
	size_t sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		sum += lines[i].bytes;
	}
	cr_expect_eq(sum, story.region.used);
}
