/*
 * What a file is, by its first bytes: a recording, or something that people
 * take for one.
 *
 * Memory: none.
 */
#ifndef CAPTURE_MAGIC_H
#define CAPTURE_MAGIC_H

#include "base/base.h"

enum { MAGIC_SIZE = 16 }; /* Bytes that are looked at. */

enum magic_kind {
	MAGIC_PCAP,
	MAGIC_PCAPNG,
	MAGIC_OTHER,
};

/* What 'size' bytes, MAGIC_SIZE unless the file is shorter, begin.  For OTHER,
 * '*what' is then the rest of a sentence that begins with the file's name:
 * what it is, and what to do. */
enum magic_kind magic_of(const uint8_t *bytes, size_t size, const char **what);

#endif
