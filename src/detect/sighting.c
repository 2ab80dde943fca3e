#include "detect/sighting.h"

#include <string.h>

/* The same network, as far as one can tell without being told: an IPv4 /24, an
 * IPv6 /64. */
static bool
is_next_door(const struct ip_address *a, const struct ip_address *b)
{
	return memcmp(a, b, ip_address_is_v4(a) ? 15 : 8) == 0;
}

/* Sources that do not say their address are told apart by their MAC, in the
 * discard-only prefix (RFC 6666). */
static struct ip_address
source_key(const struct probe *probe)
{
	struct ip_address key = { { 0x01 } };

	if (!ip_address_is_unspecified(&probe->source)) {
		return probe->source;
	}
	memcpy(key.byte + 10, probe->source_mac.byte, 6);
	return key;
}

bool
sighting_is_layer2(const struct probe *probe)
{
	return probe->technique == PROBE_ARP || probe->technique == PROBE_ND;
}

/* Whether it asks a host, not a service of it. */
static bool
asks_who_is_there(const struct probe *probe)
{
	return sighting_is_layer2(probe) ||
	    (probe->technique >= PROBE_ICMP_ECHO &&
	        probe->technique <= PROBE_ICMP6_ECHO);
}

void
sighting_make(struct segments *segments, const struct probe *probe,
    struct sighting *sighting)
{
	struct contact *contact = &sighting->contact;

	memset(sighting, 0, sizeof(*sighting));
	sighting->probe = probe;
	sighting->now_s = (uint32_t)(probe->time_ns / NS_PER_S);
	sighting->source = source_key(probe);
	sighting->source_segment =
	    segments_of(segments, &probe->source, probe->vlan);
	sighting->target_segment =
	    segments_of(segments, &probe->target, POLICY_VLAN_UNKNOWN);
	contact->time_ns = probe->attempt_ns;
	contact->target = probe->target;
	contact->source_port = probe->source_port;
	contact->target_port = probe->target_port;
	contact->protocol =
	    sighting_is_layer2(probe) ? SUSPECT_LAYER2 : probe->protocol;
	contact->technique = probe->technique;
	contact->traits = probe->traits;
	if (asks_who_is_there(probe)) {
		contact->target_port = 0;
	}
	if (sighting->target_segment != POLICY_NO_SEGMENT ||
	    is_next_door(&probe->source, &probe->target)) {
		contact->flags |= CONTACT_INSIDE;
	}
}

struct contact_key
sighting_key(const struct sighting *sighting, enum contact_class class)
{
	return (struct contact_key){
		.source = sighting->source,
		.target = sighting->contact.target,
		.port = sighting->contact.target_port,
		.protocol = sighting->contact.protocol,
		.class = (uint8_t) class,
	};
}
