#include "flow/flow.h"

#include <string.h>

#include "flow/room.h"

enum { LOW_TTL = 30 };

/* The outcomes' counters stand in the order of the outcomes. */
_Static_assert(COUNTER_FLOW_OVERDUE - COUNTER_FLOW_ANSWERED ==
        PROBE_OVERDUE - PROBE_ANSWERED,
    "a counter for each outcome");

static const struct flow_sizes configured = {
	.conversation_count = CONFIG_FLOW_COUNT,
	.attempt_count = CONFIG_FLOW_ATTEMPT_COUNT,
};

size_t
flow_bytes(void)
{
	return flow_bytes_of(&configured);
}

struct flow_room *
flow_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters)
{
	return flow_init_of(&configured, region, hash_key, counters);
}

size_t
flow_bytes_of(const struct flow_sizes *sizes)
{
	return region_bytes(1, sizeof(struct flow_room)) +
	    TABLE_BYTES(
	        sizes->conversation_count, sizeof(struct flow_conversation)) +
	    attempts_bytes(sizes->attempt_count);
}

struct flow_room *
flow_init_of(const struct flow_sizes *sizes, struct region *region,
    const struct hash_key *hash_key, struct counters *counters)
{
	struct flow_room *flow = region_carve(region, 1, sizeof(*flow));

	table_init(&flow->conversations, region, sizes->conversation_count,
	    sizeof(struct flow_conversation), sizeof(struct five_tuple),
	    hash_key);
	attempts_init(&flow->attempts, region, sizes->attempt_count);
	hash_secret_init(&flow->secret, hash_key);
	flow->counters = counters;
	return flow;
}

/* Of conversations and attempts alike. */
static inline uint64_t
hash_of(const struct flow_room *flow, const struct five_tuple *key)
{
	return key_hash(&flow->secret, key, sizeof(*key));
}

void
flow_prefetch(const struct flow_room *flow, const struct packet *packet,
    struct flow_lookup *lookup)
{
	flow_lookup_make(packet, lookup);
	lookup->is_stranger = false;
	if (lookup->role == FLOW_ROLE_NONE) {
		return;
	}
	lookup->hash = hash_of(flow, &lookup->key);
	table_prefetch(&flow->conversations, lookup->hash);
}

void
flow_prefetch_record(const struct flow_room *flow, struct flow_lookup *lookup)
{
	if (lookup->role != FLOW_ROLE_NONE &&
	    !table_prefetch_record(&flow->conversations, lookup->hash)) {
		lookup->is_stranger = true;
		attempts_prefetch(&flow->attempts, lookup->hash);
	}
}

void
flow_prefetch_attempt(
    const struct flow_room *flow, const struct flow_lookup *lookup)
{
	if (lookup->is_stranger) {
		attempts_prefetch_entry(&flow->attempts, lookup->hash);
	}
}

static uint32_t
seconds_of(uint64_t time_ns)
{
	return (uint32_t)(time_ns / NS_PER_S);
}

/* Takes a packet into a conversation.  False: that is over, and the packet
 * begins another.  (How a TCP conversation ends does not matter: its record
 * absorbs the last packets, whatever they are, and a SYN begins anew.) */
static bool
continue_conversation(struct flow_room *flow,
    struct flow_conversation *conversation, const struct packet *packet,
    bool from_low)
{
	if (packet->kind == PACKET_TCP) {
		if ((packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST)) ==
		    TCP_SYN) {
			return false;
		}
	} else if (flow->now_ns - conversation->last_ns >
	        FLOW_IDLE_TIMEOUT_NS &&
	    conversation->initiator_is_low == from_low) {
		return false;
	}
	conversation->last_ns = flow->now_ns;
	if (packet->payload_size != 0 &&
	    conversation->payload_packets < UINT16_MAX) {
		conversation->payload_packets++;
	}
	return true;
}

/* A packet of no conversation. */
static void
take_packet(struct flow_step *step)
{
	uint32_t index = attempts_find(
	    &step->flow->attempts, &step->lookup->key, step->lookup->hash);

	if (step->lookup->role == FLOW_ROLE_ERROR) {
		flow_error(step, index);
	} else if (step->packet->kind == PACKET_TCP) {
		if (index == ATTEMPT_NONE) {
			flow_tcp_stranger(step);
		} else {
			flow_tcp_attempt(step, index);
		}
	} else if (index == ATTEMPT_NONE) {
		flow_query_stranger(step);
	} else {
		flow_query_attempt(step, index);
	}
}

