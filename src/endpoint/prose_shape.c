/*
 * Values by their shape, where the words around them are not known: the order
 * is the same in every language.
 */
#include "endpoint/prose.h"

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_hex(char c)
{
	return is_digit(c) || ((c | 0x20) >= 'a' && (c | 0x20) <= 'f');
}

static bool
is_hexadecimal(struct slice token)
{
	return slice_begins_word(token, SLICE("0x")) && prose_is_number(token);
}

bool
prose_is_number(struct slice token)
{
	bool is_plain = !slice_begins_word(token, SLICE("0x"));

	if (!is_plain) {
		token = slice_after(token, 2);
	}
	for (size_t i = 0; i < token.size; i++) {
		if (!is_digit(token.text[i]) &&
		    (is_plain || !is_hex(token.text[i]))) {
			return false;
		}
	}
	return token.size > 0;
}

/* An interface may follow a percent sign. */
bool
prose_is_address(struct slice token)
{
	size_t separators = 0;

	token = slice_head(token, slice_find_byte(token, '%'));
	for (size_t i = 0; i < token.size; i++) {
		bool is_separator =
		    token.text[i] == ':' || token.text[i] == '.';

		if (!is_separator && !is_hex(token.text[i])) {
			return false;
		}
		separators += is_separator;
	}
	return separators >= 2;
}

bool
prose_is_path(struct slice value)
{
	if (slice_begins(value, SLICE("System")) ||
	    slice_begins(value, SLICE("\\"))) {
		return true;
	}
	return value.size > 3 && (value.text[0] | 0x20) >= 'a' &&
	    (value.text[0] | 0x20) <= 'z' && value.text[1] == ':' &&
	    value.text[2] == '\\';
}

