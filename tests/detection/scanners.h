/*
 * Scanners: how one goes about it.
 */
#ifndef TESTS_DETECTION_SCANNERS_H
#define TESTS_DETECTION_SCANNERS_H

#include "detection/population.h"

enum scan_order { SCAN_ASCENDING, SCAN_DESCENDING, SCAN_STRIDED, SCAN_RANDOM };

struct scan {
	enum probe_technique technique;
	enum scan_order order;
	double open_percent;
	enum fate open_fate; /* What comes of an open one. */
	uint16_t port;       /* Zero: 445. */
	uint32_t space;      /* Addresses or ports to choose from; zero: 254. */
	uint32_t count;      /* Probes; zero: 254. */
	uint64_t gap_ns;     /* From one probe to the next. */
	uint16_t source_port; /* Zero: another each time. */
	bool is_vertical;     /* Over ports of one host. */
	bool is_silent;       /* What is not open is silent, not refused. */
	bool is_outside;      /* The targets are. */
	bool is_v6;
	bool is_among_friends; /* A good contact between any two probes. */
	bool is_among_clients; /* 30 clients go about their work meanwhile. */
	uint8_t ports;         /* So many ports of each host; zero: one. */
};

#endif
