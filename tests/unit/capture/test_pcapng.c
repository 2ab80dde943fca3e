#include <criterion/criterion.h>
#include <errno.h>

#include "unit/capture/recording.h"

static struct recording recording;

/* A section with one Ethernet interface that counts microseconds. */
static void
begin(bool is_big)
{
	recording_begin(&recording, is_big);
	put_section(&recording);
	put_interface(&recording, 1, 0);
}

/* An interface whose time stamps are 'resolution', shifted by 'offset_s'. */
static void
put_timed_interface(uint8_t resolution, int64_t offset_s)
{
	size_t block = block_begin(&recording, 1);

	put16(&recording, 1);
	put16(&recording, 0);
	put32(&recording, 0);
	put16(&recording, 2); /* if_name: not used, and odd in length. */
	put16(&recording, 5);
	put_pattern(&recording, 8, 0);
	put16(&recording, 9);
	put16(&recording, 1);
	put8(&recording, resolution);
	put_pattern(&recording, 3, 0xff);
	put16(&recording, 14);
	put16(&recording, 8);
	put64(&recording, (uint64_t)offset_s);
	put16(&recording, 0);
	put16(&recording, 0);
	block_end(&recording, block);
}

static void
put_simple_packet(uint32_t wire_size, uint32_t size, uint8_t seed)
{
	size_t block = block_begin(&recording, 3);

	put32(&recording, wire_size);
	put_pattern(&recording, size, seed);
	while (recording.size % 4 != 0) {
		put8(&recording, 0);
	}
	block_end(&recording, block);
}

static void
expect_damage(const char *said, uint32_t frame_count)
{
	cr_expect_eq(reading.count, frame_count);
	cr_expect_eq(reading.trouble_count, 1);
	cr_expect_eq(reading.error, -EBADMSG);
	cr_expect_not_null(
	    strstr(reading.troubles, said), "%s", reading.troubles);
}

Test(pcapng, interfaces_of_different_links_and_snap_lengths_stand_together)
{
	for (int is_big = 0; is_big < 2; is_big++) {
		recording_begin(&recording, is_big != 0);
		put_section(&recording);
		put_interface(&recording, 1, 65535);
		put_interface(&recording, 101, 96);
		put_interface(&recording, 276, 0);
		put_packet(&recording, 2, 3000001, 61, 1);
		put_packet(&recording, 0, 2000000, 60, 2);
		put_packet(&recording, 1, 1000000, 0, 3);
		read_part(&recording, recording.size);
		cr_assert_eq(reading.count, 3);
		cr_expect_str_empty(reading.troubles);
		cr_expect_eq(reading.frames[0].link_type, DLT_LINUX_SLL2);
		cr_expect_eq(reading.frames[0].observation_point, 2);
		cr_expect_eq(reading.frames[0].time_ns, 3000001000);
		cr_expect_eq(reading.frames[0].captured_size, 61);
		cr_expect(is_pattern(&reading.frames[0], 1));
		cr_expect_eq(reading.frames[1].link_type, DLT_EN10MB);
		cr_expect_eq(reading.frames[1].observation_point, 0);
		cr_expect(is_pattern(&reading.frames[1], 2));
		cr_expect_eq(reading.frames[2].link_type, DLT_RAW);
		cr_expect_eq(reading.frames[2].captured_size, 0);
	}
}

Test(pcapng, a_new_section_has_its_own_byte_order_and_interfaces)
{
	begin(false);
	put_interface(&recording, 113, 0);
	put_packet(&recording, 1, 1, 20, 1);
	recording.is_big = true;
	put_section(&recording);
	put_interface(&recording, 0, 0);
	put_packet(&recording, 0, 2, 30, 2);
	put_packet(&recording, 1, 3, 40, 3);
	read_part(&recording, recording.size);
	expect_damage("a packet is of an interface that is not described", 2);
	cr_expect_eq(reading.frames[0].link_type, DLT_LINUX_SLL);
	cr_expect_eq(reading.frames[1].link_type, DLT_NULL);
	cr_expect_eq(reading.frames[1].time_ns, 2000);
	cr_expect(is_pattern(&reading.frames[1], 2));
}

static const struct timing {
	uint8_t resolution;
	int64_t offset_s;
	uint64_t ticks;
	uint64_t time_ns;
} timings[] = {
	{ 9, 0, 1500000000000000001, 1500000000000000001 },
	{ 6, 0, 1500000000000001, 1500000000000001000 },
	{ 3, 0, 1500000000001, 1500000000001000000 },
	{ 0, 0, 1500000000, 1500000000000000000 },
	{ 12, 0, 1000000000001999, 1000000000001 },
	{ 19, 0, 10000000000000000000u, 1000000000 },
	{ 127, 0, 10000000000000000000u, 1000000000 },
	{ 0x80, 0, 7, 7000000000 },
	{ 0x81, 0, 3, 1500000000 },
	{ 0x8a, 0, 1024 + 512, 1500000000 },
	{ 0xa0, 0, (7ull << 32) + (1ull << 31), 7500000000 },
	{ 0xff, 0, 1ull << 62, 500000000 },
	{ 6, 1500000000, 1000001, 1500000001000001000 },
	{ 6, -1, 5000000, 4000000000 },
	{ 6, -100, 5000007, 7000 },
	{ 6, INT64_MIN, 5000000, 0 },
	{ 6, INT64_MAX, 5000000, UINT64_MAX },
	{ 0, 0, UINT64_MAX, UINT64_MAX },
	{ 0, 1, UINT64_MAX, UINT64_MAX },
};

