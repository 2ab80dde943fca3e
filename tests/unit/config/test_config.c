#include <criterion/criterion.h>
#include <errno.h>
#include <unistd.h>

#include "unit/config/config_reader.h"

Test(config, an_empty_file_is_the_built_in_settings)
{
	static struct config built_in;

	config_default(&built_in);
	cr_assert_eq(read_text(""), 0, "%s", errors);
	cr_expect_arr_eq(&config, &built_in, sizeof(config));
	cr_expect_str_eq(config.policy.segments[0].name, "internal");
	cr_expect_eq(config.policy.segment_count, 1);
	cr_expect_not(config.store.present);
	cr_expect_not(config.web.present);
}

static void
read_example(void)
{
	cr_assert_eq(read_file("docs/spanwatch.conf.example"), 0, "%s", errors);
}

Test(config, the_example_of_the_documents_gives_its_policy)
{
	char text[IP_PREFIX_TEXT_SIZE];

	read_example();
	cr_expect(policy_is_sound(&config.policy));
	cr_expect_str_eq(config.policy.sensor_name, "span-01");
	cr_expect_str_eq(config.policy.timezone, "Europe/Berlin");
	cr_expect_eq(
	    config.policy.detection.campaign_quiet_ns, 86400 * NS_PER_S);
	cr_assert_eq(config.policy.segment_count, 3);
	cr_expect_str_eq(config.policy.segments[0].name, "servers");
	cr_expect_eq(config.policy.segments[0].vlans[0], 20);
	cr_expect_eq(
	    config.policy.segments[0].criticality, POLICY_CRITICALITY_HIGH);
	cr_expect_str_eq(
	    ip_prefix_format(&config.policy.segments[0].prefixes[1], text),
	    "fd20:0:0:2::/64");
	cr_expect_eq(config.policy.segments[1].prefix_count, 2);
	cr_expect_eq(
	    config.policy.segments[2].criticality, POLICY_CRITICALITY_NORMAL);
}

Test(config, the_example_of_the_documents_gives_its_capture)
{
	const struct config_capture *capture = &config.captures[0];

	read_example();
	cr_assert_eq(config.capture_count, 1);
	cr_expect_str_eq(capture->interface, "eth1");
	cr_expect_eq(capture->buffer_bytes, CONFIG_BUFFER_BYTES);
	cr_expect_eq(capture->snap_length, 1024);
	cr_expect(capture->promiscuous);
	cr_expect_eq(capture->mode, CONFIG_CAPTURE_BLOCK);
	cr_expect_str_empty(capture->filter);
}

Test(config, the_example_of_the_documents_gives_its_scanner)
{
	const struct authorise_entry *scanner = &config.scanners[0];

	read_example();
	cr_assert_eq(config.scanner_count, 1);
	cr_expect_str_eq(scanner->name, "nessus-prod");
	cr_expect_eq(scanner->source_count, 1);
	cr_expect_eq(scanner->sources[0].kind, AUTHORISE_SOURCE_PREFIX);
	cr_expect_eq(scanner->sources[0].prefix.length, 128);
	cr_expect(authorise_entry_may_scan(scanner, 0));
	cr_expect_not(authorise_entry_may_scan(scanner, 1));
	cr_assert_eq(scanner->service_count, 4);
	cr_expect_eq(scanner->services[0].last, 65535);
	cr_expect_eq(scanner->services[1].first, 53);
	cr_expect_eq(scanner->services[2].first, 161);
	cr_expect_eq(scanner->services[2].protocol, AUTHORISE_PROTOCOL_UDP);
	cr_expect_eq(scanner->services[3].protocol, AUTHORISE_PROTOCOL_ICMP);
	cr_assert_eq(scanner->hours_count, 2);
	cr_expect_eq(scanner->hours[0].days, 1 << 5);
	cr_expect_eq(scanner->hours[0].from_minute, 60);
	cr_expect_eq(scanner->hours[1].days, 0x1f);
	cr_expect_eq(scanner->hours[1].until_minute, 360);
	cr_expect_eq(scanner->rate, 2000);
	cr_expect_eq(scanner->expires.year, 2027);
	cr_expect_eq(scanner->expires.month, 3);
	cr_expect_eq(scanner->expires.day, 31);
	cr_expect_str_eq(scanner->process, "nessusd.exe");
	cr_expect_str_eq(scanner->owner, "J. Smith");
	cr_expect_str_eq(scanner->reason, "quarterly scan");
	cr_expect_str_eq(scanner->ticket, "CHG-1234");
}

