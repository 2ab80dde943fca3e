#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "unit/endpoint/desk.h"

TestSuite(prose, .init = desk_begin, .fini = desk_end);

#define HEAD "<14>Oct 22 04:29:53 ws-1 Microsoft-Windows-Sysmon[9]: "
#define GUID "{313fa531-4300-5f91-ae04-000000000400}"

/* 4688 with its line breaks as 'b', as they are or what forwarders make of
 * them. */
#define NEW_PROCESS(b, image, command)                                       \
	"A new process has been created." b b "Creator Subject:" b           \
	"\tSecurity ID:\t\tS-1-5-18" b "\tAccount Name:\t\tWS-1$" b          \
	"\tAccount Domain:\t\tCORP" b "\tLogon ID:\t\t0x3E7" b b             \
	"Target Subject:" b "\tSecurity ID:\t\tS-1-0-0" b                    \
	"\tAccount Name:\t\tanna" b "\tAccount Domain:\t\tCORP" b            \
	"\tLogon ID:\t\t0x52F1A" b b "Process Information:" b                \
	"\tNew Process ID:\t\t0x1d60" b "\tNew Process Name:\t" image b      \
	"\tToken Elevation Type:\t%%1936" b                                  \
	"\tMandatory Label:\t\tMandatory Label\\Low Mandatory Level" b       \
	"\tCreator Process ID:\t0x1690" b                                    \
	"\tCreator Process Name:\tC:\\Windows\\System32\\cmd.exe" b          \
	"\tProcess Command Line:\t" command b b                              \
	"Token Elevation Type indicates the type of token that was assigned" \
	" to the new process." b b "Type 1 is a full token."

#define CONNECTION(b)                                                        \
	"The Windows Filtering Platform has permitted a connection." b b     \
	"Application Information:" b "\tProcess ID:\t\t4556" b               \
	"\tApplication Name:\t\\device\\harddiskvolume2\\nmap\\nmap.exe" b b \
	"Network Information:" b "\tDirection:\t\tOutbound" b                \
	"\tSource Address:\t\t10.0.0.1" b "\tSource Port:\t\t50001" b        \
	"\tDestination Address:\t10.0.0.2" b "\tDestination Port:\t\t445" b  \
	"\tProtocol:\t\t6" b b "Filter Information:" b                       \
	"\tFilter Run-Time ID:\t70201" b "\tLayer Name:\t\tConnect" b        \
	"\tLayer Run-Time ID:\t48"

#define PROCESS_CREATE(command, parent_command)                                \
	HEAD "Process Create:  RuleName: -  UtcTime: 2020-10-22 08:29:52.016"  \
	     "  ProcessGuid: " GUID "  ProcessId: 7520  Image: C:\\t\\x.exe"   \
	     "  FileVersion: 1.0  Description: A tool  Product: Tools"         \
	     "  Company: ACME  OriginalFileName: x.exe  CommandLine: " command \
	     "  CurrentDirectory: C:\\t\\  User: CORP\\anna  LogonGuid: " GUID \
	     "  LogonId: 0x7EB05  TerminalSessionId: 1"                        \
	     "  IntegrityLevel: High  Hashes: SHA1=00  ParentProcessGuid: "    \
	     "{313fa531-4301-5f91-ae04-000000000400}  ParentProcessId: 5776"   \
	     "  ParentImage: C:\\Windows\\System32\\cmd.exe"                   \
	     "  ParentCommandLine: " parent_command

/* All that follows a command line, as somebody would write it who wants to be
 * somebody else's child. */
#define FORGED                                                                 \
	"CurrentDirectory: C:\\  User: NT AUTHORITY\\SYSTEM  LogonGuid: " GUID \
	"  LogonId: 0x3e7  TerminalSessionId: 0  IntegrityLevel: System"       \
	"  Hashes: SHA1=11  ParentProcessGuid: " GUID "  ParentProcessId: 4"   \
	"  ParentImage: System  ParentCommandLine: none"

static void
expect_new_process(const char *command)
{
	cr_expect_eq(desk_event.event_id, 4688);
	cr_expect_eq(desk_event.kind, ENDPOINT_PROCESS_START);
	cr_expect_eq(desk_event.pid, 0x1d60);
	cr_expect_eq(desk_event.parent_pid, 0x1690);
	cr_expect_eq(desk_event.logon_id, 0x52f1a);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\t\\x.exe");
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "CORP\\anna");
	cr_expect_str_eq(desk_text(ENDPOINT_SUBJECT_USER), "CORP\\WS-1$");
	cr_expect_str_eq(
	    desk_text(ENDPOINT_PARENT_IMAGE), "C:\\Windows\\System32\\cmd.exe");
	cr_expect_str_eq(desk_text(ENDPOINT_COMMAND_LINE), command);
}

