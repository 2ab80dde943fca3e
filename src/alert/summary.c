#include "alert/summary.h"

#include "alert/authorised.h"
#include "alert/process.h"
#include "alert/service.h"
#include "alert/words.h"

/* Up to so many services are named, more are counted. */
enum { NAMED_SERVICES = 4 };

static void add_source(const struct alert *alert, struct strbuf *buffer);
static void add_deed(const struct alert *alert, struct strbuf *buffer);
static void add_targets(const struct alert *alert, const char *one,
    const char *many, struct strbuf *buffer);
static void add_segments(const struct alert *alert, struct strbuf *buffer);
static void add_services(const struct finding *finding, struct strbuf *buffer);
static bool service_at(const struct finding *finding, uint64_t index,
    uint8_t *protocol, uint16_t *port);
static const char *service_noun(const struct finding *finding);
static void add_how(const struct finding *finding, struct strbuf *buffer);
static void add_order(const struct finding *finding, struct strbuf *buffer);
static void add_answers(const struct finding *finding, struct strbuf *buffer);
static void add_process(
    const struct attribution *attribution, struct strbuf *buffer);

void
summary_add(const struct alert *alert, struct strbuf *buffer)
{
	add_source(alert, buffer);
	add_deed(alert, buffer);
	add_order(&alert->finding, buffer);
	add_answers(&alert->finding, buffer);
	add_process(&alert->attribution, buffer);
	authorised_clause_add(&alert->authorisation, buffer);
}

void
summary_add_count(
    const struct finding *finding, uint64_t count, struct strbuf *buffer)
{
	if (finding->counts_estimated) {
		strbuf_add(buffer, "≈\u00a0");
	}
	words_add_count(buffer, count);
}

static void
add_source(const struct alert *alert, struct strbuf *buffer)
{
	const struct finding *finding = &alert->finding;
	char address[IP_ADDRESS_TEXT_SIZE];
	char mac[MAC_ADDRESS_TEXT_SIZE];

	if (finding->has_address) {
		strbuf_add(
		    buffer, ip_address_format(&finding->source, address));
	} else if (finding->has_mac) {
		strbuf_add(
		    buffer, mac_address_format(&finding->source_mac, mac));
	} else if (finding->apparent_count > 1) {
		words_add_count(buffer, finding->apparent_count);
		strbuf_add(buffer, " sources together");
	} else {
		strbuf_add(buffer, "An unknown source");
	}
}

/* What it did, to whom and how, by the kind that describes it best. */
static void
add_deed(const struct alert *alert, struct strbuf *buffer)
{
	const struct finding *finding = &alert->finding;
	uint8_t kind =
	    finding->kind_count > 0 ? finding->kinds[0] : FINDING_KIND_COUNT;

	if (kind == FINDING_HOST_SWEEP || kind == FINDING_SEQUENTIAL_IP) {
		strbuf_add(buffer,
		    kind == FINDING_HOST_SWEEP ? " swept " : " went through ");
		add_targets(alert, "address", "addresses", buffer);
		add_how(finding, buffer);
		if ((finding->techniques &
		        (1u << PROBE_TCP_SYN | 1u << PROBE_TCP_CONNECT |
		            1u << PROBE_UDP)) != 0) {
			strbuf_add(buffer, " to ");
			add_services(finding, buffer);
		}
		return;
	}
	strbuf_add(
	    buffer, kind == FINDING_SERVICE_PROBE ? " looked for " : " tried ");
	add_services(finding, buffer);
	strbuf_add(buffer, kind == FINDING_PORT_SCAN ? " of " : " on ");
	add_targets(alert, "host", "hosts", buffer);
	add_how(finding, buffer);
}

/* "10.20.2.10", or "256 addresses of servers". */
static void
add_targets(const struct alert *alert, const char *one, const char *many,
    struct strbuf *buffer)
{
	const struct finding *finding = &alert->finding;

	if (finding->target_count == 1 && finding->target_range_count == 1) {
		target_add_ranges(finding, 1, ",", buffer);
		return;
	}
	summary_add_count(finding, finding->target_count, buffer);
	strbuf_addf(buffer, " %s", finding->target_count == 1 ? one : many);
	add_segments(alert, buffer);
}

