/* What processes alone tell, where no socket event does. */

#include <criterion/criterion.h>

#include "unit/attribute/story.h"

static struct story story;

static const char host[] = "WS-7.corp.example";
static const char scanner[] = "C:\\Program Files\\Nmap\\nmap.exe";
static const char sweep[] = "nmap -sS -p5985 10.20.2.0/24";

static void
set_up(void)
{
	struct wire_contact contact;

	story_open(&story);
	/* It is known who has the address, and what its clock says. */
	for (uint32_t i = 0; i < 8; i++) {
		contact = story_contact(0, 1000 + 1000 * i, "10.20.1.7",
		    (uint16_t)(40000 + i), "10.20.9.9", 443);
		story_connects(&story, host, 200, "C:\\browser.exe", &contact);
		story_probe(&story, &contact);
	}
}

static void
tear_down(void)
{
	story_close(&story);
}

TestSuite(suspicion, .init = set_up, .fini = tear_down);

/* The sweep, of packets that no socket sends; the log goes on after it. */
static void
sweep_raw(void)
{
	struct wire_contact later =
	    story_contact(0, 90000, "10.20.1.7", 40100, "10.20.9.9", 443);

	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		contact.technique = PROBE_TCP_SYN;
		story_probe(&story, &contact);
	}
	story_finding(&story, 1, "10.20.1.7", 60000, 69000);
	story_connects(&story, host, 200, "C:\\browser.exe", &later);
}

static enum attribution_confidence
judged(void)
{
	story_judge(&story, 1);
	return story.attribution.process_count == 0
	    ? ATTRIBUTION_NONE
	    : story.attribution.processes[0].confidence;
}

Test(suspicion, a_scanner_told_the_targets_is_probable_and_never_more)
{
	story_starts(&story, host, 300, scanner, sweep, 59500);
	story_ends(&story, host, 300, scanner, 69300);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_PROBABLE);
	cr_expect_eq(story.attribution.processes[0].pid, 300);
	cr_expect_eq(story.attribution.processes[0].matched, 0);
	cr_expect_not_null(strstr(story.attribution.processes[0].evidence[0],
	    "100 % of the probes, and their ports"));
}

Test(suspicion, an_unknown_tool_told_the_targets_is_probable_too)
{
	story_starts(&story, host, 300, "C:\\q7.exe",
	    "q7 /from 10.20.2.1 /to 10.20.2.99 /p 5985", 59500);
	story_ends(&story, host, 300, "C:\\q7.exe", 69300);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_PROBABLE);
}

Test(suspicion, a_scanner_without_a_command_line_is_possible)
{
	story_starts(&story, host, 300, scanner, "", 59500);
	story_ends(&story, host, 300, scanner, 69300);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_POSSIBLE);
}

Test(suspicion, a_scanner_told_other_targets_is_not_named)
{
	story_starts(
	    &story, host, 300, scanner, "nmap -sS 10.99.0.0/24", 59500);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_NONE);
}

Test(suspicion, one_that_began_after_the_first_probes_or_ended_before_is_not)
{
	story_starts(&story, host, 300, scanner, sweep, 80000);
	story_starts(&story, host, 301, scanner, sweep, 20000);
	story_ends(&story, host, 301, scanner, 40000);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_NONE);
}

Test(suspicion, ordinary_processes_are_not_named)
{
	story_starts(&story, host, 300, "C:\\Windows\\notepad.exe",
	    "notepad a.txt", 59500);
	story_ends(&story, host, 300, "C:\\Windows\\notepad.exe", 69100);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_NONE);
	cr_expect_not_null(
	    strstr(story.attribution.notes[story.attribution.note_count - 1],
	        "raw packets"));
}

