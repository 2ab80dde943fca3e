/*
 * Log samples: which messages that gave no event are shown to a person.
 *
 * Who must find out why a sender's logs are of no use needs to see one of them,
 * not a thousand: one of each sender and outcome in a while, and few in all.
 *
 * Memory: the struct.  Time: passed in, monotonic.
 */
#ifndef FIRMWARE_LOG_SAMPLES_H
#define FIRMWARE_LOG_SAMPLES_H

#include "base/siphash.h"
#include "endpoint/endpoint.h"

enum {
	LOG_SAMPLES_COUNT = 256, /* Pairs of sender and outcome remembered. */
	LOG_SAMPLES_A_SECOND = 20,
	LOG_SAMPLES_AGAIN_S = 300,
};

struct log_samples {
	struct hash_key key;
	uint32_t count;     /* In this second. */
	uint64_t second_ns; /* When it began. */
	struct {
		uint64_t hash; /* Of sender and outcome. */
		uint64_t due_ns;
	} places[LOG_SAMPLES_COUNT];
};

/* Whether a message of 'sender' with this outcome is to be shown; it is then
 * taken to be. */
bool log_samples_take(struct log_samples *samples, const char *sender,
    enum endpoint_outcome outcome, uint64_t now_ns);

#endif
