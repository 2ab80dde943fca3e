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
	struct config *config = section->reading->config;
	struct policy *policy = &config->policy;

	(void)section_text(
	    section, "name", policy->sensor_name, sizeof(policy->sensor_name));
	if (section_text(section, "timezone", policy->timezone,
	        sizeof(policy->timezone)) &&
	    authorise_zone_read(policy->timezone, &config->zone) != 0) {
		section_wrong(section,
		    section_value(section, "timezone", 0)->line,
		    "time zone %s is not among those of this machine; write "
		    "one, such as \"Europe/Berlin\" or \"UTC\"",
		    reading_quote(policy->timezone).text);
	}
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
