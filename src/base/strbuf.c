#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void
strbuf_init(struct strbuf *buffer, char *text, size_t size)
{
	SW_ASSERT(size > 0);
	buffer->text = text;
	buffer->size = size;
	buffer->length = 0;
	buffer->cut = false;
	text[0] = '\0';
}

void
strbuf_add(struct strbuf *buffer, const char *piece)
{
	size_t length = strlen(piece);

	if (length >= buffer->size - buffer->length) {
		buffer->cut = true;
		return;
	}
	memcpy(buffer->text + buffer->length, piece, length + 1);
	buffer->length += length;
}

void
strbuf_addf(struct strbuf *buffer, const char *format, ...)
{
	size_t left = buffer->size - buffer->length;
	char *at = buffer->text + buffer->length;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vsnprintf(at, left, format, arguments);
	va_end(arguments);
	if (length < 0 || (size_t)length >= left) {
		*at = '\0';
		buffer->cut = true;
		return;
	}
	buffer->length += (size_t)length;
}
