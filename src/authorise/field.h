/*
 * Fields: an entry member by member, by name, as text.  Private to the room.
 *
 * JSON and CSV are two ways of writing the same fields; each is read here, in
 * the words of the configuration file, and written so that it can be read
 * again.  A field that is a list is taken and given item by item.
 *
 * Memory: none.
 */
#ifndef AUTHORISE_FIELD_H
#define AUTHORISE_FIELD_H

#include "authorise/authorise.h"
#include "authorise/entry_text.h"
#include "base/strbuf.h"

enum field {
	FIELD_NAME,
	FIELD_STATE,
	FIELD_SOURCES,
	FIELD_SEGMENTS,
	FIELD_SERVICES,
	FIELD_PROCESS,
	FIELD_USERS,
	FIELD_GRACE,
	FIELD_HOURS,
	FIELD_RATE,
	FIELD_OWNER,
	FIELD_REASON,
	FIELD_TICKET,
	FIELD_EXPIRES,
	/* From here on what the sensor notes. */
	FIELD_ORIGIN,
	FIELD_CREATED_BY,
	FIELD_CREATED_AT,
	FIELD_APPROVED_BY,
	FIELD_APPROVED_AT,
	FIELD_EXTENDED_BY,
	FIELD_EXTENDED_AT,
	FIELD_EXTENSION,
	FIELD_REVOKED_BY,
	FIELD_REVOKED_AT,
	FIELD_COUNT
};

enum { FIELD_ITEM_SIZE = 1024 }; /* Bytes that every item's text fits into. */

/* An entry that is being made of texts. */
struct field_taking {
	struct authorise *authorise;
	struct authorise_entry *entry;
	bool is_kept; /* By the store: it may name segments that are gone, and
	               * what the sensor notes is taken, too. */
	char problem[AUTHORISE_PROBLEM_SIZE];
};

const char *field_name(enum field field);
bool field_is_list(enum field field);
bool field_is_number(enum field field);

/* The field of that name; FIELD_COUNT: there is none. */
enum field field_of(const char *name);

/* Makes an entry to be filled. */
void field_begin(struct field_taking *taking, struct authorise *authorise,
    struct authorise_entry *entry);

/* Takes a text, or an item of a list.  Returns null, or what is wrong as the
 * second half of a sentence. */
const char *field_take(
    struct field_taking *taking, enum field field, const char *text);

/* The first field that must be there and is not; FIELD_COUNT: none. */
enum field field_missing(
    const struct authorise_entry *entry, const char **example);

/* Adds the item 'index' of a list, or, with index 0, the field.  False: there
 * is none. */
bool field_give(const struct authorise *authorise,
    const struct authorise_entry *entry, enum field field, uint32_t index,
    struct strbuf *buffer);

#endif
