#include "config/reading.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <unistd.h>

#include "config/value.h"

enum {
	SNAP_LENGTH_LEAST = 128, /* Headers, a tunnel's among them. */
	SNAP_LENGTH_MOST = 65535,
};

#define BUFFER_LEAST (1ull << 20)
#define BUFFER_MOST  (1ull << 30)
#define STORE_LEAST  (16ull << 20)

#define QUIET_LEAST_NS (60 * NS_PER_S)
#define QUIET_MOST_NS  (365ull * 24 * 3600 * NS_PER_S)

static bool time_zone_exists(const char *name);
static void read_interface(
    const struct reading_section *section, struct config_capture *capture);
static void read_buffer_size(
    const struct reading_section *section, struct config_capture *capture);
static void read_snap_length(
    const struct reading_section *section, struct config_capture *capture);
static void read_promiscuous(
    const struct reading_section *section, struct config_capture *capture);
static void check_filter(const struct reading_section *section,
    const struct config_capture *capture);

void
read_sensor(const struct reading_section *section)
{
	struct policy *policy = &section->reading->config->policy;

	(void)section_text(
	    section, "name", policy->sensor_name, sizeof(policy->sensor_name));
	if (section_text(section, "timezone", policy->timezone,
	        sizeof(policy->timezone)) &&
	    !time_zone_exists(policy->timezone)) {
		section_wrong(section,
		    section_value(section, "timezone", 0)->line,
		    "time zone %s is not among those of this machine; write "
		    "one, such as \"Europe/Berlin\" or \"UTC\"",
		    reading_quote(policy->timezone).text);
	}
}

void
read_detection(const struct reading_section *section)
{
	const struct reading_value *value =
	    section_value(section, "campaign-quiet", 0);
	uint64_t quiet_ns;
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_duration(value->text, &quiet_ns);
	if (wrong == NULL &&
	    (quiet_ns < QUIET_LEAST_NS || quiet_ns > QUIET_MOST_NS)) {
		wrong = "is out of range; write \"1m\" to \"365d\"";
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "campaign-quiet %s %s",
		    reading_quote(value->text).text, wrong);
		return;
	}
	section->reading->config->policy.detection.campaign_quiet_ns = quiet_ns;
}

void
read_capture(const struct reading_section *section)
{
	static const char *const modes[] = { "immediate", "block", NULL };
	struct config *config = section->reading->config;
	struct config_capture *capture =
	    &config->captures[config->capture_count++];

	/* Compared as bytes by whoever asks whether anything has changed. */
	memset(capture, 0, sizeof(*capture));
	capture->buffer_bytes = CONFIG_BUFFER_BYTES;
	capture->snap_length = CONFIG_SNAP_LENGTH;
	capture->promiscuous = true;
	read_interface(section, capture);
	read_buffer_size(section, capture);
	read_snap_length(section, capture);
	read_promiscuous(section, capture);
	capture->mode =
	    section_word(section, "mode", modes, CONFIG_CAPTURE_BLOCK);
	if (section_text(
	        section, "filter", capture->filter, sizeof(capture->filter))) {
		check_filter(section, capture);
	}
}

