#include <criterion/criterion.h>
#include <string.h>

#include "unit/endpoint/desk.h"

TestSuite(text_envelope, .init = desk_begin, .fini = desk_end);

#define CONNECTION                                                          \
	"The Windows Filtering Platform has permitted a connection.    "    \
	"Application Information:   Process ID:  4556   Application Name: " \
	"\\device\\harddiskvolume2\\x.exe    Network Information:   "       \
	"Direction:  Outbound   Source Address:  10.0.0.1   Source Port:  " \
	"50001   Destination Address: 10.0.0.2   Destination Port:  445   " \
	"Protocol:  6    Filter Information:   Filter Run-Time ID: 1   "    \
	"Layer Name:  Connect   Layer Run-Time ID: 48"

#define SNARE(gap)                                                    \
	"MSWinEventLog" gap "1" gap "Security" gap "27694" gap        \
	"Thu Oct 22 04:29:53 2020" gap "5156" gap                     \
	"Microsoft-Windows-Security-Auditing" gap "N/A" gap "N/A" gap \
	"Success Audit" gap "ws-1.corp.example" gap                   \
	"Filtering Platform Connection" gap gap CONNECTION gap "227694"

static void
expect_connection(const char *host)
{
	cr_expect_eq(desk_event.event_id, 5156);
	cr_expect_eq(desk_event.source, ENDPOINT_SECURITY);
	cr_expect_eq(desk_event.pid, 4556);
	cr_expect_neq(desk_event.flags & ENDPOINT_TEXT_ONLY, 0);
	cr_expect(desk_has_ends("10.0.0.1/50001", "10.0.0.2/445"));
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), host);
}

Test(text_envelope, of_snare_is_the_same_over_syslog_and_without)
{
	static const char *const messages[] = {
		"<14>Oct 22 04:29:53 relay " SNARE("\t"),
		"<14>Oct 22 04:29:53 relay " SNARE("\t") "\r",
		"<14>Oct 22 04:29:53 relay " SNARE("#011"),
		"<14>Oct 22 04:29:53 relay " SNARE("\t") "\tUser=x\tMore=y",
		"<14>1 2020-10-22T08:29:53Z relay - - - - " SNARE("\t"),
		"ws-1.corp.example\t" SNARE("\t"),
		"ws-1.corp.example#011" SNARE("#011"),
	};

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		cr_assert_eq(
		    desk_read(messages[i]), ENDPOINT_EVENT, "%s", messages[i]);
		expect_connection("ws-1.corp.example");
		cr_expect_eq(desk_event.record_number, 227694);
	}
}

Test(text_envelope, of_snare_keeps_tabs_within_the_text)
{
	cr_assert_eq(
	    desk_read("<14>Oct 22 04:29:53 relay MSWinEventLog\t1\tSecurity\t9"
	              "\tThu Oct 22 04:29:53 2020\t4688\tSecurity\tN/A\tN/A\t-"
	              "\tws-1\t-\t\tA new process has been created.    Process "
	              "Information:   New Process ID:  0x10   New Process "
	              "Name: C:\\x.exe   Token Elevation Type: a   Creator "
	              "Process ID: 0x20   Process Command Line: x\ty\t12"),
	    ENDPOINT_EVENT);
	cr_expect_str_eq(desk_text(ENDPOINT_COMMAND_LINE), "x y");
	cr_expect_eq(desk_event.record_number, 12);
}

Test(text_envelope, of_snare_cut_before_the_id_is_cut_short)
{
	cr_expect_eq(
	    desk_read("<14>Oct 22 04:29:53 relay MSWinEventLog\t1\tSecurity\t9"
	              "\tThu Oct 22 04:29:53 2020\t515"),
	    ENDPOINT_CUT_SHORT);
	cr_expect_eq(
	    desk_read("<14>Oct 22 04:29:53 relay MSWinEventLog\t1\tSecurity"),
	    ENDPOINT_CUT_SHORT);
}

