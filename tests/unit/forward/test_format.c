#include <criterion/criterion.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward/format.h"
#include "forward/format_text.h"

static char message[FORWARD_MESSAGE_SIZE + 1];

static struct forward_format_terms
terms_of(enum forward_form form, size_t limit)
{
	return (struct forward_format_terms){
		.form = form,
		.clock = FORWARD_CLOCK_SYNCED,
		.clock_accuracy_us = 850,
		.enterprise_number = 32473,
		.facility = FORWARD_FACILITY_LOCAL0,
		.limit_bytes = limit,
		.destination = "siem-a",
		.hostname = "sensor-7",
		.app = "spanwatch",
		.procid = "812",
		.version = "1.0.0",
		.sensor_id = "SW-000217",
		.boot_id = "6d0f5c1a-2f0e-4a55-9f58-1c9f1f6b2a10",
		.web = "https://sensor-7.mgmt",
	};
}

static const struct forward_record record = {
	.seq = 90412,
	.time_ns = 1795484763412ull * NS_PER_MS,
	.sequence_id = 4711,
	.kind = FORWARD_ALERT,
	.severity = FORWARD_HIGH,
};

/* An alert; the texts of others stand wherever others may have written. */
static json_t *
alert_of(const char *text, size_t size)
{
	json_t *copy = json_stringn_nocheck(text, size);
	json_t *alert = json_pack(
	    "{s:s, s:s, s:i, s:s, s:b, s:[s, s], s:[s], s:s, s:s, s:i, s:s, "
	    "s:s, s:s, s:{s:s, s:s, s:i, s:O, s:O, s:[O]}, s:[], s:{s:i, s:s, "
	    "s:[O], s:[s]}, s:{s:i, s:s, s:[s]}, s:{s:i, s:i}, "
	    "s:[{s:O, s:f}], s:{s:s, s:O, s:O, s:O, s:O, s:i, s:s, s:s, s:s, "
	    "s:{s:O, s:O, s:i}, s:[O]}, s:[], s:n, s:{s:s, s:[s]}, s:[s, s], "
	    "s:O, s:O}",
	    "schema", "spanwatch.alert/1", "id", "01JD8Z6W3Q9F4T7B2K5M8N0R1S",
	    "revision", 2, "status", "open", "active", 1, "kinds", "host_sweep",
	    "sequential_ip", "techniques", "tcp_syn", "order", "random",
	    "severity", "high", "score", 72, "first_seen",
	    "2026-11-24T01:46:03.412345Z", "last_seen",
	    "2026-11-24T01:46:08.490111Z", "raised_at",
	    "2026-11-24T01:46:04.000000Z", "source", "ip", "10.20.4.77", "mac",
	    "00:50:56:9a:11:02", "vlan", 204, "segment", copy, "host", copy,
	    "names", copy, "apparent_sources", "targets", "count", 254,
	    "ranges", "10.20.4.1-10.20.4.254", "segments", copy, "sample",
	    "10.20.4.1", "services", "count", 4, "ranges", "22,80,443,445",
	    "names", "tcp/22 SSH", "probes", "count", 1016, "answered", 30,
	    "reasons", "text", copy, "weight", 12.5, "process", "confidence",
	    "confirmed", "host", copy, "user", copy, "image", copy,
	    "command_line", copy, "pid", 8844, "guid",
	    "{4A1C7E2B-9F30-6604-1A00-000000004B02}", "hashes",
	    "SHA256=00FF,MD5=AB", "started", "2026-11-24T01:45:59.000000Z",
	    "parent", "image", copy, "command_line", copy, "pid", 7120,
	    "evidence", copy, "other_processes", "authorised", "attack",
	    "analytic", "AN1057", "techniques", "T1046", "community_ids",
	    "1:LQU9qZlK+B5F3KDmev6m5PMibrg=", "1:d/FP5EW3wiY1vCndhwleRRKHowQ=",
	    "sensor", copy, "summary", copy);

	json_decref(copy);
	cr_assert_not_null(alert);
	return alert;
}

static size_t
format(enum forward_form form, size_t limit, json_t *object)
{
	struct forward_format_terms terms = terms_of(form, limit);
	size_t length = forward_format(
	    &terms, &record, object, message, FORWARD_MESSAGE_SIZE);

	message[length] = '\0';
	return length;
}

static size_t
format_text(enum forward_form form, size_t limit, const char *text)
{
	json_t *alert = alert_of(text, strlen(text));
	size_t length = format(form, limit, alert);

	json_decref(alert);
	return length;
}

