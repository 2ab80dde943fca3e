#include "mem/foreign.h"

#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#	include <sanitizer/asan_interface.h>
#else
#	define ASAN_POISON_MEMORY_REGION(address, size) \
		do {                                     \
			(void)(address);                 \
			(void)(size);                    \
		} while (0)
#	define ASAN_UNPOISON_MEMORY_REGION ASAN_POISON_MEMORY_REGION
#endif

/* What a page is: these, or PAGE_BLOCKS and the index of its block size. */
enum page_kind { PAGE_FREE, PAGE_LARGE, PAGE_LARGE_REST, PAGE_BLOCKS };

static const uint16_t block_sizes[FOREIGN_SIZE_COUNT] = { 16, 32, 48, 64, 96,
	128, 192, 256, 384, 512, 1024, 2048 };

/* The smallest blocks of a page must have a bit each. */
_Static_assert(
    FOREIGN_PAGE_SIZE / 16 == 8 * sizeof(((struct foreign_page *)NULL)->live),
    "a bit for each block");

static void *take_block(struct foreign *heap, uint32_t which);
static void *take_pages(struct foreign *heap, uint32_t count);
static bool find_run(const struct foreign *heap, uint32_t count, uint32_t *at);
static void occupy(struct foreign *heap, uint32_t at, uint32_t count);
static void vacate(struct foreign *heap, uint32_t at, uint32_t count);
static bool free_block(struct foreign *heap, uint32_t at, uint32_t offset);
static void open_list_add(struct foreign *heap, uint32_t which, uint32_t at);
static void open_list_remove(struct foreign *heap, uint32_t which, uint32_t at);

size_t
foreign_bytes(size_t size)
{
	size_t count = size / FOREIGN_PAGE_SIZE;

	return region_bytes(count, FOREIGN_PAGE_SIZE) +
	    region_bytes(count, sizeof(struct foreign_page));
}

void
foreign_init(struct foreign *heap, struct region *region, size_t size)
{
	size_t count = size / FOREIGN_PAGE_SIZE;

	SW_ASSERT(count < UINT32_MAX);
	memset(heap, 0, sizeof(*heap));
	heap->page_count = (uint32_t)count;
	heap->bytes = region_carve(region, count, FOREIGN_PAGE_SIZE);
	heap->pages = region_carve(region, count, sizeof(struct foreign_page));
	ASAN_POISON_MEMORY_REGION(heap->bytes, count * FOREIGN_PAGE_SIZE);
}

void
foreign_finish(struct foreign *heap)
{
	ASAN_UNPOISON_MEMORY_REGION(
	    heap->bytes, (size_t)heap->page_count * FOREIGN_PAGE_SIZE);
	memset(heap, 0, sizeof(*heap));
}

void *
foreign_take(struct foreign *heap, size_t size)
{
	void *block = NULL;

	for (uint32_t i = 0; i < FOREIGN_SIZE_COUNT; i++) {
		if (size <= block_sizes[i]) {
			block = take_block(heap, i);
			break;
		}
	}
	if (size > block_sizes[FOREIGN_SIZE_COUNT - 1] &&
	    size <= (size_t)heap->page_count * FOREIGN_PAGE_SIZE) {
		block = take_pages(heap,
		    (uint32_t)((size + FOREIGN_PAGE_SIZE - 1) /
		        FOREIGN_PAGE_SIZE));
	}
	if (block == NULL) {
		heap->refused++;
		return NULL;
	}
	heap->taken++;
	heap->blocks++;
	ASAN_UNPOISON_MEMORY_REGION(block, size);
	return block;
}

void
foreign_free(struct foreign *heap, void *block)
{
	uintptr_t begin = (uintptr_t)heap->bytes;
	uintptr_t place = (uintptr_t)block;
	uint32_t at;
	uint32_t offset;

	if (block == NULL) {
		return;
	}
	if (place < begin ||
	    place - begin >= (uintptr_t)heap->page_count * FOREIGN_PAGE_SIZE) {
		heap->strays++;
		return;
	}
	at = (uint32_t)((place - begin) / FOREIGN_PAGE_SIZE);
	offset = (uint32_t)((place - begin) % FOREIGN_PAGE_SIZE);
	if (heap->pages[at].kind == PAGE_LARGE && offset == 0) {
		vacate(heap, at, heap->pages[at].span);
	} else if (!free_block(heap, at, offset)) {
		heap->strays++;
		return;
	}
	heap->blocks--;
}

bool
foreign_has(const struct foreign *heap, size_t size)
{
	size_t count = (size + FOREIGN_PAGE_SIZE - 1) / FOREIGN_PAGE_SIZE;

	if (count > heap->page_count) {
		return false;
	}
	for (size_t i = 1; i <= count; i++) {
		if (heap->pages[heap->page_count - i].kind != PAGE_FREE) {
			return false;
		}
	}
	return true;
}

