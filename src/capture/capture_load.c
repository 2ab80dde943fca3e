#include "capture/capture_load.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	FIRST_FRAMES = 1 << 16,
	FIRST_BYTES = 1 << 24,
};

static bool take_burst(
    struct capture_load *load, const struct frame *frames, uint32_t count);
static void *make_room(void *array, uint64_t *room, uint64_t needed,
    size_t element_size, uint64_t first);
static uint64_t available_bytes(void);

int
capture_load_all(struct capture_load *load, struct capture *capture)
{
	struct frame frames[CAPTURE_BURST];
	uint32_t count;
	bool fits = true;

	memset(load, 0, sizeof(*load));
	while (fits && (count = capture_next(capture, frames)) > 0) {
		fits = take_burst(load, frames, count);
	}
	/* The bytes have moved whenever there was no more room for them. */
	for (uint64_t i = 0, at = 0; i < load->frame_count; i++) {
		load->frames[i].bytes = load->bytes + at;
		at += load->frames[i].captured_size;
	}
	if (!fits) {
		return capture_stop(capture, CAPTURE_FAILED, -ENOMEM,
		    "the machine has no memory for more than the first %" PRIu64
		    " frames",
		    load->frame_count);
	}
	return capture->state == CAPTURE_ENDED ? 0 : capture->error;
}

void
capture_load_free(struct capture_load *load)
{
	free(load->frames);
	free(load->bytes);
	memset(load, 0, sizeof(*load));
}

/* Copies a burst behind what is there.  False: there is no memory for it. */
static bool
take_burst(
    struct capture_load *load, const struct frame *frames, uint32_t count)
{
	uint64_t burst_bytes = 0;
	void *larger;

	for (uint32_t i = 0; i < count; i++) {
		burst_bytes += frames[i].captured_size;
	}
	larger = make_room(load->frames, &load->frame_room,
	    load->frame_count + count, sizeof(*frames), FIRST_FRAMES);
	if (larger == NULL) {
		return false;
	}
	load->frames = larger;
	larger = make_room(load->bytes, &load->byte_room,
	    load->byte_count + burst_bytes, 1, FIRST_BYTES);
	if (larger == NULL) {
		return false;
	}
	load->bytes = larger;
	for (uint32_t i = 0; i < count; i++) {
		memcpy(load->bytes + load->byte_count, frames[i].bytes,
		    frames[i].captured_size);
		load->byte_count += frames[i].captured_size;
		load->frames[load->frame_count++] = frames[i];
	}
	return true;
}

/* Doubles an array until 'needed' elements fit, and returns where it is now;
 * null: there is no memory for it, and it is where it was. */
static void *
make_room(void *array, uint64_t *room, uint64_t needed, size_t element_size,
    uint64_t first)
{
	uint64_t wanted = *room == 0 ? first : *room;
	void *larger;

	while (wanted < needed) {
		wanted *= 2;
	}
	if (wanted == *room) {
		return array;
	}
	/* Linux promises what it has not got: asked for, not tried. */
	if ((wanted - *room) * element_size > available_bytes()) {
		return NULL;
	}
	larger = realloc(array, wanted * element_size);
	if (larger != NULL) {
		*room = wanted;
	}
	return larger;
}

/* What the kernel could give without taking from others (proc(5)). */
static uint64_t
available_bytes(void)
{
	static const char wanted[] = "MemAvailable:";
	FILE *file = fopen("/proc/meminfo", "re");
	char line[128];
	uint64_t bytes = UINT64_MAX; /* Where it does not say: try. */

	if (file == NULL) {
		return bytes;
	}
	while (fgets(line, sizeof(line), file) != NULL) {
		if (strncmp(line, wanted, sizeof(wanted) - 1) == 0) {
			bytes = strtoull(line + sizeof(wanted) - 1, NULL, 10)
			    << 10;
			break;
		}
	}
	(void)fclose(file);
	return bytes;
}
