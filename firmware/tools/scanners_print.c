#include <stdio.h>
#include <string.h>

#include "authorise/csv.h"
#include "firmware/tools/scanners.h"
#include "firmware/visible.h"

static const char *text_of(const json_t *entry, const char *name);
static const char *join(
    const json_t *list, const char *comma, char *text, size_t size);

void
scanners_print_list(const json_t *entries)
{
	const json_t *entry;
	size_t index;

	visible_line(stdout, "%-20s %-9s %-10s %-14s %6s %7s  %s", "NAME",
	    "STATE", "EXPIRES", "OWNER", "HITS", "BREADTH", "SOURCES");
	json_array_foreach(entries, index, entry)
	{
		char sources[512];

		visible_line(stdout, "%-20s %-9s %-10s %-14s %6lld %7lld  %s",
		    text_of(entry, "name"), text_of(entry, "state"),
		    text_of(entry, "expires"), text_of(entry, "owner"),
		    (long long)json_integer_value(
		        json_object_get(entry, "hits")),
		    (long long)json_integer_value(
		        json_object_get(entry, "breadth")),
		    join(json_object_get(entry, "sources"), ", ", sources,
		        sizeof(sources)));
	}
	json_array_foreach(entries, index, entry)
	{
		const json_t *warning;
		size_t which;

		json_array_foreach(
		    json_object_get(entry, "warnings"), which, warning)
		{
			visible_line(stdout, "warning: %s %s",
			    text_of(entry, "name"), json_string_value(warning));
		}
	}
}

void
scanners_print_entry(const json_t *entry)
{
	const char *name;
	json_t *members;
	json_t *value;

	/* jansson's iterators take what they do not change. */
	memcpy(&members, &entry, sizeof(members));
	json_object_foreach(members, name, value)
	{
		char text[2048];

		if (json_is_array(value)) {
			visible_line(stdout, "%-14s %s", name,
			    join(value, "; ", text, sizeof(text)));
		} else if (json_is_integer(value)) {
			visible_line(stdout, "%-14s %lld", name,
			    (long long)json_integer_value(value));
		} else if (json_is_string(value)) {
			visible_line(
			    stdout, "%-14s %s", name, json_string_value(value));
		}
	}
}

void
scanners_print_suggestions(const json_t *suggestions)
{
	const json_t *one;
	size_t index;

	json_array_foreach(suggestions, index, one)
	{
		visible_line(stdout, "%s%s:", index > 0 ? "\n" : "",
		    text_of(one, "sentence"));
		scanners_print_entry(json_object_get(one, "entry"));
	}
	if (json_array_size(suggestions) == 0) {
		visible_line(
		    stdout, "no scan has come back three times in a week");
	}
}

void
scanners_print_csv(const json_t *entries)
{
	static char text[AUTHORISE_ROW_SIZE]; /* Too large for the stack. */
	const json_t *entry;
	struct strbuf row;
	size_t index;

	strbuf_init(&row, text, sizeof(text));
	authorise_csv_add_head(&row);
	(void)fputs(text, stdout);
	json_array_foreach(entries, index, entry)
	{
		strbuf_init(&row, text, sizeof(text));
		authorise_csv_add_row(entry, &row);
		(void)fputs(text, stdout);
	}
}

static const char *
text_of(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text == NULL ? "-" : text;
}

static const char *
join(const json_t *list, const char *comma, char *text, size_t size)
{
	struct strbuf buffer;
	const json_t *item;
	size_t index;

	strbuf_init(&buffer, text, size);
	json_array_foreach(list, index, item)
	{
		strbuf_addf(&buffer, "%s%s", index > 0 ? comma : "",
		    json_string_value(item));
	}
	return text;
}
