#include <stdio.h>

#include "authorise/asking.h"
#include "authorise/csv.h"

enum { MISTAKES = 64 }; /* More are not told. */

static json_t *read_rows(struct asking *asking, uint32_t *first_row);
static bool check_rows(
    struct asking *asking, const json_t *rows, uint32_t first_row);
static bool check_row(struct asking *asking, const json_t *rows, size_t index,
    struct authorise_mistake *mistake);
static bool is_over(const json_t *row);
static bool enter_rows(struct asking *asking, const json_t *rows);
static bool note_mistake(
    struct asking *asking, const struct authorise_mistake *mistake);

bool
asking_import(struct asking *asking)
{
	const json_t *dry_run = json_object_get(asking->request, "dry_run");
	bool dry = json_is_true(dry_run);
	uint32_t first_row = 1;
	uint32_t skipped = 0;
	uint32_t count;
	json_t *rows;
	bool done;

	if (dry_run != NULL && !json_is_boolean(dry_run)) {
		return asking_refuse(asking,
		    "dry_run is true or false; anything else might enter "
		    "what was only to be tried");
	}
	rows = read_rows(asking, &first_row);
	if (rows == NULL) {
		return false;
	}
	for (size_t i = 0; i < json_array_size(rows); i++) {
		skipped += is_over(json_array_get(rows, i)) ? 1 : 0;
	}
	count = (uint32_t)json_array_size(rows) - skipped;
	done = check_rows(asking, rows, first_row);
	if (done && count > asking_room(asking)) {
		done = asking_refuse(asking,
		    "there is room for %u entries, and these are %u; revoke "
		    "some, or build with a larger AUTHORISE_ENTRY_COUNT",
		    asking_room(asking), count);
	}
	done = done && (dry || enter_rows(asking, rows)) &&
	    asking_give(asking, "imported", json_integer(count)) &&
	    asking_give(asking, "skipped", json_integer(skipped)) &&
	    asking_give(asking, "dry_run", json_boolean(dry));
	json_decref(rows);
	return done;
}

/* The rows of the request, a new reference. */
static json_t *
read_rows(struct asking *asking, uint32_t *first_row)
{
	const json_t *csv = json_object_get(asking->request, "csv");
	json_t *rows = json_object_get(asking->request, "entries");
	struct authorise_mistake mistake;

	if (json_is_string(csv)) {
		*first_row = 2;
		rows = authorise_csv_read(
		    json_string_value(csv), json_string_length(csv), &mistake);
		if (rows == NULL && mistake.sentence[0] == '\0') {
			(void)asking_refuse(
			    asking, "there is no memory for the table");
		} else if (rows == NULL) {
			(void)note_mistake(asking, &mistake);
			(void)asking_refuse(asking, "row %u: %s", mistake.row,
			    mistake.sentence);
		}
		return rows;
	}
	if (!json_is_array(rows)) {
		(void)asking_refuse(asking,
		    "there is nothing to import; write a list of entries, or a "
		    "table");
		return NULL;
	}
	return json_incref(rows);
}

/* Every row is checked, so that all that is wrong can be mended at once. */
static bool
check_rows(struct asking *asking, const json_t *rows, uint32_t first_row)
{
	uint32_t wrong = 0;

	if (json_array_size(rows) > AUTHORISE_IMPORT_COUNT) {
		return asking_refuse(asking,
		    "there are more than %d rows; import them in parts",
		    AUTHORISE_IMPORT_COUNT);
	}
	for (size_t i = 0; i < json_array_size(rows); i++) {
		struct authorise_mistake mistake;

		if (is_over(json_array_get(rows, i)) ||
		    check_row(asking, rows, i, &mistake)) {
			continue;
		}
		mistake.row = first_row + (uint32_t)i;
		if (wrong++ < MISTAKES && !note_mistake(asking, &mistake)) {
			return false;
		}
		if (wrong == 1) {
			(void)asking_refuse(asking, "row %u: %s", mistake.row,
			    mistake.sentence);
		}
	}
	return wrong == 0;
}

static bool
check_row(struct asking *asking, const json_t *rows, size_t index,
    struct authorise_mistake *mistake)
{
	static struct authorise_entry entry; /* Too large for the stack. */

	if (!authorise_entry_from_json(asking->authorise,
	        json_array_get(rows, index), false, &entry, mistake) ||
	    !asking_check_new(asking, &entry, mistake)) {
		return false;
	}
	for (size_t i = 0; i < index; i++) {
		const char *name = json_string_value(
		    json_object_get(json_array_get(rows, i), "name"));

		if (name != NULL && strcmp(name, entry.name) == 0 &&
		    !is_over(json_array_get(rows, i))) {
			(void)snprintf(
			    mistake->field, sizeof(mistake->field), "name");
			(void)snprintf(mistake->sentence,
			    sizeof(mistake->sentence),
			    "name \"%s\" is given twice; leave one row out",
			    entry.name);
			return false;
		}
	}
	return true;
}

/* What was revoked or has expired where it comes from is not brought back to
 * life by carrying it over. */
static bool
is_over(const json_t *row)
{
	const char *state = json_string_value(json_object_get(row, "state"));

	return state != NULL &&
	    (strcmp(state, "revoked") == 0 || strcmp(state, "expired") == 0);
}

/* All of them have been checked, and there is room. */
static bool
enter_rows(struct asking *asking, const json_t *rows)
{
	static struct authorise_entry entry; /* As above. */
	struct authorise_mistake mistake;
	struct authorise_record *record;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		const json_t *row = json_array_get(rows, i);

		if (is_over(row)) {
			continue;
		}
		if (!authorise_entry_from_json(
		        asking->authorise, row, false, &entry, &mistake) ||
		    !asking_enter(asking, &entry, &record)) {
			return false;
		}
	}
	return true;
}

static bool
note_mistake(struct asking *asking, const struct authorise_mistake *mistake)
{
	if (asking->errors == NULL) {
		asking->errors = json_array();
	}
	return json_array_append_new(asking->errors,
	           json_pack("{s:i, s:s, s:s}", "row", (int)mistake->row,
	               "field", mistake->field, "error", mistake->sentence)) ==
	    0 ||
	    asking_refuse(asking, "there is no memory for what is wrong");
}
