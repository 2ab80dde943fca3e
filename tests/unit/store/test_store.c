#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "unit/store/store_make.h"

TestSuite(store, .init = make_folder, .fini = remove_folder);

static uint32_t seen_count;
static char seen_line[512];
static char seen_state[64];
static size_t seen_state_size;

static bool
note_line(void *context, uint32_t revision, const char *line, size_t length)
{
	(void)context;
	(void)revision;
	memcpy(seen_line, line, length);
	seen_line[length] = '\0';
	seen_count++;
	return true;
}

static bool
note_active(void *context, const struct store_revision *revision,
    const void *state, size_t size)
{
	(void)context;
	(void)revision;
	seen_count++;
	seen_state_size = size;
	memcpy(seen_state, state, size);
	return true;
}

static uint32_t
revisions_of(struct store *store, const char *id)
{
	struct store_reader reader;

	seen_count = 0;
	store_reader_of(&reader, store);
	cr_assert_eq(store_revisions(&reader, id, note_line, NULL), 0);
	return seen_count;
}

Test(store, begins_where_there_is_none_and_is_there_the_next_time)
{
	static struct store store;
	struct store_settings settings = make_settings();
	struct store_report report;
	struct stat status;

	cr_assert_eq(store_open(&store, &settings, MAKE_NOW_NS, &report), 0);
	cr_expect_eq(report.found, STORE_FRESH);
	store_close(&store);
	cr_assert_eq(store_open(&store, &settings, MAKE_NOW_NS, &report), 0);
	cr_expect_eq(report.found, STORE_EXISTING);
	cr_expect_eq(report.version, 1);
	store_close(&store);
	cr_assert_eq(stat(made_path("spanwatch.db"), &status), 0);
	cr_expect_eq(status.st_mode & 0777, 0640, "nobody else may read it");
}

Test(store, keeps_every_revision_as_it_was_given)
{
	static struct store store;
	struct store_revision revision;

	make_store(&store);
	put_revision(&store, 1, 1);
	put_revision(&store, 1, 2);
	store_close(&store);
	make_store(&store);
	revision = make_revision(1, 2);
	cr_expect_eq(revisions_of(&store, revision.id), 2);
	cr_expect_str_eq(seen_line, revision.line);
	store_close(&store);
}

Test(store, takes_a_line_of_the_greatest_size)
{
	static struct store store;
	static char line[STORE_LINE_SIZE + 1];
	struct store_revision revision = make_revision(1, 1);

	memset(line, 'x', STORE_LINE_SIZE);
	revision.line = line;
	revision.line_length = STORE_LINE_SIZE;
	make_store(&store);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_expect_eq(store_put_revision(&store, &revision), 0);
	cr_expect_eq(store_commit(&store), 0);
	store_close(&store);
}

Test(store, tells_a_revision_that_it_has_already_and_goes_on)
{
	static struct store store;
	struct store_revision old = make_revision(1, 1);
	struct store_revision other = make_revision(2, 1);

	make_store(&store);
	put_revision(&store, 1, 1);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_expect_eq(store_put_revision(&store, &old), -EEXIST);
	cr_expect_eq(store_put_revision(&store, &other), 0);
	cr_expect_eq(store_commit(&store), 0);
	cr_expect_eq(revisions_of(&store, old.id), 1);
	cr_expect_eq(revisions_of(&store, other.id), 1);
	store_close(&store);
}

Test(store, a_batch_that_was_rolled_back_leaves_nothing)
{
	static struct store store;
	struct store_revision revision = make_revision(1, 1);
	struct store_reader reader;

	make_store(&store);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_revision(&store, &revision), 0);
	store_rollback(&store);
	store_reader_of(&reader, &store);
	cr_expect_eq(
	    store_revisions(&reader, revision.id, note_line, NULL), -ENOENT);
	store_close(&store);
}

Test(store, gives_back_the_state_of_active_alerts_only)
{
	static struct store store;
	struct store_revision ended = make_revision(2, 2);

	make_store(&store);
	put_revision(&store, 1, 1);
	put_revision(&store, 2, 1);
	ended.active = false;
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(
	    store_put_state(&store, make_revision(1, 1).id, "one", 3), 0);
	cr_assert_eq(store_put_state(&store, ended.id, "two", 3), 0);
	cr_assert_eq(store_put_revision(&store, &ended), 0);
	cr_expect_eq(
	    store_put_state(&store, make_revision(9, 1).id, "x", 1), -ENOENT);
	cr_assert_eq(store_commit(&store), 0);
	seen_count = 0;
	cr_assert_eq(store_active(&store, note_active, NULL), 0);
	cr_expect_eq(seen_count, 1);
	cr_assert_eq(seen_state_size, 3);
	cr_expect_eq(memcmp(seen_state, "one", 3), 0);
	store_close(&store);
}

