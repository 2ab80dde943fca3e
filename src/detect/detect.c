#include "detect/room.h"

#include <string.h>

/* An accepted connection left alone for so long has lapsed: browsers open some
 * ahead of need; scanners break off or close at once. */
static const uint64_t lapse_ns = 5 * NS_PER_S;

size_t
detect_bytes(void)
{
	return region_bytes(1, sizeof(struct detect)) +
	    TABLE_BYTES(CONFIG_DETECT_SOURCE_COUNT, sizeof(struct source)) +
	    TABLE_BYTES(CONFIG_DETECT_SUSPECT_COUNT, sizeof(struct suspect)) +
	    TABLE_BYTES(CONFIG_DETECT_CAMPAIGN_COUNT, sizeof(struct campaign)) +
	    region_bytes(
	        CONFIG_DETECT_CAMPAIGN_COUNT, sizeof(struct ip_address)) +
	    CONTACTS_BYTES(CONFIG_DETECT_CONTACT_COUNT) +
	    NEIGHBOURS_BYTES(CONFIG_DETECT_NETWORK_COUNT);
}

uint32_t
detect_sources_held(const struct detect *detect)
{
	return detect->sources.used;
}

uint32_t
detect_suspects_held(const struct detect *detect)
{
	return detect->suspects.used;
}

uint32_t
detect_campaigns_held(const struct detect *detect)
{
	return detect->campaigns.used;
}

/* All places are filled: a source may still have those of a segment that is no
 * more. */
static void
make_terms(struct detect *detect)
{
	for (uint32_t i = 0; i <= POLICY_SEGMENT_COUNT; i++) {
		terms_make(&detect->terms[i],
		    policy_terms_of(detect->policy, (uint16_t)i));
	}
}

struct detect *
detect_init(struct region *region, const struct hash_key *hash_key,
    struct counters *counters, const struct policy *policy)
{
	struct detect *detect = region_carve(region, 1, sizeof(struct detect));

	table_init(&detect->sources, region, CONFIG_DETECT_SOURCE_COUNT,
	    sizeof(struct source), sizeof(struct ip_address), hash_key);
	table_init(&detect->suspects, region, CONFIG_DETECT_SUSPECT_COUNT,
	    sizeof(struct suspect), sizeof(struct ip_address), hash_key);
	table_init(&detect->campaigns, region, CONFIG_DETECT_CAMPAIGN_COUNT,
	    sizeof(struct campaign), sizeof(struct ip_address), hash_key);
	detect->due = region_carve(
	    region, CONFIG_DETECT_CAMPAIGN_COUNT, sizeof(struct ip_address));
	contacts_init(
	    &detect->contacts, region, CONFIG_DETECT_CONTACT_COUNT, hash_key);
	neighbours_init(
	    &detect->neighbours, region, CONFIG_DETECT_NETWORK_COUNT, hash_key);
	detect->counters = counters;
	detect->policy = policy;
	segments_init(&detect->segments, policy);
	make_terms(detect);
	return detect;
}

const struct terms *
detect_terms(const struct detect *detect, uint16_t segment)
{
	return &detect->terms[segment < POLICY_SEGMENT_COUNT
	        ? segment
	        : POLICY_SEGMENT_COUNT];
}

/* Segments are indices in a policy: all that was kept by them is found anew. */
void
detect_apply_policy(struct detect *detect)
{
	memset(detect->weather.segments, 0, sizeof(detect->weather.segments));
	segments_init(&detect->segments, detect->policy);
	make_terms(detect);
	for (uint32_t i = 0; i < table_count(&detect->campaigns); i++) {
		struct campaign *campaign = table_at(&detect->campaigns, i);

		if (campaign != NULL) {
			campaign_apply_policy(campaign, &detect->segments);
		}
	}
}

void
detect_want_contacts(struct detect *detect, bool is_wanted)
{
	detect->witness.is_wanted = is_wanted;
}

bool
detect_next_contact(struct detect *detect, struct wire_contact *contact)
{
	return witness_next(&detect->witness, contact);
}

