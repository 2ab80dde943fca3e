/*
 * Alerts of a store for a person, made of their JSON objects.
 *
 * Memory: none.
 */
#ifndef FIRMWARE_TOOLS_ALERT_PRINT_H
#define FIRMWARE_TOOLS_ALERT_PRINT_H

#include <jansson.h>
#include <stdio.h>

/* One line of a list. */
void alert_print_line(const json_t *alert, FILE *stream);

/* All that is worth reading of one. */
void alert_print_whole(const json_t *alert, FILE *stream);

#endif
