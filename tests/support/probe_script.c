#include "support/probe_script.h"

#include <stdlib.h>
#include <string.h>

/* As flow/flow.h has them. */
static const uint64_t overdue_ns = 10 * NS_PER_MS;
static const uint64_t silent_ns = 3 * NS_PER_S;
static const uint64_t lapse_ns = 21 * NS_PER_S;

static const uint64_t usual_round_trip_ns = 400 * NS_PER_US;

static uint8_t
protocol_of(enum probe_technique technique)
{
	switch (technique) {
	case PROBE_UDP:
		return IP_PROTOCOL_UDP;
	case PROBE_ICMP_ECHO:
	case PROBE_ICMP_TIMESTAMP:
	case PROBE_ICMP_ADDRESS_MASK:
		return IP_PROTOCOL_ICMP;
	case PROBE_ICMP6_ECHO:
	case PROBE_ND:
		return IP_PROTOCOL_ICMP6;
	case PROBE_ARP:
		return IP_PROTOCOL_ARP_KEY;
	case PROBE_SCTP_INIT:
		return IP_PROTOCOL_SCTP;
	case PROBE_TCP_SYN:
	case PROBE_TCP_CONNECT:
	case PROBE_TCP_FIN:
	case PROBE_TCP_NULL:
	case PROBE_TCP_XMAS:
	case PROBE_TCP_MAIMON:
	case PROBE_TCP_ACK:
	case PROBE_TCP_OTHER:
	case PROBE_IP_PROTOCOL:
	case PROBE_TECHNIQUE_COUNT:
		break;
	}
	return IP_PROTOCOL_TCP;
}

struct mac_address
mac_of(const struct ip_address *address)
{
	struct mac_address mac = { { 0x02, 0x5e } };

	memcpy(mac.byte + 2, address->byte + 12, 4);
	return mac;
}

struct probe
probe_of(enum probe_technique technique, const struct ip_address *source,
    const struct ip_address *target, uint16_t port, uint64_t time_ns)
{
	struct probe probe;

	memset(&probe, 0, sizeof(probe));
	probe.time_ns = time_ns;
	probe.attempt_ns = time_ns;
	probe.source = *source;
	probe.target = *target;
	probe.source_port =
	    (uint16_t)(32768 + time_ns / NS_PER_US * 7919 % 28000);
	probe.target_port = port;
	probe.vlan = VLAN_NONE;
	probe.event = PROBE_ATTEMPT;
	probe.technique = (uint8_t)technique;
	probe.outcome = PROBE_PENDING;
	probe.protocol = technique == PROBE_IP_PROTOCOL
	    ? (uint8_t)port
	    : protocol_of(technique);
	probe.source_mac = mac_of(source);
	probe.target_mac = mac_of(target);
	probe.ttl = 64;
	probe.answer_delay_us = UINT32_MAX;
	if (technique == PROBE_TCP_SYN) {
		probe.traits = PROBE_CRAFTED;
	}
	return probe;
}

void
script_add_event(struct script *script, const struct probe *event)
{
	if (script->count == script->capacity) {
		script->capacity =
		    script->capacity == 0 ? 256 : 2 * script->capacity;
		script->events = realloc(
		    script->events, script->capacity * sizeof(*script->events));
		SW_ASSERT(script->events != NULL);
	}
	script->events[script->count++] = *event;
}

static uint64_t
round_trip_of(const struct script *script)
{
	return script->round_trip_ns == 0 ? usual_round_trip_ns
	                                  : script->round_trip_ns;
}

/* Adds an outcome of 'attempt' after 'delay_ns', with more 'traits'. */
static void
add_outcome(struct script *script, const struct probe *attempt,
    enum probe_outcome outcome, uint64_t delay_ns, uint16_t traits)
{
	struct probe event = *attempt;

	event.event = PROBE_OUTCOME;
	event.outcome = (uint8_t)outcome;
	event.time_ns = attempt->attempt_ns + delay_ns;
	event.traits |= traits;
	switch (outcome) {
	case PROBE_ANSWERED:
	case PROBE_PRODUCTIVE:
	case PROBE_REFUSED:
	case PROBE_SESSION:
		event.answer_mac = mac_of(&attempt->target);
		event.answer_delay_us = (uint32_t)(delay_ns / NS_PER_US);
		break;
	case PROBE_ONE_WAY:
	case PROBE_HALF:
		event.answer_delay_us =
		    (uint32_t)(round_trip_of(script) / NS_PER_US);
		break;
	case PROBE_PENDING:
	case PROBE_FILTERED:
	case PROBE_EXPIRED:
	case PROBE_SILENT:
	case PROBE_DISPLACED:
	case PROBE_OVERDUE:
	case PROBE_OUTCOME_COUNT:
		break;
	}
	if (outcome == PROBE_HALF && (traits & PROBE_COMPLETED) == 0) {
		event.technique = PROBE_TCP_SYN; /* Proved half-open. */
	}
	script_add_event(script, &event);
}

