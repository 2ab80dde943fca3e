#include "config/reading.h"

#include <stdlib.h>

#include "base/strbuf.h"

/* Marks of ours among libConfuse's flags: a key that has a value, a section
 * that was read. */
enum { FLAG_GIVEN = 1 << 30, FLAG_READ = 1 << 30 };

enum { WORD_LENGTH = 32 }; /* More than the longest key has. */

/* libConfuse hands its callbacks no pointer of ours, and its lexer is global in
 * any case: one reading at a time. */
static struct reading *current;

static int keep_value(
    cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result);
static int close_section(cfg_t *cfg, cfg_opt_t *opt);
static void syntax_error(cfg_t *cfg, const char *format, va_list arguments)
    SW_PRINTF(2, 0);
static void unknown_key(const cfg_t *cfg, const char *key);
static cfg_t *find_unread(const cfg_opt_t *opt);
static uint32_t edit_distance(const char *a, const char *b);
static cfg_opt_t *find_key(
    const struct reading_section *section, const char *key);

#define VALUE(name) CFG_PTR_CB(name, NULL, CFGF_NODEFAULT, keep_value, free)
#define VALUES(name) \
	CFG_PTR_LIST_CB(name, NULL, CFGF_NODEFAULT, keep_value, free)

static cfg_opt_t sensor_keys[] = { VALUE("name"), VALUE("timezone"),
	CFG_END() };

static cfg_opt_t detection_keys[] = { VALUE("campaign-quiet"), VALUE("window"),
	VALUE("false-alarms"), VALUE("sequence-steps"),
	VALUE("sequence-stride"), VALUES("known-scanners"), CFG_END() };

static cfg_opt_t terms_keys[] = { VALUE("window"), VALUE("false-alarms"),
	VALUE("sequence-steps"), VALUE("sequence-stride"), CFG_END() };

static cfg_opt_t capture_keys[] = { VALUE("interface"), VALUE("buffer-size"),
	VALUE("snap-length"), VALUE("promiscuous"), VALUE("mode"),
	VALUE("filter"), CFG_END() };

static cfg_opt_t segment_keys[] = { VALUES("prefixes"), VALUES("vlans"),
	VALUE("criticality"), VALUE("role"),
	CFG_SEC("detection", terms_keys, CFGF_MULTI), CFG_END() };

static cfg_opt_t asset_keys[] = { VALUES("addresses"), VALUE("role"),
	VALUE("criticality"), VALUE("owner"), CFG_END() };

static cfg_opt_t scanner_keys[] = { VALUES("sources"), VALUES("segments"),
	VALUES("services"), VALUE("process"), VALUE("process-grace"),
	VALUES("users"), VALUES("hours"), VALUE("rate"), VALUE("owner"),
	VALUE("reason"), VALUE("ticket"), VALUE("expires"), CFG_END() };

static cfg_opt_t approval_keys[] = { VALUE("two-person"), CFG_END() };

static cfg_opt_t endpoint_logs_keys[] = { VALUES("udp"), VALUES("tcp"),
	VALUES("tls"), VALUES("pull"), VALUE("certificate"), VALUE("key"),
	VALUE("client-ca"), VALUE("pull-ca"), VALUE("peer-connections"),
	VALUE("peer-rate"), VALUE("idle-timeout"), VALUE("horizon"),
	CFG_END() };

static cfg_opt_t filter_keys[] = { VALUE("severity"), VALUES("segments"),
	VALUES("kinds"), VALUE("authorised"), VALUE("revisions"),
	VALUES("records"), CFG_END() };

static cfg_opt_t kafka_keys[] = { VALUES("brokers"), VALUE("topic"),
	VALUE("security"), VALUE("sasl-mechanism"), VALUE("username"),
	VALUE("password-file"), VALUE("ca"), VALUE("certificate"), VALUE("key"),
	CFG_END() };

