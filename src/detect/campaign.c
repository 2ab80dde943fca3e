#include "detect/campaign.h"

#include <string.h>

enum {
	/* A campaign is over after so many of its own mean gaps. */
	QUIET_GAPS = 8,
	/* A technique is named from one probe in so many. */
	TECHNIQUE_SHARE = 100,
	RATE_WINDOW_S = 10,
};

static bool
bit_set(uint8_t *bits, uint32_t index)
{
	uint8_t bit = (uint8_t)(1u << index % 8);
	bool is_new = (bits[index / 8] & bit) == 0;

	bits[index / 8] |= bit;
	return is_new;
}

/* The network of 'target', made if there is room; null if there is none. */
static struct campaign_network *
find_network(struct campaign *campaign, const struct ip_address *target)
{
	uint32_t low = 0;
	uint32_t high = campaign->network_count;
	struct campaign_network *network;

	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order =
		    memcmp(campaign->networks[middle].prefix, target->byte, 15);

		if (order == 0) {
			return &campaign->networks[middle];
		}
		if (order < 0) {
			low = middle + 1;
		} else {
			high = middle;
		}
	}
	if (campaign->network_count == CAMPAIGN_NETWORKS) {
		return NULL;
	}
	network = &campaign->networks[low];
	memmove(network + 1, network,
	    (campaign->network_count - low) * sizeof(*network));
	memset(network, 0, sizeof(*network));
	memcpy(network->prefix, target->byte, sizeof(network->prefix));
	campaign->network_count++;
	return network;
}

/* Whether the contact asked a service, rather than who is there. */
static bool
asks_service(const struct contact *contact)
{
	switch ((enum probe_technique)contact->technique) {
	case PROBE_ICMP_ECHO:
	case PROBE_ICMP_TIMESTAMP:
	case PROBE_ICMP_ADDRESS_MASK:
	case PROBE_ICMP6_ECHO:
	case PROBE_ARP:
	case PROBE_ND:
		return false;
	case PROBE_TCP_SYN:
	case PROBE_TCP_CONNECT:
	case PROBE_TCP_FIN:
	case PROBE_TCP_NULL:
	case PROBE_TCP_XMAS:
	case PROBE_TCP_MAIMON:
	case PROBE_TCP_ACK:
	case PROBE_TCP_OTHER:
	case PROBE_UDP:
	case PROBE_SCTP_INIT:
	case PROBE_IP_PROTOCOL:
	case PROBE_TECHNIQUE_COUNT:
		break;
	}
	return true;
}

static void
count_target(struct campaign *campaign, const struct contact *contact,
    struct contacts *contacts)
{
	struct campaign_network *network =
	    find_network(campaign, &contact->target);
	bool is_service = asks_service(contact);
	struct contact_key key = { 0 };
	uint64_t hash;
	uint32_t now_s;
	bool is_new;

	if (network != NULL) {
		uint8_t last = contact->target.byte[15];

		campaign->targets += bit_set(network->any, last);
		campaign->service_targets +=
		    is_service && bit_set(network->service, last);
		return;
	}
	campaign->networks_cut = true;
	key.source = campaign->source;
	key.target = contact->target;
	key.class = CONTACT_TARGET;
	hash = contacts_hash(contacts, &key);
	now_s = (uint32_t)(contact->time_ns / NS_PER_S);
	/* Those of a campaign before are this one's, too. */
	contacts_forget(contacts, hash,
	    (uint32_t)(campaign->first_ns / NS_PER_S) - CONTACTS_EPOCH_S,
	    now_s);
	is_new = contacts_note(contacts, hash, now_s);
	campaign->targets += is_new;
	campaign->service_targets += is_new && is_service;
}

/* The bitmap that a contact's service is counted in. */
static uint8_t *
ports_of(struct campaign *campaign, const struct contact *contact)
{
	if (contact->technique == PROBE_IP_PROTOCOL) {
		return campaign->ip_protocols;
	}
	if (contact->technique == PROBE_SCTP_INIT) {
		return campaign->sctp_ports;
	}
	return contact->technique == PROBE_UDP ? campaign->udp_ports
	                                       : campaign->tcp_ports;
}

static void
count_service(struct campaign *campaign, const struct contact *contact)
{
	uint32_t port = contact->target_port;

	if (!asks_service(contact)) {
		return;
	}
	campaign->service_probes++;
	if (contact->technique == PROBE_IP_PROTOCOL) {
		port %= CAMPAIGN_IP_PROTOCOLS;
	}
	campaign->services += bit_set(ports_of(campaign, contact), port);
}

static void
note_segment(struct campaign *campaign, uint16_t segment)
{
	for (uint32_t i = 0; i < campaign->segment_count; i++) {
		if (campaign->segments[i] == segment) {
			return;
		}
	}
	if (segment != FINDING_NO_SEGMENT &&
	    campaign->segment_count < FINDING_SEGMENTS) {
		campaign->segments[campaign->segment_count++] = segment;
	}
}

