/*
 * Keeping: what becomes of an alert, and of every other record, once it is
 * made: it is stored, then told, then forwarded, in that order.
 *
 *	keeping_alert(&keeping, &alert, &state, sizeof(state));
 *	keeping_record(&keeping, FORWARD_AUDIT, FORWARD_INFO, object, now_ns);
 *	keeping_commit(&keeping, now_ns);        once a turn of the loop
 *
 * Records gather in a batch.  keeping_commit() puts it on the disk whole, and
 * only then gives each alert to 'print' and lets keeping_next() find it for a
 * destination.  A batch that has no room for the next record is committed
 * early.
 *
 * Where there is no store, or it fails (a full disk, a damaged file), nobody
 * waits for it: the records are printed all the same, and stay in this struct's
 * own memory until each destination has them, the oldest giving way when there
 * is no more room.  What was given up is counted, and told to the destination
 * as a record of its own.  Sequence numbers run on from one to the other.
 *
 * Each destination (a section `soc` of the configuration) has its own numbers
 * and its own filter; its name is what the store knows it by.
 *
 * Memory: the struct, with CONFIG_PIPELINE_KEEP_KIB for records.
 * Time:   passed in.
 */
#ifndef PIPELINE_KEEPING_H
#define PIPELINE_KEEPING_H

#include <jansson.h>

#include "alert/alert.h"
#include "alert/alert_json.h"
#include "base/counter.h"
#include "config/config.h"
#include "evidence/packet_head.h"
#include "evidence/probe_tuple.h"
#include "evidence/source_summary.h"
#include "forward/record.h"
#include "store/store.h"

enum {
	KEEPING_BYTES = CONFIG_PIPELINE_KEEP_KIB << 10,
	KEEPING_DESTINATIONS = CONFIG_SOC_COUNT,
	/* Records that one batch holds, so that it is over soon. */
	KEEPING_BATCH = 64,
};

/* A record in memory, followed by its object as JSON, without a newline. */
struct kept {
	uint32_t size;   /* Bytes with the text, a multiple of eight. */
	uint32_t length; /* Of the text. */
	uint64_t time_ns;
	uint8_t kind;     /* enum forward_kind */
	uint8_t severity; /* enum forward_severity */
	bool is_printed;
	bool is_stored;    /* It is in the batch of the store. */
	bool is_done;      /* Nobody needs it here any more. */
	uint32_t revision; /* Of an alert. */
	/* By destination; 0: it does not get it. */
	uint64_t sequences[KEEPING_DESTINATIONS];
	char text[];
};

/* A destination as it is known here. */
struct keeping_destination {
	char name[POLICY_NAME_SIZE];
	uint64_t outbox_bytes;
	struct config_filter filter;
	uint64_t last;         /* Sequence number given out. */
	uint64_t stored;       /* Likewise, as far as the store knows. */
	uint64_t acknowledged; /* Up to this one, ... */
	uint64_t writing;      /* ...of which this batch holds so many, ... */
	uint64_t written;      /* ...and the store so many. */
	uint64_t lost_ever;    /* Given up, by memory or by the store. */
	uint64_t lost;         /* By memory, and not yet told. */
	uint64_t lost_from;
	uint64_t lost_to;
};

/* What the ledger wants back of an active alert; opaque here. */
struct keeping_state {
	const void *bytes;
	size_t size; /* At most STORE_STATE_SIZE. */
};

/* A row that was read, and its texts. */
struct keeping_recalled {
	struct store_revision row;
	char id[STORE_ID_SIZE];
	char kinds[STORE_LABEL_SIZE];
	char host[STORE_LABEL_SIZE];
	char segment[STORE_LABEL_SIZE];
	char image[STORE_TEXT_SIZE];
	char user[STORE_LABEL_SIZE];
	char authorised[STORE_LABEL_SIZE];
	char search[STORE_SEARCH_SIZE];
	char names[STORE_SEGMENTS][POLICY_NAME_SIZE];
	const char *segments[STORE_SEGMENTS];
};

/* What is new in it. */
struct keeping_revision {
	uint64_t now_ns;
	const char *sentence;
	bool ends;
};

/* What keeping_next() finds. */
struct keeping_item {
	struct forward_record record;
	const char *text; /* Good until the next call. */
	size_t length;
};