Test(store, keeps_settings_of_its_own)
{
	static struct store store;
	char value[16];

	make_store(&store);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_meta(&store, "sensor", "span-01", 7), 0);
	cr_assert_eq(store_put_meta(&store, "empty", NULL, 0), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_expect_eq(store_meta(&store, "sensor", value, sizeof(value)), 7);
	cr_expect_eq(memcmp(value, "span-01", 7), 0);
	cr_expect_eq(store_meta(&store, "sensor", value, 6), -EMSGSIZE);
	cr_expect_eq(store_meta(&store, "empty", value, 6), 0);
	cr_expect_eq(store_meta(&store, "none", value, 6), -ENOENT);
	store_close(&store);
}

Test(store, refuses_what_a_newer_program_made_and_leaves_it_untouched)
{
	static struct store store;
	struct store_settings settings = make_settings();
	struct store_report report;
	struct stat before;
	struct stat after;

	make_store(&store);
	store_close(&store);
	run_sql("PRAGMA user_version = 99");
	cr_assert_eq(stat(made_path("spanwatch.db"), &before), 0);
	cr_expect_eq(
	    store_open(&store, &settings, MAKE_NOW_NS, &report), -EPROTO);
	cr_expect_not_null(strstr(report.reason, "version 99"));
	store_close(&store);
	cr_assert_eq(stat(made_path("spanwatch.db"), &after), 0);
	cr_expect_eq(before.st_mtim.tv_nsec, after.st_mtim.tv_nsec);
	cr_expect_eq(before.st_ino, after.st_ino);
}

Test(store, sets_aside_what_is_no_database_and_begins_anew)
{
	static struct store store;
	struct store_settings settings = make_settings();
	struct store_report report;
	FILE *file = fopen(made_path("spanwatch.db"), "w");

	for (int i = 0; i < 5000; i++) {
		fputs("no database ", file);
	}
	fclose(file);
	cr_assert_eq(store_open(&store, &settings, MAKE_NOW_NS, &report), 0);
	cr_expect_eq(report.found, STORE_SET_ASIDE);
	cr_expect_eq(access(made_path(report.aside), F_OK), 0);
	put_revision(&store, 1, 1);
	store_close(&store);
	cr_assert_eq(store_open(&store, &settings, MAKE_NOW_NS, &report), 0);
	cr_expect_eq(report.found, STORE_EXISTING);
	store_close(&store);
}

Test(store, does_not_trust_a_schema_that_is_not_its_own)
{
	static struct store store;
	struct store_settings settings = make_settings();
	struct store_report report;

	make_store(&store);
	store_close(&store);
	run_sql("CREATE TRIGGER t AFTER INSERT ON meta BEGIN"
	        " DELETE FROM alert; END");
	cr_assert_eq(store_open(&store, &settings, MAKE_NOW_NS, &report), 0);
	cr_expect_eq(report.found, STORE_SET_ASIDE);
	store_close(&store);
}

Test(store, a_full_store_refuses_with_its_own_error_and_rests)
{
	static struct store store;
	static char line[STORE_LINE_SIZE];
	struct store_revision revision;
	uint32_t number = 0;
	int error = 0;

	make_store(&store);
	struct store_settings settings = make_settings();
	settings.max_bytes = 1 << 20;
	store_set(&store, &settings);
	memset(line, 'x', sizeof(line));
	while (error == 0 && number < 100) {
		cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
		revision = make_revision(++number, 1);
		revision.line = line;
		revision.line_length = sizeof(line);
		error = store_put_revision(&store, &revision);
		cr_expect_eq(store_commit(&store), error);
	}
	cr_expect_eq(error, -ENOSPC);
	cr_expect_geq(number, 5);
	cr_expect_eq(store_begin(&store, MAKE_NOW_NS), -ENOSPC, "it rests");
	cr_expect_eq(
	    store_begin(&store, MAKE_NOW_NS + NS_PER_S), 0, "for a second");
	store_rollback(&store);
	cr_expect_eq(store.state, STORE_FAILING, "nothing was written yet");
	store_close(&store);
}

Test(store, leaves_the_reserve_of_the_disk_free_but_acknowledges)
{
	static struct store store;
	struct store_item item = {
		.kind = STORE_ITEM_HEALTH, .body = "{}", .length = 2
	};
	struct store_settings settings = make_settings();
	struct store_revision revision = make_revision(1, 1);
	uint64_t sequence;

	make_store(&store);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(
	    store_outbox_add(&store, "siem", &item, 1000, &sequence), 0);
	cr_assert_eq(store_commit(&store), 0);
	settings.reserve_bytes = UINT64_MAX;
	store_set(&store, &settings);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_expect_eq(store_outbox_acknowledge(&store, "siem", sequence), 0);
	cr_expect_eq(store_commit(&store), 0);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_expect_eq(store_put_revision(&store, &revision), -ENOSPC);
	cr_expect_eq(store_commit(&store), -ENOSPC);
	store_close(&store);
}

