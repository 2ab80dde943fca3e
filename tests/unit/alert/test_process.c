/* What an alert says of processes, and of what has changed. */

#include <criterion/criterion.h>
#include <stdio.h>

#include "alert/alert_json.h"
#include "alert/alert_text.h"
#include "alert/changes.h"
#include "alert/summary.h"
#include "support/finding_builder.h"

static struct policy policy;
static struct finding finding;
static struct alert alert;
static struct alert_told told;
static char text[ALERT_TEXT_SIZE];

static void
set_up(void)
{
	policy_for_tests(&policy);
	finding_for_tests(&finding);
	memset(&told, 0, sizeof(told));
	alert_make(&alert, &finding, &policy);
}

TestSuite(process, .init = set_up);

static void
name_process(enum attribution_confidence confidence, const char *image)
{
	struct attribution_process *process =
	    &alert.attribution.processes[alert.attribution.process_count++];

	process->confidence = (uint8_t)confidence;
	process->has_pid = true;
	process->pid = 4312;
	process->has_guid = true;
	process->guid[0] = 0x0a;
	process->guid[15] = 0xff;
	process->matched = 20;
	process->matched_of = 21;
	process->started_ns = 1795503060 * NS_PER_S;
	snprintf(process->host, sizeof(process->host), "WS-1");
	snprintf(process->user, sizeof(process->user), "LAB\\anna");
	snprintf(process->image, sizeof(process->image), "%s", image);
	process->evidence_count = 1;
	snprintf(process->evidence[0], sizeof(process->evidence[0]),
	    "20 of 21 probes match its socket events");
}

static json_t *
json_of_alert(void)
{
	json_t *object = alert_json(&alert);

	cr_assert_not_null(object);
	return object;
}

static const char *
string_at(json_t *object, const char *one, const char *two)
{
	json_t *inner = json_object_get(object, one);

	return json_string_value(json_object_get(inner, two));
}

Test(process, no_process_is_null_and_the_list_of_others_empty)
{
	json_t *object = json_of_alert();

	cr_expect(json_is_null(json_object_get(object, "process")));
	cr_expect_eq(
	    json_array_size(json_object_get(object, "other_processes")), 0);
	cr_expect(json_is_null(
	    json_object_get(json_object_get(object, "source"), "host")));
	json_decref(object);
}

Test(process, the_best_is_told_in_full_and_the_others_after_it)
{
	json_t *object;
	json_t *process;

	name_process(ATTRIBUTION_CONFIRMED, "C:\\Tools\\nmap.exe");
	name_process(ATTRIBUTION_POSSIBLE, "C:\\Windows\\cmd.exe");
	snprintf(
	    alert.attribution.host, sizeof(alert.attribution.host), "WS-1");
	object = json_of_alert();
	process = json_object_get(object, "process");
	cr_expect_str_eq(
	    string_at(object, "process", "confidence"), "confirmed");
	cr_expect_str_eq(
	    string_at(object, "process", "image"), "C:\\Tools\\nmap.exe");
	cr_expect_str_eq(string_at(object, "process", "guid"),
	    "{0A000000-0000-0000-0000-0000000000FF}");
	cr_expect_str_eq(string_at(object, "process", "started"),
	    "2026-11-24T06:51:00.000000Z");
	cr_expect_eq(json_integer_value(json_object_get(process, "pid")), 4312);
	cr_expect(json_is_null(json_object_get(process, "command_line")));
	cr_expect_eq(json_integer_value(json_object_get(
	                 json_object_get(process, "matched"), "of")),
	    21);
	cr_expect_eq(json_array_size(json_object_get(process, "evidence")), 1);
	cr_expect_eq(
	    json_array_size(json_object_get(object, "other_processes")), 1);
	cr_expect_str_eq(string_at(object, "source", "host"), "WS-1");
	json_decref(object);
}

Test(process, half_a_character_at_the_end_of_a_text_does_not_lose_the_alert)
{
	json_t *object;

	name_process(ATTRIBUTION_PROBABLE, "C:\\M\xc3");
	object = json_of_alert();
	cr_expect_str_eq(
	    string_at(object, "process", "image"), "C:\\M\xef\xbf\xbd");
	json_decref(object);
}

Test(process, the_largest_attribution_fits_into_a_line_and_a_block)
{
	static char line[ALERT_JSON_SIZE];
	struct strbuf buffer;

	for (int i = 0; i < ATTRIBUTION_PROCESSES; i++) {
		struct attribution_process *process;

		name_process(ATTRIBUTION_POSSIBLE, "x");
		process = &alert.attribution.processes[i];
		memset(process->image, '\\', sizeof(process->image) - 1);
		memset(process->command_line, '"',
		    sizeof(process->command_line) - 1);
		memset(process->parent_image, '\\',
		    sizeof(process->parent_image) - 1);
		memset(process->parent_command_line, '"',
		    sizeof(process->parent_command_line) - 1);
		process->evidence_count = ATTRIBUTION_EVIDENCE;
	}
	cr_expect_gt(alert_json_line(&alert, line, sizeof(line)), 0);
	strbuf_init(&buffer, text, sizeof(text));
	alert_text_add(&alert, &buffer);
	cr_expect_not(buffer.cut);
}

