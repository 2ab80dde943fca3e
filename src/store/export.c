#include "store/store_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/rfc3339.h"
#include "base/strbuf.h"
#include "store/reader.h"

enum {
	CELL_SIZE = 512,
	ROW_SIZE = 32768, /* A path and a user, every quote doubled, fit. */
};

/* An export on its way.  What is written is copied first: where it goes may be
 * slow, and no view of the database is held meanwhile. */
struct export
{
	struct store_reader *reader;
	const struct store_sink *sink;
	int (*write_one)(struct export * export, const char *id);
	struct store_filter filter;
	char ids[STORE_PAGE][STORE_ID_SIZE]; /* Of a page. */
	uint32_t id_count;
	int error;
};

/* The line or row that is to be written next. */
static char taken[STORE_LINE_SIZE + 1];
static size_t taken_length;
static uint32_t taken_revision;

static int export_pages(struct export *export);
static int write_latest(struct export *export, const char *id);
static int write_all(struct export *export, const char *id);
static int write_row(struct export *export, const char *id);
static bool take_line(void *context, const struct store_revision *revision);
static bool take_next(
    void *context, uint32_t revision, const char *line, size_t length);
static int write_taken(struct export *export);
static bool note_id(void *context, const struct store_revision *revision);
static int write_text(const struct store_sink *sink, const char *text);
static bool make_row(void *context, const struct store_revision *revision);
static bool write_probe(void *context, const struct store_probe *probe);
static void add_cell(struct strbuf *row, const char *text);
static bool is_formula(const char *text);

static const char *const status_names[] = { "open", "acknowledged", "closed",
	"authorised" };
static const char *const severity_names[] = { "low", "medium", "high",
	"critical" };
static const char *const confidence_names[] = { "", "possible", "probable",
	"confirmed" };
static const char *const outcome_names[] = { "pending", "answered", "refused",
	"filtered", "silent" };

int
store_export_lines(struct store_reader *reader,
    const struct store_filter *filter, bool all_revisions,
    const struct store_sink *sink)
{
	struct export export = { .reader = reader,
		.sink = sink,
		.write_one = all_revisions ? write_all : write_latest,
		.filter = *filter };

	return export_pages(&export);
}

int
store_export_csv(struct store_reader *reader, const struct store_filter *filter,
    const struct store_sink *sink)
{
	struct export export = { .reader = reader,
		.sink = sink,
		.write_one = write_row,
		.filter = *filter };
	int error = write_text(sink,
	    "id,revision,status,active,severity,score,kinds,first_seen,"
	    "last_seen,source_ip,source_host,source_segment,target_segments,"
	    "process,user,confidence,authorised\r\n");

	return error == 0 ? export_pages(&export) : error;
}

int
store_export_probes(
    struct store_reader *reader, const char *id, const struct store_sink *sink)
{
	struct export export = { .reader = reader, .sink = sink };
	int error = write_text(sink, "time,target,protocol,port,outcome\r\n");

	if (error == 0) {
		error = store_probes(reader, id, write_probe, &export);
	}
	return error == 0 ? export.error : error;
}

static int
export_pages(struct export *export)
{
	char next[STORE_ID_SIZE] = "";
	char after[STORE_ID_SIZE];
	uint32_t left = export->filter.limit;
	int error;

	do {
		uint32_t page =
		    left == 0 || left > STORE_PAGE ? STORE_PAGE : left;

		memcpy(after, next, sizeof(after));
		if (after[0] != '\0') {
			export->filter.after = after;
		}
		export->filter.limit = page;
		export->id_count = 0;
		error = store_list(
		    export->reader, &export->filter, note_id, export, next);
		for (uint32_t i = 0; i < export->id_count && error == 0; i++) {
			error = export->write_one(export, export->ids[i]);
		}
		if (left == page) {
			break;
		}
		left -= left == 0 ? 0 : page;
	} while (error == 0 && next[0] != '\0');
	return error;
}

static int
write_latest(struct export *export, const char *id)
{
	const struct store_filter filter = { .id = id };
	char next[STORE_ID_SIZE];
	int error;

	taken_length = 0;
	error = store_list(export->reader, &filter, take_line, NULL, next);
	return error == 0 ? write_taken(export) : error;
}

/* One revision after the other; the alert may go meanwhile. */
static int
write_all(struct export *export, const char *id)
{
	int error;

	taken_revision = 0;
	do {
		taken_length = 0;
		error = store_revisions(export->reader, id, take_next, NULL);
		if (error == -ENOENT) {
			return 0;
		}
		if (error == 0 && taken_length > 0) {
			error = write_taken(export);
		}
	} while (error == 0 && taken_length > 0);
	return error;
}

