#include "forward/record.h"

#include <string.h>

static const struct {
	const char *msgid;
	const char *schema;
	const char *noun;
} kinds[] = {
#define KIND(name, schema, noun) [FORWARD_##name] = { #name, schema, noun },
#include "forward/kinds.def"
#undef KIND
};

static const char *const severities[] = {
	[FORWARD_INFO] = "info",
	[FORWARD_LOW] = "low",
	[FORWARD_MEDIUM] = "medium",
	[FORWARD_HIGH] = "high",
	[FORWARD_CRITICAL] = "critical",
};

const char *
forward_kind_msgid(uint8_t kind)
{
	return kind < FORWARD_KIND_COUNT ? kinds[kind].msgid : NULL;
}

const char *
forward_kind_schema(uint8_t kind)
{
	return kind < FORWARD_KIND_COUNT ? kinds[kind].schema : NULL;
}

const char *
forward_kind_noun(uint8_t kind)
{
	return kind < FORWARD_KIND_COUNT ? kinds[kind].noun : NULL;
}

uint8_t
forward_kind_of_schema(const char *schema)
{
	uint8_t kind = 0;

	while (kind < FORWARD_KIND_COUNT &&
	    strcmp(kinds[kind].schema, schema) != 0) {
		kind++;
	}
	return kind;
}

const char *
forward_severity_name(uint8_t severity)
{
	return severity < FORWARD_SEVERITY_COUNT ? severities[severity] : NULL;
}

uint8_t
forward_severity_of_name(const char *name)
{
	uint8_t severity = 0;

	while (severity < FORWARD_SEVERITY_COUNT &&
	    strcmp(severities[severity], name) != 0) {
		severity++;
	}
	return severity;
}

uint32_t
forward_sequence_id_after(uint32_t id)
{
	return id >= FORWARD_SEQUENCE_ID_MAX ? 1 : id + 1;
}

bool
forward_record_is_sound(const struct forward_record *record)
{
	return record->kind < FORWARD_KIND_COUNT &&
	    record->severity < FORWARD_SEVERITY_COUNT &&
	    record->sequence_id >= 1 &&
	    record->sequence_id <= FORWARD_SEQUENCE_ID_MAX &&
	    record->seq <= INT64_MAX && record->reserved[0] == 0 &&
	    record->reserved[1] == 0;
}
