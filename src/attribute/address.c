#include "attribute/room.h"

/* Claims this near to a campaign are of its time. */
static const uint64_t near_ns = 60 * NS_PER_S;

/* Who had an address so long before, or after, had it still, or already, where
 * nobody else was heard of meanwhile. */
static const uint64_t before_ns = 24 * 3600 * NS_PER_S;
static const uint64_t after_ns = 3600 * NS_PER_S;

static uint32_t
seconds_of(uint64_t ns)
{
	return (uint32_t)(ns / NS_PER_S);
}

/* Claimed addresses stay longest. */
static uint32_t
rank(const void *record)
{
	const struct address *address = record;

	return address->claims[0].serial != 0;
}

static struct address *
find(struct attribute *attribute, const struct ip_address *key, bool is_made)
{
	uint64_t hash = table_hash(&attribute->addresses, key);
	uint32_t now_s = seconds_of(attribute->now_ns);
	struct address *address =
	    table_find(&attribute->addresses, key, hash, now_s);
	bool evicted = false;

	if (address == NULL && is_made) {
		address = table_take_ranked(
		    &attribute->addresses, key, hash, now_s, rank, &evicted);
		counter_add(attribute->counters,
		    COUNTER_ATTRIBUTE_ADDRESSES_EVICTED, evicted);
	}
	return address;
}

const struct address *
address_peek(
    const struct attribute *attribute, const struct ip_address *address)
{
	return table_peek(&attribute->addresses, address,
	    table_hash(&attribute->addresses, address));
}

/* Addresses that are nobody's own. */
static bool
is_own(const struct ip_address *address)
{
	static const struct ip_address zero = { { 0 } };

	return !ip_address_is_unspecified(address) &&
	    !ip_address_is_loopback(address) && !ip_address_is_group(address) &&
	    !ip_address_equal(address, &zero) &&
	    !(ip_address_is_v4(address) && ip_address_is_link_local(address));
}

static void
widen(struct claim *claim, enum claim_kind kind, uint64_t when_ns)
{
	if (when_ns < claim->first_ns) {
		claim->first_ns = when_ns;
	}
	if (when_ns > claim->last_ns) {
		claim->last_ns = when_ns;
	}
	if (kind > claim->kind) {
		claim->kind = (uint8_t)kind;
	}
}

/* A place for a new claim: a free one, else that of the claim longest ago. */
static struct claim *
place_of(struct address *address)
{
	struct claim *oldest = &address->claims[0];

	for (uint32_t i = 0; i < ADDRESS_CLAIMS; i++) {
		struct claim *claim = &address->claims[i];

		if (claim->serial == 0) {
			return claim;
		}
		if (claim->last_ns < oldest->last_ns) {
			oldest = claim;
		}
	}
	return oldest;
}

/* A host that comes back to an address after another had it makes a claim
 * anew, so that the time between stays the other's. */
static bool
is_apart(
    const struct address *address, const struct claim *claim, uint64_t when_ns)
{
	for (uint32_t i = 0; i < ADDRESS_CLAIMS; i++) {
		const struct claim *other = &address->claims[i];

		if (other->serial == 0 || other->serial == claim->serial ||
		    other->kind < CLAIM_SOCKET) {
			continue;
		}
		if (other->first_ns > claim->last_ns &&
		    other->first_ns < when_ns) {
			return true;
		}
	}
	return false;
}

void
address_claim(struct attribute *attribute, const struct ip_address *key,
    const struct host *host, enum claim_kind kind, uint64_t when_ns)
{
	struct address *address;
	struct claim *claim;

	if (!is_own(key)) {
		return;
	}
	address = find(attribute, key, true);
	for (uint32_t i = 0; i < ADDRESS_CLAIMS; i++) {
		claim = &address->claims[i];
		if (claim->serial == host->serial &&
		    !is_apart(address, claim, when_ns)) {
			widen(claim, kind, when_ns);
			return;
		}
	}
	claim = place_of(address);
	*claim = (struct claim){ host_index(attribute, host), host->serial,
		when_ns, when_ns, (uint8_t)kind };
	inquiry_due_of_address(attribute, key);
}

bool
address_is_claimed_by(struct attribute *attribute, const struct ip_address *key,
    const struct host *host)
{
	const struct address *address = address_peek(attribute, key);

	for (uint32_t i = 0; address != NULL && i < ADDRESS_CLAIMS; i++) {
		if (address->claims[i].serial == host->serial) {
			return true;
		}
	}
	return false;
}

/* How far a claim lies from the time between 'first_ns' and 'last_ns': 0 within
 * it, UINT64_MAX where too far to tell. */
static uint64_t
gap_of(const struct claim *claim, uint64_t first_ns, uint64_t last_ns)
{
	if (claim->last_ns + near_ns >= first_ns &&
	    claim->first_ns <= last_ns + near_ns) {
		return 0;
	}
	if (claim->last_ns < first_ns) {
		uint64_t gap_ns = first_ns - claim->last_ns;

		return gap_ns <= before_ns ? gap_ns : UINT64_MAX;
	}
	return claim->first_ns - last_ns <= after_ns ? claim->first_ns - last_ns
	                                             : UINT64_MAX;
}

