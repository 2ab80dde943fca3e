/*
 * Capture: an observation point becomes frames.
 *
 * There are two kinds: an interface (capture_live.h) and recordings
 * (capture_file.h).  Both give frames in bursts, so that the rooms behind can
 * fetch ahead what they will need:
 *
 *	struct frame frames[CAPTURE_BURST];
 *
 *	while ((count = capture_next(capture, frames)) > 0) {
 *		use frames[0] to frames[count - 1]
 *	}
 *
 * No frames means that there are none now, and 'state' says why.
 *
 *	CAPTURE_RUNNING  of an interface only: later, when capture_descriptor()
 *	                 can be read; ask also now and then without, since that
 *	                 is how an interface that is gone is noticed.
 *	CAPTURE_TROUBLE  of recordings only: 'sentence' says what is wrong with
 *	                 the one at hand, 'error' what kind of thing that is
 *	                 (-EBADMSG: it is damaged or cut off, and was read as
 *	                 far as it goes); the next call goes on with the next.
 *	CAPTURE_ENDED    there is nothing more.
 *	CAPTURE_FAILED   nothing more can come; 'sentence' says why.
 *
 * What a damaged recording still held is given before its trouble is told.
 *
 * Memory: the frames' bytes stand in the caller's arena, which the captures of
 *         a role may share if each burst is used up before the next is asked
 *         for.  libpcap and stdio allocate when something is opened.
 * Time:   the frames'.
 */
#ifndef CAPTURE_CAPTURE_H
#define CAPTURE_CAPTURE_H

#include "base/counter.h"
#include "capture/frame.h"

enum {
	CAPTURE_BURST = CONFIG_CAPTURE_BURST,
	CAPTURE_SENTENCE_SIZE = 512,
	/* No link has frames beyond this, so no recording is believed that
	 * claims one (it is libpcap's MAXIMUM_SNAPLEN). */
	CAPTURE_FRAME_SIZE = 262144,
};

enum capture_state {
	CAPTURE_RUNNING,
	CAPTURE_TROUBLE,
	CAPTURE_ENDED,
	CAPTURE_FAILED,
};

struct capture {
	/* Fills 'frames' from the arena and returns how many; sets 'state'. */
	uint32_t (*fetch)(struct capture *capture, struct frame *frames);
	struct counters *counters;
	uint8_t *arena;
	size_t arena_size; /* Bytes. */
	uint64_t last_time_ns;
	enum capture_state state;
	int error; /* Of TROUBLE and FAILED: a negative errno. */
	char sentence[CAPTURE_SENTENCE_SIZE];
};

/* For those who make a capture: all but 'fetch', and running. */
void capture_init(struct capture *capture, struct counters *counters,
    uint8_t *arena, size_t arena_size);

/* Sets a state other than running, and its sentence.  Returns 'error'. */
int capture_stop(struct capture *capture, enum capture_state state, int error,
    const char *format, ...) SW_PRINTF(4, 5);

/* The next frames, counted.  Those of the burst before are void. */
uint32_t capture_next(
    struct capture *capture, struct frame frames[CAPTURE_BURST]);

#endif
