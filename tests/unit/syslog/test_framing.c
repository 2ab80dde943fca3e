#include "syslog/framing.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cutter.h"

#define IS(cutter, index, text) \
	cutter_is((cutter), (index), (text), strlen(text))

Test(framing, a_count_and_a_blank_begin_a_message)
{
	const struct cutter *cutter = cutter_cut("5 <14>a7 <14>b\nc6 <14>\n\n");

	cr_expect_eq(cutter->count, 3u);
	cr_expect(IS(cutter, 0, "<14>a"));
	cr_expect(IS(cutter, 1, "<14>b\nc"));
	cr_expect(IS(cutter, 2, "<14>\n\n"));
	cr_expect_eq(cutter->cut_count, 0u);
}

Test(framing, a_line_feed_ends_a_message_and_carriage_returns_are_none_of_it)
{
	const struct cutter *cutter =
	    cutter_cut("<14>a\r\n\n\r\n<14>b\n<14>c\r\n");

	cr_expect_eq(cutter->count, 3u);
	cr_expect(IS(cutter, 0, "<14>a"));
	cr_expect(IS(cutter, 1, "<14>b"));
	cr_expect(IS(cutter, 2, "<14>c"));
	cr_expect_eq(cutter->cut_count, 0u);
}

Test(framing, a_zero_ends_a_message_for_good)
{
	struct cutter *cutter = cutter_new();

	cutter_give(cutter, "<14>a\0more\0", 11, 11);
	cr_expect_eq(cutter->count, 2u);
	cr_expect(IS(cutter, 0, "<14>a"));
	cr_expect(IS(cutter, 1, "more"));
}

Test(framing, both_ways_may_take_turns)
{
	const struct cutter *cutter =
	    cutter_cut("5 <14>a<14>b\n5 <14>c\n<14>d\n");

	cr_expect_eq(cutter->count, 4u);
	cr_expect(IS(cutter, 1, "<14>b"));
	cr_expect(IS(cutter, 2, "<14>c"));
	cr_expect_eq(cutter->framing.errors, 0u);
}

Test(framing, lines_that_cannot_begin_a_message_belong_to_the_one_before)
{
	const struct cutter *cutter = cutter_cut(
	    "<14>a\r\n\tb\r\n\r\nKey=1\r\n<Data>x</Data>\n<14>c\n2020 x\n");

	cr_expect_eq(cutter->count, 2u);
	cr_expect(IS(cutter, 0, "<14>a\r\n\tb\r\n\r\nKey=1\r\n<Data>x</Data>"));
	cr_expect(IS(cutter, 1, "<14>c\n2020 x"));
}

Test(framing, lines_without_priorities_are_messages_of_their_own)
{
	const struct cutter *cutter = cutter_cut("a\nb\n{\"c\":1}\n12345 d\n");

	cr_expect_eq(cutter->count, 4u);
	cr_expect(IS(cutter, 1, "b"));
	cr_expect(IS(cutter, 3, "12345 d"));
}

Test(framing, a_line_waits_for_the_next_until_it_is_flushed)
{
	struct cutter *cutter = cutter_new();

	cutter_give(cutter, "<14>a\n", 6, 6);
	cr_expect_eq(cutter->count, 0u);
	cr_expect(framing_has_whole(&cutter->framing));
	cutter_flush(cutter);
	cr_expect(IS(cutter, 0, "<14>a"));
	cr_expect_eq(cutter->cut_count, 0u);

	/* A part of the next is no part of it. */
	cutter_give(cutter, "<14>b\n<1", 8, 8);
	cutter_flush(cutter);
	cr_expect(IS(cutter, 1, "<14>b"));
	cutter_give(cutter, "5>c\n<14>d\n", 10, 10);
	cr_expect(IS(cutter, 2, "<15>c"));
}

Test(framing, what_has_not_come_whole_is_given_at_the_close_and_marked)
{
	const struct cutter *cutter = cutter_cut("<14>a\n<14>b");

	cr_expect_eq(cutter->count, 2u);
	cr_expect_not(cutter->messages[0].is_cut);
	cr_expect(cutter->messages[1].is_cut);
	cutter = cutter_cut("5 <14>a20 <14>b");
	cr_expect_eq(cutter->count, 2u);
	cr_expect(IS(cutter, 1, "<14>b"));
	cr_expect(cutter->messages[1].is_cut);
	cutter = cutter_cut("20 ");
	cr_expect_eq(cutter->count, 0u);
}

