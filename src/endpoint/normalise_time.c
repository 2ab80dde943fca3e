#include "endpoint/normalise.h"
#include "endpoint/when.h"

static bool
set_time(struct normal *normal, const struct when *when)
{
	struct endpoint_event *event = normal->event;

	event->time_ns = when->time_ns;
	event->time_quality = (uint8_t)(!when->has_zone ? ENDPOINT_TIME_LOCAL
	        : when->is_fine                         ? ENDPOINT_TIME_FINE
	                        : ENDPOINT_TIME_SECONDS);
	return true;
}

/* The times that say of themselves what they are.  Sysmon's own is UTC without
 * saying so; the first Sysmon wrote minutes, which are of no use. */
static bool
set_zoned_time(struct normal *normal)
{
	static const enum field zoned[] = { FIELD_SYSTEM_TIME, FIELD_EPOCH_TIME,
		FIELD_DEVICE_TIME, FIELD_BEAT_TIME, FIELD_HEADER_TIME,
		FIELD_EVENT_TIME };
	const struct fields *fields = normal->fields;
	bool is_beat = normal_value(fields, FIELD_EVENT_TIME).size == 0;
	struct when when;

	if (when_iso(normal_value(fields, FIELD_UTC_TIME), &when)) {
		when.has_zone = true;
		return set_time(normal, &when);
	}
	for (size_t i = 0; i < ARRAY_SIZE(zoned); i++) {
		/* Behind NXLog's record it is Logstash's time of arrival. */
		if (zoned[i] == FIELD_BEAT_TIME && !is_beat) {
			continue;
		}
		if (when_any(normal_value(fields, zoned[i]), &when) &&
		    when.has_zone) {
			return set_time(normal, &when);
		}
	}
	return false;
}

static bool
set_local_time(struct normal *normal, uint64_t about_ns)
{
	static const enum field local[] = { FIELD_SYSTEM_TIME,
		FIELD_DEVICE_TIME, FIELD_EVENT_TIME, FIELD_HEADER_LOCAL_TIME };
	struct when when;

	for (size_t i = 0; i < ARRAY_SIZE(local); i++) {
		if (!when_any(normal_value(normal->fields, local[i]), &when)) {
			continue;
		}
		if (!when.has_year) {
			when_add_year(&when, about_ns);
		}
		if (when.has_year) {
			return set_time(normal, &when);
		}
	}
	return false;
}

void
normal_time(struct normal *normal, const struct endpoint_message *message)
{
	struct endpoint_event *event = normal->event;
	uint64_t arrival_ns = message->arrival_ns;

	if (!set_zoned_time(normal) &&
	    !set_local_time(
	        normal, arrival_ns != 0 ? arrival_ns : message->about_ns)) {
		event->time_ns =
		    arrival_ns != 0 ? arrival_ns : message->about_ns;
		event->time_quality = ENDPOINT_TIME_NONE;
	}
	event->arrival_ns = arrival_ns != 0 ? arrival_ns : event->time_ns;
}
