/*
 * Steps of framing: what framing.c and framing_seek.c share.  Private to the
 * room.
 */
#ifndef SYSLOG_FRAMING_STEPS_H
#define SYSLOG_FRAMING_STEPS_H

#include "syslog/framing.h"

/* The bytes at hand, and how far they have been taken. */
struct cursor {
	const char *bytes;
	size_t size;
	size_t at;
};

enum step {
	STEP_AGAIN, /* Something was taken, or the state has changed. */
	STEP_FRAME, /* A message was found. */
	STEP_MORE,  /* More bytes have to come. */
};

/* Takes a step of the search for a frame, in state FRAMING_SEEK. */
enum step framing_seek(struct framing *framing, struct cursor *cursor);

/* Takes a step in state FRAMING_GUESS. */
enum step framing_guess(struct framing *framing, struct cursor *cursor,
    struct framing_frame *frame);

/* What is here is no frame: counts an error and begins to search. */
void framing_out_of_step(struct framing *framing);

/* Counts bytes that are skipped. */
static inline void
framing_lose(struct framing *framing, size_t size)
{
	framing->lost_bytes += size;
}

#endif
