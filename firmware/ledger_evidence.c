/*
 * What the ledger is sent beside findings: packets, probes and summaries.
 */
#include "attribute/attribute.h"
#include "firmware/clock.h"
#include "firmware/ledger.h"
#include "firmware/messages_evidence.h"

static void take_packets(
    struct ledger *ledger, const struct message_evidence *message);
static void take_probes(
    struct ledger *ledger, const struct message_probes *message);
static void take_summaries(
    struct ledger *ledger, const struct message_summaries *message);
static void take_hours(
    struct ledger *ledger, const struct message_segment_hours *message);
static const char *id_of(struct ledger *ledger, uint64_t campaign);

bool
ledger_take_evidence(struct ledger *ledger, const struct channel_header *header)
{
	switch (header->type) {
	case MESSAGE_EVIDENCE:
		take_packets(ledger, (const void *)header);
		return true;
	case MESSAGE_PROBES:
		take_probes(ledger, (const void *)header);
		return true;
	case MESSAGE_SUMMARIES:
		take_summaries(ledger, (const void *)header);
		return true;
	case MESSAGE_SEGMENT_HOURS:
		take_hours(ledger, (const void *)header);
		return true;
	default:
		return false;
	}
}

/* Of a campaign that is not known there is no alert to keep them with. */
static void
take_packets(struct ledger *ledger, const struct message_evidence *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		const struct packet_head *head = &message->packets[i];
		const char *id = id_of(ledger, head->campaign);

		if (id != NULL) {
			keeping_packet(
			    &ledger->keeping, id, head, clock_wall_ns());
		}
	}
}

static void
take_probes(struct ledger *ledger, const struct message_probes *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		const struct probe_tuple *tuple = &message->probes[i];
		const char *id = id_of(ledger, tuple->campaign);

		if (id != NULL) {
			keeping_probe(
			    &ledger->keeping, id, tuple, clock_wall_ns());
		}
	}
}

static void
take_summaries(struct ledger *ledger, const struct message_summaries *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		const struct source_summary *summary = &message->summaries[i];
		bool is_known = ledger_pipeline_process_of(
		    &ledger->pipeline, &summary->source, &ledger->attribution);

		keeping_summary(&ledger->keeping, &ledger->role.policy, summary,
		    is_known ? &ledger->attribution : NULL, clock_wall_ns());
	}
}

static void
take_hours(struct ledger *ledger, const struct message_segment_hours *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		keeping_hour(&ledger->keeping, &ledger->role.policy,
		    &message->hours[i], clock_wall_ns());
	}
}

/* The alert of a campaign; null: it is not known (any more). */
static const char *
id_of(struct ledger *ledger, uint64_t campaign)
{
	const struct ledger_campaign *record =
	    ledger_pipeline_find(&ledger->pipeline, campaign);

	return record == NULL ? NULL : record->id;
}