Test(config, the_example_of_the_documents_gives_its_peers_and_listeners)
{
	const struct config_endpoint_logs *logs = &config.endpoint_logs;

	read_example();
	cr_assert_eq(logs->tls_count, 2);
	cr_expect_eq(logs->udp[0].port, 514);
	cr_expect_eq(logs->tls[1].port, 6514);
	cr_expect_str_eq(logs->pull[0].host, "relay.example.org");
	cr_expect_not(logs->pull_tls[0]);
	cr_expect_eq(logs->peer_connections, 16);
	cr_expect_eq(logs->peer_rate_bytes, 32ull << 20);
	cr_expect_eq(logs->idle_ns, 3600 * NS_PER_S);
	cr_expect_eq(logs->horizon_ns, 6 * 3600 * NS_PER_S);
	cr_expect(config_logs_are_sound(logs));
	cr_assert_eq(config.soc_count, 1);
	cr_expect_str_eq(config.socs[0].peer.host, "10.0.0.9");
	cr_expect_eq(config.socs[0].peer.port, 6514);
	cr_expect_eq(config.socs[0].transport, CONFIG_TRANSPORT_TLS);
	cr_expect_eq(config.socs[0].format, CONFIG_FORMAT_RFC5424);
	cr_expect_str_eq(config.store.directory, "/var/lib/spanwatch");
	cr_expect_eq(config.store.max_bytes, 2ull << 30);
	cr_expect(config.web.present);
	cr_expect_eq(config.web.listen.port, 8443);
}

/* What is accepted, beside the example. */
Test(config, what_is_right_is_accepted)
{
	static const char *const texts[] = {
		"capture { interface = eth0 } capture { interface = \"any\" }",
		"capture { interface = \"e\" filter = \"tcp port 80\" }",
		"capture { interface = \"e\" promiscuous = no mode = block }",
		"segment \"B\xc3\xbcro\" { prefixes = \"10.0.0.0/8\" }",
		"segment \"h\" { prefixes = {\"10.0.0.7\", \"::/0\"} }",
		"segment 'a' { prefixes = {'10.0.0.0/8', # first\n"
		"  // second\n '11.0.0.0/8' /* third\n */ } }",
		"segment a { prefixes = {\"10.0.0.0/8\"}\n"
		"  prefixes += {\"11.0.0.0/8\"} }",
		"segment a { prefixes = 10.0.0.0/8 vlans = {1} }\n"
		"segment b { prefixes = 10.0.0.0/8 vlans = {2, 4094} }",
		"segment a { prefixes = 10.0.0.0/8 }\r\n"
		"segment b { prefixes = 10.0.0.0/9 }\r\n",
		"sensor { name = \"what # is \\\"in\\\" // quotes\" }",
		"sensor { name = 'a ${literal}' }",
		"sensor { name = \"\\${literal}\" }",
		"sensor { timezone = \"UTC\" }",
		"sensor { name = 5 }", /* A word, as any other. */
		"\xef\xbb\xbfsensor { name = \"marked\" }",
		"\xef\xbb\xbf",
		SCANNER("hours = {\"01:00-05:00\", \"Sun-Tue,Fri "
		        "00:00-24:00\"}"),
		SCANNER("sources += {\"02:aa:bb:cc:dd:ee\", \"PC_7.ad.corp\","
		        "\"10.1.0.0/16\", \"fd00::/8\"}"),
		SCANNER("services += {\"ip/0-255\", \"sctp/0\", \"nd\", "
		        "\"arp\", \"icmp6\"}"),
		SCANNER(
		    "segments = {\"later\"}") "segment \"later\" { prefixes = {\"10.0.0.0/8\"} }",
		"endpoint-logs { }",
		"endpoint-logs { tcp = {\"0.0.0.0:1\", \"[::]:1\"} "
		"udp = \"0.0.0.0:1\" }",
		"detection { campaign-quiet = \"90m\" }",
		"store { directory = \"/v\" }",
		"soc s { transport = udp address = \"siem:514\" format = cef }",
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		cr_expect_eq(
		    read_text(texts[i]), 0, "%s\n%s", texts[i], errors);
		cr_expect_str_empty(errors);
	}
}

