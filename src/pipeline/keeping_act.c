#include <string.h>

#include "alert/json_help.h"
#include "pipeline/keeping_private.h"
#include "store/store_read.h"

/* What a visit of the store fills. */
struct recalling {
	struct keeping_recalled *row;
	json_t *object;
};

static bool take_row(void *context, const struct store_revision *revision);
static void copy_texts(
    struct keeping_recalled *to, const struct store_revision *from);
static const char *copy(const char *text, char *to, size_t size);
static bool set_object(json_t *object, const struct store_revision *row,
    const struct alert_people *people, const char *sentence);
static void set_status(json_t *object, struct store_revision *row,
    const struct alert_people *people);

bool
keeping_recall(struct keeping *keeping, const char *id, json_t **object,
    struct keeping_recalled *row)
{
	struct store_filter filter = { .id = id, .limit = 1 };
	struct store_reader reader = { 0 };
	struct recalling recalling = { .row = row };
	char next[STORE_ID_SIZE];
	int error;

	if (!keeping->has_store) {
		return false;
	}
	store_reader_of(&reader, &keeping->store);
	error = store_list(&reader, &filter, take_row, &recalling, next);
	store_reader_close(&reader);
	if (error != 0 || recalling.object == NULL) {
		json_decref(recalling.object);
		return false;
	}
	*object = recalling.object;
	return true;
}

void
keeping_revise(struct keeping *keeping, json_t *object,
    struct keeping_recalled *recalled, const struct alert_people *people,
    const struct keeping_revision *revision)
{
	struct store_revision *row = &recalled->row;

	row->revision++;
	if (row->time_ns < revision->now_ns) {
		row->time_ns = revision->now_ns;
	}
	if (revision->ends) {
		row->active = false;
	}
	set_status(object, row, people);
	if (set_object(object, row, people, revision->sentence)) {
		keeping_revision(keeping, row, object, NULL);
	}
}

static bool
take_row(void *context, const struct store_revision *revision)
{
	struct recalling *recalling = context;

	recalling->object =
	    json_loadb(revision->line, revision->line_length, 0, NULL);
	copy_texts(recalling->row, revision);
	return false;
}

/* They are the store's during the visit only. */
static void
copy_texts(struct keeping_recalled *to, const struct store_revision *from)
{
	struct store_revision *row = &to->row;

	*row = *from;
	row->line = NULL;
	row->line_length = 0;
	row->id = copy(from->id, to->id, sizeof(to->id));
	row->kinds = copy(from->kinds, to->kinds, sizeof(to->kinds));
	row->host = copy(from->host, to->host, sizeof(to->host));
	row->segment = copy(from->segment, to->segment, sizeof(to->segment));
	row->image = copy(from->image, to->image, sizeof(to->image));
	row->user = copy(from->user, to->user, sizeof(to->user));
	row->authorised =
	    copy(from->authorised, to->authorised, sizeof(to->authorised));
	row->search = copy(from->search, to->search, sizeof(to->search));
	row->target_segments = to->segments;
	for (uint32_t i = 0; i < from->target_segment_count; i++) {
		to->segments[i] = copy(from->target_segments[i], to->names[i],
		    sizeof(to->names[i]));
	}
}

static const char *
copy(const char *text, char *to, size_t size)
{
	size_t length;

	if (text == NULL) {
		return NULL;
	}
	length = strlen(text);
	length = length < size ? length : size - 1;
	memcpy(to, text, length);
	to[length] = '\0';
	return to;
}

/* An entry that covers it goes on covering it. */
static void
set_status(json_t *object, struct store_revision *row,
    const struct alert_people *people)
{
	const json_t *entry = json_object_get(object, "authorised");

	row->status = (enum store_status)people->status;
	if (people->status == ALERT_OPEN &&
	    json_is_true(json_object_get(entry, "within_scope"))) {
		row->status = STORE_AUTHORISED;
	}
}

static bool
set_object(json_t *object, const struct store_revision *row,
    const struct alert_people *people, const char *sentence)
{
	json_t *changes = json_array();
	bool whole = push(changes, json_string(sentence));

	return put(object, "revision", json_integer(row->revision)) &&
	    put(object, "status",
	        json_string(
	            alert_status_name((enum alert_status)row->status))) &&
	    put(object, "active", json_boolean(row->active)) &&
	    put(object, "revised_at", time_of(row->time_ns)) &&
	    put(object, "containment", people_containment_json(people)) &&
	    put(object, "acts", people_acts_json(people)) &&
	    put(object, "changes", finished(changes, whole));
}
