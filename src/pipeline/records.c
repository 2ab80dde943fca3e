#include "pipeline/records.h"

#include "alert/json_help.h"

static json_t *begin(const char *schema, const char *sensor, uint64_t time_ns);
static json_t *value_of(const char *text);
static json_t *hash_of(const uint8_t hash[STORE_HASH_SIZE]);

json_t *
record_audit(const char *sensor, const struct store_audit *entry)
{
	json_t *object = begin("spanwatch.audit/1", sensor, entry->time_ns);
	bool whole = put(object, "number", count_of(entry->number)) &&
	    put(object, "actor", text_or_null(entry->actor)) &&
	    put(object, "origin", text_or_null(entry->origin)) &&
	    put(object, "action", text_or_null(entry->action)) &&
	    put(object, "object", text_or_null(entry->object)) &&
	    put(object, "before", value_of(entry->before)) &&
	    put(object, "after", value_of(entry->after)) &&
	    put(object, "reason", text_or_null(entry->reason)) &&
	    put(object, "outcome", json_string("success")) &&
	    put(object, "previous", hash_of(entry->previous)) &&
	    put(object, "hash", hash_of(entry->hash));

	return finished(object, whole);
}

json_t *
record_health(const struct record_event *event)
{
	json_t *object =
	    begin("spanwatch.health/1", event->sensor, event->time_ns);
	bool whole = put(object, "event", json_string(event->event)) &&
	    put(object, "severity",
	        json_string(forward_severity_name((uint8_t)event->severity))) &&
	    put(object, "text", text_of(event->text)) &&
	    put(object, "details", json_null());

	return finished(object, whole);
}

json_t *
record_lost(const struct record_loss *loss)
{
	json_t *object = begin("spanwatch.lost/1", loss->sensor, loss->time_ns);
	bool whole = put(object, "destination", text_of(loss->destination)) &&
	    put(object, "count", count_of(loss->count)) &&
	    put(object, "first_seq", count_of(loss->first)) &&
	    put(object, "last_seq", count_of(loss->last));

	return finished(object, whole);
}

static json_t *
begin(const char *schema, const char *sensor, uint64_t time_ns)
{
	json_t *object = json_object();
	bool whole = put(object, "schema", json_string(schema)) &&
	    put(object, "sensor", text_of(sensor)) &&
	    put(object, "time", time_of(time_ns));

	return finished(object, whole);
}

/* What an entry was before and after is JSON where it is an object's. */
static json_t *
value_of(const char *text)
{
	json_t *value =
	    text == NULL ? NULL : json_loads(text, JSON_DECODE_ANY, NULL);

	return value != NULL ? value : text_or_null(text);
}

static json_t *
hash_of(const uint8_t hash[STORE_HASH_SIZE])
{
	static const char digits[] = "0123456789abcdef";
	char text[2 * STORE_HASH_SIZE + 1];

	for (uint32_t i = 0; i < STORE_HASH_SIZE; i++) {
		text[2 * i] = digits[hash[i] >> 4];
		text[2 * i + 1] = digits[hash[i] & 15];
	}
	text[sizeof(text) - 1] = '\0';
	return json_string(text);
}
