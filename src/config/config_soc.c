#include "config/reading.h"

#include <ctype.h>
#include <stdio.h>

#include "config/value.h"

enum {
	RATE_MOST = 100000,
	FACILITY_LAST = 23, /* RFC 5424, section 6.2.1. */
	JSON_LEAST = 2048,  /* An alert to be told by, as ECS or OCSF. */
};

#define OUTBOX_LEAST  (1ull << 20)
#define OUTBOX_MOST   (64ull << 30)
#define BEAT_LEAST_NS (10 * NS_PER_S)
#define BEAT_MOST_NS  (24 * 3600 * NS_PER_S)

static const char *const severities[] = { "low", "medium", "high", "critical",
	NULL };
static const char *const kinds[] = { "port_scan", "host_sweep", "service_probe",
	"block_scan", "sequential_ip", "distributed_scan", NULL };
static const char *const records[] = { "alert", "audit", "health", "summary",
	NULL };

static bool is_segment(const struct policy *policy, const char *name);
static bool read_identity(
    const struct reading_section *section, struct config_soc *soc);
static void read_address(
    const struct reading_section *section, struct config_soc *soc);
static void read_form(
    const struct reading_section *section, struct config_soc *soc);
static void read_size_limit(
    const struct reading_section *section, struct config_soc *soc);
static void read_tls(
    const struct reading_section *section, struct config_soc *soc);
static void read_fingerprint(
    const struct reading_section *section, struct config_soc *soc);
static void read_pace(
    const struct reading_section *section, struct config_soc *soc);
static void read_filter(
    const struct reading_section *section, struct config_filter *filter);
static void read_records(
    const struct reading_section *section, struct config_filter *filter);
static void read_kinds(
    const struct reading_section *section, struct config_filter *filter);
static uint32_t word_of(const char *const *words, const char *text);
static void needs(const struct reading_section *section, const char *key,
    bool is_met, const char *what);

void
read_soc(const struct reading_section *section)
{
	static const char *const transports[] = { "udp", "tcp", "tls", "relp",
		"relp-tls", "kafka", NULL };
	struct config *config = section->reading->config;
	struct config_soc *soc = &config->socs[config->soc_count];

	/* Compared as bytes by whoever asks whether anything has changed. */
	memset(soc, 0, sizeof(*soc));
	if (!read_identity(section, soc)) {
		return;
	}
	config->soc_count++;
	soc->transport = CONFIG_TRANSPORT_TLS;
	if (section_required(section, "transport", "tls") != NULL) {
		soc->transport = section_word(
		    section, "transport", transports, CONFIG_TRANSPORT_TLS);
	}
	read_address(section, soc);
	read_kafka(section, soc);
	read_form(section, soc);
	read_size_limit(section, soc);
	read_tls(section, soc);
	read_pace(section, soc);
	read_filter(section, &soc->filter);
}

/* After the last section, since segments may stand behind. */
void
read_soc_segments(struct reading *reading, struct cfg_t *root)
{
	uint32_t count = cfg_size(root, "soc");

	for (uint32_t i = 0; i < count; i++) {
		struct reading_section section = { .reading = reading,
			.cfg = cfg_getnsec(root, "soc", i) };
		struct reading_section inner;
		uint32_t named;

		if (cfg_size(section.cfg, "filter") == 0) {
			continue;
		}
		inner = section;
		inner.cfg = cfg_getnsec(section.cfg, "filter", 0);
		named = section_value_count(&inner, "segments");
		for (uint32_t j = 0; j < named; j++) {
			const struct reading_value *value =
			    section_value(&inner, "segments", j);

			if (!is_segment(
			        &reading->config->policy, value->text)) {
				section_wrong(&section, value->line,
				    "there is no segment %s; write the name of "
				    "one of this file",
				    reading_quote(value->text).text);
			}
		}
	}
}

static bool
is_segment(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		if (strcmp(policy->segments[i].name, name) == 0) {
			return true;
		}
	}
	return false;
}

