#include "forward/mask.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "forward/mask_line.h"

enum how { NEXT, GLUED, EITHER, AFTER, PERCENT, COMMA, COLON };

static const char secret[] = "***";

#define NAME(ending)
#define NO_VALUE(name)
#define SWITCH(program, text, how)
#define PORTS(program)
#define PREFIX(text, least)
#define BARE(name)

static const char *const names[] = {
#undef NAME
#define NAME(ending) ending,
#include "forward/mask.def"
#undef NAME
#define NAME(ending)
};

static const char *const without_value[] = {
#undef NO_VALUE
#define NO_VALUE(name) name,
#include "forward/mask.def"
#undef NO_VALUE
#define NO_VALUE(name)
};

static const char *const bare_names[] = {
#undef BARE
#define BARE(name) name,
#include "forward/mask.def"
#undef BARE
#define BARE(name)
};

static const char *const with_ports[] = {
#undef PORTS
#define PORTS(program) program,
#include "forward/mask.def"
#undef PORTS
#define PORTS(program)
};

static const struct rule {
	const char *program;
	const char *text;
	enum how how;
} switches[] = {
#undef SWITCH
#define SWITCH(program, text, how) { program, text, how },
#include "forward/mask.def"
#undef SWITCH
};

static void mask_words(const struct mask_line *line);
static struct mask_span program_of(const struct mask_line *line,
    struct mask_span word, struct mask_span program);
static bool is_known_program(
    const struct mask_line *line, struct mask_span name);
static bool try_switches(const struct mask_line *line, struct mask_span program,
    struct mask_span word);
static bool try_rule(const struct mask_line *line, const struct rule *rule,
    struct mask_span word);
static void try_short(const struct mask_line *line, struct mask_span program,
    struct mask_span word);
static bool try_names(const struct mask_line *line, struct mask_span word);
static void try_name(const struct mask_line *line, struct mask_span word,
    size_t from, size_t lead);
static bool is_secret_name(const struct mask_line *line, struct mask_span name);
static void try_bare(const struct mask_line *line, struct mask_span word);
static void try_authorization(
    const struct mask_line *line, struct mask_span word);
static void try_net(const struct mask_line *line, struct mask_span word);
static void try_login(const struct mask_line *line, struct mask_span word);
static char *written(const struct mask_line *line);

char *
forward_mask(const char *line)
{
	struct mask_line state = { line, strlen(line), NULL };
	char *masked;

	state.marks = calloc(state.length + 1, sizeof(*state.marks));
	if (state.marks == NULL) {
		return NULL;
	}
	mask_words(&state);
	mask_keys(&state);
	mask_urls(&state);
	mask_pem(&state);
	masked = written(&state);
	free(state.marks);
	return masked;
}

/* Word by word, with the program whose switches they are. */
static void
mask_words(const struct mask_line *line)
{
	struct mask_span program = { 0, 0 };
	struct mask_span word = mask_word(line, 0);

	while (word.from < word.to) {
		program = program_of(line, word, program);
		if (!try_switches(line, program, word)) {
			try_short(line, program, word);
		}
		if (!try_names(line, word)) {
			try_login(line, word);
		}
		try_bare(line, word);
		try_authorization(line, word);
		if (mask_is(line, program, "net") ||
		    mask_is(line, program, "net1")) {
			try_net(line, word);
		}
		word = mask_word(line, word.to);
	}
}

/* The program from this word on: the word's own name, if it is one that is
 * known; none known, where another command begins. */
static struct mask_span
program_of(const struct mask_line *line, struct mask_span word,
    struct mask_span program)
{
	struct mask_span name = word;
	size_t before = word.from;

	for (size_t i = word.from; i < word.to; i++) {
		if (line->text[i] == '/' || line->text[i] == '\\') {
			name.from = i + 1;
		}
	}
	if (mask_ends(line, name, ".exe")) {
		name.to -= strlen(".exe");
	}
	if (line->text[word.from] != '-' && is_known_program(line, name)) {
		return name;
	}
	while (before > 0 && line->text[before - 1] == ' ') {
		before--;
	}
	if (mask_ends(line, word, ".exe") || mask_ends(line, word, ".py") ||
	    before == 0 || strchr(";|&", line->text[before - 1]) != NULL) {
		return (struct mask_span){ 0, 0 };
	}
	return program;
}

