#include "pipeline/keeping.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/store_read.h"
#include "support/finding_builder.h"

#define NOW_NS (1795509999 * NS_PER_S)

static struct keeping keeping;
static struct config config;
static struct counters counters;
static struct policy policy;
static struct finding finding;
static struct alert alert;
static struct store_settings settings;
static struct keeping_item item;
static struct keeping_recalled recalled;
static uint64_t now_ns;
static uint32_t printed;
static bool was_stored; /* What was printed last was on the disk. */

static void
print(void *context, const char *line, size_t size)
{
	json_t *object;

	(void)context;
	cr_assert_eq(line[size - 1], '\n');
	printed++;
	was_stored = false;
	if (keeping_recall(&keeping, alert.id, &object, &recalled)) {
		was_stored = recalled.row.revision == alert.revision;
		json_decref(object);
	}
}

static void
add_soc(const char *name)
{
	struct config_soc *soc = &config.socs[config.soc_count++];

	(void)snprintf(soc->name, sizeof(soc->name), "%s", name);
	soc->outbox_bytes = 1 << 20;
	soc->filter.records = CONFIG_RECORD_ALL;
}

static void
set_up(void)
{
	char folder[] = "/tmp/spanwatch-keeping-XXXXXX";

	now_ns = NOW_NS;
	printed = 0;
	config_default(&config);
	policy_for_tests(&policy);
	finding_for_tests(&finding);
	cr_assert_not_null(mkdtemp(folder));
	settings = (struct store_settings){ .max_bytes = 64 << 20,
		.keep_alerts_s = 86400,
		.keep_open_s = 86400,
		.keep_evidence_s = 86400,
		.keep_audit_s = 86400,
		.keep_summaries_s = 86400,
		.keep_health_s = 86400,
		.evidence_packets = 10 };
	(void)snprintf(
	    settings.directory, sizeof(settings.directory), "%s", folder);
	keeping_init(&keeping, &counters, print, NULL);
}

static void
open_store(void)
{
	struct store_report report;

	cr_assert_eq(keeping_open(&keeping, &settings, now_ns, &report), 0,
	    "%s", report.reason);
}

static void
tear_down(void)
{
	char command[sizeof(settings.directory) + 16];

	keeping_close(&keeping, now_ns);
	(void)snprintf(
	    command, sizeof(command), "rm -rf '%s'", settings.directory);
	cr_assert_eq(system(command), 0);
}

TestSuite(keeping, .init = set_up, .fini = tear_down);

static void
tell(uint32_t revision)
{
	now_ns += NS_PER_S;
	finding.revision = revision;
	finding.revised_at_ns = now_ns;
	alert_make(&alert, &finding, &policy);
	keeping_alert(&keeping, &alert, NULL);
	(void)keeping_commit(&keeping, now_ns);
}

Test(keeping, stores_an_alert_before_it_is_told)
{
	open_store();
	tell(1);
	cr_expect_eq(printed, 1);
	cr_expect(was_stored);
}

Test(keeping, tells_alerts_where_there_is_no_store)
{
	tell(1);
	tell(2);
	cr_expect_eq(printed, 2);
	cr_expect_eq(keeping.size, 0, "nobody waits for them");
}

Test(keeping, gives_each_destination_its_own_numbers_in_order)
{
	add_soc("a");
	add_soc("b");
	config.socs[1].filter.revisions = CONFIG_REVISIONS_FIRST_AND_LAST;
	open_store();
	keeping_configure(&keeping, &config, now_ns);
	tell(1);
	tell(2);
	tell(3);
	cr_expect_eq(keeping.destinations[0].last, 3);
	cr_expect_eq(keeping.destinations[1].last, 1);
	cr_assert(keeping_next(&keeping, 0, 1, &item));
	cr_expect_eq(item.record.seq, 2);
	cr_assert(keeping_next(&keeping, 0, 2, &item));
	cr_expect_eq(item.record.seq, 3);
	cr_expect_not(keeping_next(&keeping, 0, 3, &item));
	cr_expect_not(keeping_next(&keeping, 1, 1, &item));
}

Test(keeping, numbers_run_on_where_the_store_fails_and_comes_back)
{
	add_soc("a");
	open_store();
	keeping_configure(&keeping, &config, now_ns);
	tell(1);
	keeping.has_store = false; /* As if it could not be written. */
	tell(2);
	tell(3);
	cr_expect_eq(printed, 3);
	keeping.has_store = true;
	tell(4);
	for (uint64_t sequence = 1; sequence <= 4; sequence++) {
		cr_assert(keeping_next(&keeping, 0, sequence - 1, &item),
		    "no %u", (unsigned)sequence);
		cr_expect_eq(item.record.seq, sequence);
	}
	cr_expect_not(keeping_next(&keeping, 0, 4, &item));
	keeping_acknowledge(&keeping, 0, 3);
	tell(5);
	cr_expect_eq(keeping.size, 0, "memory is free again");
	cr_expect_eq(keeping_waiting(&keeping, 0), 2);
}

