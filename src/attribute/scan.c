#include "attribute/room.h"
#include "base/sort.h"

/* Which of a campaign's probes make it a scan, and which may be somebody's
 * honest work: docs/attribution.md, section 4. */
enum {
	MARKS_LEAST = 3, /* Fewer make no scan of their own. */
	GAPS_MANY = 4,   /* Usual gaps within which the scan goes on. */
	GAPS_LONG = 20,  /* A longer one parts a stray from the scan. */
	STRAYS_ONE_IN = 20,
	STEP_LEAST = 8,     /* Addresses. */
	STEPS_MANY = 4,     /* Usual steps that a sequence may be off. */
	ORDERED_SHARE = 70, /* Steps in one direction, per cent. */
	PERCENT = 100,
	AROUND = 8, /* Neighbours in time on each side. */
};

static const uint64_t least_gap_ns = 2 * NS_PER_S;
static const uint64_t stray_gap_ns = 10 * NS_PER_S;

static int
compare_times(const void *one, const void *other)
{
	const struct probe_sample *const *left = one;
	const struct probe_sample *const *right = other;

	return ((*left)->attempt_ns > (*right)->attempt_ns) -
	    ((*left)->attempt_ns < (*right)->attempt_ns);
}

static int
compare_numbers(const void *one, const void *other)
{
	uint64_t left = *(const uint64_t *)one;
	uint64_t right = *(const uint64_t *)other;

	return (left > right) - (left < right);
}

static bool
is_scan_port(const struct marks *marks, uint16_t port)
{
	return marks->high_port == 0 ||
	    (port >= marks->low_port && port <= marks->high_port);
}

/* How far apart two addresses are; what differs in the first 12 bytes is
 * farther than can be told. */
static uint32_t
distance(const struct ip_address *one, const struct ip_address *other)
{
	uint32_t left = 0;
	uint32_t right = 0;

	if (memcmp(one->byte, other->byte, 12) != 0) {
		return UINT32_MAX;
	}
	for (uint32_t i = 12; i < sizeof(one->byte); i++) {
		left = left << 8 | one->byte[i];
		right = right << 8 | other->byte[i];
	}
	return left > right ? left - right : right - left;
}

static void
find_bounds(struct marks *marks)
{
	marks->low = marks->high = marks->probes[0]->target;
	marks->low_port = UINT16_MAX;
	marks->high_port = 0;
	for (uint32_t i = 0; i < marks->count; i++) {
		const struct probe_sample *mark = marks->probes[i];

		if (ip_address_compare(&mark->target, &marks->low) < 0) {
			marks->low = mark->target;
		}
		if (ip_address_compare(&mark->target, &marks->high) > 0) {
			marks->high = mark->target;
		}
		if (!probe_has_ports(mark)) {
			continue;
		}
		if (mark->target_port < marks->low_port) {
			marks->low_port = mark->target_port;
		}
		if (mark->target_port > marks->high_port) {
			marks->high_port = mark->target_port;
		}
	}
}

/* The usual gap between two probes and step between their targets, and whether
 * the steps go one way. */
static void
find_rhythm(struct marks *marks)
{
	uint64_t *gaps = marks->gaps;
	uint64_t *steps = marks->steps;
	uint32_t pairs = marks->count - 1;
	uint32_t up = 0;
	uint32_t down = 0;

	for (uint32_t i = 0; i < pairs; i++) {
		const struct probe_sample *one = marks->probes[i];
		const struct probe_sample *next = marks->probes[i + 1];
		int order = ip_address_compare(&one->target, &next->target);

		gaps[i] = next->attempt_ns - one->attempt_ns;
		steps[i] = distance(&one->target, &next->target);
		up += order <= 0;
		down += order >= 0;
	}
	sort_few(gaps, pairs, sizeof(gaps[0]), compare_numbers);
	sort_few(steps, pairs, sizeof(steps[0]), compare_numbers);
	marks->usual_gap_ns = gaps[pairs / 2];
	marks->usual_step = (uint32_t)steps[pairs / 2];
	marks->is_ordered =
	    (up > down ? up : down) * PERCENT / pairs >= ORDERED_SHARE;
}

/* A few failures long before or after all others are not the scan's. */
static void
drop_strays(struct marks *marks)
{
	uint64_t gap_ns = marks->usual_gap_ns * GAPS_LONG + stray_gap_ns;
	uint32_t most = marks->count / STRAYS_ONE_IN;
	uint32_t first = 0;
	uint32_t end = marks->count;

	for (uint32_t i = 0; i < most; i++) {
		const struct probe_sample *const *mark = &marks->probes[i];

		if (mark[1]->attempt_ns - mark[0]->attempt_ns > gap_ns) {
			first = i + 1;
		}
		mark = &marks->probes[marks->count - 2 - i];
		if (mark[1]->attempt_ns - mark[0]->attempt_ns > gap_ns) {
			end = marks->count - 1 - i;
		}
	}
	marks->count = end - first;
	memmove(marks->probes, &marks->probes[first],
	    marks->count * sizeof(marks->probes[0]));
}

/* Whether the target lies where the scan was at that time: near most of its
 * neighbours in a sequence; else between the first and the last address. */
