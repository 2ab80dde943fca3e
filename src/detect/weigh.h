/*
 * Weigh: what one event of a contact is worth as evidence, and when it is
 * enough.
 *
 * Everything here is arithmetic on a struct suspect; docs/detection.md argues
 * the numbers.  Weights are natural logarithms of likelihood ratios (nats):
 * how much likelier the event is if the source scans than if it does not
 * (Wald's sequential test, as Jung, Paxson, Berger and Balakrishnan use it in
 * "Fast portscan detection using sequential hypothesis testing", 2004).
 */
#ifndef DETECT_WEIGH_H
#define DETECT_WEIGH_H

#include "detect/suspect.h"

/* What is known of the event beside the contact. */
struct weigh_context {
	uint64_t now_ns;
	uint16_t traits;     /* Of the probe. */
	float silence_worth; /* 0 to 1: see weather.h. */
	bool is_dark;        /* The target has never been seen to exist. */
};

/* A first contact has been made. */
void weigh_attempt(struct suspect *suspect, const struct contact *contact,
    const struct weigh_context *context);

/* No answer yet, though it is overdue; 'contact' is in the list. */
void weigh_overdue(struct suspect *suspect, struct contact *contact,
    const struct weigh_context *context);

/* The outcome is known.  'contact' may be one that is no longer in the list:
 * it has no CONTACT_ADJACENT or CONTACT_APART then. */
void weigh_outcome(struct suspect *suspect, struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context);

/* Which statistic suffices for an alert, if any.  The service or target that it
 * is about is part of the campaign from then on. */
enum suspect_channel weigh_verdict(struct suspect *suspect);

/* Nats that the make of the packets adds to every statistic. */
float weigh_make(const struct suspect *suspect);

/* The evidence against it, to choose who must make room: higher stays. */
uint32_t weigh_rank(const void *record);

/* Whether a contact belongs to what the source was raised for, rather than to
 * its everyday work. */
bool weigh_implicates(struct suspect *suspect, const struct contact *contact);

/* Whether an outcome taught the source nothing by way of a service. */
bool weigh_is_unproductive(enum probe_outcome outcome);

/* FIN, NULL, Xmas and the like. */
bool weigh_is_stealth(enum probe_technique technique);

#endif
