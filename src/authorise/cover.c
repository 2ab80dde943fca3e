#include <strings.h>

#include "authorise/process.h"
#include "authorise/room.h"

static bool source_covers(
    const struct authorise_source *source, const struct authorise_whose *whose);
static bool host_is(const char *wanted, const char *known);
static bool is_in_force(
    const struct authorise_record *record, uint64_t began_ns);
static bool may_cover(const struct authorise_record *record, uint64_t began_ns);
static bool say_why_not(const struct authorise *authorise,
    const struct authorise_record *record, struct strbuf *sentence);

void
authorise_whose_of(const struct finding *finding,
    const struct attribution *attribution, struct authorise_whose *whose)
{
	*whose = (struct authorise_whose){
		.has_address = finding->has_address,
		.has_mac = finding->has_mac,
		.address = finding->source,
		.mac = finding->source_mac,
	};
	if (attribution != NULL) {
		whose->host = attribution->host;
		whose->names = attribution->names;
		whose->name_count = attribution->name_count;
	}
}

bool
entry_covers(
    const struct authorise_entry *entry, const struct authorise_whose *whose)
{
	for (uint32_t i = 0; i < entry->source_count; i++) {
		if (source_covers(&entry->sources[i], whose)) {
			return true;
		}
	}
	return false;
}

uint32_t
cover_find(const struct authorise *authorise,
    const struct authorise_whose *whose, uint64_t began_ns, uint32_t *numbers)
{
	uint32_t count = 0;

	for (uint32_t pass = 0; pass < 2; pass++) {
		for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT &&
		     count < AUTHORISE_WATCH_ENTRIES;
		     i++) {
			const struct authorise_record *record =
			    &authorise->records[i];

			if (may_cover(record, began_ns) &&
			    is_in_force(record, began_ns) == (pass == 0) &&
			    entry_covers(&record->entry, whose)) {
				numbers[count++] = record->number;
			}
		}
	}
	return count;
}

/* The one that covers but is not in force says most; else the one whose scope
 * the campaign would keep to, were it of another source. */
void
cover_nearest(const struct authorise *authorise,
    const struct authorise_whose *whose,
    const struct authorise_campaign *campaign, struct strbuf *sentence)
{
	const struct authorise_record *other = NULL;

	for (uint32_t i = 0; i < CONFIG_AUTHORISE_ENTRY_COUNT; i++) {
		const struct authorise_record *record = &authorise->records[i];

		if (record->number == 0) {
			continue;
		}
		if (entry_covers(&record->entry, whose)) {
			if (say_why_not(authorise, record, sentence)) {
				return;
			}
		} else if (other == NULL &&
		    record->entry.state == AUTHORISE_ACTIVE &&
		    scope_left_by_finding(
		        authorise, record, campaign->finding) == 0) {
			other = record;
		}
	}
	if (other != NULL) {
		strbuf_add(sentence, "nearest: ");
		sentence_add_short(sentence, other->entry.name, 63);
		strbuf_add(sentence, " - the source differs, its own ");
		strbuf_add(
		    sentence, other->entry.source_count == 1 ? "is " : "are ");
		sentence_add_sources(&other->entry, sentence);
	}
}

static bool
source_covers(
    const struct authorise_source *source, const struct authorise_whose *whose)
{
	switch ((enum authorise_source_kind)source->kind) {
	case AUTHORISE_SOURCE_PREFIX:
		return whose->has_address &&
		    ip_prefix_contains(&source->prefix, &whose->address);
	case AUTHORISE_SOURCE_MAC:
		return whose->has_mac &&
		    mac_address_equal(&source->mac, &whose->mac);
	case AUTHORISE_SOURCE_HOST:
		break;
	}
	if (whose->host != NULL && host_is(source->host, whose->host)) {
		return true;
	}
	for (uint32_t i = 0; i < whose->name_count; i++) {
		if (host_is(source->host, whose->names[i])) {
			return true;
		}
	}
	return false;
}

/* A name without a domain is of any; one with a domain only of that one. */
static bool
host_is(const char *wanted, const char *known)
{
	size_t length = strlen(wanted);

	if (authorise_same_letters(wanted, known)) {
		return true;
	}
	return strchr(wanted, '.') == NULL &&
	    strncasecmp(wanted, known, length) == 0 && known[length] == '.';
}

static bool
is_in_force(const struct authorise_record *record, uint64_t began_ns)
{
	return record->entry.state == AUTHORISE_ACTIVE &&
	    !authorise_record_is_expired(record, began_ns);
}

/* What was revoked covers what had begun before. */
static bool
may_cover(const struct authorise_record *record, uint64_t began_ns)
{
	const struct authorise_entry *entry = &record->entry;

	return record->number != 0 &&
	    (entry->state == AUTHORISE_ACTIVE ||
	        (entry->state == AUTHORISE_REVOKED &&
	            entry->revoked.at_ns > began_ns));
}

static bool
say_why_not(const struct authorise *authorise,
    const struct authorise_record *record, struct strbuf *sentence)
{
	const struct authorise_entry *entry = &record->entry;

	if (entry->state == AUTHORISE_ACTIVE) {
		return false;
	}
	strbuf_add(sentence, "nearest: ");
	sentence_add_short(sentence, entry->name, 63);
	if (entry->state == AUTHORISE_PROPOSED) {
		strbuf_add(sentence, " - it waits to be approved");
	} else {
		strbuf_add(sentence, " - it was revoked by ");
		sentence_add_short(sentence, entry->revoked.by, 63);
		strbuf_add(sentence, " at ");
		sentence_add_moment(
		    &authorise->zone, entry->revoked.at_ns, true, sentence);
	}
	return true;
}
