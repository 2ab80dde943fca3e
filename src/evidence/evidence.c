#include "evidence/evidence.h"

#include "evidence/room.h"
#include "evidence/tuples.h"

static const struct summaries_sizes sizes = {
	.source_count = CONFIG_EVIDENCE_SOURCE_COUNT,
	.pair_count = CONFIG_EVIDENCE_SEGMENT_PAIR_COUNT,
};

size_t
evidence_bytes(void)
{
	return region_bytes(1, sizeof(struct evidence)) +
	    region_bytes(CONFIG_DETECT_CAMPAIGN_COUNT,
	        sizeof(struct evidence_campaign)) +
	    region_bytes(EVIDENCE_TUPLES, sizeof(struct probe_tuple)) +
	    packets_bytes(
	        CONFIG_EVIDENCE_PACKET_COUNT, CONFIG_DETECT_CAMPAIGN_COUNT) +
	    summaries_bytes(&sizes);
}

struct evidence *
evidence_init(struct region *region, const struct evidence_keys *keys,
    struct counters *counters, const struct policy *policy)
{
	struct evidence *evidence = region_carve(region, 1, sizeof(*evidence));

	evidence->counters = counters;
	evidence->sample_key = keys->sample;
	evidence->campaigns = region_carve(region, CONFIG_DETECT_CAMPAIGN_COUNT,
	    sizeof(struct evidence_campaign));
	evidence->tuples =
	    region_carve(region, EVIDENCE_TUPLES, sizeof(struct probe_tuple));
	packets_init(&evidence->packets, region, CONFIG_EVIDENCE_PACKET_COUNT,
	    CONFIG_DETECT_CAMPAIGN_COUNT, counters);
	summaries_init(&evidence->summaries, region, &sizes, &keys->detect,
	    counters, policy);
	return evidence;
}

void
evidence_prefetch(
    const struct evidence *evidence, const struct sighting *sighting)
{
	summaries_prefetch(&evidence->summaries, sighting);
}

void
evidence_fetch(const struct evidence *evidence, const struct sighting *sighting)
{
	if (sighting->probe->event == PROBE_ATTEMPT) {
		summaries_fetch(&evidence->summaries, sighting);
	}
}

void
evidence_before(const struct evidence *evidence, struct sighting *sighting,
    const struct frame *frame)
{
	if (frame != NULL && sighting->probe->event == PROBE_ATTEMPT) {
		sighting->contact.packet =
		    packets_next_number(&evidence->packets);
	}
}

/* Tells a probe whose outcome is known, if it has a place. */
static void
tell_tuple(struct evidence *evidence, const struct detect_note *note)
{
	struct evidence_campaign *campaign = &evidence->campaigns[note->place];
	const struct contact *contact = &note->contact;
	uint32_t at =
	    (evidence->tuple_first + evidence->tuple_count) % EVIDENCE_TUPLES;
	int32_t place;

	if (campaign->number != note->campaign) {
		*campaign =
		    (struct evidence_campaign){ .number = note->campaign };
	}
	campaign->concluded++;
	place = tuples_place(
	    &evidence->sample_key, campaign->number, campaign->concluded);
	if (place == TUPLES_NO_PLACE) {
		return;
	}
	if (evidence->tuple_count == EVIDENCE_TUPLES) {
		counter_increment(
		    evidence->counters, COUNTER_EVIDENCE_PROBES_DROPPED);
		return;
	}
	evidence->tuple_count++;
	evidence->tuples[at] = (struct probe_tuple){
		.time_ns = contact->time_ns,
		.campaign = note->campaign,
		.ordinal = campaign->concluded,
		.target = contact->target,
		.place = (uint32_t)place,
		.port = contact->target_port,
		.protocol = contact->protocol,
		.technique = contact->technique,
		.outcome = contact->outcome,
	};
	counter_increment(evidence->counters, COUNTER_EVIDENCE_PROBES_TOLD);
}