Test(keeping, goes_on_after_a_restart_where_it_was)
{
	struct store_report report;

	add_soc("a");
	open_store();
	keeping_configure(&keeping, &config, now_ns);
	tell(1);
	tell(2);
	keeping_acknowledge(&keeping, 0, 1);
	keeping_close(&keeping, now_ns);
	keeping_init(&keeping, &counters, print, NULL);
	cr_assert_eq(keeping_open(&keeping, &settings, now_ns, &report), 0);
	cr_expect_eq(report.found, STORE_EXISTING);
	keeping_configure(&keeping, &config, now_ns);
	cr_expect_eq(keeping.destinations[0].last, 2);
	cr_expect_eq(keeping.destinations[0].acknowledged, 1);
	cr_assert(keeping_next(&keeping, 0, 1, &item));
	cr_expect_eq(item.record.seq, 2);
}

Test(keeping, says_what_memory_had_to_give_up)
{
	uint32_t revision = 1;

	add_soc("a");
	keeping_configure(&keeping, &config, now_ns);
	while (keeping.destinations[0].lost_to == 0) {
		tell(revision++);
		cr_assert_lt(revision, 100000);
	}
	cr_expect_eq(keeping.destinations[0].lost_from, 1);
	cr_expect_gt(counters.value[COUNTER_LEDGER_RECORDS_LOST], 0);
	cr_assert(
	    keeping_next(&keeping, 0, keeping.destinations[0].last - 1, &item));
	cr_expect_eq(item.record.kind, FORWARD_LOST);
	cr_assert(keeping_next(&keeping, 0, 0, &item));
	cr_expect_eq(item.record.seq, keeping.destinations[0].lost_to + 1);
}

Test(keeping, puts_what_people_did_into_what_is_kept)
{
	struct alert_people people;
	const struct people_actor actor = { "jane", NOW_NS };
	char sentence[PEOPLE_SENTENCE_SIZE];
	json_t *object;

	open_store();
	tell(1);
	cr_assert(keeping_recall(&keeping, alert.id, &object, &recalled));
	cr_assert(people_from_json(object, &people));
	cr_assert_eq(people_close(&people, &actor, "a test", sentence), 0);
	keeping_revise(&keeping, object, &recalled, &people,
	    &(struct keeping_revision){ now_ns, sentence, false });
	(void)keeping_commit(&keeping, now_ns);
	json_decref(object);
	cr_assert(keeping_recall(&keeping, alert.id, &object, &recalled));
	cr_expect_eq(recalled.row.revision, 2);
	cr_expect_eq(recalled.row.status, STORE_CLOSED);
	cr_assert(people_from_json(object, &people));
	cr_expect_eq(people.act_count, 1);
	cr_expect_str_eq(people.acts[0].by, "jane");
	cr_expect_str_eq(people.acts[0].text, "a test");
	json_decref(object);
}

/* Counts those that are not what was told: the next of the alert. */
static uint32_t misprinted;

static void
print_checked(void *context, const char *line, size_t size)
{
	json_t *object = json_loadb(line, size, 0, NULL);

	(void)context;
	printed++;
	if (json_integer_value(json_object_get(object, "revision")) !=
	    (json_int_t)printed) {
		misprinted++;
	}
	json_decref(object);
}

Test(keeping, prints_each_line_whole_where_a_batch_is_committed_early)
{
	misprinted = 0;
	keeping.print = print_checked;
	open_store();
	for (uint32_t i = 1; i <= 2 * KEEPING_BATCH + 1; i++) {
		finding.revision = i;
		finding.active = i % 2 == 0; /* Lines of two lengths. */
		alert_make(&alert, &finding, &policy);
		keeping_alert(&keeping, &alert, NULL);
	}
	(void)keeping_commit(&keeping, now_ns);
	cr_expect_eq(printed, 2 * KEEPING_BATCH + 1);
	cr_expect_eq(misprinted, 0);
}

Test(keeping, gives_another_destination_nothing_of_the_one_before_it)
{
	add_soc("a");
	keeping_configure(&keeping, &config, now_ns);
	tell(1); /* Without a store: it stays in memory. */
	cr_assert(keeping_next(&keeping, 0, 0, &item));
	(void)snprintf(
	    config.socs[0].name, sizeof(config.socs[0].name), "other");
	keeping_configure(&keeping, &config, now_ns);
	cr_expect_not(keeping_next(&keeping, 0, 0, &item));
}
