#include <errno.h>
#include <string.h>

#include "unit/store/store_make.h"

static struct store store;
static char body[STORE_LINE_SIZE];

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

TestSuite(outbox, .init = set_up, .fini = tear_down);

static uint64_t
add_kind(enum store_item_kind kind, size_t length, uint64_t limit)
{
	struct store_item item = { .kind = kind,
		.time_ns = MAKE_NOW_NS,
		.body = body,
		.length = length };
	uint64_t sequence = 0;

	memset(body, 'b', length);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(
	    store_outbox_add(&store, "siem", &item, limit, &sequence), 0);
	cr_assert_eq(store_commit(&store), 0);
	return sequence;
}

static struct store_item
next_after(uint64_t sequence, int wanted)
{
	static char buffer[STORE_LINE_SIZE];
	struct store_item item = { 0 };

	cr_assert_eq(
	    store_outbox_next(&store, "siem", sequence, &item, buffer), wanted);
	return item;
}

static struct store_standing
standing(void)
{
	struct store_standing now;

	cr_assert_eq(store_outbox_standing(&store, "siem", &now), 0);
	return now;
}

Test(outbox, numbers_each_destination_from_one_without_gaps)
{
	struct store_item item = {
		.kind = STORE_ITEM_AUDIT, .body = "{}", .length = 2
	};
	uint64_t sequence;

	cr_expect_eq(add_kind(STORE_ITEM_AUDIT, 10, 100000), 1);
	cr_expect_eq(add_kind(STORE_ITEM_AUDIT, 10, 100000), 2);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(
	    store_outbox_add(&store, "other", &item, 1000, &sequence), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_expect_eq(sequence, 1);
}

Test(outbox, gives_an_alert_as_its_revision_was_stored)
{
	struct store_revision revision = make_revision(1, 1);
	struct store_item item = { .kind = STORE_ITEM_ALERT, .revision = 1 };
	uint64_t sequence;

	strcpy(item.id, revision.id);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_expect_eq(store_outbox_add(&store, "siem", &item, 100000, &sequence),
	    -ENOENT);
	cr_assert_eq(store_put_revision(&store, &revision), 0);
	cr_assert_eq(
	    store_outbox_add(&store, "siem", &item, 100000, &sequence), 0);
	cr_assert_eq(store_commit(&store), 0);
	item = next_after(0, 1);
	cr_expect_eq(item.kind, STORE_ITEM_ALERT);
	cr_expect_str_eq(item.id, revision.id);
	cr_expect_eq(item.revision, 1);
	cr_assert_eq(item.length, revision.line_length);
	cr_expect_eq(memcmp(item.body, revision.line, item.length), 0);
}

Test(outbox, forgets_what_was_acknowledged_and_numbers_on_after_a_restart)
{
	for (int i = 0; i < 3; i++) {
		add_kind(STORE_ITEM_AUDIT, 100, 100000);
	}
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_outbox_acknowledge(&store, "siem", 2), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_expect_eq(next_after(0, 1).sequence, 3);
	cr_expect_eq(standing().waiting, 1);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_outbox_acknowledge(&store, "siem", 99), 0);
	cr_assert_eq(store_commit(&store), 0);
	(void)next_after(0, 0);
	cr_expect_eq(standing().acknowledged, 3, "no more than was given");
	cr_expect_eq(standing().waiting_bytes, 0);
	store_close(&store);
	make_store(&store);
	cr_expect_eq(add_kind(STORE_ITEM_AUDIT, 100, 100000), 4);
}

Test(outbox, numbers_on_after_those_that_were_given_out_without_it)
{
	add_kind(STORE_ITEM_AUDIT, 100, 100000);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_outbox_advance(&store, "siem", 7), 0);
	cr_assert_eq(store_outbox_advance(&store, "siem", 5), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_expect_eq(add_kind(STORE_ITEM_AUDIT, 100, 100000), 8);
}

Test(outbox, gives_up_health_and_summaries_before_alerts_and_says_so)
{
	const uint64_t limit = 4 * (1000 + 64) + 2 * 64;
	struct store_item item;

	add_kind(STORE_ITEM_ALERT, 1000, limit);
	add_kind(STORE_ITEM_HEALTH, 1000, limit);
	add_kind(STORE_ITEM_ALERT, 1000, limit);
	add_kind(STORE_ITEM_SUMMARY, 1000, limit);
	/* The health record goes; its loss is 5, this one 6. */
	cr_expect_eq(add_kind(STORE_ITEM_ALERT, 1000, limit), 6);
	cr_expect_eq(next_after(1, 1).sequence, 3);
	item = next_after(4, 1);
	cr_expect_eq(item.kind, STORE_ITEM_LOST);
	cr_expect_eq(item.lost_count, 1);
	cr_expect_eq(item.lost_from, 2);
	cr_expect_eq(item.lost_to, 2);
	/* That one was handed out, so the summary's loss needs a new one. */
	cr_expect_eq(add_kind(STORE_ITEM_ALERT, 1000, limit), 8);
	cr_expect_eq(next_after(3, 1).sequence, 5);
	cr_expect_eq(next_after(6, 1).lost_from, 4);
	cr_expect_eq(next_after(0, 1).sequence, 1, "no alert went");
	cr_expect_eq(standing().lost, 2);
	cr_expect_leq(standing().waiting_bytes, limit);
}

Test(outbox, one_record_tells_all_that_was_lost_while_nobody_read)
{
	const uint64_t limit = 3 * (1000 + 64) + 64;
	struct store_item item;

	for (int i = 0; i < 20; i++) {
		add_kind(STORE_ITEM_ALERT, 1000, limit);
	}
	item = next_after(0, 1);
	cr_expect_eq(item.kind, STORE_ITEM_LOST);
	cr_expect_eq(item.lost_count, 17);
	cr_expect_eq(item.lost_from, 1);
	cr_expect_eq(standing().lost, 17);
	cr_expect_eq(standing().waiting, 4);
}

Test(outbox, a_record_larger_than_the_limit_goes_alone)
{
	add_kind(STORE_ITEM_ALERT, 100, 500);
	cr_expect_eq(add_kind(STORE_ITEM_ALERT, 5000, 500), 3);
	cr_expect_eq(next_after(2, 1).length, 5000);
}

Test(outbox, takes_no_more_destinations_than_it_has_numbers_for)
{
	struct store_item item = {
		.kind = STORE_ITEM_AUDIT, .body = "{}", .length = 2
	};
	uint64_t sequence;
	uint64_t dropped = 0;

	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	for (int i = 0; i < STORE_DESTINATIONS; i++) {
		char name[] = "siem-a";

		name[5] = (char)('a' + i);
		cr_assert_eq(
		    store_outbox_add(&store, name, &item, 1000, &sequence), 0);
	}
	cr_expect_eq(
	    store_outbox_add(&store, "more", &item, 1000, &sequence), -ENOBUFS);
	cr_expect_eq(store_outbox_remove(&store, "siem-c", &dropped), 0);
	cr_expect_eq(dropped, 1);
	cr_expect_eq(
	    store_outbox_add(&store, "more", &item, 1000, &sequence), 0);
	cr_expect_eq(store_commit(&store), 0);
}
