#include "endpoint/envelope.h"

#include "endpoint/when.h"

enum {
	PRIORITY_DIGITS = 3,
	HOST_SIZE_MAX = 255,
	TAG_SIZE_MAX = 128,
};

/* Line ends, zeros, a byte order mark and blanks in front. */
static struct slice
skip_front(struct slice text)
{
	text = slice_trim(text);
	if (slice_begins(text, SLICE("\xef\xbb\xbf"))) {
		text = slice_trim(slice_after(text, 3));
	}
	return text;
}

/* "<14>". */
static bool
skip_priority(struct slice *text)
{
	size_t at = 1;

	if (!slice_begins(*text, SLICE("<"))) {
		return false;
	}
	while (at < text->size && at <= PRIORITY_DIGITS &&
	    text->text[at] >= '0' && text->text[at] <= '9') {
		at++;
	}
	if (at == 1 || at >= text->size || text->text[at] != '>') {
		return false;
	}
	*text = slice_after(*text, at + 1);
	return true;
}

static struct slice
unless_nil(struct slice word)
{
	return slice_is(word, SLICE("-")) ? (struct slice){ NULL, 0 } : word;
}

/* Where the structured data of RFC 5424, section 6.3, end: "-", or elements in
 * brackets, in whose quoted values a backslash guards a quote. */
static size_t
structured_data_size(struct slice text)
{
	size_t at = 0;
	bool is_quoted = false;

	if (slice_begins(text, SLICE("-"))) {
		return 1;
	}
	while (at < text.size && text.text[at] == '[') {
		for (at++; at < text.size; at++) {
			char c = text.text[at];

			if (is_quoted && c == '\\') {
				at++;
			} else if (c == '"') {
				is_quoted = !is_quoted;
			} else if (!is_quoted && c == ']') {
				break;
			}
		}
		at = at < text.size ? at + 1 : text.size;
	}
	return at;
}

/* RFC 5424 after its version: TIMESTAMP HOSTNAME APP-NAME PROCID MSGID
 * STRUCTURED-DATA [MSG]. */
static bool
read_rfc5424(struct slice text, struct envelope *envelope)
{
	struct slice time;
	size_t size;
	struct when when;

	text = slice_after(text, 2);
	time = slice_take(&text, ' ');
	if (!slice_is(time, SLICE("-")) && !when_iso(time, &when)) {
		return false;
	}
	envelope->is_rfc5424 = true;
	envelope->time = unless_nil(time);
	envelope->host = unless_nil(slice_take(&text, ' '));
	envelope->tag = unless_nil(slice_take(&text, ' '));
	(void)slice_take(&text, ' ');
	(void)slice_take(&text, ' ');
	size = structured_data_size(text);
	envelope->structured_data = unless_nil(slice_head(text, size));
	envelope->body = skip_front(slice_after(text, size));
	return true;
}

/* The date of RFC 3164, a year or fractions in it or not, or that of RFC 3339
 * which relays put in its place. */
static bool
read_date(struct slice *text, struct envelope *envelope)
{
	struct when when;
	size_t used;
	struct slice word = slice_head(*text, slice_find_byte(*text, ' '));

	if (word.size >= 19 && when_iso(word, &when)) {
		used = word.size;
	} else if (slice_begins_word(*text, SLICE("0")) ||
	    !when_words(*text, &when, &used) ||
	    slice_find_byte(slice_head(*text, used), '/') < used) {
		return false;
	}
	envelope->time = slice_head(*text, used);
	*text = slice_trim(slice_after(*text, used));
	/* Cisco and others end it with a colon. */
	if (slice_begins(*text, SLICE(": "))) {
		*text = slice_trim(slice_after(*text, 1));
	}
	return true;
}

/* The host that Logstash writes as a JSON object where it should be a name. */
static bool
read_host_object(struct slice *text, struct envelope *envelope)
{
	size_t end = slice_find(*text, SLICE("} "));
	struct slice object = slice_head(*text, end);
	size_t name = slice_find(object, SLICE("\"name\":\""));

	if (!slice_begins(*text, SLICE("{")) || end == text->size ||
	    end > HOST_SIZE_MAX || name == object.size) {
		return false;
	}
	object = slice_after(object, name + sizeof("\"name\":\"") - 1);
	envelope->host = slice_take(&object, '"');
	*text = slice_trim(slice_after(*text, end + 1));
	return true;
}

/* What may stand in the name of a host or in an address. */
static bool
is_host(struct slice word)
{
	for (size_t i = 0; i < word.size; i++) {
		char c = word.text[i];

		if ((uint8_t)c <= ' ' || strchr("{}<>[]\"'=|,;()", c) != NULL) {
			return false;
		}
	}
	return word.size > 0 && word.size <= HOST_SIZE_MAX &&
	    word.text[word.size - 1] != ':';
}

static void
read_host(struct slice *text, struct envelope *envelope)
{
	struct slice word = slice_head(*text, slice_find_byte(*text, ' '));

	if (read_host_object(text, envelope)) {
		return;
	}
	if (is_host(word)) {
		envelope->host = word;
		*text = slice_trim(slice_after(*text, word.size));
	}
}

/* "Source[4]: " or "Source: ", where the source may not have blanks. */
static size_t
tag_size(struct slice text)
{
	size_t end = slice_find(slice_head(text, TAG_SIZE_MAX), SLICE(": "));

	if (end >= text.size || end == 0 || end > TAG_SIZE_MAX - 2 ||
	    slice_find_byte(slice_head(text, end), ' ') < end) {
		return 0;
	}
	return end;
}

/* Some formats look like a tag, or need theirs. */
static void
read_tag(struct slice text, struct envelope *envelope)
{
	size_t size = tag_size(text);
	struct slice rest = skip_front(slice_after(text, size + 1));

	envelope->body = text;
	envelope->format = format_of_front(text);
	if (envelope->format != FORMAT_TEXT) {
		return;
	}
	if (size == 0 || format_of_front(rest) == FORMAT_TEXT) {
		envelope->format = format_of(text);
	}
	if (size == 0 || envelope->format != FORMAT_TEXT) {
		return;
	}
	envelope->tag = slice_head(text, size);
	envelope->tag = slice_take(&envelope->tag, '[');
	envelope->body = rest;
	envelope->format = format_of(rest);
}

void
envelope_read(struct slice message, struct envelope *envelope)
{
	struct slice text = skip_front(message);

	(void)skip_priority(&text);
	memset(envelope, 0, sizeof(*envelope));
	if (slice_begins(text, SLICE("1 ")) && read_rfc5424(text, envelope)) {
		if (slice_begins(
		        envelope->structured_data, SLICE("[NXLOG@14506"))) {
			envelope->format = FORMAT_NXLOG_SD;
			return;
		}
		envelope->format = format_of(envelope->body);
		return;
	}
	text = skip_front(text);
	/* Without a date there is no host either. */
	if (read_date(&text, envelope)) {
		read_host(&text, envelope);
	}
	read_tag(text, envelope);
}
