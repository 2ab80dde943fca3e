#include "store/query.h"

#include <errno.h>
#include <string.h>

static void bound(struct query *query, int result);

void
query_init(struct query *query, sqlite3 *database, sqlite3_stmt *statement)
{
	*query = (struct query){ .database = database, .statement = statement };
}

void
query_prepare(struct query *query, sqlite3 *database, const char *sql)
{
	*query = (struct query){ .database = database, .is_own = true };
	query->result =
	    sqlite3_prepare_v2(database, sql, -1, &query->statement, NULL);
}

void
query_number(struct query *query, int64_t value)
{
	bound(query,
	    sqlite3_bind_int64(query->statement, ++query->parameter, value));
}

void
query_real(struct query *query, double value)
{
	bound(query,
	    sqlite3_bind_double(query->statement, ++query->parameter, value));
}

void
query_null(struct query *query)
{
	bound(query, sqlite3_bind_null(query->statement, ++query->parameter));
}

void
query_blob(struct query *query, const void *bytes, size_t size)
{
	/* A null pointer would bind NULL, however many bytes it has. */
	bound(query,
	    sqlite3_bind_blob64(query->statement, ++query->parameter,
	        bytes == NULL ? "" : bytes, size, SQLITE_STATIC));
}

void
query_text(struct query *query, const char *text, size_t size)
{
	if (text == NULL) {
		query_null(query);
	} else {
		query_text_of(query, text, query_cut_length(text, size));
	}
}

void
query_text_of(struct query *query, const char *text, size_t length)
{
	bound(query,
	    sqlite3_bind_text64(query->statement, ++query->parameter, text,
	        length, SQLITE_STATIC, SQLITE_UTF8));
}

bool
query_step(struct query *query)
{
	if (query->unsound ||
	    (query->result != SQLITE_OK && query->result != SQLITE_ROW)) {
		return false;
	}
	query->result = sqlite3_step(query->statement);
	return query->result == SQLITE_ROW;
}

int64_t
query_column_number(
    struct query *query, int column, int64_t least, int64_t most)
{
	int64_t value = sqlite3_column_int64(query->statement, column);

	if (sqlite3_column_type(query->statement, column) != SQLITE_INTEGER ||
	    value < least || value > most) {
		query->unsound = true;
		return least;
	}
	return value;
}

double
query_column_real(struct query *query, int column)
{
	if (sqlite3_column_type(query->statement, column) != SQLITE_FLOAT) {
		query->unsound = true;
		return 0;
	}
	return sqlite3_column_double(query->statement, column);
}

const char *
query_column_text(struct query *query, int column, size_t size)
{
	const char *text = NULL;
	size_t length = 0;

	if (sqlite3_column_type(query->statement, column) == SQLITE_TEXT) {
		text =
		    (const char *)sqlite3_column_text(query->statement, column);
		length = query_column_size(query, column);
	}
	if (text == NULL || length >= size || strlen(text) != length) {
		query->unsound = true;
		return "";
	}
	return text;
}

const char *
query_column_text_or_null(struct query *query, int column, size_t size)
{
	return query_column_is_null(query, column)
	    ? NULL
	    : query_column_text(query, column, size);
}

const void *
query_column_blob(struct query *query, int column, size_t least, size_t most)
{
	const void *bytes = NULL;
	size_t size = 0;

	if (sqlite3_column_type(query->statement, column) == SQLITE_BLOB) {
		bytes = sqlite3_column_blob(query->statement, column);
		size = query_column_size(query, column);
	}
	if (size < least || size > most || (bytes == NULL && least > 0)) {
		query->unsound = true;
		return NULL;
	}
	return bytes;
}

bool
query_column_is_null(struct query *query, int column)
{
	return sqlite3_column_type(query->statement, column) == SQLITE_NULL;
}

size_t
query_column_size(struct query *query, int column)
{
	return (size_t)sqlite3_column_bytes(query->statement, column);
}

int
query_finish(struct query *query)
{
	int error = query->unsound
	    ? -EUCLEAN
	    : query_errno(query->database, query->result);

	if (query->is_own) {
		(void)sqlite3_finalize(query->statement);
	} else if (query->statement != NULL) {
		(void)sqlite3_reset(query->statement);
		(void)sqlite3_clear_bindings(query->statement);
	}
	query->statement = NULL;
	return error;
}

int
query_run(struct query *query)
{
	while (query_step(query)) {
	}
	return query_finish(query);
}

int
query_errno(sqlite3 *database, int result)
{
	switch (result & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_FULL:
		return -ENOSPC;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
	case SQLITE_CONSTRAINT: /* Its content contradicts itself. */
	case SQLITE_ERROR:      /* A table that is not there. */
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
	case SQLITE_SCHEMA:
	case SQLITE_FORMAT:
		return -EUCLEAN;
	case SQLITE_NOMEM:
		return -ENOMEM;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return -EBUSY;
	case SQLITE_INTERRUPT:
		return -ETIME;
	default:
		break;
	}
	if (result == SQLITE_IOERR_NOMEM) {
		return -ENOMEM;
	}
	if ((result & 0xff) == SQLITE_IOERR && database != NULL &&
	    (sqlite3_system_errno(database) == ENOSPC ||
	        sqlite3_system_errno(database) == EDQUOT)) {
		return -ENOSPC;
	}
	return -EIO;
}

int
query_execute(sqlite3 *database, const char *sql)
{
	return query_errno(
	    database, sqlite3_exec(database, sql, NULL, NULL, NULL));
}

int
query_one_number(sqlite3 *database, const char *sql, int64_t *value)
{
	struct query query;
	int64_t found = 0;
	int error;

	query_prepare(&query, database, sql);
	if (query_step(&query)) {
		found = query_column_number(&query, 0, INT64_MIN, INT64_MAX);
	}
	error = query_finish(&query);
	if (error == 0) {
		*value = found;
	}
	return error;
}

size_t
query_cut_length(const char *text, size_t size)
{
	size_t length = strnlen(text, size);

	if (length < size) {
		return length;
	}
	length = size - 1;
	while (length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80) {
		length--;
	}
	return length;
}

static void
bound(struct query *query, int result)
{
	if (query->result == SQLITE_OK) {
		query->result = result;
	}
}
