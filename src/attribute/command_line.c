#include "attribute/command_line.h"

#include <ctype.h>
#include <string.h>

enum { OCTETS = 4, BASE64_LEAST = 24 };

static bool
is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool
is_word(char letter)
{
	return isalnum((unsigned char)letter) || letter == '_' ||
	    letter == '.' || letter == ':';
}

/* A number of at most 'max' at '*at', which moves past it. */
static bool
read_number(const char **at, uint32_t max, uint32_t *number)
{
	const char *from = *at;

	*number = 0;
	while (is_digit(**at) && *at - from < 6) {
		*number = *number * 10 + (uint32_t)(**at - '0');
		++*at;
	}
	return *at > from && !is_digit(**at) && *number <= max;
}

/* The byte 'index' of an address: "7", "1-9", "*". */
static bool
read_octet(const char **at, uint32_t index, uint8_t *low, uint8_t *high)
{
	const char *past;
	uint32_t number;

	if (**at == '*') {
		++*at;
		*low = 0;
		*high = UINT8_MAX;
		return true;
	}
	if (!read_number(at, UINT8_MAX, &number)) {
		return false;
	}
	*low = *high = (uint8_t)number;
	past = *at + 1;
	if (**at != '-' || !read_number(&past, UINT8_MAX, &number) ||
	    number < *low) {
		return true;
	}
	if (index == OCTETS - 1 && *past == '.') {
		return true; /* "10.1.2.5-10.1.2.9" is two addresses. */
	}
	*high = (uint8_t)number;
	*at = past;
	return true;
}

static struct command_range *
add_range(struct command_line *line)
{
	static const struct command_range none = { 0 };

	if (line->range_count == COMMAND_RANGES) {
		return NULL;
	}
	line->ranges[line->range_count] = none;
	return &line->ranges[line->range_count++];
}

static void
add_octets(struct command_line *line, const uint8_t low[OCTETS],
    const uint8_t high[OCTETS], bool is_beginning)
{
	struct command_range *range = add_range(line);

	if (range == NULL) {
		return;
	}
	memcpy(range->low, low, OCTETS);
	memcpy(range->high, high, OCTETS);
	range->first = ip_address_from_v4(low);
	range->last = ip_address_from_v4(high);
	range->is_octets = true;
	range->is_beginning = is_beginning;
	line->single_count += memcmp(low, high, OCTETS) == 0;
}

/* All that has the first 'length' of its 128 bits as 'address' has them. */
static void
add_prefix(struct command_line *line, const struct ip_address *address,
    uint32_t length)
{
	struct command_range *range = add_range(line);

	if (range == NULL) {
		return;
	}
	range->first = range->last = *address;
	for (uint32_t bit = length; bit < 128; bit++) {
		uint8_t mask = (uint8_t)(0x80u >> bit % 8);

		range->first.byte[bit / 8] &= (uint8_t)~mask;
		range->last.byte[bit / 8] |= mask;
	}
}

/* What follows the four bytes of an address: "/24", "-10.1.2.9". */
static void
add_v4(struct command_line *line, const char **at, const uint8_t low[OCTETS],
    const uint8_t high[OCTETS])
{
	struct ip_address address = ip_address_from_v4(low);
	const char *past = *at + 1;
	uint32_t length;

	if (**at == '/' && read_number(&past, 32, &length)) {
		add_prefix(line, &address, 96 + length);
		*at = past;
		return;
	}
	add_octets(line, low, high, false);
}

/* "10.1.2." with something else behind it: the beginning of addresses. */
static void
add_beginning(struct command_line *line, const uint8_t low[OCTETS],
    const uint8_t high[OCTETS], uint32_t count)
{
	uint8_t first[OCTETS] = { 0 };
	uint8_t last[OCTETS] = { UINT8_MAX, UINT8_MAX, UINT8_MAX, UINT8_MAX };

	memcpy(first, low, count);
	memcpy(last, high, count);
	add_octets(line, first, last, true);
}

