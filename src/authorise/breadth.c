#include "authorise/breadth.h"

#include "authorise/entry_text.h"
#include "authorise/process.h"
#include "authorise/zone.h"
#include "base/strbuf.h"

enum {
	DAYS_OF_A_YEAR = 366,
	V4_LEAST = 128 - 32 + 24, /* Bits of the mapped address. */
	V6_LEAST = 64,
	MINUTES_OF_A_WEEK = 7 * 24 * 60,
};

static uint32_t address_points(const struct authorise_entry *entry);
static uint32_t segment_points(const struct authorise_entry *entry);
static uint32_t service_points(const struct authorise_entry *entry);
static uint32_t hours_points(const struct authorise_entry *entry);
static uint32_t days_points(const struct authorise_entry *entry, int64_t now_s);
static int64_t days_left(const struct authorise_entry *entry, int64_t now_s);
static bool permits_all_ports(const struct authorise_entry *entry);
static bool permits_all_hours(const struct authorise_entry *entry);
static uint32_t week_minutes(const struct authorise_entry *entry);
static void warn_of_sources(const struct authorise_entry *entry,
    const struct policy *policy, struct authorise_warnings *warnings);
static void warn_of_prefix(const struct authorise_source *source,
    const struct policy *policy, struct authorise_warnings *warnings);
static const char *whole_segment(
    const struct ip_prefix *prefix, const struct policy *policy);
static void warn_of_process(
    const struct authorise_entry *entry, struct authorise_warnings *warnings);
static void warn_of_days(const struct authorise_entry *entry, int64_t now_s,
    struct authorise_warnings *warnings);
static struct strbuf next_warning(struct authorise_warnings *warnings);
static void warn(struct authorise_warnings *warnings, const char *sentence);

uint32_t
authorise_breadth(const struct authorise_entry *entry, int64_t now_s)
{
	return address_points(entry) + segment_points(entry) +
	    service_points(entry) + hours_points(entry) +
	    (authorise_entry_needs_evidence(entry) ? 0 : 15) +
	    (entry->rate == 0 ? 5 : 0) + days_points(entry, now_s);
}

void
authorise_warn(const struct authorise_entry *entry, const struct policy *policy,
    int64_t now_s, struct authorise_warnings *warnings)
{
	warn_of_sources(entry, policy, warnings);
	if (segment_points(entry) == 0 && !authorise_entry_may_scan(entry, 0)) {
		bool any = false;

		for (uint32_t i = 1; i < AUTHORISE_SEGMENT_COUNT; i++) {
			any = any || authorise_entry_may_scan(entry, i);
		}
		if (!any) {
			warn(warnings,
			    "names no segment, so it permits no scan at all");
		}
	}
	if (permits_all_ports(entry)) {
		warn(warnings, "permits every port of a protocol");
	}
	if (permits_all_hours(entry)) {
		warn(warnings, "holds at all hours");
	}
	warn_of_process(entry, warnings);
	warn_of_days(entry, now_s, warnings);
}

/* One for each bit of the widest source that is left open, in IPv6 for four. */
static uint32_t
address_points(const struct authorise_entry *entry)
{
	uint32_t most = 0;

	for (uint32_t i = 0; i < entry->source_count; i++) {
		const struct authorise_source *source = &entry->sources[i];
		uint32_t open = 0;

		if (source->kind == AUTHORISE_SOURCE_PREFIX) {
			open = 128u - source->prefix.length;
			if (!ip_address_is_v4(&source->prefix.address)) {
				open /= 4;
			}
		}
		most = open > most ? open : most;
	}
	return most < 25 ? most : 25;
}

static uint32_t
segment_points(const struct authorise_entry *entry)
{
	uint32_t count = 0;

	for (uint32_t i = 0; i < AUTHORISE_SEGMENT_COUNT; i++) {
		count += authorise_entry_may_scan(entry, i) ? 1 : 0;
	}
	return count <= 1 ? 0 : count <= 5 ? (count - 1) * 3 : 15;
}

/* One for each doubling of the ports, and as if all for whole protocols. */
static uint32_t
service_points(const struct authorise_entry *entry)
{
	uint64_t ports = 0;
	uint32_t points = 0;

	for (uint32_t i = 0; i < entry->service_count; i++) {
		const struct authorise_service *service = &entry->services[i];

		ports += (uint64_t)(service->last - service->first) + 1;
	}
	while (ports > 1) {
		ports /= 2;
		points++;
	}
	return permits_all_ports(entry) ? 20 : points < 20 ? points : 20;
}

static uint32_t
hours_points(const struct authorise_entry *entry)
{
	return entry->hours_count == 0
	    ? 15
	    : week_minutes(entry) * 15 / MINUTES_OF_A_WEEK;
}

static uint32_t
days_points(const struct authorise_entry *entry, int64_t now_s)
{
	int64_t days = days_left(entry, now_s);

	return now_s <= 0 || days <= 90 ? 0
	    : days > DAYS_OF_A_YEAR     ? 5
	                                : (uint32_t)(days / 90);
}

static int64_t
days_left(const struct authorise_entry *entry, int64_t now_s)
{
	return authorise_date_days(&entry->expires) - now_s / 86400;
}

