#include <string.h>

#include "base/bytes.h"
#include "flow/room.h"

/* One that asks before it has an address (RFC 5227, an ARP probe) is known by
 * its MAC address instead, so that two such hosts are not one.  Written as a
 * group address, which no source can have. */
static struct ip_address
nameless(const struct mac_address *mac)
{
	struct ip_address address = { { 0xff } };

	memcpy(address.byte + 10, mac->byte, sizeof(mac->byte));
	return address;
}

/* 'asker' asks something of 'asked'; 'packet' does so, or answers it. */
static void
make_question(struct flow_lookup *lookup, const struct ip_address *asker,
    uint16_t asker_port, const struct ip_address *asked, uint16_t asked_port,
    uint8_t protocol)
{
	lookup->source_is_low = five_tuple_make(
	    &lookup->key, asker, asker_port, asked, asked_port, protocol);
}

static void
make_arp(const struct packet *packet, struct flow_lookup *lookup)
{
	bool asks = packet->arp_operation == ARP_REQUEST;
	const struct ip_address *asked =
	    asks ? &packet->target : &packet->source;
	struct ip_address asker = asks ? packet->source : packet->target;

	if ((!asks && packet->arp_operation != ARP_REPLY) ||
	    ip_address_equal(&asker, asked)) {
		return; /* Of another kind, or an announcement. */
	}
	if (ip_address_is_unspecified(&asker)) {
		asker =
		    nameless(asks ? &packet->source_mac : &packet->target_mac);
	}
	lookup->role = asks ? FLOW_ROLE_QUESTION : FLOW_ROLE_ANSWER;
	make_question(
	    lookup, &asker, 0, asked, FLOW_ASKED_PORT, IP_PROTOCOL_ARP_KEY);
}

/* Who tests an address before taking it (RFC 4862, section 5.4) asks from "::"
 * and is answered by a message to all nodes, so the asker cannot be told
 * apart: all such askers share one key for each address asked for. */
static void
make_neighbour(const struct packet *packet, struct flow_lookup *lookup)
{
	static const struct mac_address anybody;
	bool asks = packet->icmp_type == ICMP6_NEIGHBOUR_SOLICITATION;
	struct ip_address asker = asks ? packet->source : packet->target;

	if (ip_address_is_unspecified(&asker) || ip_address_is_group(&asker)) {
		asker = nameless(&anybody);
	}
	lookup->role = asks ? FLOW_ROLE_QUESTION : FLOW_ROLE_ANSWER;
	make_question(lookup, &asker, 0, &packet->asked,
	    FLOW_ASKED_PORT + ICMP6_NEIGHBOUR_SOLICITATION, IP_PROTOCOL_ICMP6);
}

/* The type of the question that an ICMP reply of 'type' answers; -1 if it is
 * no reply. */
static int
question_of(uint8_t protocol, uint8_t type)
{
	if (protocol == IP_PROTOCOL_ICMP6) {
		return type == ICMP6_ECHO_REPLY ? ICMP6_ECHO_REQUEST : -1;
	}
	switch (type) {
	case ICMP_ECHO_REPLY:
		return ICMP_ECHO_REQUEST;
	case ICMP_TIMESTAMP_REPLY:
		return ICMP_TIMESTAMP_REQUEST;
	case ICMP_MASK_REPLY:
		return ICMP_MASK_REQUEST;
	default:
		return -1;
	}
}

static bool
is_question(uint8_t protocol, uint8_t type)
{
	if (protocol == IP_PROTOCOL_ICMP6) {
		return type == ICMP6_ECHO_REQUEST;
	}
	return type == ICMP_ECHO_REQUEST || type == ICMP_TIMESTAMP_REQUEST ||
	    type == ICMP_MASK_REQUEST;
}

/* An error is looked up by what it quotes. */
static void
make_error(const struct packet_quote *quote, struct flow_lookup *lookup)
{
	bool has_ports = quote->protocol == IP_PROTOCOL_TCP ||
	    quote->protocol == IP_PROTOCOL_UDP ||
	    quote->protocol == IP_PROTOCOL_SCTP;
	bool is_icmp = quote->protocol == IP_PROTOCOL_ICMP ||
	    quote->protocol == IP_PROTOCOL_ICMP6;
	uint16_t source_port = 0;
	uint16_t target_port = 0;

	lookup->role = FLOW_ROLE_ERROR;
	if (has_ports || is_icmp) {
		source_port = quote->source_port;
		target_port = is_icmp ? FLOW_ASKED_PORT + quote->icmp_type
		                      : quote->target_port;
	}
	make_question(lookup, &quote->source, source_port, &quote->target,
	    target_port, quote->protocol);
}

static void
make_icmp(const struct packet *packet, struct flow_lookup *lookup)
{
	uint8_t type = packet->icmp_type;
	int question = question_of(packet->protocol, type);

	if (is_question(packet->protocol, type)) {
		lookup->role = FLOW_ROLE_QUESTION;
		make_question(lookup, &packet->source, packet->source_port,
		    &packet->target, FLOW_ASKED_PORT + type, packet->protocol);
	} else if (question >= 0) {
		lookup->role = FLOW_ROLE_ANSWER;
		make_question(lookup, &packet->target, packet->source_port,
		    &packet->source, (uint16_t)(FLOW_ASKED_PORT + question),
		    packet->protocol);
	} else if (packet->protocol == IP_PROTOCOL_ICMP6 &&
	    (type == ICMP6_NEIGHBOUR_SOLICITATION ||
	        type == ICMP6_NEIGHBOUR_ADVERTISEMENT)) {
		make_neighbour(packet, lookup);
	} else if (packet->quote.present) {
		make_error(&packet->quote, lookup);
	}
}

void
flow_lookup_make(const struct packet *packet, struct flow_lookup *lookup)
{
	lookup->role = FLOW_ROLE_NONE;
	switch (packet->kind) {
	case PACKET_ARP:
		make_arp(packet, lookup);
		return;
	case PACKET_ICMP:
		make_icmp(packet, lookup);
		return;
	default:
		lookup->role = FLOW_ROLE_TRAFFIC;
		lookup->source_is_low = five_tuple_make(&lookup->key,
		    &packet->source, packet->source_port, &packet->target,
		    packet->target_port, packet->protocol);
	}
}

void
flow_ends_of(const struct attempt *attempt, struct probe *probe)
{
	bool is_low = (attempt->marks & ATTEMPT_SOURCE_IS_LOW) != 0;
	const struct five_tuple *key = &attempt->key;
	const struct host_port *from = is_low ? &key->low : &key->high;
	const struct host_port *to = is_low ? &key->high : &key->low;

	probe->source = from->address;
	probe->target = to->address;
	probe->protocol = key->protocol;
	probe->source_port = load_be16(from->port);
	switch (attempt->technique) {
	case PROBE_IP_PROTOCOL:
		probe->target_port = key->protocol;
		break;
	case PROBE_ARP:
	case PROBE_ND:
		if (from->address.byte[0] == 0xff) { /* See nameless(). */
			static const uint8_t none[4];

			memset(&probe->source, 0, sizeof(probe->source));
			if (attempt->technique == PROBE_ARP) {
				probe->source = ip_address_from_v4(none);
			}
		}
		probe->target_port = 0;
		break;
	case PROBE_ICMP_ECHO:
	case PROBE_ICMP_TIMESTAMP:
	case PROBE_ICMP_ADDRESS_MASK:
	case PROBE_ICMP6_ECHO:
		probe->target_port = 0;
		break;
	default:
		probe->target_port = load_be16(to->port);
	}
}
