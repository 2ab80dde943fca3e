/*
 * A database that anybody may have made: it is opened, checked and read to its
 * end, then opened by the writer, which sets aside what it cannot trust.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/store.h"
#include "store/store_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct store_reader reader;
static char ids[4][STORE_ID_SIZE];
static uint32_t id_count;
static volatile uint8_t sum;

/* Reads every byte, so that a sanitizer sees one that is not there. */
static int
use(void *context, const void *bytes, size_t size)
{
	(void)context;
	for (size_t i = 0; i < size; i++) {
		sum = (uint8_t)(sum + ((const uint8_t *)bytes)[i]);
	}
	return 0;
}

static const struct store_sink sink = { use, NULL };

static bool
note_id(void *context, const struct store_revision *revision)
{
	(void)context;
	SW_ASSERT(strlen(revision->id) == STORE_ID_SIZE - 1);
	SW_ASSERT(revision->line_length <= STORE_LINE_SIZE);
	SW_ASSERT(revision->target_segment_count <= STORE_SEGMENTS);
	memcpy(ids[id_count++], revision->id, STORE_ID_SIZE);
	return id_count < ARRAY_SIZE(ids);
}

static bool
use_act(void *context, const struct store_act *act)
{
	return use(context, act->by, strlen(act->by)) == 0;
}

static bool
use_event(void *context, uint64_t time_ns, const char *json)
{
	(void)time_ns;
	return use(context, json, strlen(json)) == 0;
}

static bool
use_scanner(void *context, const struct store_scanner *scanner)
{
	return use(context, scanner->json, strlen(scanner->json)) == 0;
}

static bool
use_summary(void *context, const struct store_summary *summary)
{
	return use(context, summary->key, strlen(summary->key)) == 0;
}

static bool
use_health(void *context, const struct store_health *sample)
{
	SW_ASSERT(sample->count > 0);
	return use(context, sample->metric, strlen(sample->metric)) == 0;
}

static bool
use_host(void *context, const struct store_host *host)
{
	return host->host == NULL ||
	    use(context, host->host, strlen(host->host)) == 0;
}

static bool
use_count(void *context, const struct store_count *count)
{
	(void)context;
	SW_ASSERT(count->severity < STORE_SEVERITY_COUNT);
	return true;
}

static void
read_all(void)
{
	static const uint64_t span[] = { 0, UINT64_MAX };
	struct store_filter filter = { .text = "a", .kind = "port_scan" };
	struct store_audit_verdict verdict;
	char next[STORE_ID_SIZE];

	id_count = 0;
	(void)!store_list(&reader, &filter, note_id, NULL, next);
	filter = (struct store_filter){ .limit = 4 };
	id_count = 0;
	(void)!store_list(&reader, &filter, note_id, NULL, next);
	for (uint32_t i = 0; i < id_count; i++) {
		(void)!store_acts(&reader, ids[i], use_act, NULL);
		(void)!store_events(&reader, ids[i], use_event, NULL);
		(void)!store_export_pcapng(&reader, ids[i], &sink);
		(void)!store_export_probes(&reader, ids[i], &sink);
	}
	filter = (struct store_filter){ 0 };
	(void)!store_export_csv(&reader, &filter, &sink);
	(void)!store_export_lines(&reader, &filter, true, &sink);
	(void)!store_counts(&reader, use_count, NULL);
	(void)!store_hosts(&reader, 10, use_host, NULL);
	(void)!store_scanners(&reader, use_scanner, NULL);
	(void)!store_summaries(
	    &reader, STORE_OF_SEGMENT, NULL, span, use_summary, NULL);
	(void)!store_health(&reader, NULL, span, use_health, NULL);
	(void)!store_audit_verify(&reader, &verdict);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	static char folder[] = "/dev/shm/spanwatch-fuzz-XXXXXX";
	static bool is_made;
	static struct store store;
	struct store_settings settings = { .max_bytes = 16u << 20 };
	struct store_report report;
	struct store_dropped dropped = { 0 };
	char path[256];
	FILE *file;

	if (!is_made) {
		SW_ASSERT(mkdtemp(folder) != NULL);
		is_made = true;
	}
	(void)snprintf(path, sizeof(path), "%s/spanwatch.db", folder);
	file = fopen(path, "wb");
	SW_ASSERT(file != NULL && fwrite(bytes, 1, size, file) == size);
	SW_ASSERT(fclose(file) == 0);
	if (store_reader_open(&reader, folder) == 0) {
		read_all();
		store_reader_close(&reader);
	}
	strcpy(settings.directory, folder);
	if (store_open(&store, &settings, NS_PER_S, &report) == 0) {
		(void)!store_retain(&store, UINT64_MAX / 4, &dropped);
	}
	store_close(&store);
	(void)snprintf(path, sizeof(path), "rm -f %s/*", folder);
	SW_ASSERT(system(path) == 0);
	return 0;
}
