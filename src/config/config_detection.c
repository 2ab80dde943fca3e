#include "config/reading.h"

#include <ctype.h>
#include <strings.h>

#include "config/value.h"

#define QUIET_LEAST_NS (60 * NS_PER_S)
#define QUIET_MOST_NS  (365ull * 24 * 3600 * NS_PER_S)

#define WINDOW_LEAST_NS (POLICY_WINDOW_LEAST_S * NS_PER_S)
#define WINDOW_MOST_NS  (POLICY_WINDOW_MOST_S * NS_PER_S)

static uint64_t read_duration(const struct reading_section *section,
    const char *key, uint64_t least_ns, uint64_t most_ns, const char *range);
static void read_false_alarms(
    const struct reading_section *section, struct policy_terms *terms);
static uint8_t read_small(const struct reading_section *section,
    const char *key, uint32_t least, uint32_t most);
static void read_known_scanners(
    const struct reading_section *section, struct policy_detection *detection);
static const char *add_known(
    struct policy_detection *detection, const char *text);

void
read_detection(const struct reading_section *section)
{
	struct policy_detection *detection =
	    &section->reading->config->policy.detection;
	struct policy_terms built_in = detection->terms;
	uint64_t quiet_ns = read_duration(section, "campaign-quiet",
	    QUIET_LEAST_NS, QUIET_MOST_NS, "write \"1m\" to \"365d\"");

	if (quiet_ns != 0) {
		detection->campaign_quiet_ns = quiet_ns;
	}
	read_terms(section, &detection->terms);
	if (detection->terms.window_ns == 0) {
		detection->terms.window_ns = built_in.window_ns;
	}
	if (detection->terms.false_alarms_ppm == 0) {
		detection->terms.false_alarms_ppm = built_in.false_alarms_ppm;
	}
	if (detection->terms.sequence_steps == 0) {
		detection->terms.sequence_steps = built_in.sequence_steps;
	}
	if (detection->terms.sequence_stride == 0) {
		detection->terms.sequence_stride = built_in.sequence_stride;
	}
	read_known_scanners(section, detection);
}

void
read_terms(const struct reading_section *section, struct policy_terms *terms)
{
	memset(terms, 0, sizeof(*terms));
	terms->window_ns = read_duration(section, "window", WINDOW_LEAST_NS,
	    WINDOW_MOST_NS, "write \"1h\" to \"30d\"");
	read_false_alarms(section, terms);
	terms->sequence_steps = read_small(section, "sequence-steps",
	    POLICY_SEQUENCE_STEPS_LEAST, POLICY_SEQUENCE_STEPS_MOST);
	terms->sequence_stride = read_small(section, "sequence-stride",
	    POLICY_SEQUENCE_STRIDE_LEAST, POLICY_SEQUENCE_STRIDE_MOST);
}

/* Zero if it is not given, or wrong. */
static uint64_t
read_duration(const struct reading_section *section, const char *key,
    uint64_t least_ns, uint64_t most_ns, const char *range)
{
	const struct reading_value *value = section_value(section, key, 0);
	uint64_t duration_ns;
	const char *wrong;

	if (value == NULL) {
		return 0;
	}
	wrong = value_duration(value->text, &duration_ns);
	if (wrong != NULL) {
		section_wrong(section, value->line, "%s %s %s", key,
		    reading_quote(value->text).text, wrong);
		return 0;
	}
	if (duration_ns < least_ns || duration_ns > most_ns) {
		section_wrong(section, value->line, "%s %s is out of range; %s",
		    key, reading_quote(value->text).text, range);
		return 0;
	}
	return duration_ns;
}

static void
read_false_alarms(
    const struct reading_section *section, struct policy_terms *terms)
{
	const struct reading_value *value =
	    section_value(section, "false-alarms", 0);
	uint32_t ppm;
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_millionths(value->text, &ppm);
	if (wrong == NULL &&
	    (ppm < POLICY_FALSE_ALARMS_LEAST_PPM ||
	        ppm > POLICY_FALSE_ALARMS_MOST_PPM)) {
		wrong = "is out of range; write how many you accept of one "
		        "host in a year, \"0.000001\" to \"10\"";
	}
	if (wrong != NULL) {
		section_wrong(section, value->line, "false-alarms %s %s",
		    reading_quote(value->text).text, wrong);
		return;
	}
	terms->false_alarms_ppm = ppm;
}

/* Zero if it is not given, or wrong. */
static uint8_t
read_small(const struct reading_section *section, const char *key,
    uint32_t least, uint32_t most)
{
	const struct reading_value *value = section_value(section, key, 0);
	char problem[VALUE_PROBLEM_SIZE];
	uint32_t number;
	const char *wrong;

	if (value == NULL) {
		return 0;
	}
	wrong = value_number(value->text, least, most, problem, &number);
	if (wrong != NULL) {
		section_wrong(section, value->line, "%s %s %s", key,
		    reading_quote(value->text).text, wrong);
		return 0;
	}
	return (uint8_t)number;
}

/* Those of the file stand in the place of the built-in ones. */
static void
read_known_scanners(
    const struct reading_section *section, struct policy_detection *detection)
{
	uint32_t count = section_value_count(section, "known-scanners");

	if (count == 0) {
		return;
	}
	detection->known_scanner_count = 0;
	memset(detection->known_scanners, 0, sizeof(detection->known_scanners));
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "known-scanners", i);
		const char *wrong;

		if (i == POLICY_KNOWN_SCANNERS) {
			section_wrong(section, value->line,
			    "there are more than %d known scanners; leave the "
			    "others out",
			    POLICY_KNOWN_SCANNERS);
			return;
		}
		wrong = add_known(detection, value->text);
		if (wrong != NULL) {
			section_wrong(section, value->line,
			    "known scanner %s %s",
			    reading_quote(value->text).text, wrong);
		}
	}
}

static const char *
add_known(struct policy_detection *detection, const char *text)
{
	const char *wrong = value_line(text, POLICY_NAME_SIZE);
	char *name = detection->known_scanners[detection->known_scanner_count];

	if (wrong != NULL) {
		return wrong;
	}
	if (strpbrk(text, "/\\*?") != NULL) {
		return "is no file name; write the name alone, such as "
		       "\"nmap.exe\"";
	}
	for (uint32_t i = 0; i < detection->known_scanner_count; i++) {
		if (strcasecmp(detection->known_scanners[i], text) == 0) {
			return "is listed twice; leave one out";
		}
	}
	for (size_t i = 0; text[i] != '\0'; i++) {
		name[i] = (char)tolower((unsigned char)text[i]);
	}
	detection->known_scanner_count++;
	return NULL;
}