static bool
permits_all_ports(const struct authorise_entry *entry)
{
	for (uint32_t i = 0; i < entry->service_count; i++) {
		const struct authorise_service *service = &entry->services[i];
		uint32_t last =
		    service->protocol == AUTHORISE_PROTOCOL_IP ? 255 : 65535;

		if (service->protocol <= AUTHORISE_PROTOCOL_IP &&
		    service->first <= 1 && service->last == last) {
			return true;
		}
	}
	return false;
}

static bool
permits_all_hours(const struct authorise_entry *entry)
{
	return entry->hours_count == 0 ||
	    week_minutes(entry) >= MINUTES_OF_A_WEEK;
}

/* What overlaps counts twice: windows are few, and meant to differ. */
static uint32_t
week_minutes(const struct authorise_entry *entry)
{
	uint32_t minutes = 0;

	for (uint32_t i = 0; i < entry->hours_count; i++) {
		const struct authorise_hours *hours = &entry->hours[i];
		uint32_t length = hours->until_minute > hours->from_minute
		    ? (uint32_t)(hours->until_minute - hours->from_minute)
		    : 24u * 60 - hours->from_minute + hours->until_minute;

		minutes += length * (uint32_t)__builtin_popcount(hours->days);
	}
	return minutes < MINUTES_OF_A_WEEK ? minutes : MINUTES_OF_A_WEEK;
}

static void
warn_of_sources(const struct authorise_entry *entry,
    const struct policy *policy, struct authorise_warnings *warnings)
{
	bool named = false;

	for (uint32_t i = 0; i < entry->source_count; i++) {
		const struct authorise_source *source = &entry->sources[i];

		named = named || source->kind == AUTHORISE_SOURCE_HOST;
		if (source->kind == AUTHORISE_SOURCE_PREFIX) {
			warn_of_prefix(source, policy, warnings);
		}
	}
	if (named && !authorise_entry_needs_evidence(entry)) {
		warn(warnings,
		    "trusts a host's name, which another host can claim; name "
		    "its address or a process as well");
	}
}

static void
warn_of_prefix(const struct authorise_source *source,
    const struct policy *policy, struct authorise_warnings *warnings)
{
	const struct ip_prefix *prefix = &source->prefix;
	bool v4 = ip_address_is_v4(&prefix->address);
	const char *segment = whole_segment(prefix, policy);
	struct strbuf warning;

	/* Of many, some say enough; room is left for the other warnings. */
	if (warnings->count >= AUTHORISE_WARNINGS / 2) {
		return;
	}
	if (segment != NULL) {
		warning = next_warning(warnings);
		strbuf_add(&warning, "permits every host of ");
		authorise_source_add(source, &warning);
		strbuf_addf(&warning,
		    ", which is the whole of a prefix of segment \"%s\"",
		    segment);
	} else if (prefix->length < (v4 ? V4_LEAST : V6_LEAST)) {
		warning = next_warning(warnings);
		strbuf_add(&warning, "permits every host of ");
		authorise_source_add(source, &warning);
		strbuf_addf(
		    &warning, ", which is wider than /%u", v4 ? 24u : 64u);
	}
}

static const char *
whole_segment(const struct ip_prefix *prefix, const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		const struct policy_segment *segment = &policy->segments[i];

		for (uint32_t j = 0; j < segment->prefix_count; j++) {
			const struct ip_prefix *of = &segment->prefixes[j];

			if (prefix->length < 128 &&
			    prefix->length <= of->length &&
			    ip_prefix_contains(prefix, &of->address)) {
				return segment->name;
			}
		}
	}
	return NULL;
}

static void
warn_of_process(
    const struct authorise_entry *entry, struct authorise_warnings *warnings)
{
	const char *digits;

	if (!authorise_entry_needs_evidence(entry)) {
		warn(warnings,
		    "names no process: whoever gets onto its source may scan");
		return;
	}
	if (entry->process[0] == '\0') {
		return;
	}
	switch (authorise_hash_of(entry->process, &digits)) {
	case AUTHORISE_HASH_NONE:
		if (strpbrk(entry->process, "\\/") == NULL) {
			warn(warnings,
			    "trusts a program's name, which another program "
			    "can have; write its path or hash");
		}
		break;
	case AUTHORISE_HASH_MD5:
	case AUTHORISE_HASH_SHA1:
		warn(warnings,
		    "trusts a hash that can be forged; write SHA-256");
		break;
	case AUTHORISE_HASH_SHA256:
		break;
	}
}

static void
warn_of_days(const struct authorise_entry *entry, int64_t now_s,
    struct authorise_warnings *warnings)
{
	int64_t days = days_left(entry, now_s);

	if (now_s > 0 && days > DAYS_OF_A_YEAR) {
		warn(warnings, "expires in more than a year");
	} else if (now_s > 0 && days < 0) {
		warn(warnings, "has expired");
	}
}

static struct strbuf
next_warning(struct authorise_warnings *warnings)
{
	struct strbuf warning;

	SW_ASSERT(warnings->count < AUTHORISE_WARNINGS);
	strbuf_init(&warning, warnings->sentences[warnings->count++],
	    AUTHORISE_SENTENCE_SIZE);
	return warning;
}

static void
warn(struct authorise_warnings *warnings, const char *sentence)
{
	struct strbuf warning = next_warning(warnings);

	strbuf_add(&warning, sentence);
}
