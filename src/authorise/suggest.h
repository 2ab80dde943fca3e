/*
 * Suggestions: scans that come back again and again, and the narrowest entry
 * that would cover them.
 *
 * Whoever ends a campaign notes it here.  What has the same source and process,
 * and goes to segments and services of the same kind, is one habit; a habit of
 * at least three campaigns over at least seven days is worth the question
 * whether somebody means it.  The entry proposed has exactly what was seen: the
 * source's address, the segments and services touched, the process, if one was
 * named, the hours of the week in which it happened (whole hours), twice the
 * highest rate seen, and 90 days to live.  Nothing is made active: a suggestion
 * is an entry that a person may propose, with owner, reason and ticket left to
 * fill in.
 *
 * Memory: CONFIG_AUTHORISE_HABIT_COUNT habits; a full table gives up the one
 *         that was met longest ago.
 * Time:   passed in.
 */
#ifndef AUTHORISE_SUGGEST_H
#define AUTHORISE_SUGGEST_H

#include <jansson.h>

#include "authorise/authorise.h"

enum {
	AUTHORISE_HABIT_SERVICES = 16,
	AUTHORISE_HABIT_SEGMENTS = 8,
	AUTHORISE_HABIT_CAMPAIGNS = 3,
	AUTHORISE_HABIT_DAYS = 7,
};

/* Private to suggest.c. */
struct authorise_habit {
	uint64_t campaign; /* The last that was noted. */
	uint64_t first_ns; /* First and last probe of all of them. */
	uint64_t last_ns;
	uint64_t last_began_ns;   /* Of the last campaign. */
	uint32_t campaigns;       /* 0: free. */
	uint32_t rate;            /* The highest, in probes a second. */
	uint32_t services_of_one; /* How many the last campaign had. */
	bool has_mac;
	struct ip_address source;
	struct mac_address mac;
	uint8_t service_count;
	uint8_t segment_count;
	struct authorise_service services[AUTHORISE_HABIT_SERVICES];
	uint16_t segments[AUTHORISE_HABIT_SEGMENTS]; /* Numbers; ascending. */
	uint32_t hours[7]; /* Of each weekday, Monday first: bits of hours. */
	char process[AUTHORISE_TEXT_SIZE]; /* Path; empty: not known. */
};

/* Notes a campaign that is over, or that goes on for long and is revised.  One
 * and the same campaign, told again, counts once. */
void authorise_note_campaign(struct authorise *authorise,
    const struct authorise_campaign *campaign, uint64_t now_ns);

/* The suggestions as a list of {entry, campaigns, first, last, sentence}, those
 * that came most often first; null: no memory. */
json_t *authorise_suggestions(
    const struct authorise *authorise, uint64_t now_ns);

#endif
