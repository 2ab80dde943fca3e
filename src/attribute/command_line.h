/*
 * Command line: which addresses and ports it names.
 *
 * Scanners are told their targets, in many ways: "10.1.2.0/24", "10.1.2.5-60",
 * "10.1-3.2.*", two addresses, "1..60 | % { ... 10.1.2.$_ }", an IPv6 prefix,
 * and all of that in Base64.  What looks like an address is taken for one.
 *
 * Memory: one struct.  Time: none.
 */
#ifndef ATTRIBUTE_COMMAND_LINE_H
#define ATTRIBUTE_COMMAND_LINE_H

#include "base/addr.h"
#include "base/base.h"

enum { COMMAND_RANGES = 24, COMMAND_PORTS = 48 };

struct command_range {
	struct ip_address first, last;
	uint8_t low[4], high[4]; /* IPv4: each byte's own range. */
	bool is_octets;
	bool is_beginning; /* Only "10.1.2.": the rest is made elsewhere. */
};

struct command_line {
	struct command_range ranges[COMMAND_RANGES];
	uint32_t range_count;
	uint32_t single_count; /* Of them, single addresses. */
	uint16_t port_first[COMMAND_PORTS], port_last[COMMAND_PORTS];
	uint32_t port_count;
};

/* Adds what 'text' names. */
void command_line_read(struct command_line *line, const char *text);

/* Writes what Base64 in 'text' says (PowerShell's -EncodedCommand, UTF-16) to
 * 'decoded'; false: there is none. */
bool command_line_decode(const char *text, char *decoded, size_t size);

/* Whether the command line names 'address'; '*is_exact' is false where only the
 * beginning of it is named. */
bool command_line_names(const struct command_line *line,
    const struct ip_address *address, bool *is_exact);

/* Whether it has the beginning of addresses, and numbers to go through. */
bool command_line_loops(const struct command_line *line);
bool command_line_names_port(const struct command_line *line, uint16_t port);

#endif
