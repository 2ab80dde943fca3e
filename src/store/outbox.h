/*
 * What the files of the outbox share: outbox.c puts, gives and forgets;
 * outbox_room.c gives up what is too much.  Private to the room.
 *
 * Memory: none of its own.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "store/store.h"

enum {
	OUTBOX_ROW_BYTES = 64, /* What an item takes beside its body. */
};

/* A destination as its row has it. */
struct outbox_destination {
	int64_t number;
	uint64_t last;
	uint64_t acknowledged;
	uint64_t lost;
	uint64_t waiting;
	uint64_t waiting_bytes;
};

/* Where an item's body is: in the outbox, or a revision. */
struct outbox_place {
	int64_t alert;
	uint64_t bytes;
};

/* Gives up what is oldest until the rest is within the limit, and says so. */
int outbox_make_room(struct store *store,
    struct outbox_destination *destination, uint64_t limit_bytes) SW_MUST_CHECK;

/* Puts a row; the counters of the destination are the caller's to change. */
int outbox_put(struct store *store, int64_t destination,
    const struct store_item *item,
    const struct outbox_place *placed) SW_MUST_CHECK;

/* Changes the counters of a destination: lost, waiting, waiting bytes. */
int outbox_count(struct store *store, struct outbox_destination *destination,
    const int64_t changes[3]) SW_MUST_CHECK;

#endif
