#include "store/reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/database.h"
#include "store/schema.h"
#include "store/store_private.h"

static bool visit_state(struct query *query, struct store_revision *revision,
    const void **state, size_t *size);

int
store_reader_open(struct store_reader *reader, const char *directory)
{
	char path[DATABASE_PATH_SIZE];
	uint32_t version = 0;
	int error;

	memset(reader, 0, sizeof(*reader));
	reader->is_own = true;
	database_path(path, directory, DATABASE_NAME, "");
	if (access(path, F_OK) < 0) {
		(void)snprintf(reader->reason, sizeof(reader->reason), "%s",
		    "there is no store");
		return -errno;
	}
	if ((error = database_peek(path, reader->reason)) != 0) {
		return error;
	}
	error = database_open(path, DATABASE_READ, &reader->database);
	if (error == 0) {
		error = schema_version(reader->database, &version);
	}
	if (error == 0 && version != schema_steps.count) {
		error = version == 0 ? -ENOENT : -EPROTO;
	}
	if (error == 0) {
		error =
		    schema_compare(reader->database, &schema_steps, version);
	}
	if (error != 0) {
		(void)snprintf(reader->reason, sizeof(reader->reason), "%s",
		    error == -EPROTO
		        ? "another version of this program made the store"
		        : store_error_clause(error));
		store_reader_close(reader);
	}
	return error;
}

void
store_reader_of(struct store_reader *reader, const struct store *store)
{
	memset(reader, 0, sizeof(*reader));
	reader->database = store->database;
}

void
store_reader_close(struct store_reader *reader)
{
	if (reader->is_own) {
		database_close(reader->database, true);
	}
	reader->database = NULL;
}

int
store_revisions(struct store_reader *reader, const char *id,
    bool (*visit)(
        void *context, uint32_t revision, const char *line, size_t length),
    void *context)
{
	struct query query;
	int64_t number;
	bool goes_on = true;
	int error = reader_alert_number(reader, id, &number);

	if (error != 0) {
		return error;
	}
	reader_query(reader, &query,
	    "SELECT revision, line FROM revision WHERE alert = ?"
	    " ORDER BY revision");
	query_number(&query, number);
	while (goes_on && query_step(&query)) {
		uint32_t revision =
		    (uint32_t)query_column_number(&query, 0, 1, UINT32_MAX);
		const char *line =
		    query_column_text(&query, 1, STORE_LINE_SIZE + 1);

		goes_on = !query.unsound &&
		    visit(context, revision, line, strlen(line));
	}
	return reader_end(reader, &query, "a revision");
}

int
store_counts(struct store_reader *reader,
    bool (*visit)(void *context, const struct store_count *count),
    void *context)
{
	struct query query;
	bool goes_on = true;

	reader_query(reader, &query,
	    "SELECT segment, severity, status, count(*), sum(active) FROM alert"
	    " GROUP BY segment, severity, status"
	    " ORDER BY segment, severity DESC, status");
	while (goes_on && query_step(&query)) {
		struct store_count count;

		count.segment =
		    query_column_text_or_null(&query, 0, STORE_LABEL_SIZE);
		count.severity = (enum store_severity)query_column_number(
		    &query, 1, 0, STORE_SEVERITY_COUNT - 1);
		count.status = (enum store_status)query_column_number(
		    &query, 2, 0, STORE_STATUS_COUNT - 1);
		count.alerts =
		    (uint64_t)query_column_number(&query, 3, 0, INT64_MAX);
		count.active =
		    (uint64_t)query_column_number(&query, 4, 0, INT64_MAX);
		goes_on = !query.unsound && visit(context, &count);
	}
	return reader_end(reader, &query, "an alert");
}

