#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "forward/room.h"

/* Of one destination, before the others have their turn. */
enum { TURN_BYTES = 64 << 10 };

/* Nobody has complained of datagrams for so long. */
#define ERROR_NS (5 * NS_PER_S)

static bool may_begin(struct forward *forward, struct forward_destination *to);
static bool window_is_full(const struct forward_destination *to);
static void fill_tokens(
    struct forward *forward, struct forward_destination *to);
static void frame(struct forward_destination *to, struct ring_slot *slot);
static void finish_message(struct forward *forward,
    struct forward_destination *to, struct ring_slot *slot);
static bool write_some(struct forward *forward, struct forward_destination *to,
    struct ring_slot *slot);
static void write_failed(struct forward *forward,
    struct forward_destination *to, struct ring_slot *slot, int error);

void
send_messages(struct forward *forward, struct forward_destination *to)
{
	uint64_t before = to->written;

	fill_tokens(forward, to);
	while (to->state == FORWARD_OPEN && !to->is_blocked &&
	    to->next < to->ring.end && to->written - before < TURN_BYTES) {
		struct ring_slot *slot = ring_slot(&to->ring, to->next);

		if (to->offset == 0 && slot->is_done) {
			to->next++;
			continue;
		}
		if (to->offset == 0 && !may_begin(forward, to)) {
			return;
		}
		if (!write_some(forward, to, slot)) {
			return;
		}
	}
}

void
send_again(struct forward_destination *to)
{
	for (uint64_t i = to->ring.first; i < to->ring.end; i++) {
		struct ring_slot *slot = ring_slot(&to->ring, i);

		slot->frame = 0;
		slot->txnr = 0;
		/* Its moment is over. */
		slot->is_done |= slot->is_heartbeat;
	}
	to->next = to->ring.first;
	to->offset = 0;
	to->written = 0;
}

uint64_t
send_due_ns(const struct forward_destination *to)
{
	if (to->next == to->ring.end || window_is_full(to)) {
		return UINT64_MAX;
	}
	return to->tokens >= NS_PER_S
	    ? to->filled_ns
	    : to->filled_ns + (NS_PER_S - to->tokens) / to->soc->rate + 1;
}

/* Whether the next message may go out; and what the peer has said by now is
 * heard first, so that a connection it has closed is not written to. */
static bool
may_begin(struct forward *forward, struct forward_destination *to)
{
	if (window_is_full(to) || to->tokens < NS_PER_S) {
		return false;
	}
	to->moved_ns = forward->now.monotonic_ns;
	return link_read(forward, to);
}

static bool
window_is_full(const struct forward_destination *to)
{
	return is_relp(to) && to->next - to->ring.first >= FORWARD_RELP_WINDOW;
}

/* A token bucket that holds what may be sent in a second. */
static void
fill_tokens(struct forward *forward, struct forward_destination *to)
{
	uint64_t most = to->soc->rate * NS_PER_S;
	uint64_t now_ns = forward->now.monotonic_ns;
	uint64_t passed_ns = now_ns - to->filled_ns;

	to->tokens = passed_ns >= NS_PER_S
	    ? most
	    : to->tokens + passed_ns * to->soc->rate;
	to->tokens = to->tokens < most ? to->tokens : most;
	to->filled_ns = now_ns;
}

/* RFC 6587, sections 3.4.1 and 3.4.2; relp.h. */
static void
frame(struct forward_destination *to, struct ring_slot *slot)
{
	char *text = ring_text(&to->ring, slot);
	char lead[RING_LEAD] = "";
	size_t trail = 0;

	if (is_relp(to)) {
		to->txnr = relp_txnr_after(to->txnr);
		slot->txnr = to->txnr;
		(void)relp_header(lead, slot->txnr, "syslog", slot->size);
		trail = 1;
	} else if (is_datagram(to)) {
		/* It is whole by itself. */
	} else if (to->soc->framing == CONFIG_FRAMING_LINES) {
		trail = 1;
	} else {
		(void)snprintf(lead, sizeof(lead), "%u ", slot->size);
	}
	slot->lead = (uint32_t)strlen(lead);
	memcpy(text - slot->lead, lead, slot->lead);
	text[slot->size] = '\n';
	slot->frame = slot->lead + slot->size + (uint32_t)trail;
}

/* False: no more can be written now. */
static bool
write_some(struct forward *forward, struct forward_destination *to,
    struct ring_slot *slot)
{
	const char *bytes;
	ssize_t written;

	if (slot->frame == 0) {
		frame(to, slot);
	}
	bytes = ring_text(&to->ring, slot) - slot->lead + to->offset;
	written = link_write(to, bytes, slot->frame - to->offset);
	if (written < 0) {
		write_failed(forward, to, slot, (int)-written);
		return false;
	}
	to->moved_ns = forward->now.monotonic_ns;
	to->offset += (uint32_t)written;
	to->written += (uint64_t)written;
	if (is_datagram(to) || to->offset == slot->frame) {
		finish_message(forward, to, slot);
	}
	return true;
}

static void
finish_message(struct forward *forward, struct forward_destination *to,
    struct ring_slot *slot)
{
	if (slot->was_sent) {
		to->resent++;
		counter_increment(
		    forward->terms.counters, COUNTER_FORWARD_RESENT);
	}
	counter_increment(forward->terms.counters, COUNTER_FORWARD_SENT);
	slot->was_sent = true;
	slot->written_ns = forward->now.monotonic_ns;
	slot->ends = to->written;
	slot->is_done = is_datagram(to) || (slot->is_heartbeat && !is_relp(to));
	if (is_datagram(to) && to->moved_ns - to->opened_ns > ERROR_NS) {
		to->error[0] = '\0';
		to->told_ns = 0;
	}
	to->tokens -= NS_PER_S;
	to->sent++;
	to->sent_ns = forward->now.wall_ns;
	to->next++;
	to->offset = 0;
}

static void
write_failed(struct forward *forward, struct forward_destination *to,
    struct ring_slot *slot, int error)
{
	if (error == EAGAIN || error == ENOBUFS) {
		to->is_blocked = true;
		return;
	}
	if (!is_datagram(to)) {
		link_lose(forward, to, "%s", strerror(error));
		return;
	}
	/* What an earlier datagram met (ICMP), but for the size. */
	if (error == EMSGSIZE) {
		slot->is_done = true;
		to->unsendable++;
		counter_increment(
		    forward->terms.counters, COUNTER_FORWARD_UNSENDABLE);
		return;
	}
	link_lose(forward, to, "%s", strerror(error));
}