Test(store, damage_that_shows_while_it_runs_begins_anew_and_is_told_once)
{
	static struct store store;
	struct store_report report;
	struct store_revision revision = make_revision(1, 2);
	struct store_audit entry = {
		.actor = "jdoe", .origin = "local", .action = "scanner.add"
	};
	struct store_scanner scanner = { .name = "nessus", .json = "{}" };
	int error;

	make_store(&store);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_audit(&store, &entry), 0);
	cr_assert_eq(store_put_scanner(&store, &scanner), 0);
	cr_assert_eq(store_commit(&store), 0);
	store_close(&store);
	run_sql("DELETE FROM audit_head");
	make_store(&store);
	put_revision(&store, 1, 1);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	error = store_put_audit(&store, &entry);
	cr_expect_eq(error, -EUCLEAN);
	cr_expect_eq(store_commit(&store), -EUCLEAN);
	cr_expect(!store_news(&store, &report));
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS + NS_PER_S), 0);
	cr_assert(store_news(&store, &report));
	cr_expect_eq(report.found, STORE_SET_ASIDE);
	cr_expect_eq(report.saved_scanners, 1);
	cr_expect_eq(report.saved_audit, 1);
	cr_expect_eq(report.saved_alerts, 1);
	cr_expect(!store_news(&store, &report));
	cr_expect_eq(store_put_revision(&store, &revision), 0);
	cr_expect_eq(store_put_audit(&store, &entry), 0);
	cr_expect_eq(entry.number, 3, "what is said of it is between");
	cr_expect_eq(store_commit(&store), 0);
	cr_expect_eq(store.state, STORE_WORKING);
	store_close(&store);
}

Test(store, ends_what_a_crash_interrupted_while_it_was_set_aside)
{
	static struct store store;
	struct store_settings settings = make_settings();
	struct store_report report;
	char from[256];

	make_store(&store);
	put_revision(&store, 1, 1);
	store_close(&store);
	strcpy(from, made_path("spanwatch.db"));
	cr_assert_eq(rename(from, made_path("spanwatch.db.new")), 0);
	cr_assert_eq(store_open(&store, &settings, MAKE_NOW_NS, &report), 0);
	cr_expect_eq(report.found, STORE_SET_ASIDE);
	cr_expect_eq(revisions_of(&store, make_revision(1, 1).id), 1);
	store_close(&store);
}

Test(store, says_what_it_holds)
{
	static struct store store;
	struct store_size size;

	make_store(&store);
	put_revision(&store, 1, 1);
	store_size(&store, &size);
	cr_expect_gt(size.used_bytes, 4096 * 10);
	cr_expect_geq(size.file_bytes, size.used_bytes / 2);
	cr_expect_leq(size.heap_peak_bytes, CONFIG_STORE_HEAP_KIB * 1024);
	cr_expect_gt(size.free_bytes, 0);
	store_close(&store);
}

Test(store, a_directory_that_is_not_there_is_an_error_and_is_tried_again)
{
	static struct store store;
	struct store_settings settings = make_settings();
	struct store_report report;

	strcat(settings.directory, "/none");
	cr_expect_eq(
	    store_open(&store, &settings, MAKE_NOW_NS, &report), -ENOENT);
	cr_expect_eq(store_begin(&store, MAKE_NOW_NS), -ENOENT);
	cr_assert_eq(mkdir(settings.directory, 0700), 0);
	cr_expect_eq(store_begin(&store, MAKE_NOW_NS + NS_PER_S), 0);
	cr_expect(!store_news(&store, &report), "nothing was set aside");
	store_close(&store);
	cr_expect_eq(unlink(made_path("none/spanwatch.db")), 0);
	cr_expect_eq(rmdir(settings.directory), 0);
}

Test(store, a_heap_that_is_used_up_undoes_the_batch_and_it_goes_on)
{
	static struct store store;
	static char line[STORE_LINE_SIZE];
	struct store_revision revision = make_revision(1, 1);
	int64_t limit;

	make_store(&store);
	put_revision(&store, 2, 1);
	memset(line, 'x', sizeof(line));
	revision.line = line;
	revision.line_length = sizeof(line);
	limit = sqlite3_hard_heap_limit64(sqlite3_memory_used() + 4096);
	cr_expect_eq(limit, CONFIG_STORE_HEAP_KIB * 1024);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_expect_eq(store_put_revision(&store, &revision), -ENOMEM);
	cr_expect_eq(store_commit(&store), -ENOMEM);
	sqlite3_hard_heap_limit64(limit);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS + NS_PER_S), 0);
	cr_expect_eq(store_put_revision(&store, &revision), 0);
	cr_expect_eq(store_commit(&store), 0);
	cr_expect_eq(revisions_of(&store, make_revision(2, 1).id), 1);
	store_close(&store);
}
