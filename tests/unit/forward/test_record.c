#include <criterion/criterion.h>

#include "forward/record.h"

Test(forward, kinds_have_a_msgid_a_schema_and_a_noun)
{
	cr_assert_str_eq(forward_kind_msgid(FORWARD_ALERT), "ALERT");
	cr_assert_str_eq(forward_kind_msgid(FORWARD_LOST), "LOST");
	cr_assert_str_eq(
	    forward_kind_schema(FORWARD_HEARTBEAT), "spanwatch.heartbeat/1");
	cr_assert_str_eq(forward_kind_noun(FORWARD_AUDIT), "audit");
	cr_assert_null(forward_kind_msgid(FORWARD_KIND_COUNT));
	cr_assert_null(forward_kind_schema(FORWARD_KIND_COUNT));
	cr_assert_null(forward_kind_noun(FORWARD_KIND_COUNT));
}

Test(forward, a_schema_is_found_again)
{
	for (uint8_t kind = 0; kind < FORWARD_KIND_COUNT; kind++) {
		cr_assert_eq(
		    forward_kind_of_schema(forward_kind_schema(kind)), kind);
	}
	cr_assert_eq(
	    forward_kind_of_schema("spanwatch.alert/2"), FORWARD_KIND_COUNT);
}

Test(forward, a_severity_is_found_again)
{
	for (uint8_t i = 0; i < FORWARD_SEVERITY_COUNT; i++) {
		cr_assert_eq(
		    forward_severity_of_name(forward_severity_name(i)), i);
	}
	cr_assert_eq(forward_severity_of_name("grave"), FORWARD_SEVERITY_COUNT);
	cr_assert_null(forward_severity_name(FORWARD_SEVERITY_COUNT));
}

Test(forward, the_sequence_id_begins_at_one_again_after_the_largest)
{
	cr_assert_eq(forward_sequence_id_after(0), 1);
	cr_assert_eq(forward_sequence_id_after(1), 2);
	cr_assert_eq(forward_sequence_id_after(2147483646), 2147483647);
	cr_assert_eq(forward_sequence_id_after(2147483647), 1);
}

Test(forward, a_record_out_of_bounds_is_not_sound)
{
	const struct forward_record sound = { .seq = 1,
		.sequence_id = 1,
		.kind = FORWARD_LOST,
		.severity = FORWARD_CRITICAL };
	struct forward_record record = sound;

	cr_assert(forward_record_is_sound(&record));
	record.kind = FORWARD_KIND_COUNT;
	cr_expect_not(forward_record_is_sound(&record));
	record = sound;
	record.severity = FORWARD_SEVERITY_COUNT;
	cr_expect_not(forward_record_is_sound(&record));
	record = sound;
	record.sequence_id = 0;
	cr_expect_not(forward_record_is_sound(&record));
	record.sequence_id = 2147483648u;
	cr_expect_not(forward_record_is_sound(&record));
	record = sound;
	record.seq = UINT64_MAX;
	cr_expect_not(forward_record_is_sound(&record));
	record = sound;
	record.reserved[1] = 1;
	cr_expect_not(forward_record_is_sound(&record));
}
