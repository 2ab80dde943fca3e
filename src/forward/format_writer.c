#include "forward/format_writer.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
format_write(struct format_writer *writer, const char *piece, size_t size)
{
	if (writer->full || size > writer->capacity - writer->length) {
		writer->full = true;
		return;
	}
	memcpy(writer->out + writer->length, piece, size);
	writer->length += size;
}

void
format_write_text(struct format_writer *writer, const char *text)
{
	format_write(writer, text, strlen(text));
}

void
format_write_printed(struct format_writer *writer, const char *format, ...)
{
	char text[256];
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(text, sizeof(text), format, arguments);
	va_end(arguments);
	SW_ASSERT(length >= 0 && (size_t)length < sizeof(text));
	format_write(writer, text, (size_t)length);
}
