#include "detect/segments.h"

#include <string.h>

void
segments_init(struct segments *segments, const struct policy *policy)
{
	memset(segments, 0, sizeof(*segments));
	segments->policy = policy;
}

/* Any mixture will do: who forces two addresses into one place makes us search
 * the policy, no more. */
static uint32_t
place_of(const struct ip_address *address, uint16_t vlan)
{
	uint64_t low;
	uint64_t high;

	memcpy(&high, address->byte, sizeof(high));
	memcpy(&low, address->byte + sizeof(high), sizeof(low));
	low = (low ^ high * 31 ^ vlan) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(low >> 32) % SEGMENTS_REMEMBERED;
}

uint16_t
segments_of(
    struct segments *segments, const struct ip_address *address, uint16_t vlan)
{
	struct segments_entry *entry =
	    &segments->entries[place_of(address, vlan)];

	if (entry->is_used && entry->vlan == vlan &&
	    ip_address_equal(&entry->address, address)) {
		return entry->segment;
	}
	entry->address = *address;
	entry->vlan = vlan;
	entry->segment = policy_segment_of(segments->policy, address, vlan);
	entry->is_used = true;
	return entry->segment;
}