Test(pcapng, times_of_all_resolutions_and_offsets_become_nanoseconds)
{
	for (int is_big = 0; is_big < 2; is_big++) {
		for (size_t i = 0; i < ARRAY_SIZE(timings); i++) {
			recording_begin(&recording, is_big != 0);
			put_section(&recording);
			put_timed_interface(
			    timings[i].resolution, timings[i].offset_s);
			put_packet(&recording, 0, timings[i].ticks, 10, 1);
			read_part(&recording, recording.size);
			cr_assert_eq(reading.count, 1, "%s", reading.troubles);
			cr_expect_eq(reading.frames[0].time_ns,
			    timings[i].time_ns, "timing %zu: %ju", i,
			    (uintmax_t)reading.frames[0].time_ns);
		}
	}
}

Test(pcapng, simple_packets_are_cut_at_the_snap_length_and_take_the_last_time)
{
	recording_begin(&recording, true);
	put_section(&recording);
	put_interface(&recording, 1, 64);
	put_packet(&recording, 0, 77, 10, 1);
	put_simple_packet(1500, 64, 2);
	put_simple_packet(33, 33, 3);
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, 3);
	cr_expect_eq(reading.frames[1].captured_size, 64);
	cr_expect_eq(reading.frames[1].wire_size, 1500);
	cr_expect_eq(reading.frames[1].time_ns, 77000);
	cr_expect(is_pattern(&reading.frames[1], 2));
	cr_expect_eq(reading.frames[2].captured_size, 33);
	cr_expect(is_pattern(&reading.frames[2], 3));
}

Test(pcapng, the_obsolete_packet_block_is_read)
{
	size_t block;

	begin(false);
	put_interface(&recording, 1, 0);
	block = block_begin(&recording, 2);
	put16(&recording, 1);
	put16(&recording, 0xffff); /* Drops: not known. */
	put32(&recording, 0);
	put32(&recording, 5);
	put32(&recording, 8);
	put32(&recording, 9);
	put_pattern(&recording, 8, 4);
	block_end(&recording, block);
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, 1);
	cr_expect_eq(reading.frames[0].observation_point, 1);
	cr_expect_eq(reading.frames[0].wire_size, 9);
	cr_expect(is_pattern(&reading.frames[0], 4));
}

Test(pcapng, other_blocks_and_options_of_packets_are_passed_over)
{
	size_t block;

	begin(true);
	block = block_begin(&recording, 5); /* Interface statistics. */
	put_pattern(&recording, 2000, 0);
	block_end(&recording, block);
	block = block_begin(&recording, 0x80001234);
	block_end(&recording, block);
	block = block_begin(&recording, 6);
	put32(&recording, 0);
	put32(&recording, 0);
	put32(&recording, 0);
	put32(&recording, 3);
	put32(&recording, 3);
	put_pattern(&recording, 3, 5);
	put8(&recording, 0);
	put16(&recording, 1); /* A comment. */
	put16(&recording, 4);
	put32(&recording, 0x41414141);
	block_end(&recording, block);
	put_packet(&recording, 0, 1, 12, 6);
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, 2, "%s", reading.troubles);
	cr_expect(is_pattern(&reading.frames[0], 5));
	cr_expect(is_pattern(&reading.frames[1], 6));
}

Test(pcapng, a_file_cut_anywhere_gives_what_is_whole_and_names_the_place)
{
	size_t begins[6] = { 0 };

	for (int is_big = 0; is_big < 2; is_big++) {
		recording_begin(&recording, is_big != 0);
		put_section(&recording);
		begins[1] = recording.size;
		put_interface(&recording, 1, 0);
		begins[2] = recording.size;
		put_packet(&recording, 0, 1, 13, 1);
		begins[3] = recording.size;
		put_packet(&recording, 0, 2, 0, 2);
		begins[4] = recording.size;
		put_simple_packet(7, 7, 3);
		begins[5] = recording.size;
		for (size_t size = 4; size <= recording.size; size++) {
			char said[128];
			uint32_t whole = 0;

			while (whole < 5 && begins[whole + 1] <= size) {
				whole++;
			}
			read_part(&recording, size);
			cr_assert_eq(reading.count, whole < 2 ? 0 : whole - 2);
			if (size == begins[whole]) {
				cr_expect_str_empty(reading.troubles);
				continue;
			}
			snprintf(said, sizeof(said),
			    "is cut off: it ends at byte %zu, inside the block "
			    "that begins at byte %zu;",
			    size, begins[whole]);
			cr_assert_not_null(strstr(reading.troubles, said), "%s",
			    reading.troubles);
		}
	}
}

