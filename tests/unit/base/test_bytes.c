#include "base/bytes.h"

#include <criterion/criterion.h>

static const uint8_t bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07,
	0x08 };

Test(bytes, reads_big_endian_fields_in_turn)
{
	struct reader reader;

	reader_init(&reader, bytes, sizeof(bytes));
	cr_expect_eq(reader_u8(&reader), 0x01);
	cr_expect_eq(reader_u16(&reader), 0x0203);
	cr_expect_eq(reader_u32(&reader), 0x04050607);
	cr_expect_eq(reader_left(&reader), 1);
	cr_expect_not(reader.failed);
}

Test(bytes, a_read_past_the_end_gives_zero_and_fails_for_good)
{
	struct reader reader;

	reader_init(&reader, bytes, 3);
	cr_expect_eq(reader_u32(&reader), 0);
	cr_expect(reader.failed);
	cr_expect_eq(reader_left(&reader), 0);
	cr_expect_eq(reader_u8(&reader), 0, "though there was a byte");
	cr_expect(reader.failed);
}

Test(bytes, can_be_read_to_the_last_byte)
{
	struct reader reader;

	reader_init(&reader, bytes, sizeof(bytes));
	cr_expect_eq(reader_take(&reader, sizeof(bytes)), bytes);
	cr_expect_not(reader.failed);
	cr_expect_eq(reader_left(&reader), 0);
	cr_expect_not_null(reader_take(&reader, 0));
	cr_expect_not(reader.failed);
	cr_expect_null(reader_take(&reader, 1));
	cr_expect(reader.failed);
}

Test(bytes, is_not_fooled_by_a_length_that_would_wrap)
{
	struct reader reader;

	reader_init(&reader, bytes, sizeof(bytes));
	cr_assert_not_null(reader_take(&reader, 4));
	cr_expect_null(reader_take(&reader, UINT32_MAX));
	cr_expect_null(reader_take(&reader, UINT32_MAX - 3));
	cr_expect(reader.failed);
}

Test(bytes, of_nothing_fails_at_once)
{
	struct reader reader;

	reader_init(&reader, bytes, 0);
	cr_expect_not(reader.failed);
	cr_expect_eq(reader_u16(&reader), 0);
	cr_expect(reader.failed);
}

Test(bytes, loads_what_was_stored_wherever_it_lies)
{
	uint8_t place[8 + 8];

	for (size_t shift = 0; shift < 8; shift++) {
		store_be16(place + shift, 0xbeef);
		cr_expect_eq(place[shift], 0xbe);
		cr_expect_eq(load_be16(place + shift), 0xbeef);
		store_be32(place + shift, 0xdeadbeef);
		cr_expect_eq(place[shift], 0xde);
		cr_expect_eq(load_be32(place + shift), 0xdeadbeef);
	}
	cr_expect_eq(load_be64(bytes), 0x0102030405060708);
}
