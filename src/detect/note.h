/*
 * Note: what became of a probe, for those who keep evidence.
 *
 * Detection makes one for each probe that is counted into a campaign, when that
 * happens, and one when its outcome is known; one probe that raises a campaign
 * brings the notes of all those before it (detect_notes()).
 */
#ifndef DETECT_NOTE_H
#define DETECT_NOTE_H

#include "base/base.h"
#include "detect/suspect.h"

/* Those of all that is remembered of a suspect, and of the event itself. */
enum { DETECT_NOTES = SUSPECT_CONTACTS + 1 };

struct detect_note {
	uint64_t campaign;      /* Number of its finding. */
	uint32_t place;         /* The campaign's, below
	                    * CONFIG_DETECT_CAMPAIGN_COUNT: no other's while it
	                    * goes on. */
	bool is_counted;        /* Counted in just now. */
	bool is_concluded;      /* No other outcome will be told. */
	struct contact contact; /* With its outcome, so far. */
};

#endif