static cfg_opt_t soc_keys[] = { VALUE("transport"), VALUE("address"),
	VALUE("format"), VALUE("framing"), VALUE("facility"), VALUE("ca"),
	VALUE("fingerprint"), VALUE("certificate"), VALUE("key"),
	VALUE("server-name"), VALUE("size-limit"), VALUE("mask-secrets"),
	VALUE("outbox-size"), VALUE("rate"), VALUE("heartbeat"),
	CFG_SEC("filter", filter_keys, CFGF_MULTI),
	CFG_SEC("kafka", kafka_keys, CFGF_MULTI), CFG_END() };

static cfg_opt_t store_keys[] = { VALUE("directory"), VALUE("max-size"),
	VALUE("reserve"), VALUE("keep-alerts"), VALUE("keep-open"),
	VALUE("keep-evidence"), VALUE("keep-audit"), VALUE("keep-summaries"),
	VALUE("keep-health"), VALUE("evidence-packets"), CFG_END() };

static cfg_opt_t web_keys[] = { VALUE("listen"), CFG_END() };

enum { MULTI = CFGF_MULTI, NAMED = CFGF_MULTI | CFGF_TITLE };

/* All may be repeated as far as libConfuse is concerned, which would otherwise
 * join them without a word. */
static cfg_opt_t root_keys[] = { CFG_SEC("sensor", sensor_keys, MULTI),
	CFG_SEC("detection", detection_keys, MULTI),
	CFG_SEC("capture", capture_keys, MULTI),
	CFG_SEC("segment", segment_keys, NAMED),
	CFG_SEC("asset", asset_keys, NAMED),
	CFG_SEC("scanner", scanner_keys, NAMED),
	CFG_SEC("approval", approval_keys, MULTI),
	CFG_SEC("endpoint-logs", endpoint_logs_keys, MULTI),
	CFG_SEC("soc", soc_keys, NAMED), CFG_SEC("store", store_keys, MULTI),
	CFG_SEC("web", web_keys, MULTI), CFG_END() };

static const struct section_kind {
	const char *name;
	void (*read)(const struct reading_section *section);
	uint32_t count; /* How many there may be. */
} section_kinds[] = {
	{ "sensor", read_sensor, 1 },
	{ "detection", read_detection, 1 },
	{ "capture", read_capture, CONFIG_CAPTURE_COUNT },
	{ "segment", read_segment, POLICY_SEGMENT_COUNT },
	{ "asset", read_asset, POLICY_ASSET_COUNT },
	{ "scanner", read_scanner, CONFIG_SCANNER_COUNT },
	{ "approval", read_approval, 1 },
	{ "endpoint-logs", read_endpoint_logs, 1 },
	{ "soc", read_soc, CONFIG_SOC_COUNT },
	{ "store", read_store, 1 },
	{ "web", read_web, 1 },
};

static void too_many(
    const struct reading_section *section, const struct section_kind *kind);

/* What libConfuse says, and what we say around the word that it names. */
static const struct {
	const char *theirs;
	const char *before;
	const char *after;
} sentences[] = {
	{ "unexpected token '%s'", "",
	    " is not expected here; a setting is written KEY = \"VALUE\", a "
	    "list KEY = {\"VALUE\", \"VALUE\"}, a section NAME { ... }" },
	{ "missing equal sign after option '%s'", "key ",
	    " is not followed by \"=\"; write KEY = \"VALUE\"" },
	{ "attempt to append to non-list option '%s'", "key ",
	    " has one value; write \"=\" in place of \"+=\"" },
	{ "missing opening brace for section '%s'", "section ",
	    " is not followed by \"{\"; write its settings in braces" },
	{ "missing title for section '%s'", "section ",
	    " has no name; write one in quotes before the \"{\"" },
	{ "unexpected closing brace", "\"}\" closes nothing; leave it out",
	    "" },
	{ "premature end of file", "the file ends within a setting; finish it",
	    "" },
};

