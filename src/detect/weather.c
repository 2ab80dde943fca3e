#include "detect/weather.h"

enum {
	/* Answers that a segment must have given before its falling silent
	 * means anything, and sources that must find it silent. */
	OUTAGE_ANSWERS = 8,
	OUTAGE_SOURCES = 3,
	ONE_WAY_UNSEEN = 8,
};

/* Silence for so long, while several sources ask, is an outage. */
static const uint64_t outage_ns = 5 * NS_PER_S;

/* "Silent" is worth less for so long after frames were dropped. */
static const uint64_t dropped_memory_ns = 10 * NS_PER_S;

static const uint64_t half_life_ns = 60 * NS_PER_S;

static uint32_t
slot_of(uint16_t segment)
{
	return segment < POLICY_SEGMENT_COUNT ? segment : POLICY_SEGMENT_COUNT;
}

static void
decay(struct weather_segment *segment, uint64_t now_ns)
{
	if (segment->decayed_ns == 0) {
		segment->decayed_ns = now_ns;
	}
	while (now_ns > segment->decayed_ns + half_life_ns) {
		segment->unseen /= 2;
		segment->answers /= 2;
		segment->decayed_ns += half_life_ns;
		if (segment->answers < 0.01f && segment->unseen < 0.01f) {
			segment->decayed_ns = now_ns;
		}
	}
}

/* RFC 6298, (2.2) and (2.3). */
static void
note_delay(struct weather_segment *segment, uint32_t delay_us)
{
	float delay = (float)delay_us;
	float error = delay - segment->delay_us;

	if (segment->delay_us <= 0) {
		segment->delay_us = delay;
		segment->deviation_us = delay / 2;
		return;
	}
	segment->deviation_us +=
	    ((error < 0 ? -error : error) - segment->deviation_us) / 4;
	segment->delay_us += error / 8;
}

/* An answer made by a host's kernel tells the delay of the network; that of an
 * application tells the application's. */
static bool
is_kernels_answer(const struct probe *probe)
{
	return probe->technique != PROBE_UDP &&
	    probe->outcome != PROBE_PRODUCTIVE && probe->answer_delay_us != 0 &&
	    probe->answer_delay_us != UINT32_MAX;
}

void
weather_outcome(struct weather *weather, uint16_t segment_index,
    const struct probe *probe, uint32_t source_hash)
{
	struct weather_segment *segment =
	    &weather->segments[slot_of(segment_index)];

	if (probe->outcome != PROBE_SILENT) {
		/* What a segment answered before an outage is remembered
		 * through it. */
		decay(segment, probe->time_ns);
	}
	switch ((enum probe_outcome)probe->outcome) {
	case PROBE_ANSWERED:
	case PROBE_REFUSED:
		if (is_kernels_answer(probe)) {
			note_delay(segment, probe->answer_delay_us);
		}
		segment->answers += 1;
		segment->last_answer_ns = probe->time_ns;
		segment->silent_sources = 0;
		break;
	case PROBE_PRODUCTIVE:
		segment->last_answer_ns = probe->time_ns;
		segment->silent_sources = 0;
		segment->answers += probe->technique == PROBE_UDP;
		break;
	case PROBE_ONE_WAY:
		/* The source went on though nothing was seen to answer it. */
		segment->unseen += probe->answer_delay_us == UINT32_MAX;
		break;
	case PROBE_SILENT:
		segment->silent_sources |= 1ull << source_hash % 64;
		break;
	case PROBE_PENDING:
	case PROBE_HALF:
	case PROBE_FILTERED:
	case PROBE_EXPIRED:
	case PROBE_SESSION:
	case PROBE_DISPLACED:
	case PROBE_OVERDUE:
	case PROBE_OUTCOME_COUNT:
		break;
	}
}

void
weather_dropped(struct weather *weather, uint64_t now_ns, uint64_t count)
{
	weather->dropped += count;
	weather->dropped_ns = now_ns + dropped_memory_ns;
}

bool
weather_is_overdue(
    const struct weather *weather, uint16_t segment_index, uint64_t waited_ns)
{
	const struct weather_segment *segment =
	    &weather->segments[slot_of(segment_index)];
	float patience_us = segment->delay_us + 4 * segment->deviation_us;

	return (float)waited_ns / (float)NS_PER_US > patience_us;
}

bool
weather_is_one_way(const struct weather *weather, uint16_t segment_index)
{
	const struct weather_segment *segment =
	    &weather->segments[slot_of(segment_index)];

	return segment->unseen >= ONE_WAY_UNSEEN &&
	    segment->unseen > segment->answers;
}

/* Several sources find the segment silent that used to answer. */
static bool
is_outage(const struct weather_segment *segment, uint64_t now_ns)
{
	return segment->answers >= OUTAGE_ANSWERS &&
	    now_ns > segment->last_answer_ns + outage_ns &&
	    __builtin_popcountll(segment->silent_sources) >= OUTAGE_SOURCES;
}

float
weather_silence_worth(
    const struct weather *weather, uint16_t segment, const struct probe *probe)
{
	if (is_outage(&weather->segments[slot_of(segment)], probe->time_ns)) {
		return 0;
	}
	if (weather_is_one_way(weather, segment)) {
		/* A TCP source that was accepted would be seen to go on;
		 * whoever sends a datagram would not. */
		return probe->protocol == 6 ? 0.5f : 0;
	}
	return probe->time_ns < weather->dropped_ns ? 0.5f : 1;
}
