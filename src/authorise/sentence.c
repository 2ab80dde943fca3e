#include "authorise/entry_text.h"
#include "authorise/process.h"
#include "authorise/room.h"

enum { LISTED = 4 }; /* Items of a list; more are counted. */

static void add_probe(const struct authorise *authorise,
    const struct authorise_leaving *leaving, struct strbuf *sentence);
static void add_name(const struct authorise_record *record, const char *before,
    const char *after, struct strbuf *sentence);
static void add_end(const struct authorise *authorise,
    const struct authorise_record *record, struct strbuf *sentence);
static void add_rate(const struct authorise_record *record,
    const struct authorise_leaving *leaving, struct strbuf *sentence);
static bool begins_item(uint32_t index, uint32_t count, struct strbuf *buffer);

void
sentence_of_leaving(const struct authorise *authorise, enum authorise_part part,
    const struct authorise_leaving *leaving, struct strbuf *sentence)
{
	const struct authorise_record *record =
	    record_at(authorise, leaving->entry);

	if (record == NULL) {
		strbuf_add(sentence, "outside every entry of its source: ");
		add_probe(authorise, leaving, sentence);
		return;
	}
	switch (part) {
	case AUTHORISE_PART_EXPIRY:
		add_end(authorise, record, sentence);
		break;
	case AUTHORISE_PART_SEGMENT:
		add_name(record, "outside the segments of ", " (", sentence);
		sentence_add_segments(authorise, &record->entry, sentence);
		strbuf_add(sentence, "): ");
		break;
	case AUTHORISE_PART_SERVICE:
		add_name(record, "outside the services of ", " (", sentence);
		sentence_add_services(&record->entry, sentence);
		strbuf_add(sentence, "): ");
		break;
	case AUTHORISE_PART_HOURS:
		add_name(record, "outside the hours of ", " (", sentence);
		sentence_add_hours(&record->entry, sentence);
		strbuf_add(sentence, "): probe at ");
		sentence_add_moment(
		    &authorise->zone, leaving->time_ns, false, sentence);
		return;
	case AUTHORISE_PART_RATE:
		add_rate(record, leaving, sentence);
		sentence_add_moment(
		    &authorise->zone, leaving->time_ns, true, sentence);
		return;
	case AUTHORISE_PART_PROCESS:
	case AUTHORISE_PART_USER:
	case AUTHORISE_PART_COUNT:
		return;
	}
	add_probe(authorise, leaving, sentence);
}

void
sentence_of_evidence(const struct authorise_record *record,
    enum evidence evidence, const struct authorise_campaign *campaign,
    struct strbuf *sentence)
{
	const struct authorise_entry *entry = &record->entry;
	const struct attribution_process *process =
	    campaign->attribution == NULL ? NULL
	                                  : campaign->attribution->processes;
	const char *wanted =
	    entry->process[0] != '\0' ? entry->process : entry->users[0];

	switch (evidence) {
	case EVIDENCE_FITS:
		return;
	case EVIDENCE_AWAITED:
	case EVIDENCE_MISSING:
		strbuf_add(sentence,
		    evidence == EVIDENCE_AWAITED ? "no log has shown yet that "
		                                 : "no log shows that ");
		sentence_add_short(sentence, wanted, 120);
		strbuf_add(sentence, " did it, which ");
		sentence_add_short(sentence, entry->name, 63);
		strbuf_add(sentence, " asks for");
		return;
	case EVIDENCE_PROCESS:
		SW_ASSERT(process != NULL);
		sentence_add_short(
		    sentence, authorise_program_of(process->image), 80);
		strbuf_addf(sentence, " did it (%s), where ",
		    process->confidence == ATTRIBUTION_CONFIRMED ? "confirmed"
		                                                 : "probable");
		sentence_add_short(sentence, entry->name, 63);
		strbuf_add(sentence, " permits ");
		sentence_add_short(sentence, entry->process, 80);
		return;
	case EVIDENCE_USER:
		SW_ASSERT(process != NULL);
		strbuf_add(sentence, "it ran as ");
		sentence_add_short(sentence,
		    process->user[0] == '\0' ? "an unknown user"
		                             : process->user,
		    80);
		strbuf_add(sentence, ", where ");
		sentence_add_short(sentence, entry->name, 63);
		strbuf_add(sentence, " permits ");
		sentence_add_short(sentence, entry->users[0], 80);
		strbuf_add(
		    sentence, entry->user_count > 1 ? " and others" : "");
		return;
	}
}

void
sentence_add_short(struct strbuf *buffer, const char *text, size_t most)
{
	char copy[AUTHORISE_SENTENCE_SIZE];
	size_t length = strlen(text);
	bool cut = length > most;

	if (cut) {
		length = most;
		/* Not within a character of UTF-8. */
		while (length > 0 && ((uint8_t)text[length] & 0xc0) == 0x80) {
			length--;
		}
	}
	SW_ASSERT(length < sizeof(copy));
	for (size_t i = 0; i < length; i++) {
		bool control = (uint8_t)text[i] < ' ' || text[i] == 0x7f;

		copy[i] = (char)(control ? '?' : text[i]);
	}
	copy[length] = '\0';
	strbuf_add(buffer, copy);
	strbuf_add(buffer, cut ? "..." : "");
}

