#include <stdio.h>

#include "authorise/asking.h"
#include "authorise/entry_text.h"
#include "authorise/room.h"

static bool may_be_changed(
    struct asking *asking, const struct authorise_record *record);
static bool approve_entry(
    struct asking *asking, struct authorise_record *record);
static bool approve_extension(
    struct asking *asking, struct authorise_record *record);
static bool is_another_person(struct asking *asking, const char *first);
static bool take_day(struct asking *asking, struct authorise_date *day);
static bool commit(struct asking *asking, struct authorise_record *record,
    const struct authorise_entry *changed, const char *sentence);
static void sign(const struct asking *asking, struct authorise_deed *deed);

bool
authorise_load(struct authorise *authorise, const json_t *kept)
{
	static struct authorise_entry entry; /* Too large for the stack. */
	struct authorise_mistake mistake;
	struct authorise_record *record;

	if (!authorise_entry_from_json(
	        authorise, kept, true, &entry, &mistake) ||
	    authorise_find(authorise, entry.name) != NULL) {
		return false;
	}
	record = record_take(authorise);
	if (record == NULL) {
		return false;
	}
	memset(record, 0, sizeof(*record));
	record->entry = entry;
	record->entry.origin = AUTHORISE_ORIGIN_PEOPLE;
	record_enter(authorise, record);
	return true;
}

void
authorise_load_hits(struct authorise *authorise, const char *name,
    uint64_t count, uint64_t last_ns)
{
	struct authorise_record *record = authorise_find(authorise, name);

	if (record != NULL) {
		record->hit_count = count;
		record->last_hit_ns = last_ns;
	}
}

bool
asking_add(struct asking *asking)
{
	static struct authorise_entry entry; /* As above. */
	struct authorise_mistake mistake;
	struct authorise_record *record;

	if (!authorise_entry_from_json(asking->authorise,
	        json_object_get(asking->request, "entry"), false, &entry,
	        &mistake) ||
	    !asking_check_new(asking, &entry, &mistake)) {
		return asking_refuse(asking, "%s", mistake.sentence);
	}
	if (asking_room(asking) == 0) {
		return asking_refuse(asking,
		    "there is no room for another entry; revoke one, or build "
		    "with a larger AUTHORISE_ENTRY_COUNT");
	}
	return asking_enter(asking, &entry, &record) &&
	    asking_give(asking, "entry",
	        authorise_record_json(
	            asking->authorise, record, asking->now_ns));
}

bool
asking_approve(struct asking *asking)
{
	struct authorise_record *record = asking_find(asking);

	if (record == NULL || !may_be_changed(asking, record)) {
		return false;
	}
	if (authorise_record_is_expired(record, asking->now_ns) &&
	    record->entry.extension.year == 0) {
		return asking_refuse(asking,
		    "\"%s\" has expired; propose a new entry",
		    record->entry.name);
	}
	if (record->entry.state == AUTHORISE_PROPOSED) {
		return approve_entry(asking, record);
	}
	if (record->entry.extension.year != 0) {
		return approve_extension(asking, record);
	}
	return asking_refuse(asking,
	    "\"%s\" is active already; there is nothing to approve",
	    record->entry.name);
}

bool
asking_extend(struct asking *asking)
{
	struct authorise_record *record = asking_find(asking);
	static struct authorise_entry changed; /* As above. */
	char sentence[AUTHORISE_SENTENCE_SIZE];
	char text[AUTHORISE_DATE_TEXT_SIZE];
	struct authorise_date day;

	if (record == NULL || !may_be_changed(asking, record) ||
	    !take_day(asking, &day)) {
		return false;
	}
	if (record->entry.state == AUTHORISE_PROPOSED) {
		return asking_refuse(asking,
		    "\"%s\" waits to be approved; approve it first",
		    record->entry.name);
	}
	if (authorise_date_days(&day) <=
	    authorise_date_days(&record->entry.expires)) {
		return asking_refuse(asking,
		    "\"%s\" lasts until %s already; write a later day, or "
		    "revoke it",
		    record->entry.name,
		    authorise_date_format(&record->entry.expires, text));
	}
	changed = record->entry;
	sign(asking, &changed.extended);
	authorise_date_format(&day, text);
	if (asking->authorise->two_person) {
		changed.extension = day;
		(void)snprintf(sentence, sizeof(sentence),
		    "%s asked to extend %s to %s", asking->who->by,
		    changed.name, text);
	} else {
		changed.expires = day;
		(void)snprintf(sentence, sizeof(sentence),
		    "%s extended %s to %s", asking->who->by, changed.name,
		    text);
	}
	return commit(asking, record, &changed, sentence);
}

