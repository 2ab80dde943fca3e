/*
 * String builder over a fixed array.
 *
 * Texts for people and lines for other programs are put together piece by
 * piece.  A piece that does not fit is left out whole, and 'cut' says so: never
 * silent, and never half a character of UTF-8.
 *
 *	char text[80];
 *	struct strbuf buffer;
 *
 *	strbuf_init(&buffer, text, sizeof(text));
 *	strbuf_addf(&buffer, "%u targets", count);
 *
 * Memory: the caller's array.
 */
#ifndef BASE_STRBUF_H
#define BASE_STRBUF_H

#include "base/base.h"

struct strbuf {
	char *text;    /* Always ended by a zero. */
	size_t size;   /* Bytes of the array. */
	size_t length; /* Bytes of text, the zero not counted. */
	bool cut;      /* A piece did not fit and was left out. */
};

/* 'size' is at least one. */
void strbuf_init(struct strbuf *buffer, char *text, size_t size);

/* Adds 'piece', whole or not at all. */
void strbuf_add(struct strbuf *buffer, const char *piece);

/* Adds a piece as printf() would write it, whole or not at all. */
void strbuf_addf(struct strbuf *buffer, const char *format, ...)
    SW_PRINTF(2, 3);

#endif
