#include "store/store.h"

#include <errno.h>
#include <string.h>

#include "store/store_private.h"

enum { HOUR_S = 3600, MINUTE_S = 60 };

static int read_head(
    struct store *store, uint64_t *number, uint8_t hash[STORE_HASH_SIZE]);

int
store_put_audit(struct store *store, struct store_audit *entry)
{
	struct store_audit made = *entry;
	int error;

	if ((error = store_may_write(store, true)) != 0 ||
	    (error = read_head(store, &made.number, made.previous)) != 0) {
		return error;
	}
	made.number++;
	made.time_ns = store->now_ns;
	store_audit_hash(&made, made.hash);
	if ((error = store_put_audit_as_is(store, &made)) != 0 ||
	    (error = store_put_audit_head(store, made.number, made.hash, 0)) !=
	        0) {
		return error;
	}
	*entry = made;
	return 0;
}

int
store_put_audit_as_is(struct store *store, const struct store_audit *entry)
{
	struct query query;

	store_query(store, &query, STATEMENT_PUT_AUDIT);
	query_number(&query, (int64_t)entry->number);
	query_number(&query, (int64_t)entry->time_ns);
	query_text(&query, entry->actor, STORE_LABEL_SIZE);
	query_text(&query, entry->origin, STORE_LABEL_SIZE);
	query_text(&query, entry->action, STORE_LABEL_SIZE);
	query_text(&query, entry->object, STORE_LABEL_SIZE);
	query_text(&query, entry->before, STORE_SCANNER_SIZE);
	query_text(&query, entry->after, STORE_SCANNER_SIZE);
	query_text(&query, entry->reason, STORE_TEXT_SIZE);
	query_blob(&query, entry->previous, STORE_HASH_SIZE);
	query_blob(&query, entry->hash, STORE_HASH_SIZE);
	return store_run(store, &query);
}

int
store_put_audit_head(struct store *store, uint64_t number,
    const uint8_t hash[STORE_HASH_SIZE], uint64_t cut)
{
	struct query query;

	store_query(store, &query, STATEMENT_PUT_AUDIT_HEAD);
	query_number(&query, (int64_t)number);
	query_blob(&query, hash, STORE_HASH_SIZE);
	query_number(&query, (int64_t)cut);
	return store_run(store, &query);
}

int
store_put_scanner(struct store *store, const struct store_scanner *scanner)
{
	struct query query;
	int error = store_may_write(store, true);

	if (error != 0) {
		return error;
	}
	SW_ASSERT(strlen(scanner->json) < STORE_SCANNER_SIZE);
	store_query(store, &query, STATEMENT_PUT_SCANNER);
	query_text(&query, scanner->name, STORE_LABEL_SIZE);
	query_number(&query, scanner->version);
	query_number(&query, scanner->state);
	query_number(&query, (int64_t)scanner->changed_ns);
	query_text(&query, scanner->json, STORE_SCANNER_SIZE);
	return store_run(store, &query);
}

int
store_remove_scanner(struct store *store, const char *name)
{
	struct query query;
	int error = store_may_write(store, false);

	if (error != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_DROP_SCANNER);
	query_text(&query, name, STORE_LABEL_SIZE);
	if ((error = store_run(store, &query)) != 0) {
		return error;
	}
	return sqlite3_changes(store->database) == 0 ? -ENOENT : 0;
}

int
store_add_summary(struct store *store, const struct store_summary *summary)
{
	struct query query;
	int error = store_may_write(store, true);

	if (error != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_ADD_SUMMARY);
	query_number(&query, summary->kind);
	query_number(&query,
	    (int64_t)(summary->time_ns -
	        summary->time_ns % (HOUR_S * NS_PER_S)));
	query_text(&query, summary->key, STORE_LABEL_SIZE);
	for (size_t i = 0; i < STORE_SUMMARY_COUNTERS; i++) {
		/* So that adding them for ever stays a whole number. */
		SW_ASSERT(summary->counts[i] <= UINT32_MAX * 1024ull);
		query_number(&query, (int64_t)summary->counts[i]);
	}
	return store_run(store, &query);
}

int
store_put_health(
    struct store *store, const char *metric, uint64_t time_ns, int64_t value)
{
	struct query query;
	int error = store_may_write(store, true);

	if (error != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_PUT_HEALTH);
	query_number(&query, MINUTE_S);
	query_number(
	    &query, (int64_t)(time_ns - time_ns % (MINUTE_S * NS_PER_S)));
	query_text(&query, metric, STORE_LABEL_SIZE);
	query_number(&query, 1);
	query_number(&query, value);
	query_number(&query, value);
	query_real(&query, (double)value);
	return store_run(store, &query);
}

int
store_put_meta(
    struct store *store, const char *name, const void *value, size_t size)
{
	struct query query;
	int error = store_may_write(store, true);

	if (error != 0) {
		return error;
	}
	SW_ASSERT(size <= STORE_META_SIZE);
	store_query(store, &query, STATEMENT_PUT_META);
	query_text(&query, name, STORE_LABEL_SIZE);
	query_blob(&query, value, size);
	return store_run(store, &query);
}

int
store_meta(struct store *store, const char *name, void *value, size_t size)
{
	struct query query;
	int error;
	int found = -ENOENT;

	if (store->database == NULL) {
		return store->error == 0 ? -EIO : store->error;
	}
	store_query(store, &query, STATEMENT_META);
	query_text(&query, name, STORE_LABEL_SIZE);
	if (query_step(&query)) {
		const void *bytes =
		    query_column_blob(&query, 0, 0, STORE_META_SIZE);
		size_t length = query_column_size(&query, 0);

		if (length > size) {
			found = -EMSGSIZE;
		} else if (!query.unsound) {
			found = (int)length;
			memcpy(value, length == 0 ? value : bytes, length);
		}
	}
	error = query_finish(&query);
	return error == 0 ? found : error;
}

static int
read_head(struct store *store, uint64_t *number, uint8_t hash[STORE_HASH_SIZE])
{
	struct query query;

	store_query(store, &query, STATEMENT_AUDIT_HEAD);
	if (query_step(&query)) {
		const void *bytes = query_column_blob(
		    &query, 1, STORE_HASH_SIZE, STORE_HASH_SIZE);

		*number =
		    (uint64_t)query_column_number(&query, 0, 0, INT64_MAX - 1);
		if (bytes != NULL) {
			memcpy(hash, bytes, STORE_HASH_SIZE);
		}
	} else {
		/* The one row is not there. */
		query.unsound |= query.result == SQLITE_DONE;
	}
	return store_end(store, &query);
}