/* A word of a good file set to something else, and what is said then. */
static const struct damage {
	size_t offset;
	uint32_t value;
	uint32_t frame_count;
	const char *said;
} damages[] = {
	/* The section header is 28 bytes, the interface 20, packets 44. */
	{ 4, 27, 0, "block at byte 0: a block has an impossible length" },
	{ 4, 8, 0, "block at byte 0: a block has an impossible length" },
	{ 4, 24, 0, "block at byte 0: a section header is too short" },
	{ 4, 0x7ffffffc, 0, "at byte 0: a block has an impossible length" },
	{ 8, 0x12345678, 0, "at byte 0: a section has no known byte order" },
	{ 12, 2, 0, "block at byte 0: a section has an unknown version" },
	{ 24, 32, 0, "at byte 0: the two lengths of a block do not agree" },
	{ 32, 16, 0, "byte 28: an interface description is too short" },
	{ 44, 24, 0, "byte 28: the two lengths of a block do not agree" },
	{ 28, 6, 0, "block at byte 28: a packet block is too short" },
	{ 28, 3, 0, "block at byte 28: a packet is of an interface that is" },
	{ 56, 1, 0, "block at byte 48: a packet is of an interface that is" },
	{ 68, 13, 0, "block at byte 48: a packet has an impossible length" },
	{ 68, UINT32_MAX, 0, "at byte 48: a packet has an impossible length" },
	{ 88, 43, 0, "byte 48: the two lengths of a block do not agree" },
	{ 132, 40, 1, "byte 92: the two lengths of a block do not agree" },
	{ 96, 32, 1, "block at byte 92: a packet has an impossible length" },
	{ 96, 0, 1, "block at byte 92: a block has an impossible length" },
};

Test(pcapng, each_damage_is_named_with_the_place_of_its_block)
{
	for (size_t i = 0; i < ARRAY_SIZE(damages); i++) {
		size_t size;

		begin(i % 2 == 0);
		put_packet(&recording, 0, 1, 12, 1);
		put_packet(&recording, 0, 2, 12, 2);
		cr_assert_eq(recording.size, 28 + 20 + 44 + 44);
		size = recording.size;
		recording.size = damages[i].offset;
		if (damages[i].offset == 12) {
			put16(&recording, (uint16_t)damages[i].value);
		} else {
			put32(&recording, damages[i].value);
		}
		read_part(&recording, size);
		expect_damage(damages[i].said, damages[i].frame_count);
	}
}

Test(pcapng, an_option_past_its_block_is_damage)
{
	size_t block;

	recording_begin(&recording, false);
	put_section(&recording);
	block = block_begin(&recording, 1);
	put16(&recording, 1);
	put16(&recording, 0);
	put32(&recording, 0);
	put16(&recording, 2);
	put16(&recording, 9);
	put64(&recording, 0);
	block_end(&recording, block);
	read_part(&recording, recording.size);
	expect_damage("block at byte 28: an option goes past its block", 0);
}

Test(pcapng, a_simple_packet_longer_than_its_block_is_damage)
{
	begin(false);
	put_simple_packet(9, 8, 1);
	read_part(&recording, recording.size);
	expect_damage("block at byte 48: a packet has an impossible length", 0);
}

Test(pcapng, a_packet_larger_than_any_is_damage)
{
	begin(false);
	put_packet(&recording, 0, 1, CAPTURE_FRAME_SIZE, 1);
	put_packet(&recording, 0, 1, CAPTURE_FRAME_SIZE + 1, 2);
	read_part(&recording, recording.size);
	expect_damage("a packet has an impossible length", 1);
	cr_expect(is_pattern(&reading.frames[0], 1));
}

Test(pcapng, as_many_interfaces_as_fit_are_kept_and_not_one_more)
{
	recording_begin(&recording, false);
	put_section(&recording);
	for (uint32_t i = 0; i < CONFIG_CAPTURE_INTERFACE_COUNT; i++) {
		put_interface(&recording, (uint16_t)(i % 2), 0);
	}
	put_packet(&recording, CONFIG_CAPTURE_INTERFACE_COUNT - 1, 1, 12, 1);
	read_part(&recording, recording.size);
	cr_assert_eq(reading.count, 1);
	cr_expect_str_empty(reading.troubles);
	/* The numbers past 254 share one. */
	cr_expect_eq(reading.frames[0].observation_point, 255);
	cr_expect_eq(reading.frames[0].link_type, 1);

	put_interface(&recording, 1, 0);
	put_packet(&recording, 0, 1, 12, 1);
	read_part(&recording, recording.size);
	expect_damage("more interfaces are described than are kept", 1);
}
