/*
 * Endpoints as people and programs see them: what `spanwatch hosts` prints.
 *
 *	known = hosts_choose(attribute, now_ns, &choice);
 *	list = hosts_report(&choice);
 *
 * At most HOSTS_LISTED hosts, those that spoke last, in the order of their
 * names; 'known' says how many there are in all.
 *
 * Memory: a struct hosts_choice, too large for a stack; the list is made with
 *         jansson.
 */
#ifndef FIRMWARE_HOSTS_H
#define FIRMWARE_HOSTS_H

#include <jansson.h>
#include <stdio.h>

#include "attribute/attribute.h"

enum { HOSTS_LISTED = 256 };

struct hosts_choice {
	uint32_t count;
	const struct attribute_host *order[HOSTS_LISTED]; /* By their names. */
	struct attribute_host hosts[HOSTS_LISTED];
};

/* Chooses the hosts to list, and returns how many are known from logs.
 * 'now_ns' is since 1970. */
uint32_t hosts_choose(const struct attribute *attribute, uint64_t now_ns,
    struct hosts_choice *choice);

/* They as a list; null: no memory. */
json_t *hosts_report(const struct hosts_choice *choice);

/* Prints such a list as a table, and how many of 'known' it leaves out. */
void hosts_print(json_t *list, uint32_t known, FILE *stream);

#endif
