#include "flow/attempt.h"

#include <string.h>

#include "base/bytes.h"
#include "flow/flow.h"
#include "mem/ways.h"

enum { WAYS = WAYS_COUNT };
_Static_assert(ARRAY_SIZE(((struct attempt_set *)NULL)->tag) == WAYS,
    "ways_of() sees a whole set");

static const uint64_t queue_timeout_ns[ATTEMPT_QUEUE_COUNT] = {
	[ATTEMPT_QUEUE_NEW] = FLOW_OVERDUE_NS,
	[ATTEMPT_QUEUE_WAITING] = FLOW_ANSWER_TIMEOUT_NS,
	[ATTEMPT_QUEUE_OPEN] = FLOW_HALF_TIMEOUT_NS,
	[ATTEMPT_QUEUE_QUIET] = FLOW_HALF_TIMEOUT_NS,
};

static uint32_t
set_count_for(uint32_t count)
{
	return 2 * count / WAYS;
}

size_t
attempts_bytes(uint32_t count)
{
	return region_bytes(count, sizeof(struct attempt)) +
	    region_bytes(count, sizeof(struct attempt_rest)) +
	    region_bytes(set_count_for(count), sizeof(struct attempt_set));
}

void
attempts_init(struct attempts *attempts, struct region *region, uint32_t count)
{
	SW_ASSERT(count >= WAYS && (count & (count - 1)) == 0);
	memset(attempts, 0, sizeof(*attempts));
	attempts->entries = region_carve(region, count, sizeof(struct attempt));
	attempts->rest =
	    region_carve(region, count, sizeof(struct attempt_rest));
	attempts->sets = region_carve(
	    region, set_count_for(count), sizeof(struct attempt_set));
	attempts->set_mask = set_count_for(count) - 1;
	for (uint32_t i = 0; i < count; i++) {
		attempts->rest[i].next = i + 1 < count ? i + 1 : ATTEMPT_NONE;
	}
	for (uint32_t i = 0; i < ATTEMPT_QUEUE_COUNT; i++) {
		attempts->queues[i].head = ATTEMPT_NONE;
		attempts->queues[i].tail = ATTEMPT_NONE;
	}
	attempts->nothing_before_ns = UINT64_MAX;
}

/* The tag of a hash, never zero, since zero marks a free way. */
static inline uint32_t
tag_of(uint64_t hash)
{
	return (uint32_t)(hash >> 32) | 1u;
}

static inline struct attempt_set *
set_of(const struct attempts *attempts, uint64_t hash)
{
	return &attempts->sets[(uint32_t)hash & attempts->set_mask];
}

/* Asks the memory for both halves of an entry that will be wanted soon. */
static inline void
entry_prefetch(const struct attempts *attempts, uint32_t index)
{
	if (index != ATTEMPT_NONE) {
		__builtin_prefetch(&attempts->entries[index]);
		__builtin_prefetch(&attempts->rest[index]);
	}
}

/* An entry has become the head of its queue: its end will want its set, and
 * then the next. */
static inline void
head_prefetch(const struct attempts *attempts, uint32_t index)
{
	const struct attempt_rest *rest = &attempts->rest[index];

	__builtin_prefetch(&attempts->sets[rest->set]);
	entry_prefetch(attempts, rest->next);
}

static void
queue_remove(struct attempts *attempts, uint32_t index)
{
	const struct attempt_rest *rest = &attempts->rest[index];
	struct attempt_ends *ends = &attempts->queues[rest->queue];

	if (rest->previous == ATTEMPT_NONE) {
		ends->head = rest->next;
		if (rest->next != ATTEMPT_NONE) {
			head_prefetch(attempts, rest->next);
		}
	} else {
		attempts->rest[rest->previous].next = rest->next;
	}
	if (rest->next == ATTEMPT_NONE) {
		ends->tail = rest->previous;
	} else {
		attempts->rest[rest->next].previous = rest->previous;
	}
}

void
attempts_prefetch_entry(const struct attempts *attempts, uint64_t hash)
{
	const struct attempt_set *set = set_of(attempts, hash);
	uint32_t ways = ways_of(set->tag, tag_of(hash));

	if (ways != 0) {
		entry_prefetch(attempts, set->entry[ways_first(ways)]);
	}
}

uint32_t
attempts_find(const struct attempts *attempts, const struct five_tuple *key,
    uint64_t hash)
{
	const struct attempt_set *set = set_of(attempts, hash);
	uint32_t ways = ways_of(set->tag, tag_of(hash));

	for (; ways != 0; ways &= ways - 1) {
		uint32_t index = set->entry[ways_first(ways)];

		if (bytes_equal(
		        &attempts->entries[index].key, key, sizeof(*key))) {
			return index;
		}
	}
	return ATTEMPT_NONE;
}

