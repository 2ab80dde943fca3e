/*
 * Slice: which packets of an alert are kept: the first and the last.
 *
 * Counts what was taken of one alert and says the place of the next: the first
 * 'first' packets have places of their own, all later ones go round the 'last'
 * places behind them.  So at any time the first and the latest are there.
 *
 *	place = slice_take(&slice, first, last);    SLICE_NO_PLACE: not kept
 *	...
 *	for (i = 0; i < slice_held(&slice, first, last); i++) {
 *		place = slice_at(&slice, first, last, i);    in order
 *	}
 *
 * Memory: eight bytes an alert.
 */
#ifndef EVIDENCE_SLICE_H
#define EVIDENCE_SLICE_H

#include "base/base.h"

enum {
	SLICE_FIRST = 200, /* Where nothing else is said. */
	SLICE_LAST = 200,
	SLICE_NO_PLACE = -1,
};

struct slice {
	uint64_t taken;
};

/* The place of another packet, below 'first' + 'last'; SLICE_NO_PLACE where
 * 'last' is zero and the first are there. */
int32_t slice_take(struct slice *slice, uint32_t first, uint32_t last);

/* How many places hold one. */
uint32_t slice_held(const struct slice *slice, uint32_t first, uint32_t last);

/* The place of the 'index'-th that is held, in the order they came. */
uint32_t slice_at(
    const struct slice *slice, uint32_t first, uint32_t last, uint32_t index);

#endif
