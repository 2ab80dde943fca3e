#include "store/store.h"

#include <errno.h>
#include <string.h>

#include "store/store_private.h"

static int revision_there(
    struct store *store, const char *id, uint32_t *revision);
static int put_row(struct store *store, const struct store_revision *revision,
    int64_t *number);
static int put_targets(
    struct store *store, int64_t number, const struct store_revision *revision);
static int put_line(
    struct store *store, int64_t number, const struct store_revision *revision);
static int with_alert(
    struct store *store, enum statement which, int64_t number);
static int last_place(
    struct store *store, enum statement which, int64_t number, int64_t *next);
static int put_packet(struct store *store, int64_t number, int64_t place,
    const struct store_packet *packet);
static int drop_places(struct store *store, enum statement which,
    int64_t number, const int64_t places[2]);

int
store_put_revision(struct store *store, const struct store_revision *revision)
{
	uint32_t there = 0;
	int64_t number = 0;
	int error;

	SW_ASSERT(strlen(revision->id) == STORE_ID_SIZE - 1);
	SW_ASSERT(revision->revision > 0);
	SW_ASSERT(revision->line_length <= STORE_LINE_SIZE);
	SW_ASSERT(revision->target_segment_count <= STORE_SEGMENTS);
	if ((error = store_may_write(store, true)) != 0 ||
	    (error = revision_there(store, revision->id, &there)) != 0) {
		return error;
	}
	if (there >= revision->revision) {
		return -EEXIST;
	}
	if ((error = put_row(store, revision, &number)) != 0 ||
	    (error = put_targets(store, number, revision)) != 0 ||
	    (error = put_line(store, number, revision)) != 0) {
		return error;
	}
	return revision->active
	    ? 0
	    : with_alert(store, STATEMENT_DROP_STATE, number);
}

int
store_put_state(
    struct store *store, const char *id, const void *state, size_t size)
{
	struct query query;
	int64_t number;
	int error;

	SW_ASSERT(size <= STORE_STATE_SIZE);
	if ((error = store_may_write(store, true)) != 0 ||
	    (error = store_alert_number(store, id, &number)) != 0) {
		return error;
	}
	store_query(store, &query, STATEMENT_PUT_STATE);
	query_number(&query, number);
	query_blob(&query, state, size);
	return store_run(store, &query);
}

int
store_put_packets(struct store *store, const char *id,
    const struct store_packet *packets, uint32_t count)
{
	int64_t keep = store->settings.evidence_packets;
	int64_t number;
	int64_t place;
	int error;

	if ((error = store_may_write(store, true)) != 0 ||
	    (error = store_alert_number(store, id, &number)) != 0 ||
	    (error = last_place(
	         store, STATEMENT_LAST_PACKET, number, &place)) != 0) {
		return error;
	}
	for (uint32_t i = 0; i < count && error == 0; i++, place++) {
		error = put_packet(store, number, place, &packets[i]);
	}
	/* Places from 'keep' on are a window over the last ones. */
	if (error == 0 && place > 2 * keep) {
		error = drop_places(store, STATEMENT_DROP_PACKETS, number,
		    (int64_t[2]){ keep, place - keep - 1 });
	}
	return error == 0 ? with_alert(store, STATEMENT_HAS_EVIDENCE, number)
	                  : error;
}

int
store_put_probes(struct store *store, const char *id,
    const struct store_probe *probes, uint32_t count)
{
	struct query query;
	int64_t number;
	int error;

	if ((error = store_may_write(store, true)) != 0 ||
	    (error = store_alert_number(store, id, &number)) != 0) {
		return error;
	}
	for (uint32_t i = 0; i < count && error == 0; i++) {
		const struct store_probe *probe = &probes[i];

		SW_ASSERT(probe->place < STORE_PROBES);
		SW_ASSERT(probe->outcome < STORE_OUTCOME_COUNT);
		store_query(store, &query, STATEMENT_PUT_PROBE);
		query_number(&query, number);
		query_number(&query, probe->place);
		query_number(&query, (int64_t)probe->time_ns);
		query_blob(
		    &query, probe->target.byte, sizeof(probe->target.byte));
		query_number(&query, probe->protocol);
		query_number(&query, probe->port);
		query_number(&query, probe->outcome);
		error = store_run(store, &query);
	}
	return error == 0 ? with_alert(store, STATEMENT_HAS_EVIDENCE, number)
	                  : error;
}

int
store_put_event(
    struct store *store, const char *id, uint64_t time_ns, const char *json)
{
	const int64_t half = STORE_EVENTS / 2;
	struct query query;
	int64_t number;
	int64_t place;
	int error;

	if ((error = store_may_write(store, true)) != 0 ||
	    (error = store_alert_number(store, id, &number)) != 0 ||
	    (error = last_place(store, STATEMENT_LAST_EVENT, number, &place)) !=
	        0) {
		return error;
	}
	store_query(store, &query, STATEMENT_PUT_EVENT);
	query_number(&query, number);
	query_number(&query, place);
	query_number(&query, (int64_t)time_ns);
	query_text(&query, json, STORE_EVENT_SIZE);
	error = store_run(store, &query);
	if (error == 0 && place >= 2 * half) {
		error = drop_places(store, STATEMENT_DROP_EVENTS, number,
		    (int64_t[2]){ half, place - half });
	}
	return error == 0 ? with_alert(store, STATEMENT_HAS_EVIDENCE, number)
	                  : error;
}