static bool
read_identity(const struct reading_section *section, struct config_soc *soc)
{
	const struct config *config = section->reading->config;

	if (!section_name(section, soc->name)) {
		return false;
	}
	for (uint32_t i = 0; i < config->soc_count; i++) {
		if (strcmp(config->socs[i].name, soc->name) == 0) {
			section_wrong(section, section->line,
			    "there is a soc of this name already; give it "
			    "another");
			return false;
		}
	}
	return true;
}

/* Kafka has brokers, in a section of their own. */
static void
read_address(const struct reading_section *section, struct config_soc *soc)
{
	bool is_kafka = soc->transport == CONFIG_TRANSPORT_KAFKA;
	const struct reading_value *value;
	const char *wrong;

	needs(
	    section, "address", !is_kafka, "a transport other than \"kafka\"");
	value = is_kafka
	    ? NULL
	    : section_required(section, "address", "10.0.0.9:6514");
	if (value != NULL &&
	    (wrong = value_peer(value->text, &soc->peer)) != NULL) {
		section_wrong(section, value->line, "address %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

static void
read_form(const struct reading_section *section, struct config_soc *soc)
{
	static const char *const formats[] = { "rfc5424", "cef", "leef", "ecs",
		"ocsf", NULL };
	static const char *const framings[] = { "octets", "lf", NULL };
	bool is_kafka = soc->transport == CONFIG_TRANSPORT_KAFKA;
	char problem[VALUE_PROBLEM_SIZE];
	const struct reading_value *value;
	uint32_t facility = CONFIG_FACILITY;
	const char *wrong;

	soc->format = section_word(section, "format", formats,
	    is_kafka ? CONFIG_FORMAT_ECS : CONFIG_FORMAT_RFC5424);
	if (is_kafka && soc->format != CONFIG_FORMAT_ECS &&
	    soc->format != CONFIG_FORMAT_OCSF) {
		section_wrong(section,
		    section_value(section, "format", 0)->line,
		    "Kafka is sent JSON; write format \"ecs\" or \"ocsf\"");
	}
	needs(
	    section, "facility", !is_kafka, "a transport other than \"kafka\"");
	soc->framing =
	    section_word(section, "framing", framings, CONFIG_FRAMING_COUNTED);
	needs(section, "framing",
	    soc->transport == CONFIG_TRANSPORT_TCP ||
	        soc->transport == CONFIG_TRANSPORT_TLS,
	    "transport \"tcp\" or \"tls\"");
	value = section_value(section, "facility", 0);
	if (value != NULL &&
	    (wrong = value_number(
	         value->text, 0, FACILITY_LAST, problem, &facility)) != NULL) {
		section_wrong(section, value->line, "facility %s %s",
		    reading_quote(value->text).text, wrong);
	}
	soc->facility = (uint8_t)facility;
	soc->mask_secrets = true;
	value = section_value(section, "mask-secrets", 0);
	if (value != NULL &&
	    (wrong = value_bool(value->text, &soc->mask_secrets)) != NULL) {
		section_wrong(section, value->line, "mask-secrets %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

static void
read_size_limit(const struct reading_section *section, struct config_soc *soc)
{
	bool is_json = soc->format == CONFIG_FORMAT_ECS ||
	    soc->format == CONFIG_FORMAT_OCSF;
	bool is_udp = soc->transport == CONFIG_TRANSPORT_UDP;
	uint32_t least = is_json ? JSON_LEAST : CONFIG_SIZE_LIMIT_LEAST;
	const struct reading_value *value =
	    section_value(section, "size-limit", 0);
	const char *wrong;
	uint64_t bytes;

	soc->size_limit = is_udp ? CONFIG_SIZE_LIMIT_UDP : CONFIG_SIZE_LIMIT;
	soc->size_limit = soc->size_limit < least ? least : soc->size_limit;
	if (is_udp && is_json) {
		section_warning(section,
		    section_value(section, "format", 0)->line,
		    "messages of this format do not fit the datagrams that "
		    "every receiver takes; write transport \"tls\" or "
		    "\"relp\", or format \"cef\"");
	}
	if (value == NULL) {
		return;
	}
	wrong = value_size(value->text, &bytes);
	if (wrong == NULL && bytes < least) {
		wrong = is_json ? "is too little for this format; write "
		                  "\"2048\" to \"32K\""
		                : "is too little; write \"1024\" to \"32K\"";
	}
	if (wrong == NULL && bytes > CONFIG_SIZE_LIMIT_MOST) {
		wrong = "is too much; write \"32K\" or less";
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "size-limit %s %s",
		    reading_quote(value->text).text, wrong);
		return;
	}
	soc->size_limit = (uint32_t)bytes;
}

static void
read_tls(const struct reading_section *section, struct config_soc *soc)
{
	static const char *const keys[] = { "ca", "fingerprint", "certificate",
		"key", "server-name" };
	bool is_tls = soc->transport == CONFIG_TRANSPORT_TLS ||
	    soc->transport == CONFIG_TRANSPORT_RELP_TLS;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		needs(section, keys[i], is_tls,
		    "transport \"tls\" or \"relp-tls\"");
	}
	if (!is_tls) {
		return;
	}
	(void)section_text(section, "ca", soc->ca, sizeof(soc->ca));
	(void)section_text(
	    section, "certificate", soc->certificate, sizeof(soc->certificate));
	(void)section_text(section, "key", soc->key, sizeof(soc->key));
	(void)section_text(
	    section, "server-name", soc->server_name, sizeof(soc->server_name));
	read_fingerprint(section, soc);
	needs(section, "certificate", soc->key[0] != '\0', "key");
	needs(section, "key", soc->certificate[0] != '\0', "certificate");
	if (soc->fingerprint[0] != '\0' && soc->ca[0] != '\0') {
		section_wrong(section,
		    section_value(section, "fingerprint", 0)->line,
		    "with a fingerprint no authority is asked; leave "
		    "fingerprint or ca out");
	}
}

/* As tools print it: colons and capitals are left out. */
static void
read_fingerprint(const struct reading_section *section, struct config_soc *soc)
{
	const struct reading_value *value =
	    section_value(section, "fingerprint", 0);
	const char *from;
	size_t size = 0;

	if (value == NULL) {
		return;
	}
	for (from = value->text; *from != '\0'; from++) {
		if (*from == ':') {
			continue;
		}
		if (!isxdigit((unsigned char)*from) ||
		    size == sizeof(soc->fingerprint) - 1) {
			break;
		}
		soc->fingerprint[size++] = (char)tolower((unsigned char)*from);
	}
	if (*from != '\0' || size != sizeof(soc->fingerprint) - 1) {
		memset(soc->fingerprint, 0, sizeof(soc->fingerprint));
		section_wrong(section, value->line,
		    "fingerprint %s is no SHA-256; write its 64 hexadecimal "
		    "digits, with colons or without",
		    reading_quote(value->text).text);
	}
}

static void
read_pace(const struct reading_section *section, struct config_soc *soc)
{
	char problem[VALUE_PROBLEM_SIZE];
	const struct reading_value *value;
	const char *wrong;
	uint64_t number;

	soc->rate = CONFIG_FORWARD_RATE;
	soc->outbox_bytes = CONFIG_OUTBOX_BYTES;
	soc->heartbeat_ns = CONFIG_HEARTBEAT_NS;
	value = section_value(section, "rate", 0);
	if (value != NULL &&
	    (wrong = value_number(
	         value->text, 1, RATE_MOST, problem, &soc->rate)) != NULL) {
		section_wrong(section, value->line, "rate %s %s",
		    reading_quote(value->text).text, wrong);
	}
	value = section_value(section, "outbox-size", 0);
	if (value != NULL) {
		wrong = value_size(value->text, &number);
		if (wrong == NULL &&
		    (number < OUTBOX_LEAST || number > OUTBOX_MOST)) {
			wrong = "is out of range; write \"1M\" to \"64G\"";
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "outbox-size %s %s",
			    reading_quote(value->text).text, wrong);
		} else {
			soc->outbox_bytes = number;
		}
	}
	value = section_value(section, "heartbeat", 0);
	if (value != NULL && strcmp(value->text, "off") == 0) {
		soc->heartbeat_ns = 0;
	} else if (value != NULL) {
		wrong = value_duration(value->text, &number);
		if (wrong == NULL &&
		    (number < BEAT_LEAST_NS || number > BEAT_MOST_NS)) {
			wrong = "is out of range; write \"10s\" to \"1d\", or "
			        "\"off\"";
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "heartbeat %s %s",
			    reading_quote(value->text).text, wrong);
		} else {
			soc->heartbeat_ns = number;
		}
	}
}

static void
read_filter(const struct reading_section *section, struct config_filter *filter)
{
	static const char *const authorised[] = { "yes", "no", "only", NULL };
	static const char *const revisions[] = { "all", "first-and-last",
		"state", NULL };
	struct reading_section inner;
	uint32_t count;

	filter->records = CONFIG_RECORD_ALL;
	if (!section_within(section, "filter", &inner)) {
		return;
	}
	filter->severity = section_word(&inner, "severity", severities, 0);
	filter->authorised = section_word(
	    &inner, "authorised", authorised, CONFIG_AUTHORISED_YES);
	filter->revisions =
	    section_word(&inner, "revisions", revisions, CONFIG_REVISIONS_ALL);
	read_records(&inner, filter);
	read_kinds(&inner, filter);
	count = section_value_count(&inner, "segments");
	if (count > CONFIG_FILTER_NAMES) {
		section_wrong(&inner,
		    section_value(&inner, "segments", 0)->line,
		    "there are too many segments; write %d at most",
		    CONFIG_FILTER_NAMES);
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(&inner, "segments", i);

		if (strlen(value->text) < POLICY_NAME_SIZE) {
			(void)snprintf(
			    filter->segments[filter->segment_count++],
			    POLICY_NAME_SIZE, "%s", value->text);
		}
	}
}

static void
read_records(
    const struct reading_section *section, struct config_filter *filter)
{
	uint32_t count = section_value_count(section, "records");

	filter->records = count == 0 ? CONFIG_RECORD_ALL : 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "records", i);
		uint32_t which = word_of(records, value->text);

		if (records[which] == NULL) {
			section_wrong(section, value->line,
			    "records %s is not known; write \"alert\", "
			    "\"audit\", \"health\" or \"summary\"",
			    reading_quote(value->text).text);
			continue;
		}
		filter->records |= (uint8_t)(1u << which);
	}
}

