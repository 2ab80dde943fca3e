#include "talk.h"

#include <criterion/criterion.h>
#include <string.h>

static const struct hash_key hash_key = { { 1, 2 } };

void
stage_set_up(struct stage *stage)
{
	memset(stage, 0, sizeof(*stage));
	cr_assert_eq(region_init(&stage->region, classify_bytes()), 0);
	stage->classify =
	    classify_init(&stage->region, &hash_key, &stage->counters);
	region_seal(&stage->region);
	stage->now_ns = 1700000000 * NS_PER_S;
}

void
stage_tear_down(struct stage *stage)
{
	classify_finish(stage->classify);
	region_finish(&stage->region);
}

void
talk_begin(struct talk *talk, struct stage *stage, uint8_t protocol,
    const char *server, uint16_t port)
{
	static uint16_t last_port = 40000;

	memset(talk, 0, sizeof(*talk));
	talk->stage = stage;
	talk->protocol = protocol;
	cr_assert(ip_address_parse("10.1.1.1", &talk->address[CLIENT]));
	cr_assert(ip_address_parse(server, &talk->address[SERVER]));
	talk->port[CLIENT] = last_port++;
	talk->port[SERVER] = port;
	talk->conversation.initiator_is_low =
	    five_tuple_make(&talk->conversation.key, &talk->address[CLIENT],
	        talk->port[CLIENT], &talk->address[SERVER], port, protocol);
}

void
talk_send(struct talk *talk, int end, const void *payload, uint32_t size)
{
	int other = end == CLIENT ? SERVER : CLIENT;
	struct packet packet = {
		.time_ns = talk->stage->now_ns,
		.kind =
		    talk->protocol == IP_PROTOCOL_TCP ? PACKET_TCP : PACKET_UDP,
		.protocol = talk->protocol,
		.source = talk->address[end],
		.target = talk->address[other],
		.source_port = talk->port[end],
		.target_port = talk->port[other],
		.tcp_sequence = talk->sequence[end],
		.payload_size = size,
		.payload_captured = size,
		.payload = payload,
	};
	bool is_conversation;

	talk->has_spoken[end] = true;
	talk->sequence[end] += size;
	is_conversation = talk->has_spoken[CLIENT] && talk->has_spoken[SERVER];
	talk->conversation.payload_packets += is_conversation;
	classify_packet(talk->stage->classify, &packet,
	    is_conversation ? &talk->conversation : NULL);
	talk->stage->now_ns += NS_PER_MS;
}

void
talk_say(struct talk *talk, int end, const char *text)
{
	talk_send(talk, end, text, (uint32_t)strlen(text));
}

const char *
talk_name(const struct talk *talk)
{
	return application_name(talk->conversation.application);
}

const char *
stage_service_name(const struct stage *stage, const char *server,
    uint8_t protocol, uint16_t port)
{
	struct ip_address address;

	if (server == NULL) {
		return classify_service_name(
		    stage->classify, NULL, protocol, port);
	}
	cr_assert(ip_address_parse(server, &address));
	return classify_service_name(stage->classify, &address, protocol, port);
}
