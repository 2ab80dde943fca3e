#include <stdio.h>

#include "authorise/room.h"

/* What the watch's entries say of a campaign's process, as bits by their
 * places. */
struct opinions {
	uint32_t fitting;
	uint32_t awaiting;
	enum evidence evidence[AUTHORISE_WATCH_ENTRIES];
};

static void ask_for_evidence(const struct authorise *authorise,
    const struct authorise_watch *watch,
    const struct authorise_campaign *campaign, uint64_t now_ns,
    struct opinions *opinions);
static bool all_are_permitted_by(
    const struct authorise_watch *watch, uint32_t entries);
static uint32_t choose(const struct authorise *authorise,
    const struct authorise_watch *watch,
    const struct authorise_campaign *campaign, const struct opinions *opinions);
static void name_entry(
    const struct authorise_record *record, struct authorisation *authorisation);
static void give_reasons(const struct authorise *authorise,
    const struct authorise_watch *watch, struct authorisation *authorisation);
static void judge_evidence(const struct authorise *authorise,
    const struct authorise_watch *watch,
    const struct authorise_campaign *campaign, const struct opinions *opinions,
    struct authorisation *authorisation);
static void count_hit(struct authorise_record *record,
    struct authorise_watch *watch, uint32_t place,
    const struct finding *finding);
static struct strbuf next_reason(struct authorisation *authorisation);

const char *
authorise_part_name(enum authorise_part part)
{
	static const char *const names[AUTHORISE_PART_COUNT] = {
		[AUTHORISE_PART_EXPIRY] = "expired",
		[AUTHORISE_PART_SEGMENT] = "segment",
		[AUTHORISE_PART_SERVICE] = "service",
		[AUTHORISE_PART_HOURS] = "hours",
		[AUTHORISE_PART_RATE] = "rate",
		[AUTHORISE_PART_PROCESS] = "process",
		[AUTHORISE_PART_USER] = "user",
	};

	return names[part];
}

void
authorise_judge(struct authorise *authorise, struct authorise_watch *watch,
    const struct authorise_campaign *campaign, uint64_t now_ns,
    struct authorisation *authorisation)
{
	struct authorise_whose whose;
	struct opinions opinions;
	struct authorise_record *record;
	uint32_t place;

	memset(authorisation, 0, sizeof(*authorisation));
	authorise_whose_of(campaign->finding, campaign->attribution, &whose);
	if (!watch->is_begun) {
		watch->began_ns = campaign->finding->first_seen_ns;
	}
	watch_refresh(authorise, watch, &whose);
	if (watch->entry_count == 0) {
		struct strbuf nearest;

		strbuf_init(&nearest, authorisation->nearest,
		    sizeof(authorisation->nearest));
		cover_nearest(authorise, &whose, campaign, &nearest);
		return;
	}
	watch_finding(authorise, watch, campaign->finding);
	ask_for_evidence(authorise, watch, campaign, now_ns, &opinions);
	place = choose(authorise, watch, campaign, &opinions);
	record = record_at(authorise, watch->entries[place]);
	SW_ASSERT(record != NULL);
	name_entry(record, authorisation);
	authorisation->left = watch->left;
	give_reasons(authorise, watch, authorisation);
	judge_evidence(authorise, watch, campaign, &opinions, authorisation);
	authorisation->within_scope = authorisation->left == 0;
	authorisation->is_provisional =
	    authorisation->within_scope && authorisation->is_provisional;
	count_hit(record, watch, place, campaign->finding);
}

uint64_t
authorise_judge_again_at(const struct authorisation *authorisation,
    const struct authorise *authorise, const struct finding *finding)
{
	const struct authorise_record *record =
	    record_at(authorise, authorisation->entry_number);
	uint64_t grace_ns =
	    record == NULL ? 0 : (uint64_t)record->entry.grace_s * NS_PER_S;

	/* That of several entries which is awaited longest may be another. */
	return !authorisation->is_provisional ? 0
	    : authorisation->until_ns > 0     ? authorisation->until_ns
	                                  : finding->raised_at_ns + grace_ns;
}

static void
ask_for_evidence(const struct authorise *authorise,
    const struct authorise_watch *watch,
    const struct authorise_campaign *campaign, uint64_t now_ns,
    struct opinions *opinions)
{
	memset(opinions, 0, sizeof(*opinions));
	for (uint32_t i = 0; i < watch->entry_count; i++) {
		const struct authorise_record *record =
		    record_at(authorise, watch->entries[i]);

		opinions->evidence[i] = evidence_of(record, campaign, now_ns);
		if (opinions->evidence[i] == EVIDENCE_FITS) {
			opinions->fitting |= 1u << i;
		} else if (opinions->evidence[i] == EVIDENCE_AWAITED) {
			opinions->awaiting |= 1u << i;
		}
	}
}

