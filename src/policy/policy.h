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
 * Beside segments there are assets: hosts or groups of them of which more is
 * known than where they are.  What an asset says of itself goes before what its
 * segment says.  Decision 0017 argues both, and the terms of detection.
 *
 * Memory: one struct a role, in the plan (some 270 KB).
 * Time:   policy_segment_of() takes one binary search for each prefix length
 *         in use, so some tens of comparisons however many segments there are;
 *         assets are looked through one by one, for alerts only.
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

	POLICY_ASSET_COUNT = CONFIG_POLICY_ASSET_COUNT,
	POLICY_ASSET_PLACES = CONFIG_POLICY_ASSET_PLACES, /* Of all assets. */
	POLICY_NO_ASSET = 0xffff,
	POLICY_KNOWN_SCANNERS = 64,
};

enum policy_criticality {
	POLICY_CRITICALITY_LOW,
	POLICY_CRITICALITY_NORMAL,
	POLICY_CRITICALITY_HIGH,
	POLICY_CRITICALITY_CRITICAL,
	POLICY_CRITICALITY_COUNT
};

/* What a host is there for. */
enum policy_role {
	POLICY_ROLE_UNKNOWN,
	POLICY_ROLE_SERVER,
	POLICY_ROLE_WORKSTATION,
	POLICY_ROLE_INFRASTRUCTURE, /* DNS, DHCP, domain controllers. */
	POLICY_ROLE_SCANNER,
	POLICY_ROLE_MONITORING,
	POLICY_ROLE_COUNT
};

/* On what terms a source is judged: those of its segment.  Zero, before
 * policy_prepare(): as in the whole network. */
struct policy_terms {
	uint64_t window_ns; /* In so long, half of the evidence is forgotten. */
	/* How many false alarms one is willing to have of a million hosts in a
	 * year; the bars of detection are made of it. */
	uint32_t false_alarms_ppm;
	uint8_t sequence_steps;  /* So many steps, at least, make a sequence. */
	uint8_t sequence_stride; /* A step up to here goes to a neighbour. */
};

enum {
	POLICY_WINDOW_LEAST_S = 3600,
	POLICY_WINDOW_MOST_S = 30 * 24 * 3600,
	POLICY_WINDOW_S = 24 * 3600,             /* Where nothing is said. */
	POLICY_FALSE_ALARMS_LEAST_PPM = 1,       /* One in a million years. */
	POLICY_FALSE_ALARMS_MOST_PPM = 10000000, /* Ten a year. */
	POLICY_FALSE_ALARMS_PPM = 10000,         /* One in a hundred years. */
	POLICY_SEQUENCE_STEPS_LEAST = 3,
	POLICY_SEQUENCE_STEPS_MOST = 64,
	POLICY_SEQUENCE_STEPS = 4,
	POLICY_SEQUENCE_STRIDE_LEAST = 1,
	POLICY_SEQUENCE_STRIDE_MOST = 16,
	POLICY_SEQUENCE_STRIDE = 4,
};

struct policy_segment {
	char name[POLICY_NAME_SIZE];
	struct ip_prefix prefixes[POLICY_PREFIXES_PER_SEGMENT];
	uint16_t vlans[POLICY_VLANS_PER_SEGMENT];
	uint16_t prefix_count;
	uint16_t vlan_count;
	uint8_t criticality; /* enum policy_criticality */
	uint8_t role;        /* enum policy_role, of hosts that are no asset. */
	struct policy_terms terms;
};

struct policy_detection {
	/* A campaign ends when its source has been quiet for this long, or for
	 * eight of its own mean gaps, whichever is longer. */
	uint64_t campaign_quiet_ns;
	struct policy_terms terms; /* Where a segment has none of its own. */
	/* File names of programs that are known to scan, in lower case. */
	uint32_t known_scanner_count;
	char known_scanners[POLICY_KNOWN_SCANNERS][POLICY_NAME_SIZE];
};

