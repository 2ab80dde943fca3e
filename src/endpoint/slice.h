/*
 * Slices: pieces of a message, compared, searched and taken apart.
 *
 * A message is not ended by a zero and may hold some; nothing here reads
 * outside [text, text + size).
 *
 * Memory: none; a slice borrows the message.
 */
#ifndef ENDPOINT_SLICE_H
#define ENDPOINT_SLICE_H

#include <string.h>

#include "endpoint/fields.h"

#define SLICE(literal) ((struct slice){ literal, sizeof(literal) - 1 })

static inline bool
slice_is(struct slice slice, struct slice other)
{
	return slice.size == other.size &&
	    (other.size == 0 ||
	        memcmp(slice.text, other.text, other.size) == 0);
}

/* As slice_is(), ASCII letters in any case. */
bool slice_is_word(struct slice slice, struct slice word);

static inline bool
slice_begins(struct slice slice, struct slice head)
{
	return slice.size >= head.size &&
	    (head.size == 0 || memcmp(slice.text, head.text, head.size) == 0);
}

/* As slice_begins(), ASCII letters in any case. */
bool slice_begins_word(struct slice slice, struct slice head);

/* Without its first 'count' bytes, or empty where it has fewer. */
static inline struct slice
slice_after(struct slice slice, size_t count)
{
	if (count > slice.size) {
		count = slice.size;
	}
	if (count == 0) {
		return slice; /* It may be null. */
	}
	return (struct slice){ slice.text + count, slice.size - count };
}

/* The first 'count' bytes, or all of it. */
static inline struct slice
slice_head(struct slice slice, size_t count)
{
	return (struct slice){ slice.text,
		count < slice.size ? count : slice.size };
}

/* Where 'needle', which is not empty, begins; slice.size if it is not there.
 * Fastest where its first byte is rare. */
size_t slice_find(struct slice slice, struct slice needle);

/* Where the last 'needle' begins; slice.size if it is not there. */
size_t slice_find_last(struct slice slice, struct slice needle);

/* Where the byte is; slice.size if it is not there. */
static inline size_t
slice_find_byte(struct slice slice, char byte)
{
	const char *at =
	    slice.size == 0 ? NULL : memchr(slice.text, byte, slice.size);

	return at == NULL ? slice.size : (size_t)(at - slice.text);
}

static inline bool
slice_has(struct slice slice, struct slice needle)
{
	return slice_find(slice, needle) < slice.size;
}

/* Without blanks, tabs, line ends and zeros at its beginning and end. */
struct slice slice_trim(struct slice slice);

/* Takes what comes before 'separator' off the slice, and the separator; all of
 * it if there is none. */
struct slice slice_take(struct slice *slice, char separator);

/* Reads a number that is all of the slice, blanks around it aside: decimal, or
 * hexadecimal behind 0x.  False, and '*value' untouched, if it is anything
 * else or does not fit. */
bool slice_number(struct slice slice, uint64_t *value);

#endif
