#include "store/database.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/bytes.h"
#include "store/query.h"
#include "store/schema.h"

enum {
	PAGE_SIZE = 4096,
	ASIDE_TRIES = 100, /* Names for those of one second. */
	/* A row with its line, or one with a scanner's entry, and its head. */
	ROW_SIZE = 3 * STORE_LINE_SIZE,
	WRITER_WAIT_MS = 250, /* For readers that recover the log. */
	READER_WAIT_MS = 2000,
};

/* Of a database file's head (sqlite.org/fileformat2.html, section 1.3). */
enum {
	HEAD_SIZE = 100,
	HEAD_USER_VERSION = 60,
	HEAD_APPLICATION = 68,
};

static int start(void);
static int set_up(sqlite3 *database, enum database_use use);
static int set_pragmas(sqlite3 *database, enum database_use use);
static void set_limits(sqlite3 *database);
static int check_pages(sqlite3 *database, char *reason);
static int check_rows(sqlite3 *database, const char *sql, char *reason);
static void say(char *reason, const char *text);

const char *
database_path(char path[DATABASE_PATH_SIZE], const char *directory,
    const char *name, const char *suffix)
{
	(void)snprintf(
	    path, DATABASE_PATH_SIZE, "%s/%s%s", directory, name, suffix);
	return path;
}

int
database_open(const char *path, enum database_use use, sqlite3 **database)
{
	int flags =
	    use == DATABASE_READ ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE;
	sqlite3 *opened = NULL;
	int error;

	*database = NULL;
	if ((error = start()) != 0) {
		return error;
	}
	/* SQLite would let everybody read it; the files beside it are made
	 * with the rights of this one. */
	if (use == DATABASE_WRITE || use == DATABASE_COPY) {
		int descriptor =
		    open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

		if (descriptor < 0) {
			return -errno;
		}
		close(descriptor);
	}
	error = query_errno(NULL,
	    sqlite3_open_v2(
	        path, &opened, flags | SQLITE_OPEN_EXRESCODE, NULL));
	if (error == 0) {
		error = set_up(opened, use);
	}
	if (error != 0) {
		database_close(opened, true);
		return error;
	}
	*database = opened;
	return 0;
}

void
database_close(sqlite3 *database, bool as_it_is)
{
	if (database != NULL) {
		(void)sqlite3_db_config(database,
		    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, as_it_is ? 1 : 0, NULL);
		(void)sqlite3_close_v2(database);
	}
}

int
database_set_size(sqlite3 *database, uint64_t max_bytes)
{
	char sql[64];

	(void)snprintf(sql, sizeof(sql), "PRAGMA max_page_count = %llu",
	    (unsigned long long)max_bytes / PAGE_SIZE + 1);
	return query_execute(database, sql);
}

int
database_check(sqlite3 *database, bool migrate, uint32_t *version,
    char reason[STORE_REASON_SIZE])
{
	int error = schema_version(database, version);

	if (error != 0) {
		say(reason, "it is no database of this program");
		return error;
	}
	if (*version > schema_steps.count) {
		say(reason, "a newer version of this program made the store");
		return -EPROTO;
	}
	if (*version > 0) {
		error = check_pages(database, reason);
		if (error == 0 &&
		    (error = schema_compare(
		         database, &schema_steps, *version)) == -EUCLEAN) {
			say(reason, "its tables are not those of this program");
		}
	}
	if (error == 0 && migrate && *version < schema_steps.count) {
		say(reason,
		    "its tables could not be made or brought up to date");
		error = schema_migrate(database, &schema_steps, *version);
	}
	return error;
}

int
database_peek(const char *path, char reason[STORE_REASON_SIZE])
{
	uint8_t head[HEAD_SIZE];
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t size;

	if (descriptor < 0) {
		return errno == ENOENT ? 0 : -errno;
	}
	size = pread(descriptor, head, sizeof(head), 0);
	close(descriptor);
	if (size == (ssize_t)sizeof(head) &&
	    load_be32(head + HEAD_APPLICATION) == SCHEMA_APPLICATION &&
	    load_be32(head + HEAD_USER_VERSION) > schema_steps.count) {
		(void)snprintf(reason, STORE_REASON_SIZE,
		    "the store is of version %u, and this program knows versions"
		    " up to %u: a newer version of it made the store",
		    load_be32(head + HEAD_USER_VERSION), schema_steps.count);
		return -EPROTO;
	}
	return 0;
}

