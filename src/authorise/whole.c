#include "authorise/room.h"

/* What a finding says of a campaign as a whole, held part by part against all
 * entries of its watch: what none of them permits was left, whatever became of
 * the single probes.  That is less than permitted, and more than nothing, where
 * not every probe was told. */

static void hold_times(const struct authorise *authorise,
    struct authorise_watch *watch, const struct finding *finding);
static void hold_time(const struct authorise *authorise,
    struct authorise_watch *watch, uint64_t time_ns);
static void hold_targets(const struct authorise *authorise,
    struct authorise_watch *watch, const struct finding *finding);
static void hold_target(const struct authorise *authorise,
    struct authorise_watch *watch, const struct ip_address *target,
    uint64_t time_ns);
static void hold_services(const struct authorise *authorise,
    struct authorise_watch *watch, const struct finding *finding);
static bool range_is_permitted(const struct authorise *authorise,
    const struct authorise_watch *watch,
    const struct authorise_service *service, uint32_t *stranger);
static uint32_t permitted_up_to(const struct authorise *authorise,
    const struct authorise_watch *watch, uint8_t protocol, uint32_t from);
static void hold_techniques(const struct authorise *authorise,
    struct authorise_watch *watch, const struct finding *finding);
static void hold_rate(const struct authorise *authorise,
    struct authorise_watch *watch, const struct finding *finding);
static void leave(const struct authorise *authorise,
    struct authorise_watch *watch, enum authorise_part part,
    struct authorise_leaving *probe);

void
watch_finding(const struct authorise *authorise, struct authorise_watch *watch,
    const struct finding *finding)
{
	hold_times(authorise, watch, finding);
	hold_targets(authorise, watch, finding);
	hold_services(authorise, watch, finding);
	hold_techniques(authorise, watch, finding);
	hold_rate(authorise, watch, finding);
}

static void
hold_times(const struct authorise *authorise, struct authorise_watch *watch,
    const struct finding *finding)
{
	hold_time(authorise, watch, finding->first_seen_ns);
	hold_time(authorise, watch, finding->last_seen_ns);
	for (uint32_t i = 0; i < finding->sample_count; i++) {
		hold_time(authorise, watch, finding->samples[i].time_ns);
	}
}

static void
hold_time(const struct authorise *authorise, struct authorise_watch *watch,
    uint64_t time_ns)
{
	struct authorise_leaving probe = { .time_ns = time_ns };

	leave(authorise, watch, AUTHORISE_PART_EXPIRY, &probe);
	leave(authorise, watch, AUTHORISE_PART_HOURS, &probe);
}

/* A range lies within one segment, unless it was joined of several: its ends
 * and the list of segments tell all that the finding knows. */
static void
hold_targets(const struct authorise *authorise, struct authorise_watch *watch,
    const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->target_range_count; i++) {
		const struct finding_target_range *range =
		    &finding->target_ranges[i];

		hold_target(
		    authorise, watch, &range->first, finding->last_seen_ns);
		hold_target(
		    authorise, watch, &range->last, finding->last_seen_ns);
	}
	if (finding->policy_version != authorise->policy->version) {
		return;
	}
	for (uint32_t i = 0; i < finding->segment_count; i++) {
		struct authorise_leaving probe = {
			.time_ns = finding->last_seen_ns,
			.segment = finding->segments[i] < POLICY_SEGMENT_COUNT
			    ? authorise->number_of[finding->segments[i]]
			    : POLICY_NO_SEGMENT,
		};

		leave(authorise, watch, AUTHORISE_PART_SEGMENT, &probe);
	}
}

static void
hold_target(const struct authorise *authorise, struct authorise_watch *watch,
    const struct ip_address *target, uint64_t time_ns)
{
	struct authorise_leaving probe = {
		.time_ns = time_ns,
		.target = *target,
		.segment = segment_of(authorise, target),
	};

	leave(authorise, watch, AUTHORISE_PART_SEGMENT, &probe);
}

static void
hold_services(const struct authorise *authorise, struct authorise_watch *watch,
    const struct finding *finding)
{
	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		struct authorise_service service =
		    scope_service_of(&finding->service_ranges[i]);
		uint32_t stranger;
		struct authorise_leaving probe = {
			.time_ns = finding->last_seen_ns,
			.protocol = service.protocol,
		};

		/* A range may span what several entries or ranges permit. */
		if (!range_is_permitted(
		        authorise, watch, &service, &stranger)) {
			probe.port = (uint16_t)stranger;
			leave(authorise, watch, AUTHORISE_PART_SERVICE, &probe);
		}
	}
}

