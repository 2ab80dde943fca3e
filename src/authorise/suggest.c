#include "authorise/suggest.h"

#include <stdio.h>

#include "authorise/entry_json.h"
#include "authorise/room.h"
#include "base/rfc3339.h"
#include "base/sort.h"

enum { DAYS_OF_SUGGESTION = 90, SECONDS_PER_DAY = 86400 };

/* What one campaign looked like. */
struct outline {
	struct authorise_habit habit;
	bool is_whole; /* It all fits a habit. */
};

static void outline_of(const struct authorise *authorise,
    const struct authorise_campaign *campaign, struct outline *outline);
static void outline_segments(const struct authorise *authorise,
    const struct finding *finding, struct outline *outline);
static void outline_services(
    const struct finding *finding, struct outline *outline);
static void outline_hours(const struct authorise *authorise,
    const struct finding *finding, struct authorise_habit *habit);
static bool is_same_habit(
    const struct authorise_habit *habit, const struct authorise_habit *other);
static struct authorise_habit *find_habit(
    struct authorise *authorise, const struct authorise_habit *wanted);
static void join(
    struct authorise_habit *habit, const struct authorise_habit *one);
static void join_service(
    struct authorise_habit *habit, const struct authorise_service *service);
static bool is_worth_it(const struct authorise_habit *habit);
static json_t *suggestion(const struct authorise *authorise,
    const struct authorise_habit *habit, uint64_t now_ns);
static void propose(const struct authorise *authorise,
    const struct authorise_habit *habit, uint64_t now_ns,
    struct authorise_entry *entry);
static void propose_hours(
    const struct authorise_habit *habit, struct authorise_entry *entry);
static void add_window(
    struct authorise_entry *entry, uint32_t day, uint32_t from, uint32_t until);
static int compare_segments(const void *one, const void *other);
static int compare_services(const void *one, const void *other);

void
authorise_note_campaign(struct authorise *authorise,
    const struct authorise_campaign *campaign, uint64_t now_ns)
{
	static struct outline outline; /* Too large for the stack. */
	struct authorise_habit *habit;

	authorise->now_ns = now_ns;
	outline_of(authorise, campaign, &outline);
	if (!outline.is_whole) {
		return;
	}
	habit = find_habit(authorise, &outline.habit);
	if (habit->campaigns == 0 || !is_same_habit(habit, &outline.habit)) {
		*habit = outline.habit;
		return;
	}
	join(habit, &outline.habit);
}

json_t *
authorise_suggestions(const struct authorise *authorise, uint64_t now_ns)
{
	json_t *list = json_array();
	uint32_t most = 0;

	for (uint32_t i = 0; i < CONFIG_AUTHORISE_HABIT_COUNT; i++) {
		most = authorise->habits[i].campaigns > most
		    ? authorise->habits[i].campaigns
		    : most;
	}
	/* Those that came most often first. */
	for (uint32_t count = most; count >= AUTHORISE_HABIT_CAMPAIGNS;) {
		uint32_t next = 0;

		for (uint32_t i = 0; i < CONFIG_AUTHORISE_HABIT_COUNT; i++) {
			const struct authorise_habit *habit =
			    &authorise->habits[i];

			if (habit->campaigns < count &&
			    habit->campaigns > next) {
				next = habit->campaigns;
			}
			if (habit->campaigns == count && is_worth_it(habit) &&
			    json_array_append_new(list,
			        suggestion(authorise, habit, now_ns)) != 0) {
				json_decref(list);
				return NULL;
			}
		}
		count = next;
	}
	return list;
}

