#include "authorise/room.h"

static enum authorise_protocol protocol_of(uint8_t technique, uint8_t protocol);
static bool permits_service(
    const struct authorise_entry *entry, uint8_t protocol, uint16_t port);
static bool permits_number(
    const struct authorise_entry *entry, uint16_t number);
static bool permits_time(const struct authorise *authorise,
    const struct authorise_entry *entry, uint64_t time_ns);
static bool hours_hold(
    const struct authorise_hours *hours, const struct authorise_local *local);
static bool is_past_end(
    const struct authorise_record *record, uint64_t time_ns);

void
scope_of_contact(const struct authorise *authorise,
    const struct wire_contact *contact, struct authorise_leaving *probe)
{
	*probe = (struct authorise_leaving){
		.time_ns = contact->attempt_ns,
		.target = contact->target,
		.segment = segment_of(authorise, &contact->target),
		.port = contact->target_port,
		.protocol =
		    (uint8_t)protocol_of(contact->technique, contact->protocol),
		.is_contact = true,
	};
	if (probe->protocol > AUTHORISE_PROTOCOL_IP) {
		probe->port = 0;
	} else if (probe->protocol == AUTHORISE_PROTOCOL_IP &&
	    contact->technique != PROBE_IP_PROTOCOL) {
		probe->port = contact->protocol;
	}
}

uint8_t
scope_left_by(const struct authorise *authorise,
    const struct authorise_record *record,
    const struct authorise_leaving *probe)
{
	uint8_t left = 0;

	for (uint32_t part = 0; part < AUTHORISE_PART_RATE; part++) {
		if (!scope_permits(authorise, record, part, probe)) {
			left |= (uint8_t)(1u << part);
		}
	}
	return left;
}

bool
scope_permits(const struct authorise *authorise,
    const struct authorise_record *record, enum authorise_part part,
    const struct authorise_leaving *probe)
{
	const struct authorise_entry *entry = &record->entry;

	switch (part) {
	case AUTHORISE_PART_EXPIRY:
		return !is_past_end(record, probe->time_ns);
	case AUTHORISE_PART_SEGMENT:
		return authorise_entry_may_scan(entry, probe->segment);
	case AUTHORISE_PART_SERVICE:
		return permits_service(entry, probe->protocol, probe->port);
	case AUTHORISE_PART_HOURS:
		return permits_time(authorise, entry, probe->time_ns);
	case AUTHORISE_PART_RATE:
		return entry->rate == 0 || probe->rate <= entry->rate;
	case AUTHORISE_PART_PROCESS:
	case AUTHORISE_PART_USER:
	case AUTHORISE_PART_COUNT:
		break;
	}
	return true;
}

uint8_t
scope_left_by_finding(const struct authorise *authorise,
    const struct authorise_record *record, const struct finding *finding)
{
	struct authorise_leaving probe = { .time_ns = finding->last_seen_ns };
	uint8_t left = 0;

	if (is_past_end(record, finding->last_seen_ns)) {
		left |= 1u << AUTHORISE_PART_EXPIRY;
	}
	if (!permits_time(authorise, &record->entry, finding->first_seen_ns) ||
	    !permits_time(authorise, &record->entry, finding->last_seen_ns)) {
		left |= 1u << AUTHORISE_PART_HOURS;
	}
	for (uint32_t i = 0; i < finding->target_range_count; i++) {
		probe.segment =
		    segment_of(authorise, &finding->target_ranges[i].first);
		if (!authorise_entry_may_scan(&record->entry, probe.segment)) {
			left |= 1u << AUTHORISE_PART_SEGMENT;
		}
	}
	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		struct authorise_service service =
		    scope_service_of(&finding->service_ranges[i]);

		if (!permits_service(
		        &record->entry, service.protocol, service.first) ||
		    !permits_service(
		        &record->entry, service.protocol, service.last)) {
			left |= 1u << AUTHORISE_PART_SERVICE;
		}
	}
	return left;
}