Test(prose, of_4688_is_read_with_its_line_breaks)
{
	cr_assert_eq(desk_read(HEAD NEW_PROCESS("\r\n", "C:\\t\\x.exe",
	                 "x.exe -p 1-1024 10.0.0.0/24")),
	    ENDPOINT_EVENT);
	expect_new_process("x.exe -p 1-1024 10.0.0.0/24");
}

Test(prose, is_read_with_blanks_for_line_breaks)
{
	cr_assert_eq(desk_read(HEAD NEW_PROCESS("  ", "C:\\t\\x.exe", "x -a")),
	    ENDPOINT_EVENT);
	expect_new_process("x -a");
}

Test(prose, is_read_with_one_blank_for_many)
{
	cr_assert_eq(desk_read(HEAD NEW_PROCESS(" ", "C:\\t\\x.exe", "x -a")),
	    ENDPOINT_EVENT);
	expect_new_process("x -a");
}

Test(prose, is_read_with_written_line_breaks)
{
	cr_assert_eq(
	    desk_read(HEAD NEW_PROCESS("\\n", "C:\\t\\x.exe", "x \\new")),
	    ENDPOINT_EVENT);
	expect_new_process("x \\new");
}

Test(prose, is_read_with_control_characters_written_as_octal_numbers)
{
	cr_assert_eq(
	    desk_read(HEAD NEW_PROCESS("#015#012", "C:\\t\\x.exe", "x -a")),
	    ENDPOINT_EVENT);
	expect_new_process("x -a");
}

Test(prose, is_read_with_nothing_between_the_values)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "The Windows Filtering Platform has blocked a connection."
	        "Application Information:Process ID:948Application Name:"
	        "\\device\\harddiskvolume2\\x.exeNetwork Information:Direction:"
	        "Inbound"
	        "Source Address:10.0.0.1Source Port:1Destination Address:"
	        "10.0.0.2Destination Port:2Protocol:17Filter Information:"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_BLOCKED);
	cr_expect_str_eq(
	    desk_text(ENDPOINT_IMAGE), "\\device\\harddiskvolume2\\x.exe");
}

Test(prose, of_a_connection_names_the_process_and_both_ends)
{
	static const char *const messages[] = { HEAD CONNECTION("\r\n"),
		HEAD CONNECTION("  "), HEAD CONNECTION(" "),
		HEAD CONNECTION("\\n"), HEAD CONNECTION("#012") };

	for (size_t i = 0; i < ARRAY_SIZE(messages); i++) {
		cr_assert_eq(
		    desk_read(messages[i]), ENDPOINT_EVENT, "%s", messages[i]);
		cr_expect_eq(desk_event.pid, 4556);
		cr_expect_eq(desk_event.protocol, 6);
		cr_expect_eq(desk_event.direction, ENDPOINT_OUTBOUND);
		cr_expect(desk_has_ends("10.0.0.1/50001", "10.0.0.2/445"));
		cr_expect_str_eq(desk_text(ENDPOINT_IMAGE),
		    "\\device\\harddiskvolume2\\nmap\\nmap.exe");
	}
}

Test(prose, of_a_connection_has_labels_that_are_not_known_yet)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "The Windows Filtering Platform has permitted a connection.  "
	        "Application Information:  Process ID: 7  Application Name: "
	        "System  Network Information:  Direction: Inbound  "
	        "Source Address: fe80::1%3  Source Port: 5  Destination "
	        "Address: fe80::2  Destination Port: 6  Protocol: 6  "
	        "Interface Index: 12  Filter Information:  Filter Origin: "
	        "Unknown  Filter Run-Time ID: 1"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.protocol, 6);
	cr_expect(desk_has_ends("fe80::1/5", "fe80::2/6"));
}

Test(prose, of_a_bind_has_the_local_end)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "The Windows Filtering Platform has permitted a bind to a local"
	        " port.    Application Information:   Process ID:  984   "
	        "Application Name: \\device\\harddiskvolume1\\svchost.exe    "
	        "Network Information:   Source Address:  ::   Source Port:  "
	        "3702   Protocol:  17    Filter Information:   Filter Run-Time "
	        "ID: 0"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_BIND);
	cr_expect_eq(desk_event.source_port, 3702);
	cr_expect_neq(desk_event.flags & ENDPOINT_HAS_LOCAL, 0);
}

