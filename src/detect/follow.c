#include "detect/room.h"

#include <string.h>

#include "detect/report.h"
#include "detect/shape.h"

/* The shape of a campaign is looked at with every so many probes. */
enum { SHAPE_PROBES = 16 };

/* See has_room(). */
static const uint64_t quiet_enough_ns = 60 * NS_PER_S;
static const uint64_t long_enough_ns = 10 * 60 * NS_PER_S;

/* A pause of so long, after a quarter more than was last told, is told. */
static const uint64_t settle_ns = 5 * 60 * NS_PER_S;

/* Other sets than those of the same source's other records, so that sources
 * share one set share no other. */
static uint64_t
campaign_hash(uint64_t source_hash)
{
	return source_hash << 32 | source_hash >> 32;
}

struct campaign *
detect_find_campaign(struct detect *detect, const struct ip_address *source)
{
	uint64_t hash = campaign_hash(table_hash(&detect->campaigns, source));

	return table_find(&detect->campaigns, source, hash,
	    (uint32_t)(detect->now_ns / NS_PER_S));
}

static struct suspect *
find_suspect(struct detect *detect, const struct ip_address *source)
{
	uint64_t hash = table_hash(&detect->suspects, source);

	return table_find(&detect->suspects, source, hash,
	    (uint32_t)(detect->now_ns / NS_PER_S));
}

void
detect_mark_due(struct detect *detect, const struct ip_address *source)
{
	uint32_t at;

	for (uint32_t i = 0; i < detect->due_count; i++) {
		at = (detect->due_first + i) % CONFIG_DETECT_CAMPAIGN_COUNT;
		if (ip_address_equal(&detect->due[at], source)) {
			return;
		}
	}
	if (NEVER(detect->due_count == CONFIG_DETECT_CAMPAIGN_COUNT)) {
		return;
	}
	at = (detect->due_first + detect->due_count) %
	    CONFIG_DETECT_CAMPAIGN_COUNT;
	detect->due[at] = *source;
	detect->due_count++;
}

/* Marks the campaign due if it has grown enough, or its shape is new. */
static void
review(struct detect *detect, const struct campaign *campaign,
    const struct suspect *suspect)
{
	struct shape shape;

	if (campaign_is_due(campaign)) {
		detect_mark_due(detect, &campaign->source);
		return;
	}
	if (campaign->probes % SHAPE_PROBES == 0) {
		shape_of(campaign, suspect, &shape);
		if ((shape_kinds(&shape) & ~campaign->told.kinds) != 0) {
			detect_mark_due(detect, &campaign->source);
		}
	}
}

/* Counts a contact of the list in, if it belongs to the campaign. */
static void
count_in(struct detect *detect, struct campaign *campaign,
    struct suspect *suspect, struct contact *entry)
{
	uint16_t segment =
	    segments_of(&detect->segments, &entry->target, POLICY_VLAN_UNKNOWN);

	if ((entry->flags & CONTACT_COUNTED) != 0 ||
	    (!weigh_implicates(suspect, entry) &&
	        (!weigh_is_unproductive(entry->outcome) ||
	            entry->protocol == SUSPECT_LAYER2))) {
		return;
	}
	entry->flags |= CONTACT_COUNTED;
	campaign_contact(campaign, entry, segment, &detect->contacts);
	witness_probe(&detect->witness, detect->counters, campaign->number,
	    campaign->probes, &campaign->source, entry);
	detect_add_note(detect, campaign, entry, true,
	    (entry->flags & CONTACT_CONCLUDED) != 0);
	entry->packet = 0; /* It is told of now. */
	campaign->fragmented += (entry->traits & PROBE_FRAGMENTED) != 0;
	if ((entry->flags & CONTACT_CONCLUDED) != 0) {
		campaign_outcome(
		    campaign, entry, entry->outcome, entry->technique);
	}
}

/* The campaign that was quiet longest goes first. */
static uint32_t
rank_campaign(const void *record)
{
	const struct campaign *campaign = record;

	return (uint32_t)(campaign->last_ns / NS_PER_S);
}

