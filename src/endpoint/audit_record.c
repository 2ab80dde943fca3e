#include "endpoint/audit_record.h"

#include <stdio.h>

#include "base/addr.h"

enum {
	GROUP_SEPARATOR = 0x1d,
	FAMILY_IP4 = 2, /* Linux, include/linux/socket.h */
	FAMILY_IP6 = 10,
	IP4_BYTES = 8,  /* Family, port, address. */
	IP6_BYTES = 24, /* Family, port, flow, address. */
};

bool
audit_record_begin(struct slice line, struct audit_record *record)
{
	struct slice head;
	size_t at;

	memset(record, 0, sizeof(*record));
	line = slice_trim(line);
	if (slice_begins(line, SLICE("node="))) {
		line = slice_after(line, 5);
		record->node = slice_take(&line, ' ');
	}
	if (!slice_begins(line, SLICE("type="))) {
		return false;
	}
	line = slice_after(line, 5);
	record->type = slice_take(&line, ' ');
	at = slice_find(slice_head(line, 16), SLICE("audit("));
	if (at >= 16 || at >= line.size) {
		return false;
	}
	line = slice_after(line, at + 6);
	if (slice_find_byte(slice_head(line, 64), ')') == line.size) {
		return false;
	}
	head = slice_take(&line, ')');
	record->time = slice_take(&head, ':');
	record->rest = slice_after(line, slice_begins(line, SLICE(":")));
	return slice_number(head, &record->serial);
}

static bool
is_gap(char c)
{
	return c == ' ' || c == GROUP_SEPARATOR || c == '\t' || c == '\r' ||
	    c == '\n';
}

/* What separates fields; rsyslog may write the group separator as #035. */
static struct slice
skip_gap(struct slice rest)
{
	for (;;) {
		if (rest.size > 0 && is_gap(rest.text[0])) {
			rest = slice_after(rest, 1);
		} else if (slice_begins(rest, SLICE("#035"))) {
			rest = slice_after(rest, 4);
		} else {
			return rest;
		}
	}
}

static struct slice
take_bare(struct slice *rest)
{
	struct slice value;
	size_t size = 0;

	while (size < rest->size && !is_gap(rest->text[size])) {
		size++;
	}
	value = slice_head(*rest, size);
	size = slice_find(value, SLICE("#035"));
	value = slice_head(value, size);
	*rest = slice_after(*rest, size);
	return value;
}

bool
audit_record_take(struct audit_record *record, struct audit_field *field)
{
	struct slice *rest = &record->rest;

	for (;;) {
		size_t size = 0;

		*rest = skip_gap(*rest);
		if (rest->size == 0) {
			return false;
		}
		while (size < rest->size && rest->text[size] != '=' &&
		    !is_gap(rest->text[size])) {
			size++;
		}
		field->name = slice_head(*rest, size);
		*rest = slice_after(*rest, size);
		if (slice_begins(*rest, SLICE("="))) {
			*rest = slice_after(*rest, 1);
			break;
		}
	}
	field->is_quoted = slice_begins(*rest, SLICE("\""));
	if (field->is_quoted) {
		*rest = slice_after(*rest, 1);
		/* Cut within. */
		if (slice_find_byte(*rest, '"') == rest->size) {
			*rest = slice_head(*rest, 0);
			return false;
		}
		field->value = slice_take(rest, '"');
	} else {
		field->value = take_bare(rest);
	}
	return true;
}

static uint32_t
digit_of(char c)
{
	if (c >= '0' && c <= '9') {
		return (uint32_t)(c - '0');
	}
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? (uint32_t)(c - 'a') + 10 : UINT32_MAX;
}

static bool
is_hexadecimal(struct slice value)
{
	for (size_t i = 0; i < value.size; i++) {
		if (digit_of(value.text[i]) == UINT32_MAX) {
			return false;
		}
	}
	return value.size > 0 && value.size % 2 == 0;
}

static uint8_t
byte_at(struct slice digits, size_t index)
{
	return (uint8_t)(digit_of(digits.text[2 * index]) << 4 |
	    digit_of(digits.text[2 * index + 1]));
}

