#include "store/store.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "store/database.h"
#include "store/schema.h"
#include "store/store_private.h"

enum { PAUSE_MOST_S = 60 };

static int connect_anew(struct store *store, uint64_t now_ns);
static int finish_swap(struct store *store);
static int open_database(struct store *store, const char *path, bool check);
static int make_ready(struct store *store);
static void note_failure(struct store *store, int error);
static bool is_reserve_touched(const struct store *store);
static uint64_t file_size(const struct store *store, const char *suffix);

static const char *const statement_texts[] = {
#define STATEMENT(name, sql) [STATEMENT_##name] = (sql),
#include "store/statements.def"
#undef STATEMENT
};

int
store_open(struct store *store, const struct store_settings *settings,
    uint64_t now_ns, struct store_report *report)
{
	int error;

	memset(store, 0, sizeof(*store));
	store->settings = *settings;
	store->now_ns = now_ns;
	error = connect_anew(store, now_ns);
	store->has_news = false;
	if (error != 0) {
		note_failure(store, error);
	}
	*report = store->report;
	return error;
}

void
store_close(struct store *store)
{
	if (store->in_batch) {
		store_rollback(store);
	}
	store_disconnect(store, store->is_suspect || store->is_damaged);
}

void
store_set(struct store *store, const struct store_settings *settings)
{
	char directory[STORE_DIRECTORY_SIZE];

	memcpy(directory, store->settings.directory, sizeof(directory));
	store->settings = *settings;
	memcpy(store->settings.directory, directory, sizeof(directory));
	if (store->database != NULL) {
		/* What cannot be bounded now is when it is opened again. */
		(void)!database_set_size(
		    store->database, store->settings.max_bytes);
	}
}

bool
store_news(struct store *store, struct store_report *report)
{
	if (!store->has_news) {
		return false;
	}
	store->has_news = false;
	*report = store->report;
	return true;
}

int
store_begin(struct store *store, uint64_t now_ns)
{
	int error;

	SW_ASSERT(!store->in_batch);
	if (store->state == STORE_FAILING && now_ns < store->retry_ns) {
		return store->error;
	}
	error = store_transact(store, now_ns);
	if (error == 0) {
		store->is_full = is_reserve_touched(store);
	}
	return error;
}

int
store_commit(struct store *store)
{
	int error;

	SW_ASSERT(store->in_batch);
	if (store->batch_error == 0) {
		error = query_execute(store->database, "COMMIT");
		if (error == 0) {
			store->state = STORE_WORKING;
			store->error = 0;
			store->pause_ns = 0;
		} else {
			(void)store_fail(store, error);
		}
	}
	store->in_batch = false;
	return store->batch_error;
}

void
store_rollback(struct store *store)
{
	SW_ASSERT(store->in_batch);
	if (sqlite3_get_autocommit(store->database) == 0) {
		(void)!query_execute(store->database, "ROLLBACK");
	}
	store->in_batch = false;
}

void
store_size(const struct store *store, struct store_size *size)
{
	struct statvfs status;
	int64_t pages = 0;
	int64_t free_pages = 0;
	int64_t page_size = 0;

	*size = (struct store_size){ .max_bytes = store->settings.max_bytes };
	if (store->database != NULL &&
	    query_one_number(store->database, "PRAGMA page_count", &pages) ==
	        0 &&
	    query_one_number(
	        store->database, "PRAGMA freelist_count", &free_pages) == 0 &&
	    query_one_number(store->database, "PRAGMA page_size", &page_size) ==
	        0) {
		size->used_bytes = (uint64_t)((pages - free_pages) * page_size);
	}
	size->file_bytes = file_size(store, "") + file_size(store, "-wal");
	if (statvfs(store->settings.directory, &status) == 0) {
		size->free_bytes = (uint64_t)status.f_bavail * status.f_frsize;
	}
	size->heap_bytes = (uint64_t)sqlite3_memory_used();
	size->heap_peak_bytes = (uint64_t)sqlite3_memory_highwater(0);
}

