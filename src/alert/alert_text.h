/*
 * An alert as text for people: one block a revision, a plain sentence first.
 *
 * Whatever came from outside is made visible (alert/words.h), so that a name
 * cannot steer the reader's terminal.
 *
 * Memory: the caller's.
 */
#ifndef ALERT_ALERT_TEXT_H
#define ALERT_ALERT_TEXT_H

#include "alert/alert.h"
#include "base/strbuf.h"

enum { ALERT_TEXT_SIZE = 98304 }; /* Bytes that every block fits into. */

/* Adds the block, with an empty line after it. */
void alert_text_add(const struct alert *alert, struct strbuf *buffer);

#endif
