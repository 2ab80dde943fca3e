#include "endpoint/pairs.h"

#include "endpoint/readers.h"

enum { NAME_SIZE_MAX = 64 };

static bool
is_name_byte(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
	    (c >= 'A' && c <= 'Z') || c == '_' || c == '.' || c == '-' ||
	    c == '@' || c == '[' || c == ']';
}

/* How long the name is that ends before 'end'; 0: there is none, or it does not
 * stand alone. */
static size_t
name_before(struct slice text, size_t end)
{
	size_t size = 0;

	while (size < end && size <= NAME_SIZE_MAX &&
	    is_name_byte(text.text[end - size - 1])) {
		size++;
	}
	if (size == 0 || size > NAME_SIZE_MAX || text.text[end - size] == '-') {
		return 0;
	}
	if (size < end &&
	    strchr(" \t\r\n", text.text[end - size - 1]) == NULL) {
		return 0;
	}
	return size;
}

/* Where the next name begins: behind a blank, before an equals sign that no
 * backslash guards. */
static size_t
next_name(struct slice text)
{
	size_t at = 0;

	while (at < text.size) {
		size_t equals =
		    at + slice_find_byte(slice_after(text, at), '=');
		size_t size;

		if (equals >= text.size) {
			break;
		}
		size = name_before(text, equals);
		/* A value has at least the blank before the next name. */
		if (size > 0 && size < equals) {
			return equals - size;
		}
		at = equals + 1;
	}
	return text.size;
}

static struct slice
take_quoted(struct slice *rest)
{
	struct slice value = slice_after(*rest, 1);
	size_t at = 0;

	while (at < value.size && value.text[at] != '"') {
		at += value.text[at] == '\\' && at + 1 < value.size &&
		        value.text[at + 1] == '"'
		    ? 2
		    : 1;
	}
	*rest = slice_after(value, at + 1);
	return slice_head(value, at);
}

bool
pair_take(struct slice *rest, enum pair_style style, struct pair *pair)
{
	size_t equals;
	size_t size;

	*rest = slice_trim(*rest);
	equals = slice_find_byte(*rest, '=');
	if (equals == rest->size) {
		return false;
	}
	size = name_before(*rest, equals);
	pair->name = (struct slice){ rest->text + equals - size, size };
	*rest = slice_after(*rest, equals + 1);
	pair->is_last = false;
	if (style == PAIR_QUOTED && slice_begins(*rest, SLICE("\""))) {
		pair->value = take_quoted(rest);
		return true;
	}
	size = next_name(*rest);
	pair->is_last = size == rest->size;
	pair->value = slice_trim(slice_head(*rest, size));
	*rest = slice_after(*rest, size);
	return true;
}

struct slice
pair_unescape(struct slice value, struct fields *fields)
{
	char *to;
	size_t size = 0;

	if (slice_find_byte(value, '\\') == value.size) {
		return value;
	}
	to = fields_scratch(fields, value.size);
	if (to == NULL) {
		return (struct slice){ NULL, 0 };
	}
	for (size_t at = 0; at < value.size; at++) {
		char c = value.text[at];

		if (c == '\\' && at + 1 < value.size) {
			char next = value.text[at + 1];

			if (next == 'n' || next == 'r') {
				c = next == 'n' ? '\n' : '\r';
				at++;
			} else if (strchr("\\=|\"]", next) != NULL &&
			    next != '\0') {
				c = next;
				at++;
			}
		}
		to[size++] = c;
	}
	return (struct slice){ to, size };
}

enum endpoint_outcome
read_pairs(struct slice body, struct fields *fields)
{
	struct pair pair;

	while (pair_take(&body, PAIR_QUOTED, &pair)) {
		set_by_name(pair.name, pair.value, fields);
	}
	return ENDPOINT_EVENT;
}

/* [NXLOG@14506 Name="value" ...] of RFC 5424, section 6.3: a backslash guards
 * quotes, brackets and itself. */
enum endpoint_outcome
read_structured_data(struct slice body, struct fields *fields)
{
	(void)slice_take(&body, ' ');
	while (body.size > 0) {
		struct slice name = slice_trim(slice_take(&body, '='));
		struct slice value = slice_after(body, 1);
		size_t at = 0;

		if (!slice_begins(body, SLICE("\""))) {
			break;
		}
		while (at < value.size && value.text[at] != '"') {
			at += value.text[at] == '\\' ? 2 : 1;
		}
		if (at >= value.size) {
			/* Cut within: no value can be trusted. */
			fields->was_cut = true;
			break;
		}
		body = slice_after(value, at + 1);
		if (!slice_is(name, SLICE("ProcessID"))) {
			value = pair_unescape(slice_head(value, at), fields);
			set_by_name(name, value, fields);
			continue;
		}
		fields_set(fields, FIELD_PROCESS_ID_ANY, value.text, at);
	}
	return ENDPOINT_EVENT;
}