static void
outline_of(const struct authorise *authorise,
    const struct authorise_campaign *campaign, struct outline *outline)
{
	const struct finding *finding = campaign->finding;
	const struct attribution *attribution = campaign->attribution;
	struct authorise_habit *habit = &outline->habit;
	uint64_t ns = finding->last_seen_ns - finding->first_seen_ns;
	uint64_t seconds = ns / NS_PER_S;
	uint64_t rate;

	memset(outline, 0, sizeof(*outline));
	outline->is_whole = finding->has_address && !finding->ranges_cut &&
	    finding->last_seen_ns >= finding->first_seen_ns;
	if (!outline->is_whole) {
		return;
	}
	habit->campaign = finding->campaign;
	habit->campaigns = 1;
	habit->first_ns = finding->first_seen_ns;
	habit->last_ns = finding->last_seen_ns;
	habit->last_began_ns = finding->first_seen_ns;
	habit->source = finding->source;
	/* Over ten seconds at least, as a ceiling is measured. */
	seconds =
	    seconds < AUTHORISE_RATE_SECONDS ? AUTHORISE_RATE_SECONDS : seconds;
	rate = (finding->probe_count + seconds - 1) / seconds;
	habit->rate = rate > UINT32_MAX / 2 ? UINT32_MAX / 2 : (uint32_t)rate;
	if (attribution != NULL && attribution->process_count > 0 &&
	    attribution->processes[0].confidence >= ATTRIBUTION_PROBABLE) {
		(void)snprintf(habit->process, sizeof(habit->process), "%.*s",
		    (int)sizeof(habit->process) - 1,
		    attribution->processes[0].image);
	}
	outline_segments(authorise, finding, outline);
	outline_services(finding, outline);
	outline_hours(authorise, finding, habit);
}

static void
outline_segments(const struct authorise *authorise,
    const struct finding *finding, struct outline *outline)
{
	struct authorise_habit *habit = &outline->habit;

	for (uint32_t i = 0; i < finding->target_range_count; i++) {
		uint16_t segment =
		    segment_of(authorise, &finding->target_ranges[i].first);
		bool known = false;

		for (uint32_t j = 0; j < habit->segment_count; j++) {
			known = known || habit->segments[j] == segment;
		}
		if (known) {
			continue;
		}
		/* What no segment holds no entry can permit. */
		if (segment == POLICY_NO_SEGMENT ||
		    habit->segment_count == AUTHORISE_HABIT_SEGMENTS) {
			outline->is_whole = false;
			return;
		}
		habit->segments[habit->segment_count++] = segment;
	}
	sort_few(habit->segments, habit->segment_count,
	    sizeof(habit->segments[0]), compare_segments);
}

static void
outline_services(const struct finding *finding, struct outline *outline)
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
	struct authorise_habit *habit = &outline->habit;
	struct authorise_service service;

	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		service = scope_service_of(&finding->service_ranges[i]);
		if (service.protocol != AUTHORISE_PROTOCOL_IP ||
		    (finding->techniques & 1u << PROBE_IP_PROTOCOL) != 0) {
			join_service(habit, &service);
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(portless); i++) {
		if ((finding->techniques & 1u << portless[i].technique) != 0) {
			service = (struct authorise_service){
				.protocol = (uint8_t)portless[i].protocol
			};
			join_service(habit, &service);
		}
	}
	if (habit->service_count == 0) {
		outline->is_whole = false;
	}
}

/* Every hour of the week that it touched, all of them after a week. */
static void
outline_hours(const struct authorise *authorise, const struct finding *finding,
    struct authorise_habit *habit)
{
	int64_t at_s = (int64_t)(finding->first_seen_ns / NS_PER_S);
	int64_t last_s = (int64_t)(finding->last_seen_ns / NS_PER_S);

	for (uint32_t hours = 0; hours <= 7 * 24; hours++) {
		struct authorise_local local;

		authorise_zone_local(&authorise->zone, at_s, &local);
		habit->hours[local.weekday] |= 1u << local.second_of_day / 3600;
		if (at_s == last_s) {
			break;
		}
		at_s = at_s + 3600 < last_s ? at_s + 3600 : last_s;
	}
}

static bool
is_same_habit(
    const struct authorise_habit *habit, const struct authorise_habit *other)
{
	/* Services may differ by a port or two: some in common will do. */
	bool common = false;

	if (!ip_address_equal(&habit->source, &other->source) ||
	    strcmp(habit->process, other->process) != 0 ||
	    habit->segment_count != other->segment_count ||
	    memcmp(habit->segments, other->segments, sizeof(habit->segments)) !=
	        0) {
		return false;
	}
	for (uint32_t i = 0; i < habit->service_count && !common; i++) {
		for (uint32_t j = 0; j < other->service_count; j++) {
			const struct authorise_service *a = &habit->services[i];
			const struct authorise_service *b = &other->services[j];

			common = common ||
			    (a->protocol == b->protocol &&
			        a->first <= b->last && b->first <= a->last);
		}
	}
	return common;
}