bool
asking_revoke(struct asking *asking)
{
	struct authorise_record *record = asking_find(asking);
	static struct authorise_entry changed; /* As above. */
	char sentence[AUTHORISE_SENTENCE_SIZE];

	if (record == NULL || !may_be_changed(asking, record)) {
		return false;
	}
	changed = record->entry;
	changed.state = AUTHORISE_REVOKED;
	memset(&changed.extension, 0, sizeof(changed.extension));
	sign(asking, &changed.revoked);
	(void)snprintf(sentence, sizeof(sentence), "%s revoked %s",
	    asking->who->by, changed.name);
	return commit(asking, record, &changed, sentence);
}

bool
asking_check_new(struct asking *asking, const struct authorise_entry *entry,
    struct authorise_mistake *mistake)
{
	int64_t end_s =
	    authorise_zone_day_end(&asking->authorise->zone, &entry->expires);
	char text[AUTHORISE_DATE_TEXT_SIZE];

	if (authorise_find(asking->authorise, entry->name) != NULL) {
		(void)snprintf(mistake->field, sizeof(mistake->field), "name");
		(void)snprintf(mistake->sentence, sizeof(mistake->sentence),
		    "name \"%s\": there is an entry of this name already; give "
		    "it another, or extend that one",
		    entry->name);
		return false;
	}
	if (end_s <= (int64_t)(asking->now_ns / NS_PER_S)) {
		(void)snprintf(
		    mistake->field, sizeof(mistake->field), "expires");
		(void)snprintf(mistake->sentence, sizeof(mistake->sentence),
		    "expires \"%s\" is over; write a day to come",
		    authorise_date_format(&entry->expires, text));
		return false;
	}
	return true;
}

bool
asking_enter(struct asking *asking, const struct authorise_entry *entry,
    struct authorise_record **record)
{
	struct authorise_record *entered = record_take(asking->authorise);
	bool waits = asking->authorise->two_person;
	char sentence[AUTHORISE_SENTENCE_SIZE];

	SW_ASSERT(entered != NULL);
	memset(entered, 0, sizeof(*entered));
	entered->entry = *entry;
	entered->entry.origin = AUTHORISE_ORIGIN_PEOPLE;
	entered->entry.state = waits ? AUTHORISE_PROPOSED : AUTHORISE_ACTIVE;
	sign(asking, &entered->entry.created);
	record_enter(asking->authorise, entered);
	(void)snprintf(sentence, sizeof(sentence), "%s %s %s", asking->who->by,
	    waits ? "proposed" : "added", entry->name);
	*record = entered;
	if (!asking_note_change(asking, entry->name, NULL,
	        authorise_entry_json(asking->authorise, &entered->entry),
	        sentence)) {
		memset(entered, 0, sizeof(*entered));
		return asking_refuse(
		    asking, "there is no memory for the change");
	}
	return true;
}

uint32_t
asking_room(const struct asking *asking)
{
	uint32_t room = 0;

	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		const struct authorise_record *record =
		    &asking->authorise->records[i];

		room += record->number == 0 ||
		        (record->entry.origin == AUTHORISE_ORIGIN_PEOPLE &&
		            (record->entry.state == AUTHORISE_REVOKED ||
		                authorise_record_is_expired(
		                    record, asking->now_ns)))
		    ? 1
		    : 0;
	}
	return room;
}

