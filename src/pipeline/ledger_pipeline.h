/*
 * The line of the ledger: findings and endpoint events in, alerts out.
 *
 *	finding, wire contact, wire name -> attribute -> alert
 *	endpoint event -------------------^
 *
 * The ledger remembers the last finding of each campaign, and counts the
 * revisions of its alert itself: an alert may change for more reasons than that
 * the sensor tells something new.  One is that the sensor ends, by its own
 * fault or not.  It takes all it knew of its campaigns with it, so nobody would
 * ever say that they are over; the ledger ends their alerts.
 *
 * Usage:
 *
 *	ledger_pipeline_contact(&ledger, &contact);
 *	ledger_pipeline_name(&ledger, &name);
 *	ledger_pipeline_event(&ledger, &event);
 *	ledger_pipeline_finding(&ledger, &finding, &alert);
 *	while (ledger_pipeline_next_revision(&ledger, now_ns, &alert)) ...
 *
 *	ledger_pipeline_sensor_ended(&ledger);
 *	while (ledger_pipeline_next_orphan(&ledger, now_ns, &alert)) { ... }
 *
 * A full table gives up an alert that is over, the longest quiet first, else
 * the one that has been quiet longest.  Should that one's campaign be told
 * again, its alert counts on from the sensor's revision.
 *
 * Memory: this struct, CONFIG_DETECT_CAMPAIGN_COUNT campaigns in it, too large
 *         for a stack, and ledger_pipeline_bytes() of the caller's region; the
 *         policy and the counters are borrowed and must stay.
 * Time:   passed in.
 */
#ifndef PIPELINE_LEDGER_PIPELINE_H
#define PIPELINE_LEDGER_PIPELINE_H

#include "alert/alert.h"
#include "alert/changes.h"
#include "attribute/attribute.h"
#include "base/counter.h"
#include "classify/wire_name.h"
#include "detect/finding.h"
#include "mem/region.h"
#include "policy/policy.h"

/* What the ledger knows of a campaign. */
struct ledger_campaign {
	uint64_t campaign;       /* As the sensor numbers them. */
	uint32_t run;            /* Of the sensor that did. */
	uint32_t alert_revision; /* The last that was told. */
	struct finding finding;  /* Likewise. */
	struct alert_told told;
};

struct ledger_pipeline {
	const struct policy *policy;
	struct counters *counters;
	uint64_t alerts;    /* First revisions told. */
	uint64_t revisions; /* All of them. */

	struct attribute *attribute; /* To look at. */

	/* Private to ledger_pipeline.c. */
	uint32_t run;    /* Sensors number campaigns anew. */
	uint32_t count;  /* Campaigns held. */
	uint32_t orphan; /* Where to look for the next. */
	/* Their numbers, close together: to find one quickly. */
	uint64_t numbers[CONFIG_DETECT_CAMPAIGN_COUNT];
	struct ledger_campaign campaigns[CONFIG_DETECT_CAMPAIGN_COUNT];
};

/* Bytes of region that ledger_pipeline_init() carves. */
size_t ledger_pipeline_bytes(void);

/* 'key' is of the tables: random where live, fixed in a replay. */
void ledger_pipeline_init(struct ledger_pipeline *ledger, struct region *region,
    const struct hash_key *key, const struct policy *policy,
    struct counters *counters);

/* Makes the alert that 'finding', which must be sound, is now. */
void ledger_pipeline_finding(struct ledger_pipeline *ledger,
    const struct finding *finding, struct alert *alert);

/* Takes in a probe or a connection, which must be sound. */
void ledger_pipeline_contact(
    struct ledger_pipeline *ledger, const struct wire_contact *contact);

/* Takes in the name that an address was heard to have, which must be sound. */
void ledger_pipeline_name(
    struct ledger_pipeline *ledger, const struct wire_name *name);

/* Takes in what an endpoint logged, which must be sound. */
void ledger_pipeline_event(
    struct ledger_pipeline *ledger, const struct endpoint_event *event);

/* A message of 'sender' gave no event; 'reason' is a short word for why. */
void ledger_pipeline_failure(struct ledger_pipeline *ledger, uint64_t now_ns,
    const char *sender, const char *reason);

/* Gives an alert of which more, or something else, is known of the process than
 * it last said; false: none now. */
bool ledger_pipeline_next_revision(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert);

/* What is known of a campaign of the sensor that runs; null: nothing, or no
 * longer. */
struct ledger_campaign *ledger_pipeline_find(
    struct ledger_pipeline *ledger, uint64_t campaign);

/* The sensor has ended: the next finding is another's. */
void ledger_pipeline_sensor_ended(struct ledger_pipeline *ledger);

/* Ends an alert that a sensor which has ended left open, and gives its last
 * revision; false: there is none (any more). */
bool ledger_pipeline_next_orphan(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert);

#endif
