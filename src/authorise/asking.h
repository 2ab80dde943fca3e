/*
 * Asking: one request while it is answered.  Private to the room.
 *
 * A function that answers returns true, with its part of the answer given, or
 * false, with what asking_refuse() says; it then has changed nothing.
 */
#ifndef AUTHORISE_ASKING_H
#define AUTHORISE_ASKING_H

#include <jansson.h>

#include "authorise/entry_json.h"
#include "authorise/request.h"

enum { ASKING_ERROR_SIZE = 512 };

struct asking {
	struct authorise *authorise;
	const json_t *request;
	const struct authorise_asker *who;
	uint64_t now_ns;
	const char *what; /* "scanners.add" */
	json_t *answer;
	json_t *changes;
	json_t *errors; /* Of an import; null: none. */
	char error[ASKING_ERROR_SIZE];
};

/* request.c */
bool asking_refuse(struct asking *asking, const char *format, ...)
    SW_PRINTF(2, 3);
struct authorise_record *asking_find(struct asking *asking);
bool asking_give(struct asking *asking, const char *name, json_t *value);

/* Notes a change; 'before' and 'after' are taken over.  False: no memory. */
bool asking_note_change(struct asking *asking, const char *name, json_t *before,
    json_t *after, const char *sentence);

/* change.c */
bool asking_add(struct asking *asking);
bool asking_approve(struct asking *asking);
bool asking_extend(struct asking *asking);
bool asking_revoke(struct asking *asking);

/* Checks an entry that is to be new.  False: '*mistake' says what is wrong. */
bool asking_check_new(struct asking *asking,
    const struct authorise_entry *entry, struct authorise_mistake *mistake);

/* Enters a checked one, for which there must be room, and notes that. */
bool asking_enter(struct asking *asking, const struct authorise_entry *entry,
    struct authorise_record **record);

/* How many entries there is room for. */
uint32_t asking_room(const struct asking *asking);

/* import.c */
bool asking_import(struct asking *asking);

#endif
