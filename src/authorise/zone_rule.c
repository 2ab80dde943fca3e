#include "authorise/zone.h"
#include "base/take.h"

/* The rule of a footer: POSIX (IEEE Std 1003.1-2017, section 8.3, TZ), where
 * hours of turns may go from -167 to 167 (RFC 8536, section 3.3.1). */
enum { RULE_HOURS = 167, RULE_ZONE_HOURS = 24, RULE_NAME_LENGTH = 3 };

static bool take_name(const char **at);
static bool take_time(const char **at, uint32_t most_hours, int32_t *second);
static bool take_turn(const char **at, struct authorise_zone_turn *turn);
static bool take_week(const char **at, struct authorise_zone_turn *turn);
static bool is_letter(char c);

bool
authorise_zone_parse_rule(const char *text, struct authorise_zone_rule *rule)
{
	struct authorise_zone_rule parsed = { .is_there = true };
	int32_t west_s;

	/* Of TZ, what is west of Greenwich is positive. */
	if (!take_name(&text) || !take_time(&text, RULE_ZONE_HOURS, &west_s)) {
		return false;
	}
	parsed.standard_s = -west_s;
	if (*text != '\0') {
		parsed.has_summer = true;
		parsed.summer_s = parsed.standard_s + 3600;
		if (!take_name(&text)) {
			return false;
		}
		if (*text != ',') {
			if (!take_time(&text, RULE_ZONE_HOURS, &west_s)) {
				return false;
			}
			parsed.summer_s = -west_s;
		}
		if (!take_char(&text, ',') ||
		    !take_turn(&text, &parsed.to_summer) ||
		    !take_char(&text, ',') ||
		    !take_turn(&text, &parsed.to_standard) || *text != '\0') {
			return false;
		}
	}
	*rule = parsed;
	return true;
}

/* "CET", or any signs in pointed brackets: "<+1030>". */
static bool
take_name(const char **at)
{
	const char *begin = *at;

	if (take_char(at, '<')) {
		while (**at != '\0' && **at != '>') {
			++*at;
		}
		return take_char(at, '>');
	}
	while (is_letter(**at)) {
		++*at;
	}
	return *at - begin >= RULE_NAME_LENGTH;
}

/* "2", "-10:30", "+05:45:00". */
static bool
take_time(const char **at, uint32_t most_hours, int32_t *second)
{
	int32_t sign = take_char(at, '-') ? -1 : 1;
	uint64_t hours;
	uint64_t minutes = 0;
	uint64_t seconds = 0;

	if (sign > 0) {
		(void)take_char(at, '+');
	}
	if (!take_number(at, most_hours, &hours)) {
		return false;
	}
	if (take_char(at, ':')) {
		if (!take_number(at, 59, &minutes)) {
			return false;
		}
		if (take_char(at, ':') && !take_number(at, 59, &seconds)) {
			return false;
		}
	}
	*second = sign * (int32_t)(hours * 3600 + minutes * 60 + seconds);
	return true;
}

/* "M3.5.0/2", "J60", "59/-1". */
static bool
take_turn(const char **at, struct authorise_zone_turn *turn)
{
	uint64_t day;

	turn->second = 2 * 3600;
	if (take_char(at, 'M')) {
		if (!take_week(at, turn)) {
			return false;
		}
	} else {
		bool julian = take_char(at, 'J');

		turn->when =
		    julian ? AUTHORISE_ZONE_JULIAN : AUTHORISE_ZONE_DAY;
		if (!take_number(at, 365, &day) || (julian && day == 0)) {
			return false;
		}
		turn->day = (uint16_t)day;
	}
	return !take_char(at, '/') || take_time(at, RULE_HOURS, &turn->second);
}

static bool
take_week(const char **at, struct authorise_zone_turn *turn)
{
	uint64_t month;
	uint64_t week;
	uint64_t weekday;

	turn->when = AUTHORISE_ZONE_WEEK;
	if (!take_number(at, 12, &month) || month == 0 || !take_char(at, '.') ||
	    !take_number(at, 5, &week) || week == 0 || !take_char(at, '.') ||
	    !take_number(at, 6, &weekday)) {
		return false;
	}
	turn->month = (uint8_t)month;
	turn->week = (uint8_t)week;
	turn->weekday = (uint8_t)weekday;
	return true;
}

static bool
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
