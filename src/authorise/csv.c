#include "authorise/csv.h"

#include <stdio.h>

#include "authorise/field.h"

static const char formula_signs[] = "=+-@\t\r";

/* A table that is being read. */
struct table {
	const char *at;
	const char *end;
	uint32_t row;    /* From 1, that of the names. */
	uint32_t column; /* From 0. */
	uint32_t column_count;
	uint8_t fields[FIELD_COUNT]; /* Which field each column is. */
	struct authorise_mistake *mistake;
};

enum cell_end { CELL_NEXT, CELL_ROW_OVER, CELL_WRONG };

static void add_cell(const char *text, struct strbuf *row);
static bool is_formula(const char *text);
static void add_list(const json_t *list, struct strbuf *row);
static bool take_head(struct table *table);
static json_t *take_row(struct table *table);
static bool put_cell(struct table *table, json_t *object, char *cell);
static bool put_items(json_t *object, enum field field, char *cell);
static enum cell_end take_cell(struct table *table, char *cell);
static enum cell_end take_quoted(
    struct table *table, char *cell, size_t *length);
static enum cell_end end_cell(struct table *table);
static void wrong(struct table *table, const char *field, const char *sentence);

void
authorise_csv_add_head(struct strbuf *row)
{
	for (uint32_t field = 0; field < FIELD_COUNT; field++) {
		strbuf_addf(
		    row, "%s%s", field > 0 ? "," : "", field_name(field));
	}
	strbuf_add(row, "\r\n");
}

void
authorise_csv_add_row(const json_t *entry, struct strbuf *row)
{
	for (uint32_t field = 0; field < FIELD_COUNT; field++) {
		const json_t *value = json_object_get(entry, field_name(field));

		strbuf_add(row, field > 0 ? "," : "");
		if (json_is_array(value)) {
			add_list(value, row);
		} else if (json_is_integer(value)) {
			strbuf_addf(
			    row, "%lld", (long long)json_integer_value(value));
		} else if (json_is_string(value)) {
			add_cell(json_string_value(value), row);
		}
	}
	strbuf_add(row, "\r\n");
}

