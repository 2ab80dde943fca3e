#include "unit/endpoint/desk.h"

#include <criterion/criterion.h>
#include <stdio.h>

TestSuite(normalise, .init = desk_begin, .fini = desk_end);

/* A Security event as JSON with these fields. */
static enum endpoint_outcome
security(uint32_t event_id, const char *fields)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "{\"Hostname\":\"ws-1\",\"Channel\":\"Security\",\"EventID\":%u%s}",
	    event_id, fields);
	return desk_read(text);
}

static enum endpoint_outcome
sysmon(uint32_t event_id, const char *fields)
{
	char text[2048];

	(void)snprintf(text, sizeof(text),
	    "{\"Hostname\":\"ws-1\",\"SourceName\":\"Microsoft-Windows-Sysmon\""
	    ",\"EventID\":%u%s}",
	    event_id, fields);
	return desk_read(text);
}

Test(normalise, takes_of_4688_the_new_process_and_its_creator)
{
	cr_assert_eq(
	    security(4688,
	        ",\"NewProcessId\":\"0x1d60\",\"ProcessId\":\"0x278\","
	        "\"SubjectUserName\":\"u\",\"SubjectDomainName\":\"D\","
	        "\"SubjectLogonId\":\"0x3e7\",\"TargetUserName\":\"-\","
	        "\"TargetDomainName\":\"-\",\"TargetLogonId\":\"0x0\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 0x1d60);
	cr_expect_eq(desk_event.parent_pid, 0x278);
	cr_expect_eq(desk_event.logon_id, 0x3e7);
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "D\\u");
	cr_expect_str_eq(desk_text(ENDPOINT_SUBJECT_USER), "");
}

Test(normalise, takes_of_4688_the_target_for_the_user_if_one_is_named)
{
	cr_assert_eq(
	    security(4688,
	        ",\"NewProcessId\":\"0x1d60\",\"SubjectUserName\":\"SRV$\","
	        "\"SubjectDomainName\":\"D\",\"SubjectLogonId\":\"0x3e7\","
	        "\"TargetUserName\":\"u\",\"TargetDomainName\":\"E\","
	        "\"TargetLogonId\":\"0xabc\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.logon_id, 0xabc);
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "E\\u");
	cr_expect_str_eq(desk_text(ENDPOINT_SUBJECT_USER), "D\\SRV$");
}

Test(normalise, takes_of_4624_who_signed_in_from_where)
{
	cr_assert_eq(security(4624,
	                 ",\"SubjectUserName\":\"SRV$\",\"TargetUserName\":"
	                 "\"u\",\"TargetLogonId\":\"0x9\",\"LogonType\":\"10\","
	                 "\"IpAddress\":\"10.0.0.7\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_LOGON);
	cr_expect_eq(desk_event.logon_type, 10);
	cr_expect_eq(desk_event.logon_id, 9);
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "u");
	cr_expect_str_eq(desk_text(ENDPOINT_LOGON_ADDRESS), "10.0.0.7");
}

Test(normalise, takes_of_5158_the_local_end_alone)
{
	cr_assert_eq(security(5158,
	                 ",\"ProcessId\":\"720\",\"SourceAddress\":\"::\","
	                 "\"SourcePort\":\"51883\",\"Protocol\":\"17\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_BIND);
	cr_expect_eq(
	    desk_event.flags & (ENDPOINT_HAS_LOCAL | ENDPOINT_HAS_TUPLE),
	    ENDPOINT_HAS_LOCAL);
	cr_expect_eq(desk_event.source_port, 51883);
}

Test(normalise, takes_icmp_without_ports)
{
	cr_assert_eq(security(5157,
	                 ",\"ProcessId\":\"4\",\"SourceAddress\":\"10.0.0.1\","
	                 "\"DestAddress\":\"10.0.0.2\",\"Protocol\":\"1\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_BLOCKED);
	cr_expect(desk_has_ends("10.0.0.1/0", "10.0.0.2/0"));
}

Test(normalise, trusts_a_time_that_says_what_it_is)
{
	cr_assert_eq(
	    sysmon(5,
	        ",\"ProcessId\":1,\"UtcTime\":\"2020-10-22 "
	        "08:29:52.113\",\"EventTime\":\"2020-10-22 04:29:53\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.time_ns, 1603355392113000000);
	cr_expect_eq(desk_event.time_quality, ENDPOINT_TIME_FINE);
	cr_assert_eq(
	    sysmon(5, ",\"ProcessId\":1,\"EventTime\":\"2020-10-22 04:29:53\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.time_ns, 1603340993000000000);
	cr_expect_eq(desk_event.time_quality, ENDPOINT_TIME_LOCAL);
	cr_assert_eq(sysmon(5, ",\"ProcessId\":1"), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.time_ns, DESK_NOW_NS);
	cr_expect_eq(desk_event.time_quality, ENDPOINT_TIME_NONE);
	cr_expect_eq(desk_event.arrival_ns, DESK_NOW_NS);
	cr_assert_eq(
	    sysmon(5, ",\"ProcessId\":1,\"UtcTime\":\"12/20/2014 2:29 PM\""),
	    ENDPOINT_EVENT);
	cr_expect_eq(
	    desk_event.time_quality, ENDPOINT_TIME_NONE, "minutes are no time");
}

Test(normalise, does_not_take_the_ids_of_other_providers_for_sysmons)
{
	cr_expect_eq(
	    desk_read(
	        "{\"Hostname\":\"ws-1\",\"SourceName\":\"Microsoft-"
	        "Windows-Kernel-General\",\"EventID\":1,\"ProcessId\":4}"),
	    ENDPOINT_NOT_WANTED);
	cr_expect_eq(sysmon(12, ",\"ProcessId\":4"), ENDPOINT_NOT_WANTED);
	cr_expect_eq(security(4634, ""), ENDPOINT_NOT_WANTED);
	cr_expect_eq(desk_counters.value[COUNTER_ENDPOINT_NOT_WANTED], 3);
}

Test(normalise, tells_a_hole_in_the_log)
{
	cr_expect_eq(sysmon(255, ",\"ID\":\"QUEUE\""), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_LOG_GAP);
}

Test(normalise, refuses_what_does_not_say_which_host)
{
	cr_expect_eq(desk_read("{\"Channel\":\"Security\",\"EventID\":4689,"
	                       "\"ProcessId\":\"0x1\"}"),
	    ENDPOINT_NO_HOST);
}

Test(normalise, refuses_what_names_nothing)
{
	cr_expect_eq(security(4688, ""), ENDPOINT_NO_PROCESS);
	cr_expect_eq(security(5156, ",\"ProcessID\":\"820\""),
	    ENDPOINT_NO_PROCESS, "a connection without ends");
	cr_expect_eq(sysmon(7, ",\"ProcessId\":1"), ENDPOINT_NO_PROCESS);
}

Test(normalise, refuses_numbers_that_are_none)
{
	static const char *const pids[] = { "x", "0x", "4294967296", "-4",
		"0x1d60z", "1 2" };

	for (size_t i = 0; i < ARRAY_SIZE(pids); i++) {
		char fields[80];

		(void)snprintf(fields, sizeof(fields),
		    ",\"NewProcessId\":\"%s\"", pids[i]);
		cr_expect_eq(
		    security(4688, fields), ENDPOINT_BAD_FIELD, "%s", pids[i]);
	}
	cr_expect_eq(security(5156,
	                 ",\"ProcessID\":\"1\",\"SourceAddress\":\"10.0.0.1\","
	                 "\"SourcePort\":\"65536\",\"DestAddress\":"
	                 "\"10.0.0.2\",\"DestPort\":\"2\""),
	    ENDPOINT_BAD_FIELD);
	cr_expect_eq(
	    security(5156,
	        ",\"ProcessID\":\"1\",\"SourceAddress\":\"10.0.0.256\","
	        "\"SourcePort\":\"5\",\"DestAddress\":\"10.0.0.2\","
	        "\"DestPort\":\"2\""),
	    ENDPOINT_BAD_FIELD);
}

Test(normalise, marks_what_can_be_forged_and_what_has_a_record_number)
{
	cr_assert_eq(
	    sysmon(5, ",\"ProcessId\":1,\"RecordNumber\":18446744073709551615"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.record_number, UINT64_MAX);
	cr_expect_eq(desk_event.flags, ENDPOINT_HAS_RECORD | ENDPOINT_HAS_PID);
}

Test(endpoint, states_beforehand_what_memory_it_takes)
{
	struct plan_line lines[8];
	struct region region;
	struct counters counters = { { 0 } };
	struct endpoint *endpoint;
	uint32_t count = endpoint_plan(lines, 8);
	size_t sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		sum += lines[i].bytes;
	}
	cr_expect_eq(sum, endpoint_bytes());
	cr_assert_eq(region_init(&region, endpoint_bytes()), 0);
	endpoint = endpoint_init(&region, &counters);
	cr_expect_eq(region.used, region.size);
	endpoint_finish(endpoint);
	region_finish(&region);
}

Test(endpoint, has_a_name_and_a_sentence_for_every_outcome)
{
	for (int i = 0; i < ENDPOINT_OUTCOME_COUNT; i++) {
		cr_expect_neq(
		    endpoint_outcome_name((enum endpoint_outcome)i)[0], '\0');
		cr_expect_neq(
		    endpoint_outcome_sentence((enum endpoint_outcome)i)[0],
		    '\0');
	}
	cr_expect_str_eq(
	    endpoint_outcome_name(ENDPOINT_NOT_WANTED), "not_wanted");
}
