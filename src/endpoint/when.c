#include "endpoint/when.h"

#define SECONDS_PER_DAY 86400u
#define YEAR_MIN        1970u
#define YEAR_MAX        2199u
#define YEARLESS        1972u /* A leap year stands for none at all. */
#define FEBRUARY_29     59u   /* Days before it. */

struct moment {
	uint32_t year; /* 0: not known. */
	uint32_t month;
	uint32_t day;
	uint32_t hour;
	uint32_t minute;
	uint32_t second;
	uint32_t fraction_ns;
	int32_t zone_s; /* East of Greenwich. */
	bool has_zone;
	bool is_fine;
};

/* Takes a number of 'least' to 'most' digits off the text. */
static bool
take_digits(struct slice *text, uint32_t least, uint32_t most, uint32_t *value)
{
	uint32_t sum = 0;
	uint32_t count = 0;

	while (count < most && count < text->size && text->text[count] >= '0' &&
	    text->text[count] <= '9') {
		sum = sum * 10 + (uint32_t)(text->text[count] - '0');
		count++;
	}
	if (count < least) {
		return false;
	}
	*text = slice_after(*text, count);
	*value = sum;
	return true;
}

static bool
take_byte(struct slice *text, char byte)
{
	if (text->size == 0 || text->text[0] != byte) {
		return false;
	}
	*text = slice_after(*text, 1);
	return true;
}

static void
skip_blanks(struct slice *text)
{
	while (take_byte(text, ' ')) {
	}
}

/* ".113456": of any length, read to nanoseconds. */
static void
take_fraction(struct slice *text, struct moment *moment)
{
	uint32_t unit_ns = 100000000;
	struct slice rest = *text;
	uint32_t digit;

	if (!take_byte(&rest, '.') && !take_byte(&rest, ',')) {
		return;
	}
	if (!take_digits(&rest, 1, 1, &digit)) {
		return;
	}
	moment->is_fine = true;
	do {
		moment->fraction_ns += digit * unit_ns;
		unit_ns /= 10;
	} while (take_digits(&rest, 1, 1, &digit));
	*text = rest;
}

/* "08:29", "08:29:52", "08:29:52.113". */
static bool
take_clock(struct slice *text, struct moment *moment)
{
	if (!take_digits(text, 1, 2, &moment->hour) || !take_byte(text, ':') ||
	    !take_digits(text, 2, 2, &moment->minute)) {
		return false;
	}
	if (take_byte(text, ':')) {
		if (!take_digits(text, 2, 2, &moment->second)) {
			return false;
		}
		take_fraction(text, moment);
	}
	return true;
}

/* "Z", "+02:00", " +0200", " UTC". */
static void
take_zone(struct slice *text, struct moment *moment)
{
	struct slice rest = *text;
	uint32_t hours;
	uint32_t minutes = 0;
	bool is_west;

	skip_blanks(&rest);
	if (take_byte(&rest, 'Z') || slice_begins(rest, SLICE("UTC")) ||
	    slice_begins(rest, SLICE("GMT"))) {
		moment->has_zone = true;
		*text = rest;
		return;
	}
	is_west = slice_begins(rest, SLICE("-"));
	if (!take_byte(&rest, '-') && !take_byte(&rest, '+')) {
		return;
	}
	if (!take_digits(&rest, 2, 2, &hours)) {
		return;
	}
	(void)take_byte(&rest, ':');
	if (!take_digits(&rest, 2, 2, &minutes) || hours > 14 || minutes > 59) {
		return;
	}
	moment->zone_s = (int32_t)(hours * 3600 + minutes * 60);
	if (is_west) {
		moment->zone_s = -moment->zone_s;
	}
	moment->has_zone = true;
	*text = rest;
}

/* Days from 1970-01-01 of a date of the Gregorian calendar; the year begins in
 * March (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms"). */
