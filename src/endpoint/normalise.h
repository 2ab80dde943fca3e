/*
 * Normalise: fields become an event.
 *
 * Here it is decided what the fields of each event mean: whose process id it
 * is, which user, which of several times can be trusted most, what a direction
 * says.  What is not certain is left out, since a wrong process is worse than
 * none.
 *
 * Memory: none; decoded texts go to the fields' scratch.
 */
#ifndef ENDPOINT_NORMALISE_H
#define ENDPOINT_NORMALISE_H

#include "endpoint/endpoint.h"
#include "endpoint/slice.h"

/* Whether the event's own fields lack something that its prose may have. */
bool normalise_is_lacking(const struct fields *fields);

/* Makes the event; 'was_text' tells that it was read from prose. */
enum endpoint_outcome normalise(struct fields *fields,
    const struct endpoint_message *message, bool was_text,
    struct endpoint_event *event);

/* The parts.  Private to normalise*.c. */

struct normal {
	struct fields *fields;
	struct endpoint_event *event;
	uint64_t event_id;
	bool has_bad; /* A field that matters could not be read. */
};

/* A value that says something: not empty, not "-"; null slice: none. */
struct slice normal_value(const struct fields *fields, enum field field);

/* The same, if it is whole: half a path or a name is another's. */
struct slice normal_whole(const struct fields *fields, enum field field);

/* Reads a number that is whole; false, and noted, if it cannot be read. */
bool normal_number(
    struct normal *normal, enum field field, uint64_t max, uint64_t *value);

/* The id of the event's own process; FIELD_COUNT: it has none. */
enum field normal_process_id(const struct fields *fields, uint64_t event_id);

void normal_time(struct normal *normal, const struct endpoint_message *message);
void normal_process(struct normal *normal);
void normal_users(struct normal *normal);
void normal_connection(struct normal *normal);

#endif
