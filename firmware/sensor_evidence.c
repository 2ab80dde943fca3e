#include "firmware/sensor_evidence.h"

#include <string.h>

static bool
has_room(const struct channel *ledger)
{
	return channel_waiting(ledger) < MESSAGE_QUEUE_COUNT / 2;
}

static bool
send_packets(struct sensor_evidence *evidence, struct sensor_pipeline *line,
    struct channel *ledger)
{
	struct message_evidence *message = &evidence->packets;

	while (has_room(ledger)) {
		memset(message, 0, sizeof(*message));
		while (message->count < MESSAGE_PACKET_COUNT &&
		    sensor_pipeline_next_packet(
		        line, &message->packets[message->count])) {
			message->count++;
		}
		if (message->count == 0) {
			return true;
		}
		channel_send(
		    ledger, MESSAGE_EVIDENCE, message, sizeof(*message), -1);
	}
	return false;
}

static bool
send_probes(struct sensor_evidence *evidence, struct sensor_pipeline *line,
    struct channel *ledger)
{
	struct message_probes *message = &evidence->probes;

	while (has_room(ledger)) {
		memset(message, 0, sizeof(*message));
		while (message->count < MESSAGE_PROBE_COUNT &&
		    sensor_pipeline_next_tuple(
		        line, &message->probes[message->count])) {
			message->count++;
		}
		if (message->count == 0) {
			return true;
		}
		channel_send(
		    ledger, MESSAGE_PROBES, message, sizeof(*message), -1);
	}
	return false;
}

static bool
send_summaries(struct sensor_evidence *evidence, struct sensor_pipeline *line,
    struct channel *ledger)
{
	struct message_summaries *message = &evidence->summaries;

	while (has_room(ledger)) {
		memset(message, 0, sizeof(*message));
		while (message->count < MESSAGE_SUMMARY_COUNT &&
		    sensor_pipeline_next_source(
		        line, &message->summaries[message->count])) {
			message->count++;
		}
		if (message->count == 0) {
			return true;
		}
		channel_send(
		    ledger, MESSAGE_SUMMARIES, message, sizeof(*message), -1);
	}
	return false;
}

static bool
send_hours(struct sensor_evidence *evidence, struct sensor_pipeline *line,
    struct channel *ledger)
{
	struct message_segment_hours *message = &evidence->hours;

	while (has_room(ledger)) {
		memset(message, 0, sizeof(*message));
		while (message->count < MESSAGE_HOUR_COUNT &&
		    sensor_pipeline_next_hour(
		        line, &message->hours[message->count])) {
			message->count++;
		}
		if (message->count == 0) {
			return true;
		}
		channel_send(ledger, MESSAGE_SEGMENT_HOURS, message,
		    sizeof(*message), -1);
	}
	return false;
}

bool
sensor_evidence_send(struct sensor_evidence *evidence,
    struct sensor_pipeline *line, struct channel *ledger)
{
	return send_packets(evidence, line, ledger) &&
	    send_probes(evidence, line, ledger) &&
	    send_summaries(evidence, line, ledger) &&
	    send_hours(evidence, line, ledger);
}
