#include "base/five_tuple.h"

#include "base/bytes.h"

bool
five_tuple_make(struct five_tuple *key, const struct ip_address *source,
    uint16_t source_port, const struct ip_address *target, uint16_t target_port,
    uint8_t protocol)
{
	int order = ip_address_compare(source, target);
	bool source_is_low =
	    order < 0 || (order == 0 && source_port <= target_port);
	struct host_port *from = source_is_low ? &key->low : &key->high;
	struct host_port *to = source_is_low ? &key->high : &key->low;

	from->address = *source;
	store_be16(from->port, source_port);
	to->address = *target;
	store_be16(to->port, target_port);
	key->protocol = protocol;
	return source_is_low;
}
