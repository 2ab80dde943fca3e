/*
 * Alert identifiers: ULIDs.
 *
 * An identifier must be the same in every replay, unique across sensors, and
 * sort by time.  A ULID (github.com/ulid/spec) is 48 bits of milliseconds since
 * 1970 and 80 bits of chance, written as 26 characters of Crockford's base 32.
 * Where the specification takes chance, we take a hash of who saw whom when, so
 * that the same campaign has the same identifier wherever it is worked out.
 *
 * Memory: none.  Time: the campaign's.
 */
#ifndef ALERT_ULID_H
#define ALERT_ULID_H

#include "base/base.h"

enum {
	ULID_SIZE = 27, /* Bytes, the closing zero included. */
	ULID_CHANCE_SIZE = 10,
};

/* Writes the ULID of 'time_ms' (the lower 48 bits of it) and 'chance'. */
void ulid_format(uint64_t time_ms, const uint8_t chance[ULID_CHANCE_SIZE],
    char text[ULID_SIZE]);

#endif
