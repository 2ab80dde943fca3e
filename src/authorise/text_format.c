#include <stdio.h>

#include "authorise/entry_text.h"

static void add_days(uint8_t days, struct strbuf *buffer);

const char *
authorise_date_format(
    const struct authorise_date *date, char text[AUTHORISE_DATE_TEXT_SIZE])
{
	(void)snprintf(text, AUTHORISE_DATE_TEXT_SIZE, "%04u-%02u-%02u",
	    date->year % 10000u, date->month % 100u, date->day % 100u);
	return text;
}

const char *
authorise_grace_format(
    uint32_t grace_s, char text[AUTHORISE_DURATION_TEXT_SIZE])
{
	bool whole = grace_s > 0 && grace_s % 60 == 0;

	(void)snprintf(text, AUTHORISE_DURATION_TEXT_SIZE, "%u%c",
	    whole ? grace_s / 60 : grace_s, whole ? 'm' : 's');
	return text;
}

void
authorise_hours_add(const struct authorise_hours *hours, struct strbuf *buffer)
{
	if (hours->days != 0x7f) {
		add_days(hours->days, buffer);
		strbuf_add(buffer, " ");
	}
	strbuf_addf(buffer, "%02u:%02u-%02u:%02u", hours->from_minute / 60u,
	    hours->from_minute % 60u, hours->until_minute / 60u,
	    hours->until_minute % 60u);
}

void
authorise_source_add(
    const struct authorise_source *source, struct strbuf *buffer)
{
	char mac[MAC_ADDRESS_TEXT_SIZE];
	char address[IP_ADDRESS_TEXT_SIZE];
	char prefix[IP_PREFIX_TEXT_SIZE];

	if (source->kind == AUTHORISE_SOURCE_HOST) {
		strbuf_add(buffer, source->host);
	} else if (source->kind == AUTHORISE_SOURCE_MAC) {
		strbuf_add(buffer, mac_address_format(&source->mac, mac));
	} else if (source->prefix.length == 128) {
		strbuf_add(buffer,
		    ip_address_format(&source->prefix.address, address));
	} else {
		strbuf_add(buffer, ip_prefix_format(&source->prefix, prefix));
	}
}

void
authorise_services_add(
    const struct authorise_entry *entry, uint32_t *at, struct strbuf *buffer)
{
	const struct authorise_service *services = entry->services;
	uint8_t protocol = services[*at].protocol;
	char mark = '/';

	strbuf_add(buffer, authorise_protocol_name(protocol));
	if (protocol > AUTHORISE_PROTOCOL_IP) {
		++*at;
		return;
	}
	for (; *at < entry->service_count && services[*at].protocol == protocol;
	     ++*at) {
		strbuf_addf(buffer, "%c%u", mark, services[*at].first);
		if (services[*at].last > services[*at].first) {
			strbuf_addf(buffer, "-%u", services[*at].last);
		}
		mark = ',';
	}
}

/* "Sat", "Mon-Fri", "Mon,Wed-Thu". */
static void
add_days(uint8_t days, struct strbuf *buffer)
{
	const char *comma = "";

	for (uint32_t day = 0; day < 7; day++) {
		uint32_t last = day;

		if ((days >> day & 1) == 0) {
			continue;
		}
		while (last < 6 && (days >> (last + 1) & 1) != 0) {
			last++;
		}
		strbuf_addf(buffer, "%s%s", comma, authorise_day_name(day));
		if (last > day) {
			strbuf_addf(buffer, "-%s", authorise_day_name(last));
		}
		comma = ",";
		day = last;
	}
}
