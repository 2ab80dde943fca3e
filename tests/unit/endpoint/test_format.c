#include "endpoint/format.h"

#include <criterion/criterion.h>

static struct slice
slice(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

Test(format, shows_in_the_first_bytes)
{
	static const struct {
		const char *body;
		enum format format;
	} cases[] = {
		{ "", FORMAT_EMPTY },
		{ "{\"EventTime\":1}", FORMAT_JSON },
		{ "<Event xmlns='x'>", FORMAT_XML },
		{ "- <Event>- <System>", FORMAT_XML },
		{ "MSWinEventLog\t1", FORMAT_SNARE },
		{ "ws-1\tMSWinEventLog\t1", FORMAT_SNARE },
		{ "AgentDevice=WindowsLog\tA=b", FORMAT_WINCOLLECT },
		{ "CEF:0|", FORMAT_CEF },
		{ "LEEF:2.0|", FORMAT_LEEF },
		{ "EvntSLog: [AUS]", FORMAT_EVENTREPORTER },
		{ "WinEvtLog: Security: AUDIT", FORMAT_OSSEC },
		{ "type=SYSCALL msg=audit(1.2:3): a", FORMAT_AUDITD },
		{ "node=a type=SYSCALL msg=audit(1.2:3): a", FORMAT_AUDITD },
		{ "type=AUOMS_EXECVE audit(1.2:3): a", FORMAT_AUOMS },
		{ "10/22/2020\r\nLogName=a\r\nEventCode=1", FORMAT_SPLUNK },
		{ "Sysmon: 3: Network", FORMAT_EVTSYS },
		{ "N/A: a b: [Information] text (EventID 3)", FORMAT_SYSLOGNG },
		{ "host=a EventID=3", FORMAT_PAIRS },
		{ "Process Create: UtcTime: 1", FORMAT_TEXT },
		{ "hello", FORMAT_TEXT },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		cr_expect_eq(format_of(slice(cases[i].body)), cases[i].format,
		    "%s", cases[i].body);
	}
}

Test(format, has_the_event_id_where_it_can_be_seen)
{
	static const struct {
		enum format format;
		const char *body;
		uint64_t event_id;
	} cases[] = {
		{ FORMAT_JSON, "{\"a\":\"\\\"EventID\\\":7\",\"EventID\":3,",
		    3 },
		{ FORMAT_JSON, "{\"event_id\" : \"4688\"}", 4688 },
		{ FORMAT_JSON, "{\"_EventID\":12}", 12 },
		{ FORMAT_XML, "<Event><EventID Qualifiers='0'>13</EventID>",
		    13 },
		{ FORMAT_SNARE, "h\tMSWinEventLog\t1\tS\t2\tdate\t4624\tx",
		    4624 },
		{ FORMAT_WINCOLLECT, "AgentDevice=W\tEventID=5156\t", 5156 },
		{ FORMAT_CEF, "CEF:0|a|b|c|d|e|f| externalId=4634 x", 4634 },
		{ FORMAT_NXLOG_SD, "[NXLOG@14506 EventID=\"3\" x", 3 },
		{ FORMAT_EVENTREPORTER, "EvntSLog: [AUS] d: h/s (4688) - ",
		    4688 },
		{ FORMAT_SPLUNK, "x\r\nEventCode=10\r\n", 10 },
		{ FORMAT_SYSLOGNG, "a (EventID 1) b (EventID 22)", 22 },
		{ FORMAT_EVTSYS, "Sysmon: 3: N", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		uint64_t event_id = 0;

		cr_expect(event_id_find(
		              cases[i].format, slice(cases[i].body), &event_id),
		    "%s", cases[i].body);
		cr_expect_eq(event_id, cases[i].event_id, "%s", cases[i].body);
	}
}

Test(format, leaves_it_to_the_reader_where_the_event_id_is_hidden)
{
	uint64_t event_id;

	cr_expect_not(event_id_find(
	    FORMAT_JSON, slice("{\"EventID\":{\"#text\":1}}"), &event_id));
	cr_expect_not(
	    event_id_find(FORMAT_JSON, slice("{\"EventID\":51"), &event_id),
	    "cut, perhaps within the number");
	cr_expect_not(event_id_find(FORMAT_TEXT, slice("x"), &event_id));
	cr_expect_not(event_id_find(FORMAT_SNARE, slice("x"), &event_id));
}

Test(format, wants_a_dozen_events_of_all)
{
	uint32_t wanted = 0;

	for (uint64_t i = 0; i < 65536; i++) {
		wanted += event_id_is_wanted(i);
	}
	cr_expect_eq(wanted, 13);
	cr_expect(event_id_is_wanted(5157));
	cr_expect_not(event_id_is_wanted(12));
}
