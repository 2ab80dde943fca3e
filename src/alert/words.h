/*
 * Words: figures, durations and techniques as a person reads them, and names of
 * outside made fit to be shown.
 *
 * A segment's name is the operator's, a service's may come from the network.
 * Either may hold bytes that are no UTF-8, or that make a terminal do things;
 * words_clean() and words_add_visible() replace what must not pass.
 *
 * Memory: none.
 */
#ifndef ALERT_WORDS_H
#define ALERT_WORDS_H

#include "base/base.h"
#include "base/strbuf.h"
#include "detect/finding.h"

/* Adds "1,024". */
void words_add_count(struct strbuf *buffer, uint64_t count);

/* Adds "0.35 s", "12 s", "4 min 10 s", "2 h 5 min" or "3 d 4 h". */
void words_add_duration(struct strbuf *buffer, uint64_t duration_ms);

/* "by ICMP echo", "with half-open TCP connections": how it was tried. */
const char *words_technique(enum probe_technique technique);

/* Copies 'text' to 'clean', of 'size' bytes, with U+FFFD in place of every byte
 * that is not part of valid UTF-8; what does not fit is left out. */
void words_clean(const char *text, char *clean, size_t size);

/* Adds 'text', cleaned, and with U+FFFD also for control characters and for
 * those that turn the direction of writing. */
void words_add_visible(struct strbuf *buffer, const char *text);

#endif
