/*
 * Campaign: the evidence of a source that was raised.
 *
 * Counts are exact: the targets are bitmaps of 256 neighbouring addresses, the
 * ports bitmaps of all there are.  A campaign whose targets lie in more
 * networks than fit goes on to be counted by first contacts (see contacts.h)
 * and says that its ranges are not complete.
 *
 * Memory: one struct each, in a table of detect.c.  Time: passed in.
 */
#ifndef DETECT_CAMPAIGN_H
#define DETECT_CAMPAIGN_H

#include "base/addr.h"
#include "base/base.h"
#include "detect/contacts.h"
#include "detect/finding.h"
#include "detect/segments.h"
#include "detect/suspect.h"

enum {
	CAMPAIGN_NETWORKS = 192,
	CAMPAIGN_PORTS = 65536,
	CAMPAIGN_IP_PROTOCOLS = 256,
	CAMPAIGN_NETWORK_SIZE = 256,
};

/* Targets within 256 neighbouring addresses. */
struct campaign_network {
	uint8_t prefix[15];
	uint8_t any[CAMPAIGN_NETWORK_SIZE / 8]; /* Probed at all. */
	uint8_t
	    service[CAMPAIGN_NETWORK_SIZE / 8]; /* On a service of theirs. */
};

/* What the last revision said, to know when the next is due. */
struct campaign_told {
	uint64_t targets;
	uint64_t services;
	uint64_t probes;
	uint64_t outcomes;
	uint32_t techniques;
	uint32_t kinds; /* 1 << enum finding_kind */
};

struct campaign {
	struct ip_address source; /* The key. */
	uint64_t number;
	uint32_t revision;
	bool networks_cut;
	uint16_t vlan;
	struct mac_address mac;
	uint8_t channel; /* enum suspect_channel: what raised it. */

	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t raised_ns;
	uint64_t probes_at_raise;
	uint64_t dropped_at_raise;

	uint64_t targets;
	uint64_t service_targets;
	uint64_t services;
	uint64_t probes;
	uint64_t service_probes; /* Of those, to a service, not to see who is
	                          * there. */
	uint64_t answered, refused, filtered, silent;
	uint64_t outcomes; /* Sum of those. */
	uint64_t technique_counts[PROBE_TECHNIQUE_COUNT];
	uint64_t fragmented;
	uint64_t
	    rate_since_ns;   /* Probes are counted in windows of ten seconds. */
	uint32_t rate_count; /* In the window that began then. */
	uint32_t rate_peak;  /* The most in any. */
	bool one_way;

	uint32_t sample_count;
	uint32_t segment_count;
	uint32_t network_count;
	uint16_t segments[FINDING_SEGMENTS];
	struct finding_sample samples[FINDING_SAMPLES];
	struct campaign_told told;
	struct campaign_network networks[CAMPAIGN_NETWORKS]; /* Sorted. */
	uint8_t tcp_ports[CAMPAIGN_PORTS / 8];
	uint8_t udp_ports[CAMPAIGN_PORTS / 8];
	uint8_t sctp_ports[CAMPAIGN_PORTS / 8];
	uint8_t ip_protocols[CAMPAIGN_IP_PROTOCOLS / 8];
};

/* Counts a first contact in.  'segment' is the target's. */
void campaign_contact(struct campaign *campaign, const struct contact *contact,
    uint16_t segment, struct contacts *contacts);

/* The outcome of a contact that was counted in, or that cannot be told from
 * one; 'technique' is what it proved to be. */
void campaign_outcome(struct campaign *campaign, const struct contact *contact,
    enum probe_outcome outcome, uint8_t technique);

/* The policy has changed: finds the segments of the targets anew. */
void campaign_apply_policy(
    struct campaign *campaign, struct segments *segments);

/* Which techniques are more than a stray packet, or were when last told: 1 <<
 * enum probe_technique. */
uint32_t campaign_techniques(const struct campaign *campaign);

/* Whether so much is new since it was last told that a revision is due. */
bool campaign_is_due(const struct campaign *campaign);

/* Whether it has been quiet for so long that it is over. */
bool campaign_is_over(
    const struct campaign *campaign, uint64_t now_ns, uint64_t quiet_ns);

#endif
