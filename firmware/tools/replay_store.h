/*
 * The store of `spanwatch replay --store`: what a running sensor would keep of
 * the same traffic, in the recordings' own time.
 *
 * Without a folder nothing is kept, and alerts are only printed.
 *
 * Memory: the struct (some MiB), and the store's.
 */
#ifndef FIRMWARE_TOOLS_REPLAY_STORE_H
#define FIRMWARE_TOOLS_REPLAY_STORE_H

#include "pipeline/keeping.h"
#include "pipeline/ledger_pipeline.h"
#include "pipeline/sensor_pipeline.h"

enum { REPLAY_STORE_REASON_SIZE = 512 };

struct replay_store {
	struct keeping keeping;
	struct keeping_recalled recalled;
	struct attribution attribution;
	uint64_t now_ns; /* The latest time that it has heard of. */
};

/* Opens the store in 'folder' (null: none), which is made if it is missing;
 * keeping_init() has been called of store->keeping.  Returns 0 or a negative
 * errno, and then the reason as a sentence. */
int replay_store_open(struct replay_store *store, const char *folder,
    const struct config *config, char reason[REPLAY_STORE_REASON_SIZE]);

/* Has the ledger continue what the store has of earlier alerts. */
void replay_store_join(
    struct replay_store *store, struct ledger_pipeline *ledger);

/* Keeps an alert, and has it printed.  False: it is not on the disk, and
 * should be. */
bool replay_store_alert(struct replay_store *store, const struct alert *alert);

/* Keeps the evidence that the line has found since. */
void replay_store_evidence(struct replay_store *store,
    struct sensor_pipeline *line, struct ledger_pipeline *ledger,
    const struct policy *policy);

void replay_store_close(struct replay_store *store);

#endif
