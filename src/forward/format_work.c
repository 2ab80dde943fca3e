#include "forward/format_work.h"

#include <stdlib.h>
#include <string.h>

#include "base/rfc3339.h"
#include "forward/format_text.h"
#include "forward/mask.h"

enum { KEY_SIZE = 32 }; /* Bytes of one name of a path. */

static bool tidy_all(struct format_work *work);
static bool tidy_object(
    struct format_work *work, json_t *object, json_t *containers);
static bool tidy_list(
    struct format_work *work, json_t *list, json_t *containers);
static bool tidy(struct format_work *work, const char *key, json_t *value,
    json_t *containers);
static bool mask(json_t *value);
static bool is_command_line(const char *key);
static void prune_one(json_t *container);
static bool is_nothing(const json_t *value);

bool
format_work_begin(struct format_work *work,
    const struct forward_format_terms *terms,
    const struct forward_record *record, const json_t *object)
{
	*work = (struct format_work){ .terms = terms, .record = record };
	if (!json_is_object(object)) {
		return false;
	}
	work->copy = json_deep_copy(object);
	if (work->copy == NULL || !tidy_all(work) || !format_derive(work)) {
		format_work_free(work);
		return false;
	}
	return true;
}

void
format_work_free(struct format_work *work)
{
	json_decref(work->copy);
	work->copy = NULL;
}

/* Every text of the copy, container by container: those of each are put at the
 * end of the list that is being gone through. */
static bool
tidy_all(struct format_work *work)
{
	json_t *containers = json_array();
	bool whole = json_array_append(containers, work->copy) == 0;

	for (size_t i = 0; whole && i < json_array_size(containers); i++) {
		json_t *container = json_array_get(containers, i);

		whole = json_is_object(container)
		    ? tidy_object(work, container, containers)
		    : tidy_list(work, container, containers);
	}
	json_decref(containers);
	return whole;
}

static bool
tidy_object(struct format_work *work, json_t *object, json_t *containers)
{
	const char *key;
	json_t *value;

	json_object_foreach(object, key, value)
	{
		if (!tidy(work, key, value, containers)) {
			return false;
		}
	}
	return true;
}

static bool
tidy_list(struct format_work *work, json_t *list, json_t *containers)
{
	json_t *value;
	size_t index;

	json_array_foreach(list, index, value)
	{
		if (!tidy(work, "", value, containers)) {
			return false;
		}
	}
	return true;
}

static bool
tidy(struct format_work *work, const char *key, json_t *value,
    json_t *containers)
{
	char *clean;
	bool whole;

	if (json_is_object(value) || json_is_array(value)) {
		return json_array_append(containers, value) == 0;
	}
	if (!json_is_string(value)) {
		return true;
	}
	clean = format_text_clean(json_string_value(value),
	    json_string_length(value), &work->utf8_fixed);
	whole = clean != NULL && json_string_set_nocheck(value, clean) == 0;
	free(clean);
	return whole &&
	    (!work->terms->mask_secrets || !is_command_line(key) ||
	        mask(value));
}

static bool
mask(json_t *value)
{
	char *masked = forward_mask(json_string_value(value));
	bool whole =
	    masked != NULL && json_string_set_nocheck(value, masked) == 0;

	free(masked);
	return whole;
}

/* "command_line", and whatever else is named so in its end. */
static bool
is_command_line(const char *key)
{
	static const char ending[] = "command_line";
	size_t length = strlen(key);

	return length >= sizeof(ending) - 1 &&
	    strcmp(key + length - (sizeof(ending) - 1), ending) == 0;
}

json_t *
format_at(const json_t *object, const char *path)
{
	const json_t *from = object;
	json_t *at = NULL;

	while (from != NULL) {
		size_t length = strcspn(path, ".");
		char key[KEY_SIZE];

		SW_ASSERT(length < sizeof(key));
		memcpy(key, path, length);
		key[length] = '\0';
		at = json_object_get(from, key);
		if (path[length] == '\0') {
			return json_is_null(at) ? NULL : at;
		}
		from = at;
		path += length + 1;
	}
	return NULL;
}

const char *
format_text_at(const json_t *object, const char *path)
{
	return json_string_value(format_at(object, path));
}

json_t *
format_take(const json_t *object, const char *path)
{
	return json_incref(format_at(object, path));
}

json_t *
format_time_text(const json_t *object, const char *path)
{
	const char *text = format_text_at(object, path);
	char in_us[RFC3339_SIZE];
	uint64_t time_ns;

	if (text == NULL || !rfc3339_parse(text, &time_ns)) {
		return NULL;
	}
	(void)rfc3339_format(time_ns, in_us);
	/* Three digits less, and the zone again. */
	return json_sprintf("%.23sZ", in_us);
}

json_t *
format_time_ms(const json_t *object, const char *path)
{
	const char *text = format_text_at(object, path);
	uint64_t time_ns;

	if (text == NULL || !rfc3339_parse(text, &time_ns)) {
		return NULL;
	}
	return json_integer((json_int_t)(time_ns / NS_PER_MS));
}

void
format_prune(json_t *value)
{
	json_t *containers = json_array();
	const char *key;
	json_t *member;
	size_t index;

	if (containers == NULL || json_array_append(containers, value) < 0) {
		json_decref(containers);
		return;
	}
	for (size_t i = 0; i < json_array_size(containers); i++) {
		json_t *container = json_array_get(containers, i);

		json_object_foreach(container, key, member)
		{
			if (json_object_size(member) > 0 ||
			    json_array_size(member) > 0) {
				(void)json_array_append(containers, member);
			}
		}
		json_array_foreach(container, index, member)
		{
			if (json_object_size(member) > 0 ||
			    json_array_size(member) > 0) {
				(void)json_array_append(containers, member);
			}
		}
	}
	/* The inner ones first: what holds nothing else goes as well. */
	for (size_t i = json_array_size(containers); i > 0; i--) {
		prune_one(json_array_get(containers, i - 1));
	}
	json_decref(containers);
}

static void
prune_one(json_t *container)
{
	const char *key;
	json_t *value;
	void *next;

	json_object_foreach_safe(container, next, key, value)
	{
		if (is_nothing(value)) {
			(void)json_object_del(container, key);
		}
	}
	for (size_t i = json_array_size(container); i > 0; i--) {
		if (is_nothing(json_array_get(container, i - 1))) {
			(void)json_array_remove(container, i - 1);
		}
	}
}

static bool
is_nothing(const json_t *value)
{
	return json_is_null(value) ||
	    (json_is_object(value) && json_object_size(value) == 0) ||
	    (json_is_array(value) && json_array_size(value) == 0);
}
