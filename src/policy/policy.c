#include "policy/policy.h"

#include <stdlib.h>

#include "base/bytes.h"

static const char *const criticality_names[POLICY_CRITICALITY_COUNT] = {
	[POLICY_CRITICALITY_LOW] = "low",
	[POLICY_CRITICALITY_NORMAL] = "normal",
	[POLICY_CRITICALITY_HIGH] = "high",
	[POLICY_CRITICALITY_CRITICAL] = "critical",
};

/* Bits of the prefix that holds the mapped IPv4 addresses. */
enum { V4_PREFIX_LENGTH = 96 };

/* An address as a number, so that a search compares words. */
struct number {
	uint64_t high;
	uint64_t low;
};

static int compare_indexed(const void *left, const void *right);
static struct number first_bits(
    const struct ip_address *address, uint32_t length);
static struct number number_of(const struct ip_address *address);
static uint32_t lower_bound(const struct policy_indexed_prefix *sorted,
    uint32_t count, const struct number *wanted);
static uint16_t best_of_equals(const struct policy *policy,
    const struct policy_indexed_prefix *equals, uint32_t count, uint16_t vlan);
static bool has_vlan(const struct policy_segment *segment, uint16_t vlan);
static bool name_is_sound(const char name[POLICY_NAME_SIZE]);
static void default_detection(struct policy_detection *detection);
static void complete_terms(struct policy *policy);
static bool terms_are_sound(const struct policy_terms *terms);
static bool detection_is_sound(const struct policy_detection *detection);
static bool assets_are_sound(const struct policy *policy);
static bool segment_is_sound(const struct policy_segment *segment);
static bool index_is_sound(
    const struct policy_index *index, uint32_t segment_count);

void
policy_default(struct policy *policy)
{
	/* RFC 1918; RFC 3927; RFC 4291, section 2.5.6; RFC 4193. */
	static const char *const prefixes[] = { "10.0.0.0/8", "172.16.0.0/12",
		"192.168.0.0/16", "169.254.0.0/16", "fe80::/10", "fc00::/7" };
	struct policy_segment *internal = &policy->segments[0];

	memset(policy, 0, sizeof(*policy));
	policy->version = 1;
	memcpy(policy->sensor_name, "spanwatch", sizeof("spanwatch"));
	memcpy(policy->timezone, "UTC", sizeof("UTC"));
	default_detection(&policy->detection);

	policy->segment_count = 1;
	memcpy(internal->name, "internal", sizeof("internal"));
	internal->criticality = POLICY_CRITICALITY_NORMAL;
	for (size_t i = 0; i < ARRAY_SIZE(prefixes); i++) {
		bool parsed =
		    ip_prefix_parse(prefixes[i], &internal->prefixes[i]);

		SW_ASSERT(parsed);
	}
	internal->prefix_count = ARRAY_SIZE(prefixes);
	policy_prepare(policy);
}

void
policy_prepare(struct policy *policy)
{
	struct policy_index *index = &policy->index;

	complete_terms(policy);
	memset(index, 0, sizeof(*index));
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		const struct policy_segment *segment = &policy->segments[i];

		for (uint32_t j = 0; j < segment->prefix_count; j++) {
			struct policy_indexed_prefix *entry =
			    &index->prefixes[index->prefix_count++];

			entry->prefix = segment->prefixes[j];
			entry->segment = (uint16_t)i;
		}
	}
	qsort(index->prefixes, index->prefix_count, sizeof(index->prefixes[0]),
	    compare_indexed);

	for (uint32_t i = 0; i < index->prefix_count; i++) {
		uint8_t length = index->prefixes[i].prefix.length;

		if (i == 0 || length != index->prefixes[i - 1].prefix.length) {
			index->groups[index->group_count].length = length;
			index->groups[index->group_count].first = (uint16_t)i;
			index->group_count++;
		}
		index->groups[index->group_count - 1].count++;
	}
}

uint16_t
policy_segment_of(const struct policy *policy, const struct ip_address *address,
    uint16_t vlan)
{
	const struct policy_index *index = &policy->index;
	/* IPv6 prefixes wide enough to hold the mapped addresses, ::/0 above
	 * all, do not mean IPv4. */
	uint32_t shortest = ip_address_is_v4(address) ? V4_PREFIX_LENGTH : 0;

	for (uint32_t i = 0;
	     i < index->group_count && index->groups[i].length >= shortest;
	     i++) {
		const struct policy_indexed_prefix *group =
		    index->prefixes + index->groups[i].first;
		uint32_t count = index->groups[i].count;
		struct number wanted =
		    first_bits(address, index->groups[i].length);
		uint32_t at = lower_bound(group, count, &wanted);
		struct number found;

		if (at == count) {
			continue;
		}
		found = number_of(&group[at].prefix.address);
		if (found.high == wanted.high && found.low == wanted.low) {
			return best_of_equals(
			    policy, group + at, count - at, vlan);
		}
	}
	return POLICY_NO_SEGMENT;
}

