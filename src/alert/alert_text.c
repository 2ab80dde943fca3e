#include "alert/alert_text.h"

#include "alert/authorised.h"
#include "alert/process.h"
#include "alert/service.h"
#include "alert/summary.h"
#include "alert/words.h"
#include "base/rfc3339.h"

/* More ranges than this are counted, not told. */
enum { TEXT_RANGES = 8 };

/* A reason that weighs less only describes. */
#define LEAST_WEIGHT 0.05f

static void add_state(const struct alert *alert, struct strbuf *buffer);
static void add_kinds(const struct finding *finding, struct strbuf *buffer);
static void add_times(const struct finding *finding, struct strbuf *buffer);
static void add_source(const struct alert *alert, struct strbuf *buffer);
static void add_targets(const struct alert *alert, struct strbuf *buffer);
static void add_services(const struct finding *finding, struct strbuf *buffer);
static void add_rest_of_ranges(
    const struct finding *finding, uint32_t count, struct strbuf *buffer);
static void add_outcomes(const struct finding *finding, struct strbuf *buffer);
static void add_reasons(const struct finding *finding, struct strbuf *buffer);
static void add_visibility(
    const struct finding *finding, struct strbuf *buffer);

void
alert_text_add(const struct alert *alert, struct strbuf *buffer)
{
	const struct finding *finding = &alert->finding;

	summary_add(alert, buffer);
	strbuf_add(buffer, "\n");
	add_state(alert, buffer);
	add_kinds(finding, buffer);
	add_times(finding, buffer);
	add_source(alert, buffer);
	process_text_add(&alert->attribution, buffer);
	authorised_text_add(&alert->authorisation, buffer);
	add_targets(alert, buffer);
	add_services(finding, buffer);
	add_outcomes(finding, buffer);
	add_reasons(finding, buffer);
	add_visibility(finding, buffer);
	strbuf_add(buffer, "\n");
}

static void
add_state(const struct alert *alert, struct strbuf *buffer)
{
	strbuf_addf(buffer, "  alert       %s, revision %u\n", alert->id,
	    alert->revision);
	strbuf_addf(buffer, "  severity    %s, score %u of 100; %s; %s\n",
	    severity_level_name(alert->severity.level), alert->severity.score,
	    alert_status_name(alert->status),
	    alert->finding.active ? "goes on" : "over");
}

static void
add_kinds(const struct finding *finding, struct strbuf *buffer)
{
	const char *order = finding_order_name(finding->order);
	const char *comma = "";

	strbuf_add(buffer, "  kind        ");
	for (uint32_t i = 0; i < finding->kind_count; i++) {
		strbuf_addf(buffer, "%s%s", i > 0 ? ", " : "",
		    finding_kind_name(finding->kinds[i]));
	}
	if (order != NULL) {
		strbuf_addf(buffer, "; order %s", order);
	}
	strbuf_add(buffer, "\n  technique   ");
	for (uint32_t i = 0; i < PROBE_TECHNIQUE_COUNT; i++) {
		if ((finding->techniques & 1u << i) != 0) {
			strbuf_addf(
			    buffer, "%s%s", comma, probe_technique_name(i));
			comma = ", ";
		}
	}
	if (finding->window) {
		strbuf_addf(buffer, "%stcp_window", comma);
		comma = ", ";
	}
	if (finding->fragmented) {
		strbuf_addf(buffer, "%sfragmented", comma);
	}
	strbuf_add(buffer, "\n");
}

static void
add_times(const struct finding *finding, struct strbuf *buffer)
{
	uint64_t lasted_ns = finding->last_seen_ns > finding->first_seen_ns
	    ? finding->last_seen_ns - finding->first_seen_ns
	    : 0;
	char text[RFC3339_SIZE];

	strbuf_addf(buffer, "  time        %s",
	    rfc3339_format(finding->first_seen_ns, text));
	strbuf_addf(
	    buffer, " to %s (", rfc3339_format(finding->last_seen_ns, text));
	words_add_duration(buffer, lasted_ns / NS_PER_MS);
	strbuf_addf(buffer, ")\n  raised      %s, after ",
	    rfc3339_format(finding->raised_at_ns, text));
	words_add_count(buffer, finding->probes_at_raise);
	strbuf_addf(
	    buffer, " probe%s\n", finding->probes_at_raise == 1 ? "" : "s");
}

