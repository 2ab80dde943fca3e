/*
 * Endpoints as people and programs see them: what `spanwatch hosts` prints.
 *
 * Memory: the list is made with jansson; at most HOSTS_LISTED hosts, those that
 *         spoke last.
 */
#ifndef FIRMWARE_HOSTS_H
#define FIRMWARE_HOSTS_H

#include <jansson.h>
#include <stdio.h>

#include "attribute/attribute.h"

enum { HOSTS_LISTED = 512 };

/* A list of the hosts that are known from logs; null: no memory.  'now_ns' is
 * since 1970. */
json_t *hosts_report(const struct attribute *attribute, uint64_t now_ns);

/* Prints such a list as a table. */
void hosts_print(json_t *list, FILE *stream);

#endif
