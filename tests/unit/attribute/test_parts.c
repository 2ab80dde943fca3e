/* Texts, clocks and command lines. */

#include <criterion/criterion.h>
#include <stdio.h>

#include "attribute/clock.h"
#include "attribute/command_line.h"
#include "attribute/texts.h"

enum { BLOCKS = 64 };

static const struct hash_key key = { { 1, 2 } };
static struct region region;
static struct texts texts;

static void
texts_open(void)
{
	cr_assert_eq(region_init(&region, TEXTS_BYTES(BLOCKS)), 0);
	texts_init(&texts, &region, BLOCKS, &key);
}

static void
texts_close(void)
{
	region_finish(&region);
}

TestSuite(texts, .init = texts_open, .fini = texts_close);

static void
fill(char *text, size_t length, char letter)
{
	memset(text, letter, length);
	text[length] = '\0';
}

Test(texts, a_text_of_any_length_comes_back_whole)
{
	static const size_t lengths[] = { 1, 43, 44, 45, 60, 104, 105, 1023 };
	char text[TEXTS_MAX + 1];
	char back[TEXTS_MAX + 1];

	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		uint32_t number;

		fill(text, lengths[i], (char)('a' + i));
		number = texts_hold(&texts, text);
		cr_assert_neq(number, 0);
		texts_copy(&texts, number, back, sizeof(back));
		cr_expect_str_eq(back, text);
		texts_release(&texts, number);
	}
	cr_expect_eq(texts.free_count, BLOCKS - 1);
}

Test(texts, equal_texts_are_kept_once_until_nobody_refers_to_them)
{
	uint32_t one = texts_hold(&texts, "powershell.exe");
	uint32_t two = texts_hold(&texts, "powershell.exe");

	cr_expect_eq(one, two);
	cr_expect_eq(texts.free_count, BLOCKS - 2);
	texts_release(&texts, one);
	cr_expect_eq(texts_share(&texts, two), two);
	texts_release(&texts, two);
	cr_expect_eq(texts.free_count, BLOCKS - 2);
	texts_release(&texts, two);
	cr_expect_eq(texts.free_count, BLOCKS - 1);
}

Test(texts, full_it_takes_no_more_until_something_goes)
{
	char text[16];
	uint32_t first = texts_hold(&texts, "first");

	for (uint32_t i = 1; i < BLOCKS - 1; i++) {
		snprintf(text, sizeof(text), "text %u", i);
		cr_assert_neq(texts_hold(&texts, text), 0);
	}
	cr_expect_eq(texts_hold(&texts, "more"), 0);
	texts_release(&texts, first);
	cr_expect_neq(texts_hold(&texts, "more"), 0);
}

Test(texts, what_is_cut_is_cut_between_characters)
{
	char back[7];
	uint32_t number = texts_hold(&texts, "abcd\xc3\xa9\xc3\xa9");

	texts_copy(&texts, number, back, sizeof(back));
	cr_expect_str_eq(back, "abcd\xc3\xa9");
	texts_copy(&texts, number, back, 6);
	cr_expect_str_eq(back, "abcd");
}

static const int64_t second = (int64_t)NS_PER_S;
static const bool zones[2] = { false, true };

static void
match(struct clock *clock, int64_t offset_ns, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++) {
		clock_match(clock, 1000 * second + offset_ns, 1000 * second);
	}
}

Test(clock, four_matches_do_not_make_it_known_and_five_do)
{
	struct clock clocks[2] = { 0 };

	match(&clocks[0], -61 * second, 4);
	cr_expect_not(clock_read(clocks, zones, 2, 0).is_known);
	cr_expect_eq(clock_read(clocks, zones, 2, 0).error_ns, 120 * NS_PER_S);
	match(&clocks[0], -61 * second, 1);
	cr_expect(clock_read(clocks, zones, 2, 0).is_known);
	cr_expect_eq(clock_read(clocks, zones, 2, 0).offset_ns, -61 * second);
	cr_expect_eq(clock_read(clocks, zones, 2, 0).error_ns, 50 * NS_PER_MS);
}

Test(clock, one_false_match_in_six_moves_nothing)
{
	struct clock clocks[2] = { 0 };

	match(&clocks[0], 2 * second, 3);
	match(&clocks[0], 900 * second, 1);
	match(&clocks[0], 2 * second, 2);
	cr_expect_eq(clock_read(clocks, zones, 2, 0).offset_ns, 2 * second);
}

