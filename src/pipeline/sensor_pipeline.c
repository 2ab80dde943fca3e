#include "pipeline/sensor_pipeline.h"

#include <stdio.h>
#include <string.h>

/* Packets between asking for a record and its use. */
enum { AHEAD = 8, FRAMES_AHEAD = 8 };

/* Up to so many services of a finding are asked for by name, each. */
enum { ASKED_SERVICES = 64 };

static bool is_later(uint64_t now_ns, uint64_t then_ns);
static uint32_t count_of_a_second(const struct sensor_pipeline *line,
    const struct frame *frames, uint32_t count);
static uint32_t decode_burst(
    struct sensor_pipeline *line, const struct frame *frames, uint32_t count);
static void take_burst(struct sensor_pipeline *line, uint32_t packet_count);
static void take_packet(struct sensor_pipeline *line, uint32_t index);
static void take_timeouts(struct sensor_pipeline *line, uint64_t now_ns);
static void pass_on(struct sensor_pipeline *line, uint32_t count,
    const struct frame *frame, const struct packet *packet);
static const struct frame *head_of(struct sensor_pipeline *line,
    const struct frame *frame, const struct packet *packet);
static void take_events(struct sensor_pipeline *line);
static void name_services(
    const struct sensor_pipeline *line, struct finding *finding);
static const char *heard_name(const struct sensor_pipeline *line,
    const struct finding *finding, uint8_t protocol, uint16_t port);
static void name_service(const struct sensor_pipeline *line,
    struct finding *finding, uint8_t protocol, uint16_t port);

size_t
sensor_pipeline_bytes(void)
{
	return decode_bytes() + flow_bytes() + classify_bytes() +
	    detect_bytes() + evidence_bytes();
}

void
sensor_pipeline_init(struct sensor_pipeline *line, struct region *region,
    const struct sensor_keys *keys, struct counters *counters,
    const struct policy *policy)
{
	const struct evidence_keys of_evidence = { keys->detect, keys->sample };

	memset(line, 0, sizeof(*line));
	line->stage = SENSOR_STAGE_DETECT;
	line->decode = decode_init(region, &keys->decode, counters);
	line->flow = flow_init(region, &keys->flow, counters);
	line->classify = classify_init(region, &keys->classify, counters);
	line->names = classify_names(line->classify);
	line->detect = detect_init(region, &keys->detect, counters, policy);
	line->evidence = evidence_init(region, &of_evidence, counters, policy);
}

void
sensor_pipeline_close(struct sensor_pipeline *line)
{
	classify_finish(line->classify);
}

void
sensor_pipeline_apply_policy(struct sensor_pipeline *line)
{
	detect_apply_policy(line->detect);
	evidence_apply_policy(line->evidence, line->now_ns);
}

void
sensor_pipeline_stop_after(
    struct sensor_pipeline *line, enum sensor_stage stage)
{
	line->stage = stage;
}

uint32_t
sensor_pipeline_frames(
    struct sensor_pipeline *line, const struct frame *frames, uint32_t count)
{
	uint32_t taken;

	if (count > 0 && line->has_frames &&
	    is_later(frames[0].time_ns, line->now_ns)) {
		sensor_pipeline_tick(line, frames[0].time_ns);
		return 0;
	}
	taken = count_of_a_second(line, frames, count);
	line->has_frames = line->has_frames || taken > 0;
	count = taken;
	while (count > 0) {
		uint32_t burst = count < SENSOR_BURST ? count : SENSOR_BURST;
		uint32_t packet_count = decode_burst(line, frames, burst);

		take_burst(line, packet_count);
		frames += burst;
		count -= burst;
	}
	take_events(line);
	evidence_tick(line->evidence, line->now_ns);
	return taken;
}

void
sensor_pipeline_tick(struct sensor_pipeline *line, uint64_t now_ns)
{
	if (now_ns > line->now_ns) {
		line->now_ns = now_ns;
	}
	take_timeouts(line, line->now_ns);
	take_events(line);
	evidence_tick(line->evidence, line->now_ns);
}

