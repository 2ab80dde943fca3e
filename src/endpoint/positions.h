/*
 * Positions: the values of an event that come without their names.
 *
 * Fluent Bit's StringInserts and the XML of classic providers give an event's
 * values in the order of its manifest; the event id tells which order that is.
 * Sysmon's first value, RuleName, came with its version 8, OriginalFileName
 * with version 10.
 *
 * Memory: none.
 */
#ifndef ENDPOINT_POSITIONS_H
#define ENDPOINT_POSITIONS_H

#include "endpoint/slice.h"

/* The slot of value 'index' of 'count', of which the first is given;
 * FIELD_COUNT: none. */
enum field position_field(
    uint64_t event_id, uint32_t index, uint32_t count, struct slice first);

#endif
