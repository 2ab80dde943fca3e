/*
 * Store: what the sensor keeps on its disk.
 *
 * An alert that was told to anybody must still be known after the power went.
 * The store keeps alerts with all their revisions, the evidence, what people
 * did, the audit log, authorised scanners, summaries, health, and what waits
 * for each destination, in one SQLite database.  docs/store.md lists the
 * tables, and decision 18 says why.
 *
 * There is one writer, the ledger; readers are of store_read.h.  All that is
 * written belongs to a batch, which is on the disk whole when store_commit()
 * has returned 0, and not at all before or otherwise:
 *
 *	error = store_open(&store, &settings, now_ns, &report);
 *	...
 *	if ((error = store_begin(&store, now_ns)) == 0) {
 *		error = store_put_revision(&store, &revision);
 *		...
 *		error = store_commit(&store);
 *	}
 *
 * Every call that writes returns 0 or a negative errno: -ENOSPC where the disk,
 * the reserve or the size of the store is used up, -EIO where the disk failed,
 * -EUCLEAN where the database is damaged, -ENOMEM where the heap is used up;
 * the first of them has undone the batch (store_commit() then gives it again).
 * Afterwards the store rests: store_begin() refuses with the same error until a
 * pause is over that grows from one second to a minute.  A damaged database is
 * set aside by the store_begin() that follows, and a new one is begun with what
 * can be read of the old; store_news() tells it.  Nothing else is lost by that
 * but what the store held: the caller goes on.
 *
 * Memory: the struct, and SQLite's heap, which store_open() bounds to
 *         CONFIG_STORE_HEAP_KIB for the whole process.
 * Time:   passed in, nanoseconds since 1970, UTC.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/base.h"
#include "store/store_records.h"

struct sqlite3;
struct sqlite3_stmt;

enum {
	STORE_DIRECTORY_SIZE = 1024, /* Bytes, the closing zero included. */
	STORE_NAME_SIZE = 64,        /* Of a file's name. */
	STORE_REASON_SIZE = 256,     /* A sentence. */
	STORE_STATEMENTS = 80, /* Prepared at most; private to the room. */
	STORE_DESTINATIONS = 16,
};

/* What the operator decides: section store of the configuration. */
struct store_settings {
	char directory[STORE_DIRECTORY_SIZE]; /* Exists; the caller makes it. */
	uint64_t max_bytes;                   /* Of the database. */
	uint64_t reserve_bytes;               /* Left free of the partition. */
	/* How long each kind is kept. */
	uint64_t keep_alerts_s;
	uint64_t keep_open_s; /* Alerts that nobody has acknowledged. */
	uint64_t keep_evidence_s;
	uint64_t keep_audit_s;
	uint64_t keep_summaries_s;
	uint64_t keep_health_s;
	/* Packets kept of an alert: so many of the first and of the last. */
	uint32_t evidence_packets;
};

enum store_found {
	STORE_FRESH,    /* There was none. */
	STORE_EXISTING, /* As it was left. */
	STORE_MIGRATED, /* Of an older version, 'version'; now current. */
	STORE_SET_ASIDE /* Damaged: renamed to 'aside', a new one begun. */
};

/* What store_open() found, or what had to be done since. */
struct store_report {
	enum store_found found;
	uint32_t version; /* Of the database that was found; 0: fresh. */
	char aside[STORE_NAME_SIZE];
	char reason[STORE_REASON_SIZE]; /* Why it was set aside or refused. */
	/* Carried over from the damaged one. */
	uint32_t saved_scanners;
	uint32_t saved_audit;
	uint32_t saved_outbox;
	uint32_t saved_alerts; /* Active ones, latest revision and state. */
	bool saved_all;        /* False: some of these could not be read. */
};

enum store_state {
	STORE_WORKING,
	STORE_FAILING, /* The last batch failed; see 'error'. */
};

/* Private to the room, but for the embedding. */
struct store {
	struct store_settings settings;
	struct sqlite3 *database; /* Null: not open. */
	struct sqlite3_stmt *statements[STORE_STATEMENTS];
	struct store_report report;
	bool has_news;
	bool is_suspect; /* Opened anew, and checked, before the next batch. */
	bool is_damaged; /* Set aside before the next batch. */
	bool in_batch;
	bool is_full; /* In this batch: what grows is refused. */
	enum store_state state;
	int batch_error; /* Of the batch: 0, or what has undone it. */
	int error;       /* The last failure. */
	uint64_t now_ns; /* Of the batch. */
	uint64_t retry_ns;
	uint64_t pause_ns;
	uint32_t retain_step; /* Where retention goes on. */
	/* Of each destination by number, the highest sequence number that was
	 * handed out. */
	uint64_t handed[STORE_DESTINATIONS];
};

/* Opens or begins the database in the directory.  Returns 0; -EPROTO, and
 * 'report->reason', where a newer program made it: it is left untouched; or
 * another negative errno, with the reason. */
int store_open(struct store *store, const struct store_settings *settings,
    uint64_t now_ns, struct store_report *report) SW_MUST_CHECK;

/* Undoes an open batch and closes. */
void store_close(struct store *store);

/* Takes settings that a reload has changed; the directory stays. */
void store_set(struct store *store, const struct store_settings *settings);

/* True once after each time that a damaged database was set aside since
 * store_open(); '*report' then tells of it.  What the caller holds of active
 * alerts it should put again. */
bool store_news(struct store *store, struct store_report *report);

/* Begins a batch. */
int store_begin(struct store *store, uint64_t now_ns) SW_MUST_CHECK;

