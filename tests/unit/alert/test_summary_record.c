#include "alert/summary_record.h"

#include <criterion/criterion.h>
#include <string.h>

static struct source_summary summary;
static struct policy policy;
static struct attribution attribution;
static char line[SUMMARY_RECORD_SIZE];

static void
set_up(void)
{
	memset(&summary, 0, sizeof(summary));
	memset(&attribution, 0, sizeof(attribution));
	policy_default(&policy);
	summary.from_ns = 1795503600 * NS_PER_S;
	summary.to_ns = summary.from_ns + SUMMARY_WINDOW_S * NS_PER_S;
	summary.segment = 0;
	summary.policy_version = policy.version;
	summary.refused = 2;
	summary.silent = 3;
	summary.new_targets = 4;
	cr_assert(ip_address_parse("10.20.1.7", &summary.source));
	sketch_add_service(&summary.services, 6, 445);
	sketch_add_address(&summary.targets, &summary.source);
}

TestSuite(summary_record, .init = set_up);

/* What is at 'path' of the object, as jansson reads the line again. */
static json_t *
read_again(const struct attribution *with)
{
	size_t length =
	    summary_record_line(&summary, &policy, with, line, sizeof(line));

	cr_assert_gt(length, 0);
	cr_assert_eq(line[length - 1], '\n');
	return json_loadb(line, length, 0, NULL);
}

Test(summary_record, has_all_fields_of_its_schema)
{
	json_t *object = read_again(NULL);
	const char *schema;
	const char *ip;
	const char *segment;
	const char *from;
	const char *sketch;
	int count;
	int failures;
	int new_targets;

	cr_assert_eq(json_unpack(object,
	                 "{s:s, s:{s:s, s:s, s:n}, s:{s:s}, s:{s:i, s:s}, "
	                 "s:i, s:i, s:n}",
	                 "schema", &schema, "source", "ip", &ip, "segment",
	                 &segment, "host", "window", "from", &from, "ports",
	                 "count", &count, "sketch", &sketch, "failures",
	                 &failures, "new_targets", &new_targets, "process"),
	    0);
	cr_expect_str_eq(schema, "spanwatch.summary/1");
	cr_expect_str_eq(ip, "10.20.1.7");
	cr_expect_str_eq(segment, policy.segments[0].name);
	cr_expect_str_eq(from, "2026-11-24T07:00:00.000000Z");
	cr_expect_eq(count, 1);
	cr_expect_eq(strlen(sketch), SUMMARY_SKETCH_LENGTH);
	cr_expect_eq(failures, 5);
	cr_expect_eq(new_targets, 4);
	json_decref(object);
}

Test(summary_record, names_no_segment_of_another_policy)
{
	json_t *object;

	summary.policy_version++;
	object = read_again(NULL);
	cr_expect(json_is_null(
	    json_object_get(json_object_get(object, "source"), "segment")));
	json_decref(object);
}

Test(summary_record, names_the_process_of_the_sources_alert)
{
	json_t *object;
	json_t *process;

	attribution.process_count = 1;
	attribution.processes[0].confidence = ATTRIBUTION_CONFIRMED;
	strcpy(attribution.processes[0].image, "C:\\tools\\scan \"x\".exe");
	strcpy(attribution.host, "ws-7");
	object = read_again(&attribution);
	process = json_object_get(object, "process");
	cr_expect_str_eq(json_string_value(json_object_get(process, "image")),
	    "C:\\tools\\scan \"x\".exe");
	cr_expect(json_is_null(json_object_get(process, "guid")));
	cr_expect_str_eq(json_string_value(json_object_get(
	                     json_object_get(object, "source"), "host")),
	    "ws-7");
	json_decref(object);
}

Test(summary_record, needs_room_for_a_whole_line)
{
	cr_expect_eq(
	    summary_record_line(&summary, &policy, NULL, line, 200), 0);
}
