#include "base/rfc3339.h"

#include <criterion/criterion.h>

Test(rfc3339, what_is_written_reads_as_the_same_time)
{
	char text[RFC3339_SIZE];
	uint64_t time_ns = 0;

	rfc3339_format(1795501860123456000, text);
	cr_expect(rfc3339_parse(text, &time_ns));
	cr_expect_eq(time_ns, 1795501860123456000);
}

Test(rfc3339, zones_and_fractions_count)
{
	uint64_t time_ns = 0;

	cr_expect(rfc3339_parse("1970-01-01T02:00:01+02:00", &time_ns));
	cr_expect_eq(time_ns, NS_PER_S);
	cr_expect(rfc3339_parse("1970-01-01t00:00:01.5z", &time_ns));
	cr_expect_eq(time_ns, 1500000000);
	cr_expect(
	    rfc3339_parse("1969-12-31T22:00:00.123456789123-03:30", &time_ns));
	cr_expect_eq(time_ns, 5400 * NS_PER_S + 123456789);
}

Test(rfc3339, what_is_no_time_is_refused)
{
	static const char *const wrong[] = { "", "2026-11-24", "2026-13-01T0",
		"2026-11-24T06:51:00", "2026-11-24T06:51:00.Z",
		"2026-11-24T06:51:00+2", "2026-11-24T25:51:00Z",
		"1969-12-31T23:59:59Z", "2026-00-24T06:51:00Z",
		"2026-11-24T06:51:00Zx", "9999-11-24T06:51:00Z" };
	uint64_t time_ns = 7;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		cr_expect_not(
		    rfc3339_parse(wrong[i], &time_ns), "%s", wrong[i]);
	}
	cr_expect_eq(time_ns, 7);
}
