/*
 * Reading whatever log messages there are: an event is sound and says whose it
 * is, and every message is counted once.
 *
 * The first byte says whether the transport knows of a cut and whether it can
 * be forged.  Then come messages, separated by the byte 1e (hexadecimal), so
 * that what is spread over several can meet.
 */
#include <stdlib.h>
#include <string.h>

#include "endpoint/endpoint.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

enum { SEPARATOR = 0x1e };

static struct counters counters;
static struct region region;
static struct endpoint *endpoint;
static struct endpoint_event event;
static uint64_t now_ns = 1600000000 * NS_PER_S;

/* One reader for all inputs; so much time passes between two that what the one
 * began is forgotten in the other. */
static void
begin(void)
{
	if (endpoint == NULL) {
		SW_ASSERT(region_init(&region, endpoint_bytes()) == 0);
		endpoint = endpoint_init(&region, &counters);
		region_seal(&region);
	}
	memset(&counters, 0, sizeof(counters));
	now_ns += 3600 * NS_PER_S;
}

static void
read_one(const uint8_t *bytes, size_t size, uint8_t how)
{
	/* Of its own, so that a read past its end is seen. */
	char *copy = malloc(size + 1);
	const struct endpoint_message message = { .bytes = copy + 1,
		.size = size,
		.arrival_ns = (how & 4) == 0 ? now_ns : 0,
		.about_ns = (how & 8) == 0 ? now_ns : 0,
		.sender = "192.0.2.1",
		.is_cut = (how & 1) != 0,
		.is_plain = (how & 2) != 0 };

	memcpy(copy + 1, bytes, size);
	if (endpoint_parse(endpoint, &message, &event) == ENDPOINT_EVENT) {
		SW_ASSERT(endpoint_event_is_sound(
		    &event, endpoint_event_size(&event)));
		SW_ASSERT(endpoint_text_of(&event, ENDPOINT_HOST)[0] != '\0');
		SW_ASSERT(event.arrival_ns == message.arrival_ns ||
		    message.arrival_ns == 0);
	}
	free(copy);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint64_t count = 0;
	uint64_t counted = 0;
	size_t at = 1;

	begin();
	while (at < size) {
		const uint8_t *end = memchr(bytes + at, SEPARATOR, size - at);
		size_t length =
		    (end == NULL ? size : (size_t)(end - bytes)) - at;

		read_one(bytes + at, length, bytes[0]);
		at += length + 1;
		count++;
	}
	for (int i = COUNTER_ENDPOINT_EVENTS; i <= COUNTER_ENDPOINT_BAD_FIELD;
	     i++) {
		counted += counters.value[i];
	}
	SW_ASSERT(counted == count);
	return 0;
}
