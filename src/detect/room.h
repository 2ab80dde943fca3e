/*
 * The memory of room detect.  Private to the room.
 */
#ifndef DETECT_ROOM_H
#define DETECT_ROOM_H

#include "detect/campaign.h"
#include "detect/contacts.h"
#include "detect/detect.h"
#include "detect/neighbours.h"
#include "detect/note.h"
#include "detect/segments.h"
#include "detect/sighting.h"
#include "detect/suspect.h"
#include "detect/weather.h"
#include "detect/weigh.h"
#include "detect/witness.h"
#include "mem/table.h"

/* What every source has: enough for those who have nothing to hide. */
struct source {
	struct ip_address address; /* The key. */
	uint32_t made;             /* First contacts. */
	uint16_t segment;
	uint16_t vlan;
	struct mac_address mac;
	uint64_t last_ns;     /* Its last first contact. */
	bool is_suspect;      /* Has, or had, a struct suspect. */
	uint8_t dhcp_answers; /* As a DHCP server gives, while few. */
	uint8_t kept_count;
	uint32_t over_s; /* Its last campaign's last probe; 0: had none. */
	struct contact kept[SOURCE_CONTACTS]; /* Its first contacts. */
};

struct detect {
	struct table sources;
	struct table suspects;
	struct table campaigns;
	struct contacts contacts;
	struct neighbours neighbours;
	struct weather weather;
	struct segments segments;
	struct witness witness;
	uint32_t note_count; /* Of the last event. */
	struct detect_note notes[DETECT_NOTES];
	/* For each segment's sources, and for those that are in none. */
	struct terms terms[POLICY_SEGMENT_COUNT + 1];
	const struct policy *policy;
	struct counters *counters;
	uint64_t campaign_number;
	uint64_t now_ns; /* Latest time told. */
	uint64_t swept_ns;
	/* Sources whose campaigns are due, oldest first. */
	struct ip_address *due;
	uint32_t due_first;
	uint32_t due_count;
};

/* sources.c */

/* The record of the event's source; null if it has none. */
struct source *source_find(
    struct detect *detect, const struct sighting *sighting);

/* The same, made if it has none, and brought up to date. */
struct source *source_make(
    struct detect *detect, const struct sighting *sighting);

/* The source's record as a suspect; null if it has none. */
struct suspect *source_suspect(
    struct detect *detect, const struct sighting *sighting);

/* Makes a suspect of a source: what it did in the last day is weighed as if it
 * happened now. */
struct suspect *source_make_suspect(struct detect *detect,
    struct source *source, const struct sighting *sighting);

/* By what sources of 'segment' are judged. */
const struct terms *detect_terms(const struct detect *detect, uint16_t segment);

/* Counts an answer of a DHCP server. */
void source_note_answer(struct source *source, const struct probe *probe);

/* Forgets the first contacts of a source that are a day old. */
void source_forget(struct source *source, uint64_t now_ns);

/* Whether the event is a router's or a DHCP server's everyday work. */
bool source_is_upkeep(const struct detect *detect, const struct source *source,
    const struct sighting *sighting);

/* note.c */

/* Notes what became of 'contact', which is of 'campaign'. */
void detect_add_note(struct detect *detect, const struct campaign *campaign,
    const struct contact *contact, bool is_counted, bool is_concluded);

/* The target of a first contact has accepted it: no outcome yet, but part of
 * the evidence. */
void detect_note_accepted(struct detect *detect, struct sighting *sighting);

/* follow.c */

/* The campaign of 'source'; null: none. */
struct campaign *detect_find_campaign(
    struct detect *detect, const struct ip_address *source);

/* Marks the campaign of 'source' as due. */
void detect_mark_due(struct detect *detect, const struct ip_address *source);

/* What follows for the source's campaign from a first contact, and from an
 * outcome; 'entry' is the contact in the suspect's list, null if it had to make
 * room. */
void detect_follow_attempt(
    struct detect *detect, struct suspect *suspect, struct contact *entry);
void detect_follow_repeat(struct detect *detect, struct suspect *suspect,
    const struct sighting *sighting);
void detect_follow_outcome(struct detect *detect, struct suspect *suspect,
    struct contact *entry, const struct sighting *sighting);

/* Raises the source if its evidence suffices. */
void detect_judge(struct detect *detect, struct suspect *suspect,
    const struct sighting *sighting);

#endif
