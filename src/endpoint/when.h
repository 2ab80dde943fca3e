/*
 * When: the times of log messages.
 *
 * Every format writes them in its own way, many without a zone, RFC 3164 even
 * without the year.  What is missing is said, not guessed.
 *
 * Memory: none.  Time: no clock is read; the year that is missing is that which
 * brings the time nearest to the message's arrival.
 */
#ifndef ENDPOINT_WHEN_H
#define ENDPOINT_WHEN_H

#include "endpoint/slice.h"

struct when {
	uint64_t time_ns; /* Since 1970; of an unknown zone, as if UTC. */
	bool has_zone;
	bool has_year;
	bool is_fine; /* Milliseconds or finer. */
};

/* "2020-10-22 08:29:52.113", "2020-10-22T08:29:52.113456+02:00" (RFC 3339 and
 * its kin); more may follow. */
bool when_iso(struct slice text, struct when *when);

/* "Feb 13 2019 18:01:47.512", "Wed Feb 13 18:01:47 2019", "Oct 22 04:29:53",
 * "10/22/2020 04:29:53 AM"; 'used' is how many bytes that took. */
bool when_words(struct slice text, struct when *when, size_t *used);

/* Seconds, milliseconds, microseconds or nanoseconds since 1970; seconds may
 * have a fraction. */
bool when_epoch(struct slice text, struct when *when);

/* Any of them. */
bool when_any(struct slice text, struct when *when);

/* Adds the year that is missing. */
void when_add_year(struct when *when, uint64_t arrival_ns);

#endif
