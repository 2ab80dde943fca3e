#include "authorise/entry_json.h"

#include <stdio.h>

#include "authorise/breadth.h"
#include "authorise/field.h"
#include "authorise/room.h"
#include "base/rfc3339.h"

/* Members that follow from others: passed over when read. */
static const char *const computed[] = { "hits", "last_hit", "breadth",
	"warnings" };

static json_t *field_json(const struct authorise *authorise,
    const struct authorise_entry *entry, enum field field);
static json_t *warnings_json(const struct authorise *authorise,
    const struct authorise_entry *entry, uint64_t now_ns);
static bool take_member(struct field_taking *taking, const char *name,
    const json_t *value, struct authorise_mistake *mistake);
static bool take_value(struct field_taking *taking, enum field field,
    const json_t *value, struct authorise_mistake *mistake);
static bool is_computed(const char *name);
static bool set(json_t *object, const char *name, json_t *value);

json_t *
authorise_entry_json(
    const struct authorise *authorise, const struct authorise_entry *entry)
{
	json_t *object = json_object();
	bool whole = object != NULL;

	for (uint32_t field = 0; field < FIELD_COUNT && whole; field++) {
		whole = set(object, field_name(field),
		    field_json(authorise, entry, field));
	}
	if (!whole) {
		json_decref(object);
		return NULL;
	}
	return object;
}

json_t *
authorise_record_json(const struct authorise *authorise,
    const struct authorise_record *record, uint64_t now_ns)
{
	const struct authorise_entry *entry = &record->entry;
	json_t *object = authorise_entry_json(authorise, entry);
	bool expired = entry->state == AUTHORISE_ACTIVE &&
	    authorise_record_is_expired(record, now_ns);
	char time[RFC3339_SIZE];
	bool whole;

	if (object == NULL) {
		return NULL;
	}
	whole = (!expired || set(object, "state", json_string("expired"))) &&
	    set(object, "hits", json_integer((json_int_t)record->hit_count)) &&
	    set(object, "last_hit",
	        record->last_hit_ns == 0
	            ? json_null()
	            : json_string(rfc3339_format(record->last_hit_ns, time))) &&
	    set(object, "breadth",
	        json_integer(
	            authorise_breadth(entry, (int64_t)(now_ns / NS_PER_S)))) &&
	    set(object, "warnings", warnings_json(authorise, entry, now_ns));
	if (!whole) {
		json_decref(object);
		return NULL;
	}
	return object;
}

bool
authorise_entry_from_json(struct authorise *authorise, const json_t *object,
    bool is_kept, struct authorise_entry *entry,
    struct authorise_mistake *mistake)
{
	struct field_taking taking;
	const char *example = NULL;
	enum field missing;
	json_t *members;
	void *at;

	memset(mistake, 0, sizeof(*mistake));
	if (!json_is_object(object)) {
		(void)snprintf(mistake->sentence, sizeof(mistake->sentence),
		    "an entry is an object; write {\"name\": ...}");
		return false;
	}
	field_begin(&taking, authorise, entry);
	taking.is_kept = is_kept;
	/* jansson's iterators take what they do not change. */
	memcpy(&members, &object, sizeof(members));
	for (at = json_object_iter(members); at != NULL;
	     at = json_object_iter_next(members, at)) {
		if (!take_member(&taking, json_object_iter_key(at),
		        json_object_iter_value(at), mistake)) {
			return false;
		}
	}
	missing = field_missing(entry, &example);
	if (missing != FIELD_COUNT) {
		(void)snprintf(mistake->field, sizeof(mistake->field), "%s",
		    field_name(missing));
		(void)snprintf(mistake->sentence, sizeof(mistake->sentence),
		    "%s is missing; write it, such as %s", field_name(missing),
		    example);
		return false;
	}
	return true;
}

