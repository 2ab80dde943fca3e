#include <criterion/criterion.h>

#include <stdio.h>

#include "alert/alert_text.h"
#include "alert/summary.h"
#include "support/finding_builder.h"

static struct policy policy;
static struct finding finding;
static struct alert alert;
static char text[ALERT_TEXT_SIZE];
static struct strbuf buffer;

static void
set_up(void)
{
	policy_for_tests(&policy);
	finding_for_tests(&finding);
}

static const char *
summary_of(const struct finding *of)
{
	alert_make(&alert, of, &policy);
	strbuf_init(&buffer, text, sizeof(text));
	summary_add(&alert, &buffer);
	return text;
}

static const char *
reason_of(enum finding_reason_code code, int64_t a, int64_t b, int64_t c)
{
	finding.reasons[0] = (struct finding_reason){
		.code = (uint8_t)code,
		.figure = { a, b, c, 4, 3 },
	};
	strbuf_init(&buffer, text, sizeof(text));
	reason_add(&finding, &finding.reasons[0], &buffer);
	return text;
}

TestSuite(text, .init = set_up);

Test(text, of_a_sweep_is_this_block)
{
	alert_make(&alert, &finding, &policy);
	strbuf_init(&buffer, text, sizeof(text));
	alert_text_add(&alert, &buffer);
	cr_expect_not(buffer.cut);
	cr_expect_str_eq(text,
	    "10.20.1.69 swept 64 addresses of servers by ICMP echo, in "
	    "address order; 5 answered\n"
	    "  alert       01M8654X4VZEY6NP31ECQY0DFR, revision 1\n"
	    "  severity    high, score 60 of 100; open; goes on\n"
	    "  kind        host_sweep, sequential_ip; order ascending\n"
	    "  technique   icmp_echo\n"
	    "  time        2026-11-24T06:51:00.123456Z to "
	    "2026-11-24T06:51:12.123456Z (12 s)\n"
	    "  raised      2026-11-24T06:51:02.123456Z, after 9 probes\n"
	    "  source      10.20.1.69, segment ws\n"
	    "  targets     64 in servers: 10.20.2.0-10.20.2.63\n"
	    "  services    1: icmp (icmp)\n"
	    "  probes      64: 5 answered, 0 refused, 0 filtered, 59 silent\n"
	    "  because     63 of 63 new targets followed the one before in "
	    "address order (weight 13.8)\n"
	    "\n");
}

Test(text, marks_estimates_and_says_what_was_not_seen)
{
	finding.counts_estimated = true;
	finding.ranges_cut = true;
	finding.dropped_packets = 1234;
	finding.one_way = true;
	finding.truncated_evidence = true;
	alert_make(&alert, &finding, &policy);
	strbuf_init(&buffer, text, sizeof(text));
	alert_text_add(&alert, &buffer);
	cr_expect_not_null(strstr(text, "swept ≈\u00a064 addresses"));
	cr_expect_not_null(strstr(
	    text, "≈\u00a064 in servers: 10.20.2.0-10.20.2.63, and more"));
	cr_expect_not_null(
	    strstr(text, "1,234 packets were dropped meanwhile"));
	cr_expect_not_null(strstr(text, "one direction only"));
	cr_expect_not_null(strstr(text, "no room to keep all evidence"));
}

Test(text, summary_of_a_port_scan_names_the_host)
{
	finding.kinds[0] = FINDING_PORT_SCAN;
	finding.techniques = 1u << PROBE_TCP_SYN;
	finding.target_count = 1;
	finding.target_ranges[0].last = finding.target_ranges[0].first;
	finding.service_count = 1000;
	finding.answered = 0;
	cr_expect_str_eq(summary_of(&finding),
	    "10.20.1.69 tried 1,000 ports of 10.20.2.0 with half-open TCP "
	    "connections; none answered");
}

Test(text, summary_of_a_service_probe_names_the_services)
{
	finding.kinds[0] = FINDING_SERVICE_PROBE;
	finding.techniques = 1u << PROBE_TCP_CONNECT;
	finding.order = FINDING_ORDER_RANDOM;
	finding.service_count = 3;
	finding.service_range_count = 2;
	finding.service_ranges[0] =
	    (struct finding_service_range){ IP_PROTOCOL_TCP, 138, 139 };
	finding.service_ranges[1] =
	    (struct finding_service_range){ IP_PROTOCOL_TCP, 445, 445 };
	finding.segment_count = 2;
	finding.segments[1] = 2;
	cr_expect_str_eq(summary_of(&finding),
	    "10.20.1.69 looked for tcp/138, tcp/139 NetBIOS and tcp/445 SMB "
	    "on 64 hosts of servers and lobby with TCP connections, in random "
	    "order; 5 answered");
}

