/*
 * Authorisation: what authorised scanners' entries say of one campaign.  The
 * record between the rooms authorise and alert; fixed size and free of
 * pointers.
 *
 * 'is_covered': an entry has the campaign's source among its own.  Only then do
 * the members after it say anything; 'nearest' speaks where none has.
 * 'within_scope': everything that was seen is permitted.  'is_provisional':
 * it is, but that the process has not been seen in logs yet, and may be.
 */
#ifndef AUTHORISE_AUTHORISATION_H
#define AUTHORISE_AUTHORISATION_H

#include "authorise/entry.h"
#include "base/base.h"

/* The parts of a scope, in the order in which they are told. */
enum authorise_part {
	AUTHORISE_PART_EXPIRY, /* Or it was revoked. */
	AUTHORISE_PART_SEGMENT,
	AUTHORISE_PART_SERVICE,
	AUTHORISE_PART_HOURS,
	AUTHORISE_PART_RATE,
	AUTHORISE_PART_PROCESS,
	AUTHORISE_PART_USER,
	AUTHORISE_PART_COUNT
};

enum { AUTHORISE_SENTENCE_SIZE = 320 };

struct authorisation {
	bool is_covered;
	bool within_scope;
	bool is_provisional;
	uint8_t left;          /* 1 << enum authorise_part: what was left. */
	uint32_t entry_number; /* As struct authorise has it. */
	/* Provisional: until when, and to be judged again then. */
	uint64_t until_ns;
	struct authorise_date expires;
	char entry[POLICY_NAME_SIZE];
	char owner[AUTHORISE_TEXT_SIZE];
	char ticket[AUTHORISE_TEXT_SIZE]; /* Empty: none. */
	/* One for each part that was left, in their order; or why it is only
	 * provisionally within scope. */
	uint32_t reason_count;
	char reasons[AUTHORISE_PART_COUNT][AUTHORISE_SENTENCE_SIZE];
	/* "nearest: nessus-prod - its sources are others"; empty: none is. */
	char nearest[AUTHORISE_SENTENCE_SIZE];
};

/* "expired", "segment", "service", "hours", "rate", "process", "user". */
const char *authorise_part_name(enum authorise_part part);

#endif
