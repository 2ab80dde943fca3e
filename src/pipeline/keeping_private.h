/*
 * What the files of keeping share.  Private to them.
 *
 *	keeping.c          batches: gathered, committed, printed
 *	keeping_outbox.c   destinations, and what waits for them
 *	keeping_row.c      an alert as the store's row
 */
#ifndef PIPELINE_KEEPING_PRIVATE_H
#define PIPELINE_KEEPING_PRIVATE_H

#include "alert/summary.h"
#include "pipeline/keeping.h"

/* A revision, and the texts that it points to. */
struct keeping_row {
	struct store_revision revision;
	char kinds[160];
	char search[STORE_SEARCH_SIZE];
	const char *segments[FINDING_SEGMENTS];
};

/* Fills the row but for its line; 'alert' must stay as long as it is used. */
void keeping_fill_row(struct keeping_row *row, const struct alert *alert);

/* Appends a record of this object to the batch; null: it cannot be written. */
struct kept *keeping_add(
    struct keeping *keeping, const json_t *object, uint64_t time_ns);

struct kept *keeping_at(struct keeping *keeping, size_t at);
size_t keeping_record_size(size_t length);

/* Lets the store know of the numbers that were given out without it. */
void keeping_advance(
    struct keeping *keeping, struct keeping_destination *destination);

/* Queues the record for a destination and returns its number. */
uint64_t keeping_queue(struct keeping *keeping,
    struct keeping_destination *destination, const struct kept *record,
    const char *id);

/* What becomes of a batch: it is on the disk; or it is not, and its records
 * stay here. */
void keeping_stored(struct keeping *keeping);
void keeping_unstored(struct keeping *keeping);

/* Adds the record that says what memory had to give up. */
void keeping_tell_lost(
    struct keeping *keeping, uint32_t destination, uint64_t now_ns);

#endif
