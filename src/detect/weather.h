/*
 * Weather: how well the sensor sees each segment, and how its hosts answer.
 *
 * "Nothing came back" is evidence only where something would have.  For every
 * segment of the policy (and for the world outside all of them) this keeps:
 *
 * - the delay of answers, smoothed as TCP smooths its round trip (RFC 6298,
 *   section 2), which tells when an answer is overdue;
 * - whether the mirror shows both directions: connections that evidently went
 *   on although no answer was seen mean that it does not;
 * - whether the segment has just gone silent for everybody: an outage, or a
 *   mirror that lost it;
 * - frames dropped lately.
 *
 * Memory: one struct weather.  Time: passed in, in nanoseconds.
 */
#ifndef DETECT_WEATHER_H
#define DETECT_WEATHER_H

#include "base/addr.h"
#include "base/base.h"
#include "flow/probe.h"
#include "policy/policy.h"

struct weather_segment {
	uint64_t last_answer_ns;
	uint64_t silent_sources; /* A bit for each hash of a source that got
	                          * nothing since the last answer. */
	float delay_us;          /* Smoothed; 0: none yet. */
	float deviation_us;
	float answers; /* Of the last while, halved every minute. */
	float unseen;  /* Connections that went on unanswered. */
	uint64_t decayed_ns;
};

struct weather {
	/* The last is the world outside all segments. */
	struct weather_segment segments[POLICY_SEGMENT_COUNT + 1];
	uint64_t dropped_ns; /* Frames were dropped until then. */
	uint64_t dropped;    /* Frames in all. */
};

/* Takes in an outcome of a contact with a target in 'segment'. */
void weather_outcome(struct weather *weather, uint16_t segment,
    const struct probe *probe, uint32_t source_hash);

void weather_dropped(struct weather *weather, uint64_t now_ns, uint64_t count);

/* Whether the answer to what was sent 'waited_ns' ago should have come. */
bool weather_is_overdue(
    const struct weather *weather, uint16_t segment, uint64_t waited_ns);

/* Whether only one direction of the traffic with 'segment' is seen. */
bool weather_is_one_way(const struct weather *weather, uint16_t segment);

/* How much "silent" is worth as evidence there, from 0 to 1. */
float weather_silence_worth(
    const struct weather *weather, uint16_t segment, const struct probe *probe);

#endif
