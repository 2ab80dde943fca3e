#include "endpoint/utf8.h"

#include <string.h>

static const char replacement[3] = { '\xef', '\xbf', '\xbd' };

/* Bytes of the character that begins here, by table 3-7 of the Unicode
 * standard; 0: none does. */
static size_t
character_size(const uint8_t *at, size_t left)
{
	uint8_t low = 0x80;
	uint8_t high = 0xbf;
	size_t size;

	if (at[0] < 0x80) {
		return 1;
	}
	if (at[0] < 0xc2 || at[0] > 0xf4) {
		return 0;
	}
	size = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (left < size) {
		return 0;
	}
	low = at[0] == 0xe0 ? 0xa0 : at[0] == 0xf0 ? 0x90 : low;
	high = at[0] == 0xed ? 0x9f : at[0] == 0xf4 ? 0x8f : high;
	if (at[1] < low || at[1] > high) {
		return 0;
	}
	for (size_t i = 2; i < size; i++) {
		if (at[i] < 0x80 || at[i] > 0xbf) {
			return 0;
		}
	}
	return size;
}

/* The control codes of ASCII, and those of Latin-1 (C2 80 to C2 9F). */
static bool
is_control(const uint8_t *at, size_t size)
{
	return (size == 1 && (at[0] < 0x20 || at[0] == 0x7f)) ||
	    (size == 2 && at[0] == 0xc2 && at[1] < 0xa0);
}

/* How many of the bytes in front are printable ASCII. */
static size_t
plain_run(const uint8_t *at, size_t size)
{
	size_t run = 0;

	while (run < size && at[run] >= 0x20 && at[run] < 0x7f) {
		run++;
	}
	return run;
}

/* The next character or broken byte as it is to be written. */
static const char *
clean_character(const uint8_t *at, size_t left, size_t *taken, size_t *size)
{
	*taken = character_size(at, left);
	if (*taken == 0) {
		*taken = 1;
		*size = sizeof(replacement);
		return replacement;
	}
	if (is_control(at, *taken)) {
		*size = 1;
		return " ";
	}
	*size = *taken;
	return (const char *)at;
}

struct utf8_copy
utf8_copy(char *to, size_t room, const char *text, size_t size)
{
	const uint8_t *at = (const uint8_t *)text;
	struct utf8_copy copy = { 0, false, false };

	while (size > 0) {
		size_t taken = plain_run(at, size);
		size_t piece_size = taken;
		const char *piece = (const char *)at;

		if (taken == 0) {
			piece = clean_character(at, size, &taken, &piece_size);
			copy.was_repaired |= taken == 1 && piece_size == 3;
		} else if (taken > room - copy.size) {
			piece_size = taken = room - copy.size;
		}
		if (piece_size == 0 || piece_size > room - copy.size) {
			copy.was_cut = true;
			break;
		}
		memcpy(to + copy.size, piece, piece_size);
		copy.size += piece_size;
		at += taken;
		size -= taken;
	}
	return copy;
}

bool
utf8_is_clean(const char *text, size_t size)
{
	const uint8_t *at = (const uint8_t *)text;

	while (size > 0) {
		size_t taken = plain_run(at, size);

		if (taken == 0) {
			taken = character_size(at, size);
			if (taken == 0 ||
			    (is_control(at, taken) && at[0] != '\0')) {
				return false;
			}
		}
		at += taken;
		size -= taken;
	}
	return true;
}

size_t
utf8_encode(uint32_t code_point, char to[4])
{
	if (code_point < 0x80) {
		to[0] = (char)code_point;
		return 1;
	}
	if (code_point < 0x800) {
		to[0] = (char)(0xc0 | code_point >> 6);
		to[1] = (char)(0x80 | (code_point & 0x3f));
		return 2;
	}
	if (code_point > 0x10ffff ||
	    (code_point >= 0xd800 && code_point <= 0xdfff)) {
		memcpy(to, replacement, sizeof(replacement));
		return sizeof(replacement);
	}
	if (code_point < 0x10000) {
		to[0] = (char)(0xe0 | code_point >> 12);
		to[1] = (char)(0x80 | (code_point >> 6 & 0x3f));
		to[2] = (char)(0x80 | (code_point & 0x3f));
		return 3;
	}
	to[0] = (char)(0xf0 | code_point >> 18);
	to[1] = (char)(0x80 | (code_point >> 12 & 0x3f));
	to[2] = (char)(0x80 | (code_point >> 6 & 0x3f));
	to[3] = (char)(0x80 | (code_point & 0x3f));
	return 4;
}
