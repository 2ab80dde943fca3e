/*
 * Tuples: which probes of a campaign its map shows.
 *
 * The first PROBE_TUPLES_FIRST have places of their own.  All later ones share
 * PROBE_TUPLES_SAMPLE places, of which each probe is as likely to have one as
 * any other, however many there come to be (Vitter, "Random sampling with a
 * reservoir", 1985, Algorithm R).  Chance is a hash of key, campaign and the
 * probe's ordinal: so who makes the probes cannot foresee it, a replay repeats
 * it, and the sensor need only send what will be kept: of ten million probes
 * some 21,000.
 *
 * What has a place is kept until another is given the same, in order: a keeper
 * needs no memory but the places.
 *
 * Memory: none.  Chance: the caller's key.
 */
#ifndef EVIDENCE_TUPLES_H
#define EVIDENCE_TUPLES_H

#include "base/base.h"
#include "base/siphash.h"
#include "evidence/probe_tuple.h"

enum { TUPLES_NO_PLACE = -1 };

/* The place of the 'ordinal'-th (from 1) of a campaign; TUPLES_NO_PLACE: it is
 * not kept. */
int32_t tuples_place(
    const struct hash_key *key, uint64_t campaign, uint64_t ordinal);

/* How many places hold one when 'ordinal' have been. */
uint32_t tuples_held(uint64_t ordinal);

#endif
