#include <criterion/criterion.h>
#include <errno.h>
#include <unistd.h>

#include "capture/capture_load.h"
#include "unit/capture/recording.h"

static struct recording recording;

/* Three packets of 60, 0 and 75 bytes. */
static void
put_three(uint32_t magic, bool is_big, uint32_t part)
{
	recording_begin(&recording, is_big);
	put_pcap_header(&recording, magic, 65535, 1);
	put_pcap_record(&recording, 1000, part, 60, 60);
	put_pattern(&recording, 60, 1);
	put_pcap_record(&recording, 1001, 0, 0, 1500);
	put_pcap_record(&recording, 0xffffffff, part, 75, 70);
	put_pattern(&recording, 75, 3);
}

static void
expect_three(uint64_t part_ns)
{
	cr_assert_eq(reading.count, 3);
	cr_expect_str_empty(reading.troubles);
	cr_expect_eq(reading.frames[0].time_ns, 1000 * NS_PER_S + part_ns);
	cr_expect_eq(reading.frames[0].captured_size, 60);
	cr_expect_eq(reading.frames[0].wire_size, 60);
	cr_expect_eq(reading.frames[0].link_type, DLT_EN10MB);
	cr_expect(is_pattern(&reading.frames[0], 1));
	cr_expect_eq(reading.frames[1].captured_size, 0);
	cr_expect_eq(reading.frames[1].wire_size, 1500);
	/* Past 2038, and larger than it was on the wire. */
	cr_expect_eq(
	    reading.frames[2].time_ns, 4294967295 * NS_PER_S + part_ns);
	cr_expect_eq(reading.frames[2].captured_size, 75);
	cr_expect_eq(reading.frames[2].wire_size, 75);
	cr_expect(is_pattern(&reading.frames[2], 3));
}

Test(capture_file, a_pcap_is_read_in_both_byte_orders_and_resolutions)
{
	for (int is_big = 0; is_big < 2; is_big++) {
		put_three(0xa1b2c3d4, is_big != 0, 123456);
		read_part(&recording, recording.size);
		expect_three(123456000);
		put_three(0xa1b23c4d, is_big != 0, 123456789);
		read_part(&recording, recording.size);
		expect_three(123456789);
	}
}

Test(capture_file, frames_and_what_they_lack_are_counted)
{
	put_three(0xa1b2c3d4, false, 0);
	put_pcap_record(&recording, 5, 0, 0, 40);
	read_part(&recording, recording.size);
	cr_expect_eq(reading.counters.value[COUNTER_CAPTURE_FRAMES], 4);
	cr_expect_eq(
	    reading.counters.value[COUNTER_CAPTURE_BYTES], 60 + 1500 + 75 + 40);
	cr_expect_eq(reading.counters.value[COUNTER_CAPTURE_CUT_BY_SNAPLEN], 2);
	cr_expect_eq(reading.counters.value[COUNTER_CAPTURE_TIME_WENT_BACK], 1);
}

/* Cut at each of its bytes: the packets that are whole are given, and the place
 * of the one that is not is named. */
Test(capture_file, a_pcap_cut_anywhere_gives_what_is_whole_and_names_the_place)
{
	static const size_t begins[] = { 24, 24 + 76, 24 + 76 + 16,
		24 + 76 + 16 + 91 };

	put_three(0xa1b2c3d4, true, 0);
	for (size_t size = 24; size <= recording.size; size++) {
		char said[128];
		uint32_t whole = 0;

		while (whole < 3 && begins[whole + 1] <= size) {
			whole++;
		}
		read_part(&recording, size);
		cr_assert_eq(reading.count, whole, "of %zu bytes", size);
		if (size == begins[whole]) {
			cr_expect_str_empty(reading.troubles);
			continue;
		}
		snprintf(said, sizeof(said),
		    "is cut off: it ends at byte %zu, inside the packet that "
		    "begins at byte %zu; the %u packets",
		    size, begins[whole], whole);
		cr_assert_not_null(
		    strstr(reading.troubles, said), "%s", reading.troubles);
		cr_expect_eq(reading.error, -EBADMSG);
		cr_expect_eq(reading.trouble_count, 1);
	}
}

Test(capture_file, a_pcap_whose_header_is_cut_is_damaged_there)
{
	put_three(0xa1b2c3d4, false, 0);
	for (size_t size = 4; size < 24; size++) {
		read_part(&recording, size);
		cr_expect_eq(reading.count, 0);
		cr_expect_not_null(
		    strstr(reading.troubles, "in its header, bytes 0 to 23"),
		    "%s", reading.troubles);
	}
}

Test(capture_file, an_absurd_length_ends_a_pcap_at_its_place)
{
	put_three(0xa1b2c3d4, false, 0);
	put_pcap_record(&recording, 1, 0, 262145, 262145);
	put_pattern(&recording, 300000, 0);
	read_part(&recording, recording.size);
	cr_expect_eq(reading.count, 3);
	cr_expect_not_null(
	    strstr(reading.troubles, "is damaged in the packet at byte 207: "),
	    "%s", reading.troubles);
}