void
detect_dropped(struct detect *detect, uint64_t now_ns, uint64_t count)
{
	weather_dropped(&detect->weather, now_ns, count);
}

/* What an attempt tells of the addresses around.  False: it is explained by
 * what others do, and is no evidence. */
static bool
learn_from_attempt(struct detect *detect, const struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;
	struct neighbours *neighbours = &detect->neighbours;

	if ((probe->traits & PROBE_INFERRED) != 0) {
		return true;
	}
	neighbours_mac_speaks(neighbours, &probe->source_mac, &probe->source);
	if (sighting->source_segment != POLICY_NO_SEGMENT) {
		neighbours_live(neighbours, &probe->source, sighting->now_s);
	}
	if (sighting_is_layer2(probe)) {
		if (neighbours_explains(neighbours, &sighting->source,
		        &probe->target, sighting->now_s)) {
			counter_increment(
			    detect->counters, COUNTER_DETECT_EXPLAINED);
			return false;
		}
		return true;
	}
	neighbours_contact(
	    neighbours, &sighting->source, &probe->target, sighting->now_s);
	return true;
}

static struct weigh_context
context_of(struct detect *detect, const struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;
	struct weigh_context context = {
		.now_ns = probe->time_ns,
		.traits = probe->traits,
		.silence_worth = weather_silence_worth(
		    &detect->weather, sighting->target_segment, probe),
	};

	if (probe->outcome == PROBE_SILENT ||
	    probe->outcome == PROBE_FILTERED) {
		context.is_dark = neighbours_is_dark(
		    &detect->neighbours, &probe->target, sighting->now_s);
	}
	return context;
}

/* Notes that source and target have met, and marks a datagram whose target had
 * contacted the source before. */
static void
note_meeting(struct detect *detect, struct sighting *sighting)
{
	struct contacts *contacts = &detect->contacts;
	struct contact_key back = { .source = sighting->contact.target,
		.target = sighting->source,
		.class = CONTACT_MET };

	sighting->is_new_target =
	    contacts_note(contacts, sighting->met_hash, sighting->now_s);
	if (sighting->contact.technique == PROBE_UDP &&
	    contacts_knows(
	        contacts, contacts_hash(contacts, &back), sighting->now_s)) {
		sighting->contact.flags |= CONTACT_RETURNED;
	}
}

/* Whether the contact is a first one.  What a campaign has met is new to the
 * source's next, whatever else is remembered for how long: a scan that comes
 * again after the first is over would go unseen. */
static bool
is_first_contact(struct detect *detect, const struct sighting *sighting)
{
	struct contacts *contacts = &detect->contacts;
	const struct source *source;

	if (contacts_knows(contacts, sighting->pair_hash, sighting->now_s)) {
		source = source_find(detect, sighting);
		if (source != NULL && source->over_s != 0) {
			contacts_forget(contacts, sighting->pair_hash,
			    source->over_s, sighting->now_s);
			contacts_forget(contacts, sighting->met_hash,
			    source->over_s, sighting->now_s);
		}
	}
	return contacts_note(contacts, sighting->pair_hash, sighting->now_s);
}

/* A contact that is not a first one: its source's campaign goes on. */
static void
take_repeat(struct detect *detect, const struct sighting *sighting)
{
	struct source *source = source_find(detect, sighting);
	struct suspect *suspect;

	if (source == NULL) {
		return;
	}
	source_note_answer(source, sighting->probe);
	if (!source->is_suspect) {
		return;
	}
	suspect = source_suspect(detect, sighting);
	if (suspect != NULL && suspect->raised != CHANNEL_NONE) {
		detect_follow_repeat(detect, suspect, sighting);
	}
}

