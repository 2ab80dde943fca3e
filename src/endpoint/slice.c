#include "endpoint/slice.h"

static char
lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

bool
slice_begins_word(struct slice slice, struct slice head)
{
	if (slice.size < head.size) {
		return false;
	}
	for (size_t i = 0; i < head.size; i++) {
		if (lower(slice.text[i]) != lower(head.text[i])) {
			return false;
		}
	}
	return true;
}

bool
slice_is_word(struct slice slice, struct slice word)
{
	return slice.size == word.size && slice_begins_word(slice, word);
}

size_t
slice_find(struct slice slice, struct slice needle)
{
	size_t at = 0;

	/* memchr() goes by vectors, memmem() does not. */
	while (at + needle.size <= slice.size) {
		const char *found = memchr(slice.text + at, needle.text[0],
		    slice.size - at - needle.size + 1);

		if (found == NULL) {
			break;
		}
		if (memcmp(found, needle.text, needle.size) == 0) {
			return (size_t)(found - slice.text);
		}
		at = (size_t)(found - slice.text) + 1;
	}
	return slice.size;
}

size_t
slice_find_last(struct slice slice, struct slice needle)
{
	if (needle.size > slice.size) {
		return slice.size;
	}
	for (size_t at = slice.size - needle.size + 1; at-- > 0;) {
		if (memcmp(slice.text + at, needle.text, needle.size) == 0) {
			return at;
		}
	}
	return slice.size;
}

static bool
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\0';
}

struct slice
slice_trim(struct slice slice)
{
	while (slice.size > 0 && is_blank(slice.text[0])) {
		slice = slice_after(slice, 1);
	}
	while (slice.size > 0 && is_blank(slice.text[slice.size - 1])) {
		slice.size--;
	}
	return slice;
}

struct slice
slice_take(struct slice *slice, char separator)
{
	size_t at = slice_find_byte(*slice, separator);
	struct slice taken = slice_head(*slice, at);

	*slice = slice_after(*slice, at < slice->size ? at + 1 : at);
	return taken;
}

static uint32_t
digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return (uint32_t)(c - '0');
	}
	c = lower(c);
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : UINT32_MAX;
}

bool
slice_number(struct slice slice, uint64_t *value)
{
	uint64_t sum = 0;
	uint32_t base = 10;

	slice = slice_trim(slice);
	if (slice_begins_word(slice, SLICE("0x"))) {
		slice = slice_after(slice, 2);
		base = 16;
	}
	if (slice.size == 0) {
		return false;
	}
	for (size_t i = 0; i < slice.size; i++) {
		uint32_t digit = digit_of(slice.text[i]);

		if (digit >= base || __builtin_mul_overflow(sum, base, &sum) ||
		    __builtin_add_overflow(sum, digit, &sum)) {
			return false;
		}
	}
	*value = sum;
	return true;
}
