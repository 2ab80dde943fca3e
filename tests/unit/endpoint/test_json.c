#include "unit/endpoint/desk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(json, .init = desk_begin, .fini = desk_end);

#define SYSMON "\"Channel\":\"Microsoft-Windows-Sysmon/Operational\""
#define HOST   "\"Hostname\":\"ws-1\""
#define ENDS                                                          \
	"\"SourceIp\":\"10.0.0.1\",\"SourcePort\":\"50001\","         \
	"\"DestinationIp\":\"10.0.0.2\",\"DestinationPort\":\"445\"," \
	"\"Protocol\":\"tcp\",\"Initiated\":\"true\""

Test(json, of_nxlog_has_the_events_own_process_in_ProcessId)
{
	cr_assert_eq(
	    desk_read("{" HOST ",\"EventID\":3,\"ExecutionProcessID\":2468,"
	              "\"ThreadID\":9," SYSMON ",\"ProcessId\":\"7520\"," ENDS
	              ",\"Image\":\"C:\\\\a\\\\b.exe\"}"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_eq(desk_event.kind, ENDPOINT_CONNECTION);
	cr_expect_eq(desk_event.direction, ENDPOINT_OUTBOUND);
	cr_expect_eq(desk_event.protocol, 6);
	cr_expect(desk_has_ends("10.0.0.1/50001", "10.0.0.2/445"));
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\a\\b.exe");
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "ws-1");
	cr_expect_str_eq(desk_text(ENDPOINT_SENDER), "192.0.2.9");
}

Test(json, of_nxlog_that_lost_the_process_names_none)
{
	cr_assert_eq(desk_read("{" HOST ",\"EventID\":3,\"ProcessID\":2468,"
	                       "\"ThreadID\":9," SYSMON "," ENDS "}"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.flags & ENDPOINT_HAS_PID, 0,
	    "2468 is Sysmon's own service");
	cr_expect(desk_has_ends("10.0.0.1/50001", "10.0.0.2/445"));
}

Test(json, has_ProcessID_of_5156_where_the_log_services_has_another_name)
{
	cr_assert_eq(
	    desk_read("{" HOST ",\"EventID\":5156,\"ExecutionProcessID\":4,"
	              "\"ThreadID\":9,\"Channel\":\"Security\","
	              "\"ProcessID\":\"820\",\"SourceAddress\":\"10.0.0.1\","
	              "\"SourcePort\":\"1\",\"DestAddress\":\"10.0.0.2\","
	              "\"DestPort\":\"2\",\"Direction\":\"%%14592\"}"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 820);
	cr_expect_eq(desk_event.direction, ENDPOINT_INBOUND);
}

Test(json, of_winlogbeat_keeps_the_writers_process_apart)
{
	cr_assert_eq(
	    desk_read("{\"@timestamp\":\"2020-10-22T08:29:53.5Z\","
	              "\"winlog\":{\"event_id\":\"5156\",\"process\":"
	              "{\"pid\":4,\"thread\":{\"id\":9}},\"channel\":"
	              "\"security\",\"computer_name\":\"ws-1.example\","
	              "\"event_data\":{\"ProcessID\":\"820\","
	              "\"Application\":\"\\\\device\\\\x\\\\a.exe\","
	              "\"SourceAddress\":\"10.0.0.1\",\"SourcePort\":\"1\","
	              "\"DestAddress\":\"10.0.0.2\",\"DestPort\":\"2\"}},"
	              "\"host\":{\"name\":\"wec\",\"ip\":[\"10.0.0.1\","
	              "\"fe80::1\"]}}"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 820);
	cr_expect_eq(desk_event.time_ns, 1603355393500000000);
	cr_expect_eq(desk_event.time_quality, ENDPOINT_TIME_FINE);
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "ws-1.example");
	cr_expect_str_eq(
	    desk_text(ENDPOINT_HOST_ADDRESSES), "10.0.0.1 fe80::1");
}

Test(json, of_the_common_schema_needs_no_event_id)
{
	cr_assert_eq(
	    desk_read("{\"event\":{\"category\":[\"network\"],\"type\":"
	              "[\"start\"]},\"host\":{\"name\":\"ws-1\"},\"process\":"
	              "{\"pid\":7,\"executable\":\"/bin/x\",\"parent\":"
	              "{\"pid\":8}},\"source\":{\"ip\":\"10.0.0.1\",\"port\":"
	              "1},\"destination\":{\"ip\":\"fe80::2%eth0\",\"port\":2}"
	              ",\"user\":{\"name\":\"u\",\"domain\":\"D\"}}"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.source, ENDPOINT_OTHER);
	cr_expect_eq(desk_event.pid, 7);
	cr_expect_eq(desk_event.parent_pid, 8);
	cr_expect(desk_has_ends("10.0.0.1/1", "fe80::2/2"));
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "D\\u");
}

Test(json, of_fluent_bit_has_values_by_their_position)
{
	cr_assert_eq(
	    desk_read(
	        "{\"ProviderName\":\"Microsoft-Windows-Sysmon\",\"EventID\":3,"
	        "\"TimeCreated\":\"2020-10-22 17:29:53 +0900\",\"ProcessID\":"
	        "2468,\"ThreadID\":2," SYSMON ",\"Computer\":\"ws-1\","
	        "\"StringInserts\":[\"-\",\"2020-10-22 08:29:52.113\","
	        "\"{313fa531-4300-5f91-ae04-000000000400}\",\"44\",\"C:\\\\a\","
	        "\"D\\\\u\",\"udp\",\"false\",\"false\",\"10.0.0.1\",\"\",\"1\","
	        "\"\",\"false\",\"10.0.0.2\",\"\",\"2\",\"\"]}"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 44);
	cr_expect_eq(desk_event.protocol, 17);
	cr_expect_eq(desk_event.direction, ENDPOINT_INBOUND);
	cr_expect_eq(desk_event.time_ns, 1603355392113000000);
	cr_expect_eq(endpoint_guid_started_s(desk_event.guid), 1603355392);
	cr_expect(desk_has_ends("10.0.0.1/1", "10.0.0.2/2"));
}

Test(json, is_unescaped_to_utf_8)
{
	cr_assert_eq(desk_read("{" HOST ",\"EventID\":5," SYSMON
	                       ",\"ProcessId\":1,\"User\":"
	                       "\"Syst\\u00e8me\\\\\\ud83d\\ude00\\ud800\"}"),
	    ENDPOINT_EVENT);
	cr_expect_str_eq(desk_text(ENDPOINT_USER),
	    "Syst\xc3\xa8me\\\xf0\x9f\x98\x80\xef\xbf\xbd");
}

Test(json, first_of_two_values_stands)
{
	cr_assert_eq(desk_read("{" HOST ",\"EventID\":5," SYSMON
	                       ",\"ProcessId\":1,\"ProcessId\":2}"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 1);
}

Test(json, that_was_cut_gives_what_came_before)
{
	const char *whole = "{" HOST ",\"EventID\":3," SYSMON "," ENDS
	                    ",\"ProcessId\":7520,\"Image\":\"C:\\\\a.exe\"}";
	size_t pid = (size_t)(strstr(whole, "7520") - whole);

	cr_assert_eq(desk_read_bytes(whole, pid + 2), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.flags & ENDPOINT_HAS_PID, 0,
	    "75 would be a wrong process");
	cr_expect_neq(desk_event.flags & ENDPOINT_CUT, 0);
	cr_assert_eq(desk_read_bytes(whole, pid + 5), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_eq(desk_read_bytes(whole, 60), ENDPOINT_CUT_SHORT);
}

Test(json, that_is_none_is_told)
{
	cr_expect_eq(desk_read("{]"), ENDPOINT_MALFORMED);
	cr_expect_eq(desk_read("{\"a\":\"\\q\"}"), ENDPOINT_MALFORMED);
	cr_expect_eq(desk_read("{}"), ENDPOINT_MALFORMED);
	cr_expect_eq(desk_counters.value[COUNTER_ENDPOINT_MALFORMED], 3);
	cr_expect_eq(desk_counters.value[COUNTER_ENDPOINT_FORMAT_JSON], 3);
}

Test(json, with_more_than_there_is_room_for_is_read_as_far_as_it_goes)
{
	static char text[65536];
	size_t at = (size_t)sprintf(text,
	    "{" HOST ",\"EventID\":5," SYSMON ",\"ProcessId\":77,\"a\":[");

	while (at < sizeof(text) - 2) {
		text[at++] = '1';
		text[at++] = ',';
	}
	cr_assert_eq(desk_read_bytes(text, at), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 77);
	cr_expect_neq(desk_event.flags & ENDPOINT_CUT, 0);
}

Test(json, that_is_nested_without_end_is_harmless)
{
	static char text[65536];

	memset(text, '{', sizeof(text));
	cr_expect_eq(desk_read_bytes(text, sizeof(text)), ENDPOINT_MALFORMED);
	for (size_t i = 0; i + 5 <= sizeof(text); i += 5) {
		memcpy(text + i, "{\"a\":", 5);
	}
	cr_expect_neq(desk_read_bytes(text, sizeof(text)), ENDPOINT_EVENT);
}
