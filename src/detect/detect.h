/*
 * Detect: probes become findings.
 *
 * For each source a fixed record keeps several statistics side by side, each a
 * sequential test (Wald's) with its share of the error budget;
 * docs/detection.md argues them.  A source whose evidence suffices gets a
 * campaign, with exact evidence while it fits; campaigns are given out as
 * findings, revised as they grow.
 *
 * Usage:
 *
 *	detect_probe(detect, &probe);              for every event, in order
 *	while (detect_next_finding(detect, now_ns, &finding)) { use it }
 *
 * Memory: detect_bytes() of the caller's region; nothing later.
 * Time:   the probes'; 'now_ns' where there is no probe.
 */
#ifndef DETECT_DETECT_H
#define DETECT_DETECT_H

#include "base/counter.h"
#include "base/siphash.h"
#include "detect/finding.h"
#include "detect/note.h"
#include "detect/sighting.h"
#include "detect/wire_contact.h"
#include "flow/probe.h"
#include "mem/plan.h"
#include "mem/region.h"
#include "policy/policy.h"

struct detect;

/* Bytes of region that detect_init() carves. */
size_t detect_bytes(void);

/* Writes what the memory is for, at most 'capacity' lines, and returns how many
 * there are. */
uint32_t detect_plan(struct plan_line *lines, uint32_t capacity);

/* 'policy' is borrowed: it must stay; detect_apply_policy() tells that it has
 * changed. */
struct detect *detect_init(struct region *region,
    const struct hash_key *hash_key, struct counters *counters,
    const struct policy *policy);

/* The policy has changed: segments are looked up anew. */
void detect_apply_policy(struct detect *detect);

/* Takes in an event.  It is the next three in a row: who has many events in
 * hand calls the first for all of them, the second some events ahead of the
 * third, so that the memory is there when it is wanted. */
void detect_probe(struct detect *detect, const struct probe *probe);

/* Works out what 'probe' is about, and asks the memory for what it will touch.
 * Changes nothing that matters; 'probe' is borrowed until detect_take(). */
void detect_look_ahead(struct detect *detect, const struct probe *probe,
    struct sighting *sighting);
void detect_fetch(const struct detect *detect, const struct sighting *sighting);
void detect_take(struct detect *detect, struct sighting *sighting);

/* What the event taken last has brought, detect_notes_count() of them; good
 * until the next. */
const struct detect_note *detect_notes(const struct detect *detect);
uint32_t detect_notes_count(const struct detect *detect);

/* Makes notes, likewise, of the probes of the campaign at 'place' (below
 * CONFIG_DETECT_CAMPAIGN_COUNT) whose outcome is not known, as far as they are
 * remembered: for the end of a recording. */
void detect_note_pending(struct detect *detect, uint32_t place);

/* Whether wire contacts are to be noted; at first they are not. */
void detect_want_contacts(struct detect *detect, bool is_wanted);

/* Gives the wire contact that has waited longest; false: none.  Few can wait,
 * so it is asked after each burst of events; what finds no room is counted. */
bool detect_next_contact(struct detect *detect, struct wire_contact *contact);

/* The kernel dropped 'count' frames some time before 'now_ns': "silent" weighs
 * less for a while, and open campaigns say so. */
void detect_dropped(struct detect *detect, uint64_t now_ns, uint64_t count);

/* Gives the next finding that is new or revised; false: none.  Ends campaigns
 * that have been quiet for long enough by 'now_ns', which it looks for once a
 * second: a source's event that comes before it is asked belongs to the old
 * campaign. */
bool detect_next_finding(
    struct detect *detect, uint64_t now_ns, struct finding *finding);

/* Makes every campaign that changed since its last revision due, so that the
 * end of a recording leaves nothing untold. */
void detect_flush(struct detect *detect);

/* Sources and campaigns held now: gauges for the health page. */
uint32_t detect_sources_held(const struct detect *detect);
uint32_t detect_suspects_held(const struct detect *detect);
uint32_t detect_campaigns_held(const struct detect *detect);

#endif
