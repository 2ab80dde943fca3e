/*
 * Community ID v1: a name for a conversation that other sensors give it too, so
 * that an analyst finds it again in their logs.
 *
 * As https://github.com/corelight/community-id-spec has it, with seed 0: SHA-1
 * over both ends in numerical order, in base 64.  ICMP has its type and the
 * type of the answer in place of ports.
 *
 * Memory: none.
 */
#ifndef ALERT_COMMUNITY_ID_H
#define ALERT_COMMUNITY_ID_H

#include "base/addr.h"
#include "base/base.h"
#include "detect/finding.h"

enum { COMMUNITY_ID_SIZE = 31 }; /* Bytes, the closing zero included. */

struct community_id_flow {
	struct ip_address source;
	struct ip_address target;
	uint16_t source_port; /* ICMP: the type. */
	uint16_t target_port; /* ICMP: the type of its answer. */
	uint8_t protocol;
	bool has_ports; /* False: the protocol has neither ports nor types. */
};

void community_id_format(
    const struct community_id_flow *flow, char text[COMMUNITY_ID_SIZE]);

/* The conversation that a probe belongs to.  False: the specification knows
 * none (ARP). */
bool community_id_flow_of(
    const struct finding_sample *sample, struct community_id_flow *flow);

#endif
