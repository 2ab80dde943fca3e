/*
 * The line of the ledger: findings in, alerts out.
 *
 *	finding -> alert
 *
 * Usage:
 *
 *	ledger_pipeline_finding(&ledger, &finding, &alert);
 *
 * Memory: this struct; the policy is borrowed and must stay.
 */
#ifndef PIPELINE_LEDGER_PIPELINE_H
#define PIPELINE_LEDGER_PIPELINE_H

#include "alert/alert.h"
#include "detect/finding.h"
#include "policy/policy.h"

struct ledger_pipeline {
	const struct policy *policy;
	uint64_t alerts;    /* First revisions seen. */
	uint64_t revisions; /* Findings seen. */
};

void ledger_pipeline_init(
    struct ledger_pipeline *ledger, const struct policy *policy);

/* Makes the alert that 'finding', which must be sound, is now. */
void ledger_pipeline_finding(struct ledger_pipeline *ledger,
    const struct finding *finding, struct alert *alert);

#endif
