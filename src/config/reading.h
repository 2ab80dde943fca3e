/*
 * Reading: one pass over a configuration file.  Private to room config.
 *
 * config_text.c makes the text ready, config_parse.c has libConfuse take it to
 * pieces, and as each section closes its reader in config_sections.c or
 * the file named after it turns it into numbers.  This is what they share.
 */
#ifndef CONFIG_READING_H
#define CONFIG_READING_H

#include <confuse.h>

#include "config/config.h"

enum {
	/* All sections of a file, whatever their kind. */
	READING_SECTION_COUNT = POLICY_SEGMENT_COUNT + POLICY_ASSET_COUNT +
	    CONFIG_SCANNER_COUNT + CONFIG_CAPTURE_COUNT + CONFIG_SOC_COUNT + 8,
};

struct reading {
	const char *file;
	struct config *config;
	config_report *report;
	void *context;
	uint32_t error_count;

	/* Where each section of the file begins, in its order. */
	uint32_t section_lines[READING_SECTION_COUNT];
	uint32_t section_count;
	uint32_t closed_count; /* Of these, read to their end. */
	uint32_t web_line;     /* Where section web is. */
};

/* One value as it was written. */
struct reading_value {
	uint32_t line;
	char text[]; /* Ended by a zero. */
};

/* A section that was read to its end. */
struct reading_section {
	struct reading *reading;
	struct cfg_t *cfg;
	uint32_t line; /* Of its opening brace. */
};

/* A text made fit to stand in a sentence: in quotes, cut, printable. */
struct reading_quoted {
	char text[80];
};

struct reading_quoted reading_quote(const char *text);

/* Reports that 'line' is wrong; the sentence is as printf() writes it. */
void reading_wrong(struct reading *reading, uint32_t line, const char *format,
    ...) SW_PRINTF(3, 4);

/* The same of a line of 'section', which the sentence then begins with. */
void section_wrong(const struct reading_section *section, uint32_t line,
    const char *format, ...) SW_PRINTF(3, 4);

/* The same of what is right, but perhaps not meant. */
void reading_warning(struct reading *reading, uint32_t line, const char *format,
    ...) SW_PRINTF(3, 4);
void section_warning(const struct reading_section *section, uint32_t line,
    const char *format, ...) SW_PRINTF(3, 4);

/* Blanks the comments of 'text' in place, since libConfuse miscounts lines
 * after them and refuses them within lists; notes where sections begin; and
 * reports what libConfuse would take wrongly or not at all.  False if there was
 * any. */
bool reading_prepare_text(struct reading *reading, char *text, size_t size);

/* Has libConfuse read the prepared 'text', which a zero ends, and each section
 * turned into numbers. */
void reading_parse(struct reading *reading, const char *text);

/* How many values 'key' has; zero: it was not given. */
uint32_t section_value_count(
    const struct reading_section *section, const char *key);

/* The value 'index' of 'key'; null if there is none. */
const struct reading_value *section_value(
    const struct reading_section *section, const char *key, uint32_t index);

/* The first value of 'key'; if there is none, reports that it is missing, and
 * 'example' as what could stand there, and returns null. */
const struct reading_value *section_required(
    const struct reading_section *section, const char *key,
    const char *example);

/* Copies the text of 'key' into 'to' if it was given and is one line of
 * printable characters that fits; reports what is wrong with it otherwise.
 * Returns whether '*to' now holds it. */
bool section_text(const struct reading_section *section, const char *key,
    char *to, size_t to_size);

/* Copies the section's title likewise, and checks that it has one. */
bool section_name(
    const struct reading_section *section, char name[POLICY_NAME_SIZE]);

/* The place of 'key's value among 'words' (the last one null); reports and
 * returns 'otherwise' if it is none of them, returns it if not given. */
uint8_t section_word(const struct reading_section *section, const char *key,
    const char *const *words, uint8_t otherwise);

/* The section 'name' within another: at most one.  False if there is none. */
bool section_within(const struct reading_section *section, const char *name,
    struct reading_section *within);

/* All sections and keys there are, as libConfuse has them; for tests, which
 * must know none of them by heart. */
const struct cfg_opt_t *reading_schema(void);

/* The words of 'criticality', ended by null. */
extern const char *const criticality_words[];

/* The role that the section gives, enum policy_role; UNKNOWN if none. */
uint8_t read_role(const struct reading_section *section);

/* The readers of the sections. */
void read_sensor(const struct reading_section *section);
void read_detection(const struct reading_section *section);
void read_terms(
    const struct reading_section *section, struct policy_terms *terms);
void read_capture(const struct reading_section *section);
void read_segment(const struct reading_section *section);
void read_asset(const struct reading_section *section);
void read_scanner(const struct reading_section *section);
void read_approval(const struct reading_section *section);
void read_endpoint_logs(const struct reading_section *section);
void read_soc(const struct reading_section *section);
void read_kafka(const struct reading_section *section, struct config_soc *soc);
void read_store(const struct reading_section *section);
void read_web(const struct reading_section *section);

/* After the last section: what could not be checked before. */
void read_scanner_segments(struct reading *reading, struct cfg_t *root);
void read_soc_segments(struct reading *reading, struct cfg_t *root);
void put_kafka_last(struct config *config);
void check_listeners(struct reading *reading);

#endif
