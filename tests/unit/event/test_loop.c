#include "event/loop.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct witness {
	struct loop *loop;
	int fd;
	int victim_fd; /* To be removed when called; -1: none. */
	int calls;
	uint32_t events;
	int signal_number;
};

static void
be_called(void *context, uint32_t events)
{
	struct witness *witness = context;

	witness->calls++;
	witness->events = events;
	if (witness->victim_fd >= 0) {
		loop_remove(witness->loop, witness->victim_fd);
		witness->victim_fd = -1;
	}
}

static void
be_signalled(void *context, int signal_number)
{
	struct witness *witness = context;

	witness->calls++;
	witness->signal_number = signal_number;
}

static struct witness
watch(struct loop *loop, struct witness *witness, int fd, uint32_t events)
{
	*witness = (struct witness){ .loop = loop, .fd = fd, .victim_fd = -1 };
	cr_assert_eq(loop_add(loop, fd, events, be_called, witness), 0);
	return *witness;
}

Test(loop, calls_again_while_there_is_something_left)
{
	struct loop loop;
	struct witness witness;
	int fd = eventfd(1, EFD_NONBLOCK);
	uint64_t value;

	cr_assert_eq(loop_init(&loop), 0);
	watch(&loop, &witness, fd, EPOLLIN);
	cr_expect_eq(loop_wait(&loop, 0), 1);
	cr_expect_eq(loop_wait(&loop, 0), 1);
	cr_expect_eq(witness.events, EPOLLIN);
	cr_assert_eq(read(fd, &value, sizeof(value)), sizeof(value));
	cr_expect_eq(loop_wait(&loop, 0), 0);
	cr_expect_eq(witness.calls, 2);
	loop_finish(&loop);
}

Test(loop, waits_no_longer_than_it_is_told)
{
	struct loop loop;

	cr_assert_eq(loop_init(&loop), 0);
	cr_expect_eq(loop_wait(&loop, 1), 0);
	loop_finish(&loop);
}

Test(loop, waits_for_what_it_was_changed_to)
{
	struct loop loop;
	struct witness witness;
	int fd = eventfd(0, EFD_NONBLOCK);

	cr_assert_eq(loop_init(&loop), 0);
	watch(&loop, &witness, fd, EPOLLIN);
	cr_expect_eq(loop_wait(&loop, 0), 0);
	loop_change(&loop, fd, EPOLLIN | EPOLLOUT);
	cr_expect_eq(loop_wait(&loop, 0), 1);
	cr_expect_eq(witness.events, EPOLLOUT);
	loop_finish(&loop);
}

Test(loop, spares_a_handler_that_was_removed_in_the_same_round)
{
	struct loop loop;
	struct witness first, second;
	int a = eventfd(1, EFD_NONBLOCK);
	int b = eventfd(1, EFD_NONBLOCK);

	/* Whichever is called first removes the other. */
	cr_assert_eq(loop_init(&loop), 0);
	watch(&loop, &first, a, EPOLLIN);
	watch(&loop, &second, b, EPOLLIN);
	first.victim_fd = b;
	second.victim_fd = a;
	cr_expect_eq(loop_wait(&loop, 0), 1);
	cr_expect_eq(first.calls + second.calls, 1);
	loop_finish(&loop);
}

struct replacer {
	struct loop *loop;
	int old_fd;
	struct witness *heir;
};

static void
replace(void *context, uint32_t events)
{
	struct replacer *replacer = context;

	(void)events;
	if (replacer->old_fd >= 0) {
		loop_remove(replacer->loop, replacer->old_fd);
		replacer->old_fd = -1;
		watch(replacer->loop, replacer->heir, eventfd(0, EFD_NONBLOCK),
		    EPOLLIN);
	}
}

Test(loop, gives_no_old_event_to_the_heir_of_a_place)
{
	struct loop loop;
	struct witness heir;
	struct replacer replacer = { .loop = &loop, .heir = &heir };
	int a = eventfd(1, EFD_NONBLOCK);
	int b = eventfd(1, EFD_NONBLOCK);

	/* Both are ready; the first called takes the other's place for an
	 * eventfd that is not. */
	cr_assert_eq(loop_init(&loop), 0);
	replacer.old_fd = b;
	cr_assert_eq(loop_add(&loop, a, EPOLLIN, replace, &replacer), 0);
	cr_assert_eq(loop_add(&loop, b, EPOLLIN, replace, &replacer), 0);
	cr_assert_geq(loop_wait(&loop, 0), 1);
	cr_expect_eq(replacer.old_fd, -1);
	cr_expect_eq(heir.calls, 0);
	loop_finish(&loop);
}

Test(loop, refuses_one_handler_too_many)
{
	struct loop loop;
	struct witness witness[LOOP_HANDLER_COUNT + 1];
	int extra = eventfd(1, EFD_NONBLOCK);

	cr_assert_eq(loop_init(&loop), 0);
	for (int i = 0; i < LOOP_HANDLER_COUNT; i++) {
		watch(&loop, &witness[i], eventfd(0, EFD_NONBLOCK), EPOLLIN);
	}
	cr_expect_eq(
	    loop_add(&loop, extra, EPOLLIN, be_called, witness), -ENOSPC);
	loop_remove(&loop, witness[0].fd);
	cr_expect_eq(loop_add(&loop, extra, EPOLLIN, be_called, witness), 0);
	loop_finish(&loop);
}

Test(loop, says_that_a_file_cannot_be_waited_for)
{
	struct loop loop;
	char name[] = "/tmp/test-loop-XXXXXX";
	int fd = mkstemp(name);

	cr_assert_geq(fd, 0);
	unlink(name);
	cr_assert_eq(loop_init(&loop), 0);
	cr_expect_eq(loop_add(&loop, fd, EPOLLIN, be_called, NULL), -EPERM);
	loop_finish(&loop);
}

Test(loop, gives_a_signal_to_its_handler)
{
	struct loop loop;
	struct witness witness = { .victim_fd = -1 };
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	cr_assert_eq(loop_init(&loop), 0);
	cr_assert_eq(
	    loop_watch_signals(&loop, &set, be_signalled, &witness), 0);
	raise(SIGHUP);
	cr_expect_eq(loop_wait(&loop, 0), 1);
	cr_expect_eq(witness.signal_number, SIGHUP);
	cr_expect_eq(witness.calls, 1);
	cr_expect_eq(loop_wait(&loop, 0), 0);
	loop_finish(&loop);
}