/* Returns 0 when all of the batch is on the disk; else nothing of it is. */
int store_commit(struct store *store) SW_MUST_CHECK;

void store_rollback(struct store *store);

/* --- Within a batch: alerts. */

/* A new revision of an alert.  -EEXIST: this or a later one is there already,
 * as may be where a batch that failed has come to the disk after all; nothing
 * was done, and the batch goes on. */
int store_put_revision(
    struct store *store, const struct store_revision *revision) SW_MUST_CHECK;

/* The ledger's own state of an active alert, opaque; an alert that ends takes
 * it along (store_put_revision() with 'active' false).  -ENOENT: no such
 * alert; the batch goes on, as it does in all that follow. */
int store_put_state(struct store *store, const char *id, const void *state,
    size_t size) SW_MUST_CHECK;

/* Packets in the order they came; only the first and the last are kept. */
int store_put_packets(struct store *store, const char *id,
    const struct store_packet *packets, uint32_t count) SW_MUST_CHECK;

/* Probes, each at its place, which replaces what is there. */
int store_put_probes(struct store *store, const char *id,
    const struct store_probe *probes, uint32_t count) SW_MUST_CHECK;

/* An endpoint's event that named the process, as JSON; the first and the last
 * STORE_EVENTS / 2 are kept. */
int store_put_event(struct store *store, const char *id, uint64_t time_ns,
    const char *json) SW_MUST_CHECK;

/* What a person did about an alert. */
int store_put_act(struct store *store, const char *id,
    const struct store_act *act) SW_MUST_CHECK;

/* --- Within a batch: the rest. */

/* Adds to the audit log; '*entry' gets its number, hashes and time. */
int store_put_audit(
    struct store *store, struct store_audit *entry) SW_MUST_CHECK;

/* Puts an authorised scanner's entry by its name, or changes it. */
int store_put_scanner(
    struct store *store, const struct store_scanner *scanner) SW_MUST_CHECK;
int store_remove_scanner(struct store *store, const char *name) SW_MUST_CHECK;

/* Adds to the hour's summary of one segment or source. */
int store_add_summary(
    struct store *store, const struct store_summary *summary) SW_MUST_CHECK;

/* A sample of the minute; retention folds minutes to hours. */
int store_put_health(struct store *store, const char *metric, uint64_t time_ns,
    int64_t value) SW_MUST_CHECK;

/* A setting of the store's own, such as the sensor's id. */
int store_put_meta(struct store *store, const char *name, const void *value,
    size_t size) SW_MUST_CHECK;

/* --- Within a batch: the outbox. */

/* Queues 'item' for 'destination', which is known from then on; '*sequence'
 * gets its number, the highest so far.  Above 'limit_bytes' the oldest records
 * of health and summaries go, then the oldest alerts; one record of kind
 * STORE_ITEM_LOST, with the number before, says which.  -ENOENT: the revision
 * that it refers to is not there.  -ENOBUFS: there are STORE_DESTINATIONS
 * others. */
int store_outbox_add(struct store *store, const char *destination,
    const struct store_item *item, uint64_t limit_bytes,
    uint64_t *sequence) SW_MUST_CHECK;

/* Numbers up to 'sequence' were given out without the store, while it failed:
 * the next that it gives is a later one. */
int store_outbox_advance(struct store *store, const char *destination,
    uint64_t sequence) SW_MUST_CHECK;

/* Forgets what was acknowledged, up to and including 'sequence'. */
int store_outbox_acknowledge(struct store *store, const char *destination,
    uint64_t sequence) SW_MUST_CHECK;

/* Forgets a destination that is no longer configured, and what waits for it;
 * '*dropped' gets how many records that were. */
int store_outbox_remove(struct store *store, const char *destination,
    uint64_t *dropped) SW_MUST_CHECK;

/* --- Outside or within a batch: reading what the ledger needs. */

/* The next item after 'sequence'.  Its 'body' is copied to the caller's
 * 'buffer' of STORE_LINE_SIZE bytes.  Returns 1; 0: there is none yet. */
int store_outbox_next(struct store *store, const char *destination,
    uint64_t sequence, struct store_item *item, char *buffer) SW_MUST_CHECK;

/* How it stands with a destination; -ENOENT: never heard of. */
int store_outbox_standing(struct store *store, const char *destination,
    struct store_standing *standing) SW_MUST_CHECK;

/* Calls 'visit' with the latest revision and the state of each active alert,
 * until it returns false.  What it is given is valid during the call. */
int store_active(struct store *store,
    bool (*visit)(void *context, const struct store_revision *revision,
        const void *state, size_t size),
    void *context) SW_MUST_CHECK;

/* Copies a setting; returns its size, -ENOENT, or -EMSGSIZE if 'size' is too
 * small. */
int store_meta(struct store *store, const char *name, void *value,
    size_t size) SW_MUST_CHECK;

/* --- Outside a batch: keeping house. */

/* A bounded step of retention: drops what is too old or too much, oldest first,
 * folds health, gives space back to the disk.  Never an alert that some
 * destination has not acknowledged, that is active, or that is open and younger
 * than keep_open_s.  What was dropped is added to '*dropped'.  Returns 1 if
 * there is more to do, 0 if not, or a negative errno. */
int store_retain(struct store *store, uint64_t now_ns,
    struct store_dropped *dropped) SW_MUST_CHECK;

/* Sizes and state, for the health of the sensor. */
void store_size(const struct store *store, struct store_size *size);

/* "store: disk full" and so on: the last failure as a clause. */
const char *store_error_clause(int error);

#endif
