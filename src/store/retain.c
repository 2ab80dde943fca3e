#include "store/store.h"

#include <errno.h>
#include <string.h>

#include "store/store_private.h"

enum {
	ALERTS_A_STEP = 8,
	ROWS_A_STEP = 512,
	HOUR_S = 3600,
	DAY_S = 24 * HOUR_S,
	MINUTES_KEPT_S = 2 * DAY_S, /* Then they are folded. */
	PAGES_A_STEP = 128,
	AUDIT_A_STEP = 256,
};

/* What is done in turn; one a call. */
enum step {
	STEP_EVIDENCE,
	STEP_ALERTS,
	STEP_AUDIT,
	STEP_SUMMARIES,
	STEP_HEALTH,
	STEP_FOLD,
	STEP_SIZE,
	STEP_VACUUM,
	STEP_COUNT,
};

static int do_step(struct store *store, struct store_dropped *dropped);
static int64_t before(const struct store *store, uint64_t keep_s);
static int drop_evidence(struct store *store, int64_t before_ns, uint32_t limit,
    struct store_dropped *dropped);
static int drop_evidence_of(struct store *store, int64_t number);
static int drop_alerts(struct store *store, const int64_t before_ns[2],
    uint32_t limit, struct store_dropped *dropped);
static int drop_audit(struct store *store, struct store_dropped *dropped);
static int drop_summaries(
    struct store *store, int64_t before_ns, struct store_dropped *dropped);
static int drop_health(
    struct store *store, int64_t before_ns, struct store_dropped *dropped);
static int fold_health(struct store *store);
static int shrink(struct store *store, struct store_dropped *dropped);
static int is_above(struct store *store, bool *above);
static int vacuum(struct store *store);
static int drop_rows(struct store *store, enum statement which,
    const int64_t parameters[2], uint64_t *dropped);

int
store_retain(
    struct store *store, uint64_t now_ns, struct store_dropped *dropped)
{
	struct store_dropped done = *dropped;
	int more;
	int error;

	SW_ASSERT(!store->in_batch);
	/* Only what gives space back is worth trying while it fails. */
	if (store->state == STORE_FAILING && store->error != -ENOSPC &&
	    now_ns < store->retry_ns) {
		return store->error;
	}
	if (store->retain_step == STEP_VACUUM && store->database != NULL) {
		store->retain_step = 0;
		return vacuum(store);
	}
	if ((error = store_transact(store, now_ns)) != 0) {
		return error;
	}
	more = do_step(store, &done);
	if ((error = store_commit(store)) != 0) {
		return error;
	}
	*dropped = done;
	if (more == 0) {
		store->retain_step++;
		store->retain_step %= STEP_COUNT;
	}
	return 1;
}

/* Returns 1 if the step has more to do, 0, or an error that undid the batch. */
static int
do_step(struct store *store, struct store_dropped *dropped)
{
	const struct store_settings *settings = &store->settings;
	int64_t alerts_before = before(store, settings->keep_alerts_s);

	switch ((enum step)store->retain_step) {
	case STEP_EVIDENCE:
		return drop_evidence(store,
		    before(store, settings->keep_evidence_s), ALERTS_A_STEP,
		    dropped);
	case STEP_ALERTS:
		return drop_alerts(store,
		    (int64_t[2]){
		        alerts_before, before(store, settings->keep_open_s) },
		    ALERTS_A_STEP, dropped);
	case STEP_AUDIT:
		return drop_audit(store, dropped);
	case STEP_SUMMARIES:
		return drop_summaries(
		    store, before(store, settings->keep_summaries_s), dropped);
	case STEP_HEALTH:
		return drop_health(
		    store, before(store, settings->keep_health_s), dropped);
	case STEP_FOLD:
		return fold_health(store);
	case STEP_SIZE:
		return shrink(store, dropped);
	case STEP_VACUUM:
	case STEP_COUNT:
		break;
	}
	return 0;
}

static int64_t
before(const struct store *store, uint64_t keep_s)
{
	uint64_t now_s = store->now_ns / NS_PER_S;

	return keep_s >= now_s ? 0
	                       : (int64_t)(store->now_ns - keep_s * NS_PER_S);
}

