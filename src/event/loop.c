#include "event/loop.h"

#include <errno.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { EVENTS_AT_A_TIME = 16 };

static struct loop_handler *handler_of(struct loop *loop, int fd);
static uint64_t handler_tag(
    const struct loop *loop, const struct loop_handler *handler);
static void take_signals(void *context, uint32_t events);

int
loop_init(struct loop *loop)
{
	*loop = (struct loop){ .signal_fd = -1 };
	for (size_t i = 0; i < ARRAY_SIZE(loop->handlers); i++) {
		loop->handlers[i].fd = -1;
	}
	loop->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	return loop->epoll_fd < 0 ? -errno : 0;
}

void
loop_finish(struct loop *loop)
{
	if (loop->signal_fd >= 0) {
		close(loop->signal_fd);
		loop->signal_fd = -1;
	}
	if (loop->epoll_fd >= 0) {
		close(loop->epoll_fd);
		loop->epoll_fd = -1;
	}
}

int
loop_add(struct loop *loop, int fd, uint32_t events,
    void (*handle)(void *context, uint32_t events), void *context)
{
	struct loop_handler *handler = handler_of(loop, -1);
	struct epoll_event event = { .events = events };

	SW_ASSERT(fd >= 0 && handler_of(loop, fd) == NULL);
	if (handler == NULL) {
		return -ENOSPC;
	}
	event.data.u64 = handler_tag(loop, handler);
	if (epoll_ctl(loop->epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0) {
		return -errno;
	}
	handler->fd = fd;
	handler->handle = handle;
	handler->context = context;
	return 0;
}

void
loop_change(struct loop *loop, int fd, uint32_t events)
{
	struct loop_handler *handler = handler_of(loop, fd);
	struct epoll_event event = { .events = events };
	int result;

	SW_ASSERT(fd >= 0 && handler != NULL);
	event.data.u64 = handler_tag(loop, handler);
	result = epoll_ctl(loop->epoll_fd, EPOLL_CTL_MOD, fd, &event);
	SW_ASSERT(result == 0);
}

void
loop_remove(struct loop *loop, int fd)
{
	struct loop_handler *handler = handler_of(loop, fd);
	int result;

	SW_ASSERT(fd >= 0 && handler != NULL);
	result = epoll_ctl(loop->epoll_fd, EPOLL_CTL_DEL, fd, NULL);
	SW_ASSERT(result == 0);
	handler->fd = -1;
	handler->generation++;
}

int
loop_watch_signals(struct loop *loop, const sigset_t *set,
    void (*handle)(void *context, int signal_number), void *context)
{
	SW_ASSERT(loop->signal_fd < 0);
	if (sigprocmask(SIG_BLOCK, set, NULL) < 0) {
		return -errno;
	}
	loop->signal_fd = signalfd(-1, set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (loop->signal_fd < 0) {
		return -errno;
	}
	loop->handle_signal = handle;
	loop->signal_context = context;
	return loop_add(loop, loop->signal_fd, EPOLLIN, take_signals, loop);
}

int
loop_wait(struct loop *loop, int timeout_ms)
{
	struct epoll_event events[EVENTS_AT_A_TIME];
	int count;
	int called = 0;

	count =
	    epoll_wait(loop->epoll_fd, events, EVENTS_AT_A_TIME, timeout_ms);
	if (count < 0) {
		return errno == EINTR ? 0 : -errno;
	}
	for (int i = 0; i < count; i++) {
		uint32_t index = (uint32_t)events[i].data.u64;
		struct loop_handler *handler = &loop->handlers[index];

		/* An earlier handler of this round may have removed it. */
		if (handler->fd < 0 ||
		    handler_tag(loop, handler) != events[i].data.u64) {
			continue;
		}
		handler->handle(handler->context, events[i].events);
		called++;
	}
	return called;
}

/* The handler of 'fd'; with -1 a free one.  Null if there is none. */
static struct loop_handler *
handler_of(struct loop *loop, int fd)
{
	for (size_t i = 0; i < ARRAY_SIZE(loop->handlers); i++) {
		if (loop->handlers[i].fd == fd) {
			return &loop->handlers[i];
		}
	}
	return NULL;
}

/* What epoll keeps for us: generation and place. */
static uint64_t
handler_tag(const struct loop *loop, const struct loop_handler *handler)
{
	uint64_t index = (uint64_t)(handler - loop->handlers);

	return (uint64_t)handler->generation << 32 | index;
}

static void
take_signals(void *context, uint32_t events)
{
	struct loop *loop = context;
	struct signalfd_siginfo info;

	(void)events;
	while (loop->signal_fd >= 0 &&
	    read(loop->signal_fd, &info, sizeof(info)) ==
	        (ssize_t)sizeof(info)) {
		loop->handle_signal(loop->signal_context, (int)info.ssi_signo);
	}
}
