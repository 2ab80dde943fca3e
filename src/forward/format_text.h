/*
 * Texts made fit for a message: UTF-8 (RFC 3629), no zeros, no control codes
 * but tab and the two of a line's end, which each form escapes or replaces in
 * its own way.  Private to the formats.
 *
 * Memory: what is returned is allocated, and the caller's to free().
 */
#ifndef FORWARD_FORMAT_TEXT_H
#define FORWARD_FORMAT_TEXT_H

#include "base/base.h"

/* Bytes of the character that begins at 'at'; 0: none does (Unicode, table
 * 3-7).  'left' is at least 1. */
size_t format_character_size(const char *at, size_t left);

/* A clean copy with a closing zero: zeros are left out, other control codes
 * become blanks, and each byte that is no UTF-8 becomes U+FFFD.  '*repaired' is
 * set where the copy holds U+FFFD, and left alone where it does not.  Null: no
 * memory. */
char *format_text_clean(const char *text, size_t size, bool *repaired);

/* The largest size up to 'room' that ends between characters of clean text. */
size_t format_text_fit(const char *text, size_t size, size_t room);

#endif
