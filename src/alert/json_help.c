#include "alert/json_help.h"

#include "alert/words.h"
#include "attribute/attribution.h"
#include "base/rfc3339.h"

bool
put(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0;
}

bool
push(json_t *list, json_t *value)
{
	return json_array_append_new(list, value) == 0;
}

json_t *
finished(json_t *value, bool whole)
{
	if (!whole) {
		json_decref(value);
		return NULL;
	}
	return value;
}

json_t *
text_of(const char *text)
{
	/* Of each byte three, at most. */
	char clean[3 * ATTRIBUTION_COMMAND_SIZE];

	words_clean(text, clean, sizeof(clean));
	return json_string(clean);
}

json_t *
text_or_null(const char *text)
{
	return text == NULL ? json_null() : text_of(text);
}

json_t *
text_or_none(const char *text)
{
	return text[0] == '\0' ? json_null() : text_of(text);
}

json_t *
time_of(uint64_t time_ns)
{
	char text[RFC3339_SIZE];

	return json_string(rfc3339_format(time_ns, text));
}

/* JSON has no unsigned numbers of 64 bits; no sensor lives to count past 63. */
json_t *
count_of(uint64_t count)
{
	return json_integer(count > INT64_MAX ? INT64_MAX : (json_int_t)count);
}