static void
add_segments(const struct alert *alert, struct strbuf *buffer)
{
	uint32_t count = alert->target_segment_count;

	if (count == 0) {
		return;
	}
	strbuf_add(buffer, " of ");
	if (count > 2) {
		strbuf_addf(buffer, "%u segments", count);
		return;
	}
	words_add_visible(buffer, alert->target_segments[0]);
	if (count == 2) {
		strbuf_add(buffer, " and ");
		words_add_visible(buffer, alert->target_segments[1]);
	}
}

/* "tcp/445 SMB and tcp/139 NetBIOS", or "1,000 ports". */
static void
add_services(const struct finding *finding, struct strbuf *buffer)
{
	uint64_t count = finding->service_count;
	char label[SERVICE_LABEL_SIZE];
	uint8_t protocol;
	uint16_t port;

	if (count == 0 || count > NAMED_SERVICES || finding->ranges_cut ||
	    finding->counts_estimated ||
	    !service_at(finding, count - 1, &protocol, &port)) {
		summary_add_count(finding, count, buffer);
		strbuf_addf(buffer, " %s", service_noun(finding));
		return;
	}
	for (uint64_t i = 0; i < count; i++) {
		if (i > 0) {
			strbuf_add(buffer, i + 1 < count ? ", " : " and ");
		}
		(void)service_at(finding, i, &protocol, &port);
		service_label(finding, protocol, port, label);
		words_add_visible(buffer, label);
	}
}

/* The service number 'index', counted through the ranges.  False: there are not
 * so many. */
static bool
service_at(const struct finding *finding, uint64_t index, uint8_t *protocol,
    uint16_t *port)
{
	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		const struct finding_service_range *range =
		    &finding->service_ranges[i];
		uint64_t count = (uint64_t)(range->last - range->first) + 1;

		if (index < count) {
			uint16_t number = (uint16_t)(range->first + index);
			bool bare = range->protocol == 0;

			*protocol = bare ? (uint8_t)number : range->protocol;
			*port = bare ? 0 : number;
			return true;
		}
		index -= count;
	}
	return false;
}

static const char *
service_noun(const struct finding *finding)
{
	bool one = finding->service_count == 1;

	for (uint32_t i = 0; i < finding->service_range_count; i++) {
		if (finding->service_ranges[i].protocol == 0) {
			return one ? "protocol" : "protocols";
		}
	}
	return one ? "port" : "ports";
}

/* One or two techniques are told, more are counted. */
static void
add_how(const struct finding *finding, struct strbuf *buffer)
{
	int count = __builtin_popcount(finding->techniques);
	uint32_t left = finding->techniques;

	if (count > 2) {
		strbuf_addf(buffer, " in %d ways", count);
	}
	for (int i = 0; count <= 2 && i < count; i++) {
		strbuf_addf(buffer, "%s %s", i > 0 ? " and" : "",
		    words_technique((enum probe_technique)__builtin_ctz(left)));
		left &= left - 1;
	}
	if (finding->fragmented) {
		strbuf_add(buffer, " in fragments");
	}
}

static void
add_order(const struct finding *finding, struct strbuf *buffer)
{
	static const char *const words[FINDING_ORDER_COUNT] = {
		[FINDING_ORDER_UNKNOWN] = "",
		[FINDING_ORDER_ASCENDING] = ", in address order",
		[FINDING_ORDER_DESCENDING] = ", in descending address order",
		[FINDING_ORDER_STRIDED] = ", with a constant stride",
		[FINDING_ORDER_RANDOM] = ", in random order",
		[FINDING_ORDER_MIXED] = "",
	};

	if (finding->target_count > 1) {
		strbuf_add(buffer, words[finding->order]);
	}
}

static void
add_answers(const struct finding *finding, struct strbuf *buffer)
{
	strbuf_add(buffer, "; ");
	if (finding->answered == 0) {
		strbuf_add(buffer, "none");
	} else {
		words_add_count(buffer, finding->answered);
	}
	strbuf_add(buffer, " answered");
}

static void
add_process(const struct attribution *attribution, struct strbuf *buffer)
{
	if (attribution->process_count > 0) {
		strbuf_add(buffer, "; sent by ");
		process_clause_add(&attribution->processes[0], buffer);
	}
}
