#include "evidence/source_summary.h"

#include "decode/packet.h"
#include "policy/policy.h"

static bool
segment_is_sound(uint16_t segment)
{
	return segment < POLICY_SEGMENT_COUNT || segment == POLICY_NO_SEGMENT;
}

bool
source_summary_is_sound(const struct source_summary *summary)
{
	return summary->from_ns < summary->to_ns &&
	    (summary->vlan <= POLICY_VLAN_LAST + 1 ||
	        summary->vlan == VLAN_NONE) &&
	    segment_is_sound(summary->segment) && summary->is_partial <= 1 &&
	    sketch_is_sound(&summary->targets) &&
	    sketch_is_sound(&summary->services);
}

bool
segment_hour_is_sound(const struct segment_hour *hour)
{
	return hour->from_ns < hour->to_ns &&
	    segment_is_sound(hour->source_segment) &&
	    segment_is_sound(hour->target_segment);
}

static uint32_t
add(uint32_t a, uint32_t b)
{
	return a > UINT32_MAX - b ? UINT32_MAX : a + b;
}

void
source_summary_merge(
    struct source_summary *summary, const struct source_summary *later)
{
	summary->to_ns = later->to_ns;
	summary->source_mac = later->source_mac;
	summary->vlan = later->vlan;
	summary->segment = later->segment;
	summary->policy_version = later->policy_version;
	summary->is_partial |= later->is_partial;
	summary->attempts = add(summary->attempts, later->attempts);
	summary->new_targets = add(summary->new_targets, later->new_targets);
	summary->answered = add(summary->answered, later->answered);
	summary->refused = add(summary->refused, later->refused);
	summary->filtered = add(summary->filtered, later->filtered);
	summary->silent = add(summary->silent, later->silent);
	sketch_merge(&summary->targets, &later->targets);
	sketch_merge(&summary->services, &later->services);
}
