#include <criterion/criterion.h>

#include <stdio.h>

#include "alert/steps.h"
#include "support/finding_builder.h"

static struct policy policy;
static struct finding finding;
static struct alert alert;

static void
set_up(void)
{
	policy_for_tests(&policy);
	finding_for_tests(&finding);
	alert_make(&alert, &finding, &policy);
}

TestSuite(steps, .init = set_up);

static bool
has(enum step step)
{
	return (steps_of(&alert) & 1u << step) != 0;
}

Test(steps, of_an_authorised_scan_are_one)
{
	alert.status = ALERT_AUTHORISED;
	cr_expect_eq(steps_of(&alert), 1u << STEP_AUTHORISED);
}

Test(steps, follow_from_what_is_known_of_the_process)
{
	struct attribution_process *process = &alert.attribution.processes[0];

	cr_expect(has(STEP_UNNAMED));
	alert.attribution.process_count = 1;
	process->confidence = ATTRIBUTION_POSSIBLE;
	snprintf(process->user, sizeof(process->user), "CORP\\anna");
	cr_expect(has(STEP_NAMED_UNSURELY));
	cr_expect_not(has(STEP_AS_PERSON));
	process->confidence = ATTRIBUTION_CONFIRMED;
	cr_expect(has(STEP_NAMED_SURELY));
	cr_expect(has(STEP_AS_PERSON));
	snprintf(process->user, sizeof(process->user), "NT AUTHORITY\\SYSTEM");
	cr_expect(has(STEP_AS_SYSTEM));
	cr_expect_not(has(STEP_AS_PERSON));
}

Test(steps, follow_from_what_answered_and_whether_it_goes_on)
{
	cr_expect(has(STEP_ANSWERED));
	cr_expect(has(STEP_ONGOING));
	alert.finding.answered = 0;
	alert.finding.active = false;
	cr_expect(has(STEP_UNANSWERED));
	cr_expect_not(has(STEP_ANSWERED));
	cr_expect(has(STEP_OVER));
	cr_expect_not(has(STEP_BLIND));
	alert.finding.one_way = true;
	cr_expect(has(STEP_BLIND));
}

Test(steps, follow_from_where_it_comes)
{
	cr_expect_not(has(STEP_OUTSIDE));
	alert.source_in_segment = false;
	cr_expect(has(STEP_OUTSIDE));
	alert.finding.apparent_count = 1;
	cr_expect(has(STEP_HIDDEN));
	alert.finding.kinds[0] = FINDING_DISTRIBUTED_SCAN;
	cr_expect(has(STEP_SHARED));
	cr_expect_not(has(STEP_HIDDEN));
	alert.finding.techniques = 1u << PROBE_ND;
	cr_expect(has(STEP_LINK_ONLY));
}

Test(steps, scope_names_what_answered_and_whether_that_is_all)
{
	json_t *scope;
	char *text;

	alert.finding.sample_count = 2;
	alert.finding.samples[0].outcome = PROBE_SILENT;
	alert.finding.samples[1] =
	    (struct finding_sample){ .target = address_of("10.20.2.7"),
		    .protocol = 6,
		    .target_port = 445,
		    .outcome = PROBE_ANSWERED };
	alert.finding.answered = 1;
	scope = scope_json(&alert);
	text = json_dumps(scope, JSON_COMPACT);
	cr_expect_str_eq(text,
	    "{\"answered\":[\"tcp/445 of 10.20.2.7\"],\"complete\":true}");
	free(text);
	json_decref(scope);
	alert.finding.answered = 2;
	scope = scope_json(&alert);
	cr_expect(json_is_false(json_object_get(scope, "complete")));
	json_decref(scope);
}

/* The page has every step, in the table's order, and no other. */
Test(steps, are_those_of_the_playbook)
{
	static char page[65536];
	FILE *file = fopen("docs/playbook.md", "r");
	const char *at = page;
	uint32_t rows = 0;

	cr_assert_not_null(file);
	page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
	(void)fclose(file);
	at = strstr(page, "| given when |");
	cr_assert_not_null(at);
	for (uint32_t i = 0; i < STEP_COUNT; i++) {
		char cell[512];

		snprintf(cell, sizeof(cell), " | %s | ", step_sentence(i));
		cr_assert_not_null(strstr(at, cell), "%s", cell);
		at = strstr(at, cell) + 1;
	}
	for (at = strstr(page, "| given when |"); at != NULL;
	     at = strstr(at + 1, "\n| ")) {
		rows++;
	}
	cr_expect_eq(rows, STEP_COUNT + 2u, "%u rows", rows);
	for (uint32_t i = 0; i < DECISION_COUNT; i++) {
		char cell[64];

		snprintf(
		    cell, sizeof(cell), "\n| `%s` | ", people_decision_name(i));
		cr_expect_not_null(strstr(page, cell), "%s", cell);
	}
}
