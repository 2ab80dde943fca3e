#include "detect/suspect.h"

#include <string.h>

struct service_slot *
suspect_service(
    struct suspect *suspect, uint8_t protocol, uint16_t port, bool inside)
{
	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		struct service_slot *slot = &suspect->services[i];

		if (slot->used && slot->protocol == protocol &&
		    slot->port == port && slot->inside == inside) {
			return slot;
		}
	}
	return NULL;
}

struct target_slot *
suspect_target(struct suspect *suspect, const struct ip_address *target)
{
	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		struct target_slot *slot = &suspect->targets[i];

		if (slot->used && ip_address_equal(&slot->target, target)) {
			return slot;
		}
	}
	return NULL;
}

/* Slots go to the busiest, as Misra and Gries find frequent items ("Finding
 * repeated elements", 1982): a newcomer takes a slot that is free or of which
 * nothing is left; where there is none it wears down all of them, and takes one
 * of which nothing is left then. */
static struct service_slot *
claim_service(struct suspect *suspect)
{
	struct service_slot *worn = NULL;

	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		if (suspect->services[i].weight == 0) {
			return &suspect->services[i];
		}
	}
	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		suspect->services[i].weight--;
		if (suspect->services[i].weight == 0) {
			worn = &suspect->services[i];
		}
	}
	return worn;
}

static struct target_slot *
claim_target(struct suspect *suspect)
{
	struct target_slot *worn = NULL;

	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		if (suspect->targets[i].weight == 0) {
			return &suspect->targets[i];
		}
	}
	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		suspect->targets[i].weight--;
		if (suspect->targets[i].weight == 0) {
			worn = &suspect->targets[i];
		}
	}
	return worn;
}

/* Notes the contact on its service's slot.  Returns CONTACT_ADJACENT or
 * CONTACT_APART; neither for the slot's first. */
static uint16_t
note_service(struct suspect *suspect, const struct contact *contact)
{
	bool inside = (contact->flags & CONTACT_INSIDE) != 0;
	struct service_slot *slot = suspect_service(
	    suspect, contact->protocol, contact->target_port, inside);
	uint16_t step = 0;

	if (slot == NULL) {
		slot = claim_service(suspect);
		if (slot == NULL) {
			return 0;
		}
		memset(slot, 0, sizeof(*slot));
		slot->used = true;
		slot->inside = inside;
		slot->protocol = contact->protocol;
		slot->port = contact->target_port;
	} else {
		int64_t distance =
		    ip_address_distance(&slot->last_target, &contact->target);

		step = sequence_note(&slot->sequence, suspect_terms(suspect),
		           distance) == SEQUENCE_ADJACENT
		    ? CONTACT_ADJACENT
		    : CONTACT_APART;
	}
	slot->weight++;
	slot->contacts++;
	slot->hosts += (contact->flags & CONTACT_UPKEEP) == 0 ? 1 : 0;
	slot->last_target = contact->target;
	return step;
}

static void
note_target(struct suspect *suspect, const struct contact *contact)
{
	struct target_slot *slot = suspect_target(suspect, &contact->target);

	if (slot == NULL) {
		slot = claim_target(suspect);
		if (slot == NULL) {
			return;
		}
		memset(slot, 0, sizeof(*slot));
		slot->used = true;
		slot->inside = (contact->flags & CONTACT_INSIDE) != 0;
		slot->target = contact->target;
	} else if (contact->target_port != 0) {
		(void)sequence_note(&slot->sequence, suspect_terms(suspect),
		    (int64_t)contact->target_port - slot->last_port);
	}
	slot->weight++;
	slot->contacts++;
	slot->last_port = contact->target_port;
}

/* An address that resolved says nothing that the contact it was resolved for
 * does not say. */
static bool
is_resolved(const struct contact *contact)
{
	return contact->protocol == SUSPECT_LAYER2 &&
	    contact->outcome == PROBE_ANSWERED;
}

static bool
is_harmless(const struct contact *contact)
{
	return contact->outcome == PROBE_PRODUCTIVE;
}

/* The oldest entry that is as 'fits' has it; null if there is none. */
static struct contact *
oldest_of(struct suspect *suspect, bool (*fits)(const struct contact *))
{
	for (uint32_t i = 0; i < SUSPECT_CONTACTS; i++) {
		uint32_t at = (suspect->contact_next + i) % SUSPECT_CONTACTS;

		if (fits(&suspect->contacts[at])) {
			return &suspect->contacts[at];
		}
	}
	return NULL;
}

/* The entry to overwrite: the oldest of those that say the least. */
static struct contact *
make_room(struct suspect *suspect)
{
	struct contact *entry;
	uint32_t next = suspect->contact_next;

	if (suspect->contact_count < SUSPECT_CONTACTS) {
		return &suspect->contacts[suspect->contact_count++];
	}
	entry = oldest_of(suspect, is_resolved);
	if (entry == NULL) {
		entry = oldest_of(suspect, is_harmless);
	}
	if (entry != NULL) {
		return entry;
	}
	suspect->contact_next = (uint8_t)((next + 1) % SUSPECT_CONTACTS);
	return &suspect->contacts[next];
}

struct contact *
suspect_contact(struct suspect *suspect, const struct contact *contact)
{
	struct contact *entry = make_room(suspect);
	uint16_t step = note_service(suspect, contact);

	if (contact->protocol != SUSPECT_LAYER2) {
		note_target(suspect, contact);
	}
	*entry = *contact;
	entry->flags |= step | CONTACT_LISTED;
	suspect->made++;
	return entry;
}

struct contact *
suspect_find(struct suspect *suspect, const struct contact *wanted)
{
	for (uint32_t i = 0; i < suspect->contact_count; i++) {
		struct contact *contact = &suspect->contacts[i];

		if (contact->target_port == wanted->target_port &&
		    contact->protocol == wanted->protocol &&
		    (contact->flags & CONTACT_CONCLUDED) == 0 &&
		    ip_address_equal(&contact->target, &wanted->target)) {
			return contact;
		}
	}
	return NULL;
}

const struct service_slot *
suspect_main_service(const struct suspect *suspect)
{
	const struct service_slot *main_slot = NULL;

	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		const struct service_slot *slot = &suspect->services[i];

		if (slot->used &&
		    (main_slot == NULL ||
		        (slot->implicated && !main_slot->implicated) ||
		        (slot->implicated == main_slot->implicated &&
		            slot->contacts > main_slot->contacts))) {
			main_slot = slot;
		}
	}
	return main_slot;
}

const struct target_slot *
suspect_main_target(const struct suspect *suspect)
{
	const struct target_slot *main_slot = NULL;

	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		const struct target_slot *slot = &suspect->targets[i];

		if (slot->used &&
		    (main_slot == NULL ||
		        (slot->implicated && !main_slot->implicated) ||
		        (slot->implicated == main_slot->implicated &&
		            slot->contacts > main_slot->contacts))) {
			main_slot = slot;
		}
	}
	return main_slot;
}
