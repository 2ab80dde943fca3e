#include "alert/community_id.h"

#include <string.h>

#include <nettle/base64.h>
#include <nettle/sha1.h>

#include "base/bytes.h"
#include "flow/probe.h"

struct icmp_exchange {
	uint8_t request;
	uint8_t reply;
};

static bool source_is_first(const struct community_id_flow *flow);
static struct icmp_exchange icmp_exchange_of(uint8_t technique);
static struct ip_address solicited_node(const struct ip_address *asked);

void
community_id_format(
    const struct community_id_flow *flow, char text[COMMUNITY_ID_SIZE])
{
	bool first = source_is_first(flow);
	const struct ip_address *low = first ? &flow->source : &flow->target;
	const struct ip_address *high = first ? &flow->target : &flow->source;
	bool v4 = ip_address_is_v4(low) && ip_address_is_v4(high);
	size_t skipped = v4 ? 12 : 0;
	uint8_t bytes[2 + 16 + 16 + 2 + 2 + 2] = { 0 }; /* Seed 0 first. */
	uint8_t digest[SHA1_DIGEST_SIZE];
	struct sha1_ctx sha1;
	size_t size = 2;

	memcpy(bytes + size, low->byte + skipped, 16 - skipped);
	size += 16 - skipped;
	memcpy(bytes + size, high->byte + skipped, 16 - skipped);
	size += 16 - skipped;
	bytes[size] = flow->protocol; /* A zero follows it. */
	size += 2;
	if (flow->has_ports) {
		store_be16(bytes + size,
		    first ? flow->source_port : flow->target_port);
		store_be16(bytes + size + 2,
		    first ? flow->target_port : flow->source_port);
		size += 4;
	}
	sha1_init(&sha1);
	sha1_update(&sha1, size, bytes);
	sha1_digest(&sha1, sizeof(digest), digest);
	memcpy(text, "1:", 2);
	base64_encode_raw(text + 2, sizeof(digest), digest);
	text[2 + BASE64_ENCODE_RAW_LENGTH(SHA1_DIGEST_SIZE)] = '\0';
}

bool
community_id_flow_of(
    const struct finding_sample *sample, struct community_id_flow *flow)
{
	struct icmp_exchange icmp = icmp_exchange_of(sample->technique);

	if (sample->technique == PROBE_ARP) {
		return false;
	}
	*flow = (struct community_id_flow){
		.source = sample->source,
		.target = sample->target,
		.source_port = sample->source_port,
		.target_port = sample->target_port,
		.protocol = sample->protocol,
		.has_ports = true,
	};
	if (icmp.request != icmp.reply) {
		flow->source_port = icmp.request;
		flow->target_port = icmp.reply;
	}
	if (sample->technique == PROBE_ND) {
		flow->target = solicited_node(&sample->target);
	}
	if (sample->technique == PROBE_IP_PROTOCOL) {
		flow->protocol = (uint8_t)sample->target_port;
		flow->has_ports = false;
	}
	return true;
}

/* Whether the source is the smaller end: by address, then by port. */
static bool
source_is_first(const struct community_id_flow *flow)
{
	int order = ip_address_compare(&flow->source, &flow->target);

	if (order != 0) {
		return order < 0;
	}
	return flow->source_port <= flow->target_port;
}

/* The types of question and answer; zeroes for what is not ICMP. */
static struct icmp_exchange
icmp_exchange_of(uint8_t technique)
{
	static const struct icmp_exchange exchanges[PROBE_TECHNIQUE_COUNT] = {
		[PROBE_ICMP_ECHO] = { ICMP_ECHO_REQUEST, ICMP_ECHO_REPLY },
		[PROBE_ICMP_TIMESTAMP] = { ICMP_TIMESTAMP_REQUEST,
		    ICMP_TIMESTAMP_REPLY },
		[PROBE_ICMP_ADDRESS_MASK] = { ICMP_MASK_REQUEST,
		    ICMP_MASK_REPLY },
		[PROBE_ICMP6_ECHO] = { ICMP6_ECHO_REQUEST, ICMP6_ECHO_REPLY },
		[PROBE_ND] = { ICMP6_NEIGHBOUR_SOLICITATION,
		    ICMP6_NEIGHBOUR_ADVERTISEMENT },
	};

	if (technique >= PROBE_TECHNIQUE_COUNT) {
		return (struct icmp_exchange){ 0, 0 };
	}
	return exchanges[technique];
}

/* Where a solicitation for 'asked' is sent: the group ff02::1:ff00:0/104 with
 * the last 24 bits of the address (RFC 4291, section 2.7.1). */
static struct ip_address
solicited_node(const struct ip_address *asked)
{
	struct ip_address group = { { 0xff, 0x02, [11] = 0x01, [12] = 0xff } };

	memcpy(group.byte + 13, asked->byte + 13, 3);
	return group;
}
