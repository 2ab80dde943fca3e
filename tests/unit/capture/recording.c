#include "unit/capture/recording.h"

#include <criterion/criterion.h>
#include <sys/mman.h>
#include <unistd.h>

struct reading reading;

void
recording_begin(struct recording *recording, bool is_big)
{
	recording->size = 0;
	recording->is_big = is_big;
}

void
put8(struct recording *recording, uint8_t value)
{
	cr_assert_lt(recording->size, sizeof(recording->bytes));
	recording->bytes[recording->size++] = value;
}

static void
put_bytes(struct recording *recording, uint64_t value, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		uint32_t place = recording->is_big ? size - 1 - i : i;

		put8(recording, (uint8_t)(value >> 8 * place));
	}
}

void
put16(struct recording *recording, uint16_t value)
{
	put_bytes(recording, value, 2);
}

void
put32(struct recording *recording, uint32_t value)
{
	put_bytes(recording, value, 4);
}

void
put64(struct recording *recording, uint64_t value)
{
	put_bytes(recording, value, 8);
}

void
put_pattern(struct recording *recording, size_t size, uint8_t seed)
{
	for (size_t i = 0; i < size; i++) {
		put8(recording, (uint8_t)(seed + i * 7 + i / 256));
	}
}

bool
is_pattern(const struct frame *frame, uint8_t seed)
{
	for (size_t i = 0; i < frame->captured_size; i++) {
		if (frame->bytes[i] != (uint8_t)(seed + i * 7 + i / 256)) {
			return false;
		}
	}
	return true;
}

void
put_pcap_header(struct recording *recording, uint32_t magic,
    uint32_t snap_length, uint32_t link_type)
{
	put32(recording, magic);
	put16(recording, 2);
	put16(recording, 4);
	put64(recording, 0);
	put32(recording, snap_length);
	put32(recording, link_type);
}

void
put_pcap_record(struct recording *recording, uint32_t seconds, uint32_t part,
    uint32_t captured_size, uint32_t wire_size)
{
	put32(recording, seconds);
	put32(recording, part);
	put32(recording, captured_size);
	put32(recording, wire_size);
}

size_t
block_begin(struct recording *recording, uint32_t type)
{
	size_t begin = recording->size;

	put32(recording, type);
	put32(recording, 0);
	return begin;
}

void
block_end(struct recording *recording, size_t begin)
{
	uint32_t size = (uint32_t)(recording->size + 4 - begin);
	size_t end;

	put32(recording, size);
	end = recording->size;
	recording->size = begin + 4;
	put32(recording, size);
	recording->size = end;
}

void
put_section(struct recording *recording)
{
	size_t begin = block_begin(recording, 0x0a0d0d0a);

	put32(recording, 0x1a2b3c4d);
	put16(recording, 1);
	put16(recording, 0);
	put64(recording, UINT64_MAX);
	block_end(recording, begin);
}

void
put_interface(
    struct recording *recording, uint16_t link_type, uint32_t snap_length)
{
	size_t begin = block_begin(recording, 1);

	put16(recording, link_type);
	put16(recording, 0);
	put32(recording, snap_length);
	block_end(recording, begin);
}

void
put_packet(struct recording *recording, uint32_t interface, uint64_t ticks,
    uint32_t size, uint8_t seed)
{
	size_t begin = block_begin(recording, 6);

	put32(recording, interface);
	put32(recording, (uint32_t)(ticks >> 32));
	put32(recording, (uint32_t)ticks);
	put32(recording, size);
	put32(recording, size);
	put_pattern(recording, size, seed);
	while (recording->size % 4 != 0) {
		put8(recording, 0);
	}
	block_end(recording, begin);
}

const char *
path_of(const struct recording *recording, size_t size)
{
	static char paths[8][64];
	static uint32_t next;
	static int descriptors[8];
	char *path = paths[next % 8];
	int descriptor = memfd_create("recording", 0);

	if (next >= 8) {
		close(descriptors[next % 8]);
	}
	descriptors[next++ % 8] = descriptor;
	cr_assert_eq(write(descriptor, recording->bytes, size), (ssize_t)size);
	snprintf(path, 64, "/proc/self/fd/%d", descriptor);
	return path;
}

static void
keep_burst(const struct frame *frames, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		struct frame *frame = &reading.frames[reading.count++];

		cr_assert_leq(reading.count, READ_FRAMES);
		*frame = frames[i];
		cr_assert_leq(
		    reading.used + frame->captured_size, sizeof(reading.bytes));
		memcpy(reading.bytes + reading.used, frame->bytes,
		    frame->captured_size);
		frame->bytes = reading.bytes + reading.used;
		reading.used += frame->captured_size;
	}
}

void
read_paths(const char *const *paths, uint32_t count)
{
	static struct capture_file file;
	static uint8_t arena[CAPTURE_FILE_ARENA_SIZE];
	struct frame frames[CAPTURE_BURST];
	uint32_t burst;

	reading.count = 0;
	reading.burst_count = 0;
	reading.troubles[0] = '\0';
	reading.trouble_count = 0;
	reading.error = 0;
	reading.used = 0;
	memset(&reading.counters, 0, sizeof(reading.counters));
	capture_file_init(&file, &reading.counters, arena, paths, count);
	for (;;) {
		burst = capture_next(&file.capture, frames);
		keep_burst(frames, burst);
		reading.burst_count += burst > 0;
		if (burst > 0) {
			cr_assert_eq(file.capture.state, CAPTURE_RUNNING);
		} else if (file.capture.state == CAPTURE_TROUBLE) {
			strcat(reading.troubles, file.capture.sentence);
			strcat(reading.troubles, "\n");
			reading.trouble_count++;
			reading.error = file.capture.error;
		} else {
			break;
		}
	}
	cr_assert_eq(file.capture.state, CAPTURE_ENDED);
	capture_file_progress(&file, &reading.progress, &reading.total);
	capture_file_finish(&file);
}

void
read_part(const struct recording *recording, size_t size)
{
	const char *path = path_of(recording, size);

	read_paths(&path, 1);
}
