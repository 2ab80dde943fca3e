/*
 * Database: opening SQLite's file so that neither its content nor its size can
 * do harm.
 *
 * Memory: database_start() bounds SQLite's heap for the process.  Private to
 *         the room.
 */
#ifndef STORE_DATABASE_H
#define STORE_DATABASE_H

#include <sqlite3.h>

#include "base/base.h"
#include "store/store.h"

enum { DATABASE_PATH_SIZE = STORE_DIRECTORY_SIZE + STORE_NAME_SIZE + 16 };

enum database_use {
	DATABASE_WRITE,   /* Made where it is not there. */
	DATABASE_READ,    /* Another process may be writing it. */
	DATABASE_SALVAGE, /* Read what can be read of a damaged one. */
	DATABASE_COPY,    /* Made, for a copy of another. */
	DATABASE_ALONE,   /* Only where nobody else has it open. */
};

#define DATABASE_NAME     "spanwatch.db"
#define DATABASE_NEW_NAME "spanwatch.db.new"

/* Writes "DIRECTORY/NAMESUFFIX" and returns 'path'. */
const char *database_path(char path[DATABASE_PATH_SIZE], const char *directory,
    const char *name, const char *suffix);

/* Opens the file; 0, or a negative errno and '*database' is null. */
int database_open(
    const char *path, enum database_use use, sqlite3 **database) SW_MUST_CHECK;

/* Closes without bringing the log in where 'as_it_is'. */
void database_close(sqlite3 *database, bool as_it_is);

/* Bounds the file. */
int database_set_size(sqlite3 *database, uint64_t max_bytes) SW_MUST_CHECK;

/* Checks pages, the size that is checked bounded, and that the schema is ours;
 * brings it up to date.  -EUCLEAN and a reason: damaged.  -EPROTO: newer. */
int database_check(sqlite3 *database, bool migrate, uint32_t *version,
    char reason[STORE_REASON_SIZE]) SW_MUST_CHECK;

/* -EPROTO: the file's head says that a newer program made it.  It is only read,
 * without SQLite. */
int database_peek(
    const char *path, char reason[STORE_REASON_SIZE]) SW_MUST_CHECK;

/* Makes what was done to the directory's names last. */
int database_sync_directory(const char *directory) SW_MUST_CHECK;

/* Removes a database and the files beside it. */
void database_remove(const char *directory, const char *name);

/* Chooses "spanwatch.db.WHY-TIME", which nothing is named yet. */
int database_name_aside(const char *directory, const char *why, uint64_t now_ns,
    char aside[STORE_NAME_SIZE]) SW_MUST_CHECK;

/* Renames the database and its log; there may be none. */
int database_move_aside(const char *directory, const char *aside) SW_MUST_CHECK;

#endif
