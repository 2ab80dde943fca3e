/*
 * Breadth: how much an entry leaves open, and what of it deserves a second
 * look.
 *
 * A broad entry is accepted; the warnings stay with it, in `spanwatch check`,
 * in lists and in what the audit log keeps.  The score is counted, not judged,
 * from 0 to 100: addresses (up to 25), segments (15), services (20), hours
 * (15), no process or user (15), no ceiling of the rate (5), and days until it
 * expires (5).  docs/authorised.md has the table.
 *
 * Memory: none.
 */
#ifndef AUTHORISE_BREADTH_H
#define AUTHORISE_BREADTH_H

#include "authorise/authorisation.h"
#include "authorise/entry.h"
#include "policy/policy.h"

enum { AUTHORISE_WARNINGS = 12 };

struct authorise_warnings {
	uint32_t count;
	char sentences[AUTHORISE_WARNINGS][AUTHORISE_SENTENCE_SIZE];
};

/* 'now_s' is since 1970, UTC; 0: not known, and the days count nothing. */
uint32_t authorise_breadth(const struct authorise_entry *entry, int64_t now_s);

/* Adds the warnings, each the second half of a sentence of which the entry is
 * the first: "permits all services". */
void authorise_warn(const struct authorise_entry *entry,
    const struct policy *policy, int64_t now_s,
    struct authorise_warnings *warnings);

#endif
