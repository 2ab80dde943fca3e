#include "store/store_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/database.h"
#include "store/query.h"

enum { PAGES_A_STEP = 256 };

/* Whom to tell how far a copy is. */
struct progress {
	bool (*tell)(void *context, uint64_t done, uint64_t total);
	void *context;
};

static int copy(
    sqlite3 *from, const char *path, const struct progress *progress);
static int run_copy(sqlite3_backup *backup, const struct progress *progress);
static int sync_file(const char *path);
static int check_backup(
    struct store_reader *backup, const char *path, char *reason);
static int check_audit(struct store_reader *backup, char *reason);
static int check_place(const char *directory, bool force, char *reason);
static int put_in_place(struct store_reader *backup, const char *directory,
    uint64_t now_ns, char *aside);

int
store_backup(struct store_reader *reader, const char *path,
    bool (*progress)(void *context, uint64_t done, uint64_t total),
    void *context)
{
	const struct progress told = { progress, context };
	char new_path[DATABASE_PATH_SIZE];
	int length = snprintf(new_path, sizeof(new_path), "%s.new", path);
	int error;

	if (length < 0 || (size_t)length >= sizeof(new_path)) {
		return -ENAMETOOLONG;
	}
	if (access(path, F_OK) == 0) {
		(void)snprintf(reader->reason, sizeof(reader->reason),
		    "there is a file of that name already");
		return -EEXIST;
	}
	(void)unlink(new_path);
	error = copy(reader->database, new_path, &told);
	/* Linking, unlike renaming, replaces nothing. */
	if (error == 0 && link(new_path, path) < 0) {
		error = -errno;
	}
	(void)unlink(new_path);
	if (error != 0) {
		(void)snprintf(reader->reason, sizeof(reader->reason), "%s",
		    error == -ECANCELED ? "it was ended"
		                        : store_error_clause(error));
	}
	return error;
}

int
store_restore(const char *path, const char *directory, bool force,
    uint64_t now_ns, char *aside, char *reason)
{
	struct store_reader backup = { .is_own = true };
	int error;

	aside[0] = '\0';
	reason[0] = '\0';
	if ((error = check_backup(&backup, path, reason)) == 0 &&
	    (error = check_place(directory, force, reason)) == 0) {
		error = put_in_place(&backup, directory, now_ns, aside);
		if (error != 0) {
			(void)snprintf(reason, STORE_REASON_SIZE, "%s",
			    store_error_clause(error));
		}
	}
	store_reader_close(&backup);
	return error;
}

/* Copies a database as it is at one instant.  The view is held while it is
 * copied: else each batch of the writer's would make it begin anew. */
static int
copy(sqlite3 *from, const char *path, const struct progress *progress)
{
	sqlite3 *to = NULL;
	sqlite3_backup *backup;
	int64_t tables;
	bool holds = sqlite3_get_autocommit(from) != 0;
	int error = 0;
	int end_error;

	if (holds && (error = query_execute(from, "BEGIN")) != 0) {
		return error;
	}
	if ((error = query_one_number(
	         from, "SELECT count(*) FROM sqlite_schema", &tables)) == 0 &&
	    (error = database_open(path, DATABASE_COPY, &to)) == 0) {
		backup = sqlite3_backup_init(to, "main", from, "main");
		error = backup == NULL ? query_errno(to, sqlite3_errcode(to))
		                       : run_copy(backup, progress);
		end_error = query_errno(to, sqlite3_backup_finish(backup));
		error = error != 0 ? error : end_error;
		database_close(to, false);
	}
	if (holds) {
		end_error = query_execute(from, "ROLLBACK");
		error = error != 0 ? error : end_error;
	}
	return error != 0 ? error : sync_file(path);
}

static int
run_copy(sqlite3_backup *backup, const struct progress *progress)
{
	int result;

	do {
		uint64_t total;
		uint64_t left;

		result = sqlite3_backup_step(backup, PAGES_A_STEP);
		total = (uint64_t)sqlite3_backup_pagecount(backup);
		left = (uint64_t)sqlite3_backup_remaining(backup);
		if (progress->tell != NULL &&
		    !progress->tell(progress->context, total - left, total)) {
			return -ECANCELED;
		}
	} while (result == SQLITE_OK);
	return query_errno(NULL, result);
}

