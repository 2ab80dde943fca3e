#include "authorise/field.h"

#include <stdio.h>

#include "authorise/room.h"
#include "base/rfc3339.h"
#include "base/take.h"

static const struct {
	const char *name;
	const char *example; /* Of one that must be there; null: need not. */
	bool is_list;
} kinds[FIELD_COUNT] = {
	[FIELD_NAME] = { "name", "\"nessus-prod\"", false },
	[FIELD_STATE] = { "state", NULL, false },
	[FIELD_SOURCES] = { "sources", "\"10.20.9.5\"", true },
	[FIELD_SEGMENTS] = { "segments", NULL, true },
	[FIELD_SERVICES] = { "services", "\"tcp/1-1024\"", true },
	[FIELD_PROCESS] = { "process", NULL, false },
	[FIELD_USERS] = { "users", NULL, true },
	[FIELD_GRACE] = { "process_grace", NULL, false },
	[FIELD_HOURS] = { "hours", NULL, true },
	[FIELD_RATE] = { "rate", NULL, false },
	[FIELD_OWNER] = { "owner", "\"J. Smith\"", false },
	[FIELD_REASON] = { "reason", "\"quarterly scan\"", false },
	[FIELD_TICKET] = { "ticket", NULL, false },
	[FIELD_EXPIRES] = { "expires", "\"2027-03-31\"", false },
	[FIELD_ORIGIN] = { "origin", NULL, false },
	[FIELD_CREATED_BY] = { "created_by", NULL, false },
	[FIELD_CREATED_AT] = { "created_at", NULL, false },
	[FIELD_APPROVED_BY] = { "approved_by", NULL, false },
	[FIELD_APPROVED_AT] = { "approved_at", NULL, false },
	[FIELD_EXTENDED_BY] = { "extended_by", NULL, false },
	[FIELD_EXTENDED_AT] = { "extended_at", NULL, false },
	[FIELD_EXTENSION] = { "extension", NULL, false },
	[FIELD_REVOKED_BY] = { "revoked_by", NULL, false },
	[FIELD_REVOKED_AT] = { "revoked_at", NULL, false },
};

static const char *take_line(const char *text, char *to, size_t size);
static const char *take_source(struct field_taking *taking, const char *text);
static const char *take_segment(struct field_taking *taking, const char *text);
static const char *take_user(struct field_taking *taking, const char *text);
static const char *take_window(struct field_taking *taking, const char *text);
static const char *take_rate(const char *text, uint32_t *rate);
static const char *take_note(
    struct field_taking *taking, enum field field, const char *text);
static size_t deed_place(enum field field);
static bool give_text(const struct authorise_entry *entry, enum field field,
    struct strbuf *buffer);
static bool give_services(
    const struct authorise_entry *entry, uint32_t index, struct strbuf *buffer);
static bool give_segment(const struct authorise *authorise,
    const struct authorise_entry *entry, uint32_t index, struct strbuf *buffer);
static bool give_note(const struct authorise_entry *entry, enum field field,
    struct strbuf *buffer);
static bool give(const char *text, struct strbuf *buffer);

const char *
field_name(enum field field)
{
	return kinds[field].name;
}

bool
field_is_list(enum field field)
{
	return kinds[field].is_list;
}

bool
field_is_number(enum field field)
{
	return field == FIELD_RATE;
}

enum field
field_of(const char *name)
{
	uint32_t field = 0;

	while (field < FIELD_COUNT && strcmp(kinds[field].name, name) != 0) {
		field++;
	}
	return field;
}

void
field_begin(struct field_taking *taking, struct authorise *authorise,
    struct authorise_entry *entry)
{
	memset(entry, 0, sizeof(*entry));
	entry->grace_s = AUTHORISE_GRACE_S;
	entry->origin = AUTHORISE_ORIGIN_PEOPLE;
	*taking =
	    (struct field_taking){ .authorise = authorise, .entry = entry };
}

