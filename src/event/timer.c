#include "event/timer.h"

static void place(struct timers *timers, struct timer *timer, uint32_t at);
static void rise(struct timers *timers, uint32_t at);
static void sink(struct timers *timers, uint32_t at);

void
timers_init(struct timers *timers)
{
	*timers = (struct timers){ 0 };
}

void
timer_init(struct timer *timer, void (*expire)(void *context, uint64_t now_ns),
    void *context)
{
	*timer = (struct timer){ .expire = expire, .context = context };
}

bool
timer_set(struct timers *timers, struct timer *timer, uint64_t due_ns)
{
	timer_cancel(timers, timer);
	if (timers->count == TIMER_COUNT) {
		return false;
	}
	timer->due_ns =
	    due_ns < timers->earliest_ns ? timers->earliest_ns : due_ns;
	timers->count++;
	place(timers, timer, timers->count);
	rise(timers, timers->count);
	return true;
}

void
timer_cancel(struct timers *timers, struct timer *timer)
{
	uint32_t at = timer->place;
	struct timer *last;

	if (at == 0) {
		return;
	}
	SW_ASSERT(at <= timers->count && timers->heap[at - 1] == timer);
	timer->place = 0;
	last = timers->heap[timers->count - 1];
	timers->count--;
	if (last != timer) {
		place(timers, last, at);
		rise(timers, at);
		sink(timers, last->place);
	}
}

uint64_t
timers_next_ns(const struct timers *timers)
{
	return timers->count == 0 ? TIMER_NEVER : timers->heap[0]->due_ns;
}

uint32_t
timers_run(struct timers *timers, uint64_t now_ns)
{
	uint32_t run = 0;

	/* What is set meanwhile is due after 'now_ns', so this ends. */
	timers->earliest_ns = now_ns + 1;
	while (timers->count > 0 && timers->heap[0]->due_ns <= now_ns) {
		struct timer *timer = timers->heap[0];

		timer_cancel(timers, timer);
		timer->expire(timer->context, now_ns);
		run++;
	}
	timers->earliest_ns = 0;
	return run;
}

static void
place(struct timers *timers, struct timer *timer, uint32_t at)
{
	timers->heap[at - 1] = timer;
	timer->place = at;
}

/* Lifts the timer at 'at' past all that are due later (places count from 1, so
 * the parent of n is n / 2). */
static void
rise(struct timers *timers, uint32_t at)
{
	struct timer *timer = timers->heap[at - 1];

	while (at > 1 && timers->heap[at / 2 - 1]->due_ns > timer->due_ns) {
		place(timers, timers->heap[at / 2 - 1], at);
		at /= 2;
	}
	place(timers, timer, at);
}

/* Lowers it past all that are due earlier. */
static void
sink(struct timers *timers, uint32_t at)
{
	struct timer *timer = timers->heap[at - 1];

	for (;;) {
		uint32_t child = at * 2;

		if (child < timers->count &&
		    timers->heap[child]->due_ns <
		        timers->heap[child - 1]->due_ns) {
			child++;
		}
		if (child > timers->count ||
		    timers->heap[child - 1]->due_ns >= timer->due_ns) {
			break;
		}
		place(timers, timers->heap[child - 1], at);
		at = child;
	}
	place(timers, timer, at);
}