struct authorise_service
scope_service_of(const struct finding_service_range *range)
{
	struct authorise_service service = { .protocol = AUTHORISE_PROTOCOL_IP,
		.first = range->first,
		.last = range->last };

	switch (range->protocol) {
	case 0:
		break;
	case IP_PROTOCOL_TCP:
		service.protocol = AUTHORISE_PROTOCOL_TCP;
		break;
	case IP_PROTOCOL_UDP:
		service.protocol = AUTHORISE_PROTOCOL_UDP;
		break;
	case IP_PROTOCOL_SCTP:
		service.protocol = AUTHORISE_PROTOCOL_SCTP;
		break;
	default:
		service.first = range->protocol;
		service.last = range->protocol;
		break;
	}
	return service;
}

static enum authorise_protocol
protocol_of(uint8_t technique, uint8_t protocol)
{
	switch (technique) {
	case PROBE_ARP:
		return AUTHORISE_PROTOCOL_ARP;
	case PROBE_ND:
		return AUTHORISE_PROTOCOL_ND;
	case PROBE_IP_PROTOCOL:
		return AUTHORISE_PROTOCOL_IP;
	default:
		break;
	}
	switch (protocol) {
	case IP_PROTOCOL_TCP:
		return AUTHORISE_PROTOCOL_TCP;
	case IP_PROTOCOL_UDP:
		return AUTHORISE_PROTOCOL_UDP;
	case IP_PROTOCOL_SCTP:
		return AUTHORISE_PROTOCOL_SCTP;
	case IP_PROTOCOL_ICMP:
		return AUTHORISE_PROTOCOL_ICMP;
	case IP_PROTOCOL_ICMP6:
		return AUTHORISE_PROTOCOL_ICMP6;
	default:
		return AUTHORISE_PROTOCOL_IP;
	}
}

static bool
permits_service(
    const struct authorise_entry *entry, uint8_t protocol, uint16_t port)
{
	for (uint32_t i = 0; i < entry->service_count; i++) {
		const struct authorise_service *service = &entry->services[i];

		if (service->protocol == protocol && port >= service->first &&
		    port <= service->last) {
			return true;
		}
	}
	return protocol == AUTHORISE_PROTOCOL_IP && permits_number(entry, port);
}

/* A finding tells by its protocol's number what has no ports. */
static bool
permits_number(const struct authorise_entry *entry, uint16_t number)
{
	for (uint32_t i = 0; i < entry->service_count; i++) {
		uint8_t protocol = entry->services[i].protocol;

		if ((protocol == AUTHORISE_PROTOCOL_ICMP &&
		        number == IP_PROTOCOL_ICMP) ||
		    (protocol == AUTHORISE_PROTOCOL_ICMP6 &&
		        number == IP_PROTOCOL_ICMP6) ||
		    ((protocol == AUTHORISE_PROTOCOL_ARP ||
		         protocol == AUTHORISE_PROTOCOL_ND) &&
		        number == IP_PROTOCOL_ARP_KEY)) {
			return true;
		}
	}
	return false;
}

static bool
permits_time(const struct authorise *authorise,
    const struct authorise_entry *entry, uint64_t time_ns)
{
	struct authorise_local local;

	if (entry->hours_count == 0) {
		return true;
	}
	authorise_zone_local(
	    &authorise->zone, (int64_t)(time_ns / NS_PER_S), &local);
	for (uint32_t i = 0; i < entry->hours_count; i++) {
		if (hours_hold(&entry->hours[i], &local)) {
			return true;
		}
	}
	return false;
}

/* By the clock on the wall: an hour that comes twice is inside twice, and what
 * a window lost to an hour that is skipped it does not get back. */
static bool
hours_hold(
    const struct authorise_hours *hours, const struct authorise_local *local)
{
	uint32_t from_s = hours->from_minute * 60u;
	uint32_t until_s = hours->until_minute * 60u;
	uint32_t now_s = local->second_of_day;
	bool today = (hours->days >> local->weekday & 1) != 0;
	bool yesterday = (hours->days >> (local->weekday + 6) % 7 & 1) != 0;

	if (until_s > from_s) {
		return today && now_s >= from_s && now_s < until_s;
	}
	return (today && now_s >= from_s) || (yesterday && now_s < until_s);
}

static bool
is_past_end(const struct authorise_record *record, uint64_t time_ns)
{
	return authorise_record_is_expired(record, time_ns) ||
	    (record->entry.state == AUTHORISE_REVOKED &&
	        time_ns >= record->entry.revoked.at_ns);
}