/* Whether the note is about the frame at hand itself: the probe's, which was
 * counted in at once, or the answer to one that was counted in before. */
static bool
is_of_frame(const struct evidence *evidence, const struct sighting *sighting,
    const struct detect_note *note)
{
	if (sighting->probe->event == PROBE_OUTCOME) {
		return !note->is_counted;
	}
	return note->contact.packet == packets_next_number(&evidence->packets);
}

/* Whether the frame may be evidence: of a first contact, what asked, and what
 * came back but for payload, which only shows that all was well. */
static bool
is_worth_keeping(const struct sighting *sighting, const struct frame *frame)
{
	return frame != NULL &&
	    (sighting->is_accepted ||
	        (sighting->is_first &&
	            sighting->probe->outcome != PROBE_PRODUCTIVE));
}

/* Keeps the frame of an event: tells it if it is known to be a campaign's, else
 * holds it back.  Returns the number it is held back under; 0: none. */
static uint32_t
keep_frame(struct evidence *evidence, const struct sighting *sighting,
    const struct frame *frame, const struct detect_note *notes,
    uint32_t note_count)
{
	/* A single note, or many that raise a campaign: then in order. */
	if (note_count == 1 && is_of_frame(evidence, sighting, &notes[0])) {
		packets_tell(&evidence->packets, notes[0].campaign,
		    notes[0].place, frame);
		return 0;
	}
	packets_hold(&evidence->packets, frame, sighting->asked_packet);
	return evidence->packets.number;
}

void
evidence_after(struct evidence *evidence, const struct sighting *sighting,
    const struct frame *frame, const struct detect_note *notes,
    uint32_t note_count)
{
	bool was_told = false;

	if (is_worth_keeping(sighting, frame)) {
		was_told = keep_frame(evidence, sighting, frame, notes,
		               note_count) == 0;
	}
	for (uint32_t i = 0; i < note_count; i++) {
		if (notes[i].is_counted && !was_told) {
			packets_tell_held(&evidence->packets, notes[i].campaign,
			    notes[i].place, notes[i].contact.packet);
		}
		if (notes[i].is_concluded) {
			tell_tuple(evidence, &notes[i]);
		}
	}
	summaries_event(&evidence->summaries, sighting);
}

void
evidence_tick(struct evidence *evidence, uint64_t now_ns)
{
	packets_review(&evidence->packets, now_ns, false);
	summaries_close(&evidence->summaries, now_ns, false);
}

void
evidence_apply_policy(struct evidence *evidence, uint64_t now_ns)
{
	summaries_apply_policy(&evidence->summaries, now_ns);
}

void
evidence_finish(struct evidence *evidence, uint64_t now_ns)
{
	evidence->is_finishing = true;
	summaries_close(&evidence->summaries, now_ns, true);
}

void
evidence_conclude(struct evidence *evidence, const struct detect_note *notes,
    uint32_t note_count)
{
	for (uint32_t i = 0; i < note_count; i++) {
		tell_tuple(evidence, &notes[i]);
	}
}

bool
evidence_next_packet(struct evidence *evidence, struct packet_head *head)
{
	if (packets_take(&evidence->packets, head)) {
		return true;
	}
	if (!evidence->is_finishing) {
		return false;
	}
	packets_review(&evidence->packets, 0, true);
	return packets_take(&evidence->packets, head);
}

bool
evidence_next_tuple(struct evidence *evidence, struct probe_tuple *tuple)
{
	if (evidence->tuple_count == 0) {
		return false;
	}
	*tuple = evidence->tuples[evidence->tuple_first];
	evidence->tuple_first = (evidence->tuple_first + 1) % EVIDENCE_TUPLES;
	evidence->tuple_count--;
	return true;
}

bool
evidence_next_source(struct evidence *evidence, struct source_summary *summary)
{
	return summaries_next_source(&evidence->summaries, summary);
}

bool
evidence_next_hour(struct evidence *evidence, struct segment_hour *hour)
{
	return summaries_next_hour(&evidence->summaries, hour);
}
