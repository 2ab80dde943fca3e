/*
 * A command line while its secrets are looked for: words, values, marks.
 * Private to mask.c, mask_keys.c and mask_line.c.
 *
 * A word is what stands between blanks, quotes and the signs that part
 * commands; so the words of a command within quotes are words as well.
 */
#ifndef FORWARD_MASK_LINE_H
#define FORWARD_MASK_LINE_H

#include "base/base.h"

struct mask_line {
	const char *text;
	size_t length;
	bool *marks; /* One a byte: it is part of a secret. */
};

struct mask_span {
	size_t from;
	size_t to; /* The byte behind it; empty: equal. */
};

/* The first word at or after 'from'; empty: there is none. */
struct mask_span mask_word(const struct mask_line *line, size_t from);

/* The value that begins at 'from', blanks aside: to the closing quote where one
 * opens, else to a blank, a quote or a sign of 'stops'. */
struct mask_span mask_value(
    const struct mask_line *line, size_t from, const char *stops);

void mask_mark(const struct mask_line *line, struct mask_span span);

/* Whether the span is 'text', begins or ends with it; letters count alike in
 * either case. */
bool mask_is(
    const struct mask_line *line, struct mask_span span, const char *text);
bool mask_begins(
    const struct mask_line *line, struct mask_span span, const char *text);
bool mask_ends(
    const struct mask_line *line, struct mask_span span, const char *text);

/* The place of a sign in the span; span.to: it is not there. */
size_t mask_find(
    const struct mask_line *line, struct mask_span span, char sign);

/* Whether a value of -p is one that names ports, addresses, files or settings:
 * no password then. */
bool mask_is_harmless(const struct mask_line *line, struct mask_span value);

/* What is a secret wherever it stands, in mask_keys.c: words that are keys by
 * themselves; scheme://user:password@host (RFC 3986, section 3.2.1); private
 * keys in PEM (RFC 7468). */
void mask_keys(const struct mask_line *line);
void mask_urls(const struct mask_line *line);
void mask_pem(const struct mask_line *line);

#endif