struct keeping {
	struct counters *counters;
	/* Prints an alert's line, its newline included. */
	void (*print)(void *context, const char *line, size_t size);
	void *context;
	bool has_store; /* One is open. */
	struct store store;
	char sensor_name[POLICY_NAME_SIZE];
	uint32_t destination_count;
	struct keeping_destination destinations[KEEPING_DESTINATIONS];

	/* Private to keeping.c and keeping_outbox.c. */
	uint64_t now_ns;         /* Of the last commit. */
	uint64_t acknowledge_ns; /* When acknowledgements were last written. */
	bool in_batch;           /* Of the store. */
	bool batch_failed;
	uint32_t batch_count;
	size_t first;       /* Of the records in memory. */
	size_t size;        /* Bytes of them. */
	size_t batch_first; /* Where the batch begins. */
	_Alignas(8) uint8_t bytes[KEEPING_BYTES];
	char line[ALERT_JSON_SIZE + 1]; /* Being written, or read. */
};

void keeping_init(struct keeping *keeping, struct counters *counters,
    void (*print)(void *context, const char *line, size_t size), void *context);

/* Opens the store, in a directory that is there.  As store_open(): where it
 * cannot be, the sensor goes on without. */
int keeping_open(struct keeping *keeping, const struct store_settings *settings,
    uint64_t now_ns, struct store_report *report) SW_MUST_CHECK;

/* Commits, and closes the store. */
void keeping_close(struct keeping *keeping, uint64_t now_ns);

/* Takes the destinations of the configuration.  One that is no longer there is
 * forgotten, with what waited for it. */
void keeping_configure(
    struct keeping *keeping, const struct config *config, uint64_t now_ns);

/* Adds a revision of an alert; 'state' may be null. */
void keeping_alert(struct keeping *keeping, const struct alert *alert,
    const struct keeping_state *state);

/* The same of one that is not at hand but for its row in the store and its
 * object, which a person's act has changed (keeping_act.c). */
void keeping_revision(struct keeping *keeping,
    const struct store_revision *revision, const json_t *object,
    const struct keeping_state *state);

/* What the store has of an alert: its object (the caller's to json_decref()),
 * and its row, whose texts stay good as long as 'row' does.  False: nothing, or
 * it cannot be read. */
bool keeping_recall(struct keeping *keeping, const char *id, json_t **object,
    struct keeping_recalled *row);

/* Puts what people did, and 'sentence' as the one change, into the object of an
 * alert and its row, and adds the revision.  Where 'ends', its campaign is
 * over. */
void keeping_revise(struct keeping *keeping, json_t *object,
    struct keeping_recalled *recalled, const struct alert_people *people,
    const struct keeping_revision *revision);

/* Adds the object of a record that is no alert; 'object' stays the caller's. */
void keeping_record(struct keeping *keeping, enum forward_kind kind,
    enum forward_severity severity, const json_t *object, uint64_t time_ns);

/* Evidence of the alert 'id', which the store must have, or nothing is kept. */
void keeping_packet(struct keeping *keeping, const char *id,
    const struct packet_head *head, uint64_t now_ns);
void keeping_probe(struct keeping *keeping, const char *id,
    const struct probe_tuple *tuple, uint64_t now_ns);

/* What a source did in a window; 'process' (null: none) is of its campaign.
 * What segments asked of each other in an hour. */
void keeping_summary(struct keeping *keeping, const struct policy *policy,
    const struct source_summary *summary, const struct attribution *process,
    uint64_t now_ns);
void keeping_hour(struct keeping *keeping, const struct policy *policy,
    const struct segment_hour *hour, uint64_t now_ns);

/* Whether the store takes part in the batch: then more may be put into it. */
bool keeping_begin(struct keeping *keeping, uint64_t now_ns);

/* The store has refused something of this batch. */
void keeping_failed(struct keeping *keeping, int error);

/* Ends the batch: all of it is on the disk now, or in memory, and printed.
 * Returns whether there was any. */
bool keeping_commit(struct keeping *keeping, uint64_t now_ns);

/* Finds the record that follows 'sequence' for a destination; false: none
 * yet. */
bool keeping_next(struct keeping *keeping, uint32_t destination,
    uint64_t sequence, struct keeping_item *item);

/* The destination has everything up to 'sequence'. */
void keeping_acknowledge(
    struct keeping *keeping, uint32_t destination, uint64_t sequence);

/* Records that wait for a destination, as far as is known. */
uint64_t keeping_waiting(const struct keeping *keeping, uint32_t destination);

#endif