/* The habit, or a free place, or that of the one met longest ago. */
static struct authorise_habit *
find_habit(struct authorise *authorise, const struct authorise_habit *wanted)
{
	struct authorise_habit *place = &authorise->habits[0];

	for (uint32_t i = 0; i < CONFIG_AUTHORISE_HABIT_COUNT; i++) {
		struct authorise_habit *habit = &authorise->habits[i];

		if (habit->campaigns > 0 && is_same_habit(habit, wanted)) {
			return habit;
		}
		if (habit->last_ns < place->last_ns) {
			place = habit;
		}
	}
	return place;
}

static void
join(struct authorise_habit *habit, const struct authorise_habit *one)
{
	/* The same campaign, told again, has the same beginning. */
	if (one->first_ns != habit->last_began_ns) {
		habit->campaigns++;
	}
	habit->campaign = one->campaign;
	habit->last_began_ns = one->first_ns;
	habit->first_ns =
	    one->first_ns < habit->first_ns ? one->first_ns : habit->first_ns;
	habit->last_ns =
	    one->last_ns > habit->last_ns ? one->last_ns : habit->last_ns;
	habit->rate = one->rate > habit->rate ? one->rate : habit->rate;
	for (uint32_t i = 0; i < ARRAY_SIZE(habit->hours); i++) {
		habit->hours[i] |= one->hours[i];
	}
	for (uint32_t i = 0; i < one->service_count; i++) {
		join_service(habit, &one->services[i]);
	}
}

/* Adds a service.  Full, the two ranges of its protocol that lie closest (or
 * any one of it) take in what is between. */
static void
join_service(
    struct authorise_habit *habit, const struct authorise_service *service)
{
	struct authorise_service all[AUTHORISE_HABIT_SERVICES + 1];
	uint32_t count = habit->service_count;
	uint32_t closest = 0;
	uint32_t gap = UINT32_MAX;
	uint32_t kept = 0;

	memcpy(all, habit->services, sizeof(habit->services));
	all[count++] = *service;
	sort_few(all, count, sizeof(all[0]), compare_services);
	for (uint32_t i = 1; i < count; i++) {
		struct authorise_service *last = &all[kept];

		if (all[i].protocol == last->protocol &&
		    all[i].first <= last->last + 1u) {
			last->last =
			    all[i].last > last->last ? all[i].last : last->last;
		} else {
			all[++kept] = all[i];
		}
	}
	count = kept + 1;
	for (uint32_t i = 1; i < count; i++) {
		if (all[i].protocol == all[i - 1].protocol &&
		    (uint32_t)(all[i].first - all[i - 1].last) < gap) {
			gap = (uint32_t)(all[i].first - all[i - 1].last);
			closest = i;
		}
	}
	if (count > AUTHORISE_HABIT_SERVICES) {
		/* There are fewer protocols than places: two share one. */
		all[closest - 1].last = all[closest].last;
		memmove(&all[closest], &all[closest + 1],
		    (count - closest - 1) * sizeof(all[0]));
		count--;
	}
	memset(habit->services, 0, sizeof(habit->services));
	memcpy(habit->services, all, count * sizeof(all[0]));
	habit->service_count = (uint8_t)count;
}

static bool
is_worth_it(const struct authorise_habit *habit)
{
	return habit->campaigns >= AUTHORISE_HABIT_CAMPAIGNS &&
	    habit->last_ns - habit->first_ns >=
	    (uint64_t)AUTHORISE_HABIT_DAYS * SECONDS_PER_DAY * NS_PER_S;
}

static json_t *
suggestion(const struct authorise *authorise,
    const struct authorise_habit *habit, uint64_t now_ns)
{
	static struct authorise_entry entry; /* Too large for the stack. */
	char text[AUTHORISE_SENTENCE_SIZE];
	char address[IP_ADDRESS_TEXT_SIZE];
	char first[RFC3339_SIZE];
	char last[RFC3339_SIZE];
	struct strbuf sentence;

	propose(authorise, habit, now_ns, &entry);
	strbuf_init(&sentence, text, sizeof(text));
	strbuf_addf(&sentence, "%s scanned ",
	    ip_address_format(&habit->source, address));
	sentence_add_segments(authorise, &entry, &sentence);
	strbuf_addf(&sentence, " for ");
	sentence_add_services(&entry, &sentence);
	strbuf_addf(&sentence, " %u times in %u days", habit->campaigns,
	    (uint32_t)((habit->last_ns - habit->first_ns) / NS_PER_S /
	        SECONDS_PER_DAY));
	return json_pack("{s:o, s:i, s:s, s:s, s:s}", "entry",
	    authorise_entry_json(authorise, &entry), "campaigns",
	    (int)habit->campaigns, "first",
	    rfc3339_format(habit->first_ns, first), "last",
	    rfc3339_format(habit->last_ns, last), "sentence", text);
}

