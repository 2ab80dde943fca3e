#include "attribute/clock.h"

#include <string.h>

#include "base/sort.h"

static const int64_t half_hour_ns = 1800 * (int64_t)NS_PER_S;

/* What is not known of a clock is taken to be no more than this. */
static const uint64_t unknown_error_ns = 120 * NS_PER_S;

/* No match is asked to be closer than this. */
static const uint64_t least_error_ns = 50 * NS_PER_MS;

/* A clock that was learned by another kind of events of the host. */
static const uint64_t borrowed_error_ns = 2 * NS_PER_S;

/* Samples this far from the median are no scatter: the clock was set. */
static const uint64_t step_ns = 2 * NS_PER_S;

enum { DEVIATIONS = 6 };

static int
compare(const void *a, const void *b)
{
	const int64_t *left = a;
	const int64_t *right = b;

	return (*left > *right) - (*left < *right);
}

static int64_t
median_of(int64_t *values, uint32_t count)
{
	sort_few(values, count, sizeof(*values), compare);
	return values[count / 2];
}

static uint64_t
distance(int64_t a, int64_t b)
{
	return a > b ? (uint64_t)a - (uint64_t)b : (uint64_t)b - (uint64_t)a;
}

static void
reckon(struct clock *clock)
{
	int64_t sorted[CLOCK_SAMPLES];

	memcpy(sorted, clock->samples, sizeof(sorted));
	clock->median_ns = median_of(sorted, clock->count);
	for (uint32_t i = 0; i < clock->count; i++) {
		sorted[i] =
		    (int64_t)distance(clock->samples[i], clock->median_ns);
	}
	clock->deviation_ns = (uint64_t)median_of(sorted, clock->count);
}

/* The sample before 'back' later ones. */
static int64_t
sample_back(const struct clock *clock, uint32_t back)
{
	return clock
	    ->samples[(clock->next + (uint32_t)CLOCK_SAMPLES - 1u - back) %
	        CLOCK_SAMPLES];
}

/* The last samples agree with each other, but not with what was known. */
static bool
was_set(const struct clock *clock)
{
	int64_t last[CLOCK_NEEDED];

	if (clock->count < 2 * CLOCK_NEEDED) {
		return false;
	}
	for (uint32_t i = 0; i < CLOCK_NEEDED; i++) {
		last[i] = sample_back(clock, i);
		if (distance(last[i], last[0]) > step_ns ||
		    distance(last[i], clock->median_ns) <= step_ns) {
			return false;
		}
	}
	return true;
}

static void
begin_again(struct clock *clock)
{
	int64_t last[CLOCK_NEEDED];

	for (uint32_t i = 0; i < CLOCK_NEEDED; i++) {
		last[i] = sample_back(clock, i);
	}
	memcpy(clock->samples, last, sizeof(last));
	clock->count = CLOCK_NEEDED;
	clock->next = CLOCK_NEEDED;
	clock->has_ahead = false;
	clock->steps++;
}

void
clock_match(struct clock *clock, int64_t theirs_ns, int64_t ours_ns)
{
	clock->samples[clock->next] = theirs_ns - ours_ns;
	clock->next = (uint8_t)((clock->next + 1) % CLOCK_SAMPLES);
	if (clock->count < CLOCK_SAMPLES) {
		clock->count++;
	}
	clock->matches++;
	if (was_set(clock)) {
		begin_again(clock);
	}
	reckon(clock);
}

void
clock_arrival(struct clock *clock, int64_t theirs_ns, int64_t arrival_ns)
{
	int64_t ahead_ns = theirs_ns - arrival_ns;

	if (!clock->has_ahead || ahead_ns > clock->ahead_ns) {
		clock->ahead_ns = ahead_ns;
		clock->has_ahead = true;
	}
}

int64_t
clock_zone(int64_t offset_ns)
{
	int64_t half = half_hour_ns / 2;
	int64_t shifted = offset_ns >= 0 ? offset_ns + half : offset_ns - half;

	return shifted / half_hour_ns * half_hour_ns;
}

static bool
is_settled(const struct clock *clock)
{
	return clock->count >= CLOCK_NEEDED && clock->deviation_ns <= step_ns;
}

static uint64_t
error_of(const struct clock *clock)
{
	uint64_t error_ns = DEVIATIONS * clock->deviation_ns;

	return error_ns > least_error_ns ? error_ns : least_error_ns;
}

/* What is known of the zone of a clock whose events have none. */
static int64_t
zone_of(const struct clock *clock, int64_t rest_ns)
{
	if (clock->count > 0) {
		return clock_zone(clock->median_ns - rest_ns);
	}
	return clock->has_ahead ? clock_zone(clock->ahead_ns - rest_ns) : 0;
}

/* What other clocks of the host say: one runs behind them all. */
static bool
borrow(const struct clock *clocks, const bool *is_local, uint32_t count,
    uint32_t which, struct clock_reading *reading)
{
	for (uint32_t i = 0; i < count; i++) {
		int64_t offset_ns = clocks[i].median_ns;

		if (i == which || !is_settled(&clocks[i])) {
			continue;
		}
		if (is_local[i]) {
			offset_ns -= clock_zone(offset_ns);
		}
		if (is_local[which]) {
			int64_t rest_ns = offset_ns - clock_zone(offset_ns);

			offset_ns = zone_of(&clocks[which], rest_ns) + rest_ns;
		}
		reading->offset_ns = offset_ns;
		reading->error_ns = error_of(&clocks[i]) + borrowed_error_ns;
		reading->is_known = true;
		return true;
	}
	return false;
}

struct clock_reading
clock_read(const struct clock *clocks, const bool *is_local, uint32_t count,
    uint32_t which)
{
	const struct clock *clock = &clocks[which];
	struct clock_reading reading = { 0, unknown_error_ns, false };

	if (is_settled(clock)) {
		reading.offset_ns = clock->median_ns;
		reading.error_ns = error_of(clock);
		reading.is_known = true;
	} else if (borrow(clocks, is_local, count, which, &reading)) {
		return reading;
	} else if (is_local[which]) {
		reading.offset_ns = zone_of(clock, 0);
	} else if (clock->has_ahead &&
	    clock->ahead_ns > (int64_t)(2 * NS_PER_S)) {
		/* It tells of what has not happened yet. */
		reading.offset_ns = clock->ahead_ns;
	}
	return reading;
}
