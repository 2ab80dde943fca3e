#include "classify/names.h"

#include <string.h>

#include "classify/names_read.h"
#include "mem/table.h"

enum {
	PORT_DHCP_SERVER = 67,
	PORT_DHCP_CLIENT = 68,
	PORT_KERBEROS = 88,
	PORT_NETBIOS = 137,
	PORT_MDNS = 5353,
	PORT_LLMNR = 5355,
	/* The same is not told again before, seconds. */
	AGAIN_S = 600,
	/* For so long one name only makes it believed once more. */
	SETTLED_S = 3600,
	/* After so long without a word a name may be another's. */
	STALE_S = 86400,
	/* NetBIOS cuts a name there. */
	SHORT_LENGTH = 15,
};

/* What is held of the name of an address. */
enum trust {
	TRUST_NONE,       /* There is no name. */
	TRUST_DOUBTED,    /* It has said several; the last is kept. */
	TRUST_SAID,       /* It called itself so. */
	TRUST_REGISTERED, /* It laid claim to it, or DHCP gave it. */
};

/* The record of the table of addresses. */
struct holder {
	struct ip_address address;
	struct mac_address lease_mac;  /* By DHCP; zero: not known. */
	struct mac_address sender_mac; /* Of the last frame; likewise. */
	uint32_t told_s; /* DOUBTED: since when it has kept to one. */
	char short_name[SHORT_LENGTH]; /* As shorten() makes it. */
	uint8_t trust;                 /* enum trust */
};
_Static_assert(sizeof(struct holder) == 48, "no padding");

/* Compared and hashed as bytes (see mem/table.h). */
struct request_key {
	struct mac_address mac;
	uint8_t transaction[4];
};
_Static_assert(sizeof(struct request_key) == 6 + 4, "no padding");

/* What a client of DHCP called itself when it asked. */
struct request {
	struct request_key key;
	char name[WIRE_NAME_SIZE];
};

struct names {
	struct table holders;
	struct table requests;
	struct counters *counters;
	uint32_t second; /* Names are counted in. */
	uint32_t told_in_second;
	uint32_t first; /* The one that has waited longest. */
	uint32_t count;
	struct wire_name waiting[NAMES_WAITING];
};

/* A name as it was heard, or that an address is somebody's without one. */
struct heard {
	struct wire_name name;
	bool is_lease;        /* The MAC is the one DHCP knows. */
	bool is_registration; /* See enum trust. */
	uint32_t now_s;
};

static void take_dhcp(struct names *names, const struct packet *packet);
static void remember(
    struct names *names, const struct dhcp_message *message, uint32_t now_s);
static void grant(struct names *names, const struct dhcp_message *message,
    struct heard *heard);
static void release(struct names *names, struct heard *heard);
static void take_sender(
    struct names *names, const struct packet *packet, uint8_t kind);
static void hear(struct names *names, const struct heard *heard);
static bool is_doubtful(struct names *names, struct holder *holder,
    const struct heard *heard, const char short_name[SHORT_LENGTH]);
static struct holder *holder_of(
    struct names *names, const struct heard *heard, bool *has_changed);
static bool tell(struct names *names, const struct heard *heard, uint8_t kind);

/* Packets of several mirror ports need not come in order. */
static inline uint32_t
age_s(uint32_t then_s, uint32_t now_s)
{
	return now_s > then_s ? now_s - then_s : 0;
}

size_t
names_bytes(void)
{
	return region_bytes(1, sizeof(struct names)) +
	    TABLE_BYTES(CONFIG_CLASSIFY_NAMED_COUNT, sizeof(struct holder)) +
	    TABLE_BYTES(CONFIG_CLASSIFY_LEASE_COUNT, sizeof(struct request));
}

