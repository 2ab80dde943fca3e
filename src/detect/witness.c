#include "detect/witness.h"

/* So many probes of a campaign are all noted, then one in a few, then one in
 * many. */
enum {
	EVERY_PROBE = 1024,
	SOME_PROBES = 65536,
	ONE_IN_FEW = 16,
	ONE_IN_MANY = 256,
};

static bool
is_worth_noting(uint64_t ordinal)
{
	if (ordinal <= EVERY_PROBE) {
		return true;
	}
	return ordinal % (ordinal <= SOME_PROBES ? ONE_IN_FEW : ONE_IN_MANY) ==
	    0;
}

/* Room for another, zeroed; null: none, which is counted. */
static struct wire_contact *
make_room(struct witness *witness, struct counters *counters)
{
	struct wire_contact *contact;

	if (witness->count == WITNESS_COUNT) {
		counter_increment(counters, COUNTER_DETECT_WITNESSES_DROPPED);
		return NULL;
	}
	contact =
	    &witness
	         ->contacts[(witness->first + witness->count) % WITNESS_COUNT];
	*contact = (struct wire_contact){ 0 };
	witness->count++;
	return contact;
}

/* What was told of a contact as it was made says nothing of its end; but who
 * sends or gets payload has finished the handshake. */
static bool
is_completed(const struct contact *contact)
{
	return (contact->traits & PROBE_COMPLETED) != 0 ||
	    (contact->protocol == IP_PROTOCOL_TCP &&
	        (contact->outcome == PROBE_PRODUCTIVE ||
	            contact->outcome == PROBE_ONE_WAY));
}

void
witness_probe(struct witness *witness, struct counters *counters,
    uint64_t campaign, uint64_t ordinal, const struct ip_address *source,
    const struct contact *contact)
{
	struct wire_contact *noted;

	if (!witness->is_wanted || !is_worth_noting(ordinal)) {
		return;
	}
	noted = make_room(witness, counters);
	if (noted == NULL) {
		return;
	}
	noted->attempt_ns = contact->time_ns;
	noted->campaign = campaign;
	noted->source = *source;
	noted->target = contact->target;
	noted->source_port = contact->source_port;
	noted->target_port = contact->target_port;
	noted->protocol = contact->protocol;
	noted->technique = contact->technique;
	noted->outcome = contact->outcome;
	noted->completed = is_completed(contact);
}

void
witness_outcome(struct witness *witness, struct counters *counters,
    const struct probe *probe)
{
	uint32_t second = (uint32_t)(probe->time_ns / NS_PER_S);
	struct wire_contact *noted;

	if (!witness->is_wanted || (probe->traits & PROBE_COMPLETED) == 0) {
		return;
	}
	if (second != witness->second) {
		witness->second = second;
		witness->connections = 0;
	}
	if (witness->connections == WITNESS_CONNECTIONS_PER_S) {
		counter_increment(counters, COUNTER_DETECT_WITNESSES_DROPPED);
		return;
	}
	noted = make_room(witness, counters);
	if (noted == NULL) {
		return;
	}
	witness->connections++;
	noted->attempt_ns = probe->attempt_ns;
	noted->source = probe->source;
	noted->target = probe->target;
	noted->source_port = probe->source_port;
	noted->target_port = probe->target_port;
	noted->protocol = probe->protocol;
	noted->technique = probe->technique;
	noted->outcome = probe->outcome;
	noted->completed = 1;
	noted->source_mac = probe->source_mac;
}

bool
witness_next(struct witness *witness, struct wire_contact *contact)
{
	if (witness->count == 0) {
		return false;
	}
	*contact = witness->contacts[witness->first];
	witness->first = (witness->first + 1) % WITNESS_COUNT;
	witness->count--;
	return true;
}

bool
wire_contact_is_sound(const struct wire_contact *contact)
{
	return contact->technique < PROBE_TECHNIQUE_COUNT &&
	    contact->outcome < PROBE_OUTCOME_COUNT && contact->completed <= 1;
}
