#include "classify/classify.h"

#include <string.h>

#include "base/bytes.h"
#include "classify/hello.h"
#include "classify/names.h"
#include "classify/question.h"
#include "mem/table.h"

enum {
	/* An opinion is found out anew after so long, seconds. */
	OPINION_LIFE_S = 86400,
	/* Conversations that told nothing before a service is left alone. */
	FRUITLESS_LIMIT = 3,
	/* A conversation is listened to for so many packets with payload at
	 * most, wherever its opening has gone. */
	LISTEN_LIMIT = 32,
	/* Services that must agree before they speak for their port. */
	VOTES_NEEDED = 2,
	PORT_COUNT = 65536,
};

/* Compared and hashed as bytes (see mem/table.h). */
struct service_key {
	struct ip_address address;
	uint8_t port[2]; /* Big-endian. */
	uint8_t protocol;
};
_Static_assert(sizeof(struct service_key) == 16 + 2 + 1, "no padding");

/* A service: the record of the table of services. */
struct service {
	struct service_key key;
	uint8_t fruitless;    /* Conversations that told nothing. */
	uint16_t application; /* enum application */
	uint32_t asked_s;     /* When it was last found out. */
};

/* What the services behind one port speak: a vote (Boyer and Moore, "MJRTY",
 * 1981), which needs no more than the leader and its lead. */
struct port_vote {
	uint8_t application; /* enum application */
	uint8_t lead;        /* Stops at its top. */
};
_Static_assert(APPLICATION_COUNT <= UINT8_MAX, "an application fits a vote");

struct classify {
	struct table services;
	struct port_vote *tcp_ports; /* PORT_COUNT of each. */
	struct port_vote *udp_ports;
	struct question *question;
	struct names *names;
	struct counters *counters;
};

/* A packet in the words of this room. */
struct heard {
	struct question_packet opening;
	struct service_key service; /* Means nothing before there is a
	                             * conversation. */
	uint32_t now_s;
};

static void hear(const struct packet *packet,
    const struct flow_conversation *conversation, struct heard *heard);
static bool is_known(struct classify *classify,
    const struct ip_address *address, uint16_t port, const struct heard *heard);
static void begin(struct classify *classify, const struct heard *heard,
    struct flow_conversation *conversation);
static void conclude(struct classify *classify, const struct heard *heard,
    struct flow_conversation *conversation, enum application application);
static void vote(struct classify *classify, const struct service *service);
static struct port_vote *port_votes(
    const struct classify *classify, uint8_t protocol);
static struct service *find(
    struct classify *classify, const struct service_key *key, uint32_t now_s);
static void make_key(struct service_key *key, const struct ip_address *address,
    uint16_t port, uint8_t protocol);

size_t
classify_bytes(void)
{
	return region_bytes(1, sizeof(struct classify)) +
	    TABLE_BYTES(CONFIG_CLASSIFY_SERVICE_COUNT, sizeof(struct service)) +
	    2 * region_bytes(PORT_COUNT, sizeof(struct port_vote)) +
	    question_bytes() + names_bytes();
}

uint32_t
classify_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		plan_table("services by what they speak",
		    CONFIG_CLASSIFY_SERVICE_COUNT, sizeof(struct service)),
		plan_array("TCP ports by what most speak there", PORT_COUNT,
		    sizeof(struct port_vote)),
		plan_array("UDP ports by what most speak there", PORT_COUNT,
		    sizeof(struct port_vote)),
		plan_array("classification itself", 1, sizeof(struct classify)),
	};
	uint32_t count = plan_copy(own, ARRAY_SIZE(own), lines, capacity);
	uint32_t left = capacity < count ? 0 : capacity - count;

	count += question_plan(left == 0 ? NULL : lines + count, left);
	left = capacity < count ? 0 : capacity - count;
	return count + names_plan(left == 0 ? NULL : lines + count, left);
}

