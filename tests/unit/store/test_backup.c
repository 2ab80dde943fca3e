#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "unit/store/store_make.h"

static struct store store;
static struct store_reader reader;
static char backup[512];
static char aside[STORE_NAME_SIZE];
static char reason[STORE_REASON_SIZE];
static uint64_t last_done;
static uint64_t last_total;

static void
set_up(void)
{
	make_folder();
	make_store(&store);
	store_reader_of(&reader, &store);
	strcpy(backup, made_path("backup.db"));
}

static void
tear_down(void)
{
	store_close(&store);
	remove_folder();
}

TestSuite(backup, .init = set_up, .fini = tear_down);

static bool
note_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	last_done = done;
	last_total = total;
	return true;
}

static bool
refuse(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	(void)done;
	(void)total;
	return false;
}

static bool
is_there(uint32_t number)
{
	struct store_evidence evidence;

	store_reader_of(&reader, &store);
	return store_evidence(
	           &reader, make_revision(number, 1).id, &evidence) == 0;
}

Test(backup, brings_back_what_there_was_and_keeps_what_came_after_aside)
{
	put_revision(&store, 1, 1);
	cr_assert_eq(store_backup(&reader, backup, note_progress, NULL), 0,
	    "%s", reader.reason);
	cr_expect_eq(last_done, last_total);
	cr_expect_gt(last_total, 10);
	put_revision(&store, 2, 1);
	store_close(&store);
	cr_expect_eq(store_restore(backup, made_folder, false, MAKE_NOW_NS,
	                 aside, reason),
	    -EEXIST);
	cr_assert_eq(store_restore(
	                 backup, made_folder, true, MAKE_NOW_NS, aside, reason),
	    0, "%s", reason);
	cr_expect_eq(access(made_path(aside), F_OK), 0);
	make_store(&store);
	cr_expect(is_there(1) && !is_there(2));
	put_revision(&store, 3, 1);
}

Test(backup, overwrites_no_file)
{
	cr_assert_eq(store_backup(&reader, backup, NULL, NULL), 0);
	cr_expect_eq(store_backup(&reader, backup, NULL, NULL), -EEXIST);
}

Test(backup, one_that_was_ended_leaves_nothing)
{
	cr_expect_eq(store_backup(&reader, backup, refuse, NULL), -ECANCELED);
	cr_expect_neq(access(backup, F_OK), 0);
	put_revision(&store, 1, 1);
}

Test(backup, goes_nowhere_while_the_store_is_in_use)
{
	cr_assert_eq(store_backup(&reader, backup, NULL, NULL), 0);
	put_revision(&store, 1, 1);
	cr_expect_eq(store_restore(
	                 backup, made_folder, true, MAKE_NOW_NS, aside, reason),
	    -EBUSY);
	cr_expect_not_null(strstr(reason, "in use"), "%s", reason);
	put_revision(&store, 1, 2);
}

Test(backup, one_that_is_damaged_or_none_is_refused)
{
	FILE *file = fopen(backup, "w");

	fputs("no database", file);
	fclose(file);
	store_close(&store);
	cr_expect_eq(store_restore(
	                 backup, made_folder, true, MAKE_NOW_NS, aside, reason),
	    -EUCLEAN);
	cr_expect_neq(reason[0], '\0');
	cr_expect_eq(store_restore("/nowhere", made_folder, true, MAKE_NOW_NS,
	                 aside, reason),
	    -ENOENT);
	make_store(&store);
}

Test(backup, one_whose_audit_log_is_broken_is_refused)
{
	struct store_audit entry = {
		.actor = "jdoe", .origin = "local", .action = "sign in"
	};

	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_audit(&store, &entry), 0);
	cr_assert_eq(store_commit(&store), 0);
	store_close(&store);
	run_sql("UPDATE audit_head SET number = 5");
	cr_assert_eq(store_reader_open(&reader, made_folder), 0);
	cr_assert_eq(store_backup(&reader, backup, NULL, NULL), 0);
	store_reader_close(&reader);
	cr_expect_eq(store_restore(
	                 backup, made_folder, true, MAKE_NOW_NS, aside, reason),
	    -EUCLEAN);
	cr_expect_not_null(strstr(reason, "entry 2"), "%s", reason);
	make_store(&store);
}
