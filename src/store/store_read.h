/*
 * Reading the store, while its writer goes on.
 *
 * The command line and the pages read alerts from another process, which opens
 * the same database for reading only; the ledger reads through its own
 * connection.  Readers never hold up the writer, and none keeps a view of the
 * database for longer than one call: a list is read page by page, so that the
 * log beside the database can always be brought in.
 *
 *	error = store_reader_open(&reader, "/var/lib/spanwatch");
 *	error = store_list(&reader, &filter, visit, context, next);
 *	...
 *	store_reader_close(&reader);
 *
 * Whoever reads needs permission to read the directory and the files in it,
 * and nothing else: the files beside the database are not written.
 *
 * The database may have been made by anybody.  What it holds is checked as it
 * is read, column by column; a row that is not as the store writes rows ends
 * the call with -EUCLEAN, and 'reader->reason' names it.
 *
 * Every call returns 0 or a negative errno: -EUCLEAN damaged, -EBUSY the writer
 * is about to set it aside or begin it, -ENOMEM the heap is used up.
 *
 * Memory: the struct; SQLite's heap, bounded as the writer's is.
 * Time:   none.
 */
#ifndef STORE_STORE_READ_H
#define STORE_STORE_READ_H

#include "base/base.h"
#include "store/store.h"
#include "store/store_records.h"

struct store_reader {
	struct sqlite3 *database;
	bool is_own;                    /* Opened here, not the writer's. */
	char reason[STORE_REASON_SIZE]; /* Of the last error. */
};

/* Which alerts; what is zero or null asks nothing. */
struct store_filter {
	const char *id;      /* This one. */
	const char *segment; /* The source's, or one of the targets'. */
	const char *source_segment;
	const char *target_segment;
	uint8_t severities; /* A bit for each enum store_severity. */
	uint8_t statuses;   /* A bit for each enum store_status. */
	const char *kind;
	bool has_source;
	struct ip_prefix source; /* The source's address is in it. */
	const char *host;        /* The source's name, whole, in any case. */
	const char *process; /* Image: whole path or its last part, any case. */
	const char *user;    /* Whole, or what follows its backslash. */
	bool with_process;   /* Some process was named. */
	bool active_only;
	uint64_t since_ns; /* Last seen at or after. */
	uint64_t until_ns; /* First seen before. */
	const char *text;  /* Anywhere in the text for search, any case. */
	/* Alerts after this one, "" or null: from the newest. */
	const char *after;
	uint32_t limit; /* Of one page; 0: STORE_PAGE. */
};

enum { STORE_PAGE = 100, STORE_PAGE_MOST = 1000 };

/* One row of counts. */
struct store_count {
	const char *segment; /* Null: outside every segment. */
	enum store_severity severity;
	enum store_status status;
	uint64_t alerts;
	uint64_t active;
};

/* A host that alerts named as their source. */
struct store_host {
	bool has_ip;
	struct ip_address ip;
	const char *host;    /* Or null. */
	const char *segment; /* Or null. */
	uint64_t alerts;
	uint64_t first_seen_ns;
	uint64_t last_seen_ns;
	enum store_severity severity; /* The highest. */
};

/* How much evidence there is of an alert. */
struct store_evidence {
	uint32_t packets;
	uint32_t probes;
	uint32_t events;
	uint32_t acts;
	uint32_t revisions;
	uint64_t dropped_ns; /* When retention took it; 0: it did not. */
};

/* Where exports go. */
struct store_sink {
	/* Takes 'size' bytes; returns 0 or a negative errno, which ends the
	 * export. */
	int (*write)(void *context, const void *bytes, size_t size);
	void *context;
};

/* Opens the database in 'directory' for reading.  Returns 0; -ENOENT: there is
 * none; -EPROTO: of another version of the program; 'reader->reason' says it as
 * a sentence. */
int store_reader_open(
    struct store_reader *reader, const char *directory) SW_MUST_CHECK;

/* Reads through the writer's own connection, as long as it is open. */
void store_reader_of(struct store_reader *reader, const struct store *store);

void store_reader_close(struct store_reader *reader);

/* Calls 'visit' with the latest revision of each alert that passes 'filter',
 * newest first, until it returns false or the page is full.  'next', of
 * STORE_ID_SIZE bytes, gets what to put into 'filter->after' for the next page;
 * "" where there is none.  An alert keeps its place when it is revised. */
int store_list(struct store_reader *reader, const struct store_filter *filter,
    bool (*visit)(void *context, const struct store_revision *revision),
    void *context, char *next) SW_MUST_CHECK;

/* Calls 'visit' with the line of every revision of an alert, first to last.
 * -ENOENT: no such alert. */
