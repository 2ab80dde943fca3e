#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "unit/store/store_make.h"

static struct store store;
static struct store_reader reader;
static char next[STORE_ID_SIZE];
static char text[65536];
static size_t text_size;
static uint32_t listed;

static void
set_up(void)
{
	make_folder();
	make_store(&store);
	store_reader_of(&reader, &store);
}

static void
tear_down(void)
{
	store_close(&store);
	remove_folder();
}

TestSuite(read, .init = set_up, .fini = tear_down);

static bool
count_alert(void *context, const struct store_revision *revision)
{
	(void)context;
	cr_expect_eq(revision->target_segment_count, 2);
	cr_expect_str_eq(revision->target_segments[0], "plant");
	listed++;
	return true;
}

static uint32_t
list(struct store_filter filter)
{
	listed = 0;
	cr_assert_eq(store_list(&reader, &filter, count_alert, NULL, next), 0,
	    "%s", reader.reason);
	return listed;
}

static int
take(void *context, const void *bytes, size_t size)
{
	(void)context;
	cr_assert_lt(text_size + size, sizeof(text));
	memcpy(text + text_size, bytes, size);
	text_size += size;
	text[text_size] = '\0';
	return 0;
}

static const struct store_sink sink = { take, NULL };

Test(read, lists_newest_first_page_by_page_and_keeps_places)
{
	for (uint32_t i = 1; i <= 5; i++) {
		put_revision(&store, i, 1);
	}
	cr_expect_eq(list((struct store_filter){ .limit = 2 }), 2);
	cr_expect_str_eq(next, make_revision(4, 1).id);
	/* One that is revised meanwhile comes neither twice nor never. */
	put_revision(&store, 2, 2);
	put_revision(&store, 6, 1);
	char after[STORE_ID_SIZE];

	strcpy(after, next);
	cr_expect_eq(
	    list((struct store_filter){ .limit = 2, .after = after }), 2);
	cr_expect_str_eq(next, make_revision(2, 1).id);
	strcpy(after, next);
	cr_expect_eq(
	    list((struct store_filter){ .limit = 2, .after = after }), 1);
	cr_expect_str_eq(next, "");
}

Test(read, filters_by_everything_that_it_names)
{
	put_revision(&store, 1, 1);
	put_revision(&store, 2, 1);
#define FILTERED(...) list((struct store_filter){ __VA_ARGS__ })
	cr_expect_eq(FILTERED(.id = make_revision(1, 1).id), 1);
	cr_expect_eq(FILTERED(.segment = "office"), 2);
	cr_expect_eq(FILTERED(.segment = "plant"), 2);
	cr_expect_eq(FILTERED(.source_segment = "plant"), 0);
	cr_expect_eq(FILTERED(.target_segment = "plant"), 2);
	cr_expect_eq(FILTERED(.target_segment = "office"), 0);
	cr_expect_eq(FILTERED(.severities = 1u << STORE_HIGH), 2);
	cr_expect_eq(FILTERED(.severities = 1u << STORE_LOW), 0);
	cr_expect_eq(FILTERED(.statuses = 1u << STORE_OPEN), 2);
	cr_expect_eq(FILTERED(.statuses = 1u << STORE_CLOSED), 0);
	cr_expect_eq(FILTERED(.kind = "service_probe"), 2);
	cr_expect_eq(FILTERED(.kind = "probe"), 0);
	cr_expect_eq(FILTERED(.host = "ws-0412"), 2);
	cr_expect_eq(FILTERED(.process = "NMAP.exe"), 2);
	cr_expect_eq(FILTERED(.process = "c:\\tools\\nmap.exe"), 2);
	cr_expect_eq(FILTERED(.process = "map.exe"), 0);
	cr_expect_eq(FILTERED(.user = "jdoe"), 2);
	cr_expect_eq(FILTERED(.user = "doe"), 0);
	cr_expect_eq(FILTERED(.with_process = true, .active_only = true), 2);
	cr_expect_eq(FILTERED(.text = "ws-04"), 2);
	cr_expect_eq(FILTERED(.text = "0%_s"), 2);
	cr_expect_eq(FILTERED(.text = "1%s"), 0, "no wildcard");
	cr_expect_eq(FILTERED(.text = "' OR 1 --"), 0);
	cr_expect_eq(FILTERED(.until_ns = MAKE_NOW_NS + 2 * NS_PER_S), 1);
	cr_expect_eq(FILTERED(.since_ns = MAKE_NOW_NS + 3 * NS_PER_S), 1);
}

