#include "mem/table.h"

#include <criterion/criterion.h>
#include <signal.h>
#include <string.h>

enum { COUNT = 64, SETS = COUNT / TABLE_WAYS };

struct record {
	uint32_t key;
	uint32_t value;
};

static const struct hash_key hash_key = { { 0x0706050403020100,
    0x0f0e0d0c0b0a0908 } };
static struct region region;
static struct table table;

static void
set_up(void)
{
	cr_assert_eq(
	    region_init(&region, TABLE_BYTES(COUNT, sizeof(struct record))), 0);
	table_init(&table, &region, COUNT, sizeof(struct record),
	    sizeof(uint32_t), &hash_key);
	cr_assert_eq(region.used, region.size, "TABLE_BYTES is exact");
}

static void
tear_down(void)
{
	region_finish(&region);
}

TestSuite(table, .init = set_up, .fini = tear_down);

/* A hash of our own: the key's set is its remainder, its tag the rest. */
static uint64_t
hash_of(uint32_t key)
{
	return (uint64_t)(key / SETS + 1) << 33 | key % SETS;
}

static struct record *
find(uint32_t key, uint32_t now_s)
{
	return table_find(&table, &key, hash_of(key), now_s);
}

static struct record *
take(uint32_t key, uint32_t now_s, struct record *victim, bool *evicted)
{
	struct record *record =
	    table_take(&table, &key, hash_of(key), now_s, victim, evicted);

	record->value = ~key;
	return record;
}

Test(table, finds_what_was_taken_and_nothing_else)
{
	struct record *record = take(7, 1, NULL, NULL);

	cr_expect_eq(find(7, 2), record);
	cr_expect_eq(record->key, 7);
	cr_expect_null(find(8, 2), "another set");
	cr_expect_null(find(7 + SETS, 2), "the same set, another tag");
	cr_expect_eq(table.used, 1);
	cr_expect_eq(table.taken, 1);
}

Test(table, compares_keys_where_hashes_collide)
{
	uint32_t seven = 7;
	uint32_t nine = 9;
	struct record *first = table_take(&table, &seven, 42, 1, NULL, NULL);
	struct record *second = table_take(&table, &nine, 42, 1, NULL, NULL);

	cr_expect_eq(table_find(&table, &seven, 42, 2), first);
	cr_expect_eq(table_find(&table, &nine, 42, 2), second);
	cr_expect_neq(first, second);
}

Test(table, hands_out_records_zeroed_but_for_the_key)
{
	struct record *record = take(7, 1, NULL, NULL);

	table_drop(&table, record);
	record =
	    table_take(&table, &(uint32_t){ 7 }, hash_of(7), 1, NULL, NULL);
	cr_expect_eq(record->key, 7);
	cr_expect_eq(record->value, 0);
}

Test(table, holds_eight_of_a_set_without_loss)
{
	bool evicted;

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		take(3 + i * SETS, i, NULL, &evicted);
		cr_expect_not(evicted);
	}
	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		cr_expect_not_null(find(3 + i * SETS, 9));
	}
	cr_expect_eq(table.evicted, 0);
}

Test(table, when_a_set_is_full_gives_up_the_idlest)
{
	struct record victim;
	bool evicted;

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		take(i * SETS, 100 + i, NULL, NULL);
	}
	cr_assert_not_null(find(0, 200), "the oldest is touched");
	take(TABLE_WAYS * SETS, 201, &victim, &evicted);
	cr_expect(evicted);
	cr_expect_eq(victim.key, SETS, "so the second has to go");
	cr_expect_eq(victim.value, ~(uint32_t)SETS, "and is told whole");
	cr_expect_null(find(SETS, 202));
	cr_expect_not_null(find(0, 202));
	cr_expect_eq(table.evicted, 1);
	cr_expect_eq(table.used, TABLE_WAYS);
}

