#include "config/config.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/reading.h"
#include "config/value.h"

static void report_of(struct reading *reading, uint32_t line, bool is_warning,
    const char *sentence);
static void report_of_section(const struct reading_section *section,
    uint32_t line, bool is_warning, const char *sentence);
static int read_whole(const char *path, char *text, size_t *size);
static const char *wrong_file(int error);

void
config_default(struct config *config)
{
	memset(config, 0, sizeof(*config));
	policy_default(&config->policy);
	authorise_zone_utc(&config->zone);
	config_store_default(&config->store);
	config->endpoint_logs.peer_connections = CONFIG_PEER_CONNECTIONS;
	config->endpoint_logs.peer_rate_bytes = CONFIG_PEER_RATE_BYTES;
	config->endpoint_logs.idle_ns = CONFIG_IDLE_NS;
	config->endpoint_logs.horizon_ns = CONFIG_HORIZON_NS;
}

int
config_read(const char *path, struct config *config, config_report *report,
    void *context)
{
	struct reading reading = { .file = path,
		.config = config,
		.report = report,
		.context = context };
	char *text = malloc(CONFIG_FILE_SIZE + 1);
	size_t size = 0;
	int error;

	if (text == NULL) {
		reading_wrong(&reading, 0, "there is no memory to read it");
		return -ENOMEM;
	}
	error = read_whole(path, text, &size);
	if (error != 0) {
		reading_wrong(&reading, 0, "%s", wrong_file(error));
	} else {
		error =
		    config_read_text(path, text, size, config, report, context);
	}
	free(text);
	return error;
}

int
config_read_text(const char *file, const char *text, size_t size,
    struct config *config, config_report *report, void *context)
{
	struct reading reading = { .file = file,
		.config = config,
		.report = report,
		.context = context };
	char *prepared = malloc(size + 1);

	config_default(config);
	if (prepared == NULL) {
		reading_wrong(&reading, 0, "there is no memory to read it");
		return -ENOMEM;
	}
	memcpy(prepared, text, size);
	prepared[size] = '\0';

	/* The segments of the file stand in the place of the default one; if
	 * it has none, that one still holds. */
	config->policy.segment_count = 0;
	if (reading_prepare_text(&reading, prepared, size)) {
		reading_parse(&reading, prepared);
	}
	free(prepared);
	if (reading.error_count > 0) {
		return -EINVAL;
	}
	if (config->policy.segment_count == 0) {
		config->policy.segment_count = 1;
	}
	policy_prepare(&config->policy);
	return 0;
}

const char *
config_error_format(const struct config_error *error, char *text, size_t size)
{
	const char *mark = error->is_warning ? "warning: " : "";

	if (error->line == 0) {
		(void)snprintf(
		    text, size, "%s: %s%s", error->file, mark, error->sentence);
	} else {
		(void)snprintf(text, size, "%s:%u: %s%s", error->file,
		    error->line, mark, error->sentence);
	}
	return text;
}

