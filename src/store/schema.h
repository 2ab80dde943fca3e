/*
 * Schema: the tables of the store, version by version.
 *
 * Each step takes a database from one version to the next, so what is begun
 * today went through all of them, and an old database is brought up by those it
 * lacks.  A step that was released is never changed.  The version is SQLite's
 * user_version; application_id marks the file as ours.
 *
 * A database is trusted only if its schema is, to the letter, what the steps
 * make: so nobody's triggers, views or virtual tables are ever run.
 *
 * Memory: SQLite's; comparing builds the schema once in memory.  Private to the
 *         room.
 */
#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

#include <sqlite3.h>

#include "base/base.h"

enum {
	SCHEMA_APPLICATION = 0x53706157, /* "SpaW" */
	SCHEMA_TEXT_SIZE = 4096,         /* Bytes of one definition. */
};

struct schema_step {
	const char *const *parts; /* SQL, one after the other. */
	uint32_t count;
};

struct schema_steps {
	const struct schema_step *steps; /* steps[i] makes i + 1 of i. */
	uint32_t count;                  /* And so the newest version. */
};

extern const struct schema_steps schema_steps;

/* The version of 'database'; 0: it is empty.  -EUCLEAN: it is another
 * program's. */
int schema_version(sqlite3 *database, uint32_t *version) SW_MUST_CHECK;

/* Makes what is of 'version' the newest, in one transaction. */
int schema_migrate(sqlite3 *database, const struct schema_steps *list,
    uint32_t version) SW_MUST_CHECK;

/* -EUCLEAN: the schema is not the one of 'version'. */
int schema_compare(sqlite3 *database, const struct schema_steps *list,
    uint32_t version) SW_MUST_CHECK;

#endif