/* libpcap gives only as much as the header's snap length: what comes after must
 * not be misplaced for that. */
Test(capture_file, packets_past_the_snap_length_do_not_shift_the_place)
{
	recording_begin(&recording, false);
	put_pcap_header(&recording, 0xa1b2c3d4, 64, 1);
	put_pcap_record(&recording, 1, 0, 200, 200);
	put_pattern(&recording, 200, 9);
	put_pcap_record(&recording, 2, 0, 50, 50);
	put_pattern(&recording, 49, 9);
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, 1);
	cr_expect_eq(reading.frames[0].captured_size, 64);
	cr_expect_eq(reading.frames[0].wire_size, 200);
	cr_expect(is_pattern(&reading.frames[0], 9));
	cr_expect_not_null(strstr(reading.troubles, "begins at byte 240;"),
	    "%s", reading.troubles);
}

Test(capture_file, the_older_numbers_of_raw_ip_become_the_one)
{
	recording_begin(&recording, false);
	put_pcap_header(&recording, 0xa1b2c3d4, 64, 101);
	put_pcap_record(&recording, 1, 0, 0, 0);
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, 1);
	cr_expect_eq(reading.frames[0].link_type, DLT_RAW);
}

Test(capture_file, more_frames_than_a_burst_come_in_several)
{
	recording_begin(&recording, false);
	put_pcap_header(&recording, 0xa1b2c3d4, 65535, 1);
	for (uint32_t i = 0; i < CAPTURE_BURST * 3 + 1; i++) {
		put_pcap_record(&recording, i, 0, 100, 100);
		put_pattern(&recording, 100, (uint8_t)i);
	}
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, CAPTURE_BURST * 3 + 1);
	cr_expect_eq(reading.burst_count, 4);
	for (uint32_t i = 0; i < reading.count; i++) {
		cr_assert_eq(reading.frames[i].time_ns, i * NS_PER_S);
		cr_assert(is_pattern(&reading.frames[i], (uint8_t)i));
	}
}

Test(capture_file, a_burst_ends_where_the_arena_could_not_take_the_largest)
{
	recording_begin(&recording, false);
	put_pcap_header(&recording, 0xa1b2c3d4, CAPTURE_FRAME_SIZE, 1);
	for (uint32_t i = 0; i < 3; i++) {
		put_pcap_record(
		    &recording, i, 0, CAPTURE_FRAME_SIZE, CAPTURE_FRAME_SIZE);
		put_pattern(&recording, CAPTURE_FRAME_SIZE, (uint8_t)i);
	}
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, 3);
	cr_expect_eq(reading.burst_count, 2);
	for (uint32_t i = 0; i < 3; i++) {
		cr_expect(is_pattern(&reading.frames[i], (uint8_t)i));
	}
}

static const struct other {
	const char *bytes;
	size_t size;
	const char *said;
} others[] = {
	{ "", 0, "is empty: it holds no capture" },
	{ "\x1f\x8b\x08\0\0\0\0\0", 8, "it begins as gzip data; decompress" },
	{ "\x28\xb5\x2f\xfd\0\0", 6, "it begins as zstd data" },
	{ "\xfd\x37zXZ\0\0", 7, "it begins as xz data" },
	{ "BZh91AY", 7, "it begins as bzip2 data" },
	{ "\x04\x22\x4d\x18", 4, "it begins as lz4 data" },
	{ "PK\x03\x04", 4, "it begins as a zip archive" },
	{ "7z\xbc\xaf\x27\x1c", 6, "it begins as a 7z archive" },
	{ "snoop\0\0\0\0\0\0\2", 12, "is a snoop capture, which is not read" },
	{ "GMBU\0\2", 6, "is a Network Monitor capture" },
	{ "RTSS\0\2", 6, "is a Network Monitor capture" },
	{ "TRSNIFF data    \x1a", 17, "is a Sniffer capture" },
	{ "\xc3\x94\xc3\x83\xc2\xb2\xc2\xa1\x02", 9, "converted to UTF-8" },
	{ "\xef\xbf\xbd\xc3\xb2\xef\xbf\xbd\x02", 9, "converted to UTF-8" },
	{ "No.  Time  Source\r\n", 19, "it is text" },
	{ "\xd4\xc3\xb2", 3, "its first bytes are none of pcap or pcapng" },
	{ "\x7f"
	  "ELF\2\1\1\0\0",
	    9, "its first bytes are none of pcap or pcapng" },
};

Test(capture_file, what_is_no_capture_is_said_to_be_what_it_is)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		recording_begin(&recording, false);
		memcpy(recording.bytes, others[i].bytes, others[i].size);
		read_part(&recording, others[i].size);
		cr_expect_eq(reading.count, 0);
		cr_expect_eq(reading.trouble_count, 1);
		cr_expect_eq(reading.error, -EINVAL);
		cr_expect_not_null(strstr(reading.troubles, others[i].said),
		    "%s, not %s", reading.troubles, others[i].said);
		cr_expect_not_null(strstr(reading.troubles, "/proc/self/fd/"));
	}
}

