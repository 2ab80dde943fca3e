#include <criterion/criterion.h>

#include "alert/service.h"
#include "support/finding_builder.h"

static struct finding finding;
static char text[1024];
static struct strbuf buffer;

static void
set_up(void)
{
	finding_for_tests(&finding);
	finding.service_range_count = 0;
	strbuf_init(&buffer, text, sizeof(text));
}

static void
add_range(uint8_t protocol, uint16_t first, uint16_t last)
{
	struct finding_service_range *range =
	    &finding.service_ranges[finding.service_range_count++];

	*range = (struct finding_service_range){ protocol, first, last };
}

static const char *
ranges(void)
{
	strbuf_init(&buffer, text, sizeof(text));
	service_add_ranges(&finding, FINDING_SERVICE_RANGES, ",", &buffer);
	return text;
}

TestSuite(service, .init = set_up);

Test(service, ranges_of_one_protocol_are_bare_numbers)
{
	cr_expect_str_eq(ranges(), "");
	add_range(IP_PROTOCOL_TCP, 22, 22);
	add_range(IP_PROTOCOL_TCP, 80, 80);
	add_range(IP_PROTOCOL_TCP, 8000, 8100);
	cr_expect_str_eq(ranges(), "22,80,8000-8100");
}

Test(service, ranges_of_several_protocols_each_say_theirs)
{
	add_range(IP_PROTOCOL_TCP, 53, 53);
	add_range(IP_PROTOCOL_UDP, 53, 54);
	add_range(IP_PROTOCOL_ICMP, 0, 0);
	cr_expect_str_eq(ranges(), "tcp/53,udp/53-54,icmp");
}

Test(service, that_is_a_protocol_is_named_unless_protocols_are_scanned)
{
	add_range(0, IP_PROTOCOL_ICMP, IP_PROTOCOL_ICMP);
	cr_expect_str_eq(ranges(), "icmp");
	finding.techniques = 1u << PROBE_IP_PROTOCOL;
	finding.service_ranges[0].first = 0;
	finding.service_ranges[0].last = 255;
	cr_expect_str_eq(ranges(), "0-255");
	add_range(IP_PROTOCOL_TCP, 80, 80);
	cr_expect_str_eq(ranges(), "ip/0-255,tcp/80");
}

Test(service, names_are_what_was_heard_before_what_is_usual)
{
	char names[SERVICE_NAMES][SERVICE_LABEL_SIZE];

	add_range(IP_PROTOCOL_TCP, 22, 25);
	add_range(IP_PROTOCOL_TCP, 4444, 4444);
	add_range(IP_PROTOCOL_TCP, 9999, 9999);
	finding.service_name_count = 2;
	finding.service_names[0] =
	    (struct finding_service_name){ IP_PROTOCOL_TCP, 25, "HTTP" };
	finding.service_names[1] =
	    (struct finding_service_name){ IP_PROTOCOL_TCP, 4444, "TLS" };
	cr_expect_eq(service_names(&finding, names), 4);
	cr_expect_str_eq(names[0], "tcp/22 SSH");
	cr_expect_str_eq(names[1], "tcp/23 Telnet");
	cr_expect_str_eq(names[2], "tcp/25 HTTP");
	cr_expect_str_eq(names[3], "tcp/4444 TLS");
}

Test(service, names_stop_when_the_list_is_full)
{
	char names[SERVICE_NAMES][SERVICE_LABEL_SIZE];

	add_range(IP_PROTOCOL_TCP, 1, 65535);
	add_range(0, 0, 255);
	cr_expect_eq(service_names(&finding, names), SERVICE_NAMES);
	cr_expect_str_eq(names[0], "tcp/21 FTP");
	cr_expect_str_eq(names[SERVICE_NAMES - 1], "tcp/443 HTTPS");
}

Test(service, usual_names_are_known_by_protocol_and_port)
{
	cr_expect_str_eq(service_usual_name(IP_PROTOCOL_TCP, 445), "SMB");
	cr_expect_str_eq(service_usual_name(IP_PROTOCOL_UDP, 161), "SNMP");
	cr_expect_null(service_usual_name(IP_PROTOCOL_TCP, 161));
	cr_expect_null(service_usual_name(IP_PROTOCOL_UDP, 445));
}

Test(service, target_ranges_beyond_the_limit_are_left_out)
{
	finding.target_range_count = 2;
	finding.target_ranges[1].first = address_of("fd00::1");
	finding.target_ranges[1].last = address_of("fd00::1");
	target_add_ranges(&finding, 2, ",", &buffer);
	cr_expect_str_eq(text, "10.20.2.0-10.20.2.63,fd00::1");
	strbuf_init(&buffer, text, sizeof(text));
	target_add_ranges(&finding, 1, ",", &buffer);
	cr_expect_str_eq(text, "10.20.2.0-10.20.2.63");
}
