#include "alert/words.h"

#include <string.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */

enum { MS_PER_S = 1000, S_PER_MIN = 60, S_PER_H = 3600, S_PER_D = 86400 };

/* One character, as utf8_next() found it. */
struct character {
	uint32_t size; /* Bytes. */
	uint32_t code; /* Unicode's number; only if valid. */
	bool valid;
};

static struct character utf8_next(const char *text);
static bool is_visible(uint32_t code);

void
words_add_count(struct strbuf *buffer, uint64_t count)
{
	char digits[27]; /* 20 digits, 6 commas. */
	size_t at = sizeof(digits);
	uint32_t written = 0;

	digits[--at] = '\0';
	do {
		if (written > 0 && written % 3 == 0) {
			digits[--at] = ',';
		}
		digits[--at] = (char)('0' + count % 10);
		count /= 10;
		written++;
	} while (count > 0);
	strbuf_add(buffer, digits + at);
}

void
words_add_duration(struct strbuf *buffer, uint64_t duration_ms)
{
	uint64_t seconds = duration_ms / MS_PER_S;

	if (duration_ms == 0) {
		strbuf_add(buffer, "less than a millisecond");
	} else if (duration_ms < MS_PER_S) {
		strbuf_addf(buffer, "%u ms", (unsigned)duration_ms);
	} else if (seconds < 10) {
		strbuf_addf(buffer, "%u.%u s", (unsigned)seconds,
		    (unsigned)(duration_ms % MS_PER_S / 100));
	} else if (seconds < S_PER_MIN) {
		strbuf_addf(buffer, "%u s", (unsigned)seconds);
	} else if (seconds < S_PER_H) {
		strbuf_addf(buffer, "%u min %u s",
		    (unsigned)(seconds / S_PER_MIN),
		    (unsigned)(seconds % S_PER_MIN));
	} else if (seconds < S_PER_D) {
		strbuf_addf(buffer, "%u h %u min",
		    (unsigned)(seconds / S_PER_H),
		    (unsigned)(seconds % S_PER_H / S_PER_MIN));
	} else {
		strbuf_addf(buffer, "%llu d %u h",
		    (unsigned long long)(seconds / S_PER_D),
		    (unsigned)(seconds % S_PER_D / S_PER_H));
	}
}

const char *
words_technique(enum probe_technique technique)
{
	static const char *const words[PROBE_TECHNIQUE_COUNT] = {
		[PROBE_TCP_SYN] = "with half-open TCP connections",
		[PROBE_TCP_CONNECT] = "with TCP connections",
		[PROBE_TCP_FIN] = "with TCP FIN packets",
		[PROBE_TCP_NULL] = "with TCP packets without flags",
		[PROBE_TCP_XMAS] = "with TCP FIN, PSH and URG packets",
		[PROBE_TCP_MAIMON] = "with TCP FIN and ACK packets",
		[PROBE_TCP_ACK] = "with TCP ACK packets",
		[PROBE_TCP_OTHER] = "with TCP packets of odd flags",
		[PROBE_UDP] = "by UDP",
		[PROBE_ICMP_ECHO] = "by ICMP echo",
		[PROBE_ICMP_TIMESTAMP] = "by ICMP timestamp requests",
		[PROBE_ICMP_ADDRESS_MASK] = "by ICMP address mask requests",
		[PROBE_ICMP6_ECHO] = "by ICMPv6 echo",
		[PROBE_ARP] = "by ARP",
		[PROBE_ND] = "by neighbour discovery",
		[PROBE_SCTP_INIT] = "by SCTP",
		[PROBE_IP_PROTOCOL] = "by bare IP packets",
	};

	return words[technique];
}

void
words_clean(const char *text, char *clean, size_t size)
{
	size_t length = 0;

	while (*text != '\0') {
		struct character next = utf8_next(text);
		const char *from = next.valid ? text : REPLACEMENT;
		size_t count = next.valid ? next.size : strlen(REPLACEMENT);

		if (count >= size - length) {
			break;
		}
		memcpy(clean + length, from, count);
		length += count;
		text += next.size;
	}
	clean[length] = '\0';
}

void
words_add_visible(struct strbuf *buffer, const char *text)
{
	while (*text != '\0') {
		struct character next = utf8_next(text);

		if (next.valid && is_visible(next.code)) {
			strbuf_addf(buffer, "%.*s", (int)next.size, text);
		} else {
			strbuf_add(buffer, REPLACEMENT);
		}
		text += next.size;
	}
}

/* The character that 'text', which is not empty, begins with.  A byte that
 * begins none stands alone and is not valid.  RFC 3629, section 4: neither more
 * bytes than needed, nor surrogates, nor anything past U+10FFFF. */
static struct character
utf8_next(const char *text)
{
	const uint8_t *bytes = (const uint8_t *)text;
	const struct character lone = { .size = 1 };
	static const uint32_t smallest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	struct character next = { .size = 1, .code = bytes[0], .valid = true };

	if (bytes[0] < 0x80) {
		return next;
	}
	if (bytes[0] >= 0xc2 && bytes[0] < 0xe0) {
		next.size = 2;
		next.code = bytes[0] & 0x1f;
	} else if (bytes[0] >= 0xe0 && bytes[0] < 0xf0) {
		next.size = 3;
		next.code = bytes[0] & 0x0f;
	} else if (bytes[0] >= 0xf0 && bytes[0] < 0xf5) {
		next.size = 4;
		next.code = bytes[0] & 0x07;
	} else {
		return lone;
	}
	for (uint32_t i = 1; i < next.size; i++) {
		if ((bytes[i] & 0xc0) != 0x80) {
			return lone; /* The closing zero ends it here too. */
		}
		next.code = next.code << 6 | (bytes[i] & 0x3f);
	}
	if (next.code < smallest[next.size] || next.code > 0x10ffff ||
	    (next.code >= 0xd800 && next.code <= 0xdfff)) {
		return lone;
	}
	return next;
}

/* Not a control character (C0, DEL, C1), a line or paragraph separator, nor one
 * of those that turn the direction of writing (Unicode Annex 9). */
static bool
is_visible(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0)) {
		return false;
	}
	return code != 0x200e && code != 0x200f &&
	    !(code >= 0x2028 && code <= 0x202e) &&
	    !(code >= 0x2066 && code <= 0x2069);
}
