#include "evidence/sketch.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* The 'number'-th address of a set of its own for each 'seed'. */
static struct ip_address
address_of(uint32_t seed, uint32_t number)
{
	struct ip_address address = { { 0xfd } };

	memcpy(address.byte + 4, &seed, sizeof(seed));
	memcpy(address.byte + 12, &number, sizeof(number));
	return address;
}

static void
add(struct sketch *sketch, uint32_t seed, uint32_t from, uint32_t count)
{
	for (uint32_t i = from; i < from + count; i++) {
		struct ip_address address = address_of(seed, i);

		sketch_add_address(sketch, &address);
	}
}

Test(sketch, of_nothing_counts_nothing)
{
	struct sketch sketch = { { 0 } };

	cr_expect_eq(sketch_estimate(&sketch), 0);
}

Test(sketch, is_right_within_three_standard_errors_on_average)
{
	static const uint32_t counts[] = { 3, 10, 100, 500, 1000, 10000,
		100000 };
	enum { SETS = 64 };

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		double sum = 0;
		double squares = 0;
		double sigma = 1.04 / 16;

		for (uint32_t seed = 0; seed < SETS; seed++) {
			struct sketch sketch = { { 0 } };
			double error;

			add(&sketch, seed, 0, counts[i]);
			error =
			    (double)sketch_estimate(&sketch) / counts[i] - 1;
			sum += error;
			squares += error * error;
		}
		cr_expect_lt(fabs(sum / SETS), 3 * sigma / sqrt(SETS) + 0.02,
		    "%u: bias %f", counts[i], sum / SETS);
		cr_expect_lt(sqrt(squares / SETS), 1.3 * sigma + 0.02,
		    "%u: error %f", counts[i], sqrt(squares / SETS));
	}
}

Test(sketch, of_two_joined_is_that_of_both_together)
{
	struct sketch one = { { 0 } };
	struct sketch other = { { 0 } };
	struct sketch both = { { 0 } };

	add(&one, 1, 0, 700);
	add(&other, 1, 500, 700);
	add(&both, 1, 0, 1200);
	sketch_merge(&one, &other);
	cr_expect_eq(memcmp(&one, &both, sizeof(both)), 0);
	sketch_merge(&one, &other);
	cr_expect_eq(memcmp(&one, &both, sizeof(both)), 0, "twice is once");
}

Test(sketch, does_not_count_the_same_twice)
{
	struct sketch sketch = { { 0 } };

	for (int i = 0; i < 10; i++) {
		add(&sketch, 1, 0, 5);
		sketch_add_service(&sketch, 6, 443);
	}
	cr_expect_eq(sketch_estimate(&sketch), 6);
}

/* What a script that joins sketches must find: SipHash-1-3, key of zeros. */
Test(sketch, has_the_registers_that_its_description_gives)
{
	static const uint8_t v4[4] = { 10, 20, 2, 1 };
	const struct ip_address address = ip_address_from_v4(v4);
	struct sketch sketch = { { 0 } };
	uint32_t set = 0;

	sketch_add_address(&sketch, &address);
	for (uint32_t i = 0; i < SKETCH_REGISTERS; i++) {
		set += sketch.rank[i] != 0;
	}
	cr_expect_eq(set, 1);
	cr_expect_eq(sketch.rank[238], 2);
}

Test(sketch, with_a_rank_that_cannot_be_is_not_sound)
{
	struct sketch sketch = { { 0 } };

	sketch.rank[255] = SKETCH_RANK_MOST;
	cr_expect(sketch_is_sound(&sketch));
	sketch.rank[255] = SKETCH_RANK_MOST + 1;
	cr_expect_not(sketch_is_sound(&sketch));
}
