#include <errno.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>

#include "forward/room.h"

/* Where the peer's system is slow, it is asked again after this. */
#define ASK_AGAIN_NS (500 * NS_PER_MS)

static struct ring_slot *find(struct forward_destination *to, uint32_t txnr);
static void refused(struct forward *forward, struct forward_destination *to,
    struct ring_slot *slot);
static void let_go(struct forward *forward, struct forward_destination *to);
static void look_at_stream(
    struct forward *forward, struct forward_destination *to);
static uint64_t ripe_ns(const struct forward_destination *to, uint64_t number);
static void give_credit(struct forward_destination *to);

void
acknowledge_answer(struct forward *forward, struct forward_destination *to)
{
	const struct relp *relp = &to->relp;
	struct ring_slot *slot;

	if (strcmp(relp->command, "serverclose") == 0) {
		link_lose(forward, to, "it is being stopped");
		return;
	}
	if (strcmp(relp->command, "rsp") != 0) {
		link_lose(forward, to, "it does not speak RELP");
		return;
	}
	slot = find(to, relp->txnr);
	if (slot == NULL) {
		link_lose(forward, to, "it answers what was not asked");
	} else if (relp_code(relp) == 200) {
		slot->is_done = true;
	} else {
		refused(forward, to, slot);
	}
}

void
acknowledge(struct forward *forward, struct forward_destination *to)
{
	if (to->state == FORWARD_OPEN && !is_datagram(to) &&
	    to->ring.first < to->next) {
		look_at_stream(forward, to);
	}
	let_go(forward, to);
	give_credit(to);
}

uint64_t
acknowledge_due_ns(const struct forward_destination *to)
{
	uint64_t ripe;

	if (to->ring.first == to->next || is_datagram(to)) {
		return UINT64_MAX;
	}
	ripe = ripe_ns(to, to->ring.first);
	return ripe > to->filled_ns ? ripe : to->filled_ns + ASK_AGAIN_NS;
}

static struct ring_slot *
find(struct forward_destination *to, uint32_t txnr)
{
	for (uint64_t i = to->ring.first; i < to->next && txnr != 0; i++) {
		struct ring_slot *slot = ring_slot(&to->ring, i);

		if (slot->txnr == txnr) {
			return slot;
		}
	}
	return NULL;
}

/* It may be able to take it another time; but one message that it never takes
 * must not keep back all others. */
static void
refused(struct forward *forward, struct forward_destination *to,
    struct ring_slot *slot)
{
	slot->refusals++;
	if (slot->refusals < FORWARD_REFUSALS) {
		link_lose(
		    forward, to, "it refuses a message: %s", to->relp.data);
		return;
	}
	slot->is_done = true;
	to->unsendable++;
	counter_increment(forward->terms.counters, COUNTER_FORWARD_UNSENDABLE);
	log_error(forward->terms.log, "forward",
	    "%s refuses record %llu for good: %s", to->soc->name,
	    (unsigned long long)slot->seq, to->relp.data);
}

static void
let_go(struct forward *forward, struct forward_destination *to)
{
	struct ring *ring = &to->ring;

	while (
	    ring->first < ring->end && ring_slot(ring, ring->first)->is_done) {
		const struct ring_slot *slot = ring_slot(ring, ring->first);

		if (!slot->is_heartbeat) {
			to->seq = slot->seq > to->seq ? slot->seq : to->seq;
			to->acknowledged++;
			to->is_changed = true;
			counter_increment(forward->terms.counters,
			    COUNTER_FORWARD_ACKNOWLEDGED);
		}
		ring_drop(ring);
	}
	if (to->next < ring->first) {
		to->next = ring->first;
	}
}

/* Of a stream nobody says what has arrived; the system says what the peer's
 * system has not got.  What is ripe and not among that is done. */
static void
look_at_stream(struct forward *forward, struct forward_destination *to)
{
	uint64_t now_ns = forward->now.monotonic_ns;
	uint64_t number = to->ring.first;
	int pending = 0;

	if (ripe_ns(to, number) > now_ns) {
		return;
	}
	if (is_relp(to)) {
		if (!ring_slot(&to->ring, number)->is_done) {
			link_lose(forward, to, "it acknowledges nothing");
		}
		return;
	}
	if (ioctl(to->fd, SIOCOUTQ, &pending) < 0) {
		pending = 0; /* Not a socket of TCP, as in tests. */
	}
	for (; number < to->next && ripe_ns(to, number) <= now_ns; number++) {
		struct ring_slot *slot = ring_slot(&to->ring, number);

		/* TLS makes more bytes than these, so newer ones cover it. */
		if (to->written - slot->ends < (uint64_t)pending) {
			return;
		}
		slot->is_done = true;
	}
}

/* When message 'number', which was written, can be let go; of RELP, when it has
 * waited too long. */
static uint64_t
ripe_ns(const struct forward_destination *to, uint64_t number)
{
	uint64_t written_ns = ring_slot(&to->ring, number)->written_ns;

	if (is_relp(to)) {
		return written_ns + FORWARD_STALL_NS;
	}
	return to->next - number > FORWARD_NEWER_COUNT
	    ? written_ns + FORWARD_HELD_NS
	    : written_ns + FORWARD_QUIET_NS;
}

/* Room for a heartbeat is kept. */
static void
give_credit(struct forward_destination *to)
{
	uint32_t room = ring_room_for(&to->ring, to->soc->size_limit);
	uint64_t credit = to->given + (room > 0 ? room - 1 : 0);

	if (credit > to->credit) {
		to->credit = credit;
		to->is_changed = true;
	}
}
