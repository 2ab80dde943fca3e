/*
 * Query: one statement of SQLite being run, with a sticky result.
 *
 * Values are bound in order and columns are read with what they must be; what
 * fails is remembered, so a caller binds and reads a whole row and asks once.
 * A column that is not of the type, range or length that the store writes makes
 * the query unsound: the database is damaged, or was made by somebody else.
 *
 *	query_init(&query, database, statement);
 *	query_number(&query, alert);
 *	query_text(&query, name, STORE_LABEL_SIZE);
 *	while (query_step(&query)) {
 *		time_ns = query_column_number(&query, 0, 0, INT64_MAX);
 *		...
 *	}
 *	error = query_finish(&query);
 *
 * Memory: none but SQLite's.  Private to the room.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include <sqlite3.h>

#include "base/base.h"

struct query {
	sqlite3 *database;
	sqlite3_stmt *statement; /* Null where it could not be prepared. */
	int result;              /* Of SQLite: OK, ROW, DONE or an error. */
	int parameter;           /* The last one bound. */
	bool is_own;             /* To be finalized. */
	bool unsound;            /* A column was not as it must be. */
};

/* Takes a statement that its owner keeps. */
void query_init(
    struct query *query, sqlite3 *database, sqlite3_stmt *statement);

/* Prepares one for this query alone. */
void query_prepare(struct query *query, sqlite3 *database, const char *sql);

/* Binds the next parameter.  The bytes must stay until query_finish(). */
void query_number(struct query *query, int64_t value);
void query_real(struct query *query, double value);
void query_null(struct query *query);
void query_blob(struct query *query, const void *bytes, size_t size);

/* A text, cut to less than 'size' bytes at a whole character; null: NULL. */
void query_text(struct query *query, const char *text, size_t size);
void query_text_of(struct query *query, const char *text, size_t length);

/* The length that query_text() gives a text. */
size_t query_cut_length(const char *text, size_t size);

/* True: there is a row. */
bool query_step(struct query *query);

/* Columns of the row, from 0.  Out of bounds: zero or "", and unsound. */
int64_t query_column_number(
    struct query *query, int column, int64_t least, int64_t most);
double query_column_real(struct query *query, int column);
/* A text shorter than 'size' without zero bytes. */
const char *query_column_text(struct query *query, int column, size_t size);
/* Null where the column is NULL. */
const char *query_column_text_or_null(
    struct query *query, int column, size_t size);
/* A blob of 'least' to 'most' bytes. */
const void *query_column_blob(
    struct query *query, int column, size_t least, size_t most);
bool query_column_is_null(struct query *query, int column);
size_t query_column_size(struct query *query, int column);

/* Ends it; 0, or a negative errno. */
int query_finish(struct query *query) SW_MUST_CHECK;

/* Runs it to its end. */
int query_run(struct query *query) SW_MUST_CHECK;

/* What a result of SQLite is as a negative errno; 0: no error. */
int query_errno(sqlite3 *database, int result);

/* Runs SQL that has no parameters. */
int query_execute(sqlite3 *database, const char *sql) SW_MUST_CHECK;

/* Runs SQL that gives one number. */
int query_one_number(
    sqlite3 *database, const char *sql, int64_t *value) SW_MUST_CHECK;

#endif
