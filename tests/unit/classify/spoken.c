#include "spoken.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/bytes.h"

void
speak(struct spoken *spoken, const char *source, uint16_t source_port,
    uint16_t target_port)
{
	memset(spoken, 0, sizeof(*spoken));
	spoken->packet.kind = PACKET_UDP;
	spoken->packet.protocol = IP_PROTOCOL_UDP;
	spoken->packet.source_port = source_port;
	spoken->packet.target_port = target_port;
	cr_assert(ip_address_parse(source, &spoken->packet.source));
}

void
say_bytes(struct spoken *spoken, const void *bytes, uint32_t size)
{
	cr_assert_leq(spoken->size + size, sizeof(spoken->bytes));
	memcpy(spoken->bytes + spoken->size, bytes, size);
	spoken->size += size;
}

void
say_u8(struct spoken *spoken, uint32_t value)
{
	uint8_t byte = (uint8_t)value;

	say_bytes(spoken, &byte, 1);
}

void
say_u16(struct spoken *spoken, uint32_t value)
{
	say_u8(spoken, value >> 8);
	say_u8(spoken, value & 0xff);
}

void
say_u32(struct spoken *spoken, uint32_t value)
{
	say_u16(spoken, value >> 16);
	say_u16(spoken, value & 0xffff);
}

void
say_text(struct spoken *spoken, const char *text)
{
	say_bytes(spoken, text, (uint32_t)strlen(text));
}

void
say_zeros(struct spoken *spoken, uint32_t size)
{
	for (uint32_t i = 0; i < size; i++) {
		say_u8(spoken, 0);
	}
}

void
say_address(struct spoken *spoken, const char *address)
{
	struct ip_address bytes;

	cr_assert(ip_address_parse(address, &bytes));
	if (ip_address_is_v4(&bytes)) {
		say_bytes(spoken, bytes.byte + 12, 4);
	} else {
		say_bytes(spoken, bytes.byte, sizeof(bytes));
	}
}

const struct packet *
spoken_packet(struct spoken *spoken)
{
	spoken->packet.payload = spoken->bytes;
	spoken->packet.payload_size = spoken->size;
	spoken->packet.payload_captured = spoken->size;
	return &spoken->packet;
}

void
say_dhcp(struct spoken *spoken, uint8_t type, uint8_t mac, uint32_t transaction,
    const char *client, const char *yours)
{
	say_u8(spoken, type == 2 || type == 5 ? 2 : 1);
	say_u8(spoken, 1);
	say_u8(spoken, 6);
	say_u8(spoken, 0);
	say_u32(spoken, transaction);
	say_u32(spoken, 0);
	say_address(spoken, client);
	say_address(spoken, yours);
	say_zeros(spoken, 8);
	say_bytes(spoken, "\x02\0\0\0\0", 5);
	say_u8(spoken, mac);
	say_zeros(spoken, 10 + 64 + 128);
	say_u32(spoken, 0x63825363);
	say_u8(spoken, 53);
	say_u8(spoken, 1);
	say_u8(spoken, type);
}

void
say_option(struct spoken *spoken, uint8_t code, const char *text)
{
	say_u8(spoken, code);
	say_u8(spoken, (uint32_t)strlen(text));
	say_text(spoken, text);
}

void
say_dns(struct spoken *spoken, uint16_t flags, uint16_t questions,
    uint16_t answers, uint16_t more)
{
	say_u16(spoken, 0x1234);
	say_u16(spoken, flags);
	say_u16(spoken, questions);
	say_u16(spoken, answers);
	say_u16(spoken, 0);
	say_u16(spoken, more);
}

void
say_labels(struct spoken *spoken, const char *name)
{
	while (*name != '\0') {
		uint32_t length = (uint32_t)strcspn(name, ".");

		say_u8(spoken, length);
		say_bytes(spoken, name, length);
		name += length + (name[length] == '.');
	}
	say_u8(spoken, 0);
}

