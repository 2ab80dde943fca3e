#include "event/timer.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct entry {
	struct timer timer;
	struct timers *timers;
	struct timer *victim; /* To be cancelled when run; null: none. */
	uint64_t again_ns;    /* To be set anew for then; 0: not. */
	uint32_t runs;
	uint32_t order; /* Its place among all that ran. */
};

static uint32_t ran;

static void
run(void *context, uint64_t now_ns)
{
	struct entry *entry = context;

	(void)now_ns;
	entry->runs++;
	entry->order = ran++;
	if (entry->victim != NULL) {
		timer_cancel(entry->timers, entry->victim);
	}
	if (entry->again_ns != 0) {
		cr_assert(
		    timer_set(entry->timers, &entry->timer, entry->again_ns));
	}
}

static void
make(struct timers *timers, struct entry *entry)
{
	*entry = (struct entry){ .timers = timers };
	timer_init(&entry->timer, run, entry);
}

Test(timer, runs_when_it_is_due_and_not_before)
{
	struct timers timers;
	struct entry entry;

	timers_init(&timers);
	make(&timers, &entry);
	cr_expect_eq(timers_next_ns(&timers), TIMER_NEVER);
	cr_assert(timer_set(&timers, &entry.timer, 100));
	cr_expect_eq(timers_next_ns(&timers), 100);
	cr_expect_eq(timers_run(&timers, 99), 0);
	cr_expect_eq(timers_run(&timers, 100), 1);
	cr_expect_eq(timers_run(&timers, 101), 0);
	cr_expect_eq(entry.runs, 1);
	cr_expect_not(timer_is_set(&entry.timer));
}

Test(timer, run_in_order_whatever_was_set_moved_and_cancelled)
{
	struct timers timers;
	struct entry entries[TIMER_COUNT];
	uint32_t left = 0;

	srandom(1);
	timers_init(&timers);
	for (int i = 0; i < TIMER_COUNT; i++) {
		make(&timers, &entries[i]);
	}
	for (int i = 0; i < 2000; i++) {
		struct entry *entry = &entries[random() % TIMER_COUNT];

		if (random() % 4 == 0) {
			timer_cancel(&timers, &entry->timer);
		} else {
			cr_assert(timer_set(&timers, &entry->timer,
			    (uint64_t)(1 + random() % 500)));
		}
	}
	for (int i = 0; i < TIMER_COUNT; i++) {
		left += timer_is_set(&entries[i].timer);
	}
	cr_assert_gt(left, 10);
	cr_expect_eq(timers_run(&timers, 1000), left);
	for (int i = 0; i < TIMER_COUNT; i++) {
		for (int j = 0; j < TIMER_COUNT; j++) {
			if (entries[i].runs == 1 && entries[j].runs == 1 &&
			    entries[i].timer.due_ns < entries[j].timer.due_ns) {
				cr_assert_lt(
				    entries[i].order, entries[j].order);
			}
		}
	}
}

Test(timer, that_sets_itself_anew_waits_for_the_next_call)
{
	struct timers timers;
	struct entry entry;

	timers_init(&timers);
	make(&timers, &entry);
	entry.again_ns = 5; /* Long past. */
	cr_assert(timer_set(&timers, &entry.timer, 10));
	cr_expect_eq(timers_run(&timers, 20), 1);
	cr_expect(timer_is_set(&entry.timer));
	cr_expect_eq(timers_run(&timers, 21), 1);
	cr_expect_eq(entry.runs, 2);
}

Test(timer, that_an_earlier_one_cancels_does_not_run)
{
	struct timers timers;
	struct entry early, late;

	timers_init(&timers);
	make(&timers, &early);
	make(&timers, &late);
	early.victim = &late.timer;
	cr_assert(timer_set(&timers, &late.timer, 11));
	cr_assert(timer_set(&timers, &early.timer, 10));
	cr_expect_eq(timers_run(&timers, 20), 1);
	cr_expect_eq(late.runs, 0);
}

Test(timer, beyond_the_last_place_is_refused)
{
	struct timers timers;
	struct entry entries[TIMER_COUNT + 1];

	timers_init(&timers);
	for (int i = 0; i < TIMER_COUNT; i++) {
		make(&timers, &entries[i]);
		cr_assert(timer_set(&timers, &entries[i].timer, 10));
	}
	make(&timers, &entries[TIMER_COUNT]);
	cr_expect_not(timer_set(&timers, &entries[TIMER_COUNT].timer, 1));
	cr_expect_not(timer_is_set(&entries[TIMER_COUNT].timer));
	/* One that is set can still be moved. */
	cr_expect(timer_set(&timers, &entries[3].timer, 1));
	cr_expect_eq(timers_next_ns(&timers), 1);
}
