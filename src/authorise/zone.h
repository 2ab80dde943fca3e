/*
 * Zone: a time zone, from one moment to its local time, exactly.
 *
 * Hours and last days of entries are by the clock on the wall where the sensor
 * is.  The C library reads zones lazily, takes memory for them and has one for
 * the whole process, so this reads the machine's data itself: TZif as RFC 8536
 * (versions 1 to 3) and RFC 9636 (version 4) have it, and the rule in its
 * footer (POSIX TZ, with the extensions of RFC 8536, section 3.3.1), by which
 * moments after the last listed change are told.
 *
 *	struct authorise_zone zone;
 *
 *	error = authorise_zone_read("Europe/Berlin", &zone);
 *	authorise_zone_local(&zone, now_s, &local);
 *
 * Only the last AUTHORISE_ZONE_CHANGES changes are kept; before the first of
 * them its former offset holds.  Files with leap seconds ("right/...") are
 * refused: time here is POSIX time.
 *
 * Memory: the struct, about 6 KB, free of pointers: the one who may open files
 *         reads it and can send it on.  Reading takes a buffer of
 *         AUTHORISE_ZONE_FILE_SIZE on no stack.
 * Time:   one binary search, or two changes of one year reckoned, a moment.
 */
#ifndef AUTHORISE_ZONE_H
#define AUTHORISE_ZONE_H

#include "authorise/entry.h"
#include "base/base.h"

enum {
	AUTHORISE_ZONE_CHANGES = 384,
	AUTHORISE_ZONE_FILE_SIZE = 64 << 10,
	AUTHORISE_ZONE_OFFSET_MOST = 26 * 3600, /* RFC 9636, section 3.2. */
	AUTHORISE_ZONE_NAME_SIZE = POLICY_NAME_SIZE,
};

/* When in the year a rule changes the clock. */
enum authorise_zone_when {
	AUTHORISE_ZONE_JULIAN, /* Day 1 to 365; 29 February is not counted. */
	AUTHORISE_ZONE_DAY,    /* Day 0 to 365; it is. */
	AUTHORISE_ZONE_WEEK,   /* Weekday, week (5: the last), month. */
};

struct authorise_zone_turn {
	uint8_t when; /* enum authorise_zone_when */
	uint8_t month;
	uint8_t week;
	uint8_t weekday; /* 0: Sunday. */
	uint16_t day;
	int32_t second; /* After local midnight, by the clock before. */
};

/* The rule after the last listed change. */
struct authorise_zone_rule {
	bool is_there; /* Else the last offset holds on. */
	bool has_summer;
	int32_t standard_s; /* East of Greenwich. */
	int32_t summer_s;
	struct authorise_zone_turn to_summer;
	struct authorise_zone_turn to_standard;
};

struct authorise_zone {
	char name[AUTHORISE_ZONE_NAME_SIZE];
	uint32_t change_count;
	int32_t first_offset_s; /* Before the first change. */
	int64_t change_at_s[AUTHORISE_ZONE_CHANGES]; /* Ascending. */
	int32_t offset_s[AUTHORISE_ZONE_CHANGES];    /* From then on. */
	struct authorise_zone_rule rule;
};

/* The clock on the wall. */
struct authorise_local {
	struct authorise_date date;
	uint8_t weekday;        /* 0: Monday. */
	uint32_t second_of_day; /* 0 to 86399. */
	int32_t offset_s;       /* East of Greenwich. */
};

/* A time in which the offset stays the same: from 'from_s' up to 'until_s'. */
struct authorise_zone_span {
	int64_t from_s;  /* INT64_MIN: ever since. */
	int64_t until_s; /* INT64_MAX: for ever. */
	int32_t offset_s;
};

/* Universal time. */
void authorise_zone_utc(struct authorise_zone *zone);

/* Reads the zone of that IANA name from the machine's data, opening a file.
 * Returns 0 or a negative errno: -ENOENT, there is none; -EINVAL, 'name' can be
 * none, or what is there is no TZif. */
int authorise_zone_read(
    const char *name, struct authorise_zone *zone) SW_MUST_CHECK;

/* Takes the zone from the content of a file.  False: it is no TZif that can be
 * used, and '*zone' is untouched. */
bool authorise_zone_parse(const char *name, const uint8_t *bytes, size_t size,
    struct authorise_zone *zone);

/* Reads the rule of a footer, "CET-1CEST,M3.5.0,M10.5.0/3".  False: it is
 * none. */
bool authorise_zone_parse_rule(
    const char *text, struct authorise_zone_rule *rule);

/* The span that holds the moment 'at_s', since 1970, UTC. */
void authorise_zone_span_of(const struct authorise_zone *zone, int64_t at_s,
    struct authorise_zone_span *span);

void authorise_zone_local(const struct authorise_zone *zone, int64_t at_s,
    struct authorise_local *local);

/* The moment at which 'date' is over for good, in seconds since 1970, UTC: of
 * a midnight that comes twice the second, of one that is skipped the change. */
int64_t authorise_zone_day_end(
    const struct authorise_zone *zone, const struct authorise_date *date);

/* Whether a zone that came from another process is sound in form. */
bool authorise_zone_is_sound(const struct authorise_zone *zone);

/* Days since 1970-01-01 of a date, and back. */
int64_t authorise_date_days(const struct authorise_date *date);
struct authorise_date authorise_date_of_days(int64_t days);

#endif
