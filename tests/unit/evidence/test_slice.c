#include "evidence/slice.h"

#include <criterion/criterion.h>

/* Takes 'count' packets and notes which is where. */
static void
fill(struct slice *slice, uint32_t count, uint32_t first, uint32_t last,
    uint32_t *held_at)
{
	for (uint32_t i = 1; i <= count; i++) {
		int32_t place = slice_take(slice, first, last);

		if (place != SLICE_NO_PLACE) {
			cr_assert_lt((uint32_t)place, first + last);
			held_at[place] = i;
		}
	}
}

Test(slice, keeps_all_while_there_is_room)
{
	struct slice slice = { 0 };
	uint32_t held_at[10];

	fill(&slice, 10, 6, 4, held_at);
	cr_assert_eq(slice_held(&slice, 6, 4), 10);
	for (uint32_t i = 0; i < 10; i++) {
		cr_expect_eq(held_at[slice_at(&slice, 6, 4, i)], i + 1);
	}
}

Test(slice, keeps_the_first_and_the_last_in_order_however_many_come)
{
	for (uint32_t count = 11; count < 60; count++) {
		struct slice slice = { 0 };
		uint32_t held_at[10];

		fill(&slice, count, 6, 4, held_at);
		cr_assert_eq(slice_held(&slice, 6, 4), 10);
		for (uint32_t i = 0; i < 10; i++) {
			cr_expect_eq(held_at[slice_at(&slice, 6, 4, i)],
			    i < 6 ? i + 1 : count - 9 + i);
		}
	}
}

Test(slice, without_room_for_the_last_keeps_the_first)
{
	struct slice slice = { 0 };
	uint32_t held_at[3];

	fill(&slice, 20, 3, 0, held_at);
	cr_expect_eq(slice_held(&slice, 3, 0), 3);
	cr_expect_eq(held_at[2], 3);
	cr_expect_eq(slice_take(&slice, 3, 0), SLICE_NO_PLACE);
}