/* An IPv4 address, a range of such or the beginning of some. */
static bool
read_v4(struct command_line *line, const char **at)
{
	uint8_t low[OCTETS];
	uint8_t high[OCTETS];
	const char *past = *at;
	uint32_t count = 0;

	while (count < OCTETS &&
	    read_octet(&past, count, &low[count], &high[count])) {
		count++;
		if (count == OCTETS || *past != '.') {
			break;
		}
		past++;
	}
	if (count == OCTETS && *past != '.' && !is_digit(*past)) {
		add_v4(line, &past, low, high);
		*at = past;
		return true;
	}
	if (count >= 2 && count < OCTETS && past[-1] == '.' && past[0] != '.' &&
	    !isalpha((unsigned char)past[0])) {
		add_beginning(line, low, high, count);
		*at = past;
		return true;
	}
	return false;
}

static bool
read_v6(struct command_line *line, const char **at)
{
	char text[IP_ADDRESS_TEXT_SIZE];
	size_t length = strspn(*at, "0123456789abcdefABCDEF:.");
	struct ip_address address;
	const char *past = *at + length;
	uint32_t bits = 128;

	if (length >= sizeof(text) || length < 3 ||
	    memchr(*at, ':', length) == NULL) {
		return false;
	}
	memcpy(text, *at, length);
	text[length] = '\0';
	if (!ip_address_parse(text, &address) || ip_address_is_v4(&address)) {
		return false;
	}
	if (*past == '/') {
		const char *after = past + 1;

		if (read_number(&after, 128, &bits)) {
			past = after;
		}
	}
	add_prefix(line, &address, bits);
	line->single_count += bits == 128;
	*at = past;
	return true;
}

/* "445", "1-1024", "1..60": ports, or the ends of a loop. */
static bool
read_port(struct command_line *line, const char **at)
{
	const char *past = *at;
	uint32_t first;
	uint32_t last;

	if (!read_number(&past, UINT16_MAX, &first)) {
		return false;
	}
	last = first;
	if (*past == '-' || (past[0] == '.' && past[1] == '.')) {
		const char *after = past + (*past == '-' ? 1 : 2);

		if (read_number(&after, UINT16_MAX, &last)) {
			past = after;
		} else {
			last = first;
		}
	}
	if (line->port_count < COMMAND_PORTS && first <= last) {
		line->port_first[line->port_count] = (uint16_t)first;
		line->port_last[line->port_count] = (uint16_t)last;
		line->port_count++;
	}
	*at = past;
	return true;
}

/* Two addresses and no more are the ends of a range. */
static void
join_ends(struct command_line *line)
{
	const struct command_range *ends[2] = { NULL, NULL };
	struct command_range *range;
	uint32_t count = 0;

	for (uint32_t i = 0; i < line->range_count; i++) {
		const struct command_range *at = &line->ranges[i];

		if (ip_address_equal(&at->first, &at->last) &&
		    !ip_address_is_loopback(&at->first)) {
			if (count < 2) {
				ends[count] = at;
			}
			count++;
		}
	}
	if (count != 2 ||
	    ip_address_is_v4(&ends[0]->first) !=
	        ip_address_is_v4(&ends[1]->first) ||
	    ip_address_compare(&ends[0]->first, &ends[1]->first) >= 0 ||
	    memcmp(ends[0]->first.byte, ends[1]->first.byte, 14) != 0) {
		return;
	}
	range = add_range(line);
	if (range != NULL) {
		range->first = ends[0]->first;
		range->last = ends[1]->first;
	}
}

