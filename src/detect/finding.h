/*
 * Finding: what detection concluded of one source's campaign, so far.
 *
 * A campaign is one source's probing until it has been quiet for long enough
 * (policy).  Each revision is a whole finding, not a difference, so a reader
 * keeps the last and loses nothing.  Fixed size and free of pointers: it is the
 * message that crosses the wall from the confined sensor to the ledger, where
 * finding_is_sound() checks its form.
 */
#ifndef DETECT_FINDING_H
#define DETECT_FINDING_H

#include "base/addr.h"
#include "base/base.h"
#include "flow/probe.h"

enum {
	FINDING_TARGET_RANGES = 128,
	FINDING_SERVICE_RANGES = 256,
	FINDING_SEGMENTS = 32,
	FINDING_SAMPLES = 16,
	FINDING_APPARENT = 16,
	FINDING_REASONS = 12,
	FINDING_FIGURES = 5,
	FINDING_SERVICE_NAMES = 16,
	FINDING_NAME_SIZE = 24,
	FINDING_NO_SEGMENT = 0xffff,
};

enum finding_kind {
	FINDING_PORT_SCAN,        /* Many ports on few hosts. */
	FINDING_HOST_SWEEP,       /* Many addresses, to see who is there. */
	FINDING_SERVICE_PROBE,    /* One to four services over many hosts. */
	FINDING_BLOCK_SCAN,       /* Five or more ports on many hosts. */
	FINDING_SEQUENTIAL_IP,    /* The addresses follow one another. */
	FINDING_DISTRIBUTED_SCAN, /* Several sources share one scan. */
	FINDING_KIND_COUNT
};

enum finding_order {
	FINDING_ORDER_UNKNOWN,
	FINDING_ORDER_ASCENDING,
	FINDING_ORDER_DESCENDING,
	FINDING_ORDER_STRIDED,
	FINDING_ORDER_RANDOM,
	FINDING_ORDER_MIXED,
	FINDING_ORDER_COUNT
};

/* Why: detect/reasons.def gives each its sentence. */
enum finding_reason_code {
#define REASON(name, sentence) FINDING_REASON_##name,
#include "detect/reasons.def"
#undef REASON
	FINDING_REASON_COUNT
};

struct finding_reason {
	uint8_t code; /* enum finding_reason_code */
	float weight; /* Nats of evidence that it contributed. */
	int64_t figure[FINDING_FIGURES]; /* As its sentence names them. */
};

struct finding_target_range {
	struct ip_address first;
	struct ip_address last; /* The same where it is one address. */
};

struct finding_service_range {
	uint8_t protocol; /* IP protocol; 0 where 'first' is itself one. */
	uint16_t first;
	uint16_t last;
};

/* One of the campaign's probes, kept as evidence. */
struct finding_sample {
	uint64_t time_ns;
	struct ip_address source;
	struct ip_address target;
	uint16_t source_port;
	uint16_t target_port;
	uint8_t protocol;
	uint8_t technique; /* enum probe_technique */
	uint8_t outcome;   /* enum probe_outcome */
};

struct finding_service_name {
	uint8_t protocol;
	uint16_t port;
	char
	    name[FINDING_NAME_SIZE]; /* What it speaks, "SMB"; ended by zero. */
};

struct finding {
	uint64_t campaign; /* Unique in this sensor's run. */
	uint32_t revision; /* From 1. */
	bool active;

	uint64_t first_seen_ns; /* First and last probe. */
	uint64_t last_seen_ns;
	uint64_t raised_at_ns; /* When the evidence sufficed. */
	uint64_t revised_at_ns;
	uint64_t probes_at_raise;

	uint8_t kind_count;
	uint8_t kinds[FINDING_KIND_COUNT]; /* The best description first. */
	uint8_t order;                     /* enum finding_order */
	bool fragmented;
	bool window;         /* The ACK probes read windows: tcp_window. */
	uint32_t techniques; /* 1 << enum probe_technique */

	bool has_address; /* 'source' is known. */
	bool has_mac;     /* It shares a link with the sensor. */
	struct ip_address source;
	struct mac_address source_mac;
	uint16_t vlan;           /* VLAN_NONE: untagged. */
	uint16_t source_segment; /* Index in the policy. */
	uint32_t policy_version; /* Of the policy that the indices are of. */

	uint64_t target_count;
	uint64_t service_count;
	uint64_t probe_count;
	uint64_t answered, refused, filtered, silent; /* Of the probes. */
	bool counts_estimated; /* The counts are estimates, not exact. */
	bool ranges_cut;       /* There were more ranges than fit. */

	uint16_t target_range_count;
	uint16_t service_range_count;
	uint16_t segment_count;
	uint16_t sample_count;
	uint16_t apparent_count;
	uint16_t reason_count;
	uint16_t service_name_count;
	uint16_t segments[FINDING_SEGMENTS]; /* Where the targets are. */
	struct finding_target_range target_ranges[FINDING_TARGET_RANGES];
	struct finding_service_range service_ranges[FINDING_SERVICE_RANGES];
	struct finding_sample samples[FINDING_SAMPLES];
	struct ip_address apparent[FINDING_APPARENT];
	struct finding_reason reasons[FINDING_REASONS]; /* Heaviest first. */
	struct finding_service_name service_names[FINDING_SERVICE_NAMES];

	/* What the sensor could not see meanwhile. */
	uint64_t dropped_packets;
	bool one_way;
	bool truncated_evidence;
};

/* Stable names as the contract has them: "port_scan", "ascending"; order
 * UNKNOWN has none: null. */
const char *finding_kind_name(enum finding_kind kind);
const char *finding_order_name(enum finding_order order);

/* Whether a finding that came from another process is sound in form: counts
 * within bounds, at least one kind, enumerations known, flags 0 or 1, weights
 * finite, ranges not reversed, segments that can be, no more outcomes than
 * probes, names ended. */
bool finding_is_sound(const struct finding *finding);

#endif
