/*
 * ArcSight Common Event Format (Implementing ArcSight CEF, version 25) and IBM
 * Log Event Extended Format (LEEF 1.0 and 2.0): a header in bars, then pairs.
 */
#include "endpoint/pairs.h"
#include "endpoint/readers.h"

enum {
	PAIR_COUNT = 96, /* Of one message; the rest is not looked at. */
	LABEL_SIZE = 48,
	CEF_HEADER_PARTS = 7,
	LEEF_HEADER_PARTS = 5,
};

struct cef_header {
	struct slice vendor;
	struct slice product;
	struct slice signature;
};

/* Takes what comes before a bar that no backslash guards. */
static struct slice
take_part(struct slice *rest)
{
	size_t at = 0;
	struct slice part;

	while (at < rest->size && rest->text[at] != '|') {
		at += rest->text[at] == '\\' ? 2 : 1;
	}
	part = slice_head(*rest, at);
	*rest = slice_after(*rest, at + 1);
	return part;
}

/* "Process Command Line" names the slot that "ProcessCommandLine" does. */
static enum field
field_of_label(struct slice label)
{
	char name[LABEL_SIZE];
	size_t size = 0;

	for (size_t i = 0; i < label.size && size < sizeof(name); i++) {
		if (label.text[i] != ' ') {
			name[size++] = label.text[i];
		}
	}
	return field_of_name(name, size);
}

static bool
is_custom(struct slice name)
{
	return (name.size == 3 || name.size == 4) &&
	    (slice_begins(name, SLICE("cs")) ||
	        slice_begins(name, SLICE("cn"))) &&
	    name.text[2] >= '0' && name.text[2] <= '9';
}

/* What "cs3" is called by the "cs3Label" of the same message. */
static enum field
field_of_custom(const struct pair *pairs, uint32_t count, struct slice name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (pairs[i].name.size == name.size + 5 &&
		    slice_begins(pairs[i].name, name) &&
		    slice_is(slice_after(pairs[i].name, name.size),
		        SLICE("Label"))) {
			return field_of_label(pairs[i].value);
		}
	}
	return FIELD_COUNT;
}

