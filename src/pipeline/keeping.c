#include "pipeline/keeping.h"

#include <errno.h>
#include <string.h>

#include "forward/filter.h"
#include "pipeline/keeping_private.h"

enum { ROUND = 8 };

/* Acknowledgements are written with the next batch, or after so long. */
#define ACKNOWLEDGE_NS NS_PER_S

static struct kept *make_room(struct keeping *keeping, size_t length);
static void drop_front(struct keeping *keeping);
static void give_up(struct keeping *keeping, const struct kept *record);
static void remove_done(struct keeping *keeping);
static void store_alert(struct keeping *keeping,
    const struct store_revision *revision, const struct kept *record,
    const struct keeping_state *state);
static void number(struct keeping *keeping, struct kept *record,
    const json_t *object, const char *id);
static void print_batch(struct keeping *keeping);
static bool write_acknowledgements(struct keeping *keeping, uint64_t now_ns);
static bool tell_lost(struct keeping *keeping, uint64_t now_ns);
static bool commit(struct keeping *keeping, uint64_t now_ns);

void
keeping_init(struct keeping *keeping, struct counters *counters,
    void (*print)(void *context, const char *line, size_t size), void *context)
{
	memset(keeping, 0, offsetof(struct keeping, bytes));
	keeping->counters = counters;
	keeping->print = print;
	keeping->context = context;
}

int
keeping_open(struct keeping *keeping, const struct store_settings *settings,
    uint64_t now_ns, struct store_report *report)
{
	int error = store_open(&keeping->store, settings, now_ns, report);

	keeping->has_store = error == 0;
	return error;
}

void
keeping_close(struct keeping *keeping, uint64_t now_ns)
{
	keeping->acknowledge_ns = 0;
	(void)keeping_commit(keeping, now_ns);
	if (keeping->has_store) {
		store_close(&keeping->store);
		keeping->has_store = false;
	}
}

bool
keeping_begin(struct keeping *keeping, uint64_t now_ns)
{
	if (!keeping->in_batch && keeping->has_store &&
	    !keeping->batch_failed) {
		keeping->in_batch = store_begin(&keeping->store, now_ns) == 0;
		keeping->batch_failed = !keeping->in_batch;
		for (uint32_t i = 0;
		     keeping->in_batch && i < keeping->destination_count; i++) {
			keeping_advance(keeping, &keeping->destinations[i]);
		}
	}
	return keeping->in_batch && !keeping->batch_failed;
}

/* What concerns one record only leaves the batch as it is. */
void
keeping_failed(struct keeping *keeping, int error)
{
	if (error != 0 && error != -ENOENT && error != -EEXIST &&
	    error != -ENOBUFS) {
		keeping->batch_failed = true;
	}
}

void
keeping_alert(struct keeping *keeping, const struct alert *alert,
    const struct keeping_state *state)
{
	json_t *object = alert_json(alert);
	struct keeping_row row;

	if (object == NULL) {
		counter_increment(
		    keeping->counters, COUNTER_LEDGER_LINES_DROPPED);
		return;
	}
	keeping_fill_row(&row, alert);
	keeping_revision(keeping, &row.revision, object, state);
	json_decref(object);
}

void
keeping_revision(struct keeping *keeping, const struct store_revision *revision,
    const json_t *object, const struct keeping_state *state)
{
	struct kept *record = keeping_add(keeping, object, revision->time_ns);

	if (record == NULL) {
		return;
	}
	record->kind = FORWARD_ALERT;
	record->severity = (uint8_t)(FORWARD_LOW + (int)revision->severity);
	record->revision = revision->revision;
	if (keeping_begin(keeping, keeping->now_ns)) {
		store_alert(keeping, revision, record, state);
	}
	number(keeping, record, object, revision->id);
}

void
keeping_record(struct keeping *keeping, enum forward_kind kind,
    enum forward_severity severity, const json_t *object, uint64_t time_ns)
{
	struct kept *record = keeping_add(keeping, object, time_ns);

