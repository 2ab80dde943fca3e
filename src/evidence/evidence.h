/*
 * Evidence: what an alert can be shown and proved with, and what those learn
 * who watch many sensors.
 *
 * For each event that detection has judged it keeps the head of the frame
 * (evidence/packets.h), tells the probe once its outcome is known
 * (evidence/tuples.h), and counts it for its source and its segments
 * (evidence/summaries.h).  Nothing is written here; the pipeline fetches what
 * is told and the ledger keeps it.
 *
 * Usage, around each event:
 *
 *	evidence_before(evidence, &sighting, frame);
 *	detect_take(detect, &sighting);
 *	evidence_after(evidence, &sighting, frame, notes, note_count);
 *
 * and then fetched with the evidence_next_*() that are of interest, after each
 * burst: few can wait.  Where nobody fetches, what has no room is dropped and
 * counted.
 *
 * Memory: evidence_bytes() of the caller's region; nothing later.
 * Time:   the events'; evidence_tick() where there are none.
 */
#ifndef EVIDENCE_EVIDENCE_H
#define EVIDENCE_EVIDENCE_H

#include "base/counter.h"
#include "base/siphash.h"
#include "capture/frame.h"
#include "detect/note.h"
#include "detect/sighting.h"
#include "evidence/packet_head.h"
#include "evidence/probe_tuple.h"
#include "evidence/source_summary.h"
#include "mem/plan.h"
#include "mem/region.h"
#include "policy/policy.h"

struct evidence;

/* The keys of a sensor: that of detection's tables, and the one that draws
 * samples. */
struct evidence_keys {
	struct hash_key detect;
	struct hash_key sample;
};

/* Bytes of region that evidence_init() carves. */
size_t evidence_bytes(void);

/* Writes what the memory is for, at most 'capacity' lines, and returns how many
 * there are. */
uint32_t evidence_plan(struct plan_line *lines, uint32_t capacity);

/* 'counters' and 'policy' are borrowed and must stay. */
struct evidence *evidence_init(struct region *region,
    const struct evidence_keys *keys, struct counters *counters,
    const struct policy *policy);

/* Ask the memory for what evidence_after() will touch, the second some events
 * after the first and some before evidence_before(). */
void evidence_prefetch(
    const struct evidence *evidence, const struct sighting *sighting);
void evidence_fetch(
    const struct evidence *evidence, const struct sighting *sighting);

/* Says of an event that detection is about to take what its frame will be known
 * by.  'frame' (null: time alone brought the event) is borrowed. */
void evidence_before(const struct evidence *evidence, struct sighting *sighting,
    const struct frame *frame);

/* Takes in the event, which has brought those notes. */
void evidence_after(struct evidence *evidence, const struct sighting *sighting,
    const struct frame *frame, const struct detect_note *notes,
    uint32_t note_count);

/* Time has passed: closes windows, and tells what came too fast. */
void evidence_tick(struct evidence *evidence, uint64_t now_ns);

/* The policy has changed in place. */
void evidence_apply_policy(struct evidence *evidence, uint64_t now_ns);

/* The end: nothing is held back any more, and all windows are closed. */
void evidence_finish(struct evidence *evidence, uint64_t now_ns);

/* Tells the probes of these notes although their outcome is not known. */
void evidence_conclude(struct evidence *evidence,
    const struct detect_note *notes, uint32_t note_count);

/* Each gives the next, in order; false: none now. */
bool evidence_next_packet(struct evidence *evidence, struct packet_head *head);
bool evidence_next_tuple(struct evidence *evidence, struct probe_tuple *tuple);
bool evidence_next_source(
    struct evidence *evidence, struct source_summary *summary);
bool evidence_next_hour(struct evidence *evidence, struct segment_hour *hour);

#endif