Test(read, filters_by_a_prefix_of_the_source)
{
	struct store_filter filter = { .has_source = true };

	put_revision(&store, 1, 1);
	put_revision(&store, 200, 1);
	cr_assert(ip_prefix_parse("10.20.4.0/25", &filter.source));
	cr_expect_eq(list(filter), 1);
	cr_assert(ip_prefix_parse("10.20.4.200", &filter.source));
	cr_expect_eq(list(filter), 1);
	cr_assert(ip_prefix_parse("10.20.0.0/16", &filter.source));
	cr_expect_eq(list(filter), 2);
	cr_assert(ip_prefix_parse("2001:db8::/32", &filter.source));
	cr_expect_eq(list(filter), 0);
}

static uint8_t first_bytes[16];
static uint32_t packet_count;

static bool
note_packet(void *context, const struct store_packet *packet)
{
	(void)context;
	first_bytes[packet_count++] = packet->bytes[0];
	return true;
}

Test(read, of_the_packets_the_first_and_the_last_are_kept)
{
	const char *id = make_revision(1, 1).id;
	uint8_t bytes[10] = { 0 };
	struct store_packet packet = { .size = 1, .bytes = bytes };

	put_revision(&store, 1, 1);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	for (uint8_t i = 0; i < 10; i++) {
		bytes[0] = i;
		cr_assert_eq(store_put_packets(&store, id, &packet, 1), 0);
	}
	cr_assert_eq(store_commit(&store), 0);
	cr_assert_eq(store_packets(&reader, id, note_packet, NULL), 0);
	cr_assert_eq(packet_count, 6);
	cr_expect_eq(
	    memcmp(first_bytes, (uint8_t[]){ 0, 1, 2, 7, 8, 9 }, 6), 0);
}

Test(read, packets_go_out_as_pcapng_with_the_alert_as_comment)
{
	const char *id = make_revision(1, 1).id;
	const uint8_t bytes[5] = { 1, 2, 3, 4, 5 };
	struct store_packet packets[2] = { { .time_ns = MAKE_NOW_NS,
	    .wire_size = 60,
	    .size = 5,
	    .link_type = 1,
	    .bytes = bytes } };
	uint32_t word;

	packets[1] = packets[0];
	packets[1].interface = 1;
	put_revision(&store, 1, 1);
	cr_expect_eq(store_export_pcapng(&reader, id, &sink), -ENODATA);
	cr_expect_not_null(strstr(reader.reason, "no packets"));
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_packets(&store, id, packets, 2), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_assert_eq(store_export_pcapng(&reader, id, &sink), 0);
	memcpy(&word, text, sizeof(word));
	cr_expect_eq(word, 0x0a0d0d0a);
	/* Every block's length stands at both of its ends. */
	uint32_t blocks = 0;

	for (size_t at = 0; at < text_size; blocks++) {
		uint32_t end;

		memcpy(&word, text + at + 4, sizeof(word));
		cr_assert_leq(at + word, text_size);
		memcpy(&end, text + at + word - 4, sizeof(end));
		cr_assert_eq(word, end);
		at += word;
	}
	cr_expect_eq(blocks, 5, "a head, and for each: interface, packet");
	cr_expect_not_null(memmem(text, text_size, id, strlen(id)));
}

Test(read, cells_of_a_table_cannot_be_formulas)
{
	struct store_revision revision = make_revision(1, 1);

	revision.host = "=cmd|'/c calc'!A1";
	revision.image = "a \"b\", c";
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_put_revision(&store, &revision), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_assert_eq(
	    store_export_csv(&reader, &(struct store_filter){ 0 }, &sink), 0);
	cr_expect_not_null(strstr(text, "\"'=cmd|'/c calc'!A1\""), "%s", text);
	cr_expect_not_null(strstr(text, "\"a \"\"b\"\", c\""), "%s", text);
	cr_expect_not_null(strstr(text, "\"plant servers\""), "%s", text);
}

Test(read, lines_go_out_all_of_them_or_the_latest)
{
	put_revision(&store, 1, 1);
	put_revision(&store, 1, 2);
	put_revision(&store, 2, 1);
	cr_assert_eq(store_export_lines(
	                 &reader, &(struct store_filter){ 0 }, false, &sink),
	    0);
	uint32_t lines = 0;

	for (size_t i = 0; i < text_size; i++) {
		lines += text[i] == '\n';
	}
	cr_expect_eq(lines, 2);
	text_size = 0;
	lines = 0;
	cr_assert_eq(store_export_lines(
	                 &reader, &(struct store_filter){ 0 }, true, &sink),
	    0);
	for (size_t i = 0; i < text_size; i++) {
		lines += text[i] == '\n';
	}
	cr_expect_eq(lines, 3);
}

