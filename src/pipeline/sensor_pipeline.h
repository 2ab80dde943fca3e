/*
 * The line of the sensor: frames in, findings out.
 *
 *	capture -> decode -> flow -> detect -> evidence
 *	                      |
 *	                   classify
 *
 * This is the order of the house as code, without processes: the sensor's role,
 * `replay` and `bench` all run it, and so can a test.  Rooms do not call each
 * other; the line calls them in turn and passes on what they give.
 *
 * Usage:
 *
 *	region_init(&region, sensor_pipeline_bytes());
 *	sensor_pipeline_init(&line, &region, &keys, &counters, &policy);
 *	region_seal(&region);
 *	for (;;) {
 *		for (uint32_t taken = 0; taken < count;) {
 *			taken += sensor_pipeline_frames(
 *			    &line, frames + taken, count - taken);
 *			while (sensor_pipeline_next_finding(&line, &finding)) {
 *				use it
 *			}
 *		}
 *		sensor_pipeline_tick(&line, now_ns);     where nothing came
 *	}
 *	sensor_pipeline_finish(&line);               at a recording's end
 *
 * Frames are taken a burst at a time: all of a burst are decoded and the memory
 * that they will need is asked for before the first is looked at, so that the
 * misses of one overlap with the work of the others.  No call goes further than
 * a second of the frames' time: what that has brought, the end of a campaign
 * above all, is fetched before what comes after it.  So a recording of a quiet
 * network gives the same as if one had watched it live.
 *
 * Memory: sensor_pipeline_bytes() of the caller's region, and this struct.
 * Time:   the frames'; sensor_pipeline_tick() where there are none.  It only
 *         goes forward: what is stamped earlier counts as the latest time seen.
 */
#ifndef PIPELINE_SENSOR_PIPELINE_H
#define PIPELINE_SENSOR_PIPELINE_H

#include "base/counter.h"
#include "base/siphash.h"
#include "capture/frame.h"
#include "classify/classify.h"
#include "classify/names.h"
#include "decode/decode.h"
#include "detect/detect.h"
#include "evidence/evidence.h"
#include "flow/flow.h"
#include "mem/region.h"
#include "policy/policy.h"

enum {
	SENSOR_BURST = 32,  /* Frames worked on together. */
	SENSOR_EVENTS = 32, /* Events of probes likewise. */
	/* The last packet may bring so many that they are more. */
	SENSOR_EVENTS_LIMIT = SENSOR_EVENTS - 1 + FLOW_PROBES_PER_PACKET,
};

/* How far down the line a packet goes: all the way, but in a measurement. */
enum sensor_stage {
	SENSOR_STAGE_DECODE,
	SENSOR_STAGE_FLOW,
	SENSOR_STAGE_DPI,
	SENSOR_STAGE_DETECT,
};

/* The keys of the rooms' tables: random where live, fixed in a replay. */
struct sensor_keys {
	struct hash_key decode;
	struct hash_key flow;
	struct hash_key classify;
	struct hash_key detect;
	struct hash_key sample; /* That draws samples. */
};

/* Private to sensor_pipeline.c. */
struct sensor_pipeline {
	struct decode *decode;
	struct flow_room *flow;
	struct classify *classify;
	struct names *names;
	struct detect *detect;
	struct evidence *evidence;
	bool wants_names;
	enum sensor_stage stage;
	uint64_t now_ns; /* The latest time seen. */
	bool has_frames; /* Some have been taken. */
	struct packet packets[SENSOR_BURST];
	const struct frame *frames[SENSOR_BURST]; /* That they came in. */
	struct flow_lookup lookups[SENSOR_BURST];
	uint32_t event_count; /* Events on their way from flow to detect. */
	struct probe events[SENSOR_EVENTS_LIMIT];
	struct sighting sightings[SENSOR_EVENTS_LIMIT];
	/* What is kept of the frame that brought the event, for as long as the
	 * burst lasts; null: time did.  All of it, or what is in 'inner'. */
	const struct frame *heads[SENSOR_EVENTS_LIMIT];
	struct frame inner[SENSOR_EVENTS_LIMIT];
	uint32_t pending; /* At the end: campaigns looked at. */
	bool is_finished;
};

/* Bytes of region that sensor_pipeline_init() carves. */
size_t sensor_pipeline_bytes(void);

/* 'counters' and 'policy' are borrowed and must stay. */
void sensor_pipeline_init(struct sensor_pipeline *line, struct region *region,
    const struct sensor_keys *keys, struct counters *counters,
    const struct policy *policy);

/* Ends the use of the region.  Only for the end of a role and for tests. */
void sensor_pipeline_close(struct sensor_pipeline *line);

/* The policy has changed in place. */
void sensor_pipeline_apply_policy(struct sensor_pipeline *line);

/* Ends the line after 'stage'.  For measurements. */
void sensor_pipeline_stop_after(
    struct sensor_pipeline *line, enum sensor_stage stage);

/* Takes in some of 'count' frames, in order of arrival, and returns how many.
 * It may be none, if a second has passed before the first: then that was taken
 * in, and the next call takes some.  Their bytes are used until the call
 * returns. */
uint32_t sensor_pipeline_frames(
    struct sensor_pipeline *line, const struct frame *frames, uint32_t count);

/* Time has passed without a frame: judges what has waited long enough. */
void sensor_pipeline_tick(struct sensor_pipeline *line, uint64_t now_ns);

/* The kernel dropped 'count' frames lately. */
void sensor_pipeline_dropped(struct sensor_pipeline *line, uint64_t count);

/* Gives the next finding that is new or revised, with the names of services as
 * they were heard; false: none now. */
bool sensor_pipeline_next_finding(
    struct sensor_pipeline *line, struct finding *finding);

/* Whether the line is to note wire contacts, and to listen for the names of
 * hosts, for attribution; at first not. */
void sensor_pipeline_want_contacts(
    struct sensor_pipeline *line, bool is_wanted);

/* Gives the next wire contact; false: none now.  Asked after each burst. */
bool sensor_pipeline_next_contact(
    struct sensor_pipeline *line, struct wire_contact *contact);

/* Gives the next name that a host was heard to have; likewise. */
bool sensor_pipeline_next_name(
    struct sensor_pipeline *line, struct wire_name *name);

/* Evidence, each in order; false: none now.  Asked after each burst; see
 * evidence/evidence.h. */
bool sensor_pipeline_next_packet(
    struct sensor_pipeline *line, struct packet_head *head);
bool sensor_pipeline_next_tuple(
    struct sensor_pipeline *line, struct probe_tuple *tuple);
bool sensor_pipeline_next_source(
    struct sensor_pipeline *line, struct source_summary *summary);
bool sensor_pipeline_next_hour(
    struct sensor_pipeline *line, struct segment_hour *hour);

/* A recording is over: lets the clock run on until the last attempt is judged,
 * and makes every finding that has changed due. */
void sensor_pipeline_finish(struct sensor_pipeline *line);

#endif