int
store_hosts(struct store_reader *reader, uint32_t limit,
    bool (*visit)(void *context, const struct store_host *host), void *context)
{
	struct query query;
	bool goes_on = true;

	/* A source's name and segment are those of its newest alert. */
	reader_query(reader, &query,
	    "SELECT g.source, (SELECT host FROM alert a WHERE a.source IS"
	    " g.source ORDER BY id DESC LIMIT 1), (SELECT segment FROM alert a"
	    " WHERE a.source IS g.source ORDER BY id DESC LIMIT 1), g.alerts,"
	    " g.first, g.last, g.severity FROM (SELECT source, count(*) AS"
	    " alerts, min(first_seen) AS first, max(last_seen) AS last,"
	    " max(severity) AS severity FROM alert GROUP BY source"
	    " ORDER BY last DESC LIMIT ?) g ORDER BY g.last DESC");
	query_number(&query, limit);
	while (goes_on && query_step(&query)) {
		struct store_host host = { 0 };
		const void *ip = query_column_is_null(&query, 0)
		    ? NULL
		    : query_column_blob(&query, 0, sizeof(host.ip.byte),
		          sizeof(host.ip.byte));

		host.has_ip = ip != NULL;
		if (ip != NULL) {
			memcpy(host.ip.byte, ip, sizeof(host.ip.byte));
		}
		host.host =
		    query_column_text_or_null(&query, 1, STORE_LABEL_SIZE);
		host.segment =
		    query_column_text_or_null(&query, 2, STORE_LABEL_SIZE);
		host.alerts =
		    (uint64_t)query_column_number(&query, 3, 0, INT64_MAX);
		host.first_seen_ns =
		    (uint64_t)query_column_number(&query, 4, 0, INT64_MAX);
		host.last_seen_ns =
		    (uint64_t)query_column_number(&query, 5, 0, INT64_MAX);
		host.severity = (enum store_severity)query_column_number(
		    &query, 6, 0, STORE_SEVERITY_COUNT - 1);
		goes_on = !query.unsound && visit(context, &host);
	}
	return reader_end(reader, &query, "an alert");
}

int
store_visit_active(sqlite3 *database,
    bool (*visit)(void *context, const struct store_revision *revision,
        const void *state, size_t size),
    void *context)
{
	struct query query;
	struct store_revision revision;
	bool goes_on = true;
	int error = 0;
	int read_error;

	query_prepare(&query, database,
	    "SELECT " READER_ALERT_COLUMNS ", s.state FROM alert a"
	    " JOIN revision r ON r.alert = a.number AND"
	    " r.revision = a.revision LEFT JOIN state s ON s.alert = a.number"
	    " WHERE a.active = 1 ORDER BY a.number");
	while (goes_on && error == 0 && query_step(&query)) {
		const void *state;
		size_t size;

		reader_revision(&query, &revision);
		error = reader_targets(database,
		    query_column_number(&query, 0, 1, INT64_MAX), &revision);
		if (error == 0 &&
		    visit_state(&query, &revision, &state, &size)) {
			goes_on = visit(context, &revision, state, size);
		}
	}
	read_error = query_finish(&query);
	return error != 0 ? error : read_error;
}

void
reader_query(struct store_reader *reader, struct query *query, const char *sql)
{
	query_prepare(query, reader->database, sql);
}

int
reader_end(struct store_reader *reader, struct query *query, const char *what)
{
	int error = query_finish(query);

	if (error != 0) {
		(void)snprintf(reader->reason, sizeof(reader->reason),
		    "%s could not be read: %s", what,
		    store_error_clause(error));
	}
	return error;
}

int
reader_alert_number(
    struct store_reader *reader, const char *id, int64_t *number)
{
	struct query query;
	bool found;
	int error;

	reader_query(reader, &query, "SELECT number FROM alert WHERE id = ?");
	query_text(&query, id, STORE_LABEL_SIZE);
	found = query_step(&query);
	if (found) {
		*number = query_column_number(&query, 0, 1, INT64_MAX);
	}
	error = reader_end(reader, &query, "an alert");
	if (error == 0 && !found) {
		(void)snprintf(reader->reason, sizeof(reader->reason),
		    "there is no alert %.40s", id);
		return -ENOENT;
	}
	return error;
}

