#include "flow/room.h"

/* So many packets of one kind in one attempt's life are no probe: a stack sends
 * them, whose other direction we do not see. */
enum { STREAM_PACKETS = 4 };

/* A stack's SYN announces MSS and at least one option of RFC 1323 or 2018; what
 * scanners write by hand has MSS alone, or nothing. */
static bool
is_crafted(const struct packet *packet)
{
	uint8_t wanted = TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS |
	    TCP_OPTION_WINDOW_SCALE;

	return (packet->tcp_options & TCP_OPTION_MSS) == 0 ||
	    (packet->tcp_options & wanted) == 0 ||
	    (packet->tcp_options & TCP_OPTION_MALFORMED) != 0 ||
	    (packet->tcp_flags & TCP_URG) != 0;
}

/* The flags that say what a packet is for; ECN's (RFC 3168) do not. */
static uint8_t
plain_flags(const struct packet *packet)
{
	return packet->tcp_flags & (uint8_t) ~(TCP_ECE | TCP_CWR);
}

static bool
opens(const struct packet *packet)
{
	return (packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) ==
	    TCP_SYN;
}

static bool
accepts(const struct packet *packet)
{
	return (packet->tcp_flags & (TCP_SYN | TCP_ACK | TCP_RST | TCP_FIN)) ==
	    (TCP_SYN | TCP_ACK);
}

static void
begin_handshake(struct flow_step *step)
{
	if (is_crafted(step->packet)) {
		flow_begin(step, PROBE_TCP_SYN, PROBE_CRAFTED);
	} else {
		flow_begin(step, PROBE_TCP_CONNECT, 0);
	}
}

/* What flags that open no connection are good for, by the names that nmap
 * gave them. */
static enum probe_technique
odd_technique(const struct packet *packet)
{
	switch (plain_flags(packet)) {
	case 0:
		return PROBE_TCP_NULL;
	case TCP_FIN:
		return PROBE_TCP_FIN;
	case TCP_FIN | TCP_PSH | TCP_URG:
		return PROBE_TCP_XMAS;
	case TCP_FIN | TCP_ACK:
		return PROBE_TCP_MAIMON;
	case TCP_ACK:
		return PROBE_TCP_ACK;
	default:
		return PROBE_TCP_OTHER;
	}
}

/* Whether the packet is as one of a running connection is: it acknowledges,
 * and carries payload or pushes. */
static bool
is_midstream(const struct packet *packet)
{
	uint8_t flags = plain_flags(packet);

	return (flags & (TCP_ACK | TCP_SYN)) == TCP_ACK &&
	    (packet->payload_size != 0 ||
	        (flags & (TCP_PSH | TCP_URG)) == TCP_PSH);
}

void
flow_tcp_stranger(struct flow_step *step)
{
	const struct packet *packet = step->packet;

	if ((packet->tcp_flags & TCP_RST) != 0) {
		counter_increment(
		    step->flow->counters, COUNTER_FLOW_STRAY_RESETS);
	} else if (accepts(packet)) {
		counter_increment(
		    step->flow->counters, COUNTER_FLOW_UNASKED_ANSWERS);
	} else if (opens(packet)) {
		begin_handshake(step);
	} else if (is_midstream(packet)) {
		flow_begin_midstream(step);
	} else {
		flow_begin(step, odd_technique(packet),
		    flow_is_likely_answer(packet) ? PROBE_LIKELY_ANSWER : 0);
	}
}

enum probe_outcome
flow_tcp_outcome(const struct attempt *attempt)
{
	bool spoke =
	    (attempt->traits & (PROBE_SOURCE_SPOKE | PROBE_TARGET_SPOKE)) != 0;
	bool unseen = (attempt->marks & ATTEMPT_ANSWER_SEEN) == 0 &&
	    (attempt->traits & PROBE_COMPLETED) != 0;

	/* Where the mirror does not show the target's packets, payload may
	 * well have gone both ways. */
	return spoke || unseen ? PROBE_ONE_WAY : PROBE_HALF;
}

static void
conclude(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);

	if ((attempt->traits & (PROBE_COMPLETED | PROBE_SOURCE_RESET)) ==
	    PROBE_SOURCE_RESET) {
		attempt->technique = PROBE_TCP_SYN; /* Half-open. */
	}
	flow_tell(step, index, flow_tcp_outcome(attempt), false);
	flow_settle(step, index);
}

static void
accepted(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);

	if ((attempt->marks & ATTEMPT_ANSWER_SEEN) != 0) {
		return; /* Sent again. */
	}
	flow_tell(step, index, PROBE_ANSWERED, true);
	attempt->marks |= ATTEMPT_ANSWER_SEEN;
	attempt->state = ATTEMPT_OPEN;
	attempts_move(&step->flow->attempts, index, ATTEMPT_QUEUE_OPEN,
	    step->flow->now_ns);
}

/* An RST ends it.  The source's, to its own SYN, can only be its stack's reply
 * to an acceptance that we did not see. */
static void
reset(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);

	if (flow_from_source(step, attempt)) {
		attempt->traits |= PROBE_SOURCE_RESET;
		conclude(step, index);
	} else if (attempt->state == ATTEMPT_WAITING) {
		flow_tell(step, index, PROBE_REFUSED, true);
		attempts_drop(&step->flow->attempts, index);
	} else {
		conclude(step, index);
	}
}

