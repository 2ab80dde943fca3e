#include "config/value.h"

#include "authorise/entry_text.h"
#include "base/take.h"

static bool split_port(const char *text, char *host, size_t host_size,
    uint16_t *port, bool *bracketed);

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
	} else if (bracketed || !authorise_text_is_host_name(parsed.host)) {
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
