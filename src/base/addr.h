/*
 * Addresses and prefixes.
 *
 * Every IP address is 16 bytes; an IPv4 address is kept mapped into IPv6
 * (RFC 4291, section 2.5.5.2: ::ffff:a.b.c.d), so that tables need one kind of
 * key.  Text is as RFC 5952 has it; a mapped address is written as IPv4.
 *
 * Memory: none.
 */
#ifndef BASE_ADDR_H
#define BASE_ADDR_H

#include <string.h>

#include "base/base.h"

struct ip_address {
	uint8_t byte[16];
};

struct mac_address {
	uint8_t byte[6];
};

/* A prefix; 'length' counts bits of the 16 bytes, so an IPv4 /24 is 120. */
struct ip_prefix {
	struct ip_address address; /* Bits past the length are zero. */
	uint8_t length;            /* 0 to 128. */
};

enum {
	IP_ADDRESS_TEXT_SIZE = 46, /* Bytes, the closing zero included. */
	IP_PREFIX_TEXT_SIZE = 50,
	MAC_ADDRESS_TEXT_SIZE = 18,
};

static inline struct ip_address
ip_address_from_v4(const uint8_t v4[4])
{
	struct ip_address address;
	uint32_t number;
	uint64_t word;

	/* In two words, since what reads it reads words. */
	memcpy(&number, v4, sizeof(number));
	word = (uint64_t)number << 32 | 0xffff0000;
	memset(address.byte, 0, 8);
	memcpy(address.byte + 8, &word, sizeof(word));
	return address;
}

static inline bool
ip_address_is_v4(const struct ip_address *address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	return memcmp(address->byte, mapped, sizeof(mapped)) == 0;
}

/* The IPv4 address as a number in host order.  Only for IPv4 addresses. */
uint32_t ip_address_v4(const struct ip_address *address);

static inline bool
ip_address_equal(const struct ip_address *a, const struct ip_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* Orders as numbers: negative, zero or positive, as memcmp() has it. */
static inline int
ip_address_compare(const struct ip_address *a, const struct ip_address *b)
{
	uint64_t x;
	uint64_t y;

	memcpy(&x, a->byte, sizeof(x));
	memcpy(&y, b->byte, sizeof(y));
	if (x == y) {
		memcpy(&x, a->byte + sizeof(x), sizeof(x));
		memcpy(&y, b->byte + sizeof(y), sizeof(y));
	}
	x = __builtin_bswap64(x);
	y = __builtin_bswap64(y);
	return (x > y) - (x < y);
}

/* 0.0.0.0 or ::. */
bool ip_address_is_unspecified(const struct ip_address *address);

/* 224.0.0.0/4, 255.255.255.255 or ff00::/8. */
bool ip_address_is_group(const struct ip_address *address);

/* 127.0.0.0/8 or ::1. */
bool ip_address_is_loopback(const struct ip_address *address);

/* 169.254.0.0/16 or fe80::/10. */
bool ip_address_is_link_local(const struct ip_address *address);

/* 'b' - 'a' where both are of one family and it fits 32 bits with its sign;
 * INT64_MAX where it does not. */
int64_t ip_address_distance(
    const struct ip_address *a, const struct ip_address *b);

/* 'address' moved by 'step', wrapping within its family. */
struct ip_address ip_address_add(
    const struct ip_address *address, int64_t step);

/* Writes the text of 'address' and returns 'text'. */
const char *ip_address_format(
    const struct ip_address *address, char text[IP_ADDRESS_TEXT_SIZE]);

/* Reads an IPv4 or IPv6 address.  False, and '*address' untouched, if 'text'
 * is anything else. */
bool ip_address_parse(const char *text, struct ip_address *address);

/* Reads "ADDRESS/LENGTH" or a bare address (a prefix of one).  False if it is
 * neither, or if bits are set past the length; '*prefix' is then untouched. */
bool ip_prefix_parse(const char *text, struct ip_prefix *prefix);

const char *ip_prefix_format(
    const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_SIZE]);

bool ip_prefix_contains(
    const struct ip_prefix *prefix, const struct ip_address *address);

static inline bool
mac_address_equal(const struct mac_address *a, const struct mac_address *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

bool mac_address_is_zero(const struct mac_address *mac);

/* Broadcast or multicast: the group bit (IEEE 802, the first bit sent). */
static inline bool
mac_address_is_group(const struct mac_address *mac)
{
	return (mac->byte[0] & 1) != 0;
}

/* Lower case, colons. */
const char *mac_address_format(
    const struct mac_address *mac, char text[MAC_ADDRESS_TEXT_SIZE]);

/* Six hexadecimal bytes joined by colons or by hyphens.  False, and '*mac'
 * untouched, if 'text' is anything else. */
bool mac_address_parse(const char *text, struct mac_address *mac);

#endif
