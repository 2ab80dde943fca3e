/*
 * Spoken: messages of naming protocols, made by hand, and played to the names
 * of room classify.
 */
#ifndef TESTS_CLASSIFY_SPOKEN_H
#define TESTS_CLASSIFY_SPOKEN_H

#include "classify/names.h"

/* A packet in the making. */
struct spoken {
	struct packet packet;
	uint8_t bytes[2048];
	uint32_t size;
};

/* UDP from 'source' with payload to come. */
void speak(struct spoken *spoken, const char *source, uint16_t source_port,
    uint16_t target_port);

void say_bytes(struct spoken *spoken, const void *bytes, uint32_t size);
void say_u8(struct spoken *spoken, uint32_t value);
void say_u16(struct spoken *spoken, uint32_t value);
void say_u32(struct spoken *spoken, uint32_t value);
void say_text(struct spoken *spoken, const char *text);
void say_zeros(struct spoken *spoken, uint32_t size);
void say_address(struct spoken *spoken, const char *address);

/* The packet with all that has been said. */
const struct packet *spoken_packet(struct spoken *spoken);

/* DHCP: a header, with 'mac' of one byte that counts, and the options' start.
 */
void say_dhcp(struct spoken *spoken, uint8_t type, uint8_t mac,
    uint32_t transaction, const char *client, const char *yours);
void say_option(struct spoken *spoken, uint8_t code, const char *text);

/* DNS. */
void say_dns(struct spoken *spoken, uint16_t flags, uint16_t questions,
    uint16_t answers, uint16_t more);
void say_labels(struct spoken *spoken, const char *name);
void say_a(struct spoken *spoken, const char *address);

/* NetBIOS: a name as it is encoded, with its suffix, and flags and address. */
void say_netbios_name(struct spoken *spoken, const char *name, uint8_t suffix);
void say_netbios_entry(
    struct spoken *spoken, uint16_t flags, const char *address);

/* Kerberos: what is said until the end is in the element, of under 128 bytes.
 */
uint32_t say_begin(struct spoken *spoken, uint8_t tag);
void say_end(struct spoken *spoken, uint32_t begun);
void say_element(
    struct spoken *spoken, uint8_t tag, const void *bytes, uint32_t size);

/* The stage. */
struct hall {
	struct region region;
	struct counters counters;
	struct names *names;
	struct wire_name name; /* The last that was told. */
	uint64_t now_ns;
};

void hall_open(struct hall *hall);
void hall_close(struct hall *hall);

/* Plays the packet, now. */
void hall_play(struct hall *hall, struct spoken *spoken);

/* The next name as it was told; "" for one given up; null: none. */
const char *hall_told(struct hall *hall);

/* mDNS: 'source' announces itself as 'name', its frame from a MAC that ends in
 * 'mac'. */
void hall_announce(
    struct hall *hall, const char *source, uint8_t mac, const char *name);

/* DHCP: a client asks by 'name' (null: without) and is given 'address'. */
void hall_lease(
    struct hall *hall, uint8_t mac, const char *name, const char *address);

#endif
