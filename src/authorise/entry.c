#include "authorise/entry.h"

#include "authorise/entry_text.h"

static bool sources_are_sound(const struct authorise_entry *entry);
static bool scope_is_sound(const struct authorise_entry *entry);
static bool deed_is_sound(const struct authorise_deed *deed);
static bool date_is_sound(const struct authorise_date *date);
static bool is_ended(const char *text, size_t size);

const char *
authorise_state_name(enum authorise_state state)
{
	static const char *const names[] = {
		[AUTHORISE_PROPOSED] = "proposed",
		[AUTHORISE_ACTIVE] = "active",
		[AUTHORISE_REVOKED] = "revoked",
	};

	return names[state];
}

const char *
authorise_origin_name(enum authorise_origin origin)
{
	return origin == AUTHORISE_ORIGIN_FILE ? "file" : "people";
}

bool
authorise_entry_is_sound(const struct authorise_entry *entry)
{
	if (!is_ended(entry->name, sizeof(entry->name)) ||
	    entry->name[0] == '\0' ||
	    !is_ended(entry->process, sizeof(entry->process)) ||
	    !is_ended(entry->owner, sizeof(entry->owner)) ||
	    !is_ended(entry->reason, sizeof(entry->reason)) ||
	    !is_ended(entry->ticket, sizeof(entry->ticket))) {
		return false;
	}
	return sources_are_sound(entry) && scope_is_sound(entry) &&
	    entry->origin < AUTHORISE_ORIGIN_COUNT &&
	    entry->state < AUTHORISE_STATE_COUNT &&
	    date_is_sound(&entry->expires) &&
	    (entry->extension.year == 0 || date_is_sound(&entry->extension)) &&
	    deed_is_sound(&entry->created) && deed_is_sound(&entry->approved) &&
	    deed_is_sound(&entry->extended) && deed_is_sound(&entry->revoked);
}

static bool
sources_are_sound(const struct authorise_entry *entry)
{
	if (entry->source_count > AUTHORISE_SOURCE_COUNT) {
		return false;
	}
	for (uint32_t i = 0; i < entry->source_count; i++) {
		const struct authorise_source *source = &entry->sources[i];

		if (source->kind > AUTHORISE_SOURCE_HOST ||
		    source->prefix.length > 128 ||
		    !is_ended(source->host, sizeof(source->host))) {
			return false;
		}
	}
	return true;
}

static bool
scope_is_sound(const struct authorise_entry *entry)
{
	if (entry->service_count > AUTHORISE_SERVICE_COUNT ||
	    entry->hours_count > AUTHORISE_HOURS_COUNT ||
	    entry->user_count > AUTHORISE_USER_COUNT ||
	    entry->grace_s > AUTHORISE_GRACE_MOST_S) {
		return false;
	}
	for (uint32_t i = 0; i < entry->service_count; i++) {
		const struct authorise_service *service = &entry->services[i];

		if (service->protocol >= AUTHORISE_PROTOCOL_COUNT ||
		    service->last < service->first) {
			return false;
		}
	}
	for (uint32_t i = 0; i < entry->hours_count; i++) {
		const struct authorise_hours *hours = &entry->hours[i];

		if (hours->days > 0x7f || hours->from_minute >= 24 * 60 ||
		    hours->until_minute > 24 * 60) {
			return false;
		}
	}
	for (uint32_t i = 0; i < entry->user_count; i++) {
		if (!is_ended(entry->users[i], sizeof(entry->users[i]))) {
			return false;
		}
	}
	return true;
}

static bool
deed_is_sound(const struct authorise_deed *deed)
{
	return is_ended(deed->by, sizeof(deed->by));
}

/* Whether it is a day of the calendar: its text can be read again. */
static bool
date_is_sound(const struct authorise_date *date)
{
	char text[AUTHORISE_DATE_TEXT_SIZE];
	struct authorise_date again;

	return date->year <= 9999 && date->month <= 12 && date->day <= 31 &&
	    authorise_text_date(authorise_date_format(date, text), &again) ==
	    NULL;
}

static bool
is_ended(const char *text, size_t size)
{
	return memchr(text, '\0', size) != NULL;
}
