#include "detect/note.h"

#include "detect/room.h"

const struct detect_note *
detect_notes(const struct detect *detect)
{
	return detect->notes;
}

uint32_t
detect_notes_count(const struct detect *detect)
{
	return detect->note_count;
}

void
detect_note_pending(struct detect *detect, uint32_t place)
{
	const struct campaign *campaign = table_at(&detect->campaigns, place);
	const struct suspect *suspect = NULL;

	detect->note_count = 0;
	if (campaign != NULL) {
		suspect = table_peek(&detect->suspects, &campaign->source,
		    table_hash(&detect->suspects, &campaign->source));
	}
	for (uint32_t i = 0; suspect != NULL && i < suspect->contact_count;
	     i++) {
		const struct contact *contact = &suspect->contacts[i];

		if ((contact->flags & CONTACT_COUNTED) != 0 &&
		    (contact->flags & CONTACT_CONCLUDED) == 0) {
			detect_add_note(detect, campaign, contact, false, true);
		}
	}
}

/* The number of the frame of a contact of a source that is no suspect. */
static uint32_t
packet_kept(const struct source *source, const struct contact *wanted)
{
	for (uint32_t i = 0; i < source->kept_count; i++) {
		const struct contact *kept = &source->kept[i];

		if (kept->time_ns == wanted->time_ns &&
		    kept->target_port == wanted->target_port &&
		    ip_address_equal(&kept->target, &wanted->target)) {
			return kept->packet;
		}
	}
	return 0;
}

void
detect_note_accepted(struct detect *detect, struct sighting *sighting)
{
	const struct contact *contact = &sighting->contact;
	const struct campaign *campaign = NULL;
	const struct source *source;
	const struct contact *entry;
	struct suspect *suspect;

	if (!contacts_is_pending(
	        &detect->contacts, sighting->pair_hash, sighting->now_s)) {
		return;
	}
	source = source_find(detect, sighting);
	if (source == NULL) {
		return;
	}
	sighting->is_accepted = true;
	suspect = source->is_suspect ? source_suspect(detect, sighting) : NULL;
	if (suspect == NULL) {
		sighting->asked_packet = packet_kept(source, contact);
		return;
	}
	entry = suspect_find(suspect, contact);
	if (entry != NULL) {
		sighting->asked_packet = entry->packet;
	}
	if (suspect->raised != CHANNEL_NONE) {
		campaign = detect_find_campaign(detect, &suspect->source);
	}
	if (campaign != NULL &&
	    (entry != NULL ? (entry->flags & CONTACT_COUNTED) != 0
	                   : weigh_implicates(suspect, contact))) {
		detect_add_note(detect, campaign, contact, false, false);
	}
}

void
detect_add_note(struct detect *detect, const struct campaign *campaign,
    const struct contact *contact, bool is_counted, bool is_concluded)
{
	SW_ASSERT(detect->note_count < DETECT_NOTES);
	detect->notes[detect->note_count++] = (struct detect_note){
		.campaign = campaign->number,
		.place = table_index(&detect->campaigns, campaign),
		.is_counted = is_counted,
		.is_concluded = is_concluded,
		.contact = *contact,
	};
}
