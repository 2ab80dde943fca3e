/*
 * Terms: the operator's, made into the numbers that a source is judged by.
 *
 * A bar is -ln of the odds that a statistic may be wrong by: a sequential test
 * that is ended at a likelihood ratio of 1/a is wrong with a chance of a at
 * most (Wald 1945; Ville 1939 for whoever looks at it all the time).  The
 * built-in bars belong to POLICY_FALSE_ALARMS_PPM; another number of false
 * alarms moves all of them by the logarithm of its share of that, so each
 * statistic keeps its share of the budget.  docs/detection.md argues it.
 *
 * Memory: the caller's.
 */
#ifndef DETECT_TERMS_H
#define DETECT_TERMS_H

#include "base/base.h"
#include "policy/policy.h"

struct terms {
	float half_life_ns; /* Of evidence. */
	/* Bars, in nats. */
	float likely_nats;  /* Outcome and order of a service; stealth; the
	                     * ports of a host outside. */
	float outcome_nats; /* Outcome alone. */
	float order_nats;   /* Order alone. */
	float outside_nats; /* Hosts outside. */
	/* Fewest contacts for those. */
	uint32_t contacts_needed;
	uint32_t unproductive_needed;
	uint32_t order_contacts_needed;
	uint32_t outside_contacts_needed;
	uint32_t ports_needed;
	uint32_t stealth_needed;

	float adjacent_less_nats; /* What a neighbour is worth less. */
	uint8_t sequence_steps;
	uint8_t sequence_stride;
};

/* What holds where the operator has said nothing. */
extern const struct terms terms_built_in;

/* 'policy_terms' are sound. */
void terms_make(struct terms *terms, const struct policy_terms *policy_terms);

#endif
