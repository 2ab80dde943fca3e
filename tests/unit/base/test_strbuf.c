#include <criterion/criterion.h>

#include "base/rfc3339.h"
#include "base/strbuf.h"

Test(strbuf, joins_pieces)
{
	char text[32];
	struct strbuf buffer;

	strbuf_init(&buffer, text, sizeof(text));
	cr_expect_str_eq(text, "");
	strbuf_add(&buffer, "a");
	strbuf_addf(&buffer, "-%d-", 7);
	strbuf_add(&buffer, "b");
	cr_expect_str_eq(text, "a-7-b");
	cr_expect_eq(buffer.length, 5);
	cr_expect_not(buffer.cut);
}

Test(strbuf, leaves_out_whole_what_does_not_fit)
{
	char text[6];
	struct strbuf buffer;

	strbuf_init(&buffer, text, sizeof(text));
	strbuf_add(&buffer, "abc");
	strbuf_add(&buffer, "def");
	cr_expect(buffer.cut);
	cr_expect_str_eq(text, "abc");
	strbuf_addf(&buffer, "%s", "def");
	cr_expect_str_eq(text, "abc");
	strbuf_add(&buffer, "de");
	cr_expect_str_eq(text, "abcde");
	strbuf_add(&buffer, "");
	strbuf_addf(&buffer, "%s", "");
	cr_expect_str_eq(text, "abcde");
	cr_expect_eq(buffer.length, 5);
}

Test(strbuf, of_one_byte_holds_nothing)
{
	char text[1] = { 'x' };
	struct strbuf buffer;

	strbuf_init(&buffer, text, sizeof(text));
	strbuf_add(&buffer, "a");
	cr_expect_str_eq(text, "");
	cr_expect(buffer.cut);
}

Test(rfc3339, writes_utc_with_microseconds)
{
	char text[RFC3339_SIZE];

	cr_expect_str_eq(
	    rfc3339_format(0, text), "1970-01-01T00:00:00.000000Z");
	cr_expect_str_eq(rfc3339_format(1795503060123456789ull, text),
	    "2026-11-24T06:51:00.123456Z");
	cr_expect_str_eq(rfc3339_format(951782399999999999ull, text),
	    "2000-02-28T23:59:59.999999Z");
	cr_expect_str_eq(rfc3339_format(951782400ull * NS_PER_S, text),
	    "2000-02-29T00:00:00.000000Z");
	cr_expect_str_eq(
	    rfc3339_format(UINT64_MAX, text), "2554-07-21T23:34:33.709551Z");
}
