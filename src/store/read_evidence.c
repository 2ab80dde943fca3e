#include "store/store_read.h"

#include <errno.h>
#include <string.h>

#include "store/reader.h"

static int of_alert(struct store_reader *reader, const char *id,
    struct query *query, const char *sql);

int
store_acts(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, const struct store_act *act), void *context)
{
	struct query query;
	bool goes_on = true;
	int error = of_alert(reader, id, &query,
	    "SELECT time, revision, who, act, text FROM act WHERE alert = ?"
	    " ORDER BY place");

	if (error != 0) {
		return error;
	}
	while (goes_on && query_step(&query)) {
		struct store_act act;

		act.time_ns =
		    (uint64_t)query_column_number(&query, 0, 0, INT64_MAX);
		act.revision =
		    (uint32_t)query_column_number(&query, 1, 0, UINT32_MAX);
		act.by = query_column_text(&query, 2, STORE_LABEL_SIZE);
		act.act = query_column_text(&query, 3, STORE_LABEL_SIZE);
		act.text =
		    query_column_text_or_null(&query, 4, STORE_TEXT_SIZE);
		goes_on = !query.unsound && visit(context, &act);
	}
	return reader_end(reader, &query, "what people did");
}

int
store_events(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, uint64_t time_ns, const char *json),
    void *context)
{
	struct query query;
	bool goes_on = true;
	int error = of_alert(reader, id, &query,
	    "SELECT time, json FROM event WHERE alert = ? ORDER BY place");

	if (error != 0) {
		return error;
	}
	while (goes_on && query_step(&query)) {
		uint64_t time_ns =
		    (uint64_t)query_column_number(&query, 0, 0, INT64_MAX);
		const char *json =
		    query_column_text(&query, 1, STORE_EVENT_SIZE);

		goes_on = !query.unsound && visit(context, time_ns, json);
	}
	return reader_end(reader, &query, "an endpoint's event");
}

int
store_probes(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, const struct store_probe *probe),
    void *context)
{
	struct query query;
	bool goes_on = true;
	int error = of_alert(reader, id, &query,
	    "SELECT place, time, target, protocol, port, outcome FROM probe"
	    " WHERE alert = ? ORDER BY time, place");

	if (error != 0) {
		return error;
	}
	while (goes_on && query_step(&query)) {
		struct store_probe probe = { 0 };
		const void *target = query_column_blob(&query, 2,
		    sizeof(probe.target.byte), sizeof(probe.target.byte));

		probe.place = (uint32_t)query_column_number(
		    &query, 0, 0, STORE_PROBES - 1);
		probe.time_ns =
		    (uint64_t)query_column_number(&query, 1, 0, INT64_MAX);
		probe.protocol =
		    (uint8_t)query_column_number(&query, 3, 0, UINT8_MAX);
		probe.port =
		    (uint16_t)query_column_number(&query, 4, 0, UINT16_MAX);
		probe.outcome = (uint8_t)query_column_number(
		    &query, 5, 0, STORE_OUTCOME_COUNT - 1);
		if (target != NULL) {
			memcpy(probe.target.byte, target,
			    sizeof(probe.target.byte));
		}
		goes_on = !query.unsound && visit(context, &probe);
	}
	return reader_end(reader, &query, "a probe");
}

int
store_packets(struct store_reader *reader, const char *id,
    bool (*visit)(void *context, const struct store_packet *packet),
    void *context)
{
	struct query query;
	bool goes_on = true;
	int error = of_alert(reader, id, &query,
	    "SELECT time, wire_size, link_type, interface, bytes FROM packet"
	    " WHERE alert = ? ORDER BY place");

	if (error != 0) {
		return error;
	}
	while (goes_on && query_step(&query)) {
		struct store_packet packet;

		packet.time_ns =
		    (uint64_t)query_column_number(&query, 0, 0, INT64_MAX);
		packet.wire_size =
		    (uint32_t)query_column_number(&query, 1, 0, UINT32_MAX);
		packet.link_type =
		    (uint16_t)query_column_number(&query, 2, 0, UINT16_MAX);
		packet.interface =
		    (uint16_t)query_column_number(&query, 3, 0, UINT16_MAX);
		packet.bytes =
		    query_column_blob(&query, 4, 0, STORE_PACKET_SIZE);
		packet.size =
		    query.unsound ? 0 : (uint16_t)query_column_size(&query, 4);
		goes_on = !query.unsound && visit(context, &packet);
	}
	return reader_end(reader, &query, "a packet");
}

int
store_evidence(struct store_reader *reader, const char *id,
    struct store_evidence *evidence)
{
	struct query query;
	struct store_evidence found = { 0 };
	uint32_t *const counts[] = { &found.packets, &found.probes,
		&found.events, &found.acts, &found.revisions };
	int error = of_alert(reader, id, &query,
	    "SELECT (SELECT count(*) FROM packet WHERE alert = number),"
	    " (SELECT count(*) FROM probe WHERE alert = number),"
	    " (SELECT count(*) FROM event WHERE alert = number),"
	    " (SELECT count(*) FROM act WHERE alert = number),"
	    " (SELECT count(*) FROM revision WHERE alert = number),"
	    " evidence_dropped FROM alert WHERE number = ?");

	if (error != 0) {
		return error;
	}
	if (query_step(&query)) {
		for (int i = 0; i < (int)ARRAY_SIZE(counts); i++) {
			*counts[i] = (uint32_t)query_column_number(
			    &query, i, 0, UINT32_MAX);
		}
		found.dropped_ns = (uint64_t)query_column_number(
		    &query, (int)ARRAY_SIZE(counts), 0, INT64_MAX);
	}
	error = reader_end(reader, &query, "the evidence");
	if (error == 0) {
		*evidence = found;
	}
	return error;
}

/* Prepares what asks for the alert's number. */
static int
of_alert(struct store_reader *reader, const char *id, struct query *query,
    const char *sql)
{
	int64_t number;
	int error = reader_alert_number(reader, id, &number);

	if (error == 0) {
		reader_query(reader, query, sql);
		query_number(query, number);
	}
	return error;
}
