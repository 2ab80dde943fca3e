/*
 * Recordings made byte by byte, right or damaged, and read back.
 */
#ifndef UNIT_CAPTURE_RECORDING_H
#define UNIT_CAPTURE_RECORDING_H

#include "capture/capture_file.h"

struct recording {
	uint8_t bytes[1 << 20];
	size_t size;
	bool is_big; /* Byte order of what is put next. */
};

void recording_begin(struct recording *recording, bool is_big);
void put8(struct recording *recording, uint8_t value);
void put16(struct recording *recording, uint16_t value);
void put32(struct recording *recording, uint32_t value);
void put64(struct recording *recording, uint64_t value);

/* 'size' bytes that depend on 'seed', and on their place. */
void put_pattern(struct recording *recording, size_t size, uint8_t seed);
bool is_pattern(const struct frame *frame, uint8_t seed);

/* pcap: its header, and the head of a record. */
void put_pcap_header(struct recording *recording, uint32_t magic,
    uint32_t snap_length, uint32_t link_type);
void put_pcap_record(struct recording *recording, uint32_t seconds,
    uint32_t part, uint32_t captured_size, uint32_t wire_size);

/* pcapng: a block of 'type' is what is put between these. */
size_t block_begin(struct recording *recording, uint32_t type);
void block_end(struct recording *recording, size_t begin);
void put_section(struct recording *recording);
void put_interface(
    struct recording *recording, uint16_t link_type, uint32_t snap_length);

/* An enhanced packet block of 'size' bytes of pattern. */
void put_packet(struct recording *recording, uint32_t interface, uint64_t ticks,
    uint32_t size, uint8_t seed);

/* The path of a file with the first 'size' bytes. */
const char *path_of(const struct recording *recording, size_t size);

/* What reading gave: all frames, whose bytes are kept, and all troubles, one a
 * line. */
enum { READ_FRAMES = 4096 };

struct reading {
	struct frame frames[READ_FRAMES];
	uint32_t count;
	uint32_t burst_count;
	char troubles[4096];
	uint32_t trouble_count;
	int error; /* Of the last trouble. */
	struct counters counters;
	uint64_t progress;
	uint64_t total;
	uint8_t bytes[1 << 22];
	size_t used;
};

extern struct reading reading;

void read_paths(const char *const *paths, uint32_t count);

/* Reads the first 'size' bytes of 'recording'. */
void read_part(const struct recording *recording, size_t size);

#endif
