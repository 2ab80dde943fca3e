#include "firmware/visible.h"

static uint32_t character_size(const char *text);
static void print_escaped(FILE *stream, char c);

void
visible_line(FILE *stream, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	visible_line_of(stream, format, arguments);
	va_end(arguments);
}

void
visible_line_of(FILE *stream, const char *format, va_list arguments)
{
	static char text[VISIBLE_LINE_SIZE]; /* Too large for the stack. */
	uint32_t size;

	(void)vsnprintf(text, sizeof(text), format, arguments);
	for (const char *at = text; *at != '\0'; at += size) {
		size = character_size(at);
		if (size > 0) {
			(void)fwrite(at, 1, size, stream);
			continue;
		}
		print_escaped(stream, *at);
		size = 1;
	}
	(void)fputc('\n', stream);
}

/* Bytes of the character at 'text'; zero: it is none that can be shown.  By its
 * first two bytes alone a form that is too long, a surrogate or a C1 control is
 * known (RFC 3629, section 4). */
static uint32_t
character_size(const char *text)
{
	uint8_t first = (uint8_t)text[0];
	uint8_t second = (uint8_t)text[1];
	uint32_t size = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;

	if (first < 0x80) {
		return first >= ' ' && first != 0x7f;
	}
	if (first < 0xc2 || first > 0xf4 || (first == 0xc2 && second < 0xa0) ||
	    (first == 0xe0 && second < 0xa0) ||
	    (first == 0xed && second > 0x9f) ||
	    (first == 0xf0 && second < 0x90) ||
	    (first == 0xf4 && second > 0x8f)) {
		return 0;
	}
	for (uint32_t i = 1; i < size; i++) {
		if (((uint8_t)text[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	return size;
}

static void
print_escaped(FILE *stream, char c)
{
	switch (c) {
	case '\n':
		(void)fputs("\\n", stream);
		break;
	case '\r':
		(void)fputs("\\r", stream);
		break;
	case '\t':
		(void)fputs("\\t", stream);
		break;
	default:
		(void)fprintf(stream, "\\x%02x", (uint8_t)c);
		break;
	}
}