/* The narrowest entry that would have covered all of it.  Owner and reason are
 * for a person to write. */
static void
propose(const struct authorise *authorise, const struct authorise_habit *habit,
    uint64_t now_ns, struct authorise_entry *entry)
{
	struct authorise_local today;
	char address[IP_ADDRESS_TEXT_SIZE];

	memset(entry, 0, sizeof(*entry));
	(void)snprintf(entry->name, sizeof(entry->name), "scanner-%s",
	    ip_address_format(&habit->source, address));
	entry->origin = AUTHORISE_ORIGIN_PEOPLE;
	entry->state = AUTHORISE_PROPOSED;
	entry->grace_s = AUTHORISE_GRACE_S;
	entry->source_count = 1;
	entry->sources[0].kind = AUTHORISE_SOURCE_PREFIX;
	entry->sources[0].prefix.address = habit->source;
	entry->sources[0].prefix.length = 128;
	for (uint32_t i = 0; i < habit->segment_count; i++) {
		authorise_entry_allow(entry, habit->segments[i]);
	}
	entry->service_count = habit->service_count;
	memcpy(entry->services, habit->services, sizeof(habit->services));
	(void)snprintf(
	    entry->process, sizeof(entry->process), "%s", habit->process);
	propose_hours(habit, entry);
	entry->rate = habit->rate * 2;
	authorise_zone_local(
	    &authorise->zone, (int64_t)(now_ns / NS_PER_S), &today);
	entry->expires = authorise_date_of_days(
	    authorise_date_days(&today.date) + DAYS_OF_SUGGESTION);
}

/* Runs of whole hours of each day, days with the same run joined.  More windows
 * than an entry has: it holds at all hours. */
static void
propose_hours(
    const struct authorise_habit *habit, struct authorise_entry *entry)
{
	for (uint32_t day = 0; day < ARRAY_SIZE(habit->hours); day++) {
		uint32_t hours = habit->hours[day];

		for (uint32_t from = 0; from < 24; from++) {
			uint32_t until = from;

			while (until < 24 && (hours >> until & 1) != 0) {
				until++;
			}
			if (until > from) {
				add_window(entry, day, from, until);
				from = until;
			}
		}
	}
	if (entry->hours_count > AUTHORISE_HOURS_COUNT) {
		entry->hours_count = 0;
		memset(entry->hours, 0, sizeof(entry->hours));
	}
}

static void
add_window(
    struct authorise_entry *entry, uint32_t day, uint32_t from, uint32_t until)
{
	uint32_t count = entry->hours_count;

	if (count > AUTHORISE_HOURS_COUNT) {
		return;
	}
	for (uint32_t i = 0; i < count && i < AUTHORISE_HOURS_COUNT; i++) {
		struct authorise_hours *hours = &entry->hours[i];

		if (hours->from_minute == from * 60 &&
		    hours->until_minute == until * 60) {
			hours->days |= (uint8_t)(1u << day);
			return;
		}
	}
	if (count < AUTHORISE_HOURS_COUNT) {
		entry->hours[count] =
		    (struct authorise_hours){ .days = (uint8_t)(1u << day),
			    .from_minute = (uint16_t)(from * 60),
			    .until_minute = (uint16_t)(until * 60) };
	}
	entry->hours_count++;
}

static int
compare_segments(const void *one, const void *other)
{
	const uint16_t *a = one;
	const uint16_t *b = other;

	return (*a > *b) - (*a < *b);
}

static int
compare_services(const void *one, const void *other)
{
	const struct authorise_service *a = one;
	const struct authorise_service *b = other;

	if (a->protocol != b->protocol) {
		return (a->protocol > b->protocol) -
		    (a->protocol < b->protocol);
	}
	return (a->first > b->first) - (a->first < b->first);
}