static bool
is_known_program(const struct mask_line *line, struct mask_span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (mask_is(line, name, switches[i].program)) {
			return true;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(with_ports); i++) {
		if (mask_is(line, name, with_ports[i])) {
			return true;
		}
	}
	return false;
}

/* The switches of the program; true: the word is one of them. */
static bool
try_switches(const struct mask_line *line, struct mask_span program,
    struct mask_span word)
{
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++) {
		if (mask_is(line, program, switches[i].program) &&
		    try_rule(line, &switches[i], word)) {
			return true;
		}
	}
	return false;
}

static bool
try_rule(const struct mask_line *line, const struct rule *rule,
    struct mask_span word)
{
	static const char signs[] = {
		[AFTER] = ':', [PERCENT] = '%', [COMMA] = ','
	};
	size_t length = strlen(rule->text);
	bool whole = word.to - word.from == length;
	bool glued = rule->how != NEXT && word.to - word.from > length;
	char next = line->text[word.from + (whole || glued ? length : 0)];
	struct mask_span value;

	/* -p is one switch and -P another; /p and /P are the same. */
	if ((!whole && !glued) ||
	    (rule->text[0] == '/' ? !mask_begins(line, word, rule->text)
	                          : strncmp(line->text + word.from, rule->text,
	                                length) != 0) ||
	    (rule->how == COLON && next != ':' && next != '=') ||
	    (rule->text[1] == '-' && glued && next != '=')) {
		return false;
	}
	/* "mysql -p db": it will ask, and db is none. */
	if (rule->how == GLUED && whole &&
	    (next == '\0' || strchr("\"'", next) == NULL)) {
		return true;
	}
	value = mask_value(line,
	    word.from + length +
	        (glued && (next == ':' || next == '=') &&
	            (rule->how == COLON || rule->text[1] == '-')),
	    "");
	if (rule->how == AFTER || rule->how == PERCENT || rule->how == COMMA) {
		value.from = mask_find(line, value, signs[rule->how]);
		value.from += value.from < value.to;
	}
	mask_mark(line, value);
	return true;
}

/* -p, /p and -pw of programs that nothing is known of. */
static void
try_short(const struct mask_line *line, struct mask_span program,
    struct mask_span word)
{
	static const char *const texts[] = { "-pw", "/pw", "-p", "/p" };

