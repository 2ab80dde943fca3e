#include "alert/judge.h"

#include <string.h>
#include <strings.h>

static void judge_segments(struct severity_context *context,
    const struct policy *policy, const struct judge_segments *segments);
static void judge_assets(struct severity_context *context,
    const struct finding *finding, const struct policy *policy);
static bool is_probed(
    const struct finding *finding, const struct policy_place *place);
static void judge_source(struct severity_context *context,
    const struct alert *alert, const struct policy *policy, uint16_t segment);
static void judge_process(struct severity_context *context,
    const struct attribution *attribution, const struct policy *policy);

void
judge_context(struct severity_context *context, const struct alert *alert,
    const struct policy *policy, const struct judge_segments *segments)
{
	memset(context, 0, sizeof(*context));
	judge_segments(context, policy, segments);
	judge_assets(context, &alert->finding, policy);
	judge_source(context, alert, policy, segments->source);
	judge_process(context, &alert->attribution, policy);
}

/* Windows names such accounts in its own language; their part before the
 * backslash, or the machine's dollar sign, tells where the rest does not. */
bool
judge_is_system(const char *user)
{
	static const char *const domains[] = { "NT AUTHORITY\\", "NT SERVICE\\",
		"NT-AUTORIT\xc3\x84T\\", "AUTORITE NT\\",
		"NT VIRTUAL MACHINE\\", "Window Manager\\" };
	static const char *const names[] = { "SYSTEM", "LOCAL SERVICE",
		"NETWORK SERVICE", "root" };
	size_t length = strlen(user);

	if (length > 0 && user[length - 1] == '$') {
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(domains); i++) {
		if (strncasecmp(user, domains[i], strlen(domains[i])) == 0) {
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcasecmp(user, names[i]) == 0) {
			return true;
		}
	}
	return false;
}

static void
judge_segments(struct severity_context *context, const struct policy *policy,
    const struct judge_segments *segments)
{
	context->only_low = segments->count > 0;
	for (uint32_t i = 0; i < segments->count; i++) {
		const struct policy_segment *segment =
		    &policy->segments[segments->targets[i]];

		if (segments->targets[i] != segments->source) {
			context->other_segments++;
		}
		if (segment->criticality == POLICY_CRITICALITY_HIGH) {
			context->into_high = true;
		}
		if (segment->criticality == POLICY_CRITICALITY_CRITICAL) {
			context->into_critical = true;
		}
		if (segment->criticality != POLICY_CRITICALITY_LOW) {
			context->only_low = false;
		}
		if (segment->role == POLICY_ROLE_INFRASTRUCTURE) {
			context->into_infrastructure = true;
		}
	}
}

static void
judge_assets(struct severity_context *context, const struct finding *finding,
    const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->place_count; i++) {
		const struct policy_place *place = &policy->places[i];
		const struct policy_asset *asset =
		    &policy->assets[place->asset];

		if (!is_probed(finding, place)) {
			continue;
		}
		if (asset->role == POLICY_ROLE_INFRASTRUCTURE) {
			context->into_infrastructure = true;
		}
		if (asset->has_criticality == 0) {
			continue;
		}
		if (asset->criticality == POLICY_CRITICALITY_HIGH) {
			context->into_high = true;
		}
		if (asset->criticality == POLICY_CRITICALITY_CRITICAL) {
			context->into_critical = true;
		}
		if (asset->criticality != POLICY_CRITICALITY_LOW) {
			context->only_low = false;
		}
	}
}

static bool
is_probed(const struct finding *finding, const struct policy_place *place)
{
	for (uint32_t i = 0; i < finding->target_range_count; i++) {
		if (policy_place_touches(place,
		        &finding->target_ranges[i].first,
		        &finding->target_ranges[i].last)) {
			return true;
		}
	}
	return false;
}

static void
judge_source(struct severity_context *context, const struct alert *alert,
    const struct policy *policy, uint16_t segment)
{
	const struct finding *finding = &alert->finding;
	struct policy_host host = {
		.address = finding->has_address ? &finding->source : NULL,
		.mac = finding->has_mac ? &finding->source_mac : NULL,
		.name = alert->attribution.host,
		.segment = segment,
	};

	context->source_role = (uint8_t)policy_role_of(policy, &host);
	context->from_outside =
	    finding->has_address && segment == POLICY_NO_SEGMENT;
}

/* A process that is merely possible says nothing. */
static void
judge_process(struct severity_context *context,
    const struct attribution *attribution, const struct policy *policy)
{
	const struct attribution_process *process = &attribution->processes[0];

	if (attribution->process_count == 0 ||
	    process->confidence < ATTRIBUTION_PROBABLE) {
		return;
	}
	context->by_known_scanner =
	    policy_knows_scanner(policy, process->image);
	context->as_system = judge_is_system(process->user);
	context->as_person = process->user[0] != '\0' && !context->as_system;
}
