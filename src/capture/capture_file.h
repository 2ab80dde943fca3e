/*
 * Capture from recordings, one after the other.
 *
 * pcap in both byte orders, with micro- or nanoseconds, through libpcap; pcapng
 * through pcapng.h; "-" is standard input.  What a file is is told by its first
 * bytes, whatever its name.  What is no recording, or damaged, or cut off, is
 * a trouble (capture.h) with the place in bytes; the next file follows.
 *
 * Memory: the struct, and an arena of CAPTURE_FILE_ARENA_SIZE.
 */
#ifndef CAPTURE_CAPTURE_FILE_H
#define CAPTURE_CAPTURE_FILE_H

#include <pcap/pcap.h>

#include "capture/capture.h"
#include "capture/pcapng.h"

/* A burst of the usual frames, and room for one as large as they get. */
enum { CAPTURE_FILE_ARENA_SIZE = 2 * CAPTURE_FRAME_SIZE };

struct capture_file {
	struct capture capture;

	/* Private to capture_file.c. */
	const char *const *paths;
	uint32_t path_count;
	uint32_t next_path;
	const char *name;     /* Of the file at hand, in sentences. */
	FILE *file;           /* Null: none is open. */
	pcap_t *pcap;         /* Null: it is pcapng. */
	uint64_t offset;      /* Bytes read of it. */
	uint64_t file_size;   /* Bytes it has; zero: not known. */
	uint32_t record_size; /* Bytes before each packet's, in pcap. */
	uint64_t frame_count; /* Given of it. */
	uint64_t whole_bytes; /* Of the files before it. */
	uint64_t total_bytes; /* Of all; zero: not known. */
	struct frame *frames; /* Where the burst at hand goes. */
	uint32_t burst_count; /* Frames in it. */
	size_t arena_used;    /* Bytes. */
	bool trouble_waits;   /* To be told after the burst at hand. */
	struct pcapng pcapng;
};

/* Makes 'file' one of the recordings 'paths', which must stay.  None is
 * opened yet: capture_next() does it. */
void capture_file_init(struct capture_file *file, struct counters *counters,
    uint8_t *arena, const char *const *paths, uint32_t path_count);

/* Closes what is open.  Its frames are void. */
void capture_file_finish(struct capture_file *file);

/* How far it has come: bytes read, and bytes of all recordings; '*total_bytes'
 * is zero where that is not known. */
void capture_file_progress(const struct capture_file *file,
    uint64_t *read_bytes, uint64_t *total_bytes);

#endif