static struct store_summary summed;

static bool
note_summary(void *context, const struct store_summary *summary)
{
	(void)context;
	summed = *summary;
	listed++;
	return true;
}

Test(read, summaries_of_one_hour_are_added)
{
	struct store_summary summary = { .time_ns = MAKE_NOW_NS,
		.key = "office",
		.counts = {
		    [STORE_SUM_PROBES] = 5, [STORE_MOST_TARGETS] = 7 } };
	const uint64_t span[] = { 0, UINT64_MAX };

	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_assert_eq(store_add_summary(&store, &summary), 0);
	summary.counts[STORE_MOST_TARGETS] = 3;
	cr_assert_eq(store_add_summary(&store, &summary), 0);
	cr_assert_eq(store_commit(&store), 0);
	cr_assert_eq(store_summaries(&reader, STORE_OF_SEGMENT, NULL, span,
	                 note_summary, NULL),
	    0);
	cr_expect_eq(listed, 1);
	cr_expect_eq(summed.counts[STORE_SUM_PROBES], 10);
	cr_expect_eq(summed.counts[STORE_MOST_TARGETS], 7);
}

static bool
note_host(void *context, const struct store_host *host)
{
	(void)context;
	cr_expect_eq(host->alerts, 1);
	cr_expect_str_eq(host->host, "WS-0412");
	listed++;
	return true;
}

static bool
note_count(void *context, const struct store_count *count)
{
	(void)context;
	cr_expect_eq(count->alerts, 2);
	cr_expect_eq(count->active, 2);
	cr_expect_str_eq(count->segment, "office");
	listed++;
	return true;
}

Test(read, tells_hosts_and_counts)
{
	put_revision(&store, 1, 1);
	put_revision(&store, 2, 1);
	cr_assert_eq(store_hosts(&reader, 10, note_host, NULL), 0);
	cr_expect_eq(listed, 2);
	listed = 0;
	cr_assert_eq(store_counts(&reader, note_count, NULL), 0);
	cr_expect_eq(listed, 1);
}

/* What another process, which may be another user's, reads. */
static int
read_in_another_process(uid_t user)
{
	pid_t child = fork();
	int status;

	if (child == 0) {
		struct store_reader other;
		struct store_evidence evidence;
		int error;

		if (user != 0 && (setgid(user) != 0 || setuid(user) != 0)) {
			_exit(99);
		}
		error = store_reader_open(&other, made_folder);
		if (error == 0) {
			error = store_evidence(
			    &other, make_revision(1, 1).id, &evidence);
		}
		_exit(-error);
	}
	waitpid(child, &status, 0);
	return WEXITSTATUS(status);
}

Test(read, another_process_reads_while_the_writer_writes)
{
	put_revision(&store, 1, 1);
	cr_assert_eq(store_begin(&store, MAKE_NOW_NS), 0);
	cr_expect_eq(read_in_another_process(0), 0);
	store_rollback(&store);
}

Test(read, whoever_may_only_read_the_files_reads_while_the_writer_is_there)
{
	if (geteuid() != 0) {
		cr_skip("needs root");
	}
	put_revision(&store, 1, 1);
	chmod(made_folder, 0755);
	chmod(made_path("spanwatch.db"), 0644);
	chmod(made_path("spanwatch.db-wal"), 0644);
	chmod(made_path("spanwatch.db-shm"), 0644);
	cr_expect_eq(read_in_another_process(65534), 0);
}

Test(read, a_row_that_is_not_as_the_store_writes_it_ends_the_list)
{
	struct store_reader other;
	struct store_filter filter = { 0 };

	put_revision(&store, 1, 1);
	store_close(&store);
	run_sql("UPDATE alert SET severity = 77");
	cr_assert_eq(store_reader_open(&other, made_folder), 0);
	cr_expect_eq(
	    store_list(&other, &filter, count_alert, NULL, next), -EUCLEAN);
	store_reader_close(&other);
	run_sql("UPDATE alert SET severity = 1, source = x'0102'");
	cr_assert_eq(store_reader_open(&other, made_folder), 0);
	cr_expect_eq(
	    store_list(&other, &filter, count_alert, NULL, next), -EUCLEAN);
	store_reader_close(&other);
	cr_expect_eq(listed, 0);
}