const char *
store_error_clause(int error)
{
	switch (error) {
	case 0:
		return "working";
	case -ENOSPC:
		return "no space is left for the store";
	case -EUCLEAN:
		return "the store is damaged";
	case -ENOMEM:
		return "the store's heap is used up";
	case -EBUSY:
		return "another program holds the store";
	case -EPROTO:
		return "a newer version of this program made the store";
	case -EACCES:
	case -EPERM:
	case -EROFS:
		return "the store may not be written";
	case -ENOENT:
		return "the store's directory is not there";
	default:
		return "the disk of the store fails";
	}
}

void
store_query(struct store *store, struct query *query, enum statement which)
{
	sqlite3_stmt **kept = &store->statements[which];
	int result = SQLITE_OK;

	if (*kept == NULL) {
		result =
		    sqlite3_prepare_v3(store->database, statement_texts[which],
		        -1, SQLITE_PREPARE_PERSISTENT, kept, NULL);
	}
	query_init(query, store->database, *kept);
	query->result = result;
}

int
store_may_write(struct store *store, bool grows)
{
	SW_ASSERT(store->in_batch);
	if (store->batch_error == 0 && grows && store->is_full) {
		return store_fail(store, -ENOSPC);
	}
	return store->batch_error;
}

int
store_end(struct store *store, struct query *query)
{
	int error = query_finish(query);

	return error == 0 ? 0 : store_fail(store, error);
}

int
store_run(struct store *store, struct query *query)
{
	int error = query_run(query);

	return error == 0 ? 0 : store_fail(store, error);
}

int
store_fail(struct store *store, int error)
{
	store->batch_error = error;
	note_failure(store, error);
	if (sqlite3_get_autocommit(store->database) == 0) {
		(void)!query_execute(store->database, "ROLLBACK");
	}
	return error;
}

int
store_alert_number(struct store *store, const char *id, int64_t *number)
{
	struct query query;
	bool found;
	int error;

	store_query(store, &query, STATEMENT_ALERT_NUMBER);
	query_text(&query, id, STORE_ID_SIZE);
	found = query_step(&query);
	if (found) {
		*number = query_column_number(&query, 0, 1, INT64_MAX);
	}
	error = store_end(store, &query);
	return error == 0 && !found ? -ENOENT : error;
}

void
store_disconnect(struct store *store, bool as_it_is)
{
	for (size_t i = 0; i < ARRAY_SIZE(store->statements); i++) {
		(void)sqlite3_finalize(store->statements[i]);
		store->statements[i] = NULL;
	}
	database_close(store->database, as_it_is);
	store->database = NULL;
}

int
store_transact(struct store *store, uint64_t now_ns)
{
	int error = 0;

	store->now_ns = now_ns;
	if (store->database == NULL || store->is_suspect || store->is_damaged) {
		error = connect_anew(store, now_ns);
	}
	if (error != 0) {
		note_failure(store, error);
		return error;
	}
	return store_transact_here(store, now_ns);
}

int
store_transact_here(struct store *store, uint64_t now_ns)
{
	int error = query_execute(store->database, "BEGIN IMMEDIATE");

	store->now_ns = now_ns;
	if (error != 0) {
		note_failure(store, error);
		return error;
	}
	store->in_batch = true;
	store->is_full = false;
	store->batch_error = 0;
	return 0;
}

