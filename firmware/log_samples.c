#include "firmware/log_samples.h"

#include <string.h>

bool
log_samples_take(struct log_samples *samples, const char *sender,
    enum endpoint_outcome outcome, uint64_t now_ns)
{
	uint64_t hash =
	    siphash(&samples->key, sender, strlen(sender)) + (uint64_t)outcome;
	uint32_t at = (uint32_t)(hash % LOG_SAMPLES_COUNT);

	if (now_ns - samples->second_ns >= NS_PER_S) {
		samples->second_ns = now_ns;
		samples->count = 0;
	}
	if (samples->count >= LOG_SAMPLES_A_SECOND ||
	    (samples->places[at].hash == hash &&
	        now_ns < samples->places[at].due_ns)) {
		return false;
	}
	samples->count++;
	samples->places[at].hash = hash;
	samples->places[at].due_ns = now_ns + LOG_SAMPLES_AGAIN_S * NS_PER_S;
	return true;
}
