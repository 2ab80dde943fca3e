#include <criterion/criterion.h>

#include <stdio.h>

#include "alert/alert.h"
#include "support/finding_builder.h"

static struct policy policy;
static struct finding finding;
static struct alert alert;

static void
set_up(void)
{
	policy_for_tests(&policy);
	finding_for_tests(&finding);
}

static bool
has_mark(enum severity_mark mark)
{
	for (uint32_t i = 0; i < alert.severity.mark_count; i++) {
		if (alert.severity.marks[i] == mark) {
			return true;
		}
	}
	return false;
}

TestSuite(severity, .init = set_up);

Test(severity, is_the_sum_of_marks_that_stand_beside_it)
{
	int sum = 0;

	alert_make(&alert, &finding, &policy);
	/* A sweep (25) of 64 targets (10) that left its segment (10) for one of
	 * high criticality (10) and was answered (5). */
	cr_expect_eq(alert.severity.score, 60);
	cr_expect_eq(alert.severity.level, SEVERITY_HIGH);
	cr_expect_eq(alert.severity.mark_count, 5);
	for (uint32_t i = 0; i < alert.severity.mark_count; i++) {
		sum += severity_mark_points(alert.severity.marks[i]);
	}
	cr_expect_eq(sum, 60);
}

Test(severity, grows_with_size_in_steps)
{
	finding.target_count = 63;
	alert_make(&alert, &finding, &policy);
	cr_expect_eq(alert.severity.score, 55);
	cr_expect_eq(alert.severity.level, SEVERITY_MEDIUM);
	finding.target_count = 15;
	alert_make(&alert, &finding, &policy);
	cr_expect_eq(alert.severity.score, 50);
	finding.target_count = 1u << 30;
	alert_make(&alert, &finding, &policy);
	cr_expect_eq(alert.severity.score, 70);
}

Test(severity, of_everything_at_once_stops_at_a_hundred)
{
	finding.kinds[0] = FINDING_DISTRIBUTED_SCAN;
	finding.techniques |= 1u << PROBE_TCP_XMAS;
	finding.fragmented = true;
	finding.target_count = 65536;
	finding.service_count = 65536;
	finding.answered = 1000;
	finding.segment_count = 4;
	for (uint16_t i = 0; i < 4; i++) {
		finding.segments[i] = i;
	}
	finding.reasons[0].code = FINDING_REASON_DARK;
	finding.reasons[0].figure[0] = 9;
	alert_make(&alert, &finding, &policy);
	cr_expect_eq(alert.severity.score, 100);
	cr_expect_eq(alert.severity.level, SEVERITY_CRITICAL);
	cr_expect(has_mark(SEVERITY_MARK_DARK_8));
	cr_expect(has_mark(SEVERITY_MARK_CROSSING_3));
	cr_expect(has_mark(SEVERITY_MARK_INTO_CRITICAL));
}

Test(severity, of_a_neighbour_asking_around_in_its_own_low_segment_is_low)
{
	finding.techniques = 1u << PROBE_ARP;
	finding.source_segment = 2;
	finding.segments[0] = 2;
	finding.target_count = 20;
	finding.answered = 0;
	alert_make(&alert, &finding, &policy);
	cr_expect(has_mark(SEVERITY_MARK_NEIGHBOURS));
	cr_expect(has_mark(SEVERITY_MARK_INTO_LOW));
	cr_expect(!has_mark(SEVERITY_MARK_CROSSING));
	cr_expect_eq(alert.severity.score, 10);
	cr_expect_eq(alert.severity.level, SEVERITY_LOW);
}

static void
add_asset(const char *prefix, enum policy_role role,
    enum policy_criticality criticality)
{
	struct policy_asset *asset = &policy.assets[policy.asset_count];
	struct policy_place *place = &policy.places[policy.place_count++];

	(void)snprintf(asset->name, sizeof(asset->name), "asset");
	asset->role = (uint8_t)role;
	asset->has_criticality = 1;
	asset->criticality = (uint8_t)criticality;
	place->asset = (uint16_t)policy.asset_count++;
	cr_assert(ip_prefix_parse(prefix, &place->prefix));
}

Test(severity, counts_an_asset_that_was_probed_and_no_other)
{
	finding.target_range_count = 1;
	finding.target_ranges[0].first = address_of("10.20.2.1");
	finding.target_ranges[0].last = address_of("10.20.2.64");
	add_asset("10.20.2.65/32", POLICY_ROLE_INFRASTRUCTURE,
	    POLICY_CRITICALITY_CRITICAL);
	alert_make(&alert, &finding, &policy);
	cr_expect_not(has_mark(SEVERITY_MARK_INTO_CRITICAL));
	cr_expect_not(has_mark(SEVERITY_MARK_INTO_INFRASTRUCTURE));
	add_asset("10.20.2.64/32", POLICY_ROLE_INFRASTRUCTURE,
	    POLICY_CRITICALITY_CRITICAL);
	alert_make(&alert, &finding, &policy);
	cr_expect(has_mark(SEVERITY_MARK_INTO_CRITICAL));
	cr_expect(has_mark(SEVERITY_MARK_INTO_INFRASTRUCTURE));
	cr_expect_eq(alert.severity.score, 80, "60, +10 and +10");
}

