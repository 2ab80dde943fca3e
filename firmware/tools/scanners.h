/*
 * Authorised scanners as people see them: what `spanwatch scanners` prints.
 *
 * Memory: none of its own.
 */
#ifndef FIRMWARE_TOOLS_SCANNERS_H
#define FIRMWARE_TOOLS_SCANNERS_H

#include <jansson.h>

/* Prints entries as a table, each with its warnings under it. */
void scanners_print_list(const json_t *entries);

/* Prints one entry, a field a line. */
void scanners_print_entry(const json_t *entry);

/* Prints suggestions, each as an entry that could be added. */
void scanners_print_suggestions(const json_t *suggestions);

/* Writes entries as CSV. */
void scanners_print_csv(const json_t *entries);

#endif
