#include <string.h>

#include "alert/alert.h"
#include "alert/people.h"
#include "base/rfc3339.h"

static bool read_act(const json_t *object, struct people_act *done);
static bool read_containment(
    const json_t *object, struct people_containment *containment);
static bool read_time(const json_t *object, uint64_t *time_ns);
static bool read_text(
    const json_t *object, const char *key, char *text, size_t size);
static bool read_word(const json_t *object, const char *key,
    const char *(*name_of)(int value), int count, uint8_t *value);
static const char *act_name(int kind);
static const char *decision_name(int decision);
static const char *status_name(int status);

bool
people_from_json(const json_t *alert, struct alert_people *people)
{
	const json_t *acts = json_object_get(alert, "acts");
	const json_t *containment = json_object_get(alert, "containment");
	static struct alert_people read; /* Large. */
	size_t count = json_array_size(acts);

	memset(&read, 0, sizeof(read));
	if (!read_word(alert, "status", status_name, ALERT_AUTHORISED + 1,
	        &read.status) ||
	    count > PEOPLE_ACTS) {
		return false;
	}
	if (read.status == ALERT_AUTHORISED) {
		read.status = ALERT_OPEN; /* That is the entries' word. */
	}
	for (size_t i = 0; i < count; i++) {
		if (!read_act(
		        json_array_get(acts, i), &read.acts[read.act_count])) {
			return false;
		}
		read.act_count++;
	}
	if (json_is_object(containment) &&
	    !read_containment(containment, &read.containment)) {
		return false;
	}
	*people = read;
	return true;
}

static bool
read_act(const json_t *object, struct people_act *done)
{
	uint8_t decision = DECISION_NONE;

	if (!read_word(
	        object, "act", act_name, PEOPLE_ACT_COUNT, &done->kind) ||
	    !read_time(object, &done->at_ns) ||
	    !read_text(object, "by", done->by, sizeof(done->by)) ||
	    !read_text(object, "text", done->text, sizeof(done->text))) {
		return false;
	}
	if (json_is_string(json_object_get(object, "decision")) &&
	    !read_word(
	        object, "decision", decision_name, DECISION_COUNT, &decision)) {
		return false;
	}
	done->decision = decision;
	return true;
}

static bool
read_containment(const json_t *object, struct people_containment *containment)
{
	containment->is_decided = true;
	return read_word(object, "decision", decision_name, DECISION_COUNT,
	           &containment->decision) &&
	    read_time(object, &containment->at_ns) &&
	    read_text(object, "by", containment->by, sizeof(containment->by)) &&
	    read_text(
	        object, "why", containment->why, sizeof(containment->why));
}

static bool
read_time(const json_t *object, uint64_t *time_ns)
{
	const char *text = json_string_value(json_object_get(object, "at"));

	return text != NULL && rfc3339_parse(text, time_ns);
}

/* Null is empty. */
static bool
read_text(const json_t *object, const char *key, char *text, size_t size)
{
	const json_t *value = json_object_get(object, key);
	size_t length = json_string_length(value);

	if (!json_is_string(value)) {
		text[0] = '\0';
		return json_is_null(value);
	}
	if (length >= size) {
		return false;
	}
	memcpy(text, json_string_value(value), length + 1);
	return true;
}

static bool
read_word(const json_t *object, const char *key,
    const char *(*name_of)(int value), int count, uint8_t *value)
{
	const char *word = json_string_value(json_object_get(object, key));

	for (int i = 0; word != NULL && i < count; i++) {
		if (strcmp(word, name_of(i)) == 0) {
			*value = (uint8_t)i;
			return true;
		}
	}
	return false;
}

static const char *
act_name(int kind)
{
	return people_act_name((enum people_act_kind)kind);
}

static const char *
decision_name(int decision)
{
	return people_decision_name((enum people_decision)decision);
}

static const char *
status_name(int status)
{
	return alert_status_name((enum alert_status)status);
}
