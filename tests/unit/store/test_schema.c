#include <dirent.h>
#include <errno.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/schema.h"
#include "unit/store/store_make.h"

TestSuite(schema, .init = make_folder, .fini = remove_folder);

#define VERSIONS "tests/store/versions"

static char text[65536];
static uint32_t seen;

static bool
note_alert(void *context, const struct store_revision *revision)
{
	(void)context;
	cr_expect_str_eq(revision->id, "01JDMK3V5Z0000000000000001");
	cr_expect_str_eq(revision->host, "WS-0412");
	cr_expect_str_eq(revision->segment, "office");
	cr_expect_eq(revision->revision, 2);
	cr_expect_eq(revision->target_segment_count, 1);
	seen++;
	return true;
}

static bool
note_scanner(void *context, const struct store_scanner *scanner)
{
	(void)context;
	cr_expect_str_eq(scanner->name, "nessus");
	seen++;
	return true;
}

static void
read_sql(const char *path)
{
	FILE *file = fopen(path, "r");
	size_t size;

	cr_assert_not_null(file, "%s", path);
	size = fread(text, 1, sizeof(text) - 1, file);
	text[size] = '\0';
	fclose(file);
}

/* What each older version held is there in the newest. */
static void
check_version(uint32_t version)
{
	static struct store store;
	struct store_settings settings = make_settings();
	struct store_report report;
	struct store_reader reader;
	struct store_evidence evidence;
	struct store_audit_verdict verdict;
	struct store_standing standing;
	char next[STORE_ID_SIZE];

	cr_assert_eq(store_open(&store, &settings, MAKE_NOW_NS, &report), 0,
	    "%s", report.reason);
	cr_expect_eq(report.version, version);
	cr_expect_eq(report.found,
	    version < schema_steps.count ? STORE_MIGRATED : STORE_EXISTING);
	store_reader_of(&reader, &store);
	seen = 0;
	cr_assert_eq(store_list(&reader, &(struct store_filter){ 0 },
	                 note_alert, NULL, next),
	    0);
	cr_assert_eq(store_scanners(&reader, note_scanner, NULL), 0);
	cr_expect_eq(seen, 2);
	cr_assert_eq(
	    store_evidence(&reader, "01JDMK3V5Z0000000000000001", &evidence),
	    0);
	cr_expect_eq(evidence.revisions, 2);
	cr_expect_eq(evidence.packets, 1);
	cr_expect_eq(evidence.probes, 1);
	cr_expect_eq(evidence.events, 1);
	cr_expect_eq(evidence.acts, 1);
	cr_assert_eq(store_audit_verify(&reader, &verdict), 0);
	cr_expect_eq(verdict.broken, 0, "%s", verdict.why);
	cr_expect_eq(verdict.entries, 1);
	cr_assert_eq(store_outbox_standing(&store, "siem", &standing), 0);
	cr_expect_eq(standing.waiting, 1);
	cr_expect_eq(standing.last, 4);
	store_close(&store);
}

Test(schema, every_older_version_is_brought_up_with_all_that_it_held)
{
	uint32_t count = 0;

	for (uint32_t version = 1; version <= schema_steps.count; version++) {
		char path[128];

		(void)snprintf(path, sizeof(path), VERSIONS "/%u.sql", version);
		read_sql(path);
		run_sql(text);
		check_version(version);
		(void)unlink(made_path("spanwatch.db"));
		count++;
	}
	cr_expect_geq(count, 1);
}

static const char *const step_1[] = { "CREATE TABLE a (x INTEGER) STRICT",
	"INSERT INTO a VALUES (7)" };
static const char *const step_2[] = { "ALTER TABLE a ADD COLUMN y INTEGER",
	"UPDATE a SET y = x * 6" };
static const char *const step_3[] = { "CREATE INDEX b ON a (y)" };
static const char *const broken[] = { "DELETE FROM a", "no SQL" };

static int64_t
number_of(sqlite3 *database, const char *sql)
{
	sqlite3_stmt *statement;
	int64_t number;

	cr_assert_eq(
	    sqlite3_prepare_v2(database, sql, -1, &statement, NULL), SQLITE_OK);
	cr_assert_eq(sqlite3_step(statement), SQLITE_ROW);
	number = sqlite3_column_int64(statement, 0);
	sqlite3_finalize(statement);
	return number;
}

Test(schema, goes_through_the_steps_that_are_lacking_and_no_others)
{
	static const struct schema_step list[] = { { step_1, 2 }, { step_2, 2 },
		{ step_3, 1 } };
	const struct schema_steps old = { list, 1 };
	const struct schema_steps now = { list, 3 };
	uint32_t version = 9;
	sqlite3 *database;

	cr_assert_eq(sqlite3_open(":memory:", &database), SQLITE_OK);
	cr_assert_eq(schema_version(database, &version), 0);
	cr_expect_eq(version, 0);
	cr_assert_eq(schema_migrate(database, &old, 0), 0);
	cr_assert_eq(schema_version(database, &version), 0);
	cr_expect_eq(version, 1);
	cr_expect_eq(schema_compare(database, &now, 1), 0);
	cr_expect_eq(schema_compare(database, &now, 2), -EUCLEAN);
	cr_assert_eq(schema_migrate(database, &now, 1), 0);
	cr_assert_eq(schema_version(database, &version), 0);
	cr_expect_eq(version, 3);
	cr_expect_eq(schema_compare(database, &now, 3), 0);
	cr_expect_eq(number_of(database, "SELECT y FROM a"), 42);
	cr_expect_eq(number_of(database, "SELECT count(*) FROM a"), 1);
	sqlite3_close(database);
}

Test(schema, a_step_that_fails_leaves_the_version_and_the_data_before_it)
{
	static const struct schema_step list[] = { { step_1, 2 },
		{ broken, 2 } };
	const struct schema_steps old = { list, 1 };
	const struct schema_steps now = { list, 2 };
	uint32_t version = 0;
	sqlite3 *database;

	cr_assert_eq(sqlite3_open(":memory:", &database), SQLITE_OK);
	cr_assert_eq(schema_migrate(database, &old, 0), 0);
	cr_expect_neq(schema_migrate(database, &now, 1), 0);
	cr_assert_eq(schema_version(database, &version), 0);
	cr_expect_eq(version, 1);
	cr_expect_eq(number_of(database, "SELECT count(*) FROM a"), 1);
	sqlite3_close(database);
}
