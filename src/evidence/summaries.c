#include "evidence/summaries.h"

#include <string.h>

enum { PAIR_STEPS = 8 }; /* Places that a pair of segments may be in. */

size_t
summaries_bytes(const struct summaries_sizes *sizes)
{
	return 2 *
	    (TABLE_BYTES(sizes->source_count, sizeof(struct summaries_source)) +
	        region_bytes(sizes->source_count, sizeof(uint32_t)) +
	        region_bytes(sizes->pair_count, sizeof(struct summaries_pair)));
}

void
summaries_init(struct summaries *summaries, struct region *region,
    const struct summaries_sizes *sizes, const struct hash_key *key,
    struct counters *counters, const struct policy *policy)
{
	memset(summaries, 0, sizeof(*summaries));
	summaries->counters = counters;
	summaries->policy = policy;
	summaries->pair_count = sizes->pair_count;
	for (int i = 0; i < 2; i++) {
		table_init(&summaries->windows[i].sources, region,
		    sizes->source_count, sizeof(struct summaries_source),
		    sizeof(struct ip_address), key);
		summaries->windows[i].weights =
		    region_carve(region, sizes->source_count, sizeof(uint32_t));
		summaries->hours[i].pairs = region_carve(
		    region, sizes->pair_count, sizeof(struct summaries_pair));
	}
}

/* The beginning of the span that 'now_ns' lies in. */
static uint64_t
aligned_ns(uint64_t now_ns, uint64_t span_s)
{
	return now_ns - now_ns % (span_s * NS_PER_S);
}

/* Gives what fills over to be fetched, and lets the other one fill.  A span of
 * which nothing was seen has no beginning. */
static void
turn_window(struct summaries *summaries, uint64_t to_ns)
{
	struct summaries_window *filling =
	    &summaries->windows[summaries->filling];
	struct summaries_window *other =
	    &summaries->windows[1 - summaries->filling];
	uint32_t count = table_count(&other->sources);

	for (; summaries->fetched < count; summaries->fetched++) {
		void *record = table_at(&other->sources, summaries->fetched);

		if (record != NULL) {
			table_drop(&other->sources, record);
			counter_increment(summaries->counters,
			    COUNTER_EVIDENCE_SUMMARIES_DROPPED);
		}
	}
	filling->to_ns =
	    to_ns > filling->from_ns ? to_ns : filling->from_ns + 1;
	other->from_ns = 0;
	summaries->filling = 1 - summaries->filling;
	summaries->fetched = 0;
}

static void
turn_hour(struct summaries *summaries, uint64_t to_ns)
{
	struct summaries_hour *filling =
	    &summaries->hours[summaries->filling_hour];
	struct summaries_hour *other =
	    &summaries->hours[1 - summaries->filling_hour];

	for (; summaries->fetched_hour < summaries->pair_count;
	     summaries->fetched_hour++) {
		struct summaries_pair *pair =
		    &other->pairs[summaries->fetched_hour];

		counter_add(summaries->counters,
		    COUNTER_EVIDENCE_SUMMARIES_DROPPED, pair->used);
		pair->used = false;
	}
	filling->to_ns =
	    to_ns > filling->from_ns ? to_ns : filling->from_ns + 1;
	other->from_ns = 0;
	summaries->filling_hour = 1 - summaries->filling_hour;
	summaries->fetched_hour = 0;
}

static uint64_t
end_of_window(const struct summaries *summaries)
{
	return summaries->windows[summaries->filling].from_ns +
	    SUMMARY_WINDOW_S * NS_PER_S;
}

static uint64_t
end_of_hour(const struct summaries *summaries)
{
	return aligned_ns(summaries->hours[summaries->filling_hour].from_ns,
	           SEGMENT_HOUR_S) +
	    SEGMENT_HOUR_S * NS_PER_S;
}

void
summaries_close(struct summaries *summaries, uint64_t now_ns, bool is_end)
{
	uint64_t window_end_ns = end_of_window(summaries);
	uint64_t hour_end_ns = end_of_hour(summaries);

	if (!is_end && now_ns < summaries->closes_ns) {
		return;
	}
	if (summaries->windows[summaries->filling].from_ns != 0 &&
	    (is_end || now_ns >= window_end_ns)) {
		turn_window(summaries,
		    now_ns < window_end_ns ? now_ns + 1 : window_end_ns);
		summaries->closes_ns = 0;
	}
	if (summaries->hours[summaries->filling_hour].from_ns != 0 &&
	    (is_end || now_ns >= hour_end_ns)) {
		turn_hour(
		    summaries, now_ns < hour_end_ns ? now_ns + 1 : hour_end_ns);
		summaries->closes_ns = 0;
	}
}

