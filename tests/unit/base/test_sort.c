#include "base/sort.h"

#include <criterion/criterion.h>
#include <stdlib.h>

struct card {
	uint32_t rank;
	uint32_t place;
};

static int
compare_ranks(const void *one, const void *other)
{
	const struct card *left = one;
	const struct card *right = other;

	return (left->rank > right->rank) - (left->rank < right->rank);
}

Test(sort, puts_in_order_and_keeps_equals_as_they_were)
{
	struct card cards[300];

	srand(7);
	for (uint32_t i = 0; i < 300; i++) {
		cards[i] = (struct card){ (uint32_t)rand() % 20, i };
	}
	sort_few(cards, 300, sizeof(cards[0]), compare_ranks);
	for (uint32_t i = 1; i < 300; i++) {
		cr_expect(cards[i - 1].rank < cards[i].rank ||
		    (cards[i - 1].rank == cards[i].rank &&
		        cards[i - 1].place < cards[i].place));
	}
}

Test(sort, none_and_one_are_in_order)
{
	struct card card = { 3, 4 };

	sort_few(&card, 0, sizeof(card), compare_ranks);
	sort_few(&card, 1, sizeof(card), compare_ranks);
	cr_expect_eq(card.rank, 3);
	cr_expect_eq(card.place, 4);
}
