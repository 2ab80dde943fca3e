/*
 * The line of the ledger: findings and endpoint events in, alerts out.
 *
 *	finding, wire contact, wire name -> attribute -> authorise -> alert
 *	endpoint event -------------------^                            ^
 *	what people do ------------------------------------------------'
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
 * again, 'recall' finds what the store has of its alert; without a store it
 * counts on from the sensor's revision.
 *
 * The ledger's own end need not be the campaigns': ledger_pipeline_save() gives
 * what the store is to keep of an active alert, ledger_pipeline_restore() takes
 * it back at the next start, and a sensor that has gone on meanwhile finds its
 * campaigns again by the identifiers of their alerts.
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
#include "alert/people.h"
#include "attribute/attribute.h"
#include "authorise/authorise.h"
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
	char id[ULID_SIZE]; /* Of the alert. */
	bool is_due;        /* It is to be judged, whatever else happens... */
	uint64_t due_ns;    /* ...or from this time on; 0: never. */
	uint8_t left;       /* Parts of the scope, when last told. */
	uint64_t digest;    /* Of all that was then said of processes. */
	struct alert_people people;
	struct authorise_watch watch;
	char host[ATTRIBUTION_HOST_SIZE]; /* The source's, when last told. */
};

/* What the store keeps of an active alert for the ledger's next start; of this
 * build only. */
struct ledger_state {
	uint32_t magic;
	uint32_t size;
	struct ledger_campaign campaign;
};

/* What an earlier life knew of an alert. */
struct ledger_recollection {
	uint32_t revision;
	struct alert_people people;
};

struct ledger_pipeline {
	const struct policy *policy;
	struct counters *counters;
	uint64_t alerts;    /* Told, or begun by a ledger before this. */
	uint64_t revisions; /* All of them. */

	struct attribute *attribute; /* To look at. */
	struct authorise *authorise; /* To ask and to change. */

	/* Finds what the store has of the alert 'id'; null: there is none. */
	bool (*recall)(void *context, const char *id,
	    struct ledger_recollection *recollection);
	void *recall_context;

	/* Private to ledger_pipeline.c and ledger_table.c. */
	uint32_t run;               /* Sensors number campaigns anew. */
	uint32_t count;             /* Campaigns held. */
	bool has_displaced;         /* One has had to make room. */
	uint32_t orphan;            /* Where to look for the next. */
	uint32_t authorise_version; /* That all were judged by. */
	uint64_t judged_ns; /* When those that are due were looked for. */
	/* Their numbers, close together: to find one quickly. */
	uint64_t numbers[CONFIG_DETECT_CAMPAIGN_COUNT];
	struct ledger_campaign campaigns[CONFIG_DETECT_CAMPAIGN_COUNT];
};

/* Bytes of region that ledger_pipeline_init() carves. */
size_t ledger_pipeline_bytes(void);

/* 'key' is of the tables: random where live, fixed in a replay.  Authorised
 * scanners are told to ledger->authorise. */
void ledger_pipeline_init(struct ledger_pipeline *ledger, struct region *region,
    const struct hash_key *key, const struct policy *policy,
    struct counters *counters);

/* The policy has changed in place; 'zone' is its time zone's. */
void ledger_pipeline_apply_policy(struct ledger_pipeline *ledger,
    const struct authorise_zone *zone, bool two_person);

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

/* Gives an alert of which more, or something else, is known of the process or
 * of what it was allowed than it last said; false: none now. */
bool ledger_pipeline_next_revision(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert);

/* At a recording's end: gives an alert of whose processes anything else is
 * known than it last said, be it only a count; false: none (any more).
 * '*place', first 0, is where to look for the next. */
bool ledger_pipeline_last_word(struct ledger_pipeline *ledger, uint64_t now_ns,
    uint32_t *place, struct alert *alert);

/* What is known of a campaign of the sensor that runs; null: nothing, or no
 * longer. */
struct ledger_campaign *ledger_pipeline_find(
    struct ledger_pipeline *ledger, uint64_t campaign);

/* How many of the alerts held go on. */
uint32_t ledger_pipeline_active(const struct ledger_pipeline *ledger);

/* What is known of the alert 'id'; null: nothing, or no longer. */
struct ledger_campaign *ledger_pipeline_find_alert(
    struct ledger_pipeline *ledger, const char *id);

/* What is known of the processes of the active campaign that has this source;
 * false: there is none. */
bool ledger_pipeline_process_of(struct ledger_pipeline *ledger,
    const struct ip_address *source, struct attribution *attribution);

/* A person has done something (people.h) to a campaign's alert: makes the
 * revision that says so, in 'sentence'. */
void ledger_pipeline_act(struct ledger_pipeline *ledger,
    struct ledger_campaign *campaign, uint64_t now_ns, const char *sentence,
    struct alert *alert);

/* Fills what the store is to keep of the alert that was made last of a
 * campaign; false: nothing is known of it. */
bool ledger_pipeline_save(
    struct ledger_pipeline *ledger, const char *id, struct ledger_state *state);

/* Takes that back, before anything else happens; false: it is of another
 * build, or there is no place. */
bool ledger_pipeline_restore(
    struct ledger_pipeline *ledger, const void *state, size_t size);

/* Of what was restored, all that was told before 'started_ns', when the sensor
 * that now runs began, is another sensor's. */
void ledger_pipeline_sensor_since(
    struct ledger_pipeline *ledger, uint64_t started_ns);

/* The sensor has ended: the next finding is another's. */
void ledger_pipeline_sensor_ended(struct ledger_pipeline *ledger);

/* Ends an alert that a sensor which has ended left open, and gives its last
 * revision; false: there is none (any more). */
bool ledger_pipeline_next_orphan(
    struct ledger_pipeline *ledger, uint64_t now_ns, struct alert *alert);

#endif
