#include "base/addr.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "base/bytes.h"

uint32_t
ip_address_v4(const struct ip_address *address)
{
	return load_be32(address->byte + 12);
}

bool
ip_address_is_unspecified(const struct ip_address *address)
{
	static const struct ip_address none;

	return ip_address_equal(address, &none) ||
	    (ip_address_is_v4(address) && ip_address_v4(address) == 0);
}

bool
ip_address_is_group(const struct ip_address *address)
{
	if (ip_address_is_v4(address)) {
		return address->byte[12] >> 4 == 0xe ||
		    ip_address_v4(address) == 0xffffffff;
	}
	return address->byte[0] == 0xff;
}

bool
ip_address_is_loopback(const struct ip_address *address)
{
	static const struct ip_address loopback = { { [15] = 1 } };

	if (ip_address_is_v4(address)) {
		return address->byte[12] == 127;
	}
	return ip_address_equal(address, &loopback);
}

bool
ip_address_is_link_local(const struct ip_address *address)
{
	if (ip_address_is_v4(address)) {
		return address->byte[12] == 169 && address->byte[13] == 254;
	}
	return address->byte[0] == 0xfe && (address->byte[1] & 0xc0) == 0x80;
}

int64_t
ip_address_distance(const struct ip_address *a, const struct ip_address *b)
{
	int64_t distance;

	if (memcmp(a, b, 8) != 0) {
		return INT64_MAX;
	}
	distance = (int64_t)(load_be64(b->byte + 8) - load_be64(a->byte + 8));
	if (ip_address_is_v4(a) != ip_address_is_v4(b) ||
	    distance > UINT32_MAX || distance < -(int64_t)UINT32_MAX) {
		return INT64_MAX;
	}
	return distance;
}

struct ip_address
ip_address_add(const struct ip_address *address, int64_t step)
{
	struct ip_address moved = *address;
	uint64_t low;

	if (ip_address_is_v4(address)) {
		store_be32(moved.byte + 12,
		    (uint32_t)((int64_t)ip_address_v4(address) + step));
		return moved;
	}
	low = load_be64(address->byte + 8) + (uint64_t)step;
	store_be32(moved.byte + 8, (uint32_t)(low >> 32));
	store_be32(moved.byte + 12, (uint32_t)low);
	return moved;
}

const char *
ip_address_format(
    const struct ip_address *address, char text[IP_ADDRESS_TEXT_SIZE])
{
	bool is_v4 = ip_address_is_v4(address);

	if (inet_ntop(is_v4 ? AF_INET : AF_INET6,
	        is_v4 ? address->byte + 12 : address->byte, text,
	        IP_ADDRESS_TEXT_SIZE) == NULL) {
		text[0] = '\0';
	}
	return text;
}

bool
ip_address_parse(const char *text, struct ip_address *address)
{
	uint8_t v4[4];
	uint8_t v6[16];

	if (inet_pton(AF_INET, text, v4) == 1) {
		*address = ip_address_from_v4(v4);
		return true;
	}
	if (inet_pton(AF_INET6, text, v6) == 1) {
		memcpy(address->byte, v6, sizeof(v6));
		return true;
	}
	return false;
}

/* Whether all bits of 'address' past 'length' are zero. */
static bool
is_clear_past(const struct ip_address *address, uint32_t length)
{
	for (uint32_t bit = length; bit < 128; bit++) {
		if ((address->byte[bit / 8] >> (7 - bit % 8) & 1) != 0) {
			return false;
		}
	}
	return true;
}

/* Reads a decimal number of one to three digits that ends the text. */
static bool
parse_length(const char *text, uint32_t limit, uint32_t *length)
{
	uint32_t value = 0;
	uint32_t digits = 0;

	for (; text[digits] >= '0' && text[digits] <= '9'; digits++) {
		if (digits == 3) {
			return false;
		}
		value = value * 10 + (uint32_t)(text[digits] - '0');
	}
	if (digits == 0 || text[digits] != '\0' || value > limit) {
		return false;
	}
	*length = value;
	return true;
}

bool
ip_prefix_parse(const char *text, struct ip_prefix *prefix)
{
	char address_text[IP_ADDRESS_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t size = slash == NULL ? strlen(text) : (size_t)(slash - text);
	struct ip_address address;
	uint32_t length;
	uint32_t bits;

	if (size >= sizeof(address_text)) {
		return false;
	}
	memcpy(address_text, text, size);
	address_text[size] = '\0';
	if (!ip_address_parse(address_text, &address)) {
		return false;
	}
	bits = ip_address_is_v4(&address) ? 32 : 128;
	length = bits;
	if (slash != NULL && !parse_length(slash + 1, bits, &length)) {
		return false;
	}
	length += 128 - bits;
	if (!is_clear_past(&address, length)) {
		return false;
	}
	prefix->address = address;
	prefix->length = (uint8_t)length;
	return true;
}

const char *
ip_prefix_format(const struct ip_prefix *prefix, char text[IP_PREFIX_TEXT_SIZE])
{
	char address[IP_ADDRESS_TEXT_SIZE];
	uint32_t host_bits = 128u - prefix->length;
	uint32_t bits = ip_address_is_v4(&prefix->address) ? 32 : 128;

	(void)snprintf(text, IP_PREFIX_TEXT_SIZE, "%s/%u",
	    ip_address_format(&prefix->address, address), bits - host_bits);
	return text;
}

bool
ip_prefix_contains(
    const struct ip_prefix *prefix, const struct ip_address *address)
{
	uint32_t whole = prefix->length / 8u;
	uint32_t rest = prefix->length % 8u;

	if (memcmp(prefix->address.byte, address->byte, whole) != 0) {
		return false;
	}
	return rest == 0 ||
	    (prefix->address.byte[whole] ^ address->byte[whole]) >>
	        (8 - rest) ==
	    0;
}

bool
mac_address_is_zero(const struct mac_address *mac)
{
	static const struct mac_address none;

	return mac_address_equal(mac, &none);
}

const char *
mac_address_format(
    const struct mac_address *mac, char text[MAC_ADDRESS_TEXT_SIZE])
{
	(void)snprintf(text, MAC_ADDRESS_TEXT_SIZE,
	    "%02x:%02x:%02x:%02x:%02x:%02x", mac->byte[0], mac->byte[1],
	    mac->byte[2], mac->byte[3], mac->byte[4], mac->byte[5]);
	return text;
}

static int
hex_digit(char c)
{
	if (c >= '0' && c <= '9') {
		return c - '0';
	}
	if (c >= 'a' && c <= 'f') {
		return c - 'a' + 10;
	}
	if (c >= 'A' && c <= 'F') {
		return c - 'A' + 10;
	}
	return -1;
}

bool
mac_address_parse(const char *text, struct mac_address *mac)
{
	struct mac_address parsed;

	if (strlen(text) != MAC_ADDRESS_TEXT_SIZE - 1) {
		return false;
	}
	for (size_t i = 0; i < sizeof(parsed.byte); i++) {
		int high = hex_digit(text[3 * i]);
		int low = hex_digit(text[3 * i + 1]);
		char join = text[3 * i + 2];

		if (high < 0 || low < 0 ||
		    (i < 5 && join != ':' && join != '-')) {
			return false;
		}
		parsed.byte[i] = (uint8_t)(high << 4 | low);
	}
	*mac = parsed;
	return true;
}
