#include "mem/region.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <signal.h>
#include <string.h>

Test(region, gives_zeroed_pieces_aligned_to_a_cache_line)
{
	struct region region;
	uint8_t *first;
	uint8_t *second;

	cr_assert_eq(region_init(&region, 4096), 0);
	first = region_carve(&region, 3, 7);
	second = region_carve(&region, 1, 64);
	cr_expect_eq((uintptr_t)first % REGION_ALIGNMENT, 0);
	cr_expect_eq(second - first, 64, "21 bytes take one line");
	for (size_t i = 0; i < 128; i++) {
		cr_expect_eq(first[i], 0);
	}
	cr_expect_eq(region.used, 128);
	region_finish(&region);
	cr_expect_null(region.bytes);
}

Test(region, states_beforehand_what_a_piece_takes)
{
	cr_expect_eq(region_bytes(0, 8), 0);
	cr_expect_eq(region_bytes(1, 1), 64);
	cr_expect_eq(region_bytes(8, 8), 64);
	cr_expect_eq(region_bytes(13, 5), 128);
}

Test(region, can_be_given_away_to_the_last_byte)
{
	struct region region;

	cr_assert_eq(region_init(&region, 4096), 0);
	memset(region_carve(&region, 64, 64), 0xff, 4096);
	cr_expect_eq(region.used, region.size);
	cr_expect_not_null(region_carve(&region, 0, 64));
	region_finish(&region);
}

Test(region, of_no_bytes_is_no_mapping)
{
	struct region region;

	cr_assert_eq(region_init(&region, 0), 0);
	cr_expect_null(region.bytes);
	region_finish(&region);
}

Test(region, says_when_the_machine_has_not_got_the_memory)
{
	struct region region;

	cr_expect_eq(region_init(&region, (size_t)1 << 60), -ENOMEM);
}

Test(region, ends_the_process_when_it_is_overdrawn, .signal = SIGABRT)
{
	struct region region;

	cr_assert_eq(region_init(&region, 4096), 0);
	region_carve(&region, 65, 64);
	cr_assert_fail("65 lines were carved from 64");
}

Test(region, ends_the_process_when_it_is_carved_after_the_seal,
    .signal = SIGABRT)
{
	struct region region;

	cr_assert_eq(region_init(&region, 4096), 0);
	region_seal(&region);
	region_carve(&region, 1, 1);
	cr_assert_fail("a sealed region was carved");
}
