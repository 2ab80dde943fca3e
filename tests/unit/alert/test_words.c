#include <criterion/criterion.h>

#include "alert/words.h"

static char text[256];
static struct strbuf buffer;

static void
set_up(void)
{
	strbuf_init(&buffer, text, sizeof(text));
}

TestSuite(words, .init = set_up);

Test(words, write_counts_with_commas)
{
	words_add_count(&buffer, 0);
	strbuf_add(&buffer, " ");
	words_add_count(&buffer, 999);
	strbuf_add(&buffer, " ");
	words_add_count(&buffer, 1000);
	strbuf_add(&buffer, " ");
	words_add_count(&buffer, UINT64_MAX);
	cr_expect_str_eq(text, "0 999 1,000 18,446,744,073,709,551,615");
}

Test(words, write_durations_in_the_unit_that_fits)
{
	static const struct {
		uint64_t ms;
		const char *text;
	} cases[] = {
		{ 0, "less than a millisecond" },
		{ 1, "1 ms" },
		{ 999, "999 ms" },
		{ 1000, "1.0 s" },
		{ 9999, "9.9 s" },
		{ 10000, "10 s" },
		{ 59999, "59 s" },
		{ 60000, "1 min 0 s" },
		{ 3599999, "59 min 59 s" },
		{ 7500000, "2 h 5 min" },
		{ 86400000, "1 d 0 h" },
		{ 93600000000, "1083 d 8 h" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		set_up();
		words_add_duration(&buffer, cases[i].ms);
		cr_expect_str_eq(text, cases[i].text);
	}
}

Test(words, replace_what_is_no_utf8)
{
	static const struct {
		const char *what;
		const char *in;
		const char *out;
	} cases[] = {
		{ "plain", "ab", "ab" },
		{ "two, three and four bytes", "é€😀", "é€😀" },
		{ "a lone byte",
		    "a\xff"
		    "b",
		    "a\xef\xbf\xbd"
		    "b" },
		{ "cut at the end", "a\xe2\x82", "a\xef\xbf\xbd\xef\xbf\xbd" },
		{ "more bytes than needed", "\xc0\xaf",
		    "\xef\xbf\xbd\xef\xbf\xbd" },
		{ "a surrogate", "\xed\xa0\x80",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "past the last", "\xf4\x90\x80\x80",
		    "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
		{ "control characters stay", "a\x1b\n", "a\x1b\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		words_clean(cases[i].in, text, sizeof(text));
		cr_expect_str_eq(text, cases[i].out, "%s", cases[i].what);
	}
}

Test(words, that_do_not_fit_are_cut_between_characters)
{
	char small[6];

	words_clean("ab€€", small, sizeof(small));
	cr_expect_str_eq(small, "ab€");
	words_clean("abc€", small, sizeof(small));
	cr_expect_str_eq(small, "abc");
}

Test(words, cannot_steer_a_terminal)
{
	words_add_visible(&buffer,
	    "a\x1b[2Jb\x07\x7f\xc2\x9b"
	    "c\u202e"
	    "dé");
	cr_expect_str_eq(text,
	    "a\ufffd[2Jb\ufffd\ufffd\ufffd"
	    "c\ufffd"
	    "dé");
}
