/*
 * Probe script: what room flow would tell of attempts that a test makes up.
 *
 * A test says who tries what and what comes of it (a fate); the script has all
 * events of it, each at its time, as room flow tells them: the attempt, that an
 * answer is overdue, the answer, the end.
 *
 * Usage:
 *
 *	probe = probe_of(PROBE_TCP_CONNECT, &source, &target, 445, now_ns);
 *	script_add(&script, &probe, FATE_REFUSED);
 *	script_sort(&script);
 *	for each of script.order: detect_probe(detect, event);
 *	script_clear(&script);
 *
 * Memory: grows as needed; script_finish() gives it back.
 */
#ifndef SUPPORT_PROBE_SCRIPT_H
#define SUPPORT_PROBE_SCRIPT_H

#include "base/addr.h"
#include "base/base.h"
#include "flow/probe.h"

/* What comes of an attempt. */
enum fate {
	FATE_SERVED,   /* Payload both ways, or the reply that was asked for. */
	FATE_REFUSED,  /* RST, or port unreachable. */
	FATE_FILTERED, /* Another ICMP error. */
	FATE_SILENT,   /* Nothing. */
	FATE_HALF_OPEN, /* Accepted, and broken off by an RST. */
	FATE_LEFT,      /* Accepted, and closed at once. */
	FATE_LAPSED,    /* Accepted, and left to lie. */
	FATE_BANNER,    /* Accepted; only the target spoke. */
	FATE_UPLOAD,    /* Accepted; only the source spoke. */
	FATE_UNSEEN,    /* It went on, but the mirror shows one direction. */
	FATE_EXPIRED,   /* Died on the way. */
	FATE_SESSION,   /* Odd flags that belonged to an old connection. */
	FATE_NONE,      /* Nothing is ever told but the attempt. */
};

struct script {
	struct probe *events; /* As they were added. */
	size_t count;
	size_t capacity;
	const struct probe **order; /* Of script_sort(): by time. */
	size_t order_capacity;
	uint64_t round_trip_ns; /* Zero: 400 microseconds. */
};

/* An attempt as a host's stack makes it.  Its MAC addresses follow from the
 * addresses; its source port from the time. */
struct probe probe_of(enum probe_technique technique,
    const struct ip_address *source, const struct ip_address *target,
    uint16_t port, uint64_t time_ns);

/* The MAC address that hosts with 'address' have in scripts. */
struct mac_address mac_of(const struct ip_address *address);

/* Adds all that is told of 'attempt', its 'fate' being so. */
void script_add(
    struct script *script, const struct probe *attempt, enum fate fate);

/* Adds one event as it is. */
void script_add_event(struct script *script, const struct probe *event);

/* Puts 'order' in order of time; equals as they were added. */
void script_sort(struct script *script);

void script_clear(struct script *script);
void script_finish(struct script *script);

#endif
