#include "detect/room.h"

enum {
	DHCP_SERVER_PORT = 67,
	DHCP_CLIENT_PORT = 68,
	/* Answers that a DHCP server must have been seen to give. */
	DHCP_ANSWERS_NEEDED = 3,
};

/* A DHCP server waits so long between two of its trials, at least. */
static const uint64_t patience_ns = NS_PER_S / 2;

/* First contacts of a source are kept for so long. */
static const uint64_t kept_ns = 24 * 60 * 60 * NS_PER_S;

static bool
is_dhcp_answer(const struct probe *probe)
{
	return probe->technique == PROBE_UDP &&
	    probe->source_port == DHCP_SERVER_PORT &&
	    probe->target_port == DHCP_CLIENT_PORT;
}

void
source_note_answer(struct source *source, const struct probe *probe)
{
	if (source->dhcp_answers < DHCP_ANSWERS_NEEDED &&
	    is_dhcp_answer(probe)) {
		source->dhcp_answers++;
	}
}

/* Routers resolve the addresses of what they forward; a DHCP server answers its
 * clients, and tries an address before it gives it out (RFC 2131, section 2.2),
 * one after another: what comes faster is something else. */
bool
source_is_upkeep(const struct detect *detect, const struct source *source,
    const struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;
	bool is_patient = probe->attempt_ns >= source->last_ns + patience_ns;

	if (probe->technique == PROBE_UDP) {
		return is_dhcp_answer(probe);
	}
	if (sighting_is_layer2(probe) &&
	    neighbours_is_router(&detect->neighbours, &probe->source_mac)) {
		return true;
	}
	return source->dhcp_answers >= DHCP_ANSWERS_NEEDED && is_patient &&
	    (sighting_is_layer2(probe) || probe->technique == PROBE_ICMP_ECHO);
}

static uint32_t
rank_source(const void *record)
{
	const struct source *source = record;

	return source->is_suspect ? source->made : 0;
}

struct source *
source_find(struct detect *detect, const struct sighting *sighting)
{
	return table_find(&detect->sources, &sighting->source,
	    sighting->source_hash, sighting->now_s);
}

struct source *
source_make(struct detect *detect, const struct sighting *sighting)
{
	struct source *source = source_find(detect, sighting);

	if (source == NULL) {
		source = table_take_ranked(&detect->sources, &sighting->source,
		    sighting->source_hash, sighting->now_s, rank_source, NULL);
	}
	source->segment = sighting->source_segment;
	source->mac = sighting->probe->source_mac;
	source->vlan = sighting->probe->vlan;
	source_note_answer(source, sighting->probe);
	return source;
}

struct suspect *
source_suspect(struct detect *detect, const struct sighting *sighting)
{
	return table_find(&detect->suspects, &sighting->source,
	    sighting->source_hash, sighting->now_s);
}

/* Forgets the first contacts of a source that are a day old. */
void
source_forget(struct source *source, uint64_t now_ns)
{
	uint32_t kept = 0;

	for (uint32_t i = 0; i < source->kept_count; i++) {
		if (now_ns < source->kept[i].time_ns + kept_ns) {
			source->kept[kept++] = source->kept[i];
		}
	}
	source->kept_count = (uint8_t)kept;
}

/* Makes a suspect of a source: what it did until now is weighed as if it
 * happened now. */
struct suspect *
source_make_suspect(struct detect *detect, struct source *source,
    const struct sighting *sighting)
{
	bool evicted;
	struct suspect *suspect =
	    table_take_ranked(&detect->suspects, &sighting->source,
	        sighting->source_hash, sighting->now_s, weigh_rank, &evicted);

	counter_add(
	    detect->counters, COUNTER_DETECT_SUSPECTS_DISPLACED, evicted);
	counter_increment(detect->counters, COUNTER_DETECT_SUSPECTS);
	source->is_suspect = true;
	suspect->terms = detect_terms(detect, sighting->source_segment);
	source_forget(source, sighting->probe->time_ns);
	for (uint32_t i = 0; i < source->kept_count; i++) {
		struct contact *entry =
		    suspect_contact(suspect, &source->kept[i]);
		enum probe_outcome outcome = entry->outcome;
		struct weigh_context context = { .now_ns = entry->time_ns,
			.traits = entry->traits,
			.silence_worth = 1 };

		weigh_attempt(suspect, entry, &context);
		if (outcome != PROBE_PENDING) {
			entry->flags |= CONTACT_CONCLUDED;
			weigh_outcome(suspect, entry, outcome, &context);
		}
	}
	suspect->first_ns = source->kept_count > 0 ? source->kept[0].time_ns
	                                           : sighting->probe->time_ns;
	source->kept_count = 0;
	return suspect;
}
