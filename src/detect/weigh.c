#include "detect/weigh.h"

#include <math.h>

/* One of our hosts fails a first contact with probability .15 if the source is
 * honest and .85 if it scans: ln(.85 / .15). */
static const float inside_nats = 1.735f;

/* The world outside fails honest clients far oftener (dead peers, old links):
 * .50 against .95, so a failure is worth ln(.95 / .50) = .64 and a success
 * ln(.05 / .50) = -2.3: these are the shares of the figures inside. */
static const float outside_failure_share = 0.37f;
static const float outside_success_share = 1.33f;

/* Many ports of one host outside: .30 against .95; ln(.95/.30), ln(.05/.70). */
static const float outside_port_failure_share = 0.66f;
static const float outside_port_success_share = 1.5f;

/* Half of a scanner's steps go to a neighbouring address, .03 of a user's:
 * ln(.50 / .03); what is not a neighbour, ln(.50 / .97). */
static const float adjacent_nats = 2.81f;
static const float apart_nats = -0.66f;
/* Loops over a list of live servers (backup, monitors, load balancers) are
 * honest and in order: what succeeds in order says little. */
static const float adjacent_success_nats = 0.5f;
static const float adjacent_echo_nats = 1.2f;
static const float adjacent_outside_nats = 2.0f;
/* Address resolution: hosts do ask for neighbours that are switched off. */
static const float layer2_silent_nats = 0.5f;
static const float layer2_adjacent_nats = 2.2f;
/* What it adds that the target has never been seen to exist. */
static const float dark_nats = 0.8f;

/* Three for each of 30 hops, from 33434 on, and as many again. */
enum { TRACEROUTE_PORTS = 180 };

/* Evidence is made to fade when so much time has passed since it last was. */
enum { FADE_S = 60 };

static const float clamp_low = -4;
static const float clamp_low_service = -8;
static const float clamp_high = 60;

bool
weigh_is_unproductive(enum probe_outcome outcome)
{
	return outcome == PROBE_REFUSED || outcome == PROBE_FILTERED ||
	    outcome == PROBE_SILENT || outcome == PROBE_HALF;
}

bool
weigh_is_stealth(enum probe_technique technique)
{
	return technique >= PROBE_TCP_FIN && technique <= PROBE_TCP_OTHER;
}

static bool
is_echo(uint8_t technique)
{
	return technique == PROBE_ICMP_ECHO || technique == PROBE_ICMP6_ECHO ||
	    technique == PROBE_ICMP_TIMESTAMP ||
	    technique == PROBE_ICMP_ADDRESS_MASK;
}

static void
add(float *score, float nats, float low)
{
	float sum = *score + nats;

	*score = sum < low ? low : sum > clamp_high ? clamp_high : sum;
}

/* A connection that was accepted and left without a byte.  Browsers open some
 * ahead of need and let them lapse; scanners break off or close at once. */
static float
weigh_half(const struct contact *contact)
{
	return (contact->flags & CONTACT_LAPSED) != 0 ? 0.5f : inside_nats;
}

/* Accepted, and only one side spoke.  A banner read and left is what `nc` does
 * on many hosts; on one host it is FTP's data connections. */
static float
weigh_one_way(struct suspect *suspect, const struct contact *contact,
    const struct weigh_context *context)
{
	const struct target_slot *target =
	    suspect_target(suspect, &contact->target);

	if ((context->traits & PROBE_SOURCE_SPOKE) != 0) {
		return -0.5f;
	}
	if (contact->target_port >= 1024 && target != NULL &&
	    target->contacts > 1) {
		return 0;
	}
	return 0.7f;
}

static float
weigh_layer2(enum probe_outcome outcome, const struct weigh_context *context)
{
	if (outcome == PROBE_SILENT) {
		return layer2_silent_nats * context->silence_worth;
	}
	return outcome == PROBE_ANSWERED ? -0.3f : 0;
}

static float
weigh_silence(
    const struct contact *contact, const struct weigh_context *context)
{
	float dark = context->is_dark ? dark_nats : 0;
	float nats = inside_nats;

	if ((context->traits & PROBE_LIKELY_ANSWER) != 0) {
		return 0;
	}
	if (contact->protocol == 17) {
		/* Some protocols never answer: .80 against .30.  Servers that
		 * ask their clients' names know this best. */
		nats = (contact->flags & CONTACT_RETURNED) != 0 ? 0.2f : 1.0f;
	} else if (contact->technique == PROBE_IP_PROTOCOL) {
		nats = 0.5f;
	}
	return (nats + dark) * context->silence_worth;
}

