#include "detect/finding.h"

#include <string.h>

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
	return finding->kind_count <= FINDING_KIND_COUNT &&
	    finding->target_range_count <= FINDING_TARGET_RANGES &&
	    finding->service_range_count <= FINDING_SERVICE_RANGES &&
	    finding->segment_count <= FINDING_SEGMENTS &&
	    finding->sample_count <= FINDING_SAMPLES &&
	    finding->apparent_count <= FINDING_APPARENT &&
	    finding->reason_count <= FINDING_REASONS &&
	    finding->service_name_count <= FINDING_SERVICE_NAMES;
}

bool
finding_is_sound(const struct finding *finding)
{
	if (!counts_are_sound(finding) ||
	    finding->order >= FINDING_ORDER_COUNT ||
	    finding->techniques >> PROBE_TECHNIQUE_COUNT != 0) {
		return false;
	}
	for (uint32_t i = 0; i < finding->kind_count; i++) {
		if (finding->kinds[i] >= FINDING_KIND_COUNT) {
			return false;
		}
	}
	for (uint32_t i = 0; i < finding->reason_count; i++) {
		if (finding->reasons[i].code >= FINDING_REASON_COUNT) {
			return false;
		}
	}
	for (uint32_t i = 0; i < finding->sample_count; i++) {
		if (finding->samples[i].technique >= PROBE_TECHNIQUE_COUNT ||
		    finding->samples[i].outcome >= PROBE_OUTCOME_COUNT) {
			return false;
		}
	}
	for (uint32_t i = 0; i < finding->service_name_count; i++) {
		const char *name = finding->service_names[i].name;

		if (memchr(name, '\0', FINDING_NAME_SIZE) == NULL) {
			return false;
		}
	}
	return true;
}
