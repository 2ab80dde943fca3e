#include "store/store.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/database.h"
#include "store/reader.h"
#include "store/schema.h"
#include "store/store_private.h"

enum {
	ASIDE_KEPT = 2,     /* Damaged databases, the newest. */
	ROWS_MOST = 200000, /* Carried over of one kind. */
};

/* A database being read, and the store that gets what is in it. */
struct salvage {
	sqlite3 *from;
	struct store *to;
	/* Of the audit log: the last entry carried over, and the first. */
	uint64_t audit_last;
	uint8_t audit_hash[STORE_HASH_SIZE];
	uint64_t audit_cut;
	uint8_t audit_cut_hash[STORE_HASH_SIZE];
	int error; /* Of the store that gets it. */
};

static int make_new(struct store *store, uint64_t now_ns, const char *reason);
static sqlite3 *open_old(struct store *store);
static int carry_over(struct salvage *salvage, const char *reason);
static int save_meta(struct salvage *salvage);
static int save_scanners(struct salvage *salvage);
static int save_audit(struct salvage *salvage);
static int note_in_audit(struct salvage *salvage, const char *reason);
static int save_alerts(struct salvage *salvage);
static bool save_alert(void *context, const struct store_revision *revision,
    const void *state, size_t size);
static int save_outbox(struct salvage *salvage);
static int save_items(
    struct salvage *salvage, int64_t from_number, int64_t number);
static void remove_older(const char *directory);
static int is_aside(const struct dirent *entry);

int
store_set_aside(struct store *store, uint64_t now_ns, const char *reason)
{
	const char *directory = store->settings.directory;
	char path[DATABASE_PATH_SIZE];
	char new_path[DATABASE_PATH_SIZE];
	int error;

	memset(&store->report, 0, sizeof(store->report));
	store->report.found = STORE_SET_ASIDE;
	(void)snprintf(
	    store->report.reason, sizeof(store->report.reason), "%s", reason);
	if ((error = database_name_aside(
	         directory, "damaged", now_ns, store->report.aside)) != 0 ||
	    (error = make_new(store, now_ns, reason)) != 0 ||
	    (error = database_move_aside(directory, store->report.aside)) !=
	        0) {
		return error;
	}
	/* A crash here is ended by finish_swap() at the next start. */
	database_path(path, directory, DATABASE_NAME, "");
	database_path(new_path, directory, DATABASE_NEW_NAME, "");
	if (rename(new_path, path) < 0) {
		return -errno;
	}
	if ((error = database_sync_directory(directory)) == 0) {
		remove_older(directory);
		store->has_news = true;
	}
	return error;
}

/* Makes the new database beside the old, with what can be read of that. */
static int
make_new(struct store *store, uint64_t now_ns, const char *reason)
{
	char path[DATABASE_PATH_SIZE];
	struct salvage salvage = { .to = store };
	uint32_t version;
	int error;

	database_remove(store->settings.directory, DATABASE_NEW_NAME);
	database_path(path, store->settings.directory, DATABASE_NEW_NAME, "");
	if ((error = database_open(path, DATABASE_WRITE, &store->database)) !=
	    0) {
		return error;
	}
	error = database_check(
	    store->database, true, &version, store->report.reason);
	if (error == 0) {
		(void)snprintf(store->report.reason,
		    sizeof(store->report.reason), "%s", reason);
		store->is_suspect = false;
		store->is_damaged = false;
		error = store_transact_here(store, now_ns);
	}
	if (error == 0) {
		salvage.from = open_old(store);
		(void)carry_over(&salvage, reason);
		database_close(salvage.from, true);
		error = store_commit(store);
	}
	/* Its log is brought in, so that it is one file to rename. */
	store_disconnect(store, error != 0);
	if (error != 0) {
		store->is_damaged = true;
		database_remove(store->settings.directory, DATABASE_NEW_NAME);
	}
	return error;
}

