/*
 * Cut: ends or hinders a program at its n-th call to the system.
 *
 * Loaded before libc (LD_PRELOAD), it counts the calls that change what is on
 * the disk or leaves by a socket, and at the chosen one does what a machine may
 * do at any instant.  Of the environment:
 *
 *	CUT_AFTER=N    at the N-th counted call, from 1; 0 or none: never
 *	CUT_CALLS=LIST which are counted, with commas: write, pwrite, fsync,
 *	               fdatasync, rename, ftruncate, unlink, connect, send,
 *	               sendmsg; none: all
 *	CUT_MODE=MODE  kill: SIGKILL before the call; after: SIGKILL after it;
 *	               short: half of what is written, then SIGKILL;
 *	               enospc, eio: it and those that follow fail so;
 *	               part: half of what is written by it and those that
 *	               follow, and they say so
 *	CUT_UNTIL=N    of enospc, eio and part: the N-th is well again; 0 or
 *	               none: never
 *	CUT_COUNT=PATH writes there how many calls were counted, at the end
 *
 * Memory: none.
 */
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

static long counted;
static long cut_after;
static long cut_until;
static const char *calls;
static const char *mode;

__attribute__((constructor)) static void
begin(void)
{
	const char *after = getenv("CUT_AFTER");
	const char *until = getenv("CUT_UNTIL");

	cut_after = after == NULL ? 0 : atol(after);
	cut_until = until == NULL ? 0 : atol(until);
	calls = getenv("CUT_CALLS");
	mode = getenv("CUT_MODE");
	if (mode == NULL) {
		mode = "kill";
	}
}

__attribute__((destructor)) static void
end(void)
{
	const char *path = getenv("CUT_COUNT");
	FILE *file = path == NULL ? NULL : fopen(path, "w");

	if (file != NULL) {
		fprintf(file, "%ld\n", counted);
		fclose(file);
	}
}

static void *
real(const char *name)
{
	return dlsym(RTLD_NEXT, name);
}

static void
die(void)
{
	(void)raise(SIGKILL);
}

static int
is_counted(const char *name)
{
	size_t length = strlen(name);

	for (const char *at = calls; at != NULL && *at != '\0';) {
		size_t size = strcspn(at, ",");

		if (size == length && memcmp(at, name, size) == 0) {
			return 1;
		}
		at += size + (at[size] == ',');
	}
	return calls == NULL || *calls == '\0';
}

/* Counts the call.  Returns 1 at the one to be cut, 2 where half of it is done,
 * -1 with errno set where it must fail, 0 to let it be. */
static int
cut(const char *name)
{
	if (!is_counted(name) || ++counted < cut_after || cut_after == 0) {
		return 0;
	}
	if (cut_until > 0 && counted >= cut_until) {
		return 0;
	}
	if (strcmp(mode, "part") == 0) {
		return 2;
	}
	if (strcmp(mode, "enospc") == 0 || strcmp(mode, "eio") == 0) {
		errno = strcmp(mode, "eio") == 0 ? EIO : ENOSPC;
		return -1;
	}
	if (counted > cut_after) {
		return 0;
	}
	if (strcmp(mode, "kill") == 0) {
		die();
	}
	return 1;
}

/* What is left to write of 'size' at the call that is cut. */
static size_t
left(size_t size)
{
	bool is_half = strcmp(mode, "short") == 0 || strcmp(mode, "part") == 0;

	return is_half ? size / 2 : size;
}

/* A function of libc's that is counted as 'name'. */
#define CUT(name, result, function, parameters, call, cut_call) \
	result function parameters                              \
	{                                                       \
		__typeof__(&function) next = real(#function);   \
		int what = cut(name);                           \
                                                                \
		if (what < 0) {                                 \
			return -1;                              \
		}                                               \
		if (what == 0) {                                \
			return next call;                       \
		}                                               \
		if (what == 2) {                                \
			return next cut_call;                   \
		}                                               \
		(void)!next cut_call;                           \
		die();                                          \
		return -1;                                      \
	}

CUT("write", ssize_t, write, (int file, const void *bytes, size_t size),
    (file, bytes, size), (file, bytes, left(size)))
CUT("pwrite", ssize_t, pwrite64,
    (int file, const void *bytes, size_t size, off64_t at),
    (file, bytes, size, at), (file, bytes, left(size), at))
CUT("pwrite", ssize_t, pwrite,
    (int file, const void *bytes, size_t size, off_t at),
    (file, bytes, size, at), (file, bytes, left(size), at))
CUT("fsync", int, fsync, (int file), (file), (file))
CUT("fdatasync", int, fdatasync, (int file), (file), (file))
CUT("rename", int, rename, (const char *from, const char *to), (from, to),
    (from, to))
CUT("ftruncate", int, ftruncate64, (int file, off64_t size), (file, size),
    (file, size))
CUT("ftruncate", int, ftruncate, (int file, off_t size), (file, size),
    (file, size))
CUT("unlink", int, unlink, (const char *path), (path), (path))
CUT("connect", int, connect,
    (int file, const struct sockaddr *to, socklen_t size), (file, to, size),
    (file, to, size))
CUT("send", ssize_t, send,
    (int file, const void *bytes, size_t size, int flags),
    (file, bytes, size, flags), (file, bytes, left(size), flags))
CUT("sendmsg", ssize_t, sendmsg,
    (int file, const struct msghdr *message, int flags), (file, message, flags),
    (file, message, flags))