static int
write_row(struct export *export, const char *id)
{
	const struct store_filter filter = { .id = id };
	char next[STORE_ID_SIZE];
	int error;

	taken_length = 0;
	error = store_list(export->reader, &filter, make_row, NULL, next);
	return error == 0
	    ? export->sink->write(export->sink->context, taken, taken_length)
	    : error;
}

static bool
take_line(void *context, const struct store_revision *revision)
{
	(void)context;
	memcpy(taken, revision->line, revision->line_length);
	taken_length = revision->line_length;
	return false;
}

/* Takes the first revision after the one taken last. */
static bool
take_next(void *context, uint32_t revision, const char *line, size_t length)
{
	(void)context;
	if (revision <= taken_revision) {
		return true;
	}
	memcpy(taken, line, length);
	taken_length = length;
	taken_revision = revision;
	return false;
}

/* What went between being listed and being read has no line. */
static int
write_taken(struct export *export)
{
	if (taken_length == 0) {
		return 0;
	}
	taken[taken_length] = '\n';
	return export->sink->write(
	    export->sink->context, taken, taken_length + 1);
}

static bool
note_id(void *context, const struct store_revision *revision)
{
	struct export *export = context;

	memcpy(export->ids[export->id_count++], revision->id, STORE_ID_SIZE);
	return true;
}

static int
write_text(const struct store_sink *sink, const char *text)
{
	return sink->write(sink->context, text, strlen(text));
}

static bool
make_row(void *context, const struct store_revision *revision)
{
	struct strbuf row;
	char first[RFC3339_SIZE];
	char last[RFC3339_SIZE];
	char address[IP_ADDRESS_TEXT_SIZE] = "";

	if (revision->has_source_ip) {
		ip_address_format(&revision->source_ip, address);
	}
	(void)context;
	strbuf_init(&row, taken, ROW_SIZE);
	strbuf_addf(&row, "%s,%u,%s,%s,%s,%u,", revision->id,
	    revision->revision, status_names[revision->status],
	    revision->active ? "true" : "false",
	    severity_names[revision->severity], revision->score);
	add_cell(&row, revision->kinds);
	strbuf_addf(&row, ",%s,%s,%s,",
	    rfc3339_format(revision->first_seen_ns, first),
	    rfc3339_format(revision->last_seen_ns, last), address);
	add_cell(&row, revision->host);
	strbuf_add(&row, ",");
	add_cell(&row, revision->segment);
	strbuf_add(&row, ",\"");
	for (uint32_t i = 0; i < revision->target_segment_count; i++) {
		const char *name = revision->target_segments[i];

		/* Names of segments hold no quotes; what does is left out. */
		strbuf_addf(&row, "%s%s", i == 0 ? "" : " ",
		    strpbrk(name, "\"=+-@") != NULL ? "?" : name);
	}
	strbuf_add(&row, "\",");
	add_cell(&row, revision->image);
	strbuf_add(&row, ",");
	add_cell(&row, revision->user);
	strbuf_addf(&row, ",%s,", confidence_names[revision->confidence]);
	add_cell(&row, revision->authorised);
	strbuf_add(&row, "\r\n");
	taken_length = row.length;
	return false;
}

static bool
write_probe(void *context, const struct store_probe *probe)
{
	struct export *export = context;
	char time[RFC3339_SIZE];
	char target[IP_ADDRESS_TEXT_SIZE];
	char row[CELL_SIZE];

	(void)snprintf(row, sizeof(row), "%s,%s,%u,%u,%s\r\n",
	    rfc3339_format(probe->time_ns, time),
	    ip_address_format(&probe->target, target), probe->protocol,
	    probe->port, outcome_names[probe->outcome]);
	export->error = write_text(export->sink, row);
	return export->error == 0;
}

/* A cell of RFC 4180, section 2: in quotes, quotes doubled. */
static void
add_cell(struct strbuf *row, const char *text)
{
	if (text == NULL) {
		return;
	}
	strbuf_add(row, is_formula(text) ? "\"'" : "\"");
	for (const char *at = text; *at != '\0';) {
		size_t length = strcspn(at, "\"");

		strbuf_addf(row, "%.*s%s", (int)length, at,
		    at[length] == '"' ? "\"\"" : "");
		at += length + (at[length] == '"');
	}
	strbuf_add(row, "\"");
}

/* Spreadsheets run what begins so (OWASP, "CSV Injection"). */
static bool
is_formula(const char *text)
{
	return text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
}