static int
drop_evidence(struct store *store, int64_t before_ns, uint32_t limit,
    struct store_dropped *dropped)
{
	struct query query;
	int64_t number;
	int error = 0;

	for (uint32_t i = 0; i < limit; i++) {
		number = 0;
		store_query(store, &query, STATEMENT_OLD_EVIDENCE);
		query_number(&query, before_ns);
		if (query_step(&query)) {
			number = query_column_number(&query, 0, 1, INT64_MAX);
		}
		if ((error = store_end(store, &query)) != 0 || number == 0) {
			return error;
		}
		if ((error = drop_evidence_of(store, number)) != 0) {
			return error;
		}
		dropped->evidence++;
	}
	return 1;
}

static int
drop_evidence_of(struct store *store, int64_t number)
{
	static const enum statement drops[] = { STATEMENT_DROP_ALL_PACKETS,
		STATEMENT_DROP_ALL_PROBES, STATEMENT_DROP_ALL_EVENTS };
	struct query query;
	int error;

	for (size_t i = 0; i < ARRAY_SIZE(drops); i++) {
		store_query(store, &query, drops[i]);
		query_number(&query, number);
		if ((error = store_run(store, &query)) != 0) {
			return error;
		}
	}
	store_query(store, &query, STATEMENT_EVIDENCE_DROPPED);
	query_number(&query, (int64_t)store->now_ns);
	query_number(&query, number);
	return store_run(store, &query);
}

/* Drops alerts last seen before before_ns[0], open ones before before_ns[1] as
 * well. */
static int
drop_alerts(struct store *store, const int64_t before_ns[2], uint32_t limit,
    struct store_dropped *dropped)
{
	struct query query;
	int64_t number;
	int error = 0;

	for (uint32_t i = 0; i < limit; i++) {
		number = 0;
		store_query(store, &query, STATEMENT_OLD_ALERT);
		query_number(&query, before_ns[0]);
		query_number(&query, before_ns[1]);
		if (query_step(&query)) {
			number = query_column_number(&query, 0, 1, INT64_MAX);
		}
		if ((error = store_end(store, &query)) != 0 || number == 0) {
			return error;
		}
		store_query(store, &query, STATEMENT_DROP_ALERT);
		query_number(&query, number);
		if ((error = store_run(store, &query)) != 0) {
			return error;
		}
		dropped->alerts++;
	}
	return 1;
}

/* Cuts the log once its first entry is a day too old, so that cuts, which are
 * entries themselves, stay few.  The last entry stays. */
static int
drop_audit(struct store *store, struct store_dropped *dropped)
{
	int64_t before_ns = before(store, store->settings.keep_audit_s);
	int64_t first_before_ns =
	    before(store, store->settings.keep_audit_s + DAY_S);
	uint8_t hash[STORE_HASH_SIZE];
	uint64_t number = 0;
	uint64_t count = 0;
	struct query query;
	int error;

	store_query(store, &query, STATEMENT_OLD_AUDIT);
	query_number(&query, AUDIT_A_STEP);
	while (query_step(&query)) {
		const void *bytes = query_column_blob(
		    &query, 2, STORE_HASH_SIZE, STORE_HASH_SIZE);

		if (bytes == NULL ||
		    query_column_number(&query, 1, 0, INT64_MAX) >=
		        (count == 0 ? first_before_ns : before_ns)) {
			break;
		}
		number = (uint64_t)query_column_number(&query, 0, 1, INT64_MAX);
		memcpy(hash, bytes, sizeof(hash));
		count++;
	}
	if ((error = store_end(store, &query)) != 0 || number == 0) {
		return error;
	}
	error = store_audit_cut(store, number, hash,
	    "entries up to this one were older than the configuration keeps");
	dropped->audit += error == 0 ? count : 0;
	return error != 0 ? error : count == AUDIT_A_STEP;
}

static int
drop_summaries(
    struct store *store, int64_t before_ns, struct store_dropped *dropped)
{
	int more = 0;

	for (int kind = 0; kind < STORE_SUMMARY_KIND_COUNT && more == 0;
	     kind++) {
		more = drop_rows(store, STATEMENT_OLD_SUMMARIES,
		    (int64_t[2]){ kind, before_ns }, &dropped->summaries);
	}
	return more;
}