Test(severity, counts_what_the_source_is_there_for)
{
	policy.segments[1].role = POLICY_ROLE_WORKSTATION;
	alert_make(&alert, &finding, &policy);
	cr_expect(has_mark(SEVERITY_MARK_FROM_WORKSTATION));
	add_asset(
	    "10.20.1.69/32", POLICY_ROLE_MONITORING, POLICY_CRITICALITY_NORMAL);
	alert_make(&alert, &finding, &policy);
	cr_expect(has_mark(SEVERITY_MARK_FROM_ASKER));
	cr_expect_not(has_mark(SEVERITY_MARK_FROM_WORKSTATION));
	finding.source = address_of("192.0.2.1");
	finding.source_segment = POLICY_NO_SEGMENT;
	alert_make(&alert, &finding, &policy);
	cr_expect(has_mark(SEVERITY_MARK_FROM_OUTSIDE));
}

Test(severity, counts_what_was_asked_for_where_that_is_little)
{
	static const struct {
		uint16_t port;
		enum severity_mark mark;
	} rows[] = {
		{ 445, SEVERITY_MARK_ASKED_ADMIN },
		{ 3306, SEVERITY_MARK_ASKED_DATA },
		{ 502, SEVERITY_MARK_ASKED_CONTROL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		finding.service_count = 32;
		finding.service_range_count = 1;
		finding.service_ranges[0] = (struct finding_service_range){ 6,
			rows[i].port, rows[i].port };
		alert_make(&alert, &finding, &policy);
		cr_expect(has_mark(rows[i].mark), "%u", rows[i].port);
		finding.service_count = 33;
		alert_make(&alert, &finding, &policy);
		cr_expect_not(has_mark(rows[i].mark), "%u", rows[i].port);
	}
}

Test(severity, counts_patience_from_five_minutes_a_probe)
{
	finding.probe_count = 11;
	finding.last_seen_ns = finding.first_seen_ns + 3000 * NS_PER_S;
	alert_make(&alert, &finding, &policy);
	cr_expect(has_mark(SEVERITY_MARK_PATIENT));
	finding.last_seen_ns--;
	alert_make(&alert, &finding, &policy);
	cr_expect_not(has_mark(SEVERITY_MARK_PATIENT));
}

Test(severity, counts_a_process_that_is_probable_and_not_one_that_is_possible)
{
	struct attribution_process *process = &alert.attribution.processes[0];

	alert_make(&alert, &finding, &policy);
	alert.attribution.process_count = 1;
	process->confidence = ATTRIBUTION_POSSIBLE;
	(void)snprintf(process->image, sizeof(process->image), "%s",
	    "C:\\Tools\\NMAP.EXE");
	(void)snprintf(process->user, sizeof(process->user), "CORP\\pc-7$");
	alert_judge(&alert, &policy);
	cr_expect_eq(alert.severity.score, 60);
	process->confidence = ATTRIBUTION_PROBABLE;
	alert_judge(&alert, &policy);
	cr_expect(has_mark(SEVERITY_MARK_TOOL_PROCESS));
	cr_expect(has_mark(SEVERITY_MARK_AS_SYSTEM));
	(void)snprintf(process->user, sizeof(process->user), "CORP\\anna");
	alert_judge(&alert, &policy);
	cr_expect(has_mark(SEVERITY_MARK_AS_PERSON));
}

Test(severity, is_named_as_the_contract_has_it)
{
	cr_expect_str_eq(severity_level_name(SEVERITY_LOW), "low");
	cr_expect_str_eq(severity_level_name(SEVERITY_MEDIUM), "medium");
	cr_expect_str_eq(severity_level_name(SEVERITY_HIGH), "high");
	cr_expect_str_eq(severity_level_name(SEVERITY_CRITICAL), "critical");
}

/* Every mark has its row in the document, with the same points. */
Test(severity, table_is_the_one_in_the_document)
{
	static char document[65536];
	FILE *file = fopen("docs/alerts.md", "r");
	size_t size;

	cr_assert_not_null(file);
	size = fread(document, 1, sizeof(document) - 1, file);
	(void)fclose(file);
	document[size] = '\0';
	for (int i = 0; i < SEVERITY_MARK_COUNT; i++) {
		char row[256];

		(void)snprintf(row, sizeof(row), "| %s | %+d |",
		    severity_mark_sentence(i), severity_mark_points(i));
		cr_expect_not_null(strstr(document, row), "%s", row);
	}
}