	if (record == NULL) {
		return;
	}
	record->kind = (uint8_t)kind;
	record->severity = (uint8_t)severity;
	record->is_printed = true; /* Alerts only are. */
	(void)keeping_begin(keeping, keeping->now_ns);
	number(keeping, record, object, "");
}

static bool
commit(struct keeping *keeping, uint64_t now_ns)
{
	bool was_written = write_acknowledgements(keeping, now_ns);
	bool had_any = keeping->batch_count > 0 || was_written;
	bool is_stored = false;

	keeping->now_ns = now_ns;
	if (keeping->in_batch) {
		is_stored = store_commit(&keeping->store) == 0;
		counter_increment(keeping->counters,
		    is_stored ? COUNTER_LEDGER_BATCHES_STORED
		              : COUNTER_LEDGER_BATCHES_NOT_STORED);
	}
	if (!is_stored && keeping->batch_count > 0) {
		keeping_unstored(keeping);
	}
	print_batch(keeping);
	if (is_stored) {
		keeping_stored(keeping);
	}
	keeping->in_batch = false;
	keeping->batch_failed = false;
	keeping->batch_count = 0;
	remove_done(keeping);
	keeping->batch_first = keeping->first + keeping->size;
	return had_any;
}

bool
keeping_commit(struct keeping *keeping, uint64_t now_ns)
{
	bool had_any = commit(keeping, now_ns);

	if (tell_lost(keeping, now_ns)) {
		(void)commit(keeping, now_ns);
	}
	return had_any;
}

struct kept *
keeping_add(struct keeping *keeping, const json_t *object, uint64_t time_ns)
{
	const size_t flags = JSON_COMPACT | JSON_REAL_PRECISION(6);
	size_t length = json_dumpb(object, NULL, 0, flags);
	struct kept *record;

	if (length == 0 || length >= ALERT_JSON_SIZE) {
		counter_increment(
		    keeping->counters, COUNTER_LEDGER_LINES_DROPPED);
		return NULL;
	}
	if (keeping->batch_count == KEEPING_BATCH) {
		(void)commit(keeping, keeping->now_ns);
	}
	record = make_room(keeping, length);
	memset(record, 0, sizeof(*record));
	record->size = (uint32_t)keeping_record_size(length);
	record->length = (uint32_t)length;
	record->time_ns = time_ns;
	/* Not by way of 'line': what makes room prints, and uses it. */
	(void)json_dumpb(object, record->text, length, flags);
	keeping->size += record->size;
	keeping->batch_count++;
	return record;
}

struct kept *
keeping_at(struct keeping *keeping, size_t at)
{
	return (struct kept *)(void *)(keeping->bytes + at);
}

size_t
keeping_record_size(size_t length)
{
	return (offsetof(struct kept, text) + length + ROUND) / ROUND * ROUND;
}

/* Behind the last record; what can be missed makes way. */
static struct kept *
make_room(struct keeping *keeping, size_t length)
{
	size_t size = keeping_record_size(length);

	if (keeping->size + size > KEEPING_BYTES && keeping->batch_count > 0) {
		(void)commit(keeping, keeping->now_ns);
	}
	while (keeping->size + size > KEEPING_BYTES) {
		drop_front(keeping);
	}
	if (keeping->first + keeping->size + size > KEEPING_BYTES) {
		memmove(keeping->bytes, keeping->bytes + keeping->first,
		    keeping->size);
		keeping->batch_first -= keeping->first;
		keeping->first = 0;
	}
	return keeping_at(keeping, keeping->first + keeping->size);
}

/* The oldest of what memory alone has.  (Between batches: all is printed.) */
static void
drop_front(struct keeping *keeping)
{
	const struct kept *record = keeping_at(keeping, keeping->first);

	SW_ASSERT(keeping->batch_count == 0 && keeping->size > 0);
	if (!record->is_done) {
		give_up(keeping, record);
	}
	keeping->first += record->size;
	keeping->size -= record->size;
}

