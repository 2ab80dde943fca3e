#include "authorise/authorise.h"

#include <stdio.h>

#include "authorise/entry_text.h"
#include "authorise/room.h"
#include "authorise/suggest.h"
#include "base/bytes.h"

static void number_segments(struct authorise *authorise);
static void forget_segments(struct authorise *authorise);
static bool segment_is_named(
    const struct authorise *authorise, uint32_t number);
static void translate(const struct authorise *authorise,
    const struct authorise_entry *from, struct authorise_entry *entry);
static bool enter_of_file(
    struct authorise *authorise, const struct authorise_entry *entry);
static void leave_file(struct authorise *authorise,
    const struct authorise_entry *entries, uint32_t count);
static bool has_ended(const struct authorise_record *record, uint64_t now_ns);
static uint64_t ended_at_ns(const struct authorise_record *record);

uint32_t
authorise_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		plan_array(
		    "entries, names of segments", 1, sizeof(struct authorise)),
		plan_array("authorised scanners", CONFIG_AUTHORISE_ENTRY_COUNT,
		    sizeof(struct authorise_record)),
		plan_array("scans that may come back",
		    CONFIG_AUTHORISE_HABIT_COUNT,
		    sizeof(struct authorise_habit)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

size_t
authorise_bytes(void)
{
	return region_bytes(1, sizeof(struct authorise)) +
	    region_bytes(
	        CONFIG_AUTHORISE_ENTRY_COUNT, sizeof(struct authorise_record)) +
	    region_bytes(
	        CONFIG_AUTHORISE_HABIT_COUNT, sizeof(struct authorise_habit));
}

struct authorise *
authorise_init(struct region *region, const struct policy *policy,
    const struct authorise_zone *zone, bool two_person)
{
	struct authorise *authorise =
	    region_carve(region, 1, sizeof(*authorise));

	authorise->records = region_carve(region, CONFIG_AUTHORISE_ENTRY_COUNT,
	    sizeof(struct authorise_record));
	authorise->habits = region_carve(region, CONFIG_AUTHORISE_HABIT_COUNT,
	    sizeof(struct authorise_habit));
	authorise_use_policy(authorise, policy, zone, two_person);
	return authorise;
}

void
authorise_use_policy(struct authorise *authorise, const struct policy *policy,
    const struct authorise_zone *zone, bool two_person)
{
	authorise->policy = policy;
	authorise->zone = *zone;
	authorise->two_person = two_person;
	authorise->version++;
	number_segments(authorise);
	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		struct authorise_record *record = &authorise->records[i];

		record->end_s =
		    authorise_zone_day_end(zone, &record->entry.expires);
	}
}

uint32_t
authorise_use_file(struct authorise *authorise,
    const struct authorise_entry *entries, uint32_t count)
{
	uint32_t refused = 0;

	leave_file(authorise, entries, count);
	for (uint32_t i = 0; i < count; i++) {
		if (!enter_of_file(authorise, &entries[i])) {
			refused++;
		}
	}
	authorise->version++;
	return refused;
}

bool
authorise_next_hit(
    struct authorise *authorise, const struct authorise_record **record)
{
	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		struct authorise_record *at = &authorise->records[i];

		if (at->number != 0 && at->hits_are_new) {
			at->hits_are_new = false;
			*record = at;
			return true;
		}
	}
	return false;
}

struct authorise_record *
authorise_find(struct authorise *authorise, const char *name)
{
	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		struct authorise_record *record = &authorise->records[i];

		if (record->number != 0 &&
		    strcmp(record->entry.name, name) == 0) {
			return record;
		}
	}
	return NULL;
}

bool
authorise_record_is_expired(
    const struct authorise_record *record, uint64_t now_ns)
{
	return (int64_t)(now_ns / NS_PER_S) >= record->end_s;
}

const char *
authorise_segment_name(const struct authorise *authorise, uint32_t number)
{
	return number < AUTHORISE_SEGMENT_COUNT &&
	        authorise->segments[number][0] != '\0'
	    ? authorise->segments[number]
	    : NULL;
}

int32_t
authorise_segment_number(const struct authorise *authorise, const char *name)
{
	for (uint32_t i = 0; i < AUTHORISE_SEGMENT_COUNT && name[0] != '\0';
	     i++) {
		if (strcmp(authorise->segments[i], name) == 0) {
			return (int32_t)i;
		}
	}
	return -1;
}

struct authorise_record *
record_take(struct authorise *authorise)
{
	struct authorise_record *oldest = NULL;

	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		struct authorise_record *record = &authorise->records[i];

		if (record->number == 0) {
			return record;
		}
		if (record->entry.origin == AUTHORISE_ORIGIN_PEOPLE &&
		    has_ended(record, authorise->now_ns) &&
		    (oldest == NULL ||
		        ended_at_ns(record) < ended_at_ns(oldest))) {
			oldest = record;
		}
	}
	return oldest;
}

