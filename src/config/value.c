#include "config/value.h"

#include <stdio.h>

#include "config/value_take.h"

static uint32_t days_of_month(uint32_t year, uint32_t month);
static size_t utf8_length(const char *text);

const char *
value_size(const char *text, uint64_t *bytes)
{
	static const char wrong[] =
	    "is no size; write a whole number with K, M or G behind it, "
	    "such as \"512M\"";
	uint32_t shift = 0;
	uint64_t number;

	if (!take_number(&text, 1ull << 32, &number)) {
		return wrong;
	}
	if (take_char(&text, 'K')) {
		shift = 10;
	} else if (take_char(&text, 'M')) {
		shift = 20;
	} else if (take_char(&text, 'G')) {
		shift = 30;
	}
	if (*text != '\0') {
		return wrong;
	}
	*bytes = number << shift;
	return NULL;
}

const char *
value_duration(const char *text, uint64_t *duration_ns)
{
	static const char wrong[] =
	    "is no duration; write a whole number with s, m, h or d behind "
	    "it, such as \"24h\"";
	uint64_t seconds = 1;
	uint64_t number;

	if (!take_number(&text, 1000000, &number)) {
		return wrong;
	}
	if (take_char(&text, 'd')) {
		seconds = 24 * 3600ull;
	} else if (take_char(&text, 'h')) {
		seconds = 3600;
	} else if (take_char(&text, 'm')) {
		seconds = 60;
	} else if (!take_char(&text, 's')) {
		return wrong;
	}
	if (*text != '\0' || number * seconds > UINT64_MAX / NS_PER_S) {
		return wrong;
	}
	*duration_ns = number * seconds * NS_PER_S;
	return NULL;
}

const char *
value_number(const char *text, uint32_t first, uint32_t last,
    char problem[VALUE_PROBLEM_SIZE], uint32_t *number)
{
	uint64_t taken;

	if (!take_number(&text, last, &taken) || *text != '\0' ||
	    taken < first) {
		(void)snprintf(problem, VALUE_PROBLEM_SIZE,
		    "is out of range; write a whole number from %u to %u",
		    first, last);
		return problem;
	}
	*number = (uint32_t)taken;
	return NULL;
}

const char *
value_bool(const char *text, bool *value)
{
	static const char *const yes[] = { "true", "yes", "on" };
	static const char *const no[] = { "false", "no", "off" };

	for (size_t i = 0; i < ARRAY_SIZE(yes); i++) {
		if (strcmp(text, yes[i]) == 0) {
			*value = true;
			return NULL;
		}
		if (strcmp(text, no[i]) == 0) {
			*value = false;
			return NULL;
		}
	}
	return "is neither true nor false; write one of the two";
}

const char *
value_date(const char *text, struct config_date *date)
{
	const char *at = text;
	uint64_t year;
	uint16_t month;
	uint16_t day;

	if (strlen(text) != 10 || !take_number(&at, 9999, &year) ||
	    !take_char(&at, '-') || !take_two_digits(&at, 99, &month) ||
	    !take_char(&at, '-') || !take_two_digits(&at, 99, &day)) {
		return "is no date; write year, month and day, such as "
		       "\"2027-03-31\"";
	}
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month((uint32_t)year, month)) {
		return "is a day that no calendar has; write year, month and "
		       "day, such as \"2027-03-31\"";
	}
	date->year = (uint16_t)year;
	date->month = (uint8_t)month;
	date->day = (uint8_t)day;
	return NULL;
}

const char *
value_line(const char *text, size_t size)
{
	if (*text == '\0') {
		return "is empty; write something or leave it out";
	}
	if (*text == ' ' || text[strlen(text) - 1] == ' ') {
		return "begins or ends with a space; leave that out";
	}
	if (strlen(text) >= size) {
		return "is too long; shorten it";
	}
	for (const char *at = text; *at != '\0';) {
		size_t length = utf8_length(at);

		if (length == 0 || (uint8_t)*at < ' ' || *at == 0x7f) {
			return "holds something other than printable "
			       "characters of UTF-8 in one line; leave that "
			       "out";
		}
		at += length;
	}
	return NULL;
}

static uint32_t
days_of_month(uint32_t year, uint32_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* Bytes of the UTF-8 character at 'text' (RFC 3629, section 4); zero: none. */
static size_t
utf8_length(const char *text)
{
	uint8_t first = (uint8_t)text[0];
	uint8_t second = (uint8_t)text[1];
	size_t length = first < 0x80 ? 1
	    : first < 0xc2           ? 0
	    : first < 0xe0           ? 2
	    : first < 0xf0           ? 3
	    : first < 0xf5           ? 4
	                             : 0;

	for (size_t i = 1; i < length; i++) {
		if (((uint8_t)text[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	/* Overlong forms, surrogates, past U+10FFFF; and the controls of
	 * Latin-1. */
	if ((first == 0xe0 && second < 0xa0) ||
	    (first == 0xed && second > 0x9f) ||
	    (first == 0xf0 && second < 0x90) ||
	    (first == 0xf4 && second > 0x8f) ||
	    (first == 0xc2 && second < 0xa0)) {
		return 0;
	}
	return length;
}
