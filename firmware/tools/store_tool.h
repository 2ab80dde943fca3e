/*
 * What the commands that read a store have in common.
 *
 * The store is the one that --store names, else that of the configuration named
 * by -c, else the appliance's.  It is read while the sensor goes on.
 *
 * Memory: the reader's.
 */
#ifndef FIRMWARE_TOOLS_STORE_TOOL_H
#define FIRMWARE_TOOLS_STORE_TOOL_H

#include "firmware/command.h"
#include "store/store_read.h"

/* Where a store may be. */
struct store_place {
	const char *store;  /* --store; null: not given. */
	const char *config; /* -c; likewise. */
};

/* The options that name it, for a command's own list. */
#define STORE_TOOL_OPTION_STORE                                             \
	{                                                                   \
		"--store", "DIR", "the store, where it is not the sensor's" \
	}
#define STORE_TOOL_OPTION_CONFIG                                         \
	{                                                                \
		"-c", "FILE", "the configuration, which names the store" \
	}

/* The directory that 'place' names.  Null: it has been said why there is none,
 * and '*status' is what to exit with. */
const char *store_tool_folder(const struct command *command,
    const struct store_place *place, int *status);

/* Opens it to read.  False likewise. */
bool store_tool_open(const struct command *command,
    const struct store_place *place, struct store_reader *reader, int *status);

/* Says what a call of the store answered, and returns what to exit with. */
int store_tool_failed(const struct command *command,
    const struct store_reader *reader, int error);

/* Where an export goes: a file that must not be there yet, or standard output.
 */
struct store_output {
	struct store_sink sink;
	const char *path; /* Null: standard output. */
	void *file;
};

/* False: it cannot be, as has been said; '*status' as above. */
bool store_output_open(const struct command *command, const char *path,
    struct store_output *output, int *status);

/* Returns 'status', or what to exit with if not all could be written; of a file
 * nothing is then left. */
int store_output_close(
    const struct command *command, struct store_output *output, int status);

#endif
