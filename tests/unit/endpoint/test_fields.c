#include "endpoint/positions.h"
#include "endpoint/slice.h"

#include <criterion/criterion.h>

static struct fields fields;

static enum field
named(const char *name)
{
	return field_of_name(name, strlen(name));
}

Test(fields, are_found_by_any_of_their_names_in_any_case)
{
	cr_expect_eq(named("EventID"), FIELD_EVENT_ID);
	cr_expect_eq(named("EVENTID"), FIELD_EVENT_ID);
	cr_expect_eq(named("winlog.event_id"), FIELD_EVENT_ID);
	cr_expect_eq(named("DestinationIp"), FIELD_TARGET_ADDRESS);
	cr_expect_eq(named("dst"), FIELD_TARGET_ADDRESS);
	cr_expect_eq(named("EventI"), FIELD_COUNT);
	cr_expect_eq(named(""), FIELD_COUNT);
	cr_expect_eq(
	    field_of_name(
	        "a name that is longer than any name there could be", 50),
	    FIELD_COUNT);
}

Test(fields, keep_their_first_value)
{
	fields_clear(&fields);
	fields_set(&fields, FIELD_IMAGE, "", 0);
	cr_expect_not(fields_has(&fields, FIELD_IMAGE));
	fields_set(&fields, FIELD_IMAGE, "a", 1);
	fields_set(&fields, FIELD_IMAGE, "b", 1);
	cr_expect(slice_is(fields.value[FIELD_IMAGE], SLICE("a")));
	fields_clear(&fields);
	cr_expect_not(fields_has(&fields, FIELD_IMAGE));
}

Test(fields, have_a_scratch_that_ends)
{
	fields_clear(&fields);
	cr_expect_not_null(fields_scratch(&fields, FIELDS_SCRATCH_SIZE - 1));
	cr_expect_null(fields_scratch(&fields, 2));
	cr_expect_not_null(fields_scratch(&fields, 1));
	cr_expect_null(fields_scratch(&fields, SIZE_MAX));
}

Test(positions, know_the_older_forms_of_sysmon_1)
{
	const struct slice rule = SLICE("-");
	const struct slice time = SLICE("2020-10-22 08:29:52.113");

	/* Version 10 and later; with ParentUser; before 10; before 8. */
	cr_expect_eq(position_field(1, 10, 22, rule), FIELD_COMMAND_LINE);
	cr_expect_eq(position_field(1, 10, 23, rule), FIELD_COMMAND_LINE);
	cr_expect_eq(position_field(1, 9, 21, rule), FIELD_COMMAND_LINE);
	cr_expect_eq(position_field(1, 8, 20, time), FIELD_COMMAND_LINE);
	cr_expect_eq(position_field(1, 2, 20, time), FIELD_PROCESS_ID);
	cr_expect_eq(position_field(5156, 6, 13, rule), FIELD_TARGET_PORT);
	cr_expect_eq(position_field(5156, 99, 13, rule), FIELD_COUNT);
	cr_expect_eq(position_field(12, 0, 1, rule), FIELD_COUNT);
}

Test(slice, reads_numbers_and_nothing_else)
{
	uint64_t value = 7;

	cr_expect(slice_number(SLICE(" 0x1D60 "), &value));
	cr_expect_eq(value, 0x1d60);
	cr_expect(slice_number(SLICE("18446744073709551615"), &value));
	cr_expect_eq(value, UINT64_MAX);
	cr_expect_not(slice_number(SLICE("18446744073709551616"), &value));
	cr_expect_not(slice_number(SLICE("1d60"), &value));
	cr_expect_not(slice_number(SLICE("0x"), &value));
	cr_expect_not(slice_number(SLICE(""), &value));
	cr_expect_eq(value, UINT64_MAX);
}

Test(slice, is_taken_apart)
{
	struct slice rest = SLICE("a|b||");

	cr_expect(slice_is(slice_take(&rest, '|'), SLICE("a")));
	cr_expect(slice_is(slice_take(&rest, '|'), SLICE("b")));
	cr_expect(slice_is(slice_take(&rest, '|'), SLICE("")));
	cr_expect_eq(rest.size, 0);
	cr_expect_eq(slice_find_last(SLICE("abab"), SLICE("ab")), 2);
	cr_expect_eq(slice_find_last(SLICE("a"), SLICE("ab")), 1);
	cr_expect(slice_is(slice_trim(SLICE(" \t a b\r\n ")), SLICE("a b")));
	cr_expect(slice_begins_word(SLICE("PM x"), SLICE("pm")));
}