void
reading_parse(struct reading *reading, const char *text)
{
	cfg_t *root = cfg_init(root_keys, CFGF_NONE);
	uint32_t errors_before = reading->error_count;

	if (root == NULL) {
		reading_wrong(reading, 0, "there is no memory to read it");
		return;
	}
	current = reading;
	cfg_set_error_function(root, syntax_error);
	for (size_t i = 0; i < ARRAY_SIZE(section_kinds); i++) {
		cfg_set_validate_func(
		    root, section_kinds[i].name, close_section);
	}
	if (cfg_parse_buf(root, text) != CFG_SUCCESS) {
		if (reading->error_count == errors_before) {
			reading_wrong(reading, (uint32_t)root->line,
			    "this cannot be understood; a setting is written "
			    "KEY = \"VALUE\"");
		}
	} else {
		read_scanner_segments(reading, root);
		read_soc_segments(reading, root);
		put_kafka_last(reading->config);
		check_listeners(reading);
	}
	current = NULL;
	cfg_free(root);
}

const cfg_opt_t *
reading_schema(void)
{
	return root_keys;
}

bool
section_within(const struct reading_section *section, const char *name,
    struct reading_section *within)
{
	uint32_t count = cfg_size(section->cfg, name);

	if (count == 0) {
		return false;
	}
	*within = *section;
	within->cfg = cfg_getnsec(section->cfg, name, 0);
	if (count > 1) {
		section_wrong(section, section->line,
		    "its section %s is given twice; put the settings of both "
		    "into one",
		    name);
	}
	return true;
}

uint32_t
section_value_count(const struct reading_section *section, const char *key)
{
	return cfg_opt_size(find_key(section, key));
}

const struct reading_value *
section_value(
    const struct reading_section *section, const char *key, uint32_t index)
{
	if (index >= section_value_count(section, key)) {
		return NULL;
	}
	return cfg_opt_getnptr(find_key(section, key), index);
}

/* Keeps a value as it was written, with its line, which libConfuse knows only
 * while it reads. */
static int
keep_value(cfg_t *cfg, cfg_opt_t *opt, const char *text, void *result)
{
	struct reading_section section = {
		.reading = current, .cfg = cfg, .line = (uint32_t)cfg->line
	};
	size_t size = strlen(text) + 1;
	struct reading_value *value = malloc(sizeof(*value) + size);

	if (value == NULL) {
		reading_wrong(current, (uint32_t)cfg->line,
		    "there is no memory to read this");
		return -1;
	}
	/* A first value where there has been one: the key is given anew, not
	 * appended to. */
	if ((opt->flags & FLAG_GIVEN) != 0 && opt->nvalues == 1) {
		section_wrong(&section, section.line,
		    "\"%s\" is given twice; leave one out", opt->name);
	}
	opt->flags |= FLAG_GIVEN;
	value->line = (uint32_t)cfg->line;
	memcpy(value->text, text, size);
	memcpy(result, &value, sizeof(value));
	return 0;
}

/* A section has been read to its end: makes numbers of it. */
static int
close_section(cfg_t *cfg, cfg_opt_t *opt)
{
	struct reading_section section = { .reading = current,
		.cfg = find_unread(opt) };
	const struct section_kind *kind = section_kinds;

	(void)cfg;
	SW_ASSERT(section.cfg != NULL);
	SW_ASSERT(current->closed_count < current->section_count);
	section.line = current->section_lines[current->closed_count++];
	section.cfg->flags |= FLAG_READ;
	while (strcmp(kind->name, opt->name) != 0) {
		kind++;
	}
	if (cfg_opt_size(opt) > kind->count) {
		too_many(&section, kind);
		return kind->count == 1 ? 0 : -1;
	}
	kind->read(&section);
	return 0;
}

static void
too_many(const struct reading_section *section, const struct section_kind *kind)
{
	if (kind->count == 1) {
		reading_wrong(current, section->line,
		    "section %s is given twice; put the settings of both into "
		    "one",
		    kind->name);
	} else {
		reading_wrong(current, section->line,
		    "there are too many sections %s: at most %u are read; "
		    "leave some out",
		    kind->name, kind->count);
	}
}

/* The section just closed.  It is the last one, unless it has the name of an
 * earlier one: libConfuse then puts it in that one's place. */
