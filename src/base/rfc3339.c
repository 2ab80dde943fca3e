#include "base/rfc3339.h"

#include <stdio.h>
#include <time.h>

const char *
rfc3339_format(uint64_t time_ns, char text[RFC3339_SIZE])
{
	time_t seconds = (time_t)(time_ns / NS_PER_S);
	unsigned microseconds = (unsigned)(time_ns % NS_PER_S / NS_PER_US);
	char day[32]; /* 64 bits of nanoseconds end in the year 2554. */
	struct tm utc;

	(void)gmtime_r(&seconds, &utc);
	(void)strftime(day, sizeof(day), "%Y-%m-%dT%H:%M:%S", &utc);
	(void)snprintf(text, RFC3339_SIZE, "%.19s.%06uZ", day, microseconds);
	return text;
}

/* Reads 'count' digits, and moves past them. */
static bool
take_number(const char **text, int count, int *number)
{
	*number = 0;
	for (int i = 0; i < count; i++) {
		char digit = (*text)[i];

		if (digit < '0' || digit > '9') {
			return false;
		}
		*number = *number * 10 + (digit - '0');
	}
	*text += count;
	return true;
}

static bool
take_character(const char **text, char wanted)
{
	if (**text != wanted) {
		return false;
	}
	(*text)++;
	return true;
}

/* Nanoseconds after the point; none where there is no point. */
static bool
take_fraction(const char **text, uint64_t *fraction_ns)
{
	uint64_t worth = NS_PER_S / 10;

	*fraction_ns = 0;
	if (!take_character(text, '.')) {
		return true;
	}
	if (**text < '0' || **text > '9') {
		return false;
	}
	for (; **text >= '0' && **text <= '9'; (*text)++) {
		*fraction_ns += worth * (uint64_t)(**text - '0');
		worth /= 10;
	}
	return true;
}

/* The zone, in seconds east of Greenwich. */
static bool
take_zone(const char **text, int *east_s)
{
	int sign = **text == '-' ? -1 : 1;
	int hours;
	int minutes;

	*east_s = 0;
	if (**text == 'Z' || **text == 'z') {
		(*text)++;
		return true;
	}
	if (!take_character(text, '+') && !take_character(text, '-')) {
		return false;
	}
	if (!take_number(text, 2, &hours) || !take_character(text, ':') ||
	    !take_number(text, 2, &minutes) || hours > 23 || minutes > 59) {
		return false;
	}
	*east_s = sign * (hours * 3600 + minutes * 60);
	return true;
}

bool
rfc3339_parse(const char *text, uint64_t *time_ns)
{
	struct tm day = { 0 };
	uint64_t fraction_ns;
	int east_s;
	time_t seconds;

	if (!take_number(&text, 4, &day.tm_year) ||
	    !take_character(&text, '-') ||
	    !take_number(&text, 2, &day.tm_mon) ||
	    !take_character(&text, '-') ||
	    !take_number(&text, 2, &day.tm_mday) ||
	    (!take_character(&text, 'T') && !take_character(&text, 't') &&
	        !take_character(&text, ' ')) ||
	    !take_number(&text, 2, &day.tm_hour) ||
	    !take_character(&text, ':') ||
	    !take_number(&text, 2, &day.tm_min) ||
	    !take_character(&text, ':') ||
	    !take_number(&text, 2, &day.tm_sec) ||
	    !take_fraction(&text, &fraction_ns) || !take_zone(&text, &east_s) ||
	    *text != '\0') {
		return false;
	}
	if (day.tm_year < 1969 || day.tm_year > 2553 || day.tm_mon < 1 ||
	    day.tm_mon > 12 || day.tm_mday < 1 || day.tm_mday > 31 ||
	    day.tm_hour > 23 || day.tm_min > 59 || day.tm_sec > 60) {
		return false;
	}
	day.tm_year -= 1900;
	day.tm_mon -= 1;
	seconds = timegm(&day) - east_s;
	if (seconds < 0) {
		return false;
	}
	*time_ns = (uint64_t)seconds * NS_PER_S + fraction_ns;
	return true;
}
