#include "config/reading.h"

#include "authorise/breadth.h"
#include "base/strbuf.h"
#include "config/value.h"

static void read_sources(
    const struct reading_section *section, struct authorise_entry *scanner);
static void read_services(
    const struct reading_section *section, struct authorise_entry *scanner);
static void read_hours(
    const struct reading_section *section, struct authorise_entry *scanner);
static void read_rate(
    const struct reading_section *section, struct authorise_entry *scanner);
static void read_expires(
    const struct reading_section *section, struct authorise_entry *scanner);
static void read_process(
    const struct reading_section *section, struct authorise_entry *scanner);
static void read_users(
    const struct reading_section *section, struct authorise_entry *scanner);
static void warn_of_breadth(const struct reading_section *section,
    const struct authorise_entry *scanner);
static struct authorise_entry *find_scanner(
    struct config *config, const char *name);
static uint16_t find_segment(const struct policy *policy, const char *name);

void
read_scanner(const struct reading_section *section)
{
	struct config *config = section->reading->config;
	struct authorise_entry *scanner =
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
	read_process(section, scanner);
	read_users(section, scanner);
}

void
read_approval(const struct reading_section *section)
{
	const struct reading_value *value =
	    section_value(section, "two-person", 0);
	const char *wrong = value == NULL
	    ? NULL
	    : value_bool(value->text, &section->reading->config->two_person);

	if (wrong != NULL) {
		section_wrong(section, value->line, "two-person %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

void
read_scanner_segments(struct reading *reading, cfg_t *root)
{
	uint32_t count = cfg_size(root, "scanner");

	for (uint32_t i = 0; i < count; i++) {
		struct reading_section section = { .reading = reading,
			.cfg = cfg_getnsec(root, "scanner", i) };
		struct authorise_entry *scanner =
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
			authorise_entry_allow(scanner, segment);
		}
		if (scanner != NULL) {
			warn_of_breadth(&section, scanner);
		}
	}
}

static void
read_sources(
    const struct reading_section *section, struct authorise_entry *scanner)
{
	uint32_t count = section_value_count(section, "sources");

	if (section_required(section, "sources", "10.20.9.5") == NULL) {
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "sources", i);
		char problem[AUTHORISE_PROBLEM_SIZE];
		struct authorise_source source;
		const char *wrong;

		if (i == AUTHORISE_SOURCE_COUNT) {
			section_wrong(section, value->line,
			    "there are more than %d sources; join some in a "
			    "prefix or make a second entry",
			    AUTHORISE_SOURCE_COUNT);
			return;
		}
		wrong = authorise_text_source(value->text, problem, &source);
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
    const struct reading_section *section, struct authorise_entry *scanner)
{
	uint32_t count = section_value_count(section, "services");

	if (section_required(section, "services", "tcp/1-65535") == NULL) {
		return;
	}
	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "services", i);
		const char *wrong = authorise_text_services(
		    value->text, scanner->services, &scanner->service_count);

		if (wrong != NULL) {
			section_wrong(section, value->line, "service %s %s",
			    reading_quote(value->text).text, wrong);
		}
	}
}

static void
read_hours(
    const struct reading_section *section, struct authorise_entry *scanner)
{
	uint32_t count = section_value_count(section, "hours");

	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "hours", i);
		struct authorise_hours hours;
		const char *wrong = authorise_text_hours(value->text, &hours);

		if (wrong == NULL &&
		    scanner->hours_count == AUTHORISE_HOURS_COUNT) {
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
read_rate(
    const struct reading_section *section, struct authorise_entry *scanner)
{
	const struct reading_value *value = section_value(section, "rate", 0);
	char problem[AUTHORISE_PROBLEM_SIZE];
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
    const struct reading_section *section, struct authorise_entry *scanner)
{
	const struct reading_value *value =
	    section_required(section, "expires", "2027-03-31");
	const char *wrong;

	if (value == NULL) {
		return;
	}
	wrong = authorise_text_date(value->text, &scanner->expires);
	if (wrong != NULL) {
		section_wrong(section, value->line, "expires %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

static void
read_process(
    const struct reading_section *section, struct authorise_entry *scanner)
{
	const struct reading_value *grace =
	    section_value(section, "process-grace", 0);
	const struct reading_value *value =
	    section_value(section, "process", 0);
	const char *wrong;

	scanner->grace_s = AUTHORISE_GRACE_S;
	if (grace != NULL) {
		wrong = authorise_text_grace(grace->text, &scanner->grace_s);
		if (wrong != NULL) {
			section_wrong(section, grace->line,
			    "process-grace %s %s",
			    reading_quote(grace->text).text, wrong);
		}
	}
	if (!section_text(section, "process", scanner->process,
	        sizeof(scanner->process))) {
		return;
	}
	wrong = authorise_text_process(scanner->process);
	if (wrong != NULL) {
		section_wrong(section, value->line, "process %s %s",
		    reading_quote(value->text).text, wrong);
	}
}

static void
read_users(
    const struct reading_section *section, struct authorise_entry *scanner)
{
	uint32_t count = section_value_count(section, "users");

	for (uint32_t i = 0; i < count; i++) {
		const struct reading_value *value =
		    section_value(section, "users", i);
		const char *wrong =
		    value_line(value->text, AUTHORISE_USER_SIZE);

		if (wrong == NULL && i == AUTHORISE_USER_COUNT) {
			wrong = "is one too many; there are at most 4";
		}
		if (wrong != NULL) {
			section_wrong(section, value->line, "user %s %s",
			    reading_quote(value->text).text, wrong);
			return;
		}
		memcpy(scanner->users[scanner->user_count++], value->text,
		    strlen(value->text) + 1);
	}
}

/* What leaves much open is accepted, and said in one sentence. */
static void
warn_of_breadth(const struct reading_section *section,
    const struct authorise_entry *scanner)
{
	static struct authorise_warnings warnings; /* Large for the stack. */
	const struct reading_value *sources =
	    section_value(section, "sources", 0);
	char text[CONFIG_SENTENCE_SIZE / 2];
	struct strbuf sentence;

	if (sources == NULL || scanner->source_count == 0) {
		return;
	}
	warnings.count = 0;
	authorise_warn(
	    scanner, &section->reading->config->policy, 0, &warnings);
	if (warnings.count == 0) {
		return;
	}
	strbuf_init(&sentence, text, sizeof(text));
	for (uint32_t i = 0; i < warnings.count; i++) {
		strbuf_addf(&sentence, "%s%s", i == 0 ? "" : "; ",
		    warnings.sentences[i]);
	}
	section_warning(section, sources->line, "this is broad (%u of 100): %s",
	    authorise_breadth(scanner, 0), text);
}

static struct authorise_entry *
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