struct classify *
classify_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters)
{
	struct classify *classify = region_carve(region, 1, sizeof(*classify));

	table_init(&classify->services, region, CONFIG_CLASSIFY_SERVICE_COUNT,
	    sizeof(struct service), sizeof(struct service_key), hash_key);
	classify->tcp_ports =
	    region_carve(region, PORT_COUNT, sizeof(struct port_vote));
	classify->udp_ports =
	    region_carve(region, PORT_COUNT, sizeof(struct port_vote));
	classify->question = question_init(region, hash_key, counters);
	classify->names = names_init(region, hash_key, counters);
	classify->counters = counters;
	return classify;
}

struct names *
classify_names(const struct classify *classify)
{
	return classify->names;
}

void
classify_finish(struct classify *classify)
{
	question_finish(classify->question);
}

void
classify_listen(struct classify *classify, const struct packet *packet,
    struct flow_conversation *conversation)
{
	struct heard heard;
	enum application application = hello_application(packet);

	if (conversation == NULL) {
		/* UDP that nobody has answered may be anything to anyone, and
		 * the answer alone is mostly enough. */
		if (packet->kind == PACKET_UDP ||
		    application != APPLICATION_NONE) {
			return;
		}
		hear(packet, conversation, &heard);
		if (!is_known(classify, &packet->target, packet->target_port,
		        &heard) &&
		    !is_known(classify, &packet->source, packet->source_port,
		        &heard)) {
			question_keep(classify->question, &heard.opening);
		}
		return;
	}
	hear(packet, conversation, &heard);
	if (conversation->classify_slot == CLASSIFY_NEW) {
		begin(classify, &heard, conversation);
	}
	if (conversation->classify_slot != CLASSIFY_LISTENS) {
		return;
	}
	if (application != APPLICATION_NONE) {
		question_forget(classify->question, &heard.opening.key);
		counter_increment(classify->counters, COUNTER_CLASSIFY_HELLOS);
		conclude(classify, &heard, conversation, application);
	} else if (question_ask(
	               classify->question, &heard.opening, &application)) {
		conclude(classify, &heard, conversation, application);
	} else if (conversation->payload_packets >= LISTEN_LIMIT) {
		question_forget(classify->question, &heard.opening.key);
		conclude(classify, &heard, conversation, APPLICATION_NONE);
	}
}

const char *
classify_service_name(const struct classify *classify,
    const struct ip_address *target, uint8_t protocol, uint16_t port)
{
	const struct port_vote *votes = port_votes(classify, protocol);
	const struct service *service = NULL;
	struct service_key key;

	if (votes == NULL) {
		return NULL;
	}
	if (target != NULL) {
		make_key(&key, target, port, protocol);
		service = table_peek(&classify->services, &key,
		    table_hash(&classify->services, &key));
	}
	if (service != NULL && service->application != APPLICATION_NONE) {
		return application_name(service->application);
	}
	return votes[port].lead >= VOTES_NEEDED
	    ? application_name(votes[port].application)
	    : NULL;
}

/* Works out who is who. */
static void
hear(const struct packet *packet, const struct flow_conversation *conversation,
    struct heard *heard)
{
	const struct host_port *server;
	struct question_packet *opening = &heard->opening;
	uint8_t initiator_is_low;

	opening->packet = packet;
	opening->from_low =
	    five_tuple_make(&opening->key, &packet->source, packet->source_port,
	        &packet->target, packet->target_port, packet->protocol);
	opening->low_is_client = false;
	heard->now_s = (uint32_t)(packet->time_ns / NS_PER_S);
	if (conversation == NULL) {
		return;
	}
	initiator_is_low = conversation->initiator_is_low;
	if (initiator_is_low == FLOW_INITIATOR_UNKNOWN) {
		/* Servers mostly have the lower port. */
		initiator_is_low = memcmp(opening->key.high.port,
		                       opening->key.low.port, 2) < 0;
	}
	opening->low_is_client = initiator_is_low != 0;
	server =
	    opening->low_is_client ? &opening->key.high : &opening->key.low;
	make_key(&heard->service, &server->address, load_be16(server->port),
	    packet->protocol);
}