/* Datagrams of a small TTL from a source of which a good part died on the way,
 * or any on the ports of traceroute(8), which none serves.  (A small TTL alone
 * would be an easy disguise.) */
static bool
is_traceroute(const struct suspect *suspect, const struct contact *contact,
    const struct weigh_context *context)
{
	bool is_usual = contact->target_port - 33434u < TRACEROUTE_PORTS;

	return contact->protocol == 17 &&
	    (context->traits & PROBE_LOW_TTL) != 0 &&
	    suspect->expired * 16 >= (is_usual ? 1 : suspect->made);
}

/* What the outcome of a contact with one of our hosts is worth, by itself. */
static float
weigh_base(struct suspect *suspect, const struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context)
{
	if ((contact->flags & CONTACT_UPKEEP) != 0) {
		return 0;
	}
	if (contact->protocol == SUSPECT_LAYER2) {
		return weigh_layer2(outcome, context);
	}
	if (is_traceroute(suspect, contact, context)) {
		return 0;
	}
	switch (outcome) {
	case PROBE_REFUSED:
		return inside_nats;
	case PROBE_SILENT:
		return weigh_silence(contact, context);
	case PROBE_FILTERED:
		return context->is_dark ? 1.2f + dark_nats : 1.2f;
	case PROBE_HALF:
		return weigh_half(contact);
	case PROBE_ONE_WAY:
		return weigh_one_way(suspect, contact, context);
	case PROBE_PRODUCTIVE:
		return -inside_nats;
	case PROBE_ANSWERED:
		return -0.4f; /* A ping that finds its host. */
	case PROBE_SESSION:
	case PROBE_EXPIRED:
	case PROBE_DISPLACED:
	case PROBE_PENDING:
	case PROBE_OVERDUE:
	case PROBE_OUTCOME_COUNT:
		break;
	}
	return 0;
}

/* What the order of a contact that failed adds. */
static float
weigh_failed_order(const struct suspect *suspect, const struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context)
{
	float nats = (contact->flags & CONTACT_INSIDE) != 0
	    ? adjacent_nats
	    : adjacent_outside_nats;

	if (contact->protocol == SUSPECT_LAYER2) {
		nats = layer2_adjacent_nats;
	}
	nats -= suspect_terms(suspect)->adjacent_less_nats;
	if (outcome != PROBE_SILENT) {
		return nats;
	}
	return (contact->traits & PROBE_LIKELY_ANSWER) != 0
	    ? 0
	    : nats * context->silence_worth;
}

/* What the order of the contact adds, given how it ended. */
static float
weigh_order(const struct suspect *suspect, const struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context)
{
	if ((contact->flags & CONTACT_UPKEEP) != 0) {
		return 0;
	}
	if ((contact->flags & CONTACT_ADJACENT) != 0) {
		if (weigh_is_unproductive(outcome) ||
		    outcome == PROBE_ONE_WAY) {
			return weigh_failed_order(
			    suspect, contact, outcome, context);
		}
		if (contact->protocol == SUSPECT_LAYER2) {
			return 0.3f;
		}
		if (is_echo(contact->technique)) {
			return adjacent_echo_nats;
		}
		return (contact->flags & CONTACT_INSIDE) != 0
		    ? adjacent_success_nats
		    : 0.2f;
	}
	if ((contact->flags & CONTACT_APART) != 0) {
		return contact->protocol == SUSPECT_LAYER2 ? -0.3f : apart_nats;
	}
	return 0;
}

static float
outside_share(float nats, float failure_share, float success_share)
{
	return nats > 0 ? nats * failure_share : nats * success_share;
}

/* What the outcome is worth to the statistics of a service. */
static float
weigh_service(struct suspect *suspect, const struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context)
{
	float base = weigh_base(suspect, contact, outcome, context);

	return (contact->flags & CONTACT_INSIDE) != 0
	    ? base
	    : outside_share(base, outside_failure_share, outside_success_share);
}

/* An overdue answer may still come: most of a silence.  Always as much as was
 * given, so that it can be taken back. */
