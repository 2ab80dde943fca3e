#include <criterion/criterion.h>
#include <errno.h>

#include "unit/config/config_reader.h"

/* Everything that can be wrong: the text, and a part of what is said. */
static const struct wrong {
	const char *text;
	const char *said;
} wrongs[] = {
	/* Syntax. */
	{ "sensr { }",
	    "c:1: there is no section \"sensr\"; did you mean "
	    "\"sensor\"?" },
	{ "nonsense { }",
	    "there is no section \"nonsense\"; there are sensor, "
	    "detection, capture" },
	{ "\nweb { listn = \"1\" }",
	    "c:2: there is no key \"listn\" in section web; did you mean "
	    "\"listen\"?" },
	{ "sensor {\n\n name \"x\" }", "c:3: key \"name\" is not followed" },
	{ "sensor = 3", "c:1: section \"sensor\" is not followed by \"{\"" },
	{ "sensor { name = {\"a\"} }", "c:1: \"{\" is not expected here" },
	{ "sensor { name += \"a\" }", "key \"name\" has one value" },
	{ "segment { }", "section \"segment\" has no name" },
	{ "segment \"a\" \"b\" { }", "section \"segment\" is not followed" },
	{ "}", "c:1: \"}\" closes nothing" },
	{ "\nsensor { name = \"a\"\n", "c:2: what begins here is not closed" },
	{ "sensor { name = ", "c:1: what begins here is not closed" },
	{ "sensor { name = }", "\"}\" is not expected here" },
	{ "\n\nsensor { name = \"a\n", "c:3: the text that begins here" },
	{ "sensor { name = 'a", "c:1: the text that begins here" },
	{ "\n/* a\n", "c:2: the comment that begins here" },
	{ "sensor { name = \"a\\777\" }", "escapes by number" },
	{ "sensor { name = \"\\x41\" }", "escapes by number" },
	{ "sensor { name = \"a${HOME}\" }", "c:1: \"${\" asks for an" },
	{ "sensor { name = ${HOME} }", "c:1: \"${\" asks for an" },
	{ "include(\"/etc/passwd\")", "there is no section \"include\"" },
	{ "sensor|name = \"x\"", "c:1: " },
	{ "\xef\xbb\xbfsensr { }", "c:1: there is no section \"sensr\"" },
	{ "\n\xef\xbb\xbfsensor { }", "c:2: there is no section \"" },
	{ "\"\" = 3", "c:1: this cannot be understood" },
	{ "sensor { name = \"a\"\n name = \"b\" }",
	    "c:2: section sensor: \"name\" is given twice" },
	{ "segment a { prefixes = 10.0.0.0/8 prefixes = 11.0.0.0/8 }",
	    "\"prefixes\" is given twice" },
	{ "sensor { }\nsensor { }", "c:2: section sensor is given twice" },
	{ "# one\n/* two\n three */ // four\n x { }", "c:4: there is no" },

	/* Texts. */
	{ "sensor { name = \"\" }", "name \"\" is empty" },
	{ "sensor { name = \" a\" }", "begins or ends with a space" },
	{ "sensor { name = \"a\tb\" }", "\"a?b\" holds something other" },
	{ "sensor { name = \"a\nb\" }", "\"a?b\" holds something other" },
	{ "sensor { name = \"\xff\" }", "holds something other" },
	{ "sensor { name = \"\xed\xa0\x80\" }", "holds something other" },
	{ "sensor { name = \"0123456789012345678901234567890123456789012345678"
	  "901234567890123\" }",
	    "is too long" },
	{ "sensor { timezone = \"Mars/Base\" }", "time zone \"Mars/Base\"" },
	{ "sensor { timezone = \"../../../etc/passwd\" }", "time zone" },
	{ "sensor { timezone = \"Europe\" }", "time zone \"Europe\"" },

	/* Capture. */
	{ "capture { }", "c:1: section capture: \"interface\" is missing" },
	{ "capture { interface = \"a/b\" }", "a name that none can have" },
	{ "capture { interface = \"0123456789abcdef\" }", "is too long" },
	{ "capture { interface = e }\ncapture { interface = e }",
	    "c:2: section capture: interface \"e\" is listed twice" },
	{ "capture { interface = e snap-length = 127 }",
	    "snap-length \"127\" is out of range; write a whole number from "
	    "128 to 65535" },
	{ "capture { interface = e snap-length = \"1k\" }", "out of range" },
	{ "capture { interface = e buffer-size = 1000 }",
	    "buffer-size \"1000\" is out of range; write \"1M\" to \"1G\"" },
	{ "capture { interface = e buffer-size = big }", "is no size" },
	{ "capture { interface = e promiscuous = 2 }", "neither true nor" },
	{ "capture { interface = e mode = quick }",
	    "mode \"quick\" is unknown; write immediate or block" },
	{ "capture { interface = e filter = \"tcp prt 80\" }",
	    "cannot be compiled (" },

	/* Segments. */
	{ "segment a { }", "segment \"a\": \"prefixes\" is missing" },
	{ "segment a { prefixes = {} }", "\"prefixes\" is missing" },
	{ "segment \"\" { prefixes = 10.0.0.0/8 }", "its name is empty" },
	{ "segment a { prefixes = 10.0.0.0/8 }\n"
	  "segment a { prefixes = 11.0.0.0/8 }",
	    "c:2: segment \"a\": there is a segment of this name already" },
	{ "segment \"servers\" {\n prefixes = {\"10.20.2.5/24\"} }",
	    "c:2: segment \"servers\": prefix \"10.20.2.5/24\" has bits set "
	    "past its length; write \"10.20.2.0/24\"" },
	{ "segment a { prefixes = \"fd00::1/64\" }", "write \"fd00::/64\"" },
	{ "segment a { prefixes = 10.0.0.0/33 }", "a number from 0 to 32" },
	{ "segment a { prefixes = \"fd00::/129\" }", "from 0 to 128" },
	{ "segment a { prefixes = 10.0.0/8 }", "does not begin with an IPv4" },
	{ "segment a { prefixes = servers }", "is no prefix" },
	{ "segment a { prefixes = {10.0.0.0/8, 10.0.0.0/8} }",
	    "is listed twice" },
	{ "segment a { prefixes = 10.0.0.0/8 }\n"
	  "segment b { prefixes = 10.0.0.0/8 }",
	    "c:2: segment \"b\": prefix \"10.0.0.0/8\" is also in segment "
	    "\"a\"" },
	{ "segment a { prefixes = 10.0.0.0/8 vlans = {1,2} }\n"
	  "segment b { prefixes = 10.0.0.0/8 vlans = {2,3} }",
	    "is also in segment \"a\"" },
	{ "segment a { prefixes = 10.0.0.0/8 vlans = {0} }", "from 1 to 4094" },
	{ "segment a { prefixes = 10.0.0.0/8 vlans = {4095} }", "4094" },
	{ "segment a { prefixes = 10.0.0.0/8 vlans = {7,7} }",
	    "VLAN \"7\" is listed twice" },
	{ "segment a { prefixes = 10.0.0.0/8 criticality = vital }",
	    "write low, normal, high or critical" },

	/* Scanners. */
	{ "scanner s { services = icmp owner = o reason = r "
	  "expires = 2027-03-31 }",
	    "\"sources\" is missing" },
	{ "scanner s { sources = 10.0.0.1 owner = o reason = r "
	  "expires = 2027-03-31 }",
	    "\"services\" is missing" },
	{ "scanner s { sources = 10.0.0.1 services = icmp reason = r "
	  "expires = 2027-03-31 }",
	    "\"owner\" is missing" },
	{ "scanner s { sources = 10.0.0.1 services = icmp owner = o "
	  "expires = 2027-03-31 }",
	    "\"reason\" is missing" },
	{ "scanner s { sources = 10.0.0.1 services = icmp owner = o "
	  "reason = r }",
	    "\"expires\" is missing; write it, such as expires = "
	    "\"2027-03-31\"" },
	{ SCANNER("") SCANNER(""), "a scanner of this name already" },
	{ SCANNER("segments = {\"x\"}"),
	    "c:3: scanner \"s\": there is no "
	    "segment \"x\"" },
	{ SCANNER("segments = {\"internal\"}"), "no segment \"internal\"" },
	{ SCANNER("sources += 10.0.0.256"), "is no address, prefix" },
	{ SCANNER("sources += 10.0.0.1/8"), "write \"10.0.0.0/8\"" },
	{ SCANNER("sources += \"-a\""), "is no address, prefix" },
	{ SCANNER("sources += \"a..b\""), "is no address, prefix" },
	{ SCANNER("sources += \"ff:ff:ff:ff:ff:ff\""), "no sender has" },
	{ SCANNER("services += tcp"), "lacks its ports" },
	{ SCANNER("services += ip"), "write \"ip/0-255\"" },
	{ SCANNER("services += ip/256"), "no valid numbers" },
	{ SCANNER("services += tcp/65536"), "no valid numbers" },
	{ SCANNER("services += tcp/9-3"), "does not go up" },
	{ SCANNER("services += tcp/1;2"), "something after its numbers" },
	{ SCANNER("services += icmp/8"), "a protocol without ports" },
	{ SCANNER("services += http"), "names no protocol" },
	{ SCANNER("hours = \"Sat\""), "is no window of the week" },
	{ SCANNER("hours = \"Sat 1:00-5:00\""), "is no window" },
	{ SCANNER("hours = \"Sat 24:00-05:00\""), "is no window" },
	{ SCANNER("hours = \"Sat 01:00-24:01\""), "is no window" },
	{ SCANNER("hours = \"Sat 05:00-05:00\""), "an empty window" },
	{ SCANNER("hours = \"Sam 01:00-05:00\""), "is no window" },
	{ SCANNER("rate = 0"), "from 1 to 1000000000" },
	{ SCANNER("rate = many"), "rate \"many\" is out of range" },
	{ "scanner s { expires = 2027-02-29 }", "no calendar has" },
	{ "scanner s { expires = 2100-02-29 }", "no calendar has" },
	{ "scanner s { expires = 2027-13-01 }", "no calendar has" },
	{ "scanner s { expires = 31.03.2027 }", "is no date" },
	{ "scanner s { expires = 2027-3-31 }", "is no date" },
	{ "scanner s { expires = \"2027-03-31x\" }", "is no date" },

	/* Endpoint logs, receivers, store, web, detection. */
	{ "endpoint-logs { udp = 514 }", "udp \"514\" is no address and port" },
	{ "endpoint-logs { udp = 0.0.0.0:0 }", "is no address and port" },
	{ "endpoint-logs { udp = 0.0.0.0:65536 }", "is no address and port" },
	{ "endpoint-logs { udp = \"::1:514\" }", "is no address and port" },
	{ "endpoint-logs { udp = host:514 }", "is no address and port" },
	{ "endpoint-logs { udp = 224.0.0.1:514 }", "is a group's address" },
	{ "endpoint-logs { tcp = {0.0.0.0:1, 10.0.0.1:1} }",
	    "tcp \"10.0.0.1:1\" is covered by an earlier one" },
	{ "endpoint-logs { tcp = 0.0.0.0:1 tls = 0.0.0.0:1 }",
	    "tcp and tls both listen at port 1" },
	{ "endpoint-logs { pull = {a:1, a:1} }", "is listed twice" },
	{ "endpoint-logs { pull = a }", "is no host and port" },
	{ "endpoint-logs { pull = {\"tls:a:1\", a:1} }", "is listed twice" },
	{ "endpoint-logs { certificate = /etc/hostname }",
	    "certificate needs the key" },
	{ "endpoint-logs { key = /etc/hostname }",
	    "key needs the certificate" },
	{ "endpoint-logs { tls = 0.0.0.0:1 client-ca = /none }",
	    "client-ca \"/none\" cannot be read" },
	{ "endpoint-logs { client-ca = /etc/hostname }",
	    "client-ca needs clients to ask" },
	{ "endpoint-logs { pull = a:1 pull-ca = /etc/hostname }",
	    "pull-ca needs a relay that is called by TLS" },
	{ "endpoint-logs { peer-connections = 0 }", "peer-connections \"0\"" },
	{ "endpoint-logs { peer-rate = 1K }", "is out of range" },
	{ "endpoint-logs { idle-timeout = 1s }", "is out of range" },
	{ "endpoint-logs { horizon = 8d }", "write \"1m\" to \"7d\"" },
	{ "web { listen = 0.0.0.0:1 }\nendpoint-logs { tls = 0.0.0.0:1 }",
	    "c:1: section web: endpoint-logs listens at port 1 too" },
	{ "web { }", "section web: \"listen\" is missing" },
	{ "soc s { address = a:1 }", "\"transport\" is missing" },
	{ "soc s { transport = udp }", "\"address\" is missing" },
#ifdef CONFIG_FORWARD_KAFKA
	{ "soc s { transport = kafka }", "write kafka { brokers = {...} }" },
	{ "soc s { transport = kafka address = a:1 kafka { brokers = a:1 } }",
	    "address needs a transport other than" },
	{ "soc s { transport = kafka format = cef kafka { brokers = a:1 } }",
	    "Kafka is sent JSON" },
	{ "soc s { transport = udp address = a:1 kafka { brokers = a:1 } }",
	    "section kafka needs transport" },
	{ "soc s { transport = kafka kafka { brokers = a:1 username = u } }",
	    "username needs security" },
	{ "soc s { transport = kafka kafka { brokers = a:1 security = "
	  "sasl-ssl } }",
	    "\"username\" is missing" },
	{ "soc s { transport = kafka kafka { brokers = a:1 security = "
	  "plaintext ca = /x } }",
	    "ca needs security" },
	{ "soc s { transport = kafka kafka { brokers = a:1 topic = "
	  "0123456789012345678901234567890123456789012345678901234567890123 "
	  "} }",
	    "topic" },
#else
	{ "soc s { transport = kafka kafka { brokers = a:1 } }",
	    "Kafka is not built into this spanwatch; write transport" },
	{ "soc s { transport = udp address = a:1 kafka { brokers = a:1 } }",
	    "which is not built into this spanwatch" },
#endif
	{ "soc s { transport = xmpp address = a:1 }",
	    "transport \"xmpp\" is unknown; write udp, tcp, tls, relp, "
	    "relp-tls or kafka" },
	{ "soc s { transport = udp address = 0.0.0.0:1 }", "nobody answers" },
	{ "soc s { transport = udp address = \"fd00::1:1\" }", "no host and" },
	{ "soc s { transport = udp address = 10.0.0.9 }", "no host and port" },
	{ "soc s { transport = udp address = a:1 format = xml }",
	    "write rfc5424, cef, leef, ecs or ocsf" },
	{ "soc s { transport = udp address = a:1 }\n"
	  "soc s { transport = udp address = a:1 }",
	    "of this name already" },
	{ "store { }", "\"directory\" is missing" },
	{ "store { directory = var }", "does not begin with \"/\"" },
	{ "store { directory = /v max-size = 1M }", "write \"16M\" or more" },
	{ "store { directory = /v max-size = 2T }", "is no size" },
	{ "detection { campaign-quiet = 24 }", "is no duration" },
	{ "detection { campaign-quiet = 1s }", "is out of range" },
	{ "detection { campaign-quiet = 366d }", "is out of range" },
	{ "detection { sensitivity = 3 }", "there is no key" },
};