int
database_sync_directory(const char *directory)
{
	int descriptor = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int error = 0;

	if (descriptor < 0) {
		return -errno;
	}
	if (fsync(descriptor) < 0) {
		error = -errno;
	}
	close(descriptor);
	return error;
}

void
database_remove(const char *directory, const char *name)
{
	static const char *const suffixes[] = { "", "-wal", "-shm",
		"-journal" };
	char path[DATABASE_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		(void)unlink(database_path(path, directory, name, suffixes[i]));
	}
}

int
database_name_aside(const char *directory, const char *why, uint64_t now_ns,
    char aside[STORE_NAME_SIZE])
{
	time_t now_s = (time_t)(now_ns / NS_PER_S);
	char path[DATABASE_PATH_SIZE];
	struct tm fields;
	char when[24];

	if (gmtime_r(&now_s, &fields) == NULL ||
	    strftime(when, sizeof(when), "%Y%m%dT%H%M%SZ", &fields) == 0) {
		return -EINVAL;
	}
	for (int i = 0; i < ASIDE_TRIES; i++) {
		(void)snprintf(aside, STORE_NAME_SIZE,
		    DATABASE_NAME ".%s-%s-%02d", why, when, i);
		database_path(path, directory, aside, "");
		if (access(path, F_OK) != 0) {
			return 0;
		}
	}
	return -EEXIST;
}

/* The log goes first: should it end there, the next start finds the database
 * still damaged and sets that aside. */
int
database_move_aside(const char *directory, const char *aside)
{
	static const char *const suffixes[] = { "-wal", "" };
	char from[DATABASE_PATH_SIZE];
	char to[DATABASE_PATH_SIZE];

	for (size_t i = 0; i < ARRAY_SIZE(suffixes); i++) {
		database_path(from, directory, DATABASE_NAME, suffixes[i]);
		database_path(to, directory, aside, suffixes[i]);
		if (rename(from, to) < 0 && errno != ENOENT) {
			return -errno;
		}
	}
	(void)unlink(database_path(from, directory, DATABASE_NAME, "-shm"));
	return database_sync_directory(directory);
}

/* Once a process, before all else of SQLite. */
static int
start(void)
{
	static bool is_started;

	if (is_started) {
		return 0;
	}
	(void)sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
	(void)sqlite3_config(SQLITE_CONFIG_URI, 0);
	if (sqlite3_initialize() != SQLITE_OK) {
		return -ENOMEM;
	}
	(void)sqlite3_hard_heap_limit64(CONFIG_STORE_HEAP_KIB * 1024ll);
	is_started = true;
	return 0;
}

