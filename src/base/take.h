/*
 * Takers: the pieces from which the small languages of settings are parsed.
 * Each moves '*at' past what it took, or leaves it and returns false.
 */
#ifndef BASE_TAKE_H
#define BASE_TAKE_H

#include "base/base.h"

/* Takes decimal digits, at least one, that make a number up to 'last'. */
static inline bool
take_number(const char **at, uint64_t last, uint64_t *number)
{
	const char *digit = *at;
	uint64_t value = 0;

	if (*digit < '0' || *digit > '9') {
		return false;
	}
	for (; *digit >= '0' && *digit <= '9'; digit++) {
		value = value * 10 + (uint64_t)(*digit - '0');
		if (value > last) {
			return false;
		}
	}
	*at = digit;
	*number = value;
	return true;
}

static inline bool
take_char(const char **at, char wanted)
{
	if (**at != wanted) {
		return false;
	}
	++*at;
	return true;
}

/* Takes exactly two digits. */
static inline bool
take_two_digits(const char **at, uint32_t last, uint16_t *number)
{
	const char *begin = *at;
	uint64_t value;

	if (!take_number(at, last, &value) || *at - begin != 2) {
		return false;
	}
	*number = (uint16_t)value;
	return true;
}

#endif
