#include "pipeline/memory_plan.h"

#include <string.h>

#include "alert/alert_json.h"
#include "attribute/attribute.h"
#include "authorise/authorise.h"
#include "classify/classify.h"
#include "decode/decode.h"
#include "detect/detect.h"
#include "endpoint/endpoint.h"
#include "evidence/evidence.h"
#include "flow/flow.h"
#include "forward/forward.h"
#include "pipeline/keeping.h"
#include "pipeline/ledger_pipeline.h"
#include "pipeline/sensor_pipeline.h"
#include "syslog/syslog.h"

enum { ROOM_LINES = 16 }; /* More than any room has. */

/* As tables and rings need it; Kconfig can say so, but not see to it. */
#define POWER_OF_TWO(option)                                           \
	_Static_assert((option) > 0 && ((option) & ((option)-1)) == 0, \
	    #option " must be a power of two")
POWER_OF_TWO(CONFIG_DECODE_DUPLICATE_COUNT);
POWER_OF_TWO(CONFIG_DECODE_FRAGMENT_COUNT);
POWER_OF_TWO(CONFIG_FLOW_ATTEMPT_COUNT);
POWER_OF_TWO(CONFIG_FLOW_COUNT);
POWER_OF_TWO(CONFIG_CLASSIFY_SERVICE_COUNT);
#ifdef CONFIG_CLASSIFY_NDPI
POWER_OF_TWO(CONFIG_CLASSIFY_FLOW_COUNT);
#endif
POWER_OF_TWO(CONFIG_DETECT_SOURCE_COUNT);
POWER_OF_TWO(CONFIG_DETECT_SUSPECT_COUNT);
POWER_OF_TWO(CONFIG_DETECT_CAMPAIGN_COUNT);
POWER_OF_TWO(CONFIG_DETECT_CONTACT_COUNT);
POWER_OF_TWO(CONFIG_DETECT_NETWORK_COUNT);
POWER_OF_TWO(CONFIG_EVIDENCE_SOURCE_COUNT);
POWER_OF_TWO(CONFIG_EVIDENCE_SEGMENT_PAIR_COUNT);
POWER_OF_TWO(CONFIG_SYSLOG_PEER_COUNT);
POWER_OF_TWO(CONFIG_SYSLOG_SEEN_COUNT);

/* One line of memory_plan.def. */
struct plan_source {
	const char *role;
	const char *room;
	uint32_t (*plan)(struct plan_line *lines, uint32_t capacity);
	struct plan_line stated; /* Where 'plan' is null. */
};

static const struct plan_source sources[] = {
#define CARVED(role, room) { #role, #room, room##_plan, { 0 } },
#define STATED(role, room, name, entry_bytes, count) \
	{ #role, #room, NULL,                        \
		{ name, entry_bytes, count,          \
		    (size_t)(entry_bytes) * (count) } },
#include "pipeline/memory_plan.def"
#undef CARVED
#undef STATED
};

uint32_t
memory_plan_lines(struct memory_line *lines, uint32_t capacity)
{
	uint32_t written = 0;

	for (size_t i = 0; i < ARRAY_SIZE(sources); i++) {
		const struct plan_source *source = &sources[i];
		struct plan_line of_room[ROOM_LINES] = { source->stated };
		uint32_t count = 1;

		if (source->plan != NULL) {
			count = source->plan(of_room, ROOM_LINES);
			SW_ASSERT(count <= ROOM_LINES);
		}
		for (uint32_t j = 0; j < count; j++) {
			if (written < capacity) {
				lines[written] = (struct memory_line){
					source->role,
					source->room,
					source->plan != NULL ? MEMORY_CARVED
					                     : MEMORY_STATED,
					of_room[j],
				};
			}
			written++;
		}
	}
	return written;
}

uint64_t
memory_plan_sum(const struct memory_line *lines, uint32_t count,
    const char *role, enum memory_kind kind)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < count; i++) {
		if (lines[i].kind == kind &&
		    (role == NULL || strcmp(lines[i].role, role) == 0)) {
			sum += lines[i].plan.bytes;
		}
	}
	return sum;
}

uint64_t
memory_plan_budget(void)
{
	return (uint64_t)CONFIG_MEMORY_BUDGET_MIB << 20;
}
