#include "attribute/room.h"

enum {
	FIRST_PROBES = PROBES / 2, /* Kept whatever comes after. */
	LATER_PROBES = PROBES - FIRST_PROBES,
	WORD_BITS = 64,
	/* Within a second, so many judgements cost nothing to wait for; then
	 * each waits for one more event than so many before it did. */
	EASY_JUDGEMENTS = 8,
};

/* Who comes back later than this, after the last probe and after the one
 * before, does not come for what was just found. */
static const uint64_t again_ns = 120 * NS_PER_S;
static const uint64_t again_probe_ns = 900 * NS_PER_S;

void
inquiry_init(struct attribute *attribute, struct region *region)
{
	attribute->inquiries =
	    region_carve(region, INQUIRIES, sizeof(struct inquiry));
	attribute->numbers = region_carve(region, INQUIRIES, sizeof(uint64_t));
	attribute->inquiry_hosts =
	    region_carve(region, INQUIRIES, sizeof(uint32_t));
	attribute->due = region_carve(
	    region, (INQUIRIES + WORD_BITS - 1) / WORD_BITS, sizeof(uint64_t));
	attribute->source_buckets =
	    region_carve(region, INQUIRIES, sizeof(uint32_t));
	for (uint32_t i = 0; i < INQUIRIES; i++) {
		attribute->source_buckets[i] = INQUIRY_NONE;
	}
}

struct inquiry *
inquiry_find(struct attribute *attribute, uint64_t number)
{
	if (attribute->numbers[attribute->last_inquiry] == number) {
		return &attribute->inquiries[attribute->last_inquiry];
	}
	for (uint32_t i = 0; i < INQUIRIES; i++) {
		if (attribute->numbers[i] == number) {
			attribute->last_inquiry = i;
			return &attribute->inquiries[i];
		}
	}
	return NULL;
}

static uint32_t *
bucket_of(const struct attribute *attribute, const struct ip_address *source)
{
	return &attribute->source_buckets[siphash(&attribute->hash_key, source,
	                                      sizeof(*source)) %
	    INQUIRIES];
}

static void
link_source(struct attribute *attribute, struct inquiry *inquiry)
{
	uint32_t *bucket = bucket_of(attribute, &inquiry->source);

	inquiry->source_next = *bucket;
	*bucket = (uint32_t)(inquiry - attribute->inquiries);
}

static void
unlink_source(struct attribute *attribute, const struct inquiry *inquiry)
{
	uint32_t index = (uint32_t)(inquiry - attribute->inquiries);
	uint32_t *link = bucket_of(attribute, &inquiry->source);

	while (*link != index) {
		SW_ASSERT(*link != INQUIRY_NONE);
		link = &attribute->inquiries[*link].source_next;
	}
	*link = inquiry->source_next;
}

static void
set_due(struct attribute *attribute, const struct inquiry *inquiry, bool is_due)
{
	uint32_t index = (uint32_t)(inquiry - attribute->inquiries);
	uint64_t bit = (uint64_t)1 << index % WORD_BITS;

	if (is_due) {
		attribute->due[index / WORD_BITS] |= bit;
	} else {
		attribute->due[index / WORD_BITS] &= ~bit;
	}
}

/* A free place, or that of the campaign of which nothing came for longest. */
static struct inquiry *
take_place(struct attribute *attribute)
{
	struct inquiry *oldest = &attribute->inquiries[0];

	SW_ASSERT(oldest != NULL);
	for (uint32_t i = 0; i < INQUIRIES; i++) {
		struct inquiry *inquiry = &attribute->inquiries[i];

		if (!inquiry->is_in_use) {
			return inquiry;
		}
		if (inquiry->touched < oldest->touched) {
			oldest = inquiry;
		}
	}
	counter_increment(
	    attribute->counters, COUNTER_ATTRIBUTE_CAMPAIGNS_EVICTED);
	inquiry_pin(attribute, oldest, NULL, 0);
	unlink_source(attribute, oldest);
	set_due(attribute, oldest, false);
	return oldest;
}

struct inquiry *
inquiry_make(struct attribute *attribute, uint64_t number,
    const struct ip_address *source)
{
	struct inquiry *inquiry = take_place(attribute);
	uint32_t index = (uint32_t)(inquiry - attribute->inquiries);

	memset(inquiry, 0, sizeof(*inquiry));
	inquiry->number = number;
	inquiry->source = *source;
	inquiry->is_in_use = true;
	inquiry->is_active = true;
	inquiry->stride = 1;
	inquiry->touched = ++attribute->touches;
	attribute->numbers[index] = number;
	attribute->inquiry_hosts[index] = 0;
	link_source(attribute, inquiry);
	return inquiry;
}