/* UTF-8, and no control code: for all that a receiver may trip over. */
static void
must_be_sound(size_t length)
{
	for (size_t at = 0; at < length;) {
		size_t size = format_character_size(message + at, length - at);

		cr_assert_gt(size, 0, "broken UTF-8 at %zu", at);
		cr_assert((uint8_t)message[at] >= 0x20 &&
		        (uint8_t)message[at] != 0x7f,
		    "control code at %zu", at);
		at += size;
	}
}

static void
must_hold(const char *part)
{
	cr_assert_not_null(
	    strstr(message, part), "no %s in\n%s", part, message);
}

static void
must_not_hold(const char *part)
{
	cr_assert_null(strstr(message, part), "%s in\n%s", part, message);
}

Test(forward, the_header_is_that_of_rfc_5424)
{
	format_text(FORWARD_RFC5424, 0, "x");
	must_hold("<131>1 2026-11-24T01:46:03.412Z sensor-7 spanwatch 812 "
	          "ALERT [meta sequenceId=\"4711\"]"
	          "[timeQuality tzKnown=\"1\" isSynced=\"1\" "
	          "syncAccuracy=\"850\"]"
	          "[origin enterpriseId=\"32473\" software=\"spanwatch\" "
	          "swVersion=\"1.0.0\"][alert@32473 v=\"1\" "
	          "id=\"01JD8Z6W3Q9F4T7B2K5M8N0R1S\" st=\"open\" upd=\"2\" "
	          "active=\"true\" seq=\"90412\" ");
}

Test(forward, only_a_synchronised_clock_has_an_accuracy)
{
	struct forward_format_terms terms = terms_of(FORWARD_RFC5424, 0);
	json_t *alert = alert_of("x", 1);
	size_t length;

	terms.clock = FORWARD_CLOCK_FREE;
	length = forward_format(
	    &terms, &record, alert, message, FORWARD_MESSAGE_SIZE);
	message[length] = '\0';
	must_hold("[timeQuality tzKnown=\"1\" isSynced=\"0\"][");
	terms.clock = FORWARD_CLOCK_UNKNOWN;
	length = forward_format(
	    &terms, &record, alert, message, FORWARD_MESSAGE_SIZE);
	message[length] = '\0';
	must_hold("[timeQuality tzKnown=\"1\"][");
	json_decref(alert);
}

Test(forward, each_severity_has_its_syslog_severity)
{
	static const char *const begins[] = { "<134>1 ", "<133>1 ", "<132>1 ",
		"<131>1 ", "<130>1 " };
	struct forward_format_terms terms = terms_of(FORWARD_CEF, 0);
	json_t *alert = alert_of("x", 1);

	for (uint8_t i = 0; i < FORWARD_SEVERITY_COUNT; i++) {
		struct forward_record graver = record;

		graver.severity = i;
		forward_format(
		    &terms, &graver, alert, message, FORWARD_MESSAGE_SIZE);
		cr_expect_eq(strncmp(message, begins[i], 7), 0);
	}
	json_decref(alert);
}

Test(forward, unknown_terms_are_hyphens)
{
	struct forward_format_terms terms = { .form = FORWARD_CEF };
	json_t *alert = alert_of("x", 1);
	size_t length = forward_format(
	    &terms, &record, alert, message, FORWARD_MESSAGE_SIZE);

	message[length] = '\0';
	must_hold("Z - - - ALERT - CEF:0|Spanwatch|Sensor||host_sweep|");
	json_decref(alert);
}

Test(forward, header_fields_are_words_of_bounded_length)
{
	struct forward_format_terms terms = terms_of(FORWARD_CEF, 0);
	char longer[400];
	json_t *alert = alert_of("x", 1);
	size_t length;

	memset(longer, 'h', sizeof(longer));
	longer[sizeof(longer) - 1] = '\0';
	terms.hostname = longer;
	terms.app = "a b\xc3\xa4";
	length = forward_format(
	    &terms, &record, alert, message, FORWARD_MESSAGE_SIZE);
	message[length] = '\0';
	must_hold("h a_b__ 812 ALERT - ");
	cr_assert_eq(strspn(strchr(message, 'h'), "h"), 255);
	json_decref(alert);
}

Test(forward, structured_data_escapes_quotes_brackets_and_backslashes)
{
	format_text(FORWARD_RFC5424, 0, "a\"b]c\\d[e\nf\tg=h|i");
	must_hold("cmd=\"a\\\"b\\]c\\\\d[e f g=h|i\"");
	must_hold("] a\"b]c\\d[e f g=h|i");
}

Test(forward, cef_escapes_what_its_place_asks_for)
{
	format_text(FORWARD_CEF, 0, "a\"b]c\\d[e\nf\rg\th=i|j");
	must_hold("cs3=a\"b]c\\\\d[e\\nf\\rg h\\=i|j ");
	must_hold("|host_sweep|Host sweep|7|rt=1795484763412 ");
}

