/*
 * What the ledger is sent by the sensor and the collector.
 */
#include <string.h>

#include "alert/words.h"
#include "firmware/clock.h"
#include "firmware/ledger.h"

static void take_finding(
    struct ledger *ledger, const struct message_finding *message);
static void take_contacts(
    struct ledger *ledger, const struct message_contacts *message);
static void take_names(
    struct ledger *ledger, const struct message_names *message);
static void take_events(
    struct ledger *ledger, const struct message_endpoint_events *message);
static void take_event(
    struct ledger *ledger, const struct endpoint_event *event);
static void take_failure(
    struct ledger *ledger, const struct message_endpoint_failure *message);

void
ledger_take_message(void *context, const struct channel_header *header)
{
	struct ledger *ledger = context;

	switch (header->type) {
	case MESSAGE_FINDING:
		take_finding(ledger, (const void *)header);
		return;
	case MESSAGE_CONTACTS:
		take_contacts(ledger, (const void *)header);
		return;
	case MESSAGE_NAMES:
		take_names(ledger, (const void *)header);
		return;
	case MESSAGE_ENDPOINT_EVENTS:
		take_events(ledger, (const void *)header);
		return;
	case MESSAGE_ENDPOINT_FAILURE:
		take_failure(ledger, (const void *)header);
		return;
	case MESSAGE_FORWARDED:
		ledger_take_forwarded(ledger, (const void *)header);
		return;
	case MESSAGE_FORWARD_STATE:
		ledger_take_forward_state(ledger, (const void *)header);
		return;
	default: {
		bool is_evidence = ledger_take_evidence(ledger, header);

		SW_ASSERT(is_evidence);
	}
	}
}

static void
take_events(
    struct ledger *ledger, const struct message_endpoint_events *message)
{
	const struct endpoint_event *event;
	uint32_t at = 0;

	while ((event = message_next_event(message, &at)) != NULL) {
		take_event(ledger, event);
	}
}

/* Of its bytes only endpoint_event_size() are there. */
static void
take_event(struct ledger *ledger, const struct endpoint_event *event)
{
	counter_increment(
	    &ledger->role.counters, COUNTER_LEDGER_ENDPOINT_EVENTS);
	ledger_pipeline_event(&ledger->pipeline, event);
}

/* Such a line is rare: the collector sees to it. */
static void
take_failure(
    struct ledger *ledger, const struct message_endpoint_failure *message)
{
	char sample[MESSAGE_SAMPLE_SIZE * 4];
	struct strbuf buffer;
	char text[MESSAGE_SAMPLE_SIZE + 1];

	memcpy(text, message->sample, message->sample_size);
	text[message->sample_size] = '\0';
	for (char *zero = text; zero < text + message->sample_size; zero++) {
		*zero = *zero == '\0' ? ' ' : *zero;
	}
	strbuf_init(&buffer, sample, sizeof(sample));
	words_add_visible(&buffer, text);
	counter_increment(
	    &ledger->role.counters, COUNTER_LEDGER_ENDPOINT_FAILURES);
	ledger_pipeline_failure(&ledger->pipeline, clock_wall_ns(),
	    message->sender,
	    endpoint_outcome_name((enum endpoint_outcome)message->outcome));
	log_info(&ledger->role.log, "endpoint",
	    "a message of %s gave no event: %s: %s", message->sender,
	    endpoint_outcome_sentence((enum endpoint_outcome)message->outcome),
	    sample);
}

static void
take_finding(struct ledger *ledger, const struct message_finding *message)
{
	counter_increment(&ledger->role.counters, COUNTER_LEDGER_FINDINGS);
	ledger_pipeline_finding(
	    &ledger->pipeline, &message->finding, &ledger->alert);
	ledger_tell(ledger);
}

static void
take_contacts(struct ledger *ledger, const struct message_contacts *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		ledger_pipeline_contact(
		    &ledger->pipeline, &message->contacts[i]);
	}
}

static void
take_names(struct ledger *ledger, const struct message_names *message)
{
	for (uint32_t i = 0; i < message->count; i++) {
		ledger_pipeline_name(&ledger->pipeline, &message->names[i]);
	}
}