void
command_line_read(struct command_line *line, const char *text)
{
	const char *at = text;
	bool is_inside = false; /* Within a word. */

	while (*at != '\0') {
		bool is_start = !is_inside &&
		    (is_digit(*at) || isxdigit((unsigned char)*at) ||
		        *at == ':');

		if (is_start &&
		    (read_v6(line, &at) || read_v4(line, &at) ||
		        read_port(line, &at))) {
			is_inside = false;
			continue;
		}
		is_inside = is_word(*at) && *at != ':';
		/* "-p445", "T:80": a number behind an option's letter. */
		if (isalpha((unsigned char)*at) &&
		    (at == text || at[-1] == '-') && is_digit(at[1])) {
			is_inside = false;
		}
		at++;
	}
	join_ends(line);
}

static int
base64_value(char letter)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	                              "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = letter == '\0' ? NULL : strchr(letters, letter);

	return at == NULL ? -1 : (int)(at - letters);
}

/* The longest run of Base64's letters, if it is long enough to be one. */
static const char *
find_base64(const char *text, size_t *length)
{
	const char *best = NULL;
	size_t run = 0;

	*length = BASE64_LEAST - 1;
	for (const char *at = text;; at++) {
		if (base64_value(*at) >= 0) {
			run++;
			continue;
		}
		if (run > *length) {
			best = at - run;
			*length = run;
		}
		run = 0;
		if (*at == '\0') {
			return best;
		}
	}
}

bool
command_line_decode(const char *text, char *decoded, size_t size)
{
	size_t length;
	const char *from = find_base64(text, &length);
	uint32_t bits = 0;
	uint32_t held = 0;
	size_t written = 0;

	for (size_t i = 0; from != NULL && i < length; i++) {
		bits = bits << 6 | (uint32_t)base64_value(from[i]);
		held += 6;
		if (held < 8) {
			continue;
		}
		held -= 8;
		/* UTF-16: what we look for has a zero in each second byte. */
		if ((bits >> held & 0xff) != 0 && written + 1 < size) {
			decoded[written++] = (char)(bits >> held & 0xff);
		}
	}
	decoded[written] = '\0';
	return written > 0;
}

bool
command_line_loops(const struct command_line *line)
{
	for (uint32_t i = 0; i < line->range_count; i++) {
		for (uint32_t j = 0; j < line->port_count; j++) {
			if (line->ranges[i].is_beginning &&
			    line->port_first[j] < line->port_last[j]) {
				return true;
			}
		}
	}
	return false;
}

/* Whether a range of numbers has 'last', the last byte of an address. */
static bool
is_in_loop(const struct command_line *line, uint8_t last)
{
	for (uint32_t i = 0; i < line->port_count; i++) {
		if (line->port_first[i] < line->port_last[i] &&
		    last >= line->port_first[i] && last <= line->port_last[i]) {
			return true;
		}
	}
	return false;
}

bool
command_line_names(const struct command_line *line,
    const struct ip_address *address, bool *is_exact)
{
	bool is_named = false;

	*is_exact = false;
	for (uint32_t i = 0; i < line->range_count; i++) {
		const struct command_range *range = &line->ranges[i];
		bool is_in = ip_address_compare(address, &range->first) >= 0 &&
		    ip_address_compare(address, &range->last) <= 0;

		for (uint32_t j = 0; is_in && range->is_octets && j < OCTETS;
		     j++) {
			uint8_t octet = address->byte[12 + j];

			is_in =
			    octet >= range->low[j] && octet <= range->high[j];
		}
		is_named = is_named || is_in;
		*is_exact = *is_exact || (is_in && !range->is_beginning);
		if (is_in && range->is_beginning) {
			/* "1..60" beside "10.1.2." is a loop over them. */
			*is_exact =
			    *is_exact || is_in_loop(line, address->byte[15]);
		}
	}
	return is_named;
}

bool
command_line_names_port(const struct command_line *line, uint16_t port)
{
	for (uint32_t i = 0; i < line->port_count; i++) {
		if (port >= line->port_first[i] && port <= line->port_last[i]) {
			return true;
		}
	}
	return false;
}
