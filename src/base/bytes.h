/*
 * Byte reader: bounded reading of big-endian fields, with a sticky failure.
 *
 * Whoever parses what came from outside reads through one of these.  A read
 * past the end gives zero and marks the reader failed for good, so a parser may
 * read a whole header and ask once, at its end, whether it was there.  Nothing
 * is ever read outside [bytes, bytes + size).
 *
 * Memory: borrows the caller's bytes.
 */
#ifndef BASE_BYTES_H
#define BASE_BYTES_H

#include <string.h>

#include "base/base.h"

struct reader {
	const uint8_t *bytes;
	uint32_t size;   /* Bytes in all. */
	uint32_t offset; /* Bytes taken; never more than size. */
	bool failed;     /* A read did not fit. */
};

static inline void
reader_init(struct reader *reader, const uint8_t *bytes, uint32_t size)
{
	reader->bytes = bytes;
	reader->size = size;
	reader->offset = 0;
	reader->failed = false;
}

/* Bytes not yet taken. */
static inline uint32_t
reader_left(const struct reader *reader)
{
	return reader->size - reader->offset;
}

/* Takes 'count' bytes and returns where they begin; null, and failed, if there
 * are fewer. */
static inline const uint8_t *
reader_take(struct reader *reader, uint32_t count)
{
	const uint8_t *at = reader->bytes + reader->offset;

	if (SW_UNLIKELY(count > reader_left(reader))) {
		reader->failed = true;
		reader->offset = reader->size;
		return NULL;
	}
	reader->offset += count;
	return at;
}

static inline uint16_t
load_be16(const uint8_t *at)
{
	uint16_t value;

	memcpy(&value, at, sizeof(value));
	return __builtin_bswap16(value);
}

static inline uint32_t
load_be32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, sizeof(value));
	return __builtin_bswap32(value);
}

static inline uint64_t
load_be64(const uint8_t *at)
{
	uint64_t value;

	memcpy(&value, at, sizeof(value));
	return __builtin_bswap64(value);
}

static inline void
store_be16(uint8_t *at, uint16_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static inline void
store_be32(uint8_t *at, uint32_t value)
{
	store_be16(at, (uint16_t)(value >> 16));
	store_be16(at + 2, (uint16_t)value);
}

static inline void
store_be64(uint8_t *at, uint64_t value)
{
	value = __builtin_bswap64(value);
	memcpy(at, &value, sizeof(value));
}

/* Whether 'size' bytes are equal.  For keys of tables, which are a few words
 * long: no call, and no branch but the loop's. */
static inline bool
bytes_equal(const void *a, const void *b, size_t size)
{
	const uint8_t *left = a;
	const uint8_t *right = b;
	uint64_t x;
	uint64_t y;
	uint64_t differing = 0;
	size_t at = 0;

	if (size < sizeof(x)) {
		return memcmp(a, b, size) == 0;
	}
	for (; at + sizeof(x) <= size; at += sizeof(x)) {
		memcpy(&x, left + at, sizeof(x));
		memcpy(&y, right + at, sizeof(y));
		differing |= x ^ y;
	}
	memcpy(&x, left + size - sizeof(x), sizeof(x));
	memcpy(&y, right + size - sizeof(y), sizeof(y));
	return (differing | (x ^ y)) == 0;
}

static inline uint8_t
reader_u8(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 1);

	return at == NULL ? 0 : *at;
}

static inline uint16_t
reader_u16(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 2);

	return at == NULL ? 0 : load_be16(at);
}

static inline uint32_t
reader_u32(struct reader *reader)
{
	const uint8_t *at = reader_take(reader, 4);

	return at == NULL ? 0 : load_be32(at);
}

#endif
