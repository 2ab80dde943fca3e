#include "evidence/packets.h"

#include <criterion/criterion.h>
#include <string.h>

enum { COUNT = 64, CAMPAIGNS = 8, LATE = COUNT / 4, EARLY = COUNT - LATE };

#define START_NS (1795503060 * NS_PER_S)

static struct region region;
static struct counters counters;
static struct packets packets;
static uint8_t bytes[200];
static struct packet_head head;

static void
set_up(void)
{
	memset(&counters, 0, sizeof(counters));
	cr_assert_eq(region_init(&region, packets_bytes(COUNT, CAMPAIGNS)), 0);
	packets_init(&packets, &region, COUNT, CAMPAIGNS, &counters);
	cr_assert_eq(region.used, packets_bytes(COUNT, CAMPAIGNS));
}

static void
tear_down(void)
{
	region_finish(&region);
}

TestSuite(packets, .init = set_up, .fini = tear_down);

/* The 'number'-th frame: its bytes say which, a millisecond after another. */
static struct frame
frame_of(uint32_t number)
{
	memset(bytes, 0xaa, sizeof(bytes));
	memcpy(bytes, &number, sizeof(number));
	return (struct frame){ .bytes = bytes,
		.time_ns = START_NS + number * NS_PER_MS,
		.captured_size = sizeof(bytes),
		.wire_size = 1500,
		.link_type = 1 };
}

static uint32_t
number_in(const struct packet_head *of)
{
	uint32_t number;

	memcpy(&number, of->bytes, sizeof(number));
	return number;
}

static uint32_t
hold(uint32_t number, uint32_t asked)
{
	struct frame frame = frame_of(number);
	uint32_t given = packets_next_number(&packets);

	packets_hold(&packets, &frame, asked);
	return given;
}

static void
tell(uint64_t campaign, uint32_t place, uint32_t number)
{
	struct frame frame = frame_of(number);

	packets_tell(&packets, campaign, place, &frame);
}

Test(packets, those_from_before_a_campaign_are_told_with_their_answers)
{
	uint32_t probe = hold(1, 0);
	uint32_t other = hold(2, 0);
	static const uint32_t expected[] = { 1, 3, 4, 2 };

	(void)hold(3, probe);
	(void)hold(4, probe);
	packets_tell_held(&packets, 9, 0, probe);
	packets_tell_held(&packets, 9, 0, other);
	for (uint32_t i = 0; i < 4; i++) {
		cr_assert(packets_take(&packets, &head));
		cr_expect(packet_head_is_sound(&head));
		cr_expect_eq(number_in(&head), expected[i]);
		cr_expect_eq(head.ordinal, i + 1);
		cr_expect_eq(head.campaign, 9);
		cr_expect_eq(head.size, PACKET_HEAD_SIZE);
		cr_expect_eq(head.wire_size, 1500);
		cr_expect_eq(head.time_ns, START_NS + expected[i] * NS_PER_MS);
	}
	cr_expect_not(packets_take(&packets, &head));
}

Test(packets, a_full_ring_gives_up_the_oldest_which_is_counted_when_wanted)
{
	uint32_t first = hold(1, 0);
	uint32_t second = hold(2, 0);

	for (uint32_t i = 2; i < EARLY + 1; i++) {
		(void)hold(i + 1, 0);
	}
	packets_tell_held(&packets, 9, 0, first);
	cr_expect_not(packets_take(&packets, &head));
	cr_expect_eq(counters.value[COUNTER_EVIDENCE_PACKETS_MISSED], 1);
	packets_tell_held(&packets, 9, 0, second);
	cr_assert(packets_take(&packets, &head));
	cr_expect_eq(number_in(&head), 2);
	packets_tell_held(&packets, 9, 0, 0);
	cr_expect_eq(counters.value[COUNTER_EVIDENCE_PACKETS_MISSED], 1,
	    "one that never was is not missed");
}

Test(packets, an_answer_to_what_is_gone_is_told_of_nobody)
{
	uint32_t probe = hold(1, 0);

	for (uint32_t i = 0; i < EARLY; i++) {
		(void)hold(i + 2, 0);
	}
	(void)hold(99, probe);
	packets_tell_held(&packets, 9, 0, probe);
	cr_expect_not(packets_take(&packets, &head));
}

