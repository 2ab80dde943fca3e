/*
 * Endpoint: log messages become endpoint events.
 *
 * Any message of any sender goes through endpoint_parse(): the envelope (RFC
 * 3164, RFC 5424, none), a look at the event id before anything costs time, the
 * format of the body, its fields, the event.  Nothing is allocated but within
 * the room's own bounded memory; what cannot be used is a verdict
 * (endpoint/outcomes.def), counted, never an error.
 *
 *	endpoint_init(&region, &counters)
 *	outcome = endpoint_parse(endpoint, &message, &event);
 *	if (outcome == ENDPOINT_EVENT) { use it }
 *
 * auditd spreads one event over several messages: the last of them gives it.
 *
 * Memory: endpoint_bytes() of the caller's region; nothing later.
 * Time:   passed in with the message.
 */
#ifndef ENDPOINT_ENDPOINT_H
#define ENDPOINT_ENDPOINT_H

#include "base/counter.h"
#include "endpoint/endpoint_event.h"
#include "mem/plan.h"
#include "mem/region.h"

/* One message, as its transport delivered it. */
struct endpoint_message {
	const char *bytes;
	size_t size;
	uint64_t arrival_ns; /* 0: not known; the event's own time is taken. */
	uint64_t about_ns;   /* Then: when it was, within months, for times that
	                    * have no year; 0: not known either. */
	const char *sender;  /* The peer's address; "" where unknown. */
	bool is_cut;         /* The transport knows that it is not whole. */
	bool is_plain;       /* It can be forged: UDP, or no TLS. */
};

enum endpoint_outcome {
	ENDPOINT_EVENT, /* '*event' is filled. */
#define OUTCOME(name, sentence) ENDPOINT_##name,
#include "endpoint/outcomes.def"
#undef OUTCOME
	ENDPOINT_OUTCOME_COUNT
};

struct endpoint;

size_t endpoint_bytes(void);
uint32_t endpoint_plan(struct plan_line *lines, uint32_t capacity);
struct endpoint *endpoint_init(
    struct region *region, struct counters *counters);

/* Only for the end of a role and for tests. */
void endpoint_finish(struct endpoint *endpoint);

/* Reads a message.  '*event' is undefined unless ENDPOINT_EVENT is returned. */
enum endpoint_outcome endpoint_parse(struct endpoint *endpoint,
    const struct endpoint_message *message, struct endpoint_event *event);

/* Stable, lower-case names and sentences: "not_wanted". */
const char *endpoint_outcome_name(enum endpoint_outcome outcome);
const char *endpoint_outcome_sentence(enum endpoint_outcome outcome);

#endif
