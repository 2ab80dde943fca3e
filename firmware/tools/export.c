/*
 * spanwatch export: what the store has, for other programs.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "firmware/tools/alert_filter.h"
#include "firmware/tools/store_tool.h"

enum {
	OPTION_FORMAT = ALERT_FILTER_OPTIONS,
	OPTION_ALL,
	OPTION_OUTPUT,
};

static int run(int argc, char **argv);
static int write_out(struct store_reader *reader, const char *format,
    const char *id, bool all_revisions, struct alert_filter *filter,
    const struct store_sink *sink);

const struct command command_export = {
	.name = "export",
	.line = "write alerts and their evidence for other programs",
	.operands = "[ID]",
	.text =
	    "Formats:\n"
	    "  jsonl    alerts, one JSON object a line: the last revision of "
	    "each, or all\n"
	    "  csv      alerts as a table (RFC 4180)\n"
	    "  pcapng   the packets kept of alert ID\n"
	    "  probes   the probes kept of alert ID, as a table\n\n"
	    "The alerts can be chosen as by \"spanwatch alerts\". The sensor "
	    "goes on meanwhile.\n",
	.options = {
		ALERT_FILTER_OPTION_LIST,
		[OPTION_FORMAT] = { "--format", "FORMAT",
		    "jsonl (which is meant without), csv, pcapng or probes" },
		[OPTION_ALL] = { "--all-revisions", NULL,
		    "each revision, not the last alone" },
		[OPTION_OUTPUT] = { "-o", "FILE",
		    "a new file, not standard output" },
	},
	.run = run,
};

static int
run(int argc, char **argv)
{
	struct alert_filter filter = { .is_used = false };
	struct store_reader reader;
	struct store_output output;
	struct options options;
	const char *format = "jsonl";
	const char *path = NULL;
	bool all_revisions = false;
	int which;
	int status = EXIT_DONE;

	options_init(&options, &command_export, argc, argv);
	while ((which = options_next(&options)) >= 0) {
		if (which == OPTION_FORMAT) {
			format = options.value;
		} else if (which == OPTION_OUTPUT) {
			path = options.value;
		} else if (which == OPTION_ALL) {
			all_revisions = true;
		} else if (!alert_filter_take(&filter, &options, which)) {
			return EXIT_USAGE;
		}
	}
	if (which != OPTIONS_END) {
		return options_exit_status(which);
	}
	if (options.operand_count > 1) {
		return command_misused(
		    &command_export, "it takes one alert's ID, or none");
	}
	if (strcmp(format, "jsonl") != 0 && strcmp(format, "csv") != 0 &&
	    strcmp(format, "pcapng") != 0 && strcmp(format, "probes") != 0) {
		return command_misused(&command_export,
		    "--format %s is none: write jsonl, csv, pcapng or probes",
		    format);
	}
	if (options.operand_count == 0 && (format[0] == 'p')) {
		return command_misused(
		    &command_export, "%s is of one alert: name its ID", format);
	}
	if (!store_tool_open(
	        &command_export, &filter.place, &reader, &status)) {
		return status;
	}
	if (store_output_open(&command_export, path, &output, &status)) {
		int error = write_out(&reader, format,
		    options.operand_count == 0 ? NULL : options.operands[0],
		    all_revisions, &filter, &output.sink);

		status = store_output_close(&command_export, &output,
		    store_tool_failed(&command_export, &reader, error));
	}
	store_reader_close(&reader);
	return status;
}

static int
write_out(struct store_reader *reader, const char *format, const char *id,
    bool all_revisions, struct alert_filter *filter,
    const struct store_sink *sink)
{
	struct store_evidence evidence;

	if (id != NULL) {
		int error = store_evidence(reader, id, &evidence);

		if (error != 0) {
			return error;
		}
		filter->filter.id = id;
	}
	if (strcmp(format, "pcapng") == 0) {
		return store_export_pcapng(reader, id, sink);
	}
	if (strcmp(format, "probes") == 0) {
		return store_export_probes(reader, id, sink);
	}
	return strcmp(format, "csv") == 0
	    ? store_export_csv(reader, &filter->filter, sink)
	    : store_export_lines(reader, &filter->filter, all_revisions, sink);
}
