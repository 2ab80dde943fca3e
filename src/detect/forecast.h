/*
 * Forecast: how many probes it takes until a scan is told, on given terms.
 *
 * Nobody can see from a number of false alarms a year what it will cost in
 * patience.  So a scan is made up and played to the very functions that judge
 * real ones: no table of results is kept anywhere.
 *
 * Memory: one struct suspect, the caller's, overwritten.
 */
#ifndef DETECT_FORECAST_H
#define DETECT_FORECAST_H

#include "detect/suspect.h"

enum forecast_scan {
	FORECAST_SILENT_IN_ORDER,  /* One service, addresses in order, none
	                            * answers. */
	FORECAST_SILENT_AT_RANDOM, /* The same at random. */
	FORECAST_REFUSED_PORTS,    /* Ports of one host, all refused. */
	FORECAST_STEALTH,          /* FIN packets, none is answered. */
	FORECAST_OUTSIDE,          /* At random, outside every segment. */
	FORECAST_MIXED,            /* At random; four in ten answer. */
	FORECAST_COUNT
};

enum { FORECAST_MOST = 1000 };

/* How many probes, one every 'gap_s' seconds, until the scan is told on
 * 'terms'; zero: more than FORECAST_MOST. */
uint32_t forecast_probes(struct suspect *suspect, const struct terms *terms,
    enum forecast_scan scan, uint32_t gap_s);

/* "of silent addresses in order", to follow "a scan". */
const char *forecast_name(enum forecast_scan scan);

#endif