/* The id of an event that the signature tells in words. */
static struct slice
sysmon_id(struct slice signature)
{
	static const struct {
		struct slice word;
		struct slice id;
	} words[] = {
		{ { "CREATE_PROCESS", 14 }, { "1", 1 } },
		{ { "NETWORK_CONNECT", 15 }, { "3", 1 } },
		{ { "PROCESS_TERMINATE", 17 }, { "5", 1 } },
		{ { "DRIVER_LOAD", 11 }, { "6", 1 } },
		{ { "IMAGE_LOAD", 10 }, { "7", 1 } },
		{ { "DNS_QUERY", 9 }, { "22", 2 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (slice_has(signature, words[i].word)) {
			return words[i].id;
		}
	}
	return (struct slice){ NULL, 0 };
}

/* "Microsoft-Windows-Security-Auditing:4688", "4688", "sysmonTask-...". */
static void
read_signature(const struct cef_header *header, struct fields *fields)
{
	struct slice id = header->signature;
	struct slice provider = header->product;
	size_t colon = slice_find_last(id, SLICE(":"));
	uint64_t number;

	if (colon < id.size) {
		provider = slice_head(id, colon);
		id = slice_after(id, colon + 1);
	}
	if (!slice_number(id, &number)) {
		id = sysmon_id(header->signature);
	}
	fields_set(fields, FIELD_EVENT_ID, id.text, id.size);
	fields_set(fields, FIELD_PROVIDER, provider.text, provider.size);
}

/* filePath and fname are a path in two. */
static void
join_path(struct slice path, struct slice name, struct fields *fields)
{
	char *room;
	size_t size = path.size + 1 + name.size;

	if (name.size == 0) {
		return;
	}
	if (path.size == 0) {
		fields_set(fields, FIELD_IMAGE, name.text, name.size);
		return;
	}
	room = fields_scratch(fields, size);
	if (room == NULL) {
		return;
	}
	memcpy(room, path.text, path.size);
	room[path.size] = '\\';
	memcpy(room + path.size + 1, name.text, name.size);
	fields_set(fields, FIELD_IMAGE, room, size);
}

static void
set_direction(struct slice value, struct fields *fields)
{
	struct slice word = slice_is(value, SLICE("0")) ? SLICE("inbound")
	    : slice_is(value, SLICE("1"))               ? SLICE("outbound")
	                                                : value;

	fields_set(fields, FIELD_DIRECTION, word.text, word.size);
}

static void
set_pair(const struct pair *pairs, uint32_t count, uint32_t which,
    struct fields *fields)
{
	struct slice name = pairs[which].name;
	struct slice value = pair_unescape(pairs[which].value, fields);
	enum field field;

	/* The connector's own number. */
	if (slice_is(name, SLICE("eventId"))) {
		return;
	}
	if (slice_is(name, SLICE("deviceDirection"))) {
		set_direction(value, fields);
		return;
	}
	field = is_custom(name) ? field_of_custom(pairs, count, name)
	                        : field_of_name(name.text, name.size);
	if (field != FIELD_COUNT) {
		fields_set(fields, field, value.text, value.size);
	}
}

static struct slice
find_pair(const struct pair *pairs, uint32_t count, struct slice name)
{
	for (uint32_t i = 0; i < count; i++) {
		if (slice_is(pairs[i].name, name)) {
			return pairs[i].value;
		}
	}
	return (struct slice){ NULL, 0 };
}

/* Of Sysmon's connections dhost is the other end. */
static void
set_host(const struct pair *pairs, uint32_t count,
    const struct cef_header *header, struct fields *fields)
{
	struct slice host = find_pair(pairs, count, SLICE("dvchost"));

	if (host.size == 0 && !slice_has(header->product, SLICE("Sysmon")) &&
	    slice_is(header->vendor, SLICE("Microsoft"))) {
		host = find_pair(pairs, count, SLICE("dhost"));
	}
	fields_set(fields, FIELD_HOST, host.text, host.size);
}

enum endpoint_outcome
read_cef(struct slice body, struct fields *fields)
{
	struct pair pairs[PAIR_COUNT];
	struct cef_header header = { { NULL, 0 }, { NULL, 0 }, { NULL, 0 } };
	uint32_t count = 0;

	for (uint32_t i = 0; i < CEF_HEADER_PARTS; i++) {
		struct slice part = take_part(&body);

		header.vendor = i == 1 ? part : header.vendor;
		header.product = i == 2 ? part : header.product;
		header.signature = i == 4 ? part : header.signature;
	}
	if (header.signature.size == 0) {
		return ENDPOINT_MALFORMED;
	}
	while (
	    count < PAIR_COUNT && pair_take(&body, PAIR_BARE, &pairs[count])) {
		count++;
	}
	set_host(pairs, count, &header, fields);
	for (uint32_t i = 0; i < count; i++) {
		set_pair(pairs, count, i, fields);
	}
	join_path(
	    pair_unescape(find_pair(pairs, count, SLICE("filePath")), fields),
	    pair_unescape(find_pair(pairs, count, SLICE("fname")), fields),
	    fields);
	read_signature(&header, fields);
	return ENDPOINT_EVENT;
}

/* The delimiter of LEEF 2.0: a character, or its code as x5E or 0x5E. */
static char
delimiter_of(struct slice part)
{
	uint64_t code;
	char text[8] = "0";

	if (part.size == 1) {
		return part.text[0];
	}
	if (part.size < 2 || part.size > 4) {
		return '\t';
	}
	/* "x5E" lacks but the zero. */
	memcpy(text + (part.text[0] == 'x'), part.text, part.size);
	if (!slice_number((struct slice){ text, strlen(text) }, &code) ||
	    code == 0 || code > 0xff) {
		return '\t';
	}
	return (char)code;
}

enum endpoint_outcome
read_leef(struct slice body, struct fields *fields)
{
	bool is_second = slice_begins(body, SLICE("LEEF:2"));
	char delimiter = '\t';
	struct slice id = { NULL, 0 };

	for (uint32_t i = 0; i < LEEF_HEADER_PARTS; i++) {
		id = slice_take(&body, '|');
	}
	/* The delimiter may itself be a bar, or left out. */
	if (is_second && body.size > 0) {
		size_t bar = slice_find_byte(slice_after(body, 1), '|');

		if (bar <= 4 &&
		    slice_find_byte(slice_head(body, bar + 1), '=') > bar) {
			delimiter = delimiter_of(slice_head(body, bar + 1));
			body = slice_after(body, bar + 2);
		} else if (slice_begins(body, SLICE("|"))) {
			body = slice_after(body, 1);
		}
	}
	if (id.size == 0) {
		return ENDPOINT_MALFORMED;
	}
	while (body.size > 0) {
		struct slice value = slice_take(&body, delimiter);
		struct slice name = slice_take(&value, '=');

		set_by_name(slice_trim(name), value, fields);
	}
	fields_set(fields, FIELD_EVENT_ID, id.text, id.size);
	return ENDPOINT_EVENT;
}
