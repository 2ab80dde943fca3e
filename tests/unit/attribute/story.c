#include "unit/attribute/story.h"

#include <criterion/criterion.h>
#include <stdio.h>

const uint64_t story_begin_ns = 1795500000 * NS_PER_S;

static const struct hash_key key = { { 7, 11 } };

void
story_open(struct story *story)
{
	memset(story, 0, sizeof(*story));
	cr_assert_eq(region_init(&story->region, attribute_bytes()), 0);
	story->attribute =
	    attribute_init(&story->region, &key, &story->counters);
	cr_assert_eq(story->region.used, attribute_bytes());
	story->delay_ms = 500;
}

void
story_close(struct story *story)
{
	region_finish(&story->region);
}

uint64_t
story_ns(uint64_t ms)
{
	return story_begin_ns + ms * NS_PER_MS;
}

static struct ip_address
address_of(const char *text)
{
	struct ip_address address;

	cr_assert(ip_address_parse(text, &address));
	return address;
}

struct wire_contact
story_contact(uint64_t number, uint64_t ms, const char *source,
    uint16_t source_port, const char *target, uint16_t target_port)
{
	return (struct wire_contact){
		.attempt_ns = story_ns(ms),
		.campaign = number,
		.source = address_of(source),
		.target = address_of(target),
		.source_port = source_port,
		.target_port = target_port,
		.protocol = IP_PROTOCOL_TCP,
		.technique = PROBE_TCP_CONNECT,
		.outcome = PROBE_REFUSED,
		.completed = number == 0,
	};
}

void
story_probe(struct story *story, const struct wire_contact *contact)
{
	attribute_contact(story->attribute, contact);
}

void
story_finding(struct story *story, uint64_t number, const char *source,
    uint64_t first_ms, uint64_t last_ms)
{
	static struct finding finding;

	memset(&finding, 0, sizeof(finding));
	finding.campaign = number;
	finding.revision = 1;
	finding.has_address = true;
	finding.source = address_of(source);
	finding.first_seen_ns = story_ns(first_ms);
	finding.last_seen_ns = story_ns(last_ms);
	finding.revised_at_ns = story_ns(last_ms);
	attribute_finding(story->attribute, &finding);
}

void
story_text(struct story *story, enum endpoint_text which, const char *text)
{
	endpoint_event_add_text(&story->event, which, text, strlen(text));
}

struct endpoint_event *
story_event(struct story *story, enum endpoint_kind kind, const char *host,
    uint32_t pid, const char *image, uint64_t ms)
{
	struct endpoint_event *event = &story->event;

	endpoint_event_init(event);
	event->kind = (uint8_t)kind;
	event->source = ENDPOINT_SECURITY;
	event->time_quality = ENDPOINT_TIME_FINE;
	event->time_ns =
	    story_ns(ms) + (uint64_t)(story->skew_ms * (int64_t)NS_PER_MS);
	event->arrival_ns = story_ns(ms + story->delay_ms);
	event->pid = pid;
	event->flags = ENDPOINT_HAS_PID;
	story_text(story, ENDPOINT_HOST, host);
	story_text(story, ENDPOINT_IMAGE, image);
	return event;
}

void
story_guid(struct story *story, uint8_t last, uint64_t started_ms)
{
	uint64_t seconds = story_ns(started_ms) / NS_PER_S;

	story->event.source = ENDPOINT_SYSMON;
	story->event.flags |= ENDPOINT_HAS_GUID;
	story->event.guid[0] = 0xaa;
	story->event.guid[4] = (uint8_t)(seconds >> 8);
	story->event.guid[5] = (uint8_t)seconds;
	story->event.guid[6] = (uint8_t)(seconds >> 24);
	story->event.guid[7] = (uint8_t)(seconds >> 16);
	story->event.guid[15] = last;
}

void
story_tuple(struct story *story, enum endpoint_direction direction,
    const char *source, uint16_t source_port, const char *target,
    uint16_t target_port)
{
	struct endpoint_event *event = &story->event;

	event->flags |= ENDPOINT_HAS_TUPLE;
	event->direction = (uint8_t)direction;
	event->source_address = address_of(source);
	event->target_address = address_of(target);
	event->source_port = source_port;
	event->target_port = target_port;
	event->protocol = IP_PROTOCOL_TCP;
}

void
story_tell(struct story *story)
{
	attribute_event(story->attribute, &story->event);
}

void
story_starts(struct story *story, const char *host, uint32_t pid,
    const char *image, const char *command_line, uint64_t ms)
{
	(void)story_event(story, ENDPOINT_PROCESS_START, host, pid, image, ms);
	story_text(story, ENDPOINT_COMMAND_LINE, command_line);
	story_text(story, ENDPOINT_USER, "CORP\\anna");
	story_tell(story);
}

void
story_ends(struct story *story, const char *host, uint32_t pid,
    const char *image, uint64_t ms)
{
	(void)story_event(story, ENDPOINT_PROCESS_END, host, pid, image, ms);
	story_tell(story);
}

void
story_connects(struct story *story, const char *host, uint32_t pid,
    const char *image, const struct wire_contact *contact)
{
	uint64_t ms = (contact->attempt_ns - story_begin_ns) / NS_PER_MS;
	struct endpoint_event *event =
	    story_event(story, ENDPOINT_CONNECTION, host, pid, image, ms);

	event->flags |= ENDPOINT_HAS_TUPLE;
	event->direction = ENDPOINT_OUTBOUND;
	event->source_address = contact->source;
	event->target_address = contact->target;
	event->source_port = contact->source_port;
	event->target_port = contact->target_port;
	event->protocol = contact->protocol;
	story_tell(story);
}

struct wire_contact
story_sweep_contact(uint32_t index, uint16_t port)
{
	char target[IP_ADDRESS_TEXT_SIZE];

	snprintf(target, sizeof(target), "10.20.2.%u", 1 + index);
	return story_contact(1, 60000 + 1000 * index, "10.20.1.7",
	    (uint16_t)(50001 + index), target, port);
}

void
story_sweep(struct story *story, uint64_t number, uint16_t port)
{
	for (uint32_t i = 0; i < STORY_PROBES; i++) {
		struct wire_contact contact = story_sweep_contact(i, port);

		contact.campaign = number;
		story_probe(story, &contact);
	}
	story_finding(story, number, "10.20.1.7", 60000,
	    60000 + 1000 * (STORY_PROBES - 1));
}

const struct attribution *
story_judge(struct story *story, uint64_t number)
{
	attribute_of(story->attribute, number, &story->attribution);
	return &story->attribution;
}