Test(table, a_full_set_costs_other_sets_nothing)
{
	take(1, 0, NULL, NULL);
	for (uint32_t i = 0; i < 1000; i++) {
		take(2 + i * SETS, i, NULL, NULL);
	}
	cr_expect_not_null(find(1, 1001));
	cr_expect_eq(table.used, 1 + TABLE_WAYS);
	cr_expect_eq(table.evicted, 1000 - TABLE_WAYS);
}

Test(table, knows_the_idlest_across_the_wrap_of_the_clock)
{
	struct record victim;
	bool evicted;

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		take(i * SETS, UINT32_MAX - 3 + i, NULL, NULL);
	}
	take(TABLE_WAYS * SETS, 10, &victim, &evicted);
	cr_expect(evicted);
	cr_expect_eq(victim.key, 0, "touched before the wrap, and first");
}

Test(table, looking_is_no_touch)
{
	struct record victim;
	bool evicted;
	uint32_t key = 0;

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		take(i * SETS, 100 + i, NULL, NULL);
	}
	cr_expect_eq(table_peek(&table, &key, hash_of(key)), find(0, 100));
	key = 1;
	cr_expect_null(table_peek(&table, &key, hash_of(key)));
	take(TABLE_WAYS * SETS, 200, &victim, &evicted);
	cr_expect_eq(victim.key, 0, "still the idlest");
}

/* What the ranked tests rank by. */
static uint32_t
value_of(const void *record)
{
	return ((const struct record *)record)->value;
}

Test(table, may_give_up_the_lowest_in_rank_instead)
{
	static const uint32_t values[TABLE_WAYS] = { 9, 4, 7, 2, 8, 2, 6, 5 };
	uint32_t key = TABLE_WAYS * SETS;
	bool evicted;

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		take(i * SETS, 100 + (i == 3), NULL, NULL)->value = values[i];
	}
	table_take_ranked(&table, &key, hash_of(key), 200, value_of, &evicted);
	cr_expect(evicted);
	cr_expect_null(find(5 * SETS, 201), "of the two lowest, the idler");
	cr_expect_not_null(find(3 * SETS, 201));
	cr_expect_not_null(find(key, 201));
	cr_expect_eq(table.used, TABLE_WAYS);
}

Test(table, a_free_slot_goes_before_any_rank)
{
	uint32_t key = SETS;
	bool evicted = true;

	take(0, 1, NULL, NULL)->value = 0;
	table_take_ranked(&table, &key, hash_of(key), 2, value_of, &evicted);
	cr_expect_not(evicted);
	cr_expect_not_null(find(0, 3));
}

Test(table, names_the_lowest_of_ranks_kept_beside_it_and_of_equals_the_idlest)
{
	uint32_t ranks[COUNT] = { 0 };
	uint32_t slots[TABLE_WAYS];

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		slots[i] = table_index(
		    &table, take(3 + i * SETS, 100 - i, NULL, NULL));
		ranks[slots[i]] = 9;
	}
	cr_expect_eq(table_lowest(&table, hash_of(3), 100, ranks), slots[7]);
	ranks[slots[2]] = 5;
	ranks[slots[4]] = 5;
	cr_expect_eq(table_lowest(&table, hash_of(3), 100, ranks), slots[4]);
	ranks[slots[6]] = 1;
	cr_expect_eq(table_lowest(&table, hash_of(3), 100, ranks), slots[6]);
}

Test(table, gives_a_dropped_slot_to_the_next)
{
	struct record *third = NULL;
	bool evicted = true;

	for (uint32_t i = 0; i < TABLE_WAYS; i++) {
		struct record *record = take(i * SETS, 100, NULL, NULL);

		third = i == 2 ? record : third;
	}
	table_drop(&table, third);
	cr_expect_null(find(2 * SETS, 101));
	cr_expect_eq(take(TABLE_WAYS * SETS, 101, NULL, &evicted), third);
	cr_expect_not(evicted);
	cr_expect_eq(table.used, TABLE_WAYS);
}

