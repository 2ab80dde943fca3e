/*
 * Framing: where messages begin and end in a stream of bytes.
 *
 * RFC 6587 has two ways and no means to agree on one: a count of bytes before
 * each message (section 3.4.1, which RFC 5425 keeps for TLS), or a line feed
 * after it (3.4.2).  Senders mix them, miscount, put line feeds into messages
 * and end them with NUL.  So each frame is judged by what arrives: a number, a
 * blank and the beginning of a message is a count; anything else is a line.
 *
 * A line that begins with a priority and is followed by lines that cannot begin
 * a message is one message of several lines; so the end of a line is believed
 * only when more has come, or when framing_flush() says that nothing has for a
 * while.  After a count that was wrong the stream is out of step: what follows
 * is skipped until something looks like the beginning of a message.
 *
 *	while ((used = framing_next(&framing, bytes, size, &frame)) > 0 ||
 *	    frame.bytes != NULL) {
 *		if (frame.bytes != NULL) { ... frame.bytes, frame.size ... }
 *		bytes += used; size -= used;
 *	}
 *	keep the rest, and put what comes next behind it
 *
 * Given FRAMING_HELD_SIZE bytes it always takes some, so no more than that is
 * ever to be kept.
 *
 * Memory: the struct.  Time: none is read.
 */
#ifndef SYSLOG_FRAMING_H
#define SYSLOG_FRAMING_H

#include "base/base.h"

enum {
	FRAMING_MESSAGE_SIZE = 64 << 10, /* What is longer is cut. */
	/* A message, and what is looked at before it or after. */
	FRAMING_HELD_SIZE = FRAMING_MESSAGE_SIZE + 64,
	/* A longer one is not skipped but taken for an error. */
	FRAMING_SKIP_SIZE = 1 << 20,
	/* Errors without a good message between them: the peer does not speak
	 * syslog. */
	FRAMING_STRIKES = 8,
};

/* One message, within the bytes given.  Null: there is none. */
struct framing_frame {
	const char *bytes;
	size_t size;
	bool is_cut; /* It is longer than this, or has not come whole. */
};

enum framing_state {
	FRAMING_START,     /* At the beginning of a frame. */
	FRAMING_LINE,      /* In a message that a line feed ends. */
	FRAMING_COUNTED,   /* In one whose size is known. */
	FRAMING_SKIP,      /* In the rest of a counted one. */
	FRAMING_SKIP_LINE, /* In the rest of a line. */
	FRAMING_SEEK,      /* Out of step. */
	FRAMING_GUESS,     /* In one that was found, of an uncertain size. */
};

/* Private to framing.c, but for the counts. */
struct framing {
	uint8_t state;     /* enum framing_state */
	bool was_counted;  /* The frame before this had a count, */
	bool was_line;     /* or was a line. */
	bool has_priority; /* The line begins with one, so others may join. */
	size_t scanned;    /* Bytes at hand in which no end was found. */
	size_t whole;      /* Of them, a message that may go on; 0: none yet. */
	size_t wanted;     /* Bytes of the counted message. */
	size_t skip;       /* Bytes of it still to be skipped. */
	size_t skipped;    /* Bytes skipped of this line, or in this search. */

	uint32_t strikes;    /* Errors since the last good frame. */
	uint64_t errors;     /* Ever. */
	uint64_t lost_bytes; /* Skipped, ever. */
};

void framing_init(struct framing *framing);

/* Takes bytes from the front of 'bytes' and returns how many; '*frame' is the
 * message that ended there, if any (its bytes are among those taken).  Zero and
 * no message: more has to come. */
size_t framing_next(struct framing *framing, const char *bytes, size_t size,
    struct framing_frame *frame);

/* Nothing has come for a while: a line that had ended is a message now.  As
 * framing_next(). */
size_t framing_flush(struct framing *framing, const char *bytes, size_t size,
    struct framing_frame *frame);

/* The rest cannot be kept, or will not come: what there is of a message is
 * given, cut; if more comes after all it is skipped.  All bytes are taken.  A
 * line that had ended, followed by a part of another, is given without it. */
void framing_give_up(struct framing *framing, const char *bytes, size_t size,
    struct framing_frame *frame);

/* Whether the peer has shown that it does not speak syslog. */
static inline bool
framing_is_hopeless(const struct framing *framing)
{
	return framing->strikes >= FRAMING_STRIKES;
}

/* Whether the bytes at hand are a message that has ended as far as is known. */
static inline bool
framing_has_whole(const struct framing *framing)
{
	return framing->state == FRAMING_LINE && framing->whole > 0;
}

#endif
