/*
 * Envelope: what syslog puts around a message.
 *
 * RFC 5424 where the version says so; else RFC 3164 as it is really sent: with
 * or without a priority, a date (of a dozen kinds), a host and a tag; or
 * nothing at all.  Reading it never fails: what is not understood is the body.
 *
 * Memory: none; slices of the message.
 */
#ifndef ENDPOINT_ENVELOPE_H
#define ENDPOINT_ENVELOPE_H

#include "endpoint/format.h"
#include "endpoint/slice.h"

struct envelope {
	struct slice time; /* As written; empty: none. */
	bool is_rfc5424;   /* The time has its zone. */
	struct slice host;
	struct slice tag; /* APP-NAME. */
	struct slice structured_data;
	struct slice body;
	enum format format; /* Of the body. */
};

void envelope_read(struct slice message, struct envelope *envelope);

#endif