static void
give_up(struct keeping *keeping, const struct kept *record)
{
	bool was_missed = false;

	for (uint32_t i = 0; i < keeping->destination_count; i++) {
		struct keeping_destination *destination =
		    &keeping->destinations[i];
		uint64_t sequence = record->sequences[i];

		if (sequence <= destination->acknowledged) {
			continue;
		}
		if (destination->lost++ == 0) {
			destination->lost_from = sequence;
		}
		destination->lost_to = sequence;
		destination->lost_ever++;
		was_missed = true;
	}
	if (was_missed) {
		counter_increment(
		    keeping->counters, COUNTER_LEDGER_RECORDS_LOST);
	}
}

/* Those before the first that somebody still needs here. */
static void
remove_done(struct keeping *keeping)
{
	while (
	    keeping->size > 0 && keeping_at(keeping, keeping->first)->is_done) {
		uint32_t size = keeping_at(keeping, keeping->first)->size;

		keeping->first += size;
		keeping->size -= size;
	}
	if (keeping->size == 0) {
		keeping->first = 0;
	}
}

static void
store_alert(struct keeping *keeping, const struct store_revision *revision,
    const struct kept *record, const struct keeping_state *state)
{
	struct store_revision row = *revision;
	int error;

	row.line = record->text;
	row.line_length = record->length;
	error = store_put_revision(&keeping->store, &row);
	if (error == 0 && state != NULL && row.active) {
		error = store_put_state(
		    &keeping->store, row.id, state->bytes, state->size);
	}
	keeping_failed(keeping, error);
}

/* Gives the record its number for each destination that it is for. */
static void
number(struct keeping *keeping, struct kept *record, const json_t *object,
    const char *id)
{
	for (uint32_t i = 0; i < keeping->destination_count; i++) {
		struct keeping_destination *destination =
		    &keeping->destinations[i];

		if (forward_filter_passes(
		        &destination->filter, record->kind, object)) {
			record->sequences[i] =
			    keeping_queue(keeping, destination, record, id);
		}
	}
	record->is_stored = keeping->in_batch && !keeping->batch_failed;
}

/* In their order, whether they could be stored or not. */
static void
print_batch(struct keeping *keeping)
{
	size_t end = keeping->first + keeping->size;

	for (size_t at = keeping->batch_first; at < end;) {
		struct kept *record = keeping_at(keeping, at);

		if (!record->is_printed) {
			memcpy(keeping->line, record->text, record->length);
			keeping->line[record->length] = '\n';
			keeping->print(keeping->context, keeping->line,
			    record->length + 1);
			record->is_printed = true;
		}
		at += record->size;
	}
}

static bool
write_acknowledgements(struct keeping *keeping, uint64_t now_ns)
{
	bool any = false;

	keeping->now_ns = now_ns;
	if (!keeping->in_batch &&
	    now_ns < keeping->acknowledge_ns + ACKNOWLEDGE_NS) {
		return false;
	}
	for (uint32_t i = 0; i < keeping->destination_count; i++) {
		struct keeping_destination *destination =
		    &keeping->destinations[i];
		int error;

		if (destination->acknowledged == destination->written ||
		    !keeping_begin(keeping, now_ns)) {
			continue;
		}
		error = store_outbox_acknowledge(&keeping->store,
		    destination->name, destination->acknowledged);
		keeping_failed(keeping, error);
		any = true;
	}
	keeping->acknowledge_ns = now_ns;
	return any;
}

/* What memory had to give up since the last batch: one record a destination.
 * Returns whether there was any. */
static bool
tell_lost(struct keeping *keeping, uint64_t now_ns)
{
	bool any = false;

	for (uint32_t i = 0; i < keeping->destination_count; i++) {
		if (keeping->destinations[i].lost > 0) {
			keeping_tell_lost(keeping, i, now_ns);
			any = true;
		}
	}
	return any;
}