const char *
field_take(struct field_taking *taking, enum field field, const char *text)
{
	struct authorise_entry *entry = taking->entry;

	switch (field) {
	case FIELD_NAME:
		return take_line(text, entry->name, sizeof(entry->name));
	case FIELD_SOURCES:
		return take_source(taking, text);
	case FIELD_SEGMENTS:
		return take_segment(taking, text);
	case FIELD_SERVICES:
		return authorise_text_services(
		    text, entry->services, &entry->service_count);
	case FIELD_PROCESS: {
		const char *wrong = authorise_text_process(text);

		return wrong != NULL
		    ? wrong
		    : take_line(text, entry->process, sizeof(entry->process));
	}
	case FIELD_USERS:
		return take_user(taking, text);
	case FIELD_GRACE:
		return authorise_text_grace(text, &entry->grace_s);
	case FIELD_HOURS:
		return take_window(taking, text);
	case FIELD_RATE:
		return take_rate(text, &entry->rate);
	case FIELD_OWNER:
		return take_line(text, entry->owner, sizeof(entry->owner));
	case FIELD_REASON:
		return take_line(text, entry->reason, sizeof(entry->reason));
	case FIELD_TICKET:
		return take_line(text, entry->ticket, sizeof(entry->ticket));
	case FIELD_EXPIRES:
		return authorise_text_date(text, &entry->expires);
	case FIELD_STATE:
	case FIELD_ORIGIN:
	case FIELD_CREATED_BY:
	case FIELD_CREATED_AT:
	case FIELD_APPROVED_BY:
	case FIELD_APPROVED_AT:
	case FIELD_EXTENDED_BY:
	case FIELD_EXTENDED_AT:
	case FIELD_EXTENSION:
	case FIELD_REVOKED_BY:
	case FIELD_REVOKED_AT:
	case FIELD_COUNT:
		break;
	}
	return taking->is_kept ? take_note(taking, field, text) : NULL;
}

enum field
field_missing(const struct authorise_entry *entry, const char **example)
{
	enum field missing = entry->name[0] == '\0' ? FIELD_NAME
	    : entry->source_count == 0              ? FIELD_SOURCES
	    : entry->service_count == 0             ? FIELD_SERVICES
	    : entry->owner[0] == '\0'               ? FIELD_OWNER
	    : entry->reason[0] == '\0'              ? FIELD_REASON
	    : entry->expires.year == 0              ? FIELD_EXPIRES
	                                            : FIELD_COUNT;

	if (missing != FIELD_COUNT) {
		*example = kinds[missing].example;
	}
	return missing;
}

bool
field_give(const struct authorise *authorise,
    const struct authorise_entry *entry, enum field field, uint32_t index,
    struct strbuf *buffer)
{
	if (field == FIELD_SEGMENTS) {
		return give_segment(authorise, entry, index, buffer);
	}
	if (field == FIELD_SERVICES) {
		return give_services(entry, index, buffer);
	}
	if (field == FIELD_SOURCES && index < entry->source_count) {
		authorise_source_add(&entry->sources[index], buffer);
		return true;
	}
	if (field == FIELD_HOURS && index < entry->hours_count) {
		authorise_hours_add(&entry->hours[index], buffer);
		return true;
	}
	if (field == FIELD_USERS && index < entry->user_count) {
		return give(entry->users[index], buffer);
	}
	if (kinds[field].is_list || index > 0) {
		return false;
	}
	return field >= FIELD_ORIGIN || field == FIELD_STATE
	    ? give_note(entry, field, buffer)
	    : give_text(entry, field, buffer);
}

static const char *
take_line(const char *text, char *to, size_t size)
{
	const char *wrong = authorise_text_line(text, size);

	if (wrong == NULL) {
		(void)snprintf(to, size, "%s", text);
	}
	return wrong;
}