static bool
may_be_changed(struct asking *asking, const struct authorise_record *record)
{
	if (record->entry.origin == AUTHORISE_ORIGIN_FILE) {
		return asking_refuse(asking,
		    "\"%s\" is of the configuration file; change it there",
		    record->entry.name);
	}
	if (record->entry.state == AUTHORISE_REVOKED) {
		return asking_refuse(asking,
		    "\"%s\" has been revoked; make a new entry",
		    record->entry.name);
	}
	return true;
}

static bool
approve_entry(struct asking *asking, struct authorise_record *record)
{
	static struct authorise_entry changed; /* As above. */
	char sentence[AUTHORISE_SENTENCE_SIZE];

	if (!is_another_person(asking, record->entry.created.by)) {
		return false;
	}
	changed = record->entry;
	changed.state = AUTHORISE_ACTIVE;
	sign(asking, &changed.approved);
	(void)snprintf(sentence, sizeof(sentence), "%s approved %s",
	    asking->who->by, changed.name);
	return commit(asking, record, &changed, sentence);
}

static bool
approve_extension(struct asking *asking, struct authorise_record *record)
{
	static struct authorise_entry changed; /* As above. */
	char sentence[AUTHORISE_SENTENCE_SIZE];
	char text[AUTHORISE_DATE_TEXT_SIZE];

	if (!is_another_person(asking, record->entry.extended.by)) {
		return false;
	}
	changed = record->entry;
	changed.expires = changed.extension;
	memset(&changed.extension, 0, sizeof(changed.extension));
	sign(asking, &changed.approved);
	(void)snprintf(sentence, sizeof(sentence),
	    "%s approved that %s is extended to %s", asking->who->by,
	    changed.name, authorise_date_format(&changed.expires, text));
	return commit(asking, record, &changed, sentence);
}

/* The rule of two persons. */
static bool
is_another_person(struct asking *asking, const char *first)
{
	if (asking->authorise->two_person &&
	    strcmp(asking->who->by, first) == 0) {
		return asking_refuse(asking,
		    "%s proposed this; another person has to approve it",
		    first);
	}
	return true;
}

static bool
take_day(struct asking *asking, struct authorise_date *day)
{
	const char *text =
	    json_string_value(json_object_get(asking->request, "expires"));
	const char *wrong = text == NULL
	    ? "is missing; write the new last day, such as \"2027-03-31\""
	    : authorise_text_date(text, day);

	if (wrong != NULL) {
		return asking_refuse(asking, "expires %s%.20s%s%s",
		    text == NULL ? "" : "\"", text == NULL ? "" : text,
		    text == NULL ? "" : "\" ", wrong);
	}
	if (authorise_zone_day_end(&asking->authorise->zone, day) <=
	    (int64_t)(asking->now_ns / NS_PER_S)) {
		return asking_refuse(asking,
		    "expires \"%s\" is over; write a day to come", text);
	}
	return true;
}

/* Puts the changed entry in the record's place, gives it as the answer and
 * notes the change; or does nothing of it. */
static bool
commit(struct asking *asking, struct authorise_record *record,
    const struct authorise_entry *changed, const char *sentence)
{
	json_t *before =
	    authorise_entry_json(asking->authorise, &record->entry);
	json_t *after = authorise_entry_json(asking->authorise, changed);

	if (before == NULL || after == NULL) {
		json_decref(before);
		json_decref(after);
		return asking_refuse(
		    asking, "there is no memory for the change");
	}
	if (!asking_note_change(
	        asking, changed->name, before, after, sentence)) {
		return asking_refuse(
		    asking, "there is no memory for the change");
	}
	record->entry = *changed;
	record->end_s = authorise_zone_day_end(
	    &asking->authorise->zone, &record->entry.expires);
	record->noticed = AUTHORISE_NOTICE_NONE;
	asking->authorise->version++;
	return asking_give(asking, "entry",
	    authorise_record_json(asking->authorise, record, asking->now_ns));
}

/* To the microsecond, as it is written down. */
static void
sign(const struct asking *asking, struct authorise_deed *deed)
{
	memset(deed, 0, sizeof(*deed));
	deed->at_ns = asking->now_ns - asking->now_ns % NS_PER_US;
	(void)snprintf(deed->by, sizeof(deed->by), "%s", asking->who->by);
}
