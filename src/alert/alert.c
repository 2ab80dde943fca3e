#include "alert/alert.h"

#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "base/bytes.h"

/* The segments of a finding, as indices of the policy in force. */
struct segments {
	uint16_t source; /* POLICY_NO_SEGMENT: none. */
	uint16_t count;
	uint16_t targets[FINDING_SEGMENTS];
};

static void find_segments(struct segments *segments,
    const struct finding *finding, const struct policy *policy);
static void look_up_segments(struct segments *segments,
    const struct finding *finding, const struct policy *policy);
static void add_target_segment(struct segments *segments, uint16_t segment);
static struct severity_place judge_segments(
    const struct segments *segments, const struct policy *policy);
static void name_segments(struct alert *alert, const struct segments *segments,
    const struct policy *policy);
static void make_id(struct alert *alert);

void
alert_make(struct alert *alert, const struct finding *finding,
    const struct policy *policy)
{
	struct segments segments;
	struct severity_place place;

	memset(alert, 0, sizeof(*alert));
	alert->finding = *finding;
	alert->revision = finding->revision;
	alert->status = ALERT_OPEN;
	(void)snprintf(alert->sensor_name, sizeof(alert->sensor_name), "%s",
	    policy->sensor_name);
	find_segments(&segments, finding, policy);
	name_segments(alert, &segments, policy);
	place = judge_segments(&segments, policy);
	severity_judge(&alert->severity, finding, &place);
	make_id(alert);
}

const char *
alert_status_name(enum alert_status status)
{
	static const char *const names[] = {
		[ALERT_OPEN] = "open",
		[ALERT_ACKNOWLEDGED] = "acknowledged",
		[ALERT_CLOSED] = "closed",
		[ALERT_AUTHORISED] = "authorised",
	};

	return names[status];
}

static void
find_segments(struct segments *segments, const struct finding *finding,
    const struct policy *policy)
{
	memset(segments, 0, sizeof(*segments));
	segments->source = POLICY_NO_SEGMENT;
	if (finding->policy_version != policy->version) {
		look_up_segments(segments, finding, policy);
		return;
	}
	if (finding->source_segment < policy->segment_count) {
		segments->source = finding->source_segment;
	}
	for (uint32_t i = 0; i < finding->segment_count; i++) {
		if (finding->segments[i] < policy->segment_count) {
			add_target_segment(segments, finding->segments[i]);
		}
	}
}

/* The finding's indices are of another policy: the ends of its ranges say where
 * its targets are in this one. */
static void
look_up_segments(struct segments *segments, const struct finding *finding,
    const struct policy *policy)
{
	if (finding->has_address) {
		segments->source =
		    policy_segment_of(policy, &finding->source, finding->vlan);
	}
	for (uint32_t i = 0; i < finding->target_range_count; i++) {
		const struct finding_target_range *range =
		    &finding->target_ranges[i];

		add_target_segment(segments,
		    policy_segment_of(policy, &range->first, VLAN_NONE));
		add_target_segment(segments,
		    policy_segment_of(policy, &range->last, VLAN_NONE));
	}
}

static void
add_target_segment(struct segments *segments, uint16_t segment)
{
	if (segment == POLICY_NO_SEGMENT ||
	    segments->count == FINDING_SEGMENTS) {
		return;
	}
	for (uint32_t i = 0; i < segments->count; i++) {
		if (segments->targets[i] == segment) {
			return;
		}
	}
	segments->targets[segments->count++] = segment;
}

static struct severity_place
judge_segments(const struct segments *segments, const struct policy *policy)
{
	struct severity_place place = { .only_low = segments->count > 0 };

	for (uint32_t i = 0; i < segments->count; i++) {
		const struct policy_segment *segment =
		    &policy->segments[segments->targets[i]];

		if (segments->targets[i] != segments->source) {
			place.other_segments++;
		}
		if (segment->criticality == POLICY_CRITICALITY_HIGH) {
			place.into_high = true;
		}
		if (segment->criticality == POLICY_CRITICALITY_CRITICAL) {
			place.into_critical = true;
		}
		if (segment->criticality != POLICY_CRITICALITY_LOW) {
			place.only_low = false;
		}
	}
	return place;
}

static void
name_segments(struct alert *alert, const struct segments *segments,
    const struct policy *policy)
{
	if (segments->source != POLICY_NO_SEGMENT) {
		alert->source_in_segment = true;
		(void)snprintf(alert->source_segment,
		    sizeof(alert->source_segment), "%s",
		    policy->segments[segments->source].name);
	}
	alert->target_segment_count = segments->count;
	for (uint32_t i = 0; i < segments->count; i++) {
		(void)snprintf(alert->target_segments[i],
		    sizeof(alert->target_segments[i]), "%s",
		    policy->segments[segments->targets[i]].name);
	}
}

/* The identifier: when the campaign began, and a hash of the sensor, the source
 * and that time.  The fields that are hashed have fixed places or an end mark,
 * so that no two sources run into one text. */
static void
make_id(struct alert *alert)
{
	const struct finding *finding = &alert->finding;
	uint8_t source[1 + 16] = { 0 }; /* 0: none; 4: address; 6: MAC. */
	uint8_t time[8];
	uint8_t digest[SHA256_DIGEST_SIZE];
	struct sha256_ctx sha256;

	if (finding->has_address) {
		source[0] = 4;
		memcpy(source + 1, finding->source.byte, 16);
	} else if (finding->has_mac) {
		source[0] = 6;
		memcpy(source + 1, finding->source_mac.byte, 6);
	}
	store_be32(time, (uint32_t)(finding->first_seen_ns >> 32));
	store_be32(time + 4, (uint32_t)finding->first_seen_ns);
	sha256_init(&sha256);
	sha256_update(&sha256, strlen(alert->sensor_name) + 1,
	    (const uint8_t *)alert->sensor_name);
	sha256_update(&sha256, sizeof(source), source);
	sha256_update(&sha256, sizeof(time), time);
	sha256_digest(&sha256, sizeof(digest), digest);
	ulid_format(finding->first_seen_ns / NS_PER_MS, digest, alert->id);
}
