#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unit/store/store_make.h"

static struct store store;
static struct store_settings settings;

static void
set_up(void)
{
	make_folder();
	make_store(&store);
	settings = make_settings();
}

static void
tear_down(void)
{
	store_close(&store);
	remove_folder();
}

TestSuite(retain, .init = set_up, .fini = tear_down);

static void
put(uint32_t number, bool active, enum store_status status, size_t length)
{
	static char line[STORE_LINE_SIZE];
	struct store_revision revision = make_revision(number, 1);

	revision.active = active;
	revision.status = status;
	if (length > 0) {
		memset(line, 'x', length);
		revision.line = line;
		revision.line_length = length;
	}
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_revision(&store, &revision), 0);
	cr_assert_eq(store_commit(&store), 0);
}

static struct store_dropped
retain(uint64_t days)
{
	struct store_dropped dropped = { 0 };
	uint64_t now_ns = MAKE_NOW_NS + days * DAY_S * NS_PER_S;
	uint32_t steps = 0;

	while (store_retain(&store, now_ns, &dropped) == 1) {
		cr_assert_lt(++steps, 10000, "it comes to an end");
	}
	return dropped;
}

static bool
is_there(uint32_t number)
{
	struct store_reader reader;
	struct store_evidence evidence;

	store_reader_of(&reader, &store);
	return store_evidence(
	           &reader, make_revision(number, 1).id, &evidence) == 0;
}

Test(retain, old_alerts_go_but_active_open_and_unforwarded_ones_stay)
{
	struct store_item item = { .kind = STORE_ITEM_ALERT, .revision = 1 };
	uint64_t sequence;

	settings.keep_alerts_s = 10 * DAY_S;
	settings.keep_open_s = 30 * DAY_S;
	store_set(&store, &settings);
	put(1, false, STORE_CLOSED, 0);
	put(2, true, STORE_CLOSED, 0);
	put(3, false, STORE_OPEN, 0);
	put(4, false, STORE_CLOSED, 0);
	strcpy(item.id, make_revision(4, 1).id);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(
	    store_outbox_add(&store, "siem", &item, 100000, &sequence), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_expect_eq(retain(9).alerts, 0);
	cr_expect_eq(retain(11).alerts, 1);
	cr_expect(!is_there(1) && is_there(2) && is_there(3) && is_there(4));
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_outbox_acknowledge(&store, "siem", 1), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_expect_eq(retain(31).alerts, 2);
	cr_expect(is_there(2) && !is_there(3) && !is_there(4));
}

Test(retain, evidence_goes_before_its_alert_and_it_says_when)
{
	struct store_probe probe = { .outcome = STORE_SILENT };
	struct store_reader reader;
	struct store_evidence evidence;
	const char *id = make_revision(1, 1).id;

	settings.keep_evidence_s = 5 * DAY_S;
	store_set(&store, &settings);
	put(1, false, STORE_CLOSED, 0);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_probes(&store, id, &probe, 1), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_expect_eq(retain(4).evidence, 0);
	cr_expect_eq(retain(6).evidence, 1);
	store_reader_of(&reader, &store);
	cr_assert_eq(store_evidence(&reader, id, &evidence), 0);
	cr_expect_eq(evidence.probes, 0);
	cr_expect_eq(
	    evidence.dropped_ns, MAKE_NOW_NS + 6ull * DAY_S * NS_PER_S);
}

Test(retain, above_its_size_the_oldest_go_and_the_file_shrinks)
{
	struct store_size size;
	struct store_dropped dropped;

	for (uint32_t i = 0; i < 200; i++) {
		put(i, false, i == 0 ? STORE_OPEN : STORE_CLOSED, 60000);
	}
	settings.max_bytes = 8u << 20;
	store_set(&store, &settings);
	dropped = retain(1);
	cr_expect_gt(dropped.alerts, 60);
	store_size(&store, &size);
	cr_expect_leq(size.used_bytes, 8u << 20);
	cr_expect(is_there(0), "nobody has acknowledged it");
	cr_expect(!is_there(1) && is_there(199));
	store_close(&store);
	make_store(&store);
	store_size(&store, &size);
	cr_expect_leq(size.file_bytes, 9u << 20);
}

static struct store_health samples[64];
static uint32_t count;

static bool
note_sample(void *context, const struct store_health *sample)
{
	(void)context;
	samples[count++] = *sample;
	return count < ARRAY_SIZE(samples);
}

Test(retain, old_minutes_of_health_become_hours)
{
	struct store_reader reader;
	const uint64_t span[] = { 0, UINT64_MAX };
	const uint64_t hour_ns = 3600 * NS_PER_S;
	const uint64_t begin = MAKE_NOW_NS - MAKE_NOW_NS % hour_ns;

	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	for (uint32_t i = 0; i < 120; i++) {
		cr_assert_eq(store_put_health(&store, "frames",
		                 begin + i * 60 * NS_PER_S, i),
		    0);
	}
	cr_assert_eq(store_commit(&store), 0);
	(void)retain(3);
	store_reader_of(&reader, &store);
	cr_assert_eq(
	    store_health(&reader, "frames", span, note_sample, NULL), 0);
	cr_assert_eq(count, 2);
	cr_expect_eq(samples[1].span_s, 3600);
	cr_expect_eq(samples[1].count, 60);
	cr_expect_eq(samples[1].minimum, 60);
	cr_expect_eq(samples[1].maximum, 119);
	cr_expect_eq(samples[1].mean, 89.5);
	cr_expect_eq(samples[1].time_ns, begin + hour_ns);
}
