/*
 * Event loop: the one place where a role waits.
 *
 * A role is a single thread that waits for its descriptors, deals with what is
 * ready and waits again.  The loop is level-triggered: a handler may leave work
 * undone and will be called again, so each can bound what it does at a time.
 * Signals arrive as one more descriptor (signalfd), never as an interruption.
 *
 * Usage:
 *
 *	error = loop_init(&loop);
 *	error = loop_add(&loop, fd, EPOLLIN, handle, context);
 *	while (!finished) {
 *		error = loop_wait(&loop, timeout_ms);
 *	}
 *
 * A handler may add and remove any handler, its own too.
 *
 * Memory: the struct; LOOP_HANDLER_COUNT handlers.
 * Time:   only waited for, never read.
 */
#ifndef EVENT_LOOP_H
#define EVENT_LOOP_H

#include <signal.h>
#include <sys/epoll.h>

#include "base/base.h"

enum { LOOP_HANDLER_COUNT = 64 };

/* Private to loop.c. */
struct loop_handler {
	void (*handle)(void *context, uint32_t events);
	void *context;
	int fd; /* -1: free. */
	/* Grows when the place is given up, so that an event that was already
	 * fetched for an earlier handler is not given to a later one. */
	uint32_t generation;
};

/* Private to loop.c. */
struct loop {
	int epoll_fd;
	int signal_fd; /* -1: none. */
	void (*handle_signal)(void *context, int signal_number);
	void *signal_context;
	struct loop_handler handlers[LOOP_HANDLER_COUNT];
};

/* Returns 0 or a negative errno. */
int loop_init(struct loop *loop) SW_MUST_CHECK;

/* Closes what the loop itself opened; the descriptors in it are their owners'.
 */
void loop_finish(struct loop *loop);

/* Calls 'handle' with 'context' and the epoll events whenever 'fd' has one of
 * 'events'.  Returns 0 or a negative errno: -ENOSPC when all places are taken,
 * -EPERM when 'fd' is a file, which is always ready. */
int loop_add(struct loop *loop, int fd, uint32_t events,
    void (*handle)(void *context, uint32_t events),
    void *context) SW_MUST_CHECK;

/* Waits for 'events' of 'fd', which must be in the loop, from now on. */
void loop_change(struct loop *loop, int fd, uint32_t events);

/* Forgets 'fd', which must be in the loop and still open. */
void loop_remove(struct loop *loop, int fd);

/* Blocks the signals of 'set' and gives each to 'handle' instead.  Once a
 * loop.  Returns 0 or a negative errno. */
int loop_watch_signals(struct loop *loop, const sigset_t *set,
    void (*handle)(void *context, int signal_number),
    void *context) SW_MUST_CHECK;

/* Waits 'timeout_ms' at most (negative: for ever) and calls the handlers of
 * what is ready, a few at a time.  Returns how many it called, or a negative
 * errno. */
int loop_wait(struct loop *loop, int timeout_ms) SW_MUST_CHECK;

#endif
