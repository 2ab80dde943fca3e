/*
 * A writer of bytes into what room there is.  Private to the formats.
 *
 * Unlike base/strbuf.h it takes pieces with a size and writes no closing zero;
 * once a piece did not fit, nothing more is written, and 'full' says so.
 *
 * Memory: the caller's array.
 */
#ifndef FORWARD_FORMAT_WRITER_H
#define FORWARD_FORMAT_WRITER_H

#include "base/base.h"

struct format_writer {
	char *out;
	size_t capacity;
	size_t length;
	bool full;
};

void format_write(struct format_writer *writer, const char *piece, size_t size);
void format_write_text(struct format_writer *writer, const char *text);

/* Printed as printf() has it, below 256 bytes. */
void format_write_printed(struct format_writer *writer, const char *format, ...)
    SW_PRINTF(2, 3);

#endif
