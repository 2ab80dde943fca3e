#include "store/store.h"

#include <errno.h>
#include <string.h>

#include "store/outbox.h"
#include "store/store_private.h"

static int find(struct store *store, const char *name,
    struct outbox_destination *destination);
static int find_or_make(struct store *store, const char *name,
    struct outbox_destination *destination);
static int make(struct store *store, const char *name,
    struct outbox_destination *destination);
static int place(struct store *store, const struct store_item *item,
    struct outbox_place *placed);

int
store_outbox_start(struct store *store)
{
	struct query query;

	/* What was handed out before the start is not known. */
	memset(store->handed, 0, sizeof(store->handed));
	query_prepare(
	    &query, store->database, "SELECT number, last FROM destination");
	while (query_step(&query)) {
		int64_t number =
		    query_column_number(&query, 0, 0, STORE_DESTINATIONS - 1);

		store->handed[number] =
		    (uint64_t)query_column_number(&query, 1, 0, INT64_MAX);
	}
	return query_finish(&query);
}

int
store_outbox_add(struct store *store, const char *destination,
    const struct store_item *item, uint64_t limit_bytes, uint64_t *sequence)
{
	struct outbox_destination to;
	struct store_item made = *item;
	struct outbox_place placed;
	int error;

	SW_ASSERT(item->kind < STORE_ITEM_LOST);
	SW_ASSERT(item->length <= STORE_LINE_SIZE);
	if ((error = store_may_write(store, true)) != 0 ||
	    (error = place(store, item, &placed)) != 0 ||
	    (error = find_or_make(store, destination, &to)) != 0) {
		return error;
	}
	/* One that is larger than the limit goes alone. */
	error = outbox_make_room(store, &to,
	    limit_bytes > placed.bytes ? limit_bytes - placed.bytes : 0);
	if (error != 0) {
		return error;
	}
	made.sequence = ++to.last;
	if ((error = outbox_put(store, to.number, &made, &placed)) != 0 ||
	    (error = outbox_count(store, &to,
	         (int64_t[3]){ 0, 1, (int64_t)placed.bytes })) != 0) {
		return error;
	}
	*sequence = made.sequence;
	return 0;
}

int
store_outbox_advance(
    struct store *store, const char *destination, uint64_t sequence)
{
	struct outbox_destination to;
	int error;

	if ((error = store_may_write(store, false)) != 0 ||
	    (error = find_or_make(store, destination, &to)) != 0) {
		return error;
	}
	if (sequence <= to.last) {
		return 0;
	}
	to.last = sequence;
	return outbox_count(store, &to, (int64_t[3]){ 0, 0, 0 });
}

int
store_outbox_acknowledge(
    struct store *store, const char *destination, uint64_t sequence)
{
	struct outbox_destination of;
	struct query query;
	int64_t items = 0;
	int64_t bytes = 0;
	int error;

	if ((error = store_may_write(store, false)) != 0 ||
	    (error = find(store, destination, &of)) != 0) {
		return error;
	}
	if (sequence > of.last) {
		sequence = of.last;
	}
	if (sequence <= of.acknowledged) {
		return 0;
	}
	store_query(store, &query, STATEMENT_SUM_ITEMS);
	query_number(&query, of.number);
	query_number(&query, (int64_t)sequence);
	if (query_step(&query)) {
		items = query_column_number(&query, 0, 0, INT64_MAX);
		bytes = query_column_number(&query, 1, 0, INT64_MAX);
	}
	if ((error = store_end(store, &query)) != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_DROP_ITEMS);
	query_number(&query, of.number);
	query_number(&query, (int64_t)sequence);
	if ((error = store_run(store, &query)) != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_ACKNOWLEDGE_DESTINATION);
	query_number(&query, (int64_t)sequence);
	query_number(&query, items);
	query_number(&query, bytes);
	query_number(&query, of.number);
	return store_run(store, &query);
}

int
store_outbox_remove(
    struct store *store, const char *destination, uint64_t *dropped)
{
	struct outbox_destination of;
	struct query query;
	int error;

	if ((error = store_may_write(store, false)) != 0 ||
	    (error = find(store, destination, &of)) != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_DROP_DESTINATION);
	query_number(&query, of.number);
	if ((error = store_run(store, &query)) == 0) {
		store->handed[of.number] = 0;
		*dropped = of.waiting;
	}
	return error;
}

