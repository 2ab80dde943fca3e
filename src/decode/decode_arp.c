#include "decode/walk.h"

/*
 * ARP for IPv4 over 48-bit addresses (RFC 826):
 *
 *	0  hardware type    2  protocol type    4  sizes    6  operation
 *	8  sender: MAC (6), IPv4 (4)           18  target: MAC (6), IPv4 (4)
 */
enum {
	ARP_SIZE = 28,
	ARP_HARDWARE_ETHERNET = 1,
	ARP_HARDWARE_IEEE_802 = 6, /* RFC 1700; some bridges write it. */
	ARP_PROTOCOL_IP4 = 0x0800,
	ARP_SIZES = 6 << 8 | 4,
};

static bool
is_for_ip4(const uint8_t *arp)
{
	uint16_t hardware = load_be16(arp);
	uint16_t operation = load_be16(arp + 6);

	return (hardware == ARP_HARDWARE_ETHERNET ||
	           hardware == ARP_HARDWARE_IEEE_802) &&
	    load_be16(arp + 2) == ARP_PROTOCOL_IP4 &&
	    load_be16(arp + 4) == ARP_SIZES &&
	    (operation == ARP_REQUEST || operation == ARP_REPLY);
}

enum verdict
step_arp(struct walk *walk)
{
	struct packet *packet = walk->packet;
	const uint8_t *arp = reader_take(&walk->reader, ARP_SIZE);

	if (arp == NULL) {
		return walk_short(
		    walk, VERDICT_TRUNCATED_LINK, VERDICT_MALFORMED_ARP);
	}
	if (!is_for_ip4(arp)) {
		return VERDICT_MALFORMED_ARP;
	}
	packet->kind = PACKET_ARP;
	packet->protocol = IP_PROTOCOL_ARP_KEY;
	packet->arp_operation = load_be16(arp + 6);
	packet->source = ip_address_from_v4(arp + 14);
	packet->target = ip_address_from_v4(arp + 24);
	if (!packet->has_macs) {
		/* The link had none to show (a cooked capture). */
		memcpy(packet->source_mac.byte, arp + 8, 6);
		memcpy(packet->target_mac.byte, arp + 18, 6);
		packet->has_macs = true;
	}
	walk->arp = arp;
	walk->next = STEP_DONE;
	return VERDICT_OK;
}