/* Whether something told at 'when_ns' is news since the claim, and from before
 * the campaign was under way. */
static bool
is_since(const struct claim *claim, uint64_t when_ns, uint64_t until_ns)
{
	return when_ns > claim->last_ns + near_ns &&
	    when_ns <= until_ns + near_ns;
}

static bool
is_named_after(
    const struct attribute *attribute, const char *name, uint32_t index)
{
	struct table hosts = attribute->hosts;
	const struct host *host = table_at(&hosts, index);
	size_t length = strnlen(host->key.label, sizeof(host->key.label));

	return strncasecmp(name, host->key.label, length) == 0 &&
	    (name[length] == '\0' || name[length] == '.');
}

/* Whether the address went from the claim's host to another before the
 * campaign: it was given up, it got a name that is not the host's, or its
 * packets come from another network card. */
static bool
is_over(const struct attribute *attribute, const struct address *address,
    const struct claim *claim, const struct inquiry *inquiry)
{
	uint64_t first_ns = inquiry->scan_first_ns;

	if (address->given_up_ns > claim->last_ns &&
	    address->given_up_ns <= first_ns) {
		return true;
	}
	if (address->names[0][0] != '\0' &&
	    is_since(claim, address->named_since_ns, first_ns) &&
	    !is_named_after(attribute, address->names[0], claim->host)) {
		return true;
	}
	return inquiry->has_mac &&
	    is_since(claim, address->mac_since_ns, inquiry->scan_last_ns) &&
	    mac_address_equal(&address->mac, &inquiry->mac);
}

/* Whether the host began to use another address of the same family after it
 * last used this one, before the campaign. */
static bool
has_moved(const struct attribute *attribute, const struct ip_address *key,
    const struct claim *claim, uint64_t first_ns)
{
	const struct host *host =
	    host_at(attribute, claim->host, claim->serial);

	for (uint32_t i = 0; host != NULL && i < host->address_count; i++) {
		const struct ip_address *other = &host->addresses[i];
		const struct address *address;

		if (ip_address_equal(other, key) ||
		    ip_address_is_v4(other) != ip_address_is_v4(key)) {
			continue;
		}
		address = address_peek(attribute, other);
		for (uint32_t j = 0; address != NULL && j < ADDRESS_CLAIMS;
		     j++) {
			if (address->claims[j].serial == claim->serial &&
			    address->claims[j].kind == CLAIM_SOCKET &&
			    address->claims[j].last_ns >
			        claim->last_ns + near_ns &&
			    address->claims[j].first_ns <= first_ns) {
				return true;
			}
		}
	}
	return false;
}

/* Whether 'claim' says more of the address than 'best', 'gap_ns' away. */
static bool
is_better(const struct claim *claim, uint64_t claim_gap_ns,
    const struct claim *best, uint64_t gap_ns)
{
	if (best == NULL) {
		return true;
	}
	if ((claim_gap_ns == 0) != (gap_ns == 0)) {
		return claim_gap_ns == 0;
	}
	if (claim->kind != best->kind) {
		return claim->kind > best->kind;
	}
	return claim_gap_ns < gap_ns;
}

/* Whether another host's claim makes that of 'best' doubtful. */
static bool
is_disputed(const struct address *address, const struct claim *best,
    uint64_t gap_ns, uint64_t first_ns, uint64_t last_ns)
{
	for (uint32_t i = 0; i < ADDRESS_CLAIMS; i++) {
		const struct claim *claim = &address->claims[i];
		uint64_t other_ns = gap_of(claim, first_ns, last_ns);

		if (claim->serial == 0 || claim->serial == best->serial ||
		    claim->kind < best->kind || other_ns == UINT64_MAX) {
			continue;
		}
		/* Of the campaign's time, or both sides of it: whose it was
		 * then nobody can tell. */
		if (gap_ns != 0 || other_ns == 0) {
			return true;
		}
	}
	return false;
}

/* The host whose name the wire gave the address: hearsay. */
static uint32_t
named_host(struct attribute *attribute, const struct address *address,
    uint64_t first_ns, uint64_t last_ns)
{
	const struct host *host;

	if (address->named_ns == 0 || address->named_ns > last_ns + after_ns ||
	    address->named_ns + before_ns < first_ns) {
		return HOST_NONE;
	}
	host = host_find_named(attribute, address->names[0], attribute->now_ns);
	return host == NULL ? HOST_NONE : host_index(attribute, host);
}

