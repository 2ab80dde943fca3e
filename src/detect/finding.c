#include "detect/finding.h"

#include <math.h>
#include <string.h>

#include "policy/policy.h"

const char *
finding_kind_name(enum finding_kind kind)
{
	static const char *const names[FINDING_KIND_COUNT] = {
		[FINDING_PORT_SCAN] = "port_scan",
		[FINDING_HOST_SWEEP] = "host_sweep",
		[FINDING_SERVICE_PROBE] = "service_probe",
		[FINDING_BLOCK_SCAN] = "block_scan",
		[FINDING_SEQUENTIAL_IP] = "sequential_ip",
		[FINDING_DISTRIBUTED_SCAN] = "distributed_scan",
	};

	SW_ASSERT(kind < FINDING_KIND_COUNT);
	return names[kind];
}

const char *
finding_order_name(enum finding_order order)
{
	static const char *const names[FINDING_ORDER_COUNT] = {
		[FINDING_ORDER_ASCENDING] = "ascending",
		[FINDING_ORDER_DESCENDING] = "descending",
		[FINDING_ORDER_STRIDED] = "strided",
		[FINDING_ORDER_RANDOM] = "random",
		[FINDING_ORDER_MIXED] = "mixed",
	};

	SW_ASSERT(order < FINDING_ORDER_COUNT);
	return names[order];
}

static bool
counts_are_sound(const struct finding *finding)
{
	return finding->kind_count > 0 &&
	    finding->kind_count <= FINDING_KIND_COUNT &&
	    finding->target_range_count <= FINDING_TARGET_RANGES &&
	    finding->service_range_count <= FINDING_SERVICE_RANGES &&
	    finding->segment_count <= FINDING_SEGMENTS &&
	    finding->sample_count <= FINDING_SAMPLES &&
	    finding->apparent_count <= FINDING_APPARENT &&
	    finding->reason_count <= FINDING_REASONS &&
	    finding->service_name_count <= FINDING_SERVICE_NAMES;
}

/* A bool of another process may hold any byte, and must not be read as one
 * before it is known to be one. */
static bool
flags_are_sound(const struct finding *finding)
{
	const bool *const flags[] = { &finding->active, &finding->fragmented,
		&finding->window, &finding->has_address, &finding->has_mac,
		&finding->counts_estimated, &finding->ranges_cut,
		&finding->one_way, &finding->truncated_evidence };

	for (uint32_t i = 0; i < ARRAY_SIZE(flags); i++) {
		uint8_t byte;

		memcpy(&byte, flags[i], sizeof(byte));
		if (byte > 1) {
			return false;
		}
	}
	return true;
}

/* Whether each probe has at most one outcome; no sum here can overflow. */
static bool
outcomes_are_sound(const struct finding *finding)
{
	uint64_t left = finding->probe_count;
	const uint64_t outcomes[] = { finding->answered, finding->refused,
		finding->filtered, finding->silent };

	for (uint32_t i = 0; i < ARRAY_SIZE(outcomes); i++) {
		if (outcomes[i] > left) {
			return false;
		}
		left -= outcomes[i];
	}
	return true;
}

static bool
ranges_are_sound(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->target_range_count; i++) {
		const struct finding_target_range *range =
		    &finding->target_ranges[i];

		if (memcmp(&range->first, &range->last, sizeof(range->first)) >
		    0) {
			return false;
		}
	}
	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		if (finding->service_ranges[i].first >
		    finding->service_ranges[i].last) {
			return false;
		}
	}
	return true;
}

static bool
segment_is_sound(uint16_t segment)
{
	return segment < POLICY_SEGMENT_COUNT || segment == FINDING_NO_SEGMENT;
}

static bool
segments_are_sound(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->segment_count; i++) {
		if (!segment_is_sound(finding->segments[i])) {
			return false;
		}
	}
	return segment_is_sound(finding->source_segment);
}

static bool
reasons_are_sound(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->reason_count; i++) {
		if (finding->reasons[i].code >= FINDING_REASON_COUNT ||
		    !isfinite(finding->reasons[i].weight)) {
			return false;
		}
	}
	return true;
}

static bool
samples_are_sound(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->sample_count; i++) {
		if (finding->samples[i].technique >= PROBE_TECHNIQUE_COUNT ||
		    finding->samples[i].outcome >= PROBE_OUTCOME_COUNT) {
			return false;
		}
	}
	return true;
}

static bool
names_are_sound(const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->service_name_count; i++) {
		const char *name = finding->service_names[i].name;

		if (memchr(name, '\0', FINDING_NAME_SIZE) == NULL) {
			return false;
		}
	}
	return true;
}

bool
finding_is_sound(const struct finding *finding)
{
	if (!counts_are_sound(finding) || !flags_are_sound(finding) ||
	    finding->revision == 0 || finding->order >= FINDING_ORDER_COUNT ||
	    finding->techniques >> PROBE_TECHNIQUE_COUNT != 0) {
		return false;
	}
	for (uint32_t i = 0; i < finding->kind_count; i++) {
		if (finding->kinds[i] >= FINDING_KIND_COUNT) {
			return false;
		}
	}
	return outcomes_are_sound(finding) && ranges_are_sound(finding) &&
	    segments_are_sound(finding) && reasons_are_sound(finding) &&
	    samples_are_sound(finding) && names_are_sound(finding);
}