/* Half of the later probes make room for those still to come. */
static void
thin_out(struct inquiry *inquiry)
{
	uint32_t kept = FIRST_PROBES;

	for (uint32_t i = FIRST_PROBES; i < PROBES; i += 2) {
		inquiry->probes[kept++] = inquiry->probes[i];
	}
	inquiry->probe_count = kept;
	inquiry->stride *= 2;
}

/* Of UDP nothing is completed; but who is answered has found something. */
static bool
is_productive(const struct wire_contact *contact)
{
	return contact->completed != 0 ||
	    (contact->protocol == IP_PROTOCOL_UDP &&
	        (contact->outcome == PROBE_PRODUCTIVE ||
	            contact->outcome == PROBE_ANSWERED));
}

void
inquiry_contact(struct attribute *attribute, struct inquiry *inquiry,
    const struct wire_contact *contact)
{
	uint64_t later = inquiry->contacts - FIRST_PROBES;
	bool is_later = inquiry->contacts++ >= FIRST_PROBES;

	inquiry->touched = ++attribute->touches;
	if (inquiry->first_ns == 0 || contact->attempt_ns < inquiry->first_ns) {
		inquiry->first_ns = contact->attempt_ns;
	}
	if (contact->attempt_ns > inquiry->last_ns) {
		inquiry->last_ns = contact->attempt_ns;
	}
	if (is_later && later % inquiry->stride != 0) {
		return;
	}
	if (inquiry->probe_count == PROBES) {
		thin_out(inquiry);
		if (later % inquiry->stride != 0) {
			return;
		}
	}
	inquiry->probes[inquiry->probe_count++] = (struct probe_sample){
		.attempt_ns = contact->attempt_ns,
		.source = contact->source,
		.target = contact->target,
		.source_port = contact->source_port,
		.target_port = contact->target_port,
		.protocol = contact->protocol,
		.technique = contact->technique,
		.completed = is_productive(contact),
	};
	inquiry_due(attribute, inquiry);
}

static bool
is_between(const struct probe_sample *probe, const struct ip_address *target,
    uint16_t source_port, uint16_t target_port, uint8_t protocol)
{
	return probe->target_port == target_port &&
	    probe->source_port == source_port && probe->protocol == protocol &&
	    ip_address_equal(&probe->target, target);
}

static struct inquiry *
first_of(const struct attribute *attribute, const struct ip_address *source)
{
	uint32_t at = *bucket_of(attribute, source);

	return at == INQUIRY_NONE ? NULL : &attribute->inquiries[at];
}

static struct inquiry *
next_of(const struct attribute *attribute, const struct inquiry *inquiry)
{
	return inquiry->source_next == INQUIRY_NONE
	    ? NULL
	    : &attribute->inquiries[inquiry->source_next];
}

/* A scanner comes back to a socket that it has just found open; and where a
 * connection was completed, another tells whether somebody else came, too. */
static void
note_again(const struct inquiry *inquiry, struct probe_sample *probe,
    const struct wire_contact *contact)
{
	if ((probe->again_ns == 0 || probe->completed != 0) &&
	    contact->attempt_ns <= probe->attempt_ns + again_probe_ns &&
	    contact->attempt_ns <= inquiry->last_ns + again_ns &&
	    probe->target_port == contact->target_port &&
	    probe->protocol == contact->protocol &&
	    contact->attempt_ns > probe->attempt_ns &&
	    ip_address_equal(&probe->target, &contact->target)) {
		probe->again_ns = contact->attempt_ns;
		probe->again_port = contact->source_port;
	}
}

void
inquiry_completed(
    struct attribute *attribute, const struct wire_contact *contact)
{
	for (struct inquiry *inquiry = first_of(attribute, &contact->source);
	     inquiry != NULL; inquiry = next_of(attribute, inquiry)) {
		for (uint32_t i = 0; i < inquiry->probe_count; i++) {
			struct probe_sample *probe = &inquiry->probes[i];

			if (is_between(probe, &contact->target,
			        contact->source_port, contact->target_port,
			        contact->protocol)) {
				probe->completed = 1;
			} else {
				note_again(inquiry, probe, contact);
			}
		}
	}
}

/* The two orders of the ends: what is the source differs from log to log. */
static bool
has_ends(const struct probe_sample *probe, const struct endpoint_event *event)
{
	return is_between(probe, &event->target_address, event->source_port,
	           event->target_port, event->protocol) ||
	    is_between(probe, &event->source_address, event->target_port,
	        event->source_port, event->protocol);
}

static void
mark_victim(struct inquiry *inquiry, const struct endpoint_event *event)
{
	for (uint32_t i = 0; i < inquiry->probe_count; i++) {
		struct probe_sample *probe = &inquiry->probes[i];

		if (has_ends(probe, event)) {
			probe->flags |= PROBE_VICTIM;
		}
	}
}

