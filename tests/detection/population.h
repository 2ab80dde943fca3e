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
	BAR_FOUND, /* At least 99 in 100 are raised, and nobody else is. */
	BAR_QUIET, /* Nobody is raised. */
	BAR_KNOWN, /* A known limit: see 'known_percent'. */
};

struct row {
	const char *name;
	void (*populate)(struct world *world, const struct row *row);
	enum bar bar;
	const struct scan *scan; /* Of a scanner. */
	double figures[4];       /* Of others: what they mean is said there. */
	/* A known limit: in so many of a hundred worlds the scanner is found,
	 * or an honest host raised. */
	double known_percent;
	uint8_t heavy; /* Its worlds are so large that one in so many do. */
};

#define QUIET_IN(one_in, row_name, what, ...)                         \
	{                                                             \
		.name = row_name, .populate = what, .bar = BAR_QUIET, \
		.heavy = one_in, .figures = {                         \
			__VA_ARGS__                                   \
		}                                                     \
	}
#define QUIET(row_name, what, ...) QUIET_IN(1, row_name, what, __VA_ARGS__)
#define KNOWN_IN(one_in, percent, row_name, what, ...)                  \
	{                                                               \
		.name = row_name, .populate = what, .bar = BAR_KNOWN,   \
		.known_percent = percent, .heavy = one_in, .figures = { \
			__VA_ARGS__                                     \
		}                                                       \
	}
#define KNOWN(percent, row_name, what, ...) \
	KNOWN_IN(1, percent, row_name, what, __VA_ARGS__)

/* Rows end with one that has no name. */
extern const struct row scanner_rows[];
extern const struct row inside_rows[];
extern const struct row outside_rows[];
extern const struct row upkeep_rows[];

/* What is known to be worse than it should be, stated as it is. */
extern const struct row known_scanner_rows[];
extern const struct row known_inside_rows[];

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