Test(capture_file, a_pcap_of_another_version_is_refused_in_a_sentence)
{
	put_three(0xa1b2c3d4, false, 0);
	recording.bytes[4] = 1;
	read_part(&recording, recording.size);
	cr_expect_eq(reading.count, 0);
	cr_expect_not_null(
	    strstr(reading.troubles, "archaic"), "%s", reading.troubles);
}

Test(capture_file, what_cannot_be_opened_is_told_with_the_systems_reason)
{
	const char *path = "/nonexistent/file.pcap";

	read_paths(&path, 1);
	cr_expect_eq(reading.error, -ENOENT);
	cr_expect_str_eq(reading.troubles,
	    "/nonexistent/file.pcap: there is no such file\n");
	path = "/";
	read_paths(&path, 1);
	cr_expect_eq(reading.error, -EISDIR);
	cr_expect_str_eq(
	    reading.troubles, "/: this is a directory; give a capture file\n");
}

Test(capture_file, several_recordings_follow_each_other_past_a_bad_one)
{
	const char *paths[4];

	put_three(0xa1b2c3d4, false, 0);
	paths[0] = path_of(&recording, recording.size - 1);
	paths[1] = "/nonexistent";
	paths[2] = path_of(&recording, recording.size);
	paths[3] = path_of(&recording, 24);
	read_paths(paths, 4);
	cr_expect_eq(reading.count, 2 + 3);
	cr_expect_eq(reading.trouble_count, 2);
	cr_expect_not_null(strstr(reading.troubles, "is cut off"));
	cr_expect_not_null(strstr(reading.troubles, "no such file"));
	cr_expect_eq(reading.total, 0); /* Not known, for the missing one. */
}

Test(capture_file, progress_reaches_the_size_of_all_recordings)
{
	const char *paths[2];

	put_three(0xa1b2c3d4, false, 0);
	paths[0] = path_of(&recording, recording.size - 1);
	paths[1] = path_of(&recording, recording.size);
	read_paths(paths, 2);
	cr_expect_eq(reading.total, 2 * recording.size - 1);
	cr_expect_eq(reading.progress, reading.total);
}

/* Gives the first 'size' bytes of the recording as standard input. */
static void
pipe_to_standard_input(size_t size)
{
	int ends[2];

	cr_assert_eq(pipe(ends), 0);
	cr_assert_eq(write(ends[1], recording.bytes, size), (ssize_t)size);
	close(ends[1]);
	cr_assert_eq(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	close(ends[0]);
}

Test(capture_file, a_pcap_is_read_from_standard_input)
{
	const char *path = "-";

	put_three(0xa1b23c4d, true, 7);
	pipe_to_standard_input(recording.size);
	read_paths(&path, 1);
	expect_three(7);
	cr_expect_eq(reading.total, 0);
}

Test(capture_file, a_pcap_cut_off_in_a_pipe_names_the_place)
{
	const char *path = "-";

	put_three(0xa1b2c3d4, false, 0);
	pipe_to_standard_input(recording.size - 1);
	read_paths(&path, 1);
	cr_expect_eq(reading.count, 2);
	cr_expect_str_eq(reading.troubles,
	    "standard input is cut off: it ends inside the packet that begins "
	    "at byte 116; the 2 packets before that were read\n");
}

Test(capture_file, a_recording_can_be_loaded_whole)
{
	static struct capture_file file;
	static uint8_t arena[CAPTURE_FILE_ARENA_SIZE];
	struct capture_load load;
	const char *path;

	recording_begin(&recording, false);
	put_pcap_header(&recording, 0xa1b2c3d4, 65535, 1);
	for (uint32_t i = 0; i < 1000; i++) {
		put_pcap_record(&recording, i, 0, i, i);
		put_pattern(&recording, i, (uint8_t)i);
	}
	path = path_of(&recording, recording.size);
	capture_file_init(&file, &reading.counters, arena, &path, 1);
	cr_assert_eq(capture_load_all(&load, &file.capture), 0);
	cr_assert_eq(load.frame_count, 1000);
	cr_expect_eq(load.byte_count, 999 * 1000 / 2);
	for (uint32_t i = 0; i < 1000; i++) {
		cr_assert_eq(load.frames[i].captured_size, i);
		cr_assert(is_pattern(&load.frames[i], (uint8_t)i));
	}
	capture_load_free(&load);
	capture_file_finish(&file);

	path = path_of(&recording, recording.size - 1);
	capture_file_init(&file, &reading.counters, arena, &path, 1);
	cr_expect_eq(capture_load_all(&load, &file.capture), -EBADMSG);
	cr_expect_eq(load.frame_count, 999);
	cr_expect_not_null(strstr(file.capture.sentence, "is cut off"));
	capture_load_free(&load);
	capture_file_finish(&file);
}
