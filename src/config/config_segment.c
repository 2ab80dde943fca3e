#include "config/reading.h"

#include "config/value.h"

static void read_prefixes(
    const struct reading_section *section, struct policy_segment *segment);
static void read_vlans(
    const struct reading_section *section, struct policy_segment *segment);
static void add_prefix(const struct reading_section *section,
    const struct reading_value *value, struct policy_segment *segment);
static void check_overlap(const struct reading_section *section,
    const struct policy_segment *segment, const struct policy_segment *other);
static void check_inside(const struct reading_section *section,
    const struct policy_segment *inner, const struct policy_segment *outer);
static bool vlans_tell_apart(
    const struct policy_segment *a, const struct policy_segment *b);

void
read_segment(const struct reading_section *section)
{
	struct reading_section detection;
	struct policy *policy = &section->reading->config->policy;
	struct policy_segment *segment =
	    &policy->segments[policy->segment_count];

	memset(segment, 0, sizeof(*segment));
	if (!section_name(section, segment->name)) {
		return;
	}
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		if (strcmp(policy->segments[i].name, segment->name) == 0) {
			section_wrong(section, section->line,
			    "there is a segment of this name already; give it "
			    "another");
			return;
		}
	}
	read_prefixes(section, segment);
	read_vlans(section, segment);
	segment->criticality = section_word(section, "criticality",
	    criticality_words, POLICY_CRITICALITY_NORMAL);
	segment->role = read_role(section);
	if (section_within(section, "detection", &detection)) {
		read_terms(&detection, &segment->terms);
	}
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		check_overlap(section, segment, &policy->segments[i]);
	}
	policy->segment_count++;
}

static void
read_prefixes(
    const struct reading_section *section, struct policy_segment *segment)
{
	uint32_t count = section_value_count(section, "prefixes");

	if (section_required(section, "prefixes", "10.20.2.0/24") == NULL) {
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "prefixes", i);

		if (i == POLICY_PREFIXES_PER_SEGMENT) {
			section_wrong(section, value->line,
			    "there are more than %d prefixes; put the others "
			    "into another segment",
			    POLICY_PREFIXES_PER_SEGMENT);
			return;
		}
		add_prefix(section, value, segment);
	}
}

static void
add_prefix(const struct reading_section *section,
    const struct reading_value *value, struct policy_segment *segment)
{
	char problem[VALUE_PROBLEM_SIZE];
	struct ip_prefix prefix;
	const char *wrong = value_prefix(value->text, problem, &prefix);

	for (uint32_t i = 0; wrong == NULL && i < segment->prefix_count; i++) {
		if (memcmp(&segment->prefixes[i], &prefix, sizeof(prefix)) ==
		    0) {
			wrong = "is listed twice; leave one out";
		}
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "prefix %s %s",
		    reading_quote(value->text).text, wrong);
		return;
	}
	segment->prefixes[segment->prefix_count++] = prefix;
}

static void
read_vlans(
    const struct reading_section *section, struct policy_segment *segment)
{
	uint32_t count = section_value_count(section, "vlans");

	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "vlans", i);
		char problem[VALUE_PROBLEM_SIZE];
		uint32_t vlan;
		const char *wrong = value_number(value->text, POLICY_VLAN_FIRST,
		    POLICY_VLAN_LAST, problem, &vlan);

		if (wrong == NULL && i >= POLICY_VLANS_PER_SEGMENT) {
			wrong = "is one too many; a segment has at most 16";
		}
		for (uint32_t j = 0; wrong == NULL && j < segment->vlan_count;
		     j++) {
			if (segment->vlans[j] == vlan) {
				wrong = "is listed twice; leave one out";
			}
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "VLAN %s %s",
			    reading_quote(value->text).text, wrong);
			continue;
		}
		segment->vlans[segment->vlan_count++] = (uint16_t)vlan;
	}
}

/* One prefix in two segments needs VLANs to tell which is meant. */
static void
check_overlap(const struct reading_section *section,
    const struct policy_segment *segment, const struct policy_segment *other)
{
	check_inside(section, segment, other);
	check_inside(section, other, segment);
	if (vlans_tell_apart(segment, other)) {
		return;
	}
	for (uint32_t i = 0; i < segment->prefix_count; i++) {
		for (uint32_t j = 0; j < other->prefix_count; j++) {
			char text[IP_PREFIX_TEXT_SIZE];

			if (memcmp(&segment->prefixes[i], &other->prefixes[j],
			        sizeof(struct ip_prefix)) != 0) {
				continue;
			}
			section_wrong(section, section->line,
			    "prefix \"%s\" is also in segment %s; leave it out "
			    "of one, or give both their own vlans",
			    ip_prefix_format(&segment->prefixes[i], text),
			    reading_quote(other->name).text);
		}
	}
}

/* The longest prefix goes before the VLAN: what is seen in the outer segment's
 * VLAN with an address of the inner one counts as the inner one's.  Where both
 * say which VLANs are theirs, that may not be meant. */
static void
check_inside(const struct reading_section *section,
    const struct policy_segment *inner, const struct policy_segment *outer)
{
	if (!vlans_tell_apart(inner, outer)) {
		return;
	}
	for (uint32_t i = 0; i < inner->prefix_count; i++) {
		for (uint32_t j = 0; j < outer->prefix_count; j++) {
			char inside[IP_PREFIX_TEXT_SIZE];
			char around[IP_PREFIX_TEXT_SIZE];

			if (!policy_prefix_is_inside(
			        &inner->prefixes[i], &outer->prefixes[j])) {
				continue;
			}
			section_warning(section, section->line,
			    "\"%s\" of %s lies in \"%s\" of %s: addresses "
			    "there belong to %s in every VLAN, those of %s too",
			    ip_prefix_format(&inner->prefixes[i], inside),
			    reading_quote(inner->name).text,
			    ip_prefix_format(&outer->prefixes[j], around),
			    reading_quote(outer->name).text,
			    reading_quote(inner->name).text,
			    reading_quote(outer->name).text);
		}
	}
}

/* Whether both have VLANs, and none in common. */
static bool
vlans_tell_apart(const struct policy_segment *a, const struct policy_segment *b)
{
	for (uint32_t i = 0; i < a->vlan_count; i++) {
		for (uint32_t j = 0; j < b->vlan_count; j++) {
			if (a->vlans[i] == b->vlans[j]) {
				return false;
			}
		}
	}
	return a->vlan_count > 0 && b->vlan_count > 0;
}
