/*
 * Summaries: what a source did in ten minutes, and what one segment asked of
 * another in an hour.
 *
 * Of every source that asked three targets or more, not only of those that
 * scan: what no single sensor can see (few targets here, few there) can be seen
 * by who has the summaries of all.  Fixed size and free of pointers; who gets
 * them from another process checks them.
 */
#ifndef EVIDENCE_SOURCE_SUMMARY_H
#define EVIDENCE_SOURCE_SUMMARY_H

#include "base/addr.h"
#include "base/base.h"
#include "evidence/sketch.h"

enum {
	SUMMARY_WINDOW_S = 600, /* Beginning at multiples of it. */
	SUMMARY_TARGETS = 3,    /* So many, at least. */
	SEGMENT_HOUR_S = 3600,
};

struct source_summary {
	uint64_t from_ns; /* Of the window; or since when it was watched. */
	uint64_t to_ns;   /* Not included. */
	struct ip_address source;
	struct mac_address source_mac; /* As last seen; zero: none. */
	uint16_t vlan;                 /* VLAN_NONE: untagged. */
	uint16_t segment;        /* Index in the policy; POLICY_NO_SEGMENT. */
	uint16_t is_partial;     /* 1: not all of the window was watched. */
	uint32_t policy_version; /* That the index is of. */
	uint32_t attempts;       /* All of them. */
	uint32_t new_targets;    /* Not met in the day before. */
	/* Of first contacts: with a service not asked in the day before. */
	uint32_t answered;
	uint32_t refused;
	uint32_t filtered;
	uint32_t silent;
	struct sketch targets;
	struct sketch services;
};
_Static_assert(sizeof(struct source_summary) == 72 + 512, "no padding");

/* What sources of one segment asked of targets of another. */
struct segment_hour {
	uint64_t from_ns;
	uint64_t to_ns;          /* Not included. */
	uint16_t source_segment; /* POLICY_NO_SEGMENT: outside of all. */
	uint16_t target_segment;
	uint32_t policy_version; /* That the indices are of. */
	uint64_t attempts;
	uint64_t first_contacts;
	uint64_t answered; /* Of first contacts, as all that follow. */
	uint64_t refused;
	uint64_t filtered;
	uint64_t silent;
};
_Static_assert(sizeof(struct segment_hour) == 72, "no padding");

/* First contacts that came to nothing. */
static inline uint64_t
source_summary_failures(const struct source_summary *summary)
{
	return (uint64_t)summary->refused + summary->filtered + summary->silent;
}

bool source_summary_is_sound(const struct source_summary *summary);

bool segment_hour_is_sound(const struct segment_hour *hour);

/* Adds a later window of the same source: sketches and counts are joined, the
 * later one's place in the network holds. */
void source_summary_merge(
    struct source_summary *summary, const struct source_summary *later);

#endif
