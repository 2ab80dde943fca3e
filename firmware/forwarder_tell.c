#include <string.h>

#include "firmware/clock.h"
#include "firmware/forwarder.h"

/* The counts of a destination are told so often, if nothing else is. */
#define TELL_NS (10 * NS_PER_S)

static void tell_state(struct forwarder *forwarder, uint32_t index);

void
forwarder_tell(struct forwarder *forwarder, uint32_t index)
{
	const struct forward_destination *from =
	    &forwarder->forward.destinations[index];
	struct destination *to = &forwarder->destinations[index];
	struct message_forwarded message = { .generation =
		                                 forwarder->generation,
		.destination = index,
		.seq = from->seq,
		.credit = from->credit };
	struct channel *ledger = &forwarder->role.links[ROLE_LEDGER].channel;

	if (from->seq != to->told_seq || from->credit != to->told_credit) {
		if (!channel_has_room(ledger)) {
			/* Told with the next change, or the next second. */
			return;
		}
		channel_send(
		    ledger, MESSAGE_FORWARDED, &message, sizeof(message), -1);
		to->told_seq = from->seq;
		to->told_credit = from->credit;
	}
	if (forward_is_open(&forwarder->forward, index) != to->was_open ||
	    strcmp(from->error, to->told_error) != 0 ||
	    clock_monotonic_ns() - to->told_ns >= TELL_NS) {
		tell_state(forwarder, index);
	}
}

static void
tell_state(struct forwarder *forwarder, uint32_t index)
{
	const struct forward_destination *from =
	    &forwarder->forward.destinations[index];
	struct destination *to = &forwarder->destinations[index];
	bool is_open = forward_is_open(&forwarder->forward, index);
	struct message_forward_state state = { .generation =
		                                   forwarder->generation,
		.destination = index,
		.connected = is_open ? 1 : 0,
		.sent = from->sent,
		.acked = from->acknowledged,
		.retried = from->resent,
		.refused = from->unsendable };
	struct channel *ledger = &forwarder->role.links[ROLE_LEDGER].channel;

	_Static_assert(
	    (int)FORWARD_WHY_SIZE == (int)MESSAGE_ERROR_SIZE, "one text");
	if (!channel_has_room(ledger)) {
		return;
	}
	memcpy(state.error, from->error, sizeof(state.error));
	channel_send(ledger, MESSAGE_FORWARD_STATE, &state, sizeof(state), -1);
	memcpy(to->told_error, from->error, sizeof(to->told_error));
	to->was_open = is_open;
	to->told_ns = clock_monotonic_ns();
}

void
forwarder_publish(struct forwarder *forwarder)
{
	struct forwarder_health *health = &forwarder->health;

	health->started_ns = forwarder->role.started_ns;
	health->policy_version = forwarder->role.policy.version;
	health->soc_count = forwarder->soc_count;
	health->memory_planned = forwarder->region.size;
	for (uint32_t i = 0; i < forwarder->soc_count; i++) {
		const struct forward_destination *to =
		    &forwarder->forward.destinations[i];
		struct health_soc *shown = &health->socs[i];

		memcpy(
		    shown->name, forwarder->socs[i].name, sizeof(shown->name));
		memcpy(shown->error, to->error, sizeof(shown->error));
		shown->connected_ns = to->connected_ns;
		shown->sent_ns = to->sent_ns;
		shown->seq = to->seq;
		shown->sent = to->sent;
		shown->acknowledged = to->acknowledged;
		shown->resent = to->resent;
		shown->unsendable = to->unsendable;
		shown->held = ring_count(&to->ring);
		shown->connections = to->connections;
	}
	health->counters = forwarder->role.counters;
	role_publish(&forwarder->role, health);
}
