#include "config/value.h"

#include <stdio.h>

#include "base/take.h"

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
value_millionths(const char *text, uint32_t *millionths)
{
	static const char wrong[] = "is no number; write it with up to six "
	                            "places after a point, such as \"0.01\"";
	uint64_t sum = 0;
	uint32_t places = 0;
	bool after_point = false;

	if (*text < '0' || *text > '9') {
		return wrong;
	}
	for (; *text != '\0'; text++) {
		if (*text == '.' && !after_point) {
			after_point = true;
			continue;
		}
		if (*text < '0' || *text > '9' || places == 6 ||
		    sum > UINT32_MAX / 10) {
			return wrong;
		}
		sum = sum * 10 + (uint64_t)(*text - '0');
		places += after_point;
	}
	for (; places < 6; places++) {
		sum *= 10;
	}
	*millionths = sum > UINT32_MAX ? UINT32_MAX : (uint32_t)sum;
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
