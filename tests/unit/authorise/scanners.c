#include "unit/authorise/scanners.h"

#include <criterion/criterion.h>
#include <stdio.h>

#include "base/rfc3339.h"

static struct scanners scanners;

static void
segment(const char *name, const char *prefix)
{
	struct policy_segment *segment =
	    &scanners.policy.segments[scanners.policy.segment_count++];

	memset(segment, 0, sizeof(*segment));
	(void)snprintf(segment->name, sizeof(segment->name), "%s", name);
	cr_assert(ip_prefix_parse(prefix, &segment->prefixes[0]));
	segment->prefix_count = 1;
}

struct scanners *
scanners_begin(const char *zone_name, bool two_person)
{
	struct authorise_zone zone;

	if (scanners.region.bytes != NULL) {
		region_finish(&scanners.region);
	}
	authorise_change_finish(&scanners.change);
	memset(&scanners, 0, sizeof(scanners));
	scanners.policy.version = 1;
	segment("servers", "10.20.2.0/24");
	segment("office", "10.30.0.0/16");
	segment("lab", "10.40.0.0/24");
	policy_prepare(&scanners.policy);
	cr_assert_eq(authorise_zone_read(zone_name, &zone), 0);
	cr_assert_eq(region_init(&scanners.region, authorise_bytes()), 0);
	scanners.authorise = authorise_init(
	    &scanners.region, &scanners.policy, &zone, two_person);
	region_seal(&scanners.region);
	return &scanners;
}

uint64_t
at(const char *text)
{
	uint64_t time_ns = 0;

	cr_assert(rfc3339_parse(text, &time_ns), "%s", text);
	return time_ns;
}

json_t *
ask(const char *by, uint64_t now_ns, const char *request)
{
	struct authorise_asker who = { .by = by, .from = "local" };
	char text[8192];
	json_error_t error;
	json_t *answer;
	json_t *parsed;

	(void)snprintf(text, sizeof(text), "%s", request);
	for (char *mark = text; *mark != '\0'; mark++) {
		*mark = (char)(*mark == '\'' ? '"' : *mark);
	}
	parsed = json_loads(text, 0, &error);
	cr_assert_not_null(parsed, "%s: %s", text, error.text);
	authorise_change_finish(&scanners.change);
	authorise_request(scanners.authorise, parsed, &who, now_ns, &answer,
	    &scanners.change);
	json_decref(parsed);
	cr_assert_not_null(answer);
	return answer;
}

void
must(const char *by, uint64_t now_ns, const char *request)
{
	json_t *answer = ask(by, now_ns, request);

	cr_expect(json_is_true(json_object_get(answer, "ok")), "%s: %s",
	    request, json_string_value(json_object_get(answer, "error")));
	json_decref(answer);
}

void
must_not(const char *by, uint64_t now_ns, const char *request, const char *part)
{
	json_t *answer = ask(by, now_ns, request);
	const char *error = json_string_value(json_object_get(answer, "error"));

	cr_assert_not_null(error, "%s is done", request);
	cr_expect(strstr(error, part) != NULL, "%s, not \"%s\"", error, part);
	cr_expect_not(scanners.change.is_made);
	json_decref(answer);
}

void
add_entry(uint64_t now_ns, const char *members)
{
	char request[4096];

	(void)snprintf(request, sizeof(request),
	    "{'do': 'scanners.add', 'entry': {'name': 'nessus-prod', "
	    "'sources': ['10.20.9.5'], 'owner': 'J. Smith', 'reason': 'quarterly "
	    "scan', 'ticket': 'CHG-1234', %s}}",
	    members);
	must("alice", now_ns, request);
}

static struct ip_address
address(const char *text)
{
	struct ip_address address;

	cr_assert(ip_address_parse(text, &address), "%s", text);
	return address;
}

bool
probe(const char *target, uint16_t port, uint64_t time_ns)
{
	struct wire_contact contact = { .attempt_ns = time_ns,
		.campaign = 1,
		.source = address("10.20.9.5"),
		.target = address(target),
		.target_port = port,
		.protocol = IP_PROTOCOL_TCP,
		.technique = PROBE_TCP_SYN };

	return authorise_contact(
	    scanners.authorise, &scanners.watch, &contact, NULL);
}

void
find(const char *target, uint16_t port, uint64_t first_ns, uint64_t last_ns)
{
	struct finding *finding = &scanners.finding;

	memset(finding, 0, sizeof(*finding));
	finding->campaign = 1;
	finding->revision = 1;
	finding->active = true;
	finding->policy_version = 1;
	finding->first_seen_ns = first_ns;
	finding->last_seen_ns = last_ns;
	finding->raised_at_ns = first_ns;
	finding->kind_count = 1;
	finding->techniques = 1u << PROBE_TCP_SYN;
	finding->has_address = true;
	finding->source = address("10.20.9.5");
	finding->vlan = VLAN_NONE;
	finding->probe_count = 10;
	finding->target_count = 1;
	finding->target_range_count = 1;
	finding->target_ranges[0].first = address(target);
	finding->target_ranges[0].last = address(target);
	finding->service_count = 1;
	finding->service_range_count = 1;
	finding->service_ranges[0] = (struct finding_service_range){
		.protocol = IP_PROTOCOL_TCP, .first = port, .last = port
	};
}

void
judge(uint64_t now_ns)
{
	struct authorise_campaign campaign = { .finding = &scanners.finding,
		.attribution = &scanners.attribution };

	authorise_judge(scanners.authorise, &scanners.watch, &campaign, now_ns,
	    &scanners.authorisation);
}

void
name_process(const char *image, const char *user, const char *hashes,
    enum attribution_confidence confidence)
{
	struct attribution_process *process =
	    &scanners.attribution.processes[0];

	memset(&scanners.attribution, 0, sizeof(scanners.attribution));
	scanners.attribution.process_count = 1;
	process->confidence = (uint8_t)confidence;
	(void)snprintf(process->image, sizeof(process->image), "%s", image);
	(void)snprintf(process->user, sizeof(process->user), "%s", user);
	(void)snprintf(process->hashes, sizeof(process->hashes), "%s", hashes);
}
