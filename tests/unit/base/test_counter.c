#include "base/counter.h"

#include <criterion/criterion.h>
#include <ctype.h>
#include <string.h>

Test(counter, every_name_is_a_room_a_dot_and_small_letters)
{
	for (int i = 0; i < COUNTER_COUNT; i++) {
		const char *name = counter_name((enum counter)i);
		const char *dot = strchr(name, '.');

		cr_assert_not_null(dot, "%s", name);
		cr_expect_gt(dot - name, 0, "%s", name);
		cr_expect_neq(dot[1], '\0', "%s", name);
		for (const char *at = name; *at != '\0'; at++) {
			cr_expect(islower((unsigned char)*at) ||
			        isdigit((unsigned char)*at) || *at == '_' ||
			        at == dot,
			    "%s", name);
		}
	}
	cr_expect_str_eq(counter_name(COUNTER_DECODE_OK), "decode.ok");
}

Test(counter, no_two_have_the_same_name)
{
	for (int i = 0; i < COUNTER_COUNT; i++) {
		for (int j = 0; j < i; j++) {
			cr_expect_str_neq(counter_name((enum counter)i),
			    counter_name((enum counter)j));
		}
	}
}

Test(counter, every_one_says_what_it_counts_in_a_sentence)
{
	for (int i = 0; i < COUNTER_COUNT; i++) {
		const char *sentence = counter_sentence((enum counter)i);

		cr_assert_gt(strlen(sentence), 10);
		cr_expect(isupper((unsigned char)sentence[0]), "%s", sentence);
		cr_expect_eq(
		    sentence[strlen(sentence) - 1], '.', "%s", sentence);
	}
}

Test(counter, counts_and_touches_no_other)
{
	struct counters counters;

	memset(&counters, 0, sizeof(counters));
	counter_increment(&counters, COUNTER_CAPTURE_FRAMES);
	counter_add(&counters, COUNTER_CAPTURE_FRAMES, 41);
	for (int i = 0; i < COUNTER_COUNT; i++) {
		cr_expect_eq(
		    counters.value[i], i == COUNTER_CAPTURE_FRAMES ? 42 : 0);
	}
}