/* A served attempt: whether payload makes the end of it. */
static void
add_service(
    struct script *script, const struct probe *attempt, uint64_t round_trip_ns)
{
	switch ((enum probe_technique)attempt->technique) {
	case PROBE_TCP_SYN:
	case PROBE_TCP_CONNECT:
		add_outcome(script, attempt, PROBE_PRODUCTIVE,
		    2 * round_trip_ns,
		    PROBE_COMPLETED | PROBE_SOURCE_SPOKE | PROBE_TARGET_SPOKE);
		return;
	case PROBE_UDP:
	case PROBE_IP_PROTOCOL:
		add_outcome(script, attempt, PROBE_PRODUCTIVE, round_trip_ns,
		    PROBE_SOURCE_SPOKE | PROBE_TARGET_SPOKE);
		return;
	case PROBE_TCP_FIN:
	case PROBE_TCP_NULL:
	case PROBE_TCP_XMAS:
	case PROBE_TCP_MAIMON:
	case PROBE_TCP_ACK:
	case PROBE_TCP_OTHER:
	case PROBE_ICMP_ECHO:
	case PROBE_ICMP_TIMESTAMP:
	case PROBE_ICMP_ADDRESS_MASK:
	case PROBE_ICMP6_ECHO:
	case PROBE_ARP:
	case PROBE_ND:
	case PROBE_SCTP_INIT:
	case PROBE_TECHNIQUE_COUNT:
		break;
	}
	add_outcome(script, attempt, PROBE_ANSWERED, round_trip_ns, 0);
}

/* A TCP connection that was accepted: how it ended. */
static void
add_accepted(struct script *script, const struct probe *attempt, enum fate fate,
    uint64_t round_trip_ns)
{
	static const uint16_t both = PROBE_COMPLETED | PROBE_SOURCE_RESET;

	if (fate == FATE_HALF_OPEN) {
		add_outcome(script, attempt, PROBE_HALF,
		    round_trip_ns + 50 * NS_PER_US, PROBE_SOURCE_RESET);
	} else if (fate == FATE_LEFT) {
		add_outcome(
		    script, attempt, PROBE_HALF, 2 * round_trip_ns, both);
	} else if (fate == FATE_LAPSED) {
		add_outcome(script, attempt, PROBE_HALF,
		    round_trip_ns + lapse_ns, PROBE_COMPLETED);
	} else if (fate == FATE_BANNER) {
		add_outcome(script, attempt, PROBE_ONE_WAY,
		    2 * round_trip_ns + 20 * NS_PER_MS,
		    PROBE_COMPLETED | PROBE_TARGET_SPOKE);
	} else if (fate == FATE_UPLOAD) {
		add_outcome(script, attempt, PROBE_ONE_WAY,
		    2 * round_trip_ns + 20 * NS_PER_MS,
		    PROBE_COMPLETED | PROBE_SOURCE_SPOKE);
	}
}

void
script_add(struct script *script, const struct probe *attempt, enum fate fate)
{
	uint64_t round_trip_ns = round_trip_of(script);
	bool is_tcp_request = attempt->technique == PROBE_TCP_SYN ||
	    attempt->technique == PROBE_TCP_CONNECT;
	bool is_answered =
	    fate != FATE_SILENT && fate != FATE_UNSEEN && fate != FATE_NONE;

	script_add_event(script, attempt);
	if (fate != FATE_NONE && (!is_answered || round_trip_ns > overdue_ns)) {
		add_outcome(script, attempt, PROBE_OVERDUE, overdue_ns, 0);
	}
	switch (fate) {
	case FATE_SERVED:
		if (is_tcp_request) {
			add_outcome(
			    script, attempt, PROBE_ANSWERED, round_trip_ns, 0);
		}
		add_service(script, attempt, round_trip_ns);
		break;
	case FATE_REFUSED:
		add_outcome(script, attempt, PROBE_REFUSED, round_trip_ns, 0);
		break;
	case FATE_FILTERED:
		add_outcome(script, attempt, PROBE_FILTERED, round_trip_ns, 0);
		break;
	case FATE_SILENT:
		add_outcome(script, attempt, PROBE_SILENT, silent_ns, 0);
		break;
	case FATE_HALF_OPEN:
	case FATE_LEFT:
	case FATE_LAPSED:
	case FATE_BANNER:
	case FATE_UPLOAD:
		add_outcome(script, attempt, PROBE_ANSWERED, round_trip_ns, 0);
		add_accepted(script, attempt, fate, round_trip_ns);
		break;
	case FATE_UNSEEN:
		add_outcome(script, attempt, PROBE_ONE_WAY, lapse_ns,
		    PROBE_COMPLETED | PROBE_SOURCE_SPOKE);
		script->events[script->count - 1].answer_delay_us = UINT32_MAX;
		break;
	case FATE_EXPIRED:
		add_outcome(script, attempt, PROBE_EXPIRED, round_trip_ns, 0);
		break;
	case FATE_SESSION:
		add_outcome(script, attempt, PROBE_SESSION, round_trip_ns, 0);
		break;
	case FATE_NONE:
		break;
	}
}

static int
compare(const void *a, const void *b)
{
	const struct probe *const *first = a;
	const struct probe *const *second = b;

	if ((*first)->time_ns != (*second)->time_ns) {
		return (*first)->time_ns < (*second)->time_ns ? -1 : 1;
	}
	return *first < *second ? -1 : *first > *second;
}

void
script_sort(struct script *script)
{
	if (script->order_capacity < script->capacity) {
		script->order_capacity = script->capacity;
		free(script->order);
		script->order =
		    calloc(script->order_capacity, sizeof(*script->order));
		SW_ASSERT(script->order != NULL);
	}
	for (size_t i = 0; i < script->count; i++) {
		script->order[i] = &script->events[i];
	}
	qsort(script->order, script->count, sizeof(*script->order), compare);
}

void
script_clear(struct script *script)
{
	script->count = 0;
}

void
script_finish(struct script *script)
{
	free(script->events);
	free(script->order);
	memset(script, 0, sizeof(*script));
}