/* Whether what is at (address, port) needs no question now. */
static bool
is_known(struct classify *classify, const struct ip_address *address,
    uint16_t port, const struct heard *heard)
{
	struct service_key key;
	const struct service *service;

	make_key(&key, address, port, heard->opening.packet->protocol);
	service = find(classify, &key, heard->now_s);
	return service != NULL &&
	    (service->application != APPLICATION_NONE ||
	        service->fruitless >= FRUITLESS_LIMIT);
}

/* A conversation's first packet: takes the service's opinion, and decides
 * whether to listen. */
static void
begin(struct classify *classify, const struct heard *heard,
    struct flow_conversation *conversation)
{
	struct service *service = find(classify, &heard->service, heard->now_s);
	bool is_old;

	conversation->classify_slot = CLASSIFY_LISTENS;
	if (service == NULL) {
		return;
	}
	conversation->application = service->application;
	/* Signed, since time may step back. */
	is_old = (int32_t)(heard->now_s - service->asked_s) > OPINION_LIFE_S;
	if (is_old) {
		service->asked_s = heard->now_s; /* Once is enough. */
		service->fruitless = 0;
		return;
	}
	if (service->application != APPLICATION_NONE ||
	    service->fruitless >= FRUITLESS_LIMIT) {
		counter_increment(classify->counters, COUNTER_CLASSIFY_KNOWN);
		conversation->classify_slot = CLASSIFY_DONE;
	}
}

/* The conversation has told what it could. */
static void
conclude(struct classify *classify, const struct heard *heard,
    struct flow_conversation *conversation, enum application application)
{
	struct service *service = find(classify, &heard->service, heard->now_s);
	bool evicted = false;

	conversation->classify_slot = CLASSIFY_DONE;
	if (service == NULL) {
		service = table_take(&classify->services, &heard->service,
		    table_hash(&classify->services, &heard->service),
		    heard->now_s, NULL, &evicted);
		counter_add(classify->counters,
		    COUNTER_CLASSIFY_SERVICES_EVICTED, evicted);
	}
	service->asked_s = heard->now_s;
	if (application == APPLICATION_NONE) {
		counter_increment(
		    classify->counters, COUNTER_CLASSIFY_FRUITLESS);
		if (service->fruitless < FRUITLESS_LIMIT) {
			service->fruitless++;
		}
		return;
	}
	conversation->application = (uint16_t)application;
	service->fruitless = 0;
	if (service->application != application) {
		service->application = (uint16_t)application;
		counter_increment(
		    classify->counters, COUNTER_CLASSIFY_SERVICES);
		vote(classify, service);
	}
}

/* A service has been heard to speak something new: its port's vote. */
static void
vote(struct classify *classify, const struct service *service)
{
	struct port_vote *port = &port_votes(
	    classify, service->key.protocol)[load_be16(service->key.port)];

	if (port->lead == 0) {
		port->application = (uint8_t)service->application;
		port->lead = 1;
	} else if (port->application != service->application) {
		port->lead--;
	} else if (port->lead < UINT8_MAX) {
		port->lead++;
	}
}

/* The votes of a protocol's ports; null if it has none. */
static struct port_vote *
port_votes(const struct classify *classify, uint8_t protocol)
{
	switch (protocol) {
	case IP_PROTOCOL_TCP:
		return classify->tcp_ports;
	case IP_PROTOCOL_UDP:
		return classify->udp_ports;
	default:
		return NULL;
	}
}

static struct service *
find(struct classify *classify, const struct service_key *key, uint32_t now_s)
{
	return table_find(&classify->services, key,
	    table_hash(&classify->services, key), now_s);
}

static void
make_key(struct service_key *key, const struct ip_address *address,
    uint16_t port, uint8_t protocol)
{
	key->address = *address;
	store_be16(key->port, port);
	key->protocol = protocol;
}