void
reader_revision(struct query *query, struct store_revision *revision)
{
	const void *source = NULL;

	memset(revision, 0, sizeof(*revision));
	revision->id = query_column_text(query, 1, STORE_ID_SIZE);
	query->unsound |= strlen(revision->id) != STORE_ID_SIZE - 1;
	revision->revision =
	    (uint32_t)query_column_number(query, 2, 1, UINT32_MAX);
	revision->status = (enum store_status)query_column_number(
	    query, 3, 0, STORE_STATUS_COUNT - 1);
	revision->active = query_column_number(query, 4, 0, 1) != 0;
	revision->severity = (enum store_severity)query_column_number(
	    query, 5, 0, STORE_SEVERITY_COUNT - 1);
	revision->score = (uint8_t)query_column_number(query, 6, 0, 100);
	revision->time_ns =
	    (uint64_t)query_column_number(query, 7, 0, INT64_MAX);
	revision->first_seen_ns =
	    (uint64_t)query_column_number(query, 8, 0, INT64_MAX);
	revision->last_seen_ns =
	    (uint64_t)query_column_number(query, 9, 0, INT64_MAX);
	if (!query_column_is_null(query, 10)) {
		source = query_column_blob(query, 10,
		    sizeof(revision->source_ip.byte),
		    sizeof(revision->source_ip.byte));
	}
	revision->has_source_ip = source != NULL;
	if (source != NULL) {
		memcpy(revision->source_ip.byte, source,
		    sizeof(revision->source_ip.byte));
	}
	revision->confidence = (enum store_confidence)query_column_number(
	    query, 11, 0, STORE_CONFIDENCE_COUNT - 1);
	revision->kinds = query_column_text(query, 12, STORE_LABEL_SIZE);
	revision->host = query_column_text_or_null(query, 13, STORE_LABEL_SIZE);
	revision->segment =
	    query_column_text_or_null(query, 14, STORE_LABEL_SIZE);
	revision->image = query_column_text_or_null(query, 15, STORE_TEXT_SIZE);
	revision->user = query_column_text_or_null(query, 16, STORE_LABEL_SIZE);
	revision->authorised =
	    query_column_text_or_null(query, 17, STORE_LABEL_SIZE);
	revision->search =
	    query_column_text_or_null(query, 18, STORE_SEARCH_SIZE);
	revision->line = query_column_text(query, 19, STORE_LINE_SIZE + 1);
	revision->line_length = strlen(revision->line);
}

int
reader_targets(
    sqlite3 *database, int64_t number, struct store_revision *revision)
{
	static char texts[STORE_SEGMENTS][STORE_LABEL_SIZE];
	static const char *names[STORE_SEGMENTS];
	struct query query;
	uint32_t count = 0;
	int error;

	query_prepare(&query, database,
	    "SELECT segment FROM alert_target WHERE alert = ?"
	    " ORDER BY segment LIMIT 32");
	query_number(&query, number);
	while (count < STORE_SEGMENTS && query_step(&query)) {
		(void)snprintf(texts[count], sizeof(texts[count]), "%s",
		    query_column_text(&query, 0, STORE_LABEL_SIZE));
		names[count] = texts[count];
		count++;
	}
	if ((error = query_finish(&query)) == 0) {
		revision->target_segments = names;
		revision->target_segment_count = count;
	}
	return error;
}

void
reader_scanner(struct query *query, struct store_scanner *scanner)
{
	scanner->name = query_column_text(query, 0, STORE_LABEL_SIZE);
	scanner->version =
	    (uint32_t)query_column_number(query, 1, 0, UINT32_MAX);
	scanner->state = (uint8_t)query_column_number(query, 2, 0, UINT8_MAX);
	scanner->changed_ns =
	    (uint64_t)query_column_number(query, 3, 0, INT64_MAX);
	scanner->json = query_column_text(query, 4, STORE_SCANNER_SIZE);
}

/* The state of an active alert, null where it has none.  False: unsound. */
static bool
visit_state(struct query *query, struct store_revision *revision,
    const void **state, size_t *size)
{
	const int column = READER_ALERT_COLUMN_COUNT;

	*state = NULL;
	*size = 0;
	if (!query_column_is_null(query, column)) {
		*state = query_column_blob(query, column, 0, STORE_STATE_SIZE);
		*size = query_column_size(query, column);
	}
	return !query->unsound && revision->line_length > 0;
}
