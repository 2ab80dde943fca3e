#include "firmware/tools/understood.h"

#include <stdio.h>

#include "base/strbuf.h"
#include "detect/forecast.h"
#include "detect/terms.h"
#include "firmware/visible.h"

enum {
	FORECAST_GAP_S = 15, /* Neither hurried nor patient. */
	LINE_SIZE = 2048,
};

static void print_segment(const struct policy_segment *segment);
static void print_overlaps(const struct policy *policy, uint32_t segment);
static void print_asset(const struct policy *policy, uint16_t asset);
static void print_terms(const char *name, const struct policy_terms *terms);
static void add_false_alarms(struct strbuf *line, uint32_t ppm);
static void add_forecasts(struct strbuf *line, const struct terms *terms);
static void add_duration(struct strbuf *line, uint64_t duration_ns);
static bool terms_are_equal(
    const struct policy_terms *a, const struct policy_terms *b);

void
understood_print(const struct policy *policy)
{
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		print_segment(&policy->segments[i]);
		print_overlaps(policy, i);
	}
	for (uint32_t i = 0; i < policy->asset_count; i++) {
		print_asset(policy, (uint16_t)i);
	}
	print_terms("detection", &policy->detection.terms);
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		const struct policy_segment *segment = &policy->segments[i];
		char name[POLICY_NAME_SIZE + 32];

		if (!terms_are_equal(
		        &segment->terms, &policy->detection.terms)) {
			(void)snprintf(name, sizeof(name),
			    "detection of segment %s", segment->name);
			print_terms(name, &segment->terms);
		}
	}
	visible_line(stdout, "known scanners: %u programs",
	    policy->detection.known_scanner_count);
}

static void
print_segment(const struct policy_segment *segment)
{
	char text[LINE_SIZE];
	char prefix[IP_PREFIX_TEXT_SIZE];
	struct strbuf line;

	strbuf_init(&line, text, sizeof(text));
	for (uint32_t i = 0; i < segment->prefix_count; i++) {
		strbuf_addf(&line, "%s%s", i == 0 ? "" : ", ",
		    ip_prefix_format(&segment->prefixes[i], prefix));
	}
	for (uint32_t i = 0; i < segment->vlan_count; i++) {
		strbuf_addf(&line, "%s%u", i == 0 ? "; VLAN " : ", ",
		    segment->vlans[i]);
	}
	strbuf_addf(&line, "; criticality %s",
	    policy_criticality_name(segment->criticality));
	if (segment->role != POLICY_ROLE_UNKNOWN) {
		strbuf_addf(
		    &line, "; role %s", policy_role_name(segment->role));
	}
	visible_line(stdout, "segment %s: %s", segment->name, text);
}

/* Says of each of its prefixes that lies in another segment's, the nearest one,
 * whose the addresses are. */
static void
print_overlaps(const struct policy *policy, uint32_t segment)
{
	const struct policy_segment *inner = &policy->segments[segment];

	for (uint32_t i = 0; i < inner->prefix_count; i++) {
		const struct policy_segment *nearest = NULL;
		const struct ip_prefix *around = NULL;
		char inside_text[IP_PREFIX_TEXT_SIZE];
		char around_text[IP_PREFIX_TEXT_SIZE];

		for (uint32_t j = 0; j < policy->index.prefix_count; j++) {
			const struct policy_indexed_prefix *outer =
			    &policy->index.prefixes[j];

			/* The index has the longest first. */
			if (policy_prefix_is_inside(
			        &inner->prefixes[i], &outer->prefix)) {
				nearest = &policy->segments[outer->segment];
				around = &outer->prefix;
				break;
			}
		}
		if (nearest == NULL || nearest == inner) {
			continue;
		}
		visible_line(stdout,
		    "  %s of %s lies in %s of %s: addresses there belong to %s",
		    ip_prefix_format(&inner->prefixes[i], inside_text),
		    inner->name, ip_prefix_format(around, around_text),
		    nearest->name, inner->name);
	}
}

static void
print_asset(const struct policy *policy, uint16_t asset)
{
	const struct policy_asset *known = &policy->assets[asset];
	uint32_t places = 0;

	for (uint32_t i = 0; i < policy->place_count; i++) {
		places += policy->places[i].asset == asset;
	}
	visible_line(stdout, "asset %s: %u %s; role %s; criticality %s",
	    known->name, places, places == 1 ? "address" : "addresses",
	    known->role == POLICY_ROLE_UNKNOWN ? "as its segment"
	                                       : policy_role_name(known->role),
	    known->has_criticality == 0
	        ? "as its segment"
	        : policy_criticality_name(known->criticality));
}

static void
print_terms(const char *name, const struct policy_terms *terms)
{
	struct terms made;
	struct strbuf line;
	char text[LINE_SIZE];

	strbuf_init(&line, text, sizeof(text));
	add_false_alarms(&line, terms->false_alarms_ppm);
	strbuf_add(&line, "; half of the evidence is forgotten in ");
	add_duration(&line, terms->window_ns);
	strbuf_addf(&line,
	    "; a sequence has %u steps or more, of %u addresses or fewer each, "
	    "or all alike",
	    terms->sequence_steps, terms->sequence_stride);
	visible_line(stdout, "%s: %s", name, text);

	terms_make(&made, terms);
	strbuf_init(&line, text, sizeof(text));
	add_forecasts(&line, &made);
	visible_line(stdout, "  %s", text);
}

static void
add_false_alarms(struct strbuf *line, uint32_t ppm)
{
	if (ppm >= 1000000) {
		strbuf_addf(line, "%u.%u false alarms of a host in a year",
		    ppm / 1000000, ppm % 1000000 / 100000);
	} else {
		strbuf_addf(line, "1 false alarm in %u host-years",
		    (1000000 + ppm / 2) / ppm);
	}
}

/* "at one probe in 15 s, a scan of silent addresses in order is told after 8
 * probes, of refused ports of one host after 10, ..." */
static void
add_forecasts(struct strbuf *line, const struct terms *terms)
{
	static struct suspect suspect; /* Too large for the stack. */

	strbuf_addf(line, "at one probe in %d s, a scan ", FORECAST_GAP_S);
	for (uint32_t scan = 0; scan < FORECAST_COUNT; scan++) {
		uint32_t probes =
		    forecast_probes(&suspect, terms, scan, FORECAST_GAP_S);

		strbuf_addf(
		    line, "%s%s", scan == 0 ? "" : ", ", forecast_name(scan));
		if (probes == 0) {
			strbuf_addf(
			    line, " not within %d probes", FORECAST_MOST);
		} else {
			strbuf_addf(line, "%s after %u%s",
			    scan == 0 ? " is told" : "", probes,
			    scan == 0 ? " probes" : "");
		}
	}
}

static void
add_duration(struct strbuf *line, uint64_t duration_ns)
{
	uint64_t minutes = duration_ns / (60 * NS_PER_S);

	if (minutes % (24 * 60) == 0) {
		strbuf_addf(
		    line, "%llud", (unsigned long long)(minutes / 24 / 60));
	} else if (minutes % 60 == 0) {
		strbuf_addf(line, "%lluh", (unsigned long long)(minutes / 60));
	} else {
		strbuf_addf(line, "%llum", (unsigned long long)minutes);
	}
}

static bool
terms_are_equal(const struct policy_terms *a, const struct policy_terms *b)
{
	return a->window_ns == b->window_ns &&
	    a->false_alarms_ppm == b->false_alarms_ppm &&
	    a->sequence_steps == b->sequence_steps &&
	    a->sequence_stride == b->sequence_stride;
}
