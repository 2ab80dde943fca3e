#include "capture/capture.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
capture_init(struct capture *capture, struct counters *counters, uint8_t *arena,
    size_t arena_size)
{
	memset(capture, 0, sizeof(*capture));
	capture->counters = counters;
	capture->arena = arena;
	capture->arena_size = arena_size;
	capture->state = CAPTURE_RUNNING;
}

int
capture_stop(struct capture *capture, enum capture_state state, int error,
    const char *format, ...)
{
	va_list arguments;

	capture->state = state;
	capture->error = error;
	va_start(arguments, format);
	(void)vsnprintf(
	    capture->sentence, sizeof(capture->sentence), format, arguments);
	va_end(arguments);
	return error;
}

uint32_t
capture_next(struct capture *capture, struct frame frames[CAPTURE_BURST])
{
	uint32_t count = capture->fetch(capture, frames);
	uint64_t wire_bytes = 0;
	uint64_t cut_count = 0;
	uint64_t back_count = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct frame *frame = &frames[i];

		wire_bytes += frame->wire_size;
		cut_count += frame->captured_size < frame->wire_size;
		back_count += frame->time_ns < capture->last_time_ns &&
		    capture->last_time_ns - frame->time_ns > NS_PER_S;
		capture->last_time_ns = frame->time_ns;
	}
	counter_add(capture->counters, COUNTER_CAPTURE_FRAMES, count);
	counter_add(capture->counters, COUNTER_CAPTURE_BYTES, wire_bytes);
	counter_add(
	    capture->counters, COUNTER_CAPTURE_CUT_BY_SNAPLEN, cut_count);
	counter_add(
	    capture->counters, COUNTER_CAPTURE_TIME_WENT_BACK, back_count);
	return count;
}
