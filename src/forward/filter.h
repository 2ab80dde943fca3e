/*
 * Filter: which records a SOC wants.
 *
 * The ledger asks for each destination when it queues a record, so that what is
 * not wanted takes no room in the outbox and leaves no gap in the sequence.
 * Heartbeats, and the word that records were lost, pass every filter.
 *
 * Memory: none.  Time: none is read.
 */
#ifndef FORWARD_FILTER_H
#define FORWARD_FILTER_H

#include <jansson.h>

#include "config/config.h"
#include "forward/record.h"

/* Whether a record of 'kind', whose object that is, passes. */
bool forward_filter_passes(const struct config_filter *filter,
    enum forward_kind kind, const json_t *object);

#endif
