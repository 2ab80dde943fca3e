/*
 * Log file: endpoint messages as they came off the wire, for a replay.
 *
 * One message a line, which may be preceded by its time of arrival, RFC 3339
 * and a tab; or, where the file begins with a count, a stream as it comes off
 * the wire (syslog/framing.h).
 *
 *	log_file_open(&file, path)
 *	while (log_file_next(&file, &message)) { ... }
 *	log_file_close(&file)
 *
 * Memory: one struct; a message of more than 64 KiB is cut.
 */
#ifndef FIRMWARE_TOOLS_LOG_FILE_H
#define FIRMWARE_TOOLS_LOG_FILE_H

#include <stdio.h>

#include "base/base.h"
#include "endpoint/endpoint.h"
#include "syslog/framing.h"

struct log_file {
	const char *path;
	FILE *stream;
	uint64_t read; /* Bytes so far. */
	int error;     /* Why reading ended, if not at its end; errno. */

	/* Private to log_file.c. */
	bool is_begun;
	bool is_counted;
	bool is_long; /* In the rest of a line that was cut. */
	struct framing framing;
	size_t start, end; /* What is held. */
	char bytes[2 * FRAMING_HELD_SIZE];
};

/* Returns 0 or a negative errno. */
int log_file_open(struct log_file *file, const char *path) SW_MUST_CHECK;

/* Reads a message, good until the next call; its arrival is 0 where the file
 * does not say.  False: the file is at its end, or cannot be read (error). */
bool log_file_next(struct log_file *file, struct endpoint_message *message);

void log_file_close(struct log_file *file);

#endif
