#include "syslog/seen.h"

#include <string.h>

size_t
seen_bytes(void)
{
	return region_bytes(
	    CONFIG_SYSLOG_SEEN_COUNT / SEEN_WAYS, sizeof(uint64_t[SEEN_WAYS]));
}

struct plan_line
seen_plan(void)
{
	return plan_array("messages of relays to be recognised",
	    CONFIG_SYSLOG_SEEN_COUNT, sizeof(uint64_t));
}

void
seen_init(struct seen *seen, struct region *region, const struct hash_key *key)
{
	seen->sets = region_carve(region, CONFIG_SYSLOG_SEEN_COUNT / SEEN_WAYS,
	    sizeof(uint64_t[SEEN_WAYS]));
	seen->mask = CONFIG_SYSLOG_SEEN_COUNT / SEEN_WAYS - 1;
	seen->key = *key;
}

bool
seen_before(struct seen *seen, const char *bytes, size_t size)
{
	uint64_t hash = siphash(&seen->key, bytes, size) | 1;
	uint64_t *set = seen->sets[(uint32_t)(hash >> 32) & seen->mask];
	size_t way = 0;

	while (way < SEEN_WAYS - 1 && set[way] != hash) {
		way++;
	}
	if (set[way] == hash) {
		return true;
	}
	memmove(set + 1, set, (SEEN_WAYS - 1) * sizeof(set[0]));
	set[0] = hash;
	return false;
}