int
store_outbox_next(struct store *store, const char *destination,
    uint64_t sequence, struct store_item *item, char *buffer)
{
	struct outbox_destination of;
	struct query query;
	struct store_item found;
	const char *body = NULL;
	bool there;
	int error;

	if (store->database == NULL) {
		return store->error == 0 ? -EIO : store->error;
	}
	if ((error = find(store, destination, &of)) != 0) {
		return error == -ENOENT ? 0 : error;
	}
	store_query(store, &query, STATEMENT_NEXT_ITEM);
	query_number(&query, of.number);
	query_number(&query, (int64_t)sequence);
	there = query_step(&query);
	if (there) {
		body = store_item_from(&query, &found);
		if (body != NULL && !query.unsound) {
			memcpy(buffer, body, found.length);
			found.body = buffer;
		}
	}
	error = store_end(store, &query);
	if (error != 0 || !there) {
		return error;
	}
	if (found.sequence > store->handed[of.number]) {
		store->handed[of.number] = found.sequence;
	}
	*item = found;
	return 1;
}

const char *
store_item_from(struct query *query, struct store_item *item)
{
	const char *body = NULL;

	memset(item, 0, sizeof(*item));
	item->sequence = (uint64_t)query_column_number(query, 0, 1, INT64_MAX);
	item->kind = (enum store_item_kind)query_column_number(
	    query, 1, 0, STORE_ITEM_KIND_COUNT - 1);
	item->severity = (enum store_severity)query_column_number(
	    query, 2, 0, STORE_SEVERITY_COUNT - 1);
	item->time_ns = (uint64_t)query_column_number(query, 3, 0, INT64_MAX);
	(void)strncpy(item->id, query_column_text(query, 4, STORE_ID_SIZE),
	    STORE_ID_SIZE - 1);
	item->revision = (uint32_t)query_column_number(query, 5, 0, UINT32_MAX);
	if (item->kind == STORE_ITEM_LOST) {
		item->lost_count =
		    (uint64_t)query_column_number(query, 7, 1, INT64_MAX);
		item->lost_from =
		    (uint64_t)query_column_number(query, 8, 1, INT64_MAX);
		item->lost_to =
		    (uint64_t)query_column_number(query, 9, 1, INT64_MAX);
	} else {
		body = query_column_text(query, 6, STORE_LINE_SIZE + 1);
		item->length = strlen(body);
	}
	return body;
}

int
store_outbox_standing(struct store *store, const char *destination,
    struct store_standing *standing)
{
	struct outbox_destination of;
	struct query query;
	uint64_t oldest_ns = 0;
	int error;

	if (store->database == NULL) {
		return store->error == 0 ? -EIO : store->error;
	}
	if ((error = find(store, destination, &of)) != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_OLDEST_TIME);
	query_number(&query, of.number);
	if (query_step(&query)) {
		oldest_ns =
		    (uint64_t)query_column_number(&query, 0, 0, INT64_MAX);
	}
	if ((error = store_end(store, &query)) == 0) {
		*standing = (struct store_standing){ .last = of.last,
			.acknowledged = of.acknowledged,
			.lost = of.lost,
			.waiting = of.waiting,
			.waiting_bytes = of.waiting_bytes,
			.oldest_ns = oldest_ns };
	}
	return error;
}

int
store_put_destination(struct store *store, const char *name,
    const struct store_standing *standing, int64_t *number)
{
	struct query query;
	int64_t free_number = STORE_DESTINATIONS;
	int error;

	store_query(store, &query, STATEMENT_FREE_NUMBER);
	if (query_step(&query)) {
		free_number =
		    query_column_number(&query, 0, 0, STORE_DESTINATIONS);
	}
	if ((error = store_end(store, &query)) != 0) {
		return error;
	}
	if (free_number >= STORE_DESTINATIONS) {
		return -ENOBUFS;
	}
	store_query(store, &query, STATEMENT_PUT_DESTINATION);
	query_number(&query, free_number);
	query_text(&query, name, STORE_LABEL_SIZE);
	query_number(&query, (int64_t)standing->last);
	query_number(&query, (int64_t)standing->acknowledged);
	query_number(&query, (int64_t)standing->lost);
	*number = free_number;
	return store_run(store, &query);
}

