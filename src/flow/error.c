#include <string.h>

#include "flow/room.h"

/* Codes that say the target itself has no such service: RFC 792 (destination
 * unreachable), RFC 4443, sections 3.1 and 3.4. */
enum {
	ICMP_PROTOCOL_UNREACHABLE = 2,
	ICMP_PORT_UNREACHABLE = 3,
	ICMP_FRAGMENTATION_NEEDED = 4,
	ICMP6_PORT_UNREACHABLE = 4,
	ICMP6_UNKNOWN_NEXT_HEADER = 1,
};

/* Types that decode has no use for. */
enum { ICMP_SOURCE_QUENCH = 4, ICMP_PARAMETER_PROBLEM = 12 };

/* What an error means for the attempt it quotes; PROBE_PENDING: nothing. */
static enum probe_outcome
meaning4(uint8_t type, uint8_t code)
{
	switch (type) {
	case ICMP_UNREACHABLE:
		if (code == ICMP_FRAGMENTATION_NEEDED) {
			return PROBE_PENDING;
		}
		return code == ICMP_PORT_UNREACHABLE ||
		        code == ICMP_PROTOCOL_UNREACHABLE
		    ? PROBE_REFUSED
		    : PROBE_FILTERED;
	case ICMP_SOURCE_QUENCH:
	case ICMP_PARAMETER_PROBLEM:
		return PROBE_FILTERED;
	case ICMP_TIME_EXCEEDED:
		/* Code 1 is a reassembly that was not completed. */
		return code == 0 ? PROBE_EXPIRED : PROBE_PENDING;
	default:
		return PROBE_PENDING;
	}
}

static enum probe_outcome
meaning6(uint8_t type, uint8_t code)
{
	switch (type) {
	case ICMP6_UNREACHABLE:
		return code == ICMP6_PORT_UNREACHABLE ? PROBE_REFUSED
		                                      : PROBE_FILTERED;
	case ICMP6_PARAMETER_PROBLEM:
		return code == ICMP6_UNKNOWN_NEXT_HEADER ? PROBE_REFUSED
		                                         : PROBE_FILTERED;
	case ICMP6_TIME_EXCEEDED:
		return code == 0 ? PROBE_EXPIRED : PROBE_PENDING;
	default:
		return PROBE_PENDING;
	}
}

/* Whether hosts speak the protocol to one another otherwise than to probe. */
static bool
is_common_protocol(uint8_t protocol)
{
	switch (protocol) {
	case IP_PROTOCOL_ICMP:
	case IP_PROTOCOL_TCP:
	case IP_PROTOCOL_UDP:
	case IP_PROTOCOL_ICMP6:
	case IP_PROTOCOL_SCTP:
		return true;
	default:
		return false;
	}
}

static bool
is_host(const struct ip_address *address)
{
	return !ip_address_is_unspecified(address) &&
	    !ip_address_is_group(address);
}

/* Whether an error alone shows a probe, and of which target; null: it does not.
 * The source is whom the error was sent to.  Where the quote names another (a
 * translator that leaves quotes alone), only a refusal still tells the target:
 * nobody else can refuse a protocol. */
static const struct ip_address *
inferred_target(const struct packet *packet, enum probe_outcome outcome)
{
	const struct packet_quote *quote = &packet->quote;
	const struct ip_address *target = &quote->target;

	if (is_common_protocol(quote->protocol)) {
		return NULL;
	}
	if (!ip_address_equal(&quote->source, &packet->target)) {
		target = &packet->source;
		if (outcome != PROBE_REFUSED) {
			return NULL;
		}
	}
	return is_host(&packet->target) && is_host(target) ? target : NULL;
}

/* Tells an attempt that is known by its refusal alone. */
static void
infer(struct flow_step *step, const struct ip_address *target,
    enum probe_outcome outcome)
{
	const struct packet *packet = step->packet;
	struct probe *probe = &step->probes[step->probe_count];

	memset(probe, 0, sizeof(*probe));
	probe->time_ns = step->flow->now_ns;
	probe->attempt_ns = step->flow->now_ns;
	probe->source = packet->target;
	probe->target = *target;
	probe->target_port = packet->quote.protocol;
	probe->protocol = packet->quote.protocol;
	probe->traits = PROBE_INFERRED;
	probe->vlan = packet->vlan;
	probe->event = PROBE_ATTEMPT;
	probe->technique = PROBE_IP_PROTOCOL;
	probe->outcome = PROBE_PENDING;
	probe->observation_point = packet->observation_point;
	probe->answer_delay_us = UINT32_MAX;
	probe[1] = probe[0];
	probe[1].event = PROBE_OUTCOME;
	probe[1].outcome = (uint8_t)outcome;
	probe[1].answer_mac = packet->source_mac;
	step->probe_count += 2;
	counter_increment(step->flow->counters, COUNTER_FLOW_INFERRED);
}

/* An error that quotes no attempt. */
static void
stray_error(struct flow_step *step, enum probe_outcome outcome)
{
	struct flow_room *flow = step->flow;
	const struct ip_address *target =
	    inferred_target(step->packet, outcome);

	if (table_peek(&flow->conversations, &step->lookup->key,
	        step->lookup->hash) != NULL) {
		counter_increment(flow->counters, COUNTER_FLOW_IGNORED);
	} else if (outcome != PROBE_EXPIRED && target != NULL) {
		infer(step, target, outcome);
	} else {
		counter_increment(flow->counters, COUNTER_FLOW_UNASKED_ERRORS);
	}
}

void
flow_error(struct flow_step *step, uint32_t index)
{
	const struct packet *packet = step->packet;
	enum probe_outcome outcome = packet->protocol == IP_PROTOCOL_ICMP6
	    ? meaning6(packet->icmp_type, packet->icmp_code)
	    : meaning4(packet->icmp_type, packet->icmp_code);
	struct attempt *attempt;

	if (outcome == PROBE_PENDING) {
		counter_increment(step->flow->counters, COUNTER_FLOW_IGNORED);
		return;
	}
	if (index == ATTEMPT_NONE) {
		stray_error(step, outcome);
		return;
	}
	attempt = flow_attempt(step, index);
	if (attempt->state != ATTEMPT_WAITING ||
	    !flow_from_source(step, attempt)) {
		return; /* Settled, accepted, or about the answer to it. */
	}
	flow_tell(step, index, outcome, true);
	attempts_drop(&step->flow->attempts, index);
}
