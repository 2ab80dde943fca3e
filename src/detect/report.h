/*
 * Report: a campaign written out as a finding.
 */
#ifndef DETECT_REPORT_H
#define DETECT_REPORT_H

#include "detect/campaign.h"
#include "detect/finding.h"
#include "detect/shape.h"
#include "detect/suspect.h"

/* Fills all of '*finding' but the visibility and what the policy says. */
void report_campaign(const struct campaign *campaign,
    const struct suspect *suspect, struct finding *finding);

#endif
