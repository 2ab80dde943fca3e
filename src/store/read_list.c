#include "store/store_read.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/strbuf.h"
#include "store/reader.h"

enum { SQL_SIZE = 2048, PATTERN_SIZE = 320 };

/* What becomes of a filter's text: a pattern of LIKE with its wildcards taken
 * literally. */
struct patterns {
	char text[PATTERN_SIZE];
	char process[PATTERN_SIZE];
	char user[PATTERN_SIZE];
	char kind[STORE_LABEL_SIZE + 2];
	struct ip_address last; /* Of the prefix. */
};

static void make_patterns(
    const struct store_filter *filter, struct patterns *patterns);
static void make_pattern(char pattern[PATTERN_SIZE], const char *before,
    const char *text, const char *after);
static void add_conditions(
    struct strbuf *sql, const struct store_filter *filter);
static void bind_conditions(struct query *query,
    const struct store_filter *filter, const struct patterns *patterns);
static struct ip_address last_of(const struct ip_prefix *prefix);

int
store_list(struct store_reader *reader, const struct store_filter *filter,
    bool (*visit)(void *context, const struct store_revision *revision),
    void *context, char *next)
{
	uint32_t limit = filter->limit == 0   ? STORE_PAGE
	    : filter->limit > STORE_PAGE_MOST ? STORE_PAGE_MOST
	                                      : filter->limit;
	char text[SQL_SIZE];
	struct strbuf sql;
	struct patterns patterns;
	struct query query;
	uint32_t count = 0;
	bool goes_on = true;
	int error = 0;
	int read_error;

	strbuf_init(&sql, text, sizeof(text));
	strbuf_add(&sql,
	    "SELECT " READER_ALERT_COLUMNS
	    " FROM alert a JOIN revision r ON r.alert = a.number"
	    " AND r.revision = a.revision WHERE 1");
	add_conditions(&sql, filter);
	strbuf_add(&sql, " ORDER BY a.id DESC LIMIT ?");
	SW_ASSERT(!sql.cut);
	make_patterns(filter, &patterns);
	reader_query(reader, &query, text);
	bind_conditions(&query, filter, &patterns);
	query_number(&query, limit);
	next[0] = '\0';
	while (goes_on && error == 0 && query_step(&query)) {
		struct store_revision revision;

		reader_revision(&query, &revision);
		error = reader_targets(reader->database,
		    query_column_number(&query, 0, 1, INT64_MAX), &revision);
		if (error == 0 && !query.unsound) {
			goes_on = visit(context, &revision);
			(void)snprintf(next, STORE_ID_SIZE, "%s", revision.id);
			count++;
		}
	}
	read_error = reader_end(reader, &query, "an alert");
	if (goes_on && count < limit) {
		next[0] = '\0';
	}
	return error != 0 ? error : read_error;
}

static void
make_patterns(const struct store_filter *filter, struct patterns *patterns)
{
	memset(patterns, 0, sizeof(*patterns));
	make_pattern(patterns->text, "%", filter->text, "%");
	make_pattern(patterns->process, "%\\\\", filter->process, "");
	make_pattern(patterns->user, "%\\\\", filter->user, "");
	(void)snprintf(patterns->kind, sizeof(patterns->kind), " %s ",
	    filter->kind == NULL ? "" : filter->kind);
	if (filter->has_source) {
		patterns->last = last_of(&filter->source);
	}
}

static void
make_pattern(char pattern[PATTERN_SIZE], const char *before, const char *text,
    const char *after)
{
	struct strbuf buffer;

	strbuf_init(&buffer, pattern, PATTERN_SIZE);
	strbuf_add(&buffer, before);
	for (const char *at = text; at != NULL && *at != '\0'; at++) {
		char escaped[3] = { '\\', *at, '\0' };

		strbuf_add(&buffer,
		    strchr("\\%_", *at) != NULL ? escaped : escaped + 1);
	}
	strbuf_add(&buffer, after);
}