static uint64_t
days_of(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t shifted = month <= 2 ? year - 1 : year;
	uint32_t era = shifted / 400;
	uint32_t of_era = shifted % 400;
	uint32_t of_year =
	    (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
	uint32_t day_of_era =
	    of_era * 365 + of_era / 4 - of_era / 100 + of_year;

	return (uint64_t)era * 146097 + day_of_era - 719468;
}

static bool
settle(const struct moment *moment, struct when *when)
{
	uint32_t year = moment->year == 0 ? YEARLESS : moment->year;
	uint64_t time_s;

	if (year < YEAR_MIN || year > YEAR_MAX || moment->month < 1 ||
	    moment->month > 12 || moment->day < 1 || moment->day > 31 ||
	    moment->hour > 23 || moment->minute > 59 || moment->second > 60) {
		return false;
	}
	time_s = days_of(year, moment->month, moment->day) * SECONDS_PER_DAY +
	    moment->hour * 3600ull + moment->minute * 60ull + moment->second;
	if (moment->zone_s > 0 && time_s < (uint64_t)moment->zone_s) {
		return false;
	}
	time_s -= (uint64_t)(int64_t)moment->zone_s;
	when->time_ns = time_s * NS_PER_S + moment->fraction_ns;
	when->has_zone = moment->has_zone;
	when->has_year = moment->year != 0;
	when->is_fine = moment->is_fine;
	return true;
}

bool
when_iso(struct slice text, struct when *when)
{
	struct moment moment = { 0 };

	if (!take_digits(&text, 4, 4, &moment.year) ||
	    (!take_byte(&text, '-') && !take_byte(&text, '/')) ||
	    !take_digits(&text, 2, 2, &moment.month) ||
	    (!take_byte(&text, '-') && !take_byte(&text, '/')) ||
	    !take_digits(&text, 2, 2, &moment.day) ||
	    (!take_byte(&text, 'T') && !take_byte(&text, ' ')) ||
	    !take_clock(&text, &moment)) {
		return false;
	}
	take_zone(&text, &moment);
	return settle(&moment, when);
}

static bool
take_month(struct slice *text, uint32_t *month)
{
	static const char names[] = "JanFebMarAprMayJunJulAugSepOctNovDec";

	for (uint32_t i = 0; i < 12; i++) {
		if (slice_begins_word(
		        *text, (struct slice){ names + (size_t)i * 3, 3 })) {
			*text = slice_after(*text, 3);
			*month = i + 1;
			return true;
		}
	}
	return false;
}

/* A year, and not the hour of what follows. */
static bool
take_year(struct slice *text, struct moment *moment)
{
	struct slice rest = *text;
	uint32_t year;

	skip_blanks(&rest);
	if (!take_digits(&rest, 4, 4, &year) ||
	    (rest.size > 0 && rest.text[0] == ':')) {
		return false;
	}
	moment->year = year;
	*text = rest;
	return true;
}

/* "Wed " in front, then "Feb 13 18:01:47 2019" or "Feb 13 2019 18:01:47". */
static bool
take_named(struct slice *text, struct moment *moment)
{
	static const struct slice days[] = { { "Mon ", 4 }, { "Tue ", 4 },
		{ "Wed ", 4 }, { "Thu ", 4 }, { "Fri ", 4 }, { "Sat ", 4 },
		{ "Sun ", 4 } };

	for (size_t i = 0; i < ARRAY_SIZE(days); i++) {
		if (slice_begins(*text, days[i])) {
			*text = slice_after(*text, days[i].size);
			break;
		}
	}
	if (!take_month(text, &moment->month) || !take_byte(text, ' ')) {
		return false;
	}
	skip_blanks(text);
	if (!take_digits(text, 1, 2, &moment->day)) {
		return false;
	}
	(void)take_byte(text, ',');
	(void)take_year(text, moment);
	skip_blanks(text);
	if (!take_clock(text, moment)) {
		return false;
	}
	if (moment->year == 0) {
		(void)take_year(text, moment);
	}
	take_zone(text, moment);
	return true;
}

/* "10/22/2020 04:29:53 AM". */
static bool
take_american(struct slice *text, struct moment *moment)
{
	bool is_afternoon;

	if (!take_digits(text, 1, 2, &moment->month) || !take_byte(text, '/') ||
	    !take_digits(text, 1, 2, &moment->day) || !take_byte(text, '/') ||
	    !take_digits(text, 4, 4, &moment->year) || !take_byte(text, ' ') ||
	    !take_clock(text, moment)) {
		return false;
	}
	skip_blanks(text);
	is_afternoon = slice_begins_word(*text, SLICE("PM"));
	if (is_afternoon || slice_begins_word(*text, SLICE("AM"))) {
		*text = slice_after(*text, 2);
		moment->hour = moment->hour % 12 + (is_afternoon ? 12 : 0);
	}
	return true;
}

bool
when_words(struct slice text, struct when *when, size_t *used)
{
	struct slice rest = text;
	struct moment moment = { 0 };

	if (!take_named(&rest, &moment)) {
		rest = text;
		moment = (struct moment){ 0 };
		if (!take_american(&rest, &moment)) {
			return false;
		}
	}
	*used = text.size - rest.size;
	return settle(&moment, when);
}

bool
when_epoch(struct slice text, struct when *when)
{
	struct slice whole = slice_head(text, slice_find_byte(text, '.'));
	struct slice rest = slice_after(text, whole.size);
	struct moment moment = { 0 };
	uint64_t value;

	if (!slice_number(whole, &value) || whole.size < 9 || whole.size > 19) {
		return false;
	}
	take_fraction(&rest, &moment);
	for (size_t digits = whole.size > 10 ? whole.size : 10; digits < 19;
	     digits += 3) {
		if (__builtin_mul_overflow(value, 1000, &value)) {
			return false;
		}
	}
	when->time_ns = value;
	when->has_zone = true;
	when->has_year = true;
	when->is_fine = whole.size > 10;
	if (whole.size <= 10) {
		when->time_ns += moment.fraction_ns;
		when->is_fine = moment.is_fine;
	}
	return true;
}

bool
when_any(struct slice text, struct when *when)
{
	size_t used;

	return when_iso(text, when) || when_words(text, when, &used) ||
	    when_epoch(text, when);
}

static bool
is_leap(uint32_t year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* The time as it stands in YEARLESS, brought into another year. */
static uint64_t
in_year(uint64_t yearless_ns, uint32_t year)
{
	uint64_t of_year_s =
	    yearless_ns / NS_PER_S - days_of(YEARLESS, 1, 1) * SECONDS_PER_DAY;
	uint64_t day = of_year_s / SECONDS_PER_DAY;

	if (day > FEBRUARY_29 && !is_leap(year)) {
		day--;
	}
	day += days_of(year, 1, 1);
	return (day * SECONDS_PER_DAY + of_year_s % SECONDS_PER_DAY) *
	    NS_PER_S +
	    yearless_ns % NS_PER_S;
}

void
when_add_year(struct when *when, uint64_t arrival_ns)
{
	/* At most a day off, which the neighbours make good. */
	uint32_t year = YEAR_MIN +
	    (uint32_t)(arrival_ns / NS_PER_S / (365 * SECONDS_PER_DAY + 20952));
	uint64_t nearest_ns = 0;
	uint64_t distance_ns = UINT64_MAX;

	if (year <= YEAR_MIN || year >= YEAR_MAX) {
		return;
	}
	for (uint32_t i = year - 1; i <= year + 1; i++) {
		uint64_t ns = in_year(when->time_ns, i);
		uint64_t apart_ns =
		    ns > arrival_ns ? ns - arrival_ns : arrival_ns - ns;

		if (apart_ns < distance_ns) {
			distance_ns = apart_ns;
			nearest_ns = ns;
		}
	}
	when->time_ns = nearest_ns;
	when->has_year = true;
}