uint32_t
flow_packet(struct flow_room *flow, const struct packet *packet,
    const struct flow_lookup *lookup,
    struct probe probes[FLOW_PROBES_PER_PACKET],
    struct flow_conversation **conversation)
{
	struct flow_step step = { flow, packet, lookup, probes, 0, NULL };

	if (packet->time_ns > flow->now_ns) {
		flow->now_ns = packet->time_ns;
	}
	*conversation = NULL;
	if (lookup->role == FLOW_ROLE_NONE) {
		counter_increment(flow->counters, COUNTER_FLOW_IGNORED);
		return 0;
	}
	if (lookup->role == FLOW_ROLE_TRAFFIC) {
		struct flow_conversation *found =
		    table_find(&flow->conversations, &lookup->key, lookup->hash,
		        seconds_of(flow->now_ns));

		if (found != NULL) {
			if (SW_LIKELY(continue_conversation(
			        flow, found, packet, lookup->source_is_low))) {
				*conversation = found;
				return 0;
			}
			table_drop(&flow->conversations, found);
		}
	}
	take_packet(&step);
	SW_ASSERT(step.probe_count <= FLOW_PROBES_PER_PACKET);
	*conversation = step.conversation;
	return step.probe_count;
}

/* From attempt to answer, in microseconds. */
static uint32_t
delay_us(uint64_t attempt_ns, uint64_t answer_ns)
{
	uint64_t us = (answer_ns - attempt_ns) / NS_PER_US;

	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX - 1;
}

/* Writes all that is held of an attempt. */
static void
fill_probe(const struct flow_room *flow, uint32_t index, uint64_t time_ns,
    struct probe *probe)
{
	const struct attempt *attempt = &flow->attempts.entries[index];
	const struct attempt_rest *rest = &flow->attempts.rest[index];

	memset(probe, 0, sizeof(*probe));
	flow_ends_of(attempt, probe);
	probe->time_ns = time_ns;
	probe->attempt_ns = attempt->attempt_ns;
	probe->traits = attempt->traits;
	probe->vlan = attempt->vlan;
	probe->technique = attempt->technique;
	probe->source_mac = rest->source_mac;
	probe->target_mac = rest->target_mac;
	probe->answer_mac = rest->answer_mac;
	probe->ttl = attempt->ttl;
	probe->tcp_flags = attempt->tcp_flags;
	probe->observation_point = attempt->observation_point;
	probe->tcp_window = attempt->tcp_window;
	probe->ip_id = attempt->ip_id;
	probe->tcp_options_hash = attempt->tcp_options_hash;
	probe->answer_delay_us = UINT32_MAX;
	if ((attempt->marks & ATTEMPT_ANSWER_SEEN) != 0) {
		probe->answer_delay_us =
		    delay_us(attempt->attempt_ns, rest->since_ns);
	}
}

static void
fill_outcome(struct flow_room *flow, uint32_t index, uint64_t time_ns,
    enum probe_outcome outcome, struct probe *probe)
{
	fill_probe(flow, index, time_ns, probe);
	probe->event = PROBE_OUTCOME;
	probe->outcome = (uint8_t)outcome;
	counter_increment(flow->counters,
	    (enum counter)(COUNTER_FLOW_ANSWERED + outcome - PROBE_ANSWERED));
}

void
flow_tell(struct flow_step *step, uint32_t index, enum probe_outcome outcome,
    bool is_answer)
{
	struct flow_room *flow = step->flow;
	struct probe *probe = &step->probes[step->probe_count++];

	if (is_answer) {
		flow->attempts.rest[index].answer_mac =
		    step->packet->source_mac;
	}
	fill_outcome(flow, index, flow->now_ns, outcome, probe);
	if (is_answer) {
		probe->answer_delay_us =
		    delay_us(probe->attempt_ns, flow->now_ns);
	}
}

void
flow_settle(struct flow_step *step, uint32_t index)
{
	flow_attempt(step, index)->state = ATTEMPT_SETTLED;
	attempts_move(&step->flow->attempts, index, ATTEMPT_QUEUE_QUIET,
	    step->flow->now_ns);
}