Test(suspicion, the_child_is_named_and_not_the_shell_that_was_told_the_same)
{
	static const char shell[] = "C:\\Windows\\System32\\cmd.exe";

	story_starts(&story, host, 290, shell,
	    "cmd /c nmap -sS -p5985 10.20.2.0/24", 59400);
	(void)story_event(
	    &story, ENDPOINT_PROCESS_START, host, 300, scanner, 59500);
	story_text(&story, ENDPOINT_COMMAND_LINE, sweep);
	story_text(&story, ENDPOINT_PARENT_IMAGE, shell);
	story.event.flags |= ENDPOINT_HAS_PARENT_PID;
	story.event.parent_pid = 290;
	story_tell(&story);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_PROBABLE);
	cr_expect_eq(story.attribution.processes[0].pid, 300);
	cr_expect_eq(story.attribution.process_count, 1);
	cr_expect_str_eq(story.attribution.processes[0].parent_command_line,
	    "cmd /c nmap -sS -p5985 10.20.2.0/24");
}

Test(suspicion, two_that_say_the_same_are_possible_both)
{
	story_starts(&story, host, 300, scanner, sweep, 59500);
	story_starts(&story, host, 301, scanner, sweep, 59600);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_POSSIBLE);
	cr_expect_eq(story.attribution.process_count, 2);
}

Test(suspicion, where_sockets_tell_an_idle_scanner_is_not_looked_at)
{
	story_starts(&story, host, 300, scanner, sweep, 59500);
	story_sweep(&story, 1, 5985);
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, 5985);

		story_connects(&story, host, 400, "C:\\x.exe", &contact);
	}
	cr_expect_eq(judged(), ATTRIBUTION_CONFIRMED);
	cr_expect_eq(story.attribution.process_count, 1);
	cr_expect_eq(story.attribution.processes[0].pid, 400);
}

Test(suspicion, one_whose_sockets_are_logged_elsewhere_did_not_connect_here)
{
	struct wire_contact other =
	    story_contact(0, 62000, "10.20.1.7", 41000, "10.20.8.8", 80);
	struct wire_contact later =
	    story_contact(0, 90000, "10.20.1.7", 40100, "10.20.9.9", 443);

	story_starts(&story, host, 300, scanner, "nmap -iL list.txt", 59500);
	story_connects(&story, host, 300, scanner, &other);
	story_sweep(&story, 1, 5985);
	story_connects(&story, host, 200, "C:\\browser.exe", &later);
	cr_expect_eq(judged(), ATTRIBUTION_NONE);
}

Test(suspicion, a_packet_library_speaks_for_who_loaded_it)
{
	static const char python[] = "C:\\Python312\\python.exe";

	story_starts(&story, host, 300, python, "python p.py", 59500);
	(void)story_event(
	    &story, ENDPOINT_IMAGE_LOAD, host, 300, python, 59700);
	story_text(&story, ENDPOINT_IMAGE_LOADED,
	    "C:\\Windows\\System32\\Npcap\\wpcap.dll");
	story_tell(&story);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_POSSIBLE);
}

Test(suspicion, encoded_commands_are_read)
{
	story_starts(&story, host, 300, "C:\\Windows\\powershell.exe",
	    "powershell -enc MQAuAC4AOQAwAHwAJQB7ACIAMQAwAC4AMgAwAC4AMgAuACQA"
	    "XwAiAH0A",
	    59500);
	sweep_raw();
	story_judge(&story, 1);
	cr_assert_eq(story.attribution.process_count, 1);
	cr_expect_not_null(
	    strstr(story.attribution.processes[0].evidence[0], "100 %"));
}

Test(suspicion, a_scanner_on_another_host_is_not_blamed)
{
	struct wire_contact contact =
	    story_contact(0, 50000, "10.20.1.8", 40000, "10.20.9.9", 443);

	story_connects(
	    &story, "WS-8.corp.example", 200, "C:\\browser.exe", &contact);
	story_starts(&story, "WS-8.corp.example", 300, scanner, sweep, 59500);
	sweep_raw();
	cr_expect_eq(judged(), ATTRIBUTION_NONE);
}
