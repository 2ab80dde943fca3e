#include "firmware/messages_evidence.h"

bool
evidence_message_is_sound(const void *message)
{
	const struct message_evidence *evidence = message;

	if (evidence->count == 0 || evidence->count > MESSAGE_PACKET_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < evidence->count; i++) {
		if (!packet_head_is_sound(&evidence->packets[i])) {
			return false;
		}
	}
	return true;
}

bool
probes_message_is_sound(const void *message)
{
	const struct message_probes *probes = message;

	if (probes->count == 0 || probes->count > MESSAGE_PROBE_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < probes->count; i++) {
		if (!probe_tuple_is_sound(&probes->probes[i])) {
			return false;
		}
	}
	return true;
}

bool
summaries_message_is_sound(const void *message)
{
	const struct message_summaries *summaries = message;

	if (summaries->count == 0 || summaries->count > MESSAGE_SUMMARY_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < summaries->count; i++) {
		if (!source_summary_is_sound(&summaries->summaries[i])) {
			return false;
		}
	}
	return true;
}

bool
segment_hours_message_is_sound(const void *message)
{
	const struct message_segment_hours *hours = message;

	if (hours->count == 0 || hours->count > MESSAGE_HOUR_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < hours->count; i++) {
		if (!segment_hour_is_sound(&hours->hours[i])) {
			return false;
		}
	}
	return true;
}
