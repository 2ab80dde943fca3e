/*
 * Messages of evidence: what the sensor tells the ledger beside findings.
 *
 * Each carries as many records as there were, up to a bound, in order; the
 * ledger believes none before all have been found sound.
 */
#ifndef FIRMWARE_MESSAGES_EVIDENCE_H
#define FIRMWARE_MESSAGES_EVIDENCE_H

#include "evidence/packet_head.h"
#include "evidence/probe_tuple.h"
#include "evidence/source_summary.h"
#include "ipc/channel.h"

enum {
	MESSAGE_PACKET_COUNT = 32,
	MESSAGE_PROBE_COUNT = 64,
	MESSAGE_SUMMARY_COUNT = 8,
	MESSAGE_HOUR_COUNT = 32,
};

/* MESSAGE_EVIDENCE: packets of campaigns that were told. */
struct message_evidence {
	struct channel_header header;
	uint32_t count; /* From 1, as in those that follow. */
	uint32_t unused;
	struct packet_head packets[MESSAGE_PACKET_COUNT];
};
_Static_assert(sizeof(struct message_evidence) ==
        16 + MESSAGE_PACKET_COUNT * sizeof(struct packet_head),
    "no padding");

/* MESSAGE_PROBES: what came of probes. */
struct message_probes {
	struct channel_header header;
	uint32_t count;
	uint32_t unused;
	struct probe_tuple probes[MESSAGE_PROBE_COUNT];
};
_Static_assert(sizeof(struct message_probes) ==
        16 + MESSAGE_PROBE_COUNT * sizeof(struct probe_tuple),
    "no padding");

/* MESSAGE_SUMMARIES: what sources did in a window. */
struct message_summaries {
	struct channel_header header;
	uint32_t count;
	uint32_t unused;
	struct source_summary summaries[MESSAGE_SUMMARY_COUNT];
};
_Static_assert(sizeof(struct message_summaries) ==
        16 + MESSAGE_SUMMARY_COUNT * sizeof(struct source_summary),
    "no padding");

/* MESSAGE_SEGMENT_HOURS: what segments asked of each other. */
struct message_segment_hours {
	struct channel_header header;
	uint32_t count;
	uint32_t unused;
	struct segment_hour hours[MESSAGE_HOUR_COUNT];
};
_Static_assert(sizeof(struct message_segment_hours) ==
        16 + MESSAGE_HOUR_COUNT * sizeof(struct segment_hour),
    "no padding");

/* What the table of messages.c checks them with. */
bool evidence_message_is_sound(const void *message);
bool probes_message_is_sound(const void *message);
bool summaries_message_is_sound(const void *message);
bool segment_hours_message_is_sound(const void *message);

#endif