const char *
policy_segment_name(const struct policy *policy, uint16_t segment)
{
	return segment < policy->segment_count ? policy->segments[segment].name
	                                       : NULL;
}

const struct policy_terms *
policy_terms_of(const struct policy *policy, uint16_t segment)
{
	return segment < policy->segment_count
	    ? &policy->segments[segment].terms
	    : &policy->detection.terms;
}

const char *
policy_criticality_name(enum policy_criticality criticality)
{
	SW_ASSERT(criticality < POLICY_CRITICALITY_COUNT);
	return criticality_names[criticality];
}

bool
policy_is_sound(const struct policy *policy)
{
	if (policy->segment_count > POLICY_SEGMENT_COUNT ||
	    !name_is_sound(policy->sensor_name) ||
	    !name_is_sound(policy->timezone) ||
	    !detection_is_sound(&policy->detection) ||
	    !assets_are_sound(policy)) {
		return false;
	}
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		if (!segment_is_sound(&policy->segments[i])) {
			return false;
		}
	}
	return index_is_sound(&policy->index, policy->segment_count);
}

static void
default_detection(struct policy_detection *detection)
{
	/* Tools whose purpose is to find hosts, ports or shares. */
	static const char *const scanners[] = { "nmap.exe", "zenmap.exe",
		"masscan.exe", "zmap", "rustscan.exe", "naabu.exe", "fscan.exe",
		"unicornscan", "hping3", "fping", "arp-scan", "netdiscover",
		"nbtscan.exe", "ipscan.exe", "advanced_ip_scanner.exe",
		"advanced_port_scanner.exe", "netscan.exe", "portqry.exe",
		"sharphound.exe", "nxc.exe", "crackmapexec.exe" };

	detection->campaign_quiet_ns = 24 * 3600ull * NS_PER_S;
	detection->terms =
	    (struct policy_terms){ .window_ns = POLICY_WINDOW_S * NS_PER_S,
		    .false_alarms_ppm = POLICY_FALSE_ALARMS_PPM,
		    .sequence_steps = POLICY_SEQUENCE_STEPS,
		    .sequence_stride = POLICY_SEQUENCE_STRIDE };
	detection->known_scanner_count = ARRAY_SIZE(scanners);
	for (size_t i = 0; i < ARRAY_SIZE(scanners); i++) {
		memcpy(detection->known_scanners[i], scanners[i],
		    strlen(scanners[i]) + 1);
	}
}

static void
complete_terms(struct policy *policy)
{
	const struct policy_terms *general = &policy->detection.terms;

	for (uint32_t i = 0; i < policy->segment_count; i++) {
		struct policy_terms *terms = &policy->segments[i].terms;

		if (terms->window_ns == 0) {
			terms->window_ns = general->window_ns;
		}
		if (terms->false_alarms_ppm == 0) {
			terms->false_alarms_ppm = general->false_alarms_ppm;
		}
		if (terms->sequence_steps == 0) {
			terms->sequence_steps = general->sequence_steps;
		}
		if (terms->sequence_stride == 0) {
			terms->sequence_stride = general->sequence_stride;
		}
	}
}

/* Longest first, then by address, then by segment. */
static int
compare_indexed(const void *left, const void *right)
{
	const struct policy_indexed_prefix *a = left;
	const struct policy_indexed_prefix *b = right;
	int order = b->prefix.length - a->prefix.length;

	if (order == 0) {
		order =
		    ip_address_compare(&a->prefix.address, &b->prefix.address);
	}
	return order != 0 ? order : a->segment - b->segment;
}

static inline struct number
number_of(const struct ip_address *address)
{
	return (struct number){ .high = load_be64(address->byte),
		.low = load_be64(address->byte + 8) };
}

/* 'address' with all bits past 'length' cleared. */
static inline struct number
first_bits(const struct ip_address *address, uint32_t length)
{
	struct number number = number_of(address);

	if (length <= 64) {
		number.high &= length == 0 ? 0 : ~0ull << (64 - length);
		number.low = 0;
	} else {
		number.low &= ~0ull << (128 - length);
	}
	return number;
}

/* How many of 'sorted' come before 'wanted'. */
static uint32_t
lower_bound(const struct policy_indexed_prefix *sorted, uint32_t count,
    const struct number *wanted)
{
	uint32_t low = 0;

	while (low < count) {
		uint32_t middle = low + (count - low) / 2;
		struct number number =
		    number_of(&sorted[middle].prefix.address);

		if (number.high < wanted->high ||
		    (number.high == wanted->high && number.low < wanted->low)) {
			low = middle + 1;
		} else {
			count = middle;
		}
	}
	return low;
}

/* The segment, among those that have the first prefix of 'equals', whose VLANs
 * hold 'vlan'; else the first of them. */
