#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "authorise/zone.h"
#include "unit/authorise/scanners.h"

static struct authorise_zone zone;

static void
read_zone(const char *name)
{
	cr_assert_eq(authorise_zone_read(name, &zone), 0, "%s", name);
	cr_expect(authorise_zone_is_sound(&zone));
}

static int64_t
second(const char *text)
{
	return (int64_t)(at(text) / NS_PER_S);
}

/* "Sun 2026-03-29 03:00:00 +7200". */
static void
expect_local(const char *moment, const char *expected)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
		"Sat", "Sun" };
	struct authorise_local local;
	char text[64];

	authorise_zone_local(&zone, second(moment), &local);
	(void)snprintf(text, sizeof(text),
	    "%s %04u-%02u-%02u %02u:%02u:%02u %d", days[local.weekday],
	    local.date.year, local.date.month, local.date.day,
	    local.second_of_day / 3600, local.second_of_day / 60 % 60,
	    local.second_of_day % 60, local.offset_s);
	cr_expect_str_eq(
	    text, expected, "%s in %s: %s", moment, zone.name, text);
}

static void
expect_end(uint16_t year, uint8_t month, uint8_t day, const char *moment)
{
	struct authorise_date date = { year, month, day };

	cr_expect_eq(authorise_zone_day_end(&zone, &date), second(moment),
	    "%s, %u-%u-%u: %lld", zone.name, year, month, day,
	    (long long)authorise_zone_day_end(&zone, &date));
}

Test(zone, berlin_skips_an_hour_in_march_and_has_one_twice_in_october)
{
	read_zone("Europe/Berlin");
	expect_local("2026-03-29T00:59:59Z", "Sun 2026-03-29 01:59:59 3600");
	expect_local("2026-03-29T01:00:00Z", "Sun 2026-03-29 03:00:00 7200");
	expect_local("2026-10-25T00:00:00Z", "Sun 2026-10-25 02:00:00 7200");
	expect_local("2026-10-25T00:59:59Z", "Sun 2026-10-25 02:59:59 7200");
	expect_local("2026-10-25T01:00:00Z", "Sun 2026-10-25 02:00:00 3600");
}

Test(zone, the_rule_of_the_footer_holds_after_the_last_listed_change)
{
	read_zone("Europe/Berlin");
	expect_local("2040-03-25T00:59:59Z", "Sun 2040-03-25 01:59:59 3600");
	expect_local("2040-03-25T01:00:00Z", "Sun 2040-03-25 03:00:00 7200");
	expect_local("2040-10-28T00:59:59Z", "Sun 2040-10-28 02:59:59 7200");
	expect_local("2040-10-28T01:00:00Z", "Sun 2040-10-28 02:00:00 3600");
	read_zone("America/New_York");
	expect_local("2040-03-11T06:59:59Z", "Sun 2040-03-11 01:59:59 -18000");
	expect_local("2040-03-11T07:00:00Z", "Sun 2040-03-11 03:00:00 -14400");
	expect_local("2040-11-04T06:00:00Z", "Sun 2040-11-04 01:00:00 -18000");
}

Test(zone, kolkata_is_half_an_hour_off_and_lord_howe_changes_by_half_an_hour)
{
	read_zone("Asia/Kolkata");
	expect_local("2026-07-01T18:29:59Z", "Wed 2026-07-01 23:59:59 19800");
	expect_local("2026-07-01T18:30:00Z", "Thu 2026-07-02 00:00:00 19800");
	read_zone("Australia/Lord_Howe");
	expect_local("2026-04-04T14:59:59Z", "Sun 2026-04-05 01:59:59 39600");
	expect_local("2026-04-04T15:00:00Z", "Sun 2026-04-05 01:30:00 37800");
	expect_local("2026-10-03T15:29:59Z", "Sun 2026-10-04 01:59:59 37800");
	expect_local("2026-10-03T15:30:00Z", "Sun 2026-10-04 02:30:00 39600");
}

