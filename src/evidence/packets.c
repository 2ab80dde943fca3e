#include "evidence/packets.h"

#include <string.h>

/* libpcap has its own number for what is LINKTYPE_RAW in files. */
enum { DLT_RAW_OF_LINUX = 12 };

/* No place in the ring. */
#define NOT_HELD UINT32_MAX

static uint32_t
late_count(uint32_t packet_count)
{
	return packet_count / 4;
}

size_t
packets_bytes(uint32_t packet_count, uint32_t campaign_count)
{
	uint32_t late = late_count(packet_count);

	return region_bytes(packet_count - late, sizeof(struct packet_head)) +
	    region_bytes(packet_count - late, sizeof(struct packets_link)) +
	    region_bytes(late, sizeof(struct packets_waiting)) +
	    region_bytes(campaign_count, sizeof(struct packets_campaign)) +
	    region_bytes(PACKETS_QUEUE, sizeof(struct packet_head));
}

void
packets_init(struct packets *packets, struct region *region,
    uint32_t packet_count, uint32_t campaign_count, struct counters *counters)
{
	memset(packets, 0, sizeof(*packets));
	packets->counters = counters;
	packets->late.count = late_count(packet_count);
	packets->early.count = packet_count - packets->late.count;
	packets->early.heads = region_carve(
	    region, packets->early.count, sizeof(struct packet_head));
	packets->early.links = region_carve(
	    region, packets->early.count, sizeof(struct packets_link));
	packets->late.heads = region_carve(
	    region, packets->late.count, sizeof(struct packets_waiting));
	packets->campaigns = region_carve(
	    region, campaign_count, sizeof(struct packets_campaign));
	packets->queue =
	    region_carve(region, PACKETS_QUEUE, sizeof(struct packet_head));
}

/* Zero stands for none. */
uint32_t
packets_next_number(const struct packets *packets)
{
	return packets->number == UINT32_MAX ? 1 : packets->number + 1;
}

static void
fill_head(struct packet_head *head, const struct frame *frame)
{
	uint32_t size = frame->captured_size < PACKET_HEAD_SIZE
	    ? frame->captured_size
	    : PACKET_HEAD_SIZE;

	memset(head, 0, offsetof(struct packet_head, bytes));
	head->time_ns = frame->time_ns;
	head->wire_size = frame->wire_size;
	head->link_type = frame->link_type == DLT_RAW_OF_LINUX
	    ? PACKET_HEAD_RAW
	    : frame->link_type;
	head->size = (uint8_t)size;
	head->observation_point = frame->observation_point;
	/* Most are cut: of a size that the compiler knows. */
	if (size == PACKET_HEAD_SIZE) {
		memcpy(head->bytes, frame->bytes, PACKET_HEAD_SIZE);
		return;
	}
	memcpy(head->bytes, frame->bytes, size);
	memset(head->bytes + size, 0, PACKET_HEAD_SIZE - size);
}

static uint32_t
step_back(uint32_t count, uint32_t at)
{
	return (at == 0 ? count : at) - 1;
}

static uint32_t
step_on(uint32_t count, uint32_t at)
{
	return at + 1 == count ? 0 : at + 1;
}

/* Where the one is that is held back under that number; NOT_HELD: no longer.
 * Numbers and places go up together, so the number says the place. */
static uint32_t
find_held(const struct packets *packets, uint32_t number)
{
	const struct packets_early *ring = &packets->early;
	uint32_t age = packets->number - number;
	uint32_t last = step_back(ring->count, ring->next);
	uint32_t at;

	if (number == 0 || age >= ring->count) {
		return NOT_HELD;
	}
	at = last >= age ? last - age : last + ring->count - age;
	return ring->links[at].number == number ? at : NOT_HELD;
}

/* Notes that 'answer' came back after the one of number 'asked', and after all
 * that came back before. */
static void
link_answer(struct packets *packets, uint32_t asked, uint32_t answer)
{
	struct packets_link *links = packets->early.links;
	uint32_t at = find_held(packets, asked);
	uint32_t next;

	if (at == NOT_HELD) {
		return;
	}
	while ((next = find_held(packets, links[at].answer)) != NOT_HELD) {
		at = next;
	}
	links[at].answer = answer;
}

void
packets_hold(struct packets *packets, const struct frame *frame, uint32_t asked)
{
	struct packets_early *ring = &packets->early;
	uint32_t number = packets_next_number(packets);
	uint32_t at = ring->next;

	if (asked != 0) {
		link_answer(packets, asked, number);
	}
	packets->number = number;
	fill_head(&ring->heads[at], frame);
	ring->links[at] = (struct packets_link){ number, 0 };
	ring->next = step_on(ring->count, at);
	__builtin_prefetch(&ring->heads[ring->next], 1);
	__builtin_prefetch(&ring->heads[ring->next].bytes[32], 1);
	counter_increment(packets->counters, COUNTER_EVIDENCE_PACKETS_HELD);
}

/* The record of the campaign at 'place', begun anew if that had another. */
static struct packets_campaign *
campaign_at(struct packets *packets, uint64_t number, uint32_t place)
{
	struct packets_campaign *campaign = &packets->campaigns[place];

	if (campaign->number != number) {
		uint32_t waiting = campaign->waiting;

		/* Those of the other still wait, and are told with these. */
		*campaign = (struct packets_campaign){ .number = number,
			.waiting = waiting };
	}
	return campaign;
}

