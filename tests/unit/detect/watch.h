/*
 * Watch: a detect room, a clock, and all the findings it has told.
 *
 * Attempts are put down with watch_try() and its kin, each 'gap_ns' after the
 * one before; watch_play() lets them happen, with all that comes of them, and
 * collects what is told.  Addresses are written as text.
 */
#ifndef TESTS_UNIT_DETECT_WATCH_H
#define TESTS_UNIT_DETECT_WATCH_H

#include "detect/room.h"
#include "support/probe_script.h"

enum { WATCH_TOLD_MAX = 256 };

struct watch {
	struct region region;
	struct counters counters;
	struct policy policy;
	struct detect *detect;
	struct script script;
	uint64_t now_ns;   /* When the next attempt is made. */
	uint64_t gap_ns;   /* From one attempt to the next. */
	uint16_t traits;   /* More of them, of the attempts to come. */
	uint64_t clear_ns; /* No event is later than this so far. */
	uint32_t told_count;
	struct finding *told; /* Of WATCH_TOLD_MAX. */
};

/* Segments: "servers" 10.20.2.0/24, "ws" 10.20.1.0/24, "lobby" 10.20.3.0/24,
 * "plant" 10.20.4.0/24 and, for IPv6, "wide" fd20::/16.  One attempt a second,
 * the first at watch_start_ns. */
extern const uint64_t watch_start_ns;
void watch_open(struct watch *watch);
void watch_close(struct watch *watch);

/* Puts an attempt down. */
void watch_try(struct watch *watch, enum probe_technique technique,
    const char *source, const char *target, uint16_t port, enum fate fate);

/* Puts down attempts at 'count' targets, from 'first' on by 'step'. */
void watch_sweep(struct watch *watch, const struct probe *like, int count,
    int step, enum fate fate);

/* Puts down attempts at 'count' ports of one target, from like's on by 'step'.
 */
void watch_ports(struct watch *watch, const struct probe *like, int count,
    int step, enum fate fate);

/* An attempt to copy: made when it is put down. */
struct probe like(enum probe_technique technique, const char *source,
    const char *target, uint16_t port);

/* Puts an attempt of probe_of() down: it happens at the time given there. */
void watch_put(
    struct watch *watch, const struct probe *attempt, enum fate fate);

/* Lets all that was put down happen; what comes next comes after that. */
void watch_play(struct watch *watch);

/* Lets time pass in which nothing happens. */
void watch_wait(struct watch *watch, uint64_t duration_ns);

/* The latest finding of a source; null: none.  And how many there are. */
const struct finding *watch_finding(
    const struct watch *watch, const char *source);
uint32_t watch_findings(const struct watch *watch, const char *source);

/* Checks that 'address' is the one that 'text' says. */
void expect_address(const struct ip_address *address, const char *text);

bool finding_has_kind(const struct finding *finding, enum finding_kind kind);
bool finding_has_technique(
    const struct finding *finding, enum probe_technique technique);

#endif