static float
weigh_pending(struct suspect *suspect, const struct contact *contact,
    const struct weigh_context *context)
{
	struct weigh_context then = *context;

	then.silence_worth = 1;
	then.is_dark = false;
	return weigh_base(suspect, contact, PROBE_SILENT, &then) * 0.6f;
}

static float
weigh_pending_order(const struct suspect *suspect,
    const struct contact *contact, const struct weigh_context *context)
{
	struct weigh_context then = *context;

	then.silence_worth = 1;
	return weigh_order(suspect, contact, PROBE_SILENT, &then);
}

static void
fade(float *score, float factor)
{
	if (*score > 0) {
		*score *= factor;
	}
}

/* Evidence fades with time, credit does not. */
static void
fade_all(struct suspect *suspect, uint64_t now_ns)
{
	uint64_t since_ns = suspect->faded_ns == 0 ? now_ns : suspect->faded_ns;
	float factor;

	if (now_ns < since_ns + FADE_S * NS_PER_S) {
		suspect->faded_ns = since_ns;
		return;
	}
	factor = exp2f(
	    -(float)(now_ns - since_ns) / suspect_terms(suspect)->half_life_ns);
	suspect->faded_ns = now_ns;
	fade(&suspect->outcome, factor);
	fade(&suspect->outside, factor);
	fade(&suspect->stealth, factor);
	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		fade(&suspect->services[i].score, factor);
		fade(&suspect->services[i].plain, factor);
		fade(&suspect->services[i].hosts, factor);
	}
	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		fade(&suspect->targets[i].score, factor);
	}
}

void
weigh_attempt(struct suspect *suspect, const struct contact *contact,
    const struct weigh_context *context)
{
	fade_all(suspect, context->now_ns);
	suspect->last_ns = context->now_ns;
	if (contact->technique != PROBE_TCP_SYN &&
	    contact->technique != PROBE_TCP_CONNECT) {
		return;
	}
	suspect->port_reused += suspect->requests > 0 &&
	    suspect->last_source_port == contact->source_port;
	suspect->last_source_port = contact->source_port;
	suspect->requests++;
	suspect->crafted += (context->traits & PROBE_CRAFTED) != 0;
}

/* Whether the contact's answer being overdue is evidence at all. */
static bool
may_be_overdue(const struct contact *contact)
{
	return contact->technique != PROBE_UDP &&
	    !weigh_is_stealth(contact->technique) &&
	    (contact->flags & CONTACT_INSIDE) != 0;
}

/* Whether the contact was weighed as overdue.  One that had to leave the list
 * since is taken to have been, if nothing ever answered it. */
static bool
was_overdue(const struct contact *contact, enum probe_outcome outcome)
{
	return (contact->flags & CONTACT_OVERDUE) != 0 ||
	    ((contact->flags & CONTACT_LISTED) == 0 &&
	        outcome == PROBE_SILENT && may_be_overdue(contact));
}

void
weigh_overdue(struct suspect *suspect, struct contact *contact,
    const struct weigh_context *context)
{
	struct service_slot *service =
	    suspect_service(suspect, contact->protocol, contact->target_port,
	        (contact->flags & CONTACT_INSIDE) != 0);
	struct target_slot *target = suspect_target(suspect, &contact->target);
	float nats;

	if (!may_be_overdue(contact) || context->silence_worth < 1 ||
	    (contact->flags & (CONTACT_OVERDUE | CONTACT_CONCLUDED)) != 0) {
		return;
	}
	contact->flags |= CONTACT_OVERDUE;
	nats = weigh_pending(suspect, contact, context);
	if (target != NULL && contact->protocol != SUSPECT_LAYER2) {
		add(&target->score, nats, clamp_low);
		target->unproductive++;
	}
	if (service != NULL) {
		add(&service->plain, nats, clamp_low_service);
		nats += weigh_pending_order(suspect, contact, context);
		add(&service->score, nats, clamp_low_service);
		service->unproductive++;
	}
}