void
summaries_apply_policy(struct summaries *summaries, uint64_t now_ns)
{
	const struct summaries_hour *hour =
	    &summaries->hours[summaries->filling_hour];

	if (hour->from_ns != 0 && now_ns >= hour->from_ns) {
		turn_hour(summaries, now_ns + 1);
		/* What begins now begins in the midst of an hour. */
		summaries->hours[summaries->filling_hour].from_ns = now_ns + 1;
	}
	summaries->hours[summaries->filling_hour].policy_version =
	    summaries->policy->version;
}

/* Begins window and hour with their first event. */
static void
begin(struct summaries *summaries, uint64_t now_ns)
{
	struct summaries_window *window =
	    &summaries->windows[summaries->filling];
	struct summaries_hour *hour =
	    &summaries->hours[summaries->filling_hour];

	if (window->from_ns == 0) {
		window->from_ns = aligned_ns(now_ns, SUMMARY_WINDOW_S);
	}
	if (hour->from_ns == 0) {
		hour->from_ns = aligned_ns(now_ns, SEGMENT_HOUR_S);
		hour->policy_version = summaries->policy->version;
	}
	summaries->closes_ns = end_of_window(summaries);
	if (end_of_hour(summaries) < summaries->closes_ns) {
		summaries->closes_ns = end_of_hour(summaries);
	}
}

/* The counts of what is outside of all segments. */
static struct summaries_pair *
pair_outside(struct summaries_hour *hour)
{
	if (!hour->pairs->used) {
		*hour->pairs = (struct summaries_pair){ POLICY_NO_SEGMENT,
			POLICY_NO_SEGMENT, true, 0, 0, { 0 } };
	}
	return hour->pairs;
}

/* The pair's counts; those outside, which come first, where there is no room.
 */
static struct summaries_pair *
pair_of(struct summaries *summaries, uint16_t source, uint16_t target)
{
	struct summaries_hour *hour =
	    &summaries->hours[summaries->filling_hour];
	uint32_t at = source * 257u + target;

	if (source == POLICY_NO_SEGMENT && target == POLICY_NO_SEGMENT) {
		return pair_outside(hour);
	}
	for (uint32_t i = 0; i < PAIR_STEPS; i++, at++) {
		struct summaries_pair *pair =
		    &hour->pairs[at & (summaries->pair_count - 1)];

		if (pair == hour->pairs) {
			continue;
		}
		if (!pair->used) {
			*pair = (struct summaries_pair){ source, target, true,
				0, 0, { 0 } };
		}
		if (pair->source_segment == source &&
		    pair->target_segment == target) {
			return pair;
		}
	}
	counter_increment(
	    summaries->counters, COUNTER_EVIDENCE_SEGMENT_PAIRS_JOINED);
	return pair_outside(hour);
}

static void
count_pair(struct summaries_pair *pair, const struct sighting *sighting,
    enum tuple_outcome outcome)
{
	if (sighting->probe->event == PROBE_ATTEMPT) {
		pair->attempts++;
		pair->first_contacts += sighting->is_first;
	} else {
		pair->outcomes[outcome]++;
	}
}

static bool
is_failure(enum tuple_outcome outcome)
{
	return outcome > TUPLE_ANSWERED;
}

/* Gives a source a place in a set that has room. */
static struct summaries_source *
take_place(struct summaries_window *window, const struct sighting *sighting,
    uint64_t since_ns)
{
	struct summaries_source *source =
	    table_take(&window->sources, &sighting->source,
	        sighting->source_hash, sighting->now_s, NULL, NULL);

	source->slot = table_index(&window->sources, source);
	source->since_ns = since_ns;
	window->weights[source->slot] = 0;
	return source;
}

/* Wears the lightest source of a full set.  False: it keeps its place. */
static bool
push_out(struct summaries *summaries, struct summaries_window *window,
    const struct sighting *sighting)
{
	uint32_t slot = table_lowest(&window->sources, sighting->source_hash,
	    sighting->now_s, window->weights);

	if (window->weights[slot] > 0) {
		window->weights[slot]--;
		return false;
	}
	table_drop(&window->sources, table_at(&window->sources, slot));
	counter_increment(
	    summaries->counters, COUNTER_EVIDENCE_SOURCES_DISPLACED);
	return true;
}

/* The record of the event's source; null: it has no place. */
static struct summaries_source *
source_of(struct summaries *summaries, const struct sighting *sighting,
    enum tuple_outcome outcome)
{
	struct summaries_window *window =
	    &summaries->windows[summaries->filling];
	struct summaries_source *source = table_find(&window->sources,
	    &sighting->source, sighting->source_hash, sighting->now_s);

	if (source != NULL) {
		return source;
	}
	if (table_has_room(&window->sources, sighting->source_hash)) {
		return take_place(window, sighting, window->from_ns);
	}
	if (is_failure(outcome) && push_out(summaries, window, sighting)) {
		return take_place(window, sighting, sighting->probe->time_ns);
	}
	return NULL;
}

