#include <criterion/criterion.h>
#include <string.h>

#include "firmware/messages.h"

static struct message_forward forward;
static struct message_forward_state state;

static bool
passes(enum role_id from, enum role_id to, uint16_t type, void *message)
{
	struct channel_kind kinds[MESSAGE_KINDS];
	uint32_t count = message_kinds(from, to, kinds);

	for (uint32_t i = 0; i < count; i++) {
		if (kinds[i].type == type) {
			return kinds[i].is_sound(message);
		}
	}
	cr_assert_fail("there is no such message");
	return false;
}

static bool
forward_passes(void)
{
	return passes(ROLE_LEDGER, ROLE_FORWARDER, MESSAGE_FORWARD, &forward);
}

static void
set_up(void)
{
	memset(&forward, 0, sizeof(forward));
	forward.size = 2;
	forward.header.size = message_forward_size(&forward);
	forward.record.kind = FORWARD_AUDIT;
	memset(&state, 0, sizeof(state));
}

TestSuite(messages_forward, .init = set_up);

Test(messages_forward, a_record_passes)
{
	cr_assert(forward_passes());
	forward.size = sizeof(forward.text);
	forward.header.size = message_forward_size(&forward);
	cr_assert(forward_passes());
}

Test(messages_forward, a_record_of_no_kind_or_soc_does_not)
{
	forward.record.kind = FORWARD_KIND_COUNT;
	cr_assert_not(forward_passes());
	forward.record.kind = FORWARD_ALERT;
	forward.destination = CONFIG_SOC_COUNT;
	cr_assert_not(forward_passes());
}

Test(messages_forward, nor_one_of_another_size_than_it_says)
{
	forward.size = 3;
	cr_assert_not(forward_passes());
	forward.size = sizeof(forward.text) + 1;
	forward.header.size = message_forward_size(&forward);
	cr_assert_not(forward_passes());
	forward.size = 1;
	forward.header.size = message_forward_size(&forward);
	cr_assert_not(forward_passes());
}

Test(messages_forward, the_text_of_a_state_ends)
{
	cr_assert(
	    passes(ROLE_FORWARDER, ROLE_LEDGER, MESSAGE_FORWARD_STATE, &state));
	memset(state.error, 'x', sizeof(state.error));
	cr_assert_not(
	    passes(ROLE_FORWARDER, ROLE_LEDGER, MESSAGE_FORWARD_STATE, &state));
	memset(&state, 0, sizeof(state));
	state.connected = 2;
	cr_assert_not(
	    passes(ROLE_FORWARDER, ROLE_LEDGER, MESSAGE_FORWARD_STATE, &state));
}

Test(messages_forward, few_records_wait_for_they_are_large)
{
	cr_assert_lt(message_queue_count(ROLE_LEDGER, ROLE_FORWARDER),
	    MESSAGE_QUEUE_COUNT);
	cr_assert_eq(message_queue_count(ROLE_FORWARDER, ROLE_LEDGER),
	    MESSAGE_QUEUE_COUNT);
}

#ifdef CONFIG_FORWARD_KAFKA
Test(messages_forward, of_the_producer_are_those_of_the_forwarder)
{
	struct channel_kind one[MESSAGE_KINDS];
	struct channel_kind other[MESSAGE_KINDS];

	cr_expect_eq(message_kinds(ROLE_LEDGER, ROLE_PRODUCER, one),
	    message_kinds(ROLE_LEDGER, ROLE_FORWARDER, other));
	cr_expect_eq(message_kinds(ROLE_PRODUCER, ROLE_LEDGER, one),
	    message_kinds(ROLE_FORWARDER, ROLE_LEDGER, other));
	cr_expect_eq(message_queue_count(ROLE_LEDGER, ROLE_PRODUCER),
	    message_queue_count(ROLE_LEDGER, ROLE_FORWARDER));
	cr_expect_not(message_connects(ROLE_PRODUCER, ROLE_FORWARDER));
	cr_expect_not(message_connects(ROLE_PRODUCER, ROLE_SENSOR));
}
#endif
