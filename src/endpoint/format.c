#include "endpoint/format.h"

enum {
	SEARCH_SIZE = 1024, /* How far a form is looked for. */
};

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* ": 5156: " behind a word without blanks, as evtsys has it. */
static bool
is_evtsys(struct slice body)
{
	struct slice head = slice_head(body, 128);
	size_t at = slice_find(head, SLICE(": "));
	size_t end = at + 2;

	if (at == head.size || at == 0 ||
	    slice_find_byte(slice_head(head, at), ' ') < at) {
		return false;
	}
	while (end < head.size && is_digit(head.text[end])) {
		end++;
	}
	return end > at + 2 && end < at + 8 &&
	    slice_begins(slice_after(head, end), SLICE(": "));
}

static bool
is_syslogng(struct slice body)
{
	size_t last = body.size > 64 ? body.size - 64 : 0;

	return slice_has(slice_after(body, last), SLICE("(EventID ")) &&
	    slice_has(slice_head(body, SEARCH_SIZE), SLICE(": ["));
}

/* A name and an equals sign in front, and an event id further on. */
static bool
is_pairs(struct slice body)
{
	size_t at = 0;

	while (at < body.size && at < 64 &&
	    (is_digit(body.text[at]) || body.text[at] == '_' ||
	        (body.text[at] | 0x20) >= 'a')) {
		at++;
	}
	return at > 0 && at < body.size && body.text[at] == '=' &&
	    (slice_has(body, SLICE("EventID=")) ||
	        slice_has(body, SLICE("EventCode=")) ||
	        slice_has(body, SLICE("event_id=")));
}

enum format
format_of_front(struct slice body)
{
	static const struct {
		struct slice front;
		enum format format;
	} fronts[] = {
		{ { "{", 1 }, FORMAT_JSON },
		{ { "[{", 2 }, FORMAT_JSON },
		{ { "<Event", 6 }, FORMAT_XML },
		{ { "- <Event", 8 }, FORMAT_XML },
		{ { "<?xml", 5 }, FORMAT_XML },
		{ { "MSWinEventLog", 13 }, FORMAT_SNARE },
		{ { "AgentDevice=", 12 }, FORMAT_WINCOLLECT },
		{ { "CEF:", 4 }, FORMAT_CEF },
		{ { "LEEF:", 5 }, FORMAT_LEEF },
		{ { "EvntSLog:", 9 }, FORMAT_EVENTREPORTER },
		{ { "WinEvtLog:", 10 }, FORMAT_OSSEC },
		{ { "ossec:", 6 }, FORMAT_OSSEC },
	};

	for (size_t i = 0; i < ARRAY_SIZE(fronts); i++) {
		if (slice_begins(body, fronts[i].front)) {
			return fronts[i].format;
		}
	}
	return FORMAT_TEXT;
}

enum format
format_of(struct slice body)
{
	struct slice head = slice_head(body, SEARCH_SIZE);
	enum format format = format_of_front(body);

	if (body.size == 0) {
		return FORMAT_EMPTY;
	}
	if (format != FORMAT_TEXT) {
		return format;
	}
	/* Snare without a header: the host stands before it. */
	if (slice_has(slice_head(body, 300), SLICE("\tMSWinEventLog")) ||
	    slice_has(slice_head(body, 300), SLICE("#011MSWinEventLog"))) {
		return FORMAT_SNARE;
	}
	if (slice_begins(body, SLICE("type=")) ||
	    slice_begins(body, SLICE("node="))) {
		if (slice_has(head, SLICE("msg=audit("))) {
			return FORMAT_AUDITD;
		}
		if (slice_has(head, SLICE(" audit("))) {
			return FORMAT_AUOMS;
		}
	}
	if (slice_has(head, SLICE("LogName=")) &&
	    slice_has(head, SLICE("EventCode="))) {
		return FORMAT_SPLUNK;
	}
	if (slice_has(slice_head(body, 256), SLICE("WinEvtLog: "))) {
		return FORMAT_OSSEC;
	}
	if (is_evtsys(body)) {
		return FORMAT_EVTSYS;
	}
	if (is_syslogng(body)) {
		return FORMAT_SYSLOGNG;
	}
	return is_pairs(body) ? FORMAT_PAIRS : FORMAT_TEXT;
}

