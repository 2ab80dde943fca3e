#include "store/schema.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "store/query.h"

/* Version 1.  Times are nanoseconds since 1970, addresses 16 bytes; numbers of
 * kinds are those of store_records.h. */
static const char *const version_1[] = {
	"CREATE TABLE meta ("
	" name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;",

	"CREATE TABLE alert ("
	" number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,"
	" revision INTEGER NOT NULL, status INTEGER NOT NULL,"
	" active INTEGER NOT NULL, severity INTEGER NOT NULL,"
	" score INTEGER NOT NULL, time INTEGER NOT NULL,"
	" first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL,"
	" source BLOB, confidence INTEGER NOT NULL,"
	" evidence_dropped INTEGER NOT NULL DEFAULT 0,"
	" has_evidence INTEGER NOT NULL DEFAULT 0,"
	" kinds TEXT NOT NULL, host TEXT, segment TEXT, image TEXT, user TEXT,"
	" authorised TEXT, search TEXT) STRICT;"
	"CREATE INDEX alert_by_status ON alert (status, id);"
	"CREATE INDEX alert_by_source ON alert (source, id);"
	"CREATE INDEX alert_by_age ON alert (last_seen);"
	"CREATE INDEX alert_active ON alert (number) WHERE active = 1;"
	"CREATE INDEX alert_evidence ON alert (last_seen)"
	" WHERE has_evidence = 1;",

	"CREATE TABLE alert_target ("
	" alert INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,"
	" segment TEXT NOT NULL, PRIMARY KEY (alert, segment))"
	" STRICT, WITHOUT ROWID;",

	"CREATE TABLE revision ("
	" alert INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,"
	" revision INTEGER NOT NULL, time INTEGER NOT NULL,"
	" line TEXT NOT NULL, PRIMARY KEY (alert, revision)) STRICT;",

	"CREATE TABLE state ("
	" alert INTEGER PRIMARY KEY REFERENCES alert ON DELETE CASCADE,"
	" state BLOB NOT NULL) STRICT;",

	"CREATE TABLE packet ("
	" alert INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,"
	" place INTEGER NOT NULL, time INTEGER NOT NULL,"
	" wire_size INTEGER NOT NULL, link_type INTEGER NOT NULL,"
	" interface INTEGER NOT NULL, bytes BLOB NOT NULL,"
	" PRIMARY KEY (alert, place)) STRICT, WITHOUT ROWID;",

	"CREATE TABLE probe ("
	" alert INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,"
	" place INTEGER NOT NULL, time INTEGER NOT NULL,"
	" target BLOB NOT NULL, protocol INTEGER NOT NULL,"
	" port INTEGER NOT NULL, outcome INTEGER NOT NULL,"
	" PRIMARY KEY (alert, place)) STRICT, WITHOUT ROWID;",

	"CREATE TABLE event ("
	" alert INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,"
	" place INTEGER NOT NULL, time INTEGER NOT NULL,"
	" json TEXT NOT NULL, PRIMARY KEY (alert, place)) STRICT;",

	"CREATE TABLE act ("
	" alert INTEGER NOT NULL REFERENCES alert ON DELETE CASCADE,"
	" place INTEGER NOT NULL, time INTEGER NOT NULL,"
	" revision INTEGER NOT NULL, who TEXT NOT NULL, act TEXT NOT NULL,"
	" text TEXT, PRIMARY KEY (alert, place)) STRICT, WITHOUT ROWID;",

	"CREATE TABLE audit ("
	" number INTEGER PRIMARY KEY, time INTEGER NOT NULL,"
	" actor TEXT NOT NULL, origin TEXT NOT NULL, action TEXT NOT NULL,"
	" object TEXT, before TEXT, after TEXT, reason TEXT,"
	" previous BLOB NOT NULL, hash BLOB NOT NULL) STRICT;"
	/* The last entry, and up to which number retention has cut. */
	"CREATE TABLE audit_head ("
	" one INTEGER PRIMARY KEY CHECK (one = 1), number INTEGER NOT NULL,"
	" hash BLOB NOT NULL, cut INTEGER NOT NULL) STRICT;"
	"INSERT INTO audit_head VALUES (1, 0, zeroblob(32), 0);"
	"CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN"
	" SELECT RAISE(ABORT, 'the audit log is only added to'); END;"
	"CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit"
	" WHEN OLD.number > (SELECT cut FROM audit_head) BEGIN"
	" SELECT RAISE(ABORT, 'the audit log is only added to'); END;",

	"CREATE TABLE scanner ("
	" name TEXT PRIMARY KEY, version INTEGER NOT NULL,"
	" state INTEGER NOT NULL, changed INTEGER NOT NULL,"
	" json TEXT NOT NULL) STRICT;",

	"CREATE TABLE summary ("
	" kind INTEGER NOT NULL, hour INTEGER NOT NULL, key TEXT NOT NULL,"
	" probes INTEGER NOT NULL, answered INTEGER NOT NULL,"
	" refused INTEGER NOT NULL, filtered INTEGER NOT NULL,"
	" silent INTEGER NOT NULL, alerts INTEGER NOT NULL,"
	" most_targets INTEGER NOT NULL, most_services INTEGER NOT NULL,"
	" most_sources INTEGER NOT NULL, PRIMARY KEY (kind, hour, key))"
	" STRICT, WITHOUT ROWID;",

	"CREATE TABLE health ("
	" span INTEGER NOT NULL, time INTEGER NOT NULL, metric TEXT NOT NULL,"
	" count INTEGER NOT NULL, minimum INTEGER NOT NULL,"
	" maximum INTEGER NOT NULL, total REAL NOT NULL,"
	" PRIMARY KEY (span, time, metric)) STRICT, WITHOUT ROWID;",

	"CREATE TABLE destination ("
	" number INTEGER PRIMARY KEY CHECK (number BETWEEN 0 AND 15),"
	" name TEXT NOT NULL UNIQUE, last INTEGER NOT NULL,"
	" acknowledged INTEGER NOT NULL, lost INTEGER NOT NULL,"
	" waiting INTEGER NOT NULL, waiting_bytes INTEGER NOT NULL) STRICT;",

	"CREATE TABLE outbox ("
	" destination INTEGER NOT NULL REFERENCES destination"
	" ON DELETE CASCADE,"
	" sequence INTEGER NOT NULL, kind INTEGER NOT NULL,"
	" severity INTEGER NOT NULL, time INTEGER NOT NULL,"
	" bytes INTEGER NOT NULL, alert INTEGER, revision INTEGER,"
	" body TEXT, id TEXT, lost_count INTEGER, lost_from INTEGER,"
	" lost_to INTEGER, PRIMARY KEY (destination, sequence),"
	" FOREIGN KEY (alert, revision) REFERENCES revision (alert, revision))"
	" STRICT, WITHOUT ROWID;"
	"CREATE INDEX outbox_by_kind ON outbox (destination, kind, sequence);"
	"CREATE INDEX outbox_by_alert ON outbox (alert, revision)"
	" WHERE alert IS NOT NULL;",
};