size_t
audit_decode(const struct audit_field *field, char *to, size_t room)
{
	struct slice value = field->value;
	size_t size;

	if (field->is_quoted || !is_hexadecimal(value)) {
		if (value.size == 0 || slice_is(value, SLICE("(null)"))) {
			return 0;
		}
		size = value.size < room ? value.size : room;
		memcpy(to, value.text, size);
		return size;
	}
	size = value.size / 2 < room ? value.size / 2 : room;
	for (size_t i = 0; i < size; i++) {
		char c = (char)byte_at(value, i);

		to[i] = c == '\0' ? ' ' : c;
	}
	return size;
}

static struct ip_address
ip6_from(const uint8_t bytes[16])
{
	struct ip_address address;

	memcpy(address.byte, bytes, sizeof(address.byte));
	return address;
}

bool
audit_address_read(struct slice digits, struct audit_address *address)
{
	struct ip_address ip;
	uint8_t bytes[16];
	uint8_t family;
	size_t first;
	size_t count;

	if (!is_hexadecimal(digits) || digits.size < 2ul * IP4_BYTES) {
		return false;
	}
	family = byte_at(digits, 0); /* Little-endian: the low byte first. */
	if (family == FAMILY_IP4) {
		first = 4;
		count = 4;
	} else if (family == FAMILY_IP6 && digits.size >= 2ul * IP6_BYTES) {
		first = 8;
		count = 16;
	} else {
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		bytes[i] = byte_at(digits, first + i);
	}
	ip = count == 4 ? ip_address_from_v4(bytes) : ip6_from(bytes);
	(void)ip_address_format(&ip, address->address);
	(void)snprintf(address->port, sizeof(address->port), "%u",
	    (unsigned)byte_at(digits, 2) << 8 | byte_at(digits, 3));
	return true;
}

/* What socketcall() of 32-bit x86 does (Linux, include/uapi/linux/net.h). */
static struct slice
socket_call(struct slice first_argument)
{
	if (slice_is(first_argument, SLICE("3"))) {
		return SLICE("connect");
	}
	return slice_is(first_argument, SLICE("2"))
	    ? SLICE("bind")
	    : slice_head(first_argument, 0);
}

struct slice
audit_call_name(
    struct slice architecture, struct slice call, struct slice first_argument)
{
	static const struct slice names[] = { { "execve", 6 },
		{ "execveat", 8 }, { "connect", 7 }, { "bind", 4 },
		{ "sendto", 6 }, { "exit_group", 10 } };
	/* By architecture, in the order of 'names' (Linux, syscall_64.tbl,
	 * syscall_32.tbl, asm-generic/unistd.h). */
	static const struct {
		struct slice architecture;
		struct slice numbers[ARRAY_SIZE(names)];
	} tables[] = {
		{ { "c000003e", 8 },
		    { { "59", 2 }, { "322", 3 }, { "42", 2 }, { "49", 2 },
		        { "44", 2 }, { "231", 3 } } },
		{ { "40000003", 8 },
		    { { "11", 2 }, { "358", 3 }, { "362", 3 }, { "361", 3 },
		        { "369", 3 }, { "252", 3 } } },
		{ { "c00000b7", 8 },
		    { { "221", 3 }, { "281", 3 }, { "203", 3 }, { "200", 3 },
		        { "206", 3 }, { "94", 2 } } },
		{ { "c00000f3", 8 },
		    { { "221", 3 }, { "281", 3 }, { "203", 3 }, { "200", 3 },
		        { "206", 3 }, { "94", 2 } } },
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (slice_is(call, names[i])) {
			return names[i];
		}
	}
	if (slice_is(architecture, SLICE("40000003")) &&
	    slice_is(call, SLICE("102"))) {
		return socket_call(first_argument);
	}
	for (size_t i = 0; i < ARRAY_SIZE(tables); i++) {
		if (!slice_is(architecture, tables[i].architecture)) {
			continue;
		}
		for (size_t j = 0; j < ARRAY_SIZE(names); j++) {
			if (slice_is(call, tables[i].numbers[j])) {
				return names[j];
			}
		}
	}
	return (struct slice){ NULL, 0 };
}