static json_t *
field_json(const struct authorise *authorise,
    const struct authorise_entry *entry, enum field field)
{
	char text[FIELD_ITEM_SIZE];
	struct strbuf buffer;
	json_t *list;

	strbuf_init(&buffer, text, sizeof(text));
	if (field_is_number(field)) {
		return entry->rate == 0 ? json_null()
		                        : json_integer(entry->rate);
	}
	if (!field_is_list(field)) {
		return field_give(authorise, entry, field, 0, &buffer)
		    ? json_string(text)
		    : json_null();
	}
	list = json_array();
	for (uint32_t i = 0; field_give(authorise, entry, field, i, &buffer);
	     i++) {
		if (json_array_append_new(list, json_string(text)) != 0) {
			json_decref(list);
			return NULL;
		}
		strbuf_init(&buffer, text, sizeof(text));
	}
	return list;
}

static json_t *
warnings_json(const struct authorise *authorise,
    const struct authorise_entry *entry, uint64_t now_ns)
{
	static struct authorise_warnings warnings; /* Large for the stack. */
	json_t *list = json_array();

	warnings.count = 0;
	authorise_warn(
	    entry, authorise->policy, (int64_t)(now_ns / NS_PER_S), &warnings);
	for (uint32_t i = 0;
	     i < AUTHORISE_SEGMENT_COUNT && warnings.count < AUTHORISE_WARNINGS;
	     i++) {
		bool known = false;

		for (uint32_t j = 0; j < authorise->policy->segment_count;
		     j++) {
			known = known || authorise->number_of[j] == i;
		}
		if (authorise_entry_may_scan(entry, i) && !known) {
			(void)snprintf(warnings.sentences[warnings.count++],
			    AUTHORISE_SENTENCE_SIZE,
			    "names a segment that is not configured: %s",
			    authorise->segments[i]);
		}
	}
	for (uint32_t i = 0; i < warnings.count; i++) {
		if (json_array_append_new(
		        list, json_string(warnings.sentences[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	}
	return list;
}

static bool
take_member(struct field_taking *taking, const char *name, const json_t *value,
    struct authorise_mistake *mistake)
{
	enum field field = field_of(name);
	const json_t *item;
	size_t index;
	struct strbuf sentence;

	if (is_computed(name) ||
	    (json_is_null(value) && field != FIELD_COUNT)) {
		return true;
	}
	if (field == FIELD_COUNT) {
		strbuf_init(
		    &sentence, mistake->sentence, sizeof(mistake->sentence));
		sentence_add_short(&sentence, name, 40);
		strbuf_add(&sentence,
		    " is no field of an entry; write one of name, sources, "
		    "segments, services, process, users, process_grace, hours, "
		    "rate, owner, reason, ticket, expires");
		return false;
	}
	(void)snprintf(
	    mistake->field, sizeof(mistake->field), "%s", field_name(field));
	if (field_is_list(field) && json_is_array(value)) {
		json_array_foreach(value, index, item)
		{
			if (!take_value(taking, field, item, mistake)) {
				return false;
			}
		}
	} else if (!take_value(taking, field, value, mistake)) {
		return false;
	}
	mistake->field[0] = '\0';
	return true;
}

static bool
take_value(struct field_taking *taking, enum field field, const json_t *value,
    struct authorise_mistake *mistake)
{
	const char *text = json_string_value(value);
	const char *wrong = "is of a wrong kind; write a text in quotes";
	char digits[24];
	struct strbuf sentence;

	if (field_is_number(field) && json_is_integer(value)) {
		(void)snprintf(digits, sizeof(digits), "%lld",
		    (long long)json_integer_value(value));
		text = digits;
	}
	if (text != NULL) {
		wrong = field_take(taking, field, text);
	}
	if (wrong == NULL) {
		return true;
	}
	strbuf_init(&sentence, mistake->sentence, sizeof(mistake->sentence));
	strbuf_addf(&sentence, "%s \"", field_name(field));
	sentence_add_short(&sentence, text == NULL ? "" : text, 60);
	strbuf_addf(&sentence, "\" %s", wrong);
	return false;
}

static bool
is_computed(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(computed); i++) {
		if (strcmp(name, computed[i]) == 0) {
			return true;
		}
	}
	return false;
}

static bool
set(json_t *object, const char *name, json_t *value)
{
	return json_object_set_new(object, name, value) == 0;
}