void
record_enter(struct authorise *authorise, struct authorise_record *record)
{
	uint32_t place = (uint32_t)(record - authorise->records);

	authorise->last_number += 1 << RECORD_PLACE_BITS;
	if (authorise->last_number == 0) {
		authorise->last_number = 1 << RECORD_PLACE_BITS;
	}
	record->number = authorise->last_number | place;
	record->end_s =
	    authorise_zone_day_end(&authorise->zone, &record->entry.expires);
	authorise->version++;
}

int32_t
segment_enter(struct authorise *authorise, const char *name)
{
	int32_t number = authorise_segment_number(authorise, name);

	for (uint32_t i = 0; i < AUTHORISE_SEGMENT_COUNT && number < 0; i++) {
		if (authorise->segments[i][0] == '\0') {
			(void)snprintf(authorise->segments[i],
			    sizeof(authorise->segments[i]), "%s", name);
			number = (int32_t)i;
		}
	}
	return number;
}

uint16_t
segment_of(const struct authorise *authorise, const struct ip_address *address)
{
	uint16_t segment =
	    policy_segment_of(authorise->policy, address, POLICY_VLAN_UNKNOWN);

	return segment < POLICY_SEGMENT_COUNT ? authorise->number_of[segment]
	                                      : POLICY_NO_SEGMENT;
}

/* Gives the policy's segments the numbers their names have, or new ones. */
static void
number_segments(struct authorise *authorise)
{
	forget_segments(authorise);
	for (uint32_t i = 0; i < authorise->policy->segment_count; i++) {
		int32_t number = segment_enter(
		    authorise, authorise->policy->segments[i].name);

		authorise->number_of[i] =
		    number < 0 ? POLICY_NO_SEGMENT : (uint16_t)number;
	}
}

/* Names that neither the policy nor an entry of people has make room. */
static void
forget_segments(struct authorise *authorise)
{
	for (uint32_t i = 0; i < AUTHORISE_SEGMENT_COUNT; i++) {
		if (!segment_is_named(authorise, i)) {
			authorise->segments[i][0] = '\0';
		}
	}
}

static bool
segment_is_named(const struct authorise *authorise, uint32_t number)
{
	const struct policy *policy = authorise->policy;

	for (uint32_t i = 0; i < policy->segment_count; i++) {
		if (strcmp(policy->segments[i].name,
		        authorise->segments[number]) == 0) {
			return true;
		}
	}
	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		const struct authorise_record *record = &authorise->records[i];

		if (record->number != 0 &&
		    authorise_entry_may_scan(&record->entry, number)) {
			return true;
		}
	}
	return false;
}

/* Segments of the file are the policy's indices; here they are numbers. */
static void
translate(const struct authorise *authorise, const struct authorise_entry *from,
    struct authorise_entry *entry)
{
	*entry = *from;
	memset(entry->segments, 0, sizeof(entry->segments));
	for (uint32_t i = 0; i < authorise->policy->segment_count; i++) {
		if (authorise_entry_may_scan(from, i) &&
		    authorise->number_of[i] != POLICY_NO_SEGMENT) {
			authorise_entry_allow(entry, authorise->number_of[i]);
		}
	}
	entry->origin = AUTHORISE_ORIGIN_FILE;
	entry->state = AUTHORISE_ACTIVE;
}

static bool
enter_of_file(struct authorise *authorise, const struct authorise_entry *entry)
{
	static struct authorise_entry translated; /* Too large for the stack. */
	struct authorise_record *record =
	    authorise_find(authorise, entry->name);

	translate(authorise, entry, &translated);
	if (record != NULL) {
		return record->entry.origin == AUTHORISE_ORIGIN_FILE;
	}
	record = record_take(authorise);
	if (record == NULL) {
		return false;
	}
	memset(record, 0, sizeof(*record));
	record->entry = translated;
	record_enter(authorise, record);
	return true;
}

/* Takes out those of the file that are not there any more as they were. */
static void
leave_file(struct authorise *authorise, const struct authorise_entry *entries,
    uint32_t count)
{
	static struct authorise_entry translated; /* As above. */

	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		struct authorise_record *record = &authorise->records[i];
		bool stays = record->number == 0 ||
		    record->entry.origin != AUTHORISE_ORIGIN_FILE;

		for (uint32_t j = 0; j < count && !stays; j++) {
			if (strcmp(entries[j].name, record->entry.name) == 0) {
				translate(authorise, &entries[j], &translated);
				stays = bytes_equal(&translated, &record->entry,
				    sizeof(translated));
			}
		}
		if (!stays) {
			memset(record, 0, sizeof(*record));
		}
	}
}

static bool
has_ended(const struct authorise_record *record, uint64_t now_ns)
{
	return record->entry.state == AUTHORISE_REVOKED ||
	    authorise_record_is_expired(record, now_ns);
}

static uint64_t
ended_at_ns(const struct authorise_record *record)
{
	uint64_t end_ns =
	    record->end_s <= 0 ? 0 : (uint64_t)record->end_s * NS_PER_S;

	return record->entry.state == AUTHORISE_REVOKED &&
	        record->entry.revoked.at_ns < end_ns
	    ? record->entry.revoked.at_ns
	    : end_ns;
}