void
say_a(struct spoken *spoken, const char *address)
{
	struct ip_address bytes;

	cr_assert(ip_address_parse(address, &bytes));
	say_u16(spoken, ip_address_is_v4(&bytes) ? 1 : 28);
	say_u16(spoken, 0x8001);
	say_u32(spoken, 120);
	say_u16(spoken, ip_address_is_v4(&bytes) ? 4 : 16);
	say_address(spoken, address);
}

void
say_netbios_name(struct spoken *spoken, const char *name, uint8_t suffix)
{
	uint8_t plain[16];
	uint32_t length = (uint32_t)strlen(name);

	cr_assert_leq(length, 15);
	memset(plain, ' ', sizeof(plain));
	memcpy(plain, name, length);
	plain[15] = suffix;
	say_u8(spoken, 32);
	for (uint32_t i = 0; i < sizeof(plain); i++) {
		say_u8(spoken, 'A' + (plain[i] >> 4));
		say_u8(spoken, 'A' + (plain[i] & 0xf));
	}
	say_u8(spoken, 0);
}

void
say_netbios_entry(struct spoken *spoken, uint16_t flags, const char *address)
{
	say_u16(spoken, 0x20);
	say_u16(spoken, 1);
	say_u32(spoken, 300000);
	say_u16(spoken, 6);
	say_u16(spoken, flags);
	say_address(spoken, address);
}

uint32_t
say_begin(struct spoken *spoken, uint8_t tag)
{
	say_u8(spoken, tag);
	say_u8(spoken, 0);
	return spoken->size;
}

void
say_end(struct spoken *spoken, uint32_t begun)
{
	cr_assert_lt(spoken->size - begun, 128);
	spoken->bytes[begun - 1] = (uint8_t)(spoken->size - begun);
}

void
say_element(
    struct spoken *spoken, uint8_t tag, const void *bytes, uint32_t size)
{
	uint32_t begun = say_begin(spoken, tag);

	say_bytes(spoken, bytes, size);
	say_end(spoken, begun);
}

void
hall_open(struct hall *hall)
{
	static const struct hash_key key = { { 1, 2 } };

	memset(hall, 0, sizeof(*hall));
	cr_assert_eq(region_init(&hall->region, names_bytes()), 0);
	hall->names = names_init(&hall->region, &key, &hall->counters);
	region_seal(&hall->region);
	hall->now_ns = 1700000000 * NS_PER_S;
}

void
hall_close(struct hall *hall)
{
	region_finish(&hall->region);
}

void
hall_play(struct hall *hall, struct spoken *spoken)
{
	spoken->packet.time_ns = hall->now_ns;
	names_packet(hall->names, spoken_packet(spoken));
}

const char *
hall_told(struct hall *hall)
{
	if (!names_next(hall->names, &hall->name)) {
		return NULL;
	}
	cr_expect(wire_name_is_sound(&hall->name));
	return hall->name.name;
}

void
hall_announce(
    struct hall *hall, const char *source, uint8_t mac, const char *name)
{
	struct spoken spoken;

	speak(&spoken, source, 5353, 5353);
	spoken.packet.source_mac.byte[0] = mac == 0 ? 0 : 2;
	spoken.packet.source_mac.byte[5] = mac;
	say_dns(&spoken, 0x8400, 0, 1, 0);
	say_labels(&spoken, name);
	say_a(&spoken, source);
	hall_play(hall, &spoken);
}

void
hall_lease(
    struct hall *hall, uint8_t mac, const char *name, const char *address)
{
	static uint32_t transaction;
	struct spoken spoken;

	transaction++;
	speak(&spoken, "0.0.0.0", 68, 67);
	say_dhcp(&spoken, 3, mac, transaction, "0.0.0.0", "0.0.0.0");
	if (name != NULL) {
		say_option(&spoken, 12, name);
	}
	say_u8(&spoken, 255);
	hall_play(hall, &spoken);
	speak(&spoken, "10.0.0.1", 67, 68);
	say_dhcp(&spoken, 5, mac, transaction, "0.0.0.0", address);
	say_u8(&spoken, 255);
	hall_play(hall, &spoken);
}
