#include "syslog/start.h"

#include <string.h>

enum { PRIORITY_DIGITS = 3 }; /* "<191>" */

static enum start number_at(const char *bytes, size_t size);
static enum start priority_at(const char *bytes, size_t size);

enum start
start_at(const char *bytes, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";

	switch (bytes[0]) {
	case '{':
		return START_LINE;
	case '\xef':
		if (size < sizeof(mark) - 1) {
			return START_UNKNOWN;
		}
		return memcmp(bytes, mark, sizeof(mark) - 1) == 0 ? START_LINE
		                                                  : START_NONE;
	case '<':
		if (size > 1 && (bytes[1] == 'E' || bytes[1] == '?')) {
			return START_LINE;
		}
		return priority_at(bytes, size);
	default:
		return number_at(bytes, size);
	}
}

struct count
start_count(const char *bytes, size_t size)
{
	struct count count = { 0, 0 };

	while (count.size < size && count.size < COUNT_DIGITS &&
	    is_digit(bytes[count.size])) {
		count.value =
		    count.value * 10 + (size_t)(bytes[count.size] - '0');
		count.size++;
	}
	return count;
}

size_t
start_end(const char *bytes, size_t size)
{
	const char *feed = memchr(bytes, '\n', size);
	size_t most = feed != NULL ? (size_t)(feed - bytes) : size;
	const char *zero = memchr(bytes, '\0', most);

	return zero != NULL ? (size_t)(zero - bytes) : most;
}

/* A count and, behind it, a priority. */
static enum start
number_at(const char *bytes, size_t size)
{
	struct count count;

	if (bytes[0] < '1' || bytes[0] > '9') {
		return START_NONE;
	}
	count = start_count(bytes, size);
	if (count.size == size) {
		return size < COUNT_DIGITS ? START_UNKNOWN : START_NONE;
	}
	if (bytes[count.size] != ' ') {
		return START_NONE;
	}
	if (count.size + 1 == size) {
		return START_UNKNOWN;
	}
	switch (priority_at(bytes + count.size + 1, size - count.size - 1)) {
	case START_LINE:
		return START_COUNTED;
	case START_UNKNOWN:
		return START_UNKNOWN;
	case START_NONE:
	case START_COUNTED:
		break;
	}
	return START_NONE;
}

/* "<", one to three digits, ">" (RFC 5424, section 6.2.1). */
static enum start
priority_at(const char *bytes, size_t size)
{
	size_t at = 1;

	if (bytes[0] != '<') {
		return START_NONE;
	}
	while (at < size && at <= PRIORITY_DIGITS && is_digit(bytes[at])) {
		at++;
	}
	if (at == size) {
		return START_UNKNOWN;
	}
	return at > 1 && bytes[at] == '>' ? START_LINE : START_NONE;
}
