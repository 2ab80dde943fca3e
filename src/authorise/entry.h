/*
 * Entry: who may scan what, when, how fast, by which process, until when, and
 * who answers for it.
 *
 * An entry comes from a section `scanner` of the configuration file, which is
 * then the only place where it can be changed, or from people, whose changes
 * are kept and told (authorise/request.h).  Either way it has the same members,
 * and its texts are read by the same functions (authorise/entry_text.h).
 *
 * An entry that people made begins as proposed and covers nothing until it is
 * approved; where nobody need approve, it is active at once.  That it has
 * expired is no state: it follows from the time.  A revoked entry is kept, so
 * that what it covered until then stays explained.
 *
 * Fixed size and free of pointers.
 */
#ifndef AUTHORISE_ENTRY_H
#define AUTHORISE_ENTRY_H

#include "base/addr.h"
#include "base/base.h"
#include "policy/policy.h"

enum {
	AUTHORISE_SOURCE_COUNT = 16, /* Of one entry. */
	AUTHORISE_SERVICE_COUNT = 64,
	AUTHORISE_HOURS_COUNT = 16,
	AUTHORISE_USER_COUNT = 4,

	/* Names of segments: those of the policy, and as many again that
	 * entries still name though the policy has them no longer. */
	AUTHORISE_SEGMENT_COUNT = 2 * POLICY_SEGMENT_COUNT,

	/* Bytes, the closing zero included. */
	AUTHORISE_HOST_SIZE = 128,
	AUTHORISE_TEXT_SIZE = 256,
	AUTHORISE_USER_SIZE = 128,
	AUTHORISE_PERSON_SIZE = 64,

	/* How long logs may take to show the process, where nothing is said;
	 * and at most. */
	AUTHORISE_GRACE_S = 300,
	AUTHORISE_GRACE_MOST_S = 3600,
};

enum authorise_source_kind {
	AUTHORISE_SOURCE_PREFIX, /* Or one address. */
	AUTHORISE_SOURCE_MAC,
	AUTHORISE_SOURCE_HOST,
};

struct authorise_source {
	uint8_t kind; /* enum authorise_source_kind */
	struct mac_address mac;
	struct ip_prefix prefix;
	char host[AUTHORISE_HOST_SIZE]; /* In lower case. */
};

enum authorise_protocol {
	AUTHORISE_PROTOCOL_TCP,
	AUTHORISE_PROTOCOL_UDP,
	AUTHORISE_PROTOCOL_SCTP,
	AUTHORISE_PROTOCOL_IP, /* The numbers are IP protocols. */
	AUTHORISE_PROTOCOL_ICMP,
	AUTHORISE_PROTOCOL_ICMP6,
	AUTHORISE_PROTOCOL_ARP,
	AUTHORISE_PROTOCOL_ND,
	AUTHORISE_PROTOCOL_COUNT
};

/* One range of one protocol; those without ports have 0 to 0. */
struct authorise_service {
	uint8_t protocol; /* enum authorise_protocol */
	uint16_t first;
	uint16_t last;
};

/* A window of the week, by the clock on the wall of the sensor's time zone.
 * Where 'until' is not after 'from' it ends on the day after the one that
 * 'days' names. */
struct authorise_hours {
	uint8_t days;          /* Bit 0: Monday ... bit 6: Sunday. */
	uint16_t from_minute;  /* Of the day, 0 to 1439. */
	uint16_t until_minute; /* 1 to 1440; not part of the window. */
};

struct authorise_date {
	uint16_t year;
	uint8_t month; /* 1 to 12. */
	uint8_t day;   /* 1 to 31. */
};

enum authorise_origin {
	AUTHORISE_ORIGIN_FILE, /* The configuration file: read-only. */
	AUTHORISE_ORIGIN_PEOPLE,
	AUTHORISE_ORIGIN_COUNT
};

enum authorise_state {
	AUTHORISE_PROPOSED, /* Waits for a second person; covers nothing. */
	AUTHORISE_ACTIVE,
	AUTHORISE_REVOKED,
	AUTHORISE_STATE_COUNT
};

/* Who did something, and when: since 1970, UTC; 0: nobody has. */
struct authorise_deed {
	uint64_t at_ns;
	char by[AUTHORISE_PERSON_SIZE];
};

struct authorise_entry {
	char name[POLICY_NAME_SIZE];
	struct authorise_source sources[AUTHORISE_SOURCE_COUNT];
	struct authorise_service services[AUTHORISE_SERVICE_COUNT];
	struct authorise_hours hours[AUTHORISE_HOURS_COUNT];
	uint32_t source_count;
	uint32_t service_count;
	uint32_t hours_count; /* Zero: at all hours. */
	uint32_t user_count;  /* Zero: any. */
	/* One bit for each segment: in a struct config by its index in the
	 * policy, in a struct authorise by its number there. */
	uint8_t segments[AUTHORISE_SEGMENT_COUNT / 8];
	uint32_t rate;    /* Probes a second; zero: no ceiling. */
	uint32_t grace_s; /* For evidence of process and user; zero: none. */
	struct authorise_date expires;     /* The last day. */
	char process[AUTHORISE_TEXT_SIZE]; /* Empty: any. */
	char users[AUTHORISE_USER_COUNT][AUTHORISE_USER_SIZE];
	char owner[AUTHORISE_TEXT_SIZE];
	char reason[AUTHORISE_TEXT_SIZE];
	char ticket[AUTHORISE_TEXT_SIZE]; /* Empty: none. */

	uint8_t origin; /* enum authorise_origin */
	uint8_t state;  /* enum authorise_state */
	struct authorise_deed created;
	struct authorise_deed approved;
	struct authorise_deed extended; /* The last time. */
	struct authorise_deed revoked;
	/* A later last day that waits for a second person; year 0: none. */
	struct authorise_date extension;
};

/* "proposed", "active", "revoked"; "file", "people". */
const char *authorise_state_name(enum authorise_state state);
const char *authorise_origin_name(enum authorise_origin origin);

/* Whether the entry allows scanning the segment of that number. */
static inline bool
authorise_entry_may_scan(const struct authorise_entry *entry, uint32_t segment)
{
	return segment < AUTHORISE_SEGMENT_COUNT &&
	    (entry->segments[segment / 8] >> segment % 8 & 1) != 0;
}

static inline void
authorise_entry_allow(struct authorise_entry *entry, uint32_t segment)
{
	entry->segments[segment / 8] |= (uint8_t)(1u << segment % 8);
}

/* Whether the evidence of a process, or of its user, is asked for. */
static inline bool
authorise_entry_needs_evidence(const struct authorise_entry *entry)
{
	return entry->process[0] != '\0' || entry->user_count > 0;
}

/* Whether an entry that came from another process is one that could have been
 * read from text, as far as its form goes. */
bool authorise_entry_is_sound(const struct authorise_entry *entry);

#endif