/* Whether there is room for another campaign.  Where every slot has one, one
 * that has been quiet for a minute makes room, or one that has had ten: whoever
 * forges scanners by the thousand neither shuts the table nor makes a storm of
 * alerts. */
static bool
has_room(struct detect *detect, const struct sighting *sighting)
{
	uint64_t now_ns = sighting->probe->time_ns;
	const struct campaign *victim = table_in_the_way(&detect->campaigns,
	    campaign_hash(sighting->source_hash), sighting->now_s,
	    rank_campaign);

	if (victim == NULL) {
		return true;
	}
	if (now_ns < victim->last_ns + quiet_enough_ns &&
	    now_ns < victim->raised_ns + long_enough_ns) {
		counter_increment(
		    detect->counters, COUNTER_DETECT_CAMPAIGNS_WAITING);
		return false;
	}
	counter_increment(detect->counters, COUNTER_DETECT_CAMPAIGNS_DISPLACED);
	return true;
}

static void
raise_campaign(struct detect *detect, struct suspect *suspect,
    const struct sighting *sighting)
{
	struct campaign *campaign = table_take_ranked(&detect->campaigns,
	    &suspect->source, campaign_hash(sighting->source_hash),
	    sighting->now_s, rank_campaign, NULL);

	campaign->number = ++detect->campaign_number;
	campaign->channel = suspect->raised;
	campaign->raised_ns = sighting->probe->time_ns;
	campaign->dropped_at_raise = detect->weather.dropped;
	campaign->mac = sighting->probe->source_mac;
	campaign->vlan = sighting->probe->vlan;
	for (uint32_t i = 0; i < suspect->contact_count; i++) {
		uint32_t at = suspect->contact_count < SUSPECT_CONTACTS
		    ? i
		    : (suspect->contact_next + i) % SUSPECT_CONTACTS;

		/* One that was displaced begins anew. */
		suspect->contacts[at].flags &= (uint16_t)~CONTACT_COUNTED;
		count_in(detect, campaign, suspect, &suspect->contacts[at]);
	}
	if (campaign->probes == 0) {
		/* Nothing to show yet: the next event will raise it. */
		table_drop(&detect->campaigns, campaign);
		suspect->raised = CHANNEL_NONE;
		return;
	}
	counter_increment(detect->counters, COUNTER_DETECT_CAMPAIGNS);
	campaign->probes_at_raise = campaign->probes;
	detect_mark_due(detect, &suspect->source);
}

void
detect_judge(struct detect *detect, struct suspect *suspect,
    const struct sighting *sighting)
{
	enum suspect_channel channel;

	if (suspect->raised != CHANNEL_NONE) {
		return;
	}
	channel = weigh_verdict(suspect);
	if (channel == CHANNEL_NONE || !has_room(detect, sighting)) {
		return;
	}
	suspect->raised = (uint8_t)channel;
	raise_campaign(detect, suspect, sighting);
}

/* The campaign that a raised source's event belongs to; null if it had to make
 * room.  One that has been quiet for long enough goes on all the same where
 * nobody has looked since: it ends when that is told, so that no event falls
 * between two campaigns. */
static struct campaign *
ongoing(struct detect *detect, struct suspect *suspect)
{
	struct campaign *campaign =
	    detect_find_campaign(detect, &suspect->source);

	if (campaign == NULL) {
		suspect->raised = CHANNEL_NONE;
	}
	return campaign;
}

void
detect_follow_attempt(
    struct detect *detect, struct suspect *suspect, struct contact *entry)
{
	struct campaign *campaign;

	if (suspect->raised == CHANNEL_NONE) {
		return;
	}
	campaign = ongoing(detect, suspect);
	if (campaign != NULL) {
		count_in(detect, campaign, suspect, entry);
		review(detect, campaign, suspect);
	}
}

