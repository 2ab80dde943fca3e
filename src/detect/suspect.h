/*
 * Suspect: what is remembered of a source that makes new contacts.
 *
 * Most hosts contact what they always contact; their first two contacts fit in
 * the small record that every source has (struct source).  With the third
 * first contact a source gets one of these: its statistics, what it tried on
 * its busiest services and targets, and its latest contacts one by one, until
 * either it is raised or others need the room more.
 *
 * Memory: fixed; tables of both in detect.c.  Time: passed in.
 */
#ifndef DETECT_SUSPECT_H
#define DETECT_SUSPECT_H

#include "base/addr.h"
#include "base/base.h"
#include "detect/sequence.h"
#include "detect/terms.h"
#include "flow/probe.h"

enum {
	SUSPECT_SERVICES = 10,
	SUSPECT_TARGETS = 6,
	SUSPECT_CONTACTS = 64,
	SOURCE_CONTACTS = 2,
	/* Stands for the protocol of ARP and of neighbour discovery alike. */
	SUSPECT_LAYER2 = 255,
};

/* Bits of a contact's flags. */
enum {
	CONTACT_ADJACENT = 0x01,  /* Its target is next to the one before. */
	CONTACT_APART = 0x02,     /* It is not. */
	CONTACT_OVERDUE = 0x04,   /* Was counted as unanswered ahead of time. */
	CONTACT_INSIDE = 0x08,    /* The target is one of ours. */
	CONTACT_CONCLUDED = 0x10, /* Its outcome is known. */
	CONTACT_COUNTED = 0x20,   /* It is part of the campaign. */
	CONTACT_LISTED = 0x80,    /* It is in a suspect's list. */
	CONTACT_UPKEEP = 0x100,   /* A router resolving addresses, a DHCP server
	                           * trying what it is about to give out. */
	CONTACT_LAPSED = 0x200,   /* Accepted, and left open for a while. */
	CONTACT_RETURNED = 0x40,  /* Its target had contacted the source. */
};

/* One first contact. */
struct contact {
	uint64_t time_ns;
	struct ip_address target;
	uint16_t source_port;
	uint16_t target_port;
	uint8_t protocol; /* SUSPECT_LAYER2 for ARP and ND. */
	uint8_t technique;
	uint8_t outcome; /* enum probe_outcome; PENDING until concluded. */
	uint16_t flags;  /* CONTACT_* */
	uint16_t traits; /* Of its probe. */
	uint32_t packet; /* Its frame, as who keeps evidence has it; 0: none. */
};

/* A service the source tried on several targets. */
struct service_slot {
	bool used;
	bool inside; /* Of targets that are ours; others have their own slot. */
	bool implicated; /* Once part of a campaign, always. */
	uint8_t protocol;
	uint16_t port;
	uint32_t weight;       /* Falls while others need the slot. */
	uint32_t contacts;     /* Targets contacted first. */
	uint32_t unproductive; /* Of them, led to nothing or are overdue. */
	uint32_t answered;
	float score; /* Outcome and order together: nats for a scan. */
	float plain; /* Outcome alone. */
	float hosts; /* New ones lately, whatever came of it. */
	struct ip_address last_target;
	struct sequence sequence;
};

/* A target of which the source tried several services. */
struct target_slot {
	bool used;
	bool inside;
	bool implicated;
	uint32_t weight;
	uint32_t contacts; /* Services contacted first. */
	uint32_t unproductive;
	uint32_t answered;
	uint16_t last_port;
	float score;
	struct ip_address target;
	struct sequence sequence; /* Of the ports. */
};

/* Which statistic raised it. */
enum suspect_channel {
	CHANNEL_NONE,
	CHANNEL_OUTCOME, /* F: failed first contacts with our hosts. */
	CHANNEL_OUTSIDE, /* The same with hosts outside. */
	CHANNEL_SERVICE, /* J: outcome and order on one service. */
	CHANNEL_TARGET,  /* Many services of one target. */
	CHANNEL_STEALTH, /* S: flags that open nothing. */
	CHANNEL_FAN_OUT, /* N: many new hosts on one service. */
};

struct suspect {
	struct ip_address source; /* The key. */
	uint64_t first_ns;
	uint64_t last_ns;
	uint64_t faded_ns; /* When the evidence was last made to fade. */
	uint32_t made;     /* First contacts, all of them. */
	uint32_t unproductive;
	uint32_t refused;
	uint32_t silent;
	uint32_t half;
	uint32_t productive;
	uint32_t dark;
	uint32_t expired; /* Died on the way: traceroute's way to see it. */

	float outcome; /* F: of contacts with our hosts. */
	float outside; /* The same of contacts with all others. */
	float stealth; /* S. */
	uint32_t stealth_contacts;
	uint32_t requests;    /* TCP connection requests. */
	uint32_t crafted;     /* Of those, not made by a stack. */
	uint32_t port_reused; /* Requests from the source port of the last. */
	uint16_t last_source_port;

	/* What it is judged by; null: the built-in ones. */
	const struct terms *terms;
	uint8_t raised; /* enum suspect_channel */
	uint8_t contact_next;
	uint8_t contact_count;
	struct service_slot services[SUSPECT_SERVICES];
	struct target_slot targets[SUSPECT_TARGETS];
	struct contact contacts[SUSPECT_CONTACTS];
};

/* Takes in a first contact: finds or makes its slots, notes its step.  Returns
 * its entry in the list. */
struct contact *suspect_contact(
    struct suspect *suspect, const struct contact *contact);

/* The latest entry of the list for that target and service, not yet concluded;
 * null if it had to make room. */
struct contact *suspect_find(
    struct suspect *suspect, const struct contact *wanted);

/* What the suspect is judged by. */
static inline const struct terms *
suspect_terms(const struct suspect *suspect)
{
	return suspect->terms == NULL ? &terms_built_in : suspect->terms;
}

/* The slot of a service or a target; null if it has none. */
struct service_slot *suspect_service(
    struct suspect *suspect, uint8_t protocol, uint16_t port, bool inside);
struct target_slot *suspect_target(
    struct suspect *suspect, const struct ip_address *target);

/* The service slot with the most contacts, one that is part of a campaign
 * before all others; null if there is none.  The same of targets. */
const struct service_slot *suspect_main_service(const struct suspect *suspect);
const struct target_slot *suspect_main_target(const struct suspect *suspect);

#endif
