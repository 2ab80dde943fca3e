/*
 * Shape: what kind of scan a campaign is, and in what order it goes.
 *
 * Pure arithmetic on the counts of a campaign and the slots of its suspect.
 */
#ifndef DETECT_SHAPE_H
#define DETECT_SHAPE_H

#include "detect/campaign.h"
#include "detect/finding.h"
#include "detect/suspect.h"

struct shape {
	uint8_t kind_count;
	uint8_t kinds[FINDING_KIND_COUNT]; /* The best description first. */
	uint8_t order;                     /* enum finding_order */
};

void shape_of(const struct campaign *campaign, const struct suspect *suspect,
    struct shape *shape);

/* 1 << enum finding_kind of all its kinds. */
uint32_t shape_kinds(const struct shape *shape);

#endif
