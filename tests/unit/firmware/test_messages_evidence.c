#include "firmware/messages.h"

#include <criterion/criterion.h>
#include <string.h>

static bool
passes(enum message_type type, const void *message)
{
	struct channel_kind kinds[MESSAGE_KINDS];
	uint32_t count = message_kinds(ROLE_SENSOR, ROLE_LEDGER, kinds);

	for (uint32_t i = 0; i < count; i++) {
		if (kinds[i].type == type) {
			return kinds[i].is_sound(message);
		}
	}
	cr_assert_fail("there is no such row");
	return false;
}

/* Full, with one record past the bounds, empty, and with a record that is not
 * sound in the last place. */
#define EXPECT_CHECKED(type, message, bound, spoil)      \
	do {                                             \
		(message).count = (bound);               \
		cr_expect(passes(type, &(message)));     \
		(message).count = (bound) + 1;           \
		cr_expect_not(passes(type, &(message))); \
		(message).count = 0;                     \
		cr_expect_not(passes(type, &(message))); \
		(message).count = (bound);               \
		spoil;                                   \
		cr_expect_not(passes(type, &(message))); \
		(message).count = (bound)-1;             \
		cr_expect(passes(type, &(message)));     \
	} while (false)

Test(messages_evidence, of_packets_are_checked)
{
	static struct message_evidence message;

	for (uint32_t i = 0; i < MESSAGE_PACKET_COUNT; i++) {
		message.packets[i] = (struct packet_head){
			.campaign = 1, .ordinal = 1, .size = 1, .wire_size = 1
		};
	}
	EXPECT_CHECKED(MESSAGE_EVIDENCE, message, MESSAGE_PACKET_COUNT,
	    message.packets[MESSAGE_PACKET_COUNT - 1].size = 97);
	cr_expect_eq(message.unused, 0);
}

Test(messages_evidence, of_probes_are_checked)
{
	static struct message_probes message;

	for (uint32_t i = 0; i < MESSAGE_PROBE_COUNT; i++) {
		message.probes[i] =
		    (struct probe_tuple){ .campaign = 1, .ordinal = 1 };
	}
	EXPECT_CHECKED(MESSAGE_PROBES, message, MESSAGE_PROBE_COUNT,
	    message.probes[MESSAGE_PROBE_COUNT - 1].place = 4000);
	cr_expect_eq(message.unused, 0);
}

Test(messages_evidence, of_summaries_are_checked)
{
	static struct message_summaries message;

	for (uint32_t i = 0; i < MESSAGE_SUMMARY_COUNT; i++) {
		message.summaries[i].to_ns = 1;
	}
	EXPECT_CHECKED(MESSAGE_SUMMARIES, message, MESSAGE_SUMMARY_COUNT,
	    message.summaries[MESSAGE_SUMMARY_COUNT - 1].segment = 999);
	cr_expect_eq(message.unused, 0);
}

Test(messages_evidence, of_hours_are_checked)
{
	static struct message_segment_hours message;

	for (uint32_t i = 0; i < MESSAGE_HOUR_COUNT; i++) {
		message.hours[i].to_ns = 1;
	}
	EXPECT_CHECKED(MESSAGE_SEGMENT_HOURS, message, MESSAGE_HOUR_COUNT,
	    message.hours[MESSAGE_HOUR_COUNT - 1].to_ns = 0);
	cr_expect_eq(message.unused, 0);
}
