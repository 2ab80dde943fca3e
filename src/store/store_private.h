/*
 * What the files of the room share of the writer.  Private to the room.
 *
 * Memory: none of its own.
 */
#ifndef STORE_STORE_PRIVATE_H
#define STORE_STORE_PRIVATE_H

#include "store/query.h"
#include "store/store.h"

/* The writer's statements, prepared when first needed and kept. */
enum statement {
#define STATEMENT(name, sql) STATEMENT_##name,
#include "store/statements.def"
#undef STATEMENT
	STATEMENT_COUNT
};

_Static_assert(
    (int)STATEMENT_COUNT <= (int)STORE_STATEMENTS, "room for all of them");

/* Takes the statement up. */
void store_query(
    struct store *store, struct query *query, enum statement which);

/* Whether the batch may go on: 0, or what has undone it; -ENOSPC, which undoes
 * it, where it 'grows' and the reserve is touched. */
int store_may_write(struct store *store, bool grows) SW_MUST_CHECK;

/* Ends a query of a batch; an error undoes the batch. */
int store_end(struct store *store, struct query *query) SW_MUST_CHECK;

/* Runs a query of a batch to its end. */
int store_run(struct store *store, struct query *query) SW_MUST_CHECK;

/* Undoes the batch for 'error' and returns it. */
int store_fail(struct store *store, int error);

/* The number of an alert by its id; -ENOENT, which undoes nothing. */
int store_alert_number(
    struct store *store, const char *id, int64_t *number) SW_MUST_CHECK;

/* Closes the writer's connection; 'as_it_is' where it is suspect. */
void store_disconnect(struct store *store, bool as_it_is);

/* Reads what the outbox must know after opening (outbox.c). */
int store_outbox_start(struct store *store) SW_MUST_CHECK;

/* Makes a destination as it stood, but for what waits; -ENOBUFS: too many. */
int store_put_destination(struct store *store, const char *name,
    const struct store_standing *standing, int64_t *number) SW_MUST_CHECK;

/* Puts an item with its number and its body. */
int store_put_item_as_is(struct store *store, int64_t destination,
    const struct store_item *item) SW_MUST_CHECK;

/* Reads an item from the columns of STATEMENT_NEXT_ITEM; returns its body,
 * null where it has none. */
const char *store_item_from(struct query *query, struct store_item *item);

/* Sets the database aside and puts a new one with what can be read of it in its
 * place (salvage.c).  The connection is closed.  Fills store->report. */
int store_set_aside(
    struct store *store, uint64_t now_ns, const char *reason) SW_MUST_CHECK;

/* Begins and commits without asking for the reserve (salvage.c, retain.c). */
int store_transact(struct store *store, uint64_t now_ns) SW_MUST_CHECK;

/* The same of the database that is open, as it is. */
int store_transact_here(struct store *store, uint64_t now_ns) SW_MUST_CHECK;

/* store_active() of any connection. */
int store_visit_active(sqlite3 *database,
    bool (*visit)(void *context, const struct store_revision *revision,
        const void *state, size_t size),
    void *context) SW_MUST_CHECK;

/* The hash of an entry, over 'previous' and all its fields (audit_chain.c). */
void store_audit_hash(
    const struct store_audit *entry, uint8_t hash[STORE_HASH_SIZE]);

/* Puts an entry of the audit log as it is, number and hashes included. */
int store_put_audit_as_is(
    struct store *store, const struct store_audit *entry) SW_MUST_CHECK;

/* Sets the log's head. */
int store_put_audit_head(struct store *store, uint64_t number,
    const uint8_t hash[STORE_HASH_SIZE], uint64_t cut) SW_MUST_CHECK;

/* Cuts the audit log up to and including entry 'number', whose hash is 'hash',
 * and says so in an entry of its own. */
int store_audit_cut(struct store *store, uint64_t number,
    const uint8_t hash[STORE_HASH_SIZE], const char *reason) SW_MUST_CHECK;

/* Reads an entry from the columns of a query that are, from 'column' on: the
 * members of struct store_audit in their order. */
void store_audit_from(
    struct query *query, int column, struct store_audit *entry);

#endif
