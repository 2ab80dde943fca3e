#include "flow/room.h"

enum { DHCP_SERVER_PORT = 67, DHCP_CLIENT_PORT = 68 };

/* The types of the first chunk of an SCTP packet (RFC 9260, section 3.2). */
enum {
	SCTP_DATA = 0,
	SCTP_INIT = 1,
	SCTP_INIT_ACK = 2,
	SCTP_ABORT = 6,
};

/* Protocols that routers speak among themselves and to groups. */
enum {
	IP_PROTOCOL_EIGRP = 88,
	IP_PROTOCOL_OSPF = 89,
	IP_PROTOCOL_PIM = 103,
	IP_PROTOCOL_VRRP = 112,
};

enum { FIRST_CLIENT_PORT = 1024 };

/* Ports above the well-known ones that servers commonly have. */
static bool
is_server_port(uint16_t port)
{
	switch (port) {
	case 1433:
	case 1521:
	case 3128:
	case 3306:
	case 3389:
	case 5432:
	case 5900:
	case 6379:
	case 8000:
	case 8080:
	case 8443:
	case 9100:
		return true;
	default:
		return port < FIRST_CLIENT_PORT;
	}
}

bool
flow_is_dhcp_answer(const struct packet *packet)
{
	return packet->kind == PACKET_UDP &&
	    packet->source_port == DHCP_SERVER_PORT &&
	    packet->target_port == DHCP_CLIENT_PORT;
}

bool
flow_is_likely_answer(const struct packet *packet)
{
	return is_server_port(packet->source_port) &&
	    !is_server_port(packet->target_port);
}

static enum probe_technique
question_technique(const struct packet *packet)
{
	if (packet->kind == PACKET_ARP) {
		return PROBE_ARP;
	}
	if (packet->protocol == IP_PROTOCOL_ICMP6) {
		return packet->icmp_type == ICMP6_ECHO_REQUEST
		    ? PROBE_ICMP6_ECHO
		    : PROBE_ND;
	}
	switch (packet->icmp_type) {
	case ICMP_TIMESTAMP_REQUEST:
		return PROBE_ICMP_TIMESTAMP;
	case ICMP_MASK_REQUEST:
		return PROBE_ICMP_ADDRESS_MASK;
	default:
		return PROBE_ICMP_ECHO;
	}
}

/* A packet of an IP protocol that has no ports we know of. */
static void
other_stranger(struct flow_step *step)
{
	switch (step->packet->protocol) {
	case IP_PROTOCOL_IGMP:
	case IP_PROTOCOL_EIGRP:
	case IP_PROTOCOL_OSPF:
	case IP_PROTOCOL_PIM:
	case IP_PROTOCOL_VRRP:
		counter_increment(step->flow->counters, COUNTER_FLOW_IGNORED);
		break;
	default:
		flow_begin(step, PROBE_IP_PROTOCOL, 0);
	}
}

void
flow_query_stranger(struct flow_step *step)
{
	const struct packet *packet = step->packet;

	if (step->lookup->role == FLOW_ROLE_QUESTION) {
		flow_begin(step, question_technique(packet), 0);
	} else if (step->lookup->role == FLOW_ROLE_ANSWER) {
		counter_increment(
		    step->flow->counters, COUNTER_FLOW_UNASKED_ANSWERS);
	} else if (packet->kind == PACKET_UDP) {
		flow_begin(step, PROBE_UDP,
		    flow_is_likely_answer(packet) ? PROBE_LIKELY_ANSWER : 0);
	} else if (packet->kind == PACKET_IP_OTHER) {
		other_stranger(step);
	} else if (packet->sctp_chunk == SCTP_INIT) {
		flow_begin(step, PROBE_SCTP_INIT, 0);
	} else {
		counter_increment(step->flow->counters, COUNTER_FLOW_IGNORED);
	}
}

static void
sctp_packet(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);
	uint32_t chunk = step->packet->sctp_chunk;

	if (attempt->state == ATTEMPT_SETTLED) {
		if (chunk == SCTP_DATA) {
			flow_promote(step, index);
		} else if (chunk == SCTP_INIT) {
			attempts_drop(&step->flow->attempts, index);
			flow_begin(step, PROBE_SCTP_INIT, 0);
		} else {
			flow_settle(step, index); /* Waits anew. */
		}
	} else if (flow_from_source(step, attempt)) {
		return; /* Sent again. */
	} else if (chunk == SCTP_ABORT) {
		flow_tell(step, index, PROBE_REFUSED, true);
		attempts_drop(&step->flow->attempts, index);
	} else {
		flow_tell(step, index, PROBE_ANSWERED, true);
		flow_settle(step, index);
	}
}

/* UDP, or a protocol without ports: any packet back is a reply. */
static void
datagram(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);

	if (flow_from_source(step, attempt)) {
		return; /* Sent again. */
	}
	if ((attempt->traits & PROBE_PAYLOAD) != 0) {
		attempt->traits |= PROBE_SOURCE_SPOKE;
	}
	if (step->packet->payload_size != 0) {
		attempt->traits |= PROBE_TARGET_SPOKE;
	}
	flow_tell(step, index, PROBE_PRODUCTIVE, true);
	flow_promote(step, index);
}

void
flow_query_attempt(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);

	switch (step->lookup->role) {
	case FLOW_ROLE_QUESTION:
		break; /* Asked again: an attempt absorbs that. */
	case FLOW_ROLE_ANSWER:
		if (attempt->state == ATTEMPT_WAITING) {
			flow_tell(step, index, PROBE_ANSWERED, true);
			/* Stays where it is, to absorb repeats. */
			attempt->state = ATTEMPT_SETTLED;
		}
		break;
	default:
		if (step->packet->kind == PACKET_SCTP) {
			sctp_packet(step, index);
		} else {
			datagram(step, index);
		}
	}
}
