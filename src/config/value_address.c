#include "config/value.h"

#include <stdio.h>

#include "config/value_take.h"

static bool split_port(const char *text, char *host, size_t host_size,
    uint16_t *port, bool *bracketed);
static bool is_host_name(const char *text);

const char *
value_prefix(const char *text, char problem[VALUE_PROBLEM_SIZE],
    struct ip_prefix *prefix)
{
	char host[IP_ADDRESS_TEXT_SIZE];
	char right[IP_PREFIX_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t size = slash == NULL ? 0 : (size_t)(slash - text);
	struct ip_prefix meant;
	uint64_t length;
	uint32_t bits;

	if (ip_prefix_parse(text, prefix)) {
		return NULL;
	}
	if (slash == NULL || size >= sizeof(host)) {
		return "is no prefix; write an address and a length, such as "
		       "\"10.20.2.0/24\" or \"fd20:0:0:2::/64\"";
	}
	memcpy(host, text, size);
	host[size] = '\0';
	slash++;
	if (!ip_address_parse(host, &meant.address)) {
		return "does not begin with an IPv4 or IPv6 address; write it "
		       "as in \"10.20.2.0/24\" or \"fd20:0:0:2::/64\"";
	}
	bits = ip_address_is_v4(&meant.address) ? 32 : 128;
	if (!take_number(&slash, bits, &length) || *slash != '\0') {
		(void)snprintf(problem, VALUE_PROBLEM_SIZE,
		    "has no valid length; write a number from 0 to %u after "
		    "the slash",
		    bits);
		return problem;
	}
	meant.length = (uint8_t)(length + 128 - bits);
	for (uint32_t bit = meant.length; bit < 128; bit++) {
		meant.address.byte[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	}
	(void)snprintf(problem, VALUE_PROBLEM_SIZE,
	    "has bits set past its length; write \"%s\"",
	    ip_prefix_format(&meant, right));
	return problem;
}

const char *
value_source(const char *text, char problem[VALUE_PROBLEM_SIZE],
    struct config_source *source)
{
	struct config_source parsed = { .kind = CONFIG_SOURCE_HOST };
	size_t length = strlen(text);

	if (mac_address_parse(text, &parsed.mac)) {
		if (mac_address_is_group(&parsed.mac) ||
		    mac_address_is_zero(&parsed.mac)) {
			return "is a MAC address that no sender has; write the "
			       "one of the scanner's network card";
		}
		parsed.kind = CONFIG_SOURCE_MAC;
	} else if (ip_prefix_parse(text, &parsed.prefix)) {
		parsed.kind = CONFIG_SOURCE_PREFIX;
	} else if (strchr(text, '/') != NULL) {
		return value_prefix(text, problem, &parsed.prefix);
	} else if (!is_host_name(text)) {
		return "is no address, prefix, MAC address or host name; write "
		       "one, such as \"10.20.9.5\"";
	} else if (length >= sizeof(parsed.host)) {
		return "is too long for a host name; write at most 127 "
		       "characters";
	}
	for (size_t i = 0; parsed.kind == CONFIG_SOURCE_HOST && i < length;
	     i++) {
		bool upper = text[i] >= 'A' && text[i] <= 'Z';

		parsed.host[i] = (char)(upper ? text[i] - 'A' + 'a' : text[i]);
	}
	*source = parsed;
	return NULL;
}

const char *
value_listen(const char *text, struct config_listen *listen)
{
	static const char wrong[] =
	    "is no address and port; write them as in \"0.0.0.0:514\" or "
	    "\"[::]:514\"";
	struct config_listen parsed;
	char host[CONFIG_HOST_SIZE];
	bool bracketed;

	if (!split_port(text, host, sizeof(host), &parsed.port, &bracketed) ||
	    !ip_address_parse(host, &parsed.address) ||
	    bracketed != (strchr(host, ':') != NULL)) {
		return wrong;
	}
	if (ip_address_is_group(&parsed.address)) {
		return "is a group's address, where nothing can listen; write "
		       "one of this machine's, or \"0.0.0.0\" for all";
	}
	*listen = parsed;
	return NULL;
}

const char *
value_peer(const char *text, struct config_peer *peer)
{
	static const char wrong[] =
	    "is no host and port; write them as in \"10.0.0.9:6514\", "
	    "\"[fd00::9]:6514\" or \"siem.example.org:6514\"";
	struct config_peer parsed = { .port = 0 };
	struct ip_address address;
	bool bracketed;

	if (!split_port(text, parsed.host, sizeof(parsed.host), &parsed.port,
	        &bracketed)) {
		return wrong;
	}
	if (ip_address_parse(parsed.host, &address)) {
		if (bracketed != (strchr(parsed.host, ':') != NULL)) {
			return wrong;
		}
		if (ip_address_is_unspecified(&address) ||
		    ip_address_is_group(&address)) {
			return "is an address that nobody answers at; write "
			       "the one of the receiver";
		}
	} else if (bracketed || !is_host_name(parsed.host)) {
		return wrong;
	}
	*peer = parsed;
	return NULL;
}

/* Parts "HOST:PORT" or "[HOST]:PORT". */
static bool
split_port(const char *text, char *host, size_t host_size, uint16_t *port,
    bool *bracketed)
{
	const char *colon = strrchr(text, ':');
	size_t size;
	uint64_t number;

	if (colon == NULL) {
		return false;
	}
	size = (size_t)(colon - text);
	*bracketed = size >= 2 && text[0] == '[' && colon[-1] == ']';
	if (*bracketed) {
		text++;
		size -= 2;
	}
	colon++;
	if (size == 0 || size >= host_size ||
	    !take_number(&colon, 65535, &number) || *colon != '\0' ||
	    number == 0) {
		return false;
	}
	memcpy(host, text, size);
	host[size] = '\0';
	*port = (uint16_t)number;
	return true;
}

/* Labels of letters, digits, hyphens and underscores joined by dots (RFC 1123,
 * section 2.1; Windows hosts may have underscores).  A name of digits and dots
 * alone is a mistyped address. */
static bool
is_host_name(const char *text)
{
	bool has_letter = false;
	char before = '.';

	for (; *text != '\0'; before = *text++) {
		bool letter = (*text >= 'a' && *text <= 'z') ||
		    (*text >= 'A' && *text <= 'Z');
		bool inner = *text == '-' || *text == '_';

		has_letter |= letter;
		if (!letter && !inner && *text != '.' &&
		    (*text < '0' || *text > '9')) {
			return false;
		}
		if (before == '.' && (*text == '.' || *text == '-')) {
			return false;
		}
	}
	return has_letter && before != '.' && before != '-';
}
