#include "ipc/stats.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

/* Not a multiple of eight bytes, so that the last word is a part. */
struct values {
	uint64_t number[40];
	char tail[5];
};

static void
fill(struct values *values, uint64_t number)
{
	memset(values, 0, sizeof(*values));
	for (size_t i = 0; i < ARRAY_SIZE(values->number); i++) {
		values->number[i] = number;
	}
	memset(values->tail, (int)(number & 0xff), sizeof(values->tail));
}

static bool
is_whole(const struct values *values)
{
	struct values expected;

	fill(&expected, values->number[0]);
	return memcmp(&expected, values, sizeof(expected)) == 0;
}

static void
open_both(struct stats_page *writer, struct stats_page *reader, int *fd)
{
	int shared;

	*fd = stats_page_make(sizeof(struct values));
	cr_assert_geq(*fd, 0);
	shared = stats_page_share(*fd);
	cr_assert_geq(shared, 0);
	cr_assert_eq(
	    stats_page_open_writer(writer, *fd, sizeof(struct values)), 0);
	cr_assert_eq(
	    stats_page_open_reader(reader, shared, sizeof(struct values)), 0);
	close(shared);
}

Test(stats, tells_what_was_published)
{
	struct stats_page writer, reader;
	struct values in, out;
	uint64_t heartbeat_ns = 0;
	int fd;

	open_both(&writer, &reader, &fd);
	fill(&in, 0x1234567890abcdefull);
	stats_page_publish(&writer, &in, 42);
	memset(&out, 0, sizeof(out));
	cr_expect(stats_page_read(&reader, &out, &heartbeat_ns));
	cr_expect_eq(heartbeat_ns, 42);
	cr_expect(is_whole(&out) && out.number[0] == in.number[0]);
	stats_page_close(&writer);
	stats_page_close(&reader);
}

Test(stats, has_nothing_to_tell_before_the_first_publishing)
{
	struct stats_page writer, reader;
	struct values out;
	uint64_t heartbeat_ns;
	int fd;

	open_both(&writer, &reader, &fd);
	cr_expect_not(stats_page_read(&reader, &out, &heartbeat_ns));
}

Test(stats, are_never_read_half_written)
{
	struct stats_page writer, reader;
	struct values values;
	uint64_t heartbeat_ns = 0, last = 0;
	uint32_t changes = 0;
	pid_t child;
	int fd;

	open_both(&writer, &reader, &fd);
	child = fork();
	if (child == 0) {
		for (uint64_t i = 1;; i++) {
			fill(&values, i);
			stats_page_publish(&writer, &values, i);
		}
	}
	for (uint32_t i = 0; i < 50000000 && changes < 20000; i++) {
		if (stats_page_read(&reader, &values, &heartbeat_ns)) {
			cr_assert(is_whole(&values));
			cr_assert_eq(values.number[0], heartbeat_ns);
			cr_assert_geq(heartbeat_ns, last);
			changes += heartbeat_ns != last;
			last = heartbeat_ns;
		}
	}
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	cr_expect_gt(changes, 100);
}

Test(stats, of_a_writer_that_died_in_the_midst_are_not_believed)
{
	struct stats_page writer, reader;
	struct values values;
	uint64_t heartbeat_ns;
	int fd;

	open_both(&writer, &reader, &fd);
	fill(&values, 7);
	stats_page_publish(&writer, &values, 7);
	atomic_fetch_add(&writer.shared->sequence, 1);
	cr_expect_not(stats_page_read(&reader, &values, &heartbeat_ns));

	/* The next process of the role clears the page and publishes. */
	stats_page_close(&writer);
	cr_assert_eq(stats_page_open_writer(&writer, fd, sizeof(values)), 0);
	cr_expect_not(stats_page_read(&reader, &values, &heartbeat_ns));
	stats_page_publish(&writer, &values, 8);
	cr_expect(stats_page_read(&reader, &values, &heartbeat_ns));
	cr_expect_eq(heartbeat_ns, 8);
}

Test(stats, cannot_be_written_through_what_is_shared)
{
	struct stats_page writer;
	int fd = stats_page_make(sizeof(struct values));
	int shared = stats_page_share(fd);

	cr_assert_geq(shared, 0);
	cr_expect_eq(
	    stats_page_open_writer(&writer, shared, sizeof(struct values)),
	    -EACCES);
}

Test(stats, cannot_be_cut_short_under_a_reader)
{
	int fd = stats_page_make(sizeof(struct values));

	cr_expect_lt(ftruncate(fd, 0), 0);
	cr_expect_eq(errno, EPERM);
}

Test(stats, of_another_size_or_of_an_unsealed_file_are_refused)
{
	struct stats_page page;
	int fd = stats_page_make(sizeof(struct values));
	int loose = memfd_create("loose", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	int channel[2];

	cr_expect_eq(
	    stats_page_open_reader(&page, fd, sizeof(struct values) + 8),
	    -EINVAL);
	cr_assert_eq(ftruncate(loose, 16 + 328), 0);
	cr_expect_eq(stats_page_open_reader(&page, loose, 328), -EINVAL);
	cr_assert_eq(pipe(channel), 0);
	cr_expect_eq(stats_page_open_reader(&page, channel[0], 328), -EINVAL);
}
