/*
 * Format: which form a body has, and which event it is, before anything is
 * read.
 *
 * A domain controller sends thousands of events for one that matters here.  So
 * the event id is looked for first, byte by byte, where that form has it, and
 * the rest is never parsed.  Where the id cannot be found so, the reader
 * decides.
 *
 * Memory: none.
 */
#ifndef ENDPOINT_FORMAT_H
#define ENDPOINT_FORMAT_H

#include "endpoint/slice.h"

enum format {
#define FORMAT(name, sentence) FORMAT_##name,
#include "endpoint/formats.def"
#undef FORMAT
	FORMAT_COUNT
};

/* The form by the body's first bytes and a few words; FORMAT_TEXT is also said
 * of what is nothing known. */
enum format format_of(struct slice body);

/* The same by the first bytes alone. */
enum format format_of_front(struct slice body);

/* Whether an event of this id is of use. */
bool event_id_is_wanted(uint64_t event_id);

/* Finds the event id; false where this form does not show it so. */
bool event_id_find(enum format format, struct slice body, uint64_t *event_id);

#endif