void
campaign_apply_policy(struct campaign *campaign, struct segments *segments)
{
	campaign->segment_count = 0;
	for (uint32_t i = 0; i < campaign->network_count; i++) {
		const struct campaign_network *network = &campaign->networks[i];
		struct ip_address address;

		memcpy(address.byte, network->prefix, sizeof(network->prefix));
		for (uint32_t host = 0; host < CAMPAIGN_NETWORK_SIZE; host++) {
			if ((network->any[host / 8] >> host % 8 & 1) != 0) {
				address.byte[15] = (uint8_t)host;
				note_segment(campaign,
				    segments_of(segments, &address,
				        POLICY_VLAN_UNKNOWN));
			}
		}
	}
}

static void
note_rate(struct campaign *campaign, uint64_t time_ns)
{
	if (time_ns >= campaign->rate_since_ns + RATE_WINDOW_S * NS_PER_S) {
		campaign->rate_since_ns = time_ns;
		campaign->rate_count = 0;
	}
	campaign->rate_count++;
	if (campaign->rate_count > campaign->rate_peak) {
		campaign->rate_peak = campaign->rate_count;
	}
}

void
campaign_contact(struct campaign *campaign, const struct contact *contact,
    uint16_t segment, struct contacts *contacts)
{
	count_target(campaign, contact, contacts);
	count_service(campaign, contact);
	note_segment(campaign, segment);
	note_rate(campaign, contact->time_ns);
	campaign->probes++;
	campaign->technique_counts[contact->technique]++;
	/* The time of the first revision is part of the alert's name. */
	if (campaign->first_ns == 0 ||
	    (campaign->revision == 0 &&
	        contact->time_ns < campaign->first_ns)) {
		campaign->first_ns = contact->time_ns;
	}
	if (contact->time_ns > campaign->last_ns) {
		campaign->last_ns = contact->time_ns;
	}
	if (campaign->sample_count < FINDING_SAMPLES) {
		struct finding_sample *sample =
		    &campaign->samples[campaign->sample_count++];

		sample->time_ns = contact->time_ns;
		sample->source = campaign->source;
		sample->target = contact->target;
		sample->source_port = contact->source_port;
		sample->target_port = contact->target_port;
		sample->protocol = contact->protocol;
		sample->technique = contact->technique;
		sample->outcome = contact->outcome;
	}
}

/* Each probe has one of four outcomes, or none that says anything. */
static void
count_outcome(struct campaign *campaign, enum probe_outcome outcome)
{
	if (campaign->outcomes >= campaign->probes) {
		return; /* One that was never counted in. */
	}
	switch (outcome) {
	case PROBE_ANSWERED:
	case PROBE_PRODUCTIVE:
	case PROBE_ONE_WAY:
	case PROBE_HALF:
	case PROBE_SESSION:
		campaign->answered++;
		break;
	case PROBE_REFUSED:
		campaign->refused++;
		break;
	case PROBE_FILTERED:
	case PROBE_EXPIRED:
		campaign->filtered++;
		break;
	case PROBE_SILENT:
		campaign->silent++;
		break;
	case PROBE_PENDING:
	case PROBE_OVERDUE:
	case PROBE_DISPLACED:
	case PROBE_OUTCOME_COUNT:
		return;
	}
	campaign->outcomes++;
}

void
campaign_outcome(struct campaign *campaign, const struct contact *contact,
    enum probe_outcome outcome, uint8_t technique)
{
	count_outcome(campaign, outcome);
	if (technique != contact->technique &&
	    campaign->technique_counts[contact->technique] > 0) {
		campaign->technique_counts[contact->technique]--;
		campaign->technique_counts[technique]++;
	}
	for (uint32_t i = 0; i < campaign->sample_count; i++) {
		struct finding_sample *sample = &campaign->samples[i];

		if (sample->time_ns == contact->time_ns &&
		    sample->target_port == contact->target_port &&
		    ip_address_equal(&sample->target, &contact->target)) {
			sample->outcome = (uint8_t)outcome;
			sample->technique = technique;
		}
	}
}

uint32_t
campaign_techniques(const struct campaign *campaign)
{
	uint32_t techniques = 0;

	for (uint32_t i = 0; i < PROBE_TECHNIQUE_COUNT; i++) {
		uint64_t count = campaign->technique_counts[i];
		bool was_told = (campaign->told.techniques >> i & 1) != 0;

		if (count > 0 &&
		    (was_told || count * TECHNIQUE_SHARE >= campaign->probes)) {
			techniques |= 1u << i;
		}
	}
	return techniques;
}

bool
campaign_is_due(const struct campaign *campaign)
{
	const struct campaign_told *told = &campaign->told;

	return campaign->revision == 0 ||
	    campaign->targets >= 2 * told->targets ||
	    (told->services > 0 && campaign->services >= 2 * told->services) ||
	    (campaign_techniques(campaign) & ~told->techniques) != 0;
}

bool
campaign_is_over(
    const struct campaign *campaign, uint64_t now_ns, uint64_t quiet_ns)
{
	uint64_t quiet =
	    now_ns > campaign->last_ns ? now_ns - campaign->last_ns : 0;
	uint64_t span_ns = campaign->last_ns - campaign->first_ns;
	uint64_t gap_ns =
	    campaign->probes > 1 ? span_ns / (campaign->probes - 1) : 0;

	return quiet >= quiet_ns && quiet >= QUIET_GAPS * gap_ns;
}