/* Whether each contact was permitted by one of these entries. */
static bool
all_are_permitted_by(const struct authorise_watch *watch, uint32_t entries)
{
	if (entries == 0) {
		return false;
	}
	for (uint32_t set = 1; set < 1u << AUTHORISE_WATCH_ENTRIES; set++) {
		if ((watch->sets[set / 8] >> set % 8 & 1) != 0 &&
		    (set & entries) == 0) {
			return false;
		}
	}
	return true;
}

/* The place of the entry to be named: whose process it is before whose it may
 * be, then the one whose scope is left by least. */
static uint32_t
choose(const struct authorise *authorise, const struct authorise_watch *watch,
    const struct authorise_campaign *campaign, const struct opinions *opinions)
{
	uint32_t best = 0;
	int best_cost = INT32_MAX;

	for (uint32_t i = 0; i < watch->entry_count; i++) {
		const struct authorise_record *record =
		    record_at(authorise, watch->entries[i]);
		int cost = __builtin_popcount(scope_left_by_finding(
		    authorise, record, campaign->finding));

		if ((opinions->fitting >> i & 1) == 0) {
			cost += (opinions->awaiting >> i & 1) != 0 ? 10 : 20;
		}
		if (cost < best_cost) {
			best_cost = cost;
			best = i;
		}
	}
	return best;
}

static void
name_entry(
    const struct authorise_record *record, struct authorisation *authorisation)
{
	const struct authorise_entry *entry = &record->entry;

	authorisation->is_covered = true;
	authorisation->entry_number = record->number;
	authorisation->expires = entry->expires;
	memcpy(authorisation->entry, entry->name, sizeof(entry->name));
	memcpy(authorisation->owner, entry->owner, sizeof(entry->owner));
	memcpy(authorisation->ticket, entry->ticket, sizeof(entry->ticket));
}

static void
give_reasons(const struct authorise *authorise,
    const struct authorise_watch *watch, struct authorisation *authorisation)
{
	for (uint32_t part = 0; part < AUTHORISE_PART_PROCESS; part++) {
		if ((watch->left >> part & 1) != 0) {
			struct strbuf reason = next_reason(authorisation);

			sentence_of_leaving(
			    authorise, part, &watch->leavings[part], &reason);
		}
	}
}

static void
judge_evidence(const struct authorise *authorise,
    const struct authorise_watch *watch,
    const struct authorise_campaign *campaign, const struct opinions *opinions,
    struct authorisation *authorisation)
{
	const struct authorise_record *record =
	    record_at(authorise, authorisation->entry_number);
	enum evidence evidence = EVIDENCE_FITS;
	struct strbuf reason;

	if (all_are_permitted_by(watch, opinions->fitting)) {
		return;
	}
	/* The one named, or else the first whose evidence is wanting. */
	for (uint32_t i = 0; i < watch->entry_count; i++) {
		if (opinions->evidence[i] != EVIDENCE_FITS &&
		    (evidence == EVIDENCE_FITS ||
		        watch->entries[i] == authorisation->entry_number)) {
			evidence = opinions->evidence[i];
			record = record_at(authorise, watch->entries[i]);
		}
	}
	if (all_are_permitted_by(
	        watch, opinions->fitting | opinions->awaiting)) {
		authorisation->is_provisional = true;
		authorisation->until_ns =
		    evidence_grace_ends_ns(record, campaign);
		evidence = EVIDENCE_AWAITED;
	} else if (evidence == EVIDENCE_USER) {
		authorisation->left |= 1u << AUTHORISE_PART_USER;
	} else {
		authorisation->left |= 1u << AUTHORISE_PART_PROCESS;
	}
	reason = next_reason(authorisation);
	sentence_of_evidence(record, evidence, campaign, &reason);
}

/* Once a campaign and entry. */
static void
count_hit(struct authorise_record *record, struct authorise_watch *watch,
    uint32_t place, const struct finding *finding)
{
	if ((watch->counted >> place & 1) == 0) {
		watch->counted |= (uint8_t)(1u << place);
		record->hit_count++;
		record->hits_are_new = true;
	}
	if (finding->last_seen_ns > record->last_hit_ns) {
		record->last_hit_ns = finding->last_seen_ns;
		record->hits_are_new = true;
	}
}

static struct strbuf
next_reason(struct authorisation *authorisation)
{
	struct strbuf reason;

	SW_ASSERT(authorisation->reason_count < AUTHORISE_PART_COUNT);
	strbuf_init(&reason,
	    authorisation->reasons[authorisation->reason_count++],
	    AUTHORISE_SENTENCE_SIZE);
	return reason;
}