	for (size_t i = 0; i < ARRAY_SIZE(with_ports); i++) {
		if (mask_is(line, program, with_ports[i])) {
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		size_t length = strlen(texts[i]);
		size_t behind = word.from + length;
		struct mask_span value;

		if (strncmp(line->text + word.from, texts[i], length) != 0 ||
		    behind > word.to ||
		    (behind < word.to && line->text[behind] != ':' &&
		        line->text[behind] != '=')) {
			continue;
		}
		value = mask_value(line, behind + (behind < word.to), "");
		if (!mask_is_harmless(line, value)) {
			mask_mark(line, value);
		}
		return;
	}
}

/* Each name within the word: --password, db_password=, Password:. */
static bool
try_names(const struct mask_line *line, struct mask_span word)
{
	size_t lead = word.from;
	struct mask_span name;

	while (lead < word.to && strchr("-/$@\\", line->text[lead]) != NULL) {
		lead++;
	}
	name.from = name.to = lead;
	for (size_t at = lead; at < word.to; at++) {
		char sign = line->text[at];

		if (isalnum((unsigned char)sign) || strchr("_.-", sign)) {
			name.to = at + 1;
			continue;
		}
		if (is_secret_name(line, name)) {
			break;
		}
		name.from = name.to = at + 1;
	}
	if (!is_secret_name(line, name)) {
		return false;
	}
	try_name(line, word, name.to, lead - word.from);
	return true;
}

/* The value of a name that ends at 'from'. */
static void
try_name(const struct mask_line *line, struct mask_span word, size_t from,
    size_t lead)
{
	bool is_switch =
	    lead > 0 && strchr("-/", line->text[word.from]) != NULL;
	const char *stops = is_switch ? "" : ",;&)}";
	size_t at = from;
	struct mask_span value;

	/* "password": "x" of JSON, also where its quotes are quoted. */
	while (at < line->length && strchr("\\\"'", line->text[at]) != NULL) {
		at++;
	}
	if (at < line->length && at > from &&
	    strchr(":=", line->text[at]) == NULL) {
		return;
	}
	while (at < line->length && line->text[at] == ' ') {
		at++;
	}
	if (at < line->length && strchr(":=", line->text[at]) != NULL &&
	    strncmp(line->text + at, "://", 3) != 0 &&
	    (at == from || line->text[at] == '=' || line->text[from] != ' ')) {
		value = mask_value(line, at + 1, stops);
	} else if (is_switch && at > from) {
		value = mask_value(line, at, "");
		/* Another switch: this one had no value. */
		if (value.from < value.to && value.from == at &&
		    strchr("-/", line->text[value.from]) != NULL) {
			return;
		}
	} else {
		return;
	}
	mask_mark(line, value);
}

static bool
is_secret_name(const struct mask_line *line, struct mask_span name)
{
	for (size_t i = 0; i < ARRAY_SIZE(without_value); i++) {
		if (mask_is(line, name, without_value[i])) {
			return false;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (mask_ends(line, name, names[i])) {
			return true;
		}
	}
	return false;
}

/* A name without a dash, whose value is the next word that is no switch. */
static void
try_bare(const struct mask_line *line, struct mask_span word)
{
	for (size_t i = 0; i < ARRAY_SIZE(bare_names); i++) {
		struct mask_span value;

		if (!mask_is(line, word, bare_names[i])) {
			continue;
		}
		value = mask_value(line, word.to, ";|)");
		while (value.from < value.to && line->text[value.from] == '-') {
			value = mask_value(line, value.to, ";|)");
		}
		mask_mark(line, value);
	}
}

/* "Authorization: Basic x": what follows the scheme, or stands in its place. */
static void
try_authorization(const struct mask_line *line, struct mask_span word)
{
	struct mask_span value;
	struct mask_span behind;

	if (!mask_ends(line, word, "authorization:")) {
		return;
	}
	value = mask_value(line, word.to, "");
	behind = mask_value(line, value.to, "");
	if (value.to < line->length && line->text[value.to] == ' ' &&
	    behind.from < behind.to && line->text[behind.from] != '-') {
		value = behind;
	}
	mask_mark(line, value);
}

/* net use [X:] \\host\share PASSWORD, net user NAME PASSWORD. */
static void
try_net(const struct mask_line *line, struct mask_span word)
{
	bool use = mask_is(line, word, "use");
	size_t end = word.to + strcspn(line->text + word.to, ";|&\r\n");
	unsigned plain = use ? 1 : 0;

	if (!use && !mask_is(line, word, "user")) {
		return;
	}
	for (;;) {
		struct mask_span value = mask_value(line, word.to, "");
		const char *text = line->text + value.from;

		if (value.from >= value.to || value.from >= end) {
			return;
		}
		word = value;
		/* Behind a closing quote. */
		word.to += word.to < line->length &&
		    strchr("\"'", line->text[word.to]) != NULL;
		if (text[0] == '/' || text[0] == '*' ||
		    (use && (text[0] == '\\' || text[1] == ':'))) {
			continue;
		}
		if (plain++ == 1) {
			mask_mark(line, value);
		}
	}
}

/* user:password@host without a scheme, as impacket's tools have it. */
static void
try_login(const struct mask_line *line, struct mask_span word)
{
	static const char *const addresses[] = {
		"mailto:", "sip:", "sips:", "xmpp:"
	};
	size_t colon = mask_find(line, word, ':');
	size_t at = word.to;
	struct mask_span password;

	while (at > word.from && line->text[at - 1] != '@') {
		at--;
	}
	if (at <= word.from + 1 || at == word.to || colon < word.from + 2 ||
	    colon + 1 >= at - 1 || mask_find(line, word, '@') < colon ||
	    strncmp(line->text + colon, "://", 3) == 0 ||
	    line->text[word.from] == '-') {
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(addresses); i++) {
		if (mask_begins(line, word, addresses[i])) {
			return;
		}
	}
	password = (struct mask_span){ colon + 1, at - 1 };
	mask_mark(line, password);
}

static char *
written(const struct mask_line *line)
{
	size_t size = line->length + 1;
	size_t length = 0;
	char *out;

	/* Each run of marks becomes three bytes; at most every second byte
	 * begins one. */
	out = malloc(size * 2 + sizeof(secret));
	if (out == NULL) {
		return NULL;
	}
	for (size_t i = 0; i < line->length; i++) {
		if (!line->marks[i]) {
			out[length++] = line->text[i];
		} else if (i == 0 || !line->marks[i - 1]) {
			memcpy(out + length, secret, sizeof(secret) - 1);
			length += sizeof(secret) - 1;
		}
	}
	out[length] = '\0';
	return out;
}
