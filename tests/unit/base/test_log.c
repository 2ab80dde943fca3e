#include <criterion/criterion.h>

#include "base/log.h"

static char lines[4][1024];
static uint32_t line_count;
static enum log_level last_level;
static uint64_t now_ns;

static void
keep(void *context, enum log_level level, const char *line)
{
	cr_assert_eq(context, lines);
	cr_assert_lt(line_count, ARRAY_SIZE(lines));
	strcpy(lines[line_count++], line);
	last_level = level;
}

static uint64_t
read_clock(void)
{
	return now_ns;
}

static struct log sinking = {
	.level = LOG_LEVEL_INFO,
	.sink = keep,
	.context = lines,
	.clock = read_clock,
};

static void
set_up(void)
{
	line_count = 0;
	now_ns = 1795503060123456789ull;
}

TestSuite(log, .init = set_up);

Test(log, line_says_when_how_urgent_where_and_what)
{
	log_warning(&sinking, "capture", "%s is down after %u s", "eth1", 7u);
	cr_expect_eq(line_count, 1);
	cr_expect_eq(last_level, LOG_LEVEL_WARNING);
	cr_expect_str_eq(lines[0],
	    "2026-11-24T06:51:00.123456Z warning capture: eth1 is down after "
	    "7 s");
}

Test(log, leaves_out_what_is_less_urgent_than_asked_for)
{
	log_debug(&sinking, "flow", "nothing");
	cr_expect_eq(line_count, 0);
	log_info(&sinking, "flow", "something");
	log_error(&sinking, "flow", "much");
	cr_expect_eq(line_count, 2);
}

Test(log, without_a_clock_has_no_time)
{
	const struct log timeless = {
		.level = LOG_LEVEL_INFO, .sink = keep, .context = lines
	};

	log_info(&timeless, "flow", "a");
	cr_expect_str_eq(lines[0], "info flow: a");
}

Test(log, line_is_one_line_whatever_a_name_holds)
{
	log_info(&sinking, "flow", "a\nb\x1b[2Jc\x7f");
	cr_expect_str_eq(
	    strstr(lines[0], "flow:"), "flow: a?b?[2Jc?", "%s", lines[0]);
}

Test(log, cuts_what_is_too_long)
{
	char text[2 * LOG_LINE_SIZE];

	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	log_info(&sinking, "flow", "%s", text);
	cr_expect_eq(
	    strlen(strstr(lines[0], "xxx")), (size_t)LOG_LINE_SIZE - 1);
}

Test(log, lets_one_line_through_in_so_long_and_counts_the_rest)
{
	struct log_limit limit = LOG_LIMIT(10 * NS_PER_S);

	for (int i = 0; i < 5; i++) {
		log_limited(
		    &sinking, &limit, LOG_LEVEL_INFO, "flow", "full %d", i);
	}
	cr_expect_eq(line_count, 1);
	now_ns += 10 * NS_PER_S;
	log_limited(&sinking, &limit, LOG_LEVEL_INFO, "flow", "full again");
	cr_expect_eq(line_count, 2);
	cr_expect_not_null(
	    strstr(lines[1], "full again (and 4 such lines kept back)"));
	now_ns += 10 * NS_PER_S;
	log_limited(&sinking, &limit, LOG_LEVEL_INFO, "flow", "full");
	cr_expect_null(strstr(lines[2], "kept back"));
}

Test(log, that_is_not_written_does_not_use_up_a_limit)
{
	struct log_limit limit = LOG_LIMIT(10 * NS_PER_S);

	log_limited(&sinking, &limit, LOG_LEVEL_DEBUG, "flow", "hidden");
	log_limited(&sinking, &limit, LOG_LEVEL_INFO, "flow", "shown");
	cr_expect_eq(line_count, 1);
}