static int
set_up(sqlite3 *database, enum database_use use)
{
	static const int settings[][2] = {
		{ SQLITE_DBCONFIG_DEFENSIVE, 1 },
		{ SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0 },
		{ SQLITE_DBCONFIG_ENABLE_VIEW, 0 },
		{ SQLITE_DBCONFIG_DQS_DDL, 0 },
		{ SQLITE_DBCONFIG_DQS_DML, 0 },
		{ SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0 },
		{ SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(settings); i++) {
		int result = sqlite3_db_config(
		    database, settings[i][0], settings[i][1], NULL);

		if (NEVER(result != SQLITE_OK)) {
			return query_errno(database, result);
		}
	}
	if (use != DATABASE_WRITE) {
		(void)sqlite3_db_config(
		    database, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	}
	(void)sqlite3_busy_timeout(
	    database, use == DATABASE_WRITE ? WRITER_WAIT_MS : READER_WAIT_MS);
	set_limits(database);
	return set_pragmas(database, use);
}

static int
set_pragmas(sqlite3 *database, enum database_use use)
{
	char sql[512];
	int error;

	/* The lock is taken with the first page that is read. */
	if (use == DATABASE_ALONE &&
	    (error = query_execute(
	         database, "PRAGMA locking_mode = EXCLUSIVE")) != 0) {
		return error;
	}
	(void)snprintf(sql, sizeof(sql),
	    "PRAGMA cell_size_check = ON; PRAGMA mmap_size = 0;"
	    "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -%d",
	    CONFIG_STORE_HEAP_KIB / 2);
	if ((error = query_execute(database, sql)) != 0 ||
	    use == DATABASE_COPY) {
		return error;
	}
	if (use != DATABASE_WRITE) {
		return query_execute(database, "PRAGMA query_only = ON");
	}
	/* The vacuum's kind must be chosen before the first table is made. */
	return query_execute(database,
	    "PRAGMA auto_vacuum = INCREMENTAL; PRAGMA journal_mode = WAL;"
	    "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
	    "PRAGMA recursive_triggers = ON; PRAGMA secure_delete = FAST;"
	    "PRAGMA wal_autocheckpoint = 1000;"
	    "PRAGMA journal_size_limit = 8388608");
}

static void
set_limits(sqlite3 *database)
{
	static const int limits[][2] = {
		{ SQLITE_LIMIT_LENGTH, ROW_SIZE },
		{ SQLITE_LIMIT_SQL_LENGTH, 16384 },
		{ SQLITE_LIMIT_COLUMN, 64 },
		{ SQLITE_LIMIT_EXPR_DEPTH, 64 },
		{ SQLITE_LIMIT_COMPOUND_SELECT, 8 },
		{ SQLITE_LIMIT_VDBE_OP, 25000 },
		{ SQLITE_LIMIT_FUNCTION_ARG, 16 },
		{ SQLITE_LIMIT_ATTACHED, 0 },
		{ SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1024 },
		{ SQLITE_LIMIT_VARIABLE_NUMBER, 64 },
		{ SQLITE_LIMIT_TRIGGER_DEPTH, 8 },
		{ SQLITE_LIMIT_WORKER_THREADS, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(limits); i++) {
		(void)sqlite3_limit(database, limits[i][0], limits[i][1]);
	}
}

static int
check_pages(sqlite3 *database, char *reason)
{
	/* Without these the sensor would lose its place. */
	static const char *const tables[] = { "PRAGMA quick_check(meta)",
		"PRAGMA quick_check(alert)", "PRAGMA quick_check(state)",
		"PRAGMA quick_check(audit_head)", "PRAGMA quick_check(scanner)",
		"PRAGMA quick_check(destination)",
		"PRAGMA quick_check(outbox)" };
	int64_t pages;
	int error = query_one_number(database, "PRAGMA page_count", &pages);

	if (error != 0) {
		return error;
	}
	if (pages <= CONFIG_STORE_CHECK_MIB * (1024ll * 1024 / PAGE_SIZE)) {
		return check_rows(database, "PRAGMA quick_check(1)", reason);
	}
	for (size_t i = 0; i < ARRAY_SIZE(tables) && error == 0; i++) {
		error = check_rows(database, tables[i], reason);
	}
	return error;
}

static int
check_rows(sqlite3 *database, const char *sql, char *reason)
{
	struct query query;
	bool is_sound = false;
	int error;

	query_prepare(&query, database, sql);
	if (query_step(&query)) {
		const char *text =
		    query_column_text(&query, 0, SCHEMA_TEXT_SIZE);

		is_sound = strcmp(text, "ok") == 0;
		if (!is_sound) {
			say(reason, text);
		}
	}
	error = query_finish(&query);
	return error == 0 && !is_sound ? -EUCLEAN : error;
}

/* The first line of a text, without what would not be printed. */
static void
say(char *reason, const char *text)
{
	(void)snprintf(
	    reason, STORE_REASON_SIZE, "%.*s", (int)strcspn(text, "\n"), text);
}
