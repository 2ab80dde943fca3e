/*
 * Contacts: which (source, target, service) have met before.
 *
 * Only a *first* contact moves a statistic: what a host does every day, and
 * what it repeats for ever against a dead server, says nothing of scanning. The
 * memory is a set-associative cache of fingerprints: one cache line of sixteen
 * a set, each with 22 bits of the key's hash, whether the contact has had its
 * outcome, and the epoch (three hours) in which it was last met.  A contact is
 * remembered for a day at least, while its set has room; a full set gives up
 * the one met longest ago, counted.
 *
 * A strange key is taken for a known one with probability 16 / 2^22 = 4e-6 in
 * a full set: a count may be too low by that share.
 *
 * Memory: CONTACTS_BYTES.  Time: passed in, in seconds.
 */
#ifndef DETECT_CONTACTS_H
#define DETECT_CONTACTS_H

#include "base/addr.h"
#include "base/base.h"
#include "base/key_hash.h"
#include "mem/region.h"

enum {
	CONTACTS_WAYS = 16,
	CONTACTS_EPOCH_S = 3 * 60 * 60,
};

/* What is asked of a contact; each is a key of its own. */
enum contact_class {
	CONTACT_MET,    /* (source, target): anything at all. */
	CONTACT_PAIR,   /* (source, target, protocol, port): an attempt. */
	CONTACT_TARGET, /* (source, target): counted in a campaign. */
};

struct contact_key {
	struct ip_address source;
	struct ip_address target;
	uint16_t port;
	uint8_t protocol;
	uint8_t class; /* enum contact_class */
};
_Static_assert(sizeof(struct contact_key) == 16 + 16 + 2 + 1 + 1,
    "struct contact_key must have no padding");

struct contacts_set {
	uint32_t entry[CONTACTS_WAYS]; /* See contacts.c; 0: free. */
};
_Static_assert(sizeof(struct contacts_set) == 64, "one cache line per set");

struct contacts {
	struct contacts_set *sets;
	uint32_t set_mask;
	struct hash_secret secret;
	uint64_t displaced; /* Contacts of the last day that had to go. */
};

#define CONTACTS_BYTES(count) \
	region_bytes((count) / CONTACTS_WAYS, sizeof(struct contacts_set))

/* 'count' fingerprints, a power of two, at least CONTACTS_WAYS. */
void contacts_init(struct contacts *contacts, struct region *region,
    uint32_t count, const struct hash_key *hash_key);

uint64_t contacts_hash(
    const struct contacts *contacts, const struct contact_key *key);

/* Forgets the contact if it was last met before the end of the epoch that
 * 'over_s' lies in: what a campaign that is over has met is new to the next. */
void contacts_forget(
    struct contacts *contacts, uint64_t hash, uint32_t over_s, uint32_t now_s);

/* Asks the memory for the set of 'hash' ahead of its use. */
static inline void
contacts_prefetch(const struct contacts *contacts, uint64_t hash)
{
	__builtin_prefetch(
	    &contacts->sets[(uint32_t)hash & contacts->set_mask]);
}

/* Notes that the key of 'hash' was met at 'now_s'.  True if it is new. */
bool contacts_note(struct contacts *contacts, uint64_t hash, uint32_t now_s);

/* Notes that the contact of 'hash' has had its outcome.  True if it is known
 * and this is the first. */
bool contacts_conclude(
    struct contacts *contacts, uint64_t hash, uint32_t now_s);

/* Whether the contact of 'hash' is known, and has not had its outcome. */
bool contacts_is_pending(
    const struct contacts *contacts, uint64_t hash, uint32_t now_s);

/* Whether the key of 'hash' is known; notes nothing. */
bool contacts_knows(
    const struct contacts *contacts, uint64_t hash, uint32_t now_s);

#endif
