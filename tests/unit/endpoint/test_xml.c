#include "unit/endpoint/desk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

TestSuite(event_xml, .init = desk_begin, .fini = desk_end);

#define SYSTEM                                                        \
	"<System><Provider Name='Microsoft-Windows-Sysmon'/>"         \
	"<EventID>5</EventID><TimeCreated "                           \
	"SystemTime='2020-10-22T08:29:53.25Z'/><EventRecordID>388000" \
	"</EventRecordID><Execution ProcessID='3296' ThreadID='1'/>"  \
	"<Channel>Microsoft-Windows-Sysmon/Operational</Channel>"     \
	"<Computer>ws-1</Computer></System>"
#define DATA(name, value) "<Data Name='" name "'>" value "</Data>"

Test(event_xml, has_the_events_own_process_in_its_data)
{
	cr_assert_eq(
	    desk_read("<Event>" SYSTEM "<EventData>" DATA("ProcessId", "7520")
	            DATA("Image",
	                "C:\\a &amp; b\\&lt;c&gt;.exe") "</EventData></Event>"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_eq(desk_event.kind, ENDPOINT_PROCESS_END);
	cr_expect_eq(desk_event.record_number, 388000);
	cr_expect_eq(desk_event.time_ns, 1603355393250000000);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\a & b\\<c>.exe");
}

Test(event_xml, takes_either_quote_white_space_and_debris)
{
	cr_assert_eq(
	    desk_read("<14>Oct 22 08:29:53 h x: - <Event xmlns=\"x\">\r\n- "
	              "<System>\t<Provider Name=\"Microsoft-Windows-Sysmon\" "
	              "/>\n <EventID Qualifiers=\"\">5</EventID>"
	              "<Computer>ws-1</Computer> </System> <EventData>"
	              "<Data Name=\"ProcessId\">7520</Data>\n</EventData>"
	              "</Event> and more"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "ws-1");
}

Test(event_xml, with_bytes_that_are_no_utf_8_is_read_all_the_same)
{
	cr_assert_eq(desk_read("<Event>" SYSTEM "<EventData>" DATA(
	                 "User", "AUTORITE NT\\Syst\xe8me")
	                     DATA("ProcessId", "7520") "</EventData></Event>"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_str_eq(
	    desk_text(ENDPOINT_USER), "AUTORITE NT\\Syst\xef\xbf\xbdme");
}

Test(event_xml, without_names_has_its_values_by_position)
{
	cr_assert_eq(
	    desk_read("<Event>" SYSTEM "<EventData><Data>-</Data><Data>"
	              "2020-10-22 08:29:52.113</Data><Data>{313fa531-4300-5f91-"
	              "ae04-000000000400}</Data><Data>7520</Data><Data>C:\\a"
	              "</Data></EventData></Event>"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_eq(desk_event.time_ns, 1603355392113000000);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "C:\\a");
}

Test(event_xml, that_was_cut_gives_the_elements_that_were_closed)
{
	const char *whole = "<Event>" SYSTEM "<EventData>" DATA("ProcessId",
	    "7520") DATA("Image", "C:\\a.exe") "</EventData></Event>";
	size_t pid = (size_t)(strstr(whole, "7520") - whole);

	cr_assert_eq(desk_read_bytes(whole, pid + 4 + strlen("</Data>")),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_neq(desk_event.flags & ENDPOINT_CUT, 0);
	cr_expect_eq(desk_read_bytes(whole, pid + 2), ENDPOINT_CUT_SHORT,
	    "75 would be a wrong process");
	cr_expect_eq(desk_read_bytes(whole, 20), ENDPOINT_CUT_SHORT);
}

Test(event_xml, with_a_document_type_is_refused)
{
	cr_expect_eq(
	    desk_read("<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'x'>]>"
	              "<Event>" SYSTEM "</Event>"),
	    ENDPOINT_NO_PROCESS, "what stands before the event is not read");
	cr_expect_eq(desk_read("<Event><!DOCTYPE a [<!ENTITY b 'x'>]>" SYSTEM
	                       "</Event>"),
	    ENDPOINT_CUT_SHORT);
	cr_expect_neq(desk_read("<Event>" SYSTEM "<EventData>" DATA(
	                  "ProcessId", "&b;") "</EventData></Event>"),
	    ENDPOINT_EVENT, "no entity is known");
}

Test(event_xml, that_is_hostile_leaves_the_next_one_whole)
{
	static char text[65536];
	size_t at = 7;

	memcpy(text, "<Event>", 7);
	while (at + 8 < sizeof(text)) {
		at += (size_t)sprintf(text + at, "<a%zu ", at % 99991);
	}
	for (int i = 0; i < 20; i++) {
		cr_expect_neq(
		    desk_read_bytes(text, sizeof(text)), ENDPOINT_EVENT);
		memset(text + 7, '<', i);
	}
	memset(text + 7, 'x', sizeof(text) - 7);
	cr_expect_neq(desk_read_bytes(text, sizeof(text)), ENDPOINT_EVENT);
	cr_expect_eq(desk_read("<Event>" SYSTEM "<EventData>" DATA(
	                 "ProcessId", "7520") "</EventData></Event>"),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
}

Test(event_xml, of_the_greatest_size_is_read_to_its_end)
{
	static char text[65536];
	const char *end = DATA("ProcessId", "7520") "</EventData></Event>";
	size_t at = (size_t)sprintf(
	    text, "<Event>" SYSTEM "<EventData><Data Name='CommandLine'>");
	size_t pad = sizeof(text) - at - strlen("</Data>") - strlen(end);

	memset(text + at, 'x', pad);
	memcpy(text + at + pad, "</Data>", 7);
	memcpy(text + at + pad + 7, end, strlen(end));
	cr_assert_eq(desk_read_bytes(text, sizeof(text)), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 7520);
	cr_expect_eq(strlen(desk_text(ENDPOINT_COMMAND_LINE)),
	    ENDPOINT_COMMAND_SIZE - 1);
	cr_expect_neq(desk_event.flags & ENDPOINT_TEXT_CUT, 0);
}