Test(framing, a_count_that_was_too_small_costs_no_other_message)
{
	const struct cutter *cutter =
	    cutter_cut("5 <14>a5 <14>bcdef5 <14>g5 <14>h");

	cr_expect_eq(cutter->count, 4u);
	cr_expect(IS(cutter, 1, "<14>b"));
	cr_expect(cutter->messages[1].is_cut);
	cr_expect(IS(cutter, 2, "<14>g"));
	cr_expect_eq(cutter->framing.errors, 1u);
	cr_expect_eq(cutter->framing.lost_bytes, 4u);
}

Test(framing, a_count_that_was_too_large_costs_one_message)
{
	const struct cutter *cutter =
	    cutter_cut("5 <14>a9 <14>b5 <14>c5 <14>d5 <14>e");

	cr_expect_eq(cutter->count, 4u);
	cr_expect(IS(cutter, 1, "<14>b5 <1"));
	cr_expect(IS(cutter, 2, "<14>d"));
	cr_expect_eq(cutter->framing.errors, 1u);
}

Test(framing, digits_before_a_count_are_told_from_it)
{
	struct cutter *cutter = cutter_new();
	static const char text[] = "5 <14>a5 <14>bx13317 <14>c776 <14>d76"
	                           " <14>e95 <14>f";

	/* What is lost ends in digits, and so do messages. */
	cutter_give(cutter, text, sizeof(text) - 1, 3);
	cr_expect_eq(cutter->count, 6u);
	cr_expect(IS(cutter, 2, "<14>c77"));
	cr_expect(IS(cutter, 3, "<14>d7"));
	cr_expect(IS(cutter, 5, "<14>f"));
	cr_expect_eq(cutter->framing.errors, 1u);
}

Test(framing, an_absurd_count_takes_no_memory_and_costs_one_message)
{
	const struct cutter *cutter =
	    cutter_cut("5 <14>a999999999999 <14>b5 <14>c5 <14>e");

	cr_expect_eq(cutter->count, 3u);
	cr_expect(IS(cutter, 1, "<14>c"));
	cr_expect(IS(cutter, 2, "<14>e"));
	cr_expect_eq(cutter->framing.errors, 1u);
}

Test(framing, a_message_of_a_megabyte_is_cut_and_the_next_is_found)
{
	enum { SIZE = FRAMING_SKIP_SIZE };
	char *text = malloc(SIZE + 64);
	struct cutter *cutter = cutter_new();
	int head = snprintf(text, 64, "%d <14>", SIZE);

	memset(text + head, 'x', SIZE);
	memcpy(text + head - 4 + SIZE, "5 <14>b", 7);
	cutter_give(cutter, text, (size_t)head - 4 + SIZE + 7, 4096);
	cr_expect_eq(cutter->count, 2u);
	cr_expect_eq(cutter->messages[0].size, (size_t)FRAMING_MESSAGE_SIZE);
	cr_expect(cutter->messages[0].is_cut);
	cr_expect(IS(cutter, 1, "<14>b"));

	/* Of a line, likewise. */
	cutter = cutter_new();
	memset(text, 'x', SIZE);
	memcpy(text, "<14>", 4);
	memcpy(text + SIZE, "\n<14>b\n<14>", 11);
	cutter_give(cutter, text, SIZE + 11, 4096);
	cr_expect_eq(cutter->count, 2u);
	cr_expect_eq(cutter->messages[0].size, (size_t)FRAMING_MESSAGE_SIZE);
	cr_expect(IS(cutter, 1, "<14>b"));
	free(text);
}

Test(framing, garbage_without_end_is_hopeless_in_the_end)
{
	struct cutter *cutter = cutter_new();
	char *garbage = malloc(FRAMING_SKIP_SIZE);

	memset(garbage, 'x', FRAMING_SKIP_SIZE);
	for (int i = 0; i < FRAMING_STRIKES; i++) {
		cr_expect_not(framing_is_hopeless(&cutter->framing));
		cutter_give(cutter, garbage, FRAMING_SKIP_SIZE, 60000);
		cutter_give(cutter, garbage, 70000, 60000);
	}
	cr_expect(framing_is_hopeless(&cutter->framing));
	cr_expect_eq(cutter->count, 1u);
	free(garbage);
}

Test(framing, given_up_in_the_middle_the_rest_is_skipped)
{
	struct cutter *cutter = cutter_new();

	cutter_give(cutter, "9 <14>b", 7, 7);
	cutter_close(cutter);
	cutter_give(cutter, "1234", 4, 4);
	cutter_give(cutter, "5 <14>c", 7, 7);
	cr_expect_eq(cutter->count, 2u);
	cr_expect(IS(cutter, 1, "<14>c"));

	cutter_give(cutter, "<14>d", 5, 5);
	cutter_close(cutter);
	cutter_give(cutter, "ef\n<14>g\n<14>", 13, 13);
	cr_expect_eq(cutter->count, 4u);
	cr_expect(IS(cutter, 3, "<14>g"));
}