Test(text_envelope, of_wincollect_takes_the_event_not_the_agent)
{
	cr_assert_eq(
	    desk_read("<13>Oct 22 04:29:53 collector AgentDevice=WindowsLog"
	              "\tAgentLogFile=Security\tPluginVersion=7.3.1.28\tSource="
	              "Microsoft-Windows-Security-Auditing\tComputer=ws-1"
	              "\tUser=SYSTEM\tDomain=NT AUTHORITY\tEventID=5156"
	              "\tEventIDCode=5156\tEventType=8\tEventCategory=12810"
	              "\tRecordNumber=7\tTimeGenerated=1603355393"
	              "\tTimeWritten=1603355394\tMessage=" CONNECTION),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
	cr_expect_eq(desk_event.time_ns, 1603355393ull * NS_PER_S);
	cr_expect_eq(desk_event.record_number, 7);
	cr_expect_str_empty(desk_text(ENDPOINT_USER), "that is the service's");
}

Test(text_envelope, of_wincollect_may_have_blanks_for_tabs)
{
	cr_assert_eq(
	    desk_read("<13>Oct 22 04:29:53 collector AgentDevice=WindowsLog "
	              "AgentLogFile=Security Source=Microsoft-Windows-Security-"
	              "Auditing Computer=ws-1 User= Domain= EventID=5156 "
	              "EventIDCode=5156 EventType=8 RecordNumber=7 "
	              "TimeGenerated=1603355393009 Message=" CONNECTION),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
	cr_expect_eq(desk_event.time_ns, 1603355393009ull * NS_PER_MS);
}

Test(text_envelope, of_splunk_has_its_properties_in_lines)
{
	cr_assert_eq(
	    desk_read("<13>Oct 22 04:29:53 forwarder 10/22/2020 04:29:53 AM\r\n"
	              "LogName=Security\r\nSourceName=Microsoft Windows "
	              "security auditing.\r\nEventCode=5156\r\nEventType=0\r\n"
	              "Type=Information\r\nComputerName=ws-1\r\nTaskCategory="
	              "Filtering Platform Connection\r\nRecordNumber=7\r\n"
	              "Keywords=Audit Success\r\nMessage=" CONNECTION),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
	cr_expect_eq(desk_event.time_quality, ENDPOINT_TIME_LOCAL);
	cr_expect_eq(desk_event.time_ns, 1603340993ull * NS_PER_S);
}

Test(text_envelope, of_eventreporter_is_read)
{
	cr_assert_eq(desk_read("<133>Oct 22 04:29:53 relay EvntSLog: [AUS] Thu "
	                       "Oct 22 04:29:53 2020: ws-1/Microsoft-Windows-"
	                       "Security-Auditing (5156) - \"" CONNECTION "\""),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
}

Test(text_envelope, of_evtsys_is_read)
{
	cr_assert_eq(desk_read("<29>Oct 22 04:29:53 ws-1 Security-Auditing: "
	                       "5156: AUDIT_SUCCESS " CONNECTION),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
}

Test(text_envelope, of_the_syslogng_agent_has_its_id_at_the_end)
{
	cr_assert_eq(
	    desk_read("<14>Oct 22 04:29:53 ws-1 Microsoft-Windows-Security-"
	              "Auditing[4]: CORP\\anna: Security Microsoft-Windows-"
	              "Security-Auditing: [Success Audit] " CONNECTION
	              " (EventID 5156)"),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
}

Test(text_envelope, of_ossec_names_the_host_that_the_agent_is_on)
{
	cr_assert_eq(
	    desk_read("2020 Oct 22 04:29:54 (ws) 10.0.0.1->WinEvtLog 2020 Oct "
	              "22 04:29:53 WinEvtLog: Security: AUDIT_SUCCESS(5156): "
	              "Microsoft-Windows-Security-Auditing: (no user): no "
	              "domain: ws-1: " CONNECTION),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
	cr_expect_eq(desk_event.time_ns, 1603340993ull * NS_PER_S);
	cr_assert_eq(
	    desk_read("<132>Oct 22 04:29:54 manager ossec: Alert Level: 3; "
	              "Rule: 18104 - Windows audit success event.; Location: "
	              "(ws) 10.0.0.1->WinEvtLog; user: (no user); 2020 Oct 22 "
	              "04:29:53 WinEvtLog: Security: AUDIT_SUCCESS(5156): "
	              "Microsoft-Windows-Security-Auditing: (no user): no "
	              "domain: ws-1: " CONNECTION),
	    ENDPOINT_EVENT);
	expect_connection("ws-1");
}

Test(text_envelope, of_ossec_about_other_things_is_not_wanted)
{
	cr_expect_eq(
	    desk_read("<132>Oct 22 04:29:54 manager ossec: Alert Level:"
	              " 3; Rule: 5501 - Login session opened.; "
	              "Location: web->/var/log/auth.log; sshd[4]: x"),
	    ENDPOINT_NOT_WANTED);
}

#define SNARE_FRONT                                                      \
	"<14>Oct 22 04:29:53 relay MSWinEventLog\t1\tMicrosoft-Windows-" \
	"Sysmon/Operational\t9\tThu Oct 22 04:29:53 2020\t1\tMicrosoft-" \
	"Windows-Sysmon\tN/A\tN/A\t-\tws-1\t-\t\t"
#define PROCESS_CREATE                                                      \
	"Process Create:  UtcTime: 2020-10-22 08:29:52.016  ProcessGuid: "  \
	"{313fa531-4300-5f91-ae04-000000000400}  ProcessId: 7520  Image: "  \
	"C:\\x.exe  CommandLine: x  CurrentDirectory: C:\\  User: SYSTEM  " \
	"LogonGuid: {0}  LogonId: 0x3e7  ParentProcessGuid: {0}  "          \
	"ParentProcessId: 4  ParentImage: System  ParentCommandLine: y"

/* What looks like the parent may all be the command line, and the parent cut
 * off. */
Test(text_envelope, of_snare_without_its_end_is_marked_as_cut)
{
	cr_assert_eq(desk_read(SNARE_FRONT PROCESS_CREATE), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_neq(desk_event.flags & ENDPOINT_CUT, 0);
	cr_assert_eq(
	    desk_read(SNARE_FRONT PROCESS_CREATE "\t9"), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.flags & ENDPOINT_CUT, 0);
	cr_expect_eq(desk_event.parent_pid, 4);
}

/* Every envelope, cut at every byte, is read without a fault and never names
 * another process. */
Test(text_envelope, cut_anywhere_names_no_other_process)
{
	static const char *const messages[] = {
		"<14>Oct 22 04:29:53 relay " SNARE("\t"),
		"<14>Oct 22 04:29:53 relay " SNARE("#011"),
		"<133>Oct 22 04:29:53 r EvntSLog: [AUS] Thu Oct 22 04:29:53 "
		"2020: ws-1/Security (5156) - \"" CONNECTION "\"",
		"<29>Oct 22 04:29:53 ws-1 Security-Auditing: 5156: "
		"AUDIT_SUCCESS " CONNECTION,
		"<14>Oct 22 04:29:53 ws-1 Security[4]: N/A: Security Security: "
		"[Success Audit] " CONNECTION " (EventID 5156)",
		"2020 Oct 22 04:29:53 WinEvtLog: Security: AUDIT_SUCCESS(5156):"
		" Security: a: b: ws-1: " CONNECTION,
		"<13>Oct 22 04:29:53 f 10/22/2020 04:29:53 AM\r\nLogName="
		"Security\r\nEventCode=5156\r\nComputerName=ws-1\r\nMessage=" CONNECTION,
	};

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		for (size_t size = 0; size < strlen(messages[i]); size++) {
			if (desk_read_bytes(messages[i], size) !=
			    ENDPOINT_EVENT) {
				continue;
			}
			cr_expect((desk_event.flags & ENDPOINT_HAS_PID) == 0 ||
			    desk_event.pid == 4556);
			cr_expect_eq(desk_event.target_port, 445);
		}
	}
}
