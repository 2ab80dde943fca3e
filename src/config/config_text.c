#include "config/reading.h"

/* Where the scan of a text stands. */
struct scan {
	struct reading *reading;
	char *at;
	uint32_t line;
	uint32_t depth;  /* Open braces. */
	bool after_word; /* The last character was part of a bare word. */
	bool after_sign; /* The last token was "=" or "+=". */
	bool right;      /* Nothing wrong so far. */
};

static void scan_comment_to_end_of_line(struct scan *scan);
static void scan_comment_block(struct scan *scan);
static void scan_string(struct scan *scan);
static void scan_escape(struct scan *scan);
static void scan_token(struct scan *scan);
static void scan_wrong(struct scan *scan, uint32_t line, const char *sentence);
static void open_brace(struct scan *scan);
static bool is_word(char c);

bool
reading_prepare_text(struct reading *reading, char *text, size_t size)
{
	struct scan scan = { .reading = reading, .line = 1, .right = true };

	/* The mark that some editors begin UTF-8 with. */
	if (strncmp(text, "\xef\xbb\xbf", 3) == 0) {
		memset(text, ' ', 3);
	}
	scan.at = text;
	while (*scan.at != '\0' && scan.right) {
		bool comment_may_begin = !scan.after_word;

		if (*scan.at == '#' ||
		    (comment_may_begin && memcmp(scan.at, "//", 2) == 0)) {
			scan_comment_to_end_of_line(&scan);
		} else if (comment_may_begin && memcmp(scan.at, "/*", 2) == 0) {
			scan_comment_block(&scan);
		} else if (*scan.at == '"' || *scan.at == '\'') {
			scan_string(&scan);
		} else {
			scan_token(&scan);
		}
	}
	if (scan.right && scan.at != text + size) {
		scan_wrong(&scan, scan.line,
		    "there is a zero byte; a configuration is plain text");
	}
	if (scan.right && scan.depth > 0) {
		uint32_t last = reading->section_count - 1;

		scan_wrong(&scan,
		    reading->section_count == 0 ? scan.line
		                                : reading->section_lines[last],
		    "what begins here is not closed; a \"}\" is missing");
	}
	return scan.right;
}

static void
scan_comment_to_end_of_line(struct scan *scan)
{
	for (; *scan->at != '\0' && *scan->at != '\n'; scan->at++) {
		*scan->at = ' ';
	}
	scan->after_word = false;
}

static void
scan_comment_block(struct scan *scan)
{
	uint32_t first_line = scan->line;

	for (; *scan->at != '\0'; scan->at++) {
		if (memcmp(scan->at, "*/", 2) == 0) {
			scan->at[0] = ' ';
			scan->at[1] = ' ';
			scan->at += 2;
			return;
		}
		if (*scan->at == '\n') {
			scan->line++;
		} else {
			*scan->at = ' ';
		}
	}
	scan_wrong(scan, first_line,
	    "the comment that begins here is not closed; a \"*/\" is missing");
}

/* A string in either kind of quotes.  Those in double quotes know escapes. */
static void
scan_string(struct scan *scan)
{
	uint32_t first_line = scan->line;
	char quote = *scan->at++;

	scan->after_word = false;
	scan->after_sign = false;
	for (; *scan->at != '\0' && scan->right; scan->at++) {
		if (*scan->at == quote) {
			scan->at++;
			return;
		}
		if (*scan->at == '\n') {
			scan->line++;
		} else if (*scan->at == '\\') {
			if (quote == '"') {
				scan_escape(scan);
			} else if (scan->at[1] == '\'' || scan->at[1] == '\\') {
				scan->at++;
			}
		} else if (quote == '"' && memcmp(scan->at, "${", 2) == 0) {
			scan_wrong(scan, scan->line,
			    "\"${\" asks for an environment variable, and "
			    "those are not read here; write the value itself, "
			    "or \"\\${\" for the two characters");
		}
	}
	if (scan->right) {
		scan_wrong(scan, first_line,
		    "the text that begins here is not closed; a quote is "
		    "missing");
	}
}

/* Stops on the second character of an escape, so that it is passed over. */
static void
scan_escape(struct scan *scan)
{
	char next = scan->at[1];

	if ((next >= '0' && next <= '9') || next == 'x') {
		scan_wrong(scan, scan->line,
		    "escapes by number are not read here; write the character "
		    "itself, or \"\\\\\" for a backslash");
		return;
	}
	if (next == '\n') {
		scan->line++;
	}
	if (next != '\0') {
		scan->at++;
	}
}

/* One character outside comments and strings. */
static void
scan_token(struct scan *scan)
{
	char c = *scan->at;

	if (memcmp(scan->at, "${", 2) == 0) {
		scan_wrong(scan, scan->line,
		    "\"${\" asks for an environment variable, and those are "
		    "not read here; write the value itself");
		return;
	}
	scan->after_word = is_word(c);
	if (c == '\n') {
		scan->line++;
	} else if (c == '{') {
		open_brace(scan);
	} else if (c == '}' && scan->depth > 0) {
		scan->depth--;
	}
	if (c != ' ' && c != '\t' && c != '\r' && c != '\n') {
		scan->after_sign = c == '=';
	}
	scan->at++;
}

/* A brace that follows no "=" opens a section; one within another is read with
 * that. */
static void
open_brace(struct scan *scan)
{
	struct reading *reading = scan->reading;

	scan->depth++;
	if (scan->after_sign || scan->depth > 1) {
		return;
	}
	if (reading->section_count == READING_SECTION_COUNT) {
		reading_wrong(reading, scan->line,
		    "there are too many sections: at most %d are read; leave "
		    "some out",
		    READING_SECTION_COUNT);
		scan->right = false;
		return;
	}
	reading->section_lines[reading->section_count++] = scan->line;
}

static void
scan_wrong(struct scan *scan, uint32_t line, const char *sentence)
{
	reading_wrong(scan->reading, line, "%s", sentence);
	scan->right = false;
}

/* Whether libConfuse would take 'c' into a text without quotes. */
static bool
is_word(char c)
{
	return strchr(" #\"'\t\n\r={}()+,*", c) == NULL;
}
