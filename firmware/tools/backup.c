/*
 * spanwatch backup, spanwatch restore: the store as a file.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "firmware/clock.h"
#include "firmware/command.h"
#include "firmware/configuration.h"
#include "firmware/tools/store_tool.h"

enum { OPTION_STORE, OPTION_CONFIG, OPTION_FORCE };

static int run_backup(int argc, char **argv);
static int run_restore(int argc, char **argv);
static int take_words(struct options *options, struct store_place *place,
    bool *force, int *status);
static bool show_progress(void *context, uint64_t done, uint64_t total);

const struct command command_backup = {
	.name = "backup",
	.line = "copy the store to a file",
	.operands = "FILE",
	.text =
	    "FILE must not be there yet. It gets the store as it is at one "
	    "instant, whole or\nnot at all; the sensor goes on meanwhile.\n",
	.options = {
		[OPTION_STORE] = STORE_TOOL_OPTION_STORE,
		[OPTION_CONFIG] = STORE_TOOL_OPTION_CONFIG,
	},
	.run = run_backup,
};

const struct command command_restore = {
	.name = "restore",
	.line = "put a backup in the place of the store",
	.operands = "FILE",
	.text =
	    "The sensor must not run meanwhile. The backup is checked first: "
	    "its version, its\npages and its audit log. What was in the store "
	    "is kept beside it.\n",
	.options = {
		[OPTION_STORE] = STORE_TOOL_OPTION_STORE,
		[OPTION_CONFIG] = STORE_TOOL_OPTION_CONFIG,
		[OPTION_FORCE] = { "--force", NULL,
		    "even where there is a store already" },
	},
	.run = run_restore,
};

static int
run_backup(int argc, char **argv)
{
	struct store_place place = { NULL, NULL };
	struct store_reader reader;
	struct options options;
	bool force = false;
	int status = EXIT_DONE;
	int error;

	options_init(&options, &command_backup, argc, argv);
	if (take_words(&options, &place, &force, &status) != OPTIONS_END ||
	    !store_tool_open(&command_backup, &place, &reader, &status)) {
		return status;
	}
	error = store_backup(&reader, options.operands[0],
	    isatty(STDERR_FILENO) ? show_progress : NULL, NULL);
	status = store_tool_failed(&command_backup, &reader, error);
	store_reader_close(&reader);
	return status;
}

static int
run_restore(int argc, char **argv)
{
	struct store_place place = { NULL, NULL };
	char aside[STORE_NAME_SIZE] = "";
	char reason[STORE_REASON_SIZE] = "";
	struct options options;
	const char *folder;
	bool force = false;
	int status = EXIT_DONE;
	int error;

	options_init(&options, &command_restore, argc, argv);
	if (take_words(&options, &place, &force, &status) != OPTIONS_END) {
		return status;
	}
	folder = store_tool_folder(&command_restore, &place, &status);
	if (folder == NULL) {
		return status;
	}
	error = store_restore(
	    options.operands[0], folder, force, clock_wall_ns(), aside, reason);
	if (error != 0) {
		return command_failed(&command_restore, exit_status_of(error),
		    "%s", reason[0] == '\0' ? strerror(-error) : reason);
	}
	if (aside[0] != '\0') {
		printf("What was there is kept as %s/%s\n", folder, aside);
	}
	return EXIT_DONE;
}

static int
take_words(struct options *options, struct store_place *place, bool *force,
    int *status)
{
	int which;

	while ((which = options_next(options)) >= 0) {
		if (which == OPTION_STORE) {
			place->store = options->value;
		} else if (which == OPTION_CONFIG) {
			place->config = options->value;
		} else {
			*force = true;
		}
	}
	*status = options_exit_status(which);
	if (which == OPTIONS_END && options->operand_count != 1) {
		*status = command_misused(
		    options->command, "name one file of a backup");
		return OPTIONS_WRONG;
	}
	return which;
}

static bool
show_progress(void *context, uint64_t done, uint64_t total)
{
	(void)context;
	fprintf(
	    stderr, "\r%3" PRIu64 " %%", total == 0 ? 100 : done * 100 / total);
	if (done == total) {
		fprintf(stderr, "\n");
	}
	return true;
}
