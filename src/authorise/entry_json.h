/*
 * Entries as JSON objects, with the fields of docs/authorised.md.
 *
 * Memory: jansson's; null where there is none.
 */
#ifndef AUTHORISE_ENTRY_JSON_H
#define AUTHORISE_ENTRY_JSON_H

#include <jansson.h>

#include "authorise/authorise.h"

enum { AUTHORISE_FIELD_SIZE = 24 };

/* What is wrong with an entry that was handed in. */
struct authorise_mistake {
	uint32_t row; /* Of a table or list, from 1; 0: of none. */
	char field[AUTHORISE_FIELD_SIZE]; /* Empty: of no single field. */
	char sentence[AUTHORISE_SENTENCE_SIZE];
};

/* The entry as it is kept: what the store and the audit log hold. */
json_t *authorise_entry_json(
    const struct authorise *authorise, const struct authorise_entry *entry);

/* The same with what follows from it at 'now_ns': its state (expired too),
 * hits, breadth and warnings. */
json_t *authorise_record_json(const struct authorise *authorise,
    const struct authorise_record *record, uint64_t now_ns);

/* Makes an entry of an object.  'is_kept': it is what authorise_entry_json()
 * gave; else what the sensor notes itself is passed over.  False: '*mistake'
 * says what is wrong. */
bool authorise_entry_from_json(struct authorise *authorise,
    const json_t *object, bool is_kept, struct authorise_entry *entry,
    struct authorise_mistake *mistake);

#endif
