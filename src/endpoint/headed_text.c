/*
 * Envelopes with a line of their own before the text: EventReporter, evtsys,
 * the syslog-ng agent, OSSEC and Wazuh.
 */
#include "endpoint/readers.h"

static void
set(struct fields *fields, enum field field, struct slice value)
{
	value = slice_trim(value);
	fields_set(fields, field, value.text, value.size);
}

/* What comes before the words, which are taken off too; all of it if they are
 * not there. */
static struct slice
take_before(struct slice *rest, struct slice words)
{
	size_t at = slice_find(*rest, words);
	struct slice taken = slice_head(*rest, at);

	*rest = slice_after(*rest, at + words.size);
	return taken;
}

/* Reads the text, and says whether the event is known. */
static enum endpoint_outcome
finish(struct slice text, struct fields *fields)
{
	if (slice_trim(text).size > 0) {
		enum endpoint_outcome outcome = read_text(text, fields);

		if (!fields_has(fields, FIELD_EVENT_ID)) {
			return outcome;
		}
	}
	return fields_has(fields, FIELD_EVENT_ID) ? ENDPOINT_EVENT
	                                          : ENDPOINT_CUT_SHORT;
}

/* EvntSLog: [AUS] Thu Feb 15 14:00:58 2001: HOST/Source (4688) - "text"
 * (Adiscon, EventReporter's questions and answers). */
enum endpoint_outcome
read_eventreporter(struct slice body, struct fields *fields)
{
	struct slice trimmed;
	struct slice date;

	(void)take_before(&body, SLICE("EvntSLog:"));
	body = slice_trim(body);
	if (slice_begins(body, SLICE("["))) {
		(void)take_before(&body, SLICE("]"));
	}
	date = take_before(&body, SLICE(": "));
	set(fields, FIELD_EVENT_TIME, date);
	set(fields, FIELD_HOST, slice_take(&body, '/'));
	set(fields, FIELD_PROVIDER, take_before(&body, SLICE(" (")));
	if (slice_find_byte(body, ')') < body.size) {
		set(fields, FIELD_EVENT_ID, slice_take(&body, ')'));
	}
	(void)slice_take(&body, '"');
	trimmed = slice_trim(body);
	if (trimmed.size > 0 && trimmed.text[trimmed.size - 1] == '"') {
		trimmed.size--;
		return finish(trimmed, fields);
	}
	fields->was_cut = true;
	return finish(body, fields);
}

/* Source: 5156: AUDIT_SUCCESS text (evtsys, winevent.c). */
enum endpoint_outcome
read_evtsys(struct slice body, struct fields *fields)
{
	set(fields, FIELD_PROVIDER, take_before(&body, SLICE(": ")));
	set(fields, FIELD_EVENT_ID, take_before(&body, SLICE(": ")));
	if (slice_begins(body, SLICE("AUDIT_"))) {
		(void)slice_take(&body, ' ');
	}
	return finish(body, fields);
}

/* User: Container Source: [Success Audit] text (EventID 4688)
 * (One Identity, "Customizing the message format"). */
enum endpoint_outcome
read_syslogng_agent(struct slice body, struct fields *fields)
{
	size_t at = slice_find_last(body, SLICE("(EventID "));
	struct slice id = slice_after(body, at + sizeof("(EventID ") - 1);
	struct slice head;

	body = slice_head(body, at);
	if (slice_find_byte(id, ')') < id.size) {
		set(fields, FIELD_EVENT_ID, slice_take(&id, ')'));
	}
	head = take_before(&body, SLICE(": ["));
	(void)take_before(&body, SLICE("] "));
	/* Behind the user, who may have a colon but no blank behind it. */
	at = slice_find_last(head, SLICE(": "));
	head = slice_after(head, at < head.size ? at + 2 : 0);
	set(fields, FIELD_CHANNEL, slice_take(&head, ' '));
	set(fields, FIELD_PROVIDER, head);
	return finish(body, fields);
}

/* "2014 Dec 20 09:29:47" with the year behind the day. */
static void
set_ossec_date(struct slice head, struct fields *fields)
{
	enum { DATE_SIZE = 20, YEAR_SIZE = 4, DAY_SIZE = 6 };
	struct slice date;
	char *to;

	head = slice_trim(head);
	if (head.size < DATE_SIZE) {
		return;
	}
	date = slice_after(head, head.size - DATE_SIZE);
	to = fields_scratch(fields, DATE_SIZE);
	if (to == NULL || date.text[YEAR_SIZE] != ' ' ||
	    date.text[YEAR_SIZE + 1 + DAY_SIZE] != ' ') {
		return;
	}
	memcpy(to, date.text + YEAR_SIZE + 1, DAY_SIZE);
	to[DAY_SIZE] = ' ';
	memcpy(to + DAY_SIZE + 1, date.text, YEAR_SIZE);
	memcpy(to + DAY_SIZE + 1 + YEAR_SIZE,
	    date.text + YEAR_SIZE + 1 + DAY_SIZE,
	    DATE_SIZE - YEAR_SIZE - 1 - DAY_SIZE);
	fields_set(fields, FIELD_EVENT_TIME, to, DATE_SIZE);
}

/* [DATE] WinEvtLog: Channel: TYPE(4688): Source: user: domain: HOST: text
 * (OSSEC, win_agent; an alert of the manager has it behind its own line). */
enum endpoint_outcome
read_ossec(struct slice body, struct fields *fields)
{
	struct slice type;

	if (!slice_has(body, SLICE("WinEvtLog: "))) {
		return ENDPOINT_NOT_WANTED;
	}
	set_ossec_date(take_before(&body, SLICE("WinEvtLog: ")), fields);
	set(fields, FIELD_CHANNEL, take_before(&body, SLICE(": ")));
	type = take_before(&body, SLICE(": "));
	(void)slice_take(&type, '(');
	if (slice_find_byte(type, ')') < type.size) {
		set(fields, FIELD_EVENT_ID, slice_take(&type, ')'));
	}
	set(fields, FIELD_PROVIDER, take_before(&body, SLICE(": ")));
	(void)take_before(&body, SLICE(": ")); /* User. */
	(void)take_before(&body, SLICE(": ")); /* Domain. */
	set(fields, FIELD_HOST, take_before(&body, SLICE(": ")));
	return finish(body, fields);
}
