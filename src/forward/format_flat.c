#include "forward/format_flat.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum {
	NAME_SIZE = 33, /* PARAM-NAME: 32 characters (RFC 5424, 6.3.3). */
	OTHERS = 96,    /* Fields written by their own names. */
};

enum shape { TEXT, TIME };

struct field {
	const char *path; /* Null: here the triage ends. */
	enum shape shape;
	const char *names[3]; /* By form. */
	const char *label;
};

/* One field's value: a path's, or one that has no path. */
struct flat_value {
	json_t *value;
	enum shape shape;
};

#define FIELD(path, shape, sd, cef, label, leef) \
	{ path, shape, { sd, cef, leef }, label },
#define TRIAGE() { NULL, TEXT, { NULL, NULL, NULL }, NULL },
static const struct field alert_fields[] = {
#include "forward/alert_fields.def"
};
static const struct field other_fields[] = {
#include "forward/other_fields.def"
};
#undef TRIAGE
#undef FIELD

static void write_others(const struct format_work *work,
    const struct format_flat *flat, struct format_writer *writer);
static void write_other(const struct format_flat *flat,
    struct format_writer *writer, const char *const names[2], json_t *value);
static bool is_written(const char *member, const char *inner);
static void name_of(enum format_flat_form form, const char *member,
    const char *inner, char name[NAME_SIZE]);
static void write_field(const struct format_flat *flat,
    struct format_writer *writer, const char *name,
    const struct flat_value *value);
static void write_begin(const struct format_flat *flat,
    struct format_writer *writer, const char *name);
static void write_value(const struct format_flat *flat,
    struct format_writer *writer, const struct flat_value *value);
static void write_time(const struct format_flat *flat,
    struct format_writer *writer, json_t *value);
static void write_scalar(const struct format_flat *flat,
    struct format_writer *writer, const json_t *value);
static void write_list(const struct format_flat *flat,
    struct format_writer *writer, const json_t *list);
static void write_json(const struct format_flat *flat,
    struct format_writer *writer, const json_t *value);
static bool is_list_of_scalars(const json_t *value);

size_t
format_flat_write(const struct format_work *work,
    const struct format_flat *flat, struct format_writer *writer)
{
	bool alert = work->record->kind == FORWARD_ALERT;
	const struct field *fields = alert ? alert_fields : other_fields;
	size_t count =
	    alert ? ARRAY_SIZE(alert_fields) : ARRAY_SIZE(other_fields);
	size_t triage_end = 0;

	for (size_t i = 0; i < count; i++) {
		const struct field *field = &fields[i];
		const char *name = field->names[flat->form];
		struct flat_value value = { NULL, field->shape };

		if (field->path == NULL) {
			triage_end = writer->length;
			if (work->core) {
				break;
			}
			continue;
		}
		value.value = format_at(work->copy, field->path);
		if (name == NULL || value.value == NULL) {
			continue;
		}
		if (flat->form == FLAT_CEF && field->label != NULL) {
			char label[NAME_SIZE];
			json_t *text = json_string(field->label);

			(void)snprintf(label, sizeof(label), "%sLabel", name);
			write_field(flat, writer, label,
			    &(struct flat_value){ text, TEXT });
			json_decref(text);
		}
		write_field(flat, writer, name, &value);
	}
	if (!alert && !work->core) {
		write_others(work, flat, writer);
	}
	if (work->truncated) {
		write_field(flat, writer,
		    flat->form == FLAT_CEF ? "SpanwatchTruncated" : "truncated",
		    &(struct flat_value){ json_true(), TEXT });
	}
	if (work->utf8_fixed) {
		write_field(flat, writer,
		    flat->form == FLAT_CEF      ? "SpanwatchUtf8Fixed"
		        : flat->form == FLAT_SD ? "utf8_fixed"
		                                : "utf8Fixed",
		    &(struct flat_value){ json_true(), TEXT });
	}
	return triage_end;
}

/* The members that the table does not name, and the members of those. */
static void
write_others(const struct format_work *work, const struct format_flat *flat,
    struct format_writer *writer)
{
	unsigned left = OTHERS;
	const char *member;
	const char *inner;
	json_t *value;
	json_t *part;

	json_object_foreach(work->copy, member, value)
	{
		if (!json_is_object(value)) {
			if (!is_written(member, "") && left > 0) {
				left--;
				write_other(flat, writer,
				    (const char *const[]){ member, "" }, value);
			}
			continue;
		}
		json_object_foreach(value, inner, part)
		{
			if (!is_written(member, inner) && left > 0) {
				left--;
				write_other(flat, writer,
				    (const char *const[]){ member, inner },
				    part);
			}
		}
	}
}

static void
write_other(const struct format_flat *flat, struct format_writer *writer,
    const char *const names[2], json_t *value)
{
	char name[NAME_SIZE];

	name_of(flat->form, names[0], names[1], name);
	if (!json_is_null(value) && name[0] != '\0') {
		write_field(
		    flat, writer, name, &(struct flat_value){ value, TEXT });
	}
}

