/*
 * Probe tuple: what was probed when, and what came of it: one dot of the map
 * that an alert is shown with.
 *
 * The sensor tells one when its outcome is known, so each is told once; of a
 * large campaign it tells those that the sample takes (evidence/tuples.h), with
 * their place in it.  Fixed size and free of pointers; who gets it from another
 * process checks it with probe_tuple_is_sound().
 */
#ifndef EVIDENCE_PROBE_TUPLE_H
#define EVIDENCE_PROBE_TUPLE_H

#include "base/addr.h"
#include "base/base.h"
#include "flow/probe.h"

enum {
	PROBE_TUPLES_FIRST = 2000,  /* The first of a campaign. */
	PROBE_TUPLES_SAMPLE = 2000, /* A sample of all others. */
	PROBE_TUPLE_PLACES = PROBE_TUPLES_FIRST + PROBE_TUPLES_SAMPLE,
};

/* The contract's outcomes. */
enum tuple_outcome {
	TUPLE_PENDING, /* Nobody knows: it was forgotten, or the end came. */
	TUPLE_ANSWERED,
	TUPLE_REFUSED,
	TUPLE_FILTERED,
	TUPLE_SILENT,
	TUPLE_OUTCOME_COUNT
};

struct probe_tuple {
	uint64_t time_ns;  /* Of the attempt. */
	uint64_t campaign; /* Number of its finding. */
	uint64_t ordinal;  /* From 1, in the order the outcomes were known. */
	struct ip_address target;
	uint32_t place;    /* In the sample: what was there before makes way. */
	uint16_t port;     /* Zero where there is none; of IP_PROTOCOL the
	                 * protocol. */
	uint8_t protocol;  /* IP_PROTOCOL_ARP_KEY for ARP and ND. */
	uint8_t technique; /* enum probe_technique */
	uint8_t outcome;   /* enum probe_outcome */
	uint8_t unused[7];
};
_Static_assert(sizeof(struct probe_tuple) == 56, "no padding");

bool probe_tuple_is_sound(const struct probe_tuple *tuple);

/* An outcome as the contract counts it. */
enum tuple_outcome tuple_outcome_of(enum probe_outcome outcome);

#endif