struct policy_asset {
	char name[POLICY_NAME_SIZE];
	char owner[POLICY_NAME_SIZE]; /* Empty: not said. */
	uint8_t role;                 /* enum policy_role; UNKNOWN: its
	                               * segment's. */
	uint8_t has_criticality;      /* 1; 0: its segment's. */
	uint8_t criticality;          /* enum policy_criticality */
};

enum policy_place_kind {
	POLICY_PLACE_PREFIX, /* Or one address. */
	POLICY_PLACE_MAC,
	POLICY_PLACE_HOST,
	POLICY_PLACE_KIND_COUNT
};

/* One of the places by which an asset is known. */
struct policy_place {
	uint16_t asset;
	uint8_t kind; /* enum policy_place_kind */
	struct mac_address mac;
	struct ip_prefix prefix;
	char host[POLICY_NAME_SIZE]; /* In lower case. */
};

/* What is known of a host by which an asset could be found. */
struct policy_host {
	const struct ip_address *address; /* Null: not known; so the rest. */
	const struct mac_address *mac;
	const char *name;
	uint16_t segment; /* POLICY_NO_SEGMENT: in none. */
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
	uint32_t asset_count;
	uint32_t place_count;
	struct policy_segment segments[POLICY_SEGMENT_COUNT];
	struct policy_asset assets[POLICY_ASSET_COUNT];
	struct policy_place places[POLICY_ASSET_PLACES];
	struct policy_index index;
};

/* What holds where the file says nothing: sensor "spanwatch", RFC 1918,
 * link-local and ULA space as the segment "internal".  Prepared. */
void policy_default(struct policy *policy);

/* Makes the index of the segments, and gives those without terms of their own
 * the general ones.  To be called after any change to them. */
void policy_prepare(struct policy *policy);

/* The segment of an address: the one with the longest prefix that contains it;
 * among equals the one whose VLANs hold 'vlan' (POLICY_VLAN_UNKNOWN: not
 * known), then the first named.  POLICY_NO_SEGMENT if none does. */
uint16_t policy_segment_of(const struct policy *policy,
    const struct ip_address *address, uint16_t vlan);

/* Its name; null for POLICY_NO_SEGMENT. */
const char *policy_segment_name(const struct policy *policy, uint16_t segment);

/* On what terms sources of 'segment' are judged. */
const struct policy_terms *policy_terms_of(
    const struct policy *policy, uint16_t segment);

/* The asset that the host is: by its MAC or its name, else by the longest
 * prefix that contains its address.  POLICY_NO_ASSET if it is none. */
uint16_t policy_asset_of(
    const struct policy *policy, const struct policy_host *host);

/* What the host is there for, and how much depends on it: as its asset says,
 * else its segment; UNKNOWN and normal where neither does. */
enum policy_role policy_role_of(
    const struct policy *policy, const struct policy_host *host);
enum policy_criticality policy_criticality_of(
    const struct policy *policy, const struct policy_host *host);

/* Whether every address of 'inner' is one of 'outer', which is shorter. */
bool policy_prefix_is_inside(
    const struct ip_prefix *inner, const struct ip_prefix *outer);

/* Whether a place of kind PREFIX has an address from 'first' to 'last'. */
bool policy_place_touches(const struct policy_place *place,
    const struct ip_address *first, const struct ip_address *last);

/* Whether the program at the path 'image' is one that is known to scan: by its
 * file name, whatever its case, with or without ".exe". */
bool policy_knows_scanner(const struct policy *policy, const char *image);

/* "low", "normal", "high" or "critical". */
const char *policy_criticality_name(enum policy_criticality criticality);

/* "server", "workstation", ...; null for UNKNOWN. */
const char *policy_role_name(enum policy_role role);

/* Whether a policy that came from another process can be trusted in form:
 * counts within bounds, names ended, prefixes no longer than 128 bits, an
 * index that points nowhere outside. */
bool policy_is_sound(const struct policy *policy);

#endif
