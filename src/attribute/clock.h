/*
 * Clock: how far an endpoint's clock is from ours.
 *
 * An endpoint's clock is off by seconds or minutes, but steadily: between the
 * time of a socket event and that of the packet on the wire lies a constant, to
 * some milliseconds.  Each exact match of the two tells it once more; the
 * median of the last is the offset, and how they scatter (the median of their
 * deviations) its error.  Logs without a zone are off by whole half hours more,
 * so a host has one clock for each way in which its events give their time.
 *
 * Memory: one struct for each clock.  Time: passed in.
 */
#ifndef ATTRIBUTE_CLOCK_H
#define ATTRIBUTE_CLOCK_H

#include "base/base.h"

enum {
	CLOCK_SAMPLES = 15,
	CLOCK_NEEDED = 5, /* Matches before a clock counts as known. */
};

struct clock {
	int64_t samples[CLOCK_SAMPLES]; /* Theirs less ours, the last ones. */
	int64_t median_ns;
	uint64_t deviation_ns; /* Median of the deviations from it. */
	/* Most that an event was ahead of its arrival: it cannot be less. */
	int64_t ahead_ns;
	uint32_t matches; /* Samples ever. */
	uint16_t steps;   /* How often it was seen to be set. */
	uint8_t count;    /* Of 'samples'. */
	uint8_t next;
	bool has_ahead;
	bool is_coarse; /* Its events give whole seconds. */
};

/* What a clock says of our time. */
struct clock_reading {
	int64_t offset_ns;
	uint64_t error_ns; /* A match may be so far off. */
	bool is_known;     /* Learned from exact matches. */
};

/* An exact match: the event says 'theirs_ns', the wire 'ours_ns'. */
void clock_match(struct clock *clock, int64_t theirs_ns, int64_t ours_ns);

/* An event of 'theirs_ns' arrived. */
void clock_arrival(struct clock *clock, int64_t theirs_ns, int64_t arrival_ns);

/* The nearest multiple of half an hour. */
int64_t clock_zone(int64_t offset_ns);

/* Reads 'clocks', one for each way of 'count', of which 'which' is asked for;
 * 'is_local' tells of each whether its zone is unknown. */
struct clock_reading clock_read(const struct clock *clocks,
    const bool *is_local, uint32_t count, uint32_t which);

#endif
