#include "endpoint/normalise.h"

/* An address, with the zone of a link-local one left off. */
static bool
read_address(
    struct normal *normal, enum field field, struct ip_address *address)
{
	struct slice value = normal_value(normal->fields, field);
	char text[IP_ADDRESS_TEXT_SIZE];

	value = slice_head(value, slice_find_byte(value, '%'));
	if (value.size == 0 ||
	    value.text + value.size == normal->fields->open_end) {
		return false;
	}
	if (value.size >= sizeof(text)) {
		normal->has_bad = true;
		return false;
	}
	memcpy(text, value.text, value.size);
	text[value.size] = '\0';
	if (!ip_address_parse(text, address)) {
		normal->has_bad = true;
		return false;
	}
	return true;
}

static bool
read_port(struct normal *normal, enum field field, uint16_t *port)
{
	uint64_t value;

	if (!normal_number(normal, field, UINT16_MAX, &value)) {
		return false;
	}
	*port = (uint16_t)value;
	return true;
}

/* A number of IANA, or a name. */
static uint8_t
protocol_of(struct slice text)
{
	static const struct {
		struct slice name;
		uint8_t number;
	} names[] = { { { "tcp", 3 }, 6 }, { { "udp", 3 }, 17 },
		{ { "icmp", 4 }, 1 }, { { "igmp", 4 }, 2 },
		{ { "icmpv6", 6 }, 58 }, { { "ipv6-icmp", 9 }, 58 },
		{ { "ICMP6", 5 }, 58 }, { { "sctp", 4 }, 132 } };
	uint64_t number;

	if (slice_number(text, &number)) {
		return number <= UINT8_MAX ? (uint8_t)number : 0;
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (slice_is_word(text, names[i].name)) {
			return names[i].number;
		}
	}
	return 0;
}

/* Windows writes the number of a message, or that message in words; Sysmon says
 * who began; others have words of their own. */
static enum endpoint_direction
direction_of(const struct fields *fields)
{
	static const struct {
		struct slice word;
		enum endpoint_direction direction;
	} words[] = {
		{ { "%%14592", 7 }, ENDPOINT_INBOUND },
		{ { "%%14593", 7 }, ENDPOINT_OUTBOUND },
		{ { "inbound", 7 }, ENDPOINT_INBOUND },
		{ { "outbound", 8 }, ENDPOINT_OUTBOUND },
		{ { "in", 2 }, ENDPOINT_INBOUND },
		{ { "out", 3 }, ENDPOINT_OUTBOUND },
		{ { "ingress", 7 }, ENDPOINT_INBOUND },
		{ { "egress", 6 }, ENDPOINT_OUTBOUND },
	};
	struct slice initiated = normal_value(fields, FIELD_INITIATED);
	struct slice direction = normal_value(fields, FIELD_DIRECTION);

	if (slice_is_word(initiated, SLICE("true"))) {
		return ENDPOINT_OUTBOUND;
	}
	if (slice_is_word(initiated, SLICE("false"))) {
		return ENDPOINT_INBOUND;
	}
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (slice_is_word(direction, words[i].word)) {
			return words[i].direction;
		}
	}
	return ENDPOINT_DIRECTION_UNKNOWN;
}

/* ICMP has no ports; Windows writes type and code in their place, or none. */
static bool
has_ports(uint8_t protocol)
{
	return protocol != 1 && protocol != 58 && protocol != 2;
}

void
normal_connection(struct normal *normal)
{
	struct endpoint_event *event = normal->event;
	bool is_bind = event->kind == ENDPOINT_BIND;
	bool has_source;
	bool has_target;

	if (!is_bind && event->kind != ENDPOINT_CONNECTION &&
	    event->kind != ENDPOINT_BLOCKED) {
		return;
	}
	event->protocol =
	    protocol_of(normal_value(normal->fields, FIELD_PROTOCOL));
	has_source =
	    read_address(normal, FIELD_SOURCE_ADDRESS, &event->source_address);
	has_source =
	    (read_port(normal, FIELD_SOURCE_PORT, &event->source_port) ||
	        !has_ports(event->protocol)) &&
	    has_source;
	if (is_bind) {
		event->flags |= has_source ? ENDPOINT_HAS_LOCAL : 0;
		return;
	}
	has_target =
	    read_address(normal, FIELD_TARGET_ADDRESS, &event->target_address);
	has_target =
	    (read_port(normal, FIELD_TARGET_PORT, &event->target_port) ||
	        !has_ports(event->protocol)) &&
	    has_target;
	event->direction = (uint8_t)direction_of(normal->fields);
	if (has_source && has_target) {
		event->flags |= ENDPOINT_HAS_TUPLE;
	} else if (has_target && event->source == ENDPOINT_AUDITD) {
		event->flags |= ENDPOINT_HAS_REMOTE;
		event->direction = ENDPOINT_OUTBOUND;
	}
}