/* Whether 'a' is to go before 'b'. */
static bool
goes_before(const struct attempt_rest *a, const struct attempt_rest *b)
{
	bool a_is_quiet = a->queue == ATTEMPT_QUEUE_QUIET;
	bool b_is_quiet = b->queue == ATTEMPT_QUEUE_QUIET;

	return a_is_quiet != b_is_quiet ? a_is_quiet
	                                : a->since_ns < b->since_ns;
}

/* Which of two entries is to go first; either may be ATTEMPT_NONE. */
static uint32_t
first_to_go(const struct attempts *attempts, uint32_t a, uint32_t b)
{
	if (a == ATTEMPT_NONE || b == ATTEMPT_NONE) {
		return a == ATTEMPT_NONE ? b : a;
	}
	return goes_before(&attempts->rest[b], &attempts->rest[a]) ? b : a;
}

uint32_t
attempts_in_the_way(const struct attempts *attempts, uint64_t hash)
{
	const struct attempt_set *set = set_of(attempts, hash);
	uint32_t found = ATTEMPT_NONE;

	if (ways_of(set->tag, 0) == 0) {
		for (uint32_t way = 0; way < WAYS; way++) {
			found = first_to_go(attempts, found, set->entry[way]);
		}
	} else if (attempts->first_free == ATTEMPT_NONE) {
		for (uint32_t i = 0; i < ATTEMPT_QUEUE_COUNT; i++) {
			found = first_to_go(
			    attempts, found, attempts->queues[i].head);
		}
	}
	return found;
}

static void
queue_append(struct attempts *attempts, uint32_t index,
    enum attempt_queue queue, uint64_t since_ns)
{
	struct attempt_ends *ends = &attempts->queues[queue];
	struct attempt_rest *rest = &attempts->rest[index];

	rest->since_ns = since_ns;
	rest->queue = (uint8_t)queue;
	rest->next = ATTEMPT_NONE;
	rest->previous = ends->tail;
	if (ends->tail == ATTEMPT_NONE) {
		ends->head = index;
	} else {
		attempts->rest[ends->tail].next = index;
	}
	ends->tail = index;
	if (since_ns + queue_timeout_ns[queue] < attempts->nothing_before_ns) {
		attempts->nothing_before_ns =
		    since_ns + queue_timeout_ns[queue];
	}
}

uint32_t
attempts_take(struct attempts *attempts, const struct five_tuple *key,
    uint64_t hash, enum attempt_queue queue, uint64_t now_ns)
{
	struct attempt_set *set = set_of(attempts, hash);
	uint32_t index = attempts->first_free;
	uint32_t ways = ways_of(set->tag, 0);
	uint32_t way;

	SW_ASSERT(ways != 0 && index != ATTEMPT_NONE);
	way = ways_first(ways);
	attempts->first_free = attempts->rest[index].next;
	entry_prefetch(attempts, attempts->first_free);
	memset(&attempts->entries[index], 0, sizeof(struct attempt));
	memset(&attempts->rest[index], 0, sizeof(struct attempt_rest));
	set->tag[way] = tag_of(hash);
	set->entry[way] = index;
	attempts->entries[index].key = *key;
	attempts->rest[index].set = (uint32_t)hash & attempts->set_mask;
	queue_append(attempts, index, queue, now_ns);
	attempts->held++;
	if (attempts->held > attempts->peak) {
		attempts->peak = attempts->held;
	}
	return index;
}

void
attempts_move(struct attempts *attempts, uint32_t index,
    enum attempt_queue queue, uint64_t since_ns)
{
	queue_remove(attempts, index);
	queue_append(attempts, index, queue, since_ns);
}

void
attempts_drop(struct attempts *attempts, uint32_t index)
{
	struct attempt_set *set = &attempts->sets[attempts->rest[index].set];
	uint32_t ways = ways_of(set->entry, index) & ~ways_of(set->tag, 0);

	SW_ASSERT(ways != 0);
	set->tag[ways_first(ways)] = 0;
	queue_remove(attempts, index);
	attempts->rest[index].next = attempts->first_free;
	attempts->first_free = index;
	attempts->held--;
}

uint64_t
attempts_deadline_ns(const struct attempts *attempts, uint32_t index)
{
	const struct attempt_rest *rest = &attempts->rest[index];

	return rest->since_ns + queue_timeout_ns[rest->queue];
}

uint32_t
attempts_next_due(struct attempts *attempts, uint64_t now_ns)
{
	uint64_t first_ns = UINT64_MAX;
	uint32_t first = ATTEMPT_NONE;

	if (SW_LIKELY(now_ns < attempts->nothing_before_ns)) {
		return ATTEMPT_NONE;
	}
	for (uint32_t i = 0; i < ATTEMPT_QUEUE_COUNT; i++) {
		uint32_t head = attempts->queues[i].head;

		if (head == ATTEMPT_NONE) {
			continue;
		}
		if (attempts_deadline_ns(attempts, head) < first_ns) {
			first_ns = attempts_deadline_ns(attempts, head);
			first = head;
		}
	}
	attempts->nothing_before_ns = first_ns;
	return first_ns <= now_ns ? first : ATTEMPT_NONE;
}