int store_revisions(struct store_reader *reader, const char *id,
    bool (*visit)(
        void *context, uint32_t revision, const char *line, size_t length),
    void *context) SW_MUST_CHECK;

int store_acts(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, const struct store_act *act),
    void *context) SW_MUST_CHECK;

int store_events(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, uint64_t time_ns, const char *json),
    void *context) SW_MUST_CHECK;

int store_probes(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, const struct store_probe *probe),
    void *context) SW_MUST_CHECK;

int store_packets(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, const struct store_packet *packet),
    void *context) SW_MUST_CHECK;

/* How much there is of these; -ENOENT: no such alert. */
int store_evidence(struct store_reader *reader, const char *id,
    struct store_evidence *evidence) SW_MUST_CHECK;

/* Alerts by segment of the source, severity and status. */
int store_counts(struct store_reader *reader,
    bool (*visit)(void *context, const struct store_count *count),
    void *context) SW_MUST_CHECK;

/* The sources of alerts, last seen first; at most 'limit'. */
int store_hosts(struct store_reader *reader, uint32_t limit,
    bool (*visit)(void *context, const struct store_host *host),
    void *context) SW_MUST_CHECK;

/* Summaries of one kind from span_ns[0] on and before span_ns[1]; of one 'key',
 * or of all where it is null. */
int store_summaries(struct store_reader *reader, enum store_summary_kind kind,
    const char *key, const uint64_t span_ns[2],
    bool (*visit)(void *context, const struct store_summary *summary),
    void *context) SW_MUST_CHECK;

/* Health of one 'metric', or of all where it is null, from span_ns[0] on and
 * before span_ns[1]. */
int store_health(struct store_reader *reader, const char *metric,
    const uint64_t span_ns[2],
    bool (*visit)(void *context, const struct store_health *sample),
    void *context) SW_MUST_CHECK;

int store_scanners(struct store_reader *reader,
    bool (*visit)(void *context, const struct store_scanner *scanner),
    void *context) SW_MUST_CHECK;

/* Entries of the audit log after number 'after', first to last. */
int store_audit(struct store_reader *reader, uint64_t after,
    bool (*visit)(void *context, const struct store_audit *entry),
    void *context) SW_MUST_CHECK;

struct store_audit_verdict {
	uint64_t entries; /* That were found in order. */
	uint64_t first;   /* Number of the first that is kept. */
	uint64_t broken;  /* Number of the first broken one; 0: none. */
	char why[STORE_REASON_SIZE];   /* What is wrong with it. */
	uint8_t head[STORE_HASH_SIZE]; /* The hash of the last in order. */
};

/* Checks the hash chain of the audit log.  Returns 0 where it could be read,
 * whatever the verdict. */
int store_audit_verify(struct store_reader *reader,
    struct store_audit_verdict *verdict) SW_MUST_CHECK;

/* --- Exports (store_export.c, store_pcap.c). */

/* One JSON object a line: the latest revision of each alert, or all. */
int store_export_lines(struct store_reader *reader,
    const struct store_filter *filter, bool all_revisions,
    const struct store_sink *sink) SW_MUST_CHECK;

/* RFC 4180, with a head line.  A cell that a spreadsheet would take for a
 * formula gets an apostrophe before it. */
int store_export_csv(struct store_reader *reader,
    const struct store_filter *filter,
    const struct store_sink *sink) SW_MUST_CHECK;

/* The probes of an alert as CSV. */
int store_export_probes(struct store_reader *reader, const char *id,
    const struct store_sink *sink) SW_MUST_CHECK;

/* The packets of an alert as pcapng, each with the alert's id as its comment.
 * -ENODATA: none were kept or they are gone; 'reader->reason' says since
 * when. */
int store_export_pcapng(struct store_reader *reader, const char *id,
    const struct store_sink *sink) SW_MUST_CHECK;

/* --- Backup and restore (store_backup.c). */

/* Copies the database as it is at one instant to 'path', which must not exist;
 * the writer goes on.  'progress' may be null; it is told how much is done, and
 * ends it by returning false.  The copy appears whole or not at all. */
int store_backup(struct store_reader *reader, const char *path,
    bool (*progress)(void *context, uint64_t done, uint64_t total),
    void *context) SW_MUST_CHECK;

/* Puts the backup at 'path' in the place of the database in 'directory', after
 * checking its version, its pages and its audit log; what was there is kept as
 * 'aside', of STORE_NAME_SIZE bytes.  -EBUSY: it is open in a running sensor.
 * -EEXIST: there is one already, and 'force' is false.  'reason', of
 * STORE_REASON_SIZE bytes, gets a sentence where it is refused. */
int store_restore(const char *path, const char *directory, bool force,
    uint64_t now_ns, char *aside, char *reason) SW_MUST_CHECK;

#endif
