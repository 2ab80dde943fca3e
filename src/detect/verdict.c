#include "detect/weigh.h"

/* A bar of its own: no odds, but how many hosts anybody administers. */
enum { FAN_OUT_NEEDED = 256 };

float
weigh_make(const struct suspect *suspect)
{
	float nats = 0;

	if (suspect->requests < 3) {
		return 0;
	}
	if (suspect->crafted * 5 >= suspect->requests * 4) {
		nats += 2.8f; /* .50 of scanners against .03 of others. */
	}
	if (suspect->port_reused * 5 >= suspect->requests * 3) {
		nats += suspect->port_reused >= 3
		    ? 4.5f
		    : 1.5f * (float)suspect->port_reused;
	}
	return nats;
}

/* Services by which hosts are administered, and which few hosts use on many
 * others (tcp; echo requests count likewise). */
static bool
is_administrative(const struct service_slot *slot)
{
	static const uint16_t ports[] = { 22, 23, 135, 139, 445, 3389, 5900,
		5985, 5986 };

	if (slot->protocol == 1 || slot->protocol == 58) {
		return true;
	}
	for (uint32_t i = 0; i < ARRAY_SIZE(ports); i++) {
		if (slot->protocol == 6 && slot->port == ports[i]) {
			return true;
		}
	}
	return false;
}

static enum suspect_channel
service_verdict(
    const struct suspect *suspect, const struct service_slot *slot, float make)
{
	const struct terms *terms = suspect_terms(suspect);

	if (!slot->used) {
		return CHANNEL_NONE;
	}
	if (!slot->inside) {
		float most =
		    slot->plain > slot->score ? slot->plain : slot->score;

		return slot->contacts >= terms->outside_contacts_needed &&
		        most + make >= terms->outside_nats
		    ? CHANNEL_SERVICE
		    : CHANNEL_NONE;
	}
	if (slot->contacts >= terms->contacts_needed &&
	    slot->unproductive >= terms->unproductive_needed &&
	    (slot->score + make >= terms->likely_nats ||
	        slot->plain + make >= terms->outcome_nats)) {
		return CHANNEL_SERVICE;
	}
	/* Order alone, if the source is not one that mostly gets on with the
	 * hosts it meets, as monitors do. */
	if (slot->contacts >= terms->order_contacts_needed &&
	    suspect->productive * 4 < slot->contacts &&
	    slot->score >= terms->order_nats) {
		return CHANNEL_SERVICE;
	}
	return slot->hosts >= FAN_OUT_NEEDED && is_administrative(slot)
	    ? CHANNEL_FAN_OUT
	    : CHANNEL_NONE;
}

static bool
is_target_enough(
    const struct target_slot *slot, const struct terms *terms, float make)
{
	float threshold =
	    slot->inside ? terms->outcome_nats : terms->likely_nats;

	return slot->used && slot->unproductive >= terms->ports_needed &&
	    slot->score + make >= threshold;
}

enum suspect_channel
weigh_verdict(struct suspect *suspect)
{
	const struct terms *terms = suspect_terms(suspect);
	float make = weigh_make(suspect);

	if (suspect->stealth >= terms->likely_nats &&
	    suspect->stealth_contacts >= terms->stealth_needed) {
		return CHANNEL_STEALTH;
	}
	if (suspect->made >= terms->contacts_needed &&
	    suspect->outcome + make >= terms->outcome_nats) {
		return CHANNEL_OUTCOME;
	}
	if (suspect->outside + make >= terms->outside_nats) {
		return CHANNEL_OUTSIDE;
	}
	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		struct service_slot *slot = &suspect->services[i];
		enum suspect_channel channel =
		    service_verdict(suspect, slot, make);

		if (channel != CHANNEL_NONE) {
			slot->implicated = true;
			return channel;
		}
	}
	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		struct target_slot *slot = &suspect->targets[i];

		if (is_target_enough(slot, terms, make)) {
			slot->implicated = true;
			return CHANNEL_TARGET;
		}
	}
	return CHANNEL_NONE;
}

uint32_t
weigh_rank(const void *record)
{
	const struct suspect *suspect = record;
	float most = suspect->outcome > suspect->stealth ? suspect->outcome
	                                                 : suspect->stealth;

	if (suspect->raised != CHANNEL_NONE) {
		return UINT32_MAX;
	}
	most = suspect->outside > most ? suspect->outside : most;

	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		most = suspect->services[i].score > most
		    ? suspect->services[i].score
		    : most;
	}
	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		most = suspect->targets[i].score > most
		    ? suspect->targets[i].score
		    : most;
	}
	return most <= 0 ? 0 : (uint32_t)(most * 16);
}

/* Whether a good part of what was tried there, and is known, led to nothing. */
static bool
is_failing(uint32_t unproductive, uint32_t answered)
{
	return unproductive >= terms_built_in.unproductive_needed &&
	    unproductive * 3 >= answered;
}

/* Whether the slot is of asking for a service, not of who is there. */
static bool
has_ports(const struct service_slot *slot)
{
	return slot->protocol != SUSPECT_LAYER2 && slot->protocol != 1 &&
	    slot->protocol != 58;
}

static bool
service_is_implicated(const struct suspect *suspect, struct service_slot *slot)
{
	if (slot == NULL) {
		return false;
	}
	slot->implicated = slot->implicated || slot->score >= 4 ||
	    is_failing(slot->unproductive, slot->answered) ||
	    (!has_ports(slot) &&
	        slot->contacts >= suspect_terms(suspect)->contacts_needed &&
	        sequence_is_sequential(
	            &slot->sequence, suspect_terms(suspect)));
	return slot->implicated;
}

static bool
target_is_implicated(struct target_slot *slot)
{
	if (slot == NULL) {
		return false;
	}
	slot->implicated =
	    slot->implicated || is_failing(slot->unproductive, slot->answered);
	return slot->implicated;
}

bool
weigh_implicates(struct suspect *suspect, const struct contact *contact)
{
	bool inside = (contact->flags & CONTACT_INSIDE) != 0;
	struct service_slot *service = suspect_service(
	    suspect, contact->protocol, contact->target_port, inside);
	struct target_slot *target = suspect_target(suspect, &contact->target);

	if (weigh_is_stealth(contact->technique) ||
	    ((contact->traits & PROBE_CRAFTED) != 0 &&
	        suspect->crafted * 5 >= suspect->requests * 4)) {
		return true;
	}
	if (contact->protocol == SUSPECT_LAYER2) {
		/* Resolving a target's address is no probe of it. */
		return service_is_implicated(suspect, service);
	}
	if (service_is_implicated(suspect, service) ||
	    target_is_implicated(target)) {
		return true;
	}
	/* So many services or targets that none has a slot. */
	return service == NULL && target == NULL &&
	    suspect->raised == (inside ? CHANNEL_OUTCOME : CHANNEL_OUTSIDE);
}
