/*
 * What is forwarded to a SOC: a record, an envelope around one JSON object.
 *
 * The object has a "schema" and is described by docs/schema/; the envelope says
 * what the transport and the header of a syslog message need, so that neither
 * has to read the object.  It is pointer-free and of fixed size: it goes from
 * the ledger to the forwarder, which believes it only if it is sound.
 *
 * Memory: a few dozen bytes, the caller's.  Time: whatever is passed in.
 */
#ifndef FORWARD_RECORD_H
#define FORWARD_RECORD_H

#include "base/base.h"

/* In the order of forward/kinds.def. */
enum forward_kind {
	FORWARD_ALERT,
	FORWARD_SUMMARY,
	FORWARD_HEARTBEAT,
	FORWARD_AUDIT,
	FORWARD_HEALTH,
	FORWARD_LOST,
	FORWARD_KIND_COUNT
};

/* How soon somebody should look: what docs/alerts.md calls severity, and below
 * it what is only to be known. */
enum forward_severity {
	FORWARD_INFO,
	FORWARD_LOW,
	FORWARD_MEDIUM,
	FORWARD_HIGH,
	FORWARD_CRITICAL,
	FORWARD_SEVERITY_COUNT
};

enum { FORWARD_SEQUENCE_ID_MAX = 2147483647 };

struct forward_record {
	uint64_t seq;         /* Of the destination; survives reboots.  That of
	                       * a heartbeat is the last one given. */
	uint64_t time_ns;     /* When the record was made, since 1970. */
	uint32_t sequence_id; /* 1 to FORWARD_SEQUENCE_ID_MAX: messages given to
	                       * the transport since the forwarder began (RFC
	                       * 5424, section 7.3.1). */
	uint8_t kind;         /* enum forward_kind */
	uint8_t severity;     /* enum forward_severity */
	uint8_t reserved[2];  /* Zero. */
};

/* "ALERT", as MSGID has it; "spanwatch.alert/1"; "alert".  Null: 'kind' is
 * none. */
const char *forward_kind_msgid(uint8_t kind);
const char *forward_kind_schema(uint8_t kind);
const char *forward_kind_noun(uint8_t kind);

/* The kind whose schema that is; FORWARD_KIND_COUNT: none. */
uint8_t forward_kind_of_schema(const char *schema);

/* "info", "low" ..., and back: FORWARD_SEVERITY_COUNT where it is none. */
const char *forward_severity_name(uint8_t severity);
uint8_t forward_severity_of_name(const char *name);

/* The next sequence_id after 'id'; after the largest, and after 0, it is 1. */
uint32_t forward_sequence_id_after(uint32_t id);

/* Whether every field is within its bounds. */
bool forward_record_is_sound(const struct forward_record *record);

#endif