static int
drop_health(
    struct store *store, int64_t before_ns, struct store_dropped *dropped)
{
	static const int64_t spans[] = { 60, HOUR_S };
	int more = 0;

	for (size_t i = 0; i < ARRAY_SIZE(spans) && more == 0; i++) {
		more = drop_rows(store, STATEMENT_OLD_HEALTH,
		    (int64_t[2]){ spans[i], before_ns }, &dropped->health);
	}
	return more;
}

/* Makes the oldest hour of minutes, where it is old enough, one sample. */
static int
fold_health(struct store *store)
{
	static const enum statement statements[] = { STATEMENT_FOLD_HEALTH,
		STATEMENT_DROP_MINUTES };
	const int64_t hour_ns = (int64_t)(HOUR_S * NS_PER_S);
	int64_t oldest = INT64_MAX;
	struct query query;
	int error;

	store_query(store, &query, STATEMENT_OLDEST_MINUTE);
	if (query_step(&query) && !query_column_is_null(&query, 0)) {
		oldest =
		    query_column_number(&query, 0, 0, INT64_MAX - 2 * hour_ns);
	}
	if ((error = store_end(store, &query)) != 0 || oldest == INT64_MAX ||
	    oldest - oldest % hour_ns + hour_ns >
	        before(store, MINUTES_KEPT_S)) {
		return error;
	}
	oldest -= oldest % hour_ns;
	for (size_t i = 0; i < ARRAY_SIZE(statements); i++) {
		store_query(store, &query, statements[i]);
		query_number(&query, oldest);
		query_number(&query, oldest + hour_ns);
		if ((error = store_run(store, &query)) != 0) {
			return error;
		}
	}
	return 1;
}

/* Above fifteen sixteenths of the size: evidence goes first, then summaries and
 * health, then whole alerts, oldest first. */
static int
shrink(struct store *store, struct store_dropped *dropped)
{
	int64_t now_ns = (int64_t)store->now_ns;
	struct store_dropped done = *dropped;
	bool above = false;
	int error = is_above(store, &above);

	if (error != 0 || !above) {
		return error;
	}
	error = drop_evidence(store, now_ns, 1, dropped);
	if (error == 0) {
		error = drop_summaries(store, before(store, DAY_S), dropped);
	}
	if (error == 0 && done.summaries == dropped->summaries) {
		error = drop_health(store, before(store, DAY_S), dropped);
	}
	if (error == 0 && done.health == dropped->health) {
		error = drop_alerts(store,
		    (int64_t[2]){
		        now_ns, before(store, store->settings.keep_open_s) },
		    1, dropped);
	}
	return error;
}

static int
is_above(struct store *store, bool *above)
{
	struct store_size size;

	store_size(store, &size);
	*above = size.used_bytes > size.max_bytes - size.max_bytes / 16;
	return 0;
}

/* Gives free pages back to the disk, and brings the log in as far as readers
 * let it. */
static int
vacuum(struct store *store)
{
	int64_t free_pages = 0;
	struct query query;
	int error = query_one_number(
	    store->database, "PRAGMA freelist_count", &free_pages);

	if (error == 0 && free_pages > PAGES_A_STEP) {
		query_prepare(
		    &query, store->database, "PRAGMA incremental_vacuum(128)");
		error = query_run(&query);
		store->retain_step = STEP_VACUUM;
	}
	if (error == 0) {
		(void)sqlite3_wal_checkpoint_v2(store->database, NULL,
		    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	}
	return error != 0 ? error : free_pages > PAGES_A_STEP;
}

static int
drop_rows(struct store *store, enum statement which,
    const int64_t parameters[2], uint64_t *dropped)
{
	struct query query;
	int error;
	int rows;

	store_query(store, &query, which);
	query_number(&query, parameters[0]);
	query_number(&query, parameters[1]);
	query_number(&query, ROWS_A_STEP);
	if ((error = store_run(store, &query)) != 0) {
		return error;
	}
	rows = sqlite3_changes(store->database);
	*dropped += (uint64_t)rows;
	return rows == ROWS_A_STEP;
}
