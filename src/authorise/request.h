/*
 * Requests: how people change the entries, and what is kept of it.
 *
 * A request is a JSON object, {"do": "scanners.add", ...}; whoever takes it in
 * from a socket or the web says who asks.  Every change of an entry goes
 * through here and gives a struct authorise_change: the entry before and after
 * as JSON, for the store and the audit log.  What fails changes nothing and
 * says why in a sentence.
 *
 *	scanners.list     {state?: WORD}                -> entries
 *	scanners.show     {name}                        -> entry
 *	scanners.add      {entry: {...}}                -> entry
 *	scanners.approve  {name}                        -> entry
 *	scanners.extend   {name, expires}               -> entry
 *	scanners.revoke   {name}                        -> entry
 *	scanners.import   {entries: [{...}], dry_run?}  -> imported
 *	scanners.import   {csv: TEXT, dry_run?}         -> imported
 *	scanners.export   {}                            -> entries
 *	scanners.suggest  {}                            -> entries
 *
 * Answers are {"ok": true, ...} or {"ok": false, "error": SENTENCE}; an import
 * that fails also has "errors": [{row, field, error}].  docs/authorised.md shows
 * them.  A row is counted as a spreadsheet does: of a table the names are the
 * first.
 *
 * An import is taken whole or not at all.  Its changes are given out one at a
 * time by authorise_next_change(), since a change is for one entry.
 *
 * Memory: jansson's, bounded by the request.
 */
#ifndef AUTHORISE_REQUEST_H
#define AUTHORISE_REQUEST_H

#include <jansson.h>

#include "authorise/authorise.h"
#include "authorise/suggest.h"

enum { AUTHORISE_IMPORT_COUNT = CONFIG_AUTHORISE_ENTRY_COUNT };

/* Who asks, as the audit log will have it. */
struct authorise_asker {
	const char *by;   /* The name of an account. */
	const char *from; /* "local", or the address. */
};

/* What was changed: for the store, which keeps 'after' under 'name', and for
 * the audit log.  'is_made': there is something. */
struct authorise_change {
	bool is_made;
	char name[POLICY_NAME_SIZE];
	char what[32]; /* "scanners.extend" */
	char sentence[AUTHORISE_SENTENCE_SIZE];
	const json_t *before; /* JSON null: there was none. */
	const json_t *after;
	/* All that the request changed; the above is one of them. */
	json_t *all;
	size_t at;
};

/* Does what 'request' asks.  '*answer' is the caller's to json_decref() (null:
 * no memory), and '*change' to authorise_change_finish(). */
void authorise_request(struct authorise *authorise, const json_t *request,
    const struct authorise_asker *who, uint64_t now_ns, json_t **answer,
    struct authorise_change *change);

/* Moves '*change' on to the next entry that the request changed; false: that
 * was the last. */
bool authorise_next_change(struct authorise_change *change);

void authorise_change_finish(struct authorise_change *change);

/* Takes back what was kept of an entry of people: a change's 'after'.  False:
 * it is none, or there is no room for it. */
bool authorise_load(struct authorise *authorise, const json_t *kept);

/* The same of the hits, which are no change that anybody made. */
void authorise_load_hits(struct authorise *authorise, const char *name,
    uint64_t count, uint64_t last_ns);

#endif
