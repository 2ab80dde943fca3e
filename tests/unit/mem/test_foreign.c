#include "mem/foreign.h"

#include <criterion/criterion.h>
#include <string.h>

#ifdef __SANITIZE_ADDRESS__
#	include <sanitizer/asan_interface.h>
#endif

enum { PAGES = 64, SIZE = PAGES * FOREIGN_PAGE_SIZE };

static struct region region;
static struct foreign heap;

static void
set_up(void)
{
	cr_assert_eq(region_init(&region, foreign_bytes(SIZE)), 0);
	foreign_init(&heap, &region, SIZE);
	cr_assert_eq(region.used, region.size, "foreign_bytes() is exact");
}

static void
tear_down(void)
{
	foreign_finish(&heap);
	region_finish(&region);
}

TestSuite(foreign, .init = set_up, .fini = tear_down);

static bool
is_in_region(const void *block, size_t size)
{
	const uint8_t *at = block;

	return at >= region.bytes && at + size <= region.bytes + region.size;
}

Test(foreign, gives_blocks_of_any_size_that_do_not_overlap)
{
	static const size_t sizes[] = { 0, 1, 8, 16, 17, 48, 100, 1000, 2048,
		2049, 4096, 4097, 12345, 40000 };
	uint8_t *blocks[ARRAY_SIZE(sizes)];

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		blocks[i] = foreign_take(&heap, sizes[i]);
		cr_assert_not_null(blocks[i]);
		cr_expect(is_in_region(blocks[i], sizes[i]));
		cr_expect_eq((uintptr_t)blocks[i] % 16, 0);
		memset(blocks[i], (int)i, sizes[i]);
	}
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (size_t j = 0; j < sizes[i]; j++) {
			cr_assert_eq(blocks[i][j], i);
		}
		foreign_free(&heap, blocks[i]);
	}
	cr_expect_eq(heap.blocks, 0);
	cr_expect_eq(heap.used_pages, 0);
	cr_expect_eq(heap.taken, ARRAY_SIZE(sizes));
}

Test(foreign, when_full_refuses_counts_and_goes_on)
{
	void *blocks[PAGES];
	void *small;

	for (size_t i = 0; i < PAGES; i++) {
		blocks[i] = foreign_take(&heap, FOREIGN_PAGE_SIZE);
		cr_assert_not_null(blocks[i]);
	}
	cr_expect_null(foreign_take(&heap, 1));
	cr_expect_null(foreign_take(&heap, FOREIGN_PAGE_SIZE));
	cr_expect_eq(heap.refused, 2);
	cr_expect_eq(heap.peak_pages, PAGES);
	foreign_free(&heap, blocks[17]);
	small = foreign_take(&heap, 1);
	cr_expect_eq(small, blocks[17]);
	cr_expect_null(foreign_take(&heap, FOREIGN_PAGE_SIZE));
}

Test(foreign, refuses_what_it_could_never_hold)
{
	cr_expect_null(foreign_take(&heap, SIZE + 1));
	cr_expect_null(foreign_take(&heap, SIZE_MAX));
	cr_expect_null(foreign_take(&heap, SIZE_MAX - FOREIGN_PAGE_SIZE));
	cr_expect_eq(heap.refused, 3);
	cr_expect_not_null(foreign_take(&heap, SIZE));
}

Test(foreign, fills_a_page_with_small_blocks_before_it_takes_another)
{
	for (uint32_t i = 0; i < FOREIGN_PAGE_SIZE / 16; i++) {
		cr_assert_not_null(foreign_take(&heap, 16));
	}
	cr_expect_eq(heap.used_pages, 1);
	cr_assert_not_null(foreign_take(&heap, 16));
	cr_expect_eq(heap.used_pages, 2);
}

Test(foreign, a_page_freed_of_one_size_serves_another)
{
	void *blocks[PAGES * 2];

	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		blocks[i] = foreign_take(&heap, 2048);
		cr_assert_not_null(blocks[i]);
	}
	cr_assert_null(foreign_take(&heap, 16));
	for (size_t i = 0; i < ARRAY_SIZE(blocks); i++) {
		foreign_free(&heap, blocks[i]);
	}
	cr_expect_not_null(foreign_take(&heap, SIZE), "in one piece again");
}