/* In the order of bind_conditions(). */
static void
add_conditions(struct strbuf *sql, const struct store_filter *filter)
{
	static const char target[] = "EXISTS (SELECT 1 FROM alert_target t"
	                             " WHERE t.alert = a.number AND"
	                             " t.segment = ?)";

	if (filter->after != NULL && filter->after[0] != '\0') {
		strbuf_add(sql, " AND a.id < ?");
	}
	if (filter->id != NULL) {
		strbuf_add(sql, " AND a.id = ?");
	}
	if (filter->segment != NULL) {
		strbuf_addf(sql, " AND (a.segment = ? OR %s)", target);
	}
	if (filter->source_segment != NULL) {
		strbuf_add(sql, " AND a.segment = ?");
	}
	if (filter->target_segment != NULL) {
		strbuf_addf(sql, " AND %s", target);
	}
	if (filter->severities != 0) {
		strbuf_add(sql, " AND (? >> a.severity) & 1");
	}
	if (filter->statuses != 0) {
		strbuf_add(sql, " AND (? >> a.status) & 1");
	}
	if (filter->kind != NULL) {
		strbuf_add(sql, " AND instr(' ' || a.kinds || ' ', ?) > 0");
	}
	if (filter->has_source) {
		strbuf_add(sql, " AND a.source BETWEEN ? AND ?");
	}
	if (filter->host != NULL) {
		strbuf_add(sql, " AND a.host = ? COLLATE NOCASE");
	}
	if (filter->process != NULL) {
		strbuf_add(sql,
		    " AND (a.image = ? COLLATE NOCASE OR"
		    " replace(a.image, '/', '\\') LIKE ? ESCAPE '\\')");
	}
	if (filter->user != NULL) {
		strbuf_add(sql,
		    " AND (a.user = ? COLLATE NOCASE OR"
		    " a.user LIKE ? ESCAPE '\\')");
	}
	if (filter->with_process) {
		strbuf_add(sql, " AND a.confidence > 0");
	}
	if (filter->active_only) {
		strbuf_add(sql, " AND a.active = 1");
	}
	if (filter->since_ns != 0) {
		strbuf_add(sql, " AND a.last_seen >= ?");
	}
	if (filter->until_ns != 0) {
		strbuf_add(sql, " AND a.first_seen < ?");
	}
	if (filter->text != NULL) {
		strbuf_add(sql, " AND a.search LIKE ? ESCAPE '\\'");
	}
}

static void
bind_conditions(struct query *query, const struct store_filter *filter,
    const struct patterns *patterns)
{
	const char *const segments[] = { filter->segment, filter->segment,
		filter->source_segment, filter->target_segment };

	if (filter->after != NULL && filter->after[0] != '\0') {
		query_text(query, filter->after, STORE_ID_SIZE);
	}
	if (filter->id != NULL) {
		query_text(query, filter->id, STORE_LABEL_SIZE);
	}
	for (size_t i = 0; i < ARRAY_SIZE(segments); i++) {
		if (segments[i] != NULL) {
			query_text(query, segments[i], STORE_LABEL_SIZE);
		}
	}
	if (filter->severities != 0) {
		query_number(query, filter->severities);
	}
	if (filter->statuses != 0) {
		query_number(query, filter->statuses);
	}
	if (filter->kind != NULL) {
		query_text(query, patterns->kind, sizeof(patterns->kind));
	}
	if (filter->has_source) {
		query_blob(query, filter->source.address.byte,
		    sizeof(filter->source.address.byte));
		query_blob(
		    query, patterns->last.byte, sizeof(patterns->last.byte));
	}
	if (filter->host != NULL) {
		query_text(query, filter->host, STORE_LABEL_SIZE);
	}
	if (filter->process != NULL) {
		query_text(query, filter->process, STORE_TEXT_SIZE);
		query_text(query, patterns->process, PATTERN_SIZE);
	}
	if (filter->user != NULL) {
		query_text(query, filter->user, STORE_LABEL_SIZE);
		query_text(query, patterns->user, PATTERN_SIZE);
	}
	if (filter->since_ns != 0) {
		query_number(query, (int64_t)(filter->since_ns & INT64_MAX));
	}
	if (filter->until_ns != 0) {
		query_number(query, (int64_t)(filter->until_ns & INT64_MAX));
	}
	if (filter->text != NULL) {
		query_text(query, patterns->text, PATTERN_SIZE);
	}
}

/* The last address of a prefix. */
static struct ip_address
last_of(const struct ip_prefix *prefix)
{
	struct ip_address last = prefix->address;

	for (unsigned bit = prefix->length; bit < 128; bit++) {
		last.byte[bit / 8] |= (uint8_t)(0x80u >> (bit % 8));
	}
	return last;
}