uint32_t
names_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		plan_table("addresses by their hosts' names",
		    CONFIG_CLASSIFY_NAMED_COUNT, sizeof(struct holder)),
		plan_table("requests for an address",
		    CONFIG_CLASSIFY_LEASE_COUNT, sizeof(struct request)),
		plan_array("names that wait", 1, sizeof(struct names)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

struct names *
names_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters)
{
	struct names *names = region_carve(region, 1, sizeof(*names));

	table_init(&names->holders, region, CONFIG_CLASSIFY_NAMED_COUNT,
	    sizeof(struct holder), sizeof(struct ip_address), hash_key);
	table_init(&names->requests, region, CONFIG_CLASSIFY_LEASE_COUNT,
	    sizeof(struct request), sizeof(struct request_key), hash_key);
	names->counters = counters;
	return names;
}

void
names_listen(struct names *names, const struct packet *packet)
{
	uint16_t from = packet->source_port;

	switch (packet->target_port) {
	case PORT_DHCP_SERVER:
	case PORT_DHCP_CLIENT:
		take_dhcp(names, packet);
		return;
	case PORT_KERBEROS:
		take_sender(names, packet, WIRE_NAME_KERBEROS);
		return;
	case PORT_NETBIOS:
		take_sender(names, packet, WIRE_NAME_NETBIOS);
		return;
	default:
		break;
	}
	if (from == PORT_NETBIOS) {
		take_sender(names, packet, WIRE_NAME_NETBIOS);
	} else if (from == PORT_MDNS) {
		take_sender(names, packet, WIRE_NAME_MDNS);
	} else if (from == PORT_LLMNR) {
		take_sender(names, packet, WIRE_NAME_LLMNR);
	}
}

bool
names_next(struct names *names, struct wire_name *name)
{
	if (names->count == 0) {
		return false;
	}
	*name = names->waiting[names->first];
	names->first = (names->first + 1) % NAMES_WAITING;
	names->count--;
	return true;
}

/* A client that has its address speaks for itself; who asks for one is heard
 * when the server grants it. */
static void
take_dhcp(struct names *names, const struct packet *packet)
{
	struct dhcp_message message;
	struct heard heard = { 0 };
	bool is_own;

	if (!names_read_dhcp(packet, &message)) {
		counter_increment(
		    names->counters, COUNTER_CLASSIFY_NAMES_MALFORMED);
		return;
	}
	is_own = !ip_address_is_unspecified(&message.client) &&
	    ip_address_equal(&message.client, &packet->source);
	heard.now_s = (uint32_t)(packet->time_ns / NS_PER_S);
	heard.is_lease = true;
	heard.is_registration = true;
	heard.name.time_ns = packet->time_ns;
	heard.name.kind = WIRE_NAME_DHCP;
	heard.name.mac = message.mac;
	heard.name.address = message.client;
	memcpy(heard.name.name, message.name, WIRE_NAME_SIZE);
	if (message.type == DHCP_REQUEST) {
		remember(names, &message, heard.now_s);
	}
	if (message.type == DHCP_ACK) {
		grant(names, &message, &heard);
	} else if (message.type == DHCP_RELEASE && is_own) {
		release(names, &heard);
	} else if (is_own &&
	    (message.type == DHCP_REQUEST || message.type == DHCP_INFORM)) {
		hear(names, &heard);
	}
}

static void
remember(
    struct names *names, const struct dhcp_message *message, uint32_t now_s)
{
	struct request_key key = { .mac = message->mac };
	struct request *request;
	uint64_t hash;
	bool evicted = false;

	if (message->name[0] == '\0') {
		return;
	}
	memcpy(key.transaction, message->transaction, sizeof(key.transaction));
	hash = table_hash(&names->requests, &key);
	request = table_find(&names->requests, &key, hash, now_s);
	if (request == NULL) {
		request = table_take(
		    &names->requests, &key, hash, now_s, NULL, &evicted);
		counter_add(
		    names->counters, COUNTER_CLASSIFY_NAMES_FORGOTTEN, evicted);
	}
	memcpy(request->name, message->name, WIRE_NAME_SIZE);
}