/* Opens the database; one that is damaged is set aside. */
static int
connect_anew(struct store *store, uint64_t now_ns)
{
	char path[DATABASE_PATH_SIZE];
	int error;

	database_path(path, store->settings.directory, DATABASE_NAME, "");
	store_disconnect(store, true);
	memset(&store->report, 0, sizeof(store->report));
	store->report.found = STORE_EXISTING;
	if ((error = finish_swap(store)) != 0 ||
	    (error = database_peek(path, store->report.reason)) != 0) {
		return error;
	}
	if (store->is_damaged) {
		error = -EUCLEAN;
	} else {
		error = open_database(store, path, true);
	}
	if (error == -EUCLEAN) {
		char reason[STORE_REASON_SIZE];

		memcpy(reason, store->report.reason, sizeof(reason));
		if (reason[0] == '\0') {
			(void)snprintf(reason, sizeof(reason), "%s",
			    "a page or a row of it is not as it must be");
		}
		store_disconnect(store, true);
		error = store_set_aside(store, now_ns, reason);
		if (error == 0) {
			error = open_database(store, path, false);
		}
	}
	if (error != 0) {
		store_disconnect(store, true);
		return error;
	}
	store->is_suspect = false;
	store->is_damaged = false;
	return 0;
}

/* Ends what a crash has interrupted between setting the old aside and putting
 * the new in its place; the new one is whole by then (salvage.c). */
static int
finish_swap(struct store *store)
{
	char path[DATABASE_PATH_SIZE];
	char new_path[DATABASE_PATH_SIZE];

	database_path(path, store->settings.directory, DATABASE_NAME, "");
	database_path(
	    new_path, store->settings.directory, DATABASE_NEW_NAME, "");
	if (access(path, F_OK) == 0 || access(new_path, F_OK) != 0) {
		return 0;
	}
	if (rename(new_path, path) < 0) {
		return -errno;
	}
	store->report.found = STORE_SET_ASIDE;
	(void)snprintf(store->report.reason, sizeof(store->report.reason), "%s",
	    "it had been set aside before the last start");
	store->has_news = true;
	return database_sync_directory(store->settings.directory);
}

static int
open_database(struct store *store, const char *path, bool check)
{
	uint32_t version;
	int error = database_open(path, DATABASE_WRITE, &store->database);

	if (error == 0 && check) {
		error = database_check(
		    store->database, true, &version, store->report.reason);
		if (error == 0 && store->report.found == STORE_EXISTING) {
			store->report.version = version;
			store->report.found = version == 0 ? STORE_FRESH
			    : version < schema_steps.count ? STORE_MIGRATED
			                                   : STORE_EXISTING;
		}
	}
	return error == 0 ? make_ready(store) : error;
}

static int
make_ready(struct store *store)
{
	int error =
	    database_set_size(store->database, store->settings.max_bytes);

	if (error == 0) {
		error = store_outbox_start(store);
	}
	/* The name of a database that was just made must last as it does. */
	if (error == 0) {
		error = database_sync_directory(store->settings.directory);
	}
	return error;
}

static void
note_failure(struct store *store, int error)
{
	int result = store->database == NULL
	    ? SQLITE_OK
	    : sqlite3_errcode(store->database) & 0xff;

	store->state = STORE_FAILING;
	store->error = error;
	store->pause_ns = store->pause_ns == 0 ? NS_PER_S : 2 * store->pause_ns;
	if (store->pause_ns > PAUSE_MOST_S * NS_PER_S) {
		store->pause_ns = PAUSE_MOST_S * NS_PER_S;
	}
	store->retry_ns = store->now_ns + store->pause_ns;
	if (error == -EIO) {
		store->is_suspect = true;
	} else if (error == -EUCLEAN) {
		/* What a rule of the tables refused may be a fault of ours:
		 * only pages that are damaged are a reason to begin anew. */
		if (result == SQLITE_CONSTRAINT || result == SQLITE_ERROR) {
			store->is_suspect = true;
		} else {
			store->is_damaged = true;
		}
	}
}

static bool
is_reserve_touched(const struct store *store)
{
	struct statvfs status;

	return statvfs(store->settings.directory, &status) == 0 &&
	    (uint64_t)status.f_bavail * status.f_frsize <
	    store->settings.reserve_bytes;
}

static uint64_t
file_size(const struct store *store, const char *suffix)
{
	char path[DATABASE_PATH_SIZE];
	struct stat status;

	database_path(path, store->settings.directory, DATABASE_NAME, suffix);
	return stat(path, &status) == 0 ? (uint64_t)status.st_size : 0;
}
