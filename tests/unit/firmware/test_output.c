#include "firmware/output.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct output output;
static struct loop loop;
static struct counters counters;
static char said[512];

static void
keep(void *context, enum log_level level, const char *line)
{
	(void)context;
	(void)level;
	(void)snprintf(said, sizeof(said), "%s", line);
}

static const struct log log_kept = { .level = LOG_LEVEL_INFO, .sink = keep };

/* Makes 'fd' standard output, as it was given to us, and opens it. */
static void
open_on(int fd)
{
	cr_assert_eq(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	cr_assert_eq(loop_init(&loop), 0);
	output_open(&output, &loop, &log_kept, &counters);
}

static uint64_t
printed(void)
{
	return counters.value[COUNTER_LEDGER_LINES_PRINTED];
}

static uint64_t
dropped(void)
{
	return counters.value[COUNTER_LEDGER_LINES_DROPPED];
}

/* A line of 'size' bytes that tells its number. */
static void
write_line(uint32_t number, size_t size)
{
	static char line[20000];

	memset(line, 'a' + (int)(number % 26), size);
	line[size - 1] = '\n';
	output_line(&output, line, size);
}

Test(output, gives_a_line_to_a_pipe_at_once)
{
	int ends[2];
	char line[16] = "";

	cr_assert_eq(pipe(ends), 0);
	open_on(ends[1]);
	output_line(&output, "hello\n", 6);
	cr_expect_eq(read(ends[0], line, sizeof(line)), 6);
	cr_expect_str_eq(line, "hello\n");
	cr_expect(output_is_empty(&output));
	/* What we share with others does not become non-blocking. */
	cr_expect_eq(fcntl(STDOUT_FILENO, F_GETFL) & O_NONBLOCK, 0);
}

Test(output, keeps_lines_whole_for_a_slow_reader)
{
	static char bytes[20000];
	int ends[2];
	uint32_t number = 0;
	size_t at = 0;
	ssize_t size;

	cr_assert_eq(pipe(ends), 0);
	open_on(ends[1]);
	for (uint32_t i = 0; i < 20; i++) {
		write_line(i, 17000);
	}
	cr_expect_eq(printed(), 20);
	cr_expect_not(output_is_empty(&output));
	while (number < 20) {
		cr_assert_geq(loop_wait(&loop, 0), 0);
		size = read(ends[0], bytes, sizeof(bytes));
		cr_assert_gt(size, 0);
		for (ssize_t i = 0; i < size; i++) {
			char expected =
			    at == 16999 ? '\n' : (char)('a' + number);

			cr_assert_eq(bytes[i], expected);
			number += at == 16999;
			at = at == 16999 ? 0 : at + 1;
		}
	}
	cr_expect(output_is_empty(&output));
	cr_expect_eq(dropped(), 0);
}

Test(output, drops_whole_lines_when_it_is_full_and_goes_on)
{
	static char bytes[65536];
	int ends[2];
	ssize_t size;
	uint64_t newlines = 0;
	uint64_t before;

	cr_assert_eq(pipe(ends), 0);
	open_on(ends[1]);
	for (uint32_t i = 0; i < 100; i++) {
		write_line(i, 20000);
	}
	cr_expect_gt(dropped(), 0);
	cr_expect_eq(printed() + dropped(), 100);
	before = printed();

	fcntl(ends[0], F_SETFL, O_NONBLOCK);
	while ((size = read(ends[0], bytes, sizeof(bytes))) > 0) {
		for (ssize_t i = 0; i < size; i++) {
			newlines += bytes[i] == '\n';
		}
		cr_assert_geq(loop_wait(&loop, 0), 0);
	}
	cr_expect_eq(newlines, before);
	write_line(1, 20000);
	cr_expect_eq(printed(), before + 1);
}

Test(output, tells_whether_a_line_would_be_dropped)
{
	static char line[4096];
	int ends[2];

	memset(line, 'x', sizeof(line));
	line[sizeof(line) - 1] = '\n';
	cr_assert_eq(pipe(ends), 0);
	open_on(ends[1]); /* Nobody reads. */
	while (output_has_room(&output, sizeof(line))) {
		output_line(&output, line, sizeof(line));
		cr_assert_eq(dropped(), 0);
	}
	output_line(&output, line, sizeof(line));
	cr_expect_eq(dropped(), 1);
	cr_expect(output_has_room(&output, 0));
}

Test(output, outlives_its_reader)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(ends), 0);
	open_on(ends[1]);
	close(ends[0]);
	output_line(&output, "hello\n", 6);
	cr_assert_geq(loop_wait(&loop, 0), 0);
	output_line(&output, "hello\n", 6);
	output_line(&output, "hello\n", 6);
	cr_expect_geq(dropped(), 2);
	cr_expect(output_is_empty(&output));
	cr_expect_not_null(strstr(said, "closed"));
}

Test(output, writes_to_a_file_as_it_is)
{
	char name[] = "/tmp/test-output-XXXXXX";
	char text[32] = "";
	int fd = mkstemp(name);

	cr_assert_geq(fd, 0);
	unlink(name);
	cr_assert_eq(write(fd, "before\n", 7), 7);
	open_on(fd);
	output_line(&output, "hello\n", 6);
	cr_expect(output_is_empty(&output));
	cr_expect_gt(pread(fd, text, sizeof(text) - 1, 0), 0);
	cr_expect_str_eq(text, "before\nhello\n");
}

Test(output, that_was_closed_from_the_first_drops_and_counts)
{
	cr_assert_eq(loop_init(&loop), 0);
	close(STDOUT_FILENO);
	output_open(&output, &loop, &log_kept, &counters);
	output_line(&output, "hello\n", 6);
	cr_expect_eq(dropped(), 1);
}
