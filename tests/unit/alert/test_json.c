#include <criterion/criterion.h>

#include <stdlib.h>

#include "alert/alert_json.h"
#include "support/finding_builder.h"

static struct policy policy;
static struct finding finding;
static struct alert alert;
static char line[ALERT_JSON_SIZE];

static void
set_up(void)
{
	policy_for_tests(&policy);
	finding_for_tests(&finding);
}

static const char *
json_of(const struct finding *of)
{
	size_t length;

	alert_make(&alert, of, &policy);
	length = alert_json_line(&alert, line, sizeof(line));
	cr_assert_gt(length, 0);
	cr_assert_eq(line[length - 1], '\n');
	line[length - 1] = '\0';
	cr_assert_null(strchr(line, '\n'));
	return line;
}

/* A member of the alert as a text: JSON of whatever it is. */
static const char *
member_of(const struct finding *of, const char *name)
{
	static char text[ALERT_JSON_SIZE];
	json_t *object = json_loads(json_of(of), 0, NULL);
	json_t *value = json_object_get(object, name);
	size_t length;

	cr_assert_not_null(object);
	cr_assert_not_null(value, "%s is there", name);
	length = json_dumpb(value, text, sizeof(text) - 1,
	    JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(6));
	text[length] = '\0';
	json_decref(object);
	return text;
}

TestSuite(json, .init = set_up);

Test(json, of_a_sweep_is_this_line)
{
	finding_add_sample(
	    &finding, PROBE_ICMP_ECHO, IP_PROTOCOL_ICMP, "10.20.2.7", 0);
	cr_expect_str_eq(json_of(&finding),
	    "{\"schema\":\"spanwatch.alert/1\","
	    "\"id\":\"01M8654X4VZEY6NP31ECQY0DFR\",\"revision\":1,"
	    "\"status\":\"open\",\"active\":true,"
	    "\"kinds\":[\"host_sweep\",\"sequential_ip\"],"
	    "\"techniques\":[\"icmp_echo\"],\"order\":\"ascending\","
	    "\"severity\":\"high\",\"score\":60,"
	    "\"first_seen\":\"2026-11-24T06:51:00.123456Z\","
	    "\"last_seen\":\"2026-11-24T06:51:12.123456Z\","
	    "\"raised_at\":\"2026-11-24T06:51:02.123456Z\","
	    "\"probes_at_raise\":9,"
	    "\"source\":{\"ip\":\"10.20.1.69\",\"mac\":null,\"vlan\":null,"
	    "\"segment\":\"ws\",\"host\":null,\"names\":[]},"
	    "\"apparent_sources\":[],"
	    "\"targets\":{\"count\":64,\"ranges\":\"10.20.2.0-10.20.2.63\","
	    "\"segments\":[\"servers\"],\"sample\":[\"10.20.2.7\"],"
	    "\"exact\":true,\"ranges_complete\":true},"
	    "\"services\":{\"count\":1,\"ranges\":\"icmp\","
	    "\"names\":[\"icmp\"],\"exact\":true,\"ranges_complete\":true},"
	    "\"probes\":{\"count\":64,\"answered\":5,\"refused\":0,"
	    "\"filtered\":0,\"silent\":59},"
	    "\"reasons\":[{\"text\":\"63 of 63 new targets followed the one "
	    "before in address order\",\"weight\":13.82}],"
	    "\"process\":null,\"other_processes\":[],\"authorised\":null,"
	    "\"attack\":{\"analytic\":\"AN1057\",\"techniques\":[\"T1018\"]},"
	    "\"visibility\":{\"dropped_packets\":0,\"one_way\":false,"
	    "\"truncated_evidence\":false},"
	    "\"community_ids\":[\"1:yZUce1SxdRvgg5KsmR9YFQlytgg=\"],"
	    "\"sensor\":\"span-01\","
	    "\"summary\":\"10.20.1.69 swept 64 addresses of servers by ICMP "
	    "echo, in address order; 5 answered\","
	    "\"revised_at\":\"2026-11-24T06:51:12.123456Z\","
	    "\"changes\":[],\"process_notes\":[],"
	    "\"containment\":null,\"acts\":[],\"next_steps\":[\"Find "
	    "the process: no log names it, so look on the source "
	    "itself at what holds connections to the targets, and see "
	    "why its logs do not arrive here.\",\"Ask what comes next: "
	    "who knows which hosts are there will ask for their "
	    "services; watch the targets that answered.\",\"Go through "
	    "the logs of the targets that answered, from the first "
	    "probe on, for signings-in and new processes of the "
	    "source.\",\"It goes on: decide now whether the source is "
	    "to be isolated, and write the decision "
	    "here.\"],\"scope\":{\"answered\":[],\"complete\":false},"
	    "\"nearest_entry\":null,"
	    "\"score_reasons\":["
	    "{\"text\":\"many addresses, to see who is there\",\"points\":25},"
	    "{\"text\":\"64 targets or more\",\"points\":10},"
	    "{\"text\":\"it was answered\",\"points\":5},"
	    "{\"text\":\"it left its own segment\",\"points\":10},"
	    "{\"text\":\"a segment of high criticality was touched\","
	    "\"points\":10}],"
	    "\"samples\":[{\"time\":\"2026-11-24T06:51:00.123456Z\","
	    "\"source\":\"10.20.1.69\",\"source_port\":40000,"
	    "\"target\":\"10.20.2.7\",\"service\":\"icmp\","
	    "\"technique\":\"icmp_echo\",\"outcome\":\"silent\"}]}");
}

