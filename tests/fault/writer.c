/*
 * The program that is cut: `writer write FOLDER` stores batches of all kinds
 * and says on standard output what was committed; `writer check FOLDER` opens
 * the store again and holds it against what was said, from standard input;
 * `writer mended FOLDER` does so where the store was damaged and may have been
 * set aside.
 *
 *	C N     batch N is on the disk
 *
 * Batch N holds revision N / ALERTS + 1 of alert N % ALERTS, an audit entry, an
 * item of the outbox, and packets; every tenth acknowledges half of the outbox,
 * and retention runs between.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/store.h"
#include "store/store_read.h"

enum { BATCHES = 40, ALERTS = 5, LINE_LENGTH = 9000 };

#define NOW_NS (1764000000ull * NS_PER_S)

static struct store store;
static char id[STORE_ID_SIZE];
static char line[LINE_LENGTH + 1];
static uint32_t revisions[ALERTS];
static unsigned failures;

static void
must(bool holds, const char *what, long number)
{
	if (!holds) {
		printf("WRONG %s (%ld)\n", what, number);
		failures++;
	}
}

static struct store_settings
settings_for(const char *folder)
{
	struct store_settings settings = { .max_bytes = 64u << 20,
		.keep_alerts_s = 86400,
		.keep_open_s = 86400,
		.keep_evidence_s = 86400,
		.keep_audit_s = 86400,
		.keep_summaries_s = 86400,
		.keep_health_s = 86400,
		.evidence_packets = 4 };

	snprintf(settings.directory, sizeof(settings.directory), "%s", folder);
	return settings;
}

static void
name_alert(uint32_t batch)
{
	snprintf(id, sizeof(id), "01JDMK3V5Z0000000000%06u", batch % ALERTS);
}

/* A line that shows whether it came back whole. */
static void
make_line(uint32_t batch)
{
	memset(line, 'a' + (int)(batch % 26), LINE_LENGTH);
	snprintf(line, LINE_LENGTH, "%u", batch);
	line[strlen(line)] = ' ';
}

static int
put_batch(uint32_t batch)
{
	static uint64_t sequence;
	static const uint8_t bytes[60];
	struct store_revision revision = { .id = id,
		.revision = batch / ALERTS + 1,
		.active = true,
		.time_ns = NOW_NS,
		.first_seen_ns = NOW_NS,
		.last_seen_ns = NOW_NS + batch,
		.kinds = "port_scan",
		.line = line,
		.line_length = LINE_LENGTH };
	struct store_audit entry = {
		.actor = "writer", .origin = "local", .action = "batch"
	};
	struct store_item item = { .kind = STORE_ITEM_ALERT,
		.revision = batch / ALERTS + 1 };
	struct store_packet packet = { .size = sizeof(bytes), .bytes = bytes };
	int error;

	name_alert(batch);
	make_line(batch);
	strcpy(item.id, id);
	if ((error = store_begin(&store, NOW_NS + batch * NS_PER_S * 60)) !=
	    0) {
		return error;
	}
	(void)!store_put_revision(&store, &revision);
	(void)!store_put_state(&store, id, line, 3000);
	(void)!store_put_packets(&store, id, &packet, 1);
	(void)!store_put_audit(&store, &entry);
	(void)!store_outbox_add(&store, "siem", &item, 1u << 20, &sequence);
	if (batch % 10 == 9) {
		(void)!store_outbox_acknowledge(&store, "siem", sequence / 2);
	}
	return store_commit(&store);
}

static int
write_batches(const char *folder)
{
	struct store_settings settings = settings_for(folder);
	struct store_report report;
	struct store_dropped dropped = { 0 };

	(void)!store_open(&store, &settings, NOW_NS, &report);
	for (uint32_t batch = 0; batch < BATCHES; batch++) {
		char text[32];
		int length = snprintf(text, sizeof(text), "C %u\n", batch);
		int error = put_batch(batch);

		/* Not counted: what is said is no call of the store's. */
		if (error == 0 && fwrite(text, 1, (size_t)length, stdout) > 0) {
			fflush(stdout);
		}
		(void)!store_retain(
		    &store, NOW_NS + batch * NS_PER_S * 60, &dropped);
	}
	store_close(&store);
	return 0;
}

static bool
note_revision(void *context, uint32_t revision, const char *text, size_t length)
{
	uint32_t batch = (uint32_t)atoi(text);
	uint32_t *last = context;

	make_line(batch);
	must(length == LINE_LENGTH && memcmp(text, line, length) == 0,
	    "a line came back changed", batch);
	must(revision == batch / ALERTS + 1, "a revision's number", revision);
	*last = revision;
	return true;
}

static void
check_outbox(uint32_t alerts)
{
	static char buffer[STORE_LINE_SIZE];
	struct store_standing standing;
	struct store_item item;
	uint64_t sequence;
	uint64_t found = 0;

	if (store_outbox_standing(&store, "siem", &standing) != 0) {
		must(alerts == 0, "the outbox is gone", 0);
		return;
	}
	must(standing.last >= alerts, "numbers of the outbox", standing.last);
	sequence = standing.acknowledged;
	while (
	    store_outbox_next(&store, "siem", sequence, &item, buffer) == 1) {
		must(item.sequence == sequence + 1, "a gap in the outbox",
		    (long)item.sequence);
		sequence = item.sequence;
		found++;
	}
	must(found == standing.waiting, "what waits is counted", (long)found);
	must(
	    sequence == standing.last, "the end of the outbox", (long)sequence);
}

static int
check(const char *folder, bool is_mended)
{
	struct store_settings settings = settings_for(folder);
	struct store_report report;
	struct store_reader reader;
	struct store_audit_verdict verdict;
	uint32_t committed = 0;
	uint32_t batch;
	int error = store_open(&store, &settings, NOW_NS, &report);

	must(error == 0, "it cannot be opened", error);
	must(is_mended || report.found != STORE_SET_ASIDE, report.reason, 0);
	/* The first to touch what is damaged fails; the next is written. */
	(void)!put_batch(BATCHES);
	must(put_batch(BATCHES + 1) == 0, "it cannot be written again", 0);
	store_reader_of(&reader, &store);
	while (scanf("C %u\n", &batch) == 1) {
		committed++;
		if (batch / ALERTS + 1 > revisions[batch % ALERTS]) {
			revisions[batch % ALERTS] = batch / ALERTS + 1;
		}
	}
	for (uint32_t i = 0; i < ALERTS; i++) {
		uint32_t last = 0;

		name_alert(i);
		(void)!store_revisions(&reader, id, note_revision, &last);
		must(last >= revisions[i], "a committed revision is gone",
		    revisions[i]);
	}
	error = store_audit_verify(&reader, &verdict);
	must(error == 0 && verdict.broken == 0, verdict.why,
	    (long)verdict.broken);
	must(verdict.entries >= committed, "committed audit entries are gone",
	    (long)verdict.entries);
	check_outbox(committed);
	store_close(&store);
	return failures != 0;
}

int
main(int argument_count, char **arguments)
{
	if (argument_count != 3) {
		return 2;
	}
	if (strcmp(arguments[1], "write") == 0) {
		return write_batches(arguments[2]);
	}
	return check(arguments[2], strcmp(arguments[1], "mended") == 0);
}