void
read_soc(const struct reading_section *section)
{
	static const char *const transports[] = { "udp", "tcp", "tls", NULL };
	static const char *const formats[] = { "rfc5424", "cef", "leef", "ecs",
		"ocsf", NULL };
	struct config *config = section->reading->config;
	struct config_soc *soc = &config->socs[config->soc_count];
	const struct reading_value *value;
	const char *wrong;

	if (!section_name(section, soc->name)) {
		return;
	}
	for (uint32_t i = 0; i < config->soc_count; i++) {
		if (strcmp(config->socs[i].name, soc->name) == 0) {
			section_wrong(section, section->line,
			    "there is a soc of this name already; give it "
			    "another");
			return;
		}
	}
	config->soc_count++;
	if (section_required(section, "transport", "tls") != NULL) {
		soc->transport = section_word(
		    section, "transport", transports, CONFIG_TRANSPORT_TLS);
	}
	soc->format =
	    section_word(section, "format", formats, CONFIG_FORMAT_RFC5424);
	value = section_required(section, "address", "10.0.0.9:6514");
	if (value == NULL) {
		return;
	}
	wrong = value_peer(value->text, &soc->peer);
	if (wrong != NULL) {
		section_wrong(section, value->line, "address %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

void
read_store(const struct reading_section *section)
{
	struct config_store *store = &section->reading->config->store;
	const struct reading_value *value =
	    section_required(section, "directory", "/var/lib/spanwatch");
	uint64_t bytes;
	const char *wrong;

	store->present = true;
	store->max_bytes = CONFIG_STORE_BYTES;
	if (value != NULL &&
	    section_text(section, "directory", store->directory,
	        sizeof(store->directory)) &&
	    store->directory[0] != '/') {
		section_wrong(section, value->line,
		    "directory %s does not begin with \"/\"; write the whole "
		    "path",
		    reading_quote(store->directory).text);
	}
	value = section_value(section, "max-size", 0);
	if (value == NULL) {
		return;
	}
	wrong = value_size(value->text, &bytes);
	if (wrong == NULL && bytes < STORE_LEAST) {
		wrong = "is too little to keep alerts in; write \"16M\" or "
		        "more";
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "max-size %s %s",
		    reading_quote(value->text).text, wrong);
		return;
	}
	store->max_bytes = bytes;
}

/* Whether the machine's time zone data (package tzdata) has 'name'. */
static bool
time_zone_exists(const char *name)
{
	char path[sizeof("/usr/share/zoneinfo/") + POLICY_NAME_SIZE];
	char magic[4] = "";
	FILE *file;
	size_t taken;

	if (strcmp(name, "UTC") == 0) {
		return true;
	}
	/* Names of letters, digits and few signs: no way out of the folder. */
	if (name[0] == '/' || strstr(name, "..") != NULL ||
	    name[strspn(name,
	        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	        "0123456789+-_/")] != '\0') {
		return false;
	}
	(void)snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	file = fopen(path, "re");
	if (file == NULL) {
		return false;
	}
	taken = fread(magic, 1, sizeof(magic), file);
	(void)fclose(file);
	/* RFC 8536, section 3.1. */
	return taken == sizeof(magic) && memcmp(magic, "TZif", 4) == 0;
}

static void
read_interface(
    const struct reading_section *section, struct config_capture *capture)
{
	struct config *config = section->reading->config;
	const struct reading_value *value =
	    section_required(section, "interface", "eth1");

	if (value == NULL ||
	    !section_text(section, "interface", capture->interface,
	        sizeof(capture->interface))) {
		return;
	}
	/* As the kernel has it (dev_valid_name()). */
	if (strpbrk(value->text, "/: ") != NULL ||
	    strcmp(value->text, ".") == 0 || strcmp(value->text, "..") == 0) {
		section_wrong(section, value->line,
		    "interface %s is a name that none can have; write one that "
		    "\"ip link\" lists",
		    reading_quote(value->text).text);
	}
	for (uint32_t i = 0; i + 1 < config->capture_count; i++) {
		if (strcmp(config->captures[i].interface, capture->interface) ==
		    0) {
			section_wrong(section, value->line,
			    "interface %s is listed twice; leave one section "
			    "out",
			    reading_quote(value->text).text);
			return;
		}
	}
}

static void
read_buffer_size(
    const struct reading_section *section, struct config_capture *capture)
{
	const struct reading_value *value =
	    section_value(section, "buffer-size", 0);
	uint64_t bytes;
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_size(value->text, &bytes);
	if (wrong == NULL && (bytes < BUFFER_LEAST || bytes > BUFFER_MOST)) {
		wrong = "is out of range; write \"1M\" to \"1G\"";
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "buffer-size %s %s",
		    reading_quote(value->text).text, wrong);
		return;
	}
	capture->buffer_bytes = (uint32_t)bytes;
}

static void
read_snap_length(
    const struct reading_section *section, struct config_capture *capture)
{
	const struct reading_value *value =
	    section_value(section, "snap-length", 0);
	char problem[VALUE_PROBLEM_SIZE];
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_number(value->text, SNAP_LENGTH_LEAST, SNAP_LENGTH_MOST,
	    problem, &capture->snap_length);
	if (wrong != NULL) {
		section_wrong(section, value->line, "snap-length %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

static void
read_promiscuous(
    const struct reading_section *section, struct config_capture *capture)
{
	const struct reading_value *value =
	    section_value(section, "promiscuous", 0);
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_bool(value->text, &capture->promiscuous);
	if (wrong != NULL) {
		section_wrong(section, value->line, "promiscuous %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

/* Has libpcap compile the filter, for Ethernet, which mirror ports are. */
static void
check_filter(
    const struct reading_section *section, const struct config_capture *capture)
{
	pcap_t *pcap = pcap_open_dead(DLT_EN10MB, (int)capture->snap_length);
	struct bpf_program program;

	if (pcap == NULL) {
		section_wrong(section, section->line,
		    "there is no memory to check the filter");
		return;
	}
	if (pcap_compile(pcap, &program, capture->filter, 1,
	        PCAP_NETMASK_UNKNOWN) == 0) {
		pcap_freecode(&program);
	} else {
		section_wrong(section,
		    section_value(section, "filter", 0)->line,
		    "filter %s cannot be compiled (%s); write it as pcap-filter(7) has it",
		    reading_quote(capture->filter).text, pcap_geterr(pcap));
	}
	pcap_close(pcap);
}
