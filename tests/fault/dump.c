/*
 * Says what a store holds, for run_whole: `dump FOLDER`.
 *
 *	R ID REVISION LINE          each revision
 *	V ENTRIES BROKEN            of the audit log
 *	S DESTINATION LAST WAITING  how it stands with s0 and s1
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/store_read.h"

#define NOW_NS (1764000000 * NS_PER_S)

static void
refuse(const char *what)
{
	fprintf(stderr, "dump: %s\n", what);
	exit(3);
}

/* The alert whose revisions are visited. */
static const char *visited;

static bool
dump_revision(void *context, uint32_t revision, const char *line, size_t length)
{
	(void)context;
	printf("R %s %u %.*s\n", visited, revision, (int)length, line);
	return true;
}

static bool
note_id(void *context, const struct store_revision *revision)
{
	char(*ids)[STORE_ID_SIZE] = context;
	uint32_t i = 0;

	while (ids[i][0] != '\0') {
		i++;
	}
	memcpy(ids[i], revision->id, STORE_ID_SIZE);
	return true;
}

static int
dump(const char *folder)
{
	static char ids[STORE_PAGE_MOST + 1][STORE_ID_SIZE];
	struct store_filter filter = { .limit = STORE_PAGE_MOST };
	static struct store store; /* Large. */
	struct store_settings settings = { .max_bytes = 256u << 20 };
	struct store_reader reader = { 0 };
	struct store_audit_verdict verdict;
	struct store_standing standing;
	struct store_report found;
	char next[STORE_ID_SIZE] = "";

	(void)snprintf(
	    settings.directory, sizeof(settings.directory), "%s", folder);
	if (store_open(&store, &settings, NOW_NS, &found) != 0) {
		refuse(found.reason);
	}
	store_reader_of(&reader, &store);
	do {
		filter.after = next;
		memset(ids, 0, sizeof(ids));
		if (store_list(&reader, &filter, note_id, ids, next) != 0) {
			refuse(reader.reason);
		}
		for (uint32_t i = 0; ids[i][0] != '\0'; i++) {
			visited = ids[i];
			if (store_revisions(
			        &reader, ids[i], dump_revision, NULL) != 0) {
				refuse(reader.reason);
			}
		}
	} while (next[0] != '\0');
	if (store_audit_verify(&reader, &verdict) != 0) {
		refuse(reader.reason);
	}
	printf("V %llu %llu\n", (unsigned long long)verdict.entries,
	    (unsigned long long)verdict.broken);
	for (int i = 0; i < 2; i++) {
		if (store_outbox_standing(
		        &store, i == 0 ? "s0" : "s1", &standing) == 0) {
			printf("S %d %llu %llu\n", i,
			    (unsigned long long)standing.last,
			    (unsigned long long)standing.waiting);
		}
	}
	store_close(&store);
	return 0;
}

int
main(int argument_count, char **arguments)
{
	return argument_count == 2 ? dump(arguments[1]) : 2;
}
