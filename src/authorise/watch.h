/*
 * Watch: one campaign, held probe by probe against the entries that cover its
 * source.
 *
 * A campaign's finding says which segments and services it touched, and when it
 * began and ended, but not whether the probe at 05:00:00 was one too many.  So
 * whoever keeps campaigns keeps a watch with each, and feeds it every wire
 * contact of the campaign (detect/wire_contact.h).  It answers at once whether
 * that contact left the scope; authorise_judge() then says it in sentences, and
 * holds the finding as a whole against the entries besides, since of a large
 * campaign not every probe is told.
 *
 * Several entries may cover one source, AUTHORISE_WATCH_ENTRIES of them, those
 * that fit best first.  A contact is permitted if one of them permits all of
 * it; which ones did is remembered as a set, so that when it turns out later
 * which process it was, those that name another no longer count.
 *
 * **Rate.**  "Faster" means: more than ten seconds' worth of probes within ten
 * seconds.  Probes are counted in ten slots of a second, the one that runs and
 * the nine before it; so what is told of ten seconds was never gathered over
 * more.  The ten seconds are at the same time what a burst may take: scanners
 * send in batches and wait, and a ceiling is set with a mean in mind.  Below
 * AUTHORISE_RATE_BURST probes nothing is fast: a tool told to send one a second
 * still opens with a batch.  The finding's counts give the second measure:
 * the mean between two revisions that are ten seconds apart or more.
 *
 * **Changes.**  When other entries cover the source than before (one was made,
 * approved or taken out of the file, or the host's name became known), what was
 * left is held against those; what one of them permits counts as left no more.
 *
 * Memory: this struct, about 600 bytes, free of pointers.
 * Time:   some tens of comparisons a contact.
 */
#ifndef AUTHORISE_WATCH_H
#define AUTHORISE_WATCH_H

#include "authorise/authorisation.h"
#include "base/addr.h"
#include "base/base.h"

enum {
	AUTHORISE_WATCH_ENTRIES = 8,
	AUTHORISE_RATE_SECONDS = 10,
	AUTHORISE_RATE_BURST = 32, /* Probes. */
};

/* How a part of the scope was left first. */
struct authorise_leaving {
	uint64_t time_ns;
	struct ip_address target;
	uint32_t entry;   /* Number of the nearest entry then. */
	uint32_t rate;    /* Probes a second. */
	uint16_t segment; /* Number; POLICY_NO_SEGMENT: in none. */
	uint16_t port;
	uint8_t protocol; /* enum authorise_protocol */
	bool is_contact;  /* All of it is known; else what the part needs. */
};

struct authorise_watch {
	bool is_begun;
	uint8_t left; /* 1 << enum authorise_part */
	uint8_t entry_count;
	uint8_t counted;                           /* Their hits: bits. */
	uint32_t version;                          /* Of struct authorise. */
	uint64_t began_ns;                         /* First probe. */
	uint32_t entries[AUTHORISE_WATCH_ENTRIES]; /* Their numbers. */
	/* Of each set of entries, as bits, whether a contact was permitted by
	 * them and no others. */
	uint8_t sets[(1 << AUTHORISE_WATCH_ENTRIES) / 8];

	/* For the rate: probes in each of the last seconds. */
	uint64_t rate_s; /* The second of the newest slot. */
	uint32_t slots[AUTHORISE_RATE_SECONDS];
	uint64_t finding_seen_ns; /* Of the finding that was measured last. */
	uint64_t finding_probes;

	struct authorise_leaving leavings[AUTHORISE_PART_PROCESS];
};

#endif
