#include "stage.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t expected; /* How many of 'told' were checked. */

static const struct hash_key key = { { 0x0123456789abcdef, 42 } };

void
stage_open(struct stage *stage)
{
	stage_open_of(stage, 256, 256);
}

void
stage_open_of(
    struct stage *stage, uint32_t conversation_count, uint32_t attempt_count)
{
	struct flow_sizes sizes = { conversation_count, attempt_count };

	memset(stage, 0, sizeof(*stage));
	cr_assert_eq(region_init(&stage->region, flow_bytes_of(&sizes)), 0);
	stage->flow =
	    flow_init_of(&sizes, &stage->region, &key, &stage->counters);
	cr_assert_eq(stage->region.used, stage->region.size,
	    "flow_bytes_of() is what flow_init_of() carves");
	region_seal(&stage->region);
	stage->now_ns = 1700000000 * NS_PER_S;
	expected = 0;
}

void
stage_close(struct stage *stage)
{
	region_finish(&stage->region);
}

static void
note(struct stage *stage, const struct probe *probe)
{
	if (probe->outcome == PROBE_OVERDUE && !stage->keeps_overdue) {
		return;
	}
	cr_assert_lt(stage->told_count, STAGE_TOLD_MAX);
	stage->told[stage->told_count++] = *probe;
}

static void
take_timeouts(struct stage *stage, uint64_t now_ns)
{
	struct probe probe;

	while (flow_next_timeout(stage->flow, now_ns, &probe)) {
		note(stage, &probe);
	}
}

void
stage_send(struct stage *stage, const struct packet *packet)
{
	struct probe probes[FLOW_PROBES_PER_PACKET];
	struct flow_lookup lookup;
	uint32_t count;

	flow_prefetch(stage->flow, packet, &lookup);
	flow_prefetch_record(stage->flow, &lookup);
	flow_prefetch_attempt(stage->flow, &lookup);
	take_timeouts(stage, packet->time_ns);
	count = flow_packet(
	    stage->flow, packet, &lookup, probes, &stage->conversation);
	for (uint32_t i = 0; i < count; i++) {
		note(stage, &probes[i]);
	}
}

void
stage_wait(struct stage *stage, uint64_t duration_ns)
{
	stage->now_ns += duration_ns;
	take_timeouts(stage, stage->now_ns);
}

static void
read_end(const char *text, struct ip_address *address, uint16_t *port)
{
	char copy[IP_PREFIX_TEXT_SIZE + 8];
	char *slash;

	snprintf(copy, sizeof(copy), "%s", text);
	slash = strchr(copy, '/');
	*port = 0;
	if (slash != NULL) {
		*port = (uint16_t)strtoul(slash + 1, NULL, 10);
		*slash = '\0';
	}
	cr_assert(ip_address_parse(copy, address), "address: %s", text);
}

/* The MAC address that a test's host has: made of its IP address. */
static struct mac_address
mac_of(const struct ip_address *address)
{
	return (struct mac_address){ { 2, 0, 0, address->byte[13],
	    address->byte[14], address->byte[15] } };
}

static struct packet
next_packet(struct stage *stage, const char *from, const char *to)
{
	struct packet packet = {
		.ttl = 64,
		.vlan = VLAN_NONE,
		.inner_vlan = VLAN_NONE,
		.has_macs = true,
	};

	read_end(from, &packet.source, &packet.source_port);
	read_end(to, &packet.target, &packet.target_port);
	packet.source_mac = mac_of(&packet.source);
	packet.target_mac = mac_of(&packet.target);
	stage->now_ns += NS_PER_MS;
	packet.time_ns = stage->now_ns;
	return packet;
}