/* Flags that open no connection. */
static float
weigh_stealth(const struct contact *contact, enum probe_outcome outcome,
    const struct weigh_context *context)
{
	bool is_ack = contact->technique == PROBE_TCP_ACK ||
	    contact->technique == PROBE_TCP_MAIMON;

	if ((context->traits & PROBE_LIKELY_ANSWER) != 0) {
		return 0;
	}
	if (outcome == PROBE_REFUSED || outcome == PROBE_FILTERED) {
		return 2.5f;
	}
	if (outcome == PROBE_SILENT) {
		/* The end of an old connection looks like these two. */
		return is_ack ? 0.7f * context->silence_worth : 2.0f;
	}
	return outcome == PROBE_SESSION ? -2.0f : 0;
}

static void
count_outcome(struct suspect *suspect, enum probe_outcome outcome)
{
	suspect->refused +=
	    outcome == PROBE_REFUSED || outcome == PROBE_FILTERED;
	suspect->silent += outcome == PROBE_SILENT;
	suspect->expired += outcome == PROBE_EXPIRED;
	suspect->half += outcome == PROBE_HALF || outcome == PROBE_ONE_WAY;
	suspect->productive += outcome == PROBE_PRODUCTIVE;
}

static void
weigh_on_service(struct suspect *suspect, struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context)
{
	struct service_slot *slot = suspect_service(suspect, contact->protocol,
	    contact->target_port, (contact->flags & CONTACT_INSIDE) != 0);
	bool overdue = was_overdue(contact, outcome);
	bool failed = weigh_is_unproductive(outcome);
	float nats;

	if (slot == NULL) {
		return;
	}
	nats = weigh_service(suspect, contact, outcome, context);
	if (overdue) {
		nats -= weigh_pending(suspect, contact, context);
	}
	add(&slot->plain, nats, clamp_low_service);
	nats += weigh_order(suspect, contact, outcome, context);
	if (overdue) {
		nats -= weigh_pending_order(suspect, contact, context);
	}
	add(&slot->score, nats, clamp_low_service);
	slot->unproductive += failed && !overdue;
	slot->unproductive -= !failed && overdue && slot->unproductive > 0;
	slot->answered += outcome == PROBE_ANSWERED ||
	    outcome == PROBE_PRODUCTIVE || outcome == PROBE_HALF ||
	    outcome == PROBE_ONE_WAY;
}

static void
weigh_on_target(struct suspect *suspect, const struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context)
{
	struct target_slot *slot = suspect_target(suspect, &contact->target);
	bool overdue = was_overdue(contact, outcome);
	bool failed = weigh_is_unproductive(outcome);
	float nats = 0;

	if (slot == NULL) {
		return;
	}
	if (!weigh_is_stealth(contact->technique)) {
		nats = weigh_base(suspect, contact, outcome, context);
	}
	if (!slot->inside) {
		nats = outside_share(nats, outside_port_failure_share,
		    outside_port_success_share);
	}
	if (overdue) {
		nats -= weigh_pending(suspect, contact, context);
	}
	slot->unproductive += failed && !overdue;
	slot->unproductive -= !failed && overdue && slot->unproductive > 0;
	slot->answered += !failed;
	add(&slot->score, nats, clamp_low);
}

void
weigh_outcome(struct suspect *suspect, struct contact *contact,
    enum probe_outcome outcome, const struct weigh_context *context)
{
	bool inside = (contact->flags & CONTACT_INSIDE) != 0;
	float base;

	count_outcome(suspect, outcome);
	suspect->dark += context->is_dark;
	if (weigh_is_stealth(contact->technique)) {
		float nats = weigh_stealth(contact, outcome, context);

		add(&suspect->stealth, nats, clamp_low);
		suspect->stealth_contacts += nats > 0;
		suspect->unproductive += nats > 0;
		weigh_on_target(suspect, contact, outcome, context);
		return;
	}
	suspect->unproductive += weigh_is_unproductive(outcome);
	weigh_on_service(suspect, contact, outcome, context);
	if (contact->protocol == SUSPECT_LAYER2) {
		return;
	}
	base = weigh_base(suspect, contact, outcome, context);
	weigh_on_target(suspect, contact, outcome, context);
	if (outcome == PROBE_ANSWERED) {
		return;
	}
	if (inside) {
		add(&suspect->outcome, base, clamp_low);
	} else if (contact->protocol != 17 || base < 0) {
		/* A datagram into the world that nobody answers is nothing. */
		base = outside_share(
		    base, outside_failure_share, outside_success_share);
		add(&suspect->outside, base, clamp_low_service);
	}
}
