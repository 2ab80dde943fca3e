#include "unit/endpoint/desk.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

struct counters desk_counters;
struct endpoint_event desk_event;

static struct region region;
static struct endpoint *endpoint;

void
desk_begin(void)
{
	cr_assert_eq(region_init(&region, endpoint_bytes()), 0);
	memset(&desk_counters, 0, sizeof(desk_counters));
	endpoint = endpoint_init(&region, &desk_counters);
	region_seal(&region);
}

void
desk_end(void)
{
	endpoint_finish(endpoint);
	region_finish(&region);
}

enum endpoint_outcome
desk_read_bytes(const char *bytes, size_t size)
{
	const struct endpoint_message message = { .bytes = bytes,
		.size = size,
		.arrival_ns = DESK_NOW_NS,
		.sender = "192.0.2.9" };

	return endpoint_parse(endpoint, &message, &desk_event);
}

enum endpoint_outcome
desk_read(const char *text)
{
	return desk_read_bytes(text, strlen(text));
}

const char *
desk_text(enum endpoint_text which)
{
	return endpoint_text_of(&desk_event, which);
}

static bool
is_end(const struct ip_address *address, uint16_t port, const char *end)
{
	char text[IP_ADDRESS_TEXT_SIZE];
	char both[IP_ADDRESS_TEXT_SIZE + 8];

	(void)snprintf(both, sizeof(both), "%s/%u",
	    ip_address_format(address, text), port);
	return strcmp(both, end) == 0;
}

bool
desk_has_ends(const char *source, const char *target)
{
	return (desk_event.flags & ENDPOINT_HAS_TUPLE) != 0 &&
	    is_end(
	        &desk_event.source_address, desk_event.source_port, source) &&
	    is_end(&desk_event.target_address, desk_event.target_port, target);
}
