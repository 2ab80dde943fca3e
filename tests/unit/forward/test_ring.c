#include <criterion/criterion.h>
#include <string.h>

#include "forward/ring.h"

enum { LIMIT = 8192 };

static struct region region;
static struct ring ring;

static void
set_up(void)
{
	cr_assert_eq(region_init(&region, ring_bytes()), 0);
	ring_init(&ring, &region);
}

static void
tear_down(void)
{
	region_finish(&region);
}

/* Fills a message with bytes that tell it from the others. */
static bool
put(uint64_t seq, uint32_t size)
{
	char *text = ring_room(&ring, LIMIT);

	if (text == NULL) {
		return false;
	}
	memset(
	    text - RING_LEAD, (int)(seq & 0x7f), RING_LEAD + size + RING_TRAIL);
	(void)ring_add(&ring, size, seq, false);
	return true;
}

static bool
is_whole(uint64_t number)
{
	const struct ring_slot *slot = ring_slot(&ring, number);
	const char *text = ring_text(&ring, slot);

	for (uint32_t i = 0; i < slot->size + RING_TRAIL; i++) {
		if (text[i] != (char)(slot->seq & 0x7f)) {
			return false;
		}
	}
	return true;
}

TestSuite(ring, .init = set_up, .fini = tear_down);

Test(ring, it_carves_what_it_plans)
{
	cr_assert_eq(region.used, ring_bytes());
	cr_assert_eq(
	    ring_plan_bytes(1).bytes + ring_plan_slots(1).bytes, ring_bytes());
}

Test(ring, messages_stay_whole_however_often_it_is_gone_round)
{
	uint64_t seq = 0;

	for (int round = 0; round < 2000; round++) {
		while (put(seq, (uint32_t)(seq * 37 % LIMIT) + 1)) {
			seq++;
		}
		for (uint64_t i = ring.first; i < ring.end; i++) {
			cr_assert(is_whole(i));
		}
		for (int i = 0; i < 1 + round % 5 && ring_count(&ring) > 0;
		     i++) {
			ring_drop(&ring);
		}
	}
	while (ring_count(&ring) > 0) {
		ring_drop(&ring);
	}
	cr_assert_eq(ring.used, 0);
}

Test(ring, there_is_room_for_as_many_as_it_says)
{
	uint64_t seq = 0;

	for (int round = 0; round < 300; round++) {
		uint32_t room = ring_room_for(&ring, LIMIT);

		for (uint32_t i = 0; i < room; i++) {
			cr_assert(put(seq++, LIMIT));
		}
		for (int i = 0; i < 1 + round % 7 && ring_count(&ring) > 0;
		     i++) {
			ring_drop(&ring);
		}
	}
}

Test(ring, it_never_holds_more_messages_than_slots)
{
	uint64_t seq = 0;

	while (put(seq, 1)) {
		seq++;
	}
	cr_assert_leq(ring_count(&ring), CONFIG_FORWARD_MESSAGE_COUNT);
	cr_assert_eq(ring_room_for(&ring, LIMIT), 0);
}
