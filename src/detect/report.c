#include "detect/report.h"

#include <string.h>

#include "detect/weigh.h"

/* Adds 'address' to the ranges: grows the last one, or begins another. */
static void
add_target(struct finding *finding, const struct ip_address *address)
{
	struct finding_target_range *last;

	if (finding->target_range_count > 0) {
		last = &finding->target_ranges[finding->target_range_count - 1];
		if (ip_address_distance(&last->last, address) == 1) {
			last->last = *address;
			return;
		}
	}
	if (finding->target_range_count == FINDING_TARGET_RANGES) {
		finding->ranges_cut = true;
		return;
	}
	last = &finding->target_ranges[finding->target_range_count++];
	last->first = *address;
	last->last = *address;
}

static void
report_targets(const struct campaign *campaign, struct finding *finding)
{
	for (uint32_t i = 0; i < campaign->network_count; i++) {
		const struct campaign_network *network = &campaign->networks[i];
		struct ip_address address;

		memcpy(address.byte, network->prefix, sizeof(network->prefix));
		for (uint32_t host = 0; host < CAMPAIGN_NETWORK_SIZE; host++) {
			if ((network->any[host / 8] >> host % 8 & 1) != 0) {
				address.byte[15] = (uint8_t)host;
				add_target(finding, &address);
			}
		}
	}
}

/* Adds the runs of set bits as ranges of ports of 'protocol'. */
static void
report_ports(struct finding *finding, const uint8_t *bits, uint32_t count,
    uint8_t protocol)
{
	uint32_t at = 0;

	while (at < count) {
		uint32_t first;

		if (at % 8 == 0 && bits[at / 8] == 0) {
			at += 8;
			continue;
		}
		if ((bits[at / 8] >> at % 8 & 1) == 0) {
			at++;
			continue;
		}
		first = at;
		while (at < count && (bits[at / 8] >> at % 8 & 1) != 0) {
			at++;
		}
		if (finding->service_range_count == FINDING_SERVICE_RANGES) {
			finding->ranges_cut = true;
			return;
		}
		finding->service_ranges[finding->service_range_count++] =
		    (struct finding_service_range){ .protocol = protocol,
			    .first = (uint16_t)first,
			    .last = (uint16_t)(at - 1) };
	}
}

static void
add_reason(struct finding *finding, enum finding_reason_code code, float weight,
    const int64_t figures[FINDING_FIGURES])
{
	struct finding_reason *reason;

	if (finding->reason_count == FINDING_REASONS) {
		return;
	}
	reason = &finding->reasons[finding->reason_count++];
	reason->code = (uint8_t)code;
	reason->weight = weight;
	memcpy(reason->figure, figures, sizeof(reason->figure));
}

static void
reason_of_outcome(const struct campaign *campaign,
    const struct suspect *suspect, struct finding *finding)
{
	float weight = suspect->outcome;

	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		weight = suspect->services[i].score > weight
		    ? suspect->services[i].score
		    : weight;
	}
	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		weight = suspect->targets[i].score > weight
		    ? suspect->targets[i].score
		    : weight;
	}
	if (campaign->refused + campaign->filtered + campaign->silent > 0) {
		add_reason(finding, FINDING_REASON_UNPRODUCTIVE, weight,
		    (int64_t[FINDING_FIGURES]){
		        (int64_t)(campaign->refused + campaign->filtered +
		            campaign->silent),
		        (int64_t)campaign->probes, (int64_t)campaign->refused,
		        (int64_t)campaign->filtered,
		        (int64_t)campaign->silent });
	}
}

static void
reasons_of_order(const struct suspect *suspect, struct finding *finding)
{
	const struct service_slot *service = suspect_main_service(suspect);
	const struct target_slot *target = suspect_main_target(suspect);
	const struct terms *terms = suspect_terms(suspect);
	uint32_t in_order;

	if (service != NULL &&
	    sequence_is_sequential(&service->sequence, terms)) {
		in_order = service->sequence.near_up +
		    service->sequence.near_down + service->sequence.strides;
		add_reason(finding, FINDING_REASON_SEQUENCE,
		    2.8f * (float)in_order,
		    (int64_t[FINDING_FIGURES]){
		        in_order, service->sequence.steps, 0, 0 });
	}
	if (target != NULL &&
	    sequence_is_sequential(&target->sequence, terms)) {
		in_order = target->sequence.near_up +
		    target->sequence.near_down + target->sequence.strides;
		add_reason(finding, FINDING_REASON_PORT_SEQUENCE, 0,
		    (int64_t[FINDING_FIGURES]){
		        in_order, target->sequence.steps, 0, 0 });
	}
}

static void
reasons_of_make(const struct suspect *suspect, struct finding *finding)
{
	if (suspect->crafted >= 3 &&
	    suspect->crafted * 5 >= suspect->requests * 4) {
		add_reason(finding, FINDING_REASON_CRAFTED, 2.8f,
		    (int64_t[FINDING_FIGURES]){
		        suspect->crafted, suspect->requests, 0, 0 });
	}
	if (suspect->port_reused >= 3 &&
	    suspect->port_reused * 5 >= suspect->requests * 3) {
		add_reason(finding, FINDING_REASON_SOURCE_PORT, 4.5f,
		    (int64_t[FINDING_FIGURES]){
		        suspect->port_reused, suspect->requests, 0, 0 });
	}
	if (suspect->stealth_contacts > 0) {
		add_reason(finding, FINDING_REASON_STEALTH, suspect->stealth,
		    (int64_t[FINDING_FIGURES]){ suspect->stealth_contacts,
		        suspect->stealth_contacts, 0, 0 });
	}
	if (suspect->half > 0) {
		add_reason(finding, FINDING_REASON_HALF_OPEN,
		    1.7f * (float)suspect->half,
		    (int64_t[FINDING_FIGURES]){ suspect->half, 0, 0, 0 });
	}
	if (suspect->dark > 0) {
		add_reason(finding, FINDING_REASON_DARK,
		    0.8f * (float)suspect->dark,
		    (int64_t[FINDING_FIGURES]){ suspect->dark, 0, 0, 0 });
	}
}

