#include "config/reading.h"

#include "config/value.h"

static void read_sources(
    const struct reading_section *section, struct config_scanner *scanner);
static void read_services(
    const struct reading_section *section, struct config_scanner *scanner);
static void read_hours(
    const struct reading_section *section, struct config_scanner *scanner);
static void read_rate(
    const struct reading_section *section, struct config_scanner *scanner);
static void read_expires(
    const struct reading_section *section, struct config_scanner *scanner);
static struct config_scanner *find_scanner(
    struct config *config, const char *name);
static uint16_t find_segment(const struct policy *policy, const char *name);

void
read_scanner(const struct reading_section *section)
{
	struct config *config = section->reading->config;
	struct config_scanner *scanner =
	    &config->scanners[config->scanner_count];

	memset(scanner, 0, sizeof(*scanner));
	if (!section_name(section, scanner->name)) {
		return;
	}
	if (find_scanner(config, scanner->name) != NULL) {
		section_wrong(section, section->line,
		    "there is a scanner of this name already; give it another");
		return;
	}
	config->scanner_count++;
	read_sources(section, scanner);
	read_services(section, scanner);
	read_hours(section, scanner);
	read_rate(section, scanner);
	read_expires(section, scanner);
	if (section_required(section, "owner", "J. Smith") != NULL) {
		(void)section_text(
		    section, "owner", scanner->owner, sizeof(scanner->owner));
	}
	if (section_required(section, "reason", "quarterly scan") != NULL) {
		(void)section_text(section, "reason", scanner->reason,
		    sizeof(scanner->reason));
	}
	(void)section_text(
	    section, "ticket", scanner->ticket, sizeof(scanner->ticket));
	(void)section_text(
	    section, "process", scanner->process, sizeof(scanner->process));
}

void
read_scanner_segments(struct reading *reading, cfg_t *root)
{
	uint32_t count = cfg_size(root, "scanner");

	for (uint32_t i = 0; i < count; i++) {
		struct reading_section section = { .reading = reading,
			.cfg = cfg_getnsec(root, "scanner", i) };
		struct config_scanner *scanner =
		    find_scanner(reading->config, section.cfg->title);
		uint32_t named = section_value_count(&section, "segments");

		/* One whose name is wrong was not kept. */
		for (uint32_t j = 0; scanner != NULL && j < named; j++) {
			const struct reading_value *value =
			    section_value(&section, "segments", j);
			uint16_t segment =
			    find_segment(&reading->config->policy, value->text);

			if (segment == POLICY_NO_SEGMENT) {
				section_wrong(&section, value->line,
				    "there is no segment %s; write the name of "
				    "one of this file",
				    reading_quote(value->text).text);
				continue;
			}
			scanner->segments[segment / 8] |=
			    (uint8_t)(1u << segment % 8);
		}
	}
}

static void
read_sources(
    const struct reading_section *section, struct config_scanner *scanner)
{
	uint32_t count = section_value_count(section, "sources");

	if (section_required(section, "sources", "10.20.9.5") == NULL) {
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "sources", i);
		char problem[VALUE_PROBLEM_SIZE];
		struct config_source source;
		const char *wrong;

		if (i == CONFIG_SOURCE_COUNT) {
			section_wrong(section, value->line,
			    "there are more than %d sources; join some in a "
			    "prefix or make a second entry",
			    CONFIG_SOURCE_COUNT);
			return;
		}
		wrong = value_source(value->text, problem, &source);
		if (wrong != NULL) {
			section_wrong(section, value->line, "source %s %s",
			    reading_quote(value->text).text, wrong);
			continue;
		}
		scanner->sources[scanner->source_count++] = source;
	}
}

static void
read_services(
    const struct reading_section *section, struct config_scanner *scanner)
{
	uint32_t count = section_value_count(section, "services");

	if (section_required(section, "services", "tcp/1-65535") == NULL) {
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "services", i);
		const char *wrong = value_services(
		    value->text, scanner->services, &scanner->service_count);

		if (wrong != NULL) {
			section_wrong(section, value->line, "service %s %s",
			    reading_quote(value->text).text, wrong);
		}
	}
}

static void
read_hours(
    const struct reading_section *section, struct config_scanner *scanner)
{
	uint32_t count = section_value_count(section, "hours");

	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "hours", i);
		struct config_hours hours;
		const char *wrong = value_hours(value->text, &hours);

		if (wrong == NULL &&
		    scanner->hours_count == CONFIG_HOURS_COUNT) {
			wrong = "is one too many; there are at most 16 windows";
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "hours %s %s",
			    reading_quote(value->text).text, wrong);
			continue;
		}
		scanner->hours[scanner->hours_count++] = hours;
	}
}

static void
read_rate(const struct reading_section *section, struct config_scanner *scanner)
{
	const struct reading_value *value = section_value(section, "rate", 0);
	char problem[VALUE_PROBLEM_SIZE];
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong =
	    value_number(value->text, 1, 1000000000, problem, &scanner->rate);
	if (wrong != NULL) {
		section_wrong(section, value->line, "rate %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

static void
read_expires(
    const struct reading_section *section, struct config_scanner *scanner)
{
	const struct reading_value *value =
	    section_required(section, "expires", "2027-03-31");
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = value_date(value->text, &scanner->expires);
	if (wrong != NULL) {
		section_wrong(section, value->line, "expires %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

static struct config_scanner *
find_scanner(struct config *config, const char *name)
{
	for (uint32_t i = 0; i < config->scanner_count; i++) {
		if (strcmp(config->scanners[i].name, name) == 0) {
			return &config->scanners[i];
		}
	}
	return NULL;
}

static uint16_t
find_segment(const struct policy *policy, const char *name)
{
	for (uint32_t i = 0; i < policy->segment_count; i++) {
		if (strcmp(policy->segments[i].name, name) == 0) {
			return (uint16_t)i;
		}
	}
	return POLICY_NO_SEGMENT;
}
