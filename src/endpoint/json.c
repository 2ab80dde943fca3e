#include <string.h>

#include "endpoint/positions.h"
#include "endpoint/readers.h"
#include "endpoint/utf8.h"

#define JSMN_STATIC
#define JSMN_STRICT
#define JSMN_PARENT_LINKS
#include <jsmn.h>

enum {
	TOKEN_COUNT = 4096, /* A long event has 300. */
	DEPTH_MAX = 8,
	PATH_SIZE = 96,
};

/* What the names in an object mean. */
enum scope {
	SCOPE_ROOT,
	SCOPE_NAMED,      /* Joined with the names of the objects around it. */
	SCOPE_EVENT_DATA, /* The event's own fields, whoever wrapped them. */
	SCOPE_SYSTEM,     /* What the log service adds. */
	SCOPE_IGNORED,
};

struct json {
	jsmntok_t tokens[TOKEN_COUNT];
	const char *text;
	int count;   /* Tokens. */
	int object;  /* Of which scope and path are known; -1: none. */
	int inserts; /* The array StringInserts; -1: none. */
	uint32_t path_size;
	enum scope scope;
	char path[PATH_SIZE];
};

size_t
json_bytes(void)
{
	return region_bytes(1, sizeof(struct json));
}

struct json *
json_init(struct region *region)
{
	return region_carve(region, 1, sizeof(struct json));
}

static struct slice
text_of(const struct json *json, int token)
{
	const jsmntok_t *at = &json->tokens[token];

	return (struct slice){ json->text + at->start,
		(size_t)(at->end - at->start) };
}