Test(config_wrong, what_is_wrong_is_said_with_its_line_and_what_would_be_right)
{
	for (size_t i = 0; i < ARRAY_SIZE(wrongs); i++) {
		cr_expect_eq(
		    read_text(wrongs[i].text), -EINVAL, "%s", wrongs[i].text);
		cr_expect_not_null(strstr(errors, wrongs[i].said),
		    "%s\nsaid:   %swanted: %s", wrongs[i].text, errors,
		    wrongs[i].said);
		cr_expect_eq(strncmp(errors, "c:", 2), 0);
	}
}

Test(config_wrong, all_errors_of_meaning_are_reported)
{
	cr_expect_eq(read_text("sensor { name = \"\" }\n"
	                       "segment a { prefixes = {10.0.0.1/8,\n"
	                       "10.0.0.0/33}\n"
	                       "criticality = vital }\n" SCANNER(
	                           "rate = 0 segments = {\"x\"}")),
	    -EINVAL);
	cr_expect_not_null(strstr(errors, "c:1: section sensor: name"));
	cr_expect_not_null(strstr(errors, "c:2: segment \"a\": prefix"));
	cr_expect_not_null(strstr(errors, "c:3: segment \"a\": prefix"));
	cr_expect_not_null(strstr(errors, "c:4: segment \"a\": criticality"));
	cr_expect_not_null(strstr(errors, "c:7: scanner \"s\": rate"));
	cr_expect_not_null(strstr(errors, "c:7: scanner \"s\": there is no"));
}