struct slice
prose_direction(struct slice word)
{
	static const struct {
		struct slice word;
		struct slice direction;
	} words[] = {
		{ { "Inbound", 7 }, { "inbound", 7 } },
		{ { "Outbound", 8 }, { "outbound", 8 } },
		{ { "%%14592", 7 }, { "inbound", 7 } },
		{ { "%%14593", 7 }, { "outbound", 8 } },
		{ { "Entrant", 7 }, { "inbound", 7 } },
		{ { "Sortant", 7 }, { "outbound", 8 } },
		{ { "Eingehend", 9 }, { "inbound", 7 } },
		{ { "Ausgehend", 9 }, { "outbound", 8 } },
		{ { "De entrada", 10 }, { "inbound", 7 } },
		{ { "De salida", 9 }, { "outbound", 8 } },
		{ { "Entrada", 7 }, { "inbound", 7 } },
		{ { "Salida", 6 }, { "outbound", 8 } },
		{ { "Entrante", 8 }, { "inbound", 7 } },
		{ { "Saliente", 8 }, { "outbound", 8 } },
		{ { "Entrata", 7 }, { "inbound", 7 } },
		{ { "In entrata", 10 }, { "inbound", 7 } },
		{ { "In uscita", 9 }, { "outbound", 8 } },
		{ { "Uscita", 6 }, { "outbound", 8 } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		size_t size = words[i].word.size;

		/* Whole words only: "Entrant" begins "Entrante". */
		if (slice_begins_word(word, words[i].word) &&
		    (word.size == size || (uint8_t)word.text[size] <= ' ' ||
		        word.text[size] == '\\')) {
			return words[i].direction;
		}
	}
	return (struct slice){ NULL, 0 };
}

/* Takes the next value: what follows a colon and a blank.  '*value' goes to the
 * end of the text, '*token' to its first blank. */
static bool
take_value(struct slice *rest, struct slice *value, struct slice *token)
{
	for (;;) {
		size_t at = slice_find_byte(*rest, ':');
		size_t size = 0;

		if (at == rest->size) {
			return false;
		}
		*rest = slice_after(*rest, at + 1);
		if (rest->size == 0 || (uint8_t)rest->text[0] > ' ') {
			continue;
		}
		*value = slice_trim(*rest);
		while (size < value->size && (uint8_t)value->text[size] > ' ') {
			size++;
		}
		*token = slice_head(*value, size);
		return size > 0;
	}
}

/* A path ends with its line, before two blanks, or behind ".exe". */
static struct slice
path_of(struct slice value)
{
	size_t end = slice_find_byte(value, '\n');

	value = slice_head(value, end);
	value = slice_trim(slice_head(value, slice_find(value, SLICE("  "))));
	for (size_t i = 0; i + 4 < value.size; i++) {
		if (slice_begins_word(slice_after(value, i), SLICE(".exe ")) ||
		    slice_begins_word(slice_after(value, i), SLICE(".exe\t"))) {
			return slice_head(value, i + 4);
		}
	}
	return value;
}

/* What comes next in the text of an event. */
struct expected {
	uint8_t field;
	uint8_t shape;
	bool may_lack;
};

/* Whether the value is what is expected; then it is set. */
static bool
take_expected(const struct expected *expected, struct slice value,
    struct slice token, struct fields *fields)
{
	switch ((enum prose_shape)expected->shape) {
	case SHAPE_NUMBER:
		if (!prose_is_number(token)) {
			return false;
		}
		break;
	case SHAPE_ADDRESS:
		if (!prose_is_address(token)) {
			return false;
		}
		break;
	case SHAPE_DIRECTION:
		token = prose_direction(value);
		if (token.size == 0) {
			return false;
		}
		break;
	case SHAPE_TEXT:
		if (!prose_is_path(value)) {
			return false;
		}
		token = path_of(value);
		break;
	case SHAPE_NONE:
	case SHAPE_WORD:
		return false;
	}
	fields_set(fields, (enum field)expected->field, token.text, token.size);
	return true;
}

static void
read_expected(const struct expected *expected, size_t count, struct slice text,
    struct fields *fields)
{
	struct slice value;
	struct slice token;
	size_t next = 0;

	while (next < count && take_value(&text, &value, &token)) {
		if (take_expected(&expected[next], value, token, fields)) {
			next++;
			text = slice_after(text,
			    (size_t)(token.text - text.text) + token.size);
		} else if (expected[next].may_lack &&
		    take_expected(&expected[next + 1], value, token, fields)) {
			next += 2;
			text = slice_after(text,
			    (size_t)(token.text - text.text) + token.size);
		}
	}
}

/* A process is a hexadecimal number with a path behind it; of 4688 the next
 * such number is its creator. */
static void
read_process(struct slice text, enum field id, enum field image,
    enum field creator, struct fields *fields)
{
	struct slice value;
	struct slice token;
	struct slice last = { NULL, 0 };

	while (take_value(&text, &value, &token)) {
		if (last.size > 0 && prose_is_path(value)) {
			value = path_of(value);
			fields_set(fields, id, last.text, last.size);
			fields_set(fields, image, value.text, value.size);
			break;
		}
		last = is_hexadecimal(token) ? token : slice_head(token, 0);
	}
	while (creator != FIELD_COUNT && take_value(&text, &value, &token)) {
		if (is_hexadecimal(token)) {
			fields_set(fields, creator, token.text, token.size);
			break;
		}
	}
}

void
prose_read_shapes(uint64_t event_id, struct slice text, struct fields *fields)
{
	static const struct expected connection[] = {
		{ FIELD_PROCESS_ID, SHAPE_NUMBER, false },
		{ FIELD_IMAGE, SHAPE_TEXT, false },
		{ FIELD_DIRECTION, SHAPE_DIRECTION, true },
		{ FIELD_SOURCE_ADDRESS, SHAPE_ADDRESS, false },
		{ FIELD_SOURCE_PORT, SHAPE_NUMBER, false },
		{ FIELD_TARGET_ADDRESS, SHAPE_ADDRESS, false },
		{ FIELD_TARGET_PORT, SHAPE_NUMBER, false },
		{ FIELD_PROTOCOL, SHAPE_NUMBER, false },
	};
	static const struct expected bind_to_port[] = {
		{ FIELD_PROCESS_ID, SHAPE_NUMBER, false },
		{ FIELD_IMAGE, SHAPE_TEXT, false },
		{ FIELD_SOURCE_ADDRESS, SHAPE_ADDRESS, false },
		{ FIELD_SOURCE_PORT, SHAPE_NUMBER, false },
		{ FIELD_PROTOCOL, SHAPE_NUMBER, false },
	};

	switch (event_id) {
	case 5156:
	case 5157:
		read_expected(connection, ARRAY_SIZE(connection), text, fields);
		break;
	case 5158:
		read_expected(
		    bind_to_port, ARRAY_SIZE(bind_to_port), text, fields);
		break;
	case 4688:
		read_process(text, FIELD_NEW_PROCESS_ID, FIELD_IMAGE,
		    FIELD_PARENT_PROCESS_ID, fields);
		break;
	case 4689:
		read_process(text, FIELD_PROCESS_ID, FIELD_PROCESS_NAME,
		    FIELD_COUNT, fields);
		break;
	default:
		break;
	}
}