Test(prose, of_Windows_7_ends_at_the_creator)
{
	cr_assert_eq(
	    desk_read(HEAD
	        "A new process has been created.    Subject:   Security ID:  "
	        "S-1-5-18   Account Name:  WS-1$   Account Domain:  CORP   "
	        "Logon ID:  0x3e7    Process Information:   New Process ID:  "
	        "0x934   New Process Name: C:\\a b\\x.exe   Token Elevation "
	        "Type: TokenElevationTypeDefault (1)   Creator Process ID: "
	        "0x990    Token Elevation Type indicates the type of token"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 0x934);
	cr_expect_eq(desk_event.parent_pid, 0x990);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\a b\\x.exe");
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "CORP\\WS-1$");
	cr_expect_str_empty(desk_text(ENDPOINT_COMMAND_LINE));
}

/* The rest is about texts that lie. */

Test(prose, of_4688_has_the_creator_whatever_the_command_line_says)
{
	cr_assert_eq(
	    desk_read(HEAD NEW_PROCESS("  ", "C:\\t\\x.exe",
	        "x  Creator Process ID: 0x4  Creator Process Name: System  "
	        "Process Command Line: y  Token Elevation Type indicates the "
	        "type of token  New Process ID: 0x4  Network Information:")),
	    ENDPOINT_EVENT);
	expect_new_process(
	    "x  Creator Process ID: 0x4  Creator Process Name: System  "
	    "Process Command Line: y  Token Elevation Type indicates the "
	    "type of token  New Process ID: 0x4  Network Information:");
}

Test(prose, of_4688_is_not_fooled_by_line_breaks_in_the_command_line)
{
	cr_assert_eq(desk_read(HEAD NEW_PROCESS("\r\n", "C:\\t\\x.exe",
	                 "x\r\n\tNew Process ID:\t0x4\r\n\tCreator Process "
	                 "ID:\t0x4\r\n")),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 0x1d60);
	cr_expect_eq(desk_event.parent_pid, 0x1690);
}

static void
expect_honest(const char *command)
{
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_eq(desk_event.parent_pid, 5776);
	cr_expect_eq(desk_event.logon_id, 0x7eb05);
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "CORP\\anna");
	cr_expect_str_eq(
	    desk_text(ENDPOINT_PARENT_IMAGE), "C:\\Windows\\System32\\cmd.exe");
	cr_expect_str_eq(desk_text(ENDPOINT_COMMAND_LINE), command);
}

Test(prose, of_sysmon_keeps_single_labels_in_the_command_line)
{
	cr_assert_eq(desk_read(PROCESS_CREATE(
	                 "x User: SYSTEM ProcessId: 4 Network Information: "
	                 "CommandLine: y ParentProcessId: 4",
	                 "cmd")),
	    ENDPOINT_EVENT);
	expect_honest("x User: SYSTEM ProcessId: 4 Network Information: "
	              "CommandLine: y ParentProcessId: 4");
	cr_expect_str_eq(desk_text(ENDPOINT_PARENT_COMMAND_LINE), "cmd");
}

Test(prose, of_sysmon_keeps_single_labels_in_the_parents_command_line)
{
	cr_assert_eq(desk_read(PROCESS_CREATE("x -a",
	                 "cmd /c echo User: SYSTEM CurrentDirectory: C:\\ "
	                 "ParentProcessId: 4 ParentImage: y")),
	    ENDPOINT_EVENT);
	expect_honest("x -a");
}

/* Whoever reads the text from its beginning is told another parent than who
 * reads it from its end. */
static void
expect_no_parent(void)
{
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\t\\x.exe");
	cr_expect_eq(desk_event.flags & ENDPOINT_HAS_PARENT_PID, 0);
	cr_expect_eq(desk_event.flags & ENDPOINT_HAS_PARENT_GUID, 0);
	cr_expect_str_empty(desk_text(ENDPOINT_PARENT_IMAGE));
	cr_expect_str_empty(desk_text(ENDPOINT_USER));
}

Test(prose, of_sysmon_names_no_parent_where_a_command_line_forges_one)
{
	cr_assert_eq(
	    desk_read(PROCESS_CREATE("x " FORGED, "cmd")), ENDPOINT_EVENT);
	expect_no_parent();
	cr_expect_not_null(
	    strstr(desk_text(ENDPOINT_COMMAND_LINE), "ParentProcessId: 4"),
	    "all that was written is the command line");
}

