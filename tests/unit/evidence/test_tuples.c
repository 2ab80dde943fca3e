#include "evidence/tuples.h"

#include <criterion/criterion.h>
#include <math.h>

static const struct hash_key key = { { 11, 12 } };

Test(tuples, the_first_have_places_of_their_own)
{
	for (uint64_t i = 1; i <= PROBE_TUPLE_PLACES; i++) {
		cr_assert_eq(tuples_place(&key, 7, i), (int32_t)i - 1);
	}
	cr_expect_eq(tuples_held(17), 17);
	cr_expect_eq(tuples_held(1 << 20), PROBE_TUPLE_PLACES);
}

Test(tuples, later_ones_never_take_the_place_of_the_first)
{
	for (uint64_t i = PROBE_TUPLE_PLACES + 1; i < 200000; i++) {
		int32_t place = tuples_place(&key, 7, i);

		cr_assert(place == TUPLES_NO_PLACE ||
		    (place >= PROBE_TUPLES_FIRST &&
		        place < PROBE_TUPLE_PLACES));
	}
}

Test(tuples, the_sample_is_of_all_that_came_alike)
{
	enum { COUNT = 100000, PARTS = 10 };
	static uint32_t held[PROBE_TUPLE_PLACES];
	uint32_t of_part[PARTS] = { 0 };
	double expected = (double)PROBE_TUPLES_SAMPLE / PARTS;
	double chi = 0;

	for (uint32_t i = 1; i <= PROBE_TUPLES_FIRST + COUNT; i++) {
		int32_t place = tuples_place(&key, 7, i);

		if (place != TUPLES_NO_PLACE) {
			held[place] = i;
		}
	}
	for (uint32_t i = PROBE_TUPLES_FIRST; i < PROBE_TUPLE_PLACES; i++) {
		of_part[(held[i] - PROBE_TUPLES_FIRST - 1) / (COUNT / PARTS)]++;
	}
	for (uint32_t i = 0; i < PARTS; i++) {
		chi += pow(of_part[i] - expected, 2) / expected;
	}
	/* Nine degrees of freedom: one in a thousand is above. */
	cr_expect_lt(chi, 27.9);
}

Test(tuples, few_of_many_are_kept_so_that_a_flood_sends_little)
{
	uint32_t kept = 0;

	for (uint64_t i = 1; i <= 1000000; i++) {
		kept += tuples_place(&key, 3, i) != TUPLES_NO_PLACE;
	}
	/* 4,000 + 2,000 ln(998,000 / 2,000) = 16,425 */
	cr_expect_geq(kept, 16000);
	cr_expect_leq(kept, 16900);
}

Test(tuples, another_key_draws_another_sample_and_the_same_the_same)
{
	const struct hash_key other = { { 11, 13 } };
	uint32_t differences = 0;

	for (uint64_t i = 5000; i < 6000; i++) {
		cr_expect_eq(
		    tuples_place(&key, 3, i), tuples_place(&key, 3, i));
		differences +=
		    tuples_place(&key, 3, i) != tuples_place(&other, 3, i);
	}
	cr_expect_gt(differences, 100);
}

static struct probe_tuple
sound_tuple(void)
{
	return (struct probe_tuple){
		.campaign = 1, .ordinal = 5, .place = 4, .outcome = PROBE_SILENT
	};
}

Test(tuples, that_are_not_sound_are_told)
{
	struct probe_tuple tuple = sound_tuple();

	cr_expect(probe_tuple_is_sound(&tuple));
#define EXPECT_UNSOUND(change) \
	tuple = sound_tuple(); \
	change;                \
	cr_expect_not(probe_tuple_is_sound(&tuple), #change)
	EXPECT_UNSOUND(tuple.campaign = 0);
	EXPECT_UNSOUND(tuple.ordinal = 0);
	EXPECT_UNSOUND(tuple.place = 5);
	EXPECT_UNSOUND(tuple.technique = PROBE_TECHNIQUE_COUNT);
	EXPECT_UNSOUND(tuple.outcome = PROBE_OUTCOME_COUNT);
	EXPECT_UNSOUND(tuple.unused[6] = 1);
	EXPECT_UNSOUND(tuple.ordinal = 4001; tuple.place = 1999);
	EXPECT_UNSOUND(tuple.ordinal = 4001; tuple.place = 4000);
	tuple = sound_tuple();
	tuple.ordinal = 4001;
	tuple.place = 3999;
	cr_expect(probe_tuple_is_sound(&tuple));
}

Test(tuples, outcomes_are_those_of_the_contract)
{
	cr_expect_eq(tuple_outcome_of(PROBE_HALF), TUPLE_ANSWERED);
	cr_expect_eq(tuple_outcome_of(PROBE_REFUSED), TUPLE_REFUSED);
	cr_expect_eq(tuple_outcome_of(PROBE_EXPIRED), TUPLE_FILTERED);
	cr_expect_eq(tuple_outcome_of(PROBE_SILENT), TUPLE_SILENT);
	cr_expect_eq(tuple_outcome_of(PROBE_DISPLACED), TUPLE_PENDING);
}