Test(config, a_broad_scanner_is_accepted_with_a_warning_at_its_sources)
{
	cr_expect_eq(read_text(SCANNER("")), 0);
	cr_expect_str_empty(errors);
	cr_expect_str_eq(warnings,
	    "c:1: warning: scanner \"s\": this is broad (35 of 100): names no "
	    "segment, so it permits no scan at all; holds at all hours; names "
	    "no process: whoever gets onto its source may scan\n");
	cr_expect_eq(config.scanners[0].grace_s, 300);
}

Test(config, names_of_hosts_are_kept_in_lower_case)
{
	cr_assert_eq(read_text(SCANNER("sources = \"PC_7.AD.corp\"")), -EINVAL);
	cr_assert_eq(read_text(SCANNER("sources += \"PC_7.AD.corp\"")), 0);
	cr_expect_str_eq(config.scanners[0].sources[1].host, "pc_7.ad.corp");
	cr_expect_eq(config.scanners[0].sources[1].kind, AUTHORISE_SOURCE_HOST);
}

Test(config, after_an_error_of_syntax_the_next_file_is_read_as_ever)
{
	cr_expect_eq(read_text("sensor { name = \"a"), -EINVAL);
	cr_expect_eq(read_text("sensor { name = \"b\" }"), 0);
	cr_expect_eq(read_text("sensor { nme = 'a"), -EINVAL);
	cr_expect_eq(read_text("sensor { name = \"c\" }"), 0);
	cr_expect_str_eq(config.policy.sensor_name, "c");
}

Test(config, a_zero_byte_is_not_taken_for_the_end)
{
	cr_expect_eq(read_bytes("sensor { }\n\0nonsense", 20), -EINVAL);
	cr_expect_not_null(strstr(errors, "c:2: there is a zero byte"));
}

Test(config, a_file_that_cannot_be_read_is_said_in_one_sentence)
{
	char path[] = "/tmp/spanwatch-test-XXXXXX";
	int descriptor = mkstemp(path);

	cr_assert_geq(descriptor, 0);
	cr_expect_eq(read_file("/nonexistent/file"), -ENOENT);
	cr_expect_not_null(
	    strstr(errors, "/nonexistent/file: there is no such file"));
	cr_expect_eq(read_file("/"), -EISDIR);
	cr_expect_not_null(strstr(errors, "/: this is a directory"));
	cr_assert_eq(ftruncate(descriptor, CONFIG_FILE_SIZE), 0);
	cr_expect_eq(read_file(path), -EINVAL);
	cr_expect_not_null(strstr(errors, ":1: there is a zero byte"));
	cr_assert_eq(ftruncate(descriptor, CONFIG_FILE_SIZE + 1), 0);
	cr_expect_eq(read_file(path), -EFBIG);
	cr_expect_not_null(strstr(errors, ": it is larger than 1 MiB"));
	close(descriptor);
	unlink(path);
}

#ifdef CONFIG_FORWARD_KAFKA
Test(config, puts_socs_of_kafka_behind_the_others_in_their_order)
{
	cr_assert_eq(read_text("soc k1 { transport = kafka kafka { brokers = "
	                       "{\"a:1\", \"[fd00::9]:2\"} } }\n"
	                       "soc t1 { transport = tcp address = a:1 }\n"
	                       "soc k2 { transport = kafka format = ocsf kafka "
	                       "{ brokers = b:1 topic = x } }\n"
	                       "soc t2 { transport = tcp address = b:1 }\n"),
	    0, "%s", errors);
	cr_expect_eq(config.soc_count, 4);
	cr_expect_eq(config_forwarder_socs(&config), 2);
	cr_expect_str_eq(config.socs[0].name, "t1");
	cr_expect_str_eq(config.socs[1].name, "t2");
	cr_expect_str_eq(config.socs[2].name, "k1");
	cr_expect_str_eq(config.socs[3].name, "k2");
	cr_expect_str_eq(config.socs[2].kafka.brokers, "a:1,[fd00::9]:2");
	cr_expect_str_eq(config.socs[2].kafka.topic, "spanwatch");
	cr_expect_eq(config.socs[2].kafka.security, CONFIG_KAFKA_SSL);
	cr_expect_eq(config.socs[2].format, CONFIG_FORMAT_ECS);
	cr_expect_str_eq(config.socs[3].kafka.topic, "x");
	cr_expect(config_is_sound(&config));
}
#endif