static void
add_source(const struct alert *alert, struct strbuf *buffer)
{
	const struct finding *finding = &alert->finding;
	char address[IP_ADDRESS_TEXT_SIZE];
	char mac[MAC_ADDRESS_TEXT_SIZE];

	strbuf_addf(buffer, "  source      %s",
	    finding->has_address ? ip_address_format(&finding->source, address)
	                         : "address not known");
	if (finding->has_mac) {
		strbuf_addf(buffer, ", %s",
		    mac_address_format(&finding->source_mac, mac));
	}
	if (finding->vlan != VLAN_NONE) {
		strbuf_addf(buffer, ", VLAN %u", finding->vlan);
	}
	if (alert->source_in_segment) {
		strbuf_add(buffer, ", segment ");
		words_add_visible(buffer, alert->source_segment);
	} else {
		strbuf_add(buffer, ", in no segment");
	}
	for (uint32_t i = 0; i < finding->apparent_count; i++) {
		strbuf_addf(buffer, "%s%s", i == 0 ? "; seen as " : ", ",
		    ip_address_format(&finding->apparent[i], address));
	}
	strbuf_add(buffer, "\n");
}

static void
add_targets(const struct alert *alert, struct strbuf *buffer)
{
	const struct finding *finding = &alert->finding;

	strbuf_add(buffer, "  targets     ");
	summary_add_count(finding, finding->target_count, buffer);
	for (uint32_t i = 0; i < alert->target_segment_count; i++) {
		strbuf_add(buffer, i == 0 ? " in " : ", ");
		words_add_visible(buffer, alert->target_segments[i]);
	}
	if (finding->target_range_count > 0) {
		strbuf_add(buffer, ": ");
		target_add_ranges(finding, TEXT_RANGES, ", ", buffer);
		add_rest_of_ranges(
		    finding, finding->target_range_count, buffer);
	}
	strbuf_add(buffer, "\n");
}

static void
add_services(const struct finding *finding, struct strbuf *buffer)
{
	char names[SERVICE_NAMES][SERVICE_LABEL_SIZE];
	uint32_t count = service_names(finding, names);

	strbuf_add(buffer, "  services    ");
	summary_add_count(finding, finding->service_count, buffer);
	if (finding->service_range_count > 0) {
		strbuf_add(buffer, ": ");
		service_add_ranges(finding, TEXT_RANGES, ", ", buffer);
		add_rest_of_ranges(
		    finding, finding->service_range_count, buffer);
	}
	for (uint32_t i = 0; i < count; i++) {
		strbuf_add(buffer, i == 0 ? " (" : ", ");
		words_add_visible(buffer, names[i]);
	}
	strbuf_add(buffer, count > 0 ? ")\n" : "\n");
}

/* What of 'count' ranges has not been told. */
static void
add_rest_of_ranges(
    const struct finding *finding, uint32_t count, struct strbuf *buffer)
{
	if (finding->ranges_cut) {
		strbuf_add(buffer, ", and more");
	} else if (count > TEXT_RANGES) {
		strbuf_addf(buffer, ", and %u more range%s",
		    count - TEXT_RANGES, count - TEXT_RANGES == 1 ? "" : "s");
	}
}

static void
add_outcomes(const struct finding *finding, struct strbuf *buffer)
{
	strbuf_add(buffer, "  probes      ");
	summary_add_count(finding, finding->probe_count, buffer);
	strbuf_add(buffer, ": ");
	words_add_count(buffer, finding->answered);
	strbuf_add(buffer, " answered, ");
	words_add_count(buffer, finding->refused);
	strbuf_add(buffer, " refused, ");
	words_add_count(buffer, finding->filtered);
	strbuf_add(buffer, " filtered, ");
	words_add_count(buffer, finding->silent);
	strbuf_add(buffer, " silent\n");
}

static void
add_reasons(const struct finding *finding, struct strbuf *buffer)
{
	for (uint32_t i = 0; i < finding->reason_count; i++) {
		strbuf_add(
		    buffer, i == 0 ? "  because     " : "              ");
		reason_add(finding, &finding->reasons[i], buffer);
		if (finding->reasons[i].weight >= LEAST_WEIGHT) {
			strbuf_addf(buffer, " (weight %.1f)",
			    (double)finding->reasons[i].weight);
		}
		strbuf_add(buffer, "\n");
	}
}

static void
add_visibility(const struct finding *finding, struct strbuf *buffer)
{
	if (finding->dropped_packets > 0) {
		strbuf_add(buffer, "  not seen    ");
		words_add_count(buffer, finding->dropped_packets);
		strbuf_add(buffer, " packets were dropped meanwhile\n");
	}
	if (finding->one_way) {
		strbuf_add(buffer,
		    "  not seen    the mirror showed one direction only\n");
	}
	if (finding->truncated_evidence) {
		strbuf_add(buffer,
		    "  not seen    there was no room to keep all evidence\n");
	}
}
