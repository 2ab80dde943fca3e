/*
 * Simulate: how well made-up scanners are found, and made-up honest hosts left
 * alone.
 *
 *	simulate [--check] [--seeds N] [PART OF A ROW'S NAME]
 *
 * Each row is played once for each seed, in a world of its own, and the same
 * seeds always give the same table.  With --check each row is one test, held to
 * its bar, and the last line tells how many passed.  A known limit that is no
 * longer one fails too: its row belongs with the others then.
 */

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "detection/population.h"

enum {
	SEEDS_USUAL = 200,
	SEEDS_CHECK = 20,
	SEEDS_MOST = 10000,
	/* Points of a known limit's percentage: a few worlds scatter so far. */
	KNOWN_WITHIN = 20,
};

struct result {
	uint32_t found;   /* Worlds whose scanner was. */
	uint32_t alarmed; /* Worlds in which an honest host was raised. */
	uint32_t alarms;  /* Honest hosts raised, in all. */
	uint32_t probes[SEEDS_MOST]; /* At the alert, of those found. */
	uint64_t times_ns[SEEDS_MOST];
};

static struct world world;
static struct result result;

static int
compare_probes(const void *a, const void *b)
{
	const uint32_t *first = a;
	const uint32_t *second = b;

	return *first < *second ? -1 : *first > *second;
}

static int
compare_times(const void *a, const void *b)
{
	const uint64_t *first = a;
	const uint64_t *second = b;

	return *first < *second ? -1 : *first > *second;
}

static void
play(const struct row *row, uint32_t seeds)
{
	memset(&result, 0, sizeof(result));
	for (uint32_t seed = 1; seed <= seeds; seed++) {
		world_begin(&world, seed);
		row->populate(&world, row);
		world_happen(&world);
		result.alarmed += world.alarm_count > 0;
		result.alarms += world.alarm_count;
		if (world.has_scanner && world.scanner.probes_at_alert > 0) {
			result.probes[result.found] =
			    world.scanner.probes_at_alert;
			result.times_ns[result.found] = world.scanner.alert_ns;
			result.found++;
		}
	}
	qsort(result.probes, result.found, sizeof(result.probes[0]),
	    compare_probes);
	qsort(result.times_ns, result.found, sizeof(result.times_ns[0]),
	    compare_times);
}

/* Whether the row is as it should be, or as it is known to be. */
static bool
is_within_bar(const struct row *row, uint32_t seeds)
{
	double found = result.found * 100.0 / seeds;
	double alarmed = result.alarmed * 100.0 / seeds;

	switch (row->bar) {
	case BAR_FOUND:
		return found >= 99 && alarmed <= 0;
	case BAR_QUIET:
		return alarmed <= 0;
	case BAR_KNOWN:
		break;
	}
	return fabs((world.has_scanner ? found : alarmed) -
	           row->known_percent) <= KNOWN_WITHIN;
}

static const char *
verdict_on(const struct row *row, uint32_t seeds)
{
	if (is_within_bar(row, seeds)) {
		return row->bar == BAR_KNOWN ? "known limit" : "";
	}
	return row->bar == BAR_KNOWN ? "NOT AS KNOWN" : "FAILED";
}

static void
print_row(const struct row *row, uint32_t seeds)
{
	bool is_scan = world.has_scanner;

	printf("%-44s", row->name);
	if (is_scan) {
		printf(" %5.1f %%", result.found * 100.0 / seeds);
	} else {
		printf("       -");
	}
	if (is_scan && result.found > 0) {
		printf(" %7u %7u %11.1f s", result.probes[result.found / 2],
		    result.probes[result.found * 9 / 10],
		    (double)result.times_ns[result.found / 2] /
		        (double)NS_PER_S);
	} else {
		printf(" %7s %7s %13s", "-", "-", "-");
	}
	printf(" %7u %8.1f %%  %s\n", result.alarms,
	    result.alarmed * 100.0 / seeds, verdict_on(row, seeds));
	fflush(stdout);
}

int
main(int argument_count, char **arguments)
{
	static const struct row *const groups[] = { scanner_rows, inside_rows,
		outside_rows, upkeep_rows, known_scanner_rows,
		known_inside_rows };
	const char *wanted = "";
	uint32_t seeds = 0;
	uint32_t passed = 0;
	uint32_t failed = 0;
	bool is_check = false;

	for (int i = 1; i < argument_count; i++) {
		if (strcmp(arguments[i], "--check") == 0) {
			is_check = true;
		} else if (strcmp(arguments[i], "--seeds") == 0 &&
		    i + 1 < argument_count) {
			seeds = (uint32_t)strtoul(arguments[++i], NULL, 10);
		} else {
			wanted = arguments[i];
		}
	}
	if (seeds == 0 || seeds > SEEDS_MOST) {
		seeds = is_check ? SEEDS_CHECK : SEEDS_USUAL;
	}
	printf("%u worlds a row\n%-44s %7s %7s %7s %13s %7s %10s\n", seeds, "",
	    "found", "median", "90 %", "median time", "alarms", "worlds");
	world_open(&world);
	for (size_t group = 0; group < ARRAY_SIZE(groups); group++) {
		for (const struct row *row = groups[group]; row->name != NULL;
		     row++) {
			uint32_t worlds = (seeds + row->heavy - 1) / row->heavy;

			if (strstr(row->name, wanted) == NULL) {
				continue;
			}
			play(row, worlds);
			print_row(row, worlds);
			passed += is_within_bar(row, worlds);
			failed += !is_within_bar(row, worlds);
		}
	}
	world_close(&world);
	printf("%u passed, %u failed\n", passed, failed);
	return failed > 0;
}
