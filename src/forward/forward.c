#include "forward/forward.h"

#include <string.h>

#include "forward/room.h"

static void read_pin(struct forward_destination *to);
static void advance(struct forward *forward, struct forward_destination *to);
static bool is_flushed(const struct forward_destination *to);
static uint64_t due_ns(const struct forward_destination *to);

size_t
forward_bytes(void)
{
	return ring_bytes() * CONFIG_FORWARD_DESTINATION_COUNT +
	    region_bytes(TLS_RECORD_SIZE, 1);
}

uint32_t
forward_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		ring_plan_bytes(CONFIG_FORWARD_DESTINATION_COUNT),
		ring_plan_slots(CONFIG_FORWARD_DESTINATION_COUNT),
		plan_array("bytes of an answer", TLS_RECORD_SIZE, 1),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

void
forward_init(struct forward *forward, struct region *region,
    const struct forward_terms *terms)
{
	memset(forward, 0, sizeof(*forward));
	forward->terms = *terms;
	forward->chance = terms->seed;
	for (uint32_t i = 0; i < CONFIG_FORWARD_DESTINATION_COUNT; i++) {
		ring_init(&forward->destinations[i].ring, region);
		forward->destinations[i].fd = -1;
	}
	forward->buffer = region_carve(region, TLS_RECORD_SIZE, 1);
}

uint32_t
forward_add(struct forward *forward, const struct config_soc *soc,
    const struct tls *tls)
{
	struct forward_destination *to = &forward->destinations[forward->count];

	SW_ASSERT(forward->count < CONFIG_FORWARD_DESTINATION_COUNT);
	to->soc = soc;
	to->tls = tls;
	to->wait_s = 1;
	to->is_changed = true;
	read_pin(to);
	acknowledge(forward, to);
	return forward->count++;
}

char *
forward_room(struct forward *forward, uint32_t index)
{
	struct forward_destination *to = &forward->destinations[index];

	return ring_room(&to->ring, to->soc->size_limit);
}

void
forward_give(struct forward *forward, uint32_t index, size_t size, uint64_t seq)
{
	struct forward_destination *to = &forward->destinations[index];
	struct ring_slot *slot =
	    ring_add(&to->ring, (uint32_t)size, seq, false);

	SW_ASSERT(size <= to->soc->size_limit);
	to->given++;
	if (size == 0) {
		slot->is_done = true;
		to->unsendable++;
		counter_increment(
		    forward->terms.counters, COUNTER_FORWARD_UNSENDABLE);
	}
}

void
forward_give_heartbeat(struct forward *forward, uint32_t index, size_t size)
{
	struct forward_destination *to = &forward->destinations[index];

	SW_ASSERT(size > 0 && size <= to->soc->size_limit);
	(void)ring_add(&to->ring, (uint32_t)size, 0, true);
}

uint32_t
forward_wanted(struct forward *forward)
{
	for (uint32_t i = 0; i < forward->count; i++) {
		if (forward->destinations[i].is_wanted) {
			forward->destinations[i].is_wanted = false;
			return 1 + i;
		}
	}
	return 0;
}

void
forward_turn(struct forward *forward, const struct forward_now *now)
{
	forward->now = *now;
	for (uint32_t i = 0; i < forward->count; i++) {
		struct forward_destination *to = &forward->destinations[i];

		advance(forward, to);
		acknowledge(forward, to);
		link_watch(forward, to);
	}
}

uint64_t
forward_next_ns(const struct forward *forward)
{
	uint64_t next_ns = UINT64_MAX;

	for (uint32_t i = 0; i < forward->count; i++) {
		uint64_t its_ns = due_ns(&forward->destinations[i]);

		next_ns = its_ns < next_ns ? its_ns : next_ns;
	}
	return next_ns;
}

bool
forward_changed(struct forward *forward, uint32_t index)
{
	struct forward_destination *to = &forward->destinations[index];
	bool is_changed = to->is_changed;

	to->is_changed = false;
	return is_changed;
}

void
forward_reset(struct forward *forward)
{
	for (uint32_t i = 0; i < forward->count; i++) {
		struct forward_destination *to = &forward->destinations[i];

		link_close(forward, to);
		to->due_ns = 0;
		while (ring_count(&to->ring) > 0) {
			ring_drop(&to->ring);
		}
		to->next = to->ring.first;
		to->offset = 0;
		to->given = 0;
		to->credit = 0;
		to->seq = 0;
		acknowledge(forward, to);
	}
}

void
forward_stop(struct forward *forward)
{
	forward->is_stopping = true;
}

bool
forward_is_flushed(const struct forward *forward)
{
	for (uint32_t i = 0; i < forward->count; i++) {
		if (!is_flushed(&forward->destinations[i])) {
			return false;
		}
	}
	return true;
}

void
forward_finish(struct forward *forward)
{
	for (uint32_t i = 0; i < forward->count; i++) {
		link_close(forward, &forward->destinations[i]);
	}
}

/* Room config has seen to it that it is hexadecimal. */
static void
read_pin(struct forward_destination *to)
{
	static const char digits[] = "0123456789abcdef";
	const char *text = to->soc->fingerprint;

	to->is_pinned = strlen(text) == 2 * sizeof(to->pin);
	for (size_t i = 0; to->is_pinned && i < sizeof(to->pin); i++) {
		const char *high = strchr(digits, text[2 * i]);
		const char *low = strchr(digits, text[2 * i + 1]);

		SW_ASSERT(high != NULL && low != NULL);
		to->pin[i] = (uint8_t)((high - digits) << 4 | (low - digits));
	}
}

static void
advance(struct forward *forward, struct forward_destination *to)
{
	if (to->state != FORWARD_OPEN &&
	    !(to->state == FORWARD_WAITING && forward->is_stopping)) {
		link_advance(forward, to);
	}
	if (to->state != FORWARD_OPEN ||
	    (to->has_input && !link_read(forward, to))) {
		return;
	}
	send_messages(forward, to);
	if (to->state == FORWARD_OPEN && to->is_blocked &&
	    forward->now.monotonic_ns >= to->moved_ns + FORWARD_STALL_NS) {
		link_lose(forward, to, "it takes nothing any more");
	}
}

static bool
is_flushed(const struct forward_destination *to)
{
	if (to->state == FORWARD_WAITING || ring_count(&to->ring) == 0) {
		return true;
	}
	return to->state == FORWARD_OPEN && !is_relp(to) &&
	    to->next == to->ring.end;
}

static uint64_t
due_ns(const struct forward_destination *to)
{
	uint64_t next_ns;
	uint64_t other_ns;

	if (to->state != FORWARD_OPEN) {
		return to->due_ns;
	}
	next_ns =
	    to->is_blocked ? to->moved_ns + FORWARD_STALL_NS : send_due_ns(to);
	other_ns = acknowledge_due_ns(to);
	return other_ns < next_ns ? other_ns : next_ns;
}
