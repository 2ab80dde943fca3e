#include "mem/plan.h"
#include "flow/room.h"

uint32_t
flow_plan(struct plan_line *lines, uint32_t capacity)
{
	const size_t attempts = attempts_bytes(CONFIG_FLOW_ATTEMPT_COUNT);
	const struct plan_line own[] = {
		{ "unanswered attempts", attempts / CONFIG_FLOW_ATTEMPT_COUNT,
		    CONFIG_FLOW_ATTEMPT_COUNT, attempts },
		plan_table("conversations", CONFIG_FLOW_COUNT,
		    sizeof(struct flow_conversation)),
		plan_array("flows themselves", 1, sizeof(struct flow_room)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}

uint32_t
flow_attempts_held(const struct flow_room *flow)
{
	return flow->attempts.held;
}

uint32_t
flow_conversations_held(const struct flow_room *flow)
{
	return flow->conversations.used;
}
