#include "forward/ring.h"

static uint32_t span_of(uint32_t size);

size_t
ring_bytes(void)
{
	return region_bytes(RING_SIZE, 1) +
	    region_bytes(
	        CONFIG_FORWARD_MESSAGE_COUNT, sizeof(struct ring_slot));
}

struct plan_line
ring_plan_bytes(uint64_t count)
{
	return (struct plan_line){ "buffers of messages", RING_SIZE, count,
		region_bytes(RING_SIZE, 1) * count };
}

struct plan_line
ring_plan_slots(uint64_t count)
{
	const size_t bytes = region_bytes(
	    CONFIG_FORWARD_MESSAGE_COUNT, sizeof(struct ring_slot));

	return (struct plan_line){ "messages not acknowledged",
		sizeof(struct ring_slot), count * CONFIG_FORWARD_MESSAGE_COUNT,
		bytes * count };
}

void
ring_init(struct ring *ring, struct region *region)
{
	*ring = (struct ring){ 0 };
	ring->bytes = region_carve(region, RING_SIZE, 1);
	ring->slots = region_carve(
	    region, CONFIG_FORWARD_MESSAGE_COUNT, sizeof(struct ring_slot));
}

uint32_t
ring_room_for(const struct ring *ring, uint32_t size)
{
	uint32_t slots = CONFIG_FORWARD_MESSAGE_COUNT - ring_count(ring);
	uint32_t pieces = (RING_SIZE - ring->used) / span_of(size);

	/* What lies before the end of the ring may be too short for one. */
	pieces = pieces > 0 ? pieces - 1 : 0;
	return pieces < slots ? pieces : slots;
}

char *
ring_room(struct ring *ring, uint32_t size)
{
	uint32_t span = span_of(size);
	uint32_t skip;

	if (ring->used == 0) {
		ring->head = 0;
	}
	/* What is left at the end may be too short for one in one piece. */
	skip = ring->head + span > RING_SIZE ? RING_SIZE - ring->head : 0;
	if (ring_count(ring) == CONFIG_FORWARD_MESSAGE_COUNT ||
	    ring->used + skip + span > RING_SIZE) {
		return NULL;
	}
	if (ring->head + span > RING_SIZE) {
		/* It goes with the message before: there is one, else the ring
		 * would have been empty. */
		ring_slot(ring, ring->end - 1)->span += skip;
		ring->used += skip;
		ring->head = 0;
	}
	return ring->bytes + ring->head + RING_LEAD;
}

struct ring_slot *
ring_add(struct ring *ring, uint32_t size, uint64_t seq, bool is_heartbeat)
{
	struct ring_slot *slot = ring_slot(ring, ring->end);
	uint32_t span = span_of(size);

	SW_ASSERT(ring_count(ring) < CONFIG_FORWARD_MESSAGE_COUNT &&
	    ring->head + span <= RING_SIZE && ring->used + span <= RING_SIZE);
	*slot = (struct ring_slot){ .seq = seq,
		.at = ring->head,
		.span = span,
		.size = size,
		.is_heartbeat = is_heartbeat };
	ring->head += span;
	ring->used += span;
	ring->end++;
	return slot;
}

void
ring_drop(struct ring *ring)
{
	SW_ASSERT(ring->first < ring->end);
	ring->used -= ring_slot(ring, ring->first)->span;
	ring->first++;
}

static uint32_t
span_of(uint32_t size)
{
	return (RING_LEAD + size + RING_TRAIL + 7) / 8 * 8;
}