void
sentence_add_moment(const struct authorise_zone *zone, uint64_t time_ns,
    bool with_date, struct strbuf *buffer)
{
	struct authorise_local local;
	char date[AUTHORISE_DATE_TEXT_SIZE];

	authorise_zone_local(zone, (int64_t)(time_ns / NS_PER_S), &local);
	strbuf_addf(buffer, "%s %s%s%02u:%02u:%02u %s",
	    authorise_day_name(local.weekday),
	    with_date ? authorise_date_format(&local.date, date) : "",
	    with_date ? " " : "", local.second_of_day / 3600,
	    local.second_of_day / 60 % 60, local.second_of_day % 60,
	    zone->name);
}

void
sentence_add_sources(const struct authorise_entry *entry, struct strbuf *buffer)
{
	for (uint32_t i = 0; i < entry->source_count; i++) {
		if (begins_item(i, entry->source_count, buffer)) {
			authorise_source_add(&entry->sources[i], buffer);
		}
	}
}

void
sentence_add_segments(const struct authorise *authorise,
    const struct authorise_entry *entry, struct strbuf *buffer)
{
	uint32_t count = 0;
	uint32_t at = 0;

	for (uint32_t i = 0; i < AUTHORISE_SEGMENT_COUNT; i++) {
		count += authorise_entry_may_scan(entry, i) ? 1 : 0;
	}
	for (uint32_t i = 0; i < AUTHORISE_SEGMENT_COUNT; i++) {
		const char *name = authorise_segment_name(authorise, i);

		if (authorise_entry_may_scan(entry, i) && name != NULL &&
		    begins_item(at++, count, buffer)) {
			sentence_add_short(buffer, name, 24);
		}
	}
	if (count == 0) {
		strbuf_add(buffer, "none");
	}
}

void
sentence_add_services(
    const struct authorise_entry *entry, struct strbuf *buffer)
{
	for (uint32_t i = 0; i < entry->service_count; i++) {
		const struct authorise_service *service = &entry->services[i];

		if (!begins_item(i, entry->service_count, buffer)) {
			continue;
		}
		strbuf_add(buffer, authorise_protocol_name(service->protocol));
		if (service->protocol <= AUTHORISE_PROTOCOL_IP) {
			strbuf_addf(buffer, "/%u", service->first);
		}
		if (service->last > service->first) {
			strbuf_addf(buffer, "-%u", service->last);
		}
	}
}

void
sentence_add_hours(const struct authorise_entry *entry, struct strbuf *buffer)
{
	for (uint32_t i = 0; i < entry->hours_count; i++) {
		if (begins_item(i, entry->hours_count, buffer)) {
			authorise_hours_add(&entry->hours[i], buffer);
		}
	}
}

/* "probe of tcp/3389 at 10.30.1.7 in office at Sat ...". */
static void
add_probe(const struct authorise *authorise,
    const struct authorise_leaving *leaving, struct strbuf *sentence)
{
	bool has_target = !ip_address_is_unspecified(&leaving->target);
	const char *segment =
	    authorise_segment_name(authorise, leaving->segment);
	char address[IP_ADDRESS_TEXT_SIZE];

	strbuf_add(sentence, "probe");
	if (leaving->is_contact || leaving->port > 0 ||
	    leaving->protocol > AUTHORISE_PROTOCOL_IP) {
		strbuf_addf(sentence, " of %s",
		    authorise_protocol_name(leaving->protocol));
		if (leaving->protocol <= AUTHORISE_PROTOCOL_IP) {
			strbuf_addf(sentence, "/%u", leaving->port);
		}
	}
	if (has_target) {
		strbuf_addf(sentence, " at %s",
		    ip_address_format(&leaving->target, address));
	}
	if (has_target || leaving->segment != 0) {
		strbuf_add(
		    sentence, segment == NULL ? " in no segment" : " in ");
		sentence_add_short(
		    sentence, segment == NULL ? "" : segment, 24);
	}
	strbuf_add(sentence, leaving->is_contact ? ", " : ", up to ");
	sentence_add_moment(&authorise->zone, leaving->time_ns, true, sentence);
}

static void
add_name(const struct authorise_record *record, const char *before,
    const char *after, struct strbuf *sentence)
{
	strbuf_add(sentence, before);
	sentence_add_short(sentence, record->entry.name, 63);
	strbuf_add(sentence, after);
}

static void
add_end(const struct authorise *authorise,
    const struct authorise_record *record, struct strbuf *sentence)
{
	const struct authorise_entry *entry = &record->entry;
	char date[AUTHORISE_DATE_TEXT_SIZE];

	sentence_add_short(sentence, entry->name, 63);
	if (entry->state == AUTHORISE_REVOKED) {
		strbuf_add(sentence, " was revoked by ");
		sentence_add_short(sentence, entry->revoked.by, 40);
		strbuf_add(sentence, " at ");
		sentence_add_moment(
		    &authorise->zone, entry->revoked.at_ns, true, sentence);
	} else {
		strbuf_addf(sentence, " has expired, its last day was %s",
		    authorise_date_format(&entry->expires, date));
	}
	strbuf_add(sentence, ": ");
}

static void
add_rate(const struct authorise_record *record,
    const struct authorise_leaving *leaving, struct strbuf *sentence)
{
	add_name(record, "faster than ", " permits (", sentence);
	strbuf_addf(sentence,
	    "%u probes a second): %u a second over ten seconds or more, at ",
	    record->entry.rate, leaving->rate);
}

/* Adds what stands before an item of a list, or, once, how many are left out.
 * Returns whether the item is to be written. */
static bool
begins_item(uint32_t index, uint32_t count, struct strbuf *buffer)
{
	if (index < LISTED) {
		strbuf_add(buffer, index > 0 ? ", " : "");
		return true;
	}
	if (index == LISTED) {
		strbuf_addf(buffer, " and %u more", count - LISTED);
	}
	return false;
}