/* Takes an attempt into the sketches, unless it was so lately. */
static void
sketch_attempt(struct summaries_source *source, const struct sighting *sighting)
{
	const struct contact *contact = &sighting->contact;
	uint32_t service =
	    1 + ((uint32_t)contact->protocol << 16 | contact->target_port);
	uint64_t hash = sighting->pair_hash;
	uint16_t *recent = &source->recent[hash >> 32 & (SUMMARIES_RECENT - 1)];
	uint16_t mark = (uint16_t)(hash >> 48) | 1;

	if (*recent == mark) {
		return;
	}
	*recent = mark;
	if (!ip_address_equal(&contact->target, &source->last_target)) {
		source->last_target = contact->target;
		sketch_add_address(&source->targets, &contact->target);
	}
	if (service != source->last_service) {
		source->last_service = service;
		sketch_add_service(
		    &source->services, contact->protocol, contact->target_port);
	}
}

static void
count_attempt(struct summaries_source *source, const struct sighting *sighting)
{
	source->attempts++;
	source->new_targets += sighting->is_new_target;
	source->mac = sighting->probe->source_mac;
	source->vlan = sighting->probe->vlan;
	sketch_attempt(source, sighting);
}

void
summaries_event(struct summaries *summaries, const struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;
	enum tuple_outcome outcome = TUPLE_PENDING;
	struct summaries_source *source;

	/* Of outcomes those of first contacts are counted; and sources that do
	 * not say their address, which have another key, are not. */
	if (sighting->is_explained ||
	    (probe->event == PROBE_OUTCOME && !sighting->is_first) ||
	    !ip_address_equal(&probe->source, &sighting->source)) {
		return;
	}
	if (probe->event == PROBE_OUTCOME) {
		/* As the contract counts it. */
		outcome = tuple_outcome_of((enum probe_outcome)probe->outcome);
	}
	if (probe->time_ns >= summaries->closes_ns) {
		summaries_close(summaries, probe->time_ns, false);
		begin(summaries, probe->time_ns);
	}
	count_pair(pair_of(summaries, sighting->source_segment,
	               sighting->target_segment),
	    sighting, outcome);
	source = source_of(summaries, sighting, outcome);
	if (source == NULL) {
		return;
	}
	if (probe->event == PROBE_ATTEMPT) {
		count_attempt(source, sighting);
	} else {
		summaries->windows[summaries->filling].weights[source->slot] +=
		    is_failure(outcome);
		source->outcomes[outcome]++;
	}
}

static void
fill_summary(const struct summaries *summaries,
    const struct summaries_window *window,
    const struct summaries_source *source, struct source_summary *summary)
{
	*summary = (struct source_summary){
		.from_ns = source->since_ns,
		.to_ns = window->to_ns,
		.source = source->source,
		.source_mac = source->mac,
		.vlan = source->vlan,
		.segment = policy_segment_of(
		    summaries->policy, &source->source, source->vlan),
		.is_partial = source->since_ns != window->from_ns,
		.policy_version = summaries->policy->version,
		.attempts = source->attempts,
		.new_targets = source->new_targets,
		.answered = source->outcomes[TUPLE_ANSWERED],
		.refused = source->outcomes[TUPLE_REFUSED],
		.filtered = source->outcomes[TUPLE_FILTERED],
		.silent = source->outcomes[TUPLE_SILENT],
		.targets = source->targets,
		.services = source->services,
	};
}

bool
summaries_next_source(
    struct summaries *summaries, struct source_summary *summary)
{
	struct summaries_window *window =
	    &summaries->windows[1 - summaries->filling];

	while (summaries->fetched < table_count(&window->sources)) {
		struct summaries_source *source =
		    table_at(&window->sources, summaries->fetched++);
		bool tells;

		if (source == NULL) {
			continue;
		}
		tells = sketch_estimate(&source->targets) >= SUMMARY_TARGETS;
		if (tells) {
			fill_summary(summaries, window, source, summary);
		}
		table_drop(&window->sources, source);
		if (tells) {
			counter_increment(
			    summaries->counters, COUNTER_EVIDENCE_SUMMARIES);
			return true;
		}
	}
	return false;
}

bool
summaries_next_hour(struct summaries *summaries, struct segment_hour *hour)
{
	struct summaries_hour *closed =
	    &summaries->hours[1 - summaries->filling_hour];

	while (summaries->fetched_hour < summaries->pair_count) {
		struct summaries_pair *pair =
		    &closed->pairs[summaries->fetched_hour++];

		if (pair->used) {
			*hour = (struct segment_hour){
				.from_ns = closed->from_ns,
				.to_ns = closed->to_ns,
				.source_segment = pair->source_segment,
				.target_segment = pair->target_segment,
				.policy_version = closed->policy_version,
				.attempts = pair->attempts,
				.first_contacts = pair->first_contacts,
				.answered = pair->outcomes[TUPLE_ANSWERED],
				.refused = pair->outcomes[TUPLE_REFUSED],
				.filtered = pair->outcomes[TUPLE_FILTERED],
				.silent = pair->outcomes[TUPLE_SILENT],
			};
			pair->used = false;
			return true;
		}
	}
	return false;
}
