/*
 * World: a network of made-up hosts before a detect room.
 *
 * A population puts down what its hosts try, in any order of time, marks those
 * who scan, and lets it all happen.  What the room says of it is kept: who was
 * raised, and at which of their probes.
 *
 * Memory: one detect room, used again by each world.  Time: made up.
 */
#ifndef TESTS_DETECTION_WORLD_H
#define TESTS_DETECTION_WORLD_H

#include "detect/detect.h"
#include "detection/chance.h"
#include "support/probe_script.h"

enum { WORLD_ALARMS = 64 };

struct world_scanner {
	struct ip_address address;
	uint32_t probes;          /* Made so far. */
	uint32_t probes_at_alert; /* 0: not raised. */
	uint64_t first_ns;
	uint64_t alert_ns; /* Since its first probe. */
};

struct world {
	struct region region;
	struct counters counters;
	struct policy policy;
	struct detect *detect;
	struct script script;
	struct chance chance;
	uint64_t start_ns;
	uint64_t worlds; /* Begun so far. */
	bool has_scanner;
	struct world_scanner scanner;
	uint32_t alarm_count; /* Sources raised that do not scan. */
	struct ip_address alarms[WORLD_ALARMS];
};

/* Segments: servers in 10.1.0.0/16, clients in 10.2.0.0/16, machines in
 * 10.3.0.0/16, and fd00::/8; all else is outside. */
void world_open(struct world *world);
void world_close(struct world *world);

/* A new world, of which nothing is known but the seed. */
void world_begin(struct world *world, uint64_t seed);

/* 'address' is the one that scans. */
void world_mark_scanner(struct world *world, const struct ip_address *address);

/* What is put down now happens at 'time_ns' since the start. */
void world_try(struct world *world, const struct probe *attempt,
    uint64_t time_ns, enum fate fate);

/* The network shows 'round_trip_ns' from here on. */
void world_round_trip(struct world *world, uint64_t round_trip_ns);

/* Lets all of it happen. */
void world_happen(struct world *world);

#endif
