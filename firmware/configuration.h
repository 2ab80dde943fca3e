/*
 * Reading the configuration for a subcommand: what is wrong goes to standard
 * error, a line each, and becomes the exit status.
 */
#ifndef FIRMWARE_CONFIGURATION_H
#define FIRMWARE_CONFIGURATION_H

#include "config/config.h"
#include "firmware/command.h"

/* Reads the file 'path', or takes the defaults where it is null.  Returns
 * EXIT_DONE, EXIT_INPUT or EXIT_REFUSED; what is wrong has then been said. */
int configuration_read(const char *path, struct config *config) SW_MUST_CHECK;

/* The exit status that goes with a negative errno of opening or reading:
 * whether the system refused, or what was named is of no use. */
int exit_status_of(int error);

#endif
