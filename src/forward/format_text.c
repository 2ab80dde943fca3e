#include "forward/format_text.h"

#include <stdlib.h>
#include <string.h>

static const char replacement[] = "\xef\xbf\xbd"; /* U+FFFD */

static bool is_control(const char *at, size_t size);

size_t
format_character_size(const char *at, size_t left)
{
	const uint8_t *bytes = (const uint8_t *)at;
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t size;

	if (bytes[0] < 0x80) {
		return 1;
	}
	if (bytes[0] < 0xc2 || bytes[0] > 0xf4) {
		return 0;
	}
	size = bytes[0] < 0xe0 ? 2 : bytes[0] < 0xf0 ? 3 : 4;
	if (left < size) {
		return 0;
	}
	low = bytes[0] == 0xe0 ? 0xa0 : bytes[0] == 0xf0 ? 0x90 : low;
	high = bytes[0] == 0xed ? 0x9f : bytes[0] == 0xf4 ? 0x8f : high;
	if (bytes[1] < low || bytes[1] > high) {
		return 0;
	}
	for (size_t i = 2; i < size; i++) {
		if (bytes[i] < 0x80 || bytes[i] > 0xbf) {
			return 0;
		}
	}
	return size;
}

char *
format_text_clean(const char *text, size_t size, bool *repaired)
{
	char *clean = malloc(3 * size + 1); /* Each byte may become U+FFFD. */
	size_t length = 0;
	size_t step;

	if (clean == NULL) {
		return NULL;
	}
	for (size_t at = 0; at < size; at += step) {
		size_t taken = format_character_size(text + at, size - at);
		const char *piece = text + at;
		size_t piece_size = taken;

		step = taken == 0 ? 1 : taken;
		if (taken == 0) {
			piece = replacement;
			piece_size = sizeof(replacement) - 1;
		} else if (is_control(piece, taken)) {
			piece_size = piece[0] == '\0' ? 0 : 1;
			piece = " ";
		}
		*repaired |= piece_size == 3 &&
		    memcmp(piece, replacement, piece_size) == 0;
		memcpy(clean + length, piece, piece_size);
		length += piece_size;
	}
	clean[length] = '\0';
	return clean;
}

/* The control codes of ASCII, but for those that are kept, and those of Latin-1
 * (C2 80 to C2 9F); the separators of lines and paragraphs (E2 80 A8, A9), at
 * which some receivers end a line. */
static bool
is_control(const char *at, size_t size)
{
	uint8_t first = (uint8_t)at[0];

	switch (size) {
	case 1:
		return (first < 0x20 && strchr("\t\r\n", at[0]) == NULL) ||
		    first == 0 || first == 0x7f;
	case 2:
		return first == 0xc2 && (uint8_t)at[1] < 0xa0;
	case 3:
		return memcmp(at, "\xe2\x80\xa8", 3) == 0 ||
		    memcmp(at, "\xe2\x80\xa9", 3) == 0;
	default:
		return false;
	}
}

size_t
format_text_fit(const char *text, size_t size, size_t room)
{
	size_t fit = size < room ? size : room;

	while (fit > 0 && fit < size && ((uint8_t)text[fit] & 0xc0) == 0x80) {
		fit--;
	}
	return fit;
}
