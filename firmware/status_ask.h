/*
 * Asking the running sensor for its status.
 *
 * Memory: the report, made with jansson; at most 4 MiB of text.
 */
#ifndef FIRMWARE_STATUS_ASK_H
#define FIRMWARE_STATUS_ASK_H

#include <jansson.h>

#include "firmware/command.h"

/* The report of the sensor at 'path'; null path: this user's, or else root's.
 * The caller's to json_decref().  Null: there is none, and it has been said on
 * standard error, in the name of 'command', why. */
json_t *status_ask(const struct command *command, const char *path);

#endif