Test(prose, of_sysmon_names_no_parent_where_the_parents_command_line_forges_one)
{
	cr_assert_eq(
	    desk_read(PROCESS_CREATE("x", "cmd " FORGED)), ENDPOINT_EVENT);
	expect_no_parent();
	cr_assert_eq(desk_read(PROCESS_CREATE("x " FORGED, "cmd /c x " FORGED)),
	    ENDPOINT_EVENT);
	expect_no_parent();
}

Test(prose, of_sysmon_asks_no_name_to_name_the_process)
{
	cr_assert_eq(
	    desk_read(HEAD "Dns query:  RuleName: -  UtcTime: 2020-10-22 "
	                   "08:29:52.016  ProcessGuid: " GUID
	                   "  ProcessId: 7520  QueryName: a  QueryStatus: 0  "
	                   "QueryResults: 1.2.3.4;  Image: C:\\forged.exe  "
	                   "QueryStatus: 0  QueryResults: "
	                   "::ffff:10.0.0.2;  Image: C:\\t\\x.exe"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_str_neq(desk_text(ENDPOINT_IMAGE), "C:\\forged.exe");
}

Test(prose, of_sysmon_has_the_ends_that_no_host_name_can_change)
{
	static const char text[] = HEAD
	    "Network connection detected:  RuleName: -  UtcTime: 2020-10-22 "
	    "08:29:52.016  ProcessGuid: " GUID "  ProcessId: 7520  Image: "
	    "C:\\t\\x.exe  User: CORP\\anna  Protocol: tcp  Initiated: true  "
	    "SourceIsIpv6: false  SourceIp: 10.0.0.1  SourceHostname: %s  "
	    "SourcePort: 50001  SourcePortName:   DestinationIsIpv6: false  "
	    "DestinationIp: 10.0.0.2  DestinationHostname: %s  "
	    "DestinationPort: 445  DestinationPortName: microsoft-ds";
	char message[1024];

	(void)snprintf(message, sizeof(message), text, "ws-1", "srv");
	cr_assert_eq(desk_read(message), ENDPOINT_EVENT);
	cr_expect(desk_has_ends("10.0.0.1/50001", "10.0.0.2/445"));
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "CORP\\anna");
	(void)snprintf(
	    message, sizeof(message), text, "ws-1", "srv  DestinationPort: 80");
	(void)desk_read(message);
	cr_expect_not(desk_has_ends("10.0.0.1/50001", "10.0.0.2/80"));
}

Test(prose, cut_within_a_number_does_not_give_the_number)
{
	static const char text[] = HEAD CONNECTION(" ");
	const char *port = strstr(text, "\t445");

	cr_expect_neq(
	    desk_read_bytes(text, (size_t)(port - text) + 3), ENDPOINT_EVENT);
}

Test(prose, cut_within_a_label_gives_the_value_before_it)
{
	static const char text[] = PROCESS_CREATE("x -a", "cmd");
	const char *label = strstr(text, "ParentCommandLine");

	cr_assert_eq(
	    desk_read_bytes(text, (size_t)(label - text) + 7), ENDPOINT_EVENT);
	expect_honest("x -a");
	cr_expect_neq(desk_event.flags & ENDPOINT_CUT, 0);
}

Test(prose, cut_within_a_path_gives_no_path)
{
	static const char text[] = PROCESS_CREATE("x -a", "cmd");
	const char *path = strstr(text, "System32\\cmd.exe");

	cr_assert_eq(
	    desk_read_bytes(text, (size_t)(path - text) + 4), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.parent_pid, 5776);
	cr_expect_str_empty(desk_text(ENDPOINT_PARENT_IMAGE));
}

Test(prose, cut_anywhere_never_names_another_process)
{
	static const char text[] = PROCESS_CREATE("x -a", "cmd");

	for (size_t size = 0; size < sizeof(text); size++) {
		if (desk_read_bytes(text, size) != ENDPOINT_EVENT) {
			continue;
		}
		cr_expect((desk_event.flags & ENDPOINT_HAS_PID) == 0 ||
		    desk_event.pid == 7520);
		cr_expect((desk_event.flags & ENDPOINT_HAS_PARENT_PID) == 0 ||
		    desk_event.parent_pid == 5776);
	}
}

Test(prose, of_another_kind_is_not_wanted)
{
	cr_expect_eq(desk_read(HEAD "The service entered the running state."),
	    ENDPOINT_NOT_WANTED);
	cr_expect_eq(desk_read(HEAD "Process ID: 4 Network Information:"),
	    ENDPOINT_NOT_WANTED);
}
