#include "policy/policy.h"

#include <strings.h>

static const char *const role_names[POLICY_ROLE_COUNT] = {
	[POLICY_ROLE_SERVER] = "server",
	[POLICY_ROLE_WORKSTATION] = "workstation",
	[POLICY_ROLE_INFRASTRUCTURE] = "infrastructure",
	[POLICY_ROLE_SCANNER] = "scanner",
	[POLICY_ROLE_MONITORING] = "monitoring",
};

static uint32_t fit_of(
    const struct policy_place *place, const struct policy_host *host);
static bool prefix_means(
    const struct ip_prefix *prefix, const struct ip_address *address);

/* Fits are lengths of prefixes and one; a MAC or a name beats them all. */
enum { FIT_EXACT = 200 };

uint16_t
policy_asset_of(const struct policy *policy, const struct policy_host *host)
{
	uint16_t asset = POLICY_NO_ASSET;
	uint32_t best = 0;

	for (uint32_t i = 0; i < policy->place_count; i++) {
		uint32_t fit = fit_of(&policy->places[i], host);

		if (fit > best) {
			best = fit;
			asset = policy->places[i].asset;
		}
	}
	return asset;
}

enum policy_role
policy_role_of(const struct policy *policy, const struct policy_host *host)
{
	uint16_t asset = policy_asset_of(policy, host);

	if (asset < policy->asset_count &&
	    policy->assets[asset].role != POLICY_ROLE_UNKNOWN) {
		return policy->assets[asset].role;
	}
	return host->segment < policy->segment_count
	    ? policy->segments[host->segment].role
	    : POLICY_ROLE_UNKNOWN;
}

enum policy_criticality
policy_criticality_of(
    const struct policy *policy, const struct policy_host *host)
{
	uint16_t asset = policy_asset_of(policy, host);

	if (asset < policy->asset_count &&
	    policy->assets[asset].has_criticality) {
		return policy->assets[asset].criticality;
	}
	return host->segment < policy->segment_count
	    ? policy->segments[host->segment].criticality
	    : POLICY_CRITICALITY_NORMAL;
}

bool
policy_prefix_is_inside(
    const struct ip_prefix *inner, const struct ip_prefix *outer)
{
	return inner->length > outer->length &&
	    prefix_means(outer, &inner->address);
}

bool
policy_place_touches(const struct policy_place *place,
    const struct ip_address *first, const struct ip_address *last)
{
	return place->kind == POLICY_PLACE_PREFIX &&
	    (prefix_means(&place->prefix, first) ||
	        (ip_address_compare(&place->prefix.address, first) >= 0 &&
	            ip_address_compare(&place->prefix.address, last) <= 0));
}

bool
policy_knows_scanner(const struct policy *policy, const char *image)
{
	const char *name = image;
	size_t length;

	/* A file's name, whichever system's path it stands in. */
	for (const char *at = image; *at != '\0'; at++) {
		if (*at == '/' || *at == '\\') {
			name = at + 1;
		}
	}
	length = strlen(name);
	if (length > 4 && strcasecmp(name + length - 4, ".exe") == 0) {
		length -= 4;
	}
	for (uint32_t i = 0; i < policy->detection.known_scanner_count; i++) {
		const char *known = policy->detection.known_scanners[i];

		if (strncasecmp(name, known, length) == 0 && length > 0 &&
		    (known[length] == '\0' ||
		        strcasecmp(known + length, ".exe") == 0)) {
			return true;
		}
	}
	return false;
}

const char *
policy_role_name(enum policy_role role)
{
	SW_ASSERT(role < POLICY_ROLE_COUNT);
	return role_names[role];
}

/* How well the place fits the host; zero: not at all. */
static uint32_t
fit_of(const struct policy_place *place, const struct policy_host *host)
{
	switch (place->kind) {
	case POLICY_PLACE_MAC:
		return host->mac != NULL &&
		        memcmp(place->mac.byte, host->mac->byte,
		            sizeof(place->mac.byte)) == 0
		    ? FIT_EXACT
		    : 0;
	case POLICY_PLACE_HOST:
		return host->name != NULL && host->name[0] != '\0' &&
		        strcasecmp(place->host, host->name) == 0
		    ? FIT_EXACT
		    : 0;
	default:
		return host->address != NULL &&
		        prefix_means(&place->prefix, host->address)
		    ? 1u + place->prefix.length
		    : 0;
	}
}

/* As with segments, ::/0 and its like do not mean IPv4. */
static bool
prefix_means(const struct ip_prefix *prefix, const struct ip_address *address)
{
	return (prefix->length >= 96 || !ip_address_is_v4(address)) &&
	    ip_prefix_contains(prefix, address);
}
