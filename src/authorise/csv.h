/*
 * Entries as a table: CSV as RFC 4180 has it, for spreadsheets and auditors.
 *
 * The first row names the fields; a row is an entry.  A field that is a list
 * has one item a line within its cell; of sources, services and hours, which
 * hold none, semicolons part items too.  What a spreadsheet would take for a
 * formula (a cell that begins with =, +, -, @, a tab or a carriage return;
 * OWASP, "CSV Injection") is written with an apostrophe before it, and so is
 * what already has apostrophes before such a sign; reading takes one away
 * again, so that every text comes back as it was.
 *
 * A table and a list of JSON objects are the same thing here: a row is written
 * from an object and read into one, and the object is then checked as any.
 *
 * Memory: jansson's; one cell of AUTHORISE_CELL_SIZE, fixed.
 */
#ifndef AUTHORISE_CSV_H
#define AUTHORISE_CSV_H

#include <jansson.h>

#include "authorise/entry_json.h"
#include "base/strbuf.h"

enum {
	AUTHORISE_CELL_SIZE = 6144,     /* Bytes of a cell, at most. */
	AUTHORISE_ROW_SIZE = 65536,     /* Bytes that every row fits into. */
	AUTHORISE_CSV_SIZE = 256 << 10, /* Of a table that is read. */
};

/* Adds the first row. */
void authorise_csv_add_head(struct strbuf *row);

/* Adds the row of an entry as authorise_record_json() gives it. */
void authorise_csv_add_row(const json_t *entry, struct strbuf *row);

/* Reads a table into a list of objects.  Null: '*mistake' says what is wrong;
 * or, its sentence empty, there is no memory. */
json_t *authorise_csv_read(
    const char *text, size_t size, struct authorise_mistake *mistake);

#endif