void
inquiry_victim(struct attribute *attribute, const struct endpoint_event *event)
{
	const struct ip_address *ends[] = { &event->source_address,
		&event->target_address };

	if ((event->flags & ENDPOINT_HAS_TUPLE) == 0) {
		return;
	}
	for (size_t end = 0; end < ARRAY_SIZE(ends); end++) {
		struct inquiry *inquiry = first_of(attribute, ends[end]);

		for (; inquiry != NULL; inquiry = next_of(attribute, inquiry)) {
			mark_victim(inquiry, event);
		}
	}
}

/* What comes after the horizon changes nothing any more. */
void
inquiry_due(struct attribute *attribute, struct inquiry *inquiry)
{
	if (!inquiry->is_in_use ||
	    attribute->now_ns > inquiry->last_ns + attribute->horizon_ns) {
		return;
	}
	inquiry->pending++;
	set_due(attribute, inquiry, true);
}

void
inquiry_due_of_address(
    struct attribute *attribute, const struct ip_address *address)
{
	for (struct inquiry *inquiry = first_of(attribute, address);
	     inquiry != NULL; inquiry = next_of(attribute, inquiry)) {
		if (ip_address_equal(&inquiry->source, address)) {
			inquiry_due(attribute, inquiry);
		}
	}
}

void
inquiry_due_of_host(struct attribute *attribute, const struct host *host)
{
	for (uint32_t i = 0; i < INQUIRIES; i++) {
		if (attribute->inquiry_hosts[i] == host->serial) {
			inquiry_due(attribute, &attribute->inquiries[i]);
		}
	}
}

/* The processes that the campaign names are kept longest. */
void
inquiry_pin(struct attribute *attribute, struct inquiry *inquiry,
    const uint32_t *processes, uint32_t count)
{
	for (uint32_t i = 0; i < inquiry->named_count; i++) {
		struct process *process = process_at(
		    attribute, inquiry->named[i], inquiry->named_serial[i]);

		if (process != NULL) {
			process->pins--;
		}
	}
	inquiry->named_count = count;
	for (uint32_t i = 0; i < count; i++) {
		struct process *process = &attribute->processes[processes[i]];

		process->pins++;
		inquiry->named[i] = processes[i];
		inquiry->named_serial[i] = process->serial;
	}
}

void
inquiry_finding(struct attribute *attribute, const struct finding *finding)
{
	struct inquiry *inquiry = inquiry_find(attribute, finding->campaign);

	if (inquiry == NULL) {
		inquiry = inquiry_make(
		    attribute, finding->campaign, &finding->source);
	} else if (!ip_address_equal(&inquiry->source, &finding->source)) {
		unlink_source(attribute, inquiry);
		inquiry->source = finding->source;
		link_source(attribute, inquiry);
	}
	inquiry->touched = ++attribute->touches;
	inquiry->has_address = finding->has_address;
	inquiry->has_mac = finding->has_mac;
	inquiry->mac = finding->source_mac;
	if (finding->has_mac && finding->has_address) {
		address_speaks(attribute, &finding->source,
		    &finding->source_mac, finding->revised_at_ns);
	}
	inquiry->is_active = finding->active;
	inquiry->techniques = finding->techniques;
	inquiry->first_ns = finding->first_seen_ns;
	if (finding->last_seen_ns > inquiry->last_ns) {
		inquiry->last_ns = finding->last_seen_ns;
	}
	inquiry->is_forced = true;
	inquiry_due(attribute, inquiry);
}

/* Whether it is time to judge a campaign again: at once, unless that has been
 * done often within this second; then it waits for a few events more, and not
 * beyond the second. */
static bool
is_ready(struct inquiry *inquiry, uint64_t now_ns)
{
	uint64_t second = now_ns / NS_PER_S;

	if (second != inquiry->due_second) {
		inquiry->due_second = second;
		inquiry->evaluations = 0;
	}
	return inquiry->is_forced ||
	    inquiry->pending > inquiry->evaluations / EASY_JUDGEMENTS;
}

/* Takes the next campaign that is to be judged now; null: none. */
struct inquiry *
inquiry_next_due(struct attribute *attribute, uint64_t now_ns)
{
	for (uint32_t word = 0; word < (INQUIRIES + WORD_BITS - 1) / WORD_BITS;
	     word++) {
		uint64_t bits = attribute->due[word];

		while (bits != 0) {
			uint32_t bit = (uint32_t)__builtin_ctzll(bits);
			struct inquiry *inquiry =
			    &attribute->inquiries[word * WORD_BITS + bit];

			bits &= bits - 1;
			if (is_ready(inquiry, now_ns)) {
				inquiry_judged(attribute, inquiry);
				return inquiry;
			}
		}
	}
	return NULL;
}

void
inquiry_judged(struct attribute *attribute, struct inquiry *inquiry)
{
	inquiry->evaluations++;
	inquiry->pending = 0;
	inquiry->is_forced = false;
	set_due(attribute, inquiry, false);
}
