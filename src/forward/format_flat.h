/*
 * Records as names with values: what structured data, CEF and LEEF share.
 * Private to the formats.
 */
#ifndef FORWARD_FORMAT_FLAT_H
#define FORWARD_FORMAT_FLAT_H

#include "forward/format_work.h"

enum format_flat_form { FLAT_SD, FLAT_CEF, FLAT_LEEF };

struct format_flat {
	enum format_flat_form form;
	/* Writes a value, escaped. */
	void (*escape)(struct format_writer *writer, const char *text);
	const char *begin;   /* Of a field: before its name. */
	const char *between; /* Of name and value. */
	const char *end;
};

/* Writes the record's fields, and returns where those of the triage end. */
size_t format_flat_write(const struct format_work *work,
    const struct format_flat *flat, struct format_writer *writer);

/* Writes clean text with single bytes replaced: the one at a place in 'from' by
 * the text at the same place in 'to'; other control codes by a blank. */
void format_flat_replace(struct format_writer *writer, const char *text,
    const char *from, const char *const *to);

#endif
