#include "detect/sequence.h"

#include <criterion/criterion.h>

static struct sequence sequence;

static void
clear(void)
{
	sequence = (struct sequence){ 0 };
}

TestSuite(sequence, .init = clear);

/* Notes 'count' steps of 'distance'. */
static void
step(int64_t distance, int count)
{
	for (int i = 0; i < count; i++) {
		(void)sequence_note(&sequence, &terms_built_in, distance);
	}
}

static void
expect_order(enum finding_order order, bool is_sequential)
{
	cr_expect_eq(sequence_order(&sequence, &terms_built_in), order,
	    "the order is %d", sequence_order(&sequence, &terms_built_in));
	cr_expect_eq(
	    sequence_is_sequential(&sequence, &terms_built_in), is_sequential);
}

Test(sequence, three_steps_tell_no_order)
{
	step(1, 3);
	expect_order(FINDING_ORDER_UNKNOWN, false);
	step(1, 1);
	expect_order(FINDING_ORDER_ASCENDING, true);
}

Test(sequence, up_by_one_is_ascending)
{
	step(1, 20);
	expect_order(FINDING_ORDER_ASCENDING, true);
}

Test(sequence, down_by_a_few_is_descending)
{
	for (int i = 0; i < 20; i++) {
		step(-(1 + i % POLICY_SEQUENCE_STRIDE), 1);
	}
	expect_order(FINDING_ORDER_DESCENDING, true);
}

Test(sequence, a_constant_stride_is_strided_either_way)
{
	step(16, 10);
	expect_order(FINDING_ORDER_STRIDED, true);
	clear();
	step(-250, 10);
	expect_order(FINDING_ORDER_STRIDED, true);
}

Test(sequence, far_steps_upwards_ascend_but_do_not_follow_one_another)
{
	for (int i = 0; i < 20; i++) {
		step(5 + i % 7 * 3, 1);
	}
	expect_order(FINDING_ORDER_ASCENDING, false);
}

Test(sequence, far_steps_this_way_and_that_are_random)
{
	for (int i = 0; i < 20; i++) {
		step(i % 2 == 0 ? 40 + i : -35 - i, 1);
	}
	expect_order(FINDING_ORDER_RANDOM, false);
}

Test(sequence, near_steps_this_way_and_that_are_mixed)
{
	for (int i = 0; i < 20; i++) {
		step(i % 2 == 0 ? 3 : -2, 1);
	}
	expect_order(FINDING_ORDER_MIXED, false);
}

Test(sequence, eighty_in_a_hundred_are_enough_and_fewer_are_not)
{
	/* The steps apart go far up and far down in turn. */
	step(1, 16);
	step(1000, 1);
	step(-1000, 1);
	step(1001, 1);
	step(-1001, 1);
	expect_order(FINDING_ORDER_ASCENDING, true);
	clear();
	step(1, 15);
	step(1000, 1);
	step(-1000, 1);
	step(1001, 1);
	step(-1001, 1);
	cr_expect_not(
	    sequence_is_sequential(&sequence, &terms_built_in), "15 of 19");
}

Test(sequence, parallel_probes_that_overtake_one_another_still_ascend)
{
	for (int i = 0; i < 25; i++) {
		step(i % 5 == 4 ? -1 : i % 5 == 3 ? 3 : 1, 1);
	}
	expect_order(FINDING_ORDER_ASCENDING, true);
}

Test(sequence, a_step_says_whether_it_was_adjacent)
{
	cr_expect_eq(
	    sequence_note(&sequence, &terms_built_in, 4), SEQUENCE_ADJACENT);
	cr_expect_eq(
	    sequence_note(&sequence, &terms_built_in, 5), SEQUENCE_APART);
	cr_expect_eq(sequence_note(&sequence, &terms_built_in, 5),
	    SEQUENCE_ADJACENT, "the same stride again");
	cr_expect_eq(
	    sequence_note(&sequence, &terms_built_in, -5), SEQUENCE_APART);
	cr_expect_eq(sequence_note(&sequence, &terms_built_in, 0),
	    SEQUENCE_APART, "the same target is no neighbour");
}

Test(sequence, what_cannot_be_compared_is_apart_and_no_stride)
{
	cr_expect_eq(sequence_note(&sequence, &terms_built_in, INT64_MAX),
	    SEQUENCE_APART);
	cr_expect_eq(sequence_note(&sequence, &terms_built_in, INT64_MAX),
	    SEQUENCE_APART);
	cr_expect_eq(sequence.strides, 0);
	cr_expect_eq(sequence.steps, 2);
}

Test(sequence, steps_of_many_millions_do_not_overflow_its_shares)
{
	sequence.steps = 4000000000;
	sequence.near_up = 3300000000;
	sequence.up = 3300000000;
	expect_order(FINDING_ORDER_ASCENDING, true);
}