void
sensor_pipeline_dropped(struct sensor_pipeline *line, uint64_t count)
{
	detect_dropped(line->detect, line->now_ns, count);
}

bool
sensor_pipeline_next_finding(
    struct sensor_pipeline *line, struct finding *finding)
{
	if (!detect_next_finding(line->detect, line->now_ns, finding)) {
		return false;
	}
	name_services(line, finding);
	return true;
}

void
sensor_pipeline_want_contacts(struct sensor_pipeline *line, bool is_wanted)
{
	detect_want_contacts(line->detect, is_wanted);
	line->wants_names = is_wanted;
}

bool
sensor_pipeline_next_contact(
    struct sensor_pipeline *line, struct wire_contact *contact)
{
	return detect_next_contact(line->detect, contact);
}

bool
sensor_pipeline_next_name(struct sensor_pipeline *line, struct wire_name *name)
{
	return names_next(line->names, name);
}

bool
sensor_pipeline_next_packet(
    struct sensor_pipeline *line, struct packet_head *head)
{
	return evidence_next_packet(line->evidence, head);
}

/* At the end, probes whose outcome never came follow. */
bool
sensor_pipeline_next_tuple(
    struct sensor_pipeline *line, struct probe_tuple *tuple)
{
	while (!evidence_next_tuple(line->evidence, tuple)) {
		if (!line->is_finished ||
		    line->pending == CONFIG_DETECT_CAMPAIGN_COUNT) {
			return false;
		}
		detect_note_pending(line->detect, line->pending++);
		evidence_conclude(line->evidence, detect_notes(line->detect),
		    detect_notes_count(line->detect));
	}
	return true;
}

bool
sensor_pipeline_next_source(
    struct sensor_pipeline *line, struct source_summary *summary)
{
	return evidence_next_source(line->evidence, summary);
}

bool
sensor_pipeline_next_hour(
    struct sensor_pipeline *line, struct segment_hour *hour)
{
	return evidence_next_hour(line->evidence, hour);
}

void
sensor_pipeline_finish(struct sensor_pipeline *line)
{
	if (line->has_frames) {
		sensor_pipeline_tick(
		    line, line->now_ns + FLOW_ANSWER_TIMEOUT_NS + 1);
	}
	detect_flush(line->detect);
	evidence_finish(line->evidence, line->now_ns);
	line->is_finished = true;
}

/* Whether it is a second or more from 'then_ns' to 'now_ns'. */
static bool
is_later(uint64_t now_ns, uint64_t then_ns)
{
	return now_ns > then_ns && now_ns - then_ns >= NS_PER_S;
}

/* How many of the frames come before one that is a second later than the first,
 * or than the time there is. */
static uint32_t
count_of_a_second(const struct sensor_pipeline *line,
    const struct frame *frames, uint32_t count)
{
	uint64_t then_ns = line->now_ns;
	uint32_t taken = 0;

	if (count > 0 && frames[0].time_ns > then_ns) {
		then_ns = frames[0].time_ns;
	}
	while (taken < count && !is_later(frames[taken].time_ns, then_ns)) {
		taken++;
	}
	return taken;
}

/* Decodes the burst into line->packets and returns how many packets it gave. */
static uint32_t
decode_burst(
    struct sensor_pipeline *line, const struct frame *frames, uint32_t count)
{
	uint32_t packet_count = 0;

