#include "authorise/entry_text.h"

#include <stdio.h>

#include "authorise/process.h"
#include "base/take.h"

static uint32_t days_of_month(uint32_t year, uint32_t month);
static size_t utf8_length(const char *text);

const char *
authorise_text_date(const char *text, struct authorise_date *date)
{
	const char *at = text;
	uint64_t year;
	uint16_t month;
	uint16_t day;

	if (strlen(text) != 10 || !take_number(&at, 9999, &year) ||
	    !take_char(&at, '-') || !take_two_digits(&at, 99, &month) ||
	    !take_char(&at, '-') || !take_two_digits(&at, 99, &day)) {
		return "is no date; write year, month and day, such as "
		       "\"2027-03-31\"";
	}
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_of_month((uint32_t)year, month)) {
		return "is a day that no calendar has; write year, month and "
		       "day, such as \"2027-03-31\"";
	}
	date->year = (uint16_t)year;
	date->month = (uint8_t)month;
	date->day = (uint8_t)day;
	return NULL;
}

const char *
authorise_text_prefix(const char *text, char problem[AUTHORISE_PROBLEM_SIZE],
    struct ip_prefix *prefix)
{
	char host[IP_ADDRESS_TEXT_SIZE];
	char right[IP_PREFIX_TEXT_SIZE];
	const char *slash = strchr(text, '/');
	size_t size = slash == NULL ? 0 : (size_t)(slash - text);
	struct ip_prefix meant;
	uint64_t length;
	uint32_t bits;

	if (ip_prefix_parse(text, prefix)) {
		return NULL;
	}
	if (slash == NULL || size >= sizeof(host)) {
		return "is no prefix; write an address and a length, such as "
		       "\"10.20.2.0/24\" or \"fd20:0:0:2::/64\"";
	}
	memcpy(host, text, size);
	host[size] = '\0';
	slash++;
	if (!ip_address_parse(host, &meant.address)) {
		return "does not begin with an IPv4 or IPv6 address; write it "
		       "as in \"10.20.2.0/24\" or \"fd20:0:0:2::/64\"";
	}
	bits = ip_address_is_v4(&meant.address) ? 32 : 128;
	if (!take_number(&slash, bits, &length) || *slash != '\0') {
		(void)snprintf(problem, AUTHORISE_PROBLEM_SIZE,
		    "has no valid length; write a number from 0 to %u after "
		    "the slash",
		    bits);
		return problem;
	}
	meant.length = (uint8_t)(length + 128 - bits);
	for (uint32_t bit = meant.length; bit < 128; bit++) {
		meant.address.byte[bit / 8] &= (uint8_t) ~(0x80u >> bit % 8);
	}
	(void)snprintf(problem, AUTHORISE_PROBLEM_SIZE,
	    "has bits set past its length; write \"%s\"",
	    ip_prefix_format(&meant, right));
	return problem;
}

const char *
authorise_text_source(const char *text, char problem[AUTHORISE_PROBLEM_SIZE],
    struct authorise_source *source)
{
	struct authorise_source parsed = { .kind = AUTHORISE_SOURCE_HOST };
	size_t length = strlen(text);

	if (mac_address_parse(text, &parsed.mac)) {
		if (mac_address_is_group(&parsed.mac) ||
		    mac_address_is_zero(&parsed.mac)) {
			return "is a MAC address that no sender has; write the "
			       "one of the scanner's network card";
		}
		parsed.kind = AUTHORISE_SOURCE_MAC;
	} else if (ip_prefix_parse(text, &parsed.prefix)) {
		parsed.kind = AUTHORISE_SOURCE_PREFIX;
	} else if (strchr(text, '/') != NULL) {
		return authorise_text_prefix(text, problem, &parsed.prefix);
	} else if (!authorise_text_is_host_name(text)) {
		return "is no address, prefix, MAC address or host name; write "
		       "one, such as \"10.20.9.5\"";
	} else if (length >= sizeof(parsed.host)) {
		return "is too long for a host name; write at most 127 "
		       "characters";
	}
	for (size_t i = 0; parsed.kind == AUTHORISE_SOURCE_HOST && i < length;
	     i++) {
		bool upper = text[i] >= 'A' && text[i] <= 'Z';

		parsed.host[i] = (char)(upper ? text[i] - 'A' + 'a' : text[i]);
	}
	*source = parsed;
	return NULL;
}

