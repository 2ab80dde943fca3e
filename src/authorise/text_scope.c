#include "authorise/entry_text.h"

#include "base/take.h"

static const char *const day_names[] = { "Mon", "Tue", "Wed", "Thu", "Fri",
	"Sat", "Sun" };

static const char *const protocol_names[AUTHORISE_PROTOCOL_COUNT] = {
	[AUTHORISE_PROTOCOL_TCP] = "tcp",
	[AUTHORISE_PROTOCOL_UDP] = "udp",
	[AUTHORISE_PROTOCOL_SCTP] = "sctp",
	[AUTHORISE_PROTOCOL_IP] = "ip",
	[AUTHORISE_PROTOCOL_ICMP] = "icmp",
	[AUTHORISE_PROTOCOL_ICMP6] = "icmp6",
	[AUTHORISE_PROTOCOL_ARP] = "arp",
	[AUTHORISE_PROTOCOL_ND] = "nd",
};

static bool take_minute(const char **at, uint16_t *minute);
static bool take_day(const char **at, uint32_t *day);
static bool take_days(const char **at, uint8_t *days);
static bool take_protocol(const char **at, uint8_t *protocol);
static const char *take_port_ranges(const char *at, uint8_t protocol,
    struct authorise_service *services, uint32_t *count);

const char *
authorise_text_hours(const char *text, struct authorise_hours *hours)
{
	static const char wrong[] =
	    "is no window of the week; write days and times, such as "
	    "\"Sat 01:00-05:00\" or \"Mon-Fri 20:00-06:00\"";
	struct authorise_hours parsed = { .days = 0x7f };

	if (*text < '0' || *text > '9') {
		if (!take_days(&text, &parsed.days) || !take_char(&text, ' ')) {
			return wrong;
		}
	}
	if (!take_minute(&text, &parsed.from_minute) ||
	    !take_char(&text, '-') ||
	    !take_minute(&text, &parsed.until_minute) || *text != '\0' ||
	    parsed.from_minute == 24 * 60) {
		return wrong;
	}
	if (parsed.from_minute == parsed.until_minute) {
		return "is an empty window; for a whole day write "
		       "\"00:00-24:00\"";
	}
	*hours = parsed;
	return NULL;
}

const char *
authorise_text_services(
    const char *text, struct authorise_service *services, uint32_t *count)
{
	uint8_t protocol;

	if (!take_protocol(&text, &protocol)) {
		return "names no protocol; write tcp, udp or sctp with ports "
		       "(\"tcp/1-1024\"), ip with protocol numbers "
		       "(\"ip/1-255\"), or icmp, icmp6, arp or nd alone";
	}
	if (protocol <= AUTHORISE_PROTOCOL_IP) {
		if (!take_char(&text, '/')) {
			return protocol == AUTHORISE_PROTOCOL_IP
			    ? "lacks its protocol numbers; for all of them "
			      "write \"ip/0-255\""
			    : "lacks its ports; for all of them write them "
			      "out, such as \"tcp/0-65535\"";
		}
		return take_port_ranges(text, protocol, services, count);
	}
	if (*text != '\0') {
		return "is of a protocol without ports; write its name alone, "
		       "such as \"icmp\"";
	}
	if (*count == AUTHORISE_SERVICE_COUNT) {
		return "is one too many; 64 ranges of ports are kept, so join "
		       "some of them";
	}
	services[*count] = (struct authorise_service){ .protocol = protocol };
	++*count;
	return NULL;
}

const char *
authorise_day_name(uint32_t day)
{
	return day_names[day % ARRAY_SIZE(day_names)];
}

const char *
authorise_protocol_name(enum authorise_protocol protocol)
{
	return protocol_names[protocol];
}

/* "01:30", or "24:00" for the end of the day. */
static bool
take_minute(const char **at, uint16_t *minute)
{
	uint16_t hours;
	uint16_t minutes;

	if (!take_two_digits(at, 24, &hours) || !take_char(at, ':') ||
	    !take_two_digits(at, 59, &minutes) ||
	    (hours == 24 && minutes != 0)) {
		return false;
	}
	*minute = (uint16_t)(hours * 60 + minutes);
	return true;
}

static bool
take_day(const char **at, uint32_t *day)
{
	for (uint32_t i = 0; i < ARRAY_SIZE(day_names); i++) {
		if (strncmp(*at, day_names[i], 3) == 0) {
			*at += 3;
			*day = i;
			return true;
		}
	}
	return false;
}

/* "Sat", "Mon-Fri", "Sat-Mon", "Mon,Wed-Thu". */
static bool
take_days(const char **at, uint8_t *days)
{
	uint8_t set = 0;

	do {
		uint32_t first;
		uint32_t last;

		if (!take_day(at, &first)) {
			return false;
		}
		last = first;
		if (take_char(at, '-') && !take_day(at, &last)) {
			return false;
		}
		for (uint32_t day = first;; day = (day + 1) % 7) {
			set |= (uint8_t)(1u << day);
			if (day == last) {
				break;
			}
		}
	} while (take_char(at, ','));
	*days = set;
	return true;
}

/* Takes a protocol's name that ends the text or stands before a slash. */
static bool
take_protocol(const char **at, uint8_t *protocol)
{
	size_t length = strcspn(*at, "/");

	for (uint32_t i = 0; i < AUTHORISE_PROTOCOL_COUNT; i++) {
		if (strlen(protocol_names[i]) == length &&
		    memcmp(*at, protocol_names[i], length) == 0) {
			*at += length;
			*protocol = (uint8_t)i;
			return true;
		}
	}
	return false;
}

/* "22,80,8000-8100" to the end of the text. */
static const char *
take_port_ranges(const char *at, uint8_t protocol,
    struct authorise_service *services, uint32_t *count)
{
	uint32_t highest = protocol == AUTHORISE_PROTOCOL_IP ? 255 : 65535;

	do {
		uint64_t first;
		uint64_t last;

		if (!take_number(&at, highest, &first)) {
			return "has no valid numbers after the slash; write "
			       "them as in \"tcp/22,80,8000-8100\"";
		}
		last = first;
		if (take_char(&at, '-') &&
		    (!take_number(&at, highest, &last) || last < first)) {
			return "has a range that does not go up; write it as "
			       "in \"tcp/8000-8100\"";
		}
		if (*count == AUTHORISE_SERVICE_COUNT) {
			return "has too many ranges; 64 are kept of a "
			       "scanner, so join some of them";
		}
		services[*count].protocol = protocol;
		services[*count].first = (uint16_t)first;
		services[*count].last = (uint16_t)last;
		++*count;
	} while (take_char(&at, ','));
	return *at == '\0' ? NULL
	                   : "has something after its numbers; write them as "
	                     "in \"tcp/22,80,8000-8100\"";
}
