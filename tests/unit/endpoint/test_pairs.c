#include "unit/endpoint/desk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(pairs, .init = desk_begin, .fini = desk_end);

#define CEF_SECURITY                                                     \
	"CEF:0|Microsoft|Microsoft Windows||Microsoft-Windows-Security-" \
	"Auditing:"

Test(pairs, of_cef_are_read_by_their_labels)
{
	cr_assert_eq(
	    desk_read("<14>Oct 22 08:29:53 wec " CEF_SECURITY
	              "4688|x|Low| eventId=77 externalId=4688 "
	              "rt=1603355392113 dvchost=ws-1 dproc=C:\\\\a b\\\\c.exe "
	              "cs3=0x1d60 cs4=c.exe /x\\=y -z=1 | end cs5=0x278 "
	              "cs3Label=New Process ID cs4Label=Process Command Line "
	              "cs5Label=Creator Process ID duser=u dntdom=D"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.event_id, 4688, "not the connector's 77");
	cr_expect_eq(desk_event.pid, 0x1d60);
	cr_expect_eq(desk_event.parent_pid, 0x278);
	cr_expect_eq(desk_event.time_ns, 1603355392113000000);
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "ws-1");
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\a b\\c.exe");
	cr_expect_str_eq(
	    desk_text(ENDPOINT_COMMAND_LINE), "c.exe /x=y -z=1 | end");
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "D\\u");
}

Test(pairs, of_cef_have_a_path_in_two_parts)
{
	cr_assert_eq(
	    desk_read(CEF_SECURITY
	        "5156|x|Low| dhost=ws-1 fname=a.exe filePath=\\\\device\\\\x "
	        "deviceDirection=1 src=10.0.0.1 spt=1 dst=10.0.0.2 dpt=2 "
	        "proto=TCP cn1=820 cn1Label=Process ID _cefVer=0.1"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 820);
	cr_expect_eq(desk_event.direction, ENDPOINT_OUTBOUND);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "\\device\\x\\a.exe");
	cr_expect(desk_has_ends("10.0.0.1/1", "10.0.0.2/2"));
}

Test(pairs, of_cef_may_tell_the_event_in_words)
{
	cr_assert_eq(
	    desk_read("CEF:0|Microsoft Sysmon|Sysmon NXLog|10|sysmonTask-"
	              "SYSMON_NETWORK_CONNECT|x|Low|dvchost=ws-1 dhost=srv "
	              "src=10.0.0.1 spt=1 dst=10.0.0.2 dpt=2 dpid=2312 x=y"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.event_id, 3);
	cr_expect_eq(desk_event.pid, 2312);
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "ws-1");
}

Test(pairs, of_leef_stand_between_any_delimiter)
{
	static const char *const cases[] = {
		"LEEF:1.0|M|W|1|4688|NewProcessId=0x5\tidentHostName=ws-1",
		"LEEF:2.0|M|W|1|4688|^|NewProcessId=0x5^identHostName=ws-1",
		"LEEF:2.0|M|W|1|4688|x5E|NewProcessId=0x5^identHostName=ws-1",
		"LEEF:2.0|M|W|1|4688|0x5e|NewProcessId=0x5^identHostName=ws-1",
		"LEEF:2.0|M|W|1|4688||NewProcessId=0x5\tidentHostName=ws-1",
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_assert_eq(desk_read(cases[i]), ENDPOINT_EVENT, "%zu", i);
		cr_expect_eq(desk_event.pid, 5, "%zu", i);
		cr_expect_str_eq(desk_text(ENDPOINT_HOST), "ws-1", "%zu", i);
	}
}

Test(pairs, in_quotes_or_not_are_pairs)
{
	cr_assert_eq(
	    desk_read("host=wec EventID=3 Channel=\"Microsoft-Windows-Sysmon/"
	              "Operational\" Computer=ws-1 ProcessId=5 Image=\"C:\\a "
	              "b.exe\" SourceIp=10.0.0.1 SourcePort=1 DestinationIp="
	              "10.0.0.2 DestinationPort=2 Protocol=tcp"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 5);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\a b.exe");
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "ws-1");
}

Test(pairs, of_structured_data_are_unescaped)
{
	cr_assert_eq(
	    desk_read(
	        "<14>1 2020-10-22T08:29:52.113Z ws-1 Microsoft-Windows-"
	        "Sysmon 3296 - [NXLOG@14506 EventID=\"5\" ProcessId=\"77\""
	        " Image=\"C:\\\\a \\\"b\\\" [c\\].exe\"] Process "
	        "terminated:"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 77);
	cr_expect_eq(desk_event.time_quality, ENDPOINT_TIME_FINE);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\a \"b\" [c].exe");
}

/* A 4689 of so many bytes, which ends in its process. */
static enum endpoint_outcome
read_padded(size_t size)
{
	char text[1025];
	size_t at = (size_t)snprintf(text, sizeof(text),
	    CEF_SECURITY "4689|x|Low| dvchost=ws-1 dproc=C:\\\\a.exe cs4=");

	memset(text + at, 'x', size - at);
	memcpy(text + size - 11, " dpid=12345", 11);
	return desk_read_bytes(text, size);
}

Test(pairs, cut_where_senders_cut_do_not_end_in_a_number)
{
	static const size_t cuts[] = { 480, 1023, 1024 };

	cr_assert_eq(read_padded(470), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 12345);
	for (size_t i = 0; i < ARRAY_SIZE(cuts); i++) {
		cr_assert_eq(read_padded(cuts[i]), ENDPOINT_EVENT);
		cr_expect_eq(desk_event.flags & ENDPOINT_HAS_PID, 0);
	}
}

Test(pairs, that_are_none_are_told)
{
	cr_expect_eq(desk_read("CEF:0|a|b"), ENDPOINT_MALFORMED);
	cr_expect_eq(desk_read("LEEF:1.0|a|b"), ENDPOINT_MALFORMED);
}
