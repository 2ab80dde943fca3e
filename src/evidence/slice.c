#include "evidence/slice.h"

int32_t
slice_take(struct slice *slice, uint32_t first, uint32_t last)
{
	uint64_t taken = slice->taken++;

	if (taken < first) {
		return (int32_t)taken;
	}
	return last > 0 ? (int32_t)(first + (taken - first) % last)
	                : SLICE_NO_PLACE;
}

uint32_t
slice_held(const struct slice *slice, uint32_t first, uint32_t last)
{
	return slice->taken < (uint64_t)first + last ? (uint32_t)slice->taken
	                                             : first + last;
}

uint32_t
slice_at(
    const struct slice *slice, uint32_t first, uint32_t last, uint32_t index)
{
	SW_ASSERT(index < slice_held(slice, first, last));
	if (index < first || slice->taken <= (uint64_t)first + last) {
		return index;
	}
	/* The oldest of the last is where the next goes. */
	return first +
	    (uint32_t)((slice->taken - first + (index - first)) % last);
}
