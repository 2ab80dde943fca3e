/*
 * Timers: things to do at a time, in a bounded heap.
 *
 * A timer is a struct of its owner's; while it is set, the heap points to it,
 * so it must stay where it is.  Setting one anew moves it.  Equal times run in
 * no particular order.
 *
 * Usage:
 *
 *	timer_init(&retry, try_again, context);
 *	timer_set(&timers, &retry, now_ns + NS_PER_S);
 *	...
 *	wait until timers_next_ns(&timers);
 *	timers_run(&timers, now_ns);
 *
 * Memory: TIMER_COUNT pointers.
 * Time:   passed in, in nanoseconds of whatever clock the owner keeps to.  A
 *         clock that never steps back is wise.
 */
#ifndef EVENT_TIMER_H
#define EVENT_TIMER_H

#include "base/base.h"

enum { TIMER_COUNT = 64 };

#define TIMER_NEVER UINT64_MAX

/* Private to timer.c. */
struct timer {
	uint64_t due_ns;
	void (*expire)(void *context, uint64_t now_ns);
	void *context;
	uint32_t place; /* In the heap, from 1; 0: not set. */
};

/* Private to timer.c. */
struct timers {
	uint32_t count;
	uint64_t earliest_ns; /* What is set now is not due before. */
	struct timer *heap[TIMER_COUNT];
};

void timers_init(struct timers *timers);

/* Makes a timer, not set, that will call 'expire' with 'context'. */
void timer_init(struct timer *timer,
    void (*expire)(void *context, uint64_t now_ns), void *context);

/* Sets 'timer', or moves it if it is set.  False: TIMER_COUNT are set already,
 * and this one is not. */
bool timer_set(
    struct timers *timers, struct timer *timer, uint64_t due_ns) SW_MUST_CHECK;

/* Takes 'timer' back if it is set. */
void timer_cancel(struct timers *timers, struct timer *timer);

static inline bool
timer_is_set(const struct timer *timer)
{
	return timer->place != 0;
}

/* When the next one is due; TIMER_NEVER if none is set. */
uint64_t timers_next_ns(const struct timers *timers);

/* Runs every timer due at 'now_ns', the earliest first, each at most once: one
 * that sets itself anew waits for the next call, whatever time it names.
 * Returns how many ran. */
uint32_t timers_run(struct timers *timers, uint64_t now_ns);

#endif