	for (uint32_t i = 0; i < count && i < FRAMES_AHEAD; i++) {
		decode_prefetch(&frames[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		struct packet *packet = &line->packets[packet_count];

		if (i + FRAMES_AHEAD < count) {
			decode_prefetch(&frames[i + FRAMES_AHEAD]);
		}
		if (decode_frame(line->decode, &frames[i], packet) !=
		    VERDICT_OK) {
			continue; /* Counted there, by reason. */
		}
		if (line->stage >= SENSOR_STAGE_FLOW) {
			flow_prefetch(
			    line->flow, packet, &line->lookups[packet_count]);
		}
		line->frames[packet_count] = &frames[i];
		packet_count++;
	}
	return packet_count;
}

/* What the first look ahead asked for has come by now, but for the last packets
 * of a burst; the second keeps a few packets ahead of the work. */
static void
take_burst(struct sensor_pipeline *line, uint32_t packet_count)
{
	bool looks_ahead = line->stage >= SENSOR_STAGE_FLOW;

	for (uint32_t i = 0; looks_ahead && i < packet_count && i < AHEAD;
	     i++) {
		flow_prefetch_record(line->flow, &line->lookups[i]);
	}
	for (uint32_t i = 0; i < packet_count; i++) {
		if (looks_ahead && i + AHEAD < packet_count) {
			flow_prefetch_record(
			    line->flow, &line->lookups[i + AHEAD]);
		}
		if (looks_ahead && i + AHEAD / 2 < packet_count) {
			flow_prefetch_attempt(
			    line->flow, &line->lookups[i + AHEAD / 2]);
		}
		take_packet(line, i);
	}
}

static void
take_packet(struct sensor_pipeline *line, uint32_t index)
{
	const struct packet *packet = &line->packets[index];
	struct flow_conversation *conversation = NULL;
	uint32_t count;

	if (packet->time_ns > line->now_ns) {
		line->now_ns = packet->time_ns;
	}
	if (line->stage < SENSOR_STAGE_FLOW) {
		return;
	}
	take_timeouts(line, line->now_ns);
	count = flow_packet(line->flow, packet, &line->lookups[index],
	    &line->events[line->event_count], &conversation);
	if (count > 0) {
		pass_on(line, count, line->frames[index], packet);
	}
	if (line->stage >= SENSOR_STAGE_DPI) {
		classify_packet(line->classify, packet, conversation);
	}
	if (line->wants_names) {
		names_packet(line->names, packet);
	}
}

/* What time alone has decided comes before the packet that shows the time. */
static void
take_timeouts(struct sensor_pipeline *line, uint64_t now_ns)
{
	while (flow_next_timeout(
	    line->flow, now_ns, &line->events[line->event_count])) {
		pass_on(line, 1, NULL, NULL);
	}
}

/* Whether it is but a word on the way to an outcome, which is no evidence
 * unless a campaign is raised with it. */
static bool
is_overdue(const struct probe *probe)
{
	return probe->outcome == PROBE_OVERDUE;
}

/* Events on their way to detect wait for company; 'count' more of them have
 * been written behind those that wait. */
static void
pass_on(struct sensor_pipeline *line, uint32_t count, const struct frame *frame,
    const struct packet *packet)
{
	if (line->stage < SENSOR_STAGE_DETECT) {
		return;
	}
	for (; count > 0; count--, line->event_count++) {
		const struct probe *probe = &line->events[line->event_count];
		struct sighting *sighting = &line->sightings[line->event_count];

		line->heads[line->event_count] = NULL;
		/* What had to make room is none of the packet's business. */
		if (frame != NULL && probe->outcome != PROBE_DISPLACED) {
			line->heads[line->event_count] =
			    head_of(line, frame, packet);
		}
		detect_look_ahead(line->detect, probe, sighting);
		if (!is_overdue(probe)) {
			evidence_prefetch(line->evidence, sighting);
		}
	}
	if (line->event_count >= SENSOR_EVENTS) {
		take_events(line);
	}
}

/* The part of a frame that is kept as evidence: all of it, or what a tunnel
 * wrapped. */
static const struct frame *
head_of(struct sensor_pipeline *line, const struct frame *frame,
    const struct packet *packet)
{
	struct frame *inner = &line->inner[line->event_count];

	if (packet->wrap_depth == 0 || packet->ip == NULL) {
		return frame;
	}
	*inner = *frame;
	inner->bytes = packet->ip;
	inner->captured_size = packet->ip_captured;
	inner->wire_size = packet->ip_size > packet->ip_captured
	    ? packet->ip_size
	    : packet->ip_captured;
	inner->link_type = PACKET_HEAD_RAW;
	return inner;
}

static void
take_event(struct sensor_pipeline *line, uint32_t at)
{
	struct sighting *sighting = &line->sightings[at];
	const struct frame *head = line->heads[at];
	uint32_t note_count;

	if (head != NULL) {
		evidence_before(line->evidence, sighting, head);
	}
	detect_take(line->detect, sighting);
	note_count = detect_notes_count(line->detect);
	if (note_count > 0 || !is_overdue(sighting->probe)) {
		evidence_after(line->evidence, sighting, head,
		    detect_notes(line->detect), note_count);
	}
}

static void
take_events(struct sensor_pipeline *line)
{
	uint32_t count = line->event_count;

	for (uint32_t i = 0; i < count && i < AHEAD; i++) {
		detect_fetch(line->detect, &line->sightings[i]);
		evidence_fetch(line->evidence, &line->sightings[i]);
	}
	for (uint32_t i = 0; i < count; i++) {
		if (i + AHEAD < count) {
			detect_fetch(line->detect, &line->sightings[i + AHEAD]);
			evidence_fetch(
			    line->evidence, &line->sightings[i + AHEAD]);
		}
		take_event(line, i);
	}
	line->event_count = 0;
}

/* Adds what the services of a finding were heard to speak.  Of a few services
 * all are asked for; of many, those of the probes kept as evidence. */
static void
name_services(const struct sensor_pipeline *line, struct finding *finding)
{
	finding->service_name_count = 0;
	if (finding->service_count > ASKED_SERVICES) {
		for (uint32_t i = 0; i < finding->sample_count; i++) {
			name_service(line, finding,
			    finding->samples[i].protocol,
			    finding->samples[i].target_port);
		}
		return;
	}
	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		const struct finding_service_range *range =
		    &finding->service_ranges[i];

		for (uint32_t port = range->first; port <= range->last;
		     port++) {
			name_service(
			    line, finding, range->protocol, (uint16_t)port);
		}
	}
}

static void
name_service(const struct sensor_pipeline *line, struct finding *finding,
    uint8_t protocol, uint16_t port)
{
	const char *heard = heard_name(line, finding, protocol, port);
	struct finding_service_name *name =
	    &finding->service_names[finding->service_name_count];

	if (heard == NULL ||
	    finding->service_name_count == FINDING_SERVICE_NAMES) {
		return;
	}
	for (uint32_t i = 0; i < finding->service_name_count; i++) {
		if (finding->service_names[i].protocol == protocol &&
		    finding->service_names[i].port == port) {
			return;
		}
	}
	name->protocol = protocol;
	name->port = port;
	(void)snprintf(name->name, sizeof(name->name), "%s", heard);
	finding->service_name_count++;
}

/* What the targets that are known to have been asked there spoke, or else most
 * others behind that port; null: nothing was heard. */
static const char *
heard_name(const struct sensor_pipeline *line, const struct finding *finding,
    uint8_t protocol, uint16_t port)
{
	const struct classify *classify = line->classify;
	const char *name = NULL;

	if (finding->target_count == 1) {
		return classify_service_name(
		    classify, &finding->target_ranges[0].first, protocol, port);
	}
	for (uint32_t i = 0; i < finding->sample_count && name == NULL; i++) {
		const struct finding_sample *sample = &finding->samples[i];

		if (sample->protocol == protocol &&
		    sample->target_port == port) {
			name = classify_service_name(
			    classify, &sample->target, protocol, port);
		}
	}
	return name != NULL
	    ? name
	    : classify_service_name(classify, NULL, protocol, port);
}
