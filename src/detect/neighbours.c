#include "detect/neighbours.h"

#include <string.h>

void
neighbours_init(struct neighbours *neighbours, struct region *region,
    uint32_t network_count, const struct hash_key *hash_key)
{
	table_init(&neighbours->networks, region, network_count,
	    sizeof(struct neighbours_network),
	    sizeof(((struct neighbours_network *)0)->prefix), hash_key);
	neighbours->recent = region_carve(
	    region, NEIGHBOURS_RECENT_COUNT, sizeof(struct neighbours_recent));
	neighbours->macs = region_carve(
	    region, NEIGHBOURS_MAC_COUNT, sizeof(struct neighbours_mac));
	hash_secret_init(&neighbours->secret, hash_key);
}

static uint64_t
network_hash(
    const struct neighbours *neighbours, const struct ip_address *address)
{
	return key_hash(&neighbours->secret, address->byte,
	    sizeof(((struct neighbours_network *)0)->prefix));
}

void
neighbours_live(struct neighbours *neighbours, const struct ip_address *address,
    uint32_t now_s)
{
	uint64_t hash = network_hash(neighbours, address);
	struct neighbours_network *network =
	    table_find(&neighbours->networks, address->byte, hash, now_s);
	uint8_t last = address->byte[15];

	if (network == NULL) {
		network = table_take(&neighbours->networks, address->byte, hash,
		    now_s, NULL, NULL);
		network->first_s = now_s;
	}
	network->live[last / 8] |= (uint8_t)(1u << last % 8);
}

bool
neighbours_is_dark(struct neighbours *neighbours,
    const struct ip_address *address, uint32_t now_s)
{
	uint64_t hash = network_hash(neighbours, address);
	const struct neighbours_network *network =
	    table_find(&neighbours->networks, address->byte, hash, now_s);
	uint8_t last = address->byte[15];

	return network != NULL &&
	    now_s - network->first_s >= NEIGHBOURS_LEARNING_S &&
	    (network->live[last / 8] >> last % 8 & 1) == 0;
}

static uint64_t
hash_address(
    const struct neighbours *neighbours, const struct ip_address *address)
{
	return key_hash(&neighbours->secret, address, sizeof(*address));
}

void
neighbours_contact(struct neighbours *neighbours,
    const struct ip_address *source, const struct ip_address *target,
    uint32_t now_s)
{
	uint64_t hash = hash_address(neighbours, target);
	struct neighbours_recent *recent =
	    &neighbours->recent[hash % NEIGHBOURS_RECENT_COUNT];

	recent->tag = (uint32_t)(hash >> 32);
	recent->source_tag = (uint32_t)hash_address(neighbours, source);
	recent->time_s = now_s;
}

bool
neighbours_explains(const struct neighbours *neighbours,
    const struct ip_address *asker, const struct ip_address *target,
    uint32_t now_s)
{
	uint64_t hash = hash_address(neighbours, target);
	const struct neighbours_recent *recent =
	    &neighbours->recent[hash % NEIGHBOURS_RECENT_COUNT];

	return recent->tag == (uint32_t)(hash >> 32) &&
	    now_s - recent->time_s <= NEIGHBOURS_EXPLAINED_S &&
	    recent->source_tag != (uint32_t)hash_address(neighbours, asker);
}

static struct neighbours_mac *
mac_slot(const struct neighbours *neighbours, const struct mac_address *mac)
{
	uint64_t hash = key_hash(&neighbours->secret, mac, sizeof(*mac));

	return &neighbours->macs[hash % NEIGHBOURS_MAC_COUNT];
}

void
neighbours_mac_speaks(struct neighbours *neighbours,
    const struct mac_address *mac, const struct ip_address *address)
{
	bool is_v4 = ip_address_is_v4(address);
	struct neighbours_mac *slot;
	struct ip_address spoken = *address;
	uint32_t tag;

	if (mac_address_is_zero(mac) || ip_address_is_link_local(address) ||
	    ip_address_is_unspecified(address)) {
		return;
	}
	if (!is_v4) {
		/* A host has many IPv6 addresses in one /64. */
		memset(spoken.byte + 8, 0, 8);
	}
	tag = (uint32_t)hash_address(neighbours, &spoken);
	slot = mac_slot(neighbours, mac);
	if (!mac_address_equal(&slot->mac, mac)) {
		memset(slot, 0, sizeof(*slot));
		slot->mac = *mac;
	}
	for (uint32_t i = 0; i < slot->count[is_v4]; i++) {
		if (slot->tag[is_v4][i] == tag) {
			return;
		}
	}
	if (slot->count[is_v4] < NEIGHBOURS_ROUTER_TAGS) {
		slot->tag[is_v4][slot->count[is_v4]++] = tag;
	}
}

bool
neighbours_is_router(
    const struct neighbours *neighbours, const struct mac_address *mac)
{
	const struct neighbours_mac *slot = mac_slot(neighbours, mac);

	return mac_address_equal(&slot->mac, mac) &&
	    (slot->count[0] >= NEIGHBOURS_ROUTER_V6 ||
	        slot->count[1] >= NEIGHBOURS_ROUTER_V4);
}
