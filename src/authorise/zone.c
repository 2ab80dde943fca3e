#include "authorise/zone.h"

enum {
	SECONDS_PER_DAY = 86400,
	/* Those of a year, the two before and the two after: a rule may put a
	 * turn up to a week outside its year. */
	TURN_COUNT = 10,
};

struct turn {
	int64_t at_s;
	int32_t offset_s; /* From then on. */
};

static void span_of_rule(const struct authorise_zone *zone, int64_t at_s,
    struct authorise_zone_span *span);
static void add_turn(
    struct turn *turns, uint32_t *count, int64_t at_s, int32_t offset_s);
static int64_t turn_at(
    const struct authorise_zone_turn *turn, int64_t year, int32_t offset_s);
static int64_t week_day(const struct authorise_zone_turn *turn, int64_t year);
static bool is_leap(int64_t year);
static int64_t days_of(int64_t year, uint32_t month, uint32_t day);
static int64_t floor_days(int64_t seconds);
static bool turn_is_sound(const struct authorise_zone_turn *turn);
static bool offset_is_sound(int32_t offset_s);

void
authorise_zone_utc(struct authorise_zone *zone)
{
	memset(zone, 0, sizeof(*zone));
	memcpy(zone->name, "UTC", sizeof("UTC"));
}

void
authorise_zone_span_of(const struct authorise_zone *zone, int64_t at_s,
    struct authorise_zone_span *span)
{
	uint32_t low = 0;
	uint32_t high = zone->change_count;

	/* The number of changes up to 'at_s'. */
	while (low < high) {
		uint32_t middle = (low + high) / 2;

		if (zone->change_at_s[middle] <= at_s) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (low == zone->change_count && zone->rule.is_there) {
		span_of_rule(zone, at_s, span);
		return;
	}
	span->from_s = low == 0 ? INT64_MIN : zone->change_at_s[low - 1];
	span->until_s =
	    low == zone->change_count ? INT64_MAX : zone->change_at_s[low];
	span->offset_s =
	    low == 0 ? zone->first_offset_s : zone->offset_s[low - 1];
}

void
authorise_zone_local(const struct authorise_zone *zone, int64_t at_s,
    struct authorise_local *local)
{
	struct authorise_zone_span span;
	int64_t wall_s;
	int64_t days;

