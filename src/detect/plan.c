#include "mem/plan.h"
#include "detect/room.h"

uint32_t
detect_plan(struct plan_line *lines, uint32_t capacity)
{
	const struct plan_line own[] = {
		plan_table("sources", CONFIG_DETECT_SOURCE_COUNT,
		    sizeof(struct source)),
		plan_table("suspects", CONFIG_DETECT_SUSPECT_COUNT,
		    sizeof(struct suspect)),
		plan_table("campaigns", CONFIG_DETECT_CAMPAIGN_COUNT,
		    sizeof(struct campaign)),
		plan_array("campaigns to tell", CONFIG_DETECT_CAMPAIGN_COUNT,
		    sizeof(struct ip_address)),
		plan_array("contacts of a day",
		    CONFIG_DETECT_CONTACT_COUNT / CONTACTS_WAYS,
		    sizeof(struct contacts_set)),
		plan_table("networks", CONFIG_DETECT_NETWORK_COUNT,
		    sizeof(struct neighbours_network)),
		plan_array("recent targets", NEIGHBOURS_RECENT_COUNT,
		    sizeof(struct neighbours_recent)),
		plan_array("MAC addresses", NEIGHBOURS_MAC_COUNT,
		    sizeof(struct neighbours_mac)),
		plan_array("detect itself", 1, sizeof(struct detect)),
	};

	return plan_copy(own, ARRAY_SIZE(own), lines, capacity);
}