Test(forward, leef_replaces_what_it_cannot_escape)
{
	format_text(FORWARD_LEEF, 0, "a^b\nc\td|e=f\\g");
	must_hold("^commandLine=a b c d|e=f\\g^");
	must_hold("LEEF:2.0|Spanwatch|Sensor|1.0.0|host_sweep|^|devTime=");
}

Test(forward, json_is_escaped_as_rfc_8259_has_it)
{
	format_text(FORWARD_ECS, 0, "a\"b\\c\nd\te");
	must_hold("\"command_line\":\"a\\\"b\\\\c\\nd\\te\"");
}

Test(forward, what_is_no_utf_8_is_replaced_and_said)
{
	static const char bytes[] = "a\xff"
	                            "b\xc3("
	                            "c\xed\xa0\x80"
	                            "d\0e";
	static const char *const flags[] = { "utf8_fixed=\"true\"",
		"SpanwatchUtf8Fixed=true", "utf8Fixed=true",
		"\"utf8_fixed\":true", "\"utf8_fixed\":true" };

	for (int form = 0; form < FORWARD_FORM_COUNT; form++) {
		json_t *alert = alert_of(bytes, sizeof(bytes) - 1);
		size_t length = format((enum forward_form)form, 0, alert);

		json_decref(alert);
		must_be_sound(length);
		must_hold("a\xef\xbf\xbd"
		          "b\xef\xbf\xbd("
		          "c\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"
		          "de");
		must_hold(flags[form]);
		format_text((enum forward_form)form, 0, "a\xf0\x9f\x98\x80");
		must_hold("a\xf0\x9f\x98\x80");
		must_not_hold("tf8");
	}
}

Test(forward, secrets_are_masked_where_the_terms_say_so)
{
	static const char line[] = "x --password hunter2";

	for (int form = 0; form < FORWARD_FORM_COUNT; form++) {
		struct forward_format_terms terms =
		    terms_of((enum forward_form)form, 0);
		json_t *alert = alert_of("-", 1);
		json_t *process = json_object_get(alert, "process");
		size_t length;

		json_object_set_new(process, "command_line", json_string(line));
		json_object_set_new(json_object_get(process, "parent"),
		    "command_line", json_string(line));
		forward_format(
		    &terms, &record, alert, message, FORWARD_MESSAGE_SIZE);
		must_hold("--password hunter2");
		terms.mask_secrets = true;
		length = forward_format(
		    &terms, &record, alert, message, FORWARD_MESSAGE_SIZE);
		message[length] = '\0';
		must_hold("--password ***");
		must_not_hold("hunter2");
		/* The caller's object is as it was. */
		cr_assert_str_eq(
		    json_string_value(json_object_get(process, "command_line")),
		    line);
		json_decref(alert);
	}
}

/* Texts of every kind at every limit: short enough, whole characters, and a
 * flag where something is missing. */
Test(forward, no_message_is_longer_than_its_limit)
{
	static const char *const pieces[] = { "a", "\"", "\\", "\xc3\xa4",
		"\xe2\x82\xac", "\xf0\x9f\x98\x80", "^", "=", "\t", "\xff" };
	static char text[8193];

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		size_t size = strlen(pieces[i]);
		json_t *alert;

		for (size_t at = 0; at + size < sizeof(text); at += size) {
			memcpy(text + at, pieces[i], size);
		}
		alert = alert_of(text, 8192);
		for (int form = 0; form < FORWARD_FORM_COUNT; form++) {
			size_t limit =
			    forward_limit_min((enum forward_form)form);

			for (; limit < 9000; limit += 493) {
				size_t length = format(
				    (enum forward_form)form, limit, alert);

				cr_assert_gt(length, 0);
				cr_assert_leq(length, limit);
				must_be_sound(length);
				cr_assert(
				    strstr(message, "truncated") != NULL ||
				    strstr(message, "Truncated") != NULL);
				must_hold("01JD8Z6W3Q9F4T7B2K5M8N0R1S");
				must_hold("10.20.4.77");
			}
		}
		json_decref(alert);
	}
}

Test(forward, what_fits_is_not_called_truncated)
{
	for (int form = 0; form < FORWARD_FORM_COUNT; form++) {
		size_t length = format_text((enum forward_form)form, 8192, "x");

		must_not_hold("runcated");
		/* To the byte. */
		cr_assert_eq(
		    format_text((enum forward_form)form, length, "x"), length);
		if (length > forward_limit_min((enum forward_form)form)) {
			format_text((enum forward_form)form, length - 1, "x");
			must_hold("runcated");
		}
	}
}