static bool
may_tell_now(const struct packets *packets,
    const struct packets_campaign *campaign, uint64_t time_ns)
{
	if (packets->count == PACKETS_QUEUE || campaign->waiting > 0) {
		return false;
	}
	return campaign->told < PACKETS_FIRST ||
	    campaign->second != (uint32_t)(time_ns / NS_PER_S) ||
	    campaign->paced < PACKETS_PACE;
}

static void
put_in_queue(struct packets *packets, const struct packet_head *head)
{
	uint32_t at = (packets->first + packets->count) % PACKETS_QUEUE;

	packets->queue[at] = *head;
	packets->count++;
	counter_increment(packets->counters, COUNTER_EVIDENCE_PACKETS_TOLD);
}

/* One that waits in the ring of those that came too fast goes untold. */
static void
forget_waiting(struct packets *packets, struct packets_waiting *held)
{
	held->is_waiting = false;
	packets->campaigns[held->place].waiting--;
	packets->waiting--;
	counter_increment(packets->counters, COUNTER_EVIDENCE_PACKETS_LEFT_OUT);
}

/* Where a campaign's head is written: into the queue, or where it waits. */
static void
tell_head(struct packets *packets, struct packet_head *head, uint64_t number,
    uint32_t place)
{
	struct packets_campaign *campaign = campaign_at(packets, number, place);
	uint32_t second = (uint32_t)(head->time_ns / NS_PER_S);
	struct packets_late *late = &packets->late;
	struct packets_waiting *held;

	head->campaign = number;
	head->ordinal = ++campaign->made;
	if (may_tell_now(packets, campaign, head->time_ns)) {
		if (campaign->second != second) {
			campaign->second = second;
			campaign->paced = 0;
		}
		campaign->paced++;
		campaign->told++;
		put_in_queue(packets, head);
		return;
	}
	held = &late->heads[late->next];
	late->next = step_on(late->count, late->next);
	if (held->is_waiting) {
		forget_waiting(packets, held);
	}
	held->head = *head;
	held->place = place;
	held->is_waiting = true;
	campaign->waiting++;
	packets->waiting++;
}

void
packets_tell_held(
    struct packets *packets, uint64_t campaign, uint32_t place, uint32_t number)
{
	struct packets_early *ring = &packets->early;
	uint32_t at = find_held(packets, number);

	counter_add(packets->counters, COUNTER_EVIDENCE_PACKETS_MISSED,
	    number != 0 && at == NOT_HELD);
	while (at != NOT_HELD) {
		tell_head(packets, &ring->heads[at], campaign, place);
		at = find_held(packets, ring->links[at].answer);
	}
}

void
packets_tell(struct packets *packets, uint64_t campaign, uint32_t place,
    const struct frame *frame)
{
	struct packet_head head;

	fill_head(&head, frame);
	tell_head(packets, &head, campaign, place);
}

/* Chooses the latest of each campaign, as far as there is room; all that is
 * older goes untold. */
static void
choose(struct packets *packets)
{
	struct packets_late *ring = &packets->late;
	uint32_t room = PACKETS_QUEUE - packets->count;
	uint32_t at = ring->next;

	for (uint32_t i = 0; i < ring->count; i++) {
		struct packets_waiting *held;
		struct packets_campaign *campaign;

		at = step_back(ring->count, at);
		held = &ring->heads[at];
		if (!held->is_waiting) {
			continue;
		}
		campaign = &packets->campaigns[held->place];
		if (campaign->chosen == PACKETS_LAST) {
			forget_waiting(packets, held);
		} else if (room > 0) {
			held->is_chosen = true;
			campaign->chosen++;
			room--;
		}
	}
}

/* Tells what was chosen, the oldest first. */
static void
tell_chosen(struct packets *packets)
{
	struct packets_late *ring = &packets->late;
	uint32_t at = ring->next;

	for (uint32_t i = 0; i < ring->count; i++) {
		struct packets_waiting *held = &ring->heads[at];

		at = step_on(ring->count, at);
		if (held->is_chosen) {
			struct packets_campaign *campaign =
			    &packets->campaigns[held->place];

			put_in_queue(packets, &held->head);
			held->is_chosen = false;
			held->is_waiting = false;
			campaign->chosen = 0;
			campaign->told++;
			campaign->waiting--;
			packets->waiting--;
		}
	}
}

void
packets_review(struct packets *packets, uint64_t now_ns, bool is_end)
{
	if (packets->waiting == 0 ||
	    (!is_end && now_ns < packets->reviewed_ns + PACKETS_REVIEW_NS)) {
		return;
	}
	packets->reviewed_ns = now_ns;
	choose(packets);
	tell_chosen(packets);
}

bool
packets_take(struct packets *packets, struct packet_head *head)
{
	if (packets->count == 0) {
		return false;
	}
	*head = packets->queue[packets->first];
	packets->first = (packets->first + 1) % PACKETS_QUEUE;
	packets->count--;
	return true;
}

bool
packet_head_is_sound(const struct packet_head *head)
{
	for (uint32_t i = 0; i < sizeof(head->unused); i++) {
		if (head->unused[i] != 0) {
			return false;
		}
	}
	return head->campaign != 0 && head->ordinal != 0 && head->size != 0 &&
	    head->size <= PACKET_HEAD_SIZE && head->size <= head->wire_size;
}
