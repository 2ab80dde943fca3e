/*
 * Desk: an endpoint room, and the event of the message last read.
 */
#ifndef TESTS_UNIT_ENDPOINT_DESK_H
#define TESTS_UNIT_ENDPOINT_DESK_H

#include "endpoint/endpoint.h"

/* 2020-10-22 08:30:00 UTC: when messages arrive here. */
#define DESK_NOW_NS (1603355400ull * NS_PER_S)

extern struct counters desk_counters;
extern struct endpoint_event desk_event;

/* Fixtures of a suite. */
void desk_begin(void);
void desk_end(void);

enum endpoint_outcome desk_read_bytes(const char *bytes, size_t size);
enum endpoint_outcome desk_read(const char *text);

/* A text of the event last read. */
const char *desk_text(enum endpoint_text which);

/* Holds both ends of the event last read against "ADDRESS/PORT". */
bool desk_has_ends(const char *source, const char *target);

#endif
