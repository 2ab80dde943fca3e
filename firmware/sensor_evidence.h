/*
 * The sensor's evidence on its way to the ledger.
 *
 * Findings go first: evidence only takes half of the queue, waits meanwhile in
 * the line, and what finds no room there is dropped and counted.
 *
 * Memory: one struct.
 */
#ifndef FIRMWARE_SENSOR_EVIDENCE_H
#define FIRMWARE_SENSOR_EVIDENCE_H

#include "firmware/messages.h"
#include "pipeline/sensor_pipeline.h"

/* Messages being filled. */
struct sensor_evidence {
	struct message_evidence packets;
	struct message_probes probes;
	struct message_summaries summaries;
	struct message_segment_hours hours;
};

/* Sends what the line has, as far as there is room.  False: there is none, and
 * maybe more to send. */
bool sensor_evidence_send(struct sensor_evidence *evidence,
    struct sensor_pipeline *line, struct channel *ledger);

#endif