static void
take_attempt(struct detect *detect, struct sighting *sighting)
{
	struct weigh_context context;
	struct suspect *suspect = NULL;
	struct source *source;
	struct contact *entry;

	if (!learn_from_attempt(detect, sighting)) {
		sighting->is_explained = true;
		return;
	}
	if (!is_first_contact(detect, sighting)) {
		take_repeat(detect, sighting);
		return;
	}
	counter_increment(detect->counters, COUNTER_DETECT_FIRST_CONTACTS);
	sighting->is_first = true;
	note_meeting(detect, sighting);
	source = source_make(detect, sighting);
	source->made++;
	if (source_is_upkeep(detect, source, sighting)) {
		sighting->contact.flags |= CONTACT_UPKEEP;
	}
	source->last_ns = sighting->probe->attempt_ns;
	if (source->is_suspect) {
		suspect = source_suspect(detect, sighting);
	}
	if (suspect == NULL) {
		source_forget(source, sighting->probe->time_ns);
		if (source->kept_count < SOURCE_CONTACTS) {
			source->kept[source->kept_count++] = sighting->contact;
			return;
		}
		suspect = source_make_suspect(detect, source, sighting);
	}
	suspect->terms = detect_terms(detect, sighting->source_segment);
	context = context_of(detect, sighting);
	entry = suspect_contact(suspect, &sighting->contact);
	weigh_attempt(suspect, entry, &context);
	detect_follow_attempt(detect, suspect, entry);
	detect_judge(detect, suspect, sighting);
}

/* Whether nothing more will come of the attempt. */
static bool
is_final(const struct probe *probe)
{
	return probe->outcome != PROBE_ANSWERED ||
	    (probe->technique != PROBE_TCP_SYN &&
	        probe->technique != PROBE_TCP_CONNECT);
}

static void
learn_from_outcome(struct detect *detect, const struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;

	weather_outcome(&detect->weather, sighting->target_segment, probe,
	    (uint32_t)sighting->source_hash);
	switch ((enum probe_outcome)probe->outcome) {
	case PROBE_ANSWERED:
	case PROBE_PRODUCTIVE:
	case PROBE_REFUSED:
	case PROBE_SESSION:
		if (!sighting_is_layer2(probe)) {
			neighbours_mac_speaks(&detect->neighbours,
			    &probe->answer_mac, &probe->target);
		}
		if (sighting->target_segment != POLICY_NO_SEGMENT) {
			neighbours_live(&detect->neighbours, &probe->target,
			    sighting->now_s);
		}
		break;
	case PROBE_PENDING:
	case PROBE_ONE_WAY:
	case PROBE_HALF:
	case PROBE_FILTERED:
	case PROBE_EXPIRED:
	case PROBE_SILENT:
	case PROBE_DISPLACED:
	case PROBE_OVERDUE:
	case PROBE_OUTCOME_COUNT:
		break;
	}
}

/* The outcome of one of the first contacts of a source that is no suspect. */
static void
keep_outcome(struct source *source, struct sighting *sighting)
{
	for (uint32_t i = 0; i < source->kept_count; i++) {
		struct contact *kept = &source->kept[i];

		if (kept->outcome == PROBE_PENDING &&
		    kept->target_port == sighting->contact.target_port &&
		    kept->protocol == sighting->contact.protocol &&
		    ip_address_equal(
		        &kept->target, &sighting->contact.target)) {
			kept->outcome = sighting->probe->outcome;
			kept->technique = sighting->probe->technique;
			kept->traits = sighting->probe->traits;
			kept->flags |= sighting->contact.flags & CONTACT_LAPSED;
			sighting->asked_packet = kept->packet;
		}
	}
}

static void
take_overdue(struct detect *detect, struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;
	const struct source *source = source_find(detect, sighting);
	struct suspect *suspect = NULL;
	struct contact *entry;
	struct weigh_context context;

	if (source != NULL && source->is_suspect) {
		suspect = source_suspect(detect, sighting);
	}
	if (suspect == NULL ||
	    !weather_is_overdue(&detect->weather, sighting->target_segment,
	        probe->time_ns - probe->attempt_ns)) {
		return;
	}
	entry = suspect_find(suspect, &sighting->contact);
	if (entry == NULL || entry->time_ns != probe->attempt_ns) {
		return;
	}
	context = context_of(detect, sighting);
	weigh_overdue(suspect, entry, &context);
	detect_judge(detect, suspect, sighting);
}

