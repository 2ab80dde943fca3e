/*
 * The work on one message: a copy of the record that is clean, masked, and
 * shortened as far as need be, with what is derived from it.  Private to the
 * formats.
 *
 * Forms read the copy by paths such as "process.parent.image".  What the record
 * does not say as a SOC wants it (the user without the domain, the severity of
 * CEF) stands below "derived".
 *
 * Memory: jansson's; format_work_free() gives it back.
 */
#ifndef FORWARD_FORMAT_WORK_H
#define FORWARD_FORMAT_WORK_H

#include <jansson.h>

#include "forward/format.h"
#include "forward/format_writer.h"

struct format_work {
	const struct forward_format_terms *terms;
	const struct forward_record *record;
	json_t *copy;    /* The record's, this message's to change. */
	bool utf8_fixed; /* A text holds U+FFFD. */
	bool truncated;  /* Something was left out. */
	bool core;       /* Only what an alert is triaged by is left. */
	unsigned step;   /* Of shortening: the next one. */
};

/* Begins the work on a record; false: no memory, or no object. */
bool format_work_begin(struct format_work *work,
    const struct forward_format_terms *terms,
    const struct forward_record *record, const json_t *object);
void format_work_free(struct format_work *work);

/* Adds "derived" to the copy; false: no memory.  In format_derive.c. */
bool format_derive(struct format_work *work);

/* Takes the next step of shortening that finds something to shorten; false:
 * there is none left.  In format_shorten.c. */
bool format_shorten(struct format_work *work);

/* Clips what the triage is made of, so that it fits its room. */
void format_clip(struct format_work *work);

/* What stands at a path, null where there is nothing or JSON's null; borrowed.
 * The second gives a text, null where it is none. */
json_t *format_at(const json_t *object, const char *path);
const char *format_text_at(const json_t *object, const char *path);

/* What stands at a path as a new reference, or null. */
json_t *format_take(const json_t *object, const char *path);

/* A time of the record (RFC 3339) as text with milliseconds or as milliseconds
 * since 1970; null where it is none.  New references. */
json_t *format_time_text(const json_t *object, const char *path);
json_t *format_time_ms(const json_t *object, const char *path);

/* Removes nulls, and objects and lists in which nothing is left. */
void format_prune(json_t *value);

/* The forms: each writes the body, and returns how long the message was when
 * the triage was complete; 0: no memory. */
size_t format_sd(const struct format_work *work, struct format_writer *writer);
size_t format_cef(const struct format_work *work, struct format_writer *writer);
size_t format_leef(
    const struct format_work *work, struct format_writer *writer);
size_t format_ecs(const struct format_work *work, struct format_writer *writer);
size_t format_ocsf(
    const struct format_work *work, struct format_writer *writer);

#endif
