/*
 * Clocks.  Rooms are told the time; here it is read.
 */
#ifndef FIRMWARE_CLOCK_H
#define FIRMWARE_CLOCK_H

#include <time.h>

#include "base/base.h"

static inline uint64_t
clock_read_ns(clockid_t which)
{
	struct timespec now = { 0 };

	clock_gettime(which, &now);
	return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

/* Never steps, and is the same in all processes: for waiting and for ages. */
static inline uint64_t
clock_monotonic_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

/* Since 1970, UTC, as the kernel stamps frames; steps when it is set. */
static inline uint64_t
clock_wall_ns(void)
{
	return clock_read_ns(CLOCK_REALTIME);
}

#endif
