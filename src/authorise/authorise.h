/*
 * Authorise: is this scan permitted, and does it keep to what is permitted?
 *
 * A scan that an entry permits is detected, kept and shown like any other, but
 * as authorised; it becomes an alert the moment it leaves the entry's scope, by
 * whatever part, and says which.  Whoever breaks into a scanner's host gains
 * nothing but what the scanner was allowed to do, at its hours, at its rate, by
 * its process.
 *
 *	authorise = authorise_init(region, policy, zone, two_person);
 *	authorise_use_file(authorise, config->scanners, count);
 *	authorise_load(authorise, json of the store, ...);   (request.h)
 *
 *	authorise_contact(authorise, &watch, &contact, &source);
 *	authorise_judge(authorise, &watch, &campaign, now_ns, &authorisation);
 *
 * Entries that people made are changed by requests (authorise/request.h), which
 * give what the audit log is to hold.
 *
 * **Full.**  CONFIG_AUTHORISE_ENTRY_COUNT entries, those of the file included;
 * one more is refused with a sentence.  Revoked or expired entries of people
 * make room, those that ended longest ago first.
 *
 * Memory: authorise_plan() states it.  Requests make JSON with jansson.
 * Time:   passed in.  A contact of a campaign whose source no entry covers
 *         costs two comparisons.
 */
#ifndef AUTHORISE_AUTHORISE_H
#define AUTHORISE_AUTHORISE_H

#include "attribute/attribution.h"
#include "authorise/authorisation.h"
#include "authorise/entry.h"
#include "authorise/watch.h"
#include "authorise/zone.h"
#include "base/base.h"
#include "detect/finding.h"
#include "detect/wire_contact.h"
#include "mem/plan.h"
#include "mem/region.h"
#include "policy/policy.h"

struct authorise_habit; /* authorise/suggest.h */

/* Notices of an entry that will expire, in their order. */
enum authorise_notice_kind {
	AUTHORISE_NOTICE_NONE,
	AUTHORISE_NOTICE_14_DAYS,
	AUTHORISE_NOTICE_3_DAYS,
	AUTHORISE_NOTICE_1_DAY,
	AUTHORISE_NOTICE_EXPIRED,
};

/* An entry in the table. */
struct authorise_record {
	uint32_t number;      /* Never given again in a run; 0: free. */
	uint8_t noticed;      /* enum authorise_notice_kind: told so far. */
	int64_t end_s;        /* Its last day is over; since 1970, UTC. */
	uint64_t hit_count;   /* Campaigns that it covered. */
	uint64_t last_hit_ns; /* Last probe of one; 0: none. */
	bool hits_are_new;    /* Since authorise_next_hit() gave them. */
	struct authorise_entry entry;
};

struct authorise {
	const struct policy *policy;
	struct authorise_zone zone;
	bool two_person;  /* Who approves must not be who proposed. */
	uint32_t version; /* Grows with each change of an entry. */
	uint32_t last_number;
	uint64_t now_ns; /* The latest moment that was passed in. */
	struct authorise_record *records; /* CONFIG_AUTHORISE_ENTRY_COUNT */
	struct authorise_habit *habits;   /* CONFIG_AUTHORISE_HABIT_COUNT */

	/* Segments by number, which entries name them by. */
	char segments[AUTHORISE_SEGMENT_COUNT][POLICY_NAME_SIZE];
	uint16_t number_of[POLICY_SEGMENT_COUNT]; /* Of the policy's. */
};

/* Whose campaign it is, as far as is known. */
struct authorise_whose {
	bool has_address;
	bool has_mac;
	struct ip_address address;
	struct mac_address mac;
	const char *host; /* Null or empty: not known. */
	const char (*names)[ATTRIBUTION_HOST_SIZE]; /* Others. */
	uint32_t name_count;
};

/* A campaign as it is now. */
struct authorise_campaign {
	const struct finding *finding;
	const struct attribution *attribution; /* May be null. */
};

/* What is to be announced of an entry. */
struct authorise_notice {
	uint8_t kind; /* enum authorise_notice_kind */
	char entry[POLICY_NAME_SIZE];
	char sentence[AUTHORISE_SENTENCE_SIZE];
};

/* The lines of the memory plan. */
uint32_t authorise_plan(struct plan_line *lines, uint32_t capacity);
size_t authorise_bytes(void);

/* Carves the table.  'policy' is borrowed and must stay; 'zone' is copied. */
struct authorise *authorise_init(struct region *region,
    const struct policy *policy, const struct authorise_zone *zone,
    bool two_person);

/* Takes over another policy and zone.  To be called whenever the content of
 * the policy has changed: segments are then found anew by their names. */
void authorise_use_policy(struct authorise *authorise,
    const struct policy *policy, const struct authorise_zone *zone,
    bool two_person);

/* Puts 'count' entries of the configuration file in the place of those that
 * were there; unchanged ones go on as they are.  Their segments are indices of
 * the policy.  Returns how many found no room, or have a name that an entry of
 * people has. */
uint32_t authorise_use_file(struct authorise *authorise,
    const struct authorise_entry *entries, uint32_t count);

/* Who the campaign's source is, for the two functions below. */
void authorise_whose_of(const struct finding *finding,
    const struct attribution *attribution, struct authorise_whose *whose);

/* Takes in a contact of the watch's campaign, which must be sound; the first
 * begins the watch.  'whose' may be null: then the contact's source is all that
 * is known.  Returns whether the contact left a part of the scope that had not
 * been left before: then the campaign is to be judged. */
bool authorise_contact(struct authorise *authorise,
    struct authorise_watch *watch, const struct wire_contact *contact,
    const struct authorise_whose *whose);

/* Says what the entries make of the campaign, at 'now_ns'. */
void authorise_judge(struct authorise *authorise, struct authorise_watch *watch,
    const struct authorise_campaign *campaign, uint64_t now_ns,
    struct authorisation *authorisation);

/* When the campaign is to be judged again though nothing else happens: where
 * its process is awaited, the end of that grace.  0: never. */
uint64_t authorise_judge_again_at(const struct authorisation *authorisation,
    const struct authorise *authorise, const struct finding *finding);

/* Gives the next entry of which it is to be announced that it expires in 14
 * days, in 3, in 1, or has; each once.  False: none now. */
bool authorise_next_notice(struct authorise *authorise, uint64_t now_ns,
    struct authorise_notice *notice);

/* Gives the name and hits of the next entry whose hits have changed, for the
 * store.  False: none now. */
bool authorise_next_hit(
    struct authorise *authorise, const struct authorise_record **record);

/* The entry of that name; null: there is none. */
struct authorise_record *authorise_find(
    struct authorise *authorise, const char *name);

/* Whether its last day is over. */
bool authorise_record_is_expired(
    const struct authorise_record *record, uint64_t now_ns);

/* The name of a segment's number; its number, -1 where there is none. */
const char *authorise_segment_name(
    const struct authorise *authorise, uint32_t number);
int32_t authorise_segment_number(
    const struct authorise *authorise, const char *name);

#endif
