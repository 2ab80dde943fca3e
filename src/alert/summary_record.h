/*
 * What a source did in ten minutes, as JSON: schema "spanwatch.summary/1".
 *
 * One object in one line: counts, for who only adds up, and sketches, for who
 * joins sensors and days; src/evidence/sketch.h says how they are made and
 * joined.  Every field is always there, null where unknown.
 *
 * Memory: the object is made with jansson, which allocates; it is bounded.  Not
 *         for the packet path.
 */
#ifndef ALERT_SUMMARY_RECORD_H
#define ALERT_SUMMARY_RECORD_H

#include <jansson.h>

#include "attribute/attribution.h"
#include "evidence/source_summary.h"
#include "policy/policy.h"

enum {
	SUMMARY_RECORD_SIZE = 16384, /* Bytes that every line fits into. */
	/* Characters of a sketch: base64 (RFC 4648) of its registers. */
	SUMMARY_SKETCH_LENGTH = 344,
};

/* The summary as an object, the caller's to json_decref(); null: no memory.
 * 'attribution' (null: none) is that of the source's campaign. */
json_t *summary_record_json(const struct source_summary *summary,
    const struct policy *policy, const struct attribution *attribution);

/* Writes it as one line with its newline (and no closing zero) and returns its
 * length; zero: no memory, or 'size' is too small. */
size_t summary_record_line(const struct source_summary *summary,
    const struct policy *policy, const struct attribution *attribution,
    char *line, size_t size);

#endif