bool
event_id_is_wanted(uint64_t event_id)
{
	switch (event_id) {
	case 1:
	case 3:
	case 5:
	case 6:
	case 7:
	case 22:
	case 255:
	case 4624:
	case 4688:
	case 4689:
	case 5156:
	case 5157:
	case 5158:
		return true;
	default:
		return false;
	}
}

/* The digits that begin the text, past what is allowed to stand before. */
static bool
digits_behind(struct slice text, const char *skipped, uint64_t *value)
{
	size_t size = 0;

	while (text.size > 0 && text.text[0] != '\0' &&
	    strchr(skipped, text.text[0]) != NULL) {
		text = slice_after(text, 1);
	}
	while (size < text.size && is_digit(text.text[size])) {
		size++;
	}
	/* A number at the very end may have been cut. */
	return size > 0 && size < text.size &&
	    slice_number(slice_head(text, size), value);
}

/* "name": within a text, an escaped quote is no quote. */
static bool
find_behind(struct slice body, struct slice name, const char *skipped,
    uint64_t *event_id)
{
	size_t at = slice_find(body, name);

	return at < body.size &&
	    digits_behind(slice_after(body, at + name.size), skipped, event_id);
}

static bool
find_in_snare(struct slice body, uint64_t *event_id)
{
	struct slice rest =
	    slice_after(body, slice_find(body, SLICE("MSWinEventLog")));

	/* MSWinEventLog, criticality, log, count, date, id. */
	for (uint32_t i = 0; i < 5; i++) {
		(void)slice_take(&rest, '\t');
	}
	return digits_behind(rest, "", event_id);
}

static bool
find_in_xml(struct slice body, uint64_t *event_id)
{
	struct slice rest =
	    slice_after(body, slice_find(body, SLICE("<EventID")));

	(void)slice_take(&rest, '>');
	return digits_behind(rest, " \r\n\t", event_id);
}

static bool
find_in_syslogng(struct slice body, uint64_t *event_id)
{
	size_t at = slice_find_last(body, SLICE("(EventID "));

	return at < body.size &&
	    digits_behind(slice_after(body, at + 9), "", event_id);
}

static bool
find_in_evtsys(struct slice body, uint64_t *event_id)
{
	return find_behind(body, SLICE(": "), "", event_id);
}

static bool
find_in_json(struct slice body, uint64_t *event_id)
{
	static const struct slice names[] = { { "EventID\"", 8 },
		{ "event_id\"", 9 }, { "EventId\"", 8 }, { "eventID\"", 8 },
		{ "EventCode\"", 10 } };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (find_behind(body, names[i], " :\"\r\n\t", event_id)) {
			return true;
		}
	}
	return false;
}

bool
event_id_find(enum format format, struct slice body, uint64_t *event_id)
{
	switch (format) {
	case FORMAT_JSON:
		return find_in_json(body, event_id);
	case FORMAT_XML:
		return find_in_xml(body, event_id);
	case FORMAT_SNARE:
		return find_in_snare(body, event_id);
	case FORMAT_WINCOLLECT:
		return find_behind(body, SLICE("\tEventID="), "", event_id) ||
		    find_behind(body, SLICE(" EventID="), "", event_id);
	case FORMAT_CEF:
		return find_behind(body, SLICE("externalId="), "", event_id);
	case FORMAT_NXLOG_SD:
		return find_behind(body, SLICE(" EventID="), "\"", event_id);
	case FORMAT_EVENTREPORTER:
		return find_behind(
		    slice_after(body, slice_find_byte(body, '/')), SLICE(" ("),
		    "", event_id);
	case FORMAT_SPLUNK:
		return find_behind(body, SLICE("EventCode="), "", event_id);
	case FORMAT_SYSLOGNG:
		return find_in_syslogng(body, event_id);
	case FORMAT_EVTSYS:
		return find_in_evtsys(body, event_id);
	case FORMAT_EMPTY:
	case FORMAT_LEEF:
	case FORMAT_AUOMS:
	case FORMAT_AUDITD:
	case FORMAT_OSSEC:
	case FORMAT_PAIRS:
	case FORMAT_TEXT:
	case FORMAT_COUNT:
		break;
	}
	return false;
}
