/*
 * Names of hosts from whatever packets there are: what is told is sound, and
 * no more is told than is heard.
 *
 * Each packet has a byte that chooses port and direction, one of the sender's
 * address, one of its MAC address, one of seconds since the one before, and two
 * of size; its bytes follow.
 */
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "classify/names.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

static struct counters counters;
static struct region region;
static struct names *names;
static uint64_t now_ns = 1700000000 * NS_PER_S;

/* One memory for all inputs, since it takes long to clear; so much time passes
 * between two that nothing of the one holds in the other. */
static void
begin(void)
{
	static const struct hash_key key = { { 1, 2 } };

	if (names == NULL) {
		SW_ASSERT(region_init(&region, names_bytes()) == 0);
		names = names_init(&region, &key, &counters);
	}
	memset(&counters, 0, sizeof(counters));
	now_ns += 2 * 86400 * NS_PER_S;
}

static void
choose_ports(struct packet *packet, uint8_t choice)
{
	static const struct {
		uint16_t source;
		uint16_t target;
		uint8_t kind;
	} ports[] = {
		{ 68, 67, PACKET_UDP },
		{ 67, 68, PACKET_UDP },
		{ 137, 137, PACKET_UDP },
		{ 137, 40000, PACKET_UDP },
		{ 5353, 5353, PACKET_UDP },
		{ 5355, 40000, PACKET_UDP },
		{ 40000, 88, PACKET_UDP },
		{ 40000, 88, PACKET_TCP },
	};

	choice %= ARRAY_SIZE(ports);
	packet->source_port = ports[choice].source;
	packet->target_port = ports[choice].target;
	packet->kind = ports[choice].kind;
}

/* 10.0.0.0/24; of the first none. */
static void
choose_sender(struct packet *packet, uint8_t address, uint8_t mac)
{
	const uint8_t v4[4] = { address > 0 ? 10 : 0, 0, 0, address };

	packet->source = ip_address_from_v4(v4);
	packet->source_mac.byte[0] = mac > 0 ? 2 : 0;
	packet->source_mac.byte[5] = mac;
}

static uint64_t
take_names(void)
{
	struct wire_name name;
	uint64_t count = 0;

	while (names_next(names, &name)) {
		SW_ASSERT(wire_name_is_sound(&name));
		SW_ASSERT(name.time_ns == now_ns);
		count++;
	}
	return count;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct reader reader;
	uint64_t told = 0;

	begin();
	reader_init(&reader, bytes, (uint32_t)size);
	while (reader_left(&reader) > 6) {
		struct packet packet = { 0 };
		uint8_t address;
		uint32_t captured;
		uint8_t *copy;

		choose_ports(&packet, reader_u8(&reader));
		address = reader_u8(&reader);
		choose_sender(&packet, address, reader_u8(&reader));
		now_ns += reader_u8(&reader) * NS_PER_S;
		captured = reader_u16(&reader);
		if (captured > reader_left(&reader)) {
			captured = reader_left(&reader);
		}
		packet.time_ns = now_ns;
		packet.payload_captured = captured;
		packet.payload_size = captured;
		/* Exactly as large, so that reading past it is seen. */
		copy = malloc(captured + (captured == 0));
		memcpy(copy, reader_take(&reader, captured), captured);
		packet.payload = copy;
		names_packet(names, &packet);
		free(copy);
		told += take_names();
	}
	SW_ASSERT(told == counters.value[COUNTER_CLASSIFY_NAMES_TOLD]);
	SW_ASSERT(counters.value[COUNTER_CLASSIFY_NAMES_DOUBTED] <=
	    counters.value[COUNTER_CLASSIFY_NAMES_HEARD]);
	return 0;
}