Test(clock, a_step_is_seen_after_five_matches)
{
	struct clock clocks[2] = { 0 };

	match(&clocks[0], 0, 15);
	match(&clocks[0], 30 * second, 4);
	cr_expect_eq(clock_read(clocks, zones, 2, 0).offset_ns, 0);
	match(&clocks[0], 30 * second, 1);
	cr_expect_eq(clock_read(clocks, zones, 2, 0).offset_ns, 30 * second);
	cr_expect_eq(clocks[0].steps, 1);
}

Test(clock, what_one_log_taught_serves_the_other_but_for_its_zone)
{
	struct clock clocks[2] = { 0 };

	match(&clocks[0], -3 * second, 5);
	/* Events in local time, four hours behind, arrive a second late. */
	clock_arrival(&clocks[1], -4 * 3600 * second - 4 * second, 0);
	cr_expect_eq(clock_read(clocks, zones, 2, 1).offset_ns,
	    -4 * 3600 * second - 3 * second);
}

Test(clock, zones_are_whole_half_hours)
{
	cr_expect_eq(clock_zone(61 * second), 0);
	cr_expect_eq(clock_zone(-61 * second), 0);
	cr_expect_eq(clock_zone(19801 * second), 19800 * second);
	cr_expect_eq(clock_zone(-14461 * second), -14400 * second);
}

static struct command_line line;

static bool
names(const char *text, const char *address)
{
	struct ip_address target;
	bool is_exact;

	memset(&line, 0, sizeof(line));
	command_line_read(&line, text);
	cr_assert(ip_address_parse(address, &target));
	return command_line_names(&line, &target, &is_exact) && is_exact;
}

Test(command_line, targets_are_read_in_the_ways_tools_are_told_them)
{
	cr_expect(names("nmap 10.20.2.0/24", "10.20.2.200"));
	cr_expect_not(names("nmap 10.20.2.0/24", "10.20.3.1"));
	cr_expect(names("nmap 10.20.2.5-60 -p1", "10.20.2.60"));
	cr_expect_not(names("nmap 10.20.2.5-60 -p1", "10.20.2.61"));
	cr_expect(names("x 10.20.1-3.*", "10.20.3.250"));
	cr_expect(names("fping -g 10.20.3.1 10.20.3.254", "10.20.3.77"));
	cr_expect(names("x --from=10.20.3.1 --to=10.20.3.9", "10.20.3.8"));
	cr_expect(names("x 10.20.3.1-10.20.3.9", "10.20.3.5"));
	cr_expect_not(names("x 10.20.3.1-10.20.3.9", "10.20.3.10"));
	cr_expect(names("x (10.1.1.1,10.20.2.12)", "10.20.2.12"));
	cr_expect(names("nmap -6 fd20:0:0:2::a", "fd20:0:0:2::a"));
	cr_expect(names("x fd20:0:0:2::/64", "fd20:0:0:2::99"));
	cr_expect(names("1..60|%{t '10.20.2.'+$_}", "10.20.2.33"));
	cr_expect_not(names("1..60|%{t '10.20.2.'+$_}", "10.20.2.61"));
	cr_expect(names("1..60 | % { t 10.20.2.$_ -Port 1 }", "10.20.2.60"));
}

Test(command_line, versions_and_names_are_no_addresses)
{
	memset(&line, 0, sizeof(line));
	command_line_read(
	    &line, "x_1.19.10821.0_x64 v2.5.4594.1 nmap-7.92\\nmap.exe v1.2.3");
	cr_expect_eq(line.range_count, 0);
}

Test(command_line, ports_are_read)
{
	memset(&line, 0, sizeof(line));
	command_line_read(&line, "nmap -p22,445,8000-8100 -T4 10.0.0.1:99");
	cr_expect(command_line_names_port(&line, 22));
	cr_expect(command_line_names_port(&line, 8050));
	cr_expect(command_line_names_port(&line, 99));
	cr_expect_not(command_line_names_port(&line, 8101));
}

Test(command_line, base64_is_read)
{
	char decoded[128];

	cr_assert(command_line_decode(
	    "-enc MQAwAC4AMQAuADIALgAzAC8AMgA0AA==", decoded, sizeof(decoded)));
	cr_expect_str_eq(decoded, "10.1.2.3/24");
	cr_expect_not(
	    command_line_decode("no such thing", decoded, sizeof(decoded)));
}

Test(command_line, more_than_there_is_room_for_is_left_out)
{
	char text[2048];
	size_t length = 0;

	for (uint32_t i = 0; i < 100; i++) {
		length += (size_t)snprintf(
		    text + length, sizeof(text) - length, "10.0.%u.0/24 ", i);
	}
	memset(&line, 0, sizeof(line));
	command_line_read(&line, text);
	cr_expect_eq(line.range_count, COMMAND_RANGES);
}
