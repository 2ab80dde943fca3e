/*
 * Output: whole lines to standard output, whoever reads it or not.
 *
 * Who reads the alerts of `spanwatch run --json` may be slow, or go away; the
 * sensor must not wait for it, nor end with it.  So a line that cannot be
 * written at once waits in a bounded buffer, and one for which there is no room
 * is dropped whole and counted.  When the reader is gone every line is.
 *
 * Lines are given to write() one by one.  A pipe or a terminal is opened anew
 * for ourselves first, since whether it blocks is a property that we share with
 * whoever gave it to us; to a file we write as it is.
 *
 * Memory: the struct, with OUTPUT_SIZE bytes for lines that wait.
 */
#ifndef FIRMWARE_OUTPUT_H
#define FIRMWARE_OUTPUT_H

#include "base/counter.h"
#include "base/log.h"
#include "event/loop.h"

enum { OUTPUT_SIZE = CONFIG_OUTPUT_KIB << 10 };

/* Private to output.c. */
struct output {
	struct loop *loop;
	const struct log *log;
	struct counters *counters;
	int fd;          /* -1: closed. */
	bool is_own;     /* Opened anew, or a copy: ours to close. */
	bool is_watched; /* The loop knows it: it can be waited for. */
	size_t first;    /* Of the bytes that wait. */
	size_t size;     /* Bytes that wait. */
	char bytes[OUTPUT_SIZE];
};

/* Begins with standard output; before the confinement. */
void output_open(struct output *output, struct loop *loop,
    const struct log *log, struct counters *counters);

/* Writes 'line' of 'size' bytes, its newline included, now or later. */
void output_line(struct output *output, const char *line, size_t size);

/* Whether a line of 'size' bytes would not be dropped for want of room. */
bool output_has_room(const struct output *output, size_t size);

/* Whether nothing waits (any more). */
bool output_is_empty(const struct output *output);

void output_close(struct output *output);

#endif