static cfg_t *
find_unread(const cfg_opt_t *opt)
{
	for (uint32_t i = opt->nvalues; i > 0; i--) {
		cfg_t *section = opt->values[i - 1]->section;

		if ((section->flags & FLAG_READ) == 0) {
			return section;
		}
	}
	return NULL;
}

/* What libConfuse reports ends its reading. */
static void
syntax_error(cfg_t *cfg, const char *format, va_list arguments)
{
	char sentence[CONFIG_SENTENCE_SIZE];

	if (strcmp(format, "no such option '%s'") == 0) {
		unknown_key(cfg, va_arg(arguments, const char *));
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(sentences); i++) {
		const char *word;

		if (strcmp(format, sentences[i].theirs) != 0) {
			continue;
		}
		word = strchr(format, '%') == NULL
		    ? NULL
		    : va_arg(arguments, const char *);
		reading_wrong(current, (uint32_t)cfg->line, "%s%s%s",
		    sentences[i].before,
		    word == NULL ? "" : reading_quote(word).text,
		    sentences[i].after);
		return;
	}
	(void)vsnprintf(sentence, sizeof(sentence), format, arguments);
	reading_wrong(current, (uint32_t)cfg->line, "%s; mend it", sentence);
}

/* Names the key that was meant, or else all there are. */
static void
unknown_key(const cfg_t *cfg, const char *key)
{
	char known_text[256];
	struct strbuf known;
	const char *nearest = NULL;
	uint32_t least = 4;
	bool is_root = strcmp(cfg->name, "root") == 0;
	struct reading_quoted quoted = reading_quote(key);

	strbuf_init(&known, known_text, sizeof(known_text));
	for (const cfg_opt_t *opt = cfg->opts; opt->name != NULL; opt++) {
		uint32_t distance = edit_distance(key, opt->name);

		strbuf_addf(
		    &known, "%s%s", opt == cfg->opts ? "" : ", ", opt->name);
		if (distance < least && distance < strlen(opt->name)) {
			least = distance;
			nearest = opt->name;
		}
	}
	if (nearest != NULL) {
		reading_wrong(current, (uint32_t)cfg->line,
		    "there is no %s %s%s%s; did you mean \"%s\"?",
		    is_root ? "section" : "key", quoted.text,
		    is_root ? "" : " in section ", is_root ? "" : cfg->name,
		    nearest);
	} else {
		reading_wrong(current, (uint32_t)cfg->line,
		    "there is no %s %s%s%s; there are %s",
		    is_root ? "section" : "key", quoted.text,
		    is_root ? "" : " in section ", is_root ? "" : cfg->name,
		    known_text);
	}
}

/* How many characters must be put in, left out or replaced to make 'b' of 'a'
 * (Levenshtein 1965, by the row-wise method of Wagner and Fischer 1974). */
static uint32_t
edit_distance(const char *a, const char *b)
{
	uint32_t row[WORD_LENGTH + 1];
	size_t a_length = strlen(a);
	size_t b_length = strlen(b);

	if (a_length > WORD_LENGTH || b_length > WORD_LENGTH) {
		return WORD_LENGTH;
	}
	for (uint32_t j = 0; j <= b_length; j++) {
		row[j] = j;
	}
	for (uint32_t i = 1; i <= a_length; i++) {
		uint32_t diagonal = row[0];

		row[0] = i;
		for (uint32_t j = 1; j <= b_length; j++) {
			uint32_t replaced =
			    diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
			uint32_t changed =
			    1 + (row[j] < row[j - 1] ? row[j] : row[j - 1]);

			diagonal = row[j];
			row[j] = replaced < changed ? replaced : changed;
		}
	}
	return row[b_length];
}

/* A key of the section's kind, by its name. */
static cfg_opt_t *
find_key(const struct reading_section *section, const char *key)
{
	cfg_opt_t *opt = cfg_getopt(section->cfg, key);

	SW_ASSERT(opt != NULL);
	return opt;
}
