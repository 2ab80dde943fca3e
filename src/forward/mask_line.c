#include "forward/mask_line.h"

#include <string.h>
#include <strings.h>

static const char quotes[] = "\"'`";
static const char partings[] = " \t\r\n\"'`;|&(){}<>,";

static bool is_one_of(char sign, const char *signs);

struct mask_span
mask_word(const struct mask_line *line, size_t from)
{
	struct mask_span word = { from, from };

	while (word.from < line->length &&
	    is_one_of(line->text[word.from], partings)) {
		word.from++;
	}
	word.to = word.from;
	while (word.to < line->length &&
	    !is_one_of(line->text[word.to], partings)) {
		word.to++;
	}
	return word;
}

static bool
is_one_of(char sign, const char *signs)
{
	return sign != '\0' && strchr(signs, sign) != NULL;
}

struct mask_span
mask_value(const struct mask_line *line, size_t from, const char *stops)
{
	struct mask_span value;
	bool escaped = false; /* The quote is a quoted one: \" */
	char quote;

	while (from < line->length && is_one_of(line->text[from], " \t")) {
		from++;
	}
	if (from + 1 < line->length && line->text[from] == '\\' &&
	    line->text[from + 1] == '"') {
		escaped = true;
		from++;
	}
	value = (struct mask_span){ from, from };
	if (from >= line->length) {
		return value;
	}
	quote = line->text[from];
	if (!is_one_of(quote, quotes)) {
		while (value.to < line->length &&
		    !is_one_of(line->text[value.to], " \t\r\n\"'`") &&
		    !is_one_of(line->text[value.to], stops)) {
			value.to++;
		}
		return value;
	}
	value.from = value.to = from + 1;
	while (value.to < line->length &&
	    (line->text[value.to] != quote ||
	        (!escaped && quote == '"' && line->text[value.to - 1] == '\\' &&
	            value.to > value.from))) {
		value.to++;
	}
	if (escaped && value.to > value.from &&
	    line->text[value.to - 1] == '\\') {
		value.to--;
	}
	return value;
}

void
mask_mark(const struct mask_line *line, struct mask_span span)
{
	for (size_t i = span.from; i < span.to; i++) {
		line->marks[i] = true;
	}
}

bool
mask_is(const struct mask_line *line, struct mask_span span, const char *text)
{
	return span.to - span.from == strlen(text) &&
	    mask_begins(line, span, text);
}

bool
mask_begins(
    const struct mask_line *line, struct mask_span span, const char *text)
{
	size_t length = strlen(text);

	return span.to - span.from >= length &&
	    strncasecmp(line->text + span.from, text, length) == 0;
}

bool
mask_ends(const struct mask_line *line, struct mask_span span, const char *text)
{
	size_t length = strlen(text);

	return span.to - span.from >= length &&
	    strncasecmp(line->text + span.to - length, text, length) == 0;
}

size_t
mask_find(const struct mask_line *line, struct mask_span span, char sign)
{
	while (span.from < span.to && line->text[span.from] != sign) {
		span.from++;
	}
	return span.from;
}

bool
mask_is_harmless(const struct mask_line *line, struct mask_span value)
{
	const char *text = line->text + value.from;
	size_t length = value.to - value.from;
	bool digits = false;

	if (length == 0 || text[0] == '-' || text[0] == '/' ||
	    (text[0] == '.' && length > 1) ||
	    (length > 2 && text[1] == ':' && text[2] == '\\') ||
	    mask_find(line, value, '=') < value.to ||
	    mask_is(line, value, "all") || mask_is(line, value, "*")) {
		return true;
	}
	/* "22,80", "T:1-1024,U:53", "8080:80/tcp", "10.0.0.0/8". */
	for (size_t i = 0; i < length; i++) {
		digits = digits || (text[i] >= '0' && text[i] <= '9');
		if (!is_one_of(text[i], "0123456789,-:./[]TUStcpud")) {
			return false;
		}
	}
	return digits;
}
