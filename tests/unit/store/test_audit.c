#include <errno.h>
#include <string.h>

#include "unit/store/store_make.h"

static struct store store;

static void
set_up(void)
{
	make_folder();
	make_store(&store);
}

static void
tear_down(void)
{
	store_close(&store);
	remove_folder();
}

TestSuite(audit, .init = set_up, .fini = tear_down);

static void
add_entries(uint32_t count, uint64_t now_ns)
{
	struct store_audit entry = { .actor = "jdoe",
		.origin = "10.0.0.7",
		.action = "scanner.change",
		.object = "nessus",
		.before = "{\"rate\":1}",
		.after = "{\"rate\":2}" };

	for (uint32_t i = 0; i < count; i++) {
		cr_assert_eq(store_begin(&store, now_ns), 0);
		cr_assert_eq(store_put_audit(&store, &entry), 0);
		cr_assert_eq(store_commit(&store), 0);
	}
}

static struct store_audit_verdict
verify(void)
{
	struct store_audit_verdict verdict;
	struct store_reader reader;

	store_reader_of(&reader, &store);
	cr_assert_eq(store_audit_verify(&reader, &verdict), 0);
	return verdict;
}

/* Changes the database as a forger would, and verifies. */
static struct store_audit_verdict
verify_after(const char *sql)
{
	struct store_audit_verdict verdict;
	struct store_reader reader;

	store_close(&store);
	run_sql("DROP TRIGGER audit_is_not_changed;"
	        "DROP TRIGGER audit_is_not_deleted");
	run_sql(sql);
	run_sql(
	    "CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN"
	    " SELECT RAISE(ABORT, 'the audit log is only added to'); END;"
	    "CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit"
	    " WHEN OLD.number > (SELECT cut FROM audit_head) BEGIN"
	    " SELECT RAISE(ABORT, 'the audit log is only added to'); END;");
	cr_assert_eq(
	    store_reader_open(&reader, made_folder), 0, "%s", reader.reason);
	cr_assert_eq(store_audit_verify(&reader, &verdict), 0);
	store_reader_close(&reader);
	return verdict;
}

Test(audit, a_log_that_was_only_added_to_verifies)
{
	add_entries(5, MAKE_NOW_NS);
	cr_expect_eq(verify().broken, 0);
	cr_expect_eq(verify().entries, 5);
}

Test(audit, an_empty_log_verifies)
{
	cr_expect_eq(verify().broken, 0);
	cr_expect_eq(verify().entries, 0);
}

Test(audit, a_changed_entry_is_named)
{
	add_entries(5, MAKE_NOW_NS);
	struct store_audit_verdict verdict =
	    verify_after("UPDATE audit SET actor = 'nobody' WHERE number = 3");

	cr_expect_eq(verdict.broken, 3);
	cr_expect_str_eq(verdict.why, "it was changed");
}

Test(audit, text_moved_from_one_field_to_the_next_is_seen)
{
	add_entries(2, MAKE_NOW_NS);
	cr_expect_eq(verify_after("UPDATE audit SET actor = 'jdoe1', origin ="
	                          " '0.0.0.7' WHERE number = 2")
	                 .broken,
	    2);
}

Test(audit, a_missing_entry_is_named)
{
	add_entries(5, MAKE_NOW_NS);
	cr_expect_eq(
	    verify_after("DELETE FROM audit WHERE number = 3").broken, 3);
}

Test(audit, a_missing_end_is_seen)
{
	add_entries(5, MAKE_NOW_NS);
	cr_expect_eq(
	    verify_after("DELETE FROM audit WHERE number > 3").broken, 4);
}

Test(audit, a_missing_beginning_that_nobody_signed_off_is_seen)
{
	add_entries(5, MAKE_NOW_NS);
	cr_expect_eq(
	    verify_after("DELETE FROM audit WHERE number < 3").broken, 2);
}

Test(audit, a_row_of_another_type_is_named)
{
	add_entries(3, MAKE_NOW_NS);
	cr_expect_eq(
	    verify_after("UPDATE audit SET hash = x'00' WHERE number = 2")
	        .broken,
	    2);
}

Test(audit, retention_cuts_it_and_it_verifies_all_the_same)
{
	struct store_dropped dropped = { 0 };
	struct store_settings settings = make_settings();
	const uint64_t later_ns = MAKE_NOW_NS + 20ull * DAY_S * NS_PER_S;

	settings.keep_audit_s = 10 * DAY_S;
	store_set(&store, &settings);
	add_entries(600, MAKE_NOW_NS);
	add_entries(3, later_ns);
	while (store_retain(&store, later_ns, &dropped) == 1) {
	}
	cr_expect_eq(dropped.audit, 600);
	cr_expect_eq(verify().broken, 0, "%s", verify().why);
	cr_expect_eq(verify().first, 601);
	add_entries(2, later_ns);
	cr_expect_eq(verify().broken, 0);
	cr_expect_eq(
	    verify_after("DELETE FROM audit WHERE number < 603").broken, 602);
}