/* All that is told now; returns how many, and notes the last ordinal. */
static uint32_t
drain(uint32_t *last)
{
	uint32_t count = 0;

	while (packets_take(&packets, &head)) {
		cr_expect_gt(head.ordinal, *last, "in order");
		*last = head.ordinal;
		count++;
	}
	return count;
}

Test(packets, of_a_flood_the_first_and_the_latest_are_told)
{
	uint32_t last = 0;

	for (uint32_t i = 1; i <= 1000; i++) {
		tell(9, 3, i % 900); /* Within a second. */
	}
	cr_expect_eq(drain(&last), PACKETS_FIRST);
	cr_expect_eq(last, PACKETS_FIRST);
	packets_review(&packets, START_NS + NS_PER_S, false);
	cr_expect_eq(drain(&last), LATE, "what the ring has of the latest");
	cr_expect_eq(last, 1000);
	cr_expect_eq(packets.waiting, 0);
	cr_expect_eq(counters.value[COUNTER_EVIDENCE_PACKETS_LEFT_OUT],
	    1000 - PACKETS_FIRST - LATE);
}

Test(packets, a_slow_campaign_is_told_at_once_for_ever)
{
	uint32_t last = 0;

	for (uint32_t i = 1; i <= 1000; i++) {
		tell(9, 3, i * 200);
		cr_expect_eq(drain(&last), 1);
	}
	cr_expect_eq(last, 1000);
}

Test(packets, a_flood_does_not_push_out_what_others_held_back)
{
	uint32_t probe = hold(5, 0);
	uint32_t last = 0;

	for (uint32_t i = 1; i <= 1000; i++) {
		tell(9, 3, i);
	}
	(void)drain(&last);
	packets_tell_held(&packets, 10, 4, probe);
	cr_assert(packets_take(&packets, &head));
	cr_expect_eq(number_in(&head), 5);
	cr_expect_eq(head.campaign, 10);
}

Test(packets, a_full_queue_waits_and_is_told_later)
{
	uint32_t told[2] = { 0, 0 };

	for (uint32_t i = 1; i <= PACKETS_FIRST; i++) {
		tell(1, 0, i);
		tell(2, 1, i);
		tell(3, 2, i);
	}
	cr_expect_eq(packets.count, PACKETS_QUEUE);
	while (packets_take(&packets, &head)) {
		told[0]++;
	}
	packets_review(&packets, 0, true);
	while (packets_take(&packets, &head)) {
		told[1]++;
	}
	cr_expect_eq(told[0], PACKETS_QUEUE);
	cr_expect_eq(told[1], LATE);
}

Test(packets, a_place_that_another_campaign_has_begins_anew)
{
	uint32_t last = 0;

	tell(1, 0, 1);
	tell(1, 0, 2);
	cr_expect_eq(drain(&last), 2);
	last = 0;
	tell(2, 0, 3);
	cr_expect_eq(drain(&last), 1);
	cr_expect_eq(head.ordinal, 1);
	cr_expect_eq(head.campaign, 2);
}

Test(packets, a_frame_cut_short_is_kept_as_far_as_it_goes)
{
	struct frame frame = frame_of(1);

	frame.captured_size = 60;
	frame.link_type = 12;
	packets_tell(&packets, 1, 0, &frame);
	cr_assert(packets_take(&packets, &head));
	cr_expect_eq(head.size, 60);
	cr_expect_eq(head.bytes[60], 0);
	cr_expect_eq(head.link_type, PACKET_HEAD_RAW, "as files have it");
}

Test(packets, heads_that_are_not_sound_are_told)
{
	struct packet_head sound = {
		.campaign = 1, .ordinal = 1, .size = 60, .wire_size = 60
	};

	cr_expect(packet_head_is_sound(&sound));
#define EXPECT_UNSOUND(change) \
	head = sound;          \
	change;                \
	cr_expect_not(packet_head_is_sound(&head), #change)
	EXPECT_UNSOUND(head.campaign = 0);
	EXPECT_UNSOUND(head.ordinal = 0);
	EXPECT_UNSOUND(head.size = 0);
	EXPECT_UNSOUND(head.size = 97; head.wire_size = 100);
	EXPECT_UNSOUND(head.wire_size = 59);
	EXPECT_UNSOUND(head.unused[3] = 1);
}
