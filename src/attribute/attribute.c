#include "attribute/attribute.h"

#include "attribute/room.h"

/* How long logs may be late, unless it is said otherwise. */
static const uint64_t horizon_default_ns = 6 * 3600 * NS_PER_S;

size_t
attribute_bytes(void)
{
	struct plan_line lines[16];
	uint32_t count = attribute_plan(lines, ARRAY_SIZE(lines));
	size_t bytes = 0;

	for (uint32_t i = 0; i < count; i++) {
		bytes += lines[i].bytes;
	}
	return bytes;
}

uint32_t
attribute_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		plan_array("attribution itself", 1, sizeof(struct attribute)),
		plan_table("endpoints", CONFIG_ATTRIBUTE_HOST_COUNT,
		    sizeof(struct host)),
		plan_table("addresses of endpoints",
		    CONFIG_ATTRIBUTE_ADDRESS_COUNT, sizeof(struct address)),
		plan_table("socket events", CONFIG_ATTRIBUTE_SOCKET_COUNT,
		    sizeof(struct socket)),
		plan_table("completed connections", CONFIG_ATTRIBUTE_WIRE_COUNT,
		    sizeof(struct wire)),
		plan_array("blocks of texts", CONFIG_ATTRIBUTE_TEXT_COUNT,
		    TEXTS_BLOCK_SIZE),
		plan_array("texts to find", CONFIG_ATTRIBUTE_TEXT_COUNT,
		    sizeof(uint32_t)),
		plan_array("processes", CONFIG_ATTRIBUTE_PROCESS_COUNT,
		    sizeof(struct process)),
		plan_array("processes by PID", CONFIG_ATTRIBUTE_PROCESS_COUNT,
		    sizeof(uint32_t)),
		plan_array("processes by GUID", CONFIG_ATTRIBUTE_PROCESS_COUNT,
		    sizeof(uint32_t)),
		plan_array("campaigns to attribute", INQUIRIES,
		    sizeof(struct inquiry)),
		plan_array("numbers of campaigns", INQUIRIES, sizeof(uint64_t)),
		plan_array("hosts of campaigns", INQUIRIES, sizeof(uint32_t)),
		plan_array("campaigns that are due", (INQUIRIES + 63) / 64,
		    sizeof(uint64_t)),
		plan_array("campaigns by source", INQUIRIES, sizeof(uint32_t)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

struct attribute *
attribute_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters)
{
	struct attribute *attribute =
	    region_carve(region, 1, sizeof(struct attribute));

	attribute->counters = counters;
	attribute->hash_key = *hash_key;
	attribute->horizon_ns = horizon_default_ns;
	table_init(&attribute->hosts, region, CONFIG_ATTRIBUTE_HOST_COUNT,
	    sizeof(struct host), sizeof(struct host_key), hash_key);
	table_init(&attribute->addresses, region,
	    CONFIG_ATTRIBUTE_ADDRESS_COUNT, sizeof(struct address),
	    sizeof(struct ip_address), hash_key);
	table_init(&attribute->sockets, region, CONFIG_ATTRIBUTE_SOCKET_COUNT,
	    sizeof(struct socket), sizeof(struct socket_key), hash_key);
	table_init(&attribute->wires, region, CONFIG_ATTRIBUTE_WIRE_COUNT,
	    sizeof(struct wire), sizeof(struct five_tuple), hash_key);
	texts_init(
	    &attribute->texts, region, CONFIG_ATTRIBUTE_TEXT_COUNT, hash_key);
	process_init(attribute, region);
	inquiry_init(attribute, region);
	return attribute;
}

void
attribute_set_horizon(struct attribute *attribute, uint64_t horizon_ns)
{
	attribute->horizon_ns = horizon_ns;
}

void
attribute_contact(
    struct attribute *attribute, const struct wire_contact *contact)
{
	struct inquiry *inquiry;

	if (contact->attempt_ns > attribute->now_ns) {
		attribute->now_ns = contact->attempt_ns;
	}
	if (contact->campaign == 0) {
		socket_wire(attribute, contact);
		inquiry_completed(attribute, contact);
		return;
	}
	inquiry = inquiry_find(attribute, contact->campaign);
	if (inquiry == NULL) {
		inquiry = inquiry_make(
		    attribute, contact->campaign, &contact->source);
	}
	inquiry_contact(attribute, inquiry, contact);
}

void
attribute_name(struct attribute *attribute, uint64_t now_ns,
    const struct ip_address *address, const char *name)
{
	if (now_ns > attribute->now_ns) {
		attribute->now_ns = now_ns;
	}
	address_name(attribute, now_ns, address, name);
}

void
attribute_finding(struct attribute *attribute, const struct finding *finding)
{
	if (finding->revised_at_ns > attribute->now_ns) {
		attribute->now_ns = finding->revised_at_ns;
	}
	inquiry_finding(attribute, finding);
}

static uint64_t
digest_of(const struct attribute *attribute, const struct attribution *judged)
{
	return siphash(&attribute->hash_key, judged, sizeof(*judged));
}

bool
attribute_next(struct attribute *attribute, uint64_t now_ns, uint64_t *campaign)
{
	struct inquiry *next;

	if (now_ns > attribute->now_ns) {
		attribute->now_ns = now_ns;
	}
	while ((next = inquiry_next_due(attribute, now_ns)) != NULL) {
		uint64_t digest;

		counter_increment(
		    attribute->counters, COUNTER_ATTRIBUTE_JUDGEMENTS);
		judge(attribute, next, &attribute->judged);
		digest = digest_of(attribute, &attribute->judged);
		if (digest != next->told_digest) {
			*campaign = next->number;
			return true;
		}
	}
	return false;
}

void
attribute_of(struct attribute *attribute, uint64_t campaign,
    struct attribution *attribution)
{
	struct inquiry *found = inquiry_find(attribute, campaign);

	if (found == NULL) {
		memset(attribution, 0, sizeof(*attribution));
		return;
	}
	judge(attribute, found, attribution);
	inquiry_judged(attribute, found);
	found->told_digest = digest_of(attribute, attribution);
}
