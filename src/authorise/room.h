/*
 * What the files of room authorise share.  Private to the room.
 */
#ifndef AUTHORISE_ROOM_H
#define AUTHORISE_ROOM_H

#include "authorise/authorise.h"
#include "base/strbuf.h"

enum {
	/* A record's number holds its place, so that it is found at once. */
	RECORD_PLACE_BITS = 12,
	RECORD_PLACE_MASK = (1 << RECORD_PLACE_BITS) - 1,
};
_Static_assert(CONFIG_AUTHORISE_ENTRY_COUNT <= 1 << RECORD_PLACE_BITS,
    "a place fits a number");

/* The record of that number; null: it is no longer there. */
static inline struct authorise_record *
record_at(const struct authorise *authorise, uint32_t number)
{
	struct authorise_record *record =
	    &authorise->records[number & RECORD_PLACE_MASK];

	return record->number == number ? record : NULL;
}

/* A free record, made free by the one that ended longest ago where there is
 * none; null: all are in force. */
struct authorise_record *record_take(struct authorise *authorise);

/* Gives a record its number, and its end by the zone: it is there from now. */
void record_enter(struct authorise *authorise, struct authorise_record *record);

/* The number of a segment's name, which it is given if it has none; -1: there
 * are too many. */
int32_t segment_enter(struct authorise *authorise, const char *name);

/* The segment, by its number, of an address. */
uint16_t segment_of(
    const struct authorise *authorise, const struct ip_address *address);

/* cover.c: whether the source is among the entry's. */
bool entry_covers(
    const struct authorise_entry *entry, const struct authorise_whose *whose);

/* Finds the entries that cover the source of a campaign that began at
 * 'began_ns', at most AUTHORISE_WATCH_ENTRIES: first those in force. */
uint32_t cover_find(const struct authorise *authorise,
    const struct authorise_whose *whose, uint64_t began_ns, uint32_t *numbers);

/* Writes what entry comes nearest though none covers; empty: none does. */
void cover_nearest(const struct authorise *authorise,
    const struct authorise_whose *whose,
    const struct authorise_campaign *campaign, struct strbuf *sentence);

/* scope.c: one probe, in the words of entries. */
void scope_of_contact(const struct authorise *authorise,
    const struct wire_contact *contact, struct authorise_leaving *probe);

/* The parts of the record's scope that the probe leaves, but for the rate. */
uint8_t scope_left_by(const struct authorise *authorise,
    const struct authorise_record *record,
    const struct authorise_leaving *probe);

/* Whether the record permits this part of what is known of the probe. */
bool scope_permits(const struct authorise *authorise,
    const struct authorise_record *record, enum authorise_part part,
    const struct authorise_leaving *probe);

/* The parts that a campaign as a whole leaves, as far as its finding shows. */
uint8_t scope_left_by_finding(const struct authorise *authorise,
    const struct authorise_record *record, const struct finding *finding);

/* The service that a range of a finding begins with. */
struct authorise_service scope_service_of(
    const struct finding_service_range *range);

/* Probes in ten seconds that are not faster than 'rate'. */
static inline uint64_t
rate_allowance(uint32_t rate)
{
	uint64_t worth = (uint64_t)rate * AUTHORISE_RATE_SECONDS;

	return worth > AUTHORISE_RATE_BURST ? worth : AUTHORISE_RATE_BURST;
}

/* watch.c: finds anew who covers the source, and holds what was left against
 * them. */
void watch_refresh(const struct authorise *authorise,
    struct authorise_watch *watch, const struct authorise_whose *whose);

/* Notes that a part was left, unless it was before. */
void watch_leave(struct authorise_watch *watch, enum authorise_part part,
    const struct authorise_leaving *probe);

/* Whether some record of the watch permits this part. */
bool watch_permits(const struct authorise *authorise,
    const struct authorise_watch *watch, enum authorise_part part,
    const struct authorise_leaving *probe);

/* whole.c: holds the finding as a whole against the watch's entries. */
void watch_finding(const struct authorise *authorise,
    struct authorise_watch *watch, const struct finding *finding);

/* evidence.c: what is known of the process. */
enum evidence {
	EVIDENCE_FITS,    /* Or none is asked for. */
	EVIDENCE_AWAITED, /* None yet; the grace runs. */
	EVIDENCE_MISSING, /* None, and the grace is over. */
	EVIDENCE_PROCESS, /* It is another process. */
	EVIDENCE_USER,    /* It is another user. */
};

enum evidence evidence_of(const struct authorise_record *record,
    const struct authorise_campaign *campaign, uint64_t now_ns);

/* When the grace of the record ends for this campaign. */
uint64_t evidence_grace_ends_ns(const struct authorise_record *record,
    const struct authorise_campaign *campaign);

/* sentence.c: how a part was left, in a sentence. */
void sentence_of_leaving(const struct authorise *authorise,
    enum authorise_part part, const struct authorise_leaving *leaving,
    struct strbuf *sentence);
void sentence_of_evidence(const struct authorise_record *record,
    enum evidence evidence, const struct authorise_campaign *campaign,
    struct strbuf *sentence);

/* Adds at most 'most' bytes of a text, whole characters, and "..." for the
 * rest; what would steer a terminal becomes "?". */
void sentence_add_short(struct strbuf *buffer, const char *text, size_t most);

/* Adds "Sat 2027-03-06 05:00:00 Europe/Berlin", without the date where it is
 * not asked for. */
void sentence_add_moment(const struct authorise_zone *zone, uint64_t time_ns,
    bool with_date, struct strbuf *buffer);

/* Adds lists of an entry, the first few items of them. */
void sentence_add_sources(
    const struct authorise_entry *entry, struct strbuf *buffer);
void sentence_add_segments(const struct authorise *authorise,
    const struct authorise_entry *entry, struct strbuf *buffer);
void sentence_add_services(
    const struct authorise_entry *entry, struct strbuf *buffer);
void sentence_add_hours(
    const struct authorise_entry *entry, struct strbuf *buffer);

#endif
