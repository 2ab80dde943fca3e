/*
 * Summaries in the making: what sources do in this window of ten minutes, and
 * what segments ask of one another in this hour.
 *
 * A source has a place in sets of eight.  Where its set is full it takes the
 * place of the one whose first contacts failed least: each of its own that
 * fails wears that one's weight, and when that is used up, it has the place
 * (Misra and Gries, "Finding repeated elements", 1982).  So who fails most is
 * kept, and who only talks to many never pushes anybody out.  What is displaced
 * is counted; what has a place since later than the window says so.
 *
 * When a window is over its table is closed and given out, one summary at a
 * time, while another fills: there are two.  What is not fetched when the next
 * window is over is dropped, counted.
 *
 * Usage: room evidence's own; see evidence/evidence.h.
 *
 * Memory: summaries_bytes() of the caller's region.  Pairs of segments that
 *         find no room are counted together, as outside of all segments.
 * Time:   passed in.
 */
#ifndef EVIDENCE_SUMMARIES_H
#define EVIDENCE_SUMMARIES_H

#include "base/counter.h"
#include "detect/sighting.h"
#include "evidence/probe_tuple.h"
#include "evidence/source_summary.h"
#include "mem/region.h"
#include "mem/table.h"
#include "policy/policy.h"

enum { SUMMARIES_RECENT = 16 };

/* What most events touch is in the first cache line. */
struct summaries_source {
	_Alignas(64) struct ip_address source; /* The key. */
	uint16_t vlan;
	struct mac_address mac;
	uint32_t attempts;
	uint32_t new_targets;
	struct ip_address last_target;
	uint32_t last_service; /* Its number, plus one. */
	uint32_t slot;         /* Its own, for its weight. */
	uint64_t since_ns;
	/* What it asked lately, so that the same is not hashed again. */
	uint16_t recent[SUMMARIES_RECENT];
	uint32_t outcomes[TUPLE_OUTCOME_COUNT]; /* Of first contacts. */
	struct sketch targets;
	struct sketch services;
};

/* What sources of one segment ask of targets of another. */
struct summaries_pair {
	uint16_t source_segment;
	uint16_t target_segment;
	bool used;
	uint64_t attempts;
	uint64_t first_contacts;
	uint64_t outcomes[TUPLE_OUTCOME_COUNT]; /* Likewise. */
};

/* Two windows: one fills while the other is given out. */
struct summaries_window {
	struct table sources;
	uint32_t *weights; /* By slot: first contacts that failed, less wear. */
	uint64_t from_ns;
	uint64_t to_ns;
};

struct summaries_hour {
	struct summaries_pair *pairs;
	uint32_t policy_version;
	uint64_t from_ns;
	uint64_t to_ns;
};

struct summaries {
	struct counters *counters;
	const struct policy *policy;
	uint32_t pair_count;
	uint64_t closes_ns;   /* Before that there is nothing to close. */
	uint8_t filling;      /* Index of the window that fills. */
	uint8_t filling_hour; /* Likewise. */
	uint32_t fetched;     /* Next of the other window. */
	uint32_t fetched_hour;
	struct summaries_window windows[2];
	struct summaries_hour hours[2];
};

/* Powers of two, at least eight. */
struct summaries_sizes {
	uint32_t source_count;
	uint32_t pair_count;
};

size_t summaries_bytes(const struct summaries_sizes *sizes);

/* 'key' is that by which sighting.source_hash was made. */
void summaries_init(struct summaries *summaries, struct region *region,
    const struct summaries_sizes *sizes, const struct hash_key *key,
    struct counters *counters, const struct policy *policy);

/* Takes in an event that detection has judged. */
void summaries_event(
    struct summaries *summaries, const struct sighting *sighting);

/* Ask the memory for what summaries_event() will touch, one after the other. */
static inline void
summaries_prefetch(
    const struct summaries *summaries, const struct sighting *sighting)
{
	table_prefetch(&summaries->windows[summaries->filling].sources,
	    sighting->source_hash);
}

static inline void
summaries_fetch(
    const struct summaries *summaries, const struct sighting *sighting)
{
	(void)table_prefetch_record(
	    &summaries->windows[summaries->filling].sources,
	    sighting->source_hash);
}

/* Closes what is over by 'now_ns'.  'is_end': all, as of now. */
void summaries_close(struct summaries *summaries, uint64_t now_ns, bool is_end);

/* The policy has changed: what was counted by its segments is closed. */
void summaries_apply_policy(struct summaries *summaries, uint64_t now_ns);

/* Gives the next of what was closed; false: none. */
bool summaries_next_source(
    struct summaries *summaries, struct source_summary *summary);
bool summaries_next_hour(
    struct summaries *summaries, struct segment_hour *hour);

#endif