Test(process, the_sentence_names_who_sent_the_probes)
{
	struct strbuf buffer;

	name_process(ATTRIBUTION_CONFIRMED, "C:\\Tools\\nmap.exe");
	strbuf_init(&buffer, text, sizeof(text));
	summary_add(&alert, &buffer);
	cr_expect_not_null(strstr(text,
	    "; sent by nmap.exe (pid 4312) of LAB\\anna on WS-1, confirmed"));
}

Test(process, a_first_revision_has_no_changes)
{
	changes_note(&alert, &told);
	cr_expect_eq(alert.change_count, 0);
}

Test(process, a_revision_says_what_is_new)
{
	changes_remember(&told, &alert);
	told.revision = 1;
	alert.finding.target_count += 10;
	alert.finding.kinds[alert.finding.kind_count++] = FINDING_BLOCK_SCAN;
	alert.finding.techniques |= 1u << PROBE_UDP | 1u << PROBE_TCP_ACK;
	alert.finding.active = false;
	name_process(ATTRIBUTION_PROBABLE, "C:\\Tools\\nmap.exe");
	changes_note(&alert, &told);
	cr_assert_eq(alert.change_count, 5);
	cr_expect_str_eq(alert.changes[0],
	    "a process is named: nmap.exe (pid 4312) of LAB\\anna on WS-1, "
	    "probable");
	cr_expect_str_eq(alert.changes[1], "new kind: block_scan");
	cr_expect_str_eq(alert.changes[2], "new technique: tcp_ack, udp");
	cr_expect_str_eq(alert.changes[3], "targets: 74, after 64");
	cr_expect_str_eq(alert.changes[4], "it is over");
}

Test(process, that_a_process_was_wrong_is_said)
{
	name_process(ATTRIBUTION_POSSIBLE, "C:\\Tools\\nmap.exe");
	changes_remember(&told, &alert);
	told.revision = 1;
	snprintf(alert.attribution.processes[0].image, 320, "C:\\x.exe");
	changes_note(&alert, &told);
	cr_assert_eq(alert.change_count, 1);
	cr_expect_str_eq(alert.changes[0],
	    "another process than before: x.exe (pid 4312) of LAB\\anna on "
	    "WS-1, possible");
	alert.attribution.process_count = 0;
	changes_note(&alert, &told);
	cr_expect_str_eq(
	    alert.changes[0], "the process named before does not stand");
}

Test(process, more_matches_are_news_only_when_they_have_doubled)
{
	uint64_t before;

	name_process(ATTRIBUTION_CONFIRMED, "C:\\Tools\\nmap.exe");
	alert.attribution.processes[0].matched_of = 64;
	before = changes_process_digest(&alert.attribution);
	alert.attribution.processes[0].matched = 31;
	cr_expect_eq(changes_process_digest(&alert.attribution), before);
	alert.attribution.processes[0].matched = 32;
	cr_expect_neq(changes_process_digest(&alert.attribution), before);
}

Test(process, that_every_probe_is_matched_now_is_news)
{
	uint64_t before;

	name_process(ATTRIBUTION_CONFIRMED, "C:\\Tools\\nmap.exe");
	alert.attribution.processes[0].matched = 65;
	alert.attribution.processes[0].matched_of = 100;
	before = changes_process_digest(&alert.attribution);
	alert.attribution.processes[0].matched = 99;
	cr_expect_eq(changes_process_digest(&alert.attribution), before);
	alert.attribution.processes[0].matched = 100;
	cr_expect_neq(changes_process_digest(&alert.attribution), before);
}

Test(process, a_note_is_news_and_its_figures_are_not)
{
	char *note = alert.attribution.notes[0];
	uint64_t before = changes_process_digest(&alert.attribution);
	uint64_t noted;

	snprintf(note, ATTRIBUTION_SENTENCE_SIZE, "System sent 6 probes.");
	alert.attribution.note_count = 1;
	noted = changes_process_digest(&alert.attribution);
	cr_expect_neq(noted, before);
	snprintf(note, ATTRIBUTION_SENTENCE_SIZE, "System sent 60 probes.");
	cr_expect_eq(changes_process_digest(&alert.attribution), noted);
}

Test(process, a_further_candidate_that_is_merely_possible_is_no_news)
{
	uint64_t before;

	name_process(ATTRIBUTION_CONFIRMED, "C:\\Tools\\nmap.exe");
	before = changes_process_digest(&alert.attribution);
	name_process(ATTRIBUTION_POSSIBLE, "C:\\Windows\\cmd.exe");
	cr_expect_eq(changes_process_digest(&alert.attribution), before);
	alert.attribution.processes[1].confidence = ATTRIBUTION_PROBABLE;
	cr_expect_neq(changes_process_digest(&alert.attribution), before);
}