/* What the source asked of its own network, and how many hosts it met on one
 * service. */
static void
reasons_of_breadth(const struct campaign *campaign,
    const struct suspect *suspect, struct finding *finding)
{
	const struct service_slot *service = suspect_main_service(suspect);
	int64_t span_ms =
	    (int64_t)((campaign->last_ns - campaign->first_ns) / NS_PER_MS);

	if (campaign->channel == CHANNEL_FAN_OUT && service != NULL) {
		add_reason(finding, FINDING_REASON_FAN_OUT, 0,
		    (int64_t[FINDING_FIGURES]){
		        service->contacts, span_ms, 0, 0 });
	}
	for (uint32_t i = 0; i < SUSPECT_SERVICES; i++) {
		const struct service_slot *slot = &suspect->services[i];

		if (slot->used && slot->protocol == SUSPECT_LAYER2 &&
		    slot->implicated) {
			add_reason(finding, FINDING_REASON_ARP, slot->score,
			    (int64_t[FINDING_FIGURES]){
			        slot->contacts, slot->unproductive, 0, 0 });
		}
	}
}

static void
reasons_of_size(const struct campaign *campaign, struct finding *finding)
{
	int64_t span_ms =
	    (int64_t)((campaign->last_ns - campaign->first_ns) / NS_PER_MS);

	add_reason(finding, FINDING_REASON_RATE, 0,
	    (int64_t[FINDING_FIGURES]){ campaign->rate_peak, 0, 0, 0 });
	if (campaign->services == 0) {
		add_reason(finding, FINDING_REASON_ADDRESSES, 0,
		    (int64_t[FINDING_FIGURES]){
		        (int64_t)campaign->targets, span_ms, 0, 0 });
		return;
	}
	add_reason(finding, FINDING_REASON_LARGE, 0,
	    (int64_t[FINDING_FIGURES]){ (int64_t)campaign->targets,
	        (int64_t)campaign->services, span_ms, 0 });
}

/* Heaviest first; equals keep their order. */
static void
sort_reasons(struct finding *finding)
{
	for (uint32_t i = 1; i < finding->reason_count; i++) {
		struct finding_reason reason = finding->reasons[i];
		uint32_t at = i;

		while (
		    at > 0 && finding->reasons[at - 1].weight < reason.weight) {
			finding->reasons[at] = finding->reasons[at - 1];
			at--;
		}
		finding->reasons[at] = reason;
	}
}

static void
report_counts(const struct campaign *campaign, struct finding *finding)
{
	finding->target_count = campaign->targets;
	finding->service_count = campaign->services;
	finding->probe_count = campaign->probes;
	finding->answered = campaign->answered;
	finding->refused = campaign->refused;
	finding->filtered = campaign->filtered;
	finding->silent = campaign->silent;
	finding->techniques = campaign_techniques(campaign);
	finding->fragmented = campaign->fragmented * 2 > campaign->probes;
	finding->ranges_cut = campaign->networks_cut;
	/* By first contacts, whose memory may have had to forget some. */
	finding->counts_estimated = campaign->networks_cut;
	finding->one_way = campaign->one_way;
	finding->segment_count = (uint16_t)campaign->segment_count;
	memcpy(
	    finding->segments, campaign->segments, sizeof(finding->segments));
	finding->sample_count = (uint16_t)campaign->sample_count;
	memcpy(finding->samples, campaign->samples, sizeof(finding->samples));
}

void
report_campaign(const struct campaign *campaign, const struct suspect *suspect,
    struct finding *finding)
{
	struct shape shape;

	memset(finding, 0, sizeof(*finding));
	finding->campaign = campaign->number;
	finding->revision = campaign->revision;
	finding->active = true;
	finding->first_seen_ns = campaign->first_ns;
	finding->last_seen_ns = campaign->last_ns;
	finding->raised_at_ns = campaign->raised_ns;
	finding->probes_at_raise = campaign->probes_at_raise;
	finding->vlan = campaign->vlan;
	shape_of(campaign, suspect, &shape);
	finding->kind_count = shape.kind_count;
	memcpy(finding->kinds, shape.kinds, sizeof(finding->kinds));
	finding->order = shape.order;
	report_counts(campaign, finding);
	report_targets(campaign, finding);
	report_ports(finding, campaign->tcp_ports, CAMPAIGN_PORTS, 6);
	report_ports(finding, campaign->udp_ports, CAMPAIGN_PORTS, 17);
	report_ports(finding, campaign->sctp_ports, CAMPAIGN_PORTS, 132);
	report_ports(finding, campaign->ip_protocols, CAMPAIGN_IP_PROTOCOLS, 0);
	reason_of_outcome(campaign, suspect, finding);
	reasons_of_order(suspect, finding);
	reasons_of_make(suspect, finding);
	reasons_of_breadth(campaign, suspect, finding);
	reasons_of_size(campaign, finding);
	sort_reasons(finding);
	finding->truncated_evidence = finding->ranges_cut;
}
