/*
 * Help with jansson: values that may be missing, and lists that must be whole.
 * Private to the room.
 *
 * A function that makes a value returns null where there is no memory; put()
 * and push() pass that on, since jansson refuses a null value, and finished()
 * gives back what could not be finished.
 */
#ifndef ALERT_JSON_HELP_H
#define ALERT_JSON_HELP_H

#include <jansson.h>

#include "base/base.h"

/* Sets a member and tells whether there was memory for it. */
bool put(json_t *object, const char *name, json_t *value);

/* Appends to a list, and tells the same. */
bool push(json_t *list, json_t *value);

/* 'value', or null if it is not whole: it is then given back. */
json_t *finished(json_t *value, bool whole);

/* A text that the network, an endpoint or an operator gave, below
 * ATTRIBUTION_COMMAND_SIZE bytes: JSON must be UTF-8, and jansson refuses what
 * is not. */
json_t *text_of(const char *text);
json_t *text_or_null(const char *text); /* Null text: null. */
json_t *text_or_none(const char *text); /* Empty text: null. */

/* RFC 3339; a count that JSON can hold. */
json_t *time_of(uint64_t time_ns);
json_t *count_of(uint64_t count);

#endif
