/*
 * Sequence: in what order a source visits its targets or ports.
 *
 * Each step from one first contact to the next is near (up or down by one to
 * the stride of the terms), of the same stride as the step before, or neither.
 * From the counts comes the order that an alert names, and near steps are
 * evidence: a user's targets are not neighbours, a loop's are.
 *
 * Positions are signed distances, so that ports and addresses of either family
 * are treated alike; the caller computes the distance.
 */
#ifndef DETECT_SEQUENCE_H
#define DETECT_SEQUENCE_H

#include "base/base.h"
#include "detect/finding.h"
#include "detect/terms.h"

enum sequence_step { SEQUENCE_FIRST, SEQUENCE_ADJACENT, SEQUENCE_APART };

struct sequence {
	uint32_t steps;
	uint32_t near_up;
	uint32_t near_down;
	uint32_t up;
	uint32_t down;
	uint32_t strides; /* Steps equal to the one before, not near. */
	int64_t last_step;
};

/* Takes in a step of 'distance' (INT64_MAX: not to be compared, as between
 * families).  Says whether it was adjacent: near, or the same stride again. */
enum sequence_step sequence_note(
    struct sequence *sequence, const struct terms *terms, int64_t distance);

enum finding_order sequence_order(
    const struct sequence *sequence, const struct terms *terms);

/* Whether the visits followed one another: up, down or by a constant stride. */
bool sequence_is_sequential(
    const struct sequence *sequence, const struct terms *terms);

#endif
