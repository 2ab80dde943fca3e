/*
 * Asking the running sensor for its status.
 *
 * Memory: the report, made with jansson; at most 4 MiB of text.
 */
#ifndef FIRMWARE_STATUS_ASK_H
#define FIRMWARE_STATUS_ASK_H

#include <jansson.h>

#include "firmware/command.h"

/* The options of every command that asks: a command's own begin after them. */
enum { STATUS_OPTION_JSON, STATUS_OPTION_SOCKET };
#define STATUS_OPTIONS(what)                             \
	[STATUS_OPTION_JSON] = { "--json", NULL, what }, \
	[STATUS_OPTION_SOCKET] = { "--socket", "PATH",   \
		"where the sensor listens" }

/* Takes the options, asks the sensor (of this user, or else root's) and gives
 * its report, the caller's to json_decref().  Null: there is none, it has been
 * said why, and '*status' is what to exit with. */
json_t *status_ask(const struct command *command, int argc, char **argv,
    bool *prints_json, int *status);

#endif
