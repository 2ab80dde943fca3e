/*
 * Sighting: an event of a probe with all that detect works out of it before it
 * looks at its memories.
 *
 * Working that out needs no memory but the policy, so it can be done for many
 * events before the first is taken in, and what each will touch be asked for
 * meanwhile: see detect_look_ahead().
 */
#ifndef DETECT_SIGHTING_H
#define DETECT_SIGHTING_H

#include "detect/contacts.h"
#include "detect/segments.h"
#include "detect/suspect.h"
#include "flow/probe.h"

struct sighting {
	const struct probe *probe;
	struct contact contact;
	struct ip_address source; /* The key of its source. */
	uint64_t source_hash;     /* In the tables of sources and suspects. */
	uint64_t pair_hash;       /* In the memory of contacts; so is */
	uint64_t met_hash;        /* this, of attempts alone. */
	uint16_t source_segment;
	uint16_t target_segment;
	uint32_t now_s;
	/* What came of it; by detect_take(). */
	bool is_explained;     /* It is no evidence: others explain it. */
	bool is_first;         /* A first contact, or the outcome of one. */
	bool is_accepted;      /* A first contact's; its outcome is to come. */
	bool is_new_target;    /* Source and target had not met before. */
	uint32_t asked_packet; /* Of an outcome: contact.packet of its attempt,
	                        * where that is remembered; 0: not. */
};

/* Works out all but the hashes. */
void sighting_make(struct segments *segments, const struct probe *probe,
    struct sighting *sighting);

/* ARP or neighbour discovery. */
bool sighting_is_layer2(const struct probe *probe);

/* The key of the contact in the memory of contacts. */
struct contact_key sighting_key(
    const struct sighting *sighting, enum contact_class class);

#endif
