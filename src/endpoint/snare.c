/*
 * Snare: an event's properties separated by tabs (Snare agent manual, appendix
 * on the event output format; NXLog's to_syslog_snare()).
 *
 *	[HOST] MSWinEventLog CRITICALITY LOG COUNT DATE ID SOURCE USER SIDTYPE
 *	TYPE COMPUTER CATEGORY DATA TEXT RECORD [more]
 */
#include "endpoint/readers.h"

/* Whether the text goes on with a record number and then a tab or nothing. */
static bool
is_record(struct slice rest)
{
	struct slice number = slice_trim(slice_take(&rest, '\t'));
	uint64_t value;

	if (slice_begins(number, SLICE("-"))) {
		number = slice_after(number, 1);
	}
	return slice_number(number, &value);
}

/* Where the text ends: at the tab before the record number.  Agents make blanks
 * of the tabs within it, but other senders may not. */
static size_t
text_size(struct slice rest)
{
	size_t at = slice_find_byte(rest, '\t');

	while (at < rest.size && !is_record(slice_after(rest, at + 1))) {
		at += 1 + slice_find_byte(slice_after(rest, at + 1), '\t');
	}
	return at < rest.size ? at : rest.size;
}

/* A relay may have written the tabs as #011. */
static struct slice
with_tabs(struct slice body, struct fields *fields)
{
	bool is_open = body.text + body.size == fields->open_end;
	char *to;
	size_t size = 0;

	if (slice_find_byte(body, '\t') < body.size ||
	    !slice_has(body, SLICE("#011"))) {
		return body;
	}
	to = fields_scratch(fields, body.size);
	if (to == NULL) {
		return body;
	}
	while (body.size > 0) {
		size_t at = slice_find(body, SLICE("#011"));

		memcpy(to + size, body.text, at);
		size += at;
		if (at < body.size) {
			to[size++] = '\t';
		}
		body = slice_after(body, at + 4);
	}
	if (is_open) {
		fields->open_end = to + size;
	}
	return (struct slice){ to, size };
}

enum endpoint_outcome
read_snare(struct slice body, struct fields *fields)
{
	/* Behind MSWinEventLog; FIELD_COUNT: of no use. */
	static const enum field columns[] = { FIELD_COUNT, FIELD_CHANNEL,
		FIELD_COUNT, FIELD_EVENT_TIME, FIELD_EVENT_ID, FIELD_PROVIDER,
		FIELD_COUNT, FIELD_COUNT, FIELD_COUNT, FIELD_HOST, FIELD_COUNT,
		FIELD_COUNT };
	struct slice rest = with_tabs(body, fields);
	struct slice text;

	rest = slice_after(rest, slice_find(rest, SLICE("MSWinEventLog")));
	(void)slice_take(&rest, '\t');
	for (size_t i = 0; i < ARRAY_SIZE(columns); i++) {
		bool is_last = slice_find_byte(rest, '\t') == rest.size;
		struct slice value = slice_trim(slice_take(&rest, '\t'));

		if (is_last) {
			/* Cut within; it may not be whole. */
			fields->was_cut = true;
			break;
		}
		if (columns[i] != FIELD_COUNT) {
			fields_set(fields, columns[i], value.text, value.size);
		}
	}
	if (!fields_has(fields, FIELD_EVENT_ID)) {
		return fields->was_cut ? ENDPOINT_CUT_SHORT
		                       : ENDPOINT_MALFORMED;
	}
	text = slice_head(rest, text_size(rest));
	fields->was_cut = fields->was_cut || text.size == rest.size;
	(void)read_text(text, fields);
	rest = slice_after(rest, text.size + 1);
	rest = slice_trim(slice_take(&rest, '\t'));
	fields_set(fields, FIELD_RECORD_NUMBER, rest.text, rest.size);
	return ENDPOINT_EVENT;
}