/* Null: nothing can be read of it. */
static sqlite3 *
open_old(struct store *store)
{
	char path[DATABASE_PATH_SIZE];
	sqlite3 *old;
	uint32_t version;

	database_path(path, store->settings.directory, DATABASE_NAME, "");
	if (database_open(path, DATABASE_SALVAGE, &old) != 0) {
		return NULL;
	}
	if (schema_version(old, &version) != 0 ||
	    version != schema_steps.count ||
	    schema_compare(old, &schema_steps, version) != 0) {
		database_close(old, true);
		return NULL;
	}
	store->report.version = version;
	return old;
}

/* Goes on after a table that cannot be read to its end. */
static int
carry_over(struct salvage *salvage, const char *reason)
{
	static int (*const parts[])(struct salvage * salvage) = { save_meta,
		save_scanners, save_audit, save_alerts, save_outbox };
	struct store_report *report = &salvage->to->report;

	report->saved_all = salvage->from != NULL;
	if (salvage->from == NULL) {
		return note_in_audit(salvage, reason);
	}
	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		if (parts[i](salvage) != 0) {
			report->saved_all = false;
		}
		if (parts[i] == save_audit) {
			salvage->error = note_in_audit(salvage, reason);
		}
		if (salvage->to->batch_error != 0) {
			break;
		}
	}
	return salvage->to->batch_error;
}

static int
save_meta(struct salvage *salvage)
{
	struct query query;
	int error = 0;

	query_prepare(&query, salvage->from, "SELECT name, value FROM meta");
	while (error == 0 && query_step(&query)) {
		const char *name =
		    query_column_text(&query, 0, STORE_LABEL_SIZE);
		const void *value =
		    query_column_blob(&query, 1, 0, STORE_META_SIZE);

		if (!query.unsound) {
			error = store_put_meta(salvage->to, name, value,
			    query_column_size(&query, 1));
		}
	}
	return query_finish(&query) != 0 ? -EUCLEAN : error;
}

static int
save_scanners(struct salvage *salvage)
{
	struct query query;
	int error = 0;

	query_prepare(&query, salvage->from, READER_SCANNERS);
	while (error == 0 && query_step(&query)) {
		struct store_scanner scanner;

		reader_scanner(&query, &scanner);
		if (!query.unsound) {
			error = store_put_scanner(salvage->to, &scanner);
			salvage->to->report.saved_scanners++;
		}
	}
	return query_finish(&query) != 0 ? -EUCLEAN : error;
}

/* The longest part of the log, from its beginning, whose chain holds. */
static int
save_audit(struct salvage *salvage)
{
	struct query query;
	uint8_t hash[STORE_HASH_SIZE];
	uint64_t count = 0;
	int error = 0;

	query_prepare(&query, salvage->from,
	    "SELECT number, time, actor, origin, action, object, before,"
	    " after, reason, previous, hash FROM audit ORDER BY number");
	while (error == 0 && count < ROWS_MOST && query_step(&query)) {
		struct store_audit entry;

		store_audit_from(&query, 0, &entry);
		if (count == 0 && !query.unsound) {
			salvage->audit_last = entry.number - 1;
			salvage->audit_cut = entry.number - 1;
			memcpy(salvage->audit_hash, entry.previous,
			    STORE_HASH_SIZE);
			memcpy(salvage->audit_cut_hash, entry.previous,
			    STORE_HASH_SIZE);
		}
		store_audit_hash(&entry, hash);
		if (query.unsound || entry.number != salvage->audit_last + 1 ||
		    memcmp(entry.previous, salvage->audit_hash,
		        STORE_HASH_SIZE) != 0 ||
		    memcmp(hash, entry.hash, STORE_HASH_SIZE) != 0) {
			error = -EUCLEAN;
			break;
		}
		error = store_put_audit_as_is(salvage->to, &entry);
		salvage->audit_last = entry.number;
		memcpy(salvage->audit_hash, hash, STORE_HASH_SIZE);
		count++;
	}
	salvage->to->report.saved_audit = (uint32_t)count;
	return query_finish(&query) != 0 ? -EUCLEAN : error;
}

/* The log goes on with an entry that says what has happened, and vouches for
 * where it begins now. */