void
detect_follow_repeat(struct detect *detect, struct suspect *suspect,
    const struct sighting *sighting)
{
	struct campaign *campaign = ongoing(detect, suspect);

	if (campaign != NULL && weigh_implicates(suspect, &sighting->contact) &&
	    sighting->probe->time_ns > campaign->last_ns) {
		campaign->last_ns = sighting->probe->time_ns;
	}
}

/* The outcome of a contact that is no longer in the list. */
static void
follow_forgotten(struct detect *detect, struct campaign *campaign,
    struct suspect *suspect, const struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;
	struct contact attempt = sighting->contact;

	/* As it was told when it was made. */
	if (attempt.technique <= PROBE_TCP_CONNECT) {
		attempt.technique = (attempt.traits & PROBE_CRAFTED) != 0
		    ? PROBE_TCP_SYN
		    : PROBE_TCP_CONNECT;
	}
	if (weigh_implicates(suspect, &attempt) ||
	    weigh_is_unproductive(probe->outcome)) {
		campaign_outcome(
		    campaign, &attempt, probe->outcome, probe->technique);
		attempt.outcome = probe->outcome;
		attempt.technique = probe->technique;
		detect_add_note(detect, campaign, &attempt, false, true);
	}
}

void
detect_follow_outcome(struct detect *detect, struct suspect *suspect,
    struct contact *entry, const struct sighting *sighting)
{
	const struct probe *probe = sighting->probe;
	struct campaign *campaign = NULL;

	if (suspect->raised != CHANNEL_NONE) {
		campaign = ongoing(detect, suspect);
	}
	if (campaign == NULL) {
		if (entry != NULL) {
			/* For when it is counted in. */
			entry->technique = probe->technique;
		}
		return;
	}
	campaign->one_way = campaign->one_way ||
	    weather_is_one_way(&detect->weather, sighting->target_segment);
	if (entry == NULL) {
		follow_forgotten(detect, campaign, suspect, sighting);
	} else if ((entry->flags & CONTACT_COUNTED) != 0) {
		campaign_outcome(
		    campaign, entry, probe->outcome, probe->technique);
		entry->technique = probe->technique;
		detect_add_note(detect, campaign, entry, false, true);
	} else {
		entry->technique = probe->technique;
		count_in(detect, campaign, suspect, entry);
	}
	review(detect, campaign, suspect);
}

/* Notes what a revision tells. */
static void
note_told(struct campaign *campaign, const struct finding *finding)
{
	struct campaign_told *told = &campaign->told;

	told->targets = campaign->targets;
	told->services = campaign->services;
	told->probes = campaign->probes;
	told->outcomes = campaign->outcomes;
	told->techniques |= finding->techniques;
	for (uint32_t i = 0; i < finding->kind_count; i++) {
		told->kinds |= 1u << finding->kinds[i];
	}
}

/* The discard-only prefix holds sources known by their MAC alone. */
static bool
is_mac_key(const struct ip_address *source)
{
	static const uint8_t prefix[10] = { 0x01 };

	return memcmp(source->byte, prefix, sizeof(prefix)) == 0;
}

static void
tell(struct detect *detect, struct campaign *campaign,
    const struct suspect *suspect, struct finding *finding)
{
	campaign->revision++;
	report_campaign(campaign, suspect, finding);
	finding->revised_at_ns = detect->now_ns;
	finding->source = campaign->source;
	finding->has_address = !is_mac_key(&campaign->source);
	finding->source_mac = campaign->mac;
	finding->source_segment = policy_segment_of(
	    detect->policy, &campaign->source, campaign->vlan);
	finding->has_mac = !mac_address_is_zero(&campaign->mac) &&
	    !neighbours_is_router(&detect->neighbours, &campaign->mac) &&
	    (finding->source_segment != POLICY_NO_SEGMENT ||
	        !finding->has_address);
	finding->policy_version = detect->policy->version;
	finding->dropped_packets =
	    detect->weather.dropped - campaign->dropped_at_raise;
	note_told(campaign, finding);
	counter_increment(detect->counters, COUNTER_DETECT_FINDINGS);
}

