/*
 * The producer's own: what the files of its role share.  Private to them.
 *
 *	role_producer.c     its life: start, loop, end
 *	producer_records.c  what the ledger sends, and what it and the status
 *	                    are told
 */
#ifndef FIRMWARE_PRODUCER_H
#define FIRMWARE_PRODUCER_H

#include "firmware/role.h"

#ifdef CONFIG_FORWARD_KAFKA

#	include "firmware/health.h"
#	include "firmware/resolver.h"
#	include "forward/kafka.h"

/* What the ledger was told last. */
struct producer_told {
	uint64_t seq;
	uint64_t credit;
	uint64_t state_ns; /* Monotonic. */
	bool was_open;
	char error[FORWARD_WHY_SIZE];
};

struct producer {
	struct role role;
	bool is_started;
	bool needs_all;
	uint32_t generation;
	uint32_t first; /* Place of our first soc in the configuration. */
	uint32_t soc_count;
	struct config_soc socs[CONFIG_SOC_COUNT];
	struct region region;
	struct resolver resolver;
	struct kafka kafka;
	struct producer_told told[CONFIG_SOC_COUNT];
	uint32_t sequence_ids[CONFIG_SOC_COUNT];
	struct timer second;
	struct timer turn; /* When room forward is to go on. */
	char boot_id[40];
	char host[POLICY_NAME_SIZE];
	struct forwarder_health health;
};

/* Takes a message of the ledger, which sends only what there is room for, but
 * for heartbeats. */
void producer_take_record(void *context, const struct channel_header *header);

/* Tells the ledger what has changed of a destination. */
void producer_tell(struct producer *producer, uint32_t index);

/* Publishes the health. */
void producer_publish(struct producer *producer);

#endif

#endif