struct packet
stage_tcp(struct stage *stage, const char *from, const char *to, uint8_t flags,
    uint32_t payload_size)
{
	struct packet packet = next_packet(stage, from, to);

	packet.kind = PACKET_TCP;
	packet.protocol = IP_PROTOCOL_TCP;
	packet.tcp_flags = flags;
	packet.payload_size = payload_size;
	if ((flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
		packet.tcp_options = STACK_OPTIONS;
	}
	return packet;
}

struct packet
stage_udp(struct stage *stage, const char *from, const char *to,
    uint32_t payload_size)
{
	struct packet packet = next_packet(stage, from, to);

	packet.kind = PACKET_UDP;
	packet.protocol = IP_PROTOCOL_UDP;
	packet.payload_size = payload_size;
	return packet;
}

struct packet
stage_other(
    struct stage *stage, const char *from, const char *to, uint8_t protocol)
{
	struct packet packet = next_packet(stage, from, to);

	packet.kind =
	    protocol == IP_PROTOCOL_SCTP ? PACKET_SCTP : PACKET_IP_OTHER;
	packet.protocol = protocol;
	return packet;
}

struct packet
stage_icmp(struct stage *stage, const char *from, const char *to, uint8_t type,
    uint8_t code)
{
	struct packet packet = next_packet(stage, from, to);

	packet.kind = PACKET_ICMP;
	packet.protocol = ip_address_is_v4(&packet.source) ? IP_PROTOCOL_ICMP
	                                                   : IP_PROTOCOL_ICMP6;
	packet.icmp_type = type;
	packet.icmp_code = code;
	return packet;
}

struct packet
stage_arp(
    struct stage *stage, const char *from, const char *to, uint16_t operation)
{
	struct packet packet = next_packet(stage, from, to);

	packet.kind = PACKET_ARP;
	packet.protocol = IP_PROTOCOL_ARP_KEY;
	packet.arp_operation = operation;
	packet.ttl = 0;
	if (operation == ARP_REQUEST) {
		memset(&packet.target_mac, 0xff, sizeof(packet.target_mac));
	}
	return packet;
}

struct packet
stage_neighbour(struct stage *stage, const char *from, const char *to,
    const char *asked, uint8_t type)
{
	struct packet packet = stage_icmp(stage, from, to, type, 0);
	uint16_t unused;

	read_end(asked, &packet.asked, &unused);
	packet.ttl = 255;
	if (ip_address_is_group(&packet.target)) {
		packet.target_mac = (struct mac_address){ { 0x33, 0x33 } };
	}
	return packet;
}

struct packet
stage_error(struct stage *stage, const char *from, const struct packet *about,
    uint8_t type, uint8_t code)
{
	char to[IP_ADDRESS_TEXT_SIZE];
	struct packet packet;

	ip_address_format(&about->source, to);
	packet = stage_icmp(stage, from, to, type, code);
	packet.quote = (struct packet_quote){
		.present = true,
		.has_ports = true,
		.protocol = about->protocol,
		.icmp_type = about->icmp_type,
		.source_port = about->source_port,
		.target_port = about->target_port,
		.source = about->source,
		.target = about->target,
	};
	return packet;
}

void
tcp(struct stage *stage, const char *from, const char *to, uint8_t flags,
    uint32_t payload_size)
{
	struct packet packet = stage_tcp(stage, from, to, flags, payload_size);

	stage_send(stage, &packet);
}

void
udp(struct stage *stage, const char *from, const char *to,
    uint32_t payload_size)
{
	struct packet packet = stage_udp(stage, from, to, payload_size);

	stage_send(stage, &packet);
}

void
icmp(struct stage *stage, const char *from, const char *to, uint8_t type,
    uint16_t identifier)
{
	struct packet packet = stage_icmp(stage, from, to, type, 0);

	packet.source_port = identifier;
	stage_send(stage, &packet);
}

void
arp(struct stage *stage, const char *from, const char *to, uint16_t operation)
{
	struct packet packet = stage_arp(stage, from, to, operation);

	stage_send(stage, &packet);
}

void
error(struct stage *stage, const char *from, const struct packet *about,
    uint8_t type, uint8_t code)
{
	struct packet packet = stage_error(stage, from, about, type, code);

	stage_send(stage, &packet);
}

void
handshake(struct stage *stage, const char *source, const char *target)
{
	tcp(stage, source, target, SYN, 0);
	expect_attempt(stage, PROBE_TCP_CONNECT);
	tcp(stage, target, source, SYN | ACK, 0);
	expect_outcome(stage, PROBE_TCP_CONNECT, PROBE_ANSWERED);
	tcp(stage, source, target, ACK, 0);
	expect_nothing(stage);
}

static const char *
technique_name(uint8_t technique)
{
	return probe_technique_name((enum probe_technique)technique);
}

void
expect_attempt(struct stage *stage, enum probe_technique technique)
{
	const struct probe *probe = &stage->told[expected];

	cr_assert_lt(expected, stage->told_count, "nothing was told, not %s",
	    technique_name(technique));
	cr_assert_eq(probe->event, PROBE_ATTEMPT, "told: %s %s",
	    technique_name(probe->technique),
	    probe_outcome_name(probe->outcome));
	cr_assert_eq(probe->technique, technique, "told: %s",
	    technique_name(probe->technique));
	cr_assert_eq(probe->outcome, PROBE_PENDING);
	cr_assert_eq(probe->attempt_ns, probe->time_ns);
	expected++;
}

void
expect_outcome(struct stage *stage, enum probe_technique technique,
    enum probe_outcome outcome)
{
	const struct probe *probe = &stage->told[expected];

	cr_assert_lt(expected, stage->told_count, "nothing was told, not %s",
	    probe_outcome_name(outcome));
	cr_assert_eq(probe->event, PROBE_OUTCOME, "told: attempt of %s",
	    technique_name(probe->technique));
	cr_assert_eq(probe->outcome, outcome, "told: %s",
	    probe_outcome_name(probe->outcome));
	cr_assert_eq(probe->technique, technique, "told: %s",
	    technique_name(probe->technique));
	expected++;
}

void
expect_nothing(struct stage *stage)
{
	const struct probe *probe = &stage->told[expected];

	cr_assert_eq(expected, stage->told_count, "told: %s %s",
	    technique_name(probe->technique),
	    probe_outcome_name(probe->outcome));
}

const struct probe *
last_told(const struct stage *stage)
{
	cr_assert_gt(expected, 0);
	return &stage->told[expected - 1];
}

uint64_t
counted(const struct stage *stage, enum counter which)
{
	return stage->counters.value[which];
}