static const char *
take_source(struct field_taking *taking, const char *text)
{
	struct authorise_entry *entry = taking->entry;
	struct authorise_source source;
	const char *wrong =
	    authorise_text_source(text, taking->problem, &source);

	if (wrong == NULL && entry->source_count == AUTHORISE_SOURCE_COUNT) {
		wrong = "is one too many; write at most 16, and join some in a "
		        "prefix";
	}
	if (wrong == NULL) {
		entry->sources[entry->source_count++] = source;
	}
	return wrong;
}

static const char *
take_segment(struct field_taking *taking, const char *text)
{
	const char *wrong = authorise_text_line(text, POLICY_NAME_SIZE);
	int32_t number;

	if (wrong != NULL) {
		return wrong;
	}
	number = taking->is_kept
	    ? segment_enter(taking->authorise, text)
	    : authorise_segment_number(taking->authorise, text);
	if (number < 0) {
		return "is no segment; write the name of one of the "
		       "configuration file";
	}
	authorise_entry_allow(taking->entry, (uint32_t)number);
	return NULL;
}

static const char *
take_user(struct field_taking *taking, const char *text)
{
	struct authorise_entry *entry = taking->entry;
	const char *wrong = authorise_text_line(text, AUTHORISE_USER_SIZE);

	if (wrong == NULL && entry->user_count == AUTHORISE_USER_COUNT) {
		wrong = "is one too many; write at most 4";
	}
	if (wrong == NULL) {
		(void)snprintf(entry->users[entry->user_count++],
		    AUTHORISE_USER_SIZE, "%s", text);
	}
	return wrong;
}

static const char *
take_window(struct field_taking *taking, const char *text)
{
	struct authorise_entry *entry = taking->entry;
	struct authorise_hours hours;
	const char *wrong = authorise_text_hours(text, &hours);

	if (wrong == NULL && entry->hours_count == AUTHORISE_HOURS_COUNT) {
		wrong = "is one too many; there are at most 16 windows";
	}
	if (wrong == NULL) {
		entry->hours[entry->hours_count++] = hours;
	}
	return wrong;
}

static const char *
take_rate(const char *text, uint32_t *rate)
{
	uint64_t number;

	if (!take_number(&text, 1000000000, &number) || *text != '\0' ||
	    number == 0) {
		return "is out of range; write a whole number from 1 to "
		       "1000000000";
	}
	*rate = (uint32_t)number;
	return NULL;
}

static const char *
take_note(struct field_taking *taking, enum field field, const char *text)
{
	struct authorise_entry *entry = taking->entry;
	struct authorise_deed *deed = deed_place(field) == 0
	    ? NULL
	    : (void *)((char *)entry + deed_place(field));

	if (field == FIELD_STATE) {
		/* That it has expired follows from the day. */
		entry->state = strcmp(text, "proposed") == 0
		    ? AUTHORISE_PROPOSED
		    : strcmp(text, "revoked") == 0 ? AUTHORISE_REVOKED
		                                   : AUTHORISE_ACTIVE;
		return NULL;
	}
	if (field == FIELD_EXTENSION) {
		return authorise_text_date(text, &entry->extension);
	}
	if (deed == NULL) {
		return NULL;
	}
	if (field == FIELD_CREATED_AT || field == FIELD_APPROVED_AT ||
	    field == FIELD_EXTENDED_AT || field == FIELD_REVOKED_AT) {
		return rfc3339_parse(text, &deed->at_ns)
		    ? NULL
		    : "is no time as RFC 3339 has it";
	}
	return take_line(text, deed->by, sizeof(deed->by));
}

