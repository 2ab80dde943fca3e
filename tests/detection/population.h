/*
 * Population: the rows of the simulation, each a kind of host.
 *
 * Those who scan must be found; the honest must not; and some honest hosts look
 * so much like a scan that they are raised, which is stated rather than hidden.
 */
#ifndef TESTS_DETECTION_POPULATION_H
#define TESTS_DETECTION_POPULATION_H

#include "detection/world.h"

#define MINUTES (60 * NS_PER_S)
#define HOURS   (60 * MINUTES)
#define DAYS    (24 * HOURS)

/* What a row is held to. */
enum bar {
	BAR_FOUND, /* At least 99 in 100 are raised, and nobody else. */
	BAR_QUIET, /* Nobody is raised. */
	BAR_LIMIT, /* A known limit: 'share' are raised, or found. */
};

struct row {
	const char *name;
	void (*populate)(struct world *world, const struct row *row);
	enum bar bar;
	/* What 'populate' makes of them is said there. */
	const struct scan *scan;
	double figures[4];
	double limit_percent; /* BAR_LIMIT: so many worlds at most (found: at
	                       * least) are as the bar would have it. */
};

/* Rows end with one that has no name. */
extern const struct row scanner_rows[];
extern const struct row inside_rows[];
extern const struct row outside_rows[];
extern const struct row upkeep_rows[];

/* 10.NET.HIGH.LOW. */
struct ip_address host(uint8_t net, uint32_t number);

/* An address of the world outside, drawn. */
struct ip_address stranger(struct chance *chance);

/* A TCP connection as a stack makes it; its source port is drawn. */
void connect_to(struct world *world, const struct ip_address *source,
    const struct ip_address *target, uint16_t port, uint64_t time_ns,
    enum fate fate);

/* Anything else. */
void send_to(struct world *world, enum probe_technique technique,
    const struct ip_address *source, const struct ip_address *target,
    uint16_t port, uint64_t time_ns, enum fate fate);

/* How an attempt fails that fails. */
enum fate failure(struct chance *chance);

#endif
