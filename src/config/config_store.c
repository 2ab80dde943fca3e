#include "config/reading.h"

#include "config/value.h"

enum { DAY_S = 24 * 3600, KEPT_MOST_DAYS = 3650 };

#define STORE_LEAST (16ull << 20)

static void read_size(const struct reading_section *section, const char *key,
    uint64_t least, uint64_t *bytes);
static void read_kept(
    const struct reading_section *section, const char *key, uint64_t *kept_s);
static void read_packets(
    const struct reading_section *section, uint32_t *packets);

void
config_store_default(struct config_store *store)
{
	*store = (struct config_store){ .max_bytes = CONFIG_STORE_BYTES,
		.reserve_bytes = CONFIG_STORE_RESERVE_BYTES,
		.keep_alerts_s = 365ull * DAY_S,
		.keep_open_s = 730ull * DAY_S,
		.keep_evidence_s = 90ull * DAY_S,
		.keep_audit_s = 1095ull * DAY_S,
		.keep_summaries_s = 400ull * DAY_S,
		.keep_health_s = 90ull * DAY_S,
		.evidence_packets = 200 };
}

void
read_store(const struct reading_section *section)
{
	struct config_store *store = &section->reading->config->store;
	const struct reading_value *value =
	    section_required(section, "directory", "/var/lib/spanwatch");

	config_store_default(store);
	store->present = true;
	if (value != NULL &&
	    section_text(section, "directory", store->directory,
	        sizeof(store->directory)) &&
	    store->directory[0] != '/') {
		section_wrong(section, value->line,
		    "directory %s does not begin with \"/\"; write the whole "
		    "path",
		    reading_quote(store->directory).text);
	}
	read_size(section, "max-size", STORE_LEAST, &store->max_bytes);
	read_size(section, "reserve", 0, &store->reserve_bytes);
	read_kept(section, "keep-alerts", &store->keep_alerts_s);
	read_kept(section, "keep-open", &store->keep_open_s);
	read_kept(section, "keep-evidence", &store->keep_evidence_s);
	read_kept(section, "keep-audit", &store->keep_audit_s);
	read_kept(section, "keep-summaries", &store->keep_summaries_s);
	read_kept(section, "keep-health", &store->keep_health_s);
	read_packets(section, &store->evidence_packets);
}

static void
read_size(const struct reading_section *section, const char *key,
    uint64_t least, uint64_t *bytes)
{
	const struct reading_value *value = section_value(section, key, 0);
	uint64_t size;
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_size(value->text, &size);
	if (wrong == NULL && size < least) {
		wrong = "is too little to keep alerts in; write \"16M\" or "
		        "more";
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "%s %s %s", key,
		    reading_quote(value->text).text, wrong);
		return;
	}
	*bytes = size;
}

static void
read_kept(
    const struct reading_section *section, const char *key, uint64_t *kept_s)
{
	const struct reading_value *value = section_value(section, key, 0);
	uint64_t duration_ns;
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_duration(value->text, &duration_ns);
	if (wrong == NULL &&
	    (duration_ns < DAY_S * NS_PER_S ||
	        duration_ns > KEPT_MOST_DAYS * DAY_S * NS_PER_S)) {
		wrong = "is out of range; write \"1d\" to \"3650d\"";
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "%s %s %s", key,
		    reading_quote(value->text).text, wrong);
		return;
	}
	*kept_s = duration_ns / NS_PER_S;
}

static void
read_packets(const struct reading_section *section, uint32_t *packets)
{
	const struct reading_value *value =
	    section_value(section, "evidence-packets", 0);
	char problem[VALUE_PROBLEM_SIZE];
	const char *wrong;

	if (value != NULL &&
	    (wrong = value_number(value->text, 0, CONFIG_EVIDENCE_PACKETS,
	         problem, packets)) != NULL) {
		section_wrong(section, value->line, "evidence-packets %s %s",
		    reading_quote(value->text).text, wrong);
	}
}