/* The claim that says most of the campaign's time. */
static const struct claim *
best_claim(const struct attribute *attribute, const struct address *address,
    const struct inquiry *inquiry, struct tenancy *tenancy)
{
	const struct claim *best = NULL;
	uint64_t best_gap_ns = UINT64_MAX;

	for (uint32_t i = 0; i < ADDRESS_CLAIMS; i++) {
		const struct claim *claim = &address->claims[i];
		uint64_t gap_ns;

		if (claim->serial == 0 ||
		    host_at(attribute, claim->host, claim->serial) == NULL) {
			continue;
		}
		gap_ns = gap_of(
		    claim, inquiry->scan_first_ns, inquiry->scan_last_ns);
		if (is_over(attribute, address, claim, inquiry)) {
			tenancy->is_handed_on = true;
			continue;
		}
		if (gap_ns != UINT64_MAX &&
		    is_better(claim, gap_ns, best, best_gap_ns)) {
			best = claim;
			best_gap_ns = gap_ns;
		}
	}
	if (best != NULL) {
		tenancy->is_handed_on = false;
	}
	return best;
}

uint32_t
address_holder(struct attribute *attribute, const struct inquiry *inquiry,
    const struct ip_address *key, struct tenancy *tenancy)
{
	const struct address *address = address_peek(attribute, key);
	uint64_t first_ns = inquiry->scan_first_ns;
	uint64_t last_ns = inquiry->scan_last_ns;
	const struct claim *best;
	uint64_t gap_ns;

	memset(tenancy, 0, sizeof(*tenancy));
	if (address == NULL) {
		return HOST_NONE;
	}
	best = best_claim(attribute, address, inquiry, tenancy);
	if (best == NULL) {
		tenancy->is_weak = true;
		return named_host(attribute, address, first_ns, last_ns);
	}
	gap_ns = gap_of(best, first_ns, last_ns);
	if (is_disputed(address, best, gap_ns, first_ns, last_ns)) {
		tenancy->is_ambiguous = true;
		return HOST_NONE;
	}
	tenancy->is_weak = best->kind == CLAIM_AMONG ||
	    (gap_ns != 0 && has_moved(attribute, key, best, first_ns));
	return best->host;
}

void
address_speaks(struct attribute *attribute, const struct ip_address *key,
    const struct mac_address *mac, uint64_t when_ns)
{
	struct address *address = find(attribute, key, true);

	if (mac_address_is_zero(mac) || mac_address_equal(mac, &address->mac)) {
		return;
	}
	/* The first that was seen may have been there for long. */
	address->mac_since_ns =
	    mac_address_is_zero(&address->mac) ? 0 : when_ns;
	address->mac = *mac;
}

void
address_connection(
    struct attribute *attribute, const struct wire_contact *contact)
{
	struct address *address;
	struct address_connection *connection;

	address_speaks(attribute, &contact->source, &contact->source_mac,
	    contact->attempt_ns);
	address = find(attribute, &contact->source, true);
	connection =
	    &address
	         ->connections[address->connection_count % ADDRESS_CONNECTIONS];
	address->connection_count++;
	*connection = (struct address_connection){ contact->attempt_ns, false };
}

void
address_connection_matched(struct attribute *attribute,
    const struct ip_address *key, uint64_t attempt_ns)
{
	struct address *address = find(attribute, key, false);

	for (uint32_t i = 0; address != NULL && i < ADDRESS_CONNECTIONS; i++) {
		struct address_connection *connection =
		    &address->connections[i];

		if (connection->attempt_ns == attempt_ns &&
		    !connection->is_matched) {
			connection->is_matched = true;
			address->matched_count++;
			return;
		}
	}
}

void
address_coverage(const struct attribute *attribute, const struct host *host,
    uint32_t *connections, uint32_t *matched)
{
	*connections = 0;
	*matched = 0;
	for (uint32_t i = 0; i < host->address_count; i++) {
		const struct address *address =
		    address_peek(attribute, &host->addresses[i]);

		for (uint32_t j = 0; address != NULL && j < ADDRESS_CONNECTIONS;
		     j++) {
			const struct address_connection *connection =
			    &address->connections[j];

			/* What is later may still be logged. */
			if (connection->attempt_ns == 0 ||
			    connection->attempt_ns > host->last_socket_ns ||
			    connection->attempt_ns < host->first_socket_ns) {
				continue;
			}
			++*connections;
			*matched += connection->is_matched;
		}
	}
}

void
address_name(struct attribute *attribute, uint64_t now_ns,
    const struct ip_address *key, const char *name)
{
	struct address *address;

	if (!is_own(key)) {
		return;
	}
	address = find(attribute, key, true);
	if (name[0] == '\0') {
		address->given_up_ns = now_ns;
		address->named_ns = 0;
		memset(address->names, 0, sizeof(address->names));
		return;
	}
	address->named_ns = now_ns;
	if (strncmp(address->names[0], name, HOST_LABEL_SIZE - 1) != 0) {
		address->named_since_ns = now_ns;
		memcpy(address->names[1], address->names[0], HOST_LABEL_SIZE);
		memset(address->names[0], 0, HOST_LABEL_SIZE);
		memcpy(address->names[0], name,
		    strnlen(name, HOST_LABEL_SIZE - 1));
		inquiry_due_of_address(attribute, key);
	}
}
