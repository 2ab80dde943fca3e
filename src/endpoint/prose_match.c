#include "endpoint/prose.h"

static const struct slice labels[LABEL_COUNT][PROSE_LANGUAGE_COUNT] = {
#define LABEL(name, english, french, german, spanish)        \
	[LABEL_##name] = { { english, sizeof(english) - 1 }, \
		{ french, sizeof(french) - 1 },              \
		{ german, sizeof(german) - 1 },              \
		{ spanish, sizeof(spanish) - 1 } },
#define LABEL_ENGLISH(name, english) \
	[LABEL_##name] = { { english, sizeof(english) - 1 } },
#include "endpoint/prose_labels.def"
#undef LABEL
#undef LABEL_ENGLISH
};

static const struct prose_place nowhere = { SIZE_MAX, SIZE_MAX };

/* What is not compared: parts of letters beyond ASCII, however encoded, and
 * what they are replaced by. */
static bool
is_loose(char c)
{
	return (uint8_t)c >= 0x80 || c == '\'' || c == '?';
}

static bool
is_blank(char c)
{
	return (uint8_t)c <= ' ';
}

/* Where a label of these words begins that ends before 'end'; SIZE_MAX: it is
 * another one. */
static size_t
label_start(const char *text, size_t end, struct slice words)
{
	size_t left = words.size;

	if (end >= left && memcmp(text + end - left, words.text, left) == 0) {
		return end - left;
	}
	while (left > 0) {
		if (is_loose(words.text[left - 1])) {
			left--;
		} else if (end > 0 && is_loose(text[end - 1])) {
			end--;
		} else if (end > 0 && text[end - 1] == words.text[left - 1]) {
			end--;
			left--;
		} else {
			return SIZE_MAX;
		}
	}
	/* The label may begin with such a letter. */
	while (end > 0 && is_loose(words.text[0]) && is_loose(text[end - 1])) {
		end--;
	}
	return end;
}

/* Whether a label may begin there. */
static bool
is_boundary(const struct prose_text *text, size_t at)
{
	const char *bytes = text->all.text;

	if (at == 0 || text->layout == PROSE_GLUED) {
		return true;
	}
	if (text->layout != PROSE_LINES) {
		return is_blank(bytes[at - 1]) ||
		    (text->layout == PROSE_ESCAPED && at > 1 &&
		        bytes[at - 2] == '\\' &&
		        strchr("nrt", bytes[at - 1]) != NULL);
	}
	while (at > 0 && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
		at--;
	}
	return at == 0 || bytes[at - 1] == '\n' || bytes[at - 1] == '\r';
}

/* Whether the colon ends that label, which must not begin before 'from'. */
static struct prose_place
place_at(const struct prose_text *text, struct slice words, size_t from,
    size_t colon)
{
	const char *bytes = text->all.text;
	size_t end = colon;
	size_t start;

	/* French sets a blank before it, one that does not break. */
	while (end > from && text->language != PROSE_ENGLISH &&
	    (bytes[end - 1] == ' ' || (uint8_t)bytes[end - 1] == 0xa0 ||
	        (uint8_t)bytes[end - 1] == 0xc2)) {
		end--;
	}
	start = label_start(bytes, end, words);
	if (start == SIZE_MAX || start < from || !is_boundary(text, start)) {
		return nowhere;
	}
	return (struct prose_place){ start, colon + 1 };
}

static struct slice
words_of(const struct prose_text *text, enum prose_label label)
{
	struct slice words = labels[label][text->language];

	return words.size == 0 ? labels[label][PROSE_ENGLISH] : words;
}

struct prose_place
prose_find_first(const struct prose_text *text, enum prose_label label,
    size_t from, size_t to)
{
	struct slice list = words_of(text, label);
	struct prose_place first = nowhere;

	while (list.size > 0) {
		struct slice words = slice_take(&list, '|');
		size_t at = from;

		while (at < to) {
			const char *colon =
			    memchr(text->all.text + at, ':', to - at);
			struct prose_place place;

			if (colon == NULL) {
				break;
			}
			at = (size_t)(colon - text->all.text);
			place = place_at(text, words, from, at++);
			if (prose_is_found(&place)) {
				first = place;
				to = place.start;
			}
		}
	}
	return first;
}

struct prose_place
prose_find_last(const struct prose_text *text, enum prose_label label,
    size_t from, size_t to)
{
	struct slice list = words_of(text, label);
	struct prose_place last = nowhere;

	while (list.size > 0) {
		struct slice words = slice_take(&list, '|');
		size_t end = to;

		while (end > from) {
			const char *colon =
			    memrchr(text->all.text + from, ':', end - from);
			struct prose_place place;

			if (colon == NULL) {
				break;
			}
			end = (size_t)(colon - text->all.text);
			place = place_at(text, words, from, end);
			if (prose_is_found(&place) &&
			    (!prose_is_found(&last) ||
			        place.start > last.start)) {
				last = place;
				break;
			}
		}
	}
	return last;
}

enum prose_layout
prose_layout_of(const struct prose_text *text, const struct prose_form *form)
{
	struct prose_text glued = *text;
	const char *bytes = text->all.text;
	struct prose_place place;
	size_t at = 0;

	while (
	    at < form->count && (form->steps[at].flags & STEP_MAY_LACK) != 0) {
		at++;
	}
	place = prose_find_first(
	    &glued, (enum prose_label)form->steps[at].label, 0, text->all.size);
	if (!prose_is_found(&place) || place.start == 0) {
		return PROSE_SPACED;
	}
	at = place.start;
	while (at > 0 && (bytes[at - 1] == ' ' || bytes[at - 1] == '\t')) {
		at--;
	}
	if (at > 0 && (bytes[at - 1] == '\n' || bytes[at - 1] == '\r')) {
		return PROSE_LINES;
	}
	if (at > 1 && bytes[at - 2] == '\\' && bytes[at - 1] == 'n') {
		return PROSE_ESCAPED;
	}
	return at < place.start ? PROSE_SPACED : PROSE_GLUED;
}

/* As is_loose(), for what stands in front. */
static size_t
begins_loosely(struct slice text, struct slice words)
{
	size_t at = 0;

	while (words.size > 0) {
		if (is_loose(words.text[0])) {
			words = slice_after(words, 1);
		} else if (at < text.size && is_loose(text.text[at])) {
			at++;
		} else if (at < text.size && text.text[at] == words.text[0]) {
			at++;
			words = slice_after(words, 1);
		} else {
			return 0;
		}
	}
	return at;
}

size_t
prose_head_size(struct slice text, const char *heads)
{
	struct slice list = { heads, heads == NULL ? 0 : strlen(heads) };

	while (list.size > 0) {
		size_t size = begins_loosely(text, slice_take(&list, '|'));

		if (size > 0) {
			return size;
		}
	}
	return 0;
}

/* Takes a written line break or tab off either end, unless it is the end of a
 * path. */
static struct slice
trim_escaped(struct slice value)
{
	for (;;) {
		value = slice_trim(value);
		if (value.size >= 2 && value.text[0] == '\\' &&
		    (value.text[1] == 'n' || value.text[1] == 't')) {
			value = slice_after(value, 2);
		} else if (value.size >= 2 &&
		    value.text[value.size - 2] == '\\' &&
		    strchr("nrt", value.text[value.size - 1]) != NULL) {
			value.size -= 2;
		} else {
			return value;
		}
	}
}

struct slice
prose_value(const struct prose_text *text, size_t from, size_t to)
{
	struct slice value = { text->all.text + from, to - from };

	return text->layout == PROSE_ESCAPED ? trim_escaped(value)
	                                     : slice_trim(value);
}

struct slice
prose_without_label(
    const struct prose_text *text, enum prose_label label, struct slice value)
{
	enum { TELLING_SIZE = 4 }; /* Less may be the value's own. */
	struct slice list = words_of(text, label);
	size_t from = (size_t)(value.text - text->all.text);

	while (list.size > 0) {
		struct slice words = slice_take(&list, '|');

		for (size_t size = words.size; size >= TELLING_SIZE; size--) {
			size_t at = from + value.size - size;

			if (size < value.size && is_boundary(text, at) &&
			    memcmp(text->all.text + at, words.text, size) ==
			        0) {
				return prose_value(text, from, at);
			}
		}
	}
	return value;
}

static uint32_t
octal_of(const char *digits)
{
	uint32_t code = 0;

	for (size_t i = 0; i < 3; i++) {
		if (digits[i] < '0' || digits[i] > '7') {
			return UINT32_MAX;
		}
		code = code * 8 + (uint32_t)(digits[i] - '0');
	}
	return code;
}

struct slice
prose_unescape(struct slice text, struct fields *fields)
{
	bool is_open = text.text + text.size == fields->open_end;
	char *to;
	size_t size = 0;

	if (!slice_has(text, SLICE("#011")) &&
	    !slice_has(text, SLICE("#012")) &&
	    !slice_has(text, SLICE("#015"))) {
		return text;
	}
	to = fields_scratch(fields, text.size);
	if (to == NULL) {
		return text;
	}
	for (size_t at = 0; at < text.size; at++) {
		uint32_t code = UINT32_MAX;

		if (text.text[at] == '#' && text.size - at > 3) {
			code = octal_of(text.text + at + 1);
		}
		/* Only control characters are written so. */
		if (code < ' ') {
			to[size++] = (char)code;
			at += 3;
		} else {
			to[size++] = text.text[at];
		}
	}
	if (is_open) {
		fields->open_end = to + size;
	}
	return (struct slice){ to, size };
}