Test(text, summary_of_many_ways_counts_them)
{
	finding.kinds[0] = FINDING_BLOCK_SCAN;
	finding.techniques = 1u << PROBE_TCP_SYN | 1u << PROBE_UDP;
	finding.fragmented = true;
	finding.service_count = 5;
	finding.segment_count = 3;
	finding.segments[1] = 1;
	finding.segments[2] = 2;
	finding.order = FINDING_ORDER_MIXED;
	cr_expect_str_eq(summary_of(&finding),
	    "10.20.1.69 tried 5 ports on 64 hosts of 3 segments with "
	    "half-open TCP connections and by UDP in fragments; 5 answered");
	finding.techniques |= 1u << PROBE_TCP_ACK;
	finding.fragmented = false;
	cr_expect_str_eq(summary_of(&finding),
	    "10.20.1.69 tried 5 ports on 64 hosts of 3 segments in 3 ways; 5 "
	    "answered");
}

Test(text, summary_of_a_tcp_sweep_says_on_which_service)
{
	finding.kinds[0] = FINDING_SEQUENTIAL_IP;
	finding.order = FINDING_ORDER_DESCENDING;
	finding.techniques = 1u << PROBE_TCP_SYN;
	finding.service_ranges[0] =
	    (struct finding_service_range){ IP_PROTOCOL_TCP, 22, 22 };
	finding.segment_count = 0;
	cr_expect_str_eq(summary_of(&finding),
	    "10.20.1.69 went through 64 addresses with half-open TCP "
	    "connections to tcp/22 SSH, in descending address order; 5 "
	    "answered");
}

Test(text, summary_of_several_sources_counts_them)
{
	finding.kinds[0] = FINDING_DISTRIBUTED_SCAN;
	finding.has_address = false;
	finding.apparent_count = 12;
	finding.service_count = 80;
	finding.techniques = 1u << PROBE_TCP_SYN;
	finding.order = FINDING_ORDER_UNKNOWN;
	cr_expect_str_eq(summary_of(&finding),
	    "12 sources together tried 80 ports on 64 hosts of servers with "
	    "half-open TCP connections; 5 answered");
}

Test(text, reasons_have_their_figures_in_place)
{
	cr_expect_str_eq(reason_of(FINDING_REASON_UNPRODUCTIVE, 9, 10, 8),
	    "9 of 10 first contacts led to nothing: 8 refused, 4 "
	    "filtered, 3 unanswered");
	cr_expect_str_eq(reason_of(FINDING_REASON_FAN_OUT, 48, 125000, 0),
	    "48 different hosts were contacted on one port within 2 min 5 s");
	cr_expect_str_eq(reason_of(FINDING_REASON_RATE, -5, 0, 0),
	    "at the fastest 0 probes in ten seconds");
}

Test(text, reasons_know_one_from_many)
{
	cr_expect_str_eq(reason_of(FINDING_REASON_ARP, 1, 1, 0),
	    "1 address of the local network was asked for, 1 of them does not "
	    "answer");
	cr_expect_str_eq(reason_of(FINDING_REASON_ARP, 1200, 2, 0),
	    "1,200 addresses of the local network were asked for, 2 of them do "
	    "not answer");
	cr_expect_str_eq(reason_of(FINDING_REASON_ADDRESSES, 1, 1000, 0),
	    "1 address was probed in 1.0 s");
}

Test(text, reasons_mark_estimates)
{
	cr_expect_str_eq(reason_of(FINDING_REASON_LARGE, 300, 1, 60000),
	    "300 targets and 1 service were probed in 1 min 0 s");
	finding.counts_estimated = true;
	cr_expect_str_eq(reason_of(FINDING_REASON_LARGE, 300, 2, 60000),
	    "≈\u00a0300 targets and ≈\u00a02 services were probed in 1 min 0 s");
}

/* Whoever adds a reason with a broken brace learns it here. */
Test(text, every_reason_can_be_written)
{
	for (int code = 0; code < FINDING_REASON_COUNT; code++) {
		const char *sentence = reason_of(code, 1, 2, 3);

		cr_expect_gt(strlen(sentence), 10);
		cr_expect_null(strpbrk(sentence, "{}|"), "%s", sentence);
		cr_expect_not(buffer.cut);
	}
}

Test(text, of_names_that_would_steer_a_terminal_is_tame)
{
	(void)snprintf(
	    policy.segments[0].name, POLICY_NAME_SIZE, "%s", "a\x1b]0;b\x07");
	alert_make(&alert, &finding, &policy);
	strbuf_init(&buffer, text, sizeof(text));
	alert_text_add(&alert, &buffer);
	cr_expect_not_null(strstr(text, "a\ufffd]0;b\ufffd"));
	cr_expect_null(strpbrk(text, "\x1b\x07"));
}