/* Notes what a packet after the handshake shows. */
static void
take_signs(struct flow_step *step, struct attempt *attempt)
{
	const struct packet *packet = step->packet;
	bool fin = (packet->tcp_flags & TCP_FIN) != 0;

	if (flow_from_source(step, attempt)) {
		attempt->technique = PROBE_TCP_CONNECT;
		attempt->traits |= PROBE_COMPLETED;
		attempt->marks |= fin ? ATTEMPT_SOURCE_FIN : 0;
		if (packet->payload_size != 0) {
			attempt->traits |= PROBE_SOURCE_SPOKE;
		}
		return;
	}
	attempt->marks |= fin ? ATTEMPT_TARGET_FIN : 0;
	if (packet->payload_size != 0) {
		attempt->traits |= PROBE_TARGET_SPOKE;
		/* A SYN may have carried the question (RFC 7413). */
		if ((attempt->traits & PROBE_PAYLOAD) != 0) {
			attempt->traits |= PROBE_SOURCE_SPOKE;
		}
	}
}

/* Whether nothing more is to be waited for: the source has closed, unless it
 * has asked something and left the other half open for the reply. */
static bool
is_over(const struct attempt *attempt)
{
	return (attempt->marks & ATTEMPT_SOURCE_FIN) != 0 &&
	    ((attempt->marks & ATTEMPT_TARGET_FIN) != 0 ||
	        (attempt->traits & PROBE_SOURCE_SPOKE) == 0);
}

/* A packet of an attempt that began with a SYN. */
static void
handshake_packet(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);
	const struct packet *packet = step->packet;
	uint16_t both = PROBE_SOURCE_SPOKE | PROBE_TARGET_SPOKE;
	bool from_source = flow_from_source(step, attempt);

	if ((packet->tcp_flags & TCP_RST) != 0) {
		reset(step, index);
		return;
	}
	if (accepts(packet) && !from_source) {
		accepted(step, index);
		return;
	}
	if ((packet->tcp_flags & (TCP_SYN | TCP_ACK)) != TCP_ACK) {
		return; /* The SYN again, or nothing of a connection. */
	}
	if (attempt->state == ATTEMPT_WAITING) {
		if (!from_source && packet->payload_size == 0) {
			return; /* A challenge ACK (RFC 5961): no acceptance. */
		}
		/* We do not see all of it, but evidently it was accepted. */
		attempt->state = ATTEMPT_OPEN;
		attempts_move(&step->flow->attempts, index, ATTEMPT_QUEUE_OPEN,
		    step->flow->now_ns);
	}
	take_signs(step, attempt);
	if ((attempt->traits & both) == both) {
		flow_tell(step, index, PROBE_PRODUCTIVE, false);
		flow_promote(step, index);
	} else if (is_over(attempt)) {
		conclude(step, index);
	}
}

/* An odd packet was one of a running connection after all. */
static void
is_session(struct flow_step *step, uint32_t index)
{
	bool from_source = flow_from_source(step, flow_attempt(step, index));

	flow_tell(step, index, PROBE_SESSION, !from_source);
	flow_settle(step, index);
	flow_attempt(step, index)->state = ATTEMPT_MIDSTREAM;
	if (!from_source) {
		flow_promote(step, index);
	}
}

/* A packet of an attempt that began with odd flags. */
static void
odd_packet(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);
	const struct packet *packet = step->packet;

	if (flow_from_source(step, attempt)) {
		bool may_be_stream = attempt->technique == PROBE_TCP_ACK ||
		    attempt->technique == PROBE_TCP_MAIMON;

		attempt->packets++;
		if (is_midstream(packet) ||
		    (may_be_stream && attempt->packets >= STREAM_PACKETS)) {
			is_session(step, index);
		}
	} else if ((packet->tcp_flags & TCP_RST) != 0) {
		flow_tell(step, index, PROBE_REFUSED, true);
		attempts_drop(&step->flow->attempts, index);
	} else if (accepts(packet)) {
		flow_tell(step, index, PROBE_ANSWERED, true);
		flow_settle(step, index);
	} else {
		is_session(step, index);
	}
}

/* A packet of a connection begun before we looked. */
static void
midstream_packet(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);
	struct flow_room *flow = step->flow;

	if (flow_from_source(step, attempt)) {
		attempts_move(
		    &flow->attempts, index, ATTEMPT_QUEUE_QUIET, flow->now_ns);
	} else if ((step->packet->tcp_flags & TCP_RST) != 0) {
		counter_increment(flow->counters, COUNTER_FLOW_MIDSTREAM_RESET);
		attempts_drop(&flow->attempts, index);
	} else {
		flow_promote(step, index);
	}
}

void
flow_tcp_attempt(struct flow_step *step, uint32_t index)
{
	struct attempt *attempt = flow_attempt(step, index);
	bool is_handshake = attempt->technique == PROBE_TCP_SYN ||
	    attempt->technique == PROBE_TCP_CONNECT;
	bool is_live =
	    attempt->state == ATTEMPT_WAITING || attempt->state == ATTEMPT_OPEN;

	if (opens(step->packet) && !(is_live && is_handshake)) {
		if (is_live) {
			flow_tell(step, index, PROBE_DISPLACED, false);
		}
		attempts_drop(&step->flow->attempts, index);
		begin_handshake(step);
	} else if (attempt->state == ATTEMPT_MIDSTREAM) {
		midstream_packet(step, index);
	} else if (!is_live) {
		flow_settle(step, index); /* Its stragglers: wait anew. */
	} else if (is_handshake) {
		handshake_packet(step, index);
	} else {
		odd_packet(step, index);
	}
}
