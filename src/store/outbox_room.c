#include "store/outbox.h"

#include <errno.h>

#include "store/store_private.h"

/* The oldest item of a kind; sequence 0: there is none. */
struct oldest {
	int64_t sequence;
	int64_t bytes;
};

static int drop_oldest(struct store *store,
    struct outbox_destination *destination, uint64_t *sequence);
static int older(struct store *store, int64_t destination,
    enum store_item_kind kind, struct oldest *oldest);
static int tell_lost(struct store *store,
    struct outbox_destination *destination, uint64_t sequence);

int
outbox_make_room(struct store *store, struct outbox_destination *destination,
    uint64_t limit_bytes)
{
	uint64_t sequence = 0;
	int error = 0;

	while (error == 0 && destination->waiting_bytes > limit_bytes) {
		error = drop_oldest(store, destination, &sequence);
		if (error == -ENOENT) {
			return 0;
		}
		if (error == 0) {
			error = tell_lost(store, destination, sequence);
		}
	}
	return error;
}

/* Drops the oldest of the kind that matters least.  -ENOENT: only records of
 * what was lost are left. */
static int
drop_oldest(struct store *store, struct outbox_destination *destination,
    uint64_t *sequence)
{
	/* Health and summaries matter alike. */
	static const enum store_item_kind ranks[][2] = {
		{ STORE_ITEM_HEALTH, STORE_ITEM_SUMMARY },
		{ STORE_ITEM_ALERT, STORE_ITEM_ALERT },
		{ STORE_ITEM_AUDIT, STORE_ITEM_AUDIT },
	};
	struct oldest oldest = { 0, 0 };
	struct query query;
	int error = 0;

	for (size_t i = 0; i < ARRAY_SIZE(ranks) && oldest.sequence == 0; i++) {
		if ((error = older(store, destination->number, ranks[i][0],
		         &oldest)) != 0 ||
		    (error = older(store, destination->number, ranks[i][1],
		         &oldest)) != 0) {
			return error;
		}
	}
	if (oldest.sequence == 0) {
		return -ENOENT;
	}
	store_query(store, &query, STATEMENT_DROP_ITEM);
	query_number(&query, destination->number);
	query_number(&query, oldest.sequence);
	if ((error = store_run(store, &query)) != 0) {
		return error;
	}
	*sequence = (uint64_t)oldest.sequence;
	return outbox_count(
	    store, destination, (int64_t[3]){ 1, -1, -oldest.bytes });
}

/* Takes the oldest of 'kind' where it is older than what was found so far. */
static int
older(struct store *store, int64_t destination, enum store_item_kind kind,
    struct oldest *oldest)
{
	struct query query;

	store_query(store, &query, STATEMENT_OLDEST_OF_KIND);
	query_number(&query, destination);
	query_number(&query, kind);
	if (query_step(&query)) {
		struct oldest found;

		found.sequence = query_column_number(&query, 0, 1, INT64_MAX);
		found.bytes = query_column_number(&query, 1, 0, INT64_MAX);
		if (oldest->sequence == 0 ||
		    found.sequence < oldest->sequence) {
			*oldest = found;
		}
	}
	return store_end(store, &query);
}

/* Says that 'sequence' was given up: in the last record of that kind, unless it
 * has been handed out, else in a new one. */
static int
tell_lost(struct store *store, struct outbox_destination *destination,
    uint64_t sequence)
{
	const struct outbox_place placed = { .bytes = OUTBOX_ROW_BYTES };
	struct store_item lost = { .kind = STORE_ITEM_LOST,
		.severity = STORE_MEDIUM,
		.time_ns = store->now_ns,
		.lost_from = sequence,
		.lost_to = sequence };
	struct query query;
	int error;

	store_query(store, &query, STATEMENT_LAST_LOST);
	query_number(&query, destination->number);
	query_number(&query, (int64_t)store->handed[destination->number]);
	if (query_step(&query)) {
		lost.sequence =
		    (uint64_t)query_column_number(&query, 0, 1, INT64_MAX);
		lost.lost_count =
		    (uint64_t)query_column_number(&query, 1, 1, INT64_MAX - 1);
		lost.lost_from =
		    (uint64_t)query_column_number(&query, 2, 1, INT64_MAX);
		lost.lost_to =
		    (uint64_t)query_column_number(&query, 3, 1, INT64_MAX);
	}
	if ((error = store_end(store, &query)) != 0) {
		return error;
	}
	lost.lost_count++;
	if (lost.sequence == 0) {
		lost.sequence = ++destination->last;
		error = outbox_put(store, destination->number, &lost, &placed);
		return error == 0 ? outbox_count(store, destination,
		                        (int64_t[3]){ 0, 1, OUTBOX_ROW_BYTES })
		                  : error;
	}
	if (sequence < lost.lost_from) {
		lost.lost_from = sequence;
	}
	if (sequence > lost.lost_to) {
		lost.lost_to = sequence;
	}
	store_query(store, &query, STATEMENT_MORE_LOST);
	query_number(&query, (int64_t)lost.lost_count);
	query_number(&query, (int64_t)lost.lost_from);
	query_number(&query, (int64_t)lost.lost_to);
	query_number(&query, destination->number);
	query_number(&query, (int64_t)lost.sequence);
	return store_run(store, &query);
}
