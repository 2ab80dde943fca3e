/*
 * Fields: what a reader of one format found in a message, before it means
 * anything.
 *
 * Every reader (JSON, XML, key=value, prose) only fills slots of this flat
 * table; endpoint/normalise.h makes an event of them.  A value is a slice of
 * the message or, where it had to be decoded (escapes, entities, hex), of the
 * table's scratch.  The first value of a slot wins.  fields.def names the slots
 * and the names that the formats give them.  Private to the room.
 *
 * Memory: the caller's; one table, used for each message anew.
 */
#ifndef ENDPOINT_FIELDS_H
#define ENDPOINT_FIELDS_H

#include "base/base.h"

/* A piece of text that is not ended by a zero. */
struct slice {
	const char *text; /* Null: none. */
	size_t size;      /* Bytes. */
};

enum field {
#define FIELD(name, names) FIELD_##name,
#include "endpoint/fields.def"
#undef FIELD
	FIELD_COUNT
};

enum { FIELDS_SCRATCH_SIZE = 65536 };

struct fields {
	struct slice value[FIELD_COUNT];
	const char *open_end; /* Where the body ends, if nothing in its form
	                       * shows that it is whole; else null.  A number
	                       * that ends there may have lost digits. */
	bool was_cut;         /* The reader found that the body ends early. */
	bool message_is_escaped; /* MESSAGE as it stands in JSON: it is long and
	                          * seldom needed. */
	size_t scratch_used;
	char scratch[FIELDS_SCRATCH_SIZE];
};

void fields_clear(struct fields *fields);

/* The slot of a name as formats write it, in whatever case; FIELD_COUNT:
 * none. */
enum field field_of_name(const char *name, size_t size);

/* Sets a slot that is empty; a value of no bytes counts as none. */
void fields_set(
    struct fields *fields, enum field field, const char *text, size_t size);

/* Room for a decoded value: 'size' bytes of scratch; null: there is none left.
 */
char *fields_scratch(struct fields *fields, size_t size);

static inline bool
fields_has(const struct fields *fields, enum field field)
{
	return fields->value[field].text != NULL;
}

#endif
