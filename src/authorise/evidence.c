#include "authorise/process.h"
#include "authorise/room.h"

enum evidence
evidence_of(const struct authorise_record *record,
    const struct authorise_campaign *campaign, uint64_t now_ns)
{
	const struct authorise_entry *entry = &record->entry;
	const struct attribution *attribution = campaign->attribution;
	const struct attribution_process *process =
	    attribution == NULL ? NULL : &attribution->processes[0];

	if (!authorise_entry_needs_evidence(entry)) {
		return EVIDENCE_FITS;
	}
	/* The best one alone counts: a scan that the logs rather lay at another
	 * process's door is not the entry's. */
	if (process == NULL || attribution->process_count == 0 ||
	    process->confidence < ATTRIBUTION_PROBABLE) {
		return now_ns < evidence_grace_ends_ns(record, campaign)
		    ? EVIDENCE_AWAITED
		    : EVIDENCE_MISSING;
	}
	if (entry->process[0] != '\0' &&
	    !authorise_process_matches(entry->process, process)) {
		return EVIDENCE_PROCESS;
	}
	return entry->user_count > 0 &&
	        !authorise_user_matches(entry, process->user)
	    ? EVIDENCE_USER
	    : EVIDENCE_FITS;
}

uint64_t
evidence_grace_ends_ns(const struct authorise_record *record,
    const struct authorise_campaign *campaign)
{
	return campaign->finding->raised_at_ns +
	    (uint64_t)record->entry.grace_s * NS_PER_S;
}
