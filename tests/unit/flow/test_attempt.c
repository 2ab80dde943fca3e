#include <criterion/criterion.h>

#include "flow/attempt.h"
#include "flow/flow.h"

/* The memory of attempts by itself. */

enum { COUNT = 64 };

static struct region region;
static struct attempts attempts;

static void
open_attempts(void)
{
	cr_assert_eq(region_init(&region, attempts_bytes(COUNT)), 0);
	attempts_init(&attempts, &region, COUNT);
	cr_assert_eq(region.used, region.size);
}

TestSuite(flow_attempt, .init = open_attempts);

static struct five_tuple
key_of(uint32_t number)
{
	struct five_tuple key = { .protocol = 6 };

	key.low.port[0] = (uint8_t)(number >> 8);
	key.low.port[1] = (uint8_t)number;
	return key;
}

/* A hash that names set 'set' of the index, and a tag that all share: so that
 * the keys must tell entries apart. */
static uint32_t
take(uint32_t number, uint32_t set, enum attempt_queue queue, uint64_t now_ns)
{
	struct five_tuple key = key_of(number);

	return attempts_take(&attempts, &key, set, queue, now_ns);
}

static uint32_t
find(uint32_t number, uint32_t set)
{
	struct five_tuple key = key_of(number);

	return attempts_find(&attempts, &key, set);
}

Test(flow_attempt, finds_by_key_what_shares_a_hash)
{
	uint32_t first = take(1, 0, ATTEMPT_QUEUE_WAITING, 10);
	uint32_t second = take(2, 0, ATTEMPT_QUEUE_WAITING, 10);

	cr_expect_neq(first, second);
	cr_expect_eq(find(1, 0), first);
	cr_expect_eq(find(2, 0), second);
	cr_expect_eq(find(3, 0), ATTEMPT_NONE);
	cr_expect_eq(find(1, 1), ATTEMPT_NONE);
	attempts_drop(&attempts, first);
	cr_expect_eq(find(1, 0), ATTEMPT_NONE);
	cr_expect_eq(find(2, 0), second);
}

Test(flow_attempt, a_full_set_gives_up_its_own_oldest)
{
	uint32_t other = take(100, 1, ATTEMPT_QUEUE_WAITING, 1);
	uint32_t index[8];

	for (uint32_t i = 0; i < 8; i++) {
		cr_expect_eq(attempts_in_the_way(&attempts, 0), ATTEMPT_NONE);
		index[i] = take(i, 0, ATTEMPT_QUEUE_WAITING, 10 + i);
	}
	cr_expect_eq(attempts_in_the_way(&attempts, 0), index[0]);
	attempts_move(&attempts, index[0], ATTEMPT_QUEUE_OPEN, 30);
	cr_expect_eq(attempts_in_the_way(&attempts, 0), index[1]);
	attempts_move(&attempts, index[5], ATTEMPT_QUEUE_QUIET, 31);
	cr_expect_eq(attempts_in_the_way(&attempts, 0), index[5]);
	attempts_drop(&attempts, index[5]);
	cr_expect_eq(attempts_in_the_way(&attempts, 0), ATTEMPT_NONE);
	cr_expect_eq(find(100, 1), other);
}

Test(flow_attempt, a_full_pool_gives_up_the_oldest_of_all)
{
	uint32_t index[COUNT];

	for (uint32_t i = 0; i < COUNT; i++) {
		cr_assert_eq(
		    attempts_in_the_way(&attempts, i & 15), ATTEMPT_NONE);
		index[i] = take(i, i & 15, ATTEMPT_QUEUE_WAITING, 10 + i);
	}
	cr_expect_eq(attempts.held, COUNT);
	cr_expect_eq(attempts_in_the_way(&attempts, 3), index[0]);
	attempts_move(&attempts, index[0], ATTEMPT_QUEUE_OPEN, 100);
	cr_expect_eq(attempts_in_the_way(&attempts, 3), index[1]);
	attempts_drop(&attempts, index[1]);
	cr_expect_eq(attempts_in_the_way(&attempts, 3), ATTEMPT_NONE);
	cr_expect_eq(attempts.held, COUNT - 1);
	cr_expect_eq(attempts.peak, COUNT);
}

