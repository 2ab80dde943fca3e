#include "mem/plan.h"
#include "decode/walk.h"

uint32_t
decode_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		plan_table("fragmented packets", CONFIG_DECODE_FRAGMENT_COUNT,
		    sizeof(struct fragment_record)),
		{ "packets to tell duplicates by",
		    sizeof(struct duplicate_set) / DUPLICATE_WAYS,
		    CONFIG_DECODE_DUPLICATE_COUNT,
		    DUPLICATE_MEMORY_BYTES(CONFIG_DECODE_DUPLICATE_COUNT) },
		plan_array("decoding itself", 1, sizeof(struct decode)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}
