#include "mem/plan.h"
#include "evidence/room.h"

uint32_t
evidence_plan(struct plan_line *lines, uint32_t capacity)
{
	enum {
		LATE = CONFIG_EVIDENCE_PACKET_COUNT / 4,
		EARLY = CONFIG_EVIDENCE_PACKET_COUNT - LATE,
	};
	const struct plan_line own[] = {
		plan_array("packets that may become evidence", EARLY,
		    sizeof(struct packet_head)),
		plan_array("what they are known by", EARLY,
		    sizeof(struct packets_link)),
		plan_array("packets of campaigns that are too fast", LATE,
		    sizeof(struct packets_waiting)),
		plan_array("packets to tell", PACKETS_QUEUE,
		    sizeof(struct packet_head)),
		plan_array("probes to tell", EVIDENCE_TUPLES,
		    sizeof(struct probe_tuple)),
		plan_array("campaigns' packets", CONFIG_DETECT_CAMPAIGN_COUNT,
		    sizeof(struct packets_campaign)),
		plan_array("campaigns' probes", CONFIG_DETECT_CAMPAIGN_COUNT,
		    sizeof(struct evidence_campaign)),
		plan_table("sources in this window",
		    CONFIG_EVIDENCE_SOURCE_COUNT,
		    sizeof(struct summaries_source)),
		plan_table("sources in the last window",
		    CONFIG_EVIDENCE_SOURCE_COUNT,
		    sizeof(struct summaries_source)),
		plan_array("weights of both windows' sources",
		    2 * CONFIG_EVIDENCE_SOURCE_COUNT, sizeof(uint32_t)),
		plan_array("pairs of segments in this hour",
		    CONFIG_EVIDENCE_SEGMENT_PAIR_COUNT,
		    sizeof(struct summaries_pair)),
		plan_array("pairs of segments in the last hour",
		    CONFIG_EVIDENCE_SEGMENT_PAIR_COUNT,
		    sizeof(struct summaries_pair)),
		plan_array("evidence itself", 1, sizeof(struct evidence)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}
