#include "store/store_read.h"

#include "store/reader.h"

int
store_summaries(struct store_reader *reader, enum store_summary_kind kind,
    const char *key, const uint64_t span_ns[2],
    bool (*visit)(void *context, const struct store_summary *summary),
    void *context)
{
	struct query query;
	bool goes_on = true;

	reader_query(reader, &query,
	    "SELECT hour, key, probes, answered, refused, filtered, silent,"
	    " alerts, most_targets, most_services, most_sources FROM summary"
	    " WHERE kind = ?1 AND hour >= ?2 AND hour < ?3"
	    " AND (?4 IS NULL OR key = ?4) ORDER BY hour, key");
	query_number(&query, kind);
	query_number(&query, (int64_t)(span_ns[0] & INT64_MAX));
	query_number(&query, (int64_t)(span_ns[1] & INT64_MAX));
	query_text(&query, key, STORE_LABEL_SIZE);
	while (goes_on && query_step(&query)) {
		struct store_summary summary = { .kind = kind };

		summary.time_ns =
		    (uint64_t)query_column_number(&query, 0, 0, INT64_MAX);
		summary.key = query_column_text(&query, 1, STORE_LABEL_SIZE);
		for (int i = 0; i < STORE_SUMMARY_COUNTERS; i++) {
			summary.counts[i] = (uint64_t)query_column_number(
			    &query, i + 2, 0, INT64_MAX);
		}
		goes_on = !query.unsound && visit(context, &summary);
	}
	return reader_end(reader, &query, "a summary");
}

int
store_health(struct store_reader *reader, const char *metric,
    const uint64_t span_ns[2],
    bool (*visit)(void *context, const struct store_health *sample),
    void *context)
{
	struct query query;
	bool goes_on = true;

	reader_query(reader, &query,
	    "SELECT span, time, metric, count, minimum, maximum, total"
	    " FROM health WHERE time >= ?1 AND time < ?2"
	    " AND (?3 IS NULL OR metric = ?3) ORDER BY time, metric");
	query_number(&query, (int64_t)(span_ns[0] & INT64_MAX));
	query_number(&query, (int64_t)(span_ns[1] & INT64_MAX));
	query_text(&query, metric, STORE_LABEL_SIZE);
	while (goes_on && query_step(&query)) {
		struct store_health sample;

		sample.span_s =
		    (uint32_t)query_column_number(&query, 0, 60, 3600);
		sample.time_ns =
		    (uint64_t)query_column_number(&query, 1, 0, INT64_MAX);
		sample.metric = query_column_text(&query, 2, STORE_LABEL_SIZE);
		sample.count =
		    (uint64_t)query_column_number(&query, 3, 1, INT64_MAX);
		sample.minimum =
		    query_column_number(&query, 4, INT64_MIN, INT64_MAX);
		sample.maximum =
		    query_column_number(&query, 5, INT64_MIN, INT64_MAX);
		sample.mean =
		    query_column_real(&query, 6) / (double)sample.count;
		goes_on = !query.unsound && visit(context, &sample);
	}
	return reader_end(reader, &query, "a sample of health");
}

int
store_scanners(struct store_reader *reader,
    bool (*visit)(void *context, const struct store_scanner *scanner),
    void *context)
{
	struct query query;
	bool goes_on = true;

	reader_query(reader, &query, READER_SCANNERS);
	while (goes_on && query_step(&query)) {
		struct store_scanner scanner;

		reader_scanner(&query, &scanner);
		goes_on = !query.unsound && visit(context, &scanner);
	}
	return reader_end(reader, &query, "an authorised scanner");
}
