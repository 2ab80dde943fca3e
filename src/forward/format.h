/*
 * A record as the message that a SOC receives.
 *
 * Five forms, one call: an RFC 5424 header, then structured data, CEF, LEEF
 * 2.0, ECS JSON or OCSF JSON.  The transport frames it (octet counts, line
 * ends); no form ever holds a line end or a control code.
 *
 *	struct forward_format_terms terms = { .form = FORWARD_ECS, ... };
 *
 *	length = forward_format(&terms, &record, object, out, sizeof(out));
 *
 * What was written by strangers (command lines, names) is repaired: what is no
 * UTF-8 becomes U+FFFD and `utf8_fixed` says so; secrets in command lines are
 * masked where the terms say so (mask.h).  A message that would be longer than
 * the limit is shortened in a fixed order, which docs/soc.md lists, and says
 * `truncated`; it is never split and never cut within a character.  The parts
 * by which an alert is triaged come first, and are never left out.
 *
 * Memory: jansson allocates while the message is made, in proportion to the
 * object; nothing is kept.  Not for the packet path.  'out' is the caller's.
 * Time: none is read.
 */
#ifndef FORWARD_FORMAT_H
#define FORWARD_FORMAT_H

#include <jansson.h>

#include "forward/record.h"

enum forward_form {
	FORWARD_RFC5424, /* Structured data, and a sentence. */
	FORWARD_CEF,
	FORWARD_LEEF,
	FORWARD_ECS,
	FORWARD_OCSF,
	FORWARD_FORM_COUNT
};

/* What the clock that stamps the messages is known to be. */
enum forward_clock {
	FORWARD_CLOCK_UNKNOWN, /* Nobody asked: isSynced is left out. */
	FORWARD_CLOCK_FREE,    /* Not synchronised. */
	FORWARD_CLOCK_SYNCED,
	FORWARD_CLOCK_COUNT
};

enum {
	/* Limits below it are taken as it: what all forms but ECS and OCSF fit
	 * the triage of an alert into, and the preset for UDP. */
	FORWARD_LIMIT_MIN = 1024,
	/* The same of ECS and OCSF; RFC 5425 has every receiver take it. */
	FORWARD_LIMIT_MIN_JSON = 2048,
	/* Bytes that hold every message without a limit. */
	FORWARD_MESSAGE_SIZE = 262144,
	FORWARD_FACILITY_LOCAL0 = 16
};

/* How a destination wants its messages.  Texts that are null or empty are left
 * out, or are "-" in the header. */
struct forward_format_terms {
	enum forward_form form;
	enum forward_clock clock;
	uint32_t clock_accuracy_us; /* 0: not known. */
	uint32_t enterprise_number; /* CONFIG_FORWARD_ENTERPRISE_NUMBER. */
	uint8_t facility;           /* 0 to 23 */
	bool mask_secrets;
	size_t limit_bytes;      /* Of the message; 0: none but 'capacity'. */
	const char *destination; /* Its name in the configuration. */
	const char *hostname;    /* The sensor's host. */
	const char *app;         /* "spanwatch" */
	const char *procid;
	const char *version;   /* Of the product. */
	const char *sensor_id; /* Serial number. */
	const char *boot_id;
	const char *web; /* "https://sensor-7:8443": links to alerts. */
};

/* "rfc5424", "cef", "leef", "ecs", "ocsf", and back: false, it is none. */
const char *forward_form_name(enum forward_form form);
bool forward_form_of_name(const char *name, enum forward_form *form);

/* The smallest limit that the form takes. */
size_t forward_limit_min(enum forward_form form);

/* Writes the message, without framing and without a closing zero, and returns
 * its length; 'object' is left as it is.  Zero: no memory, 'capacity' is below
 * what the limit asks for and it does not fit, or 'object' is no object.  Such
 * a record can never be sent in this form; the caller counts it. */
size_t forward_format(const struct forward_format_terms *terms,
    const struct forward_record *record, json_t *object, char *out,
    size_t capacity);

/* The same without the syslog header, for transports that have their own: with
 * FORWARD_ECS and FORWARD_OCSF one JSON object. */
size_t forward_format_body(const struct forward_format_terms *terms,
    const struct forward_record *record, json_t *object, char *out,
    size_t capacity);

#endif
