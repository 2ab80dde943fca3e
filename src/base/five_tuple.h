/*
 * Five-tuple: the key of a flow.
 *
 * A flow is one conversation, so both its directions must give the same key.
 * The two ends are therefore kept in byte order of (address, port) together --
 * not addresses and ports apart, which would make one flow of A:1 -> B:2 and
 * A:2 -> B:1.  Who spoke first is the flow's business, not the key's.
 */
#ifndef BASE_FIVE_TUPLE_H
#define BASE_FIVE_TUPLE_H

#include "base/addr.h"
#include "base/base.h"

struct host_port {
	struct ip_address address;
	uint8_t port[2]; /* Big-endian; ICMP: identifier; else zero. */
};

struct five_tuple {
	struct host_port low; /* low <= high, as bytes. */
	struct host_port high;
	uint8_t protocol; /* IP protocol number. */
};

/* Compared and hashed as bytes (see mem/table.h). */
_Static_assert(sizeof(struct five_tuple) == 16 + 2 + 16 + 2 + 1,
    "struct five_tuple must have no padding");

/* The key of what 'source' sends to 'target'.  Ports in host order.  Returns
 * whether the source is the low end. */
bool five_tuple_make(struct five_tuple *key, const struct ip_address *source,
    uint16_t source_port, const struct ip_address *target, uint16_t target_port,
    uint8_t protocol);

#endif
