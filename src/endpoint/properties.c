/*
 * QRadar WinCollect and Splunk's WinEventLog: named properties, then the text.
 */
#include "endpoint/pairs.h"
#include "endpoint/readers.h"

struct property {
	struct slice name;
	enum field field;
};

/* Sets what the properties before the text say. */
static void
set_properties(struct slice head, const struct property *known, size_t count,
    struct fields *fields)
{
	struct pair pair;

	while (pair_take(&head, PAIR_BARE, &pair)) {
		for (size_t i = 0; i < count; i++) {
			if (slice_is(pair.name, known[i].name)) {
				fields_set(fields, known[i].field,
				    pair.value.text, pair.value.size);
			}
		}
	}
}

static enum endpoint_outcome
read_properties(struct slice body, const struct property *known, size_t count,
    struct fields *fields)
{
	size_t at = slice_find(body, SLICE("Message="));

	set_properties(slice_head(body, at), known, count, fields);
	if (!fields_has(fields, FIELD_EVENT_ID)) {
		return at == body.size ? ENDPOINT_CUT_SHORT
		                       : ENDPOINT_MALFORMED;
	}
	(void)read_text(slice_after(body, at + sizeof("Message=") - 1), fields);
	return ENDPOINT_EVENT;
}

enum endpoint_outcome
read_wincollect(struct slice body, struct fields *fields)
{
	static const struct property known[] = {
		{ { "AgentLogFile", 12 }, FIELD_CHANNEL },
		{ { "Source", 6 }, FIELD_PROVIDER },
		{ { "Computer", 8 }, FIELD_HOST },
		{ { "OriginatingComputer", 19 }, FIELD_AGENT_HOST },
		{ { "EventID", 7 }, FIELD_EVENT_ID },
		{ { "RecordNumber", 12 }, FIELD_RECORD_NUMBER },
		{ { "TimeGenerated", 13 }, FIELD_EPOCH_TIME },
	};

	return read_properties(body, known, ARRAY_SIZE(known), fields);
}

/* The date stands alone, in front of the properties: "10/22/2020 04:29:53 AM".
 */
static void
set_splunk_date(struct slice head, struct fields *fields)
{
	size_t slash = slice_find_byte(head, '/');

	if (slash < head.size && slash >= 2) {
		head = slice_trim(slice_after(head, slash - 2));
		fields_set(fields, FIELD_EVENT_TIME, head.text, head.size);
	}
}

enum endpoint_outcome
read_splunk_text(struct slice body, struct fields *fields)
{
	static const struct property known[] = {
		{ { "LogName", 7 }, FIELD_CHANNEL },
		{ { "SourceName", 10 }, FIELD_PROVIDER },
		{ { "ComputerName", 12 }, FIELD_HOST },
		{ { "EventCode", 9 }, FIELD_EVENT_ID },
		{ { "RecordNumber", 12 }, FIELD_RECORD_NUMBER },
	};
	size_t at = slice_find(body, SLICE("LogName="));

	set_splunk_date(slice_head(body, at), fields);
	return read_properties(
	    slice_after(body, at), known, ARRAY_SIZE(known), fields);
}
