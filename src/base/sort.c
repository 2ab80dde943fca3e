#include "base/sort.h"

#include <string.h>

void
sort_few(void *elements, size_t count, size_t size,
    int (*compare)(const void *one, const void *other))
{
	uint8_t *bytes = elements;
	uint8_t moved[SORT_ELEMENT_SIZE];

	SW_ASSERT(size <= sizeof(moved));
	for (size_t i = 1; i < count; i++) {
		size_t at = i;

		memcpy(moved, bytes + i * size, size);
		while (at > 0 && compare(bytes + (at - 1) * size, moved) > 0) {
			at--;
		}
		memmove(bytes + (at + 1) * size, bytes + at * size,
		    (i - at) * size);
		memcpy(bytes + at * size, moved, size);
	}
}