static int
sync_file(const char *path)
{
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
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

static int
check_backup(struct store_reader *backup, const char *path, char *reason)
{
	uint32_t version = 0;
	int error;

	if (access(path, R_OK) < 0) {
		error = -errno;
		(void)snprintf(reason, STORE_REASON_SIZE,
		    "the backup cannot be read: %s", strerror(-error));
		return error;
	}
	if ((error = database_peek(path, reason)) != 0) {
		return error;
	}
	if ((error = database_open(path, DATABASE_READ, &backup->database)) ==
	    0) {
		error =
		    database_check(backup->database, false, &version, reason);
	}
	if (error == 0 && version == 0) {
		error = -EUCLEAN;
		(void)snprintf(
		    reason, STORE_REASON_SIZE, "%s", "the backup is empty");
	}
	if (error == 0) {
		error = check_audit(backup, reason);
	}
	if (error != 0 && reason[0] == '\0') {
		(void)snprintf(reason, STORE_REASON_SIZE,
		    "the backup cannot be read: %s", store_error_clause(error));
	}
	return error;
}

static int
check_audit(struct store_reader *backup, char *reason)
{
	struct store_audit_verdict verdict;
	int error = store_audit_verify(backup, &verdict);

	if (error == 0 && verdict.broken != 0) {
		error = -EUCLEAN;
		(void)snprintf(reason, STORE_REASON_SIZE,
		    "entry %llu of its audit log is broken: %.180s",
		    (unsigned long long)verdict.broken, verdict.why);
	}
	return error;
}

/* Whether the directory's database may be replaced. */
static int
check_place(const char *directory, bool force, char *reason)
{
	char path[DATABASE_PATH_SIZE];
	sqlite3 *there;
	int64_t tables;
	int error;

	database_path(path, directory, DATABASE_NAME, "");
	if (access(path, F_OK) < 0) {
		return errno == ENOENT ? 0 : -errno;
	}
	/* Whoever has it open keeps a lock that this one does not go with. */
	error = database_open(path, DATABASE_ALONE, &there);
	if (error == 0) {
		error = query_one_number(
		    there, "SELECT count(*) FROM sqlite_schema", &tables);
		database_close(there, true);
	}
	if (error == -EBUSY) {
		(void)snprintf(reason, STORE_REASON_SIZE, "%s",
		    "the store is in use: stop the sensor first");
		return -EBUSY;
	}
	if (!force) {
		(void)snprintf(reason, STORE_REASON_SIZE, "%s",
		    "there is a store already; it is replaced, and kept aside,"
		    " only if that is forced");
		return -EEXIST;
	}
	return 0;
}

/* Should it end between the two names, the next start goes on there, as after
 * setting a damaged one aside. */
static int
put_in_place(struct store_reader *backup, const char *directory,
    uint64_t now_ns, char *aside)
{
	const struct progress nobody = { NULL, NULL };
	char path[DATABASE_PATH_SIZE];
	char new_path[DATABASE_PATH_SIZE];
	char name[STORE_NAME_SIZE];
	bool is_there;
	int error;

	database_path(path, directory, DATABASE_NAME, "");
	is_there = access(path, F_OK) == 0;
	database_remove(directory, DATABASE_NEW_NAME);
	database_path(new_path, directory, DATABASE_NEW_NAME, "");
	if ((error = copy(backup->database, new_path, &nobody)) != 0 ||
	    (error = database_name_aside(directory, "before", now_ns, name)) !=
	        0 ||
	    (error = database_move_aside(directory, name)) != 0) {
		return error;
	}
	if (rename(new_path, path) < 0) {
		return -errno;
	}
	if (is_there) {
		memcpy(aside, name, STORE_NAME_SIZE);
	}
	return database_sync_directory(directory);
}
