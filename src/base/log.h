/*
 * Log: what a role says about the machine and about itself.
 *
 * For people who run the sensor.  What the network does is counted, not logged
 * (base/counter.h), and the packet path does not log at all.
 *
 *	log_info(&log, "capture", "%s is up again after %u s", name, seconds);
 *
 * A line is "TIME LEVEL room: clause, numbers with units".  Where something may
 * come in bursts, the call site has a limit of its own:
 *
 *	static struct log_limit limit = LOG_LIMIT(60 * NS_PER_S);
 *
 *	log_limited(&log, &limit, LOG_LEVEL_WARNING, "capture", "...");
 *
 * which lets one line through in so long and says at the next how many it kept.
 *
 * Memory: the struct; a line is built on the stack, LOG_LINE_SIZE.
 * Time:   of the clock that the log was given; a log without one writes no
 *         times.
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include "base/base.h"

enum log_level {
	LOG_LEVEL_ERROR,   /* Someone must act. */
	LOG_LEVEL_WARNING, /* Degraded; we go on. */
	LOG_LEVEL_INFO,    /* Once for each change of state. */
	LOG_LEVEL_DEBUG,
};

enum { LOG_LINE_SIZE = 1536 }; /* Bytes; what is longer is cut. */

struct log {
	enum log_level level; /* What is less urgent is not written. */
	/* Where lines go, each whole and without its newline; null: standard
	 * error. */
	void (*sink)(void *context, enum log_level level, const char *line);
	void *context;
	/* Nanoseconds since 1970; null: lines carry no time. */
	uint64_t (*clock)(void);
};

/* The call site's own rate limit. */
struct log_limit {
	uint64_t interval_ns;
	uint64_t next_ns; /* Not before. */
	uint64_t kept;    /* Lines kept back since the last one written. */
};

#define LOG_LIMIT(interval)               \
	{                                 \
		.interval_ns = (interval) \
	}

void log_error(const struct log *log, const char *room, const char *format, ...)
    SW_PRINTF(3, 4);
void log_warning(const struct log *log, const char *room, const char *format,
    ...) SW_PRINTF(3, 4);
void log_info(const struct log *log, const char *room, const char *format, ...)
    SW_PRINTF(3, 4);
void log_debug(const struct log *log, const char *room, const char *format, ...)
    SW_PRINTF(3, 4);

/* Writes a line unless the last of this 'limit' was less than its interval ago.
 * A log without a clock lets everything through. */
void log_limited(const struct log *log, struct log_limit *limit,
    enum log_level level, const char *room, const char *format, ...)
    SW_PRINTF(5, 6);

/* "error", "warning", "info", "debug". */
const char *log_level_name(enum log_level level);

#endif