static const struct schema_step steps[] = {
	{ version_1, ARRAY_SIZE(version_1) },
};

const struct schema_steps schema_steps = { steps, ARRAY_SIZE(steps) };

static int run_steps(sqlite3 *database, const struct schema_steps *list,
    uint32_t from, uint32_t to);
static bool rows_equal(struct query *one, struct query *other);

int
schema_version(sqlite3 *database, uint32_t *version)
{
	int64_t application;
	int64_t number;
	int64_t objects;
	int error;

	if ((error = query_one_number(
	         database, "PRAGMA application_id", &application)) != 0 ||
	    (error = query_one_number(
	         database, "PRAGMA user_version", &number)) != 0 ||
	    (error = query_one_number(database,
	         "SELECT count(*) FROM sqlite_schema", &objects)) != 0) {
		return error;
	}
	if (application == 0 && number == 0 && objects == 0) {
		*version = 0;
		return 0;
	}
	if (application != SCHEMA_APPLICATION || number < 1 ||
	    number > INT32_MAX) {
		return -EUCLEAN;
	}
	*version = (uint32_t)number;
	return 0;
}

int
schema_migrate(
    sqlite3 *database, const struct schema_steps *list, uint32_t version)
{
	int error = query_execute(database, "BEGIN IMMEDIATE");

	if (error != 0) {
		return error;
	}
	error = run_steps(database, list, version, list->count);
	if (error == 0) {
		error = query_execute(database, "COMMIT");
	}
	if (error != 0 && sqlite3_get_autocommit(database) == 0) {
		(void)!query_execute(database, "ROLLBACK");
	}
	return error;
}

int
schema_compare(
    sqlite3 *database, const struct schema_steps *list, uint32_t version)
{
	static const char sql[] =
	    "SELECT type, name, tbl_name, sql FROM sqlite_schema"
	    " ORDER BY type, name";
	sqlite3 *wanted = NULL;
	struct query ours;
	struct query theirs;
	int error;

	error = query_errno(NULL, sqlite3_open(":memory:", &wanted));
	if (error == 0) {
		error = run_steps(wanted, list, 0, version);
	}
	if (error == 0) {
		bool equal;
		int ours_error;

		query_prepare(&ours, wanted, sql);
		query_prepare(&theirs, database, sql);
		equal = rows_equal(&ours, &theirs);
		ours_error = query_finish(&ours);
		error = query_finish(&theirs);
		if (error == 0) {
			error = ours_error;
		}
		if (error == 0 && !equal) {
			error = -EUCLEAN;
		}
	}
	(void)sqlite3_close(wanted);
	return error;
}

static int
run_steps(sqlite3 *database, const struct schema_steps *list, uint32_t from,
    uint32_t to)
{
	char sql[96];
	int error = 0;

	for (uint32_t i = from; i < to && error == 0; i++) {
		for (uint32_t j = 0; j < list->steps[i].count && error == 0;
		     j++) {
			error =
			    query_execute(database, list->steps[i].parts[j]);
		}
	}
	if (error == 0) {
		(void)snprintf(sql, sizeof(sql),
		    "PRAGMA application_id = %d; PRAGMA user_version = %u",
		    SCHEMA_APPLICATION, to);
		error = query_execute(database, sql);
	}
	return error;
}

static bool
rows_equal(struct query *one, struct query *other)
{
	for (;;) {
		bool has_one = query_step(one);
		bool has_other = query_step(other);

		if (!has_one || !has_other) {
			return has_one == has_other;
		}
		for (int i = 0; i < 4; i++) {
			/* An index that a constraint makes has no text. */
			const char *a =
			    query_column_text_or_null(one, i, SCHEMA_TEXT_SIZE);
			const char *b = query_column_text_or_null(
			    other, i, SCHEMA_TEXT_SIZE);

			if ((a == NULL) != (b == NULL) ||
			    (a != NULL && strcmp(a, b) != 0)) {
				return false;
			}
		}
	}
}
