/*
 * Cutter: gives a stream to framing in pieces, as a network would, and keeps
 * the messages that come out.
 */
#ifndef UNIT_SYSLOG_CUTTER_H
#define UNIT_SYSLOG_CUTTER_H

#include "syslog/framing.h"

enum { CUTTER_MESSAGES = 64, CUTTER_BYTES = 1 << 20 };

struct cutter {
	struct framing framing;
	char held[FRAMING_HELD_SIZE + CUTTER_BYTES];
	size_t held_size;
	size_t held_most; /* The most that was left to be kept. */

	uint32_t count;
	uint32_t cut_count;
	struct {
		size_t at; /* In 'bytes'. */
		size_t size;
		bool is_cut;
	} messages[CUTTER_MESSAGES];
	char bytes[CUTTER_BYTES];
	size_t bytes_used;
};

/* A cutter for one stream at a time; the caller's until the next call. */
struct cutter *cutter_new(void);

/* Gives 'size' bytes, 'piece' at a time. */
void cutter_give(
    struct cutter *cutter, const char *bytes, size_t size, size_t piece);

/* The peer has been silent for a while. */
void cutter_flush(struct cutter *cutter);

/* The peer has closed the stream. */
void cutter_close(struct cutter *cutter);

/* Whether message 'index' is 'text'. */
bool cutter_is(
    const struct cutter *cutter, uint32_t index, const char *text, size_t size);

/* The whole of a text in one call, closed. */
struct cutter *cutter_cut(const char *text);

#endif
