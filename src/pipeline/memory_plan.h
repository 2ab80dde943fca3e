/*
 * Memory plan: every pool and table that the line will ever hold.
 *
 * pipeline/memory_plan.def lists who holds what.  The rooms say what they carve
 * from their role's region (mem/plan.h); what is not carved (structs of a role,
 * what a library was seen to need at most) is stated.  A test holds the plan
 * against what is really carved, and the sum of all against the budget
 * (CONFIG_MEMORY_BUDGET_MIB).
 *
 *	count = memory_plan_lines(lines, MEMORY_LINES);
 *	sum = memory_plan_sum(lines, count, "sensor", MEMORY_CARVED);
 *
 * What the machine room adds (stacks, message queues, the kernel's ring
 * buffers) is in firmware/memory_statement.h.
 *
 * Memory: the caller's lines.
 */
#ifndef PIPELINE_MEMORY_PLAN_H
#define PIPELINE_MEMORY_PLAN_H

#include "base/base.h"
#include "mem/plan.h"

enum { MEMORY_LINES = 144 };

enum memory_kind {
	MEMORY_CARVED, /* From the role's region. */
	MEMORY_STATED,
};

struct memory_line {
	const char *role;
	const char *room;
	enum memory_kind kind;
	struct plan_line plan;
};

/* Writes the lines, at most 'capacity', and returns how many there are. */
uint32_t memory_plan_lines(struct memory_line *lines, uint32_t capacity);

/* The bytes of the lines of 'role' (null: of every role) and of 'kind'. */
uint64_t memory_plan_sum(const struct memory_line *lines, uint32_t count,
    const char *role, enum memory_kind kind);

/* The budget, in bytes. */
uint64_t memory_plan_budget(void);

#endif
