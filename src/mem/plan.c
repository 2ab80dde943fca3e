#include "mem/plan.h"

#include "mem/table.h"

struct plan_line
plan_array(const char *name, size_t count, size_t size)
{
	return (
	    struct plan_line){ name, size, count, region_bytes(count, size) };
}

struct plan_line
plan_table(const char *name, size_t count, size_t record_size)
{
	return (struct plan_line){ name,
		record_size + sizeof(struct table_set) / TABLE_WAYS, count,
		TABLE_BYTES(count, record_size) };
}

uint32_t
plan_copy(const struct plan_line *own, uint32_t count, struct plan_line *lines,
    uint32_t capacity)
{
	for (uint32_t i = 0; i < count && i < capacity; i++) {
		lines[i] = own[i];
	}
	return count;
}
