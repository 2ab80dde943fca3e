#include "endpoint/prose.h"

#include "endpoint/readers.h"

enum {
	EVENT_ID_SYSMON_MAX = 255,
	LABELS_TOLD_BY = 2, /* How many labels tell a language. */
};

/* The form and language whose headline the text begins with; null: none. */
static const struct prose_form *
form_of_head(struct prose_text *text, uint64_t event_id)
{
	for (size_t i = 0; i < prose_forms_count; i++) {
		const struct prose_form *form = &prose_forms[i];

		if (event_id != 0 && form->event_id != event_id) {
			continue;
		}
		for (uint32_t j = 0; j < PROSE_LANGUAGE_COUNT; j++) {
			if (prose_head_size(text->all, form->heads[j]) > 0) {
				text->language = (enum prose_language)j;
				return form;
			}
		}
	}
	return NULL;
}

/* Whether the first 'count' labels that a form has to have are in the text. */
static bool
has_labels(const struct prose_text *text, const struct prose_form *form,
    uint32_t count)
{
	size_t from = 0;

	for (uint32_t i = 0; i < form->count && count > 0; i++) {
		struct prose_place place;

		if ((form->steps[i].flags & STEP_MAY_LACK) != 0) {
			continue;
		}
		place = prose_find_first(text,
		    (enum prose_label)form->steps[i].label, from,
		    text->all.size);
		if (!prose_is_found(&place)) {
			return false;
		}
		from = place.value;
		count--;
	}
	return true;
}

/* Where the id is known the headline may be any, or none. */
static const struct prose_form *
form_of_labels(struct prose_text *text, uint64_t event_id)
{
	for (size_t i = 0; i < prose_forms_count; i++) {
		const struct prose_form *form = &prose_forms[i];

		if (form->event_id != event_id) {
			continue;
		}
		for (uint32_t j = 0; j < PROSE_LANGUAGE_COUNT; j++) {
			text->language = (enum prose_language)j;
			if (has_labels(text, form, LABELS_TOLD_BY)) {
				return form;
			}
			if (event_id <= EVENT_ID_SYSMON_MAX) {
				break;
			}
		}
		text->language = PROSE_ENGLISH;
		if (event_id <= EVENT_ID_SYSMON_MAX) {
			return form;
		}
	}
	return NULL;
}

/* Sets what the form says of itself. */
static void
set_identity(const struct prose_form *form, struct fields *fields)
{
	struct slice provider = form->event_id <= EVENT_ID_SYSMON_MAX
	    ? SLICE("Microsoft-Windows-Sysmon")
	    : SLICE("Microsoft-Windows-Security-Auditing");

	fields_set(fields, FIELD_EVENT_ID, form->id, strlen(form->id));
	if (!fields_has(fields, FIELD_CHANNEL)) {
		fields_set(
		    fields, FIELD_PROVIDER, provider.text, provider.size);
	}
}

/* Some forms of an event are the same but for the order. */
static const struct prose_form *
form_in_order(const struct prose_text *text, const struct prose_form *form)
{
	const struct prose_form *end = prose_forms + prose_forms_count;

	for (const struct prose_form *other = form + 1;
	     other < end && other->event_id == form->event_id; other++) {
		if (!has_labels(text, form, form->count) &&
		    has_labels(text, other, other->count)) {
			return other;
		}
	}
	return form;
}

enum endpoint_outcome
read_text(struct slice body, struct fields *fields)
{
	struct prose_text text = { .language = PROSE_ENGLISH };
	const struct prose_form *form;
	uint64_t event_id = 0;
	bool is_whole = false;

	(void)slice_number(fields->value[FIELD_EVENT_ID], &event_id);
	text.all = slice_trim(prose_unescape(body, fields));
	if (text.all.size == 0) {
		return ENDPOINT_EMPTY;
	}
	form = form_of_head(&text, event_id);
	if (form == NULL && event_id != 0) {
		form = form_of_labels(&text, event_id);
	}
	if (form != NULL) {
		text.layout = prose_layout_of(&text, form);
		form = form_in_order(&text, form);
		is_whole = prose_read_form(&text, form, fields);
		set_identity(form, fields);
		event_id = form->event_id;
	}
	if (event_id == 0) {
		return ENDPOINT_NOT_WANTED;
	}
	if (!is_whole && (form == NULL || text.language != PROSE_ENGLISH)) {
		prose_read_shapes(event_id, text.all, fields);
	}
	return ENDPOINT_EVENT;
}