Test(zone, apia_went_without_a_friday)
{
	read_zone("Pacific/Apia");
	expect_local("2011-12-30T09:59:59Z", "Thu 2011-12-29 23:59:59 -36000");
	expect_local("2011-12-30T10:00:00Z", "Sat 2011-12-31 00:00:00 50400");
	expect_end(2011, 12, 29, "2011-12-30T10:00:00Z");
	expect_end(2011, 12, 30, "2011-12-30T10:00:00Z");
	expect_end(2011, 12, 31, "2011-12-31T10:00:00Z");
}

Test(zone, a_day_ends_at_its_last_midnight_or_where_it_is_skipped)
{
	read_zone("Europe/Berlin");
	expect_end(2027, 3, 31, "2027-03-31T22:00:00Z");
	expect_end(2026, 10, 25, "2026-10-25T23:00:00Z");
	/* At midnight the clock goes back to eleven. */
	read_zone("America/Havana");
	expect_end(2026, 10, 31, "2026-11-01T04:00:00Z");
	read_zone("America/Santiago");
	expect_end(2026, 4, 4, "2026-04-05T04:00:00Z");
	/* At midnight it goes on to one. */
	expect_end(2026, 9, 5, "2026-09-06T04:00:00Z");
	read_zone("UTC");
	expect_end(2026, 12, 31, "2027-01-01T00:00:00Z");
}

/* The C library reads the same files. */
Test(zone, every_zone_tells_the_hours_that_the_library_tells)
{
	static const char *const names[] = { "Europe/Berlin",
		"America/New_York", "Asia/Kolkata", "Australia/Lord_Howe",
		"Pacific/Apia", "Europe/Dublin", "Africa/Casablanca",
		"America/Sao_Paulo", "Asia/Gaza", "America/St_Johns",
		"Antarctica/Troll", "Pacific/Chatham", "Asia/Tehran" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		read_zone(names[i]);
		setenv("TZ", names[i], 1);
		tzset();
		/* From 2000 to 2060, by steps that fall on all hours. */
		for (time_t t = 946684800; t < 2840140800; t += 99991) {
			struct authorise_local local;
			struct tm tm;

			localtime_r(&t, &tm);
			authorise_zone_local(&zone, t, &local);
			if (local.offset_s != tm.tm_gmtoff ||
			    local.date.day != tm.tm_mday ||
			    local.weekday != (tm.tm_wday + 6) % 7) {
				cr_expect(false, "%s at %lld: %d, not %ld",
				    names[i], (long long)t, local.offset_s,
				    tm.tm_gmtoff);
				break;
			}
		}
	}
}

Test(zone, a_rule_is_read_in_each_of_its_forms)
{
	struct authorise_zone_rule rule;

	cr_assert(authorise_zone_parse_rule("UTC0", &rule));
	cr_expect_not(rule.has_summer);
	cr_assert(authorise_zone_parse_rule(
	    "<-02>2<-01>,M3.5.0/-1,M10.5.0/0", &rule));
	cr_expect_eq(rule.standard_s, -7200);
	cr_expect_eq(rule.summer_s, -3600);
	cr_expect_eq(rule.to_summer.second, -3600);
	cr_assert(authorise_zone_parse_rule(
	    "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", &rule));
	cr_expect_eq(rule.standard_s, 37800);
	cr_expect_eq(rule.to_summer.second, 7200);
	cr_assert(authorise_zone_parse_rule("XXX3EDT4,0/0,J365/23", &rule));
	cr_expect_eq(rule.to_summer.when, AUTHORISE_ZONE_DAY);
	cr_expect_eq(rule.to_standard.when, AUTHORISE_ZONE_JULIAN);
}

Test(zone, summer_time_all_the_year_never_ends)
{
	authorise_zone_utc(&zone);
	cr_assert(
	    authorise_zone_parse_rule("XXX3EDT4,0/0,J365/23", &zone.rule));
	expect_local("2026-12-31T23:59:59Z", "Thu 2026-12-31 19:59:59 -14400");
	expect_local("2027-01-01T03:59:59Z", "Thu 2026-12-31 23:59:59 -14400");
	expect_local("2027-01-01T04:00:00Z", "Fri 2027-01-01 00:00:00 -14400");
}

