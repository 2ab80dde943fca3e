/* Messages from the collector: what comes through, and what does not. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/messages.h"

static struct message_endpoint_events message;
static struct message_endpoint_failure failure;
static struct endpoint_event event;

static bool
passes(enum role_id from, enum role_id to, enum message_type type,
    const void *bytes)
{
	struct channel_kind kinds[MESSAGE_KINDS];
	uint32_t count = message_kinds(from, to, kinds);

	for (uint32_t i = 0; i < count; i++) {
		if (kinds[i].type == type) {
			return kinds[i].is_sound(bytes);
		}
	}
	cr_assert_fail("there is no such row");
	return false;
}

static bool
events_pass(void)
{
	return passes(
	    ROLE_COLLECTOR, ROLE_LEDGER, MESSAGE_ENDPOINT_EVENTS, &message);
}

/* An event of some size, told apart by its record number. */
static void
make_event(uint64_t number)
{
	char host[32];

	snprintf(host, sizeof(host), "host%.*s", (int)(number % 20),
	    "-of-many-letters-and-more");
	endpoint_event_init(&event);
	event.record_number = number;
	event.flags = ENDPOINT_HAS_RECORD;
	endpoint_event_add_text(&event, ENDPOINT_HOST, host, strlen(host));
}

static uint32_t
fill(void)
{
	uint32_t count = 0;

	memset(&message, 0, sizeof(message));
	for (make_event(0); message_add_event(&message, &event);
	     make_event(count)) {
		count++;
	}
	message.header.size = message_events_size(&message);
	return count;
}

Test(messages_endpoint, many_events_fit_and_come_out_as_they_were)
{
	uint32_t count = fill();
	const struct endpoint_event *found;
	uint32_t at = 0;
	uint32_t number = 0;

	cr_expect_gt(count, 50u);
	cr_expect(events_pass());
	while ((found = message_next_event(&message, &at)) != NULL) {
		make_event(number++);
		cr_assert_eq(
		    memcmp(found, &event, endpoint_event_size(&event)), 0);
	}
	cr_expect_eq(number, count);
}

Test(messages_endpoint, wrong_sizes_and_counts_do_not_pass)
{
	uint32_t count = fill();
	uint32_t *first = (uint32_t *)(void *)message.records;
	uint32_t size = *first;

	message.count = count + 1;
	cr_expect_not(events_pass());
	message.count = count;
	message.header.size -= 8;
	cr_expect_not(events_pass());
	message.header.size += 8;
	message.size = UINT32_MAX;
	cr_expect_not(events_pass());
	fill();
	*first = UINT32_MAX;
	cr_expect_not(events_pass());
	*first = 0;
	cr_expect_not(events_pass());
	*first = size + 8;
	cr_expect_not(events_pass());
	*first = size;
	cr_expect(events_pass());
	memset(&message, 0, sizeof(message));
	message.header.size = message_events_size(&message);
	cr_expect_not(events_pass(), "a message without events");
}

Test(messages_endpoint, an_event_that_is_not_sound_does_not_pass)
{
	struct endpoint_event *inside;

	memset(&message, 0, sizeof(message));
	make_event(7);
	cr_assert(message_add_event(&message, &event));
	message.header.size = message_events_size(&message);
	cr_assert(events_pass());
	inside = (void *)(message.records + sizeof(struct message_record));
	inside->kind = ENDPOINT_KIND_COUNT;
	cr_expect_not(events_pass());
	inside->kind = 0;
	inside->text_offset[ENDPOINT_IMAGE] = 5000;
	cr_expect_not(events_pass());
}

/* Any byte of a message changed: it passes or it does not, and what passes can
 * be walked within its bounds. */
Test(messages_endpoint, whatever_passes_can_be_walked)
{
	uint32_t count = fill();
	uint32_t walked_count = 0;

	srand(1);
	for (int i = 0; i < 20000; i++) {
		uint32_t place = (uint32_t)rand() % message.size;
		uint8_t before = message.records[place];

		message.records[place] = (uint8_t)rand();
		if (events_pass()) {
			const struct endpoint_event *found;
			uint32_t walked = 0;
			uint32_t at = 0;

			while ((found = message_next_event(&message, &at)) !=
			    NULL) {
				walked += endpoint_text_of(
				              found, ENDPOINT_HOST)[0] != '\1';
			}
			cr_assert_eq(walked, count);
			walked_count++;
		}
		message.records[place] = before;
	}
	cr_expect_gt(walked_count, 0u);
}

Test(messages_endpoint, failures_are_checked_field_by_field)
{
	failure.outcome = ENDPOINT_MALFORMED;
	failure.sample_size = sizeof(failure.sample);
	cr_expect(passes(
	    ROLE_COLLECTOR, ROLE_LEDGER, MESSAGE_ENDPOINT_FAILURE, &failure));
	failure.sample_size++;
	cr_expect_not(passes(
	    ROLE_COLLECTOR, ROLE_LEDGER, MESSAGE_ENDPOINT_FAILURE, &failure));
	failure.sample_size = 0;
	failure.outcome = ENDPOINT_EVENT;
	cr_expect_not(passes(
	    ROLE_COLLECTOR, ROLE_LEDGER, MESSAGE_ENDPOINT_FAILURE, &failure));
	failure.outcome = ENDPOINT_OUTCOME_COUNT;
	cr_expect_not(passes(
	    ROLE_COLLECTOR, ROLE_LEDGER, MESSAGE_ENDPOINT_FAILURE, &failure));
	failure.outcome = ENDPOINT_EMPTY;
	memset(failure.sender, 'x', sizeof(failure.sender));
	cr_expect_not(passes(
	    ROLE_COLLECTOR, ROLE_LEDGER, MESSAGE_ENDPOINT_FAILURE, &failure));
}

Test(messages_endpoint, what_the_collector_is_told_is_checked)
{
	static struct message_start_collector start;
	static struct config config;
	struct message_relay relay = { .relay = MESSAGE_RELAY_COUNT };

	config_default(&config);
	start.logs = config.endpoint_logs;
	cr_expect(passes(
	    ROLE_SUPERVISOR, ROLE_COLLECTOR, MESSAGE_START_COLLECTOR, &start));
	start.logs.tls_count = CONFIG_ADDRESS_COUNT + 1;
	cr_expect_not(passes(
	    ROLE_SUPERVISOR, ROLE_COLLECTOR, MESSAGE_START_COLLECTOR, &start));
	start.logs.tls_count = 0;
	memset(start.logs.key, 'k', sizeof(start.logs.key));
	cr_expect_not(passes(
	    ROLE_SUPERVISOR, ROLE_COLLECTOR, MESSAGE_START_COLLECTOR, &start));
	cr_expect_not(
	    passes(ROLE_COLLECTOR, ROLE_SUPERVISOR, MESSAGE_DIAL, &relay));
	relay.relay = 0;
	cr_expect(
	    passes(ROLE_COLLECTOR, ROLE_SUPERVISOR, MESSAGE_DIAL, &relay));
}