int
store_put_act(struct store *store, const char *id, const struct store_act *act)
{
	struct query query;
	int64_t number;
	int64_t place;
	int error;

	if ((error = store_may_write(store, true)) != 0 ||
	    (error = store_alert_number(store, id, &number)) != 0 ||
	    (error = last_place(store, STATEMENT_LAST_ACT, number, &place)) !=
	        0) {
		return error;
	}
	store_query(store, &query, STATEMENT_PUT_ACT);
	query_number(&query, number);
	query_number(&query, place);
	query_number(&query, (int64_t)act->time_ns);
	query_number(&query, act->revision);
	query_text(&query, act->by, STORE_LABEL_SIZE);
	query_text(&query, act->act, STORE_LABEL_SIZE);
	query_text(&query, act->text, STORE_TEXT_SIZE);
	return store_run(store, &query);
}

int
store_active(struct store *store,
    bool (*visit)(void *context, const struct store_revision *revision,
        const void *state, size_t size),
    void *context)
{
	return store_visit_active(store->database, visit, context);
}

/* Zero: the alert is not there. */
static int
revision_there(struct store *store, const char *id, uint32_t *revision)
{
	struct query query;

	store_query(store, &query, STATEMENT_ALERT_REVISION);
	query_text(&query, id, STORE_ID_SIZE);
	if (query_step(&query)) {
		*revision =
		    (uint32_t)query_column_number(&query, 1, 1, UINT32_MAX);
	}
	return store_end(store, &query);
}

static int
put_row(
    struct store *store, const struct store_revision *revision, int64_t *number)
{
	struct query query;

	store_query(store, &query, STATEMENT_PUT_ALERT);
	query_text(&query, revision->id, STORE_ID_SIZE);
	query_number(&query, revision->revision);
	query_number(&query, revision->status);
	query_number(&query, revision->active);
	query_number(&query, revision->severity);
	query_number(&query, revision->score);
	query_number(&query, (int64_t)revision->time_ns);
	query_number(&query, (int64_t)revision->first_seen_ns);
	query_number(&query, (int64_t)revision->last_seen_ns);
	if (revision->has_source_ip) {
		query_blob(&query, revision->source_ip.byte,
		    sizeof(revision->source_ip.byte));
	} else {
		query_null(&query);
	}
	query_number(&query, revision->confidence);
	query_text(&query, revision->kinds, STORE_LABEL_SIZE);
	query_text(&query, revision->host, STORE_LABEL_SIZE);
	query_text(&query, revision->segment, STORE_LABEL_SIZE);
	query_text(&query, revision->image, STORE_TEXT_SIZE);
	query_text(&query, revision->user, STORE_LABEL_SIZE);
	query_text(&query, revision->authorised, STORE_LABEL_SIZE);
	query_text(&query, revision->search, STORE_SEARCH_SIZE);
	while (query_step(&query)) {
		*number = query_column_number(&query, 0, 1, INT64_MAX);
	}
	return store_end(store, &query);
}

static int
put_targets(
    struct store *store, int64_t number, const struct store_revision *revision)
{
	struct query query;
	int error = with_alert(store, STATEMENT_CLEAR_TARGETS, number);

	for (uint32_t i = 0; i < revision->target_segment_count && error == 0;
	     i++) {
		store_query(store, &query, STATEMENT_PUT_TARGET);
		query_number(&query, number);
		query_text(
		    &query, revision->target_segments[i], STORE_LABEL_SIZE);
		error = store_run(store, &query);
	}
	return error;
}

static int
put_line(
    struct store *store, int64_t number, const struct store_revision *revision)
{
	struct query query;

	store_query(store, &query, STATEMENT_PUT_REVISION);
	query_number(&query, number);
	query_number(&query, revision->revision);
	query_number(&query, (int64_t)revision->time_ns);
	query_text_of(&query, revision->line, revision->line_length);
	return store_run(store, &query);
}

/* Runs a statement whose one parameter is an alert's number. */
static int
with_alert(struct store *store, enum statement which, int64_t number)
{
	struct query query;

	store_query(store, &query, which);
	query_number(&query, number);
	return store_run(store, &query);
}

/* The place after the last of an alert's packets, events or acts. */
static int
last_place(
    struct store *store, enum statement which, int64_t number, int64_t *next)
{
	struct query query;

	*next = 0;
	store_query(store, &query, which);
	query_number(&query, number);
	if (query_step(&query) && !query_column_is_null(&query, 0)) {
		*next = query_column_number(&query, 0, 0, INT64_MAX - 1) + 1;
	}
	return store_end(store, &query);
}

static int
put_packet(struct store *store, int64_t number, int64_t place,
    const struct store_packet *packet)
{
	struct query query;

	SW_ASSERT(packet->size <= STORE_PACKET_SIZE);
	store_query(store, &query, STATEMENT_PUT_PACKET);
	query_number(&query, number);
	query_number(&query, place);
	query_number(&query, (int64_t)packet->time_ns);
	query_number(&query, packet->wire_size);
	query_number(&query, packet->link_type);
	query_number(&query, packet->interface);
	query_blob(&query, packet->bytes, packet->size);
	return store_run(store, &query);
}

static int
drop_places(struct store *store, enum statement which, int64_t number,
    const int64_t places[2])
{
	struct query query;

	store_query(store, &query, which);
	query_number(&query, number);
	query_number(&query, places[0]);
	query_number(&query, places[1]);
	return store_run(store, &query);
}
