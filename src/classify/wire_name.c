#include "classify/wire_name.h"

#include <string.h>
#include <strings.h>

static bool is_of_name(char byte);
static bool is_letter(char byte);
static bool is_every_hosts(const char *name);

bool
wire_name_is_sound(const struct wire_name *name)
{
	size_t length = strnlen(name->name, sizeof(name->name));

	if (name->kind >= WIRE_NAME_KIND_COUNT || name->unused != 0 ||
	    length == sizeof(name->name) ||
	    (length == 0) != (name->kind == WIRE_NAME_GIVEN_UP) ||
	    ip_address_is_unspecified(&name->address) ||
	    ip_address_is_group(&name->address)) {
		return false;
	}
	for (size_t i = 0; i < length; i++) {
		if (!is_of_name(name->name[i])) {
			return false;
		}
	}
	return true;
}

bool
wire_name_take(char name[WIRE_NAME_SIZE], const uint8_t *text, uint32_t size)
{
	const uint8_t *dot;
	bool has_letter = false;

	memset(name, 0, WIRE_NAME_SIZE);
	while (size > 0 &&
	    (text[size - 1] == '\0' || text[size - 1] == ' ' ||
	        text[size - 1] == '.')) {
		size--;
	}
	if (size >= WIRE_NAME_SIZE) {
		dot = memchr(text, '.', WIRE_NAME_SIZE);
		size = dot == NULL ? 0 : (uint32_t)(dot - text);
	}
	for (uint32_t i = 0; i < size; i++) {
		name[i] = (char)text[i];
		if (!is_of_name(name[i]) || (i == 0 && name[i] == '.')) {
			has_letter = false;
			break;
		}
		has_letter = has_letter || is_letter(name[i]);
	}
	if (!has_letter || is_every_hosts(name)) {
		memset(name, 0, WIRE_NAME_SIZE);
		return false;
	}
	return true;
}

static bool
is_of_name(char byte)
{
	return is_letter(byte) || (byte >= '0' && byte <= '9') || byte == '-' ||
	    byte == '_' || byte == '.';
}

static bool
is_letter(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z');
}

/* What hosts say that have not been given a name. */
static bool
is_every_hosts(const char *name)
{
	static const char localhost[] = "localhost";
	size_t length = sizeof(localhost) - 1;

	return strncasecmp(name, localhost, length) == 0 &&
	    (name[length] == '\0' || name[length] == '.');
}
