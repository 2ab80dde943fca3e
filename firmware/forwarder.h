/*
 * The forwarder's own: what the files of its role share.  Private to them.
 *
 *	role_forwarder.c     its life: start, loop, calls, end
 *	forwarder_records.c  what the ledger sends, made messages
 *	forwarder_tell.c     what ledger and status are told
 */
#ifndef FIRMWARE_FORWARDER_H
#define FIRMWARE_FORWARDER_H

#include "firmware/health.h"
#include "firmware/role.h"
#include "forward/forward.h"

/* A call that is being made. */
struct call {
	struct forwarder *forwarder;
	uint32_t index;
	int fd; /* -1: none. */
};

/* What is kept of a destination beside room forward. */
struct destination {
	struct tls tls;
	uint32_t sequence_id; /* Of its last message. */
	uint64_t told_seq;
	uint64_t told_credit;
	uint64_t told_ns; /* The state; monotonic. */
	bool was_open;
	char told_error[FORWARD_WHY_SIZE];
};

struct forwarder {
	struct role role;
	bool is_started;
	bool needs_all;
	uint32_t generation;
	uint32_t soc_count;
	struct config_soc socs[CONFIG_SOC_COUNT];
	struct region region;
	struct forward forward;
	struct destination destinations[CONFIG_SOC_COUNT];
	struct call calls[CONFIG_SOC_COUNT];
	struct timer second;
	struct timer turn; /* When room forward is to go on. */
	char boot_id[40];
	char host[POLICY_NAME_SIZE];
	struct forwarder_health health;
};

/* Takes a message of the ledger, which sends only what there is room for. */
void forwarder_take_record(void *context, const struct channel_header *header);

/* Tells the ledger what has changed of a destination. */
void forwarder_tell(struct forwarder *forwarder, uint32_t index);

/* Publishes the health. */
void forwarder_publish(struct forwarder *forwarder);

#endif