/* What is right, and a part of the warning. */
static const struct wrong doubtful[] = {
	{ "segment a { prefixes = 10.0.0.0/8 vlans = 10 }\n"
	  "segment b { prefixes = 10.1.0.0/16 vlans = 20 }",
	    "c:2: warning: segment \"b\": \"10.1.0.0/16\" of \"b\" lies in "
	    "\"10.0.0.0/8\" of \"a\": addresses there belong to \"b\" in every "
	    "VLAN" },
	{ "asset a { addresses = 10.0.0.1 }",
	    "c:1: warning: asset \"a\": it has neither role nor criticality" },
};

Test(config_wrong, what_may_not_be_meant_is_a_warning_and_the_file_holds)
{
	for (size_t i = 0; i < ARRAY_SIZE(doubtful); i++) {
		cr_expect_eq(read_text(doubtful[i].text), 0, "%s", errors);
		cr_expect_not_null(strstr(warnings, doubtful[i].said),
		    "%s\nsaid:   %swanted: %s", doubtful[i].text, warnings,
		    doubtful[i].said);
	}
}

Test(config_wrong, segments_within_one_another_are_no_matter_of_warning)
{
	cr_expect_eq(read_text("segment a { prefixes = 10.0.0.0/8 }\n"
	                       "segment b { prefixes = 10.1.0.0/16 }"),
	    0);
	cr_expect_str_empty(warnings);
}