static void
read_kinds(const struct reading_section *section, struct config_filter *filter)
{
	uint32_t count = section_value_count(section, "kinds");

	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "kinds", i);

		if (kinds[word_of(kinds, value->text)] == NULL) {
			section_wrong(section, value->line,
			    "kinds %s is not known; write \"port_scan\", "
			    "\"host_sweep\", \"service_probe\", "
			    "\"block_scan\", \"sequential_ip\" or "
			    "\"distributed_scan\"",
			    reading_quote(value->text).text);
		} else if (filter->kind_count < CONFIG_FILTER_NAMES) {
			(void)snprintf(filter->kinds[filter->kind_count++],
			    CONFIG_KIND_SIZE, "%s", value->text);
		}
	}
}

/* Its place; that of the null where it is none. */
static uint32_t
word_of(const char *const *words, const char *text)
{
	uint32_t which = 0;

	while (words[which] != NULL && strcmp(words[which], text) != 0) {
		which++;
	}
	return which;
}

/* Reports 'key', if it was given and what it needs is not. */
static void
needs(const struct reading_section *section, const char *key, bool is_met,
    const char *what)
{
	const struct reading_value *value = section_value(section, key, 0);

	if (value != NULL && !is_met) {
		section_wrong(section, value->line, "%s needs %s", key, what);
	}
}
