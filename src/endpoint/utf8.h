/*
 * UTF-8 (RFC 3629) of what strangers wrote.
 *
 * Log messages hold Latin-1, halves of characters and control codes.  What is
 * kept of them is made clean first: a byte that is no UTF-8 becomes U+FFFD, and
 * a control code a blank, so that whoever shows or forwards it need not care.
 *
 * Memory: the caller's.
 */
#ifndef ENDPOINT_UTF8_H
#define ENDPOINT_UTF8_H

#include "base/base.h"

struct utf8_copy {
	size_t size;       /* Bytes written. */
	bool was_cut;      /* There was no room for all of it. */
	bool was_repaired; /* Bytes were replaced by U+FFFD. */
};

/* Copies text, made clean, as far as 'room' bytes hold; never half a character.
 */
struct utf8_copy utf8_copy(
    char *to, size_t room, const char *text, size_t size);

/* Whether the text is such as utf8_copy() makes, zeros between texts aside. */
bool utf8_is_clean(const char *text, size_t size);

/* Writes a code point, U+FFFD where it is none, and returns how many bytes that
 * took: 1 to 4. */
size_t utf8_encode(uint32_t code_point, char to[4]);

#endif
