#include "mem/region.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int
region_init(struct region *region, size_t size)
{
	void *bytes;

	memset(region, 0, sizeof(*region));
	if (size == 0) {
		return 0;
	}
	bytes = mmap(NULL, size, PROT_READ | PROT_WRITE,
	    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (bytes == MAP_FAILED) {
		return -errno;
	}
	/* Large pages halve the cost of a random access; where the kernel has
	 * none to give, small ones do. */
	(void)madvise(bytes, size, MADV_HUGEPAGE);
	if (madvise(bytes, size, MADV_POPULATE_WRITE) != 0) {
		memset(bytes, 0, size); /* A kernel before 5.14. */
	}
	region->bytes = bytes;
	region->size = size;
	return 0;
}

void *
region_carve(struct region *region, size_t count, size_t size)
{
	size_t wanted = region_bytes(count, size);
	uint8_t *at = region->bytes + region->used;

	SW_ASSERT(!region->sealed);
	SW_ASSERT(wanted <= region->size - region->used);
	region->used += wanted;
	return at;
}

void
region_seal(struct region *region)
{
	region->sealed = true;
}

void
region_finish(struct region *region)
{
	if (region->bytes != NULL) {
		(void)munmap(region->bytes, region->size);
	}
	memset(region, 0, sizeof(*region));
}
