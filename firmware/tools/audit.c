/*
 * spanwatch audit: who changed what, and whether the log is whole.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alert/json_help.h"
#include "base/rfc3339.h"
#include "firmware/command.h"
#include "firmware/tools/store_tool.h"
#include "firmware/visible.h"
#include "pipeline/records.h"

enum { OPTION_STORE, OPTION_CONFIG, OPTION_JSON };

static int run(int argc, char **argv);
static int verify(struct store_reader *reader);
static bool print_line(void *context, const struct store_audit *entry);
static bool print_json(void *context, const struct store_audit *entry);

const struct command command_audit = {
	.name = "audit",
	.line = "show the audit log, and check that it is whole",
	.operands = "[list|verify]",
	.text =
	    "list      each change by people: when, who, from where, what, "
	    "before and after\n"
	    "verify    checks the chain of hashes; exit status 1 names the "
	    "first entry that\n          is not as it was written\n",
	.options = {
		[OPTION_STORE] = STORE_TOOL_OPTION_STORE,
		[OPTION_CONFIG] = STORE_TOOL_OPTION_CONFIG,
		[OPTION_JSON] = { "--json", NULL,
		    "as JSON, one object a line" },
	},
	.run = run,
};

static int
run(int argc, char **argv)
{
	struct store_place place = { NULL, NULL };
	struct store_reader reader;
	struct options options;
	bool is_json = false;
	const char *word;
	int which;
	int status = EXIT_DONE;

	options_init(&options, &command_audit, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		if (which == OPTION_STORE) {
			place.store = options.value;
		} else if (which == OPTION_CONFIG) {
			place.config = options.value;
		} else {
			is_json = true;
		}
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	word = options.operand_count == 0 ? "list" : options.operands[0];
	if (options.operand_count > 1 ||
	    (strcmp(word, "list") != 0 && strcmp(word, "verify") != 0)) {
		return command_misused(
		    &command_audit, "write list, verify, or nothing");
	}
	if (!store_tool_open(&command_audit, &place, &reader, &status)) {
		return status;
	}
	if (strcmp(word, "verify") == 0) {
		status = verify(&reader);
	} else {
		status = store_tool_failed(&command_audit, &reader,
		    store_audit(
		        &reader, 0, is_json ? print_json : print_line, NULL));
	}
	store_reader_close(&reader);
	return status;
}

static int
verify(struct store_reader *reader)
{
	struct store_audit_verdict verdict = { 0 };
	int error = store_audit_verify(reader, &verdict);

	if (error != 0) {
		return store_tool_failed(&command_audit, reader, error);
	}
	if (verdict.broken != 0) {
		return command_failed(&command_audit, EXIT_INPUT,
		    "entry %" PRIu64 " is not as it was written: %s",
		    verdict.broken, verdict.why);
	}
	printf("%" PRIu64 " entries in order", verdict.entries);
	if (verdict.entries > 0) {
		printf(", from %" PRIu64 " on; the last has the hash ",
		    verdict.first);
		for (uint32_t i = 0; i < STORE_HASH_SIZE; i++) {
			printf("%02x", verdict.head[i]);
		}
	}
	printf("\n");
	return EXIT_DONE;
}

static bool
print_line(void *context, const struct store_audit *entry)
{
	char time[RFC3339_SIZE];

	(void)context;
	visible_line(stdout, "%6" PRIu64 "  %s  %s (%s)  %s %s%s%s",
	    entry->number, rfc3339_format(entry->time_ns, time), entry->actor,
	    entry->origin, entry->action,
	    entry->object == NULL ? "" : entry->object,
	    entry->reason == NULL ? "" : ": ",
	    entry->reason == NULL ? "" : entry->reason);
	return !ferror(stdout);
}

static bool
print_json(void *context, const struct store_audit *entry)
{
	json_t *object = record_audit("", entry);
	char *text;

	(void)context;
	json_object_del(object, "sensor"); /* The store does not say. */
	text = object == NULL ? NULL : json_dumps(object, JSON_COMPACT);
	if (text != NULL) {
		printf("%s\n", text);
	}
	free(text);
	json_decref(object);
	return text != NULL && !ferror(stdout);
}