const char *
authorise_text_line(const char *text, size_t size)
{
	if (*text == '\0') {
		return "is empty; write something or leave it out";
	}
	if (*text == ' ' || text[strlen(text) - 1] == ' ') {
		return "begins or ends with a space; leave that out";
	}
	if (strlen(text) >= size) {
		return "is too long; shorten it";
	}
	for (const char *at = text; *at != '\0';) {
		size_t length = utf8_length(at);

		if (length == 0 || (uint8_t)*at < ' ' || *at == 0x7f) {
			return "holds something other than printable "
			       "characters of UTF-8 in one line; leave that "
			       "out";
		}
		at += length;
	}
	return NULL;
}

const char *
authorise_text_process(const char *text)
{
	const char *wrong = authorise_text_line(text, AUTHORISE_TEXT_SIZE);
	const char *digits;

	if (wrong != NULL) {
		return wrong;
	}
	if (authorise_hash_is_meant(text) &&
	    authorise_hash_of(text, &digits) == AUTHORISE_HASH_NONE) {
		return "is no hash; write 64 hexadecimal digits after "
		       "\"sha256:\", 40 after \"sha1:\" or 32 after \"md5:\"";
	}
	return *authorise_program_of(text) == '\0'
	    ? "is a folder; write the path of a program, or its name alone"
	    : NULL;
}

const char *
authorise_text_grace(const char *text, uint32_t *grace_s)
{
	static const char wrong[] =
	    "is no duration up to an hour; write a whole number with s, m or "
	    "h behind it, such as \"5m\"";
	uint64_t unit = 60;
	uint64_t number;

	if (!take_number(&text, AUTHORISE_GRACE_MOST_S, &number)) {
		return wrong;
	}
	if (take_char(&text, 'h')) {
		unit = 3600;
	} else if (take_char(&text, 's')) {
		unit = 1;
	} else if (!take_char(&text, 'm')) {
		return wrong;
	}
	if (*text != '\0' || number * unit > AUTHORISE_GRACE_MOST_S) {
		return wrong;
	}
	*grace_s = (uint32_t)(number * unit);
	return NULL;
}

/* Labels of letters, digits, hyphens and underscores joined by dots (RFC 1123,
 * section 2.1; Windows hosts may have underscores).  A name of digits and dots
 * alone is a mistyped address. */
bool
authorise_text_is_host_name(const char *text)
{
	bool has_letter = false;
	char before = '.';

	for (; *text != '\0'; before = *text++) {
		bool letter = (*text >= 'a' && *text <= 'z') ||
		    (*text >= 'A' && *text <= 'Z');
		bool inner = *text == '-' || *text == '_';

		has_letter |= letter;
		if (!letter && !inner && *text != '.' &&
		    (*text < '0' || *text > '9')) {
			return false;
		}
		if (before == '.' && (*text == '.' || *text == '-')) {
			return false;
		}
	}
	return has_letter && before != '.' && before != '-';
}

static uint32_t
days_of_month(uint32_t year, uint32_t month)
{
	static const uint8_t days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
		30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return days[month - 1] + (month == 2 && leap ? 1u : 0u);
}

/* Bytes of the UTF-8 character at 'text' (RFC 3629, section 4); zero: none. */
static size_t
utf8_length(const char *text)
{
	uint8_t first = (uint8_t)text[0];
	uint8_t second = (uint8_t)text[1];
	size_t length = first < 0x80 ? 1
	    : first < 0xc2           ? 0
	    : first < 0xe0           ? 2
	    : first < 0xf0           ? 3
	    : first < 0xf5           ? 4
	                             : 0;

	for (size_t i = 1; i < length; i++) {
		if (((uint8_t)text[i] & 0xc0) != 0x80) {
			return 0;
		}
	}
	/* Overlong forms, surrogates, past U+10FFFF; and the controls of
	 * Latin-1. */
	if ((first == 0xe0 && second < 0xa0) ||
	    (first == 0xed && second > 0x9f) ||
	    (first == 0xf0 && second < 0x90) ||
	    (first == 0xf4 && second > 0x8f) ||
	    (first == 0xc2 && second < 0xa0)) {
		return 0;
	}
	return length;
}