/* Takes one block of the size that 'which' names. */
static void *
take_block(struct foreign *heap, uint32_t which)
{
	uint32_t size = block_sizes[which];
	uint32_t per_page = FOREIGN_PAGE_SIZE / size;
	struct foreign_page *page;
	uint32_t at;
	uint32_t word = 0;
	uint32_t block;

	if (heap->open[which] == 0) {
		if (!find_run(heap, 1, &at)) {
			return NULL;
		}
		occupy(heap, at, 1);
		heap->pages[at].kind = (uint8_t)(PAGE_BLOCKS + which);
		open_list_add(heap, which, at);
	}
	at = heap->open[which] - 1;
	page = &heap->pages[at];
	while (page->live[word] == UINT64_MAX) {
		word++;
	}
	block = 64 * word + (uint32_t)__builtin_ctzll(~page->live[word]);
	SW_ASSERT(block < per_page);
	page->live[word] |= 1ull << (block % 64);
	page->used++;
	if (page->used == per_page) {
		open_list_remove(heap, which, at);
	}
	return heap->bytes + (size_t)at * FOREIGN_PAGE_SIZE +
	    (size_t)block * size;
}

static void *
take_pages(struct foreign *heap, uint32_t count)
{
	uint32_t at;

	if (!find_run(heap, count, &at)) {
		return NULL;
	}
	occupy(heap, at, count);
	heap->pages[at].kind = PAGE_LARGE;
	heap->pages[at].span = count;
	for (uint32_t i = 1; i < count; i++) {
		heap->pages[at + i].kind = PAGE_LARGE_REST;
	}
	return heap->bytes + (size_t)at * FOREIGN_PAGE_SIZE;
}

/* Finds the first 'count' free pages in a row.  Lowest first keeps the end of
 * the heap free, where foreign_has() looks. */
static bool
find_run(const struct foreign *heap, uint32_t count, uint32_t *at)
{
	uint32_t run = 0;

	for (uint32_t i = heap->first_free; i < heap->page_count; i++) {
		run = heap->pages[i].kind == PAGE_FREE ? run + 1 : 0;
		if (run == count) {
			*at = i + 1 - count;
			return true;
		}
	}
	return false;
}

/* Counts pages as used; the caller says what for. */
static void
occupy(struct foreign *heap, uint32_t at, uint32_t count)
{
	if (at == heap->first_free) {
		heap->first_free = at + count;
	}
	heap->used_pages += count;
	if (heap->used_pages > heap->peak_pages) {
		heap->peak_pages = heap->used_pages;
	}
}

static void
vacate(struct foreign *heap, uint32_t at, uint32_t count)
{
	memset(&heap->pages[at], 0, count * sizeof(heap->pages[at]));
	heap->used_pages -= count;
	if (at < heap->first_free) {
		heap->first_free = at;
	}
	ASAN_POISON_MEMORY_REGION(heap->bytes + (size_t)at * FOREIGN_PAGE_SIZE,
	    (size_t)count * FOREIGN_PAGE_SIZE);
}

/* Frees the small block at 'offset' of page 'at'.  False: there is none. */
static bool
free_block(struct foreign *heap, uint32_t at, uint32_t offset)
{
	struct foreign_page *page = &heap->pages[at];
	uint32_t which = (uint32_t)page->kind - PAGE_BLOCKS;
	uint32_t size;
	uint32_t block;

	if (page->kind < PAGE_BLOCKS) {
		return false;
	}
	size = block_sizes[which];
	block = offset / size;
	if (offset % size != 0 || block >= FOREIGN_PAGE_SIZE / size ||
	    (page->live[block / 64] >> (block % 64) & 1) == 0) {
		return false;
	}
	if (page->used == FOREIGN_PAGE_SIZE / size) {
		open_list_add(heap, which, at);
	}
	page->live[block / 64] &= ~(1ull << (block % 64));
	page->used--;
	ASAN_POISON_MEMORY_REGION(
	    heap->bytes + (size_t)at * FOREIGN_PAGE_SIZE + offset, size);
	if (page->used == 0) {
		open_list_remove(heap, which, at);
		vacate(heap, at, 1);
	}
	return true;
}

static void
open_list_add(struct foreign *heap, uint32_t which, uint32_t at)
{
	struct foreign_page *page = &heap->pages[at];

	page->previous = 0;
	page->next = heap->open[which];
	if (page->next != 0) {
		heap->pages[page->next - 1].previous = at + 1;
	}
	heap->open[which] = at + 1;
}

static void
open_list_remove(struct foreign *heap, uint32_t which, uint32_t at)
{
	struct foreign_page *page = &heap->pages[at];

	if (page->previous != 0) {
		heap->pages[page->previous - 1].next = page->next;
	} else {
		heap->open[which] = page->next;
	}
	if (page->next != 0) {
		heap->pages[page->next - 1].previous = page->previous;
	}
	page->next = 0;
	page->previous = 0;
}