Test(config_wrong, assets_share_no_address_and_a_section_stands_once)
{
	cr_expect_eq(
	    read_text("asset a { addresses = 10.0.0.1 role = server }\n"
	              "asset b { addresses = 10.0.0.1 }"),
	    -EINVAL);
	cr_expect_not_null(strstr(errors,
	    "c:2: asset \"b\": address \"10.0.0.1\" is also of asset \"a\""));
	cr_expect_eq(read_text("segment a { prefixes = 10.0.0.0/8\n"
	                       "detection { } detection { } }"),
	    -EINVAL);
	cr_expect_not_null(strstr(errors, "detection is given twice"));
	cr_expect_eq(read_text("asset a { addresses = 10.0.0.1 }\n"
	                       "asset a { addresses = 10.0.0.2 }"),
	    -EINVAL);
	cr_expect_not_null(strstr(errors, "an asset of this name already"));
}

Test(config_wrong, a_segment_has_the_general_terms_where_it_has_none)
{
	cr_assert_eq(read_text("segment a { prefixes = 10.0.0.0/8\n"
	                       "role = workstation\n"
	                       "detection { false-alarms = 1 } }\n"
	                       "segment b { prefixes = 11.0.0.0/8 }\n"
	                       "detection { window = 12h false-alarms = 0.1 }"),
	    0, "%s", errors);
	cr_expect_eq(config.policy.segments[0].role, POLICY_ROLE_WORKSTATION);
	cr_expect_eq(config.policy.segments[0].terms.false_alarms_ppm, 1000000);
	cr_expect_eq(
	    config.policy.segments[0].terms.window_ns, 43200 * NS_PER_S);
	cr_expect_eq(config.policy.segments[1].terms.false_alarms_ppm, 100000);
	cr_expect_eq(config.policy.segments[1].terms.sequence_steps, 4);
	cr_expect(policy_is_sound(&config.policy));
}
