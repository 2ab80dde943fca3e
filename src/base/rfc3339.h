/*
 * Times as text: RFC 3339; written in UTC with microseconds,
 * "2026-11-24T06:51:00.123456Z".
 *
 * Memory: none.  Time: whatever is passed in; no clock is read.
 */
#ifndef BASE_RFC3339_H
#define BASE_RFC3339_H

#include "base/base.h"

enum { RFC3339_SIZE = 28 }; /* Bytes, the closing zero included. */

/* Writes 'time_ns' (since 1970, UTC), cut to whole microseconds, and returns
 * 'text'. */
const char *rfc3339_format(uint64_t time_ns, char text[RFC3339_SIZE]);

/* Reads a time as RFC 3339 has it (section 5.6), of any zone, between 1970 and
 * 2554; digits past the nanosecond are cut.  False: 'text' is none, and
 * '*time_ns' is untouched. */
bool rfc3339_parse(const char *text, uint64_t *time_ns);

#endif
