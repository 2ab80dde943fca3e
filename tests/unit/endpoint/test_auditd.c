#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

#include "unit/endpoint/desk.h"

TestSuite(auditd, .init = desk_begin, .fini = desk_end);

#define HEAD                  "<14>Oct 22 08:29:53 web audisp-syslog: "
#define AT(n)                 " msg=audit(1603355393.295:" n "): "
#define RECORD(type, n, text) HEAD "type=" type AT(n) text

#define CALL(n, number, exit)                                                \
	RECORD("SYSCALL", n,                                                 \
	    "arch=c000003e syscall=" number " success=" exit                 \
	    " a0=6 a1=7ffed2893080 items=0 ppid=12041 pid=13393 auid=1000 "  \
	    "uid=1000 gid=1001 ses=802 comm=\"nmap\" exe=\"/usr/bin/nmap\" " \
	    "key=(null)")
#define CONNECT(n) CALL(n, "42", "no exit=-115")
#define EXECVE(n)  CALL(n, "59", "yes exit=0")
#define ADDRESS(n) \
	RECORD("SOCKADDR", n, "saddr=02000050A9FEA9FE0000000000000000")
#define TITLE(n) RECORD("PROCTITLE", n, "proctitle=6E6D6170002D6E003130")
#define END(n)   RECORD("EOE", n, "")

static void
expect_connect(void)
{
	cr_expect_eq(desk_event.kind, ENDPOINT_CONNECTION);
	cr_expect_eq(desk_event.source, ENDPOINT_AUDITD);
	cr_expect_eq(desk_event.pid, 13393);
	cr_expect_eq(desk_event.parent_pid, 12041);
	cr_expect_eq(desk_event.logon_id, 802);
	cr_expect_eq(desk_event.target_port, 80);
	cr_expect_neq(desk_event.flags & ENDPOINT_HAS_REMOTE, 0);
	cr_expect_eq(desk_event.time_ns, 1603355393295ull * NS_PER_MS);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "/usr/bin/nmap");
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "1000");
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "web");
}