Test(flow_attempt, each_queue_waits_as_long_as_it_says)
{
	uint32_t new = take(4, 3, ATTEMPT_QUEUE_NEW, 10);
	uint32_t waiting = take(1, 0, ATTEMPT_QUEUE_WAITING, 10);
	uint32_t open = take(2, 1, ATTEMPT_QUEUE_OPEN, 10);
	uint32_t quiet = take(3, 2, ATTEMPT_QUEUE_QUIET, 11);

	cr_expect_eq(
	    attempts_next_due(&attempts, 9 + FLOW_OVERDUE_NS), ATTEMPT_NONE);
	cr_expect_eq(attempts_next_due(&attempts, 10 + FLOW_OVERDUE_NS), new);
	attempts_drop(&attempts, new);
	cr_expect_eq(attempts_deadline_ns(&attempts, waiting),
	    10 + FLOW_ANSWER_TIMEOUT_NS);
	cr_expect_eq(attempts_next_due(&attempts, 9 + FLOW_ANSWER_TIMEOUT_NS),
	    ATTEMPT_NONE);
	cr_expect_eq(
	    attempts_next_due(&attempts, 10 + FLOW_ANSWER_TIMEOUT_NS), waiting);
	attempts_drop(&attempts, waiting);
	cr_expect_eq(attempts_next_due(&attempts, 9 + FLOW_HALF_TIMEOUT_NS),
	    ATTEMPT_NONE);
	cr_expect_eq(
	    attempts_next_due(&attempts, 99 + FLOW_HALF_TIMEOUT_NS), open);
	attempts_move(&attempts, open, ATTEMPT_QUEUE_QUIET, 12);
	cr_expect_eq(
	    attempts_next_due(&attempts, 99 + FLOW_HALF_TIMEOUT_NS), quiet);
	attempts_drop(&attempts, quiet);
	attempts_drop(&attempts, open);
	cr_expect_eq(attempts_next_due(&attempts, UINT64_MAX), ATTEMPT_NONE);
	cr_expect_eq(attempts.held, 0);
}

Test(flow_attempt, a_shorter_wait_is_noticed_behind_a_longer_one)
{
	uint32_t open = take(1, 0, ATTEMPT_QUEUE_OPEN, 10);
	uint32_t waiting;

	cr_expect_eq(attempts_next_due(&attempts, 11), ATTEMPT_NONE);
	waiting = take(2, 0, ATTEMPT_QUEUE_WAITING, 20);
	cr_expect_eq(
	    attempts_next_due(&attempts, 20 + FLOW_ANSWER_TIMEOUT_NS), waiting);
	attempts_drop(&attempts, open);
	attempts_drop(&attempts, waiting);
}

Test(flow_attempt, leaving_the_middle_of_a_queue_keeps_its_order)
{
	uint32_t index[5];

	for (uint32_t i = 0; i < 5; i++) {
		index[i] = take(i, 0, ATTEMPT_QUEUE_WAITING, i);
	}
	attempts_drop(&attempts, index[2]);
	attempts_drop(&attempts, index[0]);
	attempts_drop(&attempts, index[4]);
	cr_expect_eq(attempts_next_due(&attempts, UINT64_MAX), index[1]);
	attempts_drop(&attempts, index[1]);
	cr_expect_eq(attempts_next_due(&attempts, UINT64_MAX), index[3]);
	attempts_drop(&attempts, index[3]);
	cr_expect_eq(attempts_next_due(&attempts, UINT64_MAX), ATTEMPT_NONE);
}

Test(flow_attempt, an_entry_is_handed_out_empty)
{
	uint32_t index = take(1, 0, ATTEMPT_QUEUE_WAITING, 1);

	attempts.entries[index].traits = 0xffff;
	attempts.rest[index].answer_mac.byte[0] = 0xff;
	attempts_drop(&attempts, index);
	cr_assert_eq(take(2, 0, ATTEMPT_QUEUE_WAITING, 2), index);
	cr_expect_eq(attempts.entries[index].traits, 0);
	cr_expect_eq(attempts.rest[index].answer_mac.byte[0], 0);
}