/* Where the client was not heard to give a name, the server's for it will do.
 * A relay makes a second copy of the grant, so the request stays. */
static void
grant(struct names *names, const struct dhcp_message *message,
    struct heard *heard)
{
	struct request_key key = { .mac = message->mac };
	const struct request *request;

	memcpy(key.transaction, message->transaction, sizeof(key.transaction));
	request = table_peek(
	    &names->requests, &key, table_hash(&names->requests, &key));
	if (request != NULL) {
		memcpy(heard->name.name, request->name, WIRE_NAME_SIZE);
	}
	heard->name.address = message->yours;
	hear(names, heard);
}

/* Nobody can give up what is known to be another's. */
static void
release(struct names *names, struct heard *heard)
{
	const struct ip_address *address = &heard->name.address;
	struct holder *holder = table_find(&names->holders, address,
	    table_hash(&names->holders, address), heard->now_s);

	if (holder == NULL) {
		(void)tell(names, heard, WIRE_NAME_GIVEN_UP);
		return;
	}
	if ((mac_address_is_zero(&holder->lease_mac) ||
	        mac_address_equal(&holder->lease_mac, &heard->name.mac)) &&
	    tell(names, heard, WIRE_NAME_GIVEN_UP)) {
		table_drop(&names->holders, holder);
	}
}

static void
take_sender(struct names *names, const struct packet *packet, uint8_t kind)
{
	struct heard heard = { 0 };
	char *name = heard.name.name;
	enum names_reading reading = NAMES_NOTHING;

	if (kind == WIRE_NAME_KERBEROS) {
		reading = names_read_kerberos(packet, name);
	} else if (kind == WIRE_NAME_NETBIOS) {
		reading =
		    names_read_netbios(packet, name, &heard.is_registration);
	} else if (kind == WIRE_NAME_MDNS) {
		reading = names_read_mdns(packet, name);
	} else {
		reading = names_read_llmnr(packet, name);
	}
	if (reading == NAMES_MALFORMED) {
		counter_increment(
		    names->counters, COUNTER_CLASSIFY_NAMES_MALFORMED);
	}
	if (reading != NAMES_NAME) {
		return;
	}
	heard.now_s = (uint32_t)(packet->time_ns / NS_PER_S);
	heard.name.time_ns = packet->time_ns;
	heard.name.kind = kind;
	heard.name.address = packet->source;
	heard.name.mac = packet->source_mac;
	hear(names, &heard);
}

/* The first label in lower case, as far as NetBIOS has it: by it a host is the
 * same whatever protocol names it. */
static void
shorten(const char *name, char short_name[SHORT_LENGTH])
{
	memset(short_name, 0, SHORT_LENGTH);
	for (uint32_t i = 0;
	     i < SHORT_LENGTH && name[i] != '\0' && name[i] != '.'; i++) {
		bool is_upper = name[i] >= 'A' && name[i] <= 'Z';

		short_name[i] =
		    (char)(is_upper ? name[i] + ('a' - 'A') : name[i]);
	}
}

static void
hear(struct names *names, const struct heard *heard)
{
	const struct wire_name *name = &heard->name;
	uint8_t trust = heard->is_registration ? TRUST_REGISTERED : TRUST_SAID;
	char short_name[SHORT_LENGTH];
	struct holder *holder;
	bool has_changed;
	bool is_known;

	if (ip_address_is_unspecified(&name->address) ||
	    ip_address_is_group(&name->address) ||
	    ip_address_is_loopback(&name->address)) {
		return;
	}
	holder = holder_of(names, heard, &has_changed);
	if (name->name[0] == '\0') {
		if (has_changed) {
			(void)tell(names, heard, WIRE_NAME_GIVEN_UP);
		}
		return;
	}
	counter_increment(names->counters, COUNTER_CLASSIFY_NAMES_HEARD);
	shorten(name->name, short_name);
	if (trust == TRUST_SAID &&
	    is_doubtful(names, holder, heard, short_name)) {
		return;
	}
	is_known = holder->trust >= TRUST_SAID &&
	    memcmp(holder->short_name, short_name, SHORT_LENGTH) == 0;
	if (is_known && holder->trust > trust) {
		trust = holder->trust;
	}
	if (!is_known || age_s(holder->told_s, heard->now_s) >= AGAIN_S) {
		if (!tell(names, heard, name->kind)) {
			return;
		}
		holder->told_s = heard->now_s;
	}
	memcpy(holder->short_name, short_name, SHORT_LENGTH);
	holder->trust = trust;
}