/* Marks what the outcome alone tells of the contact. */
static void
mark_outcome(const struct detect *detect, const struct source *source,
    struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;

	if (probe->outcome == PROBE_HALF &&
	    (probe->traits & PROBE_SOURCE_RESET) == 0 &&
	    probe->time_ns >= probe->attempt_ns + lapse_ns) {
		sighting->contact.flags |= CONTACT_LAPSED;
	}
	/* For those that are no longer in a list. */
	if (source_is_upkeep(detect, source, sighting)) {
		sighting->contact.flags |= CONTACT_UPKEEP;
	}
}

static void
take_outcome(struct detect *detect, struct sighting *sighting)
{
	struct weigh_context context;
	struct suspect *suspect = NULL;
	struct source *source;
	struct contact *entry;

	/* Of no first contact, or an attempt that was explained. */
	if (!contacts_conclude(
	        &detect->contacts, sighting->pair_hash, sighting->now_s)) {
		return;
	}
	sighting->is_first = true;
	source = source_find(detect, sighting);
	if (source == NULL) {
		return;
	}
	mark_outcome(detect, source, sighting);
	if (source->is_suspect) {
		suspect = source_suspect(detect, sighting);
	}
	if (suspect == NULL) {
		keep_outcome(source, sighting);
		return;
	}
	context = context_of(detect, sighting);
	entry = suspect_find(suspect, &sighting->contact);
	if (entry != NULL) {
		sighting->asked_packet = entry->packet;
		entry->outcome = sighting->probe->outcome;
		entry->flags |= CONTACT_CONCLUDED |
		    (sighting->contact.flags & CONTACT_LAPSED);
		weigh_outcome(suspect, entry, entry->outcome, &context);
	} else {
		weigh_outcome(suspect, &sighting->contact,
		    sighting->probe->outcome, &context);
	}
	detect_follow_outcome(detect, suspect, entry, sighting);
	detect_judge(detect, suspect, sighting);
}

void
detect_look_ahead(
    struct detect *detect, const struct probe *probe, struct sighting *sighting)
{
	struct contacts *contacts = &detect->contacts;
	struct contact_key key;

	sighting_make(&detect->segments, probe, sighting);
	sighting->source_hash = table_hash(&detect->sources, &sighting->source);
	table_prefetch(&detect->sources, sighting->source_hash);
	table_prefetch(&detect->suspects, sighting->source_hash);
	if (probe->outcome == PROBE_OVERDUE) {
		return; /* It asks nothing of the memory of contacts. */
	}
	key = sighting_key(sighting, CONTACT_PAIR);
	sighting->pair_hash = contacts_hash(contacts, &key);
	contacts_prefetch(contacts, sighting->pair_hash);
	if (probe->event == PROBE_ATTEMPT) {
		key = (struct contact_key){ .source = sighting->source,
			.target = sighting->contact.target,
			.class = CONTACT_MET };
		sighting->met_hash = contacts_hash(contacts, &key);
		contacts_prefetch(contacts, sighting->met_hash);
	}
}

void
detect_fetch(const struct detect *detect, const struct sighting *sighting)
{
	(void)table_prefetch_record(&detect->sources, sighting->source_hash);
	(void)table_prefetch_record(&detect->suspects, sighting->source_hash);
}

void
detect_take(struct detect *detect, struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;

	if (probe->time_ns > detect->now_ns) {
		detect->now_ns = probe->time_ns;
	}
	counter_increment(detect->counters, COUNTER_DETECT_EVENTS);
	detect->note_count = 0;
	if (probe->event == PROBE_ATTEMPT) {
		take_attempt(detect, sighting);
		return;
	}
	if (probe->outcome == PROBE_OVERDUE) {
		take_overdue(detect, sighting);
		return;
	}
	learn_from_outcome(detect, sighting);
	if (is_final(probe)) {
		take_outcome(detect, sighting);
		witness_outcome(&detect->witness, detect->counters, probe);
	} else {
		detect_note_accepted(detect, sighting);
	}
}

void
detect_probe(struct detect *detect, const struct probe *probe)
{
	struct sighting sighting;

	detect_look_ahead(detect, probe, &sighting);
	detect_take(detect, &sighting);
}
