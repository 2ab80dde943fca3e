#include "detection/chance.h"

#include <math.h>

uint64_t
chance_wait(struct chance *chance, uint64_t mean_ns)
{
	return (uint64_t)(-log(1 - chance_share(chance)) * (double)mean_ns);
}

void
chance_shuffle(struct chance *chance, uint32_t *numbers, uint32_t count)
{
	for (uint32_t left = count; left > 1; left--) {
		uint32_t other = chance_below(chance, left);
		uint32_t number = numbers[left - 1];

		numbers[left - 1] = numbers[other];
		numbers[other] = number;
	}
}
