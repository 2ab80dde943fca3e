/*
 * Policy: what the operator decided, in a form that any process can be sent.
 *
 * Room config makes it from the configuration file; detect and alert obey it.
 * Fixed size and free of pointers, so it crosses to a confined process as one
 * message and is applied whole or not at all.  'version' grows with each
 * change.
 *
 * Usage: whoever fills in the segments calls policy_prepare() once they are
 * all there; it makes the index by which policy_segment_of() finds its answer.
 * The index travels with the rest, so a receiver need only ask
 * policy_is_sound().
 *
 * Memory: one struct a role, in the plan (about 180 KB).
 * Time:   policy_segment_of() takes one binary search for each prefix length
 *         in use, so some tens of comparisons however many segments there are.
 */
#ifndef POLICY_POLICY_H
#define POLICY_POLICY_H

#include "base/addr.h"
#include "base/base.h"

enum {
	POLICY_NAME_SIZE = 64, /* Bytes, the closing zero included. */
	POLICY_SEGMENT_COUNT = 256,
	POLICY_PREFIXES_PER_SEGMENT = 16,
	POLICY_VLANS_PER_SEGMENT = 16,
	POLICY_PREFIX_COUNT =
	    POLICY_SEGMENT_COUNT * POLICY_PREFIXES_PER_SEGMENT,
	POLICY_PREFIX_LENGTHS = 129,  /* 0 to 128 bits. */
	POLICY_NO_SEGMENT = 0xffff,   /* An address outside every segment. */
	POLICY_VLAN_UNKNOWN = 0xffff, /* As decode/packet.h's VLAN_NONE. */
	POLICY_VLAN_FIRST = 1,        /* IEEE 802.1Q reserves 0 and 4095. */
	POLICY_VLAN_LAST = 4094,
};

enum policy_criticality {
	POLICY_CRITICALITY_LOW,
	POLICY_CRITICALITY_NORMAL,
	POLICY_CRITICALITY_HIGH,
	POLICY_CRITICALITY_CRITICAL,
	POLICY_CRITICALITY_COUNT
};

struct policy_segment {
	char name[POLICY_NAME_SIZE];
	struct ip_prefix prefixes[POLICY_PREFIXES_PER_SEGMENT];
	uint16_t vlans[POLICY_VLANS_PER_SEGMENT];
	uint16_t prefix_count;
	uint16_t vlan_count;
	uint8_t criticality; /* enum policy_criticality */
};

struct policy_detection {
	/* A campaign ends when its source has been quiet for this long, or for
	 * eight of its own mean gaps, whichever is longer. */
	uint64_t campaign_quiet_ns;
};

/* Private to policy.c: the prefixes of all segments, longest first; those of
 * one length by address; equal ones by segment. */
struct policy_index {
	uint32_t prefix_count;
	uint32_t group_count; /* Different lengths in use. */
	struct {
		uint16_t length; /* Bits. */
		uint16_t first;  /* Of its prefixes, in the array below. */
		uint16_t count;
	} groups[POLICY_PREFIX_LENGTHS];
	struct policy_indexed_prefix {
		struct ip_prefix prefix;
		uint16_t segment;
	} prefixes[POLICY_PREFIX_COUNT];
};

struct policy {
	uint32_t version;
	uint32_t segment_count;
	char sensor_name[POLICY_NAME_SIZE];
	char timezone[POLICY_NAME_SIZE]; /* IANA name; "UTC" where unset. */
	struct policy_detection detection;
	struct policy_segment segments[POLICY_SEGMENT_COUNT];
	struct policy_index index;
};

/* What holds where the file says nothing: sensor "spanwatch", RFC 1918,
 * link-local and ULA space as the segment "internal".  Prepared. */
void policy_default(struct policy *policy);

/* Makes the index of the segments.  To be called after any change to them. */
void policy_prepare(struct policy *policy);

/* The segment of an address: the one with the longest prefix that contains it;
 * among equals the one whose VLANs hold 'vlan' (POLICY_VLAN_UNKNOWN: not
 * known), then the first named.  POLICY_NO_SEGMENT if none does. */
uint16_t policy_segment_of(const struct policy *policy,
    const struct ip_address *address, uint16_t vlan);

/* Its name; null for POLICY_NO_SEGMENT. */
const char *policy_segment_name(const struct policy *policy, uint16_t segment);

/* "low", "normal", "high" or "critical". */
const char *policy_criticality_name(enum policy_criticality criticality);

/* Whether a policy that came from another process can be trusted in form:
 * counts within bounds, names ended, prefixes no longer than 128 bits, an
 * index that points nowhere outside. */
bool policy_is_sound(const struct policy *policy);

#endif
