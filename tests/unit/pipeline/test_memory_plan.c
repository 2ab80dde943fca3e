#include <criterion/criterion.h>

#include "attribute/attribute.h"
#include "classify/classify.h"
#include "decode/decode.h"
#include "detect/detect.h"
#include "endpoint/endpoint.h"
#include "flow/flow.h"
#include "pipeline/ledger_pipeline.h"
#include "pipeline/memory_plan.h"
#include "pipeline/sensor_pipeline.h"

static struct memory_line lines[MEMORY_LINES];

/* What the plan says of one room. */
static uint64_t
bytes_of(const char *room)
{
	uint32_t count = memory_plan_lines(lines, MEMORY_LINES);
	uint64_t bytes = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (strcmp(lines[i].room, room) == 0 &&
		    lines[i].kind == MEMORY_CARVED) {
			bytes += lines[i].plan.bytes;
		}
	}
	return bytes;
}

Test(memory_plan, of_each_room_is_what_the_room_carves)
{
	cr_expect_eq(bytes_of("decode"), decode_bytes());
	cr_expect_eq(bytes_of("flow"), flow_bytes());
	cr_expect_eq(bytes_of("classify"), classify_bytes());
	cr_expect_eq(bytes_of("detect"), detect_bytes());
	cr_expect_eq(bytes_of("endpoint"), endpoint_bytes());
	cr_expect_eq(bytes_of("attribute"), attribute_bytes());
}

Test(memory_plan, of_each_role_is_the_size_of_its_region)
{
	uint32_t count = memory_plan_lines(lines, MEMORY_LINES);

	cr_assert_leq(count, MEMORY_LINES);
	cr_expect_eq(memory_plan_sum(lines, count, "sensor", MEMORY_CARVED),
	    sensor_pipeline_bytes());
	cr_expect_eq(memory_plan_sum(lines, count, "ledger", MEMORY_CARVED),
	    ledger_pipeline_bytes());
}

Test(memory_plan, keeps_within_the_budget)
{
	uint32_t count = memory_plan_lines(lines, MEMORY_LINES);

	cr_expect_leq(memory_plan_sum(lines, count, NULL, MEMORY_CARVED) +
	        memory_plan_sum(lines, count, NULL, MEMORY_STATED),
	    memory_plan_budget());
}

Test(memory_plan, has_lines_that_can_be_read)
{
	uint32_t count = memory_plan_lines(lines, MEMORY_LINES);

	for (uint32_t i = 0; i < count; i++) {
		const struct plan_line *plan = &lines[i].plan;

		cr_expect_gt(strlen(plan->name), 3);
		cr_expect_gt(plan->count, 0, "%s", plan->name);
		/* Entries and bytes agree but for rounding. */
		cr_expect_leq(plan->entry_bytes * plan->count,
		    plan->bytes + plan->count, "%s", plan->name);
		cr_expect_geq(plan->entry_bytes * plan->count + plan->count +
		        plan->bytes / 50 + 64,
		    plan->bytes, "%s", plan->name);
	}
}

Test(memory_plan, tells_how_many_lines_there_are_when_there_is_no_room)
{
	uint32_t count = memory_plan_lines(lines, MEMORY_LINES);
	struct memory_line two[2];

	cr_expect_eq(memory_plan_lines(two, 2), count);
	cr_expect_str_eq(two[1].plan.name, lines[1].plan.name);
}
