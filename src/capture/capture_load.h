/*
 * Whole recordings in memory, for measuring what comes after reading them.
 *
 * Memory: all frames, from the heap: this is for `bench`, not for the sensor.
 *         More than the machine has to give is refused, not tried.
 */
#ifndef CAPTURE_CAPTURE_LOAD_H
#define CAPTURE_CAPTURE_LOAD_H

#include "capture/capture.h"

struct capture_load {
	struct frame *frames;
	uint64_t frame_count;
	uint8_t *bytes; /* Of all frames, one after the other. */
	uint64_t byte_count;

	/* Private to capture_load.c. */
	uint64_t frame_room;
	uint64_t byte_room;
};

/* Loads what 'capture' gives up to its end.  Stops at its first trouble, or for
 * want of memory (-ENOMEM): a negative errno, the reason in
 * 'capture->sentence'; what was loaded up to then is there. */
int capture_load_all(
    struct capture_load *load, struct capture *capture) SW_MUST_CHECK;

void capture_load_free(struct capture_load *load);

#endif