/* Whether the table writes the path, or nobody should. */
static bool
is_written(const char *member, const char *inner)
{
	static const char *const never[] = { "schema", "derived", "time",
		"text", "message", "severity" };
	size_t length = strlen(member);

	/* Of a destination the terms say the name, a record may say more. */
	if (inner[0] == '\0' && strcmp(member, "destination") == 0) {
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(never); i++) {
		if (strcmp(member, never[i]) == 0) {
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(other_fields); i++) {
		const char *path = other_fields[i].path;

		if (path != NULL && strncmp(path, member, length) == 0 &&
		    (inner[0] == '\0' ? path[length] == '\0'
		                      : path[length] == '.' &&
		                strcmp(path + length + 1, inner) == 0)) {
			return true;
		}
	}
	return false;
}

/* "destination.queued"; "SpanwatchDestinationQueued"; "destinationQueued". */
static void
name_of(enum format_flat_form form, const char *member, const char *inner,
    char name[NAME_SIZE])
{
	const char *const parts[] = { form == FLAT_CEF ? "Spanwatch" : "",
		member, inner };
	size_t length = 0;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		bool upper = form == FLAT_CEF || (form == FLAT_LEEF && i == 2);

		if (form == FLAT_SD && i == 2 && inner[0] != '\0' &&
		    length + 1 < NAME_SIZE) {
			name[length++] = '.';
		}
		for (const char *at = parts[i]; *at != '\0'; at++) {
			bool letter = (*at >= 'a' && *at <= 'z') ||
			    (*at >= 'A' && *at <= 'Z') ||
			    (*at >= '0' && *at <= '9');

			if (!letter && form != FLAT_SD) {
				upper = true;
				continue;
			}
			if (length + 1 >= NAME_SIZE) {
				break;
			}
			name[length++] = !letter ? '_'
			    : upper && *at >= 'a' && *at <= 'z'
			    ? (char)(*at - 'a' + 'A')
			    : *at;
			upper = false;
		}
	}
	name[length] = '\0';
}

static void
write_field(const struct format_flat *flat, struct format_writer *writer,
    const char *name, const struct flat_value *value)
{
	struct format_writer before = *writer;
	size_t empty;

	write_begin(flat, writer, name);
	empty = writer->length;
	write_value(flat, writer, value);
	/* A field without a value says nothing. */
	if (writer->length == empty && !writer->full) {
		*writer = before;
		return;
	}
	format_write_text(writer, flat->end);
}

static void
write_begin(const struct format_flat *flat, struct format_writer *writer,
    const char *name)
{
	format_write_text(writer, flat->begin);
	format_write_text(writer, name);
	format_write_text(writer, flat->between);
}

static void
write_value(const struct format_flat *flat, struct format_writer *writer,
    const struct flat_value *value)
{
	if (value->shape == TIME) {
		write_time(flat, writer, value->value);
	} else if (is_list_of_scalars(value->value)) {
		write_list(flat, writer, value->value);
	} else if (json_is_object(value->value) ||
	    json_is_array(value->value)) {
		write_json(flat, writer, value->value);
	} else {
		write_scalar(flat, writer, value->value);
	}
}

/* RFC 3339 with milliseconds; CEF counts them since 1970. */
static void
write_time(
    const struct format_flat *flat, struct format_writer *writer, json_t *value)
{
	json_t *holder = json_pack("{s:O}", "at", value);
	json_t *time = flat->form == FLAT_CEF ? format_time_ms(holder, "at")
	                                      : format_time_text(holder, "at");

	if (time != NULL) {
		write_scalar(flat, writer, time);
	}
	json_decref(time);
	json_decref(holder);
}

static void
write_scalar(const struct format_flat *flat, struct format_writer *writer,
    const json_t *value)
{
	switch (json_typeof(value)) {
	case JSON_STRING:
		flat->escape(writer, json_string_value(value));
		break;
	case JSON_INTEGER:
		format_write_printed(
		    writer, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
		break;
	case JSON_REAL:
		format_write_printed(writer, "%.6g", json_real_value(value));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		format_write_text(
		    writer, json_is_true(value) ? "true" : "false");
		break;
	case JSON_OBJECT:
	case JSON_ARRAY:
	case JSON_NULL:
		break;
	}
}

static bool
is_list_of_scalars(const json_t *value)
{
	json_t *member;
	size_t index;

	json_array_foreach(value, index, member)
	{
		if (json_is_object(member) || json_is_array(member)) {
			return false;
		}
	}
	return json_is_array(value);
}

static void
write_list(const struct format_flat *flat, struct format_writer *writer,
    const json_t *list)
{
	json_t *member;
	size_t index;

	json_array_foreach(list, index, member)
	{
		if (index > 0) {
			format_write_text(writer, ",");
		}
		write_scalar(flat, writer, member);
	}
}

static void
write_json(const struct format_flat *flat, struct format_writer *writer,
    const json_t *value)
{
	char *text = json_dumps(value, JSON_COMPACT);

	if (text != NULL) {
		flat->escape(writer, text);
	}
	free(text);
}

void
format_flat_replace(struct format_writer *writer, const char *text,
    const char *from, const char *const *to)
{
	const char *begin = text;

	for (const char *at = text; *at != '\0'; at++) {
		const char *place = strchr(from, *at);

		if (place == NULL && (uint8_t)*at >= 0x20 && *at != 0x7f) {
			continue;
		}
		format_write(writer, begin, (size_t)(at - begin));
		format_write_text(
		    writer, place == NULL ? " " : to[place - from]);
		begin = at + 1;
	}
	format_write_text(writer, begin);
}
