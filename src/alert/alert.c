#include "alert/alert.h"

#include <stdio.h>
#include <string.h>

#include <nettle/sha2.h>

#include "alert/judge.h"
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
static void name_segments(struct alert *alert, const struct segments *segments,
    const struct policy *policy);

void
alert_make(struct alert *alert, const struct finding *finding,
    const struct policy *policy)
{
	struct segments segments;

	memset(alert, 0, sizeof(*alert));
	alert->finding = *finding;
	alert->revision = finding->revision;
	alert->status = ALERT_OPEN;
	(void)snprintf(alert->sensor_name, sizeof(alert->sensor_name), "%s",
	    policy->sensor_name);
	find_segments(&segments, finding, policy);
	name_segments(alert, &segments, policy);
	alert_judge(alert, policy);
	alert_id_of(finding, alert->sensor_name, alert->id);
}

void
alert_judge(struct alert *alert, const struct policy *policy)
{
	struct severity_context context;
	struct segments segments;

	find_segments(&segments, &alert->finding, policy);
	judge_context(&context, alert, policy,
	    &(struct judge_segments){ .source = segments.source,
	        .count = segments.count,
	        .targets = segments.targets });
	severity_judge(&alert->severity, &alert->finding, &context);
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
void
alert_id_of(
    const struct finding *finding, const char *sensor_name, char id[ULID_SIZE])
{
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
	sha256_update(
	    &sha256, strlen(sensor_name) + 1, (const uint8_t *)sensor_name);
	sha256_update(&sha256, sizeof(source), source);
	sha256_update(&sha256, sizeof(time), time);
	sha256_digest(&sha256, sizeof(digest), digest);
	ulid_format(finding->first_seen_ns / NS_PER_MS, digest, id);
}