Test(auditd, a_connect_that_is_under_way_is_a_connection)
{
	cr_expect_eq(desk_read(CONNECT("58")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(ADDRESS("58")), ENDPOINT_INCOMPLETE);
	cr_assert_eq(desk_read(TITLE("58")), ENDPOINT_EVENT);
	expect_connect();
	cr_expect_str_eq(desk_text(ENDPOINT_COMMAND_LINE), "nmap -n 10");
	cr_expect_eq(desk_read(END("58")), ENDPOINT_NOT_WANTED);
}

Test(auditd, records_come_in_any_order)
{
	cr_expect_eq(desk_read(ADDRESS("58")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(END("58")), ENDPOINT_INCOMPLETE);
	cr_assert_eq(desk_read(CONNECT("58")), ENDPOINT_EVENT);
	expect_connect();
}

Test(auditd, an_event_without_an_end_is_given_when_the_next_has_begun)
{
	cr_expect_eq(desk_read(CONNECT("58")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(ADDRESS("58")), ENDPOINT_INCOMPLETE);
	cr_assert_eq(desk_read(EXECVE("59")), ENDPOINT_EVENT);
	expect_connect();
	cr_expect_eq(
	    desk_read(RECORD("EXECVE", "59", "argc=2 a0=\"nmap\" a1=\"-n\"")),
	    ENDPOINT_INCOMPLETE);
	cr_assert_eq(
	    desk_read(RECORD("CWD", "59", " cwd=\"/root\"")), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_PROCESS_START);
	cr_expect_str_eq(desk_text(ENDPOINT_COMMAND_LINE), "nmap -n");
	cr_expect_str_eq(desk_text(ENDPOINT_WORKING_FOLDER), "/root");
}

Test(auditd, events_of_two_hosts_are_kept_apart)
{
	cr_expect_eq(desk_read(CONNECT("58")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(
	    desk_read("<14>Oct 22 08:29:53 db audisp-syslog: type=SOCKADDR" AT(
	        "58") "saddr=0200005001020304000000000000000"),
	    ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(ADDRESS("58")), ENDPOINT_INCOMPLETE);
	cr_assert_eq(desk_read(END("58")), ENDPOINT_EVENT);
	expect_connect();
}

Test(auditd, the_node_names_the_host)
{
	cr_expect_eq(
	    desk_read("<14>Oct 22 08:29:53 relay audispd: node=web.example "
	              "type=SOCKADDR" AT(
	                  "58") "saddr=0A000016000000002001"
	                        "0DB800000000000000000000000100000000"),
	    ENDPOINT_INCOMPLETE);
	cr_expect_eq(
	    desk_read("<14>Oct 22 08:29:53 relay audispd: node=web.example "
	              "type=EOE" AT("58")),
	    ENDPOINT_INCOMPLETE);
	cr_assert_eq(
	    desk_read(
	        "<14>Oct 22 08:29:53 relay audispd: node=web.example "
	        "type=SYSCALL" AT(
	            "58") "arch=c00000b7 syscall=203 "
	                  "success=yes exit=0 a0=3 ppid=1 pid=7 uid=0 ses=4294967295 "
	                  "comm=\"x\" exe=2F746D702F6120622063 key=(null)\x1d"
	                  "ARCH=aarch64 SYSCALL=connect AUID=\"unset\" UID=\"root\""),
	    ENDPOINT_EVENT);
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "web.example");
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "/tmp/a b c");
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "root");
	cr_expect_eq(desk_event.target_port, 22);
	cr_expect_eq(desk_event.logon_id, 0, "that number means none");
}

Test(auditd, names_behind_a_group_separator_that_a_relay_escaped_are_read)
{
	cr_expect_eq(desk_read(ADDRESS("58")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(END("58")), ENDPOINT_INCOMPLETE);
	cr_assert_eq(
	    desk_read(RECORD("SYSCALL", "58",
	        "arch=c000003e syscall=42 success=yes exit=0 ppid=1 pid=7 "
	        "uid=1000 comm=\"x\" exe=\"/x\" key=(null)#035ARCH=x86_64 "
	        "SYSCALL=connect UID=\"anna\"")),
	    ENDPOINT_EVENT);
	cr_expect_str_eq(desk_text(ENDPOINT_USER), "anna");
}

Test(auditd, a_long_command_line_comes_in_parts)
{
	cr_expect_eq(desk_read(EXECVE("60")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(RECORD("EXECVE", "60",
	                 "argc=3 a0=\"sh\" a1_len=12 a1[0]=\"echo \"")),
	    ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(RECORD("EXECVE", "60", "a2=\"last\"")),
	    ENDPOINT_INCOMPLETE, "it overtook the one before it");
	cr_expect_eq(
	    desk_read(RECORD("EXECVE", "60", "a1[1]=616263 a1[2]=\"def\"")),
	    ENDPOINT_INCOMPLETE);
	cr_expect_eq(
	    desk_read(RECORD("EXECVE", "60", "a1[1]=616263 a1[2]=\"def\"")),
	    ENDPOINT_INCOMPLETE, "it came twice");
	cr_assert_eq(desk_read(END("60")), ENDPOINT_EVENT);
	cr_expect_str_eq(
	    desk_text(ENDPOINT_COMMAND_LINE), "sh echo abcdef last");
}

Test(auditd, an_execve_whose_arguments_are_lost_is_given_late)
{
	char message[512];

	cr_expect_eq(desk_read(EXECVE("60")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(END("60")), ENDPOINT_INCOMPLETE);
	(void)snprintf(message, sizeof(message), "%s", ADDRESS("61"));
	cr_expect_eq(desk_read(message), ENDPOINT_INCOMPLETE);
	(void)snprintf(message, sizeof(message), "%s", ADDRESS("76"));
	cr_assert_eq(desk_read(message), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_PROCESS_START);
	cr_expect_eq(desk_event.pid, 13393);
	cr_expect_neq(desk_event.flags & ENDPOINT_CUT, 0);
}

Test(auditd, a_connect_whose_address_is_lost_is_counted)
{
	cr_expect_eq(desk_read(CONNECT("58")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(ADDRESS("90")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_counters.value[COUNTER_ENDPOINT_AUDIT_LOST], 1);
}

Test(auditd, the_oldest_goes_when_there_is_no_room)
{
	char message[512];

	for (uint32_t i = 0; i <= CONFIG_ENDPOINT_AUDIT_EVENTS; i++) {
		(void)snprintf(message, sizeof(message),
		    "<14>Oct 22 08:29:53 host-%u audispd: type=SYSCALL" AT(
		        "58") "arch=c000003e syscall=42 pid=%u exe=\"/x\" ",
		    i, i);
		cr_expect_eq(desk_read(message), ENDPOINT_INCOMPLETE);
	}
	cr_expect_eq(desk_counters.value[COUNTER_ENDPOINT_AUDIT_LOST], 1);
}

Test(auditd, sockets_that_are_no_network_are_not_wanted)
{
	cr_expect_eq(desk_read(CONNECT("58")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(
	    desk_read(RECORD("SOCKADDR", "58",
	        "saddr=01002F7661722F72756E2F6E7363642F736F636B65740")),
	    ENDPOINT_NOT_WANTED);
	cr_expect_eq(desk_read(RECORD(
	                 "SOCKADDR", "59", "saddr=100000000000000000000000")),
	    ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(CONNECT("59")), ENDPOINT_NOT_WANTED);
	cr_expect_eq(desk_counters.value[COUNTER_ENDPOINT_AUDIT_LOST], 0);
}

Test(auditd, other_calls_and_records_are_not_wanted)
{
	cr_expect_eq(
	    desk_read(CALL("58", "2", "yes exit=3")), ENDPOINT_NOT_WANTED);
	cr_expect_eq(
	    desk_read(RECORD("CWD", "58", "cwd=\"/\"")), ENDPOINT_NOT_WANTED);
	cr_expect_eq(
	    desk_read(RECORD("USER_LOGIN", "58", "pid=1 msg='op=login'")),
	    ENDPOINT_NOT_WANTED);
}

Test(auditd, the_end_of_a_process_needs_no_more_than_its_call)
{
	cr_assert_eq(
	    desk_read(CALL("58", "231", "yes exit=0")), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_PROCESS_END);
	cr_expect_eq(desk_event.pid, 13393);
}

Test(auditd, a_bind_has_the_local_end)
{
	cr_expect_eq(
	    desk_read(CALL("58", "49", "yes exit=0")), ENDPOINT_INCOMPLETE);
	cr_expect_eq(desk_read(ADDRESS("58")), ENDPOINT_INCOMPLETE);
	cr_assert_eq(desk_read(END("58")), ENDPOINT_EVENT);
	cr_expect_eq(desk_event.kind, ENDPOINT_BIND);
	cr_expect_eq(desk_event.source_port, 80);
}

Test(auditd, records_that_are_none_are_malformed)
{
	cr_expect_eq(desk_read(HEAD "type=SYSCALL msg=audit(1603355393.295"),
	    ENDPOINT_MALFORMED);
	cr_expect_eq(desk_read(HEAD "type=SYSCALL msg=audit(x:y): pid=1"),
	    ENDPOINT_MALFORMED);
}

Test(auditd, of_the_azure_plugin_has_all_in_one_message)
{
	cr_assert_eq(
	    desk_read("<14>May 11 18:10:21 web auoms: type=AUOMS_EXECVE "
	              "audit(1652292621.986:84138): SchemaVersion=\"1\" "
	              "node=web-1 arch=x86_64 syscall=execve syscall_r=59 "
	              "success=yes exit=0 ppid=1340 pid=17790 user=tomcat "
	              "uid=1001 ses=\"-1\" comm=\"bash\" exe=\"/bin/bash\" "
	              "cwd=\"/\" argc=3 cmdline=\"bash -c \"{echo,x} pid=4 "
	              "exe=/y\"\" redactors= containerid="),
	    ENDPOINT_EVENT);
	cr_expect_eq(desk_event.pid, 17790);
	cr_expect_eq(desk_event.parent_pid, 1340);
	cr_expect_str_eq(desk_text(ENDPOINT_IMAGE), "/bin/bash");
	cr_expect_str_eq(desk_text(ENDPOINT_COMMAND_LINE),
	    "bash -c \"{echo,x} pid=4 exe=/y\"");
	cr_expect_str_eq(desk_text(ENDPOINT_HOST), "web-1");
}

Test(auditd, of_the_azure_plugin_that_failed_to_start_is_not_wanted)
{
	cr_expect_eq(
	    desk_read("<14>May 11 18:10:21 web auoms: type=AUOMS_EXECVE "
	              "audit(1652292621.986:84138): node=web-1 syscall=execve "
	              "success=no exit=-2 pid=17790 exe=\"/bin/bash\" "
	              "proctitle=/usr/bin/java -Dx redactors="),
	    ENDPOINT_NOT_WANTED);
}

Test(auditd, of_the_azure_plugin_connects_to_an_address_in_words_or_digits)
{
	static const char *const addresses[] = {
		"saddr=\"inet host:169.254.169.254 serv:80\"",
		"saddr_r=02000050A9FEA9FE0000000000000000",
	};
	char message[512];

	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		(void)snprintf(message, sizeof(message),
		    "<14>May 11 18:10:21 web auoms: type=AUOMS_SYSCALL "
		    "audit(1652292621.986:84138): node=web-1 syscall=connect "
		    "success=no exit=-115 pid=17790 exe=\"/bin/nc\" %s",
		    addresses[i]);
		cr_assert_eq(desk_read(message), ENDPOINT_EVENT);
		cr_expect_eq(desk_event.kind, ENDPOINT_CONNECTION);
		cr_expect_eq(desk_event.target_port, 80);
	}
}
