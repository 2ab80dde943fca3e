/*
 * Log file: endpoint messages as they came off the wire, for a replay.
 *
 * One message a line, or RFC 6587 octet-counted; a line may be preceded by its
 * time of arrival, RFC 3339 and a tab.  Which of these it is, is told of each
 * message by itself.  Times of arrival only go forward: what is stamped earlier
 * than the message before counts as arrived with it.
 *
 *	log_file_open(&file, path)
 *	while (log_file_next(&file, &message)) { ... }
 *	log_file_close(&file)
 *
 * Memory: one struct; a message that is longer than its buffer is cut.
 */
#ifndef FIRMWARE_TOOLS_LOG_FILE_H
#define FIRMWARE_TOOLS_LOG_FILE_H

#include <stdio.h>

#include "base/base.h"
#include "endpoint/endpoint.h"

enum { LOG_MESSAGE_SIZE = 65536 }; /* Bytes; what is longer is cut. */

struct log_file {
	const char *path;
	FILE *stream;
	uint64_t read; /* Bytes so far. */
	int error;     /* Why reading ended, if not at its end; errno. */
	size_t size;
	char bytes[LOG_MESSAGE_SIZE];
};

/* Returns 0 or a negative errno. */
int log_file_open(struct log_file *file, const char *path) SW_MUST_CHECK;

/* Reads a message, good until the next call; its arrival is 0 where the file
 * does not say.  False: the file is at its end, or cannot be read (error). */
bool log_file_next(struct log_file *file, struct endpoint_message *message);

void log_file_close(struct log_file *file);

#endif
