#include "authorise/watch.h"

#include "authorise/room.h"

static bool leaving_holds(const struct authorise *authorise,
    const struct authorise_watch *watch, enum authorise_part part);
static uint64_t count_probe(struct authorise_watch *watch, uint64_t time_ns);
static uint8_t hold_against(const struct authorise *authorise,
    struct authorise_watch *watch, struct authorise_leaving *probe,
    uint64_t in_ten_seconds);

bool
authorise_contact(struct authorise *authorise, struct authorise_watch *watch,
    const struct wire_contact *contact, const struct authorise_whose *whose)
{
	struct authorise_leaving probe;
	uint8_t before = watch->left;
	uint64_t in_ten_seconds;
	uint8_t left;

	if (!watch->is_begun ||
	    (whose != NULL && watch->version != authorise->version)) {
		const struct authorise_whose sender = { .has_address = true,
			.address = contact->source };

		if (!watch->is_begun) {
			watch->began_ns = contact->attempt_ns;
		}
		watch_refresh(
		    authorise, watch, whose != NULL ? whose : &sender);
	}
	in_ten_seconds = count_probe(watch, contact->attempt_ns);
	if (watch->entry_count == 0) {
		return false;
	}
	scope_of_contact(authorise, contact, &probe);
	left = hold_against(authorise, watch, &probe, in_ten_seconds);
	for (uint32_t part = 0; part < AUTHORISE_PART_PROCESS; part++) {
		if ((left >> part & 1) != 0) {
			watch_leave(watch, part, &probe);
		}
	}
	return (watch->left & ~before) != 0;
}

void
watch_refresh(const struct authorise *authorise, struct authorise_watch *watch,
    const struct authorise_whose *whose)
{
	uint32_t numbers[AUTHORISE_WATCH_ENTRIES] = { 0 };
	uint32_t count = cover_find(authorise, whose, watch->began_ns, numbers);

	watch->is_begun = true;
	watch->version = authorise->version;
	if (count != watch->entry_count ||
	    memcmp(numbers, watch->entries, sizeof(numbers)) != 0) {
		watch->entry_count = (uint8_t)count;
		memcpy(watch->entries, numbers, sizeof(numbers));
		memset(watch->sets, 0, sizeof(watch->sets));
		watch->counted = 0;
	}
	for (uint32_t part = 0; part < AUTHORISE_PART_PROCESS; part++) {
		if ((watch->left >> part & 1) != 0 &&
		    !leaving_holds(authorise, watch, part)) {
			watch->left &= (uint8_t) ~(1u << part);
		}
	}
}

void
watch_leave(struct authorise_watch *watch, enum authorise_part part,
    const struct authorise_leaving *probe)
{
	if ((watch->left >> part & 1) == 0) {
		watch->left |= (uint8_t)(1u << part);
		watch->leavings[part] = *probe;
	}
}

bool
watch_permits(const struct authorise *authorise,
    const struct authorise_watch *watch, enum authorise_part part,
    const struct authorise_leaving *probe)
{
	for (uint32_t i = 0; i < watch->entry_count; i++) {
		const struct authorise_record *record =
		    record_at(authorise, watch->entries[i]);

		if (record != NULL &&
		    scope_permits(authorise, record, part, probe)) {
			return true;
		}
	}
	return false;
}

/* Whether what was left is still not permitted by any entry, as they are. */
static bool
leaving_holds(const struct authorise *authorise,
    const struct authorise_watch *watch, enum authorise_part part)
{
	const struct authorise_leaving *leaving = &watch->leavings[part];

	for (uint32_t i = 0; i < watch->entry_count; i++) {
		const struct authorise_record *record =
		    record_at(authorise, watch->entries[i]);

		if (record == NULL) {
			continue;
		}
		if (leaving->is_contact
		        ? scope_left_by(authorise, record, leaving) == 0 &&
		            scope_permits(
		                authorise, record, AUTHORISE_PART_RATE, leaving)
		        : scope_permits(authorise, record, part, leaving)) {
			return false;
		}
	}
	return true;
}

/* Counts a probe into its second, and gives how many there were in the ten that
 * end with the newest. */
static uint64_t
count_probe(struct authorise_watch *watch, uint64_t time_ns)
{
	uint64_t second = time_ns / NS_PER_S;
	uint64_t sum = 0;

	if (second > watch->rate_s) {
		uint64_t gone = second - watch->rate_s;

		for (uint64_t i = 1; i <= gone && i <= AUTHORISE_RATE_SECONDS;
		     i++) {
			watch->slots[(watch->rate_s + i) %
			    AUTHORISE_RATE_SECONDS] = 0;
		}
		watch->rate_s = second;
	}
	if (second + AUTHORISE_RATE_SECONDS > watch->rate_s) {
		watch->slots[second % AUTHORISE_RATE_SECONDS]++;
	}
	for (uint32_t i = 0; i < AUTHORISE_RATE_SECONDS; i++) {
		sum += watch->slots[i];
	}
	return sum;
}

/* Returns the parts that the probe leaves of the entry that it leaves least of;
 * none if one permits it, which is then noted. */
static uint8_t
hold_against(const struct authorise *authorise, struct authorise_watch *watch,
    struct authorise_leaving *probe, uint64_t in_ten_seconds)
{
	uint8_t least = UINT8_MAX;
	uint32_t permitting = 0;

	for (uint32_t i = 0; i < watch->entry_count; i++) {
		const struct authorise_record *record =
		    record_at(authorise, watch->entries[i]);
		uint8_t left;

		if (record == NULL) {
			continue;
		}
		left = scope_left_by(authorise, record, probe);
		if (record->entry.rate > 0 &&
		    in_ten_seconds > rate_allowance(record->entry.rate)) {
			left |= 1u << AUTHORISE_PART_RATE;
		}
		permitting |= left == 0 ? 1u << i : 0;
		if (least == UINT8_MAX ||
		    __builtin_popcount(left) < __builtin_popcount(least)) {
			least = left;
			probe->entry = record->number;
		}
	}
	if (permitting != 0) {
		watch->sets[permitting / 8] |= (uint8_t)(1u << permitting % 8);
		return 0;
	}
	if (least == UINT8_MAX) {
		return 0;
	}
	if ((least >> AUTHORISE_PART_RATE & 1) != 0) {
		probe->rate =
		    (uint32_t)((in_ten_seconds + AUTHORISE_RATE_SECONDS - 1) /
		        AUTHORISE_RATE_SECONDS);
	}
	return least;
}