/* Where in an entry the deed of a field is; 0: it is of none. */
static size_t
deed_place(enum field field)
{
	if (field == FIELD_CREATED_BY || field == FIELD_CREATED_AT) {
		return offsetof(struct authorise_entry, created);
	}
	if (field == FIELD_APPROVED_BY || field == FIELD_APPROVED_AT) {
		return offsetof(struct authorise_entry, approved);
	}
	if (field == FIELD_EXTENDED_BY || field == FIELD_EXTENDED_AT) {
		return offsetof(struct authorise_entry, extended);
	}
	return field == FIELD_REVOKED_BY || field == FIELD_REVOKED_AT
	    ? offsetof(struct authorise_entry, revoked)
	    : 0;
}

static bool
give_text(const struct authorise_entry *entry, enum field field,
    struct strbuf *buffer)
{
	char date[AUTHORISE_DATE_TEXT_SIZE];
	char grace[AUTHORISE_DURATION_TEXT_SIZE];

	if (field == FIELD_NAME) {
		return give(entry->name, buffer);
	}
	if (field == FIELD_PROCESS) {
		return give(entry->process, buffer);
	}
	if (field == FIELD_OWNER) {
		return give(entry->owner, buffer);
	}
	if (field == FIELD_REASON) {
		return give(entry->reason, buffer);
	}
	if (field == FIELD_TICKET) {
		return give(entry->ticket, buffer);
	}
	if (field == FIELD_GRACE) {
		return give(
		    authorise_grace_format(entry->grace_s, grace), buffer);
	}
	if (field == FIELD_RATE) {
		if (entry->rate == 0) {
			return false;
		}
		strbuf_addf(buffer, "%u", entry->rate);
		return true;
	}
	return give(authorise_date_format(&entry->expires, date), buffer);
}

/* Services are given as they can be written together, so that the list read
 * again is the same. */
static bool
give_services(
    const struct authorise_entry *entry, uint32_t index, struct strbuf *buffer)
{
	char text[FIELD_ITEM_SIZE];
	uint32_t at = 0;

	for (uint32_t i = 0; at < entry->service_count; i++) {
		struct strbuf item;

		strbuf_init(&item, text, sizeof(text));
		authorise_services_add(entry, &at, &item);
		if (i == index) {
			strbuf_add(buffer, text);
			return true;
		}
	}
	return false;
}

static bool
give_segment(const struct authorise *authorise,
    const struct authorise_entry *entry, uint32_t index, struct strbuf *buffer)
{
	for (uint32_t i = 0; i < AUTHORISE_SEGMENT_COUNT; i++) {
		const char *name = authorise_segment_name(authorise, i);

		if (!authorise_entry_may_scan(entry, i) || name == NULL) {
			continue;
		}
		if (index == 0) {
			return give(name, buffer);
		}
		index--;
	}
	return false;
}

static bool
give_note(const struct authorise_entry *entry, enum field field,
    struct strbuf *buffer)
{
	struct authorise_deed found;
	const struct authorise_deed *deed = NULL;
	char date[AUTHORISE_DATE_TEXT_SIZE];
	char time[RFC3339_SIZE];

	if (deed_place(field) != 0) {
		memcpy(&found, (const char *)entry + deed_place(field),
		    sizeof(found));
		deed = &found;
	}
	if (field == FIELD_STATE) {
		return give(authorise_state_name(entry->state), buffer);
	}
	if (field == FIELD_ORIGIN) {
		return give(authorise_origin_name(entry->origin), buffer);
	}
	if (field == FIELD_EXTENSION) {
		return entry->extension.year != 0 &&
		    give(
		        authorise_date_format(&entry->extension, date), buffer);
	}
	if (deed == NULL || deed->at_ns == 0) {
		return false;
	}
	if (field == FIELD_CREATED_AT || field == FIELD_APPROVED_AT ||
	    field == FIELD_EXTENDED_AT || field == FIELD_REVOKED_AT) {
		return give(rfc3339_format(deed->at_ns, time), buffer);
	}
	return give(deed->by, buffer);
}

static bool
give(const char *text, struct strbuf *buffer)
{
	strbuf_add(buffer, text);
	return text[0] != '\0';
}
