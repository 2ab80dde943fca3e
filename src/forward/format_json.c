#include "forward/format_json.h"

#include <string.h>
#include <strings.h>

static const struct format_technique techniques[] = {
#define KIND_OF_SCAN(kind, name)
#define TECHNIQUE(id, name, tactic, tactic_name) \
	{ id, name, tactic, tactic_name },
#include "forward/names.def"
#undef TECHNIQUE
#undef KIND_OF_SCAN
};

const struct format_technique *
format_technique_of(const json_t *id)
{
	const char *text = json_string_value(id);

	for (size_t i = 0; text != NULL && i < ARRAY_SIZE(techniques); i++) {
		if (strcmp(text, techniques[i].id) == 0) {
			return &techniques[i];
		}
	}
	return NULL;
}

json_t *
format_hash(const json_t *copy, const char *algorithm)
{
	const char *at = format_text_at(copy, "process.hashes");
	size_t length = strlen(algorithm);
	char digits[129]; /* SHA-512 */
	size_t count = 0;

	while (at != NULL &&
	    (strncasecmp(at, algorithm, length) != 0 || at[length] != '=')) {
		at = strchr(at, ',');
		at = at == NULL ? NULL : at + 1;
	}
	if (at == NULL) {
		return NULL;
	}
	for (at += length + 1; *at != '\0' && *at != ','; at++) {
		if (count + 1 >= sizeof(digits)) {
			return NULL;
		}
		digits[count++] =
		    *at >= 'A' && *at <= 'F' ? (char)(*at - 'A' + 'a') : *at;
	}
	return json_stringn(digits, count);
}

json_t *
format_original(const struct format_work *work)
{
	json_t *original = json_copy(work->copy);

	if (original != NULL) {
		(void)json_object_del(original, "derived");
	}
	return original;
}

json_t *
format_flag(bool is_set)
{
	return is_set ? json_true() : NULL;
}

bool
format_action_is(const json_t *copy, const char *const *verbs)
{
	const char *action = format_text_at(copy, "action");
	const char *dot = action == NULL ? NULL : strrchr(action, '.');
	const char *verb = dot == NULL ? action : dot + 1;

	for (size_t i = 0; verb != NULL && verbs[i] != NULL; i++) {
		if (strcmp(verb, verbs[i]) == 0) {
			return true;
		}
	}
	return false;
}

void
format_json_write(struct format_writer *writer, json_t *tree)
{
	size_t room = writer->capacity - writer->length;
	size_t length;

	if (tree == NULL || writer->full) {
		json_decref(tree);
		writer->full = true;
		return;
	}
	format_prune(tree);
	length = json_dumpb(tree, writer->out + writer->length, room,
	    JSON_COMPACT | JSON_REAL_PRECISION(6));
	json_decref(tree);
	if (length == 0 || length > room) {
		writer->full = true;
		return;
	}
	writer->length += length;
}
