/*
 * What the files of the reader share.  Private to the room.
 *
 * Memory: none of its own.
 */
#ifndef STORE_READER_H
#define STORE_READER_H

#include "store/query.h"
#include "store/store_read.h"

/* The columns of an alert 'a' and of its line 'r', for reader_revision(). */
#define READER_ALERT_COLUMNS                                          \
	"a.number, a.id, a.revision, a.status, a.active, a.severity," \
	" a.score, a.time, a.first_seen, a.last_seen, a.source,"      \
	" a.confidence, a.kinds, a.host, a.segment, a.image, a.user," \
	" a.authorised, a.search, r.line"
enum { READER_ALERT_COLUMN_COUNT = 20 };

/* Prepares a query of the reader. */
void reader_query(
    struct store_reader *reader, struct query *query, const char *sql);

/* Ends it; where it failed, 'what' could not be read is the reason. */
int reader_end(struct store_reader *reader, struct query *query,
    const char *what) SW_MUST_CHECK;

/* The number of an alert by its id; -ENOENT. */
int reader_alert_number(
    struct store_reader *reader, const char *id, int64_t *number) SW_MUST_CHECK;

/* Reads READER_ALERT_COLUMNS, from column 0 on. */
void reader_revision(struct query *query, struct store_revision *revision);

/* The target segments of an alert, sorted; '*revision' gets them.  They are
 * valid until the next call. */
int reader_targets(sqlite3 *database, int64_t number,
    struct store_revision *revision) SW_MUST_CHECK;

/* Of READER_SCANNERS, a row. */
#define READER_SCANNERS \
	"SELECT name, version, state, changed, json FROM scanner ORDER BY name"
void reader_scanner(struct query *query, struct store_scanner *scanner);

/* All that waits for a destination, as store_item_from() reads it. */
#define READER_ITEMS                                                      \
	"SELECT o.sequence, o.kind, o.severity, o.time,"                  \
	" coalesce(a.id, o.id, ''), coalesce(o.revision, 0),"             \
	" coalesce(o.body, r.line), o.lost_count, o.lost_from, o.lost_to" \
	" FROM outbox o LEFT JOIN alert a ON a.number = o.alert"          \
	" LEFT JOIN revision r ON r.alert = o.alert"                      \
	" AND r.revision = o.revision"                                    \
	" WHERE o.destination = ? ORDER BY o.sequence LIMIT ?"

#endif
