#include "firmware/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int open_anew(int fd);
static void on_events(void *context, uint32_t events);
static void drain(struct output *output);
static void take_error(struct output *output, int error);
static void watch(struct output *output);
static bool make_room(struct output *output, size_t size);

void
output_open(struct output *output, struct loop *loop, const struct log *log,
    struct counters *counters)
{
	int fd = open_anew(STDOUT_FILENO);

	output->loop = loop;
	output->log = log;
	output->counters = counters;
	output->is_own = fd >= 0;
	output->fd = fd >= 0 ? fd : STDOUT_FILENO;
	output->is_watched = false;
	output->first = 0;
	output->size = 0;
	if (fcntl(output->fd, F_GETFD) < 0) {
		output->fd = -1;
	} else if (output->is_own) {
		output->is_watched =
		    loop_add(loop, output->fd, 0, on_events, output) == 0;
	}
}

void
output_line(struct output *output, const char *line, size_t size)
{
	if (output->fd < 0 || !make_room(output, size)) {
		counter_increment(
		    output->counters, COUNTER_LEDGER_LINES_DROPPED);
		return;
	}
	memcpy(output->bytes + output->first + output->size, line, size);
	output->size += size;
	counter_increment(output->counters, COUNTER_LEDGER_LINES_PRINTED);
	drain(output);
}

bool
output_has_room(const struct output *output, size_t size)
{
	return size <= OUTPUT_SIZE - output->size;
}

bool
output_is_empty(const struct output *output)
{
	return output->size == 0;
}

void
output_close(struct output *output)
{
	if (output->fd < 0) {
		return;
	}
	if (output->is_watched) {
		loop_remove(output->loop, output->fd);
		output->is_watched = false;
	}
	if (output->is_own) {
		close(output->fd);
	}
	output->fd = -1;
	output->size = 0;
}

/* A pipe or a terminal, opened for ourselves so that it does not block; -1: it
 * is something else, or cannot be. */
static int
open_anew(int fd)
{
	struct stat status;
	char path[32];

	if (fstat(fd, &status) < 0 ||
	    (!S_ISFIFO(status.st_mode) && !S_ISCHR(status.st_mode))) {
		return -1;
	}
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
}

static void
on_events(void *context, uint32_t events)
{
	struct output *output = context;

	if ((events & EPOLLERR) != 0) {
		take_error(output, EPIPE); /* The reader is gone. */
		return;
	}
	drain(output);
}

/* Writes what waits, a line a write(), until it would block. */
static void
drain(struct output *output)
{
	while (output->fd >= 0 && output->size > 0) {
		const char *first = output->bytes + output->first;
		const char *newline = memchr(first, '\n', output->size);
		size_t size = newline == NULL ? output->size
		                              : (size_t)(newline - first) + 1;
		ssize_t written = write(output->fd, first, size);

		if (written < 0) {
			take_error(output, errno);
			break;
		}
		output->first += (size_t)written;
		output->size -= (size_t)written;
		if ((size_t)written < size) {
			break;
		}
	}
	if (output->size == 0) {
		output->first = 0;
	}
	watch(output);
}

static void
take_error(struct output *output, int error)
{
	static struct log_limit limit = { .interval_ns = 60 * NS_PER_S };

	if (error == EAGAIN || error == EINTR) {
		return;
	}
	/* A full disk may have room again; the line is kept until then. */
	if (error == ENOSPC || error == EDQUOT) {
		log_limited(output->log, &limit, LOG_LEVEL_WARNING, "ledger",
		    "standard output is full: %s", strerror(error));
		return;
	}
	log_warning(output->log, "ledger",
	    "standard output is closed (%s): alerts go to the log only",
	    strerror(error));
	output_close(output);
}

static void
watch(struct output *output)
{
	if (output->is_watched) {
		loop_change(
		    output->loop, output->fd, output->size > 0 ? EPOLLOUT : 0);
	}
}

/* Whether 'size' bytes fit behind those that wait, which are moved up for it.
 */
static bool
make_room(struct output *output, size_t size)
{
	if (!output_has_room(output, size)) {
		return false;
	}
	if (size > OUTPUT_SIZE - output->size - output->first) {
		memmove(
		    output->bytes, output->bytes + output->first, output->size);
		output->first = 0;
	}
	return true;
}
