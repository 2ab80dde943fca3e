/*
 * The vectors are the reference data of the specification, seed 0
 * (github.com/corelight/community-id-spec, baseline).
 */
#include <criterion/criterion.h>

#include "alert/community_id.h"
#include "support/finding_builder.h"

struct vector {
	const char *what;
	uint8_t protocol;
	const char *source;
	const char *target;
	uint16_t source_port;
	uint16_t target_port;
	const char *id;
};

static const struct vector vectors[] = {
	{ "TCP", 6, "128.232.110.120", "66.35.250.204", 34855, 80,
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "TCP, the other way", 6, "66.35.250.204", "128.232.110.120", 80,
	    34855, "1:LQU9qZlK+B5F3KDmev6m5PMibrg=" },
	{ "TCP over IPv6", 6, "2001:470:e5bf:dead:4957:2174:e82c:4887",
	    "2607:f8b0:400c:c03::1a", 63943, 25,
	    "1:/qFaeAR+gFe1KYjMzVDsMv+wgU4=" },
	{ "UDP", 17, "192.168.1.52", "8.8.8.8", 54585, 53,
	    "1:d/FP5EW3wiY1vCndhwleRRKHowQ=" },
	{ "SCTP, equal ports", 132, "192.168.170.8", "192.168.170.56", 7, 7,
	    "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ "SCTP, the other way", 132, "192.168.170.56", "192.168.170.8", 7, 7,
	    "1:MP2EtRCAUIZvTw6MxJHLV7N7JDs=" },
	{ "ICMP echo", 1, "192.168.0.89", "192.168.0.1", 8, 0,
	    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "ICMP echo reply", 1, "192.168.0.1", "192.168.0.89", 0, 8,
	    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=" },
	{ "ICMPv6 echo", 58, "3ffe:507:0:1:200:86ff:fe05:80da",
	    "3ffe:501:0:1001::2", 128, 129, "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=" },
	{ "ICMPv6 neighbour solicitation", 58, "fe80::260:97ff:fe07:69ea",
	    "fe80::200:86ff:fe05:80da", 135, 136,
	    "1:zavyT/cezQr1fmImYCwYnMXbgck=" },
};

Test(community_id, is_what_the_specification_gives)
{
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *vector = &vectors[i];
		const struct community_id_flow flow = {
			.source = address_of(vector->source),
			.target = address_of(vector->target),
			.source_port = vector->source_port,
			.target_port = vector->target_port,
			.protocol = vector->protocol,
			.has_ports = true,
		};
		char text[COMMUNITY_ID_SIZE];

		community_id_format(&flow, text);
		cr_expect_str_eq(text, vector->id, "%s", vector->what);
	}
}

Test(community_id, of_a_protocol_without_ports_has_none)
{
	const struct community_id_flow flow = {
		.source = address_of("10.1.12.1"),
		.target = address_of("10.1.12.2"),
		.protocol = 46,
	};
	char text[COMMUNITY_ID_SIZE];

	community_id_format(&flow, text);
	cr_expect_str_eq(text, "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=");
}

/* The identifier of a probe. */
static const char *
id_of(enum probe_technique technique, uint8_t protocol, const char *source,
    const char *target, uint16_t source_port, uint16_t target_port)
{
	static char text[COMMUNITY_ID_SIZE];
	struct finding_sample sample = {
		.source = address_of(source),
		.target = address_of(target),
		.source_port = source_port,
		.target_port = target_port,
		.protocol = protocol,
		.technique = (uint8_t)technique,
	};
	struct community_id_flow flow;

	if (!community_id_flow_of(&sample, &flow)) {
		return "none";
	}
	community_id_format(&flow, text);
	return text;
}

Test(community_id, of_a_probe_has_types_in_place_of_an_icmp_identifier)
{
	cr_expect_str_eq(
	    id_of(PROBE_ICMP_ECHO, 1, "192.168.0.89", "192.168.0.1", 4711, 0),
	    "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
	cr_expect_str_eq(
	    id_of(PROBE_ICMP6_ECHO, 58, "3ffe:507:0:1:200:86ff:fe05:80da",
	        "3ffe:501:0:1001::2", 4711, 0),
	    "1:+TW+HtLHvV1xnGhV1lv7XoJrqQg=");
	cr_expect_str_eq(id_of(PROBE_TCP_SYN, 6, "128.232.110.120",
	                     "66.35.250.204", 34855, 80),
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
	cr_expect_str_eq(
	    id_of(PROBE_IP_PROTOCOL, 46, "10.1.12.1", "10.1.12.2", 0, 46),
	    "1:KHlLkgoJW7ifUTyTSgyVfkFHzKw=");
}

Test(community_id, of_a_solicitation_is_that_of_the_group_it_is_sent_to)
{
	const struct community_id_flow flow = {
		.source = address_of("fe80::1"),
		.target = address_of("ff02::1:ff05:80da"),
		.source_port = 135,
		.target_port = 136,
		.protocol = 58,
		.has_ports = true,
	};
	char text[COMMUNITY_ID_SIZE];

	community_id_format(&flow, text);
	cr_expect_str_eq(
	    id_of(PROBE_ND, 58, "fe80::1", "fe80::200:86ff:fe05:80da", 0, 0),
	    text);
}

Test(community_id, does_not_exist_for_arp)
{
	cr_expect_str_eq(
	    id_of(PROBE_ARP, IP_PROTOCOL_ARP_KEY, "10.0.0.1", "10.0.0.2", 0, 0),
	    "none");
}