/* Makes the room that an entry for 'hash' needs. */
static void
make_room(struct flow_step *step)
{
	struct flow_room *flow = step->flow;
	uint32_t index;

	while ((index = attempts_in_the_way(
	            &flow->attempts, step->lookup->hash)) != ATTEMPT_NONE) {
		uint8_t state = flow->attempts.entries[index].state;

		if (state == ATTEMPT_WAITING || state == ATTEMPT_OPEN) {
			flow_tell(step, index, PROBE_DISPLACED, false);
		} else {
			counter_increment(
			    flow->counters, COUNTER_FLOW_QUIET_DISPLACED);
		}
		attempts_drop(&flow->attempts, index);
	}
}

static uint32_t
take_attempt(struct flow_step *step, enum attempt_queue queue)
{
	struct flow_room *flow = step->flow;
	uint32_t index;

	make_room(step);
	index = attempts_take(&flow->attempts, &step->lookup->key,
	    step->lookup->hash, queue, flow->now_ns);
	flow->attempts.entries[index].attempt_ns = flow->now_ns;
	flow->attempts.entries[index].marks =
	    step->lookup->source_is_low ? ATTEMPT_SOURCE_IS_LOW : 0;
	flow->counters->value[COUNTER_FLOW_ATTEMPTS_PEAK] = flow->attempts.peak;
	return index;
}

static uint16_t
traits_of(const struct packet *packet)
{
	uint16_t traits = 0;

	if (packet->fragment) {
		traits |= PROBE_FRAGMENTED;
	}
	if (packet->payload_size != 0 && packet->kind != PACKET_ICMP) {
		traits |= PROBE_PAYLOAD;
	}
	if (packet->ttl <= LOW_TTL && packet->kind != PACKET_ARP) {
		traits |= PROBE_LOW_TTL;
	}
	if (packet->has_macs && mac_address_is_group(&packet->target_mac)) {
		traits |= PROBE_GROUP_MAC;
	}
	if (packet->wrapping != 0) {
		traits |= PROBE_WRAPPED;
	}
	return traits;
}

/* Whether the packet goes from one host to one host.  ARP and neighbour
 * discovery ask all about one, and may ask before they have an address. */
static bool
is_between_hosts(const struct packet *packet, enum probe_technique technique)
{
	if (technique == PROBE_ARP || technique == PROBE_ND) {
		const struct ip_address *asked =
		    technique == PROBE_ND ? &packet->asked : &packet->target;

		return !ip_address_is_group(asked) &&
		    !ip_address_is_unspecified(asked) &&
		    !ip_address_is_group(&packet->source);
	}
	return !ip_address_is_group(&packet->target) &&
	    !ip_address_is_unspecified(&packet->target) &&
	    !ip_address_is_group(&packet->source) &&
	    !ip_address_is_unspecified(&packet->source) &&
	    !(packet->has_macs && mac_address_is_group(&packet->target_mac));
}

void
flow_begin(
    struct flow_step *step, enum probe_technique technique, uint16_t traits)
{
	const struct packet *packet = step->packet;
	struct flow_room *flow = step->flow;
	struct attempt *attempt;
	struct attempt_rest *rest;
	struct probe *probe;
	uint32_t index;

	if (!is_between_hosts(packet, technique) &&
	    !flow_is_dhcp_answer(packet)) {
		counter_increment(flow->counters, COUNTER_FLOW_GROUP_PACKETS);
		return;
	}
	index = take_attempt(step, ATTEMPT_QUEUE_NEW);
	attempt = &flow->attempts.entries[index];
	attempt->technique = (uint8_t)technique;
	attempt->traits = traits | traits_of(packet);
	attempt->vlan = packet->vlan;
	attempt->ttl = packet->ttl;
	attempt->tcp_flags = packet->tcp_flags;
	attempt->tcp_window = packet->tcp_window;
	attempt->tcp_options_hash = packet->tcp_options_hash;
	attempt->ip_id = packet->ip_id;
	attempt->observation_point = packet->observation_point;
	attempt->packets = 1;
	rest = &flow->attempts.rest[index];
	rest->source_mac = packet->source_mac;
	rest->target_mac = packet->target_mac;
	probe = &step->probes[step->probe_count++];
	fill_probe(flow, index, flow->now_ns, probe);
	probe->event = PROBE_ATTEMPT;
	probe->outcome = PROBE_PENDING;
	counter_increment(flow->counters, COUNTER_FLOW_ATTEMPTS);
}