Test(table, can_be_visited_slot_by_slot)
{
	uint32_t seen = 0;

	for (uint32_t key = 0; key < 20; key++) {
		take(key, 1, NULL, NULL);
	}
	cr_expect_eq(table_count(&table), COUNT);
	for (uint32_t i = 0; i < table_count(&table); i++) {
		const struct record *record = table_at(&table, i);

		if (record != NULL) {
			cr_expect_eq(record->value, ~record->key);
			cr_expect_eq(table_index(&table, record), i);
			seen++;
		}
	}
	cr_expect_eq(seen, 20);
}

Test(table, ends_the_process_when_a_free_slot_is_dropped, .signal = SIGABRT)
{
	struct record *record = take(1, 1, NULL, NULL);

	table_drop(&table, record);
	table_drop(&table, record);
	cr_assert_fail("a slot was dropped twice");
}

Test(table, ends_the_process_when_the_middle_of_a_record_is_dropped,
    .signal = SIGABRT)
{
	table_drop(&table, &take(1, 1, NULL, NULL)->value);
	cr_assert_fail("what is no record was dropped");
}

/* The model: the same sets, written for the eye. */
struct model {
	struct {
		bool used;
		uint32_t key;
		uint32_t touched_s;
	} slots[SETS][TABLE_WAYS];
};

static int
model_find(const struct model *model, uint32_t key)
{
	for (int way = 0; way < TABLE_WAYS; way++) {
		if (model->slots[key % SETS][way].used &&
		    model->slots[key % SETS][way].key == key) {
			return way;
		}
	}
	return -1;
}

/* Checks that the victim is one that has been idle longest, and replaces it. */
static void
model_take(struct model *model, uint32_t key, uint32_t now_s,
    const struct record *victim, bool evicted)
{
	uint32_t set = key % SETS;
	int way = 0;

	if (evicted) {
		way = model_find(model, victim->key);
		cr_assert_geq(way, 0, "a victim that was not held");
		cr_assert_eq(victim->value, ~victim->key);
	}
	for (int other = 0; other < TABLE_WAYS; other++) {
		if (!evicted && !model->slots[set][other].used) {
			way = other;
		}
		cr_assert(!evicted ||
		        (model->slots[set][other].used &&
		            now_s - model->slots[set][other].touched_s <=
		                now_s - model->slots[set][way].touched_s),
		    "evicted though a slot was free or another idler");
	}
	cr_assert(evicted || !model->slots[set][way].used,
	    "the set was full and nothing was evicted");
	model->slots[set][way].used = true;
	model->slots[set][way].key = key;
	model->slots[set][way].touched_s = now_s;
}

Test(table, does_as_its_model_over_half_a_million_random_operations)
{
	struct model model;
	uint64_t state = 1;
	uint32_t now_s = UINT32_MAX - 1000; /* It wraps on the way. */

	memset(&model, 0, sizeof(model));
	for (uint32_t i = 0; i < 500000; i++) {
		uint32_t key;
		int way;
		struct record *record;
		struct record victim;
		bool evicted;

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		key = (uint32_t)(state >> 33) % (3 * COUNT);
		now_s += (state >> 60) == 0;
		way = model_find(&model, key);
		record = find(key, now_s);
		cr_assert_eq(record != NULL, way >= 0);
		if (record == NULL) {
			take(key, now_s, &victim, &evicted);
			model_take(&model, key, now_s, &victim, evicted);
			continue;
		}
		cr_assert_eq(record->key, key);
		cr_assert_eq(record->value, ~key);
		model.slots[key % SETS][way].touched_s = now_s;
		if ((state >> 50 & 7) == 0) {
			table_drop(&table, record);
			model.slots[key % SETS][way].used = false;
		}
	}
	cr_expect_gt(table.evicted, 10000, "or this has shown little");
}