int
store_put_item_as_is(
    struct store *store, int64_t destination, const struct store_item *item)
{
	struct outbox_destination of = { .number = destination };
	struct outbox_place placed = { .bytes =
		                           item->length + OUTBOX_ROW_BYTES };
	int error = outbox_put(store, destination, item, &placed);

	of.last = item->sequence;
	return error == 0 ? outbox_count(store, &of,
	                        (int64_t[3]){ 0, 1, (int64_t)placed.bytes })
	                  : error;
}

int
outbox_put(struct store *store, int64_t destination,
    const struct store_item *item, const struct outbox_place *placed)
{
	struct query query;
	const uint64_t lost[] = { item->lost_count, item->lost_from,
		item->lost_to };

	store_query(store, &query, STATEMENT_PUT_ITEM);
	query_number(&query, destination);
	query_number(&query, (int64_t)item->sequence);
	query_number(&query, item->kind);
	query_number(&query, item->severity);
	query_number(&query, (int64_t)item->time_ns);
	query_number(&query, (int64_t)placed->bytes);
	if (placed->alert != 0) {
		query_number(&query, placed->alert);
	} else {
		query_null(&query);
	}
	query_number(&query, item->revision);
	if (item->body != NULL) {
		query_text_of(&query, item->body, item->length);
	} else {
		query_null(&query);
	}
	query_text(&query, placed->alert != 0 ? NULL : item->id, STORE_ID_SIZE);
	for (size_t i = 0; i < ARRAY_SIZE(lost); i++) {
		query_number(&query, (int64_t)lost[i]);
	}
	return store_run(store, &query);
}

int
outbox_count(struct store *store, struct outbox_destination *destination,
    const int64_t changes[3])
{
	struct query query;

	destination->lost += (uint64_t)changes[0];
	destination->waiting += (uint64_t)changes[1];
	destination->waiting_bytes += (uint64_t)changes[2];
	store_query(store, &query, STATEMENT_COUNT_DESTINATION);
	query_number(&query, (int64_t)destination->last);
	for (int i = 0; i < 3; i++) {
		query_number(&query, changes[i]);
	}
	query_number(&query, destination->number);
	return store_run(store, &query);
}

static int
find(struct store *store, const char *name,
    struct outbox_destination *destination)
{
	struct query query;
	bool found;
	int error;

	memset(destination, 0, sizeof(*destination));
	store_query(store, &query, STATEMENT_DESTINATION);
	query_text(&query, name, STORE_LABEL_SIZE);
	found = query_step(&query);
	if (found) {
		uint64_t *const members[] = { &destination->last,
			&destination->acknowledged, &destination->lost,
			&destination->waiting, &destination->waiting_bytes };

		destination->number =
		    query_column_number(&query, 0, 0, STORE_DESTINATIONS - 1);
		for (int i = 0; i < (int)ARRAY_SIZE(members); i++) {
			*members[i] = (uint64_t)query_column_number(
			    &query, i + 1, 0, INT64_MAX - 1);
		}
	}
	error = store_end(store, &query);
	return error == 0 && !found ? -ENOENT : error;
}

static int
find_or_make(struct store *store, const char *name,
    struct outbox_destination *destination)
{
	int error = find(store, name, destination);

	return error == -ENOENT ? make(store, name, destination) : error;
}

static int
make(struct store *store, const char *name,
    struct outbox_destination *destination)
{
	return store_put_destination(
	    store, name, &(struct store_standing){ 0 }, &destination->number);
}

static int
place(struct store *store, const struct store_item *item,
    struct outbox_place *placed)
{
	struct query query;
	bool found;
	int error;

	*placed =
	    (struct outbox_place){ .bytes = item->length + OUTBOX_ROW_BYTES };
	if (item->body != NULL) {
		return 0;
	}
	store_query(store, &query, STATEMENT_LINE_LENGTH);
	query_text(&query, item->id, STORE_ID_SIZE);
	query_number(&query, item->revision);
	found = query_step(&query);
	if (found) {
		placed->alert = query_column_number(&query, 0, 1, INT64_MAX);
		placed->bytes = OUTBOX_ROW_BYTES +
		    (uint64_t)query_column_number(
		        &query, 1, 0, STORE_LINE_SIZE);
	}
	error = store_end(store, &query);
	return error == 0 && !found ? -ENOENT : error;
}