void
flow_begin_midstream(struct flow_step *step)
{
	struct attempt *attempt;

	if (!is_between_hosts(step->packet, PROBE_TCP_ACK)) {
		counter_increment(
		    step->flow->counters, COUNTER_FLOW_GROUP_PACKETS);
		return;
	}
	attempt = flow_attempt(step, take_attempt(step, ATTEMPT_QUEUE_QUIET));
	attempt->state = ATTEMPT_MIDSTREAM;
	counter_increment(step->flow->counters, COUNTER_FLOW_MIDSTREAM);
}

/* Makes the conversation of an attempt, whose entry goes. */
static struct flow_conversation *
make_conversation(
    struct flow_room *flow, uint32_t index, uint64_t hash, uint64_t now_ns)
{
	const struct attempt *attempt = &flow->attempts.entries[index];
	struct flow_conversation *conversation;
	bool evicted;

	conversation = table_take(&flow->conversations, &attempt->key, hash,
	    seconds_of(now_ns), NULL, &evicted);
	conversation->initiator_is_low =
	    (attempt->marks & ATTEMPT_SOURCE_IS_LOW) != 0;
	if (attempt->state == ATTEMPT_MIDSTREAM) {
		conversation->initiator_is_low = FLOW_INITIATOR_UNKNOWN;
	}
	conversation->last_ns = now_ns;
	attempts_drop(&flow->attempts, index);
	counter_increment(flow->counters, COUNTER_FLOW_CONVERSATIONS);
	counter_add(
	    flow->counters, COUNTER_FLOW_CONVERSATIONS_EVICTED, evicted);
	return conversation;
}

void
flow_promote(struct flow_step *step, uint32_t index)
{
	struct flow_room *flow = step->flow;

	step->conversation =
	    make_conversation(flow, index, step->lookup->hash, flow->now_ns);
	step->conversation->payload_packets = 1; /* What the other end sent. */
	(void)continue_conversation(flow, step->conversation, step->packet,
	    step->lookup->source_is_low);
}

/* An accepted connection's time is up.  It may still be in use: one whose
 * handshake we saw is a conversation from now on. */
static void
end_of_waiting_for_payload(
    struct flow_room *flow, uint32_t index, uint64_t deadline_ns)
{
	struct attempt *attempt = &flow->attempts.entries[index];

	if ((attempt->traits & PROBE_COMPLETED) == 0) {
		attempts_drop(&flow->attempts, index);
	} else if ((attempt->marks & ATTEMPT_ANSWER_SEEN) != 0) {
		(void)make_conversation(
		    flow, index, hash_of(flow, &attempt->key), deadline_ns);
	} else {
		attempt->state = ATTEMPT_SETTLED;
		attempts_move(
		    &flow->attempts, index, ATTEMPT_QUEUE_QUIET, deadline_ns);
	}
}

/* The time of an entry is up in its queue.  False: that tells nothing. */
static bool
take_timeout(struct flow_room *flow, uint32_t index, struct probe *probe)
{
	const struct attempt *attempt = &flow->attempts.entries[index];
	bool is_waiting = attempt->state == ATTEMPT_WAITING;
	uint64_t deadline_ns = attempts_deadline_ns(&flow->attempts, index);

	if (flow->attempts.rest[index].queue == ATTEMPT_QUEUE_NEW) {
		attempts_move(&flow->attempts, index, ATTEMPT_QUEUE_WAITING,
		    attempt->attempt_ns);
		if (is_waiting) {
			fill_outcome(
			    flow, index, deadline_ns, PROBE_OVERDUE, probe);
		}
		return is_waiting;
	}
	if (attempt->state == ATTEMPT_OPEN) {
		fill_outcome(
		    flow, index, deadline_ns, flow_tcp_outcome(attempt), probe);
		end_of_waiting_for_payload(flow, index, deadline_ns);
		return true;
	}
	if (is_waiting) {
		fill_outcome(flow, index, deadline_ns, PROBE_SILENT, probe);
	}
	attempts_drop(&flow->attempts, index);
	return is_waiting;
}

bool
flow_next_timeout(struct flow_room *flow, uint64_t now_ns, struct probe *probe)
{
	uint32_t index;

	if (now_ns > flow->now_ns) {
		flow->now_ns = now_ns;
	}
	while ((index = attempts_next_due(&flow->attempts, flow->now_ns)) !=
	    ATTEMPT_NONE) {
		if (take_timeout(flow, index, probe)) {
			return true;
		}
	}
	return false;
}
