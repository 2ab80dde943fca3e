/*
 * An alert as JSON: one object in one line, schema "spanwatch.alert/1".
 *
 * Every field of the schema is always there, null where unknown, in the order
 * of its description; docs/alerts.md lists them.  Fields are added with time,
 * never changed or dropped, so a reader passes over what it does not know.
 *
 * Memory: the object is made with jansson, which allocates; it is bounded as
 * the finding is.  Not for the packet path.
 */
#ifndef ALERT_ALERT_JSON_H
#define ALERT_ALERT_JSON_H

#include <jansson.h>

#include "alert/alert.h"

enum { ALERT_JSON_SIZE = 98304 }; /* Bytes that every line fits into. */

/* The alert as an object, the caller's to json_decref(); null: no memory. */
json_t *alert_json(const struct alert *alert);

/* Writes the alert as one line with its newline (and no closing zero) and
 * returns its length; zero: no memory, or 'size' is too small. */
size_t alert_json_line(const struct alert *alert, char *line, size_t size);

#endif