	authorise_zone_span_of(zone, at_s, &span);
	wall_s = at_s + span.offset_s;
	days = floor_days(wall_s);
	local->date = authorise_date_of_days(days);
	/* 1970-01-01 was a Thursday. */
	local->weekday = (uint8_t)(((days + 3) % 7 + 7) % 7);
	local->second_of_day = (uint32_t)(wall_s - days * SECONDS_PER_DAY);
	local->offset_s = span.offset_s;
}

int64_t
authorise_zone_day_end(
    const struct authorise_zone *zone, const struct authorise_date *date)
{
	int64_t wall_s = (authorise_date_days(date) + 1) * SECONDS_PER_DAY;
	int64_t at_s = wall_s - AUTHORISE_ZONE_OFFSET_MOST;
	int64_t stop_s = wall_s + AUTHORISE_ZONE_OFFSET_MOST;
	int64_t end_s = INT64_MIN;

	/* In each span the clock shows the day up to one moment; the last one
	 * of these ends it. */
	while (at_s <= stop_s) {
		struct authorise_zone_span span;
		int64_t midnight_s;

		authorise_zone_span_of(zone, at_s, &span);
		midnight_s = wall_s - span.offset_s;
		if (midnight_s > span.until_s) {
			midnight_s = span.until_s;
		}
		if (midnight_s > span.from_s && midnight_s > end_s) {
			end_s = midnight_s;
		}
		if (span.until_s == INT64_MAX) {
			break;
		}
		at_s = span.until_s;
	}
	return end_s;
}

bool
authorise_zone_is_sound(const struct authorise_zone *zone)
{
	const struct authorise_zone_rule *rule = &zone->rule;

	if (memchr(zone->name, '\0', sizeof(zone->name)) == NULL ||
	    zone->change_count > AUTHORISE_ZONE_CHANGES ||
	    !offset_is_sound(zone->first_offset_s)) {
		return false;
	}
	for (uint32_t i = 0; i < zone->change_count; i++) {
		if (!offset_is_sound(zone->offset_s[i]) ||
		    (i > 0 &&
		        zone->change_at_s[i] <= zone->change_at_s[i - 1])) {
			return false;
		}
	}
	return !rule->is_there ||
	    (offset_is_sound(rule->standard_s) &&
	        offset_is_sound(rule->summer_s) &&
	        turn_is_sound(&rule->to_summer) &&
	        turn_is_sound(&rule->to_standard));
}

int64_t
authorise_date_days(const struct authorise_date *date)
{
	return days_of(date->year, date->month, date->day);
}

/* The inverse of days_of(), after the same source. */
struct authorise_date
authorise_date_of_days(int64_t days)
{
	int64_t shifted = days + 719468;
	int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
	int64_t day_of_era = shifted - era * 146097;
	int64_t year_of_era = (day_of_era - day_of_era / 1460 +
	                          day_of_era / 36524 - day_of_era / 146096) /
	    365;
	int64_t day_of_year = day_of_era -
	    (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	int64_t from_march = (5 * day_of_year + 2) / 153;
	int64_t month = from_march < 10 ? from_march + 3 : from_march - 9;

	return (struct authorise_date){
		.year =
		    (uint16_t)(year_of_era + era * 400 + (month <= 2 ? 1 : 0)),
		.month = (uint8_t)month,
		.day = (uint8_t)(day_of_year - (153 * from_march + 2) / 5 + 1),
	};
}

/* After the last listed change. */
static void
span_of_rule(const struct authorise_zone *zone, int64_t at_s,
    struct authorise_zone_span *span)
{
	const struct authorise_zone_rule *rule = &zone->rule;
	int64_t year =
	    authorise_date_of_days(floor_days(at_s + rule->standard_s)).year;
	struct turn turns[TURN_COUNT];
	uint32_t count = 0;

	span->from_s = zone->change_count == 0
	    ? INT64_MIN
	    : zone->change_at_s[zone->change_count - 1];
	span->until_s = INT64_MAX;
	span->offset_s = rule->standard_s;
	if (!rule->has_summer) {
		return;
	}
	for (int64_t i = year - 2; i <= year + 2; i++) {
		add_turn(turns, &count,
		    turn_at(&rule->to_summer, i, rule->standard_s),
		    rule->summer_s);
		add_turn(turns, &count,
		    turn_at(&rule->to_standard, i, rule->summer_s),
		    rule->standard_s);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (turns[i].at_s > at_s) {
			span->until_s = turns[i].at_s;
			return;
		}
		if (turns[i].at_s > span->from_s) {
			span->from_s = turns[i].at_s;
		}
		span->offset_s = turns[i].offset_s;
	}
}

/* Puts a turn in its place; of two at one moment the later added counts last,
 * so that a zone which has summer time all the year keeps it. */
static void
add_turn(struct turn *turns, uint32_t *count, int64_t at_s, int32_t offset_s)
{
	uint32_t at = *count;

	while (at > 0 && turns[at - 1].at_s > at_s) {
		turns[at] = turns[at - 1];
		at--;
	}
	turns[at] = (struct turn){ .at_s = at_s, .offset_s = offset_s };
	++*count;
}

/* The moment of a turn in 'year'; 'offset_s' is the one before it. */
static int64_t
turn_at(const struct authorise_zone_turn *turn, int64_t year, int32_t offset_s)
{
	int64_t first = days_of(year, 1, 1);
	int64_t day = 0;

	switch ((enum authorise_zone_when)turn->when) {
	case AUTHORISE_ZONE_JULIAN:
		day = first + turn->day - 1 +
		    (is_leap(year) && turn->day >= 60 ? 1 : 0);
		break;
	case AUTHORISE_ZONE_DAY:
		day = first + turn->day;
		break;
	case AUTHORISE_ZONE_WEEK:
		day = week_day(turn, year);
		break;
	}
	return day * SECONDS_PER_DAY + turn->second - offset_s;
}

/* The day of a weekday of the first to fourth, or the last, week of a month. */
static int64_t
week_day(const struct authorise_zone_turn *turn, int64_t year)
{
	int64_t first = days_of(year, turn->month, 1);
	int64_t next = turn->month == 12 ? days_of(year + 1, 1, 1)
	                                 : days_of(year, turn->month + 1u, 1);
	int64_t weekday = ((first + 4) % 7 + 7) % 7; /* 0: Sunday. */
	int64_t day =
	    first + (turn->weekday - weekday + 7) % 7 + (turn->week - 1) * 7;

	return day < next ? day : day - 7;
}

static bool
is_leap(int64_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days since 1970-01-01 of the Gregorian calendar: H. Hinnant, "chrono-
 * Compatible Low-Level Date Algorithms", days_from_civil. */
static int64_t
days_of(int64_t year, uint32_t month, uint32_t day)
{
	int64_t shifted = year - (month <= 2 ? 1 : 0);
	int64_t era = (shifted >= 0 ? shifted : shifted - 399) / 400;
	int64_t year_of_era = shifted - era * 400;
	int64_t day_of_year =
	    (153 * (month > 2 ? (int64_t)month - 3 : (int64_t)month + 9) + 2) /
	        5 +
	    day - 1;

	return era * 146097 + year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year - 719468;
}

static int64_t
floor_days(int64_t seconds)
{
	int64_t days = seconds / SECONDS_PER_DAY;

	return seconds % SECONDS_PER_DAY < 0 ? days - 1 : days;
}

static bool
turn_is_sound(const struct authorise_zone_turn *turn)
{
	if (turn->second > 168 * 3600 || turn->second < -168 * 3600 ||
	    turn->day > 365) {
		return false;
	}
	return turn->when == AUTHORISE_ZONE_JULIAN ||
	    turn->when == AUTHORISE_ZONE_DAY ||
	    (turn->when == AUTHORISE_ZONE_WEEK && turn->month >= 1 &&
	        turn->month <= 12 && turn->week >= 1 && turn->week <= 5 &&
	        turn->weekday <= 6);
}

static bool
offset_is_sound(int32_t offset_s)
{
	return offset_s <= AUTHORISE_ZONE_OFFSET_MOST &&
	    offset_s >= -AUTHORISE_ZONE_OFFSET_MOST;
}
