/*
 * Records that are no alerts, as JSON objects: entries of the audit log, events
 * of the sensor's own health, heartbeats, and the word that records were lost.
 *
 * docs/schema/ describes them.  Each function returns an object that is the
 * caller's to json_decref(), or null: no memory.
 *
 * Memory: jansson's.
 */
#ifndef PIPELINE_RECORDS_H
#define PIPELINE_RECORDS_H

#include <jansson.h>

#include "base/base.h"
#include "forward/record.h"
#include "store/store_records.h"

json_t *record_audit(const char *sensor, const struct store_audit *entry);

/* 'event' is a word ("store.failing"), 'text' a sentence. */
struct record_event {
	const char *sensor;
	uint64_t time_ns;
	const char *event;
	enum forward_severity severity;
	const char *text;
};

json_t *record_health(const struct record_event *event);

/* Records that a destination will never get, by their numbers. */
struct record_loss {
	const char *sensor;
	const char *destination;
	uint64_t time_ns;
	uint64_t count;
	uint64_t first;
	uint64_t last;
};

json_t *record_lost(const struct record_loss *loss);

#endif