void
reading_wrong(struct reading *reading, uint32_t line, const char *format, ...)
{
	char sentence[CONFIG_SENTENCE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	report_of(reading, line, false, sentence);
}

void
reading_warning(struct reading *reading, uint32_t line, const char *format, ...)
{
	char sentence[CONFIG_SENTENCE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	report_of(reading, line, true, sentence);
}

void
section_wrong(const struct reading_section *section, uint32_t line,
    const char *format, ...)
{
	char sentence[CONFIG_SENTENCE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	report_of_section(section, line, false, sentence);
}

void
section_warning(const struct reading_section *section, uint32_t line,
    const char *format, ...)
{
	char sentence[CONFIG_SENTENCE_SIZE];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(sentence, sizeof(sentence), format, arguments);
	va_end(arguments);
	report_of_section(section, line, true, sentence);
}

struct reading_quoted
reading_quote(const char *text)
{
	struct reading_quoted quoted;
	size_t size = sizeof(quoted.text) - sizeof("\"...\"");
	size_t length = 0;

	quoted.text[length++] = '"';
	for (; *text != '\0' && length <= size; text++) {
		bool printable = (uint8_t)*text >= ' ' && *text != 0x7f;

		quoted.text[length++] = printable ? *text : '?';
	}
	/* Cut, if at all, between characters of UTF-8. */
	while (((uint8_t)*text & 0xc0) == 0x80 && length > 1) {
		length--;
		text--;
	}
	memcpy(quoted.text + length, *text == '\0' ? "\"" : "...\"",
	    *text == '\0' ? 2 : 5);
	return quoted;
}

const struct reading_value *
section_required(
    const struct reading_section *section, const char *key, const char *example)
{
	const struct reading_value *value = section_value(section, key, 0);

	if (value == NULL) {
		section_wrong(section, section->line,
		    "\"%s\" is missing; write it, such as %s = \"%s\"", key,
		    key, example);
	}
	return value;
}

bool
section_text(const struct reading_section *section, const char *key, char *to,
    size_t to_size)
{
	const struct reading_value *value = section_value(section, key, 0);
	const char *wrong;

	if (value == NULL) {
		return false;
	}
	wrong = value_line(value->text, to_size);
	if (wrong != NULL) {
		section_wrong(section, value->line, "%s %s %s", key,
		    reading_quote(value->text).text, wrong);
		return false;
	}
	memcpy(to, value->text, strlen(value->text) + 1);
	return true;
}

bool
section_name(const struct reading_section *section, char name[POLICY_NAME_SIZE])
{
	const char *wrong = value_line(section->cfg->title, POLICY_NAME_SIZE);

	if (wrong != NULL) {
		section_wrong(section, section->line, "its name %s", wrong);
		return false;
	}
	memcpy(name, section->cfg->title, strlen(section->cfg->title) + 1);
	return true;
}

uint8_t
section_word(const struct reading_section *section, const char *key,
    const char *const *words, uint8_t otherwise)
{
	const struct reading_value *value = section_value(section, key, 0);
	char all[128] = "";

	if (value == NULL) {
		return otherwise;
	}
	for (uint8_t i = 0; words[i] != NULL; i++) {
		size_t length = strlen(all);

		if (strcmp(value->text, words[i]) == 0) {
			return i;
		}
		(void)snprintf(all + length, sizeof(all) - length, "%s%s",
		    i == 0                     ? ""
		        : words[i + 1] == NULL ? " or "
		                               : ", ",
		    words[i]);
	}
	section_wrong(section, value->line, "%s %s is unknown; write %s", key,
	    reading_quote(value->text).text, all);
	return otherwise;
}

static void
report_of(struct reading *reading, uint32_t line, bool is_warning,
    const char *sentence)
{
	struct config_error error = { .file = reading->file,
		.line = line,
		.is_warning = is_warning,
		.sentence = sentence };

	reading->error_count += is_warning ? 0 : 1;
	reading->report(reading->context, &error);
}

/* The sentence begins with the section's name. */
static void
report_of_section(const struct reading_section *section, uint32_t line,
    bool is_warning, const char *sentence)
{
	char whole[CONFIG_SENTENCE_SIZE];
	const char *title = section->cfg->title;

	(void)snprintf(whole, sizeof(whole), "%s%s%s: %s",
	    title == NULL ? "section " : section->cfg->name,
	    title == NULL ? "" : " ",
	    title == NULL ? section->cfg->name : reading_quote(title).text,
	    sentence);
	report_of(section->reading, line, is_warning, whole);
}

/* Reads a file of at most CONFIG_FILE_SIZE bytes.  Returns 0 or a negative
 * errno. */
static int
read_whole(const char *path, char *text, size_t *size)
{
	FILE *file = fopen(path, "re");
	size_t taken;
	int error;

	if (file == NULL) {
		return -errno;
	}
	errno = 0;
	taken = fread(text, 1, CONFIG_FILE_SIZE, file);
	error = ferror(file) ? -errno : 0;
	if (error == 0 && fgetc(file) != EOF) {
		error = -EFBIG;
	}
	(void)fclose(file);
	if (error == 0) {
		*size = taken;
	}
	return error;
}

static const char *
wrong_file(int error)
{
	switch (-error) {
	case ENOENT:
	case ENOTDIR:
		return "there is no such file; name one that exists, or leave "
		       "out -c for the built-in settings";
	case EACCES:
	case EPERM:
		return "reading it is not permitted; ask as a user who may";
	case EISDIR:
		return "this is a directory; name a file";
	case EFBIG:
		return "it is larger than 1 MiB; no configuration is";
	default:
		return strerror(-error);
	}
}
