#include "support/finding_builder.h"

#include <stdio.h>
#include <string.h>

static void
add_segment(struct policy *policy, const char *name, const char *prefix,
    enum policy_criticality criticality)
{
	struct policy_segment *segment =
	    &policy->segments[policy->segment_count++];

	(void)snprintf(segment->name, sizeof(segment->name), "%s", name);
	SW_ASSERT(ip_prefix_parse(prefix, &segment->prefixes[0]));
	segment->prefix_count = 1;
	segment->criticality = (uint8_t)criticality;
}

void
policy_for_tests(struct policy *policy)
{
	policy_default(policy);
	memset(policy->segments, 0, sizeof(policy->segments));
	policy->segment_count = 0;
	(void)snprintf(
	    policy->sensor_name, sizeof(policy->sensor_name), "%s", "span-01");
	(void)snprintf(policy->timezone, sizeof(policy->timezone), "%s", "UTC");
	add_segment(policy, "servers", "10.20.2.0/24", POLICY_CRITICALITY_HIGH);
	add_segment(policy, "ws", "10.20.1.0/24", POLICY_CRITICALITY_NORMAL);
	add_segment(policy, "lobby", "10.20.3.0/24", POLICY_CRITICALITY_LOW);
	add_segment(
	    policy, "plant", "10.20.4.0/24", POLICY_CRITICALITY_CRITICAL);
}

struct ip_address
address_of(const char *text)
{
	struct ip_address address;

	SW_ASSERT(ip_address_parse(text, &address));
	return address;
}

void
finding_for_tests(struct finding *finding)
{
	const uint64_t start_ns = 1795503060123456789ull;

	memset(finding, 0, sizeof(*finding));
	finding->campaign = 1;
	finding->revision = 1;
	finding->active = true;
	finding->first_seen_ns = start_ns;
	finding->last_seen_ns = start_ns + 12 * NS_PER_S;
	finding->raised_at_ns = start_ns + 2 * NS_PER_S;
	finding->revised_at_ns = start_ns + 12 * NS_PER_S;
	finding->probes_at_raise = 9;
	finding->kind_count = 2;
	finding->kinds[0] = FINDING_HOST_SWEEP;
	finding->kinds[1] = FINDING_SEQUENTIAL_IP;
	finding->order = FINDING_ORDER_ASCENDING;
	finding->techniques = 1u << PROBE_ICMP_ECHO;
	finding->has_address = true;
	finding->source = address_of("10.20.1.69");
	finding->vlan = VLAN_NONE;
	finding->source_segment = 1;
	finding->policy_version = 1;
	finding->target_count = 64;
	finding->service_count = 1;
	finding->probe_count = 64;
	finding->answered = 5;
	finding->silent = 59;
	finding->target_range_count = 1;
	finding->target_ranges[0].first = address_of("10.20.2.0");
	finding->target_ranges[0].last = address_of("10.20.2.63");
	finding->service_range_count = 1;
	finding->service_ranges[0].protocol = IP_PROTOCOL_ICMP;
	finding->segment_count = 1;
	finding->segments[0] = 0;
	finding->reason_count = 1;
	finding->reasons[0].code = FINDING_REASON_SEQUENCE;
	finding->reasons[0].weight = 13.8155f;
	finding->reasons[0].figure[0] = 63;
	finding->reasons[0].figure[1] = 63;
}

struct finding_sample *
finding_add_sample(struct finding *finding, enum probe_technique technique,
    uint8_t protocol, const char *target, uint16_t port)
{
	struct finding_sample *sample =
	    &finding->samples[finding->sample_count++];

	SW_ASSERT(finding->sample_count <= FINDING_SAMPLES);
	memset(sample, 0, sizeof(*sample));
	sample->time_ns = finding->first_seen_ns;
	sample->source = finding->source;
	sample->target = address_of(target);
	sample->source_port = 40000;
	sample->target_port = port;
	sample->protocol = protocol;
	sample->technique = (uint8_t)technique;
	sample->outcome = PROBE_SILENT;
	return sample;
}