/* '*stranger' is the first port that is not permitted. */
static bool
range_is_permitted(const struct authorise *authorise,
    const struct authorise_watch *watch,
    const struct authorise_service *service, uint32_t *stranger)
{
	uint32_t at = service->first;

	while (at <= service->last) {
		uint32_t next =
		    permitted_up_to(authorise, watch, service->protocol, at);

		if (next == at) {
			*stranger = at;
			return false;
		}
		at = next;
	}
	return true;
}

/* The first port after 'from' that the range which permits 'from' does not
 * hold; 'from' itself if none permits it. */
static uint32_t
permitted_up_to(const struct authorise *authorise,
    const struct authorise_watch *watch, uint8_t protocol, uint32_t from)
{
	const struct authorise_leaving probe = { .protocol = protocol,
		.port = (uint16_t)from };
	uint32_t next = from;

	if (!watch_permits(authorise, watch, AUTHORISE_PART_SERVICE, &probe)) {
		return from;
	}
	for (uint32_t i = 0; i < watch->entry_count; i++) {
		const struct authorise_record *record =
		    record_at(authorise, watch->entries[i]);

		for (uint32_t j = 0;
		     record != NULL && j < record->entry.service_count; j++) {
			const struct authorise_service *service =
			    &record->entry.services[j];

			if (service->protocol == protocol &&
			    service->first <= from && service->last >= next) {
				next = service->last + 1u;
			}
		}
	}
	/* What is permitted otherwise is a protocol by its number. */
	return next == from ? from + 1 : next;
}

/* What has no ports is in no range of a finding. */
static void
hold_techniques(const struct authorise *authorise,
    struct authorise_watch *watch, const struct finding *finding)
{
	static const struct {
		enum probe_technique technique;
		enum authorise_protocol protocol;
	} portless[] = {
		{ PROBE_ICMP_ECHO, AUTHORISE_PROTOCOL_ICMP },
		{ PROBE_ICMP_TIMESTAMP, AUTHORISE_PROTOCOL_ICMP },
		{ PROBE_ICMP_ADDRESS_MASK, AUTHORISE_PROTOCOL_ICMP },
		{ PROBE_ICMP6_ECHO, AUTHORISE_PROTOCOL_ICMP6 },
		{ PROBE_ARP, AUTHORISE_PROTOCOL_ARP },
		{ PROBE_ND, AUTHORISE_PROTOCOL_ND },
	};

	for (size_t i = 0; i < ARRAY_SIZE(portless); i++) {
		struct authorise_leaving probe = {
			.time_ns = finding->last_seen_ns,
			.protocol = (uint8_t)portless[i].protocol,
		};

		if ((finding->techniques & 1u << portless[i].technique) != 0) {
			leave(authorise, watch, AUTHORISE_PART_SERVICE, &probe);
		}
	}
}

/* The mean since a finding that is ten seconds older or more. */
static void
hold_rate(const struct authorise *authorise, struct authorise_watch *watch,
    const struct finding *finding)
{
	struct authorise_leaving probe = { .time_ns = finding->last_seen_ns };
	uint64_t since_ns = watch->finding_seen_ns != 0
	    ? watch->finding_seen_ns
	    : finding->first_seen_ns;
	uint64_t ns = finding->last_seen_ns - since_ns;
	uint64_t probes;

	if (finding->last_seen_ns < since_ns ||
	    ns < AUTHORISE_RATE_SECONDS * NS_PER_S ||
	    finding->probe_count < watch->finding_probes) {
		return;
	}
	probes = finding->probe_count - watch->finding_probes;
	watch->finding_seen_ns = finding->last_seen_ns;
	watch->finding_probes = finding->probe_count;
	if (probes <= AUTHORISE_RATE_BURST) {
		return;
	}
	/* In milliseconds, so that nothing overflows. */
	probe.rate = (uint32_t)(probes * 1000 / (ns / NS_PER_MS));
	leave(authorise, watch, AUTHORISE_PART_RATE, &probe);
}

static void
leave(const struct authorise *authorise, struct authorise_watch *watch,
    enum authorise_part part, struct authorise_leaving *probe)
{
	if (!watch_permits(authorise, watch, part, probe)) {
		probe->entry = watch->entries[0];
		watch_leave(watch, part, probe);
	}
}