static bool
is_over(const struct detect *detect, const struct campaign *campaign)
{
	return campaign_is_over(campaign, detect->now_ns,
	    detect->policy->detection.campaign_quiet_ns);
}

/* Looks at the campaigns for what time alone brings: their end, or a pause in
 * which to tell what has come since. */
static void
sweep(struct detect *detect)
{
	uint64_t now_ns = detect->now_ns;

	if (detect->campaigns.used == 0) {
		return;
	}
	for (uint32_t i = 0; i < table_count(&detect->campaigns); i++) {
		struct campaign *campaign = table_at(&detect->campaigns, i);

		if (campaign == NULL) {
			continue;
		}
		if (find_suspect(detect, &campaign->source) == NULL) {
			/* What it is told by had to make room. */
			counter_increment(detect->counters,
			    COUNTER_DETECT_CAMPAIGNS_DISPLACED);
			table_drop(&detect->campaigns, campaign);
		} else if (is_over(detect, campaign) ||
		    (now_ns > campaign->last_ns + settle_ns &&
		        campaign->probes * 4 > campaign->told.probes * 5)) {
			detect_mark_due(detect, &campaign->source);
		}
	}
}

/* Whether there is anything to tell that the last revision did not. */
static bool
has_news(const struct campaign *campaign, const struct suspect *suspect)
{
	struct shape shape;

	if (campaign->probes != campaign->told.probes ||
	    campaign->outcomes != campaign->told.outcomes ||
	    campaign_is_due(campaign)) {
		return true;
	}
	shape_of(campaign, suspect, &shape);
	return shape_kinds(&shape) != campaign->told.kinds;
}

/* The source begins anew. */
static void
end_campaign(
    struct detect *detect, struct campaign *campaign, struct suspect *suspect)
{
	struct source *source = table_find(&detect->sources, &suspect->source,
	    table_hash(&detect->sources, &suspect->source),
	    (uint32_t)(detect->now_ns / NS_PER_S));

	if (source != NULL) {
		source->is_suspect = false;
		source->kept_count = 0;
		source->over_s = (uint32_t)(campaign->last_ns / NS_PER_S);
	}
	table_drop(&detect->campaigns, campaign);
	table_drop(&detect->suspects, suspect);
}

bool
detect_next_finding(
    struct detect *detect, uint64_t now_ns, struct finding *finding)
{
	if (now_ns > detect->now_ns) {
		detect->now_ns = now_ns;
	}
	if (detect->now_ns >= detect->swept_ns + NS_PER_S) {
		detect->swept_ns = detect->now_ns;
		sweep(detect);
	}
	while (detect->due_count > 0) {
		struct ip_address source = detect->due[detect->due_first];
		struct campaign *campaign =
		    detect_find_campaign(detect, &source);
		struct suspect *suspect = find_suspect(detect, &source);

		detect->due_first =
		    (detect->due_first + 1) % CONFIG_DETECT_CAMPAIGN_COUNT;
		detect->due_count--;
		if (campaign == NULL || suspect == NULL) {
			continue; /* It had to make room meanwhile. */
		}
		if (is_over(detect, campaign)) {
			tell(detect, campaign, suspect, finding);
			finding->active = false;
			end_campaign(detect, campaign, suspect);
			return true;
		}
		if (has_news(campaign, suspect)) {
			tell(detect, campaign, suspect, finding);
			return true;
		}
	}
	return false;
}

void
detect_flush(struct detect *detect)
{
	for (uint32_t i = 0; i < table_count(&detect->campaigns); i++) {
		struct campaign *campaign = table_at(&detect->campaigns, i);
		struct suspect *suspect;

		if (campaign == NULL) {
			continue;
		}
		suspect = find_suspect(detect, &campaign->source);
		if (suspect != NULL && has_news(campaign, suspect)) {
			detect_mark_due(detect, &campaign->source);
		}
	}
}
