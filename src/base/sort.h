/*
 * Sorting in place, for confined processes.
 *
 * qsort() takes memory, and asks the system how much there is, as soon as there
 * is more than 1 KiB to sort; a role that is confined may do neither, and is
 * ended for it.  This moves elements one by one: for some hundred at most.
 * Equal elements keep their order.
 *
 * Memory: none.  Time: grows with the square of 'count'.
 */
#ifndef BASE_SORT_H
#define BASE_SORT_H

#include "base/base.h"

enum { SORT_ELEMENT_SIZE = 256 }; /* Bytes of one element, at most. */

/* 'compare' is as for qsort(). */
void sort_few(void *elements, size_t count, size_t size,
    int (*compare)(const void *one, const void *other));

#endif