static uint16_t
best_of_equals(const struct policy *policy,
    const struct policy_indexed_prefix *equals, uint32_t count, uint16_t vlan)
{
	for (uint32_t i = 0; i < count &&
	     ip_address_equal(
	         &equals[i].prefix.address, &equals[0].prefix.address);
	     i++) {
		if (has_vlan(&policy->segments[equals[i].segment], vlan)) {
			return equals[i].segment;
		}
	}
	return equals[0].segment;
}

static bool
has_vlan(const struct policy_segment *segment, uint16_t vlan)
{
	for (uint32_t i = 0; i < segment->vlan_count; i++) {
		if (segment->vlans[i] == vlan) {
			return true;
		}
	}
	return false;
}

static bool
name_is_sound(const char name[POLICY_NAME_SIZE])
{
	return name[0] != '\0' && memchr(name, '\0', POLICY_NAME_SIZE) != NULL;
}

static bool
segment_is_sound(const struct policy_segment *segment)
{
	if (!name_is_sound(segment->name) ||
	    segment->prefix_count > POLICY_PREFIXES_PER_SEGMENT ||
	    segment->vlan_count > POLICY_VLANS_PER_SEGMENT ||
	    segment->criticality >= POLICY_CRITICALITY_COUNT ||
	    segment->role >= POLICY_ROLE_COUNT ||
	    !terms_are_sound(&segment->terms)) {
		return false;
	}
	for (uint32_t i = 0; i < segment->prefix_count; i++) {
		if (segment->prefixes[i].length > 128) {
			return false;
		}
	}
	for (uint32_t i = 0; i < segment->vlan_count; i++) {
		if (segment->vlans[i] < POLICY_VLAN_FIRST ||
		    segment->vlans[i] > POLICY_VLAN_LAST) {
			return false;
		}
	}
	return true;
}

static bool
terms_are_sound(const struct policy_terms *terms)
{
	return terms->window_ns >= POLICY_WINDOW_LEAST_S * NS_PER_S &&
	    terms->window_ns <= POLICY_WINDOW_MOST_S * NS_PER_S &&
	    terms->false_alarms_ppm >= POLICY_FALSE_ALARMS_LEAST_PPM &&
	    terms->false_alarms_ppm <= POLICY_FALSE_ALARMS_MOST_PPM &&
	    terms->sequence_steps >= POLICY_SEQUENCE_STEPS_LEAST &&
	    terms->sequence_steps <= POLICY_SEQUENCE_STEPS_MOST &&
	    terms->sequence_stride >= POLICY_SEQUENCE_STRIDE_LEAST &&
	    terms->sequence_stride <= POLICY_SEQUENCE_STRIDE_MOST;
}

static bool
detection_is_sound(const struct policy_detection *detection)
{
	if (!terms_are_sound(&detection->terms) ||
	    detection->known_scanner_count > POLICY_KNOWN_SCANNERS) {
		return false;
	}
	for (uint32_t i = 0; i < detection->known_scanner_count; i++) {
		if (!name_is_sound(detection->known_scanners[i])) {
			return false;
		}
	}
	return true;
}

static bool
assets_are_sound(const struct policy *policy)
{
	if (policy->asset_count > POLICY_ASSET_COUNT ||
	    policy->place_count > POLICY_ASSET_PLACES) {
		return false;
	}
	for (uint32_t i = 0; i < policy->asset_count; i++) {
		const struct policy_asset *asset = &policy->assets[i];

		if (!name_is_sound(asset->name) ||
		    memchr(asset->owner, '\0', sizeof(asset->owner)) == NULL ||
		    asset->role >= POLICY_ROLE_COUNT ||
		    asset->criticality >= POLICY_CRITICALITY_COUNT) {
			return false;
		}
	}
	for (uint32_t i = 0; i < policy->place_count; i++) {
		const struct policy_place *place = &policy->places[i];

		if (place->asset >= policy->asset_count ||
		    place->kind >= POLICY_PLACE_KIND_COUNT ||
		    place->prefix.length > 128 ||
		    memchr(place->host, '\0', sizeof(place->host)) == NULL) {
			return false;
		}
	}
	return true;
}

/* Every lookup stays within the arrays and gives a segment that exists. */
static bool
index_is_sound(const struct policy_index *index, uint32_t segment_count)
{
	if (index->prefix_count > POLICY_PREFIX_COUNT ||
	    index->group_count > POLICY_PREFIX_LENGTHS) {
		return false;
	}
	for (uint32_t i = 0; i < index->group_count; i++) {
		if (index->groups[i].length > 128 ||
		    (uint32_t)index->groups[i].first + index->groups[i].count >
		        index->prefix_count) {
			return false;
		}
	}
	for (uint32_t i = 0; i < index->prefix_count; i++) {
		if (index->prefixes[i].segment >= segment_count) {
			return false;
		}
	}
	return true;
}