json_t *
authorise_csv_read(
    const char *text, size_t size, struct authorise_mistake *mistake)
{
	struct table table = {
		.at = text, .end = text + size, .row = 1, .mistake = mistake
	};
	json_t *list = json_array();

	memset(mistake, 0, sizeof(*mistake));
	if (size > AUTHORISE_CSV_SIZE) {
		wrong(&table, "", "the table is larger than 256 KiB; part it");
		json_decref(list);
		return NULL;
	}
	/* What some spreadsheets begin UTF-8 with. */
	if (size >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
		table.at += 3;
	}
	if (list == NULL || !take_head(&table)) {
		json_decref(list);
		return NULL;
	}
	while (table.at < table.end) {
		json_t *object;

		table.row++;
		object = take_row(&table);
		if (object == NULL ||
		    json_array_append_new(list, object) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

/* Quotes what has to be (RFC 4180, section 2), and disarms formulas. */
static void
add_cell(const char *text, struct strbuf *row)
{
	bool quoted = text[strcspn(text, ",\"\r\n")] != '\0';

	strbuf_add(row, quoted ? "\"" : "");
	strbuf_add(row, is_formula(text) ? "'" : "");
	for (; *text != '\0'; text++) {
		strbuf_addf(row, "%s%c", *text == '"' ? "\"" : "", *text);
	}
	strbuf_add(row, quoted ? "\"" : "");
}

/* Whether a spreadsheet may take it for a formula, or a reader for what was
 * disarmed. */
static bool
is_formula(const char *text)
{
	text += strspn(text, "'");
	return *text != '\0' && strchr(formula_signs, *text) != NULL;
}

static void
add_list(const json_t *list, struct strbuf *row)
{
	static char text[AUTHORISE_CELL_SIZE]; /* Too large for the stack. */
	struct strbuf cell;
	const json_t *item;
	size_t index;

	strbuf_init(&cell, text, sizeof(text));
	json_array_foreach(list, index, item)
	{
		strbuf_add(&cell, index > 0 ? "\n" : "");
		strbuf_add(
		    &cell, json_is_string(item) ? json_string_value(item) : "");
	}
	add_cell(text, row);
}

static bool
take_head(struct table *table)
{
	static char cell[AUTHORISE_CELL_SIZE]; /* Too large for the stack. */
	enum cell_end end;

	if (table->at == table->end) {
		wrong(table, "",
		    "the table is empty; its first row has to name the fields");
		return false;
	}
	do {
		enum field field;

		end = take_cell(table, cell);
		if (end == CELL_WRONG) {
			return false;
		}
		field = field_of(cell);
		if (field == FIELD_COUNT) {
			wrong(table, cell,
			    "is no field of an entry; the first row has to "
			    "name fields, such as name,sources,segments,"
			    "services,owner,reason,expires, with commas "
			    "between them");
			return false;
		}
		for (uint32_t i = 0; i < table->column_count; i++) {
			if (table->fields[i] == field) {
				wrong(table, cell,
				    "is named twice; leave one column out");
				return false;
			}
		}
		table->fields[table->column_count++] = (uint8_t)field;
		table->column++;
	} while (end == CELL_NEXT);
	return true;
}

static json_t *
take_row(struct table *table)
{
	static char cell[AUTHORISE_CELL_SIZE]; /* Too large for the stack. */
	json_t *object = json_object();
	enum cell_end end;

	table->column = 0;
	do {
		end = take_cell(table, cell);
		if (end == CELL_WRONG || object == NULL ||
		    !put_cell(table, object, cell)) {
			json_decref(object);
			return NULL;
		}
		table->column++;
	} while (end == CELL_NEXT);
	return object;
}

/* Puts a cell into the row's object, as its field has it. */
static bool
put_cell(struct table *table, json_t *object, char *cell)
{
	enum field field;

	if (cell[0] == '\0') {
		return true;
	}
	if (table->column >= table->column_count) {
		wrong(table, "",
		    "the row has more cells than the first; quote what holds a "
		    "comma");
		return false;
	}
	field = table->fields[table->column];
	if (cell[0] == '\'' && is_formula(cell)) {
		cell++;
	}
	if (field_is_list(field)
	        ? put_items(object, field, cell)
	        : json_object_set_new(
	              object, field_name(field), json_string(cell)) == 0) {
		return true;
	}
	wrong(table, field_name(field),
	    "is not in UTF-8; save the table in that encoding");
	return false;
}

static bool
put_items(json_t *object, enum field field, char *cell)
{
	/* Segments and users may have semicolons in their names. */
	const char *marks =
	    field == FIELD_SEGMENTS || field == FIELD_USERS ? "\r\n" : "\r\n;";
	json_t *list = json_array();
	char *rest = NULL;

	for (char *item = strtok_r(cell, marks, &rest); item != NULL;
	     item = strtok_r(NULL, marks, &rest)) {
		size_t length;

		item += strspn(item, " ");
		length = strlen(item);
		while (length > 0 && item[length - 1] == ' ') {
			item[--length] = '\0';
		}
		if (length > 0 &&
		    json_array_append_new(list, json_string(item)) != 0) {
			json_decref(list);
			return false;
		}
	}
	return json_object_set_new(object, field_name(field), list) == 0;
}

static enum cell_end
take_cell(struct table *table, char *cell)
{
	size_t length = 0;

	if (table->at < table->end && *table->at == '"') {
		enum cell_end end = take_quoted(table, cell, &length);

		cell[length] = '\0';
		return end;
	}
	while (table->at < table->end && *table->at != ',' &&
	    *table->at != '\n' && *table->at != '\r') {
		if (*table->at == '"' || *table->at == '\0' ||
		    length == AUTHORISE_CELL_SIZE - 1) {
			wrong(table, "",
			    "a cell is too long or holds a quotation mark in "
			    "the open; put it in quotes and double those in "
			    "it");
			return CELL_WRONG;
		}
		cell[length++] = *table->at++;
	}
	cell[length] = '\0';
	return end_cell(table);
}

static enum cell_end
take_quoted(struct table *table, char *cell, size_t *length)
{
	for (table->at++; table->at < table->end; table->at++) {
		if (*table->at == '"') {
			table->at++;
			if (table->at == table->end || *table->at != '"') {
				return end_cell(table);
			}
		}
		if (*table->at == '\0' || *length == AUTHORISE_CELL_SIZE - 1) {
			wrong(table, "",
			    "a cell is too long; write at most 6143 bytes");
			return CELL_WRONG;
		}
		cell[(*length)++] = *table->at;
	}
	wrong(table, "", "a cell is not closed; end it with a quotation mark");
	return CELL_WRONG;
}

/* After a cell: a comma, a line's end, or the end. */
static enum cell_end
end_cell(struct table *table)
{
	if (table->at == table->end) {
		return CELL_ROW_OVER;
	}
	if (*table->at == ',') {
		table->at++;
		return CELL_NEXT;
	}
	if (*table->at == '\r') {
		table->at++;
	}
	if (table->at < table->end && *table->at == '\n') {
		table->at++;
		return CELL_ROW_OVER;
	}
	wrong(table, "",
	    "something follows the quotation mark that closes a cell; double "
	    "those within it");
	return CELL_WRONG;
}

static void
wrong(struct table *table, const char *field, const char *sentence)
{
	struct authorise_mistake *mistake = table->mistake;
	struct strbuf buffer;

	mistake->row = table->row;
	strbuf_init(&buffer, mistake->field, sizeof(mistake->field));
	strbuf_add(&buffer, field_of(field) == FIELD_COUNT ? "" : field);
	strbuf_init(&buffer, mistake->sentence, sizeof(mistake->sentence));
	strbuf_addf(&buffer, "%s%.40s%s%s", field[0] == '\0' ? "" : "\"", field,
	    field[0] == '\0' ? "" : "\" ", sentence);
}