static bool
is_in_order(const struct marks *marks, const struct probe_sample *probe)
{
	uint32_t slack = marks->usual_step < UINT32_MAX / STEPS_MANY
	    ? marks->usual_step * STEPS_MANY
	    : UINT32_MAX;
	uint32_t after = 0;
	uint32_t near = 0;
	uint32_t around = 0;

	if (slack < STEP_LEAST) {
		slack = STEP_LEAST;
	}
	if (!marks->is_ordered) {
		return ip_address_compare(&probe->target, &marks->low) >= 0 &&
		    ip_address_compare(&probe->target, &marks->high) <= 0;
	}
	while (after < marks->count &&
	    marks->probes[after]->attempt_ns <= probe->attempt_ns) {
		after++;
	}
	for (uint32_t i = after < AROUND ? 0 : after - AROUND;
	     i < after + AROUND && i < marks->count; i++) {
		near += distance(&probe->target, &marks->probes[i]->target) <=
		    slack;
		around++;
	}
	return near * 2 >= around;
}

static bool
is_twin(const struct marks *marks, const struct probe_sample *probe)
{
	for (uint32_t i = 0; i < marks->count; i++) {
		const struct probe_sample *mark = marks->probes[i];

		if (mark->target_port == probe->target_port &&
		    mark->protocol == probe->protocol &&
		    ip_address_equal(&mark->target, &probe->target)) {
			return true;
		}
	}
	return false;
}

/* Those that lie in the scan's order may be the scan's. */
static void
place_completed(const struct marks *marks, const struct match *match,
    struct probe_sample *const *others, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct probe_sample *probe = others[i];
		bool is_along = match->is_by_sockets &&
		    is_scan_port(marks, probe->target_port) &&
		    is_in_order(marks, probe) && !is_twin(marks, probe);

		probe->role = is_along ? ROLE_ALONG : ROLE_ASIDE;
	}
}

/* The time of the scan: its unproductive probes', and that of completed
 * connections that go on before and after in its rhythm. */
static void
find_time(struct inquiry *inquiry, const struct marks *marks,
    struct probe_sample *const *others, uint32_t count)
{
	uint64_t gap_ns = marks->usual_gap_ns * GAPS_MANY;

	if (gap_ns < least_gap_ns) {
		gap_ns = least_gap_ns;
	}
	inquiry->scan_first_ns = marks->probes[0]->attempt_ns;
	inquiry->scan_last_ns = marks->probes[marks->count - 1]->attempt_ns;
	for (uint32_t i = count; i > 0; i--) {
		const struct probe_sample *probe = others[i - 1];

		if (probe->role == ROLE_ALONG &&
		    probe->attempt_ns < inquiry->scan_first_ns &&
		    probe->attempt_ns + gap_ns >= inquiry->scan_first_ns) {
			inquiry->scan_first_ns = probe->attempt_ns;
		}
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct probe_sample *probe = others[i];

		if (probe->role == ROLE_ALONG &&
		    probe->attempt_ns > inquiry->scan_last_ns &&
		    probe->attempt_ns <= inquiry->scan_last_ns + gap_ns) {
			inquiry->scan_last_ns = probe->attempt_ns;
		}
	}
}

static void
drop_outside(struct inquiry *inquiry)
{
	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		struct probe_sample *probe = &inquiry->probes[i];

		if (probe->attempt_ns < inquiry->scan_first_ns ||
		    probe->attempt_ns > inquiry->scan_last_ns) {
			probe->role = ROLE_ASIDE;
		}
	}
}

/* A campaign that hardly failed anywhere is what it is by all it did. */
static void
place_all(struct inquiry *inquiry, struct match *match)
{
	inquiry->scan_first_ns = inquiry->first_ns;
	inquiry->scan_last_ns = inquiry->last_ns;
	match->is_by_sockets = true;
	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		inquiry->probes[i].role = ROLE_SCAN;
	}
}

/* The two kinds, each in the order of time.  Returns how many were completed.
 */
static uint32_t
gather(struct inquiry *inquiry, struct marks *marks, struct match *match)
{
	struct probe_sample **others = marks->completed;
	uint32_t raw = 0;
	uint32_t ported = 0;
	uint32_t count = 0;

	marks->count = 0;
	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		struct probe_sample *probe = &inquiry->probes[i];

		if (probe->completed != 0) {
			others[count++] = probe;
			continue;
		}
		probe->role = ROLE_SCAN;
		marks->probes[marks->count++] = probe;
		ported += probe_has_ports(probe);
		raw += probe_has_ports(probe) && probe_is_raw(probe) &&
		    (probe->flags & PROBE_MATCH_TUPLE) == 0;
	}
	match->is_by_sockets = raw * 2 <= ported;
	sort_few(marks->probes, marks->count, sizeof(marks->probes[0]),
	    compare_times);
	sort_few(others, count, sizeof(others[0]), compare_times);
	return count;
}

void
scan_place(struct attribute *attribute, struct inquiry *inquiry)
{
	struct match *match = &attribute->match;
	struct marks *marks = &attribute->marks;
	struct probe_sample **others = marks->completed;
	uint32_t count = gather(inquiry, marks, match);
	bool has_rest;

	if (marks->count < MARKS_LEAST) {
		place_all(inquiry, match);
		return;
	}
	find_rhythm(marks);
	drop_strays(marks);
	find_bounds(marks);
	place_completed(marks, match, others, count);
	find_time(inquiry, marks, others, count);
	/* The sample is thin towards the end: what came since is not in it. */
	has_rest = inquiry->stride > 1 &&
	    marks->probes[marks->count - 1]->attempt_ns ==
	        inquiry->scan_last_ns;
	drop_outside(inquiry);
	if (has_rest && inquiry->last_ns > inquiry->scan_last_ns) {
		inquiry->scan_last_ns = inquiry->last_ns;
	}
}
