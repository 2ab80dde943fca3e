/*
 * Segments: which segment an address is in, remembered.
 *
 * The policy finds it by a search for each length of prefix; the same few
 * thousand addresses are asked for over and over.  A direct-mapped memory in
 * front of it answers those at once: whatever is asked for takes its place.
 *
 * Memory: one struct segments.
 */
#ifndef DETECT_SEGMENTS_H
#define DETECT_SEGMENTS_H

#include "base/addr.h"
#include "base/base.h"
#include "policy/policy.h"

enum { SEGMENTS_REMEMBERED = 2048 };

struct segments_entry {
	struct ip_address address;
	uint16_t vlan;
	uint16_t segment;
	uint16_t is_used;
};

struct segments {
	const struct policy *policy;
	struct segments_entry entries[SEGMENTS_REMEMBERED];
};

/* 'policy' is borrowed.  To be called again when it has changed. */
void segments_init(struct segments *segments, const struct policy *policy);

/* As policy_segment_of(). */
uint16_t segments_of(
    struct segments *segments, const struct ip_address *address, uint16_t vlan);

#endif
