/*
 * The readers of recordings on whatever bytes there are: each frame they give
 * is as they promise, and they come to an end.
 */
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "capture/capture_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

/* Reads every byte, so that a sanitizer sees one that is not there. */
static void
use(const struct frame *frame)
{
	static volatile uint8_t sum;

	SW_ASSERT(frame->captured_size <= CAPTURE_FRAME_SIZE);
	SW_ASSERT(frame->wire_size >= frame->captured_size);
	for (uint32_t i = 0; i < frame->captured_size; i++) {
		sum = (uint8_t)(sum + frame->bytes[i]);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static struct capture_file file;
	static struct counters counters;
	static uint8_t arena[CAPTURE_FILE_ARENA_SIZE];
	struct frame frames[CAPTURE_BURST];
	char text[32];
	const char *path = text;
	uint64_t read_bytes;
	uint64_t total_bytes;
	int descriptor = memfd_create("fuzz", 0);

	(void)snprintf(text, sizeof(text), "/proc/self/fd/%d", descriptor);
	SW_ASSERT(write(descriptor, bytes, size) == (ssize_t)size);
	capture_file_init(&file, &counters, arena, &path, 1);
	do {
		uint32_t count = capture_next(&file.capture, frames);

		for (uint32_t i = 0; i < count; i++) {
			use(&frames[i]);
		}
	} while (file.capture.state != CAPTURE_ENDED);
	capture_file_progress(&file, &read_bytes, &total_bytes);
	SW_ASSERT(read_bytes <= size && total_bytes == size);
	capture_file_finish(&file);
	close(descriptor);
	return 0;
}