/* The part that decides what is done comes first, however long the rest. */
Test(forward, triage_stands_within_the_first_1024_bytes)
{
	static const char *const needed[FORWARD_FORM_COUNT][8] = {
		[FORWARD_RFC5424] = { " id=\"01JD", " st=\"open\"",
		    " type=\"host_sweep\"", " probed=\"254\"", " seg=\"",
		    " host=\"", " user=\"", " pguid=\"{4A1C" },
		[FORWARD_CEF] = { "externalId=01JD", "act=open", "cn1=254",
		    "cs1=", "shost=", "suser=", "cs2={4A1C", "sproc=" },
		[FORWARD_LEEF] = { "alertId=01JD", "status=open",
		    "targetsProbed=254", "segment=", "identHostName=",
		    "usrName=", "processGuid={4A1C", "resource=" },
	};
	char text[1500];

	memset(text, 'w', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	for (int form = 0; form <= FORWARD_LEEF; form++) {
		cr_assert_gt(
		    format_text((enum forward_form)form, 32768, text), 1024);
		message[1024] = '\0';
		for (size_t i = 0; i < ARRAY_SIZE(needed[form]); i++) {
			must_hold(needed[form][i]);
		}
	}
}

Test(forward, shortening_takes_the_samples_first_and_the_command_line_last)
{
	char text[3000];
	char whole[3100];

	memset(text, 'c', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	/* Everything is there; with less room the parent's goes first. */
	format_text(FORWARD_CEF, 32768, "x");
	must_hold("SpanwatchParentCommandLine=x");
	for (size_t limit = 32000; limit > 2000; limit -= 500) {
		json_t *alert = alert_of("x", 1);
		json_t *process = json_object_get(alert, "process");

		json_object_set_new(process, "command_line", json_string(text));
		json_object_set_new(json_object_get(process, "parent"),
		    "command_line", json_string(text));
		format(FORWARD_CEF, limit, alert);
		json_decref(alert);
		snprintf(whole, sizeof(whole), "cs3=%s ", text);
		if (strstr(message, whole) == NULL) {
			must_not_hold("SpanwatchParentCommandLine=");
		}
	}
	must_not_hold(whole);
}

Test(forward, a_buffer_that_is_too_small_gives_nothing)
{
	struct forward_format_terms terms = terms_of(FORWARD_ECS, 0);
	json_t *alert = alert_of("x", 1);
	json_t *list = json_array();

	cr_assert_eq(forward_format(&terms, &record, alert, message, 0), 0);
	cr_assert_eq(forward_format(&terms, &record, alert, message, 200), 0);
	cr_assert_eq(
	    forward_format(&terms, &record, list, message, sizeof(message)), 0);
	cr_assert_eq(
	    forward_format(&terms, &record, NULL, message, sizeof(message)), 0);
	json_decref(list);
	json_decref(alert);
}

Test(forward, a_body_is_the_message_without_its_header)
{
	struct forward_format_terms terms = terms_of(FORWARD_ECS, 0);
	json_t *alert = alert_of("x", 1);
	static char body[FORWARD_MESSAGE_SIZE];
	size_t length = forward_format(
	    &terms, &record, alert, message, FORWARD_MESSAGE_SIZE);
	size_t body_length = forward_format_body(
	    &terms, &record, alert, body, FORWARD_MESSAGE_SIZE);

	cr_assert_gt(body_length, 0);
	cr_assert_eq(body[0], '{');
	cr_assert_eq(
	    memcmp(message + length - body_length, body, body_length), 0);
	json_decref(alert);
}

Test(forward, every_kind_has_a_message_in_every_form)
{
	for (uint8_t kind = 0; kind < FORWARD_KIND_COUNT; kind++) {
		struct forward_record other = record;
		json_t *empty = json_object();

		other.kind = kind;
		for (int form = 0; form < FORWARD_FORM_COUNT; form++) {
			struct forward_format_terms terms =
			    terms_of((enum forward_form)form, 2048);
			size_t length = forward_format(&terms, &other, empty,
			    message, FORWARD_MESSAGE_SIZE);

			cr_assert_gt(length, 0);
			message[length] = '\0';
			must_be_sound(length);
			must_hold(forward_kind_msgid(kind));
			must_hold("90412");
		}
		json_decref(empty);
	}
}

Test(forward, forms_are_found_by_name)
{
	enum forward_form form;

	for (int i = 0; i < FORWARD_FORM_COUNT; i++) {
		cr_assert(forward_form_of_name(
		    forward_form_name((enum forward_form)i), &form));
		cr_assert_eq((int)form, i);
	}
	cr_assert_not(forward_form_of_name("gelf", &form));
	cr_assert_null(forward_form_name(FORWARD_FORM_COUNT));
}