static int
note_in_audit(struct salvage *salvage, const char *reason)
{
	struct store *store = salvage->to;
	struct store_audit entry = { .actor = "spanwatch",
		.origin = "local",
		.action = "store.set_aside",
		.object = store->report.aside,
		.reason = reason };
	int error = store_put_audit_head(store, salvage->audit_last,
	    salvage->audit_hash, salvage->audit_cut);

	if (error == 0) {
		error = store_put_audit(store, &entry);
	}
	if (error == 0 && salvage->audit_cut > 0) {
		error = store_audit_cut(store, salvage->audit_cut,
		    salvage->audit_cut_hash,
		    "what was before had been dropped earlier");
	}
	return error;
}

static int
save_alerts(struct salvage *salvage)
{
	int error = store_visit_active(salvage->from, save_alert, salvage);

	return error == 0 ? salvage->error : error;
}

static bool
save_alert(void *context, const struct store_revision *revision,
    const void *state, size_t size)
{
	struct salvage *salvage = context;

	salvage->error = store_put_revision(salvage->to, revision);
	if (salvage->error == 0 && state != NULL) {
		salvage->error =
		    store_put_state(salvage->to, revision->id, state, size);
	}
	salvage->to->report.saved_alerts += salvage->error == 0;
	return salvage->error == 0;
}

static int
save_outbox(struct salvage *salvage)
{
	struct query query;
	int error = 0;

	query_prepare(&query, salvage->from,
	    "SELECT number, name, last, acknowledged, lost FROM destination");
	while (error == 0 && query_step(&query)) {
		int64_t from_number =
		    query_column_number(&query, 0, 0, STORE_DESTINATIONS - 1);
		const char *name =
		    query_column_text(&query, 1, STORE_LABEL_SIZE);
		struct store_standing standing = { 0 };
		int64_t number = 0;

		standing.last =
		    (uint64_t)query_column_number(&query, 2, 0, INT64_MAX - 1);
		standing.acknowledged =
		    (uint64_t)query_column_number(&query, 3, 0, INT64_MAX - 1);
		standing.lost =
		    (uint64_t)query_column_number(&query, 4, 0, INT64_MAX - 1);
		if (!query.unsound) {
			error = store_put_destination(
			    salvage->to, name, &standing, &number);
		}
		if (error == 0 && !query.unsound) {
			error = save_items(salvage, from_number, number);
		}
	}
	return query_finish(&query) != 0 ? -EUCLEAN : error;
}

/* Items that refer to a revision get its line, since it may not be there. */
static int
save_items(struct salvage *salvage, int64_t from_number, int64_t number)
{
	struct query query;
	int error = 0;
	int read_error;

	query_prepare(&query, salvage->from, READER_ITEMS);
	query_number(&query, from_number);
	query_number(&query, ROWS_MOST);
	while (error == 0 && query_step(&query)) {
		struct store_item item;

		item.body = NULL;
		const char *body = store_item_from(&query, &item);

		item.body = body;
		if (!query.unsound) {
			error =
			    store_put_item_as_is(salvage->to, number, &item);
			salvage->to->report.saved_outbox++;
		}
	}
	read_error = query_finish(&query);
	if (read_error != 0) {
		/* Those of the other destinations may be readable. */
		salvage->to->report.saved_all = false;
	}
	return error;
}

/* They would fill the disk where damage comes again and again. */
static void
remove_older(const char *directory)
{
	struct dirent **entries;
	int count = scandir(directory, &entries, is_aside, alphasort);

	for (int i = 0; i < count; i++) {
		if (i < count - ASIDE_KEPT) {
			database_remove(directory, entries[i]->d_name);
		}
		free(entries[i]);
	}
	if (count >= 0) {
		free(entries);
	}
}

static int
is_aside(const struct dirent *entry)
{
	static const char prefix[] = DATABASE_NAME ".damaged-";
	size_t length = strlen(entry->d_name);

	return strncmp(entry->d_name, prefix, sizeof(prefix) - 1) == 0 &&
	    (length < 4 || strcmp(entry->d_name + length - 4, "-wal") != 0);
}
