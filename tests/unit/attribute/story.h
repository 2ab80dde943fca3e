/*
 * Story: what a host did, as the wire showed it and as its logs tell it.
 *
 * Times are in milliseconds of the story; addresses are text.  A log event is
 * begun with story_event(), changed where a test wants it otherwise, and told
 * with story_tell().
 */
#ifndef TESTS_UNIT_ATTRIBUTE_STORY_H
#define TESTS_UNIT_ATTRIBUTE_STORY_H

#include "attribute/room.h"

extern const uint64_t story_begin_ns;

struct story {
	struct region region;
	struct counters counters;
	struct attribute *attribute;
	struct attribution attribution; /* The last that was asked for. */
	int64_t skew_ms;                /* Of the host's clock. */
	uint64_t delay_ms;              /* From an event to its arrival. */
	struct endpoint_event event;
};

void story_open(struct story *story);
void story_close(struct story *story);

uint64_t story_ns(uint64_t ms);

/* A probe of campaign 'number', or with 0 a completed connection. */
struct wire_contact story_contact(uint64_t number, uint64_t ms,
    const char *source, uint16_t source_port, const char *target,
    uint16_t target_port);
void story_probe(struct story *story, const struct wire_contact *contact);

/* The campaign is told, its first and last probe at these times. */
void story_finding(struct story *story, uint64_t number, const char *source,
    uint64_t first_ms, uint64_t last_ms);

/* An event of the Security log with a PID; more is added by the test. */
struct endpoint_event *story_event(struct story *story, enum endpoint_kind kind,
    const char *host, uint32_t pid, const char *image, uint64_t ms);
void story_text(
    struct story *story, enum endpoint_text which, const char *text);
/* It becomes Sysmon's, of a process with this GUID. */
void story_guid(struct story *story, uint8_t last, uint64_t started_ms);
void story_tuple(struct story *story, enum endpoint_direction direction,
    const char *source, uint16_t source_port, const char *target,
    uint16_t target_port);
void story_tell(struct story *story);

/* A process that begins; one that opens a connection. */
void story_starts(struct story *story, const char *host, uint32_t pid,
    const char *image, const char *command_line, uint64_t ms);
void story_ends(struct story *story, const char *host, uint32_t pid,
    const char *image, uint64_t ms);
void story_connects(struct story *story, const char *host, uint32_t pid,
    const char *image, const struct wire_contact *contact);

/* Ten probes of tcp/'port' of 10.20.2.1 and on, a second apart, from ports
 * 50001 and on, of 10.20.1.7; the first is at 60000 ms. */
enum { STORY_PROBES = 10 };
struct wire_contact story_sweep_contact(uint32_t index, uint16_t port);
void story_sweep(struct story *story, uint64_t number, uint16_t port);

/* What is known of the campaign, a while later. */
const struct attribution *story_judge(struct story *story, uint64_t number);

#endif