static uint32_t
hex_of(const char *at)
{
	uint32_t value = 0;

	for (uint32_t i = 0; i < 4; i++) {
		char c = at[i];

		value = value << 4 |
		    (uint32_t)(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
	}
	return value;
}

/* "\u00e9", or the two of a surrogate pair; how much of the text that is. */
static size_t
unescape_unicode(struct slice text, char *to, size_t *written)
{
	uint32_t unit;
	size_t used = 6;

	if (text.size < used) {
		*written = 0;
		return text.size;
	}
	unit = hex_of(text.text + 2);
	if (unit >= 0xd800 && unit < 0xdc00 && text.size >= 12 &&
	    text.text[6] == '\\' && text.text[7] == 'u') {
		uint32_t low = hex_of(text.text + 8);

		if (low >= 0xdc00 && low < 0xe000) {
			unit = 0x10000 + ((unit - 0xd800) << 10) + low - 0xdc00;
			used = 12;
		}
	}
	*written = utf8_encode(unit, to);
	return used;
}

struct slice
json_unescape(struct slice text, struct fields *fields)
{
	static const char codes[] = "b\bf\fn\nr\rt\t";
	char *to = fields_scratch(fields, text.size);
	size_t size = 0;

	if (to == NULL) {
		return (struct slice){ NULL, 0 };
	}
	while (text.size > 0) {
		size_t plain = slice_find_byte(text, '\\');
		const char *code;
		size_t written = 1;
		size_t used = 2;

		memcpy(to + size, text.text, plain);
		size += plain;
		text = slice_after(text, plain);
		if (text.size < 2) {
			break;
		}
		if (text.text[1] == 'u') {
			/* Never longer than what it stands for. */
			used = unescape_unicode(text, to + size, &written);
		} else {
			code = strchr(codes, text.text[1]);
			to[size] = code != NULL && text.text[1] != '\0'
			    ? code[1]
			    : text.text[1];
		}
		size += written;
		text = slice_after(text, used);
	}
	return (struct slice){ to, size };
}

static struct slice
value_of(const struct json *json, int token, struct fields *fields)
{
	struct slice text = text_of(json, token);

	if (json->tokens[token].type == JSMN_PRIMITIVE) {
		return slice_is(text, SLICE("null")) ? (struct slice){ NULL, 0 }
		                                     : text;
	}
	return slice_find_byte(text, '\\') < text.size
	    ? json_unescape(text, fields)
	    : text;
}

/* The texts of an array, joined by blanks. */
static struct slice
join(const struct json *json, int array, struct fields *fields)
{
	char *to = NULL;
	size_t size = 0;

	for (int i = array + 1; i < json->count; i++) {
		struct slice text;
		char *room;

		if (json->tokens[i].parent < array) {
			break;
		}
		if (json->tokens[i].parent != array ||
		    json->tokens[i].type != JSMN_STRING) {
			continue;
		}
		text = text_of(json, i);
		room = fields_scratch(fields, text.size + 1);
		if (room == NULL) {
			break;
		}
		to = to == NULL ? room : to;
		memcpy(room, text.text, text.size);
		room[text.size] = ' ';
		size += text.size + 1;
	}
	return (struct slice){ to, size == 0 ? 0 : size - 1 };
}

/* Puts a name and a dot before the path. */
static bool
prepend(struct json *json, struct slice name)
{
	if (name.size + 1 + json->path_size > PATH_SIZE) {
		return false;
	}
	memmove(json->path + name.size + 1, json->path, json->path_size);
	memcpy(json->path, name.text, name.size);
	json->path[name.size] = '.';
	json->path_size += (uint32_t)name.size + 1;
	return true;
}

static enum scope
scope_of_name(struct slice name)
{
	if (slice_is_word(name, SLICE("event_data")) ||
	    slice_is_word(name, SLICE("eventdata")) ||
	    slice_is_word(name, SLICE("StringInserts"))) {
		return SCOPE_EVENT_DATA;
	}
	return slice_is_word(name, SLICE("system")) ? SCOPE_SYSTEM
	                                            : SCOPE_NAMED;
}

/* Climbs from an object to the root, gathering the names on the way. */
static enum scope
scope_of(struct json *json, int object)
{
	enum scope scope = SCOPE_ROOT;
	int at = object;

	json->path_size = 0;
	for (uint32_t depth = 0; depth < DEPTH_MAX; depth++) {
		int key = json->tokens[at].parent;
		struct slice name;

		if (key < 0) {
			return scope;
		}
		/* A list of one event, as some send it. */
		if (json->tokens[key].type == JSMN_ARRAY) {
			return json->tokens[key].parent < 0 ? scope
			                                    : SCOPE_IGNORED;
		}
		if (json->tokens[key].type != JSMN_STRING) {
			return SCOPE_IGNORED;
		}
		name = text_of(json, key);
		if (scope != SCOPE_EVENT_DATA && scope != SCOPE_SYSTEM) {
			scope = scope_of_name(name);
		}
		if (!slice_begins(name, SLICE("#")) && !prepend(json, name)) {
			return SCOPE_IGNORED;
		}
		at = json->tokens[key].parent;
		if (at < 0) {
			return scope;
		}
	}
	return SCOPE_IGNORED;
}

/* The slot of a name by its whole path, or without the outer names of it. */
static enum field
field_of_path(const struct json *json, struct slice name)
{
	char text[PATH_SIZE * 2];
	struct slice path = { text, json->path_size + name.size };

	if (path.size > sizeof(text)) {
		return FIELD_COUNT;
	}
	memcpy(text, json->path, json->path_size);
	memcpy(text + json->path_size, name.text, name.size);
	while (slice_find_byte(path, '.') < path.size) {
		enum field field = field_of_name(path.text, path.size);

		if (field != FIELD_COUNT) {
			return field;
		}
		(void)slice_take(&path, '.');
	}
	return FIELD_COUNT;
}

void
set_by_name(struct slice name, struct slice value, struct fields *fields)
{
	enum field field = slice_is(name, SLICE("ProcessID"))
	    ? FIELD_PROCESS_ID_ANY
	    : field_of_name(name.text, name.size);

	if (field != FIELD_COUNT) {
		fields_set(fields, field, value.text, value.size);
	}
}

static enum field
field_of(const struct json *json, struct slice name)
{
	/* GELF marks what is not its own. */
	if (slice_begins(name, SLICE("_"))) {
		name = slice_after(name, 1);
	}
	switch (json->scope) {
	case SCOPE_ROOT:
		return slice_is(name, SLICE("ProcessID"))
		    ? FIELD_PROCESS_ID_ANY
		    : field_of_name(name.text, name.size);
	case SCOPE_EVENT_DATA:
		return field_of_name(name.text, name.size);
	case SCOPE_SYSTEM:
		if (slice_is_word(name, SLICE("ProcessID"))) {
			return FIELD_WRITER_PROCESS_ID;
		}
		if (field_of_name(name.text, name.size) != FIELD_COUNT) {
			return field_of_name(name.text, name.size);
		}
		return field_of_path(json, name);
	case SCOPE_NAMED:
		return field_of_path(json, name);
	case SCOPE_IGNORED:
		break;
	}
	return FIELD_COUNT;
}

static void
take_member(struct json *json, int key, struct fields *fields)
{
	int value = key + 1;
	int object = json->tokens[key].parent;
	struct slice name = text_of(json, key);
	struct slice text;
	enum field field;

	if (object != json->object) {
		json->object = object;
		json->scope = scope_of(json, object);
	}
	if (json->tokens[value].type == JSMN_ARRAY &&
	    slice_is(name, SLICE("StringInserts"))) {
		json->inserts = value;
		return;
	}
	field = field_of(json, name);
	if (field == FIELD_COUNT || fields_has(fields, field) ||
	    json->tokens[value].type == JSMN_OBJECT) {
		return;
	}
	if (json->tokens[value].type == JSMN_ARRAY) {
		text = join(json, value, fields);
	} else if (field == FIELD_MESSAGE) {
		text = text_of(json, value);
		fields->message_is_escaped = true;
	} else {
		text = value_of(json, value, fields);
	}
	fields_set(fields, field, text.text, text.size);
}

/* Values without names. */
static void
take_inserts(struct json *json, struct fields *fields)
{
	int array = json->inserts;
	uint32_t count = (uint32_t)json->tokens[array].size;
	uint32_t index = 0;
	uint64_t event_id;
	struct slice first;

	if (!slice_number(fields->value[FIELD_EVENT_ID], &event_id) ||
	    array + 1 >= json->count || json->tokens[array + 1].end < 0) {
		return;
	}
	first = text_of(json, array + 1);
	for (int i = array + 1; i < json->count; i++) {
		enum field field;
		struct slice text;

		if (json->tokens[i].parent != array ||
		    json->tokens[i].end < 0) {
			break;
		}
		field = position_field(event_id, index++, count, first);
		if (field != FIELD_COUNT) {
			text = value_of(json, i, fields);
			fields_set(fields, field, text.text, text.size);
		}
	}
}

/* The text that the cut went through, if it is the message: it comes before the
 * fields, and has them in its prose. */
static void
take_cut_message(struct json *json, struct slice rest, struct fields *fields)
{
	int key = json->count - 1;
	struct slice name;

	if (json->tokens[key].type != JSMN_STRING ||
	    json->tokens[key].parent < 0 ||
	    json->tokens[json->tokens[key].parent].type != JSMN_OBJECT ||
	    !slice_begins(rest, SLICE("\""))) {
		return;
	}
	name = text_of(json, key);
	rest = slice_after(rest, 1);
	if (field_of_name(name.text, name.size) == FIELD_MESSAGE &&
	    !fields_has(fields, FIELD_MESSAGE)) {
		fields_set(fields, FIELD_MESSAGE, rest.text, rest.size);
		fields->message_is_escaped = true;
		fields->open_end = rest.text + rest.size;
	}
}

enum endpoint_outcome
read_json(struct json *json, struct slice body, struct fields *fields)
{
	jsmn_parser parser;
	int result;

	jsmn_init(&parser);
	result = jsmn_parse(
	    &parser, body.text, body.size, json->tokens, TOKEN_COUNT);
	json->text = body.text;
	json->count = (int)parser.toknext;
	json->object = -1;
	json->inserts = -1;
	if (json->count < 2 ||
	    (result == JSMN_ERROR_INVAL && json->count < 4)) {
		return result == JSMN_ERROR_PART ? ENDPOINT_CUT_SHORT
		                                 : ENDPOINT_MALFORMED;
	}
	/* What was read before the cut or the fault is as good as ever. */
	fields->was_cut = fields->was_cut || result < 0;
	for (int i = 1; i + 1 < json->count; i++) {
		const jsmntok_t *key = &json->tokens[i];

		if (key->type == JSMN_STRING && key->parent >= 0 &&
		    json->tokens[key->parent].type == JSMN_OBJECT &&
		    json->tokens[i + 1].parent == i) {
			take_member(json, i, fields);
		}
	}
	if (json->inserts >= 0) {
		take_inserts(json, fields);
	}
	if (result == JSMN_ERROR_PART) {
		take_cut_message(json, slice_after(body, parser.pos), fields);
	}
	return ENDPOINT_EVENT;
}
