#include "detect/forecast.h"

#include <string.h>

#include "base/bytes.h"
#include "detect/weigh.h"

/* Any time will do that is not the beginning of time. */
#define FORECAST_BEGIN_NS (1000000000 * NS_PER_S)

static struct contact contact_of(
    enum forecast_scan scan, uint32_t probe, uint64_t now_ns);
static enum probe_outcome outcome_of(enum forecast_scan scan, uint32_t probe);
static uint32_t scattered(uint32_t probe);

uint32_t
forecast_probes(struct suspect *suspect, const struct terms *terms,
    enum forecast_scan scan, uint32_t gap_s)
{
	struct weigh_context context = { .now_ns = FORECAST_BEGIN_NS,
		.silence_worth = 1 };

	memset(suspect, 0, sizeof(*suspect));
	suspect->terms = terms;
	for (uint32_t probe = 0; probe < FORECAST_MOST; probe++) {
		struct contact made = contact_of(scan, probe, context.now_ns);
		struct contact *entry = suspect_contact(suspect, &made);

		weigh_attempt(suspect, entry, &context);
		entry->outcome = (uint8_t)outcome_of(scan, probe);
		entry->flags |= CONTACT_CONCLUDED;
		weigh_outcome(suspect, entry, entry->outcome, &context);
		if (weigh_verdict(suspect) != CHANNEL_NONE) {
			return probe + 1;
		}
		context.now_ns += gap_s * NS_PER_S;
	}
	return 0;
}

const char *
forecast_name(enum forecast_scan scan)
{
	static const char *const names[FORECAST_COUNT] = {
		[FORECAST_SILENT_IN_ORDER] = "of silent addresses in order",
		[FORECAST_SILENT_AT_RANDOM] = "of silent addresses at random",
		[FORECAST_REFUSED_PORTS] = "of refused ports of one host",
		[FORECAST_STEALTH] = "by packets that open no connection",
		[FORECAST_OUTSIDE] = "of silent addresses outside",
		[FORECAST_MIXED] = "of which four in ten probes succeed",
	};

	return names[scan];
}

static struct contact
contact_of(enum forecast_scan scan, uint32_t probe, uint64_t now_ns)
{
	bool one_host = scan == FORECAST_REFUSED_PORTS;
	uint32_t place = one_host              ? 1
	    : scan == FORECAST_SILENT_IN_ORDER ? probe + 1
	                                       : scattered(probe);
	struct contact contact = { .time_ns = now_ns,
		.protocol = 6,
		.technique = scan == FORECAST_STEALTH ? PROBE_TCP_FIN
		                                      : PROBE_TCP_CONNECT,
		.source_port = (uint16_t)(40000 + probe),
		.target_port =
		    (uint16_t)(one_host ? 1 + scattered(probe) : 445),
		.flags = scan == FORECAST_OUTSIDE ? 0 : CONTACT_INSIDE };

	/* 10.0.0.0/8, mapped into IPv6 (RFC 4291, section 2.5.5.2). */
	memset(contact.target.byte + 10, 0xff, 2);
	store_be32(contact.target.byte + 12, 10u << 24 | place);
	return contact;
}

static enum probe_outcome
outcome_of(enum forecast_scan scan, uint32_t probe)
{
	if (scan == FORECAST_REFUSED_PORTS) {
		return PROBE_REFUSED;
	}
	return scan == FORECAST_MIXED && probe % 5 % 2 == 1 ? PROBE_PRODUCTIVE
	                                                    : PROBE_SILENT;
}

/* Each number below 65,521, a prime, but once, and none near the one before. */
static uint32_t
scattered(uint32_t probe)
{
	return (uint32_t)((probe + 1) * 25003ull % 65521);
}
