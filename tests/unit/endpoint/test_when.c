#include "endpoint/when.h"

#include <criterion/criterion.h>

static struct slice
slice(const char *text)
{
	return (struct slice){ text, strlen(text) };
}

struct written {
	const char *text;
	uint64_t time_ns;
	bool has_zone;
	bool is_fine;
};

Test(when, reads_the_times_that_formats_write)
{
	static const struct written cases[] = {
		{ "2020-10-22 08:29:52.113", 1603355392113000000, false, true },
		{ "2020-10-22T08:29:52.113456789Z", 1603355392113456789, true,
		    true },
		{ "2020-10-22T04:29:52-04:00", 1603355392000000000, true,
		    false },
		{ "2020-10-22 17:29:52 +0900", 1603355392000000000, true,
		    false },
		{ "2020/10/22 08:29", 1603355340000000000, false, false },
		{ "Thu Oct 22 08:29:52 2020", 1603355392000000000, false,
		    false },
		{ "Oct 22 2020 08:29:52.113", 1603355392113000000, false,
		    true },
		{ "Oct 22 2020 08:29:52 UTC", 1603355392000000000, true,
		    false },
		{ "10/22/2020 08:29:52 AM", 1603355392000000000, false, false },
		{ "10/22/2020 12:29:52 AM", 1603326592000000000, false, false },
		{ "10/22/2020 08:29:52 PM", 1603398592000000000, false, false },
		{ "1603355392", 1603355392000000000, true, false },
		{ "1603355392.5", 1603355392500000000, true, true },
		{ "1603355392113", 1603355392113000000, true, true },
		{ "2020-02-29T00:00:00Z", 1582934400000000000, true, false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct when when;

		cr_expect(
		    when_any(slice(cases[i].text), &when), "%s", cases[i].text);
		cr_expect_eq(when.time_ns, cases[i].time_ns, "%s: %lu",
		    cases[i].text, when.time_ns);
		cr_expect_eq(when.has_zone, cases[i].has_zone);
		cr_expect_eq(when.is_fine, cases[i].is_fine);
		cr_expect(when.has_year);
	}
}

Test(when, refuses_what_is_no_time)
{
	static const char *const cases[] = { "", "yesterday",
		"2020-13-01 00:00", "2020-10-22", "2020-10-22 24:00",
		"2020-10-22T08:61:00", "Foo 22 08:29:52", "Oct 22",
		"9999999999999999999999", "12345", "0x5f9143000",
		"1969-12-31 23:59:59", "1970-01-01T00:00:00+01:00" };

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct when when;

		cr_expect_not(when_any(slice(cases[i]), &when), "%s", cases[i]);
	}
}

static uint64_t
with_year(const char *text, const char *arrival)
{
	struct when when;
	struct when came;
	size_t used;

	cr_assert(when_words(slice(text), &when, &used));
	cr_assert_not(when.has_year);
	cr_assert(when_iso(slice(arrival), &came));
	when_add_year(&when, came.time_ns);
	cr_assert(when.has_year);
	return when.time_ns / NS_PER_S;
}

Test(when, adds_the_year_that_is_nearest_to_the_arrival)
{
	cr_expect_eq(
	    with_year("Oct 22 08:29:52", "2020-10-22 08:30:00"), 1603355392);
	cr_expect_eq(with_year("Dec 31 23:59:59", "2021-01-01 00:00:01"),
	    1609459199, "last year's");
	cr_expect_eq(with_year("Jan  1 00:00:01", "2020-12-31 23:59:59"),
	    1609459201, "the coming year's: clocks are off");
	cr_expect_eq(
	    with_year("Feb 29 12:00:00", "2020-02-29 12:00:01"), 1582977600);
	cr_expect_eq(
	    with_year("Mar  1 12:00:00", "2020-03-01 12:00:01"), 1583064000);
	cr_expect_eq(
	    with_year("Mar  1 12:00:00", "2021-03-01 12:00:01"), 1614600000);
}

Test(when, without_an_arrival_no_year_is_made_up)
{
	struct when when;
	size_t used;

	cr_assert(when_words(slice("Oct 22 08:29:52"), &when, &used));
	when_add_year(&when, 0);
	cr_expect_not(when.has_year);
	cr_expect_eq(used, 15);
}
