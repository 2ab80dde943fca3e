/*
 * Start: how a message can begin, and where a line ends.  What framing looks
 * for in a stream of bytes.  Private to the room.
 */
#ifndef SYSLOG_START_H
#define SYSLOG_START_H

#include "base/base.h"

enum {
	/* Digits of a count that are worth reading: no message has more. */
	COUNT_DIGITS = 12,
};

/* What the bytes at some place can be. */
enum start {
	START_NONE,    /* No beginning of a message. */
	START_UNKNOWN, /* Too few bytes to tell; there are a dozen or two. */
	START_LINE,
	START_COUNTED,
};

struct count {
	size_t value;
	size_t size; /* Bytes of digits; zero: there are none. */
};

/* Whether a message can begin at 'bytes', of which there is one at least: with
 * a priority, a count and a priority, as JSON, or as XML of an event. */
enum start start_at(const char *bytes, size_t size);

/* The number at 'bytes', as far as COUNT_DIGITS. */
struct count start_count(const char *bytes, size_t size);

/* Where the first end is; 'size' if there is none. */
size_t start_end(const char *bytes, size_t size);

static inline bool
is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* GELF and some others end messages with NUL. */
static inline bool
is_end(char byte)
{
	return byte == '\n' || byte == '\0';
}

#endif