Test(zone, what_is_no_rule_is_refused)
{
	static const char *const texts[] = { "", "CE-1", "CET", "CET-1CEST",
		"CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0/3",
		"CET-1CEST,M3.6.0,M10.5.0/3", "CET-1CEST,M3.5.7,M10.5.0/3",
		"CET-1CEST,J0,J365", "CET-1CEST,366,1", "CET-25",
		"CET-1CEST,M3.5.0/168,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3 ",
		"<CET-1", "CET-1:60" };

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct authorise_zone_rule rule;

		cr_expect_not(
		    authorise_zone_parse_rule(texts[i], &rule), "%s", texts[i]);
	}
}

Test(zone, a_file_cut_short_or_with_a_wrong_octet_is_refused_or_sound)
{
	static uint8_t bytes[AUTHORISE_ZONE_FILE_SIZE];
	FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	size_t size;

	cr_assert_not_null(file);
	size = fread(bytes, 1, sizeof(bytes), file);
	fclose(file);
	cr_assert(authorise_zone_parse("Europe/Berlin", bytes, size, &zone));
	for (size_t cut = 0; cut < size; cut++) {
		cr_assert_not(
		    authorise_zone_parse("Europe/Berlin", bytes, cut, &zone),
		    "%zu of %zu", cut, size);
	}
	for (size_t i = 0; i < size; i++) {
		bytes[i] ^= 0xff;
		if (authorise_zone_parse("Europe/Berlin", bytes, size, &zone)) {
			cr_assert(authorise_zone_is_sound(&zone));
		}
		bytes[i] ^= 0xff;
	}
}

Test(zone, a_name_that_leads_elsewhere_is_none)
{
	cr_expect_lt(authorise_zone_read("../../../etc/passwd", &zone), 0);
	cr_expect_lt(authorise_zone_read("/etc/passwd", &zone), 0);
	cr_expect_lt(authorise_zone_read("", &zone), 0);
	cr_expect_lt(authorise_zone_read("Europe", &zone), 0);
	cr_expect_lt(authorise_zone_read("Europe/Atlantis", &zone), 0);
	cr_expect_lt(authorise_zone_read("right/Europe/Berlin", &zone), 0);
}

Test(zone, days_and_dates_are_each_others_inverse)
{
	for (int64_t days = 0; days < 300000; days++) {
		struct authorise_date date = authorise_date_of_days(days);

		cr_assert_eq(authorise_date_days(&date), days);
	}
}

Test(zone, more_changes_than_there_is_room_for_lose_the_first)
{
	enum { COUNT = AUTHORISE_ZONE_CHANGES + 5 };
	static uint8_t bytes[44 * 2 + 6 + 1 + COUNT * 9 + 12 + 4 + 64];
	size_t used = 0;
	const uint8_t counts1[24] = { [19] = 1, [23] = 1 };
	uint8_t counts2[24] = { [19] = 2, [23] = 1 };

	memcpy(bytes, "TZif2", 5);
	memcpy(bytes + 20, counts1, 24);
	used = 44 + 6 + 1;
	memcpy(bytes + used, "TZif2", 5);
	counts2[14] = COUNT >> 8;
	counts2[15] = COUNT & 0xff;
	memcpy(bytes + used + 20, counts2, 24);
	used += 44;
	for (uint32_t i = 0; i < COUNT; i++) {
		bytes[used + i * 8 + 4] = 0x10;
		bytes[used + i * 8 + 6] = (uint8_t)(i >> 8);
		bytes[used + i * 8 + 7] = (uint8_t)i;
	}
	used += COUNT * 8;
	for (uint32_t i = 0; i < COUNT; i++) {
		bytes[used + i] = (uint8_t)(i % 2);
	}
	used += COUNT;
	bytes[used + 3] = 60; /* The first type: a minute. */
	used += 12 + 1;
	memcpy(bytes + used, "\n\n", 2);
	used += 2;
	cr_assert(authorise_zone_parse("Made/Up", bytes, used, &zone));
	cr_expect_eq(zone.change_count, AUTHORISE_ZONE_CHANGES);
	cr_expect_eq(zone.change_at_s[0], 0x10000005);
	cr_expect(authorise_zone_is_sound(&zone));
}
