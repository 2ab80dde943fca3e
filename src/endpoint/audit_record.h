/*
 * Audit record: one line of the Linux audit subsystem, taken apart.
 *
 *	[node=HOST] type=SYSCALL msg=audit(1492037289.295:58): name=value ...
 *
 * A value in quotes is as it stands; one that holds blanks or quotes is written
 * in hexadecimal digits, so that nobody can write what looks like a field.
 * Behind a group separator (0x1d) auditd adds what numbers mean, under names in
 * capitals ("log_format = ENRICHED").
 *
 * Sources: linux-audit/audit-documentation, "Audit Event Parsing" and the
 * specification of fields; audit_log_untrustedstring() of Linux.
 * Private to auditd.c and auoms.c.
 *
 * Memory: none; slices of the message.
 */
#ifndef ENDPOINT_AUDIT_RECORD_H
#define ENDPOINT_AUDIT_RECORD_H

#include "endpoint/slice.h"

struct audit_record {
	struct slice node;
	struct slice type;
	struct slice time; /* "1492037289.295" */
	struct slice rest; /* Fields that were not taken yet. */
	uint64_t serial;   /* Of the host, since it started. */
};

struct audit_field {
	struct slice name;
	struct slice value;
	bool is_quoted;
};

/* Takes a line's beginning off; false: it is none. */
bool audit_record_begin(struct slice line, struct audit_record *record);

/* Takes the next field off; false: there is none. */
bool audit_record_take(struct audit_record *record, struct audit_field *field);

/* Writes a value, out of its digits where it is in such, with blanks for zeros,
 * to 'to', of 'room' bytes; returns how many it wrote. */
size_t audit_decode(const struct audit_field *field, char *to, size_t room);

enum { AUDIT_ADDRESS_SIZE = 48, AUDIT_PORT_SIZE = 8 };

/* The address and port of a socket address in hexadecimal digits, as text. */
struct audit_address {
	char address[AUDIT_ADDRESS_SIZE];
	char port[AUDIT_PORT_SIZE];
};

/* False: neither IPv4 nor IPv6, or cut. */
bool audit_address_read(struct slice digits, struct audit_address *address);

/* The name of a system call of use, by architecture and number or by its name;
 * an empty slice: it is none.  'first_argument' tells what socketcall() does.
 */
struct slice audit_call_name(
    struct slice architecture, struct slice call, struct slice first_argument);

#endif