/* Whether a name that was only said in passing is not to be believed.  A name
 * that was told, and now is in doubt, is taken back. */
static bool
is_doubtful(struct names *names, struct holder *holder,
    const struct heard *heard, const char short_name[SHORT_LENGTH])
{
	if (holder->trust == TRUST_NONE) {
		return false;
	}
	if (memcmp(holder->short_name, short_name, SHORT_LENGTH) == 0) {
		return holder->trust == TRUST_DOUBTED &&
		    age_s(holder->told_s, heard->now_s) < SETTLED_S;
	}
	counter_increment(names->counters, COUNTER_CLASSIFY_NAMES_DOUBTED);
	if (holder->trust == TRUST_DOUBTED ||
	    (holder->trust == TRUST_SAID &&
	        tell(names, heard, WIRE_NAME_GIVEN_UP))) {
		holder->trust = TRUST_DOUBTED;
		holder->told_s = heard->now_s;
		memcpy(holder->short_name, short_name, SHORT_LENGTH);
	}
	return true;
}

/* The record of an address, which is a new one if there is none, or if it is
 * another host that has the address now. */
static struct holder *
holder_of(struct names *names, const struct heard *heard, bool *has_changed)
{
	const struct ip_address *address = &heard->name.address;
	uint64_t hash = table_hash(&names->holders, address);
	struct holder *holder =
	    table_find(&names->holders, address, hash, heard->now_s);
	struct mac_address *mac;
	bool evicted = false;

	if (holder == NULL) {
		holder = table_take(&names->holders, address, hash,
		    heard->now_s, NULL, &evicted);
		counter_add(
		    names->counters, COUNTER_CLASSIFY_NAMES_FORGOTTEN, evicted);
	}
	mac = heard->is_lease ? &holder->lease_mac : &holder->sender_mac;
	*has_changed = !mac_address_is_zero(mac) &&
	    !mac_address_is_zero(&heard->name.mac) &&
	    !mac_address_equal(mac, &heard->name.mac);
	if (*has_changed) {
		*holder = (struct holder){ .address = *address };
	}
	if (!mac_address_is_zero(&heard->name.mac)) {
		*mac = heard->name.mac;
	}
	if (age_s(holder->told_s, heard->now_s) >= STALE_S) {
		holder->trust = TRUST_NONE;
	}
	return holder;
}

/* Puts a name where it waits to be taken.  False: it is dropped, and counted.
 */
static bool
tell(struct names *names, const struct heard *heard, uint8_t kind)
{
	struct wire_name *name;

	if (names->second != heard->now_s) {
		names->second = heard->now_s;
		names->told_in_second = 0;
	}
	if (names->count == NAMES_WAITING ||
	    names->told_in_second == NAMES_PER_S) {
		counter_increment(
		    names->counters, COUNTER_CLASSIFY_NAMES_DROPPED);
		return false;
	}
	name = &names->waiting[(names->first + names->count) % NAMES_WAITING];
	*name = heard->name;
	name->kind = kind;
	if (kind == WIRE_NAME_GIVEN_UP) {
		memset(name->name, 0, sizeof(name->name));
	}
	names->count++;
	names->told_in_second++;
	counter_increment(names->counters, COUNTER_CLASSIFY_NAMES_TOLD);
	return true;
}
