#include "detect/shape.h"

#include <string.h>

enum {
	/* "Many ports": from here on a target is port-scanned. */
	PORTS_MANY = 5,
	/* A target that got so many is a port scan of its own, whatever else
	 * the source does. */
	PORTS_HEAVY = 16,
	/* "Many hosts". */
	TARGETS_MANY = 8,
	TARGETS_SOME = 5,
	/* Ports a target, in tenths, from which on many hosts are a block:
	 * five, less what is cut short at the hosts that are not there. */
	BLOCK_TENTHS = 42,
};

/* What is left of the campaign without the targets that are port-scanned. */
struct spread {
	uint64_t heavy;   /* Targets with PORTS_HEAVY ports or more. */
	uint64_t targets; /* The others, asked for services. */
	uint64_t probes;
};

static void
add_kind(struct shape *shape, enum finding_kind kind)
{
	shape->kinds[shape->kind_count++] = (uint8_t)kind;
}

static struct spread
spread_of(const struct campaign *campaign, const struct suspect *suspect)
{
	struct spread spread = { 0, campaign->service_targets,
		campaign->service_probes };

	for (uint32_t i = 0; i < SUSPECT_TARGETS; i++) {
		const struct target_slot *slot = &suspect->targets[i];

		if (slot->used && slot->contacts >= PORTS_HEAVY &&
		    spread.targets > 0 && spread.probes >= slot->contacts) {
			spread.heavy++;
			spread.targets--;
			spread.probes -= slot->contacts;
		}
	}
	return spread;
}

/* The kinds that ask for services. */
static void
add_service_kinds(
    struct shape *shape, const struct campaign *campaign, struct spread spread)
{
	bool is_block = spread.targets > 0 &&
	    spread.probes * 10 >= spread.targets * BLOCK_TENTHS &&
	    campaign->services >= PORTS_MANY;
	bool is_many = spread.targets + spread.heavy >= TARGETS_MANY;

	if (campaign->service_probes == 0) {
		return;
	}
	if (is_block && is_many) {
		add_kind(shape, FINDING_BLOCK_SCAN);
		return;
	}
	if (spread.heavy > 0 ||
	    (campaign->services >= PORTS_MANY &&
	        campaign->service_targets < TARGETS_SOME)) {
		add_kind(shape, FINDING_PORT_SCAN);
	}
	if (spread.targets >= TARGETS_SOME ||
	    (shape->kind_count == 0 && campaign->service_targets > 1)) {
		add_kind(shape, FINDING_SERVICE_PROBE);
	}
	if (shape->kind_count == 0) {
		add_kind(shape, FINDING_PORT_SCAN);
	}
}

/* Targets that were only asked whether they are there. */
static void
add_sweep(struct shape *shape, const struct campaign *campaign)
{
	uint64_t asked = campaign->targets - campaign->service_targets;

	if (asked < TARGETS_MANY || asked < campaign->service_targets) {
		if (shape->kind_count == 0) {
			add_kind(shape, FINDING_HOST_SWEEP);
		}
		return;
	}
	add_kind(shape, FINDING_HOST_SWEEP);
	if (asked >= 3 * campaign->service_targets && shape->kind_count == 2) {
		shape->kinds[1] = shape->kinds[0];
		shape->kinds[0] = FINDING_HOST_SWEEP;
	}
}

void
shape_of(const struct campaign *campaign, const struct suspect *suspect,
    struct shape *shape)
{
	const struct service_slot *service = suspect_main_service(suspect);
	const struct target_slot *target = suspect_main_target(suspect);
	const struct terms *terms = suspect_terms(suspect);
	struct spread spread = spread_of(campaign, suspect);

	memset(shape, 0, sizeof(*shape));
	add_service_kinds(shape, campaign, spread);
	add_sweep(shape, campaign);
	if (service != NULL) {
		shape->order =
		    (uint8_t)sequence_order(&service->sequence, terms);
	}
	if (shape->kinds[0] == FINDING_PORT_SCAN) {
		shape->order = target == NULL
		    ? FINDING_ORDER_UNKNOWN
		    : (uint8_t)sequence_order(&target->sequence, terms);
	}
	if (service != NULL && campaign->targets >= TARGETS_MANY &&
	    (uint64_t)service->contacts * 4 >= campaign->targets &&
	    sequence_is_sequential(&service->sequence, terms)) {
		add_kind(shape, FINDING_SEQUENTIAL_IP);
	}
}

uint32_t
shape_kinds(const struct shape *shape)
{
	uint32_t kinds = 0;

	for (uint32_t i = 0; i < shape->kind_count; i++) {
		kinds |= 1u << shape->kinds[i];
	}
	return kinds;
}