Test(foreign, frees_of_what_is_no_block_are_counted_and_do_nothing)
{
	uint8_t *small = foreign_take(&heap, 100);
	uint8_t *large = foreign_take(&heap, 10000);
	uint8_t outside;

	foreign_free(&heap, &outside);
	foreign_free(&heap, small + 1);
	foreign_free(&heap, small + 128);
	foreign_free(&heap, large + FOREIGN_PAGE_SIZE);
	foreign_free(&heap, large + 16);
	foreign_free(&heap, heap.bytes + SIZE - FOREIGN_PAGE_SIZE);
	foreign_free(&heap, heap.bytes + SIZE);
	cr_expect_eq(heap.strays, 7);
	cr_expect_eq(heap.blocks, 2);
	foreign_free(&heap, small);
	foreign_free(&heap, small);
	foreign_free(&heap, large);
	foreign_free(&heap, large);
	cr_expect_eq(heap.strays, 9);
	cr_expect_eq(heap.blocks, 0);
}

Test(foreign, free_of_null_is_nothing)
{
	foreign_free(&heap, NULL);
	cr_expect_eq(heap.strays, 0);
}

Test(foreign, admits_work_while_its_end_is_free)
{
	void *half;

	cr_expect(foreign_has(&heap, SIZE));
	cr_expect_not(foreign_has(&heap, SIZE + 1));
	half = foreign_take(&heap, SIZE / 2);
	cr_expect(foreign_has(&heap, SIZE / 2));
	cr_expect_not(foreign_has(&heap, SIZE / 2 + 1));
	foreign_free(&heap, half);
	cr_expect(foreign_has(&heap, SIZE));
}

Test(foreign, a_heap_of_no_pages_refuses_everything)
{
	struct region none;
	struct foreign empty;

	cr_assert_eq(region_init(&none, foreign_bytes(100)), 0);
	foreign_init(&empty, &none, 100);
	cr_expect_null(foreign_take(&empty, 1));
	cr_expect(foreign_has(&empty, 0));
	cr_expect_not(foreign_has(&empty, 1));
	foreign_free(&empty, &none);
	cr_expect_eq(empty.strays, 1);
	foreign_finish(&empty);
	region_finish(&none);
}

Test(foreign, keeps_its_books_over_half_a_million_random_operations)
{
	enum { HELD = 700 };
	static struct {
		uint8_t *block;
		size_t size;
		uint8_t mark;
	} held[HELD];
	uint64_t state = 7;
	uint32_t live = 0;

	for (uint32_t i = 0; i < 500000; i++) {
		size_t at;

		state = state * 6364136223846793005ull + 1442695040888963407ull;
		at = (state >> 33) % HELD;
		if (held[at].block == NULL) {
			size_t bits = (state >> 20) % 14;

			held[at].size = (state >> 40) % ((size_t)1 << bits) + 1;
			held[at].mark = (uint8_t)i;
			held[at].block = foreign_take(&heap, held[at].size);
			if (held[at].block != NULL) {
				memset(held[at].block, held[at].mark,
				    held[at].size);
				live++;
			}
		} else {
			/* Both ends are whole: nobody else was given them. */
			cr_assert_eq(held[at].block[0], held[at].mark);
			cr_assert_eq(
			    held[at].block[held[at].size - 1], held[at].mark);
			foreign_free(&heap, held[at].block);
			held[at].block = NULL;
			live--;
		}
		cr_assert_eq(heap.blocks, live);
	}
	cr_expect_gt(heap.refused, 100, "or it was never full");
	cr_expect_eq(heap.strays, 0);
	for (size_t at = 0; at < HELD; at++) {
		foreign_free(&heap, held[at].block);
	}
	cr_expect_eq(heap.blocks, 0);
	cr_expect_eq(heap.used_pages, 0);
	cr_expect(foreign_has(&heap, SIZE));
}

#ifdef __SANITIZE_ADDRESS__
Test(foreign, poisons_what_is_free_and_what_was_not_asked_for)
{
	uint8_t *block = foreign_take(&heap, 20);

	cr_expect_not(__asan_address_is_poisoned(block + 19));
	cr_expect(__asan_address_is_poisoned(block + 20));
	foreign_free(&heap, block);
	cr_expect(__asan_address_is_poisoned(block));
	block = foreign_take(&heap, 5000);
	cr_expect_not(__asan_address_is_poisoned(block + 4999));
	cr_expect(__asan_address_is_poisoned(block + 5000));
	foreign_free(&heap, block);
	cr_expect(__asan_address_is_poisoned(block + 4096));
}
#endif