Test(json, of_a_source_known_by_its_mac_has_a_null_address)
{
	finding.has_address = false;
	finding.has_mac = true;
	finding.vlan = 20;
	mac_address_parse("02:42:AC:11:00:0A", &finding.source_mac);
	finding.source_segment = POLICY_NO_SEGMENT;
	cr_expect_str_eq(member_of(&finding, "source"),
	    "{\"ip\":null,\"mac\":\"02:42:ac:11:00:0a\",\"vlan\":20,"
	    "\"segment\":null,\"host\":null,\"names\":[]}");
	/* Where it is from is not known, so it is not from outside. */
	cr_expect_str_eq(member_of(&finding, "attack"),
	    "{\"analytic\":\"AN1057\",\"techniques\":[\"T1018\"]}");
}

Test(json, has_null_for_an_order_that_is_not_known)
{
	finding.order = FINDING_ORDER_UNKNOWN;
	cr_expect_str_eq(member_of(&finding, "order"), "null");
}

Test(json, writes_addresses_as_rfc_5952_has_them)
{
	static const struct {
		const char *in;
		const char *out;
	} cases[] = {
		{ "2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1" },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1" },
		{ "2001:db8:0:0:0:0:2:1", "2001:db8::2:1" },
		{ "0:0:0:0:0:0:0:0", "::" },
		{ "fd20:0:0:2::", "fd20:0:0:2::" },
		{ "::ffff:10.1.2.3", "10.1.2.3" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char expected[64];

		finding.apparent_count = 1;
		finding.apparent[0] = address_of(cases[i].in);
		(void)snprintf(
		    expected, sizeof(expected), "[\"%s\"]", cases[i].out);
		cr_expect_str_eq(
		    member_of(&finding, "apparent_sources"), expected);
	}
}

Test(json, escapes_whatever_a_segment_is_called)
{
	static const struct {
		const char *name;
		const char *segment;
	} cases[] = {
		{ "a \"b\" \\ c", "a \\\"b\\\" \\\\ c" },
		{ "Büro 3. Stock €", "Büro 3. Stock €" },
		{ "line\nbreak\tand \x1b[31m",
		    "line\\nbreak\\tand \\u001B[31m" },
		{ "\xff\xfe", "\xef\xbf\xbd\xef\xbf\xbd" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		char expected[256];

		(void)snprintf(policy.segments[0].name, POLICY_NAME_SIZE, "%s",
		    cases[i].name);
		(void)snprintf(expected, sizeof(expected),
		    "\"segments\":[\"%s\"]", cases[i].segment);
		cr_expect_not_null(
		    strstr(json_of(&finding), expected), "%s", line);
		member_of(&finding, "summary"); /* A reader takes it. */
	}
}

Test(json, lists_techniques_in_the_order_of_the_contract)
{
	finding.techniques = (1u << PROBE_TECHNIQUE_COUNT) - 1;
	finding.window = true;
	finding.fragmented = true;
	cr_expect_str_eq(member_of(&finding, "techniques"),
	    "[\"tcp_syn\",\"tcp_connect\",\"tcp_fin\",\"tcp_null\","
	    "\"tcp_xmas\",\"tcp_maimon\",\"tcp_ack\",\"tcp_window\","
	    "\"tcp_other\",\"udp\",\"icmp_echo\",\"icmp_timestamp\","
	    "\"icmp_address_mask\",\"icmp6_echo\",\"arp\",\"nd\","
	    "\"sctp_init\",\"ip_protocol\",\"fragmented\"]");
}

Test(json, names_the_techniques_of_attack_once_each)
{
	finding.techniques = 1u << PROBE_TCP_SYN;
	finding.kinds[0] = FINDING_SERVICE_PROBE;
	finding.source_segment = POLICY_NO_SEGMENT;
	cr_expect_str_eq(member_of(&finding, "attack"),
	    "{\"analytic\":\"AN1057\",\"techniques\":[\"T1046\","
	    "\"T1595\",\"T1595.001\"]}");
	finding.kinds[1] = FINDING_HOST_SWEEP;
	cr_expect_str_eq(member_of(&finding, "attack"),
	    "{\"analytic\":\"AN1057\","
	    "\"techniques\":[\"T1046\",\"T1018\",\"T1595\","
	    "\"T1595.001\"]}");
	/* A TCP sweep that only wants to know who is there. */
	finding.kind_count = 1;
	finding.kinds[0] = FINDING_HOST_SWEEP;
	finding.source_segment = 1;
	cr_expect_str_eq(member_of(&finding, "attack"),
	    "{\"analytic\":\"AN1057\",\"techniques\":[\"T1018\"]}");
}

Test(json, gives_each_conversation_one_community_id_and_arp_none)
{
	finding_add_sample(&finding, PROBE_TCP_SYN, 6, "10.20.2.7", 80);
	finding_add_sample(&finding, PROBE_TCP_SYN, 6, "10.20.2.7", 80);
	finding_add_sample(
	    &finding, PROBE_ARP, IP_PROTOCOL_ARP_KEY, "10.20.1.7", 0);
	finding_add_sample(&finding, PROBE_TCP_SYN, 6, "10.20.2.8", 80);
	cr_expect_str_eq(member_of(&finding, "community_ids"),
	    "[\"1:4bK6PuYTFjLZax5oKrdkQicW/c8=\","
	    "\"1:d6pJm5m57643JkIk4RsdrbwWr4c=\"]");
}

Test(json, says_which_counts_are_estimates)
{
	finding.counts_estimated = true;
	finding.ranges_cut = true;
	cr_expect_str_eq(member_of(&finding, "targets"),
	    "{\"count\":64,\"ranges\":\"10.20.2.0-10.20.2.63\","
	    "\"segments\":[\"servers\"],\"sample\":[],\"exact\":false,"
	    "\"ranges_complete\":false}");
	cr_expect_not_null(strstr(member_of(&finding, "summary"), "≈"));
}

Test(json, looks_segments_up_anew_when_the_policy_has_changed)
{
	policy_prepare(&policy);
	finding.policy_version = 0;
	finding.source_segment = 3;
	finding.segments[0] = 2;
	cr_expect_not_null(
	    strstr(member_of(&finding, "source"), "\"segment\":\"ws\""));
	cr_expect_not_null(strstr(
	    member_of(&finding, "targets"), "\"segments\":[\"servers\"]"));
}

Test(json, survives_a_weight_that_is_no_number)
{
	finding.reasons[0].weight = 0.0f / 0.0f;
	cr_expect_not_null(
	    strstr(member_of(&finding, "reasons"), "\"weight\":0.0"));
}

/* The largest alert there is: every list full, every text as long as can be. */
static void
fill(void)
{
	struct ip_address address =
	    address_of("2001:1db8:1001:1001:1001:1001:1001:1001");

	finding.kind_count = FINDING_KIND_COUNT;
	for (uint8_t i = 0; i < FINDING_KIND_COUNT; i++) {
		finding.kinds[i] = i;
	}
	finding.techniques = (1u << PROBE_TECHNIQUE_COUNT) - 1;
	finding.target_range_count = FINDING_TARGET_RANGES;
	for (uint32_t i = 0; i < FINDING_TARGET_RANGES; i++) {
		finding.target_ranges[i].first = address;
		address.byte[15]++;
		finding.target_ranges[i].last = address;
	}
	finding.service_range_count = FINDING_SERVICE_RANGES;
	for (uint32_t i = 0; i < FINDING_SERVICE_RANGES; i++) {
		finding.service_ranges[i].protocol = i % 2 ? 6 : 132;
		finding.service_ranges[i].first = 60000;
		finding.service_ranges[i].last = 65535;
	}
	policy.segment_count = FINDING_SEGMENTS;
	finding.segment_count = FINDING_SEGMENTS;
	for (uint16_t i = 0; i < FINDING_SEGMENTS; i++) {
		memset(policy.segments[i].name, 0x01, POLICY_NAME_SIZE - 1);
		finding.segments[i] = i;
	}
	for (uint32_t i = 0; i < FINDING_SAMPLES; i++) {
		finding_add_sample(&finding, PROBE_ICMP_ADDRESS_MASK, 132,
		    "2001:1db8:1001:1001:1001:1001:1001:1001",
		    (uint16_t)(60000 + i));
		finding.samples[i].source = address;
	}
	finding.apparent_count = FINDING_APPARENT;
	for (uint32_t i = 0; i < FINDING_APPARENT; i++) {
		finding.apparent[i] = address;
	}
	finding.reason_count = FINDING_REASONS;
	for (uint32_t i = 0; i < FINDING_REASONS; i++) {
		finding.reasons[i].code = FINDING_REASON_STEALTH;
		for (uint32_t j = 0; j < FINDING_FIGURES; j++) {
			finding.reasons[i].figure[j] = INT64_MAX;
		}
	}
	finding.service_name_count = FINDING_SERVICE_NAMES;
	for (uint16_t i = 0; i < FINDING_SERVICE_NAMES; i++) {
		finding.service_names[i].protocol = 132;
		finding.service_names[i].port = (uint16_t)(60000 + i);
		memset(
		    finding.service_names[i].name, 0x01, FINDING_NAME_SIZE - 1);
	}
}

Test(json, of_the_largest_alert_fits_a_line)
{
	json_t *object;

	fill();
	object = json_loads(json_of(&finding), 0, NULL);
	cr_assert_not_null(object);
	cr_expect_lt(strlen(line), ALERT_JSON_SIZE - 1024, "%zu", strlen(line));
	cr_expect_str_eq(
	    strrchr(json_string_value(json_object_get(
	                json_object_get(object, "targets"), "ranges")),
	        ','),
	    ",2001:1db8:1001:1001:1001:1001:1001:1080-2001:1db8:1001:1001:"
	    "1001:1001:1001:1081");
	cr_expect_str_eq(
	    strrchr(json_string_value(json_object_get(
	                json_object_get(object, "services"), "ranges")),
	        ','),
	    ",tcp/60000-65535");
	json_decref(object);
}

Test(json, that_does_not_fit_is_told_and_not_cut)
{
	char small[1000];

	alert_make(&alert, &finding, &policy);
	cr_expect_eq(alert_json_line(&alert, small, sizeof(small)), 0);
}

/* How many allocations succeed from now on. */
static int allocations_left;

static void *
allocate_few(size_t size)
{
	return allocations_left-- > 0 ? malloc(size) : NULL;
}

/* Wherever memory runs out, there is no line; a leak would be reported by the
 * sanitizer. */
Test(json, without_memory_is_no_line)
{
	int needed = 0;

	finding_add_sample(&finding, PROBE_TCP_SYN, 6, "10.20.2.7", 80);
	alert_make(&alert, &finding, &policy);
	json_set_alloc_funcs(allocate_few, free);
	do {
		allocations_left = needed++;
	} while (
	    alert_json_line(&alert, line, sizeof(line)) == 0 && needed < 10000);
	cr_expect_gt(needed, 100);
	cr_expect_lt(needed, 10000);
}
