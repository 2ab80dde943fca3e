/*
 * Chance: a seeded generator of random numbers, the same everywhere.
 *
 * splitmix64, by Steele, Lea and Flood ("Fast splittable pseudorandom number
 * generators", 2014): small, and good enough to draw hosts and ports by.
 */
#ifndef TESTS_DETECTION_CHANCE_H
#define TESTS_DETECTION_CHANCE_H

#include "base/base.h"

struct chance {
	uint64_t state;
};

static inline uint64_t
chance_draw(struct chance *chance)
{
	uint64_t mixed = chance->state += 0x9e3779b97f4a7c15;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
	return mixed ^ mixed >> 31;
}

/* From 0 to 'limit' less one. */
static inline uint32_t
chance_below(struct chance *chance, uint32_t limit)
{
	return (uint32_t)((chance_draw(chance) >> 32) * limit >> 32);
}

/* From 0 to less than 1. */
static inline double
chance_share(struct chance *chance)
{
	return (double)(chance_draw(chance) >> 11) * 0x1p-53;
}

/* True so often, in a hundred. */
static inline bool
chance_percent(struct chance *chance, double percent)
{
	return chance_share(chance) * 100 < percent;
}

/* A waiting time with this mean, as between independent events. */
uint64_t chance_wait(struct chance *chance, uint64_t mean_ns);

/* Puts the numbers in a random order. */
void chance_shuffle(struct chance *chance, uint32_t *numbers, uint32_t count);

#endif
