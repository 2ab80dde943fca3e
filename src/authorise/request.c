#include "authorise/request.h"

#include <stdarg.h>
#include <stdio.h>

#include "authorise/asking.h"
#include "authorise/entry_text.h"

static bool list_entries(struct asking *asking);
static bool show_entry(struct asking *asking);
static bool suggest_entries(struct asking *asking);
static bool asker_is_named(struct asking *asking);
static bool is_wanted(
    const struct asking *asking, const struct authorise_record *record);
static json_t *refusal(struct asking *asking);
static void show_change(struct authorise_change *change, size_t index);

static const struct {
	const char *what;
	bool (*answer)(struct asking *asking);
} kinds[] = {
	{ "scanners.list", list_entries },
	{ "scanners.export", list_entries },
	{ "scanners.show", show_entry },
	{ "scanners.suggest", suggest_entries },
	{ "scanners.add", asking_add },
	{ "scanners.approve", asking_approve },
	{ "scanners.extend", asking_extend },
	{ "scanners.revoke", asking_revoke },
	{ "scanners.import", asking_import },
};

void
authorise_request(struct authorise *authorise, const json_t *request,
    const struct authorise_asker *who, uint64_t now_ns, json_t **answer,
    struct authorise_change *change)
{
	struct asking asking = { .authorise = authorise,
		.request = request,
		.who = who,
		.now_ns = now_ns,
		.changes = json_array(),
		.answer = json_pack("{s:b}", "ok", 1) };
	const char *what = json_string_value(json_object_get(request, "do"));
	bool done = false;
	size_t i = 0;

	memset(change, 0, sizeof(*change));
	authorise->now_ns = now_ns;
	while (i < ARRAY_SIZE(kinds) &&
	    (what == NULL || strcmp(kinds[i].what, what) != 0)) {
		i++;
	}
	if (i == ARRAY_SIZE(kinds)) {
		(void)asking_refuse(&asking,
		    "there is no such request about authorised scanners");
	} else {
		asking.what = kinds[i].what;
		done = asker_is_named(&asking) && kinds[i].answer(&asking);
	}
	if (!done) {
		json_decref(asking.answer);
		asking.answer = refusal(&asking);
	}
	*answer = asking.answer;
	if (done && json_array_size(asking.changes) > 0) {
		change->all = asking.changes;
		show_change(change, 0);
	} else {
		json_decref(asking.changes);
	}
	json_decref(asking.errors);
}

bool
authorise_next_change(struct authorise_change *change)
{
	if (change->at + 1 >= json_array_size(change->all)) {
		return false;
	}
	show_change(change, change->at + 1);
	return true;
}

void
authorise_change_finish(struct authorise_change *change)
{
	json_decref(change->all);
	memset(change, 0, sizeof(*change));
}

bool
asking_refuse(struct asking *asking, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(
	    asking->error, sizeof(asking->error), format, arguments);
	va_end(arguments);
	return false;
}

struct authorise_record *
asking_find(struct asking *asking)
{
	const char *name =
	    json_string_value(json_object_get(asking->request, "name"));
	struct authorise_record *record;

	if (name == NULL) {
		(void)asking_refuse(
		    asking, "no entry is named; write its name");
		return NULL;
	}
	record = authorise_find(asking->authorise, name);
	if (record == NULL) {
		(void)asking_refuse(asking,
		    "there is no entry \"%.63s\"; \"scanners list\" names them",
		    name);
	}
	return record;
}

bool
asking_give(struct asking *asking, const char *name, json_t *value)
{
	return json_object_set_new(asking->answer, name, value) == 0 ||
	    asking_refuse(asking, "there is no memory for the answer");
}

bool
asking_note_change(struct asking *asking, const char *name, json_t *before,
    json_t *after, const char *sentence)
{
	json_t *change = json_pack("{s:s, s:s, s:s, s:o, s:o}", "name", name,
	    "what", asking->what, "sentence", sentence, "before",
	    before == NULL ? json_null() : before, "after", after);

	return json_array_append_new(asking->changes, change) == 0;
}

static bool
list_entries(struct asking *asking)
{
	json_t *list = json_array();

	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		const struct authorise_record *record =
		    &asking->authorise->records[i];

		if (record->number != 0 && is_wanted(asking, record) &&
		    json_array_append_new(list,
		        authorise_record_json(
		            asking->authorise, record, asking->now_ns)) != 0) {
			json_decref(list);
			list = NULL;
			break;
		}
	}
	return asking_give(asking, "two_person",
	           json_boolean(asking->authorise->two_person)) &&
	    asking_give(asking, "entries", list);
}

static bool
show_entry(struct asking *asking)
{
	const struct authorise_record *record = asking_find(asking);

	return record != NULL &&
	    asking_give(asking, "entry",
	        authorise_record_json(
	            asking->authorise, record, asking->now_ns));
}

static bool
suggest_entries(struct asking *asking)
{
	return asking_give(asking, "entries",
	    authorise_suggestions(asking->authorise, asking->now_ns));
}

/* Whoever asks is written into entries and the audit log: one short line. */
static bool
asker_is_named(struct asking *asking)
{
	return authorise_text_line(asking->who->by, AUTHORISE_PERSON_SIZE) ==
	    NULL ||
	    asking_refuse(asking,
	        "it is not known who asks; the name of an account is needed");
}

static bool
is_wanted(const struct asking *asking, const struct authorise_record *record)
{
	const char *wanted =
	    json_string_value(json_object_get(asking->request, "state"));
	bool expired = record->entry.state == AUTHORISE_ACTIVE &&
	    authorise_record_is_expired(record, asking->now_ns);

	return wanted == NULL ||
	    strcmp(wanted,
	        expired ? "expired"
	                : authorise_state_name(record->entry.state)) == 0;
}

static json_t *
refusal(struct asking *asking)
{
	json_t *answer =
	    json_pack("{s:b, s:s}", "ok", 0, "error", asking->error);

	if (answer == NULL) {
		/* What was refused had a part that is not to be shown. */
		answer = json_pack(
		    "{s:b, s:s}", "ok", 0, "error", "the request is wrong");
	}
	if (answer != NULL && asking->errors != NULL) {
		(void)json_object_set(answer, "errors", asking->errors);
	}
	return answer;
}

static void
show_change(struct authorise_change *change, size_t index)
{
	const json_t *shown = json_array_get(change->all, index);

	change->is_made = true;
	change->at = index;
	(void)snprintf(change->name, sizeof(change->name), "%s",
	    json_string_value(json_object_get(shown, "name")));
	(void)snprintf(change->what, sizeof(change->what), "%s",
	    json_string_value(json_object_get(shown, "what")));
	(void)snprintf(change->sentence, sizeof(change->sentence), "%s",
	    json_string_value(json_object_get(shown, "sentence")));
	change->before = json_object_get(shown, "before");
	change->after = json_object_get(shown, "after");
}
