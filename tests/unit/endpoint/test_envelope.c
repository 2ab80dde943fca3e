#include "endpoint/envelope.h"

#include <criterion/criterion.h>

static struct envelope envelope;

static void
open_it(const char *text)
{
	envelope_read((struct slice){ text, strlen(text) }, &envelope);
}

static bool
is(struct slice slice, const char *text)
{
	return slice_is(slice, (struct slice){ text, strlen(text) });
}

Test(envelope, of_rfc_5424_is_taken_apart)
{
	open_it("<14>1 2020-10-22T08:29:52.000000Z ws.example Source 4 ID9 "
	        "[a@1 k=\"v \\\"]\\\" \\]\"][b@2] \xef\xbb\xbf{\"a\":1}");
	cr_expect(envelope.is_rfc5424);
	cr_expect(is(envelope.time, "2020-10-22T08:29:52.000000Z"));
	cr_expect(is(envelope.host, "ws.example"));
	cr_expect(is(envelope.tag, "Source"));
	cr_expect(
	    is(envelope.structured_data, "[a@1 k=\"v \\\"]\\\" \\]\"][b@2]"));
	cr_expect(is(envelope.body, "{\"a\":1}"), "without its mark");
	cr_expect_eq(envelope.format, FORMAT_JSON);
}

Test(envelope, of_rfc_5424_may_leave_everything_out)
{
	open_it("<14>1 - - - - - - ");
	cr_expect(envelope.is_rfc5424);
	cr_expect_eq(envelope.time.size, 0);
	cr_expect_eq(envelope.host.size, 0);
	cr_expect_eq(envelope.structured_data.size, 0);
	cr_expect_eq(envelope.format, FORMAT_EMPTY);
}

Test(envelope, of_rfc_3164_comes_in_many_shapes)
{
	static const struct {
		const char *text;
		const char *host;
		const char *tag;
	} cases[] = {
		{ "<14>Oct 22 04:29:53 ws-1 Source[4]: {}", "ws-1", "Source" },
		{ "<14>Oct  2 04:29:53 ws-1 Source: {}", "ws-1", "Source" },
		{ "Oct 22 04:29:53 ws-1 Source: {}", "ws-1", "Source" },
		{ "<14>Oct 22 2020 04:29:53 ws-1 Source: {}", "ws-1",
		    "Source" },
		{ "<14>Oct 22 04:29:53.123 ws-1 Source: {}", "ws-1", "Source" },
		{ "<14>2020-10-22T04:29:53+02:00 fe80::1 Source: {}", "fe80::1",
		    "Source" },
		{ "<14>Oct 22 04:29:53: ws-1 {}", "ws-1", "" },
		{ "<14>Oct 22 04:29:53 ws-1 {}", "ws-1", "" },
		{ "<14>Oct 22 04:29:53 Source: {}", "", "Source" },
		{ "<14>Oct 22 04:29:53 {\"name\":\"ws-1\"} LOGSTASH[-]: {}",
		    "ws-1", "LOGSTASH" },
		{ "<14>Source: {}", "", "Source" },
		{ "<14>{}", "", "" },
		{ "\xef\xbb\xbf{}", "", "" },
		{ "\n{}", "", "" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		open_it(cases[i].text);
		cr_expect(
		    is(envelope.host, cases[i].host), "%s", cases[i].text);
		cr_expect(is(envelope.tag, cases[i].tag), "%s", cases[i].text);
		cr_expect_eq(envelope.format, FORMAT_JSON, "%s", cases[i].text);
		cr_expect_not(envelope.is_rfc5424);
	}
}

Test(envelope, has_the_host_that_logstash_writes_as_an_object)
{
	open_it("<13>Oct 22 04:29:53 {\"name\":\"ws-1\"} LOGSTASH[-]: "
	        "Process Create:");
	cr_expect(is(envelope.host, "ws-1"));
	cr_expect(is(envelope.body, "Process Create:"));
}

Test(envelope, leaves_forms_that_look_like_a_tag_whole)
{
	static const char *const bodies[] = { "CEF:0|a|b|c|d|e|1| x=y",
		"LEEF:1.0|a|b|c|5156|x=y",
		"EvntSLog: [AUS] Wed Feb 13 18:01:47 2019: a/b (5156) - \"\"",
		"Security-Auditing: 5156: AUDIT_SUCCESS text",
		"MSWinEventLog\t1\tSecurity\t1" };
	char text[200] = "<13>Oct 22 04:29:53 ws-1 ";
	size_t at = strlen(text);

	for (size_t i = 0; i < ARRAY_SIZE(bodies); i++) {
		strcpy(text + at, bodies[i]);
		open_it(text);
		cr_expect(is(envelope.body, bodies[i]), "%s", bodies[i]);
		cr_expect(is(envelope.host, "ws-1"), "%s", bodies[i]);
		cr_expect_neq(envelope.format, FORMAT_TEXT, "%s", bodies[i]);
	}
}

Test(envelope, without_anything_in_it_is_empty)
{
	static const char *const cases[] = { "", " ", "<14>", "\r\n",
		"\xef\xbb\xbf" };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		open_it(cases[i]);
		cr_expect_eq(envelope.format, FORMAT_EMPTY, "%zu", i);
	}
}

Test(envelope, that_is_wrong_is_body)
{
	open_it("<1234>x");
	cr_expect(is(envelope.body, "<1234>x"));
	open_it("<14>1 nonsense");
	cr_expect_not(envelope.is_rfc5424);
	cr_expect(is(envelope.body, "1 nonsense"));
}
