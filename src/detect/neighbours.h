/*
 * Neighbours: what the sensor learns of the addresses around it, in passing.
 *
 * - Which addresses exist: whoever sent anything or answered is live; one that
 *   has never been heard of is *dark*.  A network must have been watched for
 *   NEIGHBOURS_LEARNING_S before its darkness says anything.
 * - Who was lately contacted by whom: a router that asks by ARP for the targets
 *   of somebody else's sweep is not sweeping.
 * - Which MAC addresses are routers': they speak for many addresses, so their
 *   MAC names no host and their ARP is upkeep.
 *
 * Memory: NEIGHBOURS_BYTES.  Time: passed in, in seconds.
 */
#ifndef DETECT_NEIGHBOURS_H
#define DETECT_NEIGHBOURS_H

#include "base/addr.h"
#include "base/base.h"
#include "base/key_hash.h"
#include "mem/region.h"
#include "mem/table.h"

enum {
	NEIGHBOURS_LEARNING_S = 60 * 60,
	/* A question about an address is explained by a packet that somebody
	 * else sent there so short a time ago: three tries a second apart, as
	 * RFC 4861 and common stacks have them, and some slack. */
	NEIGHBOURS_EXPLAINED_S = 6,
	NEIGHBOURS_PER_NETWORK = 256,
	/* A MAC of so many IPv4 addresses, or so many IPv6 networks, is a
	 * router's.  A host has one or two of the one, and of the other a
	 * private and a public one, or two. */
	NEIGHBOURS_ROUTER_V4 = 3,
	NEIGHBOURS_ROUTER_V6 = 4,
	NEIGHBOURS_ROUTER_TAGS = 4,
	NEIGHBOURS_MAC_COUNT = 4096,
	NEIGHBOURS_RECENT_COUNT = 16384,
};

/* 256 neighbouring addresses: an IPv4 /24, an IPv6 /120. */
struct neighbours_network {
	uint8_t prefix[15];
	uint8_t unused;
	uint32_t first_s; /* When it was first heard of. */
	uint8_t live[NEIGHBOURS_PER_NETWORK / 8];
};

/* Who was lately sent to; found by a hash, the newer overwrites. */
struct neighbours_recent {
	uint32_t tag;
	uint32_t source_tag;
	uint32_t time_s;
};

struct neighbours_mac {
	struct mac_address mac;
	uint8_t
	    count[2]; /* Different ones seen, up to the limit; IPv6, IPv4. */
	uint32_t tag[2][NEIGHBOURS_ROUTER_TAGS];
};

struct neighbours {
	struct table networks;
	struct neighbours_recent *recent;
	struct neighbours_mac *macs;
	struct hash_secret secret;
};

#define NEIGHBOURS_BYTES(network_count)                                      \
	(TABLE_BYTES(network_count, sizeof(struct neighbours_network)) +     \
	    region_bytes(                                                    \
	        NEIGHBOURS_RECENT_COUNT, sizeof(struct neighbours_recent)) + \
	    region_bytes(NEIGHBOURS_MAC_COUNT, sizeof(struct neighbours_mac)))

void neighbours_init(struct neighbours *neighbours, struct region *region,
    uint32_t network_count, const struct hash_key *hash_key);

/* 'address' was heard of, speaking for itself. */
void neighbours_live(struct neighbours *neighbours,
    const struct ip_address *address, uint32_t now_s);

/* Whether 'address' has never been heard of in a network that has been watched
 * for long enough to say so. */
bool neighbours_is_dark(struct neighbours *neighbours,
    const struct ip_address *address, uint32_t now_s);

/* 'source' sent something to 'target'. */
void neighbours_contact(struct neighbours *neighbours,
    const struct ip_address *source, const struct ip_address *target,
    uint32_t now_s);

/* Whether somebody other than 'asker' has just sent something to 'target'. */
bool neighbours_explains(const struct neighbours *neighbours,
    const struct ip_address *asker, const struct ip_address *target,
    uint32_t now_s);

/* 'mac' sent an IP packet of 'address'. */
void neighbours_mac_speaks(struct neighbours *neighbours,
    const struct mac_address *mac, const struct ip_address *address);

/* Whether 'mac' has spoken for so many addresses that it must be a router's. */
bool neighbours_is_router(
    const struct neighbours *neighbours, const struct mac_address *mac);

#endif
